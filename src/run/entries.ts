/** What page-table entries are as an execution goes on: in memory, and to the threads whose stores are buffered. */
import type { Cell, Event, EventId } from '../machine/index.js'

/** The words of one page-table entry, by cell. */
export type Words = Map<string, bigint>

/** The entries that the events of one execution touch, as they are after the events told of so far. */
export class Entries {
  readonly #values = new Map<string, Words>()
  /** Stores that reach memory in a step of their own, by event; and those steps, by the store's event. */
  readonly #late = new Map<EventId, Event>()
  readonly #flushes = new Map<EventId, EventId>()
  readonly #buffered: Event[] = []

  constructor(events: readonly Event[]) {
    for (const { flushes, id } of events) if (flushes !== undefined) this.#flushes.set(flushes, id)
    for (const event of events) {
      // What an entry is at the start: a word says little without the other.
      for (const { cell } of [...dataOf(event.reads), ...dataOf(event.writes)]) {
        this.#words(cell.object).set(cell.name, cell.initial)
      }
      if (this.#flushes.has(event.id)) this.#late.set(event.id, event)
    }
  }

  isBuffered(event: Event): boolean {
    return this.#late.has(event.id)
  }

  /** The event at which others see what an event does: the flush of a buffered store. */
  seenAt(id: EventId): EventId {
    return this.#flushes.get(id) ?? id
  }

  /** The words of an entry as a thread sees it; undefined for what is no entry. */
  seenBy(thread: number, object: string): Words | undefined {
    const words = this.#values.get(object)
    const own = this.#buffered.filter((store) => store.thread === thread)
    if (words === undefined || own.length === 0) return words
    const seen = new Map(words)
    for (const { writes } of own) apply(writes, object, seen)
    return seen
  }

  /** What an event read was in memory, unless it is a store that its thread has in its buffer. */
  read({ reads, thread }: Event): void {
    const own = this.#buffered.filter((store) => store.thread === thread)
    for (const { cell, value } of dataOf(reads)) {
      if (own.some(({ writes }) => writes.some((write) => write.cell === cell))) continue
      this.#words(cell.object).set(cell.name, value)
    }
  }

  /** Takes the event's stores to memory, or to the buffer of its thread. */
  write(event: Event): void {
    if (this.isBuffered(event)) this.#buffered.push(event)
    const store = event.flushes === undefined ? event : this.#take(event.flushes)
    if (store === undefined || this.#buffered.includes(store)) return
    for (const { cell, value } of dataOf(store.writes)) this.#words(cell.object).set(cell.name, value)
  }

  /** The records that say what an event does to entries: those of a flush are the store's. */
  writesOf({ flushes, writes }: Event): Event['writes'] {
    return dataOf(flushes === undefined ? writes : (this.#late.get(flushes)?.writes ?? []))
  }

  #take(id: EventId): Event | undefined {
    const at = this.#buffered.findIndex((store) => store.id === id)
    return at === -1 ? undefined : this.#buffered.splice(at, 1)[0]
  }

  #words(object: string): Words {
    const words = this.#values.get(object) ?? new Map<string, bigint>()
    this.#values.set(object, words)
    return words
  }
}

/** The records of accesses to entries. */
export function dataOf<T extends { readonly cell: Cell }>(records: readonly T[]): readonly T[] {
  return records.filter(({ cell }) => cell.role === 'data')
}

function apply(writes: Event['writes'], object: string, words: Words): void {
  for (const { cell, value } of writes) if (cell.object === object) words.set(cell.name, value)
}
