/** Hazards of the simulated kernel that are functions of a whole execution. */
import { type Event, eventOf, type Hazard, type HazardDetector, kindOf, threadOf } from '../machine/index.js'
import type { EntryFormat } from './entry-format.js'

/** Pages of ptes mapped and not unmapped, or the other way round, per thread. */
export function mapImbalances(events: readonly Event[]): Hazard[] {
  const hazards: Hazard[] = []
  const open = new Map<number, Event[]>()
  const dead = new Set(events.filter((event) => event.hazard !== undefined).map((event) => event.thread))
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
    // A thread that died in the middle leaves everything as it was.
    if (dead.has(thread)) continue
    for (const event of mapped) {
      const text = `${event.semantic?.detail ?? ''} stays mapped`
      hazards.push({ kind: 'map imbalance', object: 'pte', text, event })
    }
  }
  return hazards
}

/**
 * Dirty, soft-dirty and uffd-wp bits that a store takes away without having seen them: another thread set
 * one in the write that comes right before it, and the stored value was computed without reading that write.
 */
export function lostBits(format: EntryFormat): HazardDetector {
  return (events, threads) => {
    const hazards: Hazard[] = []
    for (const event of events) {
      if (event.op !== 'store') continue
      for (const write of event.writes) {
        if (write.cell.role !== 'data' || write.after === null || threadOf(write.after) === event.thread)
          continue
        const before = eventOf(threads, write.after)
        const overwritten = before?.writes.find((other) => other.cell === write.cell)
        if (overwritten === undefined || !format.present(overwritten.value) || !format.present(write.value))
          continue
        const earlier = before?.reads.find((read) => read.cell === write.cell)?.value ?? 0n
        const bit = lostBit(format, earlier, overwritten.value, write.value)
        if (bit === null) continue
        const text = `${write.cell.object} loses the ${bit} bit that ${before?.function ?? 'another thread'} set`
        hazards.push({ kind: `${bit} bit lost`, object: kindOf(write.cell), text, event })
      }
    }
    return hazards
  }
}

function lostBit(format: EntryFormat, earlier: bigint, set: bigint, stored: bigint): string | null {
  if (format.dirty(set) && !format.dirty(earlier) && !format.dirty(stored)) return 'dirty'
  if (format.softDirty(set) && !format.softDirty(earlier) && !format.softDirty(stored)) return 'soft-dirty'
  if (format.uffdWp(set) && !format.uffdWp(earlier) && !format.uffdWp(stored)) return 'uffd-wp'
  return null
}
