/**
 * What a replay of the pagewalk locking patch must show: every claim of the patch's story, from the findings
 * alone. The expectations are the kernel's (KERNEL-FACTS of the project's description), not of this code.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Finding, Report } from '../../src/report/index.js'
import { findingsOf, fixture, REPLAY_TIMEOUT, replayed, theFinding } from '../support/replayed.js'
import { describeShared, sharedData } from '../support/shared-data.js'

const EXHAUSTIVE = { kind: 'exhaustive' }

function impossible(side: Finding['before']): void {
  expect(side).toMatchObject({ holds: 'never', count: 0, coverage: EXHAUSTIVE })
  expect(side.executions).toBeGreaterThan(0)
}

function possible(side: Finding['before']): void {
  expect(['sometimes', 'always']).toContain(side.holds)
  expect(side.count).toBeGreaterThan(0)
  expect(side.count).toBeLessThanOrEqual(side.executions)
  expect(side.coverage).toEqual(EXHAUSTIVE)
}

function showsThePatch(path: () => string): void {
  let report: Report
  beforeAll(async () => {
    report = (await replayed(path())).report
  }, REPLAY_TIMEOUT)
  const the = (sought: Parameters<typeof theFinding>[1]) => theFinding(report, sought)

  it('replays both changed functions, before and after, and reaches every changed line', () => {
    expect(report.functions.map(({ name, change }) => [name, change])).toEqual([
      ['walk_pte_range', ['modified']],
      ['walk_pmd_range', ['modified']],
    ])
    for (const { before, after, changedLines } of report.functions) {
      expect(before).not.toBeNull()
      expect(after).not.toBeNull()
      expect(after).not.toBe(before)
      expect(changedLines.executable).toBeGreaterThan(0)
      expect(changedLines.reached).toBe(changedLines.executable)
    }
  })

  it('finds all counts right and leaves nothing inconclusive', () => {
    const [file] = report.patches[0]?.files ?? []
    expect(file?.hunks).toBe(3)
    expect(file?.missing).toEqual([])
    for (const check of ['counts', 'offsets', 'diffstat'])
      expect(file?.checks).toContainEqual(expect.objectContaining({ name: check, result: 'passed' }))
    expect(report.summary).toMatchObject({ inconclusive: 0, unmapped: 0 })
  })

  it('finds the lost update fixed', () => {
    const fixed = findingsOf(report, { verdict: 'fixed' })
    expect(fixed.map(({ property }) => property)).toEqual(['lost update (pte)'])
    const lost = the({ verdict: 'fixed' })
    possible(lost.before)
    impossible(lost.after)
    expect(lost).toMatchObject({ function: 'walk_pte_range', witness: { side: 'before' } })
    expect(lost.scenarios).toContain('pagewalk/x86-64/read/pte/read-modify-write/swap-out')
    expect(lost.premise.needs).toContain('a pte_entry that writes back a pte it read')
    expect(lost.premise.needs.join()).toContain('swap-out')
  })

  it('shows the lost update as a store of what was read before another thread stored', () => {
    const steps = the({ verdict: 'fixed' }).witness?.steps ?? []
    const at = steps.findIndex((step) => step.hazard?.startsWith('lost update') === true)
    const step = steps[at]
    expect(step).toMatchObject({ thread: 'a', operation: 'store', locks: ['mmap_lock(read)'] })
    const object = step?.state?.split(' ')[0] ?? '?'
    const read = steps.findLastIndex(
      (one, i) => i < at && one.thread === 'a' && one.operation === 'load' && one.text.includes(object),
    )
    const stores = steps.slice(read, at).filter((one) => one.thread === 'b' && one.text.includes(object))
    expect(read).toBeGreaterThan(0)
    expect(stores.map(({ operation }) => operation)).toContain('store')
    for (const one of stores) expect(one.locks.join()).toContain('ptl')
  })

  it('finds the locks held in pte_entry changed from none to the page-table lock', () => {
    const locks = findingsOf(report, { verdict: 'changed' }).filter(({ property }) =>
      property.startsWith('locks held in pte_entry'),
    )
    expect(locks).toHaveLength(1)
    expect(locks[0]).toMatchObject({
      kind: 'contract',
      function: 'walk_pte_range',
      before: { value: 'none', holds: 'always', coverage: EXHAUSTIVE },
      after: { value: 'PTL', holds: 'always', coverage: EXHAUSTIVE },
    })
    for (const callbacks of ['pte', 'both'])
      expect(locks[0]?.scenarios).toContain(`pagewalk/x86-64/quiet/${callbacks}/table`)
    const steps = locks[0]?.witness?.steps.filter(({ operation }) => operation === 'pte_entry') ?? []
    expect(steps.length).toBeGreaterThan(1)
    for (const step of steps) expect(step.locks.join()).toContain('ptl')
  })

  it('finds splits 1 to 0 and pte callbacks 512 to 0 for a walker with both callbacks', () => {
    const huge = 'pagewalk/x86-64/quiet/both/huge-anon'
    expect(the({ verdict: 'changed', kind: 'splits' })).toMatchObject({
      property: 'splits (callbacks: both)',
      scenario: huge,
      function: 'walk_pmd_range',
      before: { value: '1', holds: 'always', coverage: EXHAUSTIVE },
      after: { value: '0', holds: 'always', coverage: EXHAUSTIVE },
    })
    const calls = the({ verdict: 'changed', kind: 'pte_entry calls' })
    expect(calls).toMatchObject({ property: 'pte_entry calls (callbacks: both)', scenario: huge })
    expect(calls.before.value).toMatch(/^512\b/)
    expect(calls.after.value).toBe('0')
  })

  it('finds that walkers with pte_entry only split as before', () => {
    const same = the({ verdict: 'same', property: 'splits (callbacks: pte)' })
    expect(same).toMatchObject({ before: { coverage: EXHAUSTIVE }, after: { coverage: EXHAUSTIVE } })
    expect(same.scenario).toBe('pagewalk/x86-64/quiet/pte/huge-anon')
    expect([same.before.value, same.after.value]).toEqual(['1', '1'])
    the({ verdict: 'same', property: 'pte_entry calls (callbacks: pte)' })
    expect(
      report.findings.filter(({ property, verdict }) => verdict === 'changed' && property.includes('splits')),
    ).toHaveLength(1)
  })

  it('finds that a walker with pmd_entry only sees no difference', () => {
    for (const property of ['splits', 'pte_entry calls', 'locks held in pte_entry'])
      the({ verdict: 'same', property: `${property} (callbacks: pmd)` })
    for (const { verdict, scenarios, property } of report.findings)
      if (verdict === 'changed' || verdict === 'regressed' || verdict === 'fixed')
        expect(
          scenarios?.filter((id) => id.includes('/pmd/')),
          property,
        ).toEqual([])
  })

  it('finds a walk through an empty pmd newly possible, with any number of loads', () => {
    const walk = the({ verdict: 'regressed', property: 'walk of a non-table (none)' })
    impossible(walk.before)
    possible(walk.after)
    expect(walk).toMatchObject({
      kind: 'walk of a non-table',
      function: 'walk_pmd_range',
      reach: 'unknown',
      scenario: 'pagewalk/x86-64/read/both/huge-anon/zap',
      witness: { side: 'after' },
    })
    expect(walk.premise.inTree).toBeNull()
    const needs = walk.premise.needs.join('\n')
    for (const word of [
      'both pmd_entry and pte_entry',
      'mmap_lock(read)',
      'CONFIG_TRANSPARENT_HUGEPAGE=y',
      'MADV_DONTNEED',
      'any number of loads',
    ])
      expect(needs).toContain(word)
  })

  it('never walks a non-table from a start that is a table, nor for a walker with one callback', () => {
    for (const { scenarios } of findingsOf(report, { verdict: 'regressed' })) {
      expect(scenarios?.filter((id) => /\/both\/table\//.test(id))).toEqual([])
      expect(scenarios?.filter((id) => !id.includes('/both/'))).toEqual([])
    }
  })

  it('under mmap_lock for write meets what comes through the rmap alone: no fault, no MADV_DONTNEED', () => {
    for (const { scenarios } of findingsOf(report, { verdict: 'regressed' }))
      for (const id of scenarios?.filter((one) => one.includes('/write/')) ?? [])
        expect(id).toMatch(/\/(huge-file|migration-file|devmap)\/zap$|\/migrate$/)
  })

  it('shows the empty pmd in the state of the witness, and the lock of no table', () => {
    const steps = the({ verdict: 'regressed', property: 'walk of a non-table (none)' }).witness?.steps ?? []
    const hazard = steps.at(-1)
    expect(hazard?.hazard).toMatch(/^walk of a non-table/)
    expect(hazard?.at).toMatch(/^mm\/pagewalk\.c:\d+$/)
    expect(hazard?.state).toMatch(/^pmd:\S+ none$/)
    const zap = steps.findIndex((one) => one.thread === 'b' && one.state?.endsWith(' none') === true)
    const tests = steps.slice(0, zap).filter((one) => one.thread === 'a' && one.operation === 'pmd_entry')
    expect(tests).toHaveLength(1)
  })

  it('keeps what needs a second load of *pmd apart, and calls it latent', () => {
    const latent = findingsOf(report, { verdict: 'regressed', reach: 'latent' })
    const properties = latent.map(({ property }) => property)
    expect(properties).toContain('walk of a non-table (migration)')
    expect(properties).toContain('right table under the wrong lock (ptl of a non-table)')
    expect(properties).not.toContain('walk of a non-table (none)')
    for (const one of latent) {
      impossible(one.before)
      possible(one.after)
      expect(one.premise.needs.at(-1)).toMatch(/loads the same entry again/)
      expect(one.witness?.command).toContain('--loads each')
    }
    expect(the({ property: 'walk of a non-table (migration)' }).premise.needs.join()).toContain(
      'page migration',
    )
  })

  it('calls the lock around callbacks a changed contract, not a hazard', () => {
    const contracts = findingsOf(report, { verdict: 'changed', kind: 'contract' })
    const properties = contracts.map(({ property }) => property)
    expect(properties).toContain('sleep in atomic context (pte_entry)')
    expect(properties).toContain('double lock (ptl)')
    for (const { property } of findingsOf(report, { verdict: 'regressed' }))
      expect(property).not.toMatch(/sleep|double lock/)
    expect(the({ property: 'sleep in atomic context (pte_entry)' })).toMatchObject({
      before: { holds: 'never', coverage: EXHAUSTIVE },
      after: { coverage: EXHAUSTIVE },
    })
  })

  it('leaves what goes wrong on both sides out of the changes', () => {
    for (const property of ['dirty bit lost (pte)', 'pte pointer outside its page (callback)'])
      expect(the({ property }).verdict).toBe('pre-existing')
  })

  it('tells one finding per hazard, its scenarios a list inside it', () => {
    const told = report.findings.map(({ verdict, property }) => `${verdict} ${property}`)
    expect(new Set(told).size).toBe(told.length)
    expect(new Set(report.findings.map(({ id }) => id)).size).toBe(report.findings.length)
    for (const { scenario, scenarios } of report.findings) expect(scenarios?.[0]).toBe(scenario)
    expect(the({ property: 'walk of a non-table (none)' }).scenarios?.length).toBeGreaterThan(5)
  })

  it('gives every change a witness whose steps say where, under which locks, and what the entry is', () => {
    for (const { verdict, witness, property } of report.findings) {
      if (verdict === 'same') continue
      expect(witness, property).not.toBeNull()
      const steps = witness?.steps ?? []
      expect(steps.length, property).toBeGreaterThan(10)
      const own = steps.filter(({ thread }) => thread === 'a')
      expect(
        own.every(({ at }) => at?.startsWith('mm/pagewalk.c') === true),
        property,
      ).toBe(true)
      const placed = own.filter(({ at }) => /:\d+$/.test(at ?? ''))
      expect(placed.length, property).toBeGreaterThan(5)
      for (const { operation, state, text } of steps) {
        const accesses = /^(load|store|rmw)$/.test(operation) && / (pte|pmd|pud|p4d|pgd):/.test(text)
        if (accesses) expect(state, `${property}: ${text}`).not.toBeNull()
      }
      for (const { locks } of own) expect(locks.length, property).toBeGreaterThan(0)
    }
  })

  it('places steps at lines that the patch shows or that lie between its hunks', () => {
    const lines = (report.findings[0]?.witness?.steps ?? []).flatMap(({ at }) => {
      const line = /:(\d+)$/.exec(at ?? '')?.[1]
      return line === undefined ? [] : [Number(line)]
    })
    expect(Math.min(...lines)).toBeGreaterThan(9)
    expect(Math.max(...lines)).toBeLessThan(100)
  })
}

describe('fixtures/threads/pagewalk-lock.mbox', () => {
  showsThePatch(() => fixture('pagewalk-lock.mbox'))

  it('repairs nothing', async () => {
    const { report } = await replayed(fixture('pagewalk-lock.mbox'))
    expect(report.patches[0]?.files[0]).toMatchObject({
      repairs: [],
      certificate: { base: 'none', added: 'verbatim' },
    })
  })
})

describeShared('seeds/001.txt', ['seeds/001.txt'], () => {
  const path = () => sharedData('seeds/001.txt') ?? ''
  showsThePatch(path)

  it('restores 23 markers, 4 of them of empty lines, and says that indentation was lost', async () => {
    const { report } = await replayed(path())
    const [file] = report.patches[0]?.files ?? []
    const repairs = new Map(file?.repairs.map(({ kind, count }) => [kind, count]))
    expect(repairs.get('marker-stripped')).toBe(23)
    expect(repairs.get('blank-context-restored')).toBe(4)
    expect(repairs.get('indent-lost')).toBeGreaterThan(0)
    expect(file?.certificate).toEqual({ base: 'none', added: 'blanks-inferred' })
  })
})
