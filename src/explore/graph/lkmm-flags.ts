/** What the model says of locks and sections that are used wrongly, in herd's words. */
import type { AccessNode, GraphNode } from './execution-graph.js'
import type { Relations } from './relations.js'
import { sectionsOf } from './sections.js'

const LOCK_TAGS: ReadonlySet<string> = new Set([
  'lock-read',
  'lock-write',
  'unlock',
  'lock-fail',
  'lock-free',
  'srcu-lock',
  'srcu-unlock',
  'sync-srcu',
])

/** Tags of the borders of sections, and of what waits for them. */
const SECTION_TAGS: ReadonlySet<string> = new Set([
  'rcu-lock',
  'rcu-unlock',
  'srcu-lock',
  'srcu-unlock',
  'sync-srcu',
])

export function sectionFlags(r: Relations): string[] {
  const flags: string[] = []
  const { nodes } = r.graph
  if (!nodes.some(({ tag }) => SECTION_TAGS.has(tag))) return flags
  const sections = sectionsOf(r)
  const locks = new Set(sections.map(({ lock }) => lock))
  const unlocks = new Set(sections.map(({ unlock }) => unlock))
  const open = (tag: string, matched: ReadonlySet<number>): boolean =>
    nodes.some((node) => node.tag === tag && !matched.has(node.id))
  const name = (kind: string, what: string): string =>
    r.later ? `unmatched-${kind}-${what}` : `unbalanced-${kind}-locking`
  if (open('rcu-lock', locks)) flags.push(name('rcu', 'lock'))
  if (open('rcu-unlock', unlocks)) flags.push(name('rcu', 'unlock'))
  if (open('srcu-lock', locks)) flags.push(name('srcu', 'lock'))
  if (open('srcu-unlock', unlocks)) flags.push(name('srcu', 'unlock'))
  const rcu = sections.filter(({ waiters }) => waiters.includes('sync-rcu'))
  const asleep = nodes.some(
    ({ id, tag }) =>
      tag === 'sync-srcu' && rcu.some(({ lock, unlock }) => r.po.has(lock, id) && r.po.has(id, unlock)),
  )
  if (asleep) flags.push('invalid-sleep')
  const srcu = sections.filter(({ cell }) => cell >= 0)
  if (srcu.some((one) => srcu.some((other) => one.lock === other.lock && one.unlock !== other.unlock))) {
    flags.push('multiple-srcu-matches')
  }
  const differs = srcu.some(({ lock, unlock }) => {
    const [first, second] = [r.node(lock), r.node(unlock)]
    return first.kind !== 'fence' && second.kind !== 'fence' && first.value !== second.value
  })
  if (differs) flags.push(r.later ? 'srcu-bad-value-match' : 'srcu-bad-nesting')
  return [...new Set(flags)]
}

export function lockFlags(r: Relations): string[] {
  const { nodes } = r.graph
  const flags: string[] = []
  const lockCells = new Set<number>()
  for (const node of nodes) if (LOCK_TAGS.has(node.tag)) lockCells.add((node as AccessNode).cell)
  if (lockCells.size === 0) return flags
  const ordinary = nodes.some(
    (node) =>
      node.kind !== 'fence' && lockCells.has(node.cell) && node.tag !== 'initial' && !LOCK_TAGS.has(node.tag),
  )
  if (ordinary) flags.push('mixed-lock-accesses')
  const unmatched = nodes.some((node) => node.tag === 'unlock' && !heldAt(r, node))
  if (unmatched) flags.push('unmatched-unlock')
  return flags
}

/** True if the thread holds the lock when it unlocks it. */
function heldAt(r: Relations, unlock: GraphNode): boolean {
  const { cell } = unlock as AccessNode
  let held = false
  for (const id of r.threads[unlock.thread] ?? []) {
    if (id === unlock.id) return held
    const node = r.node(id)
    if (node.kind === 'fence' || node.cell !== cell) continue
    if (node.tag === 'lock-write') held = true
    else if (node.tag === 'unlock') held = false
  }
  return held
}
