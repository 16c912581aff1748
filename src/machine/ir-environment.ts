/** What frames of the intermediate representation are run in. */
import type { Cell, Heap, Lock } from './cell.js'
import type { Callable } from './implementation.js'
import type { CallPrototype } from './ir.js'
import type { GracePeriodOperation, Operation } from './operation.js'
import type { Block, PrivateMemory } from './private-memory.js'
import type { Token } from './token.js'
import type { Word } from './value.js'

/** A value that a register can hold: a word, or one that is not decided yet. */
export type Value = Word | Token

/** What a frame needs of the program it runs in; one per thread. */
export interface IrEnvironment {
  readonly heap: Heap
  /** This thread's name, and those of all threads of the program. */
  readonly self: string
  readonly threads: readonly string[]
  /** The function of this C name, as a caller with this prototype calls it. */
  readonly resolve: (name: string, prototype?: CallPrototype) => Callable
  /** The thread's own memory; functions with variables in memory need it. */
  readonly memory?: PrivateMemory
  /** The address of a global, a function or a string literal; undefined if there is none of that name. */
  readonly symbol?: (name: string) => bigint | undefined
  /** The function at an address, as a caller with this prototype calls it. `text` is the pointer as written. */
  readonly callee?: (address: bigint, prototype: CallPrototype, text: string) => Callable | undefined
  /** The lock at an address that is no cell's: in an object of the caller's. */
  readonly lockAt?: (address: bigint) => Lock | undefined
  /** Plain accesses that are wider than a word may be made in either order. False if left out. */
  readonly tears?: boolean
  /** What a cell holds that nobody has decided (UNDECIDED). */
  readonly undecided?: (cell: Cell) => Token
  /** What lies beside a variable, where that is known to be reached: the hazard, and the word; null ends the thread. */
  readonly beside?: (address: bigint) => Beside | undefined
  /** How a value that nobody has decided yet is asked for. */
  readonly decide?: (token: Token, looked: Look) => Question
  /** True for an address that is no pointer of the program's, but a number that it was given. */
  readonly isMadeUp?: (address: bigint) => boolean
  /**
   * What is offered before a store to memory that only stands for what others see: bytes of a block, and the
   * values that go there, in words. Undefined where nobody is to be told.
   */
  readonly stored?: (store: ToldStore) => Operation | undefined
}

/** A store to private memory that somebody may have to be told of. */
export interface ToldStore {
  readonly block: Block
  readonly offset: number
  readonly bytes: number
  /** Empty where there are too many. */
  readonly values: () => readonly Value[]
}

/** What a program does with a value that is not decided: it compares it, masks it, follows it, or uses it. */
export type Look =
  | { readonly kind: 'use' }
  | { readonly kind: 'follow' }
  /** A constant is added to it or taken from it, as from a member to what it is a member of. */
  | { readonly kind: 'displace' }
  /** `ordered`: by more than whether it is equal. */
  | { readonly kind: 'compare'; readonly bits: bigint; readonly ordered: boolean }
  | { readonly kind: 'mask'; readonly bits: bigint }

/** A question to be put by `choose`, and what its answers mean: bits of the value, under `mask`. */
export interface Question {
  readonly key: string
  readonly domain: readonly string[]
  readonly mask: bigint
  readonly bits: (answer: string) => bigint
  /** This answer says no more than that the value is not 0; `bits` gives one that stands for all of those. */
  readonly isAny?: (answer: string) => boolean
}

/** What a load finds that goes past a variable. */
export interface Beside {
  readonly kind: string
  readonly object: string
  readonly text: string
  readonly bits: bigint | null
}

/** The depth of this thread's read-side sections in an SRCU domain, or of another thread's. */
export function sectionOf({ heap, self }: IrEnvironment, domain: Cell, thread = self): Cell {
  return heap.internal(`srcu:${domain.name}@${thread}`)
}

/** Waits for the sections of RCU that the other threads are in, and for those with interrupts off. */
export function rcuGracePeriod(environment: IrEnvironment): GracePeriodOperation {
  const { heap } = environment
  const sections = othersIn(environment).flatMap((name) => [
    { cell: heap.internal(`rcu@${name}`), why: `${name} to leave its RCU section` },
    { cell: heap.internal(`irq@${name}`), why: `${name} to turn interrupts on` },
  ])
  return { op: 'grace-period', waitsFor: 'rcu', sections }
}

export function srcuGracePeriod(environment: IrEnvironment, domain: Cell): GracePeriodOperation {
  const sections = othersIn(environment).map((name) => ({
    cell: sectionOf(environment, domain, name),
    why: `${name} to leave its section of ${domain.name}`,
  }))
  return { op: 'grace-period', waitsFor: domain, sections }
}

function othersIn({ self, threads }: IrEnvironment): readonly string[] {
  return threads.filter((name) => name !== self)
}
