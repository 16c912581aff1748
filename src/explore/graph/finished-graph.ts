/** A complete execution graph as an execution: what was read and written, and its decisions. */
import { type Cell, type Event, type EventId, indexOf, type Thread, threadOf } from '../../machine/index.js'
import type { FinishedRun, Race } from '../memory-model.js'
import type { Decision, EndStatus } from '../run.js'
import { letterOf } from '../schedule.js'
import type { AccessNode, GraphNode } from './execution-graph.js'
import type { GrowingGraph } from './growing-graph.js'
import { NO_ENTRY } from './guide.js'
import type { Judgement } from './lkmm.js'
import type { ThreadLog } from './thread-log.js'

/** Much of it is made when it is asked for: most searches visit many executions and look at few things of each. */
export class FinishedGraph implements FinishedRun {
  readonly threads: readonly Thread[]
  readonly flags: readonly string[]
  readonly weight: number
  readonly #graph: GrowingGraph
  readonly #orders: readonly (readonly number[])[]
  readonly #logs: readonly ThreadLog[]
  readonly #races: Judgement['races']
  readonly #status: EndStatus
  readonly #last: ReadonlyMap<number, bigint>
  #events: readonly Event[] | null = null

  private constructor(
    graph: GrowingGraph,
    orders: readonly (readonly number[])[],
    logs: readonly ThreadLog[],
    judgement: Judgement,
    weight: number,
    status: EndStatus,
    last: ReadonlyMap<number, bigint>,
  ) {
    this.threads = logs.map(({ thread }) => thread)
    this.flags = judgement.flags
    this.weight = weight
    this.#graph = graph
    this.#orders = orders
    this.#logs = logs
    this.#races = judgement.races
    this.#status = status
    this.#last = last
  }

  /**
   * The execution of a graph whose cells' writes are in these orders; null if a thread waits in it for what is
   * there. Valid until the graph changes.
   */
  static of(
    graph: GrowingGraph,
    orders: readonly (readonly number[])[],
    logs: readonly ThreadLog[],
    judgement: Judgement,
    weight: number,
  ): FinishedGraph | null {
    const last = new Map<number, bigint>()
    for (const order of orders) {
      const { cell } = graph.nodes[order[0] as number] as AccessNode
      last.set(cell, graph.valueOf(order.at(-1) as number))
    }
    const threads = logs.map(({ thread }) => thread)
    const status = endStatus(threads, (cell) => last.get(cell.id) ?? cell.initial)
    return status === null ? null : new FinishedGraph(graph, orders, logs, judgement, weight, status, last)
  }

  status(): EndStatus {
    return this.#status
  }

  value(cell: Cell): bigint {
    return this.#last.get(cell.id) ?? cell.initial
  }

  get events(): readonly Event[] {
    if (this.#events === null) {
      this.#completeRecords()
      this.#events = inOrder(this.threads)
    }
    return this.#events
  }

