/**
 * Integers of 128 bits (`__int128`), which no register holds: two words of 64 bits, calculated with by the rules
 * that a compiler without such registers follows.
 */
import type { BinaryOperator } from '../syntax/ast.js'
import { INT, LLONG, ULLONG } from '../types/basic-types.js'
import type { CType, IntegerType } from '../types/c-type.js'
import { integerOf } from '../types/conversions.js'
import type { Lowering } from './lowering.js'
import type { Value, WideValue } from './value.js'
import { constant, convertWord, retype, wordOperation } from './word-arithmetic.js'

const BITS = 64n

export function isWide(type: CType): boolean {
  return type.kind === 'integer' && type.bits === 128
}

/** A value of 128 bits from one of fewer, or from another such. */
export function widened(l: Lowering, value: Value, source: IntegerType, type: CType): Value {
  if (value.kind === 'wide') return { ...value, type }
  const low = retype(convertWord(l, value, source, source.signed ? LLONG : ULLONG), ULLONG)
  return { kind: 'wide', type, low, high: source.signed ? signOf(l, low) : zero() }
}

/** All bits of a word what its top bit is. */
function signOf(l: Lowering, word: Value): Value {
  return retype(wordOperation(l, '>>', retype(word, LLONG), constant(63n, INT), LLONG, LLONG), ULLONG)
}

function zero(): Value {
  return constant(0n, ULLONG)
}

/** The result of an operator on two values of 128 bits; a shift's right side may be of any integer type. */
export function wideOperation(
  l: Lowering,
  operator: BinaryOperator,
  left: Value,
  right: Value,
  type: IntegerType,
  result: CType,
): Value {
  const a = partsOf(l, left)
  if (operator === '<<' || operator === '>>') {
    const count = right.kind === 'wide' ? right.low : countOf(l, right)
    return { ...shifted(l, operator, a, count, type.signed), type: result }
  }
  const b = partsOf(l, right)
  switch (operator) {
    case '+':
    case '-':
      return { ...sum(l, operator, a, b), type: result }
    case '*':
      return { ...product(l, a, b), type: result }
    case '&':
    case '|':
    case '^':
      return {
        kind: 'wide',
        type: result,
        low: op(l, operator, a.low, b.low),
        high: op(l, operator, a.high, b.high),
      }
    case '==':
    case '!=': {
      const differing = op(l, '|', op(l, '^', a.low, b.low), op(l, '^', a.high, b.high))
      return compared(l, operator, differing, zero(), result)
    }
    case '<':
      return less(l, a, b, type.signed, result)
    case '>':
      return less(l, b, a, type.signed, result)
    case '>=':
      return compared(l, '==', less(l, a, b, type.signed, ULLONG), zero(), result)
    case '<=':
      return compared(l, '==', less(l, b, a, type.signed, ULLONG), zero(), result)
    case '/':
    case '%':
      return { ...divided(l, operator, a, b, type.signed), type: result }
  }
}

/** How far a shift goes, which may be of any integer type. */
function countOf(l: Lowering, value: Value): Value {
  const type = integerOf(value.type, l.model) ?? l.fail('a shift by what is no integer')
  return convertWord(l, value, type, ULLONG)
}

interface Parts {
  readonly low: Value
  readonly high: Value
}

function partsOf(l: Lowering, value: Value): Parts {
  return value.kind === 'wide' ? value : l.fail('128-bit integers')
}

function op(l: Lowering, operator: BinaryOperator, left: Value, right: Value): Value {
  return wordOperation(l, operator, left, right, ULLONG, ULLONG)
}

function compared(l: Lowering, operator: BinaryOperator, left: Value, right: Value, result: CType): Value {
  return wordOperation(l, operator, left, right, ULLONG, result)
}

function wide({ low, high }: Parts): WideValue {
  return { kind: 'wide', type: ULLONG, low, high }
}

