/**
 * The forward search for all executions under a model of graphs. Threads are run one after the other; a read
 * takes its value from a write that was run, or is promised a value that a thread yet to be run can write, and
 * that thread then has to keep the promise. So reads may see what comes later in any order (load buffering),
 * and each graph is found once.
 *
 * The order in which writes to a cell take effect decides nothing about what threads do: it is chosen at the
 * end, from what is left possible. Where the model is broken already, what follows is not looked at: all its
 * relations grow with the graph.
 */
import {
  type Cell,
  type Event,
  type EventId,
  indexOf,
  type Program,
  type ReadRecord,
  type SharedOperation,
  type Thread,
  type ThreadOptions,
  threadOf,
  type WriteRecord,
} from '../../machine/index.js'
import type { FinishedRun, SearchResult, SearchVisitor } from '../memory-model.js'
import type { Decision, EndStatus } from '../run.js'
import { type CellOrder, orderOf, totalOrders } from './coherence.js'
import type {
  AccessNode,
  AccessTag,
  ExecutionGraph,
  FenceNode,
  FenceTag,
  GraphNode,
} from './execution-graph.js'
import type { Judgement } from './lkmm.js'
import { type Effect, ThreadLog } from './thread-log.js'
import { type ValueFacts, valueFacts } from './values.js'

/** What a search needs to know of its model. */
export interface GraphModel {
  /** Fully ordered atomics are fences around relaxed ones, and SRCU's events touch no memory: Linux 6.1. */
  readonly old: boolean
  readonly judge: (graph: ExecutionGraph, complete: boolean) => Judgement
}

/** How much work is saved; `reference` saves none, for checking the other. */
export type Effort = 'pruned' | 'reference'

/** Explores every graph of the program that the model allows. */
export function searchGraphs(
  program: Program,
  options: ThreadOptions,
  visitor: SearchVisitor,
  model: GraphModel,
  effort: Effort = 'pruned',
): SearchResult {
  return new GraphSearch(program, options, visitor, model, effort).run()
}

/** A read that was given a value before its write was run. */
interface Promised {
  readonly node: number
  readonly cell: number
  readonly value: bigint
}

/** What becomes of an operation is told to this, with the graph in place. */
type Then = (effect: Effect) => void

class GraphSearch {
  readonly #program: Program
  readonly #options: ThreadOptions
  readonly #visitor: SearchVisitor
  readonly #model: GraphModel
  readonly #pruned: boolean
  readonly #facts: ValueFacts
  /** Thread numbers, in the order in which they are run. */
  readonly #order: readonly number[]
  readonly #nodes: GraphNode[] = []
  readonly #source: number[] = []
  /** Node numbers at each cell, its initial write first. */
  readonly #accesses = new Map<number, number[]>()
  readonly #cells = new Map<number, Cell>()
  /** Node numbers by event. */
  readonly #nodesOf = new Map<EventId, number[]>()
  #promised: readonly Promised[] = []
  readonly #logs: (ThreadLog | null)[]
  #redundant = 0
  #stopped = false

  constructor(
    program: Program,
    options: ThreadOptions,
    visitor: SearchVisitor,
    model: GraphModel,
    effort: Effort,
  ) {
    this.#program = program
    this.#options = { ...options, gracePeriods: 'event', retries: 'block' }
    this.#visitor = visitor
    this.#model = model
    this.#pruned = effort === 'pruned'
    this.#facts = valueFacts(program, this.#options)
    this.#order = this.#pruned ? runOrder(this.#facts) : program.threads.map((_, number) => number)
    this.#logs = program.threads.map(() => null)
  }

  run(): SearchResult {
    this.#begin(0)
    return { finished: !this.#stopped && this.#facts.complete, redundant: this.#redundant }
  }

  // ---- threads, one after the other ------------------------------------------------------------------------

  #begin(slot: number): void {
    const number = this.#order[slot]
    if (number === undefined) {
      this.#finish()
      return
    }
    this.#proceed(slot, ThreadLog.start(this.#program, this.#options, number), 0)
  }

