/**
 * arch/arm64/mm/contpte.c as patch 12 of "Transparent Contiguous PTEs for User Mappings" v6 makes it, and what
 * patches 13 and 14 add: blocks are made by set_ptes() of several pages, and taken apart by changes of a part.
 */
import { map, type Word } from '../../../machine/index.js'
import {
  type EntryPointer,
  type Kernel,
  pageSizeOf,
  pfn_pte,
  pte_mkcont,
  pte_mknoncont,
  pte_pgprot,
  pte_valid_cont,
} from '../../../mm/index.js'
import { defineReimplementation } from '../../define.js'
import { CONTPTE } from './contpte.identities.js'
import { alignDown, contPteSize, contPtes, contpte_align_down, convert, mm_is_user } from './contpte-block.js'
import { gather, raw_set_access_flags, raw_set_ptes, raw_test_and_clear_young } from './pgtable.v6_8.js'

const TEXT = {
  path: 'arch/arm64/mm/contpte.c',
  version: 'v6',
} as const

/** Patch 12. */
const WIRED = { ...TEXT, release: '6.8.12' } as const
/** Patch 13. */
const WRPROTECT = { ...TEXT, release: '6.8.13' } as const
/** Patch 14. */
const CLEAR = { ...TEXT, release: '6.8.14' } as const

export const contpte_convert = defineReimplementation(
  { ...WIRED, name: 'contpte_convert', identities: CONTPTE.contpte_convert },
  (k, mm, addr, ptep, pte) => convert(k, mm, addr, ptep, pte),
)

export const __contpte_try_unfold = defineReimplementation(
  { ...WIRED, name: '__contpte_try_unfold', identities: CONTPTE.__contpte_try_unfold },
  function* (k, mm, addr, ptep, pte) {
    if (!mm_is_user(mm)) return
    yield* k.call('contpte_convert', mm, addr, ptep, pte_mknoncont(pte))
  },
)

export const contpte_ptep_get = defineReimplementation(
  { ...WIRED, name: 'contpte_ptep_get', identities: CONTPTE.contpte_ptep_get },
  function* (k, ptep, orig_pte) {
    const block = contpte_align_down(k, ptep)
    let result = orig_pte
    for (let i = 0; i < contPtes(k); i++) {
      result = yield* gather(k, result, yield* k.ptep_get(block.at(block.index + i)))
    }
    return result
  },
)

export const contpte_ptep_get_lockless = defineReimplementation(
  { ...WIRED, name: 'contpte_ptep_get_lockless', identities: CONTPTE.contpte_ptep_get_lockless },
  function* (k, orig_ptep) {
    for (;;) {
      yield* k.retry('retry')
      const orig_pte = yield* k.ptep_get(orig_ptep)
      if (!(yield* k.branch(pte_valid_cont(orig_pte), 'rest'))) return orig_pte
      const found = yield* gatherConsistent(k, orig_ptep, orig_pte)
      if (found !== null) return found
    }
  },
)

/** One pass over the block; null if an entry does not go with the one that was asked for. */
function* gatherConsistent(k: Kernel, orig_ptep: EntryPointer, orig_pte: Word) {
  const orig_prot = comparedProt(k, orig_pte)
  const block = contpte_align_down(k, orig_ptep)
  const first = map(k.pte_pfn(orig_pte), (pfn) => pfn - BigInt(orig_ptep.index - block.index))
  let result = orig_pte
  for (let i = 0; i < contPtes(k); i++) {
    const pte = yield* k.ptep_get(block.at(block.index + i))
    if (!(yield* k.branch(pte_valid_cont(pte), 'rest'))) return null
    const pfn = map(first, (bits) => bits + BigInt(i))
    if (!(yield* k.branch(k.pte_same(k.pte_pfn(pte), pfn), 'rest'))) return null
    if (!(yield* k.branch(k.pte_same(comparedProt(k, pte), orig_prot), 'rest'))) return null
    result = yield* gather(k, result, pte)
  }
  return result
}

/** Attributes, as they are of a clean old entry. */
export function comparedProt(k: Kernel, pte: Word): Word {
  return pte_pgprot(k.pte_mkold(k.pte_mkclean(pte)))
}

export const contpte_set_ptes = defineReimplementation(
  { ...WIRED, name: 'contpte_set_ptes', identities: CONTPTE.contpte_set_ptes },
  function* (k, mm, addr, ptep, pte, nr) {
    if (!mm_is_user(mm)) yield* raw_set_ptes(k, mm, addr, ptep, pte, nr)
    else yield* setBlocks(k, mm, addr, ptep, pte, nr)
  },
)

/** Stores neighbouring pages; those that fill a block, and begin where one can, become a block. */
export function* setBlocks(
  k: Kernel,
  mm: Kernel['mm'],
  addr: bigint,
  ptep: EntryPointer,
  pte: Word,
  nr: number,
) {
  const { profile } = mm
  const page = pageSizeOf(profile)
  const size = contPteSize(k)
  const prot = pte_pgprot(pte)
  const end = addr + BigInt(nr) * page
  let at = addr
  let slot = ptep
  let pfn = k.pte_pfn(pte)
  while (at !== end) {
    const boundary = alignDown(at + size, size)
    const next = boundary < end ? boundary : end
    const count = Number((next - at) / page)
    const plain = pfn_pte(profile, pfn, prot)
    const isAligned = at % size === 0n && next % size === 0n && pfn.bits % BigInt(contPtes(k)) === 0n
    yield* raw_set_ptes(k, mm, at, slot, isAligned ? pte_mkcont(plain) : pte_mknoncont(plain), count)
    at = next
    slot = slot.at(slot.index + count)
    pfn = map(pfn, (bits) => bits + BigInt(count))
  }
}