  get races(): readonly Race[] {
    const { nodes } = this.#graph
    return this.#races.map(([first, second]) => ({
      first: nodes[first]?.event as EventId,
      second: nodes[second]?.event as EventId,
    }))
  }

  /**
   * The graph thread by thread: what each operation was answered, or what its reads read from and its writes
   * came right after, by `nameOfOperation`.
   */
  get decisions(): readonly Decision[] {
    const { nodes, nodesOf, source } = this.#graph
    const ordinals = new Map<EventId, number>()
    for (const { operations } of this.#logs) {
      for (const [i, { event }] of operations.entries()) ordinals.set(event, i + 1)
    }
    const previous = this.#previous()
    const decisions: Decision[] = []
    for (const { operations } of this.#logs) {
      for (const { event, choice } of operations) {
        const names: string[] = []
        for (const id of nodesOf.get(event) ?? []) {
          const node = nodes[id] as GraphNode
          if (node.kind === 'fence') continue
          const other = node.kind === 'read' ? source[id] : previous.get(id)
          names.push(nameOfOperation(nodes[other ?? -1]?.event ?? null, ordinals))
        }
        decisions.push({ thread: threadOf(event), choice: choice ?? (names.join('.') || NO_ENTRY) })
      }
    }
    return decisions
  }

  /** By write, the write to its cell that comes right before it. */
  #previous(): ReadonlyMap<number, number> {
    const previous = new Map<number, number>()
    for (const order of this.#orders) {
      for (const [i, id] of order.entries()) if (i > 0) previous.set(id, order[i - 1] as number)
    }
    return previous
  }

  /** Fills in what was not known when an event was made: whence a promised value came, and what a write came after. */
  #completeRecords(): void {
    const { nodes, nodesOf, source } = this.#graph
    const previous = this.#previous()
    const eventOf = (id: number | undefined): EventId | null => nodes[id ?? -1]?.event ?? null
    for (const thread of this.threads) {
      for (const [i, event] of thread.events.entries()) {
        if (event.reads.length === 0 && event.writes.length === 0) continue
        const ids = nodesOf.get(event.id) ?? []
        const at = (kind: 'read' | 'write', cell: Cell): number =>
          ids.find((id) => nodes[id]?.kind === kind && (nodes[id] as AccessNode).cell === cell.id) ?? -1
        const reads = event.reads.map((read) => ({ ...read, from: eventOf(source[at('read', read.cell)]) }))
        const writes = event.writes.map((write) => ({
          ...write,
          after: eventOf(previous.get(at('write', write.cell))),
        }))
        thread.events[i] = { ...event, reads, writes }
      }
    }
  }
}

/** `b3`: the third operation of thread b; `i`: the initial state. */
export function nameOfOperation(event: EventId | null, ordinals: ReadonlyMap<EventId, number>): string {
  return event === null ? 'i' : `${letterOf({ thread: threadOf(event) })}${ordinals.get(event) ?? 0}`
}

/** All pairs (earlier, later) of total orders. */
export function pairsOf(orders: Iterable<readonly number[]>): (readonly [number, number])[] {
  const pairs: [number, number][] = []
  for (const order of orders) {
    for (const [i, earlier] of order.entries()) {
      for (const later of order.slice(i + 1)) pairs.push([earlier, later])
    }
  }
  return pairs
}

/** How the execution ended; null if a thread waits for what is there: that is no execution. */
export function endStatus(threads: readonly Thread[], value: (cell: Cell) => bigint): EndStatus | null {
  let status: EndStatus = 'complete'
  for (const { status: own, pending } of threads) {
    if (own === 'blocked') return 'blocked'
    if (own === 'exhausted') status = 'exhausted'
    if (own !== 'ready' || pending === null) continue
    if (pending.op === 'lock') {
      if (value(pending.lock.cell) === 0n) return null
    } else if (pending.op === 'await' && pending.until(pending.cells.map(value))) {
      // A loop that looked too early: another execution has it look when it is time.
      if (pending.retry === true) return 'blocked'
      return null
    }
    if (status === 'complete') status = 'waiting'
  }
  return status
}

/** Events one after the other, each after the writes it reads from and the writes it overwrites, if that can be. */
function inOrder(threads: readonly Thread[]): Event[] {
  const events: Event[] = []
  const next = threads.map(() => 0)
  const happened = (id: EventId | null): boolean =>
    id === null || (next[threadOf(id)] as number) > indexOf(id)
  const total = threads.reduce((sum, thread) => sum + thread.events.length, 0)
  let current = 0
  while (events.length < total) {
    const ready = (number: number): boolean => {
      const event = threads[number]?.events[next[number] as number]
      if (event === undefined) return false
      const own = (id: EventId | null): boolean => id !== null && threadOf(id) === number
      return (
        event.reads.every(({ from }) => own(from) || happened(from)) &&
        event.writes.every(({ after }) => own(after) || happened(after))
      )
    }
    const some = (number: number): boolean => threads[number]?.events[next[number] as number] !== undefined
    const numbers = threads.map((_, number) => number)
    if (!ready(current)) current = numbers.find(ready) ?? numbers.find(some) ?? 0
    const event = threads[current]?.events[next[current] as number]
    if (event === undefined) break
    events.push(event)
    next[current] = (next[current] as number) + 1
  }
  return events
}
