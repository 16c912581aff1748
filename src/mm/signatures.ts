/**
 * C prototypes of what runs on the machine. A primitive that C returns through a pointer argument takes a
 * `Ref`; `NULL` is null; an entry value is a `Word`; an address is a bigint.
 */
import type { Bool, Lock, Proc, Word } from '../machine/index.js'
import type { Arm64Functions } from './arm64-signatures.js'
import type { EntryPointer, Mm, Vma } from './table.js'
import type { MmWalk, MmWalkOps } from './walk.js'

/** An out-parameter: a variable of C whose address is passed. */
export interface Ref<T> {
  value: T | null
}

/** Prototypes of the primitives: the part of the kernel that is simulated, not replayed. */
export interface PrimitiveSignatures {
  // locks and context
  spin_lock(lock: Lock): void
  spin_unlock(lock: Lock): void
  spin_trylock(lock: Lock): Bool
  spin_is_locked(lock: Lock): Bool
  spin_lock_irqsave(lock: Lock): void
  spin_unlock_irqrestore(lock: Lock): void
  rcu_read_lock(): void
  rcu_read_unlock(): void
  synchronize_rcu(): void
  local_irq_save(): void
  local_irq_restore(): void
  lockdep_assert_irqs_disabled(): void
  smp_mb(): void
  smp_rmb(): void
  smp_wmb(): void
  might_sleep(what: string): void
  cond_resched(): void

  // walk and map
  pgd_offset(mm: Mm, addr: bigint): EntryPointer
  p4d_offset(pgd: EntryPointer, addr: bigint): EntryPointer
  pud_offset(p4d: EntryPointer, addr: bigint): EntryPointer
  pmd_offset(pud: EntryPointer, addr: bigint): EntryPointer
  pgd_deref(pgd: Word): EntryPointer
  p4d_deref(p4d: Word): EntryPointer
  pud_deref(pud: Word): EntryPointer
  pgd_none_or_clear_bad(pgd: EntryPointer): Bool
  p4d_none_or_clear_bad(p4d: EntryPointer): Bool
  pud_none_or_clear_bad(pud: EntryPointer): Bool
  pmd_none_or_clear_bad(pmd: EntryPointer): Bool
  pmd_trans_unstable(pmd: EntryPointer): Bool
  pmd_clear_bad(pmd: EntryPointer): void
  pte_lockptr(mm: Mm, pmd: EntryPointer): Lock
  pmd_lockptr(mm: Mm, pmd: EntryPointer): Lock
  pmd_lock(mm: Mm, pmd: EntryPointer): Lock
  pmd_trans_huge_lock(pmd: EntryPointer, vma: Vma): Lock | null
  pte_offset_map(pmd: EntryPointer, addr: bigint): EntryPointer | null
  pte_offset_map_lock(mm: Mm, pmd: EntryPointer, addr: bigint, ptl: Ref<Lock>): EntryPointer | null
  pte_offset_map_nolock(mm: Mm, pmd: EntryPointer, addr: bigint, ptl: Ref<Lock>): EntryPointer | null
  pte_unmap(pte: EntryPointer): void
  pte_unmap_unlock(pte: EntryPointer, ptl: Lock): void
  pmd_populate(mm: Mm, pmd: EntryPointer, table: bigint): void

  // huge pmds
  split_huge_pmd(vma: Vma, pmd: EntryPointer, addr: bigint): void
  split_huge_pud(vma: Vma, pud: EntryPointer, addr: bigint): void
  pmdp_huge_get_and_clear(mm: Mm, addr: bigint, pmd: EntryPointer): Word
  pmdp_invalidate(vma: Vma, addr: bigint, pmd: EntryPointer): Word
  set_pmd_at(mm: Mm, addr: bigint, pmd: EntryPointer, value: Word): void
  pgtable_trans_huge_deposit(mm: Mm, pmd: EntryPointer, table: bigint): void
  pgtable_trans_huge_withdraw(mm: Mm, pmd: EntryPointer): bigint

  // ptes
  ptep_get(pte: EntryPointer): Word
  pmdp_get_lockless(pmd: EntryPointer): Word
  set_pte_at(mm: Mm, addr: bigint, pte: EntryPointer, value: Word): void
  pte_clear(mm: Mm, addr: bigint, pte: EntryPointer): void
  ptep_get_and_clear(mm: Mm, addr: bigint, pte: EntryPointer): Word
  ptep_modify_prot_start(vma: Vma, addr: bigint, pte: EntryPointer): Word
  ptep_modify_prot_commit(vma: Vma, addr: bigint, pte: EntryPointer, old: Word, value: Word): void
  ptep_clear_flush(vma: Vma, addr: bigint, pte: EntryPointer): Word
  ptep_set_wrprotect(mm: Mm, addr: bigint, pte: EntryPointer): void
  ptep_test_and_clear_young(vma: Vma, addr: bigint, pte: EntryPointer): Bool

