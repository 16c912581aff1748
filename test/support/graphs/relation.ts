/** Relations on few events, written for being read: tables of truth values. */

export class Relation {
  readonly size: number
  readonly #pairs: Uint8Array

  constructor(size: number, pairs: Uint8Array = new Uint8Array(size * size)) {
    this.size = size
    this.#pairs = pairs
  }

  /** The pairs for which `holds`. */
  static where(size: number, holds: (from: number, to: number) => boolean): Relation {
    const relation = new Relation(size)
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++) if (holds(from, to)) relation.#pairs[from * size + to] = 1
    }
    return relation
  }

  has(from: number, to: number): boolean {
    return this.#pairs[from * this.size + to] === 1
  }

  #combine(other: Relation, of: (left: number, right: number) => boolean): Relation {
    const pairs = this.#pairs.map((left, i) => (of(left, other.#pairs[i] as number) ? 1 : 0))
    return new Relation(this.size, pairs)
  }

  /** Union. */
  or(...others: readonly Relation[]): Relation {
    return others.reduce<Relation>((sum, one) => sum.#combine(one, (left, right) => left + right > 0), this)
  }

  /** Intersection. */
  and(other: Relation): Relation {
    return this.#combine(other, (left, right) => left + right === 2)
  }

  /** Difference. */
  minus(other: Relation): Relation {
    return this.#combine(other, (left, right) => left > right)
  }

  /** Composition, from left to right. */
  seq(...others: readonly Relation[]): Relation {
    return others.reduce<Relation>((left, right) => left.#compose(right), this)
  }

  #compose(other: Relation): Relation {
    const { size } = this
    const pairs = new Uint8Array(size * size)
    for (let from = 0; from < size; from++) {
      for (let via = 0; via < size; via++) {
        if (this.#pairs[from * size + via] === 0) continue
        for (let to = 0; to < size; to++) if (other.#pairs[via * size + to] === 1) pairs[from * size + to] = 1
      }
    }
    return new Relation(size, pairs)
  }

  inverse(): Relation {
    return Relation.where(this.size, (from, to) => this.has(to, from))
  }

  /** With every pair of an event and itself. */
  optional(): Relation {
    return Relation.where(this.size, (from, to) => from === to || this.has(from, to))
  }

  /** The transitive closure. */
  plus(): Relation {
    for (let closed: Relation = this; ; ) {
      const further = closed.or(closed.seq(closed))
      if (further.equals(closed)) return closed
      closed = further
    }
  }

  star(): Relation {
    return this.plus().optional()
  }

  equals(other: Relation): boolean {
    return this.#pairs.every((one, i) => one === other.#pairs[i])
  }

  isEmpty(): boolean {
    return !this.#pairs.includes(1)
  }

  isIrreflexive(): boolean {
    for (let event = 0; event < this.size; event++) if (this.has(event, event)) return false
    return true
  }

  isAcyclic(): boolean {
    return this.plus().isIrreflexive()
  }
}
