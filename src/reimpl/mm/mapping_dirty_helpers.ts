/** Real callers of a page walk: the write-protecting pte_entry of mm/mapping_dirty_helpers.c, 5.5. */
import { defineReimplementation } from '../define.js'

/** Write-protects a writable pte through ptep_modify_prot_start() and _commit(). */
export const wp_pte = defineReimplementation(
  { path: 'mm/mapping_dirty_helpers.c', name: 'wp_pte', version: 'v5.5', release: '5.5' },
  function* (k, pte, addr, _end, walk) {
    const ptent = yield* k.deref(pte)
    if (walk.vma !== null && (yield* k.branch(k.pte_write(ptent)))) {
      const old = yield* k.ptep_modify_prot_start(walk.vma, addr, pte)
      yield* k.ptep_modify_prot_commit(walk.vma, addr, pte, old, k.pte_wrprotect(old))
    }
    return 0
  },
)
