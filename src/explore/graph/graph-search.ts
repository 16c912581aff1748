/**
 * The forward search for all executions under a model of graphs. Threads are run one after the other; a read
 * takes its value from a write that was run, or is promised a value that another thread can still write, and
 * that thread then has to keep the promise. So reads may see what comes later in any order (load buffering),
 * and each graph is found once.
 *
 * A read behind which everything is ordered (an acquire, a lock) needs no promise: its thread is put aside
 * until the write has been run. Threads that wait for each other in a ring would be ordered in a ring, which
 * no model of ours allows, so nothing is lost (docs/adr/0004-graphs.md has the exceptions).
 *
 * The order in which writes to a cell take effect decides nothing about what threads do: it is chosen at the
 * end, from what is left possible. Where the model is broken already, what follows is not looked at: all its
 * relations grow with the graph.
 */
import {
  type Cell,
  type EventId,
  indexOf,
  mergeReads,
  type Program,
  type ReadRecord,
  type SharedOperation,
  type Thread,
  type ThreadOptions,
  type WriteRecord,
} from '../../machine/index.js'
import type { SearchResult, SearchVisitor } from '../memory-model.js'
import type { ScheduleRun } from '../schedule.js'
import { ordersWhatFollows, promisable, tagOfLoad, tagOfStore, tagsOfUpdate, visible } from './access-tags.js'
import { totalOrders } from './coherence.js'
import {
  type AccessNode,
  type AccessTag,
  type ExecutionGraph,
  type FenceNode,
  type FenceTag,
  NOT_STORED,
} from './execution-graph.js'
import { endStatus, FinishedGraph, nameOfOperation, pairsOf } from './finished-graph.js'
import { Access, GrowingGraph } from './growing-graph.js'
import { Guide } from './guide.js'
import { readsAreIndependent } from './independence.js'
import type { Judgement } from './lkmm.js'
import { INITIAL, type TailSource, type TailView, tailOutcomes, unorderedRead } from './tail.js'
import { type Effect, type ThreadLog, ThreadLogs } from './thread-log.js'
import { runOrder, storedFrom, type ValueFacts, valueFacts } from './values.js'

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