  /** Goes on with a thread whose events from `seen` on are not in the graph yet. */
  #proceed(slot: number, log: ThreadLog, seen: number): void {
    if (this.#stopped) return
    const { thread } = log
    const mark = this.#nodes.length
    for (const event of thread.events.slice(seen)) {
      if (event.fence !== undefined) this.#addFence(thread.number, event.id, event.fence)
    }
    const { pending } = thread
    if (pending === null || thread.status !== 'ready') {
      this.#end(slot, log)
    } else {
      const event = indexOf(thread.nextId())
      this.#perform(slot, thread, pending, (effect) => {
        if (!this.#stopped) this.#proceed(slot, log.after(effect), event + 1)
      })
      if (this.#mayWaitForEver(thread, pending)) this.#end(slot, log)
    }
    this.#removeFrom(mark)
  }

  #end(slot: number, log: ThreadLog): void {
    const { number } = log.thread
    this.#logs[number] = log
    const later = this.#order.slice(slot + 1)
    const kept = this.#promised.every(({ cell, value }) =>
      later.some((other) => this.#canWrite(other, cell, value)),
    )
    const wanted = this.#visitor.wanted?.(this.#logs.map((one) => one?.thread ?? null)) ?? true
    if (!kept || !wanted) this.#redundant++
    else if (this.#pruned && slot > 0 && later.length > 0 && !this.#consistentSoFar()) this.#redundant++
    else this.#begin(slot + 1)
    this.#logs[number] = null
  }

