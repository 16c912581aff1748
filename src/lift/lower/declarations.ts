/** Declarations inside functions: where variables live, and what they hold at first. */
import type { Declaration, Expression, Statement, VariableSyntax } from '../syntax/ast.js'
import type { CType } from '../types/c-type.js'
import { sizeValue } from './arithmetic.js'
import { lengthFrom } from './initializers.js'
import type { Lowering } from './lowering.js'
import type { Place } from './value.js'

/** Declares variables, types and functions inside a function. */
export function lowerDeclaration(l: Lowering, d: Declaration): void {
  const product = asProduct(l, d)
  if (product !== null) {
    l.effect(product)
    return
  }
  // Structs and enums are defined even where no variable is.
  const base = d.variables.length === 0 ? l.typeOfSyntax(d.type) : null
  if (base !== null) return
  for (const variable of d.variables) l.inSpan(variable.span, () => declare(l, d.storage, variable))
}

function declare(l: Lowering, storage: Declaration['storage'], v: VariableSyntax): void {
  let type = l.typeOfSyntax(v.type)
  if (storage === 'typedef') {
    l.names.names.set(v.name, { kind: 'type', type })
    return
  }
  if (type.kind === 'function' || storage === 'extern') {
    l.names.names.set(v.name, { kind: 'global', type: externalType(l, v.name, type) })
    return
  }
  if (
    type.kind === 'array' &&
    type.length === null &&
    type.lengthIn === undefined &&
    v.initializer !== null
  ) {
    type = { ...type, length: lengthFrom(l, type, v.initializer) }
  }
  if (storage === 'static') {
    l.rules.staticLocal(l, v, type)
    return
  }
  const place = variablePlace(l, v, type)
  l.names.names.set(v.name, { kind: 'variable', place })
  if (v.initializer !== null) l.rules.initializeLocal(l, place, v.initializer)
  if (v.cleanup !== null) {
    if (place.kind === 'register') {
      if (!l.isTrial) l.inMemory.add(v.name)
    } else if (place.kind === 'memory') l.names.cleanups.push({ run: v.cleanup, variable: place.at })
  }
}

/** What is said of a variable at file scope, where that says more than this declaration. */
function externalType(l: Lowering, name: string, type: CType): CType {
  if (type.kind === 'function') return l.scope.prototype(name) ?? type
  return l.scope.global(name)?.type ?? type
}

/** Where a variable of a function lives. */
export function variablePlace(l: Lowering, v: VariableSyntax, type: CType): Place {
  const { name } = v
  if (livesInRegister(l, name, type)) {
    return { kind: 'register', type, register: l.builder.register(name), name }
  }
  const pointer: CType = { kind: 'pointer', to: type }
  if (l.layouts.sizeOf(type) === null && type.kind === 'array') {
    const register = l.builder.register(`&${name}`)
    const bytes = l.operand(sizeValue(l, type))
    l.builder.emit({ op: 'allocate', to: register, bytes, name })
    return { kind: 'memory', type, at: { kind: 'register', type: pointer, register } }
  }
  const aligned = v.aligned == null ? 1 : Number(l.constantOf(v.aligned) ?? 1n)
  const align = Math.max(l.layouts.alignOf(type), aligned)
  const register = l.builder.object(name, Math.max(l.sizeOf(type), 1), align)
  return { kind: 'memory', type, at: { kind: 'register', type: pointer, register } }
}

export function livesInRegister(l: Lowering, name: string, type: CType): boolean {
  if (l.inMemory.has(name)) return false
  switch (type.kind) {
    case 'integer':
      return type.bits !== 128
    case 'floating':
    case 'pointer':
    case 'unknown':
      return true
    default:
      return false
  }
}

/** `a * b;` reads as a declaration; where `a` is a variable it is none. */
export function asProduct(l: Lowering, s: Statement): Expression | null {
  if (s.kind !== 'declaration' || s.type.kind !== 'named' || s.variables.length !== 1) return null
  const [variable] = s.variables
  const left = s.type.name
  if (variable?.type.kind !== 'pointer' || variable.type.to.kind !== 'named') return null
  if (variable.initializer !== null || l.names.find(left)?.kind !== 'variable') return null
  const { span } = variable
  const operand = (name: string): Expression => ({ kind: 'identifier', span, name })
  return { kind: 'binary', operator: '*', span: s.span, left: operand(left), right: operand(variable.name) }
}
