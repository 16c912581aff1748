/** The types of C, resolved: what arithmetic, layout and the binding to primitives go by. */

export type CType =
  | (Spelled & { readonly kind: 'void' })
  | IntegerType
  | FloatingType
  | PointerType
  | ArrayType
  | FunctionType
  | RecordType
  /** Not found: taken for `unsigned long` where it is used, which is noted. */
  | (Spelled & { readonly kind: 'unknown'; readonly name: string })

interface Spelled {
  /** The typedef's name by which the type was mentioned: it decides nothing but how the type is printed. */
  readonly spelled?: string
  /** Accesses to it are kept as they stand. */
  readonly volatile?: boolean
  /** Nothing is refused for it: it tells types apart behind pointers. */
  readonly const?: true
}

/** IEEE 754, held as its bit pattern. */
export interface FloatingType extends Spelled {
  readonly kind: 'floating'
  readonly bits: 32 | 64
  /** `long double`: calculated as a double, of the size that the platform gives it. */
  readonly long?: true
}

export interface ArrayType extends Spelled {
  readonly kind: 'array'
  readonly of: CType
  /** Null where it is not said, or known only when the declaration is reached. */
  readonly length: number | null
  /** Of an array of variable length: the register that holds its length. */
  readonly lengthIn?: number
}

export interface IntegerType extends Spelled {
  readonly kind: 'integer'
  /** 128 only where the text says `__int128`. */
  readonly bits: 8 | 16 | 32 | 64 | 128
  readonly signed: boolean
  /** Of C's conversion rank: `long` and `long long` have one size and two ranks. */
  readonly rank: 0 | 1 | 2 | 3 | 4 | 5 | 6
  /** Of a bit-field wider than `int`: how many of the bits its values have. */
  readonly width?: number
  /** `_Bool`: conversions give 0 or 1. */
  readonly isBool: boolean
  /** The tag of an enum, whose enumerators its values are taken from. */
  readonly enumTag: string | null
  /** The values of that enum's enumerators, where they are known. */
  readonly enumerators?: readonly bigint[]
  /** A struct that is taken for one word, such as `pte_t`: its only member is itself. */
  readonly opaque?: true
}

export interface PointerType extends Spelled {
  readonly kind: 'pointer'
  readonly to: CType
}

export interface FunctionType extends Spelled {
  readonly kind: 'function'
  readonly returns: CType
  /** Null where nothing is said of them. */
  readonly parameters: readonly CType[] | null
  readonly variadic: boolean
}

/**
 * A struct or union; `members` is one function for each definition, which copies under other spellings share.
 * It gives null where only the tag is known.
 */
export interface RecordType extends Spelled {
  readonly kind: 'struct' | 'union'
  /** The tag, the typedef's name for one without a tag, or a made-up name. */
  readonly name: string
  readonly members: () => readonly Member[] | null
  readonly packed: boolean
  /** Of `__attribute__((aligned(n)))` behind the members. */
  readonly align?: number | null
}

export interface Member {
  /** Null for an anonymous struct or union, whose members are found through it. */
  readonly name: string | null
  readonly type: CType
  readonly bits: number | null
  readonly align: number | null
}
