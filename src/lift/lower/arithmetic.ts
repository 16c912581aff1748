/** Conversions and operators on values: what is constant is calculated here, the rest is emitted. */
import { floatBinary, floatConvert, type IntType, unary } from '../../machine/index.js'
import type { BinaryOperator } from '../syntax/ast.js'
import { BOOL, INT, longType, ULLONG, unsignedLong } from '../types/basic-types.js'
import type { CType, FloatingType, IntegerType } from '../types/c-type.js'
import { commonArithmetic, integerOf, promote } from '../types/conversions.js'
import { floatOf } from './floats.js'
import type { Lowering } from './lowering.js'
import type { Value } from './value.js'
import {
  isWide,
  wideCompareWithZero,
  wideInverted,
  wideNegated,
  widened,
  wideOperation,
} from './wide-integers.js'
import { COMPARISONS, constant, convertWord, machineInt, retype, wordOperation } from './word-arithmetic.js'

export function typeOfValue(value: Value): CType {
  return value.type
}

/** How a scalar's bits are calculated with: as an integer or as a float. */
function formOf(l: Lowering, type: CType): IntegerType | FloatingType {
  if (type.kind === 'floating') return type
  const integer = integerOf(type, l.model)
  return integer ?? l.fail(`a value of type ${type.kind}`)
}

/** C's conversion of a value to a type, explicit or not. */
export function convert(l: Lowering, value: Value, type: CType): Value {
  if (type.kind === 'void') return { kind: 'void', type }
  if (value.kind === 'void') return l.fail('the value of a void expression')
  if (value.kind === 'record' || type.kind === 'struct' || type.kind === 'union') {
    const isRecord = type.kind === 'struct' || type.kind === 'union'
    if (value.kind === 'record' && (isRecord || type.kind === 'unknown')) return value
    if (value.kind === 'register' && value.from !== undefined && isRecord) {
      return { kind: 'record', type, at: value.from }
    }
    return l.fail('a conversion between a struct and a scalar')
  }
  const source = formOf(l, value.type)
  const target = formOf(l, type)
  if (target.kind === 'integer' && target.isBool) return retype(truth(l, value), type)
  if (source.kind === 'integer' && target.kind === 'integer') {
    return wrapped(l, integerToInteger(l, value, source, target, type), target)
  }
  const from = floatForm(l, source)
  const to = floatForm(l, target)
  if ('float' in from && 'float' in to && from.float === to.float) return retype(value, type)
  if (value.kind === 'constant') return constant(constantFloat(value.value, from, to), type)
  const register = l.builder.temporary()
  l.builder.emit({ op: 'float-convert', to: register, from: l.operand(value), source: from, type: to })
  return { kind: 'register', type, register }
}

/** A conversion of a constant: GCC gives the nearest number of the type where none fits. */
function constantFloat(bits: bigint, from: NumberForm, to: NumberForm): bigint {
  if (!('float' in from) || 'float' in to) return floatConvert(bits, from, to)
  const low = to.signed ? -(1n << BigInt(to.bits - 1)) : 0n
  const high = (1n << BigInt(to.signed ? to.bits - 1 : to.bits)) - 1n
  const value = floatOf(bits, from.float)
  if (Number.isNaN(value)) return 0n
  const nearest = value >= Number(high) ? high : value <= Number(low) ? low : BigInt(Math.trunc(value))
  return BigInt.asUintN(to.bits, nearest)
}

type NumberForm = IntType | { readonly float: 32 | 64 }

function floatForm(l: Lowering, type: IntegerType | FloatingType): NumberForm {
  return type.kind === 'floating' ? { float: type.bits } : machineInt(l, type)
}

function integerToInteger(
  l: Lowering,
  value: Value,
  source: IntegerType,
  target: IntegerType,
  type: CType,
): Value {
  if (isWide(target)) return widened(l, value, source, type)
  return value.kind === 'wide'
    ? convertWord(l, value.low, ULLONG, target, type)
    : convertWord(l, value, source, target, type)
}

/** Whether a value is not 0, as an int. */
export function truth(l: Lowering, value: Value): Value {
  if (value.kind === 'register' && value.isTruth) return retype(value, INT)
  return compareWithZero(l, '!=', value)
}

