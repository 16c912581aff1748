/**
 * x86-TSO: stores wait in a buffer of their thread, first in, first out, before they reach memory; the thread
 * itself reads them there already. What drains the buffer, and what does not, is said in
 * docs/adr/0002-store-buffers.md.
 */
import type { Cell, EventId, ReadRecord, SharedOperation, Thread, WriteRecord } from '../machine/index.js'
import { EVENTS_PER_THREAD, NO_READS, threadOf } from '../machine/index.js'
import {
  type BufferUse,
  type ContextCells,
  EMPTY_FOOTPRINT,
  type Footprint,
  type OwnRead,
  pagesOf,
  withPages,
} from './footprint.js'
import {
  type Buffers,
  type Effect,
  type Flushed,
  INITIAL_IMAGE,
  type Memory,
  type MemoryImage,
} from './memory.js'
import { ScMemory } from './sc-memory.js'
import { type Buffered, StoreBuffer } from './store-buffer.js'

/** A store on its way to memory. */
interface PendingStore {
  /** The event it belongs to. */
  readonly id: EventId
  /** The event's own records: their place in coherence order is known, and filled in, when they reach memory. */
  readonly writes: readonly PendingWrite[]
  /** The lock that it gives back. */
  readonly releases: Cell | null
  /** Index of the step that put it here. */
  readonly step: number
}

type PendingWrite = { -readonly [K in keyof WriteRecord]: WriteRecord[K] }

interface ThreadBuffer {
  readonly stores: StoreBuffer<PendingStore>
  /** Index of the latest step that took a store from it; -1 before the first. */
  flushed: number
}

export class TsoMemory implements Memory, Buffers {
  readonly #memory: ScMemory
  readonly #threads: readonly ThreadBuffer[]
  /** The thread whose RCU or interrupt state stands in the cell, by cell id. */
  readonly #contextOf: number[] = []

