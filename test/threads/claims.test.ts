/** What the text of a patch claims is compared with what its replay shows, and with nothing else. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Report, ReportClaim } from '../../src/report/index.js'
import { formatMarkdown, formatSarif, formatTerminal } from '../../src/report/index.js'
import { findingsOf, fixtureText, REPLAY_TIMEOUT, replayText, said, theFinding } from '../support/replayed.js'

function claimsOf(report: Report): readonly ReportClaim[] {
  return report.patches.flatMap(({ claims }) => claims ?? [])
}

/** The fixture with a paragraph of its message, above the `---`. */
function saying(name: string, words: string): string {
  return fixtureText(name).replace(/\n---\n/, `\n${words}\n---\n`)
}

const LOCK = 'pagewalk-lock.mbox'

describe('a patch that changes behaviour', () => {
  let plain: Report
  let claiming: Report

  beforeAll(async () => {
    plain = (await replayText(fixtureText(LOCK))).report
    claiming = (await replayText(saying(LOCK, '\nNo functional change intended.\n\nThis fixes a race.\n')))
      .report
  }, REPLAY_TIMEOUT)

  it('and says that it does not is contradicted by what was observed', () => {
    const finding = theFinding(claiming, { kind: 'contradicted' })
    expect(finding.verdict).toBe('changed')
    expect(finding.contradicts?.text).toBe('No functional change')
    const shown = finding.contradicts?.findings ?? []
    expect(shown.length).toBeGreaterThan(1)
    for (const id of shown) {
      const [by] = claiming.findings.filter((one) => one.id === id)
      expect(['regressed', 'changed', 'fixed']).toContain(by?.verdict)
      expect(by?.reach).not.toBe('latent')
    }
    const lines = saying(LOCK, '\nNo functional change intended.\n\nThis fixes a race.\n').split('\n')
    expect(lines[(finding.contradicts?.place.line ?? 0) - 1]).toBe('No functional change intended.')
  })

  it('agrees with a claim to fix something where a hazard is gone', () => {
    const [fixes] = claimsOf(claiming).filter(({ kind }) => kind === 'fixes')
    expect(fixes?.outcome).toBe('agrees')
    expect(fixes?.findings).toEqual(findingsOf(claiming, { verdict: 'fixed' }).map(({ id }) => id))
  })

  it('has every other finding as without the claim', () => {
    expect(said(claiming).filter((line) => !line.includes('claim: '))).toEqual(said(plain))
    expect(claimsOf(plain).filter(({ outcome }) => outcome === 'contradicted')).toEqual([])
  })

  it('is told so on the screen, in markdown and in SARIF', () => {
    expect(formatTerminal(claiming)).toMatch(/says "No functional change" \(line \d+\): contradicted/)
    expect(formatMarkdown(claiming)).toMatch(/\*\*says "No functional change" \(line \d+\): contradicted/)
    expect(formatSarif(claiming)).toContain('"contradicted"')
  })

  it(
    'is not contradicted by what only looks like a claim',
    async () => {
      const words = [
        'This is not a pure move.',
        'No functional change?',
        'If nobody sets both callbacks, no functional change.',
        'The previous patch makes no functional change.',
        'It was said to make "no functional change".',
      ]
      const { report } = await replayText(saying(LOCK, `\n${words.join('\n\n')}\n`))
      expect(said(report)).toEqual(said(plain))
    },
    REPLAY_TIMEOUT,
  )

  it.each([
    [
      'in the changelog below ---',
      (text: string) => text.replace(/\n---\n/, '\n---\nNo functional change.\n'),
    ],
    [
      'in the subject',
      (text: string) => text.replace(/^Subject: .*$/m, 'Subject: [PATCH] no functional change'),
    ],
  ])(
    'is not contradicted by the same words %s',
    async (_where, change) => {
      const { report } = await replayText(change(fixtureText(LOCK)))
      expect(said(report)).toEqual(said(plain))
    },
    REPLAY_TIMEOUT,
  )
})

describe('a patch that changes no behaviour', () => {
  it(
    'says so where it was replayed, and names what was not',
    async () => {
      const { report } = await replayText(fixtureText('lockless-move.mbox'))
      const outcomes = claimsOf(report).map(({ kind, outcome, why }) => `${kind} ${outcome}: ${why}`)
      expect(outcomes).toEqual([
        'no functional change undecided: no difference where it was replayed, and no answer for gup_pte_range',
      ])
      expect(findingsOf(report, { kind: 'contradicted' })).toEqual([])
    },
    REPLAY_TIMEOUT,
  )
})
