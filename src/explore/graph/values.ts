/**
 * Which values each thread can write to each cell, whatever the other threads do: what a read may be promised
 * before the write that fulfils it has been run. The sets are at least as large as the truth.
 *
 * A read is given other values only if something depends on it: an address, a stored value, or a branch.
 */
import {
  type Cell,
  type EventId,
  mergeReads,
  type Program,
  type Reads,
  type RmwOperation,
  type SharedOperation,
  type Thread,
  type ThreadOptions,
  type Word,
  type WriteRecord,
} from '../../machine/index.js'
import { tagOfStore } from './access-tags.js'
import { type Effect, type ThreadLog, ThreadLogs } from './thread-log.js'

/** What is known of one thread. */
export interface ThreadFacts {
  /** By number of the cell: the values, each with the lock cells that are held whenever it is written. */
  readonly writes: ReadonlyMap<number, ReadonlyMap<bigint, ReadonlySet<number>>>
  readonly reads: ReadonlySet<number>
  /** Numbers of the cells that it may store to plainly. */
  readonly plain: ReadonlySet<number>
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

/** Operations of one run, each of which goes deeper into the stack. */
const MAX_OPERATIONS = 800

const STEPS_PER_QUESTION = 256

/** Values that support themselves are looked for where that is little work. */
const MAX_RUNS_TO_REPEAT = 5_000
const MAX_ROUNDS = 8

/** Ways in which a value can come about that are told apart. */
const MAX_WAYS = 8

/**
 * Looks at every thread by itself, again until no thread writes a value that is new. `expired` is asked now and
 * then; true ends it, incomplete.
 */
export function valueFacts(
  program: Program,
  options: ThreadOptions,
  expired: () => boolean = () => false,
): ValueFacts {
  return new Analysis(program, options, expired).run()
}

/**
 * How a value came about: how often it was passed on by a store of one thread to one cell, by place. No store
 * of an execution is done twice, so a value that would need a thread's store more often than the thread has it
 * cannot be.
 */
type Descent = readonly number[]

/** What came of a state of a thread. */
interface Future {
  /** The reads that something depended on. */
  readonly reads: ReadonlySet<EventId>
  readonly writes: boolean
}

interface FoundFacts {
  readonly writes: Map<number, Map<bigint, Set<number>>>
  readonly reads: Set<number>
  readonly plain: Set<number>
  readonly keeps: Set<number>
  /** Cells whose values mattered; a new value of another changes nothing for the thread. */
  readonly mattered: Set<number>
}

class Analysis {
  readonly #program: Program
  readonly #threadLogs: ThreadLogs
  readonly #expired: () => boolean
  /** By cell and value, the ways in which it came about that need the least. */
  readonly #values = new Map<number, Map<bigint, readonly Descent[]>>()
  readonly #threads: readonly FoundFacts[]
  /** What a cell is taken to hold where that is not what was found step by step. */
  #assumed: ReadonlyMap<number, ReadonlySet<bigint>> | null = null
  /** Places in descents, by thread and cell; the most stores of a run that pass a value on there. */
  readonly #places = new Map<string, number>()
  readonly #most: number[] = []
  #changed = new Set<number>()
  /** By state of the thread that is being run. */
  readonly #futures = new Map<string, Future>()
  #runs = 0
  #steps = 0
  #complete = true

