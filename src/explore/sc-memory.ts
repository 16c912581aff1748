/** Sequential consistency: one memory, every operation takes effect at once and in full. */
import type { Cell, EventId, ReadRecord, SharedOperation, Thread, WriteRecord } from '../machine/index.js'
import { mergeReads, NO_READS } from '../machine/index.js'
import { type ContextCells, type Footprint, footprint, pagesOf, withPages } from './footprint.js'
import { type Effect, INITIAL_IMAGE, type Memory, type MemoryImage } from './memory.js'

const NOTHING: readonly never[] = []

export class ScMemory implements Memory {
  readonly buffers = null
  readonly #values: (bigint | undefined)[]
  readonly #writers: (EventId | null)[] = []
  readonly #contexts: readonly ContextCells[]
  /** The latest footprint asked for, by thread: an operation is looked at many times while it waits. */
  readonly #footprints: { readonly of: SharedOperation; readonly footprint: Footprint }[] = []

  constructor(contexts: readonly ContextCells[], image: MemoryImage = INITIAL_IMAGE) {
    this.#contexts = contexts
    this.#values = [...image.values]
  }

  value(cell: Cell): bigint {
    return this.#values[cell.id] ?? cell.initial
  }

  /** The write that the cell's value is from; null if it is the initial one. */
  writer(cell: Cell): EventId | null {
    return this.#writers[cell.id] ?? null
  }

  enabled(operation: SharedOperation): boolean {
    if (operation.op === 'lock') return this.value(operation.lock.cell) === 0n
    if (operation.op === 'await') return operation.until(operation.cells.map((cell) => this.value(cell)))
    return true
  }

  footprint(operation: SharedOperation, thread: Thread): Footprint {
    const known = this.#footprints[thread.number]
    if (known?.of === operation) return known.footprint
    const fresh = { of: operation, footprint: footprint(operation, this.#contextOf(thread)) }
    this.#footprints[thread.number] = fresh
    return fresh.footprint
  }

  apply(operation: SharedOperation, thread: Thread): Effect {
    const id = thread.nextId()
    switch (operation.op) {
      case 'load':
      case 'await':
        return { reads: this.#readAll(withPages(operation.cells)), writes: NOTHING }
      case 'store': {
        const reads = this.#readAll(pagesOf(operation.cells))
        const writes = operation.cells.map((cell, i) => {
          const value = operation.values[i]
          return this.write(cell, value?.bits ?? 0n, id, value?.from ?? NO_READS)
        })
        return { reads, writes }
      }
      case 'rmw': {
        const reads = this.#readAll(withPages(operation.cells))
        const stored = operation.update(operation.cells.map((cell) => this.value(cell)))
        if (stored === null) return { reads, writes: NOTHING }
        const data = mergeReads(operation.data, [id])
        return {
          reads,
          writes: operation.cells.map((cell, i) => this.write(cell, stored[i] ?? 0n, id, data)),
        }
      }
      case 'lock': {
        const reads = this.#readAll([operation.lock.cell])
        return { reads, writes: [this.write(operation.lock.cell, BigInt(thread.number + 1), id, NO_READS)] }
      }
      case 'trylock': {
        const reads = this.#readAll([operation.lock.cell])
        if (this.value(operation.lock.cell) !== 0n) return { reads, writes: NOTHING }
        return { reads, writes: [this.write(operation.lock.cell, BigInt(thread.number + 1), id, NO_READS)] }
      }
      case 'unlock':
        return { reads: NOTHING, writes: [this.write(operation.lock.cell, 0n, id, NO_READS)] }
      case 'rcu-lock':
      case 'rcu-unlock': {
        const depth = thread.rcuDepth + (operation.op === 'rcu-lock' ? 1 : -1)
        const { rcu } = this.#contextOf(thread)
        return { reads: NOTHING, writes: [this.write(rcu, BigInt(Math.max(depth, 0)), id, NO_READS)] }
      }
      case 'irq-save':
      case 'irq-restore': {
        const depth = thread.irqDepth + (operation.op === 'irq-save' ? 1 : -1)
        const { irq } = this.#contextOf(thread)
        return { reads: NOTHING, writes: [this.write(irq, BigInt(Math.max(depth, 0)), id, NO_READS)] }
      }
      case 'is-locked':
        return { reads: this.#readAll([operation.lock.cell]), writes: NOTHING }
      case 'srcu-lock':
      case 'srcu-unlock': {
        const { section } = operation
        const depth = this.value(section) + (operation.op === 'srcu-lock' ? 1n : -1n)
        return { reads: NOTHING, writes: [this.write(section, depth < 0n ? 0n : depth, id, NO_READS)] }
      }
      case 'grace-period':
      case 'fence':
      case 'choose':
        return { reads: NOTHING, writes: NOTHING }
    }
  }

  image(): MemoryImage {
    return { values: [...this.#values], buffers: [] }
  }

  repeat(effect: Effect, _operation: SharedOperation, thread: Thread): Effect {
    const id = thread.nextId()
    for (const { cell, value } of effect.writes) this.put(cell, value, id)
    return effect
  }

  read(cell: Cell): ReadRecord {
    return { cell, value: this.value(cell), from: this.writer(cell) }
  }

  write(cell: Cell, value: bigint, id: EventId, data: WriteRecord['data']): WriteRecord {
    const after = this.writer(cell)
    this.put(cell, value, id)
    return { cell, value, data, after }
  }

  /** Stores the value, as a write of event `id`. */
  put(cell: Cell, value: bigint, id: EventId): void {
    this.#values[cell.id] = value
    this.#writers[cell.id] = id
  }

  #readAll(cells: readonly Cell[]): ReadRecord[] {
    const reads: ReadRecord[] = []
    for (const cell of cells) reads.push(this.read(cell))
    return reads
  }

  #contextOf(thread: Thread): ContextCells {
    const context = this.#contexts[thread.number]
    if (context === undefined) throw new Error(`there is no thread ${thread.number}`)
    return context
  }
}
