/** Plain accesses of two words that may tear: the compiler chooses the order, beyond what a memory model says. */
import { describe, expect, it } from 'vitest'
import { explore } from '../../../src/explore/index.js'
import { EntryPointer, tornValues } from '../../../src/mm/index.js'
import type { World } from '../../../src/suite/index.js'
import { type Body, laboratory } from '../../support/lab.js'
import { modelNamed, reading } from '../../support/readings.js'

const VALUE = { bits: (7n << 32n) | 1n, from: [] }

function pte(world: World): EntryPointer {
  const [table] = world.tables
  if (table === null || table === undefined) throw new Error('no table')
  return new EntryPointer(table, 0)
}

/** Relies on what it finds if the present bit is set. */
const plainLook: Body = function* (k, w) {
  const seen = yield* k.deref(pte(w))
  if ((seen.bits & 1n) === 1n) yield* k.observe('relied on', '', { uses: seen.from })
}

/** As set_pte() does: high word, write barrier, low word. */
const set: Body = (k, w) => k.set_pte_at(w.mm, 0n, pte(w), VALUE)
const plainSet: Body = (k, w) => k.storeEntry(pte(w), VALUE, 'plain')

function explored(arch: string, tear: boolean, ...bodies: readonly Body[]) {
  const { program } = laboratory({ arch, pmds: [{ kind: 'table', ptes: [] }] }, bodies)
  const model = reading(modelNamed('sc'), { tear })
  return explore(program, { model, detectors: [tornValues] })
}

const hazards = (...of: Parameters<typeof explored>) => [...explored(...of).hazards.keys()]
const TORN = ['torn value used (pte)']

describe('a plain load of two words', () => {
  it('goes from low to high, in time for a store that goes the other way', () =>
    expect(hazards('x86-pae', false, plainLook, set)).toEqual([]))
  it('goes in either order where it may tear', () =>
    expect(hazards('x86-pae', true, plainLook, set)).toEqual(TORN))
  it('is one load of one word all the same', () =>
    expect(hazards('x86-64', true, plainLook, set)).toEqual([]))
})

describe('a plain store of two words', () => {
  const snapshot: Body = function* (k, w) {
    const seen = yield* k.snapshot(pte(w))
    if ((seen.bits & 1n) === 1n) yield* k.observe('relied on', '', { uses: seen.from })
  }
  it('is one step', () => expect(hazards('x86-pae', false, snapshot, plainSet)).toEqual([]))
  it('is two in either order where it may tear', () =>
    expect(hazards('x86-pae', true, snapshot, plainSet)).toEqual(TORN))
})

it('the order is asked for once for each function and level', () => {
  const twice: Body = function* (k, w) {
    yield* k.deref(pte(w))
    yield* k.deref(pte(w))
  }
  expect([...explored('x86-pae', true, twice).behaviours.values()].map(({ input }) => input).sort()).toEqual([
    'words of the load of a pte in code=high first',
    'words of the load of a pte in code=low first',
  ])
})

it('marked accesses do not tear', () => {
  const marked: Body = function* (k, w) {
    yield* k.ptep_get(pte(w))
    yield* k.storeEntry(pte(w), VALUE, 'once')
  }
  expect(explored('x86-pae', true, marked).executions).toBe(1)
})