/** Where a search gives up an execution: every operation goes deeper into the stack, one that writes the most. */
const MAX_DEPTH = 1_100
const DEPTH_OF_READ = 2
const DEPTH_OF_OTHERS = 3

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
  /** True of the values that it waits for; it was promised any other. */
  readonly awaits: (value: bigint) => boolean
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
  readonly #visitor: SearchVisitor
  readonly #model: GraphModel
  readonly #pruned: boolean
  readonly #guide: Guide | null
  /** By event: which shared operation of its thread it is, from 1. */
  readonly #ordinals = new Map<EventId, number>()
  readonly #facts: ValueFacts
  readonly #threadLogs: ThreadLogs
  /** Thread numbers, in the order in which they are run. */
  readonly #order: readonly number[]
  readonly #graph = new GrowingGraph()
  #promised: readonly Promised[] = []
  #aside: readonly Aside[] = []
  #ready: readonly Ready[] = []
  /** How many threads of the order have begun. */
  #begun = 0
  /** Threads that have ended, by number. */
  readonly #logs: (ThreadLog | null)[]
  #redundant = 0
  #steps = 0
  /** How deep in the stack the operations from the beginning to here go. */
  #depth = 0
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
    const settings: ThreadOptions = { ...options, gracePeriods: 'event', retries: 'block' }
    this.#visitor = visitor
    this.#model = model
    this.#pruned = effort === 'pruned'
    this.#guide = guide
    this.#facts = valueFacts(program, settings, visitor.expired)
    this.#threadLogs = new ThreadLogs(program, settings)
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
      this.#proceed(this.#threadLogs.start(number), 0)
      this.#begun--
    } else if (this.#aside.length > 0 || this.#promised.length > 0) {
      this.#redundant++
    } else {
      this.#finish()
    }
  }

  /** Goes on with a thread whose events from `seen` on are not in the graph yet. */
  #proceed(log: ThreadLog, seen: number): void {
    if (this.#depth >= MAX_DEPTH) this.#stopped = true
    if (this.#stopped || this.#isOver()) return
    const { thread } = log
    const depth = thread.pending?.op === 'load' ? DEPTH_OF_READ : DEPTH_OF_OTHERS
    this.#depth += depth
    const mark = this.#graph.nodes.length
    for (const event of thread.events.slice(seen)) {
      if (event.fence !== undefined) this.#graph.addFence(thread.number, event.id, event.fence)
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
    this.#depth -= depth
    this.#graph.removeFrom(mark)
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
    for (const cell of this.#graph.accesses.keys()) {
      const order = this.#graph.orderOf(cell)
      const [total, ...others] = order === null ? [] : totalOrders(order)
      if (total === undefined || others.length > 0) return null
      orders.set(cell, total)
    }
    const graph = {
      nodes: this.#graph.nodes,
      source: this.#graph.source,
      coherence: pairsOf(orders.values()),
    }
    if (!readsAreIndependent(graph)) return null
    const known = new Map<number, readonly TailSource[] | null>()
    const { number } = log.thread
    const final = (cell: Cell): bigint => {
      const last = orders.get(cell.id)?.at(-1)
      return last === undefined ? cell.initial : this.#graph.valueOf(last)
    }
    return {
      sources: (cell) => {
        const before = known.get(cell.id)
        if (before !== undefined) return before
        const found = this.#tailSources(log, cell, orders.get(cell.id) ?? null)
        known.set(cell.id, found)
        return found
      },
      final,
      ending: ({ thread }) =>
        endStatus([...this.#logs.flatMap((one) => one?.thread ?? []), thread], final) ?? `none ${number}`,
    }
  }

  /** The writes that a read of the cell can see, taken by itself; null if the thread wrote some of them. */
  #tailSources(log: ThreadLog, cell: Cell, order: readonly number[] | null): readonly TailSource[] | null {
    const { thread } = log
    const mark = this.#graph.nodes.length
    this.#graph.touch(cell)
    const writes = order ?? [mark]
    if (writes.some((id) => this.#graph.nodes[id]?.thread === thread.number)) {
      this.#graph.removeFrom(mark)
      return null
    }
    const access = new Access(
      thread,
      thread.pending as SharedOperation,
      this.#graph.nodes,
      this.#graph.nodesOf,
    )
    const sources: TailSource[] = []
    for (const [place, node] of writes.entries()) {
      const { value, event } = this.#graph.nodes[node] as AccessNode
      const id = this.#graph.nodes.length
      this.#graph.push(access.node('read', 'once', cell, value, []), node)
      if (this.#consistentSoFar()) sources.push({ node: place === 0 ? INITIAL : node, place, value, event })
      this.#graph.removeFrom(id)
    }
    this.#graph.removeFrom(mark)
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
    const mark = this.#graph.nodes.length
    this.#graph.touch(cell)
    this.#ordinals.set(thread.nextId(), log.operations.length + 1)
    const node = source === INITIAL ? (this.#graph.accesses.get(cell.id)?.[0] as number) : source
    const write = this.#graph.nodes[node] as AccessNode
    const access = new Access(thread, pending, this.#graph.nodes, this.#graph.nodesOf)
    this.#graph.push(access.node('read', 'once', cell, write.value, []), node)
    this.#readOn(log.after({ reads: [{ cell, value: write.value, from: write.event }], writes: [] }), others)
    this.#graph.removeFrom(mark)
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
    const access = new Access(thread, operation, this.#graph.nodes, this.#graph.nodesOf)
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
    const mark = this.#graph.nodes.length
    this.#graph.addFence(access.thread.number, access.event, tag, cell?.id ?? -1)
    then({
      reads: cell === null || tag !== 'srcu-lock' ? [] : [{ cell, value: cell.initial, from: null }],
      writes: [],
    })
    this.#graph.removeFrom(mark)
  }

  #modify(
    access: Access,
    operation: Extract<SharedOperation, { op: 'rmw' }>,
    done: (reads: ReadRecord[], writes: WriteRecord[]) => void,
  ): void {
    const { cells } = operation
    const fenced = this.#model.old && operation.access === 'mb'
    const mark = this.#graph.nodes.length
    // Which it is shows only when the value is known; a fence that is none orders nothing.
    const fence = fenced ? this.#graph.addFence(access.thread.number, access.event, 'none') : -1
    this.#readAll(
      access,
      this.#withPages(cells),
      () => 'once',
      [],
      (reads, ids) => {
        const update = operation.update(cells.map((_, i) => reads[i]?.value ?? 0n))
        if (update === null) {
          const failed = ids.slice(0, cells.length).map((id) => this.#graph.nodes[id] as AccessNode)
          for (const node of failed) this.#graph.nodes[node.id] = { ...node, partner: NOT_STORED }
          done(reads, [])
          for (const node of failed) this.#graph.nodes[node.id] = node
          return
        }
        const [readTag, writeTag] = tagsOfUpdate(operation.access, this.#model.old)
        const partners = ids.slice(0, cells.length)
        const before = partners.map((id) => this.#graph.nodes[id] as AccessNode)
        before.forEach((node, i) => {
          this.#graph.nodes[node.id] = { ...node, tag: readTag, partner: this.#graph.nodes.length + i }
        })
        if (fence >= 0) this.#graph.nodes[fence] = { ...(this.#graph.nodes[fence] as FenceNode), tag: 'mb' }
        const data = storedFrom(operation, access.event)
        const values = cells.map((cell, i) => ({ cell, value: update[i] ?? 0n, data }))
        const seen = mergeReads(operation.data, [access.event])
        this.#writeAll(
          access,
          values,
          () => writeTag,
          partners,
          [],
          (writes) => {
            const inner = this.#graph.nodes.length
            if (fence >= 0) this.#graph.addFence(access.thread.number, access.event, 'mb')
            // Nothing is lost by an exchange: the record says that the store saw what it replaced.
            done(
              reads,
              writes.map((write) => ({ ...write, data: seen })),
            )
            this.#graph.removeFrom(inner)
          },
        )
        for (const node of before) this.#graph.nodes[node.id] = node
        if (fence >= 0) this.#graph.nodes[fence] = { ...(this.#graph.nodes[fence] as FenceNode), tag: 'none' }
      },
    )
    this.#graph.removeFrom(mark)
  }

  #takeLock(access: Access, cell: Cell, done: (reads: ReadRecord[], writes: WriteRecord[]) => void): void {
    this.#readAll(
      access,
      [cell],
      () => 'lock-read',
      [],
      (reads, ids) => {
        const [id] = ids
        const read = this.#graph.nodes[id as number] as AccessNode
        this.#graph.nodes[read.id] = { ...read, partner: this.#graph.nodes.length }
        const value = [{ cell, value: BigInt(access.thread.number + 1), data: [] }]
        this.#writeAll(
          access,
          value,
          () => 'lock-write',
          [read.id],
          [],
          (writes) => done(reads, writes),
        )
        this.#graph.nodes[read.id] = read
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
      this.#graph.makeTwins(access.operation, ids)
      then([...reads], ids)
      return
    }
    const mark = this.#graph.nodes.length
    this.#graph.touch(cell)
    const tag = tagOf(access.operation, cell)
    const goOn = (source: number, value: bigint, from: EventId | null): void => {
      const id = this.#graph.nodes.length
      this.#graph.push(access.node('read', tag, cell, value, []), source)
      if (source < 0 || this.#graph.orderOf(cell.id) !== null) {
        this.#readAll(access, cells, tagOf, [...ids, id], then, [...reads, { cell, value, from }])
      }
      this.#graph.removeFrom(id)
    }
    const readFrom = (write: number): void => {
      const { value, event } = this.#graph.nodes[write] as AccessNode
      goOn(write, value, event)
    }
    const wanted =
      this.#guide?.entry(access.thread.number, this.#ordinals.get(access.event), ids.length) ?? null
    let found = false
    for (const write of (this.#graph.accesses.get(cell.id) ?? []).slice()) {
      if (this.#stopped) return
      const from = this.#graph.nodes[write] as AccessNode
      if (wanted !== null && wanted !== nameOfOperation(from.event, this.#ordinals)) continue
      found = true
      if (from.kind === 'write' && visible(tag, from) && !this.#ownLock(access.thread, cell, tag, from))
        readFrom(write)
    }
    const isThere = wanted !== null && found
    if (isThere || this.#ownLock(access.thread, cell, tag, null)) {
      // Inside its own critical section a thread sees no other taking of the lock.
    } else {
      const awaits = this.#awaits(access, cell, tag)
      if (awaits !== null)
        this.#putAside({ thread: access.thread.number, cell: cell.id, tag, awaits, resume: readFrom })
      for (const value of this.#futureValues(access.thread, cell.id)) {
        if (this.#stopped) return
        if (!promisable(tag, value) || awaits?.(value) === true) continue
        const before = this.#promised
        this.#promised = [...before, { node: this.#graph.nodes.length, cell: cell.id, value }]
        goOn(-1, value, null)
        this.#promised = before
      }
    }
    this.#graph.removeFrom(mark)
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

  /**
   * The values that the thread can be put aside to wait for: with them, everything after the read is ordered
   * behind it, and before it whoever writes them. A plain write is ordered behind nothing. Null if there are none.
   */
  #awaits({ thread, operation }: Access, cell: Cell, tag: AccessTag): ((value: bigint) => boolean) | null {
    if (!this.#pruned || !ordersWhatFollows(operation, tag)) return null
    const others = this.#left().filter((other) => other !== thread.number)
    if (others.some((other) => this.#facts.threads[other]?.plain.has(cell.id))) return null
    return (value) => this.#isSureToStore(operation, cell, value)
  }

  /** False of a read-modify-write that may store nothing if it reads this value: it orders nothing then. */
  #isSureToStore(operation: SharedOperation, cell: Cell, value: bigint): boolean {
    if (operation.op !== 'rmw' || !operation.cells.includes(cell)) return true
    const known = operation.cells.map((one) => (one === cell ? [value] : this.#valuesEver(one)))
    const stores = (values: readonly bigint[]): boolean => {
      const next = known[values.length]
      return next === undefined
        ? operation.update(values) !== null
        : next.every((other) => stores([...values, other]))
    }
    return stores([])
  }

  /** What the cell can hold at any time. */
  #valuesEver(cell: Cell): bigint[] {
    const written = this.#facts.threads.flatMap(({ writes }) => [...(writes.get(cell.id)?.keys() ?? [])])
    return [...new Set([cell.initial, ...written])]
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
      this.#graph.makeTwins(access.operation, ids)
      then(values.map(({ cell, value, data }) => ({ cell, value, data, after: null })))
      return
    }
    const { cell, value, data } = next
    const mark = this.#graph.nodes.length
    this.#graph.touch(cell)
    const id = this.#graph.nodes.length
    const tag = tagOf(access.operation, cell)
    const node = access.node('write', tag, cell, value, data)
    this.#graph.push({ ...node, partner: partners[ids.length] ?? -1 }, -1)
    const write = this.#graph.nodes[id] as AccessNode
    const sees = (thread: number, tag: AccessTag): boolean =>
      thread !== access.thread.number && visible(tag, write)
    const promised = this.#promised.filter(
      (one) =>
        one.cell === cell.id &&
        one.value === value &&
        sees(
          (this.#graph.nodes[one.node] as AccessNode).thread,
          (this.#graph.nodes[one.node] as AccessNode).tag,
        ),
    )
    const aside = this.#aside.filter(
      (one) => one.cell === cell.id && one.awaits(value) && sees(one.thread, one.tag),
    )
    this.#keep(id, cell.id, promised, 0, false, () =>
      this.#rouse(id, aside, 0, () => this.#writeAll(access, values, tagOf, partners, [...ids, id], then)),
    )
    this.#graph.removeFrom(mark)
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
      if (this.#graph.orderOf(cell) === null) return
      if (kept && this.#pruned && !this.#consistentSoFar()) this.#redundant++
      else then()
      return
    }
    this.#keep(write, cell, promised, at + 1, kept, then)
    const before = this.#promised
    this.#promised = before.filter((one) => one !== promise)
    this.#graph.source[promise.node] = write
    this.#keep(write, cell, promised, at + 1, true, then)
    this.#graph.source[promise.node] = -1
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

  /** False if the model is broken already, or a cell's writes can be in no order. */
  #consistentSoFar(): boolean {
    const coherence = this.#graph.knownOrder()
    if (coherence === null) return false
    const { nodes, source } = this.#graph
    return this.#model.judge({ nodes, source, coherence }, false).consistent
  }

  // ---- complete graphs -------------------------------------------------------------------------------------

  #finish(): void {
    const choices: number[][][] = []
    for (const cell of this.#graph.accesses.keys()) {
      const order = this.#graph.orderOf(cell)
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
    const known = [...chosen]
    let next = at
    for (; choices[next]?.length === 1; next++) known.push(choices[next]?.[0] ?? [])
    const orders = choices[next]
    if (orders === undefined) {
      this.#judge(known)
      return
    }
    for (const order of orders) {
      if (this.#stopped) return
      this.#orderCells(choices, next + 1, [...known, order])
    }
  }

  #judge(orders: readonly (readonly number[])[]): void {
    const { nodes, source } = this.#graph
    const judgement = this.#model.judge({ nodes, source, coherence: pairsOf(orders) }, true)
    if (!judgement.consistent) {
      this.#redundant++
      return
    }
    const logs = this.#logs as readonly ThreadLog[]
    const run = FinishedGraph.of(this.#graph, orders, logs, judgement, this.#weight)
    if (run !== null && !this.#visitor.visit(run)) this.#stopped = true
  }
}
