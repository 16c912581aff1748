/** Plain accesses: what they must not see, and which of them race. */
import type { BitMatrix } from './bit-matrix.js'
import type { AccessNode, GraphNode } from './execution-graph.js'
import { addFence, fenceRelation, nonRwFence } from './fences.js'
import type { Relations } from './relations.js'

export interface Visibility {
  readonly wwVis: BitMatrix
  readonly wrVis: BitMatrix
  readonly rwXb: BitMatrix
  readonly preRace: BitMatrix
}

/** What executes before what, and what is seen by whom; used by the axiom and the flags of plain accesses. */
function visibility(r: Relations): Visibility {
  if (r.visibility !== null) return r.visibility
  const marked = r.marked
  const strong = r.matrix().copy(r.strong)
  const fence = fenceRelation(r)
  const nonRw = nonRwFence(r)
  if (r.rcuFence !== null) {
    strong.or(r.rcuFence)
    fence.or(r.rcuFence)
  }
  const xb = r.matrix().copy(r.hb).or(r.pb)
  if (r.rb !== null) xb.or(r.rb)
  xb.close().orIdentity()
  // vis = cumul-fence* ; rfe? ; [Marked] ; ((strong-fence ; [Marked] ; xb*) | (xb* & int))
  const strongXb = r.compose(r.matrix().copy(strong).to(marked), xb)
  const tail = r.matrix().copy(xb).and(r.matrix().copy(r.int).orIdentity()).or(strongXb).from(marked)
  const rfeOrSame = r.matrix().copy(r.rfe).orIdentity().to(marked)
  const vis = r.compose(r.compose(r.cumulFences, rfeOrSame), tail)
  const rmbPre = r.matrix()
  const rmbPost = r.matrix()
  addFence(r, rmbPre, 'rmb', r.rmbReads, r.notNoreturn)
  addFence(r, rmbPost, 'rmb', r.notNoreturn, r.rmbReads)
  // w-pre-bounded = [Marked] ; (addr | fence)?
  const wPre = r.matrix().copy(r.address).or(fence).orIdentity().from(marked)
  // r-pre-bounded = [Marked] ; (addr | nonrw-fence | ([R4rmb] ; fencerel(Rmb) ; [~Noreturn]))?
  const rPre = r.matrix().copy(r.address).or(nonRw).or(rmbPre).orIdentity().from(marked)
  // w-post-bounded = fence? ; [Marked] ; rmw-sequence
  const wPost = r.compose(r.matrix().copy(fence).orIdentity().to(marked), r.rmwSequence)
  // r-post-bounded = (nonrw-fence | ([~Noreturn] ; fencerel(Rmb) ; [R4rmb]))? ; [Marked]
  const rPost = r.matrix().copy(nonRw).or(rmbPost).orIdentity().to(marked)
  const allStrongXb = r.compose(strong, xb)
  const seen = r.compose(wPost, vis)
  const wwVis = r.matrix().copy(fence).orCompose(allStrongXb, wPre).orCompose(seen, wPre)
  const wrVis = r.matrix().copy(fence).orCompose(allStrongXb, rPre).orCompose(seen, rPre)
  const rwXb = r.matrix().copy(fence).orCompose(r.compose(rPost, xb), wPre)
  r.visibility = { wwVis, wrVis, rwXb, preRace: preRaces(r) }
  return r.visibility
}

/** pre-race = ext & ((Plain * M) | ((M \ IW) * Plain)) */
function preRaces(r: Relations): BitMatrix {
  const pairs = r.matrix()
  const accesses = r.graph.nodes.filter((node) => node.kind !== 'fence') as readonly AccessNode[]
  for (const left of accesses) {
    for (const right of accesses) {
      if (left.thread === right.thread) continue
      if (left.tag === 'plain' || (right.tag === 'plain' && left.tag !== 'initial'))
        pairs.add(left.id, right.id)
    }
  }
  return pairs
}

export function plainCoherence(r: Relations): boolean {
  const { wwVis, wrVis, rwXb, preRace } = visibility(r)
  const broken = (relation: BitMatrix, other: BitMatrix): boolean =>
    !r.matrix().copy(relation).and(preRace).and(r.inverse(other)).isEmpty()
  return !broken(r.rf, rwXb) && !broken(r.fr, wrVis) && !broken(r.co, wwVis)
}

/** Pairs of accesses that race in a complete, consistent graph, after `consistent`. */
export function races(r: Relations): readonly (readonly [number, number])[] {
  if (!r.hasPlain) return []
  const { wwVis, wrVis, rwXb, preRace } = visibility(r)
  const marked = r.marked
  // ww-nonrace = ww-vis & ((Marked * W) | rw-xbstar) & ((W * Marked) | wr-vis)
  const first = r.matrix().copy(everything(r)).from(marked).or(rwXb)
  const second = r.matrix().copy(everything(r)).to(marked).or(wrVis)
  const nonRace = r.matrix().copy(wwVis).and(first).and(second)
  const races = r.matrix().copy(r.co).and(preRace).minus(nonRace)
  // wr-race = (pre-race & (co? ; rf)) \ wr-vis \ rw-xbstar^-1
  const coOrSame = r.matrix().copy(r.co).orIdentity()
  races.or(r.compose(coOrSame, r.rf).and(preRace).minus(wrVis).minus(r.inverse(rwXb)))
  // rw-race = (pre-race & fr) \ rw-xbstar
  races.or(r.matrix().copy(r.fr).and(preRace).minus(rwXb))
  const pairs: [number, number][] = []
  for (const { id } of r.graph.nodes) {
    for (const { id: other } of r.graph.nodes) if (races.has(id, other)) pairs.push([id, other])
  }
  return pairs
}

function everything(r: Relations): BitMatrix {
  const all = r.matrix()
  for (let i = 0; i < r.size; i++) all.orRow(i, r.all)
  return all
}

/** A plain write and a marked access of one cell in one thread, with no barrier between them. */
export function mixedAccesses(r: Relations): boolean {
  const barriers = new Set<string>([
    'barrier',
    'rmb',
    'wmb',
    'mb',
    'sync-rcu',
    'sync-srcu',
    'before-atomic',
    'after-atomic',
    'rcu-lock',
    'rcu-unlock',
    'ipi',
    'irq-off',
    'irq-on',
  ])
  const divides = (node: GraphNode): boolean =>
    (node.kind === 'fence' && barriers.has(node.tag)) ||
    ['mb', 'acquire', 'release', 'lock-read', 'unlock', 'srcu-lock', 'srcu-unlock'].includes(node.tag)
  for (const thread of r.threads.filter(Boolean)) {
    for (const [i, from] of thread.entries()) {
      const first = r.node(from)
      if (first.kind === 'fence') continue
      // barrier = fencerel(…) | (po ; [Release]) | ([Acquire] ; po)
      if (first.tag === 'acquire' || first.tag === 'lock-read') continue
      for (const to of thread.slice(i + 1)) {
        const second = r.node(to)
        if (second.tag === 'release' || second.tag === 'unlock') break
        if (second.kind !== 'fence' && second.cell === first.cell && mixed(first, second)) return true
        if (divides(second)) break
      }
    }
  }
  return false
}

/** One is a plain write, the other is marked. */
function mixed(left: AccessNode, right: AccessNode): boolean {
  const plainWrite = (node: AccessNode): boolean => node.kind === 'write' && node.tag === 'plain'
  return (plainWrite(left) && right.tag !== 'plain') || (plainWrite(right) && left.tag !== 'plain')
}
