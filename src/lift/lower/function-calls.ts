/** Calls of functions, by name and by pointer: what is handed over, and what comes back. */
import type { AnswerDomain, CallPrototype, IntType, Operand } from '../../machine/index.js'
import type { CallExpression } from '../syntax/ast.js'
import { INT } from '../types/basic-types.js'
import type { CType, FunctionType } from '../types/c-type.js'
import { promoteArgument } from '../types/conversions.js'
import { spellType } from '../types/spell-type.js'
import { expressionOf } from './arguments.js'
import { convert } from './arithmetic.js'
import { heldBefore } from './effects.js'
import { libraryFunction } from './library.js'
import type { Lowering } from './lowering.js'
import { copyRecord, load, scalarType, store } from './memory.js'
import { intType, type Value } from './value.js'
import { restArea } from './variadic.js'
import { isWide } from './wide-integers.js'
import { retype } from './word-arithmetic.js'

const NOTHING: Value = { kind: 'void', type: { kind: 'void' } }

/** Calls a function by its name, which is not looked up as a macro's. */
export function callByName(l: Lowering, name: string, e: CallExpression, wanted: boolean): Value {
  const local = l.names.find(name)
  const declared = local?.kind === 'global' ? local.type : l.scope.prototype(name)
  if (declared === null) {
    const global = l.scope.global(name)
    if (global !== null && global.type.kind !== 'function')
      return callThrough(l, l.value(e.callee), e, wanted)
  }
  const known = l.scope.prototype(name) ?? declared ?? libraryFunction(name, l.model)
  const type: FunctionType = known?.kind === 'function' ? known : implicitFunction(l, name)
  l.addCallee(name)
  const direct = l.options.passesRestDirectly?.(name) === true
  const call = prepare(l, type, e, direct)
  const prototype = prototypeOf(l, type, call.types)
  return finish(l, type, wanted, call, (to, args, result) => {
    const shared = { op: 'call' as const, to, target: name, args, prototype }
    l.builder.emit(result === null ? shared : { ...shared, type: result })
  })
}

function implicitFunction(l: Lowering, name: string): FunctionType {
  // What the kernel's configuration leaves out is not declared either.
  if (l.options.kernelAccesses === true) {
    l.note(`${name} is not declared, what it returns has a type unknown, assumed u64`)
    const returns: CType = { kind: 'unknown', name: `${name}()` }
    return { kind: 'function', returns, parameters: null, variadic: false }
  }
  l.note(`${name} is not declared, taken for int ${name}()`)
  return { kind: 'function', returns: INT, parameters: null, variadic: false }
}

/** Calls the function that a value points to. */
export function callThrough(l: Lowering, callee: Value, e: CallExpression, wanted: boolean): Value {
  const { type: pointer } = callee
  const to = pointer.kind === 'pointer' ? pointer.to : pointer
  let type: FunctionType
  if (to.kind === 'function') type = to
  else if (pointer.kind === 'unknown' || (to.kind === 'unknown' && pointer.kind === 'pointer')) {
    l.note(`the type of the function that ${textOf(e)} calls is unknown, assumed to return u64`)
    type = {
      kind: 'function',
      returns: { kind: 'unknown', name: textOf(e) },
      parameters: null,
      variadic: false,
    }
  } else return l.fail('a call of what is no function')
  if (callee.kind === 'symbol' && callee.offset === 0n) {
    const call = prepare(l, type, e, l.options.passesRestDirectly?.(callee.name) === true)
    const prototype = prototypeOf(l, type, call.types)
    return finish(l, type, wanted, call, (to, args, result) => {
      const shared = { op: 'call' as const, to, target: callee.name, args, prototype }
      l.builder.emit(result === null ? shared : { ...shared, type: result })
    })
  }
  const held = l.hold(callee)
  const call = prepare(l, type, e, false)
  const prototype = prototypeOf(l, type, call.types)
  const operand = l.operand(held)
  return finish(l, type, wanted, call, (to, args, result) => {
    const shared = { op: 'call-pointer' as const, to, pointer: operand, args, prototype, text: textOf(e) }
    l.builder.emit(result === null ? shared : { ...shared, type: result })
  })
}

/** The callee of a call through a pointer as it is written. */
function textOf(e: CallExpression): string {
  const end = e.text.indexOf('(', e.text.startsWith('(') ? e.text.indexOf(')') : 0)
  return (end > 0 ? e.text.slice(0, end) : e.text).trim()
}

export interface PreparedCall {
  readonly args: readonly Operand[]
  /** C's types of the arguments, without hidden ones. */
  readonly types: readonly CType[]
}

