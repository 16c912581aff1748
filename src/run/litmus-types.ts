/** What a caller asks of `kreplay litmus`, and what it is told: the contract between run/ and cli/. */
import type { Diagnostic } from '../base/index.js'
import type { Judgement, LitmusOutcome, Quantifier } from '../litmus/index.js'

/** Where tests come from; `name` is what the user typed. */
export type LitmusInput =
  /** A test, or a folder to be searched for files ending in `.litmus`. */
  | { readonly kind: 'path'; readonly name: string; readonly path: string }
  /** A file that names paths, one on a line; relative ones from `folder`. */
  | { readonly kind: 'list'; readonly name: string; readonly path: string; readonly folder: string }
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }

export interface LitmusRequest {
  readonly inputs: readonly LitmusInput[]
  /** A memory model; `lkmm` if left out. */
  readonly model?: string
  /** Seconds for one test; none if left out. */
  readonly seconds?: number
  /** Worker threads; 1, this one, if left out. */
  readonly jobs?: number
}

/** One test that was run. */
export interface LitmusRun extends LitmusOutcome {
  readonly kind: 'run'
  readonly file: string
  readonly name: string
  readonly quantifier: Quantifier
  /** As herd prints it: `exists (0:r1=1)`. */
  readonly condition: string
  /** What the comment in its head says, in the words of it: `Never`, `Sometimes DATARACE`; null without. */
  readonly stated: string | null
  readonly judgement: Judgement
  /** Whether the outcome is what the condition wants, herd's `Ok` and `No`; null if that was not decided. */
  readonly met: boolean | null
  readonly seconds: number
}

/** One test, or one input that could not be read. */
export type LitmusResult =
  | LitmusRun
  | { readonly kind: 'unreadable'; readonly file: string; readonly diagnostic: Diagnostic }

export interface LitmusSummary {
  readonly tests: number
  readonly asStated: number
  readonly otherwise: number
  readonly notStated: number
  readonly unreadable: number
  readonly undecided: number
}

export interface LitmusReport {
  readonly model: string
  /** In the order of the inputs. */
  readonly tests: readonly LitmusResult[]
  readonly summary: LitmusSummary
  /** False if the user stopped it before the last test. */
  readonly finished: boolean
}

export interface LitmusControl {
  /** Told of each test in the order of the inputs; `text` is its block in the layout of herd7, empty if unreadable. */
  readonly onResult?: (result: LitmusResult, text: string) => void
  readonly interrupted?: () => boolean
  /** Milliseconds, monotonic. */
  readonly now?: () => number
}
