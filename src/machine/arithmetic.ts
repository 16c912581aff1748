/**
 * C's arithmetic on integers of a fixed width. A value is always held as its bit pattern, 0 or more and below
 * 2^bits, whatever the sign of its type: one value has one form, in registers as in memory. `signed` reads
 * the number out of the pattern.
 *
 * Where C leaves an operation undefined it behaves as on a two's-complement machine: sums wrap, the most
 * negative number divided by -1 is itself, a shift counts modulo the width.
 */
import { fromFloat, toFloat } from './int64.js'
import type { BinaryOperator, IntType, UnaryOperator } from './ir.js'

/** The bit pattern of a number in a type. */
export function wrap(value: bigint, type: IntType): bigint {
  return BigInt.asUintN(type.bits, value)
}

/** The number that a bit pattern stands for: negative where the type is signed and its top bit is set. */
export function signed(bits: bigint, type: IntType): bigint {
  return type.signed ? BigInt.asIntN(type.bits, bits) : BigInt.asUintN(type.bits, bits)
}

/** The bit pattern of a value of one type in another one: widening a signed value copies its sign. */
export function convert(bits: bigint, source: IntType, type: IntType): bigint {
  return wrap(signed(bits, source), type)
}

export function unary(operator: UnaryOperator, operand: bigint, type: IntType): bigint {
  switch (operator) {
    case '-':
      return wrap(-operand, type)
    case '~':
      return wrap(~operand, type)
    case '!':
      return wrap(operand, type) === 0n ? 1n : 0n
  }
}

/** The result's bit pattern; null for a division by zero. Comparisons give 0 or 1. */
export function binary(operator: BinaryOperator, left: bigint, right: bigint, type: IntType): bigint | null {
  const l = signed(left, type)
  const r = signed(right, type)
  switch (operator) {
    case '+':
      return wrap(l + r, type)
    case '-':
      return wrap(l - r, type)
    case '*':
      return wrap(l * r, type)
    case '/':
      return r === 0n ? null : wrap(l / r, type)
    case '%':
      return r === 0n ? null : wrap(l % r, type)
    case '&':
      return wrap(l & r, type)
    case '|':
      return wrap(l | r, type)
    case '^':
      return wrap(l ^ r, type)
    case '<<':
      return wrap(l << shiftCount(right, type), type)
    case '>>':
      return wrap(l >> shiftCount(right, type), type)
    case '==':
      return l === r ? 1n : 0n
    case '!=':
      return l === r ? 0n : 1n
    case '<':
      return l < r ? 1n : 0n
    case '<=':
      return l <= r ? 1n : 0n
    case '>':
      return l > r ? 1n : 0n
    case '>=':
      return l >= r ? 1n : 0n
  }
}

function shiftCount(right: bigint, type: IntType): bigint {
  return right & BigInt(type.bits - 1)
}

/** A type that `float-convert` goes from or to. */
export type NumberType = IntType | { readonly float: 32 | 64 }

/** IEEE arithmetic on bit patterns of this width; comparisons give 0 or 1, other operators of C do not apply: null. */
export function floatBinary(
  operator: BinaryOperator,
  left: bigint,
  right: bigint,
  bits: 32 | 64,
): bigint | null {
  const l = toFloat(left, bits)
  const r = toFloat(right, bits)
  switch (operator) {
    case '+':
      return fromFloat(l + r, bits)
    case '-':
      return fromFloat(l - r, bits)
    case '*':
      return fromFloat(l * r, bits)
    case '/':
      return fromFloat(l / r, bits)
    case '==':
      return l === r ? 1n : 0n
    case '!=':
      return l === r ? 0n : 1n
    case '<':
      return l < r ? 1n : 0n
    case '<=':
      return l <= r ? 1n : 0n
    case '>':
      return l > r ? 1n : 0n
    case '>=':
      return l >= r ? 1n : 0n
    default:
      return null
  }
}

/**
 * A conversion from, to or between IEEE numbers. One that does not fit an integer type, which C leaves open,
 * wraps; what is no number, or infinite, becomes the most negative one.
 */
export function floatConvert(bits: bigint, source: NumberType, type: NumberType): bigint {
  if ('float' in source) {
    const value = toFloat(bits, source.float)
    if ('float' in type) return fromFloat(value, type.float)
    return Number.isFinite(value) ? wrap(BigInt(Math.trunc(value)), type) : 1n << BigInt(type.bits - 1)
  }
  const value = signed(bits, source)
  if (!('float' in type)) return wrap(value, type)
  return fromFloat(type.float === 64 ? Number(value) : Number(forSingle(value)), type.float)
}

/** An integer that a double can hold, and that rounds to the same single. */
function forSingle(value: bigint): bigint {
  const size = value < 0n ? -value : value
  if (size < 1n << 53n) return value
  const kept = (size >> 11n) | ((size & 0x7ffn) === 0n ? 0n : 1n)
  return value < 0n ? -(kept << 11n) : kept << 11n
}
