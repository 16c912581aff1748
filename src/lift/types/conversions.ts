/** C's implicit conversions: promotion, the usual arithmetic conversions, decay, the types of literals. */
import {
  DOUBLE,
  FLOAT,
  INT,
  LLONG,
  longType,
  type TypeModel,
  UINT,
  ULLONG,
  unsignedLong,
} from './basic-types.js'
import type { CType, IntegerType } from './c-type.js'

/** The integer that a type is calculated as: itself, the words of pointers and of unknown types. */
export function integerOf(type: CType, model: TypeModel): IntegerType | null {
  switch (type.kind) {
    case 'integer':
      return type
    case 'pointer':
    case 'array':
    case 'function':
    case 'unknown':
      return unsignedLong(model)
    default:
      return null
  }
}

/** Integers that `int` can hold become `int`. */
export function promote(type: IntegerType): IntegerType {
  if (type.rank < INT.rank) return INT
  if (type.bits === 32 && type.rank === INT.rank) return type.signed ? INT : UINT
  return type
}

/** A bit-field promotes by its width; one wider than `int` is calculated in that width, as GCC has it. */
export function promoteBitField(type: IntegerType, bits: number): IntegerType {
  if (bits < 32) return INT
  if (bits === 32) return type.signed ? INT : UINT
  return bits < type.bits ? { ...type, width: bits } : type
}

/** The type in which two integers are calculated. */
export function commonInteger(left: IntegerType, right: IntegerType): IntegerType {
  const l = promote(left)
  const r = promote(right)
  if (l.signed === r.signed) return rankOf(l) >= rankOf(r) ? l : r
  const [unsigned, signed] = l.signed ? [r, l] : [l, r]
  if (rankOf(unsigned) >= rankOf(signed)) return unsigned
  if (widthOf(signed) > widthOf(unsigned)) return signed
  return { ...signed, signed: false }
}

function widthOf(type: IntegerType): number {
  return type.width ?? type.bits
}

/** Wide bit-fields rank between `int` and `long`, by their width. */
function rankOf(type: IntegerType): number {
  return type.width === undefined ? type.rank : INT.rank + type.width / 100
}

/** The type in which two numbers are calculated; null if one of them is no number. */
export function commonArithmetic(left: CType, right: CType, model: TypeModel): CType | null {
  if (left.kind === 'floating' || right.kind === 'floating') {
    if (!isNumber(left) || !isNumber(right)) return null
    const floats = [left, right].filter((type) => type.kind === 'floating')
    if (floats.some((type) => type.long === true)) return { kind: 'floating', bits: 64, long: true }
    return floats.some((type) => type.bits === 64) ? DOUBLE : FLOAT
  }
  const l = integerOf(left, model)
  const r = integerOf(right, model)
  return l === null || r === null ? null : commonInteger(l, r)
}

function isNumber(type: CType): boolean {
  return type.kind === 'floating' || type.kind === 'integer' || type.kind === 'unknown'
}

/** Arrays and functions become pointers where their value is used. */
export function decay(type: CType): CType {
  if (type.kind === 'array') return { kind: 'pointer', to: type.of }
  if (type.kind === 'function') return { kind: 'pointer', to: type }
  return type
}

/** What an argument becomes where the prototype says nothing of it. */
export function promoteArgument(type: CType): CType {
  if (type.kind === 'integer') return promote(type)
  if (type.kind === 'floating' && type.bits === 32) return DOUBLE
  return decay(type)
}

/** An integer constant as written, in the first type of C's list that holds it; null if it is none. */
export function integerLiteral(
  text: string,
  model: TypeModel,
): { readonly value: bigint; readonly type: IntegerType } | null {
  const match = /^(0[xX][0-9a-fA-F']+|0[bB][01']+|[0-9][0-9']*)([uUlLzZ]*)$/.exec(text)
  if (match === null) return null
  const digits = (match[1] ?? '').replaceAll("'", '')
  const suffix = (match[2] ?? '').toLowerCase()
  const isDecimal = !/^0./.test(digits)
  const octal = /^0[0-7]+$/.test(digits)
  if (!isDecimal && !octal && !/^0[xXbB]/.test(digits)) return null
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits)
  const isUnsigned = suffix.includes('u')
  const longs = suffix.replaceAll(/[^l]/g, '').length
  const pairs: readonly (readonly [IntegerType, IntegerType])[] = [
    [INT, UINT],
    [longType(model), unsignedLong(model)],
    [LLONG, ULLONG],
  ]
  for (const [signed, unsigned] of pairs.slice(longs)) {
    if (!isUnsigned && value < 1n << BigInt(signed.bits - 1)) return { value, type: signed }
    if ((isUnsigned || !isDecimal) && value < 1n << BigInt(unsigned.bits)) return { value, type: unsigned }
  }
  return { value: BigInt.asUintN(64, value), type: ULLONG }
}
