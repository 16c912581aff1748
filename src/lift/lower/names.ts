/** What an identifier in an expression stands for. */
import type { Expression, IdentifierExpression } from '../syntax/ast.js'
import type { CType } from '../types/c-type.js'
import type { Lowering } from './lowering.js'
import { isOpaque, opaqueCall } from './opaque-calls.js'
import type { Place, Value } from './value.js'

/** An identifier's meaning. */
export type Meaning =
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'value'; readonly value: Value }
  /** It is a macro. */
  | { readonly kind: 'expression'; readonly expression: Expression }

export function meaningOf(l: Lowering, { name, span }: IdentifierExpression): Meaning {
  const local = l.names.find(name)
  if (local?.kind === 'variable') return { kind: 'place', place: local.place }
  if (local?.kind === 'constant') return constantMeaning(local.constant)
  if (local?.kind === 'global') return { kind: 'place', place: symbolPlace(l, name, local.type) }
  if (local?.kind === 'type') return l.fail(`type ${name} as a value`)
  const { scope } = l
  const named = scope.constant(name)
  if (named !== null) return constantMeaning(named)
  if (isOpaque(l, name)) {
    const callee = { kind: 'identifier' as const, span, name }
    const call = { kind: 'call' as const, span, callee, args: [], text: name }
    return { kind: 'value', value: opaqueCall(l, name, call, true) }
  }
  if (scope.isMacro(name)) {
    const expression = scope.expandExpression(name, span)
    if (expression !== null && !isItself(expression, name)) return { kind: 'expression', expression }
  }
  const global = scope.global(name)
  if (global !== null) return { kind: 'place', place: symbolPlace(l, name, global.type) }
  const prototype = scope.prototype(name)
  if (prototype !== null) {
    l.addCallee(name)
    return { kind: 'place', place: symbolPlace(l, name, prototype) }
  }
  if (FUNCTION_NAMES.has(name)) return { kind: 'place', place: functionNamePlace(l) }
  if (scope.typeNamed(name) !== null) return l.fail(`type ${name} as a value`)
  l.note(`${name} is not declared, type unknown, assumed u64`)
  return { kind: 'place', place: symbolPlace(l, name, { kind: 'unknown', name }) }
}

const FUNCTION_NAMES: ReadonlySet<string> = new Set(['__func__', '__FUNCTION__', '__PRETTY_FUNCTION__'])

function isItself(expression: Expression, name: string): boolean {
  return expression.kind === 'identifier' && expression.name === name
}

function constantMeaning({ value, type }: { readonly value: bigint; readonly type: CType }): Meaning {
  const bits = type.kind === 'integer' ? type.bits : 64
  return { kind: 'value', value: { kind: 'constant', type, value: BigInt.asUintN(bits, value) } }
}

/** A global or function as a place. */
export function symbolPlace(l: Lowering, name: string, type: CType): Place {
  if (type.kind === 'function') l.addCallee(name)
  else l.mention(name)
  return {
    kind: 'memory',
    type,
    at: { kind: 'symbol', type: { kind: 'pointer', to: type }, name, offset: 0n },
  }
}

function functionNamePlace(l: Lowering): Place {
  return l.rules.stringPlace(l, [`"${l.frame.name}"`])
}
