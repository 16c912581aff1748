/**
 * mm/pagewalk.c as of 5.6 to 6.4 (text of linux-source-6.1): `walk->action` lets a callback say what to do
 * with the entry, walks without a VMA take no lock, and the last page of the address space ends the loop.
 */
import { addrEnd, PAGE_SIZE, wrapAddress } from '../../mm/index.js'
import { defineReimplementation } from '../define.js'
import { actionOf } from './action-of.js'
import { WALK_PMD_RANGE, WALK_PTE_RANGE, WALK_PTE_RANGE_INNER } from './pagewalk.identities.js'
import { walkPtesUnlessWithoutVma } from './walk-ptes.js'

const TEXT = { path: 'mm/pagewalk.c', version: 'v6.1', release: '6.1' }

/** The loop over ptes, without mapping or locking. */
export const walk_pte_range_inner = defineReimplementation(
  { ...TEXT, name: 'walk_pte_range_inner', identities: WALK_PTE_RANGE_INNER.v6_1 },
  function* (k, first, start, end, walk) {
    const { pte_entry } = walk.ops
    if (pte_entry === undefined) return 0
    let addr = start
    let pte = first
    let err: number
    for (;;) {
      err = yield* k.call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
      if (yield* k.branch(err !== 0)) break
      if (addr >= end - PAGE_SIZE) break
      addr = wrapAddress(k.mm.profile, addr + PAGE_SIZE)
      pte = pte.next()
    }
    return err
  },
)

/** Locks the page of ptes, except in a walk without a VMA. */
export const walk_pte_range = defineReimplementation(
  { ...TEXT, name: 'walk_pte_range', identities: WALK_PTE_RANGE.v6_1 },
  walkPtesUnlessWithoutVma,
)

/** A callback's `action` says whether to go on to the ptes, skip them, or look again. */
export const walk_pmd_range = defineReimplementation(
  {
    ...TEXT,
    name: 'walk_pmd_range',
    identities: WALK_PMD_RANGE.v6_1,
    notes: ['hugepd entries are not walked'],
  },
  function* (k, pud, start, end, walk) {
    const { ops } = walk
    let addr = start
    let err = 0
    let pmd = yield* k.pmd_offset(pud, addr)
    for (;;) {
      const next = addrEnd(k.mm.profile, 'pmd', addr, end)
      for (;;) {
        yield* k.retry('again', addr, err)
        if (yield* k.branch(k.pmd_none(yield* k.deref(pmd)))) {
          if (ops.pte_hole !== undefined) err = yield* k.call(ops.pte_hole, addr, next, walk)
          break
        }
        walk.action = 'SUBTREE'
        if (ops.pmd_entry !== undefined) err = yield* k.call(ops.pmd_entry, pmd, addr, next, walk)
        if (err !== 0) break
        if (actionOf(walk) === 'AGAIN') continue
        if (walk.vma === null) {
          if (yield* k.branch(k.pmd_leaf(yield* k.deref(pmd)))) break
          if (!(yield* k.branch(k.pmd_present(yield* k.deref(pmd))))) break
        }
        if (actionOf(walk) === 'CONTINUE' || ops.pte_entry === undefined) break
        if (walk.vma !== null) {
          yield* k.split_huge_pmd(walk.vma, pmd, addr)
          if (yield* k.branch(yield* k.pmd_trans_unstable(pmd))) continue
        }
        err = yield* k.call('walk_pte_range', pmd, addr, next, walk)
        break
      }
      if (yield* k.branch(err !== 0)) break
      pmd = pmd.next()
      addr = next
      if (addr === end) break
    }
    return err
  },
)
