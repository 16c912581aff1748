/** Expressions: their values, the places they name, and the ways they decide. */
import type { Expression } from '../syntax/ast.js'
import { INT, pointerTo, unsignedLong, VOID } from '../types/basic-types.js'
import type { CType } from '../types/c-type.js'
import { commonArithmetic, integerLiteral, promote, promoteBitField } from '../types/conversions.js'
import { asConst } from '../types/resolve-type.js'
import { compareWithZero, convert, negate, operate, sizeValue, truth, unaryOperation } from './arithmetic.js'
import { callValue, expandedCall } from './calls.js'
import type { BlockLabel } from './code-builder.js'
import { offsetOf } from './constants.js'
import { hasNoEffect } from './effects.js'
import { bitsOf, floatLiteral } from './floats.js'
import { characterLiteral } from './literals.js'
import type { Lowering } from './lowering.js'
import { addressOf, afterStore, load, memberPlace, partOfWord, store } from './memory.js'
import { meaningOf } from './names.js'
import { genericChoice } from './places.js'
import type { Place, Value } from './value.js'
import { vaArgument } from './variadic.js'
import { isWide } from './wide-integers.js'
import { constant, retype } from './word-arithmetic.js'

/** The value of an expression, arrays and functions as pointers. */
export function lowerValue(l: Lowering, e: Expression, wanted: boolean): Value {
  switch (e.kind) {
    case 'integer': {
      const literal = integerLiteral(e.text, l.model)
      return literal === null ? l.fail(`the number ${e.text}`) : constant(literal.value, literal.type)
    }
    case 'floating':
      return floatingValue(l, e.text)
    case 'character': {
      const literal = characterLiteral(e.text, l.model)
      return literal === null ? l.fail(`the character ${e.text}`) : constant(literal.value, literal.type)
    }
    case 'identifier': {
      const meaning = meaningOf(l, e)
      if (meaning.kind === 'value') return meaning.value
      return meaning.kind === 'place' ? load(l, meaning.place) : l.value(meaning.expression)
    }
    case 'string':
    case 'compound-literal':
    case 'index':
      return load(l, l.placeOf(e))
    case 'member':
      return memberValue(l, e)
    case 'unary':
      return unaryValue(l, e)
    case 'update':
      return updateValue(l, e, wanted)
    case 'binary': {
      const left = l.value(e.left)
      const right = l.value(e.right)
      return operate(l, e.operator, left, right)
    }
    case 'logical':
      return logicalValue(l, e)
    case 'assignment':
      return assignmentValue(l, e, wanted)
    case 'conditional':
      return conditionalValue(l, e, wanted)
    case 'comma':
      l.effect(e.left)
      return wanted ? l.value(e.right) : effectOf(l, e.right)
    case 'call':
      return callValue(l, e, wanted)
    case 'cast':
      return castValue(l, e)
    case 'sizeof':
      return sizeofValue(l, e)
    case 'offsetof':
      return offsetOf(l, l.typeOfSyntax(e.type), e.path)
    case 'statement-expression':
      return l.rules.statementExpression(l, e.body, wanted)
    case 'generic':
      return l.value(genericChoice(l, e))
    case 'va-arg':
      return vaArgument(l, e)
    case 'label-address':
      return constant(l.labelAddress(e.label), pointerTo(VOID))
  }
}

function effectOf(l: Lowering, e: Expression): Value {
  l.effect(e)
  return { kind: 'void', type: { kind: 'void' } }
}

function floatingValue(l: Lowering, text: string): Value {
  if (/[ij]$/i.test(text)) return l.fail('complex numbers')
  const literal = floatLiteral(text)
  if (literal === null) return l.fail(`the number ${text}`)
  const bits = literal.suffix === 'f' || literal.suffix === 'f32' ? 32 : 64
  const isLong = literal.suffix === 'l'
  if (isLong) l.note('long double is calculated as double')
  const type: CType = isLong ? { kind: 'floating', bits, long: true } : { kind: 'floating', bits }
  return constant(bitsOf(literal.value, bits), type)
}

