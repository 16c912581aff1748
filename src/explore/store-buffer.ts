/** The stores of one thread that have not reached memory yet, oldest first. */
import type { Cell } from '../machine/index.js'

/** What can stand in a store buffer: the words of one store reach memory together. */
export interface Buffered {
  readonly writes: readonly { readonly cell: Cell; readonly value: bigint }[]
}

export class StoreBuffer<T extends Buffered> {
  readonly #stores: T[]

  constructor(stores: readonly T[] = []) {
    this.#stores = [...stores]
  }

  get isEmpty(): boolean {
    return this.#stores.length === 0
  }

  /** The store that reaches memory next. */
  get oldest(): T | undefined {
    return this.#stores[0]
  }

  /** Oldest first. */
  get stores(): readonly T[] {
    return this.#stores
  }

  push(store: T): void {
    this.#stores.push(store)
  }

  /** Takes the oldest store out. */
  shift(): T | undefined {
    return this.#stores.shift()
  }

  /** The newest store to the cell and what it stores there: what the thread reads. */
  newest(cell: Cell): { readonly store: T; readonly value: bigint } | null {
    for (let i = this.#stores.length - 1; i >= 0; i--) {
      const store = this.#stores[i]
      const write = store?.writes.find((candidate) => candidate.cell === cell)
      if (store !== undefined && write !== undefined) return { store, value: write.value }
    }
    return null
  }
}
