/** What barriers, releases and acquires, locks and grace periods order. */
import { addToRow, type BitMatrix, type BitRow, inRow } from './bit-matrix.js'
import type { FenceTag, GraphNode } from './execution-graph.js'
import type { Relations } from './relations.js'

/** Tags of events that `atOne` orders others by. */
const ORDERING_TAGS: ReadonlySet<string> = new Set([
  'release',
  'unlock',
  'acquire',
  'lock-read',
  'mb',
  'sync-rcu',
  'sync-srcu',
  'ipi',
  'before-atomic',
  'after-atomic',
  'after-spinlock',
  'after-srcu-read-unlock',
])

/** Adds pairs of events on both sides of a fence, from `from` to `to`. */
export function addFence(r: Relations, into: BitMatrix, tag: FenceTag, from: BitRow, to: BitRow): void {
  for (const thread of r.threads.filter(Boolean)) {
    const after = r.row()
    const behind = r.row()
    for (const id of thread.toReversed()) {
      const node = r.node(id)
      if (inRow(from, id)) into.orRow(id, behind)
      if (node.kind === 'fence' && node.tag === tag)
        for (let i = 0; i < after.length; i++) behind[i] = after[i] as number
      if (inRow(to, id)) addToRow(after, id)
    }
  }
}

export function fences(r: Relations): void {
  const M = r.accesses
  const tags = new Set<string>()
  for (const { tag } of r.graph.nodes) tags.add(tag)
  if (tags.has('rmb')) addFence(r, r.rmb, 'rmb', r.rmbReads, r.rmbReads)
  if (tags.has('wmb')) addFence(r, r.wmb, 'wmb', r.writes, r.writes)
  if (tags.has('unlock')) unlockLockPairs(r)
  const strong = r.strong
  if (tags.has('mb')) addFence(r, strong, 'mb', M, M)
  for (const thread of r.threads.filter(Boolean)) {
    for (const [at, id] of thread.entries()) {
      const node = r.node(id)
      if (ORDERING_TAGS.has(node.tag)) atOne(r, thread, at, node)
    }
  }
  if (tags.has('after-unlock-lock')) afterUnlockLock(r)
}

/** The pairs that one event makes: releases, acquires, and what stands at an atomic or a grace period. */
function atOne(r: Relations, thread: readonly number[], at: number, node: GraphNode): void {
  const M = r.accesses
  const before = thread.slice(0, at)
  const after = thread.slice(at + 1)
  const pairs = (into: BitMatrix, from: readonly number[], to: readonly number[]): void => {
    for (const a of from) for (const b of to) into.add(a, b)
  }
  const inM = (ids: readonly number[]): number[] => ids.filter((id) => inRow(M, id))
  if (node.kind !== 'fence') {
    if (node.tag === 'release' || node.tag === 'unlock') {
      if (node.kind === 'write') pairs(r.poRel, inM(before), [node.id])
    } else if (node.tag === 'acquire' || node.tag === 'lock-read') {
      if (node.kind === 'read') pairs(r.acqPo, [node.id], inM(after))
    } else if (node.tag === 'mb') {
      // [M] ; po ; [R & Mb]  |  [W & Mb] ; po ; [M]
      if (node.kind === 'read') pairs(r.strong, inM(before), [node.id])
      else pairs(r.strong, [node.id], inM(after))
    }
    return
  }
  switch (node.tag) {
    case 'sync-rcu':
    case 'sync-srcu':
    case 'ipi':
      // gp = po ; [Sync] ; po?
      pairs(r.strong, before, [node.id, ...after])
      return
    case 'before-atomic': {
      // [M] ; fencerel(Before-atomic) ; [RMW] ; po? ; [M]
      const first = after.findIndex((id) => isRmw(r, id))
      if (first >= 0) pairs(r.strong, inM(before), inM(after.slice(first)))
      return
    }
    case 'after-atomic': {
      const last = before.findLastIndex((id) => isRmw(r, id))
      if (last >= 0) pairs(r.strong, inM(before.slice(0, last + 1)), inM(after))
      return
    }
    case 'after-spinlock': {
      const last = before.findLastIndex((id) => r.node(id).tag === 'lock-write')
      if (last >= 0) pairs(r.strong, inM(before.slice(0, last + 1)), inM(after))
      return
    }
    case 'after-srcu-read-unlock': {
      const last = before.findLastIndex((id) => r.node(id).tag === 'srcu-unlock')
      if (r.later && last >= 0) pairs(r.strong, inM(before.slice(0, last + 1)), inM(after))
      return
    }
  }
}

/** True for both halves of an atomic read-modify-write, and for the read of one that stored nothing; not for locks. */
function isRmw(r: Relations, id: number): boolean {
  const node = r.node(id)
  return node.kind !== 'fence' && node.partner !== -1 && node.tag !== 'lock-read' && node.tag !== 'lock-write'
}

/** po-unlock-lock-po = po ; [UL] ; (po | rf) ; [LKR] ; po */
function unlockLockPairs(r: Relations): void {
  const { nodes, source } = r.graph
  for (const lock of nodes) {
    if (lock.tag !== 'lock-read') continue
    for (const unlock of nodes) {
      if (unlock.tag !== 'unlock') continue
      if (source[lock.id] !== unlock.id && !r.po.has(unlock.id, lock.id)) continue
      for (const before of r.threads[unlock.thread] ?? []) {
        if (before === unlock.id) break
        orPoRow(r, r.unlockLock, before, lock.id)
      }
    }
  }
}

function orPoRow(r: Relations, into: BitMatrix, from: number, of: number): void {
  const { words, bits } = r.po
  into.orRow(from, bits.subarray(of * words, (of + 1) * words))
}

function afterUnlockLock(r: Relations): void {
  const { nodes } = r.graph
  for (const fence of nodes) {
    if (fence.tag !== 'after-unlock-lock') continue
    const after = (r.threads[fence.thread] ?? []).filter(
      (id) => r.po.has(fence.id, id) && inRow(r.accesses, id),
    )
    const starts = r.later ? unlockLockBefore(r, fence.id) : anyUnlockBefore(r, fence.id)
    for (const from of starts) for (const to of after) r.strong.add(from, to)
  }
}

/** [M] ; po-unlock-lock-po ; [After-unlock-lock] */
function unlockLockBefore(r: Relations, fence: number): number[] {
  return r.graph.nodes
    .filter(({ id }) => inRow(r.accesses, id) && r.unlockLock.has(id, fence))
    .map(({ id }) => id)
}

/** [M] ; po ; [UL] ; (co | po) ; [LKW] ; po ; [After-unlock-lock], as 6.1 has it. */
function anyUnlockBefore(r: Relations, fence: number): number[] {
  const { nodes } = r.graph
  const starts = new Set<number>()
  for (const lock of nodes) {
    if (lock.tag !== 'lock-write' || !r.po.has(lock.id, fence)) continue
    for (const unlock of nodes) {
      if (unlock.tag !== 'unlock') continue
      if (!r.co.has(unlock.id, lock.id) && !r.po.has(unlock.id, lock.id)) continue
      for (const { id } of nodes) if (inRow(r.accesses, id) && r.po.has(id, unlock.id)) starts.add(id)
    }
  }
  return [...starts]
}

/** strong-fence | po-rel | acq-po */
export function nonRwFence(r: Relations): BitMatrix {
  return r.matrix().copy(r.strong).or(r.poRel).or(r.acqPo)
}

export function fenceRelation(r: Relations): BitMatrix {
  return nonRwFence(r).or(r.wmb).or(r.rmb)
}
