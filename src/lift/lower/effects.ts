/** What an expression can change. */
import type { Expression } from '../syntax/ast.js'
import type { Lowering } from './lowering.js'
import type { Value } from './value.js'

/** Whether an expression changes no variable; a quick look, false where in doubt. */
export function hasNoEffect(e: Expression): boolean {
  switch (e.kind) {
    case 'integer':
    case 'floating':
    case 'character':
    case 'string':
    case 'identifier':
    case 'sizeof':
    case 'offsetof':
      return true
    case 'unary':
      return hasNoEffect(e.operand)
    case 'cast':
      return hasNoEffect(e.operand)
    case 'binary':
      return hasNoEffect(e.left) && hasNoEffect(e.right)
    case 'member':
      return hasNoEffect(e.object)
    case 'index':
      return hasNoEffect(e.object) && hasNoEffect(e.index)
    default:
      return false
  }
}

/** A value as it is now, if what is evaluated before it is used can change it. */
export function heldBefore(l: Lowering, value: Value, later: readonly (Expression | undefined)[]): Value {
  return later.every((e) => e === undefined || hasNoEffect(e)) ? value : l.hold(value)
}
