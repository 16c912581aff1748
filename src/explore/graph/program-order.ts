/** What of program order is preserved, and what follows of it for other threads. */
import type { BitMatrix } from './bit-matrix.js'
import { fenceRelation } from './fences.js'
import type { Relations } from './relations.js'

/** Reads that a dependency on `read` goes back to: itself, and what was carried to it through memory. */
function carried(r: Relations, read: number, found: Set<number>): void {
  if (found.has(read)) return
  found.add(read)
  if (!r.later) return
  const from = r.graph.source[read] as number
  if (from < 0) return
  const write = r.node(from)
  if (write.thread !== r.node(read).thread || write.tag === 'srcu-unlock') return
  for (const origin of write.data) carried(r, origin, found)
}

function addDependencies(r: Relations, into: BitMatrix, to: number, reads: readonly number[]): void {
  if (reads.length === 0) return
  const found = new Set<number>()
  for (const read of reads) carried(r, read, found)
  for (const read of found) into.add(read, to)
}

/** ppo = to-r | to-w | (fence & int) | (po-unlock-lock-po & int) */
export function preservedProgramOrder(r: Relations): BitMatrix {
  const address = r.address
  const data = r.matrix()
  const control = r.matrix()
  for (const node of r.graph.nodes) {
    addDependencies(r, address, node.id, node.address)
    addDependencies(r, data, node.id, node.data)
    addDependencies(r, control, node.id, node.control)
  }
  const dep = r.matrix().copy(address).or(data)
  const ppo = r.matrix()
  // to-r = (addr ; [R]) | (dep ; [Marked] ; rfi)
  ppo.or(r.matrix().copy(address).to(r.reads))
  if (!r.later) ppo.or(address)
  const rfi = r.matrix().copy(r.rf).minus(r.rfe)
  ppo.orCompose(r.matrix().copy(dep).to(r.marked), rfi)
  // to-w = ((dep | ctrl) ; [W]) | (overwrite & int) | (addr ; [Plain] ; wmb)
  ppo.or(dep.or(control).to(r.writes))
  ppo.or(r.matrix().copy(r.co).or(r.fr).and(r.int))
  if (r.hasPlain) ppo.orCompose(r.matrix().copy(address).to(r.plain), r.wmb)
  const fence = fenceRelation(r)
  ppo.or(r.later ? fence.and(r.int) : fence)
  ppo.or(r.matrix().copy(r.unlockLock).and(r.int))
  return ppo
}

export function propagation(r: Relations): void {
  const marked = r.marked
  // cumul-fence = [Marked] ; (A-cumul(strong-fence | po-rel) | wmb | po-unlock-lock-po) ; [Marked] ; rmw-sequence
  const cumulative = r.matrix().copy(r.strong).or(r.poRel)
  const single = r.matrix().copy(cumulative).or(r.wmb).or(r.unlockLock)
  single.orCompose(r.matrix().copy(r.rfe).to(marked), cumulative)
  single.from(marked).to(marked)
  const fences = r.later ? r.cumulFences.orCompose(single, r.rmwSequence) : r.cumulFences.or(single)
  fences.close().orIdentity()
  // prop = [Marked] ; (overwrite & ext)? ; cumul-fence* ; [Marked] ; rfe? ; [Marked]
  const start = r.matrix().copy(r.co).or(r.fr).minus(r.int).orIdentity().from(marked)
  const middle = r.compose(start, fences).to(marked)
  r.prop.copy(middle).orCompose(middle, r.rfe).to(marked)
}