function memberValue(l: Lowering, e: Extract<Expression, { kind: 'member' }>): Value {
  if (!e.arrow) {
    const object = l.isPlace(e.object) ? null : l.value(e.object)
    // A member of a word such as pte_t that is no place: the word itself.
    if (object !== null && object.kind !== 'record') {
      if (object.type.kind !== 'integer' || !object.type.opaque) {
        return l.fail(`member ${e.name} of what is no struct`)
      }
      if (partOfWord(l, object.type, e.name) !== null) {
        return l.fail(`member ${e.name}, a part of a word that lies nowhere`)
      }
      const { opaque: _, spelled: __, ...word } = object.type
      return retype(object, word)
    }
    if (object !== null) {
      return load(l, memberPlace(l, { kind: 'memory', type: object.type, at: object.at }, e.name))
    }
  }
  const place = l.placeOf(e)
  const value = load(l, place)
  if (place.kind !== 'bit-field' || place.type.kind !== 'integer') return value
  return convert(l, value, promoteBitField(place.type, place.bits))
}

function unaryValue(l: Lowering, e: Extract<Expression, { kind: 'unary' }>): Value {
  switch (e.operator) {
    case '+': {
      const value = l.value(e.operand)
      return value.type.kind === 'integer' ? convert(l, value, promote(value.type)) : value
    }
    case '-':
      return negate(l, l.value(e.operand))
    case '~':
      return unaryOperation(l, '~', l.value(e.operand))
    case '!':
      return compareWithZero(l, '==', l.value(e.operand))
    case '&': {
      if (e.operand.kind === 'unary' && e.operand.operator === '*') return l.value(e.operand.operand)
      return addressOf(l, l.placeOf(e.operand))
    }
    case '*':
      return load(l, l.placeOf(e))
    case '__real__':
    case '__imag__':
      return l.fail('complex numbers')
  }
}

/** `x++`, `--x` and their kin. */
function updateValue(l: Lowering, e: Extract<Expression, { kind: 'update' }>, wanted: boolean): Value {
  const place = settled(l, l.placeOf(e.operand))
  const old = load(l, place)
  const kept = wanted && !e.prefix ? l.hold(old) : old
  const one = constant(1n, INT)
  const sum = operate(l, e.operator === '++' ? '+' : '-', promotedField(l, place, kept), one)
  const stored = convert(l, sum, place.type)
  store(l, place, stored)
  if (!e.prefix) return kept
  return place.kind === 'bit-field' ? afterStore(l, place, stored) : readBack(place, stored)
}

/** A place whose address is calculated once, for a read and a write. */
function settled(l: Lowering, place: Place): Place {
  if (place.kind === 'register') return place
  const { at } = place
  if (at.kind !== 'offset' || at.offset === 0n) return place
  const operand = l.operand(at)
  if (operand.kind !== 'register') return place
  return { ...place, at: { kind: 'register', type: at.type, register: operand.register } }
}

function promotedField(l: Lowering, place: Place, value: Value): Value {
  if (place.kind !== 'bit-field' || place.type.kind !== 'integer') return value
  return convert(l, value, promoteBitField(place.type, place.bits))
}

/** The value of an assignment: of a variable in a register, that register. */
function readBack(place: Place, stored: Value): Value {
  if (place.kind !== 'register' || stored.kind === 'constant') return stored
  return { kind: 'register', type: place.type, register: place.register }
}

function assignmentValue(
  l: Lowering,
  e: Extract<Expression, { kind: 'assignment' }>,
  wanted: boolean,
): Value {
  const place = l.placeOf(e.left)
  if (e.operator === '=') {
    const held = place.kind === 'register' || hasNoEffect(e.right) ? place : heldPlace(l, place)
    const value = convert(l, l.value(e.right), place.type)
    store(l, held, value)
    if (!wanted) return value
    if (held.kind === 'bit-field') return afterStore(l, held, value)
    return value.kind === 'record' ? load(l, held) : readBack(held, value)
  }
  // The right side comes first, as GCC has it: what it stores is seen by the load.
  const operator = e.operator.slice(0, -1) as Extract<Expression, { kind: 'binary' }>['operator']
  const fixed = settled(l, hasNoEffect(e.right) ? place : heldPlace(l, place))
  const right = l.value(e.right)
  const old = load(l, fixed)
  const stored = convert(l, operate(l, operator, promotedField(l, fixed, old), right), place.type)
  store(l, fixed, stored)
  return fixed.kind === 'bit-field' && wanted ? afterStore(l, fixed, stored) : readBack(fixed, stored)
}

