import type { Diagnostic } from './diagnostic.js'

/** Expected trouble is a value. Whatever is thrown instead is a bug in kreplay. */
export type Result<T, E = Diagnostic> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

/** A success. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** An expected failure. */
export function fail<E = Diagnostic>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error }
}
