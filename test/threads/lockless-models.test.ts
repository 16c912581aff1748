/** A lockless getter under several memory models: what is the same under each, what only a weak one shows. */
import { beforeAll, describe, expect, it } from 'vitest'
import { defineReimplementation, type Reimplementation } from '../../src/reimpl/index.js'
import { type Finding, formatTerminal, type Report, shellWords } from '../../src/report/index.js'
import { definePlugin, type RunRequest, runThread, stepThrough } from '../../src/run/index.js'
import { getter, lowHigh, noFirstRmb, noRetry } from '../support/defects/getters.js'
import { findingsOf, fixture, REPLAY_TIMEOUT, replayed, theFinding } from '../support/replayed.js'
import { describeShared, sharedData } from '../support/shared-data.js'

const TORN = 'torn value used (pte)'
const ALL = ['sc', 'tso', 'lkmm-6.1', 'lkmm']

/** Every writer but those that set an entry or take it away, once. */
const FEW = [
  'A-to-none.atomic',
  'A-to-none-to-B',
  'A-to-none-to-B.equal-low',
  'A-to-none-to-B.atomic',
  'A-to-none-to-B.equal-low.atomic',
  'A-to-none-to-A',
  'none-to-A-to-none',
  'none-to-B.atomic',
  'A-to-none-to-B.exchange',
  'A-to-none-to-B.equal-low.exchange',
  'A-to-none.exchange-low',
  'A-to-none-to-B.exchange-low',
  'A-to-none-to-B.equal-low.exchange-low',
]

