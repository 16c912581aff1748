/**
 * arm64's functions on ptes before contiguous blocks, and behind them since: `__set_ptes()` and its kin of
 * arch/arm64/include/asm/pgtable.h know nothing of blocks. Written from the description of what they do; a public
 * name stands for the raw function that `#define` makes of it.
 */
import type { Proc, Word } from '../../../machine/index.js'
import {
  ACCESS_FLAGS,
  ARM64_PTE_BITS,
  type EntryPointer,
  type Kernel,
  type Mm,
  pageSizeOf,
  pte_advance_pfn,
  type Vma,
} from '../../../mm/index.js'
import { defineReimplementation } from '../../define.js'

const TEXT = {
  path: 'arch/arm64/include/asm/pgtable.h',
  version: 'v6.8',
  release: '6.8',
  absence: true,
} as const

export const ptep_get = defineReimplementation({ ...TEXT, name: 'ptep_get' }, (k, ptep) => k.ptep_get(ptep))

export const set_pte = defineReimplementation({ ...TEXT, name: 'set_pte' }, (k, ptep, pte) =>
  k.set_pte_at(k.mm, 0n, ptep, pte),
)

export const set_ptes = defineReimplementation(
  { ...TEXT, name: 'set_ptes' },
  function* (k, mm, addr, ptep, pte, nr) {
    yield* raw_set_ptes(k, mm, addr, ptep, pte, nr)
  },
)

export const pte_clear = defineReimplementation({ ...TEXT, name: 'pte_clear' }, (k, mm, addr, ptep) =>
  k.pte_clear(mm, addr, ptep),
)

export const ptep_get_and_clear = defineReimplementation(
  { ...TEXT, name: 'ptep_get_and_clear' },
  (k, mm, addr, ptep) => k.ptep_get_and_clear(mm, addr, ptep),
)

export const ptep_get_and_clear_full = defineReimplementation(
  { ...TEXT, path: 'include/linux/pgtable.h', name: 'ptep_get_and_clear_full' },
  (k, mm, addr, ptep) => k.call('ptep_get_and_clear', mm, addr, ptep),
)

export const clear_full_ptes = defineReimplementation(
  { ...TEXT, path: 'include/linux/pgtable.h', name: 'clear_full_ptes' },
  function* (k, mm, addr, ptep, nr) {
    for (let i = 0; i < nr; i++) {
      yield* k.call(
        'ptep_get_and_clear',
        mm,
        addr + BigInt(i) * pageSizeOf(mm.profile),
        ptep.at(ptep.index + i),
      )
    }
  },
)

export const get_and_clear_full_ptes = defineReimplementation(
  { ...TEXT, path: 'include/linux/pgtable.h', name: 'get_and_clear_full_ptes' },
  function* (k, mm, addr, ptep, nr) {
    let pte = yield* k.call('ptep_get_and_clear', mm, addr, ptep)
    for (let i = 1; i < nr; i++) {
      const next = yield* k.call(
        'ptep_get_and_clear',
        mm,
        addr + BigInt(i) * pageSizeOf(mm.profile),
        ptep.at(ptep.index + i),
      )
      pte = yield* gather(k, pte, next)
    }
    return pte
  },
)

export const ptep_test_and_clear_young = defineReimplementation(
  { ...TEXT, name: 'ptep_test_and_clear_young' },
  (k, vma, addr, ptep) => raw_test_and_clear_young(k, vma, addr, ptep),
)

export const ptep_clear_flush_young = defineReimplementation(
  { ...TEXT, name: 'ptep_clear_flush_young' },
  (k, vma, addr, ptep) => raw_clear_flush_young(k, vma, addr, ptep),
)

export const ptep_set_wrprotect = defineReimplementation(
  { ...TEXT, name: 'ptep_set_wrprotect' },
  (k, mm, addr, ptep) => k.ptep_set_wrprotect(mm, addr, ptep),
)

export const wrprotect_ptes = defineReimplementation(
  { ...TEXT, path: 'include/linux/pgtable.h', name: 'wrprotect_ptes' },
  function* (k, mm, addr, ptep, nr) {
    for (let i = 0; i < nr; i++) {
      yield* k.call(
        'ptep_set_wrprotect',
        mm,
        addr + BigInt(i) * pageSizeOf(mm.profile),
        ptep.at(ptep.index + i),
      )
    }
  },
)

