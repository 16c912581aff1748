/**
 * The intermediate representation: C functions as instructions over registers. A frame that runs it is plain
 * data (interpreter.ts), so threads made of such frames can be copied and compared; litmus processes and
 * lifted C compile to it.
 *
 * Every register holds a machine word with the reads it depends on. Values of integer types are held as bit
 * patterns, 0 or more, in registers, cells and constants alike (arithmetic.ts); registers are 0 at first.
 * Memory is reached by address only: `Heap.at` gives the cell at an address. Control flow is by index into
 * `code`; to run off its end is to return nothing.
 */
import type { Access, FenceKind } from './operation.js'

/** A register, by number: the parameters first, then locals and temporaries. */
export type Register = number

/** Where an instruction takes a value from: a register, or a constant of the program. */
export type Operand =
  | { readonly kind: 'register'; readonly register: Register }
  | { readonly kind: 'constant'; readonly value: bigint }

/** A C integer type: results wrap to it. `bits` is 8, 16, 32 or 64. */
export interface IntType {
  readonly bits: 8 | 16 | 32 | 64
  readonly signed: boolean
}

export type UnaryOperator = '-' | '~' | '!'

/** C's operators on integers, without `&&` and `||`, which are control flow. Comparisons give 0 or 1. */
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='

/** What an atomic read-modify-write stores, from the value it read; `cmpxchg` and `add-unless` may store nothing. */
export type RmwUpdate =
  | { readonly kind: 'exchange'; readonly value: Operand }
  | {
      readonly kind: 'arithmetic'
      readonly operator: '+' | '-' | '&' | '|' | '^'
      readonly value: Operand
    }
  | { readonly kind: 'compare-exchange'; readonly expected: Operand; readonly value: Operand }
  | { readonly kind: 'add-unless'; readonly value: Operand; readonly unless: Operand }

/** An index into the function's code. */
export type Label = number

export type Instruction =
  | { readonly op: 'set'; readonly to: Register; readonly from: Operand }
  | {
      readonly op: 'unary'
      readonly to: Register
      readonly operator: UnaryOperator
      readonly operand: Operand
      readonly type: IntType
    }
  | {
      readonly op: 'binary'
      readonly to: Register
      readonly operator: BinaryOperator
      readonly left: Operand
      readonly right: Operand
      /** Of the operands, after C's usual conversions; of a shift, that of the left one. */
      readonly type: IntType
    }
  /** A conversion: cuts off, or widens by the sign of the type that it comes from. */
  | {
      readonly op: 'convert'
      readonly to: Register
      readonly from: Operand
      readonly source: IntType
      readonly type: IntType
    }
  | { readonly op: 'load'; readonly to: Register; readonly address: Operand; readonly access: Access }
  | { readonly op: 'store'; readonly address: Operand; readonly value: Operand; readonly access: Access }
  | {
      readonly op: 'rmw'
      /** What C's function returns: the value `old` before or `new` after, or whether it stored. Null: nothing. */
      readonly to: Register | null
      readonly result: 'old' | 'new' | 'stored'
      readonly address: Operand
      readonly update: RmwUpdate
      readonly type: IntType
      readonly access: Access
      /** The C function, for people: `atomic_add_return`. */
      readonly name: string
    }
  | { readonly op: 'fence'; readonly fence: FenceKind }
  | { readonly op: 'lock' | 'unlock'; readonly lock: Operand }
  | { readonly op: 'trylock' | 'is-locked'; readonly to: Register; readonly lock: Operand }
  | { readonly op: 'rcu-lock' | 'rcu-unlock' | 'irq-save' | 'irq-restore' }
  | { readonly op: 'srcu-lock'; readonly to: Register; readonly domain: Operand }
  | { readonly op: 'srcu-unlock'; readonly domain: Operand; readonly cookie: Operand }
  /** `domain` null: RCU. */
  | { readonly op: 'grace-period'; readonly domain: Operand | null }
  | {
      readonly op: 'call'
      readonly to: Register | null
      /** A C name, resolved by the frame's environment. */
      readonly target: string
      readonly args: readonly Operand[]
      /** What a number that a hand-written callee returns is wrapped to; 64 bits if not said. */
      readonly type?: IntType
    }
  /**
   * Goes to `whenTrue` if the condition is not 0. `join` is where the two ways meet (the branch's immediate
   * postdominator), null if at the function's end. Reaching it ends the control dependency, and that of the
   * branches inside it which are still open.
   */
  | {
      readonly op: 'branch'
      readonly condition: Operand
      readonly whenTrue: Label
      readonly whenFalse: Label
      readonly join: Label | null
    }
  | { readonly op: 'jump'; readonly to: Label }
  /** The head of a loop: a turn that changed nothing waits here instead of being run again. */
  | { readonly op: 'loop'; readonly key: string }
  /** The execution says nothing unless the condition is not 0. */
  | { readonly op: 'assume'; readonly condition: Operand }
  | { readonly op: 'return'; readonly values: readonly Operand[] }

/** Where in its C text an instruction comes from; columns count from 1, 0 where not known. */
export interface Place {
  readonly line: number
  readonly column: number
}

export interface IrFunction {
  readonly name: string
  /** Path of the C file, null for what is not from one. */
  readonly path: string | null
  /** The first registers are the parameters. */
  readonly parameters: number
  /** Names of the registers, for people; their number is the frame's size. */
  readonly registers: readonly string[]
  readonly code: readonly Instruction[]
  /** Place of each instruction, by index; empty where the function has no text. */
  readonly places: readonly Place[]
}
