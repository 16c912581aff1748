/** Happens-before under the dependence of `footprint.ts`, as vector clocks over one run. */
import type { Cell } from '../machine/index.js'
import type { Footprint } from './footprint.js'

/** How many steps of each thread happen before (or are) this one. */
export type Clock = readonly number[]

interface CellClock {
  write: number[]
  reads: number[]
}

/** Clocks of the threads and cells of one run, advanced step by step. */
export class Clocks {
  readonly #threads: number[][]
  readonly #cells: (CellClock | undefined)[] = []
  readonly #counts: number[]

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new Array<number>(threads).fill(0))
    this.#counts = new Array<number>(threads).fill(0)
  }

  /** Clock of what the thread has done so far. */
  of(thread: number): Clock {
    return this.#threads[thread] ?? []
  }

  /** Steps the thread has done. */
  count(thread: number): number {
    return this.#counts[thread] ?? 0
  }

  /** Advances by one step of `thread` with this footprint and returns the step's clock. */
  step(thread: number, footprint: Footprint): Clock {
    const clock = this.#threads[thread] ?? []
    for (const cell of footprint.reads) join(clock, this.#cell(cell).write)
    for (const cell of footprint.writes) {
      const known = this.#cell(cell)
      join(clock, known.write)
      join(clock, known.reads)
    }
    const count = this.count(thread) + 1
    this.#counts[thread] = count
    clock[thread] = count
    for (const cell of footprint.reads) join(this.#cell(cell).reads, clock)
    for (const cell of footprint.writes) join(this.#cell(cell).write, clock)
    return clock.slice()
  }

  #cell(cell: Cell): CellClock {
    let clock = this.#cells[cell.id]
    if (clock === undefined) {
      const zero = new Array<number>(this.#threads.length).fill(0)
      clock = { write: zero, reads: zero.slice() }
      this.#cells[cell.id] = clock
    }
    return clock
  }
}

function join(into: number[], from: Clock): void {
  for (let i = 0; i < into.length; i++) {
    const other = from[i] ?? 0
    if (other > (into[i] ?? 0)) into[i] = other
  }
}
