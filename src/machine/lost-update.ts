/**
 * Lost update: a thread stores to a cell a value computed from an earlier read of that cell, and meanwhile
 * another program stored there. (What the hardware sets and software overwrites is a lost bit, mm/'s matter.) The store that comes right before it in coherence order is then neither the
 * one that was read nor its own. Defined on reads-from and coherence alone.
 */
import type { Event, Hazard, WriteRecord } from './event.js'
import { eventOf, kindOf, type Thread } from './thread.js'
import { type EventId, threadOf } from './value.js'

/** Finds the lost updates of an execution; one hazard for each store that overwrites unseen data. */
export function lostUpdates(events: readonly Event[], threads: readonly Thread[]): Hazard[] {
  const hazards: Hazard[] = []
  for (const event of events) {
    if (event.writes.length === 0) continue
    const lost = event.writes.find((write) => overwritesUnseen(event, write, threads))
    if (lost === undefined) continue
    const overwritten = lost.after === null ? undefined : eventOf(threads, lost.after)
    hazards.push({
      kind: 'lost update',
      object: kindOf(lost.cell),
      text: `${lost.cell.object} is written back from a stale read; the store by ${overwritten?.function ?? 'another thread'} in between is lost`,
      event,
    })
  }
  return hazards
}

function overwritesUnseen(event: Event, write: WriteRecord, threads: readonly Thread[]): boolean {
  if (write.cell.role !== 'data' || write.after === null) return false
  const other = threadOf(write.after)
  if (other === event.thread || threads[other]?.spec.hardware === true) return false
  // The newest read of this cell that the stored value depends on is the one that counts as seen.
  let seen: EventId | null | undefined
  for (const id of write.data) {
    const read = eventOf(threads, id)?.reads.find((record) => record.cell === write.cell)
    if (read !== undefined) seen = read.from
  }
  return seen !== undefined && seen !== write.after
}
