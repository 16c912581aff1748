/** Memory models in a run: which are explored where, and functions with a part of them passed over. */
import { describe, expect, it } from 'vitest'
import {
  type ExploreRequest,
  exploreScenario,
  list,
  type RunControl,
  type RunRequest,
  runThread,
} from '../../../src/run/index.js'
import { ALL_MODELS, isLockless, modelsNamed, planModels } from '../../../src/run/models.js'
import { PAGEWALK_SUITE, PTE_READ_SUITE } from '../../../src/suite/index.js'
import { fixture, REPLAY_TIMEOUT } from '../../support/replayed.js'

const names = (wanted: readonly string[] | undefined, suite = PTE_READ_SUITE) =>
  planModels(suite, suite.scenarios, wanted).map(({ model, scenarios }) => [model.name, scenarios.length])

describe('the models of a suite', () => {
  const all = PTE_READ_SUITE.scenarios.length

  it('are its own by default, a weak one where a scenario does not speak against it', () => {
    const weak = PTE_READ_SUITE.scenarios.filter(({ models }) => models === undefined).length
    expect(weak).toBeGreaterThan(10)
    expect(names(undefined)).toEqual([
      ['sc', all],
      ['lkmm', weak],
    ])
    expect(names(undefined, PAGEWALK_SUITE)).toEqual([['sc', PAGEWALK_SUITE.scenarios.length]])
  })

  it('are those asked for, for every scenario, the strongest first', () => {
    expect(names(['lkmm', 'tso'])).toEqual([
      ['tso', all],
      ['lkmm', all],
    ])
    expect(names([ALL_MODELS]).map(([name]) => name)).toEqual(['sc', 'tso', 'lkmm-6.1', 'lkmm'])
  })

  it('are none where no name is known', () => {
    expect(names(['nope'])).toEqual([])
    expect(modelsNamed(['nope'])).toEqual([])
  })

  it('tell lockless code from other code', () => {
    expect([isLockless(PTE_READ_SUITE), isLockless(PAGEWALK_SUITE)]).toEqual([true, false])
  })

  it('stand in the list of models', () => {
    const rows = list('models').rows.map(([name, , suites]) => [name, suites])
    expect(rows).toEqual([
      ['sc', 'pagewalk pte-read gup-fast contpte'],
      ['tso', ''],
      ['lkmm-6.1', ''],
      ['lkmm', 'pte-read'],
    ])
  })
})

describe('a run', () => {
  const run = (model: readonly string[]) =>
    runThread({
      inputs: [{ kind: 'path', path: fixture('pagewalk-ptl-only.mbox') }],
      model,
      without: ['swap-out', 'zap-pte', 'migrate-pte'],
    })

  it('under two models has the findings of both, each with its own id', {
    timeout: REPLAY_TIMEOUT,
  }, async () => {
    const { report } = await run(['sc', 'tso'])
    expect(report.options.model).toEqual(['sc', 'tso'])
    const of = (model: string) =>
      report.findings
        .filter((finding) => finding.model === model)
        .map(({ verdict, property }) => `${verdict} ${property}`)
    expect(of('sc').length).toBeGreaterThan(2)
    expect(of('tso')).toEqual(of('sc'))
    const ids = report.findings.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { elsewhere, witness, model } of report.findings) {
      if (witness === null) continue
      expect(elsewhere?.map((other) => other.model)).toEqual([model === 'sc' ? 'tso' : 'sc'])
      expect(witness.command).toContain(`--model ${model}`)
    }
  })

  it('under a model that there is not says so, and explores nothing', async () => {
    const { report, replayed } = await run(['nope'])
    expect(replayed).toBe(false)
    expect(report.diagnostics).toContainEqual(
      expect.objectContaining({ code: 'model-unknown', hint: 'known: sc, tso, lkmm-6.1, lkmm, all' }),
    )
  })

  it('of code with locks asks nothing of barriers, and knows no plain accesses under sc', async () => {
    const { report } = await run(['sc'])
    expect([report.needed, report.races, report.options.plain]).toEqual([undefined, undefined, undefined])
  })
})

