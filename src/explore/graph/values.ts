/**
 * Which values each thread can write to each cell, whatever the other threads do: what a read may be promised
 * before the write that fulfils it has been run. The sets are at least as large as the truth.
 *
 * A read is given other values only if something depends on it: an address, a stored value, or a branch.
 */
import type {
  Cell,
  EventId,
  Program,
  SharedOperation,
  Thread,
  ThreadOptions,
  Word,
} from '../../machine/index.js'
import { type Effect, ThreadLog } from './thread-log.js'

/** What is known of one thread. */
export interface ThreadFacts {
  /** By number of the cell. */
  readonly writes: ReadonlyMap<number, ReadonlySet<bigint>>
  readonly reads: ReadonlySet<number>
  /** Numbers of the lock cells that it may wait for something while it holds them, or never release. */
  readonly keeps: ReadonlySet<number>
}

export interface ValueFacts {
  readonly threads: readonly ThreadFacts[]
  /** False if there was too much to look at: values may be missing. */
  readonly complete: boolean
}

/** Runs of single threads that are looked at, all in all. */
const MAX_RUNS = 200_000

/** Values that support themselves are looked for where that is little work. */
const MAX_RUNS_TO_REPEAT = 5_000
const MAX_ROUNDS = 8

/** Looks at every thread by itself, again until no thread writes a value that is new. */
export function valueFacts(program: Program, options: ThreadOptions): ValueFacts {
  return new Analysis(program, options).run()
}

