/** Random hunting finds planted differences, shrinks them to the smallest world, and invents none. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SC } from '../../../src/explore/index.js'
import { type EntryPointer, PAGE_SIZE } from '../../../src/mm/index.js'
import { defineReimplementation } from '../../../src/reimpl/index.js'
import { differenceIn, hunt, walkSpecs } from '../../../src/run/hunt.js'
import { canExist, PAGEWALK_SUITE, shrinkWalk, type WalkSpec } from '../../../src/suite/index.js'
import { locked, unlocked } from '../../support/defects/walk-pte-range.js'
import { sideOf, version } from '../../support/explored.js'

const P0 = version('P0', '5.4', 'walk_pte_range@v5.4', 'walk_pmd_range@v5.4')
const P1 = version('P1', '5.4', 'walk_pte_range@oct2019', 'walk_pmd_range@oct2019')

/** Goes wrong only if exactly two ptes were present, and the first of them is gone when the walk is through. */
const needsTwoPtesAndAnActor = defineReimplementation(
  { path: 'mm/pagewalk.c', name: 'walk_pte_range', version: 'planted', release: '5.4' },
  function* (k, pmd, start, end, walk) {
    const { pte_entry } = walk.ops
    let pte = yield* k.pte_offset_map(pmd, start)
    if (pte === null || pte_entry === undefined) return 0
    const present: EntryPointer[] = []
    let err = 0
    for (let addr = start; ; ) {
      if (yield* k.branch(k.pte_present(yield* k.deref(pte)))) present.push(pte)
      err = yield* k.call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
      addr += PAGE_SIZE
      if (err !== 0 || addr === end) break
      pte = pte.next()
    }
    const [first] = present
    if (first !== undefined && present.length === 2) {
      if (!(yield* k.branch(k.pte_present(yield* k.deref(first))))) err = -1
    }
    yield* k.pte_unmap(pte)
    return err
  },
)

function request(before: typeof P0, after: typeof P0, runs: number, seed = 1, arch = 'x86-64') {
  const [left, right] = [sideOf(before, PAGEWALK_SUITE, arch), sideOf(after, PAGEWALK_SUITE, arch)]
  return { before: left, after: right, model: SC, arch, runs, seed }
}

const PLANTED = version('planted', '5.4', needsTwoPtesAndAnActor, 'walk_pmd_range@v5.4')

/** What a world holds, counted. */
function sizeOf({ world, actors, callbacks }: WalkSpec) {
  const ptes = world.pmds.flatMap((pmd) => (pmd.kind === 'table' ? pmd.ptes : []))
  return {
    pmds: world.pmds.length,
    slots: ptes.length,
    populated: ptes.filter((pte) => pte !== 'none').length,
    actors: actors.length,
    callbacks: Object.keys(callbacks),
  }
}

const SMALLEST = { pmds: 1, slots: 2, populated: 2, actors: 1, callbacks: ['pte'] }

describe('a difference that needs two populated ptes and one actor', () => {
  it.each([1, 2, 3])('is found, and its world shrunk to exactly these (seed %i)', (seed) => {
    const found = hunt(request(P0, PLANTED, 300, seed))
    expect(found).not.toBeNull()
    if (found === null) return
    expect(sizeOf(found.spec)).toEqual(SMALLEST)
    expect(found.spec.context).toBe('mmap_lock(read)')
    expect(found.spec.world.vma).toBe('anonymous')
  })

  it('is shrunk that far by fast-check alone', () => {
    const both = request(P0, PLANTED, 0)
    const property = fc.property(walkSpecs('x86-64'), (spec) => differenceIn(spec, both) === null)
    const { counterexample } = fc.check(property, { numRuns: 300, seed: 4 })
    expect(counterexample).not.toBeNull()
    if (counterexample !== null) expect(sizeOf(counterexample[0])).toEqual(SMALLEST)
  })
})

describe('other differences', () => {
  it('an unlock that is left out after an error needs one pmd and a pte_entry that stops', () => {
    const wrong = version('leak', '5.4', locked('the lock is kept after an error'), 'walk_pmd_range@oct2019')
    const found = hunt(request(P1, wrong, 200))
    expect(found?.difference).toBe('newly possible: lock leak (ptl)')
    expect(found === null ? null : sizeOf(found.spec)).toMatchObject({ pmds: 1, callbacks: ['pte'] })
  })
  it('the patch of October 2019 shows in one pmd, with nothing else running', () => {
    const found = hunt(request(P0, P1, 200, 3))
    expect(found === null ? null : sizeOf(found.spec)).toMatchObject({ pmds: 1, actors: 0 })
  })
})

describe('a version against itself', () => {
  it.each([P0, P1])(
    '$label never differs',
    (one) => expect(hunt(request(one, one, 200, 11))).toBeNull(),
    120_000,
  )
  it('nor against the same written out again', () => {
    const again = version('again', '5.4', unlocked('nothing'), 'walk_pmd_range@v5.4')
    expect(hunt(request(P0, again, 100, 5))).toBeNull()
  }, 120_000)
})

describe('generated worlds', () => {
  it.each(['x86-64', 'x86-64-5level', 'x86-pae', 'x86-32'])(
    'can exist, and so can simpler ones (%s)',
    (arch) => {
      fc.assert(
        fc.property(walkSpecs(arch, '5.5'), (spec) => canExist(spec) && shrinkWalk(spec).every(canExist)),
        { numRuns: 300 },
      )
    },
  )
  it('reach every kind of pmd, pte, context and actor', () => {
    const seen = new Set<string>()
    for (const { world, context, actors } of fc.sample(walkSpecs('x86-64', '5.5'), {
      numRuns: 2000,
      seed: 1,
    })) {
      seen.add(context)
      for (const pmd of world.pmds) {
        seen.add(pmd.kind)
        if (pmd.kind === 'table') for (const pte of pmd.ptes) seen.add(pte)
      }
      for (const one of actors)
        for (const name of one.kind === 'pte' ? [one.action] : one.steps) seen.add(name)
    }
    for (const name of [
      'none',
      'table',
      'huge',
      'migration',
      'devmap',
      'clean',
      'dirty',
      'read-only',
      'swap',
    ]) {
      expect(seen).toContain(name)
    }
    for (const name of ['mmap_lock(read)', 'mmap_lock(write)', 'i_mmap_rwsem']) expect(seen).toContain(name)
    for (const name of ['swap-out', 'hardware-dirty', 'zap', 'split', 'migrate', 'restore', 'collapse']) {
      expect(seen).toContain(name)
    }
  })
})
