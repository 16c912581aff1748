/** What lifting is asked for and what it gives. */
import type { IrFunction, IrGlobal } from '../../machine/index.js'
import type { Layouts } from '../types/layout.js'
import type { Passed } from './assemble.js'

export interface LiftOptions {
  /** Names of typedefs of structs that are taken for one word, with its width: `pte_t` is 64 bits. */
  readonly scalarTypes?: ReadonlyMap<string, 32 | 64>
  /**
   * The part of such a word that a member of its struct is, by the typedef's name: `pte_low` of a `pte_t` of two
   * words. Null where the member is the whole word.
   */
  readonly scalarMember?: (
    typeName: string,
    member: string,
  ) => { readonly offset: number; readonly bits: 32 } | null
  /** Whether a name stays a call, whatever the text says it is: the machine has it. */
  readonly isPrimitive?: (name: string) => boolean
  /** Whether `READ_ONCE`, `smp_mb`, `atomic_inc` and their kin are what the kernel means by them. */
  readonly kernelAccesses?: boolean
  /** Puts a `loop` at the head of each loop, where a turn that changed nothing waits. */
  readonly marksLoops?: boolean
  /**
   * Whether the arguments behind the `...` of this function are handed over one by one. Otherwise they lie in
   * slots of eight bytes whose address is the last argument, which is what a lifted callee expects.
   */
  readonly passesRestDirectly?: (name: string) => boolean
  /** Slots of members of unknown structs: those who compare two versions lift both with the same layouts. */
  readonly layouts?: Layouts
}

/** Something that was assumed, or is not exact. */
export interface LiftNote {
  readonly text: string
  readonly line: number
}

/** A function that is called by its name. */
export interface Callee {
  readonly name: string
  /** The file with its definition, null where none can be seen. */
  readonly path: string | null
}

export interface LiftedFunction {
  readonly ir: IrFunction
  /** String literals, and the static variables inside it. */
  readonly globals: readonly IrGlobal[]
  /** Globals of the file that it mentions. */
  readonly mentioned: readonly string[]
  readonly callees: readonly Callee[]
  readonly notes: readonly LiftNote[]
  /** Jumps of the text that are no instructions of their own, and how they are passed. */
  readonly passed: readonly Passed[]
  /** Instructions that read, write or return a value of a type that is not known. */
  readonly assumed: number
}

/** Why a function is not lifted. */
export interface LiftFailure {
  readonly function: string
  /** What was met, in C's terms: `inline assembly`, `computed goto`. */
  readonly construct: string
  readonly line: number
  readonly column: number
}

/** Instructions of a function by the line that they come from. */
export function instructionsByLine(fn: IrFunction): ReadonlyMap<number, readonly number[]> {
  const lines = new Map<number, number[]>()
  for (const [i, { line }] of fn.places.entries()) {
    const known = lines.get(line)
    if (known === undefined) lines.set(line, [i])
    else known.push(i)
  }
  return lines
}