  constructor(contexts: readonly ContextCells[], image: MemoryImage = INITIAL_IMAGE) {
    this.#memory = new ScMemory(contexts, image)
    this.#threads = contexts.map((_, thread) => {
      const stores = (image.buffers[thread] ?? []).map((store) => restored(store, thread))
      return { stores: new StoreBuffer(stores), flushed: -1 }
    })
    for (const [thread, { rcu, irq }] of contexts.entries()) {
      this.#contextOf[rcu.id] = thread
      this.#contextOf[irq.id] = thread
    }
  }

  get buffers(): Buffers {
    return this
  }

  value(cell: Cell): bigint {
    return this.#memory.value(cell)
  }

  enabled(operation: SharedOperation, thread: Thread): boolean {
    if (this.#waitsForBuffer(operation) && !this.isEmpty(thread.number)) return false
    switch (operation.op) {
      case 'lock':
        return this.value(operation.lock.cell) === 0n
      case 'await': {
        if (!this.#watched(operation.cells).every((other) => this.isEmpty(other))) return false
        return operation.until(operation.cells.map((cell) => this.#read(cell, thread).value))
      }
      default:
        return true
    }
  }

  footprint(operation: SharedOperation, thread: Thread): Footprint | null {
    if (this.#waitsForBuffer(operation)) {
      if (!this.isEmpty(thread.number)) return null
      const drained = operation.op === 'await' ? this.#watched(operation.cells) : NOTHING
      const follows = this.#bufferOf(thread.number).flushed
      const buffers = { ...NO_USE, drained, follows }
      return { ...this.#inMemory(operation, thread), buffers }
    }
    switch (operation.op) {
      case 'load':
        return this.#reading(withPages(operation.cells), thread, NO_USE)
      case 'await':
        return { ...this.#reading(withPages(operation.cells), thread, NO_USE), waits: true }
      case 'is-locked':
        return this.#reading([operation.lock.cell], thread, NO_USE)
      case 'store':
        return this.#reading(pagesOf(operation.cells), thread, { ...NO_USE, changes: thread.number })
      case 'unlock':
        return this.#reading([], thread, { ...NO_USE, changes: thread.number })
      default:
        return this.#memory.footprint(operation, thread)
    }
  }

  apply(operation: SharedOperation, thread: Thread, step: number): Effect {
    if (this.#waitsForBuffer(operation)) return this.#memory.apply(operation, thread)
    switch (operation.op) {
      case 'load':
      case 'await':
        return { reads: this.#readAll(withPages(operation.cells), thread), writes: NOTHING }
      case 'is-locked':
        return { reads: this.#readAll([operation.lock.cell], thread), writes: NOTHING }
      case 'store': {
        const reads = this.#readAll(pagesOf(operation.cells), thread)
        const writes = operation.cells.map((cell, i) => {
          const value = operation.values[i]
          return { cell, value: value?.bits ?? 0n, data: value?.from ?? NO_READS, after: null }
        })
        return this.#enqueue({ reads, writes, buffered: true }, null, thread, step)
      }
      case 'unlock': {
        const { cell } = operation.lock
        const writes = [{ cell, value: 0n, data: NO_READS, after: null }]
        return this.#enqueue({ reads: NOTHING, writes, buffered: true }, cell, thread, step)
      }
      default:
        return this.#memory.apply(operation, thread)
    }
  }

  repeat(effect: Effect, operation: SharedOperation, thread: Thread, step: number): Effect {
    if (effect.buffered !== true) return this.#memory.repeat(effect, operation, thread)
    const releases = operation.op === 'unlock' ? operation.lock.cell : null
    return this.#enqueue(effect, releases, thread, step)
  }

  image(): MemoryImage {
    return { ...this.#memory.image(), buffers: this.#threads.map(({ stores }) => [...stores.stores]) }
  }

  isEmpty(thread: number): boolean {
    return this.#bufferOf(thread).stores.isEmpty
  }

  /** A step of the buffer: it comes after the one that put the store there. */
  flushing(thread: number): Footprint | null {
    const { oldest } = this.#bufferOf(thread).stores
    if (oldest === undefined) return null
    const { id, writes, releases, step } = oldest
    return {
      ...EMPTY_FOOTPRINT,
      writes: writes.map(({ cell }) => cell),
      releases,
      buffers: { ...NO_USE, changes: thread, flushes: id, follows: step },
    }
  }

  flush(thread: number, step: number): Flushed {
    const buffer = this.#bufferOf(thread)
    const store = buffer.stores.shift()
    if (store === undefined) throw new Error(`thread ${thread} has no store to flush`)
    buffer.flushed = step
    for (const write of store.writes) {
      write.after = this.#memory.writer(write.cell)
      this.#memory.put(write.cell, write.value, store.id)
    }
    return { store: store.id, effect: { reads: NOTHING, writes: store.writes } }
  }

  /** Puts a store into the buffer, in records of its own: an effect may be that of an earlier execution. */
  #enqueue(effect: Effect, releases: Cell | null, thread: Thread, step: number): Effect {
    const writes = effect.writes.map((write): PendingWrite => ({ ...write, after: null }))
    this.#bufferOf(thread.number).stores.push({ id: thread.nextId(), writes, releases, step })
    return { ...effect, writes }
  }

  /**
   * True for what waits until the thread's own stores have reached memory: LOCK-prefixed instructions, full
   * barriers, and whoever sends an interrupt or asks for a grace period.
   */
  #waitsForBuffer(operation: SharedOperation): boolean {
    switch (operation.op) {
      case 'rmw':
      case 'lock':
      case 'trylock':
      case 'fence':
      case 'srcu-lock':
      case 'srcu-unlock':
        return true
      case 'load':
      case 'store':
        return operation.access === 'mb'
      case 'await':
        return operation.cells.some((cell) => this.#contextOf[cell.id] !== undefined)
      default:
        return false
    }
  }

  /** What the operation touches in memory as it is now: one that would store nothing only reads. */
  #inMemory(operation: SharedOperation, thread: Thread): Footprint {
    const most = this.#memory.footprint(operation, thread)
    switch (operation.op) {
      case 'rmw': {
        const stored = operation.update(operation.cells.map((cell) => this.value(cell)))
        return stored === null ? { ...most, writes: NOTHING } : most
      }
      case 'trylock': {
        const { cell } = operation.lock
        return this.value(cell) === 0n ? most : { ...most, reads: [cell], writes: NOTHING }
      }
      default:
        return most
    }
  }

  /** Threads whose RCU or interrupt state stands in one of the cells. */
  #watched(cells: readonly Cell[]): number[] {
    return cells.flatMap((cell) => this.#contextOf[cell.id] ?? [])
  }

  /** The footprint of reading these cells: what the thread stored itself does not count as read from memory. */
  #reading(cells: readonly Cell[], thread: Thread, use: BufferUse): Footprint {
    const reads: Cell[] = []
    const own: OwnRead[] = []
    const { stores } = this.#bufferOf(thread.number)
    for (const cell of cells) {
      const pending = stores.newest(cell)
      const writer = pending?.store.id ?? this.#memory.writer(cell)
      if (writer === null || threadOf(writer) !== thread.number) reads.push(cell)
      else own.push({ cell, store: writer, flushed: pending === null })
    }
    return { ...EMPTY_FOOTPRINT, reads, buffers: { ...use, own } }
  }

  #readAll(cells: readonly Cell[], thread: Thread): ReadRecord[] {
    return cells.map((cell) => this.#read(cell, thread))
  }

  #read(cell: Cell, thread: Thread): ReadRecord {
    const pending = this.#bufferOf(thread.number).stores.newest(cell)
    if (pending === null) return this.#memory.read(cell)
    return { cell, value: pending.value, from: pending.store.id }
  }

  #bufferOf(thread: number): ThreadBuffer {
    const buffer = this.#threads[thread]
    if (buffer === undefined) throw new Error(`there is no thread ${thread}`)
    return buffer
  }
}

/** A store out of an image, which does not say which event it belongs to: one of the thread's. */
function restored({ writes }: Buffered, thread: number): PendingStore {
  return {
    id: thread * EVENTS_PER_THREAD,
    writes: writes.map(({ cell, value }) => ({ cell, value, data: NO_READS, after: null })),
    releases: null,
    step: -1,
  }
}

const NOTHING: readonly never[] = []

const NO_USE: BufferUse = { own: [], changes: -1, flushes: null, drained: [], follows: -1 }