export const ptep_set_access_flags = defineReimplementation(
  { ...TEXT, name: 'ptep_set_access_flags' },
  (k, vma, addr, ptep, entry, dirty) => raw_set_access_flags(k, vma, addr, ptep, entry, dirty),
)

export const clear_young_dirty_ptes = defineReimplementation(
  { ...TEXT, path: 'include/linux/pgtable.h', name: 'clear_young_dirty_ptes' },
  (k, _vma, _addr, ptep, nr, flags) => raw_clear_young_dirty(k, ptep, nr, flags),
)

export const pte_batch_hint = defineReimplementation(
  { ...TEXT, path: 'include/linux/pgtable.h', name: 'pte_batch_hint' },
  // biome-ignore lint/correctness/useYield: nothing is done
  function* () {
    return 1
  },
)

/** __set_ptes(): stores neighbouring pages, one entry after the other. */
export function* raw_set_ptes(
  k: Kernel,
  mm: Mm,
  addr: bigint,
  ptep: EntryPointer,
  pte: Word,
  nr: number,
): Proc<void> {
  for (let i = 0; i < nr; i++) {
    yield* k.set_pte_at(mm, addr, ptep.at(ptep.index + i), pte_advance_pfn(mm.profile, pte, BigInt(i)))
  }
}

/** __ptep_test_and_clear_young(). */
export function* raw_test_and_clear_young(
  k: Kernel,
  vma: Vma,
  addr: bigint,
  ptep: EntryPointer,
): Proc<number> {
  return (yield* k.ptep_test_and_clear_young(vma, addr, ptep)).bits ? 1 : 0
}

/** __ptep_clear_flush_young(): without waiting for the flush. */
export function* raw_clear_flush_young(k: Kernel, vma: Vma, addr: bigint, ptep: EntryPointer): Proc<number> {
  const young = yield* raw_test_and_clear_young(k, vma, addr, ptep)
  if (young !== 0) yield* k.flush_tlb_range_nosync(vma, addr, addr + pageSizeOf(k.mm.profile))
  return young
}

/** __ptep_set_access_flags() of arch/arm64/mm/fault.c: adds what `entry` allows, in one atomic step. */
export function* raw_set_access_flags(
  k: Kernel,
  vma: Vma,
  addr: bigint,
  ptep: EntryPointer,
  entry: Word,
  dirty: number,
): Proc<number> {
  const { RDONLY } = ARM64_PTE_BITS
  const pte = yield* k.ptep_get(ptep)
  if (yield* k.branch(k.pte_same(pte, entry), 'rest')) return 0
  const flags = (entry.bits & ACCESS_FLAGS) ^ RDONLY
  yield* k.exchangeEntry('__ptep_set_access_flags', ptep, (bits) => ((bits ^ RDONLY) | flags) ^ RDONLY)
  if (dirty !== 0) yield* k.flush_tlb_page(vma, addr)
  return 1
}

/** __clear_young_dirty_ptes(): bit 0 of `flags` is young, bit 1 dirty. */
export function* raw_clear_young_dirty(k: Kernel, ptep: EntryPointer, nr: number, flags: number): Proc<void> {
  const { format } = k.mm.profile
  const cleared = {
    ...((flags & 1) === 0 ? {} : { young: false }),
    ...((flags & 2) === 0 ? {} : { dirty: false }),
  }
  for (let i = 0; i < nr; i++) {
    yield* k.exchangeEntry('__clear_young_dirty_pte', ptep.at(ptep.index + i), (bits) =>
      format.withFlags(bits, cleared),
    )
  }
}

/** `pte` with the dirty and accessed bits of another one too. */
export function* gather(k: Kernel, pte: Word, other: Word): Proc<Word> {
  let result = pte
  if (yield* k.branch(k.pte_dirty(other), 'body')) result = k.pte_mkdirty(result)
  k.join()
  if (yield* k.branch(k.pte_young(other), 'body')) result = k.pte_mkyoung(result)
  k.join()
  return result
}
