/** Loops whose head a macro gives and whose body stands in the file. */
import type { CallExpression, Statement } from '../syntax/index.js'

/** Stands for the body of a loop while its head is parsed. */
export const BODY = '__body_of_iteration'

/** The statement with a loop's body in the place that was kept for it; null if there is no such place. */
export function withBody(head: Statement, body: Statement): Statement | null {
  let found = false
  const replaced = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replaced)
    if (typeof value !== 'object' || value === null) return value
    if (isPlaceOfBody(value)) {
      found = true
      return body
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]))
  }
  const result = replaced(head) as Statement
  return found ? result : null
}

function isPlaceOfBody(value: object): boolean {
  const statement = value as Partial<Statement & { readonly kind: 'expression' }>
  if (statement.kind !== 'expression' || statement.expression?.kind !== 'call') return false
  const call: CallExpression = statement.expression
  return call.callee.kind === 'identifier' && call.callee.name === BODY
}
