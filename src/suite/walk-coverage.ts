/** Ranges that a walk left out, or handled twice although nothing had changed: hazards of the walk as a whole. */
import type { Event, Hazard } from '../machine/index.js'
import { type EntryPointer, PAGE_SIZE } from '../mm/index.js'
import type { CallbackSpec, PteEntryKind } from './walk-callbacks.js'
import type { World } from './world.js'

/** The coverage hazards of one execution; none of one that has others, as it may have ended early. */
export function coverageHazards(
  events: readonly Event[],
  world: World,
  callbacks: CallbackSpec,
  withoutVma = false,
): Hazard[] {
  const own: Event[] = []
  for (const event of events) {
    if (event.hazard !== undefined) return []
    if (event.thread === 0) own.push(event)
  }
  const hazards = handledTwice(own)
  // A walker of before such walks reports what no VMA maps as a hole, which is no hazard.
  return callbacks.pte === undefined || withoutVma || stopsEarly(callbacks)
    ? hazards
    : [...hazards, ...skipped(events, own, world)]
}

/**
 * A callback called again for the same page. A pmd may be looked at again, but only if it was seen to change or
 * the callback asked for it.
 */
function handledTwice(own: readonly Event[]): Hazard[] {
  const hazards: Hazard[] = []
  const calls = new Map<string, number>()
  for (let i = 0; i < own.length; i++) {
    const event = own[i]
    const semantic = event?.semantic
    if (event === undefined || semantic === undefined) continue
    if (semantic.name !== 'pte_entry' && semantic.name !== 'pmd_entry') continue
    const { name, detail } = semantic
    const before = calls.get(`${name} ${detail}`)
    calls.set(`${name} ${detail}`, i)
    if (before === undefined) continue
    if (name === 'pmd_entry' && mayRepeat(own.slice(before, i), semantic.object ?? '')) continue
    const text = `${name} is called again for ${detail}`
    hazards.push({ kind: 'range handled twice', object: name.slice(0, 3), text, event })
  }
  return hazards
}

/** True if these events of one thread read two versions of an object, write it, or ask for it to be looked at again. */
function mayRepeat(events: readonly Event[], object: string): boolean {
  const versions = new Map<string, number | null>()
  for (const { reads, writes, semantic } of events) {
    if (semantic?.name === 'ACTION_AGAIN' && semantic.object === object) return true
    if (writes.some(({ cell }) => cell.object === object)) return true
    for (const { cell, from } of reads) {
      if (cell.object !== object) continue
      if (versions.has(cell.name) && versions.get(cell.name) !== from) return true
      versions.set(cell.name, from)
    }
  }
  return false
}

/** The first page of a table that stayed where it was, and that no pte_entry was called for. */
function skipped(events: readonly Event[], own: readonly Event[], world: World): Hazard[] {
  const last = own.at(-1)
  if (last === undefined) return []
  const called = new Set<string>()
  for (const { semantic } of own) if (semantic?.name === 'pte_entry') called.add(semantic.detail)
  const perPmd = world.profile.levels.pte.entries
  for (const [i, table] of world.tables.entries()) {
    const pmd = world.pmds[i]
    if (table === null || pmd === undefined || changed(events, pmd)) continue
    for (let index = 0; index < perPmd; index++) {
      const page = i * perPmd + index
      if (called.has(`page ${page}`) || !isMapped(world, page)) continue
      const text = `pte_entry is never called for page ${page}, whose table was there throughout`
      return [{ kind: 'range skipped', object: 'pte', text, event: last }]
    }
  }
  return []
}

/** Mappings of bare page frames are not walked unless a test_walk says so. */
const VM_PFNMAP = 0x400n

function isMapped(world: World, page: number): boolean {
  const addr = world.start + BigInt(page) * PAGE_SIZE
  return (
    addr < world.end &&
    world.mm.vmas.some(
      ({ start, end, flags = 0n }) => addr >= start && addr < end && (flags & VM_PFNMAP) === 0n,
    )
  )
}

function changed(events: readonly Event[], pmd: EntryPointer): boolean {
  return events.some((event) => event.writes.some((write) => write.cell.object === pmd.name))
}

const EARLY_STOPS: readonly PteEntryKind[] = [
  'stop-at-3',
  'fail-at-0',
  's390_gather_pages',
  'prot_none_pte_entry',
]

function stopsEarly({ pte, pmd, hole, test, vma }: CallbackSpec): boolean {
  if (pmd === 'fail' || hole === 'fail' || vma === 'fail' || test !== undefined) return true
  return pte !== undefined && EARLY_STOPS.includes(pte)
}