function sum(l: Lowering, operator: '+' | '-', a: Parts, b: Parts): WideValue {
  const low = op(l, operator, a.low, b.low)
  const carry =
    operator === '+' ? compared(l, '<', low, a.low, ULLONG) : compared(l, '<', a.low, b.low, ULLONG)
  return wide({ low, high: op(l, operator, op(l, operator, a.high, b.high), carry) })
}

export function wideNegated(l: Lowering, value: WideValue): WideValue {
  return { ...sum(l, '-', { low: zero(), high: zero() }, value), type: value.type }
}

export function wideInverted(l: Lowering, value: WideValue): WideValue {
  const ones = constant((1n << BITS) - 1n, ULLONG)
  return { ...value, low: op(l, '^', value.low, ones), high: op(l, '^', value.high, ones) }
}

/** Whether any bit is set, or none. */
export function wideCompareWithZero(l: Lowering, operator: '==' | '!=', value: WideValue): Value {
  return compared(l, operator, op(l, '|', value.low, value.high), zero(), INT)
}

function product(l: Lowering, a: Parts, b: Parts): WideValue {
  const cross = op(l, '+', op(l, '*', a.low, b.high), op(l, '*', a.high, b.low))
  return wide({ low: op(l, '*', a.low, b.low), high: op(l, '+', highProduct(l, a.low, b.low), cross) })
}

/** The upper word of the product of two words, from products of their halves. */
function highProduct(l: Lowering, a: Value, b: Value): Value {
  const half = constant(32n, INT)
  const mask = constant(0xffff_ffffn, ULLONG)
  const [a0, a1] = [op(l, '&', a, mask), op(l, '>>', a, half)]
  const [b0, b1] = [op(l, '&', b, mask), op(l, '>>', b, half)]
  const first = op(l, '+', op(l, '*', a1, b0), op(l, '>>', op(l, '*', a0, b0), half))
  const second = op(l, '+', op(l, '*', a0, b1), op(l, '&', first, mask))
  const carries = op(l, '+', op(l, '>>', first, half), op(l, '>>', second, half))
  return op(l, '+', op(l, '*', a1, b1), carries)
}

/** A shift, whose count goes modulo 128. */
function shifted(l: Lowering, operator: '<<' | '>>', a: Parts, count: Value, signed: boolean): WideValue {
  const by = op(l, '&', count, constant(63n, ULLONG))
  const isFar = op(l, '&', op(l, '>>', count, constant(6n, ULLONG)), constant(1n, ULLONG))
  // What goes over from one word to the other: shifted by one first, as a count of 64 is one of 0.
  const rest = op(l, '-', constant(63n, ULLONG), by)
  const one = constant(1n, ULLONG)
  if (operator === '<<') {
    const low = op(l, '<<', a.low, by)
    const over = op(l, '>>', op(l, '>>', a.low, one), rest)
    const high = op(l, '|', op(l, '<<', a.high, by), over)
    return wide({ low: chosen(l, isFar, zero(), low), high: chosen(l, isFar, low, high) })
  }
  const form = signed ? LLONG : ULLONG
  const high = retype(wordOperation(l, '>>', retype(a.high, form), by, form, form), ULLONG)
  const over = op(l, '<<', op(l, '<<', a.high, one), rest)
  const low = op(l, '|', op(l, '>>', a.low, by), over)
  const top = signed ? signOf(l, a.high) : zero()
  return wide({ low: chosen(l, isFar, high, low), high: chosen(l, isFar, top, high) })
}

/** One of two words by a third that is 1 or 0. */
function chosen(l: Lowering, which: Value, whenOne: Value, whenZero: Value): Value {
  if (which.kind === 'constant') return which.value !== 0n ? whenOne : whenZero
  const mask = op(l, '-', zero(), which)
  return op(l, '^', whenZero, op(l, '&', op(l, '^', whenOne, whenZero), mask))
}

