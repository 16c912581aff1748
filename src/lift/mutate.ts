/**
 * Small wrong versions of a function: what a suite that drives it must tell from the right one. A mutant
 * changes the syntax tree in one place; whether it still compiles to something is for lowering to say.
 */
import { isBarrier, withoutLocks } from './locks-and-barriers.js'
import { type Put, placesIn, type SyntaxNode } from './places.js'
import type { BinaryOperator, Block, Expression, FunctionDefinition, Span, Statement } from './syntax/ast.js'

export type MutationKind =
  | 'delete a statement'
  | 'negate a condition'
  | 'swap neighbours'
  | 'drop a barrier'
  | 'drop a lock pair'
  | 'off by one'

/** One wrong version, and the part of the text that it is wrong in. */
export interface Mutant {
  readonly kind: MutationKind
  /** What is changed, for people who have the text at `span` before them: `< becomes <=`. */
  readonly change: string
  readonly span: Span
  readonly definition: FunctionDefinition
}

/** All mutants of a function, in the order of its text. */
export function mutantsOf(definition: FunctionDefinition): readonly Mutant[] {
  const places = [...placesIn(definition)]
  const tests = new Set(places.flatMap(({ node }) => testsOf(node)))
  const found = places.flatMap(({ node, put }) => [...ofNode(node, put), ...asValue(node, put, tests)])
  const locks = [...withoutLocks(definition)].map((one): Mutant => ({ kind: 'drop a lock pair', ...one }))
  return [...found, ...locks].sort(
    (a, b) => a.span.line - b.span.line || a.span.column - b.span.column || a.kind.localeCompare(b.kind),
  )
}

function* ofNode(node: SyntaxNode, put: Put): Generator<Mutant> {
  if (isAction(node)) {
    const kind = isBarrier(node) ? 'drop a barrier' : 'delete a statement'
    const { span } = node
    yield { kind, change: 'left out', span, definition: put({ kind: 'empty', span }) }
  }
  switch (node.kind) {
    case 'block':
      yield* neighboursIn(node, put)
      return
    case 'if':
    case 'while':
    case 'do':
      yield negated(node.test, (test) => put({ ...node, test }))
      return
    case 'for':
      if (node.test !== null) yield negated(node.test, (test) => put({ ...node, test }))
      return
    case 'conditional':
      if (node.then !== null) yield negated(node.test, (test) => put({ ...node, test }))
      return
    case 'logical':
      yield negated(node.left, (left) => put({ ...node, left }))
      yield negated(node.right, (right) => put({ ...node, right }))
      return
    case 'binary': {
      const operator = NEXT[node.operator]
      if (operator === undefined) return
      const change = `${node.operator} becomes ${operator}`
      yield { kind: 'off by one', change, span: node.span, definition: put({ ...node, operator }) }
      return
    }
    case 'integer': {
      const [digits = ''] = /^\d+$|^0x[0-9a-f]+$/i.exec(node.text) ?? []
      if (digits === '') return
      const text = String(BigInt(digits) + 1n)
      const change = `${node.text} becomes ${text}`
      yield { kind: 'off by one', change, span: node.span, definition: put({ ...node, text }) }
      return
    }
  }
}

/** The conditions that `ofNode` negates as such. */
function testsOf(node: SyntaxNode): readonly (Expression | null)[] {
  if (node.kind === 'logical') return [node.left, node.right]
  return 'test' in node ? [node.test] : []
}

/** An equality whose value is used: a condition that is given to somebody else. */
function* asValue(node: SyntaxNode, put: Put, tests: ReadonlySet<unknown>): Generator<Mutant> {
  if (node.kind !== 'binary' || tests.has(node)) return
  if (node.operator !== '==' && node.operator !== '!=') return
  const operator = node.operator === '==' ? '!=' : '=='
  const change = `${node.operator} becomes ${operator}`
  yield { kind: 'negate a condition', change, span: node.span, definition: put({ ...node, operator }) }
}

const NEXT: Partial<Record<BinaryOperator, BinaryOperator>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' }

function negated(test: Expression, put: (test: Expression) => FunctionDefinition): Mutant {
  const operand: Expression =
    test.kind === 'unary' && test.operator === '!'
      ? test.operand
      : { kind: 'unary', operator: '!', operand: test, span: test.span }
  return { kind: 'negate a condition', change: 'negated', span: test.span, definition: put(operand) }
}

function* neighboursIn(block: Block, put: Put): Generator<Mutant> {
  const { body } = block
  for (const [i, statement] of body.entries()) {
    const next = body[i + 1]
    if (next === undefined || statement.kind !== 'expression' || next.kind !== 'expression') continue
    const definition = put({ ...block, body: body.with(i, next).with(i + 1, statement) })
    yield { kind: 'swap neighbours', change: 'done after what follows it', span: statement.span, definition }
  }
}

/** A statement that a function can do without and still be one: not a declaration, not its last `return`. */
function isAction(node: SyntaxNode): node is Statement {
  const { kind } = node
  return kind === 'expression' || kind === 'break' || kind === 'continue' || kind === 'goto' || kind === 'if'
}
