/**
 * C prototypes of all that is simulated, by which words become what hand-written code takes and back. Macros
 * have the prototype that their uses imply; arguments beyond those named here are passed over.
 */
import { type CPrototype, parsePrototype } from './c-type.js'

const TEXTS = [
  // locks and context
  'void spin_lock(spinlock_t *lock)',
  'void spin_unlock(spinlock_t *lock)',
  'int spin_trylock(spinlock_t *lock)',
  'int spin_is_locked(spinlock_t *lock)',
  'void spin_lock_irqsave(spinlock_t *lock)',
  'void spin_unlock_irqrestore(spinlock_t *lock)',
  'void rcu_read_lock(void)',
  'void rcu_read_unlock(void)',
  'void synchronize_rcu(void)',
  'void local_irq_save(void)',
  'void local_irq_restore(void)',
  'void lockdep_assert_irqs_disabled(void)',
  'void smp_mb(void)',
  'void smp_rmb(void)',
  'void smp_wmb(void)',
  'void might_sleep(void)',
  'void cond_resched(void)',
  // walk and map
  'pgd_t *pgd_offset(struct mm_struct *mm, unsigned long addr)',
  'p4d_t *p4d_offset(pgd_t *pgd, unsigned long addr)',
  'pud_t *pud_offset(p4d_t *p4d, unsigned long addr)',
  'pmd_t *pmd_offset(pud_t *pud, unsigned long addr)',
  'unsigned long pgd_deref(pgd_t pgd)',
  'unsigned long p4d_deref(p4d_t p4d)',
  'unsigned long pud_deref(pud_t pud)',
  'bool pgd_none_or_clear_bad(pgd_t *pgd)',
  'bool p4d_none_or_clear_bad(p4d_t *p4d)',
  'bool pud_none_or_clear_bad(pud_t *pud)',
  'bool pmd_none_or_clear_bad(pmd_t *pmd)',
  'bool pmd_trans_unstable(pmd_t *pmd)',
  'void pmd_clear_bad(pmd_t *pmd)',
  'spinlock_t *pte_lockptr(struct mm_struct *mm, pmd_t *pmd)',
  'spinlock_t *pmd_lockptr(struct mm_struct *mm, pmd_t *pmd)',
  'spinlock_t *pmd_lock(struct mm_struct *mm, pmd_t *pmd)',
  'spinlock_t *pmd_trans_huge_lock(pmd_t *pmd, struct vm_area_struct *vma)',
  'pte_t *pte_offset_map(pmd_t *pmd, unsigned long addr)',
  'pte_t *pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)',
  'pte_t *pte_offset_map_nolock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)',
  'void pte_unmap(pte_t *pte)',
  'void pte_unmap_unlock(pte_t *pte, spinlock_t *ptl)',
  'void pmd_populate(struct mm_struct *mm, pmd_t *pmd, pgtable_t table)',
  // huge pmds
  'void split_huge_pmd(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)',
  'void split_huge_pud(struct vm_area_struct *vma, pud_t *pud, unsigned long addr)',
  'pmd_t pmdp_huge_get_and_clear(struct mm_struct *mm, unsigned long addr, pmd_t *pmd)',
  'pmd_t pmdp_invalidate(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)',
  'void set_pmd_at(struct mm_struct *mm, unsigned long addr, pmd_t *pmd, pmd_t value)',
  'void pgtable_trans_huge_deposit(struct mm_struct *mm, pmd_t *pmd, pgtable_t table)',
  'pgtable_t pgtable_trans_huge_withdraw(struct mm_struct *mm, pmd_t *pmd)',
  // ptes
  'pte_t ptep_get(pte_t *pte)',
  'pmd_t pmdp_get_lockless(pmd_t *pmd)',
  'void set_pte_at(struct mm_struct *mm, unsigned long addr, pte_t *pte, pte_t value)',
  'void pte_clear(struct mm_struct *mm, unsigned long addr, pte_t *pte)',
  'pte_t ptep_get_and_clear(struct mm_struct *mm, unsigned long addr, pte_t *pte)',
  'pte_t ptep_modify_prot_start(struct vm_area_struct *vma, unsigned long addr, pte_t *pte)',
  'void ptep_modify_prot_commit(struct vm_area_struct *vma, unsigned long addr, pte_t *pte, pte_t old, pte_t value)',
  'pte_t ptep_clear_flush(struct vm_area_struct *vma, unsigned long addr, pte_t *pte)',
  'void ptep_set_wrprotect(struct mm_struct *mm, unsigned long addr, pte_t *pte)',
  'bool ptep_test_and_clear_young(struct vm_area_struct *vma, unsigned long addr, pte_t *pte)',
  // TLB
  'void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr)',
  'void flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)',
  'void flush_tlb_range_nosync(struct vm_area_struct *vma, unsigned long start, unsigned long end)',
]

const PROTOTYPES: ReadonlyMap<string, CPrototype> = new Map(
  TEXTS.map((text) => {
    const { name, ...prototype } = parsePrototype(text)
    return [name, prototype]
  }),
)

/** The prototype of a primitive. */
export function primitivePrototype(name: string): CPrototype | undefined {
  return PROTOTYPES.get(name)
}

/** Names by which C calls primitives that have another one here, and which of its arguments they take. */
export const ALIASES: Readonly<Record<string, { readonly name: string; readonly args?: readonly number[] }>> =
  {
    spin_lock_nested: { name: 'spin_lock', args: [0] },
    raw_spin_lock: { name: 'spin_lock' },
    raw_spin_unlock: { name: 'spin_unlock' },
    spin_lock_irq: { name: 'spin_lock_irqsave' },
    spin_unlock_irq: { name: 'spin_unlock_irqrestore' },
    local_irq_disable: { name: 'local_irq_save' },
    local_irq_enable: { name: 'local_irq_restore' },
    __pte_offset_map_lock: { name: 'pte_offset_map_lock' },
    pte_offset_map_rw_nolock: { name: 'pte_offset_map_nolock' },
    pte_offset_map_ro_nolock: { name: 'pte_offset_map_nolock' },
    pte_offset_kernel: { name: 'pte_offset_map' },
    __ptep_get: { name: 'ptep_get' },
    __set_pte_at: { name: 'set_pte_at' },
    set_pte: { name: 'set_pte_at', args: [-1, -1, 0, 1] },
    __set_pte: { name: 'set_pte_at', args: [-1, -1, 0, 1] },
    __ptep_get_and_clear: { name: 'ptep_get_and_clear' },
    __ptep_set_wrprotect: { name: 'ptep_set_wrprotect' },
    __ptep_test_and_clear_young: { name: 'ptep_test_and_clear_young' },
    __flush_tlb_page: { name: 'flush_tlb_page' },
    __flush_tlb_range: { name: 'flush_tlb_range' },
    __flush_tlb_range_nosync: { name: 'flush_tlb_range_nosync' },
    smp_mb__after_spinlock: { name: 'smp_mb' },
  }
