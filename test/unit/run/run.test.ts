/** What a request narrows a run to, and what the other entrances of run/ answer. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../../src/report/index.js'
import {
  exploreScenario,
  fingerprint,
  list,
  parseThread,
  type RunRequest,
  runThread,
  stepThrough,
} from '../../../src/run/index.js'
import { fixture, REPLAY_TIMEOUT, replayed } from '../../support/replayed.js'

const PATH = fixture('pagewalk-ptl-only.mbox')
const inputs = [{ kind: 'path', path: PATH }] as const
const run = (change: Partial<RunRequest>) => runThread({ inputs, ...change })
const CALM = { timeout: REPLAY_TIMEOUT }

describe('a request', () => {
  let whole: Report
  beforeAll(async () => {
    whole = (await replayed(PATH)).report
  }, REPLAY_TIMEOUT)

  it('without actors leaves out what they bring about', CALM, async () => {
    const { report } = await run({ without: ['swap-out', 'zap-pte', 'migrate-pte'] })
    expect(whole.findings.map(({ property }) => property)).toContain('lost update (pte)')
    expect(report.findings.map(({ property }) => property)).not.toContain('lost update (pte)')
    expect(
      report.findings.flatMap(({ scenarios }) => scenarios ?? []).filter((id) => id.includes('swap-out')),
    ).toEqual([])
  })

  it('for one lock is run in the worlds under it alone', CALM, async () => {
    const { report } = await run({ locks: ['mmap_lock(write)'] })
    const held = report.findings
      .flatMap(({ premise }) => premise.needs)
      .filter((need) => /_lock|rwsem/.test(need))
    expect(held.length).toBeGreaterThan(0)
    for (const need of held) expect(need).toContain('mmap_lock(write)')
  })

  it('for a lock that no world knows says which ones there are', CALM, async () => {
    const { report } = await run({ locks: ['big_kernel_lock'] })
    expect(report.diagnostics.find(({ code }) => code === 'lock-unknown')?.hint).toContain('i_mmap_rwsem')
  })

  it('for another architecture runs there', CALM, async () => {
    const { report } = await run({ arch: ['x86-pae'] })
    expect(report.options.arch).toEqual(['x86-pae'])
    expect(new Set(report.findings.map(({ arch }) => arch))).toEqual(new Set(['x86-pae']))
    expect(report.findings.find(({ verdict }) => verdict === 'fixed')?.property).toBe('lost update (pte)')
  })

  it('for a function that is not changed replays nothing', CALM, async () => {
    const { report, replayed: ran } = await run({ functions: ['walk_pud_range'] })
    expect(ran).toBe(false)
    expect(report.findings).toEqual([])
  })

  it('for a patch that the series does not have replays nothing', CALM, async () => {
    const { hasPatch, report } = await run({ patches: [7] })
    expect(hasPatch).toBe(false)
    expect(report.diagnostics.map(({ code }) => code)).toEqual(['patch-unknown'])
  })

  it('for a revision that there is none of replays nothing', CALM, async () => {
    const { hasPatch, report } = await run({ revision: 9 })
    expect(hasPatch).toBe(false)
    expect(report.diagnostics.some(({ severity }) => severity === 'error')).toBe(true)
  })

  it('with merged loads says so in its options, and finds nothing latent', CALM, async () => {
    const { report } = await runThread({
      inputs: [{ kind: 'path', path: fixture('pagewalk-lock.mbox') }],
      loads: 'once',
    })
    expect(report.options.loads).toEqual(['merged'])
    expect(report.findings.filter(({ reach }) => reach === 'latent')).toEqual([])
    expect(report.findings.find(({ property }) => property === 'walk of a non-table (none)')).toBeDefined()
  })

  it('names the sizes that exhaustive ranges over', () => {
    expect(whole.options.scope).toMatch(/4 entries per table/)
    expect(whole.options.scope).toMatch(/architecture's table sizes/)
  })

  it('lists the simplifications that its witnesses ran through', () => {
    expect(whole.simplifications?.length).toBeGreaterThan(0)
    for (const { error } of whole.simplifications ?? []) expect(error).toMatch(/misses|may report/)
  })

  it('tells its progress, forwards only', CALM, async () => {
    const phases: string[] = []
    const done: number[] = []
    await runThread(
      { inputs },
      {
        onProgress: (progress) => {
          phases.push(progress.phase)
          if (progress.phase === 'explore') done.push(progress.done)
        },
      },
    )
    expect([...new Set(phases)]).toEqual(['read', 'match', 'explore', 'compare'])
    expect(done.length).toBeGreaterThan(10)
    expect(done).toEqual([...done].sort((a, b) => a - b))
  })
})

describe('parseThread', () => {
  it('names what would stand for each side, and finds nothing', async () => {
    const { report, replayed: ran } = await parseThread({ inputs })
    expect(ran).toBe(false)
    expect(report.findings).toEqual([])
    expect(report.functions[0]).toMatchObject({
      before: 'walk_pte_range@v5.4',
      after: 'walk_pte_range@oct2019',
    })
  })
})

describe('fingerprint', () => {
  it('gives the hash of both sides of each function, and who carries it', async () => {
    const { rows } = await fingerprint({ inputs })
    expect(rows.map(({ name, side, implementation }) => [name, side, implementation])).toEqual([
      ['walk_pte_range', 'before', 'walk_pte_range@v5.4'],
      ['walk_pte_range', 'after', 'walk_pte_range@oct2019'],
    ])
    for (const { hash } of rows) expect(hash).toMatch(/^[0-9a-f]{16}$/)
  })
})

describe('exploreScenario', () => {
  const scenario = 'pagewalk/x86-64/read/pte/read-modify-write/swap-out'

  it('shows the lost update before and not after', () => {
    const kinds = (implementation: string) => {
      const result = exploreScenario({ scenario, implementations: [implementation] })
      if (!result.ok) throw new Error(result.error.message)
      expect(result.value.coverage).toEqual({ kind: 'exhaustive' })
      return result.value.hazards.map(({ kind }) => kind)
    }
    expect(kinds('walk_pte_range@v5.4')).toEqual(['lost update (pte)'])
    expect(kinds('walk_pte_range@oct2019')).toEqual([])
  })

  it('counts every execution in exactly one behaviour', () => {
    const result = exploreScenario({ scenario, implementations: [] })
    if (!result.ok) throw new Error(result.error.message)
    const sum = result.value.behaviours.reduce((total, { count }) => total + count, 0)
    expect(sum).toBe(result.value.executions)
  })

  it.each([
    [{ scenario: 'pagewalk/x86-64/read/pte/swap', implementations: [] }, 'scenario-unknown'],
    [{ scenario, implementations: ['walk_pte_range@nope'] }, 'implementation-unknown'],
    [{ scenario, implementations: [], model: 'nope' }, 'model-unknown'],
    [{ scenario, implementations: [], arch: 'pdp11' }, 'arch-unknown'],
  ])('refuses names that mean nothing: %o', (request, code) => {
    const result = exploreScenario(request)
    expect(result).toMatchObject({ ok: false, error: { code, severity: 'error' } })
  })
})

describe('stepThrough', () => {
  const step = {
    inputs,
    scenario: 'pagewalk/x86-64/read/pte/read-modify-write/swap-out',
    side: 'before',
    schedule: 'a4',
  } as const

  it.each([
    [{ scenario: 'nope' }, 'scenario-unknown'],
    [{ model: ['nope'] }, 'model-unknown'],
    [{ inputs: [{ kind: 'path', path: fixture('walk-discussion.mbox') }] }, 'no-patch'],
    [{ inputs: [{ kind: 'path', path: fixture('pagewalk-comments.mbox') }] }, 'scenario-not-run'],
  ] as const)('refuses what cannot be replayed: %o', async (change, code) => {
    expect(await stepThrough({ ...step, ...change })).toMatchObject({ ok: false, error: { code } })
  })

  it('replays a schedule of x86-TSO, and shows each flush of a store', async () => {
    const { scenario } = step
    const explored = exploreScenario({ scenario, implementations: ['walk_pte_range@v5.4'], model: 'tso' })
    if (!explored.ok) throw new Error(explored.error.message)
    const [hazard] = explored.value.hazards
    expect(hazard?.schedule).toMatch(/A/)
    const result = await stepThrough({ ...step, model: ['tso'], schedule: hazard?.schedule ?? '' })
    if (!result.ok) throw new Error(result.error.message)
    expect(result.value.hazards.join()).toContain('lost update')
    const flushes = result.value.steps.filter(({ operation }) => operation === 'store-flush')
    expect(flushes.map(({ thread, text }) => `${thread} ${text}`)).toContain('a flush of pte:A[1]')
  })

  it.each(['', 'z9', 'a', '4', 'b99999', 'a4b4a2]'])(
    'refuses a schedule that is none: %j',
    async (schedule) => {
      const result = await stepThrough({ ...step, schedule })
      if (schedule === '') return
      expect(result.ok).toBe(false)
    },
  )
})

describe('list', () => {
  it.each(['functions', 'suites', 'scenarios', 'archs', 'models', 'simplifications'] as const)(
    'has rows as wide as its columns: %s',
    (what) => {
      const { columns, rows } = list(what)
      expect(rows.length).toBeGreaterThan(0)
      for (const row of rows) expect(row).toHaveLength(columns.length)
    },
  )

  it('lists each scenario of each suite once', () => {
    const ids = list('scenarios').rows.map(([id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
