/** The basic types of C by the words that name them. */
import type { CType, IntegerType } from './c-type.js'

/** What the sizes of basic types depend on. */
export interface TypeModel {
  /** Bits of `long` and of pointers. */
  readonly wordBits: 32 | 64
  readonly charSigned?: boolean
}

function integer(bits: IntegerType['bits'], signed: boolean, rank: IntegerType['rank']): IntegerType {
  return { kind: 'integer', bits, signed, rank, isBool: false, enumTag: null }
}

export const VOID: CType = { kind: 'void' }
export const BOOL: IntegerType = { ...integer(8, false, 0), isBool: true }
export const SCHAR = integer(8, true, 1)
export const UCHAR = integer(8, false, 1)
export const SHORT = integer(16, true, 2)
export const USHORT = integer(16, false, 2)
export const INT = integer(32, true, 3)
export const UINT = integer(32, false, 3)
export const LLONG = integer(64, true, 5)
export const ULLONG = integer(64, false, 5)
export const FLOAT: CType = { kind: 'floating', bits: 32 }
export const DOUBLE: CType = { kind: 'floating', bits: 64 }
export const LONG_DOUBLE: CType = { kind: 'floating', bits: 64, long: true }

const PLAIN_SCHAR: IntegerType = { ...SCHAR, spelled: 'char' }
const PLAIN_UCHAR: IntegerType = { ...UCHAR, spelled: 'char' }
const LONG_64 = integer(64, true, 4)
const ULONG_64 = integer(64, false, 4)
const LONG_32 = integer(32, true, 4)
const ULONG_32 = integer(32, false, 4)
const INT128 = integer(128, true, 6)
const UINT128 = integer(128, false, 6)

/** `__int128`. */
export function integer128(signed: boolean): IntegerType {
  return signed ? INT128 : UINT128
}

export function longType(model: TypeModel): IntegerType {
  return model.wordBits === 64 ? LONG_64 : LONG_32
}

/** `unsigned long`, which is also `size_t` and as wide as a pointer. */
export function unsignedLong(model: TypeModel): IntegerType {
  return model.wordBits === 64 ? ULONG_64 : ULONG_32
}

export function charType(model: TypeModel): IntegerType {
  return model.charSigned === false ? PLAIN_UCHAR : PLAIN_SCHAR
}

export function pointerTo(to: CType): CType {
  return { kind: 'pointer', to }
}

/** The type that words such as `['unsigned', 'long']` name, in any order; null if they name none. */
export function basicType(words: readonly string[], model: TypeModel): CType | null {
  const counts = new Map<string, number>()
  for (const word of words) {
    const plain = PLAIN_WORD[word] ?? word
    counts.set(plain, (counts.get(plain) ?? 0) + 1)
  }
  const take = (word: string): number => {
    const count = counts.get(word) ?? 0
    counts.delete(word)
    return count
  }
  const unsigned = take('unsigned') > 0
  const signed = take('signed') > 0
  const longs = take('long')
  const shorts = take('short')
  const ints = take('int')
  const [base, ...others] = counts.keys()
  if (others.length > 0) return null
  switch (base) {
    case undefined:
      if (shorts > 0) return unsigned ? USHORT : SHORT
      if (longs > 1) return unsigned ? ULLONG : LLONG
      if (longs === 1) return unsigned ? unsignedLong(model) : longType(model)
      return unsigned ? UINT : signed || ints > 0 ? INT : null
    case 'void':
      return VOID
    case '_Bool':
      return BOOL
    case 'char':
      return unsigned ? UCHAR : signed ? SCHAR : charType(model)
    case '__int128':
      return unsigned ? UINT128 : INT128
    case 'float':
      return FLOAT
    case 'double':
      return longs > 0 ? LONG_DOUBLE : DOUBLE
    case '_Float64x':
    case '_Float128':
    case '__float128':
      return LONG_DOUBLE
    default:
      return null
  }
}

/** Other spellings of the words. */
const PLAIN_WORD: Readonly<Record<string, string>> = {
  __signed__: 'signed',
  __signed: 'signed',
  bool: '_Bool',
  __int128_t: '__int128',
  _Float32: 'float',
  _Float64: 'double',
  _Float32x: 'double',
}

/** Whether two types are one, with the qualifiers of what they point to; their own do not matter to a value. */
export function isExactType(left: CType, right: CType): boolean {
  if (!isSameType(left, right)) return false
  if (left.kind === 'pointer' && right.kind === 'pointer') {
    const [to, other] = [elementOf(left.to), elementOf(right.to)]
    const isAlike = to.const === other.const && (to.volatile ?? false) === (other.volatile ?? false)
    return isAlike && isExactType(left.to, right.to)
  }
  if (left.kind === 'array' && right.kind === 'array') return isExactType(left.of, right.of)
  if (left.kind === 'function' && right.kind === 'function') {
    const theirs = right.parameters
    return (
      isExactType(left.returns, right.returns) &&
      (left.parameters ?? []).every((parameter, i) => isExactType(parameter, theirs?.[i] ?? parameter))
    )
  }
  return true
}

/** What bears the qualifiers of an array. */
function elementOf(type: CType): CType {
  return type.kind === 'array' && !type.volatile ? elementOf(type.of) : type
}

/** Two types with the same values, ignoring how they are spelled; records by their definition. */
export function isSameType(left: CType, right: CType): boolean {
  if (left.kind !== right.kind) return false
  switch (left.kind) {
    case 'void':
      return true
    case 'integer':
      return (
        right.kind === 'integer' &&
        left.bits === right.bits &&
        left.signed === right.signed &&
        left.rank === right.rank &&
        left.isBool === right.isBool
      )
    case 'floating':
      return right.kind === 'floating' && left.bits === right.bits && left.long === right.long
    case 'pointer':
      return right.kind === 'pointer' && isSameType(left.to, right.to)
    case 'array':
      return (
        right.kind === 'array' &&
        isSameType(left.of, right.of) &&
        (left.length === right.length || left.length === null || right.length === null)
      )
    case 'function': {
      if (right.kind !== 'function' || !isSameType(left.returns, right.returns)) return false
      if (left.parameters === null || right.parameters === null) return true
      const theirs = right.parameters
      return (
        left.variadic === right.variadic &&
        left.parameters.length === theirs.length &&
        left.parameters.every((parameter, i) => {
          const other = theirs[i]
          return other !== undefined && isSameType(parameter, other)
        })
      )
    }
    case 'struct':
    case 'union':
      return (right.kind === 'struct' || right.kind === 'union') && left.members === right.members
    case 'unknown':
      return right.kind === 'unknown' && left.name === right.name
  }
}
