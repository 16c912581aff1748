/**
 * arch/arm64/mm/contpte.c: what makes blocks of single entries (patch 18 of the series v6), and what 6.12 and its
 * stable updates changed since: clear_young_dirty_ptes() (6.10), and the access flags of each entry looked at.
 */
import { map } from '../../../machine/index.js'
import {
  ACCESS_FLAGS,
  pfn_pte,
  pte_advance_pfn,
  pte_cont,
  pte_mkcont,
  pte_mknoncont,
  pte_valid,
} from '../../../mm/index.js'
import { defineReimplementation } from '../../define.js'
import { CONTPTE } from './contpte.identities.js'
import { comparedProt, setAccessFlags, setBlocks } from './contpte.v6.js'
import { contPtes, contpte_align_down, convert, folioOf, mm_is_user } from './contpte-block.js'
import { raw_clear_young_dirty, raw_set_ptes } from './pgtable.v6_8.js'

const TEXT = { path: 'arch/arm64/mm/contpte.c' } as const
const FOLD = { ...TEXT, version: 'v6-fold', release: '6.8.18' } as const
const LATER = { ...TEXT, version: 'v6.12', release: '6.12' } as const

export const __contpte_try_fold = defineReimplementation(
  { ...FOLD, name: '__contpte_try_fold', identities: CONTPTE.__contpte_try_fold },
  function* (k, mm, addr, ptep, pte) {
    if (!mm_is_user(mm)) return
    const { profile } = mm
    const count = BigInt(contPtes(k))
    const { bits: asked } = k.pte_pfn(pte)
    const [folio, folioEnd] = folioOf(k, asked)
    const first = asked - (asked % count)
    if (folio > first || folioEnd < first + count) return
    const prot = comparedProt(k, pte)
    let expected_pte = pfn_pte(
      profile,
      map(k.pte_pfn(pte), () => first),
      prot,
    )
    const block = contpte_align_down(k, ptep)
    for (let i = 0; i < contPtes(k); i++) {
      const subpte = k.pte_mkold(k.pte_mkclean(yield* k.ptep_get(block.at(block.index + i))))
      if (!(yield* k.branch(k.pte_same(subpte, expected_pte), 'rest'))) return
      expected_pte = pte_advance_pfn(profile, expected_pte, 1n)
    }
    yield* k.call('contpte_convert', mm, addr, ptep, pte_mkcont(pte))
  },
)

export const contpte_set_ptes = defineReimplementation(
  { ...LATER, name: 'contpte_set_ptes', identities: CONTPTE.contpte_set_ptes_6_12 },
  function* (k, mm, addr, ptep, pte, nr) {
    if (!mm_is_user(mm) || !(yield* k.branch(pte_valid(pte), 'rest'))) {
      yield* raw_set_ptes(k, mm, addr, ptep, pte, nr)
    } else yield* setBlocks(k, mm, addr, ptep, pte, nr)
  },
)

export const contpte_ptep_set_access_flags = defineReimplementation(
  {
    ...LATER,
    name: 'contpte_ptep_set_access_flags',
    identities: CONTPTE.contpte_ptep_set_access_flags_6_12,
  },
  function* (k, vma, addr, ptep, entry, dirty) {
    const block = contpte_align_down(k, ptep)
    let matches = true
    for (let i = 0; matches && i < contPtes(k); i++) {
      const pte = yield* k.ptep_get(block.at(block.index + i))
      const flags = map(pte, (bits) => bits & ACCESS_FLAGS)
      matches = yield* k.branch(
        k.pte_same(
          flags,
          map(entry, (bits) => bits & ACCESS_FLAGS),
        ),
        'rest',
      )
    }
    if (matches) return 0
    const orig_pte = pte_mknoncont(yield* k.ptep_get(ptep))
    yield* setAccessFlags(k, vma, addr, ptep, entry, dirty, orig_pte)
    return 1
  },
)

export const clear_young_dirty_ptes = defineReimplementation(
  {
    ...LATER,
    path: 'arch/arm64/include/asm/pgtable.h',
    name: 'clear_young_dirty_ptes',
    identities: CONTPTE.clear_young_dirty_ptes,
  },
  function* (k, vma, addr, ptep, nr, flags) {
    if (nr === 1 && !(yield* k.branch(pte_cont(yield* k.ptep_get(ptep)), 'rest'))) {
      yield* raw_clear_young_dirty(k, ptep, nr, flags)
    } else yield* k.call('contpte_clear_young_dirty_ptes', vma, addr, ptep, nr, flags)
  },
)

export const contpte_clear_young_dirty_ptes = defineReimplementation(
  {
    ...LATER,
    name: 'contpte_clear_young_dirty_ptes',
    identities: CONTPTE.contpte_clear_young_dirty_ptes,
  },
  function* (k, _vma, _addr, ptep, nr, flags) {
    let end = ptep.index + nr
    let start = ptep.index
    const last = yield* k.ptep_get(ptep.at(end - 1))
    if (yield* k.branch(pte_cont(last), 'body')) end += (contPtes(k) - (end % contPtes(k))) % contPtes(k)
    k.join()
    const first = yield* k.ptep_get(ptep)
    if (yield* k.branch(pte_cont(first), 'body')) start = contpte_align_down(k, ptep).index
    k.join()
    yield* raw_clear_young_dirty(k, ptep.at(start), end - start, flags)
  },
)

/**
 * 6.17, of which only a description is at hand: where the CPUs stand entries with and without the CONT bit beside
 * one another (FEAT_BBM level 2), nothing is dropped from the TLBs in between.
 */
export const contpte_convert_bbml2 = defineReimplementation(
  { ...TEXT, version: 'v6.17-bbml2', release: '6.17', name: 'contpte_convert' },
  (k, mm, addr, ptep, pte) => convert(k, mm, addr, ptep, pte, false),
)
