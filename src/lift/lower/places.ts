/** Places that expressions name, and types of expressions as they stand. */
import type { Expression } from '../syntax/ast.js'
import { isExactType, pointerTo, unsignedLong } from '../types/basic-types.js'
import type { CType } from '../types/c-type.js'
import { addToPointer, integerOperation, toWord } from './arithmetic.js'
import { expandedCall } from './calls.js'
import { derefPlace } from './dereference.js'
import type { Lowering } from './lowering.js'
import { memberPlace } from './memory.js'
import { meaningOf } from './names.js'
import type { Place, Value } from './value.js'
import { constant, retype } from './word-arithmetic.js'

/** The expression that _Generic chooses. */
export function genericChoice(l: Lowering, e: Extract<Expression, { kind: 'generic' }>): Expression {
  const type = l.valueTypeOf(e.control)
  const choices = e.choices.map(({ type: syntax, value }) => ({
    type: syntax === null ? null : l.typeOfSyntax(syntax),
    value,
  }))
  // The controlling expression is a value, which has no qualifiers of its own.
  const found =
    choices.find((choice) => choice.type !== null && isExactUnqualified(type, choice.type)) ??
    choices.find((choice) => choice.type === null)
  return found?.value ?? l.fail('_Generic without a choice for its type')
}

function isExactUnqualified(type: CType, choice: CType): boolean {
  return !choice.const && !choice.volatile && isExactType(type, choice)
}

/** The place an expression names. */
export function lowerPlace(l: Lowering, e: Expression): Place {
  switch (e.kind) {
    case 'identifier': {
      const meaning = meaningOf(l, e)
      if (meaning.kind === 'place') return meaning.place
      if (meaning.kind === 'expression') return l.placeOf(meaning.expression)
      return l.fail(`constant ${e.name} as a place`)
    }
    case 'string':
      return l.rules.stringPlace(l, e.texts)
    case 'compound-literal':
      return l.rules.compoundLiteral(l, e)
    case 'unary':
      if (e.operator === '*') return derefPlace(l, l.value(e.operand))
      break
    case 'index': {
      const object = l.value(e.object)
      const index = l.value(e.index)
      const [pointer, steps] = index.type.kind === 'pointer' ? [index, object] : [object, index]
      if (pointer.type.kind === 'unknown') return elementOfUnknown(l, pointer, pointer.type.name, steps)
      if (pointer.type.kind !== 'pointer') return l.fail('an index of what is no array')
      return derefPlace(l, addToPointer(l, pointer, pointer.type.to, steps, 1n))
    }
    case 'member': {
      if (e.arrow) return memberPlace(l, derefPlace(l, l.value(e.object)), e.name)
      if (l.isPlace(e.object)) return memberPlace(l, l.placeOf(e.object), e.name)
      const object = l.value(e.object)
      if (object.kind !== 'record') return l.fail(`member ${e.name} of what is no struct`)
      return memberPlace(l, { kind: 'memory', type: object.type, at: object.at }, e.name)
    }
    case 'call': {
      const expanded = expandedCall(l, e)
      if (expanded !== null) return l.placeOf(expanded)
      break
    }
    case 'generic':
      return l.placeOf(genericChoice(l, e))
    case 'comma':
      l.effect(e.left)
      return l.placeOf(e.right)
    case 'conditional': {
      const value = l.value(e)
      if (value.kind === 'record') return { kind: 'memory', type: value.type, at: value.at }
      break
    }
    case 'cast': {
      // GNU once let a cast be a place; between pointers and words of one size it still reads as one.
      break
    }
    default: {
      const value = l.value(e)
      if (value.kind === 'record') return { kind: 'memory', type: value.type, at: value.at }
    }
  }
  return l.fail('what is assigned to is no place')
}

/** An element of an array of unknown type: far enough from its neighbours for any members. */
function elementOfUnknown(l: Lowering, array: Value, name: string, index: Value): Place {
  if (l.options.kernelAccesses !== true) return l.fail('an index of what is no array')
  l.note(`what ${name} holds is not known, its elements lie in made-up places, type unknown, assumed u64`)
  const word = unsignedLong(l.model)
  const size = constant(BigInt(l.layouts.syntheticSize), word)
  const bytes = integerOperation(l, '*', toWord(l, index), size, word, word)
  const at = integerOperation(l, '+', retype(array, word), bytes, word, word)
  const type: CType = { kind: 'unknown', name: `${name}[]` }
  return { kind: 'memory', type, at: retype(at, pointerTo(type)) }
}

/** Whether an expression names a place, as far as its form says. */
export function isPlace(l: Lowering, e: Expression): boolean {
  switch (e.kind) {
    case 'identifier': {
      const meaning = meaningOf(l, e)
      return meaning.kind === 'place' || (meaning.kind === 'expression' && isPlace(l, meaning.expression))
    }
    case 'string':
    case 'compound-literal':
    case 'index':
      return true
    case 'unary':
      return e.operator === '*'
    case 'member':
      return e.arrow || isPlace(l, e.object)
    case 'call': {
      const expanded = expandedCall(l, e)
      return expanded !== null && isPlace(l, expanded)
    }
    case 'generic':
      return isPlace(l, genericChoice(l, e))
    default:
      return false
  }
}

/** The type of an expression, an array's or function's as it is. */
export function typeOfExpression(l: Lowering, e: Expression): CType {
  if (!isPlace(l, e)) return l.value(e).type
  const place = l.placeOf(e)
  return place.type
}
