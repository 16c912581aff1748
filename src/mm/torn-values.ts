/**
 * Torn values: words of one object that it never held together, read one by one and then relied on. A function
 * of what was read from which write, so it means the same under every memory model; the words' values decide
 * only whether the mixture spells a version that was there, which harms nobody.
 */
import { hex } from '../base/index.js'
import {
  type Cell,
  type Event,
  type EventId,
  eventOf,
  type Hazard,
  kindOf,
  type Reads,
  type Thread,
} from '../machine/index.js'

/** Finds events that rely on a value (`uses`) whose words belong to no one version of their object. */
export function tornValues(events: readonly Event[], threads: readonly Thread[]): Hazard[] {
  const hazards: Hazard[] = []
  const using = events.filter(({ semantic }) => semantic?.uses !== undefined)
  if (using.length === 0) return []
  const versions = versionsOf(events)
  for (const event of using) {
    for (const [object, words] of wordsRead(event.semantic?.uses ?? [], threads)) {
      if (words.size < 2 || isVersion(words, versions.get(object) ?? [])) continue
      const spelled = [...words].map(
        ([cell, values]) => `${cell.name} = ${[...values].map(hex).join(' or ')}`,
      )
      const [cell] = words.keys()
      if (cell === undefined) continue
      const text = `${spelled.join(' and ')} are used together, which ${object} never held`
      hazards.push({ kind: 'torn value used', object: kindOf(cell), text, event })
    }
  }
  return hazards
}

/** The values that were read of every word, object by object. */
function wordsRead(uses: Reads, threads: readonly Thread[]): Map<string, Map<Cell, Set<bigint>>> {
  const objects = new Map<string, Map<Cell, Set<bigint>>>()
  for (const id of uses) {
    for (const { cell, value } of eventOf(threads, id)?.reads ?? []) {
      if (cell.role !== 'data') continue
      const words = objects.get(cell.object) ?? new Map<Cell, Set<bigint>>()
      objects.set(cell.object, words)
      words.set(cell, (words.get(cell) ?? new Set()).add(value))
    }
  }
  return objects
}

/**
 * What one change made of an object: the words that it stored. Those are the stores of one call of one function,
 * until it stores a word again: set_pte_at() stores two.
 */
interface Change {
  readonly function: string
  readonly depth: number
  readonly words: Map<Cell, bigint>
  /** The change whose value of its first word it replaced; null: the initial value. */
  readonly before: () => Change | null
}

/** The changes of every object. */
function versionsOf(events: readonly Event[]): Map<string, Change[]> {
  const changes = new Map<string, Change[]>()
  const made = new Map<EventId, Map<Cell, Change>>()
  const open = new Map<string, Change>()
  for (const event of events) {
    for (const { cell, value, after } of event.writes) {
      if (cell.role !== 'data') continue
      const key = `${event.thread} ${cell.object}`
      let change = open.get(key)
      if (change === undefined || !continues(change, event, cell)) {
        const before = () => (after === null ? null : (made.get(after)?.get(cell) ?? null))
        change = {
          function: event.function,
          depth: event.depth,
          words: new Map(),
          before,
        }
        open.set(key, change)
        const known = changes.get(cell.object)
        if (known === undefined) changes.set(cell.object, [change])
        else known.push(change)
      }
      change.words.set(cell, value)
      const own = made.get(event.id) ?? new Map<Cell, Change>()
      made.set(event.id, own.set(cell, change))
    }
  }
  return changes
}

function continues(change: Change, event: Event, cell: Cell): boolean {
  return change.function === event.function && change.depth === event.depth && !change.words.has(cell)
}

/** True if the object held these words together at first, or after one of its changes. */
function isVersion(words: ReadonlyMap<Cell, ReadonlySet<bigint>>, changes: readonly Change[]): boolean {
  return [null, ...changes].some((change) =>
    [...words].every(([cell, values]) => values.has(wordAfter(change, cell))),
  )
}

/** What the word held after a change; one that the change left alone holds what it held before. */
function wordAfter(change: Change | null, cell: Cell): bigint {
  for (let at = change; at !== null; at = at.before()) {
    const value = at.words.get(cell)
    if (value !== undefined) return value
  }
  return cell.initial
}