export const contpte_ptep_test_and_clear_young = defineReimplementation(
  {
    ...WIRED,
    name: 'contpte_ptep_test_and_clear_young',
    identities: CONTPTE.contpte_ptep_test_and_clear_young,
  },
  function* (k, vma, addr, ptep) {
    const block = contpte_align_down(k, ptep)
    let young = 0
    for (let i = 0; i < contPtes(k); i++) {
      young |= yield* raw_test_and_clear_young(k, vma, addr, block.at(block.index + i))
    }
    return young
  },
)

export const contpte_ptep_clear_flush_young = defineReimplementation(
  { ...WIRED, name: 'contpte_ptep_clear_flush_young', identities: CONTPTE.contpte_ptep_clear_flush_young },
  function* (k, vma, addr, ptep) {
    const young = yield* k.call('contpte_ptep_test_and_clear_young', vma, addr, ptep)
    if (young !== 0) {
      const start = alignDown(addr, contPteSize(k))
      yield* k.flush_tlb_range_nosync(vma, start, start + contPteSize(k))
    }
    return young
  },
)

export const contpte_ptep_set_access_flags = defineReimplementation(
  { ...WIRED, name: 'contpte_ptep_set_access_flags', identities: CONTPTE.contpte_ptep_set_access_flags },
  function* (k, vma, addr, ptep, entry, dirty) {
    const orig_pte = pte_mknoncont(yield* k.call('ptep_get', ptep))
    if (yield* k.branch(k.pte_same(orig_pte, entry), 'rest')) return 0
    yield* setAccessFlags(k, vma, addr, ptep, entry, dirty, orig_pte)
    return 1
  },
)

/** With the same write bit all entries get the flags; with another the block is taken apart. */
export function* setAccessFlags(
  k: Kernel,
  vma: Parameters<typeof raw_set_access_flags>[1],
  addr: bigint,
  ptep: EntryPointer,
  entry: Word,
  dirty: number,
  orig_pte: Word,
) {
  if (yield* k.branch(k.pte_same(writeBit(k, orig_pte), writeBit(k, entry)), 'rest')) {
    const block = contpte_align_down(k, ptep)
    const start = alignDown(addr, contPteSize(k))
    for (let i = 0; i < contPtes(k); i++) {
      yield* raw_set_access_flags(k, vma, start, block.at(block.index + i), entry, 0)
    }
    if (dirty !== 0) yield* k.flush_tlb_range(vma, start, start + contPteSize(k))
    return
  }
  yield* k.call('__contpte_try_unfold', k.mm, addr, ptep, orig_pte)
  yield* raw_set_access_flags(k, vma, addr, ptep, entry, dirty)
}

function writeBit(k: Kernel, pte: Word): Word {
  return map(k.pte_write(pte), (bits) => (bits ? 1n : 0n))
}

export const contpte_try_unfold_partial = defineReimplementation(
  { ...WRPROTECT, name: 'contpte_try_unfold_partial', identities: CONTPTE.contpte_try_unfold_partial },
  function* (k, mm, addr, ptep, nr) {
    const isAligned = (slot: EntryPointer): boolean => slot.index % contPtes(k) === 0
    if (!isAligned(ptep) || nr < contPtes(k)) {
      yield* k.call('contpte_try_unfold', mm, addr, ptep, yield* k.ptep_get(ptep))
    }
    if (!isAligned(ptep.at(ptep.index + nr))) {
      const last_addr = addr + pageSizeOf(mm.profile) * BigInt(nr - 1)
      const last_ptep = ptep.at(ptep.index + nr - 1)
      yield* k.call('contpte_try_unfold', mm, last_addr, last_ptep, yield* k.ptep_get(last_ptep))
    }
  },
)

export const contpte_wrprotect_ptes = defineReimplementation(
  { ...WRPROTECT, name: 'contpte_wrprotect_ptes', identities: CONTPTE.contpte_wrprotect_ptes },
  function* (k, mm, addr, ptep, nr) {
    yield* k.call('contpte_try_unfold_partial', mm, addr, ptep, nr)
    for (let i = 0; i < nr; i++) yield* k.ptep_set_wrprotect(mm, addr, ptep.at(ptep.index + i))
  },
)

export const contpte_clear_full_ptes = defineReimplementation(
  { ...CLEAR, name: 'contpte_clear_full_ptes', identities: CONTPTE.contpte_clear_full_ptes },
  function* (k, mm, addr, ptep, nr) {
    yield* k.call('contpte_try_unfold_partial', mm, addr, ptep, nr)
    for (let i = 0; i < nr; i++) yield* k.ptep_get_and_clear(mm, addr, ptep.at(ptep.index + i))
  },
)

export const contpte_get_and_clear_full_ptes = defineReimplementation(
  { ...CLEAR, name: 'contpte_get_and_clear_full_ptes', identities: CONTPTE.contpte_get_and_clear_full_ptes },
  function* (k, mm, addr, ptep, nr) {
    yield* k.call('contpte_try_unfold_partial', mm, addr, ptep, nr)
    return yield* takeAll(k, mm, addr, ptep, nr)
  },
)

/** __get_and_clear_full_ptes(). */
export function* takeAll(k: Kernel, mm: Kernel['mm'], addr: bigint, ptep: EntryPointer, nr: number) {
  let pte = yield* k.ptep_get_and_clear(mm, addr, ptep)
  for (let i = 1; i < nr; i++) {
    pte = yield* gather(k, pte, yield* k.ptep_get_and_clear(mm, addr, ptep.at(ptep.index + i)))
  }
  return pte
}
