/**
 * The forward search for all executions under a model of graphs. Threads are run one after the other; a read
 * takes its value from a write that was run, or is promised a value that another thread can still write, and
 * that thread then has to keep the promise. So reads may see what comes later in any order (load buffering),
 * and each graph is found once.
 *
 * A read behind which everything is ordered (an acquire, a lock) needs no promise: its thread is put aside
 * until the write has been run. Threads that wait for each other in a ring would be ordered in a ring, which
 * no model of ours allows, so nothing is lost.
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
import { letterOf, type ScheduleRun } from '../schedule.js'
import { type CellOrder, orderOf, totalOrders } from './coherence.js'
import {
  type AccessNode,
  type AccessTag,
  type ExecutionGraph,
  type FenceNode,
  type FenceTag,
  type GraphNode,
  NOT_STORED,
} from './execution-graph.js'
import { readsAreIndependent } from './independence.js'
import type { Judgement } from './lkmm.js'
import { INITIAL, type TailSource, type TailView, tailOutcomes, unorderedRead } from './tail.js'
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
  return new GraphSearch(program, options, visitor, model, effort, null).run()
}

/** Looks only for the execution of a schedule. */
export function followGraph(
  program: Program,
  options: ThreadOptions,
  schedule: readonly ScheduleRun[],
  visitor: SearchVisitor,
  model: GraphModel,
): SearchResult {
  const guide = new Guide(schedule)
  const only: SearchVisitor = {
    ...visitor,
    visit: (run) => !guide.isOf(run.decisions) || visitor.visit(run),
  }
  return new GraphSearch(program, options, only, model, 'pruned', guide).run()
}

const STEPS_PER_QUESTION = 64

/** A read that was given a value before its write was run. */
interface Promised {
  readonly node: number
  readonly cell: number
  readonly value: bigint
}

/** A thread that was put aside at a read, until there is a write for it to read from. */
interface Aside {
  readonly thread: number
  readonly cell: number
  readonly tag: AccessTag
  /** Goes on with the thread, reading from the write of this node number. */
  readonly resume: (write: number) => void
}

/** A thread that was put aside and can go on: its turn comes when the running one stops. */
interface Ready {
  readonly aside: Aside
  readonly write: number
}

/** What becomes of an operation is told to this, with the graph in place. */
type Then = (effect: Effect) => void

class GraphSearch {
  readonly #program: Program
  readonly #options: ThreadOptions
  readonly #visitor: SearchVisitor
  readonly #model: GraphModel
  readonly #pruned: boolean
  readonly #guide: Guide | null
  /** By event: which shared operation of its thread it is, from 1. */
  readonly #ordinals = new Map<EventId, number>()
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
  #aside: readonly Aside[] = []
  #ready: readonly Ready[] = []
  /** How many threads of the order have begun. */
  #begun = 0
  /** Threads that have ended, by number. */
  readonly #logs: (ThreadLog | null)[]
  #redundant = 0
  #steps = 0
  /** How many executions the one that is being finished stands for; whether it was found by merging. */
  #weight = 1
  #merging = false
  #stopped = false

  constructor(
    program: Program,
    options: ThreadOptions,
    visitor: SearchVisitor,
    model: GraphModel,
    effort: Effort,
    guide: Guide | null,
  ) {
    this.#program = program
    this.#options = { ...options, gracePeriods: 'event', retries: 'block' }
    this.#visitor = visitor
    this.#model = model
    this.#pruned = effort === 'pruned'
    this.#guide = guide
    this.#facts = valueFacts(program, this.#options)
    this.#order = this.#pruned ? runOrder(this.#facts) : program.threads.map((_, number) => number)
    this.#logs = program.threads.map(() => null)
  }

  run(): SearchResult {
    this.#schedule()
    return { finished: !this.#stopped && this.#facts.complete, redundant: this.#redundant }
  }

  // ---- threads, one after the other ------------------------------------------------------------------------

  /** Goes on with a thread that was put aside and can go on, or else with one that has not begun. */
  #schedule(): void {
    const [next, ...others] = this.#ready
    if (next !== undefined) {
      const before = this.#ready
      this.#ready = others
      next.aside.resume(next.write)
      this.#ready = before
      return
    }
    const number = this.#order[this.#begun]
    if (number !== undefined) {
      this.#begun++
      this.#proceed(ThreadLog.start(this.#program, this.#options, number), 0)
      this.#begun--
    } else if (this.#aside.length > 0 || this.#promised.length > 0) {
      this.#redundant++
    } else {
      this.#finish()
    }
  }

