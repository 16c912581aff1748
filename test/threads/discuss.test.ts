/** A thread without a patch: the functions that its text names are run, and nothing is called right or wrong. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatMarkdown, formatTerminal, type Report } from '../../src/report/index.js'
import { fixtureText, REPLAY_TIMEOUT, replayText } from '../support/replayed.js'
import { describeShared, sharedData } from '../support/shared-data.js'

function mail(body: string, subject = 'Re: page walks'): string {
  return `From: Ada <ada@example.org>\nSubject: ${subject}\nMessage-ID: <1@example.org>\n\n${body}\n`
}

const REVIEW = mail(`Bob wrote:
> static int walk_pte_range(pmd_t *pmd)
> {

I wonder about walk_pte_range(): does \`walk_pmd_range\` look at the entry again?
The walker is slow, and somebody_elses_function() is none of ours.`)

function functionsOf({ discussion }: Report): string[] {
  return (discussion?.functions ?? []).map(({ name }) => name)
}

describe('a review', () => {
  it(
    'has the functions run that it names, and says where it names them',
    async () => {
      const { report, discussed } = await replayText(REVIEW, { discuss: true })
      expect(discussed).toBe(true)
      expect(functionsOf(report)).toEqual(['walk_pte_range', 'walk_pmd_range'])
      const lines = REVIEW.split('\n')
      for (const { name, places } of report.discussion?.functions ?? []) {
        for (const { line } of places) expect(lines[line - 1]).toContain(name)
      }
      const [shown] = report.discussion?.shown ?? []
      expect(shown?.suite).toBe('pagewalk')
      expect(shown?.scenarios).toBeGreaterThan(0)
      expect(shown?.observed.map(({ property }) => property)).toContain('locks held in pte_entry')
    },
    REPLAY_TIMEOUT,
  )

  it(
    'gets no verdict, and no error for having no patch',
    async () => {
      const { report, hasPatch } = await replayText(REVIEW, { discuss: true })
      expect(hasPatch).toBe(false)
      expect(report.findings).toEqual([])
      expect(report.diagnostics.map(({ code }) => code)).not.toContain('no-patch')
    },
    REPLAY_TIMEOUT,
  )

  it(
    'has its answer on the first screen',
    async () => {
      const { report } = await replayText(REVIEW, { discuss: true })
      const screen = formatTerminal(report).split('\n').slice(0, 24).join('\n')
      expect(screen).toMatch(/2 functions that the text names/)
      expect(screen).toMatch(
        /walk_pte_range, walk_pmd_range as of [\d.]+:\s+(no hazard|\d+ hazards? possible)/,
      )
      expect(formatMarkdown(report)).toContain('Functions that the text names')
    },
    REPLAY_TIMEOUT,
  )

  it(
    'names what a suite drives by the beginning of its name',
    async () => {
      const { report } = await replayText(mail('What of walk_page there?'), { discuss: true })
      const [first] = report.discussion?.functions ?? []
      expect(first?.notes).toContain('the text says walk_page')
    },
    REPLAY_TIMEOUT,
  )
})

describe('without anything to run', () => {
  it('is said, and nothing was discussed', async () => {
    const { report, discussed } = await replayText(mail('Nothing here, thanks.'), { discuss: true })
    expect(discussed).toBe(false)
    expect(formatTerminal(report)).toContain('no function that is known here is named')
  })

  it('has an error unless it was asked for', async () => {
    const { report, discussed } = await replayText(REVIEW)
    expect(discussed).toBeUndefined()
    expect(report.diagnostics.map(({ code }) => code)).toContain('no-patch')
  })
})

describe('a thread with a patch', () => {
  it(
    'is replayed as without --discuss',
    async () => {
      const { report } = await replayText(fixtureText('lockless-move.mbox'), { discuss: true })
      expect(report.discussion).toBeUndefined()
      expect(report.findings.length).toBeGreaterThan(0)
    },
    REPLAY_TIMEOUT,
  )
})

describeShared('the page of a review', ['seeds/000.txt'], () => {
  it(
    'names functions that are run',
    async () => {
      const page = readFileSync(sharedData('seeds/000.txt') ?? '')
      const { report } = await replayText(page, { discuss: true })
      expect(functionsOf(report)).toContain('ptep_get_lockless')
      expect(report.discussion?.shown.length).toBeGreaterThan(0)
    },
    REPLAY_TIMEOUT,
  )
})
