/**
 * What can be taken out of a function one at a time, to see what it is there for: an operand of a condition (its
 * test taken as true, as false), a barrier, a pair of lock and unlock, a statement.
 */
import { isBarrier, isLocking, withoutLocks } from './locks-and-barriers.js'
import { type Put, placesIn, type SyntaxNode, withText } from './places.js'
import type { Expression, FunctionDefinition, Span, Statement } from './syntax/ast.js'

export interface Removal {
  readonly kind: 'condition' | 'barrier' | 'lock pair' | 'statement'
  /** What becomes of it: `taken as true`, `left out`. */
  readonly change: string
  /** Unique in its function, for command lines: `condition@38:14=true`, `barrier@35:3`. */
  readonly id: string
  readonly span: Span
  /** The function without it. */
  readonly definition: FunctionDefinition
}

/** All removals of a function, in the order of its text. */
export function removalsOf(definition: FunctionDefinition): readonly Removal[] {
  const found = new Map<string, Removal>()
  const add = (removal: Removal): void => {
    if (!found.has(removal.id)) found.set(removal.id, removal)
  }
  for (const { node, put } of placesIn(definition)) {
    if (node.kind === 'logical') for (const one of inCondition(node, put)) add(one)
    else if (isRemovable(node)) {
      if (!isLocking(node, definition)) add(removed(node, put({ kind: 'empty', span: node.span })))
    } else if ('test' in node && node.test !== null) {
      for (const one of inCondition(node.test, (test) => put({ ...node, test }))) add(one)
    }
  }
  for (const { change, span, definition: unlocked } of withoutLocks(definition)) {
    add({ kind: 'lock pair', change, id: `lock@${placeOf(span)}`, span, definition: unlocked })
  }
  return [...found.values()].sort((a, b) => a.span.line - b.span.line || a.span.column - b.span.column)
}

function placeOf({ line, column }: Span): string {
  return `${line}:${column}`
}

/** The operands of `&&` and `||`, also behind `!` and `likely()`; a test without them is one operand. */
function* inCondition(test: Expression, put: Put): Generator<Removal> {
  if (test.kind === 'logical') {
    yield* inCondition(test.left, (left) => put({ ...test, left }))
    yield* inCondition(test.right, (right) => put({ ...test, right }))
    return
  }
  if (test.kind === 'unary' && test.operator === '!' && hasOperands(test.operand)) {
    yield* inCondition(test.operand, (operand) => put({ ...test, operand }))
    return
  }
  const hinted = hintedBy(test)
  if (hinted !== null && hasOperands(hinted)) {
    yield* inCondition(hinted, (argument) => put(withText({ ...test, args: [argument] } as Expression)))
    return
  }
  if (test.kind === 'integer') return
  for (const [answer, text] of [
    [true, '1'],
    [false, '0'],
  ] as const) {
    const constant: Expression = { kind: 'integer', text, span: test.span }
    yield {
      kind: 'condition',
      change: `taken as ${answer}`,
      id: `condition@${placeOf(test.span)}=${answer}`,
      span: test.span,
      definition: put(constant),
    }
  }
}

/** True if there is a `&&` or `||` in the test that is found by looking through `!` and `likely()`. */
function hasOperands(test: Expression): boolean {
  if (test.kind === 'logical') return true
  if (test.kind === 'unary' && test.operator === '!') return hasOperands(test.operand)
  const hinted = hintedBy(test)
  return hinted !== null && hasOperands(hinted)
}

/** What `likely()` or `unlikely()` is asked of. */
function hintedBy(test: Expression): Expression | null {
  if (test.kind !== 'call' || test.callee.kind !== 'identifier') return null
  const [argument] = test.args
  if (!/^(un)?likely$/.test(test.callee.name) || argument === undefined) return null
  return argument.kind === 'type' || argument.kind === 'raw' ? null : argument
}

/** Not declarations, and not the last word of a function; an `if` goes by its condition. */
function isRemovable(node: SyntaxNode): node is Statement {
  const { kind } = node
  return kind === 'expression' || kind === 'break' || kind === 'continue' || kind === 'goto'
}

function removed(statement: Statement, definition: FunctionDefinition): Removal {
  const kind = isBarrier(statement) ? 'barrier' : 'statement'
  const { span } = statement
  return { kind, change: 'left out', id: `${kind}@${placeOf(span)}`, span, definition }
}
