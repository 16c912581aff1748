/** Constant parts of expressions: offsets of members, and what is surely no constant. */
import type { Designator, Expression } from '../syntax/ast.js'
import { unsignedLong } from '../types/basic-types.js'
import type { CType } from '../types/c-type.js'
import { integerOperation, sizeValue, toWord } from './arithmetic.js'
import type { Lowering } from './lowering.js'
import type { Value } from './value.js'
import { constant } from './word-arithmetic.js'

/** `offsetof(type, a.b[i])`. */
export function offsetOf(l: Lowering, type: CType, path: readonly Designator[]): Value {
  const word = unsignedLong(l.model)
  let at = type
  let sum = constant(0n, word)
  for (const step of path) {
    if (step.kind === 'member') {
      if (at.kind !== 'struct' && at.kind !== 'union')
        return l.fail(`offsetof of member ${step.name} of what is no struct`)
      const member = l.member(at, step.name)
      if (member.bits !== null) return l.fail('offsetof of a bit-field')
      sum = integerOperation(l, '+', sum, constant(BigInt(member.offset), word), word, word)
      at = member.type
    } else {
      if (at.kind !== 'array') return l.fail('offsetof of an element of what is no array')
      const index = toWord(l, l.value(step.index))
      const bytes = integerOperation(l, '*', index, sizeValue(l, at.of), word, word)
      sum = integerOperation(l, '+', sum, bytes, word, word)
      at = at.of
    }
  }
  return sum
}

/** False for what can't be an integer constant, judged by its form. */
export function mayBeConstant(l: Lowering, e: Expression, depth = 0): boolean {
  if (depth > 100) return false
  const inside = (inner: Expression): boolean => mayBeConstant(l, inner, depth + 1)
  switch (e.kind) {
    case 'integer':
    case 'character':
    case 'floating':
    case 'sizeof':
    case 'offsetof':
      return true
    case 'identifier': {
      const local = l.names.find(e.name)
      if (local !== null) return local.kind === 'constant'
      return l.scope.constant(e.name) !== null || l.scope.isMacro(e.name)
    }
    case 'unary':
      return e.operator === '&' ? isOffsetForm(e.operand, depth + 1) : e.operator !== '*' && inside(e.operand)
    case 'cast':
      return inside(e.operand)
    case 'binary':
      return inside(e.left) && inside(e.right)
    case 'logical':
      return inside(e.left)
    case 'conditional':
      return inside(e.test) && (e.then === null || inside(e.then) || inside(e.otherwise))
    case 'comma':
      return inside(e.left) && inside(e.right)
    case 'call':
      return (
        e.callee.kind === 'identifier' &&
        (e.callee.name.startsWith('__builtin_') || l.scope.isMacro(e.callee.name))
      )
    case 'generic':
    case 'statement-expression':
      return true
    default:
      return false
  }
}

/** `&((struct s *)0)->m`. */
function isOffsetForm(e: Expression, depth: number): boolean {
  if (depth > 100) return false
  if (e.kind === 'member') return e.arrow ? e.object.kind === 'cast' : isOffsetForm(e.object, depth + 1)
  if (e.kind === 'index') return isOffsetForm(e.object, depth + 1)
  return e.kind === 'unary' && e.operator === '*' && e.operand.kind === 'cast'
}
