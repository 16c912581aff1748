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

/** A bit-field of `bits` bits promotes by its width, not by its declared type. */
export function promoteBitField(type: IntegerType, bits: number): IntegerType {
  if (bits < 32 || (bits === 32 && type.signed)) return bits <= 32 && type.bits <= 32 ? INT : type
  return bits === 32 && type.bits === 32 ? UINT : type
}

/** The type in which two integers are calculated. */
export function commonInteger(left: IntegerType, right: IntegerType): IntegerType {
  const l = promote(left)
  const r = promote(right)
  if (l.signed === r.signed) return l.rank >= r.rank ? l : r
  const [unsigned, signed] = l.signed ? [r, l] : [l, r]
  if (unsigned.rank >= signed.rank) return unsigned
  if (signed.bits > unsigned.bits) return signed
  return { ...signed, signed: false }
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
