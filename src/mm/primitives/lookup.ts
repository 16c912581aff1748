/** Questions that several primitives ask. */
import type { Cell, Proc, Word } from '../../machine/index.js'
import type { Kernel } from '../kernel.js'
import type { EntryPointer, Mm, TablePage } from '../table.js'

/** The page-table page an entry value points to; undefined if it points to none. */
export function tableIn(mm: Mm, value: Word): TablePage | undefined {
  return mm.profile.format.isTable(value.bits) ? mm.tableAt(mm.profile.format.pfn(value.bits)) : undefined
}

/** C's `is_swap_pmd(*pmd) || pmd_trans_huge(*pmd) || pmd_devmap(*pmd)`: a load for each test that is reached. */
export function* isHugeOrSwap(k: Kernel, pmd: EntryPointer): Proc<boolean> {
  if (yield* k.branch(k.is_swap_pmd(yield* k.deref(pmd)))) return true
  if (yield* k.branch(k.pmd_trans_huge(yield* k.deref(pmd)))) return true
  return yield* k.branch(k.pmd_devmap(yield* k.deref(pmd)))
}

/** The cell in which a huge pmd's deposited page table stands; 0 if there is none. */
export function depositCell(mm: Mm, pmd: EntryPointer): Cell {
  return mm.heap.internal(`deposit:${pmd.name}`)
}