  constructor(program: Program, options: ThreadOptions, expired: () => boolean) {
    this.#program = program
    this.#expired = expired
    this.#threadLogs = new ThreadLogs(program, options)
    this.#threads = program.threads.map(() => ({
      writes: new Map(),
      reads: new Set(),
      plain: new Set(),
      keeps: new Set(),
      mattered: new Set(),
    }))
  }

  run(): ValueFacts {
    this.#reachable()
    if (this.#complete && this.#runs < MAX_RUNS_TO_REPEAT) this.#selfSupporting()
    return { threads: this.#threads, complete: this.#complete }
  }

  /** Values that come of the initial ones, step by step: the least solution. */
  #reachable(): void {
    let dirty: Iterable<number> = this.#program.threads.keys()
    do {
      this.#changed = new Set()
      for (const number of dirty) this.#runThread(number)
      const changed = this.#changed
      dirty = [...this.#threads.entries()]
        .filter(([, { mattered }]) => [...mattered].some((cell) => changed.has(cell)))
        .map(([number]) => number)
    } while (this.#changed.size > 0 && this.#complete)
  }

  /**
   * Values that are written only if they are read, in a ring: nothing forbids them where only branches lie in
   * between. Any value that the program mentions is assumed of any cell, and kept if it is then written.
   */
  #selfSupporting(): void {
    const mattered = new Set(this.#threads.flatMap((facts) => [...facts.mattered]))
    if (mattered.size === 0) return
    const mentioned = new Set(this.#program.threads.flatMap(({ entry }) => [...(entry.constants ?? [])]))
    for (const values of this.#values.values()) for (const value of values.keys()) mentioned.add(value)
    const least = new Map([...this.#values].map(([cell, values]) => [cell, new Set(values.keys())]))
    let assumed = new Map([...mattered].map((cell) => [cell, new Set(mentioned)]))
    for (let round = 0; round < MAX_ROUNDS && this.#complete; round++) {
      this.#assumed = assumed
      for (const { writes } of this.#threads) writes.clear()
      for (const number of this.#program.threads.keys()) this.#runThread(number)
      const kept = new Map<number, Set<bigint>>()
      for (const cell of mattered) {
        const before = assumed.get(cell) ?? new Set()
        const written = this.#threads.flatMap(({ writes }) => [...(writes.get(cell)?.keys() ?? [])])
        kept.set(cell, new Set([...(least.get(cell) ?? []), ...written.filter((value) => before.has(value))]))
      }
      if ([...mattered].every((cell) => kept.get(cell)?.size === assumed.get(cell)?.size)) break
      assumed = kept
    }
    for (const { writes } of this.#threads) {
      for (const [cell, values] of writes) {
        const known = assumed.get(cell) ?? least.get(cell)
        for (const value of values.keys()) if (known?.has(value) === false) values.delete(value)
      }
    }
  }

  #runThread(number: number): void {
    this.#futures.clear()
    this.#path(this.#threadLogs.start(number), new Map())
  }

  /** Runs on from here in every way that matters. */
  #path(log: ThreadLog, ways: ReadonlyMap<EventId, readonly Descent[]>): Future {
    const { thread } = log
    const { pending } = thread
    const tooDeep = log.operations.length >= MAX_OPERATIONS
    if (tooDeep || this.#runs >= MAX_RUNS || (++this.#steps % STEPS_PER_QUESTION === 0 && this.#expired())) {
      this.#complete = false
    }
    if (pending === null || thread.status !== 'ready' || !this.#complete) {
      this.#runs++
      this.#end(thread)
      return { reads: relevantReads(thread), writes: false }
    }
    // Where nothing is written, the same state has the same future, whatever its values descend from.
    const key = thread.key({ provenance: true, settled: () => true })
    const known = key === null ? undefined : this.#futures.get(key)
    if (known !== undefined) return known
    const future = this.#branches(log, pending, ways)
    if (key !== null && !future.writes) this.#futures.set(key, future)
    return future
  }

  #branches(
    log: ThreadLog,
    pending: SharedOperation,
    ways: ReadonlyMap<EventId, readonly Descent[]>,
  ): Future {
    const { thread } = log
    const id = thread.nextId()
    const facts = this.#facts(thread.number)
    for (const cell of readCells(pending)) facts.reads.add(cell.id)
    const found = new Set<EventId>()
    let wrote = false
    for (const effect of this.#effects(pending, thread)) {
      const known = new Map(ways)
      known.set(id, this.#waysOf(effect))
      let possible = true
      for (const { cell, value, data } of effect.writes) {
        possible &&= this.#write(thread, cell, value, data, known)
      }
      if (!possible) continue
      const { reads, writes } = this.#path(log.after(effect), known)
      for (const read of reads) found.add(read)
      wrote ||= writes || effect.writes.length > 0
      // What the first value led to did not depend on it, so other values lead to the same.
      if (!found.has(id) && !decides(pending)) break
    }
    if (found.has(id) || decides(pending)) for (const cell of readCells(pending)) facts.mattered.add(cell.id)
    return { reads: found, writes: wrote }
  }

  /** The ways in which what an operation read came about. */
  #waysOf({ reads }: Effect): readonly Descent[] {
    let ways: readonly Descent[] = [[]]
    for (const { cell, value } of reads) {
      const own = value === cell.initial ? [] : (this.#values.get(cell.id)?.get(value) ?? [])
      if (own.length > 0) ways = own.flatMap((one) => ways.map((other) => larger(one, other)))
    }
    return least(ways)
  }

  #facts(number: number): FoundFacts {
    const facts = this.#threads[number]
    if (facts === undefined) throw new Error(`the program has no thread ${number}`)
    return facts
  }

  #end(thread: Thread): void {
    const { keeps } = this.#facts(thread.number)
    for (const lock of thread.held) keeps.add(lock.cell.id)
  }

  /** Notes what a thread writes. False if the value would need more stores than there are. */
  #write(
    thread: Thread,
    cell: Cell,
    value: bigint,
    data: readonly EventId[],
    known: ReadonlyMap<EventId, readonly Descent[]>,
  ): boolean {
    let ways: readonly Descent[] = [[]]
    if (data.length > 0) {
      for (const read of data) {
        ways = least(ways.flatMap((one) => (known.get(read) ?? [[]]).map((other) => larger(one, other))))
      }
      const place = this.#place(thread.number, cell.id)
      const passes = 1 + thread.events.filter(({ writes }) => passesOn(writes, cell)).length
      this.#most[place] = Math.max(this.#most[place] ?? 0, passes)
      ways = ways
        .map((way) => raised(way, place))
        .filter((way) => (way[place] ?? 0) <= (this.#most[place] ?? 0))
      if (ways.length === 0) return false
    }
    const facts = this.#facts(thread.number)
    if (thread.pending !== null && tagOfStore(thread.pending, cell) === 'plain') facts.plain.add(cell.id)
    const own = mapIn(facts.writes, cell.id)
    const held = new Set(thread.held.map((lock) => lock.cell.id))
    const before = own.get(value)
    own.set(value, before === undefined ? held : new Set([...before].filter((lock) => held.has(lock))))
    const all = mapIn(this.#values, cell.id)
    const ever = all.get(value) ?? []
    const now = least([...ever, ...ways])
    if (now.length !== ever.length || now.some((way, i) => !sameDescent(way, ever[i] as Descent))) {
      all.set(value, now)
      this.#changed.add(cell.id)
    }
    return true
  }

  #place(thread: number, cell: number): number {
    const key = `${thread} ${cell}`
    const known = this.#places.get(key)
    if (known !== undefined) return known
    this.#places.set(key, this.#places.size)
    return this.#places.size - 1
  }

  /** What the cell can hold at some time, its initial value first. */
  #valuesOf(cell: Cell): bigint[] {
    const values = this.#assumed?.get(cell.id) ?? this.#values.get(cell.id)?.keys() ?? []
    return [...new Set([cell.initial, ...values])]
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
                  data: storedFrom(operation, thread.nextId()),
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

function mapIn<K, V>(maps: Map<number, Map<K, V>>, key: number): Map<K, V> {
  const known = maps.get(key)
  if (known !== undefined) return known
  const fresh = new Map<K, V>()
  maps.set(key, fresh)
  return fresh
}

function passesOn(writes: readonly WriteRecord[], cell: Cell): boolean {
  return writes.some((write) => write.cell === cell && write.data.length > 0)
}

/** What both need, place by place. */
function larger(left: Descent, right: Descent): Descent {
  if (left.length === 0) return right
  if (right.length === 0) return left
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    Math.max(left[i] ?? 0, right[i] ?? 0),
  )
}

function raised(way: Descent, place: number): Descent {
  return Array.from(
    { length: Math.max(way.length, place + 1) },
    (_, i) => (way[i] ?? 0) + (i === place ? 1 : 0),
  )
}

function sameDescent(left: Descent, right: Descent): boolean {
  return left.length === right.length && left.every((count, i) => count === right[i])
}

/** Without those that need no less than another; of many, the first few stand for any. */
function least(ways: readonly Descent[]): readonly Descent[] {
  const kept: Descent[] = []
  for (const way of ways) {
    const needless = (one: Descent, other: Descent): boolean =>
      one.every((count, i) => count <= (other[i] ?? 0))
    if (kept.some((other) => needless(other, way))) continue
    for (let i = kept.length - 1; i >= 0; i--) if (needless(way, kept[i] as Descent)) kept.splice(i, 1)
    kept.push(way)
  }
  return kept.length > MAX_WAYS ? [[]] : kept
}

/** The reads that what a read-modify-write stores depends on, `own` being its own. */
export function storedFrom(operation: RmwOperation, own: EventId): Reads {
  return operation.isExchange === true ? operation.data : mergeReads(operation.data, [own])
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
export function relevantReads(thread: Thread): ReadonlySet<EventId> {
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

/** Threads in an order in which few reads have to be promised a value: those that read what is written already. */
export function runOrder({ threads }: ValueFacts): number[] {
  const order: number[] = []
  const left = new Set(threads.keys())
  while (left.size > 0) {
    let best = -1
    let fewest = Number.POSITIVE_INFINITY
    for (const number of left) {
      let open = 0
      for (const cell of threads[number]?.reads ?? []) {
        for (const other of left) if (other !== number && threads[other]?.writes.has(cell)) open++
      }
      if (open < fewest) {
        fewest = open
        best = number
      }
    }
    order.push(best)
    left.delete(best)
  }
  return order
}
