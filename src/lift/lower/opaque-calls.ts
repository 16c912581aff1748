/** Calls of macros that only the machine knows the meaning of: their results have a type, and no more. */
import type { CallExpression } from '../syntax/ast.js'
import { INT, VOID } from '../types/basic-types.js'
import type { CType, FunctionType } from '../types/c-type.js'
import { decay } from '../types/conversions.js'
import { expressionOf } from './arguments.js'
import { compareWithZero } from './arithmetic.js'
import { finish, type PreparedCall, passed, prototypeOf } from './function-calls.js'
import type { Lowering } from './lowering.js'
import { addressOf } from './memory.js'
import { Unsupported, type Value } from './value.js'

/** Whether a name is a macro of this kind. */
export function isOpaque(l: Lowering, name: string): boolean {
  return (l.scope.opaqueMacro?.(name) ?? null) !== null
}

/** A call that stays one: what it changes is handed over by address, and where it may go to is a choice. */
export function opaqueCall(l: Lowering, name: string, e: CallExpression, wanted: boolean): Value {
  const { changes, labels } = l.scope.opaqueMacro?.(name) ?? { changes: [], labels: [] }
  const targets = labels.flatMap((at) => {
    const target = e.args[at]
    return target?.kind === 'identifier' ? [target.name] : []
  })
  const returns = targets.length > 0 ? INT : resultOf(l, e)
  const values = e.args.flatMap((_, at) =>
    labels.includes(at) ? [] : (attempt(() => argumentOf(l, e, at, changes.includes(at))) ?? []),
  )
  const type: FunctionType = { kind: 'function', returns, parameters: null, variadic: false }
  const call: PreparedCall = {
    args: values.map((value) => passed(l, value)),
    types: values.map((value) => value.type),
  }
  const prototype = prototypeOf(l, type, call.types)
  l.addCallee(name)
  const result = finish(l, type, wanted || targets.length > 0, call, (to, args, machine) => {
    const shared = { op: 'call' as const, to, target: name, args, prototype }
    l.builder.emit(machine === null ? shared : { ...shared, type: machine })
  })
  for (const target of targets) {
    const next = l.builder.label()
    l.builder.branch(l.operand(compareWithZero(l, '!=', result)), l.labelNamed(target), next)
    l.builder.mark(next)
  }
  return targets.length > 0 ? { kind: 'void', type: VOID } : result
}

/** The type of what the macro expands to, without what is done there. */
function resultOf(l: Lowering, e: CallExpression): CType {
  const expression = l.scope.expandOpaque?.(e.text, e.span) ?? null
  if (expression === null) return VOID
  const type = attempt(() => l.typeOf(expression))
  if (type === null) {
    l.note(`the type of ${e.text.slice(0, e.text.indexOf('('))}() is unknown, assumed u64`)
    return { kind: 'unknown', name: e.text }
  }
  return decay(type)
}

/** The value of an argument; null for one that has none: a type, an operator, a token for `##`. */
function argumentOf(l: Lowering, e: CallExpression, at: number, isChanged: boolean): Value | null {
  const argument = e.args[at]
  if (argument === undefined || argument.kind === 'type' || argument.kind === 'raw') return null
  const expression = expressionOf(l, argument)
  if (expression.kind === 'string') return null
  if (expression.kind === 'identifier' && !isKnown(l, expression.name)) return null
  // What has no value, or not in C, is left out; tried first, so that no half of it is emitted.
  if (attempt(() => l.typeOf(expression)) === null) return null
  if (isChanged && l.isPlace(expression)) return addressOf(l, l.placeOf(expression))
  const value = l.hold(l.value(expression))
  return value.kind === 'void' ? null : value
}

function isKnown(l: Lowering, name: string): boolean {
  const { scope } = l
  return (
    l.names.find(name) !== null ||
    scope.constant(name) !== null ||
    scope.global(name) !== null ||
    scope.isMacro(name)
  )
}

function attempt<T>(run: () => T): T | null {
  try {
    return run()
  } catch (problem) {
    if (problem instanceof Unsupported) return null
    throw problem
  }
}
