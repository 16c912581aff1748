/** The arguments of a page walk: C's `struct mm_walk` and `struct mm_walk_ops`. */
import type { Callable } from '../machine/index.js'
import type { Mm, TablePage, Vma } from './table.js'

/** Callbacks of a walk. Each is a function of the machine, called with C's arguments. */
export interface MmWalkOps {
  readonly pgd_entry?: Callable
  readonly p4d_entry?: Callable
  readonly pud_entry?: Callable
  readonly pmd_entry?: Callable
  readonly pte_entry?: Callable
  readonly pte_hole?: Callable
  readonly test_walk?: Callable
  readonly pre_vma?: Callable
  readonly post_vma?: Callable
}

/** `enum page_walk_action`. */
export type WalkAction = 'SUBTREE' | 'CONTINUE' | 'AGAIN'

/** One walk's state. It lives on the stack of the thread that walks, so no other thread sees it. */
export interface MmWalk {
  readonly ops: MmWalkOps
  readonly mm: Mm
  readonly pgd?: TablePage
  vma: Vma | null
  action: WalkAction
  readonly no_vma: boolean
  readonly private: unknown
}
