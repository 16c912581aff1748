/** Conversions and operators on integers of at most 64 bits: what is constant is calculated, the rest is emitted. */
import { binary, convert as convertBits, type IntType } from '../../machine/index.js'
import type { BinaryOperator } from '../syntax/ast.js'
import type { CType, IntegerType } from '../types/c-type.js'
import type { Lowering } from './lowering.js'
import { intType, type Value } from './value.js'

export function constant(value: bigint, type: CType): Value {
  return { kind: 'constant', type, value }
}

/** The same bits under another type. */
export function retype(value: Value, type: CType): Value {
  if (value.kind === 'record') return value
  if (value.kind !== 'register') return { ...value, type }
  if (value.isTruth !== true) return { kind: 'register', type, register: value.register }
  return type.kind === 'integer' ? { ...value, type } : { kind: 'register', type, register: value.register }
}

/** The machine's type for an integer type. */
export function machineInt(l: Lowering, type: IntegerType): IntType {
  if (type.bits === 128) l.fail('128-bit integers')
  return intType(type.bits, type.signed)
}

/** A conversion between integers of at most 64 bits. */
export function convertWord(
  l: Lowering,
  value: Value,
  source: IntegerType,
  target: IntegerType,
  type: CType = target,
): Value {
  const from = machineInt(l, source)
  const to = machineInt(l, target)
  if (value.kind === 'constant') return constant(convertBits(value.value, from, to), type)
  const isTruth = value.kind === 'register' && value.isTruth === true
  if (isTruth || to.bits === from.bits || (to.bits > from.bits && !from.signed)) return retype(value, type)
  const register = l.builder.temporary()
  l.builder.emit({ op: 'convert', to: register, from: l.operand(value), source: from, type: to })
  return { kind: 'register', type, register }
}

/** An operator on two integers of at most 64 bits; the result is as wide as they are. */
export function wordOperation(
  l: Lowering,
  operator: BinaryOperator,
  left: Value,
  right: Value,
  type: IntegerType,
  result: CType,
): Value {
  const machine = machineInt(l, type)
  if (left.kind === 'constant' && right.kind === 'constant') {
    const bits = binary(operator, left.value, right.value, machine)
    if (bits !== null) return constant(bits, result)
  }
  const same = neutral(operator, left, right)
  if (same !== null) return retype(same, result)
  const symbols = compareSymbols(operator, left, right, { type: result, bits: machine.bits })
  if (symbols !== null) return symbols
  const to = l.builder.temporary()
  const first = l.operand(left)
  l.builder.emit({ op: 'binary', to, operator, left: first, right: l.operand(right), type: machine })
  return COMPARISONS.has(operator)
    ? { kind: 'register', type: result, register: to, isTruth: true }
    : { kind: 'register', type: result, register: to }
}

export const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])

/** `x + 0` and its like; null where something is to be calculated. */
function neutral(operator: BinaryOperator, left: Value, right: Value): Value | null {
  if (right.kind === 'constant') {
    if (right.value === 0n && NEUTRAL_ZERO.has(operator)) return left
    if (right.value === 1n && (operator === '*' || operator === '/')) return left
  }
  if (left.kind === 'constant') {
    if (left.value === 0n && (operator === '+' || operator === '|' || operator === '^')) return right
    if (left.value === 1n && operator === '*') return right
  }
  return null
}

const NEUTRAL_ZERO: ReadonlySet<string> = new Set(['+', '-', '|', '^', '<<', '>>'])

/** Comparisons of addresses within one symbol are known, and so is that no symbol lies at 0. */
function compareSymbols(
  operator: BinaryOperator,
  left: Value,
  right: Value,
  { type: result, bits }: { readonly type: CType; readonly bits: number },
): Value | null {
  if (left.kind !== 'symbol') return null
  if (right.kind === 'symbol' && right.name === left.name) {
    const difference = left.offset - right.offset
    switch (operator) {
      case '-':
        return constant(BigInt.asUintN(bits, difference), result)
      case '==':
        return constant(difference === 0n ? 1n : 0n, result)
      case '!=':
        return constant(difference !== 0n ? 1n : 0n, result)
      case '<':
        return constant(difference < 0n ? 1n : 0n, result)
      case '>':
        return constant(difference > 0n ? 1n : 0n, result)
      case '<=':
        return constant(difference <= 0n ? 1n : 0n, result)
      case '>=':
        return constant(difference >= 0n ? 1n : 0n, result)
    }
  }
  if (right.kind === 'constant' && right.value === 0n) {
    if (operator === '==') return constant(0n, result)
    if (operator === '!=') return constant(1n, result)
  }
  return null
}
