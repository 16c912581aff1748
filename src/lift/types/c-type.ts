/** The types of C, resolved: what arithmetic, layout and the binding to primitives go by. */

export type CType =
  | { readonly kind: 'void' }
  | IntegerType
  /** IEEE 754, held as its bit pattern. */
  | { readonly kind: 'floating'; readonly bits: 32 | 64 }
  | PointerType
  | { readonly kind: 'array'; readonly of: CType; readonly length: number | null }
  | FunctionType
  | RecordType
  /** Not found: taken for `unsigned long` where it is used, which is noted. */
  | { readonly kind: 'unknown'; readonly name: string }

export interface IntegerType {
  readonly kind: 'integer'
  /** 128 only where the text says `__int128`. */
  readonly bits: 8 | 16 | 32 | 64 | 128
  readonly signed: boolean
  /** Of C's conversion rank: `long` and `long long` have one size and two ranks. */
  readonly rank: 0 | 1 | 2 | 3 | 4 | 5 | 6
  /** `_Bool`: conversions give 0 or 1. */
  readonly isBool: boolean
  /** The tag of an enum, whose enumerators its values are taken from. */
  readonly enumTag: string | null
  readonly volatile?: boolean
}

export interface PointerType {
  readonly kind: 'pointer'
  readonly to: CType
}

export interface FunctionType {
  readonly kind: 'function'
  readonly returns: CType
  /** Null where nothing is said of them. */
  readonly parameters: readonly CType[] | null
  readonly variadic: boolean
}

/** A struct or union; one identity for each definition. Members are null where only the tag is known. */
export interface RecordType {
  readonly kind: 'struct' | 'union'
  /** The tag, the typedef's name for one without a tag, or a made-up name. */
  readonly name: string
  readonly members: () => readonly Member[] | null
  readonly packed: boolean
}

export interface Member {
  /** Null for an anonymous struct or union, whose members are found through it. */
  readonly name: string | null
  readonly type: CType
  readonly bits: number | null
  readonly align: number | null
}