function isTheSameUnderAllModels(path: () => string): void {
  let byDefault: Report
  let underAll: Report
  beforeAll(async () => {
    byDefault = (await replayed(path())).report
    underAll = (await runThread({ inputs: [{ kind: 'path', path: path() }], model: ['all'], without: FEW }))
      .report
  }, REPLAY_TIMEOUT)

  it('is run under sc, and under lkmm where barriers can matter', () => {
    expect(byDefault.options.model).toEqual(['sc', 'lkmm'])
    const counts = findingsOf(byDefault, { verdict: 'same' }).map(({ arch, model, scenarios }) => [
      arch,
      model,
      scenarios?.length,
    ])
    expect(counts).toEqual([
      ['x86-64', 'sc', 114],
      ['x86-64', 'lkmm', 7],
      ['x86-pae', 'sc', 324],
      ['x86-pae', 'lkmm', 21],
      ['arm64', 'sc', 129],
      ['arm64', 'lkmm', 8],
    ])
  })

  it('is the same under every model that is asked for, each to the end', () => {
    expect(underAll.options.model).toEqual(ALL)
    const same = findingsOf(underAll, { verdict: 'same', function: 'ptep_get_lockless' })
    expect(same.filter(({ arch }) => arch === 'x86-pae').map(({ model }) => model)).toEqual(ALL)
    // Blocks of arm64 are asked for under weak models where they are small.
    const others = same.filter(({ arch }) => arch !== 'arm64')
    expect(new Set(others.map(({ scenarios, arch }) => `${arch} ${scenarios?.length}`)).size).toBe(2)
    for (const { before, after } of same)
      expect([before.coverage.kind, after.coverage.kind]).toEqual(['exhaustive', 'exhaustive'])
    expect(underAll.summary).toMatchObject({ regressed: 0, changed: 0, fixed: 0 })
  })

  it('has the data race of the plain reads before and after: it is told, and is no finding', () => {
    for (const report of [byDefault, underAll]) {
      expect(report.findings.filter(({ kind }) => kind === 'data race')).toEqual([])
      const races = (report.races ?? []).map(({ property, arch, model }) => `${property} ${arch} ${model}`)
      const weak = report.options.model.filter((model) => model.startsWith('lkmm'))
      expect(races).toEqual(weak.map((model) => `data race (pte) x86-pae ${model}`))
      const text = formatTerminal(report, { all: true })
      expect(text.match(/data race/g)).toHaveLength(1)
    }
    expect(byDefault.races?.[0]?.text).toMatch(/^ptep_get_lockless:\d+ and \w+ access pte:A\[0\]\.low/)
  })

  it('says which barrier and which second look is needed under which model', () => {
    const rows = (underAll.needed ?? []).map(({ what, models }) => [
      what,
      ...models.map(({ hazard }) => hazard),
    ])
    expect(rows).toEqual([
      ['smp_rmb()', null, null, TORN, TORN],
      ['smp_rmb()', null, null, TORN, TORN],
      ["the loop's test", TORN, TORN, TORN, TORN],
    ])
    for (const { arch, models } of underAll.needed ?? []) {
      expect(arch).toBe('x86-pae')
      for (const { hazard, coverage } of models)
        if (hazard === null) expect(coverage).toEqual({ kind: 'exhaustive' })
    }
  })

  it('names lines of the text at hand, which follow one another', () => {
    const lines = (byDefault.needed ?? []).map(({ line }) => line)
    const [first = 0] = lines
    expect(lines).toEqual([first, first + 2, first + 3])
  })

  it('gives a finding another id under each model', () => {
    const ids = underAll.findings.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
}

describe('fixtures/threads/lockless-move.mbox', () =>
  isTheSameUnderAllModels(() => fixture('lockless-move.mbox')))

describeShared('seeds/004.txt', ['seeds/004.txt'], () =>
  isTheSameUnderAllModels(() => sharedData('seeds/004.txt') ?? ''),
)

/** The move, with these implementations in place of those that its text has, on the architecture with two words. */
function requestWith(
  before: Reimplementation,
  after: Reimplementation,
  change: Partial<RunRequest> = {},
): RunRequest {
  const plugin = definePlugin({ name: 'getters', reimplementations: [before, after] })
  return {
    inputs: [{ kind: 'path', path: fixture('lockless-move.mbox') }],
    arch: ['x86-pae'],
    functions: ['ptep_get_lockless'],
    before: [`${before.name}@${before.version}`],
    after: [`${after.name}@${after.version}`],
    plugins: [{ name: 'getters', plugin }],
    ...change,
  }
}

const reportOf = async (request: RunRequest): Promise<Report> => (await runThread(request)).report

async function replays(finding: Finding, request: RunRequest): Promise<void> {
  const { witness } = finding
  if (witness === null) throw new Error(`${finding.property} has no witness`)
  const words = shellWords(witness.command)
  const value = (name: string) => words[words.indexOf(name) + 1] ?? ''
  const walked = await stepThrough({
    ...request,
    scenario: value('--scenario'),
    side: witness.side,
    schedule: value('--schedule'),
    model: [value('--model')],
    loads: value('--loads') === 'once' ? 'once' : 'each',
    ...(words.includes('--plain') ? { plain: 'as-written' as const } : {}),
  })
  if (!walked.ok) throw new Error(walked.error.message)
  expect(walked.value.hazards.map((text) => text.split(':', 1)[0])).toContain(finding.kind)
}

describe('a getter that lost its first barrier', () => {
  const request = requestWith(getter(lowHigh), getter(noFirstRmb, 'ptep_get_lockless'), {
    without: [...FEW, 'none-to-B.without-wmb', 'A-to-none.without-wmb'],
  })
  let report: Report
  beforeAll(async () => {
    report = await reportOf(request)
  }, REPLAY_TIMEOUT)

  it('regresses under lkmm only, where sc was explored to the end', () => {
    const torn = theFinding(report, { property: TORN, verdict: 'regressed' })
    expect(torn.model).toBe('lkmm')
    expect(torn.elsewhere).toMatchObject([
      { model: 'sc', after: { holds: 'never', coverage: { kind: 'exhaustive' } } },
    ])
    expect(formatTerminal(report)).toMatch(
      /under +lkmm only; impossible under sc \(exhaustive, \d+ executions\)/,
    )
  })

  it('has a witness of a graph that can be replayed', { timeout: REPLAY_TIMEOUT }, async () => {
    const torn = theFinding(report, { property: TORN, verdict: 'regressed' })
    expect(torn.witness?.command).toMatch(/--model lkmm /)
    await replays(torn, request)
  })

  it('says that what it branches on was read plainly', () => {
    const torn = theFinding(report, { property: TORN, verdict: 'regressed' })
    expect(torn.notes?.join('\n')).toMatch(
      /branches on a plain read of a pte .*which a compiler may load again/,
    )
    expect(torn.premise.needs).toContain('plain accesses of one word that are done once, as marked ones are')
  })
})

describe('a getter that lost its second look', () => {
  it('regresses under every model, told once', { timeout: REPLAY_TIMEOUT }, async () => {
    const report = await reportOf(
      requestWith(getter(lowHigh), getter(noRetry, 'ptep_get_lockless'), { without: FEW }),
    )
    const torn = findingsOf(report, { property: TORN, verdict: 'regressed' })
    expect(torn.map(({ model }) => model)).toEqual(['sc', 'lkmm'])
    const text = formatTerminal(report)
    expect(text).toMatch(/^ {4}under +sc, lkmm$/m)
    expect(text.match(/^ *\d+ +regressed.*torn/gm)?.length).toBeLessThan(3)
  })
})

/** Reads one word of an entry, marked or not, beside writers that are marked. */
function oneWord(name: 'gup_get_pte' | 'ptep_get_lockless', access: 'plain' | 'once'): Reimplementation {
  return defineReimplementation(
    {
      path: 'mm/gup.c',
      name,
      version: `${access} load`,
      release: '6.12',
      config: { CONFIG_GUP_GET_PTE_LOW_HIGH: true },
    },
    function* (k, ptep) {
      const cells = yield* k.slot(ptep)
      const [low] = Array.isArray(cells) ? cells : []
      return low === undefined ? { bits: 0n, from: [] } : yield* k.load(low, access)
    },
  )
}

describe('a data race that one side has alone', () => {
  const few = { without: FEW, model: ['lkmm'] }
  it('regresses where a mark is lost, and replays with accesses as written', {
    timeout: REPLAY_TIMEOUT,
  }, async () => {
    const request = requestWith(oneWord('gup_get_pte', 'once'), oneWord('ptep_get_lockless', 'plain'), few)
    const report = await reportOf(request)
    const race = theFinding(report, { kind: 'data race' })
    expect(race).toMatchObject({ verdict: 'regressed', property: 'data race (pte)', model: 'lkmm' })
    expect(race.before).toMatchObject({ holds: 'never', coverage: { kind: 'exhaustive' } })
    expect(race.witness?.command).toMatch(/--plain as-written/)
    expect(report.races ?? []).toEqual([])
    await replays(race, request)
  })

  it('is fixed where a mark is added', { timeout: REPLAY_TIMEOUT }, async () => {
    const report = await reportOf(
      requestWith(oneWord('gup_get_pte', 'plain'), oneWord('ptep_get_lockless', 'once'), few),
    )
    expect(theFinding(report, { kind: 'data race' })).toMatchObject({ verdict: 'fixed', model: 'lkmm' })
  })

  it('is not looked for apart where all accesses are taken as they are written', {
    timeout: REPLAY_TIMEOUT,
  }, async () => {
    const report = await reportOf(
      requestWith(oneWord('gup_get_pte', 'plain'), oneWord('ptep_get_lockless', 'plain'), {
        ...few,
        plain: 'as-written',
      }),
    )
    expect(report.options.plain).toBe('as-written')
    expect(report.races ?? []).toEqual([])
    expect(theFinding(report, { kind: 'data race' }).verdict).toBe('pre-existing')
  })
})
