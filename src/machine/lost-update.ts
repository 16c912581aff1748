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

/**
 * True if software of another thread stored between the read that the value comes from and this write. Own
 * writes and those of hardware in between are looked through: an exchange whose result is not used saves nothing.
 */
function overwritesUnseen(event: Event, write: WriteRecord, threads: readonly Thread[]): boolean {
  if (write.cell.role !== 'data') return false
  // The newest read of this cell that the stored value depends on is the one that counts as seen.
  let seen: EventId | null | undefined
  for (const id of write.data) {
    const read = eventOf(threads, id)?.reads.find((record) => record.cell === write.cell)
    if (read !== undefined) seen = read.from
  }
  if (seen === undefined) return false
  for (let at = write.after; at !== null && at !== seen; ) {
    const other = threadOf(at)
    if (other !== event.thread && threads[other]?.spec.hardware !== true) return true
    at = eventOf(threads, at)?.writes.find((record) => record.cell === write.cell)?.after ?? null
  }
  return false
}
