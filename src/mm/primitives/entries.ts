/** Reading and writing ptes. */
import { lookLockless } from './lookup.js'
import { definePrimitive } from './primitive.js'
import { clearEntry, setEntry } from './store.js'

export const ptep_get = definePrimitive(
  'ptep_get',
  {
    contract:
      'READ_ONCE of the pte: one load per word; on two-word entries only meaningful under the page-table lock',
    simplifications: ['pae-plain-loads'],
  },
  (k, pte) => k.loadEntry(pte, 'once'),
)

export const pmdp_get_lockless = definePrimitive(
  'pmdp_get_lockless',
  {
    contract:
      'a look at the pmd without its lock: one load (READ_ONCE since 6.2); of two words low, high and low again until it has not changed, or low and, if not 0, high until 6.1 (pmd_read_atomic)',
  },
  (k, pmd) => lookLockless(k, pmd),
)

export const set_pte_at = definePrimitive(
  'set_pte_at',
  {
    contract:
      'stores a pte over one that is not present; word by word where it has two: high, write barrier, low',
    locks: 'ptl',
  },
  (k, _mm, _addr, pte, value) => setEntry(k, pte, value),
)

export const pte_clear = definePrimitive(
  'pte_clear',
  { contract: 'stores none; word by word where it has two: low, write barrier, high', locks: 'ptl' },
  (k, _mm, _addr, pte) => clearEntry(k, pte),
)

export const ptep_get_and_clear = definePrimitive(
  'ptep_get_and_clear',
  {
    contract: 'exchanges the pte with none in one atomic step, so that no late accessed or dirty bit is lost',
    locks: 'ptl',
  },
  (k, _mm, _addr, pte) => k.exchangeEntry('ptep_get_and_clear', pte, () => pte.empty),
)

export const ptep_modify_prot_start = definePrimitive(
  'ptep_modify_prot_start',
  { contract: 'exchanges the pte with none: until commit, others see none', locks: 'ptl' },
  (k, _vma, _addr, pte) => k.exchangeEntry('ptep_modify_prot_start', pte, () => pte.empty),
)

export const ptep_modify_prot_commit = definePrimitive(
  'ptep_modify_prot_commit',
  { contract: 'stores the changed pte', locks: 'ptl' },
  function* (k, _vma, addr, pte, _old, value) {
    yield* k.set_pte_at(k.mm, addr, pte, value)
  },
)

export const ptep_clear_flush = definePrimitive(
  'ptep_clear_flush',
  {
    contract:
      'exchanges the pte with none, and flushes the page if the old value was present, which it returns',
    locks: 'ptl',
  },
  function* (k, vma, addr, pte) {
    const old = yield* k.ptep_get_and_clear(k.mm, addr, pte)
    if (yield* k.branch(k.pte_present(old), 'body')) yield* k.flush_tlb_page(vma, addr)
    k.join()
    return old
  },
)

export const ptep_set_wrprotect = definePrimitive(
  'ptep_set_wrprotect',
  { contract: 'clears the write bit in one atomic step; dirty and accessed stay', locks: 'ptl' },
  function* (k, _mm, _addr, pte) {
    const { format } = k.mm.profile
    yield* k.exchangeEntry('ptep_set_wrprotect', pte, (bits) => format.withFlags(bits, { write: false }))
  },
)

export const ptep_test_and_clear_young = definePrimitive(
  'ptep_test_and_clear_young',
  {
    contract: 'clears the accessed bit in one atomic step; returns whether it was set; no flush',
    locks: 'ptl',
  },
  function* (k, _vma, _addr, pte) {
    const { format } = k.mm.profile
    const old = yield* k.exchangeEntry('ptep_test_and_clear_young', pte, (bits) =>
      format.young(bits) ? format.withFlags(bits, { young: false }) : null,
    )
    return k.pte_young(old)
  },
)
