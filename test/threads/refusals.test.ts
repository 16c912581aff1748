/** What cannot be answered is refused with its reason, and nothing is passed over in silence. */
import { describe, expect, it } from 'vitest'
import type { RunRequest, RunResult } from '../../src/run/index.js'
import { runThread, stepThrough } from '../../src/run/index.js'
import {
  findingsOf,
  fixture,
  fixtureText,
  REPLAY_TIMEOUT,
  replayText,
  theFinding,
} from '../support/replayed.js'

const LOCK = fixture('pagewalk-lock.mbox')
const run = (change: Partial<RunRequest> = {}): Promise<RunResult> =>
  runThread({ inputs: [{ kind: 'path', path: LOCK }], ...change })
const mail = (): string => {
  const text = fixtureText('pagewalk-lock.mbox')
  return text.slice(0, text.indexOf('\nFrom ', 1))
}
const CALM = { timeout: REPLAY_TIMEOUT }

describe('a text that no implementation stands for', () => {
  it('is unmapped, with the hash that an implementation would have to carry', CALM, async () => {
    const { report, replayed } = await replayText(
      mail().replace('&ptl)', '&ptlx)').replace('+\tentry = start_pte', '+\tentry = start_ptex'),
    )
    expect(replayed).toBe(false)
    const refused = theFinding(report, { verdict: 'unmapped' })
    expect(refused.function).toBe('walk_pte_range')
    expect(refused.summary).toMatch(
      /the text after \([0-9a-f]{16}\); there are \d+ other texts: .*walk_pte_range@v5\.4/,
    )
  })

  it(
    'takes the other half of its patch with it: that one is inconclusive, and is not run',
    CALM,
    async () => {
      const { report } = await replayText(mail().replace('+\tentry = start_pte', '+\tentry = start_ptex'))
      const half = theFinding(report, { verdict: 'inconclusive' })
      expect(half.function).toBe('walk_pmd_range')
      expect(half.summary).toMatch(/walk_pte_range.*half of the patch/)
      expect(report.findings).toHaveLength(2)
    },
  )
})

describe('a name alone', () => {
  it('is enough only when asked for, and then everything is inconclusive', CALM, async () => {
    const altered = mail().replace('+\tentry = start_pte', '+\tentry = start_ptex')
    const { report, replayed } = await replayText(altered, { nameOnly: true })
    expect(replayed).toBe(true)
    expect(report.findings.length).toBeGreaterThan(3)
    for (const { verdict } of report.findings) expect(['inconclusive', 'pre-existing']).toContain(verdict)
    const [first] = report.functions
    expect(first?.before).not.toBe(first?.after)
    expect(first?.notes.join()).toMatch(/by its name alone/)
  })

  it('changes nothing where the texts are known', CALM, async () => {
    const { report } = await run({ nameOnly: true })
    expect(report.summary.inconclusive).toBe(0)
  })
})

describe('implementations named by hand', () => {
  it('run in place of those that the text would be matched with', CALM, async () => {
    const { report } = await run({
      after: ['walk_pte_range@v5.4'],
      functions: ['walk_pte_range'],
      before: ['walk_pte_range@oct2019'],
    })
    const lost = theFinding(report, { property: 'lost update (pte)' })
    expect(lost.verdict).toBe('regressed')
    expect(report.functions[0]).toMatchObject({
      before: 'walk_pte_range@oct2019',
      after: 'walk_pte_range@v5.4',
    })
    expect(report.functions[0]?.notes.join()).toMatch(/named on the command line/)
  })

  it('that do not exist are an error that names those that do', CALM, async () => {
    const { report } = await run({ before: ['walk_pte_range@nope'], functions: ['walk_pte_range'] })
    const said = report.diagnostics.find(({ code }) => code === 'implementation-unknown')
    expect(said).toMatchObject({ severity: 'error' })
    expect(said?.message).toContain('walk_pte_range@nope')
    expect(said?.hint).toContain('walk_pte_range@v5.4')
  })

  it('on both sides alike are an error, not same', CALM, async () => {
    const ids = ['walk_pte_range@v5.4']
    const { report } = await run({ before: ids, after: ids })
    expect(report.diagnostics.map(({ code }) => code)).toContain('one-implementation-for-two-texts')
    expect(findingsOf(report, { verdict: 'same' })).toEqual([])
  })
})

