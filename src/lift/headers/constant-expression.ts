/** Constant expressions in syntax trees: lengths of arrays, widths of bit-fields, values of enumerators. */
import type { Expression, TypeSyntax } from '../syntax/index.js'
import type { CType } from '../types/c-type.js'
import {
  binaryValue,
  builtinValue,
  characterValue,
  convert,
  INT,
  type IntegerShape,
  literalValue,
  NotConstant,
  type TypedValue,
  truthShape,
  unaryValue,
  usualShape,
  wordShape,
} from './integers.js'

/** What a constant expression asks of the place where it stands. */
export interface ConstantNames {
  readonly wordBits: 32 | 64
  readonly named: (name: string) => TypedValue | null
  /** Null for a type that can't be had. */
  readonly typeOf: (type: TypeSyntax) => CType | null
  readonly typeOfExpression: (expression: Expression) => CType | null
  /** Bytes; null where unknown. */
  readonly size: (type: CType) => number | null
  readonly align: (type: CType) => number | null
  readonly offset: (expression: Expression & { readonly kind: 'offsetof' }) => number | null
}

const MAX_DEPTH = 400

/** The value of an expression; null if it is not constant. */
export function constantValue(expression: Expression, names: ConstantNames): TypedValue | null {
  return guarded(() => evaluate(expression, names, 0))
}

/** The integer type of a C type, as calculations with constants need it. */
export function shapeOf(type: CType | null, wordBits: 32 | 64): IntegerShape | 'pointer' | 'other' {
  if (type?.kind === 'integer') {
    return { bits: type.isBool ? 8 : type.bits, signed: type.signed, rank: type.isBool ? 0 : type.rank }
  }
  if (type?.kind === 'pointer') return 'pointer'
  return type?.kind === 'unknown' ? wordShape(wordBits) : 'other'
}

function guarded<T>(value: () => T): T | null {
  try {
    return value()
  } catch (error) {
    if (error instanceof NotConstant) return null
    throw error
  }
}

function evaluate(e: Expression, names: ConstantNames, depth: number): TypedValue {
  if (depth > MAX_DEPTH) throw new NotConstant('too deep')
  const rules = { wordBits: names.wordBits }
  const inner = (expression: Expression): TypedValue => evaluate(expression, names, depth + 1)
  const optional = (expression: Expression): TypedValue | null => guarded(() => inner(expression))
  const size = (bytes: number | null): TypedValue => {
    if (bytes === null) throw new NotConstant('unknown size')
    return { value: BigInt(bytes), shape: wordShape(names.wordBits) }
  }
  switch (e.kind) {
    case 'integer':
      return literalValue(e.text, rules)
    case 'character':
      return { value: characterValue(e.text), shape: INT }
    case 'identifier': {
      const value = names.named(e.name)
      if (value === null) throw new NotConstant(e.name)
      return value
    }
    case 'unary':
      if (e.operator === '!')
        return { value: inner(e.operand).value === 0n ? 1n : 0n, shape: truthShape(rules) }
      if (e.operator === '-' || e.operator === '+' || e.operator === '~')
        return unaryValue(e.operator, inner(e.operand))
      throw new NotConstant(e.operator)
    case 'binary':
      return binaryValue(e.operator, inner(e.left), inner(e.right), rules)
    case 'logical': {
      const left = inner(e.left).value !== 0n
      const isDecided = e.operator === '&&' ? !left : left
      const holds = isDecided ? left : inner(e.right).value !== 0n
      return { value: holds ? 1n : 0n, shape: truthShape(rules) }
    }
    case 'conditional': {
      const test = inner(e.test)
      const holds = test.value !== 0n
      const [taken, other] = holds ? [e.then ?? e.test, e.otherwise] : [e.otherwise, e.then ?? e.test]
      const value = inner(taken)
      const beside = optional(other)
      if (beside === null || value.pointer || beside.pointer) return value
      return convert(value.value, usualShape(value.shape, beside.shape, rules))
    }
    case 'comma':
      return inner(e.right)
    case 'cast': {
      const shape = shapeOf(names.typeOf(e.type), names.wordBits)
      if (shape === 'other') throw new NotConstant('no integer')
      const { value } = inner(e.operand)
      return shape === 'pointer'
        ? { ...convert(value, wordShape(names.wordBits)), pointer: true }
        : convert(value, shape)
    }
    case 'sizeof': {
      const type = e.of.kind === 'type' ? names.typeOf(e.of.type) : names.typeOfExpression(e.of)
      if (type === null) throw new NotConstant('unknown type')
      return size(e.what === 'sizeof' ? names.size(type) : names.align(type))
    }
    case 'offsetof':
      return size(names.offset(e))
    case 'call': {
      if (e.callee.kind !== 'identifier') throw new NotConstant('call')
      if (e.callee.name === '__builtin_types_compatible_p') return sameTypes(e.args, names)
      return builtinValue(
        e.callee.name,
        (index) => {
          const argument = e.args[index]
          return argument === undefined || argument.kind === 'type' || argument.kind === 'raw'
            ? null
            : optional(argument)
        },
        names.wordBits,
      )
    }
    default:
      throw new NotConstant(e.kind)
  }
}

function sameTypes(args: (Expression & { readonly kind: 'call' })['args'], names: ConstantNames): TypedValue {
  const [left, right] = args.map((argument) =>
    argument.kind === 'type' ? shapeOf(names.typeOf(argument.type), names.wordBits) : 'other',
  )
  if (typeof left !== 'object' || typeof right !== 'object') throw new NotConstant('types')
  const same = left.bits === right.bits && left.signed === right.signed && left.rank === right.rank
  return { value: same ? 1n : 0n, shape: INT }
}
