/** Writing a reimplementation: a C function's stand-in, with the texts it stands for. */
import type { Identity, Implementation, Proc } from '../machine/index.js'
import type { Kernel, KernelFunctions, Release } from '../mm/index.js'

/** A reimplementation of one text of one C function. */
export interface Reimplementation extends Implementation {
  /** The kernel release whose primitives the text was written against. */
  readonly release: Release
  /** Set on what callers of the name get where there is no such function: a macro, or what is generic. */
  readonly absence?: true
}

/** What is to be said of a reimplementation besides its body. */
export interface ReimplementationSpec {
  /** Path and name of the C function. */
  readonly path: string
  readonly name: string
  /** Short name of the text, `v5.4`; `name@version` names the reimplementation on a command line. */
  readonly version: string
  readonly release: Release
  /**
   * Texts it stands for, as `kreplay fingerprint` prints them. Without any it was written from a description
   * alone, and runs only when it is named.
   */
  readonly identities?: readonly Identity[]
  /** Kconfig names that must be on or off for this text to be compiled. */
  readonly config?: Readonly<Record<string, boolean>>
  /** Every line that the body names with `k.at`. */
  readonly lines?: readonly number[]
  readonly notes?: readonly string[]
  readonly absence?: true
}

type Signature<N> = N extends keyof KernelFunctions ? KernelFunctions[N] : (...args: never[]) => unknown

/** A reimplementation whose prototype is the one `KernelFunctions` gives its name. */
export function defineReimplementation<N extends string>(
  spec: ReimplementationSpec & { readonly name: N },
  body: (k: Kernel, ...args: Parameters<Signature<N>>) => Proc<ReturnType<Signature<N>>>,
): Reimplementation {
  return {
    path: spec.path,
    name: spec.name,
    version: spec.version,
    release: spec.release,
    role: 'function',
    origin: 'reimplementation',
    identities: spec.identities ?? [],
    config: spec.config ?? {},
    lines: spec.lines ?? [],
    notes: spec.notes ?? [],
    ...(spec.absence === undefined ? {} : { absence: spec.absence }),
    body,
  }
}
