import type { Pipeline } from './pipeline.js'

/** A stream that text is written to. */
export interface Sink {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Standard input. */
export interface Source extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean
}

/** All that a command line touches, so that a test can drive it without a process. */
export interface Surroundings {
  /** The words after `kreplay`. */
  readonly argv: readonly string[]
  readonly stdin: Source
  readonly stdout: Sink
  readonly stderr: Sink
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Loads run/, which is slow; called only by commands that need it. */
  readonly pipeline: () => Promise<Pipeline>
  /** True once the user has asked to stop. */
  readonly interrupted?: () => boolean
  /** Milliseconds, monotonic. */
  readonly now?: () => number
}