export function compareWithZero(l: Lowering, operator: '==' | '!=', value: Value): Value {
  if (value.kind === 'symbol') return constant(operator === '!=' ? 1n : 0n, INT)
  if (value.kind === 'wide') return wideCompareWithZero(l, operator, value)
  const form = formOf(l, value.type)
  if (form.kind === 'floating') return floatOperation(l, operator, value, constant(0n, form), form)
  return integerOperation(l, operator, value, constant(0n, form), form, INT)
}

/** An operator on two values of one integer type; a shift's right side may be of any. */
export function integerOperation(
  l: Lowering,
  operator: BinaryOperator,
  left: Value,
  right: Value,
  type: IntegerType,
  result: CType,
): Value {
  const value = plainOperation(l, operator, left, right, type, result)
  return COMPARISONS.has(operator) ? value : wrapped(l, value, type)
}

/** A value of a wide bit-field's type cut to its width. */
function wrapped(l: Lowering, value: Value, type: IntegerType): Value {
  if (type.width === undefined) return value
  const { width, ...word } = type
  if (!type.signed) {
    return retype(plainOperation(l, '&', value, constant((1n << BigInt(width)) - 1n, word), word, word), type)
  }
  const by = constant(BigInt(type.bits - width), INT)
  const up = plainOperation(l, '<<', value, by, word, word)
  return retype(plainOperation(l, '>>', up, by, word, word), type)
}

function plainOperation(
  l: Lowering,
  operator: BinaryOperator,
  left: Value,
  right: Value,
  type: IntegerType,
  result: CType,
): Value {
  if (isWide(type)) return wideOperation(l, operator, left, right, type, result)
  // A shift's count alone may be wide where the result is not.
  return wordOperation(l, operator, left, right.kind === 'wide' ? right.low : right, type, result)
}

export function floatOperation(
  l: Lowering,
  operator: BinaryOperator,
  left: Value,
  right: Value,
  type: FloatingType,
): Value {
  const result = COMPARISONS.has(operator) ? INT : type
  if (left.kind === 'constant' && right.kind === 'constant') {
    const bits = floatBinary(operator, left.value, right.value, type.bits)
    if (bits !== null) return constant(bits, result)
  }
  const to = l.builder.temporary()
  const first = l.operand(left)
  l.builder.emit({
    op: 'float-binary',
    to,
    operator,
    left: first,
    right: l.operand(right),
    bits: type.bits,
  })
  return COMPARISONS.has(operator)
    ? { kind: 'register', type: result, register: to, isTruth: true }
    : { kind: 'register', type: result, register: to }
}

/** `left operator right`, after C's conversions. */
export function operate(l: Lowering, operator: BinaryOperator, left: Value, right: Value): Value {
  const l0 = left.type
  const r0 = right.type
  const leftPointer = l0.kind === 'pointer' ? l0 : null
  const rightPointer = r0.kind === 'pointer' ? r0 : null
  if (operator === '+' && leftPointer !== null) return addToPointer(l, left, leftPointer.to, right, 1n)
  if (operator === '+' && rightPointer !== null) return addToPointer(l, right, rightPointer.to, left, 1n)
  if (operator === '-' && leftPointer !== null) {
    return rightPointer === null
      ? addToPointer(l, left, leftPointer.to, right, -1n)
      : pointerDifference(l, left, right, leftPointer.to)
  }
  if (operator === '<<' || operator === '>>') {
    const type = promote(integerOf(l0, l.model) ?? l.fail('a shift of what is no integer'))
    if (r0.kind === 'floating') return l.fail('a shift by what is no integer')
    return integerOperation(l, operator, convert(l, left, type), right, type, type)
  }
  const common = commonArithmetic(l0, r0, l.model) ?? l.fail(`operator ${operator} on a struct`)
  const first = convert(l, left, common)
  const second = convert(l, right, common)
  if (common.kind === 'floating') return floatOperation(l, operator, first, second, common)
  if (common.kind !== 'integer') return l.fail(`operator ${operator} on a struct`)
  return integerOperation(l, operator, first, second, common, COMPARISONS.has(operator) ? INT : common)
}

