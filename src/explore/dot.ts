/** Execution graphs as Graphviz reads them. */
import { hex } from '../base/index.js'
import {
  type Cell,
  type Control,
  describeEvent,
  type Event,
  type EventId,
  indexOf,
  threadOf,
} from '../machine/index.js'
import type { FinishedExecution } from './outcome.js'

/** Colours as herd's pictures have them. */
const COLOURS = {
  po: 'black',
  rf: 'red',
  co: 'blue',
  fr: '#ffa040',
  address: 'indigo',
  data: 'indigo',
  control: 'gray40',
}

type Relation = keyof typeof COLOURS

interface Edge {
  readonly from: EventId | null
  readonly to: EventId
  readonly relation: Relation
  readonly cell?: Cell
}

/**
 * One execution as a `digraph`: a column per thread, program order (po) downwards, reads-from (rf), the order of
 * the writes to a cell (co), from a read to the write that overwrites what it saw (fr), dependencies, and
 * the locks held at each event. Bookkeeping of the model is left out.
 */
export function dotGraph(execution: FinishedExecution, title: string): string {
  const shown = execution.threads.map((thread) => thread.events.filter(isShown))
  const drawn = new Set(shown.flatMap((events) => events.map(({ id }) => id)))
  const edges = edgesOf(shown.flat()).filter(
    ({ from, to }) => (from === null || drawn.has(from)) && drawn.has(to),
  )
  const initial = new Set(
    edges.flatMap(({ from, cell }) => (from === null && cell !== undefined ? [cell] : [])),
  )
  const lines = [
    `digraph ${quoted(title)} {`,
    `  label=${quoted(title)}; labelloc=t; fontname=monospace; newrank=true;`,
    '  node [shape=plaintext, fontname=monospace, fontsize=10];',
    '  edge [fontname=monospace, fontsize=8];',
    ...[...initial].map(
      (cell) => `  ${initialName(cell)} [label=${quoted(`${cell.name} = ${hex(cell.initial)}`)}];`,
    ),
  ]
  for (const [number, events] of shown.entries()) {
    const label = execution.threads[number]?.spec.label ?? ''
    lines.push(`  subgraph cluster_${number} {`, `    label=${quoted(label)}; color=gray80;`)
    for (const event of events) lines.push(`    ${nodeName(event.id)} [label=${quoted(labelOf(event))}];`)
    lines.push('  }')
    for (const [i, event] of events.entries()) {
      const next = events[i + 1]
      if (next !== undefined) lines.push(edgeText({ from: event.id, to: next.id, relation: 'po' }))
    }
  }
  lines.push(...edges.map(edgeText), '}')
  return `${lines.join('\n')}\n`
}

/** What touches memory or orders it, less the model's own cells. */
function isShown(event: Event): boolean {
  if (event.fence !== undefined || event.op === 'grace-period') return true
  if (event.op.startsWith('rcu') || event.op.startsWith('irq') || event.op.startsWith('srcu')) return true
  return [...event.reads, ...event.writes].some(({ cell }) => cell.role !== 'internal')
}

function edgesOf(events: readonly Event[]): Edge[] {
  const edges: Edge[] = []
  /** By cell and write (null: the initial one), the write that comes right after it. */
  const next = new Map<string, EventId>()
  const key = (cell: Cell, write: EventId | null): string => `${cell.id} ${write ?? 'initial'}`
  for (const { id, writes } of events) {
    for (const { cell, after, data } of writes) {
      if (cell.role === 'internal') continue
      next.set(key(cell, after), id)
      edges.push({ from: after, to: id, relation: 'co', cell })
      for (const read of data) if (read !== id) edges.push({ from: read, to: id, relation: 'data' })
    }
  }
  for (const event of events) {
    for (const { cell, from } of event.reads) {
      if (cell.role === 'internal') continue
      edges.push({ from, to: event.id, relation: 'rf', cell })
      const overwriting = next.get(key(cell, from))
      if (overwriting !== undefined && overwriting !== event.id) {
        edges.push({ from: event.id, to: overwriting, relation: 'fr', cell })
      }
    }
    for (const read of event.address) edges.push({ from: read, to: event.id, relation: 'address' })
    if (event.writes.length > 0) {
      for (const read of controlling(event.control))
        edges.push({ from: read, to: event.id, relation: 'control' })
    }
  }
  return edges
}

function controlling(control: Control): Set<EventId> {
  const reads = new Set<EventId>()
  for (let branch = control; branch !== null; branch = branch.before)
    for (const read of branch.reads) reads.add(read)
  return reads
}

function labelOf(event: Event): string {
  const line =
    event.site === null || event.site.line === 0 ? '' : `${event.site.function}:${event.site.line}  `
  const held = event.locks.length === 0 ? '' : `\n{${event.locks.join(', ')}}`
  return `${line}${describeEvent(event)}${held}`
}

function edgeText({ from, to, relation, cell }: Edge): string {
  const start = from === null ? (cell === undefined ? '' : initialName(cell)) : nodeName(from)
  const label = relation === 'po' ? '' : `, label=${relation}`
  const place = relation === 'po' ? '' : ', constraint=false'
  return `  ${start} -> ${nodeName(to)} [color=${quoted(COLOURS[relation])}, fontcolor=${quoted(COLOURS[relation])}${label}${place}];`
}

function nodeName(id: EventId): string {
  return `e${threadOf(id)}_${indexOf(id)}`
}

function initialName(cell: Cell): string {
  return `i${cell.id}`
}

function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return `"${escaped}"`
}