/** A place whose address stays the same whatever is assigned to variables. */
function heldPlace(l: Lowering, place: Place): Place {
  return place.kind === 'register' ? place : { ...place, at: l.hold(place.at) }
}

/** The value of `&&` and `||`: of the right side alone where the left one is known, else by way of jumps. */
function logicalValue(l: Lowering, e: Extract<Expression, { kind: 'logical' }>): Value {
  const left = l.knownTruth(e.left)
  if (left !== null) {
    const isDecided = left === (e.operator === '||')
    return isDecided ? constant(left ? 1n : 0n, INT) : truth(l, l.value(e.right))
  }
  const { builder } = l
  const register = builder.temporary()
  const whenTrue = builder.label()
  const whenFalse = builder.label()
  const end = builder.label()
  l.condition(e, whenTrue, whenFalse)
  builder.mark(whenTrue)
  builder.emit({ op: 'set', to: register, from: { kind: 'constant', value: 1n } })
  builder.jump(end)
  builder.mark(whenFalse)
  builder.emit({ op: 'set', to: register, from: { kind: 'constant', value: 0n } })
  builder.mark(end)
  return { kind: 'register', type: INT, register, isTruth: true }
}

/** Goes one way or the other by what an expression says. */
export function lowerCondition(
  l: Lowering,
  e: Expression,
  whenTrue: BlockLabel,
  whenFalse: BlockLabel,
): void {
  const { builder } = l
  if (e.kind === 'logical') {
    const next = builder.label()
    if (e.operator === '&&') l.condition(e.left, next, whenFalse)
    else l.condition(e.left, whenTrue, next)
    builder.mark(next)
    l.condition(e.right, whenTrue, whenFalse)
    return
  }
  if (e.kind === 'unary' && e.operator === '!') {
    l.condition(e.operand, whenFalse, whenTrue)
    return
  }
  if (e.kind === 'comma') {
    l.effect(e.left)
    l.condition(e.right, whenTrue, whenFalse)
    return
  }
  if (e.kind === 'call') {
    const expanded = expandedCall(l, e)
    if (expanded !== null) {
      l.condition(expanded, whenTrue, whenFalse)
      return
    }
  }
  const value = l.value(e)
  if (value.kind === 'symbol') {
    builder.jump(whenTrue)
    return
  }
  builder.branch(l.operand(decided(l, value)), whenTrue, whenFalse)
}

/** A value that is 0 where the given one is. */
function decided(l: Lowering, value: Value): Value {
  return value.type.kind === 'floating' || value.kind === 'wide' ? compareWithZero(l, '!=', value) : value
}

function conditionalValue(
  l: Lowering,
  e: Extract<Expression, { kind: 'conditional' }>,
  wanted: boolean,
): Value {
  const { builder } = l
  if (e.then === null) return shortConditional(l, e)
  const type = conditionalType(l, e.then, e.otherwise)
  const known = l.knownTruth(e.test)
  if (known !== null) {
    const chosen = known ? e.then : e.otherwise
    if (!wanted || type.kind === 'void') return effectOf(l, chosen)
    return convert(l, l.value(chosen), type)
  }
  const whenTrue = builder.label()
  const whenFalse = builder.label()
  const end = builder.label()
  const hasValue = wanted && type.kind !== 'void'
  const result = hasValue ? resultPlace(l, type) : null
  l.condition(e.test, whenTrue, whenFalse)
  for (const [label, chosen] of [
    [whenTrue, e.then],
    [whenFalse, e.otherwise],
  ] as const) {
    builder.mark(label)
    if (result === null) l.effect(chosen)
    else putResult(l, result, convert(l, l.value(chosen), type))
    builder.jump(end)
  }
  builder.mark(end)
  return result === null ? { kind: 'void', type: { kind: 'void' } } : result
}

