/** Real callers of a page walk: the read-only check of mm/mprotect.c, v5.4. */
import { defineReimplementation } from '../define.js'

/** Asks for every pfn whether PROT_NONE is allowed on it; here every pfn is, as on machines without L1TF. */
export const prot_none_pte_entry = defineReimplementation(
  {
    path: 'mm/mprotect.c',
    name: 'prot_none_pte_entry',
    version: 'v5.4',
    release: '5.4',
    notes: ['pfn_modify_allowed() is always true'],
  },
  function* (k, pte) {
    yield* k.deref(pte)
    return 0
  },
)
