/** Wrong versions of the replayed pte_entry callbacks. */
import { defineReimplementation, type Reimplementation } from '../../../src/reimpl/index.js'

export const WP_DEFECTS = [
  'every present pte is written',
  'the value read before is stored',
  'a plain store instead of start and commit',
  'the old value is committed',
  'nothing is committed',
  'the dirty bit is cleared too',
] as const

export function wpPte(wrong: string): Reimplementation {
  return defineReimplementation(
    { path: 'mm/mapping_dirty_helpers.c', name: 'wp_pte', version: wrong, release: '5.5' },
    function* (k, pte, addr, _end, walk) {
      const ptent = yield* k.deref(pte)
      const wanted = wrong === 'every present pte is written' ? k.pte_present(ptent) : k.pte_write(ptent)
      if (walk.vma === null || !(yield* k.branch(wanted))) return 0
      if (wrong === 'a plain store instead of start and commit') {
        yield* k.set_pte_at(walk.mm, addr, pte, k.pte_wrprotect(ptent))
        return 0
      }
      const old = yield* k.ptep_modify_prot_start(walk.vma, addr, pte)
      if (wrong === 'nothing is committed') return 0
      const from = wrong === 'the value read before is stored' ? ptent : old
      const clean = wrong === 'the dirty bit is cleared too' ? k.pte_mkclean(from) : from
      const value = wrong === 'the old value is committed' ? old : k.pte_wrprotect(clean)
      yield* k.ptep_modify_prot_commit(walk.vma, addr, pte, old, value)
      return 0
    },
  )
}

export const GATHER_DEFECTS = [
  'entries that are not present are taken',
  'a full batch does not stop',
  'stops one early',
  'goes on past an entry twice',
] as const

export function gatherPages(wrong: string): Reimplementation {
  return defineReimplementation(
    { path: 'arch/s390/mm/gmap.c', name: 's390_gather_pages', version: wrong, release: '6.1' },
    function* (k, pte, addr, _end, walk) {
      const entry = yield* k.ptep_get(pte)
      const present = yield* k.branch(k.pte_present(entry))
      if (!present && wrong !== 'entries that are not present are taken') return 0
      const times = wrong === 'goes on past an entry twice' ? 2 : 1
      for (let i = 0; i < times; i++)
        yield* k.observe('get_page', `pfn ${k.pte_pfn(entry).bits.toString(16)}`)
      const batch = walk.private
      if (!Array.isArray(batch)) return 0
      const full = batch.push(addr) >= (wrong === 'stops one early' ? 31 : 32)
      return full && wrong !== 'a full batch does not stop' ? 1 : 0
    },
  )
}
