/** From an execution to the steps of a report: who does what, where in the C, under which locks, and what the entry then is. */
import type { FinishedExecution } from '../explore/index.js'
import { describeEvent, type Event, type Identity } from '../machine/index.js'
import type { Step } from '../report/index.js'
import type { Built } from '../suite/index.js'

/** Where the lines that an implementation names stand in the text it was matched by, by function name. */
export type LineMaps = ReadonlyMap<string, Identity['lines']>

/** The steps of an execution, in order; `limit` keeps a report readable, what is left out is counted in the last step. */
export function stepsOf(execution: FinishedExecution, built: Built, lines: LineMaps, limit: number): Step[] {
  const values = new Map<string, Map<string, bigint>>()
  const hazards = new Map(
    execution.hazards.map((hazard) => [hazard.event.id, `${hazard.kind}: ${hazard.text}`]),
  )
  const steps: Step[] = []
  for (const [i, event] of execution.events.entries()) {
    note(values, event)
    if (steps.length >= limit && !hazards.has(event.id)) continue
    const spec = execution.threads[event.thread]?.spec
    const hazard = hazards.get(event.id)
    steps.push({
      step: i + 1,
      thread: spec === undefined ? '?' : spec.name,
      function: event.function,
      depth: event.depth,
      at: placeOf(event, lines),
      operation: event.semantic?.name ?? event.op,
      text: textOf(event),
      locks: event.locks,
      irqsOff: event.irqsOff,
      rcuDepth: event.rcuDepth,
      state: stateOf(event, values, built),
      ...(hazard === undefined ? {} : { hazard }),
    })
  }
  return steps
}

function textOf(event: Event): string {
  return event.hazard === undefined ? describeEvent(event) : `${event.hazard.kind}: ${event.hazard.text}`
}

/** `mm/pagewalk.c:58`; the path alone where the implementation names no line. */
function placeOf(event: Event, lines: LineMaps): string | null {
  const { site } = event
  if (site === null) return null
  const line = lines.get(site.function)?.[site.line] ?? site.line
  return line === 0 ? site.path : `${site.path}:${line}`
}

/** Keeps the latest value of every word of every page-table entry. */
function note(values: Map<string, Map<string, bigint>>, event: Event): void {
  for (const { cell, value } of [...event.reads, ...event.writes]) {
    if (cell.role !== 'data') continue
    const words = values.get(cell.object) ?? new Map<string, bigint>()
    words.set(cell.name, value)
    values.set(cell.object, words)
  }
}

/** `pmd:A[0] none`: the entry that the event is about, as it is after it. */
function stateOf(
  event: Event,
  values: ReadonlyMap<string, ReadonlyMap<string, bigint>>,
  built: Built,
): string | null {
  const touched = [...event.writes, ...event.reads].find(({ cell }) => cell.role === 'data')
  const object = touched?.cell.object ?? event.semantic?.object
  if (object === undefined) return null
  const words = values.get(object)
  if (words === undefined) return null
  let bits = 0n
  for (const [name, value] of words) bits |= name.endsWith('.high') ? value << 32n : value
  return `${object} ${built.describe(object, bits)}`
}
