/**
 * A read of two words beside a writer that takes the entry away (an exchange of the low word, then a store of
 * the high one) and sets another, without locks: the program of which herd7 and GenMC were asked, so that the
 * numbers of executions are known. Those that GenMC leaves blocked, and herd7 lets go on to the end, are the
 * turns of the reader that found the low word changed.
 */
import { describe, expect, it } from 'vitest'
import { forEachExecution } from '../../../src/explore/index.js'
import { buildPteRead, PTE_READ_SUITE, type PteReadSpec } from '../../../src/suite/index.js'
import { getter, noFirstRmb, noRetry, noRmb, noSecondRmb } from '../../support/defects/getters.js'
import { exploreBuilt, sideOf, type Version, version } from '../../support/explored.js'
import { modelNamed, reading } from '../../support/readings.js'

const FULL = version('full', '5.4', 'gup_get_pte@low-high')
const NO_RMB = version('no rmb', '5.4', getter(noRmb))
const NO_FIRST_RMB = version('no first rmb', '5.4', getter(noFirstRmb))
const NO_SECOND_RMB = version('no second rmb', '5.4', getter(noSecondRmb))
const NO_RETRY = version('no retry', '5.4', getter(noRetry))

const ONE_ROUND: PteReadSpec['versions'] = ['A', 'none', 'B']
const TWO_ROUNDS: PteReadSpec['versions'] = ['A', 'none', 'B', 'none', 'C']

function build(reader: Version, stores: PteReadSpec['stores'], versions = ONE_ROUND) {
  const spec: PteReadSpec = {
    arch: 'x86-pae',
    versions,
    lowWords: 'different',
    stores,
    flush: 'ipi',
    interrupts: 'on',
    caller: 'gup-like',
    surroundings: 'bare',
  }
  return buildPteRead(spec, sideOf(reader, PTE_READ_SUITE, 'x86-pae'))
}

/** How many executions end, are blocked, and use a torn value. */
function count(
  built: ReturnType<typeof build>,
  model: string,
  plain: 'as-written' | 'once' = 'once',
): { readonly complete: number; readonly blocked: number; readonly torn: number } {
  const { outcome } = exploreBuilt(built, { model: reading(modelNamed(model), { plain }) })
  expect(outcome.coverage).toEqual({ kind: 'exhaustive' })
  return {
    complete: outcome.executions,
    blocked: outcome.blocked,
    torn: outcome.hazards.get('torn value used (pte)')?.count ?? 0,
  }
}

describe.each(['lkmm-6.1', 'lkmm'])('accesses taken as READ_ONCE and WRITE_ONCE, under %s', (model) => {
  it.each([
    ['as merged', FULL, 'exchange-low', 0],
    ['without smp_rmb()', NO_RMB, 'exchange-low', 4],
    ['without the first smp_rmb()', NO_FIRST_RMB, 'exchange-low', 2],
    ['without the second smp_rmb()', NO_SECOND_RMB, 'exchange-low', 2],
    ['without the smp_wmb()', FULL, 'exchange-low-without-wmb', 2],
  ] as const)('%s', (_, reader, stores, torn) => {
    const counted = count(build(reader, stores), model)
    expect(counted.torn).toBe(torn)
    expect(counted.complete + counted.blocked - counted.torn).toBe(14)
  })
  it('as merged: 5 executions end', () =>
    expect(count(build(FULL, 'exchange-low'), model)).toEqual({ complete: 5, blocked: 9, torn: 0 }))
  it('as merged, taken away and set twice: 14 executions end, none torn', () =>
    expect(count(build(FULL, 'exchange-low', TWO_ROUNDS), model)).toMatchObject({ complete: 14, torn: 0 }))
})

describe.each(['lkmm-6.1', 'lkmm'])('plain accesses as they are written, under %s', (model) => {
  it('promise nothing: 4 executions of 18 are torn', () => {
    const counted = count(build(FULL, 'exchange-low'), model, 'as-written')
    expect([counted.torn, counted.complete + counted.blocked]).toEqual([4, 18])
  })
  it('race in every execution', () => {
    const races = { 'as-written': new Set<boolean>(), once: new Set<boolean>() }
    for (const plain of ['as-written', 'once'] as const) {
      const options = { model: reading(modelNamed(model), { plain }) }
      forEachExecution(build(FULL, 'exchange-low').program, options, ({ flags }) => {
        races[plain].add(flags.includes('data-race'))
        return true
      })
    }
    expect(races).toEqual({ 'as-written': new Set([true]), once: new Set([false]) })
  })
})

describe.each(['sc', 'tso'])('where stores stay in order, and loads too, as under %s', (model) => {
  it.each([
    ['as merged', FULL, 'exchange-low'],
    ['without smp_rmb()', NO_RMB, 'exchange-low'],
    ['without the smp_wmb()', FULL, 'exchange-low-without-wmb'],
  ] as const)('barriers make no difference: %s', (_, reader, stores) => {
    expect(count(build(reader, stores), model).torn).toBe(0)
    expect(count(build(reader, stores), model, 'as-written').torn).toBe(0)
  })
})

it.each(['sc', 'tso', 'lkmm-6.1', 'lkmm'])('without a retry 2 executions are torn under %s', (model) =>
  expect(count(build(NO_RETRY, 'exchange-low'), model)).toMatchObject({ blocked: 0, torn: 2 }),
)
