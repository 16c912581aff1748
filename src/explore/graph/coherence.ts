/** In which orders the writes to one cell can take effect, given what is known of who reads what. */
import { BitMatrix } from './bit-matrix.js'
import type { AccessNode, GraphNode } from './execution-graph.js'

/** What is known of the order of the writes to one cell. */
export interface CellOrder {
  /** Node numbers of the writes, the initial one first. */
  readonly writes: readonly number[]
  /** Which write comes before which, by place in `writes`; closed under transitivity. */
  readonly before: BitMatrix
  /** By place: the write that must come right after it (the other half of a read-modify-write, an unlock), or -1. */
  readonly next: Int32Array
}

/**
 * What follows for the writes to a cell from coherence (each thread sees them in one order, its own in program
 * order) and from atomicity; null if it contradicts itself. `accesses` are the nodes at the cell, the initial
 * write first, those of each thread in program order.
 */
export function orderOf(
  accesses: readonly number[],
  nodes: readonly GraphNode[],
  source: readonly number[],
): CellOrder | null {
  const writes = accesses.filter((id) => nodes[id]?.kind === 'write')
  const place = new Map(writes.map((id, i) => [id, i]))
  const before = new BitMatrix(writes.length)
  const next = new Int32Array(writes.length).fill(-1)
  for (let i = 1; i < writes.length; i++) before.add(0, i)
  /** By thread: the write that it saw last, and the one it holds the lock by. */
  const lastOf: number[] = []
  const heldBy: number[] = []
  for (const id of accesses) {
    const node = nodes[id] as AccessNode
    const { thread } = node
    const last = lastOf[thread] ?? -1
    const from = node.kind === 'write' ? id : (source[id] as number)
    if (from < 0) continue
    const at = place.get(from) as number
    if (last >= 0) {
      if (last !== at) before.add(last, at)
      // A write comes after what was seen before it, be it itself.
      else if (node.kind === 'write') return null
    }
    if (thread >= 0) lastOf[thread] = at
    if (node.kind === 'write' && node.partner >= 0) {
      const read = source[node.partner] as number
      if (read >= 0 && !follow(next, place.get(read) as number, at)) return null
    }
    if (node.tag === 'lock-write') heldBy[thread] = at
    if (node.tag === 'unlock') {
      const held = heldBy[thread] ?? -1
      if (held >= 0 && !follow(next, held, at)) return null
      heldBy[thread] = -1
    }
  }
  return close(before, next) ? { writes, before, next } : null
}

function follow(next: Int32Array, at: number, follower: number): boolean {
  if (at === follower || ((next[at] as number) >= 0 && next[at] !== follower)) return false
  next[at] = follower
  return true
}

/** Closes the order; what must come right after a write has the same place in it. False on a contradiction. */
function close(before: BitMatrix, next: Int32Array): boolean {
  const { size } = before
  for (let changed = true; changed; ) {
    changed = false
    before.close()
    for (let at = 0; at < size; at++) {
      const follower = next[at] as number
      if (follower < 0) continue
      if (!before.has(at, follower)) {
        before.add(at, follower)
        changed = true
      }
      for (let other = 0; other < size; other++) {
        if (other === at || other === follower) continue
        if (before.has(at, other) && !before.has(follower, other)) {
          before.add(follower, other)
          changed = true
        }
        if (before.has(other, follower) && !before.has(other, at)) {
          before.add(other, at)
          changed = true
        }
      }
    }
  }
  return before.isIrreflexive()
}

/** Every total order of the writes that agrees with what is known: node numbers, the initial write first. */
export function totalOrders({ writes, before, next }: CellOrder): number[][] {
  const orders: number[][] = []
  const placed: number[] = []
  const extend = (): void => {
    if (placed.length === writes.length) {
      orders.push(placed.map((at) => writes[at] as number))
      return
    }
    const last = placed.at(-1)
    const forced = last === undefined ? -1 : (next[last] as number)
    for (let at = 0; at < writes.length; at++) {
      if (placed.includes(at) || (forced >= 0 && forced !== at)) continue
      const early = writes.some((_, other) => before.has(other, at) && !placed.includes(other))
      if (early) continue
      placed.push(at)
      extend()
      placed.pop()
    }
  }
  extend()
  return orders
}