/** Evaluates the arguments from left to right, and puts them where the callee looks for them. */
function prepare(l: Lowering, type: FunctionType, e: CallExpression, direct: boolean): PreparedCall {
  const { parameters } = type
  const values: Value[] = []
  for (const [i, argument] of e.args.entries()) {
    const value = l.value(expressionOf(l, argument))
    const parameter = parameters?.[i]
    const to = parameter ?? promoteArgument(value.type)
    if (value.kind === 'void') return l.fail('a void expression as an argument')
    const isUnion = (to.kind === 'union' || to.kind === 'struct') && value.kind !== 'record'
    const converted = isUnion ? l.rules.castToUnion(l, to, value) : convert(l, value, to)
    const later = e.args.slice(i + 1).map((other) => expressionOf(l, other))
    values.push(value.kind === 'record' ? converted : heldBefore(l, converted, later))
  }
  const fixed = parameters === null ? values.length : parameters.length
  const count = type.variadic && !direct ? Math.min(fixed, values.length) : values.length
  const args = values.slice(0, count).map((value) => passed(l, value))
  if (type.variadic && !direct) {
    while (args.length < fixed) args.push({ kind: 'constant', value: 0n })
    args.push(
      restArea(
        l,
        values.slice(count).map((value) => ({ operand: passed(l, value), type: value.type })),
      ),
    )
  }
  return { args, types: values.map((value) => value.type) }
}

/** A struct, or an integer of 128 bits, is passed as the address of a copy that is the callee's. */
export function passed(l: Lowering, value: Value): Operand {
  if (value.kind !== 'record' && value.kind !== 'wide') return l.operand(value)
  const copy = l.temporaryObject('argument', value.type)
  if (value.kind === 'wide') {
    refuseWideOfKernel(l)
    store(l, { kind: 'memory', type: value.type, at: copy }, value)
  } else copyRecord(l, copy, value.at, l.sizeOf(value.type))
  return l.operand(copy)
}

/** What is not C takes and gives words. */
export function refuseWideOfKernel(l: Lowering): void {
  if (l.options.kernelAccesses === true) l.fail('128-bit integers handed over')
}

export function finish(
  l: Lowering,
  type: FunctionType,
  wanted: boolean,
  call: PreparedCall,
  emit: (to: number | null, args: readonly Operand[], result: IntType | null) => void,
): Value {
  const { returns } = type
  if (isWide(returns)) {
    refuseWideOfKernel(l)
    const at = l.temporaryObject('result', returns)
    emit(null, [l.operand(at), ...call.args], null)
    return load(l, { kind: 'memory', type: returns, at })
  }
  if (returns.kind === 'void') {
    emit(null, call.args, null)
    return NOTHING
  }
  if (returns.kind === 'struct' || returns.kind === 'union') {
    const at = l.temporaryObject('result', returns)
    emit(null, [l.operand(at), ...call.args], null)
    return { kind: 'record', type: returns, at }
  }
  const result =
    returns.kind === 'function' || returns.kind === 'array'
      ? intType(l.model.wordBits, false)
      : scalarType(l, returns)
  if (!wanted) {
    emit(null, call.args, result)
    return NOTHING
  }
  const register = l.builder.temporary()
  emit(register, call.args, result)
  return { kind: 'register', type: returns, register }
}

/** How C sees a call whose arguments have these types. */
export function prototypeOf(l: Lowering, type: FunctionType, args: readonly CType[]): CallPrototype {
  return {
    args: args.map((argument, i) => spellType(type.parameters?.[i] ?? argument)),
    returns: spellType(type.returns),
    answers: answersOf(l, type.returns),
  }
}

/** What the prototype alone says of the results; comparisons add to it (answers.ts). */
function answersOf(l: Lowering, type: CType): AnswerDomain {
  switch (type.kind) {
    case 'void':
      return { kind: 'void' }
    case 'integer':
      if (type.isBool) return { kind: 'bool' }
      if (isWide(type)) return { kind: 'unknown' }
      return { kind: 'integer', type: scalarType(l, type) as IntType, values: type.enumerators ?? [] }
    case 'pointer':
      return { kind: 'pointer', to: spellType(type.to), mayBeNull: false, mayBeError: false }
    default:
      return { kind: 'unknown' }
  }
}

/** Calls a function of this name for the compiler's own ends: a cleanup. */
export function callNamed(l: Lowering, name: string, args: readonly Value[]): void {
  const type: FunctionType = l.scope.prototype(name) ?? {
    kind: 'function',
    returns: { kind: 'void' },
    parameters: null,
    variadic: false,
  }
  l.addCallee(name)
  const values = args.map((value, i) => {
    const parameter = type.parameters?.[i]
    return parameter === undefined ? value : convert(l, retype(value, value.type), parameter)
  })
  l.builder.call(
    null,
    name,
    values.map((value) => l.operand(value)),
    prototypeOf(
      l,
      type,
      values.map((value) => value.type),
    ),
  )
}