/** Bytes of a type, as a number of the width of a pointer; of an array of variable length when it runs. */
export function sizeValue(l: Lowering, type: CType): Value {
  const word = unsignedLong(l.model)
  if (type.kind === 'array' && l.layouts.sizeOf(type) === null) {
    const of = sizeValue(l, type.of)
    if (type.lengthIn === undefined && type.length === null) return l.fail('the size of an incomplete array')
    const length: Value =
      type.lengthIn === undefined
        ? constant(BigInt(type.length ?? 0), word)
        : { kind: 'register', type: word, register: type.lengthIn }
    return integerOperation(l, '*', length, of, word, word)
  }
  return constant(BigInt(l.sizeOf(type)), word)
}

export function addToPointer(l: Lowering, pointer: Value, to: CType, index: Value, sign: 1n | -1n): Value {
  const word = unsignedLong(l.model)
  const indexForm = formOf(l, index.type)
  if (indexForm.kind === 'floating') return l.fail('a pointer and a float')
  const steps = convert(l, index, indexForm.signed ? longType(l.model) : word)
  const size = convert(l, sizeValue(l, to), word)
  if (steps.kind === 'constant' && size.kind === 'constant') {
    const count = BigInt.asIntN(word.bits, steps.value)
    return offsetBy(l, pointer, sign * count * size.value)
  }
  const bytes = integerOperation(l, '*', retype(steps, word), size, word, word)
  const sum = integerOperation(l, sign === 1n ? '+' : '-', retype(pointer, word), bytes, word, word)
  return retype(sum, pointer.type)
}

/** A pointer so many bytes on, of the same type. */
export function offsetBy(l: Lowering, pointer: Value, bytes: bigint): Value {
  switch (pointer.kind) {
    case 'constant':
      return constant(BigInt.asUintN(l.model.wordBits, pointer.value + bytes), pointer.type)
    case 'symbol':
      return { ...pointer, offset: pointer.offset + bytes }
    case 'register':
      return { kind: 'offset', type: pointer.type, base: pointer.register, offset: bytes }
    case 'offset':
      return { ...pointer, offset: pointer.offset + bytes }
    default:
      return l.fail('an address of what has none')
  }
}

function pointerDifference(l: Lowering, left: Value, right: Value, to: CType): Value {
  const signed = longType(l.model)
  const bytes = integerOperation(l, '-', left, right, signed, signed)
  const size = convert(l, sizeValue(l, to), signed)
  if (size.kind === 'constant' && size.value === 0n) return l.fail('a difference of pointers to nothing')
  return integerOperation(l, '/', bytes, size, signed, signed)
}

export function negate(l: Lowering, value: Value): Value {
  const { type } = value
  if (type.kind === 'floating') {
    const bits = { ...unsignedLong({ wordBits: 64 }), bits: type.bits }
    const sign = constant(1n << BigInt(type.bits - 1), bits)
    return retype(integerOperation(l, '^', retype(value, bits), sign, bits, bits), type)
  }
  return unaryOperation(l, '-', value)
}

/** `-x` and `~x` of an integer. */
export function unaryOperation(l: Lowering, operator: '-' | '~', value: Value): Value {
  const form = formOf(l, value.type)
  if (form.kind === 'floating') return l.fail(`operator ${operator} on a float`)
  const type = promote(form)
  const operand = convert(l, value, type)
  if (operand.kind === 'wide') return operator === '-' ? wideNegated(l, operand) : wideInverted(l, operand)
  const machine = machineInt(l, type)
  if (operand.kind === 'constant') {
    return wrapped(l, constant(unary(operator, operand.value, machine), type), type)
  }
  const to = l.builder.temporary()
  l.builder.emit({ op: 'unary', to, operator, operand: l.operand(operand), type: machine })
  return wrapped(l, { kind: 'register', type, register: to }, type)
}

/** A value as an integer of the width of a pointer. */
export function toWord(l: Lowering, value: Value): Value {
  return convert(l, value, unsignedLong(l.model))
}

/** A value that is 0 or 1 as `_Bool`. */
export function asBool(value: Value): Value {
  return retype(value, BOOL)
}