/** GNU's `a ?: b`. */
function shortConditional(l: Lowering, e: Extract<Expression, { kind: 'conditional' }>): Value {
  const { builder } = l
  const type = conditionalType(l, e.test, e.otherwise)
  const value = l.hold(l.value(e.test))
  if (value.kind === 'constant') {
    return value.value !== 0n ? convert(l, value, type) : convert(l, l.value(e.otherwise), type)
  }
  const result = resultPlace(l, type)
  const whenTrue = builder.label()
  const whenFalse = builder.label()
  const end = builder.label()
  builder.branch(l.operand(decided(l, value)), whenTrue, whenFalse)
  builder.mark(whenTrue)
  putResult(l, result, convert(l, value, type))
  builder.jump(end)
  builder.mark(whenFalse)
  putResult(l, result, convert(l, l.value(e.otherwise), type))
  builder.mark(end)
  return result
}

/** A register, or for a struct its place, that both sides of a choice are put in. */
function resultPlace(l: Lowering, type: CType): Value {
  const register = l.builder.temporary()
  if (type.kind === 'struct' || type.kind === 'union') {
    return { kind: 'record', type, at: { kind: 'register', type: { kind: 'pointer', to: type }, register } }
  }
  const low: Value = { kind: 'register', type, register }
  if (!isWide(type)) return low
  return { kind: 'wide', type, low, high: { kind: 'register', type, register: l.builder.temporary() } }
}

function putResult(l: Lowering, result: Value, value: Value): void {
  if (result.kind === 'wide' && value.kind === 'wide') {
    putResult(l, result.low, value.low)
    putResult(l, result.high, value.high)
    return
  }
  const target = result.kind === 'record' ? result.at : result
  if (target.kind !== 'register') return
  const from = value.kind === 'record' ? value.at : value
  if (from.kind === 'void') return
  l.builder.emit({ op: 'set', to: target.register, from: l.operand(from) })
}

/** The common type of the two sides of `?:`. */
function conditionalType(l: Lowering, then: Expression, otherwise: Expression): CType {
  const left = l.valueTypeOf(then)
  const right = l.valueTypeOf(otherwise)
  if (left.kind === 'void' || right.kind === 'void') return { kind: 'void' }
  if (left.kind === 'struct' || left.kind === 'union') return left
  if (left.kind === 'pointer' && right.kind === 'pointer') {
    if (isNull(l, then)) return right
    if (isNull(l, otherwise)) return left
    const chosen = left.to.kind === 'void' ? left : right.to.kind === 'void' ? right : left
    return left.to.const || right.to.const ? { ...chosen, to: asConst(chosen.to) } : chosen
  }
  if (left.kind === 'pointer') return left
  if (right.kind === 'pointer') return right
  if (left.kind === 'integer' && left.opaque) return left
  return commonArithmetic(left, right, l.model) ?? l.fail('two sides of ?: without a common type')
}

function isNull(l: Lowering, e: Expression): boolean {
  return l.constantOf(e) === 0n
}

function castValue(l: Lowering, e: Extract<Expression, { kind: 'cast' }>): Value {
  const type = l.typeOfSyntax(e.type)
  if (type.kind === 'void') return effectOf(l, e.operand)
  if (type.kind === 'union' || type.kind === 'struct') {
    const value = l.value(e.operand)
    if (value.kind === 'record' && l.sizeOf(value.type) === l.sizeOf(type)) return { ...value, type }
    return l.rules.castToUnion(l, type, value)
  }
  const value = l.value(e.operand)
  if (type.kind === 'array' || type.kind === 'function') return l.fail('a cast to an array or function')
  return convert(l, value, type)
}

function sizeofValue(l: Lowering, e: Extract<Expression, { kind: 'sizeof' }>): Value {
  const word = unsignedLong(l.model)
  const type = e.of.kind === 'type' ? l.typeOfSyntax(e.of.type) : l.typeOf(e.of)
  if (e.what === 'alignof') return constant(BigInt(l.layouts.alignOf(type)), word)
  return sizeValue(l, type)
}
