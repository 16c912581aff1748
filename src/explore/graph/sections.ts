/** Read-side sections, and the grace periods that wait for them: RCU, SRCU, interrupts that are off. */
import type { BitMatrix } from './bit-matrix.js'
import type { AccessNode, FenceTag, GraphNode } from './execution-graph.js'
import type { Relations } from './relations.js'

/** Sections and what waits for them: RCU waits for interrupts to be on as well. */
const SECTIONS: Partial<
  Record<FenceTag, { readonly ends: FenceTag; readonly waiters: readonly FenceTag[] }>
> = {
  'rcu-lock': { ends: 'rcu-unlock', waiters: ['sync-rcu'] },
  'irq-off': { ends: 'irq-on', waiters: ['sync-rcu', 'ipi'] },
}

/** A read-side section: its two ends, and where it stands among the grace periods. */
export interface Section {
  readonly lock: number
  readonly unlock: number
  readonly waiters: readonly string[]
  /** The srcu_struct, -1 for others. */
  readonly cell: number
}

/** irreflexive rb. False if it is broken. */
export function readSideSections(r: Relations): boolean {
  const { nodes } = r.graph
  const sections = sectionsOf(r)
  const periods = nodes.filter(
    ({ tag }) => tag === 'sync-rcu' || tag === 'sync-srcu' || tag === 'ipi',
  ) as readonly { readonly id: number; readonly tag: string; readonly cell: number }[]
  // rcu-link = po? ; hb* ; pb* ; prop ; po
  const poOrSame = r.matrix().copy(r.po).orIdentity()
  const ordered = r.compose(r.compose(poOrSame, r.hb), r.pb)
  const link = r.compose(r.compose(ordered, r.prop), r.po)
  const order = r.matrix()
  for (const { id } of periods) order.add(id, id)
  const matched = sections.flatMap((section) =>
    periods
      .filter(({ tag, cell }) => section.waiters.includes(tag) && section.cell === cell)
      .map(({ id }) => ({ section, id })),
  )
  for (let before = -1, pairs = sizeOf(order); pairs !== before; ) {
    const around = r.compose(r.compose(link, order), link).or(link)
    for (const { section, id } of matched) {
      if (around.has(id, section.unlock)) order.add(id, section.lock)
      if (around.has(section.lock, id)) order.add(section.unlock, id)
    }
    order.orCompose(r.compose(order, link), r.matrix().copy(order))
    before = pairs
    pairs = sizeOf(order)
  }
  // rcu-fence = po ; rcu-order ; po?
  const fence = r.compose(r.compose(r.po, order), poOrSame)
  r.rcuFence = fence
  // rb = prop ; rcu-fence ; hb* ; pb* ; [Marked]
  const rb = r.compose(r.compose(r.compose(r.prop, fence), r.hb), r.pb)
  r.rb = rb.to(r.marked)
  return rb.isIrreflexive()
}

/** How many pairs are in it. */
function sizeOf(relation: BitMatrix): number {
  let count = 0
  for (let word of relation.bits) for (; word !== 0; word &= word - 1) count++
  return count
}

/** Matched read-side sections, the innermost first. */
export function sectionsOf(r: Relations): Section[] {
  r.matched ??= matchSections(r)
  return r.matched
}

function matchSections(r: Relations): Section[] {
  const sections: Section[] = []
  for (const thread of r.threads.filter(Boolean)) {
    const open = new Map<string, number[]>()
    for (const id of thread) {
      const node = r.node(id)
      for (const [begins, kind] of Object.entries(SECTIONS)) {
        if (node.tag === begins) open.set(begins, [...(open.get(begins) ?? []), id])
        else if (node.tag === kind.ends) {
          const lock = open.get(begins)?.pop()
          if (lock !== undefined) sections.push({ lock, unlock: id, waiters: kind.waiters, cell: -1 })
        }
      }
      if (node.tag === 'srcu-unlock') sections.push(...srcuSections(r, thread, node))
    }
  }
  return sections
}

/** SRCU: the cookie that the unlock hands back says which lock it matches; 6.1 goes by nesting. */
function srcuSections(r: Relations, thread: readonly number[], unlock: GraphNode): Section[] {
  const found = new Set<number>()
  if (r.later) for (const read of unlock.data) cookies(r, read, found)
  else {
    const lock = nestedSrcuLock(r, thread, unlock)
    if (lock !== null) found.add(lock)
  }
  const { cell } = unlock as AccessNode
  return [...found]
    .filter((id) => r.node(id).tag === 'srcu-lock' && (r.node(id) as AccessNode).cell === cell)
    .map((lock) => ({ lock, unlock: unlock.id, waiters: ['sync-srcu'], cell }))
}

/** carry-srcu-data = (data ; [~Srcu-unlock] ; rf)*, backwards. */
function cookies(r: Relations, read: number, found: Set<number>): void {
  if (found.has(read)) return
  found.add(read)
  const from = r.graph.source[read] as number
  if (from < 0) return
  const write = r.node(from)
  if (write.tag === 'srcu-unlock') return
  for (const origin of write.data) cookies(r, origin, found)
}

function nestedSrcuLock(r: Relations, thread: readonly number[], unlock: GraphNode): number | null {
  const open: number[] = []
  const { cell } = unlock as AccessNode
  for (const id of thread) {
    const node = r.node(id)
    if (id === unlock.id) return open.at(-1) ?? null
    if ((node as AccessNode).cell !== cell) continue
    if (node.tag === 'srcu-lock') open.push(id)
    else if (node.tag === 'srcu-unlock') open.pop()
  }
  return null
}
