/** What the texts of 5.6 to 6.4 do with a page of ptes. */
import type { Lock, Proc } from '../../machine/index.js'
import type { EntryPointer, Kernel, MmWalk } from '../../mm/index.js'

/** Locks the page of ptes and walks it; in a walk without a VMA it is only mapped. */
export function* walkPtesUnlessWithoutVma(
  k: Kernel,
  pmd: EntryPointer,
  addr: bigint,
  end: bigint,
  walk: MmWalk,
): Proc<number> {
  if (walk.no_vma) {
    const pte = yield* k.pte_offset_map(pmd, addr)
    if (pte === null) return 0
    const err = yield* k.call('walk_pte_range_inner', pte, addr, end, walk)
    yield* k.pte_unmap(pte)
    return err
  }
  const ptl = k.ref<Lock>()
  const pte = yield* k.pte_offset_map_lock(walk.mm, pmd, addr, ptl)
  if (pte === null || ptl.value === null) return 0
  const err = yield* k.call('walk_pte_range_inner', pte, addr, end, walk)
  yield* k.pte_unmap_unlock(pte, ptl.value)
  return err
}
