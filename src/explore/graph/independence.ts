/** When further reads of a thread constrain a graph one by one: the condition of docs/adr/0004-graphs.md. */
import { BitMatrix } from './bit-matrix.js'
import type { ExecutionGraph, FenceTag } from './execution-graph.js'

/** Events of read-side sections and of what waits for them: order that goes against the flow of time. */
const SECTION_TAGS: ReadonlySet<string> = new Set<FenceTag>([
  'rcu-lock',
  'rcu-unlock',
  'sync-rcu',
  'irq-off',
  'irq-on',
  'ipi',
  'sync-srcu',
  'srcu-lock',
  'srcu-unlock',
])

/**
 * True if all of the graph could have happened one after the other (it is sequentially consistent), and nothing
 * in it is plain or belongs to a read-side section.
 */
export function readsAreIndependent({ nodes, source, coherence }: ExecutionGraph): boolean {
  if (nodes.some(({ tag }) => tag === 'plain' || SECTION_TAGS.has(tag))) return false
  const order = new BitMatrix(nodes.length)
  const lastOf = new Map<number, number>()
  for (const { id, thread } of nodes) {
    const last = lastOf.get(thread)
    if (thread >= 0 && last !== undefined) order.add(last, id)
    lastOf.set(thread, id)
  }
  for (const [earlier, later] of coherence) order.add(earlier, later)
  for (const [read, write] of source.entries()) {
    if (write < 0) continue
    order.add(write, read)
    for (const [earlier, later] of coherence) if (earlier === write) order.add(read, later)
  }
  return order.close().isIrreflexive()
}
