/**
 * mm/pagewalk.c as of 6.5 and later (text of linux-source-6.12): mapping a page of ptes may fail, and the
 * walk then looks again. In a walk of a user range without a VMA.
 */
import type { Lock } from '../../machine/index.js'
import { addrEnd } from '../../mm/index.js'
import { defineReimplementation } from '../define.js'
import { actionOf } from './action-of.js'

const TEXT = { path: 'mm/pagewalk.c', version: 'v6.12', release: '6.12' }

/** A page of ptes that cannot be mapped asks for another look at the pmd. */
export const walk_pte_range = defineReimplementation(
  {
    ...TEXT,
    name: 'walk_pte_range',
    notes: ['kernel ranges (init_mm, above TASK_SIZE) are not walked'],
  },
  function* (k, pmd, addr, end, walk) {
    let err = 0
    let mapped = false
    if (walk.no_vma) {
      const pte = yield* k.pte_offset_map(pmd, addr)
      if (pte !== null) {
        mapped = true
        err = yield* k.call('walk_pte_range_inner', pte, addr, end, walk)
        yield* k.pte_unmap(pte)
      }
    } else {
      const ptl = k.ref<Lock>()
      const pte = yield* k.pte_offset_map_lock(walk.mm, pmd, addr, ptl)
      if (pte !== null && ptl.value !== null) {
        mapped = true
        err = yield* k.call('walk_pte_range_inner', pte, addr, end, walk)
        yield* k.pte_unmap_unlock(pte, ptl.value)
      }
    }
    if (!mapped) walk.action = 'AGAIN'
    return err
  },
)

/** Splits without checking the result: walk_pte_range says AGAIN when there is no table. */
export const walk_pmd_range = defineReimplementation(
  {
    ...TEXT,
    name: 'walk_pmd_range',
    notes: ['the check of the pud at entry is not modelled: huge puds are not'],
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
        walk.action = 'SUBTREE'
        if (yield* k.branch(k.pmd_none(yield* k.deref(pmd)))) {
          if (ops.pte_hole !== undefined) err = yield* k.call(ops.pte_hole, addr, next, walk)
          break
        }
        if (ops.pmd_entry !== undefined) err = yield* k.call(ops.pmd_entry, pmd, addr, next, walk)
        if (err !== 0) break
        if (actionOf(walk) === 'AGAIN') continue
        if (walk.vma === null) {
          if (yield* k.branch(k.pmd_leaf(yield* k.deref(pmd)))) break
          if (!(yield* k.branch(k.pmd_present(yield* k.deref(pmd))))) break
        }
        if (actionOf(walk) === 'CONTINUE' || ops.pte_entry === undefined) break
        if (walk.vma !== null) yield* k.split_huge_pmd(walk.vma, pmd, addr)
        err = yield* k.call('walk_pte_range', pmd, addr, next, walk)
        if (err !== 0) break
        if (actionOf(walk) === 'AGAIN') continue
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
