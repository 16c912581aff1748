/** An entry, with what it costs. */
interface Queued<T> {
  readonly item: T
  readonly cost: number
  readonly order: number
}

/** Cheapest first; among equals the one pushed last, so that a search goes down before it goes wide. */
export class CheapestFirst<T> {
  readonly #heap: Queued<T>[] = []
  #order = 0

  push(item: T, cost: number): void {
    const entry = { item, cost, order: this.#order++ }
    let at = this.#heap.length
    this.#heap.push(entry)
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = this.#heap[up]
      if (parent === undefined || !isBefore(entry, parent)) break
      this.#heap[at] = parent
      at = up
    }
    this.#heap[at] = entry
  }

  pop(): Queued<T> | null {
    const [first] = this.#heap
    const last = this.#heap.pop()
    if (first === undefined || last === undefined) return null
    if (this.#heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const left = this.#heap[child]
      if (left === undefined) break
      const right = this.#heap[child + 1]
      if (right !== undefined && isBefore(right, left)) child++
      const lesser = this.#heap[child]
      if (lesser === undefined || !isBefore(lesser, last)) break
      this.#heap[at] = lesser
      at = child
    }
    this.#heap[at] = last
    return first
  }
}

function isBefore<T>(one: Queued<T>, other: Queued<T>): boolean {
  return one.cost !== other.cost ? one.cost < other.cost : one.order > other.order
}
