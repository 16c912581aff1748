/** What a call is: a macro's, an access of the kernel's, what the compiler knows, or a function's. */
import type { CallExpression, Expression } from '../syntax/ast.js'
import { builtinCall } from './builtins.js'
import { callByName, callThrough } from './function-calls.js'
import { accessCall } from './intrinsics.js'
import type { Lowering } from './lowering.js'
import { isOpaque, opaqueCall } from './opaque-calls.js'
import type { Value } from './value.js'

const NOTHING: Value = { kind: 'void', type: { kind: 'void' } }

/** The name that a call is made by, if it is one and not a variable of the function. */
export function calleeName(l: Lowering, e: CallExpression): string | null {
  let { callee } = e
  while (callee.kind === 'unary' && (callee.operator === '*' || callee.operator === '&'))
    callee = callee.operand
  if (callee.kind !== 'identifier') return null
  const isVariable = l.names.find(callee.name)?.kind === 'variable'
  // A macro's name with arguments is the macro, whatever variable has the same name.
  return isVariable && !l.scope.isMacro(callee.name) ? null : callee.name
}

/** What the call of a macro stands for; null where it is no macro's, or stays a call. */
export function expandedCall(l: Lowering, e: CallExpression): Expression | null {
  const name = calleeName(l, e)
  if (name === null || l.staysCall(name) || isOpaque(l, name) || !l.scope.isMacro(name)) return null
  return l.expansionOf(e)
}

export function callValue(l: Lowering, e: CallExpression, wanted: boolean): Value {
  const name = calleeName(l, e)
  if (name === null) return callThrough(l, l.value(e.callee), e, wanted)
  if (l.options.kernelAccesses) {
    const accessed = accessCall(l, name, e)
    if (accessed !== null) return accessed
  }
  if (!l.staysCall(name) && isOpaque(l, name)) return opaqueCall(l, name, e, wanted)
  const expanded = expandedCall(l, e)
  if (expanded !== null) {
    if (wanted) return l.value(expanded)
    l.effect(expanded)
    return NOTHING
  }
  const built = builtinCall(l, name, e, wanted)
  if (built !== null) return built
  return callByName(l, name, e, wanted)
}
