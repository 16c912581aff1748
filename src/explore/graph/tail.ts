/**
 * Counts the ways in which the last thread of an execution can end, once all it has left to do is to read.
 * Reads with nothing to order them constrain the graph one by one, not together (docs/adr/0004-graphs.md says
 * why, and under which conditions), so states of the thread that are alike have the same futures whatever was
 * read before, and are looked at once.
 */
import type { Cell, SharedOperation } from '../../machine/index.js'
import type { ThreadLog } from './thread-log.js'

/** Executions that end alike: how many, and what the reads of one of them read from (node numbers). */
export interface TailOutcome {
  readonly count: number
  readonly sources: readonly number[]
}

/** What the thread can see. */
export interface TailView {
  /** Writes to the cell in their order that a read can see by itself, given the rest of the graph. */
  readonly sources: (cell: Cell) => readonly TailSource[] | null
  /** What the cell holds at the end. */
  readonly final: (cell: Cell) => bigint
  /** How a thread that waits for a change ends, by what the cells hold at the end. */
  readonly ending: (log: ThreadLog) => string
}

/** Stands for the node of a cell's initial write, which is made when the cell is first touched. */
export const INITIAL = -1

export interface TailSource {
  readonly node: number
  /** Its place in the order of the writes to the cell. */
  readonly place: number
  readonly value: bigint
  readonly event: number | null
}

/** States looked at before it is given up: merging then gains little. */
const MAX_STATES = 100_000

/**
 * Every ending of the thread; null if it does more than read in some of them, or its state is not data. `seen`
 * events of the thread lie before.
 */
export function tailOutcomes(log: ThreadLog, seen: number, view: TailView): readonly TailOutcome[] | null {
  const future = new Tail(view).future(log, seen, new Map())
  return future === null ? null : [...future.outcomes.values()]
}

/** By cell, the place of the write that the thread saw last there: it sees no earlier one again. */
type Floors = ReadonlyMap<number, number>

/** What can come of a state. */
interface Future {
  readonly outcomes: ReadonlyMap<string, TailOutcome>
  /** The cells that are read on the way. */
  readonly cells: ReadonlySet<number>
}

/** A future that holds wherever the floors of the cells it reads are these. */
interface KnownFuture extends Future {
  readonly floors: Floors
}

const NOTHING_READ: ReadonlySet<number> = new Set()

class Tail {
  readonly #view: TailView
  readonly #known = new Map<string, KnownFuture[]>()
  #states = 0

  constructor(view: TailView) {
    this.#view = view
  }

  future(log: ThreadLog, seen: number, floors: Floors): Future | null {
    const { thread } = log
    for (const event of thread.events.slice(seen)) if (event.op !== 'load') return null
    const settled = (cell: Cell, value: bigint): boolean => value === this.#view.final(cell)
    const key = thread.key({ provenance: true, settled })
    if (key === null) return null
    const { pending } = thread
    if (thread.status !== 'ready' || pending === null || (pending.op === 'await' && pending.retry === true)) {
      const text = `${this.#view.ending(log)} ${key}`
      return { outcomes: new Map([[text, { count: 1, sources: [] }]]), cells: NOTHING_READ }
    }
    const cell = unorderedRead(pending)
    if (cell === null) return null
    const known = this.#known.get(key) ?? []
    const alike = known.find((one) => [...one.cells].every((id) => one.floors.get(id) === floors.get(id)))
    if (alike !== undefined) return alike
    if (this.#states++ >= MAX_STATES) return null
    const found = this.#read(log, cell, floors)
    if (found !== null) this.#known.set(key, [...known, { ...found, floors }])
    return found
  }

  #read(log: ThreadLog, cell: Cell, floors: Floors): Future | null {
    const sources = this.#view.sources(cell)
    if (sources === null) return null
    const outcomes = new Map<string, TailOutcome>()
    const cells = new Set([cell.id])
    for (const { node, place, value, event } of sources) {
      if (place < (floors.get(cell.id) ?? 0)) continue
      const next = log.after({ reads: [{ cell, value, from: event }], writes: [] })
      const below = this.future(next, log.thread.events.length + 1, new Map(floors).set(cell.id, place))
      if (below === null) return null
      for (const id of below.cells) cells.add(id)
      for (const [text, { count, sources: rest }] of below.outcomes) {
        const before = outcomes.get(text)
        const first = before?.sources ?? [node, ...rest]
        outcomes.set(text, { count: (before?.count ?? 0) + count, sources: first })
      }
    }
    return { outcomes, cells }
  }
}

/** The cell of a load that nothing need be ordered with; null for any other operation. */
export function unorderedRead(operation: SharedOperation | null): Cell | null {
  if (operation?.op !== 'load' || operation.access !== 'once' || operation.address.length > 0) return null
  const [cell, ...others] = operation.cells
  return cell === undefined || others.length > 0 || cell.page !== null ? null : cell
}
