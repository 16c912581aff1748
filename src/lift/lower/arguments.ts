/** Arguments of calls. */
import type { CallExpression, Expression } from '../syntax/ast.js'
import type { Lowering } from './lowering.js'

/** An argument as an expression, also one whose name was taken for a type's. */
export function expressionOf(l: Lowering, argument: CallExpression['args'][number]): Expression {
  if (argument.kind === 'type' && argument.type.kind === 'named') {
    return { kind: 'identifier', span: argument.span, name: argument.type.name }
  }
  if (argument.kind === 'type' || argument.kind === 'raw') return l.fail('an argument that is no expression')
  return argument
}

/** The arguments of a call as expressions. */
export function expressionsOf(l: Lowering, e: CallExpression): Expression[] {
  return e.args.map((argument) => expressionOf(l, argument))
}