  // TLB
  flush_tlb_page(vma: Vma, addr: bigint): void
  flush_tlb_range(vma: Vma, start: bigint, end: bigint): void
  flush_tlb_range_nosync(vma: Vma, start: bigint, end: bigint): void
}

/** Prototypes of the kernel functions that are replayed; plugins add theirs by declaration merging. */
export interface KernelFunctions extends Arm64Functions {
  walk_page_range(mm: Mm, start: bigint, end: bigint, ops: MmWalkOps, data: unknown): number
  __walk_page_range(start: bigint, end: bigint, walk: MmWalk): number
  walk_page_test(start: bigint, end: bigint, walk: MmWalk): number
  walk_pgd_range(addr: bigint, end: bigint, walk: MmWalk): number
  walk_p4d_range(pgd: EntryPointer, addr: bigint, end: bigint, walk: MmWalk): number
  walk_pud_range(p4d: EntryPointer, addr: bigint, end: bigint, walk: MmWalk): number
  walk_pmd_range(pud: EntryPointer, addr: bigint, end: bigint, walk: MmWalk): number
  walk_pte_range(pmd: EntryPointer, addr: bigint, end: bigint, walk: MmWalk): number
  walk_pte_range_inner(pte: EntryPointer, addr: bigint, end: bigint, walk: MmWalk): number
  prot_none_pte_entry(pte: EntryPointer, addr: bigint, next: bigint, walk: MmWalk): number
  wp_pte(pte: EntryPointer, addr: bigint, end: bigint, walk: MmWalk): number
  s390_gather_pages(pte: EntryPointer, addr: bigint, next: bigint, walk: MmWalk): number
  gup_pgd_range(addr: bigint, end: bigint, flags: number, pages: null, nr: null): void
  gup_p4d_range(...args: GupRangeArguments): number
  gup_pud_range(...args: GupRangeArguments): number
  gup_pmd_range(...args: GupRangeArguments): number
  gup_pte_range(pmd: Word, ...args: readonly unknown[]): number
  p4d_offset(pgd: EntryPointer, addr: bigint): EntryPointer
  pud_offset(p4d: EntryPointer, addr: bigint): EntryPointer
  pmd_offset(pud: EntryPointer, addr: bigint): EntryPointer
  p4d_offset_lockless(pgdp: EntryPointer, pgd: Word, addr: bigint): EntryPointer
  pud_offset_lockless(p4dp: EntryPointer, p4d: Word, addr: bigint): EntryPointer
  pmd_offset_lockless(pudp: EntryPointer, pud: Word, addr: bigint): EntryPointer
  rste_addr_end_folded(rste: bigint, addr: bigint, end: bigint): bigint
  pgd_addr_end_folded(pgd: Word, addr: bigint, end: bigint): bigint
  p4d_addr_end_folded(p4d: Word, addr: bigint, end: bigint): bigint
  pud_addr_end_folded(pud: Word, addr: bigint, end: bigint): bigint
  pmd_addr_end_folded(pmd: Word, addr: bigint, end: bigint): bigint
  pgd_addr_end(pgd: Word, addr: bigint, end: bigint): bigint
  p4d_addr_end(p4d: Word, addr: bigint, end: bigint): bigint
  pud_addr_end(pud: Word, addr: bigint, end: bigint): bigint
  pmd_addr_end(pmd: Word, addr: bigint, end: bigint): bigint
  gup_get_pte(pte: EntryPointer): Word
  ptep_get_lockless(pte: EntryPointer): Word
}

/**
 * Arguments of gup_p4d_range() and the like: the value of the entry above, since 5.9 the pointer to it first.
 * References to pages are events: there is no array of pages, and no number of them.
 */
export type GupRangeArguments =
  | [above: Word, addr: bigint, end: bigint, flags: number, pages: null, nr: null]
  | [abovep: EntryPointer, above: Word, addr: bigint, end: bigint, flags: number, pages: null, nr: null]

/** A prototype as a procedure of the machine. */
export type AsProc<F> = F extends (...args: infer A) => infer R ? (...args: A) => Proc<R> : never
