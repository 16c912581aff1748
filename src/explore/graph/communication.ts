/** Who reads from whom, and in which order writes take effect. */
import type { BitMatrix } from './bit-matrix.js'
import type { AccessNode } from './execution-graph.js'
import type { Relations } from './relations.js'

/** rf, co and fr. False if an operation on several cells sees another half done. */
export function communication(r: Relations): boolean {
  const { nodes, source, coherence } = r.graph
  const rmw = r.matrix()
  for (const node of nodes) {
    if (node.kind === 'fence') continue
    const from = source[node.id] as number
    if (node.kind === 'read' && from >= 0) {
      r.rf.add(from, node.id)
      if (!r.int.has(from, node.id)) r.rfe.add(from, node.id)
    }
    if (node.kind === 'read' && node.partner >= 0) rmw.add(node.id, node.partner)
  }
  for (const [earlier, later] of coherence) r.co.add(earlier, later)
  // fr = rf^-1 ; co
  r.fr.orCompose(r.inverse(r.rf), r.co)
  // rmw-sequence = (rf ; rmw)*
  if (r.later) r.rmwSequence.orCompose(r.rf, rmw).close()
  r.rmwSequence.orIdentity()
  if (!nodes.some((node) => node.kind !== 'fence' && node.twins.length > 0)) return true
  for (const relation of [r.rf, r.rfe, r.co, r.fr]) shareTwins(r, relation)
  return r.matrix().copy(r.rf).or(r.co).or(r.fr).close().isIrreflexive()
}

/** What holds of one access of an operation on several cells at once holds of them all. */
function shareTwins(r: Relations, relation: BitMatrix): void {
  const twins = r.graph.nodes.filter((node) => node.kind !== 'fence' && node.twins.length > 0)
  const before = r.matrix().copy(relation)
  for (const node of twins) {
    for (const twin of (node as AccessNode).twins) {
      for (let other = 0; other < r.size; other++) {
        if (before.has(node.id, other)) relation.add(twin, other)
        if (before.has(other, node.id)) relation.add(other, twin)
      }
    }
  }
}

/**
 * A value cannot be computed from itself, as herd finds no solution for it; one that is only handed round can
 * be what was there at first. Marked accesses in such a ring break happens-before as well, plain ones do not.
 */
export function valuesHaveOrigins(r: Relations): boolean {
  const flow = r.matrix().copy(r.rf)
  const { nodes } = r.graph
  for (const { id, data, address } of nodes) {
    for (const read of data) flow.add(read, id)
    for (const read of address) flow.add(read, id)
  }
  if (flow.close().isIrreflexive()) return true
  const initial = new Map<number, bigint>()
  for (const node of nodes)
    if (node.tag === 'initial') initial.set((node as AccessNode).cell, (node as AccessNode).value)
  return nodes.every((node) => {
    if (node.kind !== 'write' || !flow.has(node.id, node.id)) return true
    const [read, ...others] = node.data.map((id) => r.node(id) as AccessNode)
    return others.length === 0 && read?.value === node.value && node.value === initial.get(node.cell)
  })
}
