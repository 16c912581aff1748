/**
 * Which operations depend on one another. Two operations are dependent if they touch one cell and one of
 * them may write it; everything else commutes. The footprint is taken from the operation, not from what it
 * did: a compare-exchange that failed counts as a write. That may explore more than it must, never less.
 */
import type { Cell, SharedOperation } from '../machine/index.js'

export interface Footprint {
  readonly reads: readonly Cell[]
  readonly writes: readonly Cell[]
  /** The lock that the operation waits for, or gives back: the two are never enabled together. */
  readonly acquires: Cell | null
  readonly releases: Cell | null
  /** True if the operation has to wait for a condition on the cells it reads. */
  readonly waits: boolean
}

/** Bookkeeping cells that a thread's RCU and interrupt state stand in. */
export interface ContextCells {
  readonly rcu: Cell
  readonly irq: Cell
}

/** Touches nothing: commutes with everything. */
export const EMPTY_FOOTPRINT: Footprint = {
  reads: [],
  writes: [],
  acquires: null,
  releases: null,
  waits: false,
}

/** What an operation may read and write. */
export function footprint(operation: SharedOperation, context: ContextCells): Footprint {
  switch (operation.op) {
    case 'load':
      return { ...EMPTY_FOOTPRINT, reads: withPages(operation.cells) }
    case 'await':
      return { ...EMPTY_FOOTPRINT, reads: withPages(operation.cells), waits: true }
    case 'store':
      return { ...EMPTY_FOOTPRINT, reads: pagesOf(operation.cells), writes: operation.cells }
    case 'rmw':
      return { ...EMPTY_FOOTPRINT, reads: withPages(operation.cells), writes: operation.cells }
    case 'lock':
      return { ...EMPTY_FOOTPRINT, writes: [operation.lock.cell], acquires: operation.lock.cell }
    case 'trylock':
      return { ...EMPTY_FOOTPRINT, writes: [operation.lock.cell] }
    case 'unlock':
      return { ...EMPTY_FOOTPRINT, writes: [operation.lock.cell], releases: operation.lock.cell }
    case 'rcu-lock':
    case 'rcu-unlock':
      return { ...EMPTY_FOOTPRINT, writes: [context.rcu] }
    case 'irq-save':
    case 'irq-restore':
      return { ...EMPTY_FOOTPRINT, writes: [context.irq] }
    case 'is-locked':
      return { ...EMPTY_FOOTPRINT, reads: [operation.lock.cell] }
    case 'srcu-lock':
    case 'srcu-unlock':
      return { ...EMPTY_FOOTPRINT, writes: [operation.section] }
    case 'grace-period':
      throw new Error('a grace period is a sequence of waits here (ThreadOptions.gracePeriods)')
    case 'fence':
    case 'choose':
      return EMPTY_FOOTPRINT
  }
}

/** True if exchanging the two could matter. */
export function dependent(left: Footprint, right: Footprint): boolean {
  return (
    meets(left.writes, right.writes) || meets(left.writes, right.reads) || meets(left.reads, right.writes)
  )
}

function meets(left: readonly Cell[], right: readonly Cell[]): boolean {
  for (const cell of left) if (right.includes(cell)) return true
  return false
}

function pagesOf(cells: readonly Cell[]): readonly Cell[] {
  const pages: Cell[] = []
  for (const cell of cells) if (cell.page !== null && !pages.includes(cell.page)) pages.push(cell.page)
  return pages
}

function withPages(cells: readonly Cell[]): readonly Cell[] {
  const pages = pagesOf(cells)
  return pages.length === 0 ? cells : [...cells, ...pages]
}
