import { BitMatrix } from './bit-matrix.js'

/** Matrices of one size, to be used again: a graph is judged in a few dozen of them. */
export class MatrixPool {
  readonly #size: number
  readonly #matrices: BitMatrix[] = []
  #taken = 0

  constructor(size: number) {
    this.#size = size
  }

  /** Makes all its matrices free again. */
  reset(): this {
    this.#taken = 0
    return this
  }

  /** An empty matrix. */
  take(): BitMatrix {
    const matrix = this.#matrices[this.#taken] ?? new BitMatrix(this.#size)
    this.#matrices[this.#taken++] = matrix
    return matrix.clear()
  }
}

const POOLS = new Map<number, MatrixPool>()

/** The pool for graphs of this size, all free. What it gave out before is not to be used any more. */
export function poolOf(size: number): MatrixPool {
  let pool = POOLS.get(size)
  if (pool === undefined) {
    pool = new MatrixPool(size)
    POOLS.set(size, pool)
  }
  return pool.reset()
}
