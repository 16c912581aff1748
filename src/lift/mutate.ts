/**
 * Small wrong versions of a function: what a suite that drives it must tell from the right one. A mutant
 * changes the syntax tree in one place; whether it still compiles to something is for lowering to say.
 */
import type {
  BinaryOperator,
  Block,
  CallExpression,
  Expression,
  FunctionDefinition,
  Span,
  Statement,
} from './syntax/ast.js'

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
  const found = [...inNode(definition.body, (body) => ({ ...definition, body: body as Block }))]
  return [...found, ...withoutLocks(definition)].sort(
    (a, b) => a.span.line - b.span.line || a.span.column - b.span.column,
  )
}

/** The function with another node in a place of it. */
type Put = (replacement: unknown) => FunctionDefinition

function* inNode(node: unknown, put: Put): Generator<Mutant> {
  if (Array.isArray(node)) {
    for (const [i, child] of node.entries()) {
      yield* inNode(child, (replacement) => put(node.with(i, replacement)))
    }
    return
  }
  if (!isNode(node)) return
  yield* ofNode(node, put)
  for (const [key, child] of Object.entries(node)) {
    if (typeof child !== 'object' || NO_CODE.has(key)) continue
    yield* inNode(child, (replacement) => put({ ...node, [key]: replacement }))
  }
}

/** Members in which there is nothing that runs. */
const NO_CODE: ReadonlySet<string> = new Set(['span', 'type', 'designators'])

function isNode(value: unknown): value is Statement | Expression {
  return typeof value === 'object' && value !== null && 'kind' in value
}

function* ofNode(node: Statement | Expression, put: Put): Generator<Mutant> {
  switch (node.kind) {
    case 'block':
      yield* ofBlock(node, put)
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

const NEXT: Partial<Record<BinaryOperator, BinaryOperator>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' }

function negated(test: Expression, put: (test: Expression) => FunctionDefinition): Mutant {
  const operand: Expression =
    test.kind === 'unary' && test.operator === '!'
      ? test.operand
      : { kind: 'unary', operator: '!', operand: test, span: test.span }
  return { kind: 'negate a condition', change: 'negated', span: test.span, definition: put(operand) }
}

function* ofBlock(block: Block, put: Put): Generator<Mutant> {
  const { body } = block
  for (const [i, statement] of body.entries()) {
    if (isAction(statement)) {
      const kind = isBarrier(statement) ? 'drop a barrier' : 'delete a statement'
      const empty: Statement = { kind: 'empty', span: statement.span }
      const definition = put({ ...block, body: body.with(i, empty) })
      yield { kind, change: 'left out', span: statement.span, definition }
    }
    const next = body[i + 1]
    if (next === undefined || statement.kind !== 'expression' || next.kind !== 'expression') continue
    const definition = put({ ...block, body: body.with(i, next).with(i + 1, statement) })
    yield { kind: 'swap neighbours', change: 'done after what follows it', span: statement.span, definition }
  }
}

/** A statement that a function can do without and still be one: not a declaration, not its last `return`. */
function isAction({ kind }: Statement): boolean {
  return kind === 'expression' || kind === 'break' || kind === 'continue' || kind === 'goto' || kind === 'if'
}

function isBarrier(statement: Statement): boolean {
  return /^(barrier|smp_\w*mb\w*|[rw]?mb|dma_[rw]?mb)$/.test(calledBy(statement)?.name ?? '')
}

/** The call that a statement is, with the name of what it calls. */
function calledBy(statement: Statement): { readonly name: string; readonly call: CallExpression } | null {
  if (statement.kind !== 'expression') return null
  const { expression } = statement
  const called = expression.kind === 'assignment' ? expression.right : expression
  if (called.kind !== 'call' || called.callee.kind !== 'identifier') return null
  return { name: called.callee.name, call: called }
}

/** What takes a lock and what gives it back, by the C names, and what is left of each without the lock. */
const PAIRS: readonly {
  readonly take: string
  readonly release: string
  readonly bare?: readonly [take: string, release: string]
}[] = [
  { take: 'spin_lock', release: 'spin_unlock' },
  { take: 'spin_lock_nested', release: 'spin_unlock' },
  { take: 'rcu_read_lock', release: 'rcu_read_unlock' },
  { take: 'local_irq_save', release: 'local_irq_restore' },
  { take: 'local_irq_disable', release: 'local_irq_enable' },
  { take: 'pte_offset_map_lock', release: 'pte_unmap_unlock', bare: ['pte_offset_map', 'pte_unmap'] },
]

/** The function without one kind of lock: every taking and giving back of it, as they belong together. */
function* withoutLocks(definition: FunctionDefinition): Generator<Mutant> {
  for (const pair of PAIRS) {
    let first: Span | null = null
    let releases = 0
    const body = replaceCalls(definition.body, (call, name) => {
      if (name !== pair.take && name !== pair.release) return call
      if (name === pair.take) first ??= call.span
      else releases++
      if (pair.bare === undefined) return NOTHING(call.span)
      const [take, release] = pair.bare
      const identifier = name === pair.take ? take : release
      // Without the lock: pte_offset_map(pmd, addr) of (mm, pmd, addr, &ptl); pte_unmap(pte) of (pte, ptl).
      const args = name === pair.take ? call.args.slice(1, 3) : call.args.slice(0, 1)
      const text = `${identifier}()`
      return { ...call, callee: { kind: 'identifier', name: identifier, span: call.callee.span }, args, text }
    })
    if (first === null || releases === 0) continue
    const change = `${pair.take} and ${pair.release} left out`
    yield { kind: 'drop a lock pair', change, span: first, definition: { ...definition, body } }
  }
}

const NOTHING = (span: Span): Expression => ({ kind: 'integer', text: '0', span })

function replaceCalls<T>(node: T, change: (call: CallExpression, name: string) => Expression): T {
  if (Array.isArray(node)) return node.map((child: unknown) => replaceCalls(child, change)) as T
  if (typeof node !== 'object' || node === null) return node
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, child]) => [key, NO_CODE.has(key) ? child : replaceCalls(child, change)]),
  ) as T
  if (!isNode(copy) || copy.kind !== 'call' || copy.callee.kind !== 'identifier') return copy
  return change(copy, copy.callee.name) as T
}
