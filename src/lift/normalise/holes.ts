/**
 * What the normalised text says in other words than the file. Where a hole begins, a placeholder of the
 * grammar's liking stands in the text, and the hole tells what the file has there.
 */

/** Begins every placeholder: a letter to the grammar that no C file of ours has. */
export const PLACEHOLDER = 'ǂ'

/** A part of the file, normalised for a parse of its own. Offsets count UTF-16 units; `to` is exclusive. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** An argument of a macro's call. The piece of a `raw` one is the text of the file. */
export interface Argument {
  readonly kind: 'expression' | 'type' | 'raw'
  readonly piece: Piece
}

/** `from` and `to` are offsets of what the placeholder stands for. */
export type Hole = { readonly from: number; readonly to: number } & (
  | { readonly kind: 'type' | 'raw' | 'number' | 'asm'; readonly piece: Piece }
  | { readonly kind: 'typeof'; readonly ofType: boolean; readonly piece: Piece }
  /** An expression with commas where the grammar wants one without; one where it wants a type. */
  | { readonly kind: 'group' | 'alignof'; readonly piece: Piece }
  /** A word that is a type to us and not to the grammar. */
  | { readonly kind: 'type-name'; readonly name: string }
  | { readonly kind: 'label-address' | 'end-label'; readonly name: string }
  /** A macro that isn't called, where the grammar wants a comma behind it. */
  | { readonly kind: 'word'; readonly name: string }
  /** Stands among string literals. */
  | { readonly kind: 'string-macro' }
  | { readonly kind: 'call' | 'iteration'; readonly name: string; readonly args: readonly Argument[] }
  /** A macro's call that stands for a type. */
  | { readonly kind: 'macro-type'; readonly name: string; readonly args: readonly Argument[] }
  | { readonly kind: 'offsetof'; readonly type: Argument; readonly member: Piece }
  | { readonly kind: 'computed-goto' | 'switch' | 'bits'; readonly piece: Piece }
  | { readonly kind: 'case-range'; readonly first: Piece; readonly last: Piece }
  | { readonly kind: 'default' }
  /** A macro that declares: a member, or a variable. */
  | {
      readonly kind: 'macro'
      readonly name: string
      readonly args: readonly Argument[]
      readonly rest: Piece | null
    }
)

/** An annotation that was blanked and matters. `after` and `before` are where the neighbouring tokens end and start. */
export interface Annotation {
  readonly kind: 'packed' | 'aligned' | 'cacheline' | 'cleanup' | 'mode' | 'vector' | 'lock'
  readonly name: string
  /** What stands in its parenthesis, as in the file. */
  readonly argument: Piece | null
  readonly offset: number
  readonly after: number
  readonly before: number
}
