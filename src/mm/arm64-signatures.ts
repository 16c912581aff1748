/**
 * C prototypes of arm64's functions on ptes: those that the rest of the kernel calls, those behind them that
 * know nothing of contiguous blocks, and those that make and take apart such blocks.
 */
import type { Word } from '../machine/index.js'
import type { EntryPointer, Mm, Vma } from './table.js'

export interface Arm64Functions {
  // what the rest of the kernel calls
  ptep_get(ptep: EntryPointer): Word
  set_pte(ptep: EntryPointer, pte: Word): void
  set_ptes(mm: Mm, addr: bigint, ptep: EntryPointer, pte: Word, nr: number): void
  pte_clear(mm: Mm, addr: bigint, ptep: EntryPointer): void
  clear_full_ptes(mm: Mm, addr: bigint, ptep: EntryPointer, nr: number, full: number): void
  get_and_clear_full_ptes(mm: Mm, addr: bigint, ptep: EntryPointer, nr: number, full: number): Word
  ptep_get_and_clear(mm: Mm, addr: bigint, ptep: EntryPointer): Word
  ptep_test_and_clear_young(vma: Vma, addr: bigint, ptep: EntryPointer): number
  ptep_clear_flush_young(vma: Vma, addr: bigint, ptep: EntryPointer): number
  wrprotect_ptes(mm: Mm, addr: bigint, ptep: EntryPointer, nr: number): void
  ptep_set_wrprotect(mm: Mm, addr: bigint, ptep: EntryPointer): void
  ptep_set_access_flags(vma: Vma, addr: bigint, ptep: EntryPointer, entry: Word, dirty: number): number
  clear_young_dirty_ptes(vma: Vma, addr: bigint, ptep: EntryPointer, nr: number, flags: number): void
  pte_batch_hint(ptep: EntryPointer, pte: Word): number

  // contiguous blocks
  contpte_try_fold(mm: Mm, addr: bigint, ptep: EntryPointer, pte: Word): void
  contpte_try_unfold(mm: Mm, addr: bigint, ptep: EntryPointer, pte: Word): void
  contpte_try_unfold_partial(mm: Mm, addr: bigint, ptep: EntryPointer, nr: number): void
  contpte_convert(mm: Mm, addr: bigint, ptep: EntryPointer, pte: Word): void
  __contpte_try_fold(mm: Mm, addr: bigint, ptep: EntryPointer, pte: Word): void
  __contpte_try_unfold(mm: Mm, addr: bigint, ptep: EntryPointer, pte: Word): void
  contpte_ptep_get(ptep: EntryPointer, orig_pte: Word): Word
  contpte_ptep_get_lockless(orig_ptep: EntryPointer): Word
  contpte_set_ptes(mm: Mm, addr: bigint, ptep: EntryPointer, pte: Word, nr: number): void
  contpte_clear_full_ptes(mm: Mm, addr: bigint, ptep: EntryPointer, nr: number, full: number): void
  contpte_get_and_clear_full_ptes(mm: Mm, addr: bigint, ptep: EntryPointer, nr: number, full: number): Word
  contpte_ptep_get_and_clear_full(mm: Mm, addr: bigint, ptep: EntryPointer): Word
  ptep_get_and_clear_full(mm: Mm, addr: bigint, ptep: EntryPointer, full: number): Word
  contpte_ptep_test_and_clear_young(vma: Vma, addr: bigint, ptep: EntryPointer): number
  contpte_ptep_clear_flush_young(vma: Vma, addr: bigint, ptep: EntryPointer): number
  contpte_wrprotect_ptes(mm: Mm, addr: bigint, ptep: EntryPointer, nr: number): void
  contpte_clear_young_dirty_ptes(vma: Vma, addr: bigint, ptep: EntryPointer, nr: number, flags: number): void
  contpte_ptep_set_access_flags(
    vma: Vma,
    addr: bigint,
    ptep: EntryPointer,
    entry: Word,
    dirty: number,
  ): number
}
