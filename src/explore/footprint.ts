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
    touch(left, right) ||
    overwrites(left, right.buffers, isFlushed) ||
    overwrites(right, left.buffers, isFlushed)
  )
}

function isFlushed({ flushed }: OwnRead): boolean {
  return flushed
}

/**
 * True if the earlier step happens before the later one because of what the two touch. `inMemory` says of a
 * store that the earlier one read from its own thread whether it reaches memory before the later one.
 */
export function happensBefore(
  earlier: Footprint,
  later: Footprint,
  inMemory: (read: OwnRead) => boolean,
): boolean {
  return touch(earlier, later) || overwrites(later, earlier.buffers, inMemory)
}

function touch(left: Footprint, right: Footprint): boolean {
  return (
    meets(left.writes, right.writes) ||
    meets(left.writes, right.reads) ||
    meets(left.reads, right.writes) ||
    (left.buffers !== null && right.buffers !== null && awaits(left.buffers, right.buffers))
  )
}

/** True if one changes a buffer that the other has to find empty. */
function awaits(left: BufferUse, right: BufferUse): boolean {
  return left.drained.includes(right.changes) || right.drained.includes(left.changes)
}

/** True if `write` replaces in memory a store that the other step read from its own thread. */
function overwrites(write: Footprint, read: BufferUse | null, inMemory: (read: OwnRead) => boolean): boolean {
  if (read === null || write.writes.length === 0) return false
  return read.own.some((own) => write.writes.includes(own.cell) && inMemory(own))
}

function meets(left: readonly Cell[], right: readonly Cell[]): boolean {
  for (const cell of left) if (right.includes(cell)) return true
  return false
}

export function pagesOf(cells: readonly Cell[]): readonly Cell[] {
  const pages: Cell[] = []
  for (const cell of cells) if (cell.page !== null && !pages.includes(cell.page)) pages.push(cell.page)
  return pages
}

export function withPages(cells: readonly Cell[]): readonly Cell[] {
  const pages = pagesOf(cells)
  return pages.length === 0 ? cells : [...cells, ...pages]
}
