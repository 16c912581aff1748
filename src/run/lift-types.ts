/** What `kreplay lift` is asked for and what it answers: plain data, which `--json` prints. */
import type { IrLine } from '../machine/index.js'
import type { CallCounts, CalleeKind, FunctionLift } from '../match/index.js'
import type { TreeName } from './types.js'

export interface LiftTreeRequest {
  /** `FILE:FUNCTION` for one function; a file or a folder for a table. */
  readonly what: string
  /** The folder that `what` is relative to where no tree is named. */
  readonly cwd: string
  /** The tree that `what` is in. If left out, the nearest folder around it that has `include/`. */
  readonly tree?: TreeName
  /** Name of an architecture profile. */
  readonly arch?: string
  /** Kconfig values, `CONFIG_` names. */
  readonly config?: Readonly<Record<string, string>>
}

export type LiftAnswer = LiftedFunctionAnswer | LiftTable

/** One definition of a function, with what it is lifted to. */
export interface LiftedVariant extends FunctionLift {
  /** Its C, line by line. */
  readonly text: readonly string[]
  readonly ir: readonly IrLine[]
  readonly notes: readonly { readonly line: number; readonly text: string }[]
  readonly callees: readonly {
    readonly name: string
    readonly kind: CalleeKind
    readonly path: string | null
  }[]
  /** Variables at file scope that it mentions. */
  readonly globals: readonly string[]
}

export interface LiftedFunctionAnswer {
  readonly kind: 'function'
  readonly tree: string
  readonly path: string
  readonly name: string
  readonly arch: string
  /** What configuration the C was read under, in words. */
  readonly configuration: string
  /** All definitions in the file: more than one where they stand under different `#if`. */
  readonly variants: readonly LiftedVariant[]
  /** Headers that the file includes and the tree does not have. */
  readonly missingHeaders: readonly string[]
}

/** Why functions are not lifted: one row for each cause. */
export interface LiftCause {
  readonly cause: string
  readonly count: number
  readonly examples: readonly {
    readonly path: string
    readonly line: number
    readonly function: string
    readonly construct: string
  }[]
}

export interface LiftTable {
  readonly kind: 'table'
  readonly tree: string
  readonly what: string
  readonly arch: string
  /** What configuration the C was read under, in words. */
  readonly configuration: string
  readonly files: number
  /** All functions that stand in the files. */
  readonly functions: number
  /** Those that the configuration compiles; shares are of these. */
  readonly compiled: number
  readonly parsed: number
  readonly lifted: number
  readonly instructions: number
  /** Instructions that read, write or return a value of a type that is not known. */
  readonly assumed: number
  readonly calls: CallCounts
  readonly causes: readonly LiftCause[]
  readonly missingHeaders: readonly string[]
  /** Processor time. */
  readonly seconds: number
}
