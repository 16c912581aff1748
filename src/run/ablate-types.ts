/** What `kreplay ablate` is asked and what it answers. */
import type { Diagnostic } from '../base/index.js'
import type { Finding } from '../report/index.js'
import type { RunRequest } from './types.js'

/** A function of the tree, or what the inputs of the request change. */
export interface AblateRequest extends RunRequest {
  readonly target?: { readonly path: string; readonly function: string }
  /** Only these parts, by their ids. */
  readonly parts?: readonly string[]
}

/** One execution of a function with (`before`) or without (`after`) a part. */
export interface AblateStepRequest extends AblateRequest {
  readonly scenario: string
  readonly side: 'before' | 'after'
  readonly schedule: string
}

export interface Ablation {
  readonly schemaVersion: 1
  /** `FILE:FUNCTION`, or the patch's subject. */
  readonly target: string
  readonly tree: string
  /** It was interrupted: parts are missing. */
  readonly incomplete?: true
  readonly functions: readonly AblatedFunction[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface AblatedFunction {
  readonly name: string
  readonly path: string
  readonly arch: string
  readonly suites: readonly string[]
  readonly models: readonly string[]
  readonly scenarios: number
  readonly parts: readonly AblatedPart[]
}

/** A part of a function that was taken out. */
export interface AblatedPart {
  /** For command lines: `gup_get_pte:barrier@35:3`. */
  readonly part: string
  readonly kind: 'condition' | 'barrier' | 'lock pair' | 'statement'
  /** `taken as true`, `left out`. */
  readonly change: string
  readonly line: number
  readonly column: number
  /** What stands there, on one line. */
  readonly text: string
  /** The patch adds the line; false for all where there is no patch. */
  readonly added: boolean
  /** `same-code`: without it the function comes to the same instructions; `not-lifted`: it is no C that can be run. */
  readonly state: 'run' | 'same-code' | 'not-lifted'
  /** One answer for each memory model; none unless it was run. */
  readonly under: readonly AblatedUnder[]
}

/** What happens without a part under one memory model. */
export interface AblatedUnder {
  readonly model: string
  /**
   * `noticed`: `by` shows it; `not-noticed`: every execution of every scenario was looked at, and none differs;
   * `undecided`: none that was looked at differs, and not all were.
   */
  readonly outcome: 'noticed' | 'not-noticed' | 'undecided'
  readonly by: AblationWitness | null
  /** Scenarios looked at, and executions without the part in them. */
  readonly scenarios: number
  readonly executions: number
  readonly coverage: Finding['before']['coverage']
}

/** An execution that is possible with the part and not without it, or the other way round. */
export interface AblationWitness {
  /** `regressed`: a hazard without the part; `changed`: another behaviour; `fixed`: a hazard of the part itself. */
  readonly verdict: 'regressed' | 'changed' | 'fixed'
  readonly property: string
  readonly summary: string
  readonly scenario: string
  readonly title: string
  /** With the part (`before`) or without it (`after`). */
  readonly side: 'before' | 'after'
  /** Null where no execution could be singled out within the bounds. */
  readonly schedule: string | null
  readonly command: string | null
}
