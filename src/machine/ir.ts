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
  /** Without a type a whole cell; with one the bytes of that type, lowest first. */
  | {
      readonly op: 'load'
      readonly to: Register
      readonly address: Operand
      readonly access: Access
      readonly type?: IntType
    }
  | {
      readonly op: 'store'
      readonly address: Operand
      readonly value: Operand
      readonly access: Access
      readonly type?: IntType
    }
  /** Copies a struct: `bytes` of them, as they lie. The two places may be the same one. */
  | { readonly op: 'copy'; readonly target: Operand; readonly source: Operand; readonly bytes: number }
  /** Sets bytes to 0. */
  | { readonly op: 'clear'; readonly at: Operand; readonly bytes: number }
  /** Memory of the frame of a size known only now: an array of variable length, alloca(). */
  | { readonly op: 'allocate'; readonly to: Register; readonly bytes: Operand; readonly name: string }
  /** The address of a global, a function or a string literal, and so many bytes on if `offset` is given. */
  | { readonly op: 'symbol'; readonly to: Register; readonly name: string; readonly offset?: bigint }
  /** IEEE arithmetic on bit patterns; comparisons give 0 or 1. */
  | {
      readonly op: 'float-binary'
      readonly to: Register
      readonly operator: BinaryOperator
      readonly left: Operand
      readonly right: Operand
      readonly bits: 32 | 64
    }
  | {
      readonly op: 'float-convert'
      readonly to: Register
      readonly from: Operand
      readonly source: IntType | { readonly float: 32 | 64 }
      readonly type: IntType | { readonly float: 32 | 64 }
    }
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
      /** How C sees the call; left out by what is not C. */
      readonly prototype?: CallPrototype
    }
  /** A call through a pointer to a function. */
  | {
      readonly op: 'call-pointer'
      readonly to: Register | null
      readonly pointer: Operand
      readonly args: readonly Operand[]
      readonly type?: IntType
      readonly prototype: CallPrototype
      /** The pointer as written, `ops->pte_entry`. */
      readonly text: string
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

/**
 * The C types of a call, after the conversions of its prototype, spelled as declared: `pte_t *`,
 * `struct vm_area_struct *`, `unsigned long`, `spinlock_t **`. They say how words become what a hand-written
 * callee takes, and what an opaque callee may answer.
 */
export interface CallPrototype {
  readonly args: readonly string[]
  readonly returns: string
  /** What the result of an opaque call is chosen from. */
  readonly answers: AnswerDomain
}

/** What an opaque function may return, by its prototype and by what either version compares its result with. */
export type AnswerDomain =
  | { readonly kind: 'void' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'integer'; readonly type: IntType; readonly values: readonly bigint[] }
  /** A fresh object; also NULL where it is tested, an error pointer where IS_ERR() is asked. */
  | {
      readonly kind: 'pointer'
      readonly to: string
      readonly mayBeNull: boolean
      readonly mayBeError: boolean
      /** It leads on in a list whose end is its beginning. */
      readonly ring?: RingPlace
    }
  /** Nothing is known: 0 and something else. `at`: where it lies, if that is in an object nobody can see into. */
  | { readonly kind: 'unknown'; readonly at?: bigint }

/** A pointer in a node of a ring that nobody has seen: a `list_head`'s. */
export interface RingPlace {
  /** Addresses of the node that it began at, of the one that the pointer is in, and of the one before that. */
  readonly head: bigint
  readonly node: bigint
  readonly previous: bigint
  /** Nodes from the head to this one, the head not counted. */
  readonly nodes: number
  /** It leads back. */
  readonly isBack: boolean
}

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
  /** Variables that lie in memory, because their address is taken or they are no single word. */
  readonly objects?: readonly LocalObject[]
}

/** Memory that a frame has from its beginning to its end; its address stands in `register`. */
export interface LocalObject {
  readonly name: string
  readonly register: Register
  readonly bytes: number
  readonly align: number
}

/** A variable at file scope, or a string literal. */
export interface IrGlobal {
  readonly name: string
  readonly bytes: number
  readonly align: number
  /** What it holds at first; null where that is not known. */
  readonly data: Uint8Array | null
  /** Addresses in it: of `symbol`, plus `addend`, in the `bytes` at `offset`. */
  readonly relocations: readonly {
    readonly offset: number
    readonly bytes: number
    readonly symbol: string
    readonly addend: bigint
  }[]
  readonly readOnly: boolean
}

/** What a C file gives: functions by name, and the globals that they mention. */
export interface IrModule {
  readonly functions: ReadonlyMap<string, IrFunction>
  readonly globals: ReadonlyMap<string, IrGlobal>
}