  /** Goes on with a thread whose events from `seen` on are not in the graph yet. */
  #proceed(log: ThreadLog, seen: number): void {
    if (this.#stopped || this.#isOver()) return
    const { thread } = log
    const mark = this.#nodes.length
    for (const event of thread.events.slice(seen)) {
      if (event.fence !== undefined) this.#addFence(thread.number, event.id, event.fence)
    }
    const { pending } = thread
    if (pending === null || thread.status !== 'ready') {
      this.#end(log)
    } else if (!this.#merged(log)) {
      const event = indexOf(thread.nextId())
      this.#ordinals.set(thread.nextId(), log.operations.length + 1)
      this.#perform(thread, pending, (effect) => {
        if (!this.#stopped) this.#proceed(log.after(effect), event + 1)
      })
      if (this.#mayWaitForEver(thread, pending)) this.#end(log)
    }
    this.#removeFrom(mark)
  }

  /** Visits what the last thread can still come to, if all it has left to do is to read. False if not. */
  #merged(log: ThreadLog): boolean {
    if (
      this.#visitor.merge !== true ||
      this.#merging ||
      !this.#isLast() ||
      unorderedRead(log.thread.pending) === null
    ) {
      return false
    }
    const view = this.#tailView(log)
    const outcomes = view === null ? null : tailOutcomes(log, log.thread.events.length, view)
    if (outcomes === null) return false
    this.#merging = true
    for (const { count, sources } of outcomes) {
      this.#weight = count
      this.#readOn(log, sources)
    }
    this.#weight = 1
    this.#merging = false
    return true
  }

  /** True if the running thread is the last, and owes nothing to any other. */
  #isLast(): boolean {
    return (
      this.#left().length === 1 &&
      this.#promised.length === 0 &&
      this.#aside.length === 0 &&
      this.#ready.length === 0
    )
  }

  /** What the reads of the last thread can see; null if they would constrain each other. */
  #tailView(log: ThreadLog): TailView | null {
    const orders = new Map<number, readonly number[]>()
    for (const cell of this.#accesses.keys()) {
      const order = this.#orderOf(cell)
      const [total, ...others] = order === null ? [] : totalOrders(order)
      if (total === undefined || others.length > 0) return null
      orders.set(cell, total)
    }
    const graph = { nodes: this.#nodes, source: this.#source, coherence: pairsOf(orders.values()) }
    if (!readsAreIndependent(graph)) return null
    const known = new Map<number, readonly TailSource[] | null>()
    const { number } = log.thread
    const final = (cell: Cell): bigint => {
      const last = orders.get(cell.id)?.at(-1)
      return last === undefined ? cell.initial : this.#valueOf(last)
    }
    return {
      sources: (cell) => {
        const before = known.get(cell.id)
        if (before !== undefined) return before
        const found = this.#tailSources(log, cell, orders.get(cell.id) ?? null)
        known.set(cell.id, found)
        return found
      },
      ending: ({ thread }) =>
        endStatus([...this.#logs.flatMap((one) => one?.thread ?? []), thread], final) ?? `none ${number}`,
    }
  }

  /** The writes that a read of the cell can see, taken by itself; null if the thread wrote some of them. */
  #tailSources(log: ThreadLog, cell: Cell, order: readonly number[] | null): readonly TailSource[] | null {
    const { thread } = log
    const mark = this.#nodes.length
    this.#touch(cell)
    const writes = order ?? [mark]
    if (writes.some((id) => this.#nodes[id]?.thread === thread.number)) {
      this.#removeFrom(mark)
      return null
    }
    const access = new Access(thread, thread.pending as SharedOperation, this.#nodes, this.#nodesOf)
    const sources: TailSource[] = []
    for (const [place, node] of writes.entries()) {
      const { value, event } = this.#nodes[node] as AccessNode
      const id = this.#nodes.length
      this.#push(access.node('read', 'once', cell, value, []), node)
      if (this.#consistentSoFar()) sources.push({ node: place === 0 ? INITIAL : node, place, value, event })
      this.#removeFrom(id)
    }
    this.#removeFrom(mark)
    return sources
  }

  /** Goes on with the last thread, reading from these writes one after the other. */
  #readOn(log: ThreadLog, sources: readonly number[]): void {
    if (this.#stopped) return
    const [source, ...others] = sources
    const { thread } = log
    const { pending } = thread
    if (source === undefined || pending?.op !== 'load') {
      this.#logs[thread.number] = log
      this.#finish()
      this.#logs[thread.number] = null
      return
    }
    const cell = pending.cells[0] as Cell
    const mark = this.#nodes.length
    this.#touch(cell)
    this.#ordinals.set(thread.nextId(), log.operations.length + 1)
    const node = source === INITIAL ? (this.#accesses.get(cell.id)?.[0] as number) : source
    const write = this.#nodes[node] as AccessNode
    const access = new Access(thread, pending, this.#nodes, this.#nodesOf)
    this.#push(access.node('read', 'once', cell, write.value, []), node)
    this.#readOn(log.after({ reads: [{ cell, value: write.value, from: write.event }], writes: [] }), others)
    this.#removeFrom(mark)
  }

  /** Asks the visitor, once in a while, whether to stop. */
  #isOver(): boolean {
    if (++this.#steps % STEPS_PER_QUESTION === 0 && this.#visitor.expired?.() === true) this.#stopped = true
    return this.#stopped
  }

  #end(log: ThreadLog): void {
    const { number } = log.thread
    this.#logs[number] = log
    if (!this.#canGoOn()) this.#redundant++
    else this.#schedule()
    this.#logs[number] = null
  }

  /** False if no execution that is wanted and consistent can come of what is there, after a thread has ended. */
  #canGoOn(): boolean {
    const left = this.#left()
    for (const { cell, value } of this.#promised) {
      if (!left.some((thread) => this.#canWrite(thread, cell, value))) return false
    }
    for (const { cell } of this.#aside) {
      if (!left.some((thread) => this.#facts.threads[thread]?.writes.has(cell))) return false
    }
    const { wanted } = this.#visitor
    if (wanted !== undefined && !wanted(this.#logs.map((one) => one?.thread ?? null))) return false
    return !this.#pruned || left.length === 0 || this.#begun < 2 || this.#consistentSoFar()
  }

  /** Numbers of the threads that have not ended. */
  #left(): number[] {
    return this.#order.filter((number) => this.#logs[number] === null)
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
  #perform(thread: Thread, operation: SharedOperation, then: Then): void {
    const access = new Access(thread, operation, this.#nodes, this.#nodesOf)
    const done = (reads: ReadRecord[], writes: WriteRecord[]): void => then({ reads, writes })
    switch (operation.op) {
      case 'load':
        this.#readAll(access, this.#withPages(operation.cells), tagOfLoad, [], (reads) => done(reads, []))
        return
      case 'await':
        if (operation.retry === true) return
        this.#readAll(
          access,
          operation.cells,
          () => 'acquire',
          [],
          (reads) => {
            if (operation.until(reads.map(({ value }) => value))) done(reads, [])
          },
        )
        return
      case 'store':
        this.#readAll(access, this.#pagesOf(operation.cells), tagOfLoad, [], (reads) => {
          const values = operation.values.map((word, i) => ({
            cell: operation.cells[i] as Cell,
            value: word.bits,
            data: word.from,
          }))
          this.#writeAll(access, values, tagOfStore, [], [], (writes) => done(reads, writes))
        })
        return
      case 'rmw':
        this.#modify(access, operation, done)
        return
      case 'lock':
      case 'trylock':
        this.#takeLock(access, operation.lock.cell, done)
        if (operation.op === 'trylock') this.#lookAtLock(access, operation.lock.cell, 'lock-fail', done)
        return
      case 'is-locked':
        this.#lookAtLock(access, operation.lock.cell, 'lock-fail', done)
        this.#lookAtLock(access, operation.lock.cell, 'lock-free', done)
        return
      case 'unlock': {
        const release = [{ cell: operation.lock.cell, value: 0n, data: [] }]
        this.#writeAll(
          access,
          release,
          () => 'unlock',
          [],
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
        const wanted = this.#guide?.entry(thread.number, this.#ordinals.get(access.event), 0) ?? null
        for (const choice of fixed === undefined ? operation.domain : [fixed]) {
          if (wanted === null || choice.startsWith(wanted)) then({ reads: [], writes: [], choice })
        }
        return
      }
    }
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
    done: (reads: ReadRecord[], writes: WriteRecord[]) => void,
  ): void {
    const { cells } = operation
    const fenced = this.#model.old && operation.access === 'mb'
    const mark = this.#nodes.length
    // Which it is shows only when the value is known; a fence that is none orders nothing.
    const fence = fenced ? this.#addFence(access.thread.number, access.event, 'none') : -1
    this.#readAll(
      access,
      this.#withPages(cells),
      () => 'once',
      [],
      (reads, ids) => {
        const update = operation.update(cells.map((_, i) => reads[i]?.value ?? 0n))
        if (update === null) {
          const failed = ids.slice(0, cells.length).map((id) => this.#nodes[id] as AccessNode)
          for (const node of failed) this.#nodes[node.id] = { ...node, partner: NOT_STORED }
          done(reads, [])
          for (const node of failed) this.#nodes[node.id] = node
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

  #takeLock(access: Access, cell: Cell, done: (reads: ReadRecord[], writes: WriteRecord[]) => void): void {
    this.#readAll(
      access,
      [cell],
      () => 'lock-read',
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
    done: (reads: ReadRecord[], writes: WriteRecord[]) => void,
  ): void {
    this.#readAll(
      access,
      [cell],
      () => tag,
      [],
      (reads) => done(reads, []),
    )
  }

  // ---- reads and writes ------------------------------------------------------------------------------------

  /** The cells, and the flags of the pages they lie in, if any thread frees such a page. */
  #withPages(cells: readonly Cell[]): readonly Cell[] {
    const pages = this.#pagesOf(cells)
    return pages.length === 0 ? cells : [...cells, ...pages]
  }

  #pagesOf(cells: readonly Cell[]): readonly Cell[] {
    const pages: Cell[] = []
    for (const { page } of cells) {
      if (page === null || pages.includes(page)) continue
      if (this.#facts.threads.some(({ writes }) => writes.has(page.id))) pages.push(page)
    }
    return pages
  }

  /** Reads the cells one after the other, from every write that each can see. */
  #readAll(
    access: Access,
    cells: readonly Cell[],
    tagOf: (operation: SharedOperation, cell: Cell) => AccessTag,
    ids: readonly number[],
    then: (reads: ReadRecord[], ids: readonly number[]) => void,
    reads: readonly ReadRecord[] = [],
  ): void {
    const cell = cells[ids.length]
    if (cell === undefined) {
      this.#makeTwins(access.operation, ids)
      then([...reads], ids)
      return
    }
    const mark = this.#nodes.length
    this.#touch(cell)
    const tag = tagOf(access.operation, cell)
    const goOn = (source: number, value: bigint, from: EventId | null): void => {
      const id = this.#nodes.length
      this.#push(access.node('read', tag, cell, value, []), source)
      if (source < 0 || this.#orderOf(cell.id) !== null) {
        this.#readAll(access, cells, tagOf, [...ids, id], then, [...reads, { cell, value, from }])
      }
      this.#removeFrom(id)
    }
    const readFrom = (write: number): void => {
      const { value, event } = this.#nodes[write] as AccessNode
      goOn(write, value, event)
    }
    const wanted =
      this.#guide?.entry(access.thread.number, this.#ordinals.get(access.event), ids.length) ?? null
    let found = false
    for (const write of (this.#accesses.get(cell.id) ?? []).slice()) {
      if (this.#stopped) return
      const from = this.#nodes[write] as AccessNode
      if (wanted !== null && wanted !== this.#nameOf(from.event)) continue
      found = true
      if (from.kind === 'write' && visible(tag, from) && !this.#ownLock(access.thread, cell, tag, from))
        readFrom(write)
    }
    const isThere = wanted !== null && found
    if (isThere || this.#ownLock(access.thread, cell, tag, null)) {
      // Inside its own critical section a thread sees no other taking of the lock.
    } else if (this.#pruned && ordersWhatFollows(access.operation, tag)) {
      this.#putAside({ thread: access.thread.number, cell: cell.id, tag, resume: readFrom })
    } else {
      for (const value of this.#futureValues(access.thread, cell.id)) {
        if (this.#stopped) return
        if (!promisable(tag, value)) continue
        const before = this.#promised
        this.#promised = [...before, { node: this.#nodes.length, cell: cell.id, value }]
        goOn(-1, value, null)
        this.#promised = before
      }
    }
    this.#removeFrom(mark)
  }

  /**
   * What other threads may still write to the cell. A thread that holds a lock sees nothing that is written
   * under the same lock later on: giving it back and taking it order the two.
   */
  #futureValues(thread: Thread, cell: number): Set<bigint> {
    const values = new Set<bigint>()
    for (const other of this.#left()) {
      if (other === thread.number) continue
      for (const [value, locks] of this.#facts.threads[other]?.writes.get(cell) ?? []) {
        if (!this.#pruned || !thread.held.some((lock) => locks.has(lock.cell.id))) values.add(value)
      }
    }
    return values
  }

  #putAside(aside: Aside): void {
    if (this.#stopped) return
    const before = this.#aside
    this.#aside = [...before, aside]
    this.#schedule()
    this.#aside = before
  }

  /** True if the read would see a lock that the thread holds taken by another. */
  #ownLock(thread: Thread, cell: Cell, tag: AccessTag, from: AccessNode | null): boolean {
    if (tag !== 'lock-fail' && tag !== 'lock-free') return false
    const holds = thread.held.some((lock) => lock.cell === cell)
    return holds && (tag === 'lock-free' || from?.thread !== thread.number)
  }

  /** Writes the cells one after the other; every write may keep promises. */
  #writeAll(
    access: Access,
    values: readonly { readonly cell: Cell; readonly value: bigint; readonly data: readonly EventId[] }[],
    tagOf: (operation: SharedOperation, cell: Cell) => AccessTag,
    partners: readonly number[],
    ids: readonly number[],
    then: (writes: WriteRecord[]) => void,
  ): void {
    const next = values[ids.length]
    if (next === undefined) {
      this.#makeTwins(access.operation, ids)
      then(values.map(({ cell, value, data }) => ({ cell, value, data, after: null })))
      return
    }
    const { cell, value, data } = next
    const mark = this.#nodes.length
    this.#touch(cell)
    const id = this.#nodes.length
    const tag = tagOf(access.operation, cell)
    const node = access.node('write', tag, cell, value, data)
    this.#push({ ...node, partner: partners[ids.length] ?? -1 }, -1)
    const write = this.#nodes[id] as AccessNode
    const sees = (thread: number, tag: AccessTag): boolean =>
      thread !== access.thread.number && visible(tag, write)
    const promised = this.#promised.filter(
      (one) =>
        one.cell === cell.id &&
        one.value === value &&
        sees((this.#nodes[one.node] as AccessNode).thread, (this.#nodes[one.node] as AccessNode).tag),
    )
    const aside = this.#aside.filter((one) => one.cell === cell.id && sees(one.thread, one.tag))
    this.#keep(id, cell.id, promised, 0, false, () =>
      this.#rouse(id, aside, 0, () => this.#writeAll(access, values, tagOf, partners, [...ids, id], then)),
    )
    this.#removeFrom(mark)
  }

  /** Every choice of promises that the write keeps. */
  #keep(
    write: number,
    cell: number,
    promised: readonly Promised[],
    at: number,
    kept: boolean,
    then: () => void,
  ): void {
    if (this.#stopped) return
    const promise = promised[at]
    if (promise === undefined) {
      if (this.#orderOf(cell) === null) return
      if (kept && this.#pruned && !this.#consistentSoFar()) this.#redundant++
      else then()
      return
    }
    this.#keep(write, cell, promised, at + 1, kept, then)
    const before = this.#promised
    this.#promised = before.filter((one) => one !== promise)
    this.#source[promise.node] = write
    this.#keep(write, cell, promised, at + 1, true, then)
    this.#source[promise.node] = -1
    this.#promised = before
  }

  /** Every choice of threads put aside that go on with this write. */
  #rouse(write: number, aside: readonly Aside[], at: number, then: () => void): void {
    if (this.#stopped) return
    const one = aside[at]
    if (one === undefined) {
      then()
      return
    }
    this.#rouse(write, aside, at + 1, then)
    const before = this.#aside
    const ready = this.#ready
    this.#aside = before.filter((other) => other !== one)
    this.#ready = [...ready, { aside: one, write }]
    // Only one thread can be the next to take a lock.
    const later = aside.slice(at + 1)
    const others = one.tag === 'lock-read' ? later.filter(({ tag }) => tag !== 'lock-read') : later
    this.#rouse(write, others, 0, then)
    this.#aside = before
    this.#ready = ready
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

  /** Joins the accesses of an operation on several cells, which are one. Reads of page flags are by themselves. */
  #makeTwins(operation: SharedOperation, ids: readonly number[]): void {
    if (!('cells' in operation) || operation.cells.length < 2 || operation.op === 'await') return
    const own = new Set(operation.cells.map((cell) => cell.id))
    const twins = ids.filter((id) => own.has((this.#nodes[id] as AccessNode).cell))
    for (const id of twins) {
      this.#nodes[id] = { ...(this.#nodes[id] as AccessNode), twins: twins.filter((other) => other !== id) }
    }
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
    const coherence = pairsOf(orders)
    const { consistent, flags, races } = this.#model.judge(
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
      decisions: this.#decisions(orders),
      flags,
      weight: this.#weight,
      races: races.map(([first, second]) => ({
        first: this.#nodes[first]?.event as EventId,
        second: this.#nodes[second]?.event as EventId,
      })),
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

  /**
   * The graph as decisions, thread by thread: what each operation was answered, or what its reads read from
   * and its writes came right after, by `nameOf`.
   */
  #decisions(orders: readonly (readonly number[])[]): readonly Decision[] {
    const previous = new Map<number, number>()
    for (const order of orders) {
      for (const [i, id] of order.entries()) if (i > 0) previous.set(id, order[i - 1] as number)
    }
    const decisions: Decision[] = []
    for (const log of this.#logs) {
      for (const { event, choice } of log?.operations ?? []) {
        const names: string[] = []
        for (const id of this.#nodesOf.get(event) ?? []) {
          const node = this.#nodes[id] as GraphNode
          if (node.kind === 'fence') continue
          const other = node.kind === 'read' ? this.#source[id] : previous.get(id)
          names.push(this.#nameOf(this.#nodes[other ?? -1]?.event ?? null))
        }
        decisions.push({ thread: threadOf(event), choice: choice ?? (names.join('.') || NO_ENTRY) })
      }
    }
    return decisions
  }

  /** `b3`: the third operation of thread b; `i`: the initial state. */
  #nameOf(event: EventId | null): string {
    if (event === null) return 'i'
    return `${letterOf({ thread: threadOf(event) })}${this.#ordinals.get(event) ?? 0}`
  }
}

/** Stands for an operation that reads and writes nothing. */
const NO_ENTRY = '-'

/** What the operations of a schedule are to read from. */
class Guide {
  readonly #text: string
  /** By thread: the entries of its operations. */
  readonly #entries: string[][] = []

  constructor(schedule: readonly ScheduleRun[]) {
    for (const { thread, choices } of schedule) {
      this.#entries[thread] = [...(this.#entries[thread] ?? []), ...choices]
    }
    this.#text = JSON.stringify(this.#entries)
  }

  /** True for the decisions that the schedule spells. */
  isOf(decisions: readonly Decision[]): boolean {
    const entries: string[][] = []
    for (const { thread, choice } of decisions) entries[thread] = [...(entries[thread] ?? []), choice ?? '']
    return JSON.stringify(entries) === this.#text
  }

  /** What the n-th access of an operation is to read from; null if the schedule ends before. */
  entry(thread: number, ordinal: number | undefined, access: number): string | null {
    return this.#entries[thread]?.[(ordinal ?? 0) - 1]?.split('.')[access] ?? null
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

/** All pairs (earlier, later) of total orders. */
function pairsOf(orders: Iterable<readonly number[]>): (readonly [number, number])[] {
  const pairs: [number, number][] = []
  for (const order of orders) {
    for (const [i, earlier] of order.entries()) {
      for (const later of order.slice(i + 1)) pairs.push([earlier, later])
    }
  }
  return pairs
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

/** True if everything after the read in its thread is ordered behind it, whatever it is. */
function ordersWhatFollows(operation: SharedOperation, tag: AccessTag): boolean {
  if (tag === 'lock-read' || tag === 'acquire') return true
  return operation.op === 'rmw' && (operation.access === 'mb' || operation.access === 'acquire')
}

function promisable(tag: AccessTag, value: bigint): boolean {
  if (tag === 'lock-read' || tag === 'lock-free') return value === 0n
  return tag !== 'lock-fail' || value !== 0n
}
