/**
 * From an execution to the steps of a report: who does what, where in the C, under which locks, and what the entry
 * then is. The machine runs what a thread does by itself as soon as it can, before anybody's first shared
 * operation; a reader expects it right before the thread's own first one, so there it stands.
 */
import type { FinishedExecution } from '../explore/index.js'
import { describeEvent, type Event, type Identity } from '../machine/index.js'
import type { EntryChange, Step } from '../report/index.js'
import type { Built } from '../suite/index.js'
import { dataOf, Entries } from './entries.js'

/** Where the lines that an implementation names stand in the text it was matched by, by function name. */
export type LineMaps = ReadonlyMap<string, Identity['lines']>

/** The steps of an execution, in order; beyond `limit` only those at which a hazard shows. */
export function stepsOf(execution: FinishedExecution, built: Built, lines: LineMaps, limit: number): Step[] {
  const entries = new Entries(execution.events)
  const hazards = new Map(
    execution.hazards.map((hazard) => [entries.seenAt(hazard.event.id), `${hazard.kind}: ${hazard.text}`]),
  )
  const steps: Step[] = []
  const latest = new Map<number, string>()
  for (const [i, event] of startsWhenShared(execution.events).entries()) {
    const entry = entryOf(event, entries, built)
    if (entry !== null) latest.set(event.thread, entry.name)
    if (steps.length >= limit && !hazards.has(event.id)) continue
    const spec = execution.threads[event.thread]?.spec
    const hazard = hazards.get(event.id)
    const shown = entry?.name ?? (hazard === undefined ? undefined : latest.get(event.thread))
    const state = shown === undefined ? null : describe(shown, entries, event.thread, built)
    steps.push({
      step: i + 1,
      thread: spec === undefined ? '?' : spec.name,
      function: event.function,
      depth: event.depth,
      at: placeOf(event, lines),
      operation: event.semantic?.name ?? event.op,
      text: textOf(event, entries),
      locks: event.locks,
      irqsOff: event.irqsOff,
      rcuDepth: event.rcuDepth,
      // A hazard that shows without an access: the entry its thread looked at last, as it is by now.
      state: state === null ? null : `${shown} ${state}`,
      ...(entry === null ? {} : { entry }),
      ...(hazard === undefined ? {} : { hazard }),
    })
  }
  return steps
}

/** What a thread does by itself, seen by nobody else. */
const LOCAL: ReadonlySet<Event['op']> = new Set<Event['op']>([
  'start',
  'call',
  'return',
  'choose',
  'assume',
  'branch',
  'observe',
])

/** The events with each thread's local beginning moved to just before its first shared operation. */
function startsWhenShared(events: readonly Event[]): readonly Event[] {
  const waiting = new Map<number, Event[]>()
  const started = new Set<number>()
  const ordered: Event[] = []
  for (const event of events) {
    if (started.has(event.thread)) {
      ordered.push(event)
      continue
    }
    const before = waiting.get(event.thread) ?? []
    waiting.set(event.thread, before)
    before.push(event)
    if (LOCAL.has(event.op)) continue
    started.add(event.thread)
    waiting.delete(event.thread)
    ordered.push(...before)
  }
  return [...ordered, ...[...waiting.values()].flat()]
}

function textOf(event: Event, entries: Entries): string {
  if (event.hazard !== undefined) return `${event.hazard.kind}: ${event.hazard.text}`
  return event.op === 'store' && entries.isBuffered(event)
    ? `${describeEvent(event)}, buffered`
    : describeEvent(event)
}

/** `mm/pagewalk.c:58`; the path alone where the implementation names no line. */
function placeOf(event: Event, lines: LineMaps): string | null {
  const { site } = event
  if (site === null) return null
  const line = lines.get(site.function)?.[site.line] ?? site.line
  return line === 0 ? site.path : `${site.path}:${line}`
}

/** Keeps the values up to date, and says what the entry is that the event is about, before it and after it. */
function entryOf(event: Event, entries: Entries, built: Built): EntryChange | null {
  const reads = dataOf(event.reads)
  const writes = entries.writesOf(event)
  const touched = [...writes, ...reads][0]
  const object = touched?.cell.object ?? event.semantic?.object
  // To other threads an entry is what is in memory, which a flush changes.
  const viewer = event.flushes === undefined ? event.thread : -1
  entries.read(event)
  const before = object === undefined ? null : describe(object, entries, viewer, built)
  entries.write(event)
  const after = object === undefined ? null : describe(object, entries, viewer, built)
  if (object === undefined || before === null || after === null) return null
  const cells = new Set([...reads, ...writes].map(({ cell }) => cell.name))
  const [cell] = cells
  return {
    name: object,
    ...(cells.size === 1 && cell !== undefined && cell !== object ? { cell } : {}),
    before,
    after,
  }
}

/** `present rw`: the entry as a thread sees it, as far as its words are known; null if none is. */
function describe(object: string, entries: Entries, thread: number, built: Built): string | null {
  const words = entries.seenBy(thread, object)
  if (words === undefined) return null
  let bits = 0n
  for (const [name, value] of words) bits |= name.endsWith('.high') ? value << 32n : value
  return built.describe(object, bits)
}