  #canWrite(thread: number, cell: number, value: bigint): boolean {
    return this.#facts.threads[thread]?.writes.get(cell)?.has(value) ?? false
  }

  /** True if nobody may ever let the thread go on: a loop that turns in place, or a lock that is kept. */
  #mayWaitForEver(thread: Thread, pending: SharedOperation): boolean {
    if (pending.op === 'await') return true
    if (pending.op !== 'lock') return false
    const { id } = pending.lock.cell
    return this.#facts.threads.some(({ keeps }, other) => other !== thread.number && keeps.has(id))
  }

  // ---- operations ------------------------------------------------------------------------------------------

  /** Tells `then` of everything that can come of the operation, the graph extended accordingly each time. */
  #perform(_slot: number, thread: Thread, operation: SharedOperation, then: Then): void {
    const remaining = this.#remaining(thread)
    const access = new Access(thread, operation, this.#nodes, this.#nodesOf)
    const done = (reads: ReadRecord[], writes: WriteRecord[]): void => then({ reads, writes })
    switch (operation.op) {
      case 'load':
        this.#readAll(access, withPages(operation.cells), tagOfLoad, remaining, [], (reads) =>
          done(reads, []),
        )
        return
      case 'await':
        if (operation.retry === true) return
        this.#readAll(
          access,
          operation.cells,
          () => 'acquire',
          remaining,
          [],
          (reads) => {
            if (operation.until(reads.map(({ value }) => value))) done(reads, [])
          },
        )
        return
      case 'store':
        this.#readAll(access, pagesOf(operation.cells), tagOfLoad, remaining, [], (reads) => {
          const values = operation.values.map((word, i) => ({
            cell: operation.cells[i] as Cell,
            value: word.bits,
            data: word.from,
          }))
          this.#writeAll(access, values, tagOfStore, [], remaining, [], (writes) => done(reads, writes))
        })
        return
      case 'rmw':
        this.#modify(access, operation, remaining, done)
        return
      case 'lock':
      case 'trylock':
        this.#takeLock(access, operation.lock.cell, remaining, done)
        if (operation.op === 'trylock')
          this.#lookAtLock(access, operation.lock.cell, 'lock-fail', remaining, done)
        return
      case 'is-locked':
        this.#lookAtLock(access, operation.lock.cell, 'lock-fail', remaining, done)
        this.#lookAtLock(access, operation.lock.cell, 'lock-free', remaining, done)
        return
      case 'unlock': {
        const release = [{ cell: operation.lock.cell, value: 0n, data: [] }]
        this.#writeAll(
          access,
          release,
          () => 'unlock',
          [],
          remaining,
          [],
          (writes) => done([], writes),
        )
        return
      }
      case 'srcu-lock':
        if (this.#model.old) this.#border(access, 'srcu-lock', operation.domain, then)
        else
          this.#readAll(
            access,
            [operation.domain],
            () => 'srcu-lock',
            remaining,
            [],
            (reads) => done(reads, []),
          )
        return
      case 'srcu-unlock': {
        if (this.#model.old) {
          this.#border(access, 'srcu-unlock', operation.domain, then)
          return
        }
        const cookie = [{ cell: operation.domain, value: operation.cookie.bits, data: operation.cookie.from }]
        this.#writeAll(
          access,
          cookie,
          () => 'srcu-unlock',
          [],
          remaining,
          [],
          (writes) => done([], writes),
        )
        return
      }
      case 'rcu-lock':
      case 'rcu-unlock':
        this.#border(access, operation.op, null, then)
        return
      case 'irq-save':
        this.#border(access, 'irq-off', null, then)
        return
      case 'irq-restore':
        this.#border(access, 'irq-on', null, then)
        return
      case 'grace-period': {
        const { waitsFor } = operation
        if (waitsFor === 'rcu') this.#border(access, 'sync-rcu', null, then)
        else if (waitsFor === 'irq') this.#border(access, 'ipi', null, then)
        else this.#border(access, 'sync-srcu', waitsFor, then)
        return
      }
      case 'choose': {
        const fixed = this.#program.answers.get(operation.key)
        for (const choice of fixed === undefined ? operation.domain : [fixed])
          then({ reads: [], writes: [], choice })
        return
      }
    }
  }

  #remaining(thread: Thread): readonly number[] {
    return this.#order.slice(this.#order.indexOf(thread.number) + 1)
  }

  #border(access: Access, tag: FenceTag, cell: Cell | null, then: Then): void {
    const mark = this.#nodes.length
    this.#addFence(access.thread.number, access.event, tag, cell?.id ?? -1)
    then({
      reads: cell === null || tag !== 'srcu-lock' ? [] : [{ cell, value: cell.initial, from: null }],
      writes: [],
    })
    this.#removeFrom(mark)
  }

  #modify(
    access: Access,
    operation: Extract<SharedOperation, { op: 'rmw' }>,
    remaining: readonly number[],
    done: (reads: ReadRecord[], writes: WriteRecord[]) => void,
  ): void {
    const { cells } = operation
    const fenced = this.#model.old && operation.access === 'mb'
    const mark = this.#nodes.length
    // Which it is shows only when the value is known; a fence that is none orders nothing.
    const fence = fenced ? this.#addFence(access.thread.number, access.event, 'none') : -1
    this.#readAll(
      access,
      withPages(cells),
      () => 'once',
      remaining,
      [],
      (reads, ids) => {
        const update = operation.update(cells.map((_, i) => reads[i]?.value ?? 0n))
        if (update === null) {
          done(reads, [])
          return
        }
        const [readTag, writeTag] = tagsOfUpdate(operation.access, this.#model.old)
        const partners = ids.slice(0, cells.length)
        const before = partners.map((id) => this.#nodes[id] as AccessNode)
        before.forEach((node, i) => {
          this.#nodes[node.id] = { ...node, tag: readTag, partner: this.#nodes.length + i }
        })
        if (fence >= 0) this.#nodes[fence] = { ...(this.#nodes[fence] as FenceNode), tag: 'mb' }
        const data = [...new Set([...operation.data, access.event])]
        const values = cells.map((cell, i) => ({ cell, value: update[i] ?? 0n, data }))
        this.#writeAll(
          access,
          values,
          () => writeTag,
          partners,
          remaining,
          [],
          (writes) => {
            const inner = this.#nodes.length
            if (fence >= 0) this.#addFence(access.thread.number, access.event, 'mb')
            done(reads, writes)
            this.#removeFrom(inner)
          },
        )
        for (const node of before) this.#nodes[node.id] = node
        if (fence >= 0) this.#nodes[fence] = { ...(this.#nodes[fence] as FenceNode), tag: 'none' }
      },
    )
    this.#removeFrom(mark)
  }

  #takeLock(
    access: Access,
    cell: Cell,
    remaining: readonly number[],
    done: (reads: ReadRecord[], writes: WriteRecord[]) => void,
  ): void {
    this.#readAll(
      access,
      [cell],
      () => 'lock-read',
      remaining,
      [],
      (reads, ids) => {
        const [id] = ids
        const read = this.#nodes[id as number] as AccessNode
        this.#nodes[read.id] = { ...read, partner: this.#nodes.length }
        const value = [{ cell, value: BigInt(access.thread.number + 1), data: [] }]
        this.#writeAll(
          access,
          value,
          () => 'lock-write',
          [read.id],
          remaining,
          [],
          (writes) => done(reads, writes),
        )
        this.#nodes[read.id] = read
      },
    )
  }

  #lookAtLock(
    access: Access,
    cell: Cell,
    tag: 'lock-fail' | 'lock-free',
    remaining: readonly number[],
    done: (reads: ReadRecord[], writes: WriteRecord[]) => void,
  ): void {
    this.#readAll(
      access,
      [cell],
      () => tag,
      remaining,
      [],
      (reads) => done(reads, []),
    )
  }

  // ---- reads and writes ------------------------------------------------------------------------------------

  /** Reads the cells one after the other, from every write that each can see. */
  #readAll(
    access: Access,
    cells: readonly Cell[],
    tagOf: (operation: SharedOperation, cell: Cell) => AccessTag,
    remaining: readonly number[],
    ids: readonly number[],
    then: (reads: ReadRecord[], ids: readonly number[]) => void,
    reads: readonly ReadRecord[] = [],
  ): void {
    const cell = cells[ids.length]
    if (cell === undefined) {
      then([...reads], ids)
      return
    }
    this.#touch(cell)
    const id = this.#nodes.length
    const tag = tagOf(access.operation, cell)
    const writes = (this.#accesses.get(cell.id) ?? []).filter((at) => this.#nodes[at]?.kind === 'write')
    const node = access.node('read', tag, cell, 0n, [])
    const goOn = (value: bigint, from: EventId | null): void =>
      this.#readAll(access, cells, tagOf, remaining, [...ids, id], then, [...reads, { cell, value, from }])
    for (const write of writes) {
      if (this.#stopped) return
      const from = this.#nodes[write] as AccessNode
      if (!visible(tag, from) || (tag === 'lock-fail' && this.#foreignLock(access.thread, cell, from)))
        continue
      this.#push({ ...node, value: from.value }, write)
      if (this.#orderOf(cell.id) !== null) goOn(from.value, from.event)
      this.#removeFrom(id)
    }
    const values = new Set(
      remaining.flatMap((thread) => [...(this.#facts.threads[thread]?.writes.get(cell.id) ?? [])]),
    )
    for (const value of values) {
      if (this.#stopped) return
      if (!promisable(tag, value) || (tag === 'lock-fail' && this.#foreignLock(access.thread, cell, null)))
        continue
      const before = this.#promised
      this.#promised = [...before, { node: id, cell: cell.id, value }]
      this.#push({ ...node, value }, -1)
      goOn(value, null)
      this.#removeFrom(id)
      this.#promised = before
    }
  }

  /** True if the thread holds the lock, and this is not its own taking of it. */
  #foreignLock(thread: Thread, cell: Cell, from: AccessNode | null): boolean {
    const holds = thread.held.some((lock) => lock.cell === cell)
    return holds && (from === null || from.thread !== thread.number)
  }

  /** Writes the cells one after the other; every write may keep promises. */
  #writeAll(
    access: Access,
    values: readonly { readonly cell: Cell; readonly value: bigint; readonly data: readonly EventId[] }[],
    tagOf: (operation: SharedOperation, cell: Cell) => AccessTag,
    partners: readonly number[],
    remaining: readonly number[],
    ids: readonly number[],
    then: (writes: WriteRecord[]) => void,
  ): void {
    const next = values[ids.length]
    if (next === undefined) {
      then(values.map(({ cell, value, data }) => ({ cell, value, data, after: null })))
      return
    }
    const { cell, value, data } = next
    this.#touch(cell)
    const id = this.#nodes.length
    const tag = tagOf(access.operation, cell)
    const node = access.node('write', tag, cell, value, data)
    this.#push({ ...node, partner: partners[ids.length] ?? -1 }, -1)
    const waiting = this.#promised.filter(
      (promise) =>
        promise.cell === cell.id &&
        promise.value === value &&
        this.#nodes[promise.node]?.thread !== access.thread.number &&
        visible((this.#nodes[promise.node] as AccessNode).tag, this.#nodes[id] as AccessNode),
    )
    this.#keep(id, cell.id, waiting, 0, () =>
      this.#writeAll(access, values, tagOf, partners, remaining, [...ids, id], then),
    )
    this.#removeFrom(id)
  }

  /** Every choice of promises that the write keeps. */
  #keep(write: number, cell: number, waiting: readonly Promised[], at: number, then: () => void): void {
    if (this.#stopped) return
    const promise = waiting[at]
    if (promise === undefined) {
      if (this.#orderOf(cell) !== null) then()
      return
    }
    this.#keep(write, cell, waiting, at + 1, then)
    const before = this.#promised
    this.#promised = before.filter((one) => one !== promise)
    this.#source[promise.node] = write
    this.#keep(write, cell, waiting, at + 1, then)
    this.#source[promise.node] = -1
    this.#promised = before
  }

  // ---- the graph -------------------------------------------------------------------------------------------

  #touch(cell: Cell): void {
    if (this.#accesses.has(cell.id)) return
    this.#accesses.set(cell.id, [])
    this.#cells.set(cell.id, cell)
    this.#push(
      {
        kind: 'write',
        id: this.#nodes.length,
        thread: -1,
        event: null,
        tag: 'initial',
        cell: cell.id,
        value: cell.initial,
        partner: -1,
        address: [],
        data: [],
        control: [],
        twins: [],
      },
      -1,
    )
  }

  #push(node: AccessNode, source: number): void {
    this.#nodes.push({ ...node, id: this.#nodes.length })
    this.#source.push(source)
    this.#accesses.get(node.cell)?.push(node.id)
    this.#note(node.event, node.id)
  }

  #addFence(thread: number, event: EventId, tag: FenceTag, cell = -1): number {
    const id = this.#nodes.length
    this.#nodes.push({ kind: 'fence', id, thread, event, tag, cell, address: [], data: [], control: [] })
    this.#source.push(-1)
    this.#note(event, id)
    return id
  }

  #note(event: EventId | null, id: number): void {
    if (event === null) return
    const known = this.#nodesOf.get(event)
    if (known === undefined) this.#nodesOf.set(event, [id])
    else known.push(id)
  }

  #removeFrom(mark: number): void {
    while (this.#nodes.length > mark) {
      const node = this.#nodes.pop() as GraphNode
      this.#source.pop()
      if (node.event !== null) {
        const ids = this.#nodesOf.get(node.event)
        ids?.pop()
        if (ids?.length === 0) this.#nodesOf.delete(node.event)
      }
      if (node.kind === 'fence') continue
      this.#accesses.get(node.cell)?.pop()
      if (node.tag === 'initial') this.#accesses.delete(node.cell)
    }
  }

  #orderOf(cell: number): CellOrder | null {
    return orderOf(this.#accesses.get(cell) ?? [], this.#nodes, this.#source)
  }

  /** False if the model is broken already, or a cell's writes can be in no order. */
  #consistentSoFar(): boolean {
    const coherence: [number, number][] = []
    for (const cell of this.#accesses.keys()) {
      const order = this.#orderOf(cell)
      if (order === null) return false
      for (const [i, earlier] of order.writes.entries()) {
        for (const [j, later] of order.writes.entries())
          if (order.before.has(i, j)) coherence.push([earlier, later])
      }
    }
    return this.#model.judge({ nodes: this.#nodes, source: this.#source, coherence }, false).consistent
  }

  // ---- complete graphs -------------------------------------------------------------------------------------

  #finish(): void {
    if (this.#promised.length > 0) {
      this.#redundant++
      return
    }
    const choices: number[][][] = []
    for (const cell of this.#accesses.keys()) {
      const order = this.#orderOf(cell)
      if (order === null) return
      choices.push(totalOrders(order))
    }
    if (choices.some((orders) => orders.length === 0)) return
    const several = choices.some((orders) => orders.length > 1)
    if (several && this.#pruned && !this.#consistentSoFar()) {
      this.#redundant++
      return
    }
    this.#orderCells(choices, 0, [])
  }

  #orderCells(
    choices: readonly (readonly number[][])[],
    at: number,
    chosen: readonly (readonly number[])[],
  ): void {
    const orders = choices[at]
    if (orders === undefined) {
      this.#judge(chosen)
      return
    }
    for (const order of orders) {
      if (this.#stopped) return
      this.#orderCells(choices, at + 1, [...chosen, order])
    }
  }

  #judge(orders: readonly (readonly number[])[]): void {
    const coherence: [number, number][] = []
    for (const order of orders) {
      for (const [i, earlier] of order.entries()) {
        for (const later of order.slice(i + 1)) coherence.push([earlier, later])
      }
    }
    const { consistent, flags } = this.#model.judge(
      { nodes: this.#nodes, source: this.#source, coherence },
      true,
    )
    if (!consistent) {
      this.#redundant++
      return
    }
    const last = new Map(orders.map((order) => [this.#cellOf(order), this.#valueOf(order.at(-1) as number)]))
    const threads = this.#logs.map((log) => (log as ThreadLog).thread)
    const status = endStatus(threads, (cell) => last.get(cell.id) ?? cell.initial)
    if (status === null) return
    this.#completeRecords(threads, orders)
    const run: FinishedRun = {
      threads,
      events: inOrder(threads),
      decisions: this.#decisions(threads),
      flags,
      status: () => status,
      value: (cell) => last.get(cell.id) ?? cell.initial,
    }
    if (!this.#visitor.visit(run)) this.#stopped = true
  }

  #cellOf(order: readonly number[]): number {
    return (this.#nodes[order[0] as number] as AccessNode).cell
  }

  #valueOf(node: number): bigint {
    return (this.#nodes[node] as AccessNode).value
  }

  /** Fills in what was not known when an event was made: whence a promised value came, and what a write came after. */
  #completeRecords(threads: readonly Thread[], orders: readonly (readonly number[])[]): void {
    const previous = new Map<number, EventId | null>()
    for (const order of orders) {
      for (const [i, id] of order.entries()) {
        previous.set(id, i === 0 ? null : ((this.#nodes[order[i - 1] as number] as AccessNode).event ?? null))
      }
    }
    for (const thread of threads) {
      for (const [i, event] of thread.events.entries()) {
        if (event.reads.length === 0 && event.writes.length === 0) continue
        const ids = this.#nodesOf.get(event.id) ?? []
        const at = (kind: 'read' | 'write', cell: Cell): number | undefined =>
          ids.find((id) => this.#nodes[id]?.kind === kind && (this.#nodes[id] as AccessNode).cell === cell.id)
        const reads = event.reads.map((read) => {
          const id = at('read', read.cell)
          const source = id === undefined ? -1 : (this.#source[id] as number)
          return { ...read, from: source < 0 ? null : (this.#nodes[source]?.event ?? null) }
        })
        const writes = event.writes.map((write) => {
          const id = at('write', write.cell)
          return { ...write, after: id === undefined ? null : (previous.get(id) ?? null) }
        })
        thread.events[i] = { ...event, reads, writes }
      }
    }
  }

  #decisions(_threads: readonly Thread[]): readonly Decision[] {
    return []
  }
}

/** One operation of a thread, and what its nodes have in common. */
class Access {
  readonly thread: Thread
  readonly operation: SharedOperation
  readonly event: EventId
  readonly #address: readonly number[]
  readonly #control: readonly number[]
  readonly #nodesOf: ReadonlyMap<EventId, readonly number[]>
  readonly #nodes: readonly GraphNode[]

  constructor(
    thread: Thread,
    operation: SharedOperation,
    nodes: readonly GraphNode[],
    nodesOf: ReadonlyMap<EventId, readonly number[]>,
  ) {
    this.thread = thread
    this.operation = operation
    this.event = thread.nextId()
    this.#nodes = nodes
    this.#nodesOf = nodesOf
    this.#address = 'address' in operation ? this.#readsOf(operation.address) : []
    const control: EventId[] = []
    for (let branch = thread.control; branch !== null; branch = branch.before) control.push(...branch.reads)
    this.#control = this.#readsOf(control)
  }

  node(
    kind: 'read' | 'write',
    tag: AccessTag,
    cell: Cell,
    value: bigint,
    data: readonly EventId[],
  ): AccessNode {
    return {
      kind,
      id: this.#nodes.length,
      thread: this.thread.number,
      event: this.event,
      tag,
      cell: cell.id,
      value,
      partner: -1,
      address: this.#address,
      data: data.length === 0 ? [] : this.#readsOf(data),
      control: this.#control,
      twins: [],
    }
  }

  #readsOf(events: readonly EventId[]): number[] {
    const ids = new Set<number>()
    for (const event of events) {
      for (const id of this.#nodesOf.get(event) ?? []) if (this.#nodes[id]?.kind === 'read') ids.add(id)
    }
    return [...ids]
  }
}

/** Threads in an order in which few reads have to be promised a value: those that read what is written already. */
function runOrder({ threads }: ValueFacts): number[] {
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

/** How the execution ended; null if a thread waits for what is there: that is no execution. */
function endStatus(threads: readonly Thread[], value: (cell: Cell) => bigint): EndStatus | null {
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

/** Bookkeeping of the model is no program's data: it races with nothing. */
function tagOfLoad(operation: SharedOperation, cell: Cell): AccessTag {
  if (operation.op !== 'load' || cell.role === 'internal') return 'once'
  if (operation.access === 'plain' || operation.access === 'acquire') return operation.access
  return 'once'
}

/** Bookkeeping says what was done before it. */
function tagOfStore(operation: SharedOperation, cell: Cell): AccessTag {
  if (operation.op !== 'store') return 'once'
  if (cell.role === 'internal') return 'release'
  return operation.access === 'plain' || operation.access === 'release' ? operation.access : 'once'
}

/** Tags of both halves of a read-modify-write that stores. */
function tagsOfUpdate(access: string, old: boolean): readonly [AccessTag, AccessTag] {
  if (access === 'mb' && !old) return ['mb', 'mb']
  if (access === 'acquire') return ['acquire', 'once']
  if (access === 'release') return ['once', 'release']
  return access === 'noreturn' ? ['noreturn', 'once'] : ['once', 'once']
}

/** True if a read of this kind can take its value from the write. */
function visible(tag: AccessTag, write: AccessNode): boolean {
  switch (tag) {
    case 'lock-read':
    case 'lock-free':
      return write.tag === 'unlock' || write.tag === 'initial'
    case 'lock-fail':
      return write.tag === 'lock-write'
    default:
      return true
  }
}

function promisable(tag: AccessTag, value: bigint): boolean {
  if (tag === 'lock-read' || tag === 'lock-free') return value === 0n
  return tag !== 'lock-fail' || value !== 0n
}

function withPages(cells: readonly Cell[]): readonly Cell[] {
  const pages = pagesOf(cells)
  return pages.length === 0 ? cells : [...cells, ...pages]
}

function pagesOf(cells: readonly Cell[]): readonly Cell[] {
  const pages: Cell[] = []
  for (const { page } of cells) if (page !== null && !pages.includes(page)) pages.push(page)
  return pages
}
