/** Relations on up to a few hundred events, as rows of bits: row i holds the events that i is related to. */

/** A set of events. */
export type BitRow = Uint32Array

/** Words of 32 bits that hold `size` bits. */
export function wordsFor(size: number): number {
  return Math.max(1, (size + 31) >>> 5)
}

/** A relation on events numbered from 0 to `size` - 1. All operands of an operation are of one size. */
export class BitMatrix {
  readonly size: number
  readonly words: number
  readonly bits: Uint32Array

  constructor(size: number) {
    this.size = size
    this.words = wordsFor(size)
    this.bits = new Uint32Array(size * this.words)
  }

  clear(): this {
    this.bits.fill(0)
    return this
  }

  add(from: number, to: number): void {
    const at = from * this.words + (to >>> 5)
    this.bits[at] = (this.bits[at] as number) | (1 << (to & 31))
  }

  has(from: number, to: number): boolean {
    return ((this.bits[from * this.words + (to >>> 5)] as number) & (1 << (to & 31))) !== 0
  }

  copy(other: BitMatrix): this {
    this.bits.set(other.bits)
    return this
  }

  /** Adds every pair of `other`. */
  or(other: BitMatrix): this {
    const { bits } = this
    const more = other.bits
    for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) | (more[i] as number)
    return this
  }

  /** Keeps only pairs that are in `other` too. */
  and(other: BitMatrix): this {
    const { bits } = this
    const more = other.bits
    for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) & (more[i] as number)
    return this
  }

  /** Removes the pairs of `other`. */
  minus(other: BitMatrix): this {
    const { bits } = this
    const less = other.bits
    for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) & ~(less[i] as number)
    return this
  }

  /** Adds the pairs (a, b) with (a, m) in `left` and (m, b) in `right`, neither of which may be this one. */
  orCompose(left: BitMatrix, right: BitMatrix): this {
    const { size, words, bits } = this
    const from = left.bits
    const to = right.bits
    for (let i = 0; i < size; i++) {
      const row = i * words
      for (let w = 0; w < words; w++) {
        let rest = from[row + w] as number
        while (rest !== 0) {
          const bit = 31 - Math.clz32(rest)
          rest &= ~(1 << bit)
          const other = (w * 32 + bit) * words
          for (let v = 0; v < words; v++)
            bits[row + v] = (bits[row + v] as number) | (to[other + v] as number)
        }
      }
    }
    return this
  }

  /** Adds every pair (i, i). */
  orIdentity(): this {
    for (let i = 0; i < this.size; i++) this.add(i, i)
    return this
  }

  /** Removes every pair (i, i). */
  minusIdentity(): this {
    const { size, words, bits } = this
    for (let i = 0; i < size; i++) {
      const at = i * words + (i >>> 5)
      bits[at] = (bits[at] as number) & ~(1 << (i & 31))
    }
    return this
  }

  /** Adds what follows by transitivity. */
  close(): this {
    const { size, words, bits } = this
    for (let k = 0; k < size; k++) {
      const via = k * words
      const word = k >>> 5
      const mask = 1 << (k & 31)
      for (let i = 0; i < size; i++) {
        const row = i * words
        if (((bits[row + word] as number) & mask) === 0 || i === k) continue
        for (let v = 0; v < words; v++) bits[row + v] = (bits[row + v] as number) | (bits[via + v] as number)
      }
    }
    return this
  }

  /** True if no pair (i, i) is in it: of a closed relation, that it is acyclic. */
  isIrreflexive(): boolean {
    for (let i = 0; i < this.size; i++) if (this.has(i, i)) return false
    return true
  }

  isEmpty(): boolean {
    for (const word of this.bits) if (word !== 0) return false
    return true
  }

  /** Keeps the pairs that begin in `set`. */
  from(set: BitRow): this {
    const { size, words, bits } = this
    for (let i = 0; i < size; i++) {
      if (inRow(set, i)) continue
      for (let v = 0; v < words; v++) bits[i * words + v] = 0
    }
    return this
  }

  /** Keeps the pairs that end in `set`. */
  to(set: BitRow): this {
    const { size, words, bits } = this
    for (let i = 0; i < size; i++) {
      for (let v = 0; v < words; v++)
        bits[i * words + v] = (bits[i * words + v] as number) & (set[v] as number)
    }
    return this
  }

  /** Makes this the inverse of `other`, which may not be this one. */
  invert(other: BitMatrix): this {
    this.clear()
    const { size, words } = other
    for (let i = 0; i < size; i++) {
      for (let w = 0; w < words; w++) {
        let rest = other.bits[i * words + w] as number
        while (rest !== 0) {
          const bit = 31 - Math.clz32(rest)
          rest &= ~(1 << bit)
          this.add(w * 32 + bit, i)
        }
      }
    }
    return this
  }

  /** Adds `set` to the row of `from`. */
  orRow(from: number, set: BitRow): void {
    const { words, bits } = this
    for (let v = 0; v < words; v++) {
      bits[from * words + v] = (bits[from * words + v] as number) | (set[v] as number)
    }
  }
}

export function addToRow(row: BitRow, event: number): void {
  row[event >>> 5] = (row[event >>> 5] as number) | (1 << (event & 31))
}

export function inRow(row: BitRow, event: number): boolean {
  return ((row[event >>> 5] as number) & (1 << (event & 31))) !== 0
}
