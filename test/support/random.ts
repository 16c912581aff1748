/** A small seeded generator, so that a printed seed is enough to see a failing case again. */
export interface Random {
  /** A whole number from 0 up to and without `limit`. */
  below(limit: number): number
  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean
  pick<T>(items: readonly T[]): T
}

/** mulberry32 under a small interface. */
export function randomFrom(seed: number): Random {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return {
    below: (limit) => Math.floor(next() * limit),
    chance: (percent) => next() * 100 < percent,
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
  }
}
