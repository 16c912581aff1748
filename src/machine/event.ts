/** What an execution leaves behind: events, and hazards that are functions of them. */
import { hex } from '../base/index.js'
import type { Cell } from './cell.js'
import type { FenceKind, Operation, SemanticEvent } from './operation.js'
import type { Thread } from './thread.js'
import type { Control, EventId, Reads } from './value.js'

/** A cell read: its value, and the write it came from (null: the initial value). */
export interface ReadRecord {
  readonly cell: Cell
  readonly value: bigint
  readonly from: EventId | null
}

/** A cell written: its value, the reads that value depends on, and the write it comes right after (null: the initial value). */
export interface WriteRecord {
  readonly cell: Cell
  readonly value: bigint
  readonly data: Reads
  readonly after: EventId | null
}

/** The innermost frame with C text, and the line it is at. */
export interface Site {
  readonly function: string
  readonly path: string
  /** Line in the C file; 0 while the frame has named none. */
  readonly line: number
  /** From 1, where known. */
  readonly column?: number
}

/** One operation that happened, or one semantic event. */
export interface Event {
  readonly id: EventId
  /** Thread number and position in its program order, as in `id`. */
  readonly thread: number
  readonly index: number
  readonly op: Operation['op'] | 'start' | 'return' | 'store-flush'
  readonly reads: readonly ReadRecord[]
  readonly writes: readonly WriteRecord[]
  /** Name of the innermost frame: `pte_offset_map_lock`. */
  readonly function: string
  readonly site: Site | null
  /** Depth of the call stack. */
  readonly depth: number
  /** Names of the locks held when the event happens, in order of acquisition. */
  readonly locks: readonly string[]
  readonly irqsOff: boolean
  readonly rcuDepth: number
  /** Reads that the event's address depends on. */
  readonly address: Reads
  /** The branches before it. */
  readonly control: Control
  /** For people: the name of a read-modify-write, the lock, the choice; `describeEvent` adds the operands. */
  readonly text: string
  readonly semantic?: SemanticEvent | undefined
  readonly hazard?: HazardMark | undefined
  /** Set on loads and stores that are plain in C, also where they are taken as marked. */
  readonly plain?: true | undefined
  /** Set on barriers. */
  readonly fence?: FenceKind | undefined
  /** Set on a `store-flush`, which stands in no thread's `events`: the store of its thread that reaches memory. */
  readonly flushes?: EventId | undefined
  /** Set on the choice made by a `choose`. */
  readonly choice?: { readonly key: string; readonly value: string } | undefined
}

/** What an event that is a hazard by itself says of it. */
export interface HazardMark {
  readonly kind: string
  readonly object: string
  readonly text: string
}

/** A thing that must not happen, found in one execution. */
export interface Hazard {
  /** `lost update`, `walk of a non-table`, … */
  readonly kind: string
  /** What tells hazards of one kind apart: the kind of object, not the instance. */
  readonly object: string
  readonly text: string
  /** The event at which it shows. */
  readonly event: Event
  /** The other event, where it takes two. */
  readonly other?: Event
}

/** A hazard's identity across executions, sides and scenarios. */
export function hazardKey(hazard: Pick<Hazard, 'kind' | 'object'>): string {
  return hazard.object === '' ? hazard.kind : `${hazard.kind} (${hazard.object})`
}

/** Finds hazards in a finished execution. Pure: the same graph of reads-from and coherence gives the same answer. */
export type HazardDetector = (events: readonly Event[], threads: readonly Thread[]) => readonly Hazard[]

/** The event with its operands, for people: `store pte:A[3] <- 0x867`. */
export function describeEvent(event: Event): string {
  const cells = event.reads.filter((read) => read.cell.role !== 'internal')
  switch (event.op) {
    case 'load':
      return `load ${cells.map((read) => read.cell.name).join(', ')} = ${values(cells)}`
    case 'store':
      return `store ${event.writes.map((write) => write.cell.name).join(', ')} <- ${values(event.writes)}`
    case 'rmw': {
      const stored = event.writes.length === 0 ? ', nothing stored' : ` <- ${values(event.writes)}`
      return `${event.text} ${cells.map((read) => read.cell.name).join(', ')} = ${values(cells)}${stored}`
    }
    default:
      return event.text
  }
}

function values(records: readonly { readonly value: bigint }[]): string {
  return records.map((record) => hex(record.value)).join(', ')
}
