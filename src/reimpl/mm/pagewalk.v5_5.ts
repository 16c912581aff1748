/**
 * mm/pagewalk.c as merged for 5.5 (ace88f1018b8): only the page-table lock. Written from its description; it
 * stands for no text at hand, runs when it is named, and names no kernel lines.
 */
import type { Lock } from '../../machine/index.js'
import { PAGE_SIZE, wrapAddress } from '../../mm/index.js'
import { defineReimplementation } from '../define.js'

/** Locks the page of ptes for all callbacks; unlocks with the pointer that was moved along. */
export const walk_pte_range = defineReimplementation(
  {
    path: 'mm/pagewalk.c',
    name: 'walk_pte_range',
    version: 'v5.5',
    release: '5.5',
  },
  function* (k, pmd, start, end, walk) {
    const { pte_entry } = walk.ops
    if (pte_entry === undefined) return 0
    const ptl = k.ref<Lock>()
    let addr = start
    let pte = yield* k.pte_offset_map_lock(walk.mm, pmd, addr, ptl)
    if (pte === null || ptl.value === null) return 0
    let err: number
    for (;;) {
      err = yield* k.call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
      if (yield* k.branch(err !== 0)) break
      addr = wrapAddress(k.mm.profile, addr + PAGE_SIZE)
      if (addr === end) break
      pte = pte.next()
    }
    yield* k.pte_unmap_unlock(pte, ptl.value)
    return err
  },
)
