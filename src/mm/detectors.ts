/** Hazards of the simulated kernel that are functions of a whole execution. */
import {
  type Event,
  eventOf,
  type Hazard,
  type HazardDetector,
  kindOf,
  type Thread,
  threadOf,
  type WriteRecord,
} from '../machine/index.js'
import type { EntryFormat } from './entry-format.js'

/** Pages of ptes mapped and not unmapped, or the other way round, per thread. */
export function mapImbalances(events: readonly Event[], threads: readonly Thread[]): Hazard[] {
  const hazards: Hazard[] = []
  const open = new Map<number, Event[]>()
  for (const event of events) {
    const name = event.semantic?.name
    if (name !== 'pte_map' && name !== 'pte_unmap') continue
    const mapped = open.get(event.thread) ?? []
    open.set(event.thread, mapped)
    if (name === 'pte_map') {
      mapped.push(event)
      continue
    }
    const at = mapped.findLastIndex((other) => other.semantic?.detail === event.semantic?.detail)
    if (at >= 0) mapped.splice(at, 1)
    else {
      hazards.push({
        kind: 'map imbalance',
        object: 'pte',
        text: `pte_unmap of ${event.semantic?.detail ?? ''}, which is not mapped`,
        event,
      })
    }
  }
  for (const [thread, mapped] of open) {
    // A thread that died or waits in the middle leaves everything as it was.
    if (threads[thread]?.status !== 'done') continue
    for (const event of mapped) {
      const text = `${event.semantic?.detail ?? ''} stays mapped`
      hazards.push({ kind: 'map imbalance', object: 'pte', text, event })
    }
  }
  return hazards
}

/**
 * Dirty, soft-dirty and uffd-wp bits that a store takes away without having seen them: another thread set one
 * in the write that comes right before it, or right before the exchange by which the storing thread took the
 * entry away, and the stored value was computed without what that exchange returned.
 */
export function lostBits(format: EntryFormat): HazardDetector {
  return (events, threads) => {
    const hazards: Hazard[] = []
    for (const event of events) {
      if (event.op !== 'store') continue
      for (const write of event.writes) {
        const setter = write.cell.role === 'data' ? unseenWrite(event, write, threads) : undefined
        const overwritten = setter?.writes.find((other) => other.cell === write.cell)
        if (setter === undefined || overwritten === undefined) continue
        if (!format.present(overwritten.value) || !format.present(write.value)) continue
        const earlier = setter.reads.find((read) => read.cell === write.cell)?.value ?? 0n
        const bit = lostBit(format, earlier, overwritten.value, write.value)
        if (bit === null) continue
        const text = `${write.cell.object} loses the ${bit} bit that ${setter.function} set`
        hazards.push({ kind: `${bit} bit lost`, object: kindOf(write.cell), text, event })
      }
    }
    return hazards
  }
}

/** The write of another thread that a write replaces without its value having been looked at. */
function unseenWrite(event: Event, write: WriteRecord, threads: readonly Thread[]): Event | undefined {
  if (write.after === null) return undefined
  if (threadOf(write.after) !== event.thread) {
    const isSeen = write.data.some((id) =>
      eventOf(threads, id)?.reads.some((read) => read.cell === write.cell && read.from === write.after),
    )
    return isSeen ? undefined : eventOf(threads, write.after)
  }
  const own = eventOf(threads, write.after)
  if (own?.op !== 'rmw' || write.data.includes(own.id)) return undefined
  const from = own.reads.find((read) => read.cell === write.cell)?.from ?? null
  return from === null || threadOf(from) === event.thread ? undefined : eventOf(threads, from)
}

function lostBit(format: EntryFormat, earlier: bigint, set: bigint, stored: bigint): string | null {
  if (format.dirty(set) && !format.dirty(earlier) && !format.dirty(stored)) return 'dirty'
  if (format.softDirty(set) && !format.softDirty(earlier) && !format.softDirty(stored)) return 'soft-dirty'
  if (format.uffdWp(set) && !format.uffdWp(earlier) && !format.uffdWp(stored)) return 'uffd-wp'
  return null
}
