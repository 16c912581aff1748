/** Sequential consistency: one memory, every operation takes effect at once and in full. */
import type { Cell, EventId, ReadRecord, SharedOperation, Thread, WriteRecord } from '../machine/index.js'
import { mergeReads, NO_READS } from '../machine/index.js'
import type { ContextCells } from './footprint.js'

export interface Effect {
  readonly reads: readonly ReadRecord[]
  readonly writes: readonly WriteRecord[]
}

const NOTHING: readonly never[] = []

export class ScMemory {
  readonly #values: bigint[] = []
  readonly #writers: (EventId | null)[] = []

  value(cell: Cell): bigint {
    return this.#values[cell.id] ?? cell.initial
  }

  /** True if the operation can be done now. */
  enabled(operation: SharedOperation): boolean {
    if (operation.op === 'lock') return this.value(operation.lock.cell) === 0n
    if (operation.op === 'await') return operation.until(operation.cells.map((cell) => this.value(cell)))
    return true
  }

  /** Does the operation as `thread`, and says what it read and wrote. */
  apply(operation: SharedOperation, thread: Thread, context: ContextCells): Effect {
    const id = thread.nextId()
    switch (operation.op) {
      case 'load':
      case 'await':
        return { reads: this.#readAll(operation.cells, true), writes: NOTHING }
      case 'store': {
        const reads = this.#readPages(operation.cells)
        const writes = operation.cells.map((cell, i) => {
          const value = operation.values[i]
          return this.#write(cell, value?.bits ?? 0n, id, value?.from ?? NO_READS)
        })
        return { reads, writes }
      }
      case 'rmw': {
        const reads = this.#readAll(operation.cells, true)
        const stored = operation.update(operation.cells.map((cell) => this.value(cell)))
        if (stored === null) return { reads, writes: NOTHING }
        const data = mergeReads(operation.data, [id])
        return {
          reads,
          writes: operation.cells.map((cell, i) => this.#write(cell, stored[i] ?? 0n, id, data)),
        }
      }
      case 'lock': {
        const reads = this.#readAll([operation.lock.cell], false)
        return { reads, writes: [this.#write(operation.lock.cell, BigInt(thread.number + 1), id, NO_READS)] }
      }
      case 'trylock': {
        const reads = this.#readAll([operation.lock.cell], false)
        if (this.value(operation.lock.cell) !== 0n) return { reads, writes: NOTHING }
        return { reads, writes: [this.#write(operation.lock.cell, BigInt(thread.number + 1), id, NO_READS)] }
      }
      case 'unlock':
        return { reads: NOTHING, writes: [this.#write(operation.lock.cell, 0n, id, NO_READS)] }
      case 'rcu-lock':
      case 'rcu-unlock': {
        const depth = thread.rcuDepth + (operation.op === 'rcu-lock' ? 1 : -1)
        return {
          reads: NOTHING,
          writes: [this.#write(context.rcu, BigInt(Math.max(depth, 0)), id, NO_READS)],
        }
      }
      case 'irq-save':
      case 'irq-restore': {
        const depth = thread.irqDepth + (operation.op === 'irq-save' ? 1 : -1)
        return {
          reads: NOTHING,
          writes: [this.#write(context.irq, BigInt(Math.max(depth, 0)), id, NO_READS)],
        }
      }
      case 'is-locked':
        return { reads: this.#readAll([operation.lock.cell], false), writes: NOTHING }
      case 'srcu-lock':
      case 'srcu-unlock': {
        const { section } = operation
        const depth = this.value(section) + (operation.op === 'srcu-lock' ? 1n : -1n)
        return { reads: NOTHING, writes: [this.#write(section, depth < 0n ? 0n : depth, id, NO_READS)] }
      }
      case 'grace-period':
      case 'fence':
      case 'choose':
        return { reads: NOTHING, writes: NOTHING }
    }
  }

  /** Writes what event `id` is known to have written. */
  repeat(effect: Effect, id: EventId): void {
    for (const { cell, value } of effect.writes) {
      this.#values[cell.id] = value
      this.#writers[cell.id] = id
    }
  }

  #readAll(cells: readonly Cell[], withPages: boolean): ReadRecord[] {
    const reads = cells.map((cell) => this.#read(cell))
    if (withPages) reads.push(...this.#readPages(cells))
    return reads
  }

  #readPages(cells: readonly Cell[]): ReadRecord[] {
    const reads: ReadRecord[] = []
    for (const { page } of cells) {
      if (page !== null && !reads.some((read) => read.cell === page)) reads.push(this.#read(page))
    }
    return reads
  }

  #read(cell: Cell): ReadRecord {
    return { cell, value: this.value(cell), from: this.#writers[cell.id] ?? null }
  }

  #write(cell: Cell, value: bigint, id: EventId, data: WriteRecord['data']): WriteRecord {
    const after = this.#writers[cell.id] ?? null
    this.#values[cell.id] = value
    this.#writers[cell.id] = id
    return { cell, value, data, after }
  }
}
