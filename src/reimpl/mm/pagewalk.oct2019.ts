/**
 * mm/pagewalk.c after the patch posted on 3 October 2019 (post-image blob 6ae95932e799), never merged: the
 * page-table lock around pte_entry, and no splitting for walkers that have a pmd_entry. Lines are those of
 * that post-image.
 */
import type { Lock } from '../../machine/index.js'
import { addrEnd, PAGE_SIZE, wrapAddress } from '../../mm/index.js'
import { defineReimplementation } from '../define.js'
import { WALK_PMD_RANGE, WALK_PTE_RANGE } from './pagewalk.identities.js'

const TEXT = { path: 'mm/pagewalk.c', version: 'oct2019', release: '5.4' }

/** Locks the page of ptes for all callbacks, and unmaps the pointer that was mapped. */
export const walk_pte_range = defineReimplementation(
  { ...TEXT, name: 'walk_pte_range', identities: WALK_PTE_RANGE.oct2019, lines: [15, 18, 19, 27] },
  function* (k, pmd, start, end, walk) {
    const { pte_entry } = walk.ops
    if (pte_entry === undefined) return 0
    const ptl = k.ref<Lock>()
    let addr = start
    let pte = yield* k.at(15).pte_offset_map_lock(walk.mm, pmd, addr, ptl)
    const start_pte = pte
    if (pte === null || start_pte === null || ptl.value === null) return 0
    let err: number
    for (;;) {
      err = yield* k.at(18).call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
      if (yield* k.at(19).branch(err !== 0)) break
      addr = wrapAddress(k.mm.profile, addr + PAGE_SIZE)
      if (addr === end) break
      pte = pte.next()
    }
    yield* k.at(27).pte_unmap_unlock(start_pte, ptl.value)
    return err
  },
)

/**
 * With a pmd_entry: three looks at the pmd decide whether to go on to the ptes, and nothing checks that it is
 * a table. Without one: split and check as before.
 */
export const walk_pmd_range = defineReimplementation(
  {
    ...TEXT,
    name: 'walk_pmd_range',
    identities: WALK_PMD_RANGE.oct2019,
    lines: [39, 41, 43, 45, 55, 56, 62, 68, 69, 72],
  },
  function* (k, pud, start, end, walk) {
    const { ops } = walk
    let addr = start
    let err = 0
    let pmd = yield* k.at(39).pmd_offset(pud, addr)
    for (;;) {
      const next = addrEnd(k.mm.profile, 'pmd', addr, end)
      for (;;) {
        yield* k.at(41).retry('again', addr, err)
        if ((yield* k.at(43).branch(k.pmd_none(yield* k.deref(pmd)))) || walk.vma === null) {
          if (ops.pte_hole !== undefined) err = yield* k.at(45).call(ops.pte_hole, addr, next, walk)
          break
        }
        if (ops.pmd_entry !== undefined) {
          err = yield* k.at(55).call(ops.pmd_entry, pmd, addr, next, walk)
          if (yield* k.at(56).branch(err !== 0)) break
          if (ops.pte_entry === undefined) break
          k.at(62)
          if (yield* k.branch(k.is_swap_pmd(yield* k.deref(pmd)))) break
          if (yield* k.branch(k.pmd_trans_huge(yield* k.deref(pmd)))) break
          if (yield* k.branch(k.pmd_devmap(yield* k.deref(pmd)))) break
        } else {
          if (ops.pte_entry === undefined) break
          yield* k.at(68).split_huge_pmd(walk.vma, pmd, addr)
          if (yield* k.at(69).branch(yield* k.pmd_trans_unstable(pmd))) continue
        }
        err = yield* k.at(72).call('walk_pte_range', pmd, addr, next, walk)
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
