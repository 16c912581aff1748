/** What a thread can ask of the machine. One C access is one operation, one lock call is one operation. */
import type { Cell, Lock } from './cell.js'
import type { Callable } from './implementation.js'
import type { Bool, Reads, Word } from './value.js'

/** How an access is marked. Under `sc` all are alike; a weak model orders them differently. */
export type Access = 'plain' | 'once' | 'acquire' | 'release' | 'mb'

/** Barriers by their C names, less `smp_`. */
export type FenceKind = 'mb' | 'rmb' | 'wmb' | 'barrier'

/** Loads all `cells` in one atomic step; the reply is a `Word[]`. */
export interface LoadOperation {
  readonly op: 'load'
  readonly cells: readonly Cell[]
  readonly access: Access
  /** Reads that the address depends on. */
  readonly address: Reads
}

/** Stores `values` to `cells` in one atomic step. */
export interface StoreOperation {
  readonly op: 'store'
  readonly cells: readonly Cell[]
  readonly values: readonly Word[]
  readonly access: Access
  readonly address: Reads
}

/** Reads all `cells` and, unless `update` says null, stores what it says, in one atomic step. Replies `Word[]`. */
export interface RmwOperation {
  readonly op: 'rmw'
  readonly cells: readonly Cell[]
  readonly update: (current: readonly bigint[]) => readonly bigint[] | null
  readonly access: Access
  readonly address: Reads
  /** Reads that the stored value depends on, besides its own. */
  readonly data: Reads
  readonly name: string
}

/** Waits until the lock is free and takes it. A thread that holds it already waits for ever. */
export interface LockOperation {
  readonly op: 'lock' | 'trylock' | 'unlock'
  readonly lock: Lock
}

/** Waits until `until` holds of the cells' values, and reads them in that step. */
export interface AwaitOperation {
  readonly op: 'await'
  readonly cells: readonly Cell[]
  readonly until: (values: readonly bigint[]) => boolean
  readonly why: string
  /** A loop that came round without progress (`retry`): waiting for ever is a livelock, not a hang. */
  readonly retry?: boolean
}

export interface FenceOperation {
  readonly op: 'fence'
  readonly fence: FenceKind
}

/** `rcu_read_lock` and its kin: the thread's nesting depth stands in a cell that a grace period waits for. */
export interface ContextOperation {
  readonly op: 'rcu-lock' | 'rcu-unlock' | 'irq-save' | 'irq-restore'
}

/** Asks for a value from outside the program. Before and after answer the same `key` alike. */
export interface ChooseOperation {
  readonly op: 'choose'
  readonly key: string
  readonly domain: readonly string[]
}

/** Calls a function; the machine pushes a frame, the reply is its return value. */
export interface CallOperation {
  readonly op: 'call'
  readonly target: Callable
  readonly args: readonly unknown[]
}

/** The execution goes on only if this holds; otherwise it counts as blocked and says nothing. */
export interface AssumeOperation {
  readonly op: 'assume'
  readonly holds: boolean
}

/** A branch on a tracked value: what follows in the frame depends on its reads. Replies the boolean. */
export interface BranchOperation {
  readonly op: 'branch'
  readonly on: Bool
}

/** A named event of the function under test: `split_huge_pmd`, `pte_entry`, `flush_tlb_range`. */
export interface ObserveOperation {
  readonly op: 'observe'
  readonly event: SemanticEvent
}

/** A hazard that the operation just done amounts to; the thread stops here if it is `fatal`. */
export interface HazardOperation {
  readonly op: 'hazard'
  readonly kind: string
  readonly text: string
  /** The object it happened to, as far as it tells hazards of one kind apart. */
  readonly object: string
  readonly fatal: boolean
}

/**
 * The head of a loop that may run again without progress. `locals` spells every local the loop depends on.
 * Coming here again with the same locals, after reading the same values and storing nothing, means that the
 * next turn would be the same: the thread waits until one of the cells it read has another value.
 */
export interface RetryOperation {
  readonly op: 'retry'
  readonly key: string
  readonly locals: string
}

/** Operations at which threads can be switched: they touch shared state, or need an answer from outside. */
export type SharedOperation =
  | LoadOperation
  | StoreOperation
  | RmwOperation
  | LockOperation
  | AwaitOperation
  | ChooseOperation
  | ContextOperation

/** Operations that no other thread can see; the machine does them at once. */
export type LocalOperation =
  | FenceOperation
  | CallOperation
  | AssumeOperation
  | BranchOperation
  | ObserveOperation
  | HazardOperation
  | RetryOperation

export type Operation = SharedOperation | LocalOperation

/** A thing that happened, in the vocabulary of the kernel. */
export interface SemanticEvent {
  /** `pte_entry`, `split_huge_pmd`, `flush_tlb_range`, `pte_unmap`, … */
  readonly name: string
  /** What it happened to, spelled so that before and after spell the same thing alike. */
  readonly detail: string
  /** Callbacks are where the lock set is compared. */
  readonly role: 'callback' | 'flush' | 'action'
  /** The object whose state belongs beside it in a trace (`pmd:A[0]`). */
  readonly object?: string
  /** The callback may sleep: a hazard in atomic context. */
  readonly sleeps?: boolean
}

/** A procedure of the machine: yields operations, is sent their replies, returns a C value. */
export type Proc<T> = Generator<Operation, T, unknown>
