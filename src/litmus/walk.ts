/** Looks through the code and the conditions of a test. */
import type { Expression, Location, Proposition, Statement, Value } from './syntax.js'

type Visit = (name: string, args: readonly Expression[]) => void

/** Calls `visit` with every call in the statements, those inside others too. */
export function forEachCall(statements: readonly Statement[], visit: Visit): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'declare':
      case 'assign':
        if (statement.value !== null) callsIn(statement.value, visit)
        break
      case 'store':
        callsIn(statement.address, visit)
        callsIn(statement.value, visit)
        break
      case 'expression':
        callsIn(statement.expression, visit)
        break
      case 'if':
        callsIn(statement.condition, visit)
        forEachCall(statement.whenTrue, visit)
        forEachCall(statement.whenFalse, visit)
        break
      case 'block':
        forEachCall(statement.body, visit)
        break
      case 'return':
        break
    }
  }
}

function callsIn(expression: Expression, visit: Visit): void {
  switch (expression.kind) {
    case 'call':
      visit(expression.name, expression.args)
      for (const argument of expression.args) callsIn(argument, visit)
      return
    case 'deref':
      callsIn(expression.address, visit)
      return
    case 'unary':
      callsIn(expression.operand, visit)
      return
    case 'binary':
      callsIn(expression.left, visit)
      callsIn(expression.right, visit)
      return
    case 'name':
    case 'number':
      return
  }
}

/** Calls `visit` with the locations, and the value if there is one, of every atom. */
export function forEachAtom(
  proposition: Proposition,
  visit: (locations: readonly Location[], value: Value | null) => void,
): void {
  switch (proposition.kind) {
    case 'is':
      visit([proposition.location], proposition.value)
      return
    case 'same':
      visit([proposition.left, proposition.right], null)
      return
    case 'not':
      forEachAtom(proposition.of, visit)
      return
    case 'and':
    case 'or':
      for (const part of proposition.of) forEachAtom(part, visit)
      return
    case 'implies':
      forEachAtom(proposition.left, visit)
      forEachAtom(proposition.right, visit)
      return
  }
}
