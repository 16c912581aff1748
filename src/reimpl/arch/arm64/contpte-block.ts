/** What the functions of arch/arm64/mm/contpte.c share, of whatever version: the block that an entry lies in. */
import { map, type Proc, type Word } from '../../../machine/index.js'
import {
  type EntryPointer,
  type Kernel,
  type Mm,
  pageSizeOf,
  pfn_pte,
  pte_pgprot,
} from '../../../mm/index.js'
import { gather, raw_set_ptes } from './pgtable.v6_8.js'

/** CONT_PTES. */
export function contPtes(k: Kernel): number {
  const { contPtes: count } = k.mm.profile
  if (count === undefined) throw new Error(`${k.mm.profile.name} has no contiguous blocks`)
  return count
}

/** CONT_PTE_SIZE. */
export function contPteSize(k: Kernel): bigint {
  return BigInt(contPtes(k)) * pageSizeOf(k.mm.profile)
}

export function alignDown(value: bigint, to: bigint): bigint {
  return value - (value % to)
}

/** contpte_align_down(). */
export function contpte_align_down(k: Kernel, ptep: EntryPointer): EntryPointer {
  return ptep.at(ptep.index - (ptep.index % contPtes(k)))
}

/** mm_is_user(): kernel mappings, which have no VMA, cannot stand the faults that changing a block makes. */
export function mm_is_user(mm: Mm): boolean {
  return mm.vmas.length > 0
}

/** The pages of the folio that a page belongs to: the first, and the one behind the last. */
export function folioOf(k: Kernel, pfn: bigint): readonly [first: bigint, end: bigint] {
  const { folioPages, contPtes: count } = k.mm.profile
  const pages = BigInt(folioPages ?? count ?? 1)
  const first = alignDown(pfn, pages)
  return [first, first + pages]
}

/**
 * contpte_convert(): takes all entries of a block away, gathering their dirty and accessed bits; has the block
 * dropped from the TLBs; stores it anew, as `pte` says.
 */
export function* convert(
  k: Kernel,
  mm: Mm,
  addr: bigint,
  ptep: EntryPointer,
  pte: Word,
  invalidates = true,
): Proc<void> {
  const { profile } = mm
  const start_ptep = contpte_align_down(k, ptep)
  const start_addr = alignDown(addr, contPteSize(k))
  const first = map(k.pte_pfn(pte), (pfn) => alignDown(pfn, BigInt(contPtes(k))))
  let block = pfn_pte(profile, first, pte_pgprot(pte))
  for (let i = 0; i < contPtes(k); i++) {
    const ptent = yield* k.ptep_get_and_clear(
      mm,
      start_addr + BigInt(i) * pageSizeOf(profile),
      start_ptep.at(start_ptep.index + i),
    )
    block = yield* gather(k, block, ptent)
  }
  const vma = mm.findVma(start_addr) ?? { start: 0n, end: 0n, kind: 'anonymous' }
  if (invalidates) yield* k.flush_tlb_range(vma, start_addr, start_addr + contPteSize(k))
  yield* raw_set_ptes(k, mm, start_addr, start_ptep, block, contPtes(k))
}