function less(l: Lowering, a: Parts, b: Parts, signed: boolean, result: CType): Value {
  const form = signed ? LLONG : ULLONG
  const high = wordOperation(l, '<', retype(a.high, form), retype(b.high, form), form, ULLONG)
  const same = compared(l, '==', a.high, b.high, ULLONG)
  const low = op(l, '&', same, compared(l, '<', a.low, b.low, ULLONG))
  return retype(op(l, '|', high, low), result)
}

function divided(l: Lowering, operator: '/' | '%', a: Parts, b: Parts, signed: boolean): WideValue {
  if (!signed) return dividedUnsigned(l, operator, a, b)
  const [signA, signB] = [signOf(l, a.high), signOf(l, b.high)]
  const quotient = dividedUnsigned(l, operator, absolute(l, a, signA), absolute(l, b, signB))
  return absolute(l, quotient, operator === '/' ? op(l, '^', signA, signB) : signA)
}

/** The negative of a value where `sign` has all bits set, the value where it has none. */
function absolute(l: Lowering, a: Parts, sign: Value): WideValue {
  const flipped = { low: op(l, '^', a.low, sign), high: op(l, '^', a.high, sign) }
  return sum(l, '-', flipped, { low: sign, high: sign })
}

/** Division bit by bit, in a loop of 128 turns. */
function dividedUnsigned(l: Lowering, operator: '/' | '%', a: Parts, b: Parts): WideValue {
  const { builder } = l
  if ([a.low, a.high, b.low, b.high].every(({ kind }) => kind === 'constant')) {
    const [x, y] = [numberOf(a), numberOf(b)]
    if (y !== 0n) {
      const bits = operator === '/' ? x / y : x % y
      return wide({ low: constant(BigInt.asUintN(64, bits), ULLONG), high: constant(bits >> BITS, ULLONG) })
    }
  }
  // Where the divisor is 0 this is the division that fails.
  const whole = variable(l, op(l, '/', constant(0n, ULLONG), op(l, '|', b.low, b.high)))
  const variables = { low: variable(l, a.low), high: variable(l, a.high) }
  const rest = { low: whole, high: variable(l, zero()) }
  const turns = variable(l, constant(128n, ULLONG))
  const top = builder.label()
  const end = builder.label()
  builder.mark(top)
  const highest = op(l, '>>', variables.high, constant(63n, INT))
  const shiftedRest = shifted(l, '<<', rest, constant(1n, ULLONG), false)
  const next = { low: op(l, '|', shiftedRest.low, highest), high: shiftedRest.high }
  const dividend = shifted(l, '<<', variables, constant(1n, ULLONG), false)
  // A rest that lost its top bit is larger than any divisor.
  const lost = op(l, '>>', rest.high, constant(63n, INT))
  const isSmaller = less(l, next, b, false, ULLONG)
  const takes = op(l, '|', lost, op(l, '^', isSmaller, constant(1n, ULLONG)))
  const mask = op(l, '-', zero(), takes)
  const taken = { low: op(l, '&', b.low, mask), high: op(l, '&', b.high, mask) }
  const after = sum(l, '-', next, taken)
  const digit = op(l, '|', dividend.low, takes)
  set(l, rest.low, after.low)
  set(l, rest.high, after.high)
  set(l, variables.low, digit)
  set(l, variables.high, dividend.high)
  set(l, turns, op(l, '-', turns, constant(1n, ULLONG)))
  builder.branch(l.operand(turns), top, end)
  builder.mark(end)
  return wide(operator === '/' ? variables : rest)
}

function numberOf({ low, high }: Parts): bigint {
  const bits = (value: Value): bigint => (value.kind === 'constant' ? value.value : 0n)
  return (bits(high) << BITS) | bits(low)
}

/** A register of its own, which can be set again. */
function variable(l: Lowering, value: Value): Value {
  const register = l.builder.temporary()
  l.builder.emit({ op: 'set', to: register, from: l.operand(value) })
  return { kind: 'register', type: ULLONG, register }
}

function set(l: Lowering, to: Value, from: Value): void {
  if (to.kind === 'register') l.builder.emit({ op: 'set', to: to.register, from: l.operand(from) })
}
