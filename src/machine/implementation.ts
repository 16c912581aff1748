/** Implementations: what a C function is replaced by when it runs here. */
import type { Steps } from './operation.js'

/** Text that an implementation stands for: the hash of a whole function, or of its pieces in a patch's hunks. */
export interface Identity {
  readonly kind: 'function' | 'hunks'
  /** As `kreplay fingerprint` prints it. */
  readonly hash: string
  /** Where that text can be met: `v5.4 mm/pagewalk.c`, `fixture tree`. */
  readonly source: string
  /** Where the lines that the implementation names stand in this text, if it is laid out otherwise. */
  readonly lines?: Readonly<Record<number, number>>
}

/** The body of a callable, whatever its prototype: callers and callees agree by C name, not by type. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where prototypes are forgotten
export type Body = (...args: any[]) => Steps

/** Anything a `call` operation can name: kernel functions, callbacks, primitives. */
export interface Callable {
  readonly name: string
  /** Path of the C file, or null for primitives and callbacks of a suite. */
  readonly path: string | null
  /** `function` frames carry C lines; `primitive` ones are steps of the simulated kernel. */
  readonly role: 'function' | 'callback' | 'primitive' | 'actor'
  /** Makes the frame. The first argument is the thread's kernel context, the others are C's. */
  readonly body: Body
  /** Constants that its code mentions, where that is known. */
  readonly constants?: readonly bigint[]
}

/** A stand-in for one C function, hand-written or lifted: the two can be exchanged. */
export interface Implementation extends Callable {
  readonly path: string
  readonly role: 'function'
  /** Which text of the function: `v5.4`, `v5.5`. `name@version` names it. */
  readonly version: string
  readonly origin: 'reimplementation' | 'lifted'
  readonly identities: readonly Identity[]
  /** Kconfig values without which this text of the function is not compiled. */
  readonly config: Readonly<Record<string, boolean>>
  /** Lines of the C file that it names while it runs: those that can be said to have been reached. */
  readonly lines: readonly number[]
  /** How its text is laid out; only of what was lifted from it. */
  readonly layout?: TextLayout
  /** What of the function's behaviour it leaves out, if anything. */
  readonly notes: readonly string[]
}

/** Which lines of a function's text can run at all, and what on them can turn out one way or the other. */
export interface TextLayout {
  /** Lines that hold code, each with the line whose instructions it belongs to: itself, or one of its statement. */
  readonly code: ReadonlyMap<number, number>
  /** Lines of `goto`, `break` and `continue` that have no instruction, each with the ways that lead over it. */
  readonly jumps: ReadonlyMap<number, readonly Way[]>
  /** Lines of the text that the configuration leaves out, or that can never run. */
  readonly leftOut: ReadonlySet<number>
  readonly tests: readonly Test[]
}

/** A way through a function's code: over an instruction, or of a branch one way out of it. */
export interface Way {
  readonly line: number
  /** Null where it is enough that the line ran. */
  readonly branch: { readonly index: number; readonly answer: boolean } | null
}

/** A condition, or an operand of one, in the text; lines and columns count from 1. */
export interface Test {
  readonly line: number
  readonly column: number
  /** Where it ends; null where only its beginning is known, as behind a macro. */
  readonly end: { readonly line: number; readonly column: number } | null
  /** Its branches, by index in the function's code: several behind a macro, and of a switch one for each case. */
  readonly branches: readonly number[]
}

/** `walk_pte_range@v5.4`. */
export function implementationId(implementation: Implementation): string {
  return `${implementation.name}@${implementation.version}`
}
