/**
 * An execution as a graph: events, which write each read takes its value from, and in which order the writes
 * to a cell take effect. Memory models say which graphs can be.
 */
import type { EventId } from '../../machine/index.js'

/** Tags of memory accesses. The names with capitals in herd's lock.cat are the lock operations. */
export type AccessTag =
  | 'initial'
  | 'plain'
  | 'once'
  | 'acquire'
  | 'release'
  | 'mb'
  | 'noreturn'
  | 'lock-read'
  | 'lock-write'
  | 'unlock'
  /** A failed trylock, or a look at a lock that is taken. */
  | 'lock-fail'
  /** A look at a lock that is free. */
  | 'lock-free'
  | 'srcu-lock'
  | 'srcu-unlock'

/** Tags of events that access no memory. `irq-off` and `irq-on` bound a section that an `ipi` waits for. */
export type FenceTag =
  | 'mb'
  | 'rmb'
  | 'wmb'
  | 'barrier'
  | 'before-atomic'
  | 'after-atomic'
  | 'after-spinlock'
  | 'after-unlock-lock'
  | 'after-srcu-read-unlock'
  | 'rcu-lock'
  | 'rcu-unlock'
  | 'sync-rcu'
  | 'irq-off'
  | 'irq-on'
  | 'ipi'
  | 'sync-srcu'
  /** Borders of SRCU sections where they touch no memory (Linux 6.1). */
  | 'srcu-lock'
  | 'srcu-unlock'
  /** Orders nothing. */
  | 'none'

interface NodeBase {
  /** Its index in the graph. */
  readonly id: number
  /** Thread number, -1 for initial writes. */
  readonly thread: number
  /** The event of the machine that it is part of; null for initial writes. */
  readonly event: EventId | null
  /** Reads that its address, its value and its being done at all depend on: node numbers. */
  readonly address: readonly number[]
  readonly data: readonly number[]
  readonly control: readonly number[]
}

/** The `partner` of a read whose read-modify-write stored nothing: a cmpxchg that failed. */
export const NOT_STORED = -2

/** A read or a write of one cell. */
export interface AccessNode extends NodeBase {
  readonly kind: 'read' | 'write'
  readonly tag: AccessTag
  /** Number of the cell. */
  readonly cell: number
  readonly value: bigint
  /** The other half of a read-modify-write, `NOT_STORED` if that stored nothing, -1 for any other access. */
  readonly partner: number
  /** The other accesses that are one with it: those of an operation on several cells at once. */
  readonly twins: readonly number[]
}

/** A fence, or the border of a read-side section. SRCU has its events at the cell of its struct. */
export interface FenceNode extends NodeBase {
  readonly kind: 'fence'
  readonly tag: FenceTag
  readonly cell: number
}

export type GraphNode = AccessNode | FenceNode

/** A graph, complete or in the making: what is not known yet is not in it. */
export interface ExecutionGraph {
  /** Those of a thread stand in program order. */
  readonly nodes: readonly GraphNode[]
  /** By read: the write it takes its value from, -1 while that is open. Other nodes: -1. */
  readonly source: readonly number[]
  /** Pairs of writes (earlier, later) to one cell, closed under transitivity. */
  readonly coherence: readonly (readonly [number, number])[]
}
