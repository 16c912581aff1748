/**
 * Which steps depend on one another. Two steps are dependent if they touch one cell and one of them may write
 * it; everything else commutes. The footprint is taken from the operation, not from what it did: a
 * compare-exchange that failed counts as a write. That may explore more than it must, never less.
 */
import type { Cell, EventId, Program, SharedOperation } from '../machine/index.js'

export interface Footprint {
  readonly reads: readonly Cell[]
  readonly writes: readonly Cell[]
  /** The lock that the operation waits for, or gives back: the two are never enabled together. */
  readonly acquires: Cell | null
  readonly releases: Cell | null
  /** True if the operation has to wait for a condition on the cells it reads. */
  readonly waits: boolean
  /** What the step has to do with store buffers; null where the model has none, or the step nothing. */
  readonly buffers: BufferUse | null
}

/** How a step depends on others by way of store buffers. */
export interface BufferUse {
  /** What it reads of its own thread's stores. Those cells are not among `reads`. */
  readonly own: readonly OwnRead[]
  /** The thread whose buffer it puts a store into, or takes one from; -1 if it does neither. */
  readonly changes: number
  /** The store that it takes to memory. */
  readonly flushes: EventId | null
  /** Threads whose buffers have to be empty when the step is done. */
  readonly drained: readonly number[]
  /** Index of a step of the execution that this one comes after by itself; -1 if there is none. */
  readonly follows: number
}

/**
 * A cell whose newest value, as its reader sees it, is a store of the reader itself. What other threads wrote
 * before that store makes no difference to the reader, nor whether the store has reached memory by then. Only
 * what they write after it does.
 */
export interface OwnRead {
  readonly cell: Cell
  readonly store: EventId
  /** True if the store had reached memory when it was read. */
  readonly flushed: boolean
}

/** Bookkeeping cells that a thread's RCU and interrupt state stand in. */
export interface ContextCells {
  readonly rcu: Cell
  readonly irq: Cell
}

/** The context cells of every thread, by number. */
export function contextCells({ heap, threads }: Program): readonly ContextCells[] {
  return threads.map(({ name }) => ({ rcu: heap.internal(`rcu@${name}`), irq: heap.internal(`irq@${name}`) }))
}

/** Touches nothing: commutes with everything. */
export const EMPTY_FOOTPRINT: Footprint = {
  reads: [],
  writes: [],
  acquires: null,
  releases: null,
  waits: false,
  buffers: null,
}

/** What an operation may read and write in memory. */
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

/** True if exchanging the two could matter, where both can be done next. */
export function dependent(left: Footprint, right: Footprint): boolean {
  return (
    meets(left.writes, right.writes) ||
    meets(left.writes, right.reads) ||
    meets(left.reads, right.writes) ||
    (left.buffers !== null && reaches(left.buffers, right, NO_STORES, null)) ||
    (right.buffers !== null && reaches(right.buffers, left, NO_STORES, null))
  )
}

/**
 * True if the earlier step happens before the later one because of what the two touch. `flushed` are the stores
 * that reached memory after the earlier step and before the later one; `late` is one that is to be taken as not
 * in memory at either.
 */
export function happensBefore(
  earlier: Footprint,
  later: Footprint,
  flushed: readonly EventId[],
  late: EventId | null,
): boolean {
  return (
    meets(earlier.writes, later.writes) ||
    meets(earlier.writes, later.reads) ||
    meets(earlier.reads, later.writes) ||
    (earlier.buffers !== null && reaches(earlier.buffers, later, flushed, late))
  )
}

/**
 * True if what one step has to do with store buffers makes the other depend on it: it changes a buffer that
 * the other has to find empty, or the other way round, or it read a store of its own thread that the other
 * one overwrites in memory.
 */
function reaches(
  { own, changes, drained }: BufferUse,
  { writes, buffers }: Footprint,
  flushed: readonly EventId[],
  late: EventId | null,
): boolean {
  if (buffers !== null && (drained.includes(buffers.changes) || buffers.drained.includes(changes)))
    return true
  return own.some(
    (read) =>
      writes.includes(read.cell) && read.store !== late && (read.flushed || flushed.includes(read.store)),
  )
}

const NO_STORES: readonly EventId[] = []
const NO_CELLS: readonly Cell[] = []

function meets(left: readonly Cell[], right: readonly Cell[]): boolean {
  for (const cell of left) if (right.includes(cell)) return true
  return false
}

export function pagesOf(cells: readonly Cell[]): readonly Cell[] {
  const page = cells.length === 1 ? cells[0]?.page : undefined
  if (page !== undefined) return page === null ? NO_CELLS : [page]
  const pages: Cell[] = []
  for (const cell of cells) if (cell.page !== null && !pages.includes(cell.page)) pages.push(cell.page)
  return pages
}

export function withPages(cells: readonly Cell[]): readonly Cell[] {
  const pages = pagesOf(cells)
  return pages.length === 0 ? cells : [...cells, ...pages]
}
