/** What a thread can ask of the machine. One C access is one operation, one lock call is one operation. */
import type { Cell, Lock } from './cell.js'
import type { Callable } from './implementation.js'
import type { Bool, Reads, Word } from './value.js'

/**
 * How an access is marked. Under `sc` all are alike; a weak model orders them differently. `noreturn` is an
 * atomic read-modify-write that returns nothing (`atomic_inc`).
 */
export type Access = 'plain' | 'once' | 'acquire' | 'release' | 'mb' | 'noreturn'

/** Barriers by their C names, less `smp_` and `smp_mb__`. */
export type FenceKind =
  | 'mb'
  | 'rmb'
  | 'wmb'
  | 'barrier'
  | 'before-atomic'
  | 'after-atomic'
  | 'after-spinlock'
  | 'after-unlock-lock'
  | 'after-srcu-read-unlock'

/** Loads all `cells` in one atomic step; the reply is a `Word[]`. */
export interface LoadOperation {
  readonly op: 'load'
  readonly cells: readonly Cell[]
  readonly access: Access
  /** It is plain in C and taken for what `access` says. */
  readonly plain?: true
  /** Reads that the address depends on. */
  readonly address: Reads
}

/** Stores `values` to `cells` in one atomic step. */
export interface StoreOperation {
  readonly op: 'store'
  readonly cells: readonly Cell[]
  readonly values: readonly Word[]
  readonly access: Access
  readonly plain?: true
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
  /** What is stored does not depend on what was read; whether anything is may do so (`cmpxchg`). */
  readonly isExchange?: boolean
  readonly name: string
}

/** Waits until the lock is free and takes it. A thread that holds it already waits for ever. */
export interface LockOperation {
  readonly op: 'lock' | 'trylock' | 'unlock'
  readonly lock: Lock
}

/** `spin_is_locked`: looks at a lock without taking it; replies a `Bool`. */
export interface IsLockedOperation {
  readonly op: 'is-locked'
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
  /** With `retry`: the values, cell by cell, one of which has to change. */
  readonly seen?: readonly bigint[]
}

/** A barrier. Threads do it by themselves, but for a full one where the memory model asks for it. */
export interface FenceOperation {
  readonly op: 'fence'
  readonly fence: FenceKind
}

/** `rcu_read_lock` and its kin: the thread's nesting depth stands in a cell that a grace period waits for. */
export interface ContextOperation {
  readonly op: 'rcu-lock' | 'rcu-unlock' | 'irq-save' | 'irq-restore'
}

/** `srcu_read_lock` of one srcu_struct: replies the cookie (a `Word`) that the matching unlock hands back. */
export interface SrcuLockOperation {
  readonly op: 'srcu-lock'
  readonly domain: Cell
  /** This thread's nesting depth in the domain, which a grace period waits on. */
  readonly section: Cell
}

export interface SrcuUnlockOperation {
  readonly op: 'srcu-unlock'
  readonly domain: Cell
  readonly section: Cell
  readonly cookie: Word
}

/**
 * Waits until every read-side section that had begun is over: `synchronize_rcu` (sections of RCU, and those
 * with interrupts off), an inter-processor interrupt (those with interrupts off), or `synchronize_srcu`.
 * Where time is a sequence of steps, the thread waits for `sections` one after the other; a model of graphs
 * makes one event of it.
 */
export interface GracePeriodOperation {
  readonly op: 'grace-period'
  readonly waitsFor: 'rcu' | 'irq' | Cell
  /** The cells of the other threads' nesting depths, with what is said of waiting for each. */
  readonly sections: readonly { readonly cell: Cell; readonly why: string }[]
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
  /** Reads that it was decided on. */
  readonly on?: Reads
}

/**
 * How far a control dependency reaches: `rest`, to the end of the function (an early return, a goto); `body`,
 * to the `join` that closes it (an `if` whose branches meet again); `none`, not said. An extent that is not
 * known is none: a dependency too few shows behaviour that cannot be, one too many hides behaviour that can.
 */
export type ControlExtent = 'rest' | 'body' | 'none'

/** A branch on a tracked value. Replies the boolean. */
export interface BranchOperation {
  readonly op: 'branch'
  readonly on: Bool
  readonly extent: ControlExtent
}

/** The branches of the innermost open `body` meet again. */
export interface JoinOperation {
  readonly op: 'join'
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
  | IsLockedOperation
  | AwaitOperation
  | FenceOperation
  | ChooseOperation
  | ContextOperation
  | SrcuLockOperation
  | SrcuUnlockOperation
  | GracePeriodOperation

/** Operations that no other thread can see; the machine does them at once. */
export type LocalOperation =
  | FenceOperation
  | CallOperation
  | AssumeOperation
  | BranchOperation
  | JoinOperation
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
  /** A call of a function that nothing is known of. */
  readonly opaque?: true
  /** The callback may sleep: a hazard in atomic context. */
  readonly sleeps?: boolean
  /** The reads behind a value that is relied on from here on: together they must make a value that was there. */
  readonly uses?: Reads
}

/** A procedure of the machine: yields operations, is sent their replies, returns a C value. */
export type Proc<T> = Generator<Operation, T, unknown>

/** What a frame is run by: a generator, or the interpreter of the intermediate representation. */
export interface Steps {
  // biome-ignore lint/suspicious/noExplicitAny: which reply an operation gets is not a matter of types
  next(reply: any): IteratorResult<Operation, unknown>
}

/** What a frame of data runs for: told where in its C text the frame is, and asked for leave to jump backwards. */
export interface PlaceListener {
  readonly setPlace: (line: number, column: number) => void
  /** Every place is to be told; otherwise only those at which an operation is offered. */
  readonly everyPlace: boolean
  /** The branch of this index in the frame's code went one of its two ways. */
  readonly took: (branch: number, answer: boolean) => void
  /** Counts a jump backwards among the thread's operations; false if there are too many, and nothing is counted. */
  readonly turn: () => boolean
  /** Counts instructions that were run. */
  readonly ran: (instructions: number) => void
}

/** What is kept of a frame's past, which decides nothing of what it does next: the reads behind its values. */
export type Past = 'kept' | 'forgotten'

/** A frame whose state is data: it can be copied, and compared by its text. */
export interface DataSteps extends Steps {
  // biome-ignore lint/suspicious/noExplicitAny: as in Steps
  next(reply: any, places?: PlaceListener): IteratorResult<Operation, unknown>
  /** A frame in the same state that goes on independently, in the thread of this context. */
  clone(past: Past, context: unknown): DataSteps
  /** Equal for frames of one program that will do the same; with `provenance`, on values from the same reads. */
  key(options: { readonly provenance: boolean }): string
}