class Analysis {
  readonly #program: Program
  readonly #options: ThreadOptions
  readonly #values = new Map<number, Set<bigint>>()
  readonly #threads: {
    writes: Map<number, Set<bigint>>
    reads: Set<number>
    keeps: Set<number>
    /** Cells whose values mattered; a new value of another changes nothing for the thread. */
    mattered: Set<number>
  }[]
  /** What a cell is taken to hold while `#values` is being found anew; null: what is found so far. */
  #assumed: ReadonlyMap<number, ReadonlySet<bigint>> | null = null
  #runs = 0
  #complete = true
  /** By thread, the most stores of a run that depend on a read: a value is passed on at most that often. */
  #passes: number[]

  constructor(program: Program, options: ThreadOptions) {
    this.#program = program
    this.#options = options
    this.#threads = program.threads.map(() => ({
      writes: new Map(),
      reads: new Set(),
      keeps: new Set(),
      mattered: new Set(),
    }))
    this.#passes = program.threads.map(() => 0)
  }

  run(): ValueFacts {
    this.#reachable()
    const runs = this.#runs
    if (this.#complete && runs < MAX_RUNS_TO_REPEAT) this.#selfSupporting()
    return { threads: this.#threads, complete: this.#complete }
  }

  /** Values that come of the initial ones, step by step: the least solution. */
  #reachable(): void {
    let dirty = new Set(this.#program.threads.keys())
    for (let round = 0; dirty.size > 0 && this.#complete; round++) {
      const before = new Map([...this.#values].map(([cell, values]) => [cell, values.size]))
      for (const number of dirty) this.#path(ThreadLog.start(this.#program, this.#options, number), 0)
      if (round > this.#passes.reduce((sum, count) => sum + count, 0)) break
      const grown = [...this.#values].filter(([cell, values]) => values.size !== (before.get(cell) ?? 0))
      const cells = new Set(grown.map(([cell]) => cell))
      dirty = new Set(
        [...this.#threads.entries()]
          .filter(([, { mattered }]) => [...mattered].some((cell) => cells.has(cell)))
          .map(([number]) => number),
      )
    }
  }

  /**
   * Values that are written only if they are read, in a ring: nothing forbids them where only branches lie in
   * between. Any value that the program mentions is assumed of any cell, and kept if it is then written.
   */
  #selfSupporting(): void {
    const mattered = new Set(this.#threads.flatMap((facts) => [...facts.mattered]))
    if (mattered.size === 0) return
    const mentioned = new Set(this.#program.threads.flatMap(({ entry }) => [...(entry.constants ?? [])]))
    const least = new Map([...this.#values].map(([cell, values]) => [cell, new Set(values)]))
    for (const values of least.values()) for (const value of values) mentioned.add(value)
    for (const cell of mattered) this.#values.set(cell, new Set([...mentioned, ...(least.get(cell) ?? [])]))
    for (let round = 0; round < MAX_ROUNDS && this.#complete; round++) {
      const assumed = new Map([...this.#values].map(([cell, values]) => [cell, new Set(values)]))
      this.#assumed = assumed
      this.#values.clear()
      for (const [cell, values] of least) this.#values.set(cell, new Set(values))
      for (const facts of this.#threads) facts.writes.clear()
      for (const number of this.#program.threads.keys()) {
        this.#path(ThreadLog.start(this.#program, this.#options, number), 0)
      }
      if ([...mattered].every((cell) => this.#values.get(cell)?.size === assumed.get(cell)?.size)) return
    }
  }

  /** Runs on from here in every way that matters, and returns the reads that something depended on. */
  #path(log: ThreadLog, passes: number): ReadonlySet<EventId> {
    const { thread } = log
    const { pending } = thread
    if (this.#runs >= MAX_RUNS) this.#complete = false
    if (pending === null || thread.status !== 'ready' || !this.#complete) {
      this.#runs++
      this.#end(thread, passes)
      return relevant(thread)
    }
    const id = thread.nextId()
    const facts = this.#facts(thread.number)
    for (const cell of readCells(pending)) facts.reads.add(cell.id)
    const found = new Set<EventId>()
    for (const effect of this.#effects(pending, thread)) {
      for (const { cell, value } of effect.writes) this.#write(thread.number, cell, value)
      const passed = effect.writes.filter(({ data }) => data.length > 0 || thread.branched.length > 0).length
      for (const read of this.#path(log.after(effect), passes + passed)) found.add(read)
      // What the first value led to did not depend on it, so other values lead to the same.
      if (!found.has(id) && !decides(pending)) break
    }
    if (found.has(id) || decides(pending)) for (const cell of readCells(pending)) facts.mattered.add(cell.id)
    return found
  }

  #facts(number: number) {
    const facts = this.#threads[number]
    if (facts === undefined) throw new Error(`the program has no thread ${number}`)
    return facts
  }

  #end(thread: Thread, passes: number): void {
    const { keeps } = this.#facts(thread.number)
    for (const lock of thread.held) keeps.add(lock.cell.id)
    this.#passes[thread.number] = Math.max(this.#passes[thread.number] ?? 0, passes)
  }

  #write(thread: number, cell: Cell, value: bigint): void {
    const { writes } = this.#facts(thread)
    const own = writes.get(cell.id)
    if (own === undefined) writes.set(cell.id, new Set([value]))
    else own.add(value)
    const all = this.#values.get(cell.id)
    if (all === undefined) this.#values.set(cell.id, new Set([value]))
    else all.add(value)
  }

  /** What the cell can hold at some time, its initial value first. */
  #valuesOf(cell: Cell): bigint[] {
    return [...new Set([cell.initial, ...((this.#assumed ?? this.#values).get(cell.id) ?? [])])]
  }

  /** Every outcome of an operation, as far as is known; none if it waits for ever. */
  *#effects(operation: SharedOperation, thread: Thread): Generator<Effect> {
    const taken = BigInt(thread.number + 1)
    switch (operation.op) {
      case 'choose': {
        const fixed = this.#program.answers.get(operation.key)
        for (const choice of fixed === undefined ? operation.domain : [fixed]) {
          yield { reads: [], writes: [], choice }
        }
        return
      }
      case 'lock':
        for (const lock of thread.held) this.#facts(thread.number).keeps.add(lock.cell.id)
        yield locked(operation.lock.cell, taken)
        return
      case 'trylock':
        yield locked(operation.lock.cell, taken)
        yield { reads: [{ cell: operation.lock.cell, value: taken + 1n, from: null }], writes: [] }
        return
      case 'is-locked':
        for (const value of [0n, taken + 1n]) {
          yield { reads: [{ cell: operation.lock.cell, value, from: null }], writes: [] }
        }
        return
      case 'unlock':
        yield { reads: [], writes: [{ cell: operation.lock.cell, value: 0n, data: [], after: null }] }
        return
      case 'srcu-lock':
        yield { reads: [{ cell: operation.domain, value: operation.domain.initial, from: null }], writes: [] }
        return
      case 'srcu-unlock':
        yield {
          reads: [],
          writes: [
            {
              cell: operation.domain,
              value: operation.cookie.bits,
              data: operation.cookie.from,
              after: null,
            },
          ],
        }
        return
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'irq-save':
      case 'irq-restore':
      case 'grace-period':
        yield { reads: [], writes: [] }
        return
      case 'store':
        yield { reads: [], writes: stored(operation.cells, operation.values) }
        return
      case 'await':
        for (const lock of thread.held) this.#facts(thread.number).keeps.add(lock.cell.id)
        if (operation.retry === true) return
        for (const values of this.#combinations(operation.cells)) {
          if (operation.until(values)) yield { reads: readsOf(operation.cells, values), writes: [] }
        }
        return
      case 'load':
        for (const values of this.#combinations(operation.cells)) {
          yield { reads: readsOf(operation.cells, values), writes: [] }
        }
        return
      case 'rmw':
        for (const values of this.#combinations(operation.cells)) {
          const update = operation.update(values)
          const writes =
            update === null
              ? []
              : operation.cells.map((cell, i) => ({
                  cell,
                  value: update[i] ?? 0n,
                  data: [...operation.data, thread.nextId()],
                  after: null,
                }))
          yield { reads: readsOf(operation.cells, values), writes }
        }
        return
    }
  }

  *#combinations(cells: readonly Cell[]): Generator<bigint[]> {
    const [first, ...others] = cells
    if (first === undefined) {
      yield []
      return
    }
    for (const value of this.#valuesOf(first)) {
      for (const rest of this.#combinations(others)) yield [value, ...rest]
    }
  }
}

/** The cells that an operation reads, with the flags of their pages. */
export function readCells(operation: SharedOperation): readonly Cell[] {
  switch (operation.op) {
    case 'load':
    case 'rmw':
    case 'await':
      return operation.cells
    case 'lock':
    case 'trylock':
    case 'is-locked':
      return [operation.lock.cell]
    case 'srcu-lock':
      return [operation.domain]
    default:
      return []
  }
}

/** True if the outcomes differ in more than a value that was read. */
function decides(operation: SharedOperation): boolean {
  return (
    operation.op === 'choose' ||
    operation.op === 'trylock' ||
    operation.op === 'is-locked' ||
    operation.op === 'rmw'
  )
}

/** The reads that an address, a stored value or the thread's way depended on. */
function relevant(thread: Thread): ReadonlySet<EventId> {
  const found = new Set<EventId>()
  for (const reads of thread.branched) for (const read of reads) found.add(read)
  for (const { address, writes } of thread.events) {
    for (const read of address) found.add(read)
    for (const { data } of writes) for (const read of data) found.add(read)
  }
  const { pending } = thread
  if (pending !== null && 'address' in pending) for (const read of pending.address) found.add(read)
  return found
}

function locked(cell: Cell, value: bigint): Effect {
  return {
    reads: [{ cell, value: 0n, from: null }],
    writes: [{ cell, value, data: [], after: null }],
  }
}

function readsOf(cells: readonly Cell[], values: readonly bigint[]): Effect['reads'] {
  return cells.map((cell, i) => ({ cell, value: values[i] ?? 0n, from: null }))
}

function stored(cells: readonly Cell[], values: readonly Word[]): Effect['writes'] {
  return cells.map((cell, i) => ({
    cell,
    value: values[i]?.bits ?? 0n,
    data: values[i]?.from ?? [],
    after: null,
  }))
}
