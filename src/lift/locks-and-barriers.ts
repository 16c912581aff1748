/** Barriers and locks in C text, by the names of what is called. */
import { isNode, NO_CODE } from './places.js'
import type { CallExpression, Expression, FunctionDefinition, Span, Statement } from './syntax/ast.js'

/** True for a statement that is a memory barrier and nothing else. */
export function isBarrier(statement: Statement): boolean {
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

/** A function without one kind of lock. */
export interface Unlocked {
  /** `spin_lock and spin_unlock left out`. */
  readonly change: string
  /** Where it is taken first. */
  readonly span: Span
  readonly definition: FunctionDefinition
}

/** True for a statement that takes or gives back a lock that the function has both of. */
export function isLocking(statement: Statement, definition: FunctionDefinition): boolean {
  const name = calledBy(statement)?.name
  return PAIRS.some((pair) => (name === pair.take || name === pair.release) && hasPair(definition, pair))
}

function hasPair({ body }: FunctionDefinition, { take, release }: (typeof PAIRS)[number]): boolean {
  const names = new Set<string>()
  replaceCalls(body, (call, name) => {
    names.add(name)
    return call
  })
  return names.has(take) && names.has(release)
}

/** The function without one kind of lock: every taking and giving back of it, as they belong together. */
export function* withoutLocks(definition: FunctionDefinition): Generator<Unlocked> {
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
    yield { change, span: first, definition: { ...definition, body } }
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
