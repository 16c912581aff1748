/** Happens-before under the dependence of `footprint.ts`, as vector clocks over one run. */
import type { Cell, EventId } from '../machine/index.js'
import type { BufferUse, Footprint } from './footprint.js'

/** How many steps of each agent happen before (or are) this one. */
export type Clock = readonly number[]

/** What the steps so far did to a cell, or to a store buffer. */
interface Past {
  readonly write: number[]
  readonly reads: number[]
  /** Reads of stores by their own threads, by store, until it reaches memory. */
  readonly own: Map<EventId, number[]>
}

/** Clocks of the agents and cells of one run, advanced step by step. */
export class Clocks {
  readonly #agents: number[][]
  readonly #cells: (Past | undefined)[] = []
  readonly #buffers: (Past | undefined)[] = []
  readonly #steps: Clock[] = []

  constructor(agents: number) {
    this.#agents = Array.from({ length: agents }, () => new Array<number>(agents).fill(0))
  }

  /** Advances by one step of `agent` with this footprint and returns the step's clock. */
  step(agent: number, { reads, writes, buffers }: Footprint): Clock {
    const clock = this.#agents[agent] ?? []
    for (const cell of reads) join(clock, this.#cell(cell).write)
    for (const cell of writes) comeAfter(clock, this.#cell(cell))
    if (buffers !== null) this.#follow(clock, buffers)
    clock[agent] = (clock[agent] ?? 0) + 1
    for (const cell of reads) join(this.#cell(cell).reads, clock)
    for (const cell of writes) join(this.#cell(cell).write, clock)
    if (buffers !== null) this.#leave(clock, buffers, writes)
    const done = clock.slice()
    this.#steps.push(done)
    return done
  }

  /** What a step comes after by way of store buffers. */
  #follow(clock: number[], { follows, changes, drained }: BufferUse): void {
    join(clock, this.#steps[follows] ?? [])
    for (const thread of drained) join(clock, this.#buffer(thread).write)
    if (changes >= 0) join(clock, this.#buffer(changes).reads)
  }

  /** What comes after a step by way of store buffers: a thread's read of its own store, once that is in memory. */
  #leave(clock: number[], { own, changes, drained, flushes }: BufferUse, writes: readonly Cell[]): void {
    for (const thread of drained) join(this.#buffer(thread).reads, clock)
    if (changes >= 0) join(this.#buffer(changes).write, clock)
    for (const { cell, store, flushed } of own) {
      const known = this.#cell(cell)
      if (flushed) join(known.reads, clock)
      else known.own.set(store, joined(known.own.get(store), clock))
    }
    if (flushes === null) return
    for (const cell of writes) {
      const known = this.#cell(cell)
      join(known.reads, known.own.get(flushes) ?? [])
    }
  }

  #cell(cell: Cell): Past {
    return this.#pastAt(this.#cells, cell.id)
  }

  #buffer(thread: number): Past {
    return this.#pastAt(this.#buffers, thread)
  }

  #pastAt(all: (Past | undefined)[], index: number): Past {
    let past = all[index]
    if (past === undefined) {
      const zero = new Array<number>(this.#agents.length).fill(0)
      past = { write: zero, reads: zero.slice(), own: new Map() }
      all[index] = past
    }
    return past
  }
}

function comeAfter(clock: number[], past: Past): void {
  join(clock, past.write)
  join(clock, past.reads)
}

function joined(known: number[] | undefined, clock: Clock): number[] {
  const copy = clock.slice()
  if (known !== undefined) join(copy, known)
  return copy
}

function join(into: number[], from: Clock): void {
  for (let i = 0; i < into.length; i++) {
    const other = from[i] ?? 0
    if (other > (into[i] ?? 0)) into[i] = other
  }
}
