/** Real callers of a page walk: the write-protecting pte_entry of mm/mapping_dirty_helpers.c, 5.5. */
import { defineReimplementation } from '../define.js'

/** Write-protects a writable pte through ptep_modify_prot_start() and _commit(). */
export const wp_pte = defineReimplementation(
  { path: 'mm/mapping_dirty_helpers.c', name: 'wp_pte', version: 'v5.5', release: '5.5' },
  function* (k, pte, addr, _end, walk) {
    const { vma } = walk
    const ptent = yield* k.deref(pte)
    // A walk that has ptes to write-protect is one of a VMA.
    if (vma === null) return 0
    if (yield* k.branch(k.pte_write(ptent), 'body')) {
      const old = yield* k.ptep_modify_prot_start(vma, addr, pte)
      yield* k.ptep_modify_prot_commit(vma, addr, pte, old, k.pte_wrprotect(old))
    }
    k.join()
    return 0
  },
)