describe('names that mean nothing', () => {
  it.each([
    ['model', { model: ['armv8'] }],
    ['arch', { arch: ['pdp11'] }],
  ] as const)('of a %s are an error', CALM, async (what, change) => {
    const { report, replayed } = await run(change)
    const said = report.diagnostics.find(({ code }) => code === `${what}-unknown`)
    expect(said).toMatchObject({ severity: 'error' })
    expect(said?.message).toContain(Object.values(change)[0]?.[0])
    expect(replayed).toBe(false)
    for (const { verdict } of report.findings) expect(['same', 'fixed']).not.toContain(verdict)
  })

  it('of a function are an error', CALM, async () => {
    const { report } = await run({ functions: ['walk_nothing'] })
    const said = report.diagnostics.find(({ code }) => code === 'function-unknown')
    expect(said).toMatchObject({ severity: 'error' })
    expect(said?.hint).toContain('walk_pte_range')
  })

  it('do not lose what the others mean', CALM, async () => {
    const { report } = await run({ arch: ['pdp11', 'x86-64'], functions: ['walk_pte_range'] })
    expect(report.options.arch).toEqual(['x86-64'])
    expect(report.diagnostics.map(({ code }) => code)).toContain('arch-unknown')
  })
})

describe('a bound', () => {
  it('never leaves same, fixed or regressed without an exhaustive other side', CALM, async () => {
    const { report } = await run({ budget: { executions: 2 } })
    expect(report.summary.inconclusive).toBeGreaterThan(0)
    for (const { verdict, before, after, property } of report.findings) {
      const open = [before, after].map(({ coverage }) => coverage.kind !== 'exhaustive')
      if (verdict === 'same') expect(open, property).toEqual([false, false])
      if (verdict === 'fixed') expect(open[1], property).toBe(false)
      if (verdict === 'regressed') expect(open[0], property).toBe(false)
    }
  })

  it('is named with its kind and limit', CALM, async () => {
    const { report } = await run({ budget: { executions: 2 } })
    const bounds = report.findings.flatMap(({ before, after }) => [before.coverage, after.coverage])
    expect(bounds).toContainEqual({ kind: 'bounded', by: 'executions', limit: 2 })
  })

  it('of time ends the run early and says time', CALM, async () => {
    let now = 0
    const { report } = await runThread(
      { inputs: [{ kind: 'path', path: LOCK }], budget: { seconds: 1 } },
      { now: () => (now += 1) },
    )
    const bounds = report.findings.flatMap(({ before, after }) => [before.coverage, after.coverage])
    expect(bounds).toContainEqual({ kind: 'bounded', by: 'time', limit: 1 })
  })
})

describe('an interrupted run', () => {
  it('keeps what it found, is marked incomplete, and says same of nothing', CALM, async () => {
    let asked = 0
    const { report } = await runThread(
      { inputs: [{ kind: 'path', path: LOCK }] },
      { interrupted: () => ++asked > 60 },
    )
    expect(report.incomplete).toBe(true)
    expect(findingsOf(report, { verdict: 'same', kind: 'behaviour' })).toEqual([])
    for (const { verdict, before, after } of report.findings)
      if (verdict === 'same')
        expect([before.coverage.kind, after.coverage.kind]).toEqual(['exhaustive', 'exhaustive'])
  })
})

describe('a witness command of a narrowed run', () => {
  it('replays with the same functions', CALM, async () => {
    const request = {
      functions: ['walk_pte_range'],
      commandArguments: ['--function', 'walk_pte_range', LOCK],
    }
    const { report } = await run(request)
    const fixed = theFinding(report, { verdict: 'fixed' })
    const walk = await stepThrough({
      inputs: [{ kind: 'path', path: LOCK }],
      ...request,
      scenario: fixed.scenario,
      side: 'after',
      schedule: 'a4',
    })
    expect(walk.ok && walk.value.title).not.toContain('walk_pmd_range@')
  })
})