describe('what lockless code needs', () => {
  const lockless = (change: Partial<RunRequest>, control: RunControl = {}) =>
    runThread(
      {
        inputs: [{ kind: 'path', path: fixture('lockless-move.mbox') }],
        arch: ['x86-pae'],
        functions: ['ptep_get_lockless'],
        ...change,
      },
      control,
    )

  it('is never said to be nothing where a bound was reached', { timeout: REPLAY_TIMEOUT }, async () => {
    const { report } = await lockless({ budget: { executions: 2 } })
    const answers = (report.needed ?? []).flatMap(({ models }) => models)
    expect(answers.length).toBeGreaterThan(0)
    for (const { coverage } of answers) expect(coverage.kind).toBe('bounded')
  })

  it('is not looked for in time that is over', { timeout: REPLAY_TIMEOUT }, async () => {
    let now = 0
    const { report } = await lockless({ budget: { seconds: 1 } }, { now: () => ++now * 10 })
    for (const { models } of report.needed ?? [])
      for (const { hazard, coverage } of models)
        if (hazard === null) expect(coverage).toMatchObject({ kind: 'bounded' })
    expect(report.findings.map(({ verdict }) => verdict)).toContain('inconclusive')
  })

  it('is left out of a run that was stopped', async () => {
    const { report } = await lockless({}, { interrupted: () => true })
    expect([report.incomplete, report.needed, report.races]).toEqual([true, undefined, undefined])
  })
})

describe('exploring one scenario', () => {
  const TORN = 'torn value used (pte)'
  const GETTER = {
    scenario: 'pte-read/x86-pae/A-to-none/irqs-off/gup-like',
    implementations: ['ptep_get_lockless@low-high'],
  }
  const explored = (change: Partial<ExploreRequest>) => {
    const result = exploreScenario({ ...GETTER, ...change })
    if (!result.ok) throw new Error(result.error.message)
    return result.value
  }
  const hazards = (change: Partial<ExploreRequest>) => explored(change).hazards.map(({ kind }) => kind)

  it('without a barrier shows what the barrier is for, under the models that need it', () => {
    for (const model of ['sc', 'tso']) expect(hazards({ model, without: ['fence@301'] })).toEqual([])
    for (const model of ['lkmm-6.1', 'lkmm']) {
      expect(hazards({ model })).toEqual([])
      expect(hazards({ model, without: ['fence@301'] })).toEqual([TORN])
    }
  })

  it('without the test of its loop shows it under every model', () => {
    for (const model of ['sc', 'tso', 'lkmm'])
      expect(hazards({ model, without: ['retry@302'] })).toEqual([TORN])
  })

  it('names what was passed over with its function', () => {
    const { without } = explored({ without: ['fence@ptep_get_lockless:299', 'retry@302'] })
    expect(without).toEqual(['fence@ptep_get_lockless:299', 'retry@ptep_get_lockless:302'])
    expect(explored({}).without).toBeUndefined()
  })

  it.each(['fence@7', 'retry@299', 'fence@other:299', '299', ''])(
    'refuses a part that is not there: %j',
    (part) => {
      expect(exploreScenario({ ...GETTER, without: [part] })).toMatchObject({
        ok: false,
        error: {
          code: 'part-unknown',
          hint: 'known: fence@ptep_get_lockless:299, fence@ptep_get_lockless:301, retry@ptep_get_lockless:302',
        },
      })
    },
  )

  it('takes plain accesses as marked, says so, and as written when asked to', () => {
    const note = /taken as READ_ONCE\(\) and WRITE_ONCE\(\)/
    expect(explored({ model: 'lkmm' }).notes.join('\n')).toMatch(note)
    expect(explored({ model: 'sc' }).notes.join('\n')).not.toMatch(note)
    const written = explored({ model: 'lkmm', plain: 'as-written' })
    expect(written.notes.join('\n')).not.toMatch(note)
    expect(written.hazards.map(({ kind }) => kind)).toEqual(['data race (pte)', TORN])
  })
})
