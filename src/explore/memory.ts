/** What a memory model that executes step by step makes of the operations that threads offer. */
import type { Cell, EventId, ReadRecord, SharedOperation, Thread, WriteRecord } from '../machine/index.js'
import type { Footprint } from './footprint.js'
import type { Buffered } from './store-buffer.js'

/** What a step read and wrote. */
export interface Effect {
  readonly reads: readonly ReadRecord[]
  readonly writes: readonly WriteRecord[]
  /** The writes went into the thread's store buffer, not to memory. */
  readonly buffered?: true
}

/** Memory in the state of one execution. Steps are numbered as the execution's decisions are. */
export interface Memory {
  /** What the cell holds, whatever is still in a store buffer. */
  readonly value: (cell: Cell) => bigint
  /** True if the thread's operation can be done now. */
  readonly enabled: (operation: SharedOperation, thread: Thread) => boolean
  /** What the operation may touch if it is done now; null as long as the thread's own buffer keeps it waiting. */
  readonly footprint: (operation: SharedOperation, thread: Thread) => Footprint | null
  /** Does the operation as step `step`, and says what it read and wrote. */
  readonly apply: (operation: SharedOperation, thread: Thread, step: number) => Effect
  /** Does again what an operation is known to have done at this point, and says it in records of its own. */
  readonly repeat: (effect: Effect, operation: SharedOperation, thread: Thread, step: number) => Effect
  /** The store buffers; null if every store reaches memory at once. */
  readonly buffers: Buffers | null
  /** What it holds now, to make another memory of. */
  readonly image: () => MemoryImage
}

/** What a memory holds, without who wrote it. */
export interface MemoryImage {
  /** By cell id; undefined for the initial value. */
  readonly values: readonly (bigint | undefined)[]
  /** The stores in each thread's buffer, oldest first; empty where stores are not buffered. */
  readonly buffers: readonly (readonly Buffered[])[]
}

/** What a memory holds before the first step. */
export const INITIAL_IMAGE: MemoryImage = { values: [], buffers: [] }

/** The store buffers of all threads, by thread number. */
export interface Buffers {
  readonly isEmpty: (thread: number) => boolean
  /** What the oldest buffered store of the thread touches on its way to memory; null if there is none. */
  readonly flushing: (thread: number) => Footprint | null
  /** Takes the oldest buffered store of the thread to memory. */
  readonly flush: (thread: number, step: number) => Flushed
}

/** A store that reached memory. */
export interface Flushed {
  readonly store: EventId
  readonly effect: Effect
}
