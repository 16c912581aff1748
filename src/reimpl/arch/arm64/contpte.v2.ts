/**
 * The contiguous blocks of "Transparent Contiguous PTEs for User Mappings" v2, November 2023, written from the
 * descriptions in its discussion: no text of it is at hand, so it runs only when it is named. Every store of one
 * entry may make a block; a store of several clears and flushes what was there; and patch 14 takes entries of a
 * block away one by one in the teardown of an address space, without taking the block apart first.
 */
import { type Proc, tracked, type Word } from '../../../machine/index.js'
import {
  type EntryPointer,
  type Kernel,
  pageSizeOf,
  pte_mknoncont,
  pte_valid_cont,
} from '../../../mm/index.js'
import { defineReimplementation } from '../../define.js'
import { setAccessFlags, setBlocks } from './contpte.v6.js'
import { contPtes, contpte_align_down, mm_is_user } from './contpte-block.js'
import { gather, raw_set_access_flags, raw_set_ptes } from './pgtable.v6_8.js'

const TEXT = { version: 'v2', release: '6.7' } as const
const C_FILE = { ...TEXT, path: 'arch/arm64/mm/contpte.c' } as const
const HEADER = { ...TEXT, path: 'arch/arm64/include/asm/pgtable.h' } as const

function* unfoldHere(k: Kernel, mm: Kernel['mm'], addr: bigint, ptep: EntryPointer): Proc<void> {
  yield* k.call('contpte_try_unfold', mm, addr, ptep, yield* k.ptep_get(ptep))
}

function* foldHere(k: Kernel, mm: Kernel['mm'], addr: bigint, ptep: EntryPointer): Proc<void> {
  yield* k.call('contpte_try_fold', mm, addr, ptep, yield* k.ptep_get(ptep))
}

export const set_ptes = defineReimplementation(
  { ...HEADER, name: 'set_ptes' },
  function* (k, mm, addr, ptep, pte, nr) {
    const plain = pte_mknoncont(pte)
    if (nr !== 1) {
      yield* k.call('contpte_set_ptes', mm, addr, ptep, plain, nr)
      return
    }
    yield* unfoldHere(k, mm, addr, ptep)
    yield* k.set_pte_at(mm, addr, ptep, plain)
    yield* k.call('contpte_try_fold', mm, addr, ptep, plain)
  },
)

export const contpte_set_ptes = defineReimplementation(
  { ...C_FILE, name: 'contpte_set_ptes' },
  function* (k, mm, addr, ptep, pte, nr) {
    if (!mm_is_user(mm)) {
      yield* raw_set_ptes(k, mm, addr, ptep, pte, nr)
      return
    }
    yield* k.call('contpte_try_unfold_partial', mm, addr, ptep, nr)
    const page = pageSizeOf(mm.profile)
    let wasValid = false
    for (let i = 0; i < nr; i++) {
      const old = yield* k.ptep_get_and_clear(mm, addr + BigInt(i) * page, ptep.at(ptep.index + i))
      if (yield* k.branch(k.pte_present(old), 'body')) wasValid = true
      k.join()
    }
    const vma = mm.findVma(addr)
    if (wasValid && vma !== null) yield* k.flush_tlb_range(vma, addr, addr + BigInt(nr) * page)
    yield* setBlocks(k, mm, addr, ptep, pte, nr)
  },
)

export const wrprotect_ptes = defineReimplementation(
  { ...HEADER, name: 'wrprotect_ptes' },
  function* (k, mm, addr, ptep, nr) {
    yield* k.call('contpte_try_unfold_partial', mm, addr, ptep, nr)
    for (let i = 0; i < nr; i++) yield* k.ptep_set_wrprotect(mm, addr, ptep.at(ptep.index + i))
    if (nr === 1) yield* foldHere(k, mm, addr, ptep)
  },
)

export const ptep_set_wrprotect = defineReimplementation(
  { ...HEADER, name: 'ptep_set_wrprotect' },
  (k, mm, addr, ptep) => k.call('wrprotect_ptes', mm, addr, ptep, 1),
)

export const ptep_set_access_flags = defineReimplementation(
  { ...HEADER, name: 'ptep_set_access_flags' },
  function* (k, vma, addr, ptep, entry, dirty) {
    const orig_pte = yield* k.ptep_get(ptep)
    const plain = pte_mknoncont(entry)
    let changed: number
    if (yield* k.branch(pte_valid_cont(orig_pte), 'rest')) {
      changed = yield* k.call('contpte_ptep_set_access_flags', vma, addr, ptep, plain, dirty)
    } else changed = yield* raw_set_access_flags(k, vma, addr, ptep, plain, dirty)
    yield* foldHere(k, k.mm, addr, ptep)
    return changed
  },
)

export const contpte_ptep_set_access_flags = defineReimplementation(
  { ...C_FILE, name: 'contpte_ptep_set_access_flags' },
  function* (k, vma, addr, ptep, entry, dirty) {
    const orig_pte = pte_mknoncont(yield* k.call('ptep_get', ptep))
    if (yield* k.branch(k.pte_same(orig_pte, entry), 'rest')) return 0
    yield* setAccessFlags(k, vma, addr, ptep, entry, dirty, orig_pte)
    return 1
  },
)

/** Of v1, which did not flush where only the accessed and dirty bits change. */
export const contpte_ptep_set_access_flags_v1 = defineReimplementation(
  { ...C_FILE, name: 'contpte_ptep_set_access_flags', version: 'v1', release: '6.5' },
  function* (k, vma, addr, ptep, entry, dirty) {
    const orig_pte = pte_mknoncont(yield* k.call('ptep_get', ptep))
    if (yield* k.branch(k.pte_same(orig_pte, entry), 'rest')) return 0
    const isSameWrite = k.pte_write(orig_pte).bits === k.pte_write(entry).bits
    yield* setAccessFlags(k, vma, addr, ptep, entry, isSameWrite ? 0 : dirty, orig_pte)
    return 1
  },
)

/** Patch 14: in the teardown of an address space the entry alone is cleared; the others stay a block. */
export const ptep_get_and_clear_full = defineReimplementation(
  { ...HEADER, name: 'ptep_get_and_clear_full' },
  function* (k, mm, addr, ptep, full) {
    const pte = yield* k.ptep_get(ptep)
    if (full === 0 || !(yield* k.branch(pte_valid_cont(pte), 'rest'))) {
      return yield* k.call('ptep_get_and_clear', mm, addr, ptep)
    }
    return yield* k.call('contpte_ptep_get_and_clear_full', mm, addr, ptep)
  },
)

export const contpte_ptep_get_and_clear_full = defineReimplementation(
  { ...C_FILE, name: 'contpte_ptep_get_and_clear_full' },
  function* (k, mm, addr, ptep) {
    const block = contpte_align_down(k, ptep)
    let dirty: Word = tracked(0n)
    for (let i = 0; i < contPtes(k); i++) {
      const at = block.index + i
      if (at !== ptep.index) dirty = yield* gather(k, dirty, yield* k.ptep_get(block.at(at)))
    }
    return yield* gather(k, yield* k.ptep_get_and_clear(mm, addr, ptep), dirty)
  },
)
