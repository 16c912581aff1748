/** One execution under an operational memory model, step by step: the part that searching and replaying share. */
import type { Cell, Course, Event, Execution, Program, Thread, ThreadOptions } from '../machine/index.js'
import { EVENTS_PER_THREAD, eventOf, start } from '../machine/index.js'
import type { Footprint } from './footprint.js'
import type { Effect, Flushed, Memory } from './memory.js'
import type { FinishedRun, Race } from './memory-model.js'
import { NO_THREADS, only, type ThreadSet } from './thread-set.js'

/** What a scheduler decided at one step: which thread, and its answer if it was asked for a choice. */
export interface Decision {
  readonly thread: number
  readonly choice: string | null
  /** The thread's oldest buffered store reaches memory; the thread itself does nothing. */
  readonly flush?: true
}

/** How an execution ended. `blocked` ones say nothing; `exhausted` ones hit the loop bound. */
export type EndStatus = 'complete' | 'blocked' | 'waiting' | 'exhausted'

/**
 * What is scheduled are agents: the threads by their numbers and, where stores are buffered, the buffer of
 * thread `t` as agent `threads + t`. Sets of agents are `ThreadSet`s.
 */
export class Run implements FinishedRun {
  readonly flags: readonly string[] = []
  readonly races: readonly Race[] = []
  readonly weight = 1
  readonly execution: Execution
  readonly memory: Memory
  readonly decisions: Decision[] = []
  /** Number of agents. */
  readonly agents: number
  readonly #program: Program
  readonly #options: ThreadOptions
  #flushes = 0

  constructor(
    program: Program,
    options: ThreadOptions,
    memory: Memory,
    courses: readonly Course[] | null = null,
  ) {
    this.#program = program
    this.#options = options
    this.memory = memory
    this.agents = program.threads.length * (memory.buffers === null ? 1 : 2)
    if (this.agents > 32) throw new Error(`${program.threads.length} threads are more than can be scheduled`)
    this.execution = start(program, options, courses)
  }

  get threads(): readonly Thread[] {
    return this.execution.threads
  }

  get events(): readonly Event[] {
    return this.execution.events
  }

  /** The agents that can go on now. */
  enabled(): ThreadSet {
    const { threads } = this
    const { buffers } = this.memory
    let enabled = NO_THREADS
    for (const thread of threads) {
      const { number, pending } = thread
      if (thread.status === 'ready' && pending !== null && this.memory.enabled(pending, thread)) {
        enabled |= only(number)
      }
      if (buffers !== null && !buffers.isEmpty(number)) enabled |= only(threads.length + number)
    }
    return enabled
  }

  /** What the next step of an agent may touch; null if it offers none. */
  footprint(agent: number): Footprint | null {
    const thread = this.threads[agent]
    if (thread === undefined) return this.memory.buffers?.flushing(agent - this.threads.length) ?? null
    return thread.pending === null ? null : this.memory.footprint(thread.pending, thread)
  }

  /** Footprints of what all agents offer, by agent. */
  offers(): readonly (Footprint | null)[] {
    const offers: (Footprint | null)[] = []
    for (let agent = 0; agent < this.agents; agent++) offers.push(this.footprint(agent))
    return offers
  }

  /** The answers a pending `choose` can be given; null if the agent asks for none, or it is fixed in advance. */
  domain(agent: number): readonly string[] | null {
    const pending = this.threads[agent]?.pending
    if (pending === undefined || pending === null || pending.op !== 'choose') return null
    const fixed = this.#program.answers.get(pending.key)
    return fixed === undefined ? pending.domain : [fixed]
  }

  /** The decision that lets an agent go on. */
  decide(agent: number, choice: string | null): Decision {
    const threads = this.threads.length
    return agent < threads ? { thread: agent, choice } : { thread: agent - threads, choice, flush: true }
  }

  /** The agent that a decision lets go on; null if there is none like it. */
  agentOf({ thread, flush }: Pick<Decision, 'thread' | 'flush'>): number | null {
    const agent = flush === true ? this.threads.length + thread : thread
    return thread < this.threads.length && agent < this.agents ? agent : null
  }

  /** Lets an agent go on, and says what it read and wrote. */
  step(decision: Decision): Effect {
    if (decision.flush === true) return this.#flush(decision)
    const thread = this.#threadOf(decision)
    const operation = thread.pending
    if (operation === null) throw new Error(`thread ${thread.number} offers nothing`)
    return this.#commit(decision, thread, this.memory.apply(operation, thread, this.decisions.length))
  }

  /**
   * Does again what an earlier run of the same program did with the same decisions before. Quicker than
   * `step`, as what was read and written is known.
   */
  repeat(decision: Decision, effect: Effect): void {
    if (decision.flush === true) {
      this.#flush(decision)
      return
    }
    const thread = this.#threadOf(decision)
    const operation = thread.pending
    if (operation === null) throw new Error('the program is not deterministic')
    this.#commit(decision, thread, this.memory.repeat(effect, operation, thread, this.decisions.length))
  }

  value(cell: Cell): bigint {
    return this.memory.value(cell)
  }

  /** How things stand once no agent is enabled, or one has blocked the execution. */
  status(): EndStatus {
    if (this.threads.some((thread) => thread.status === 'blocked')) return 'blocked'
    if (this.threads.some((thread) => thread.status === 'exhausted')) return 'exhausted'
    return this.threads.some((thread) => thread.status === 'ready') ? 'waiting' : 'complete'
  }

  #commit(decision: Decision, thread: Thread, effect: Effect): Effect {
    this.decisions.push(decision)
    thread.commit(effect.reads, effect.writes, decision.choice ?? undefined)
    return effect
  }

  #flush(decision: Decision): Effect {
    const { buffers } = this.memory
    if (buffers === null) throw new Error('nothing is buffered under this memory model')
    const flushed = buffers.flush(decision.thread, this.decisions.length)
    this.decisions.push(decision)
    if (this.#options.traceCalls) this.#recordFlush(this.#threadOf(decision), flushed)
    return flushed.effect
  }

  /** A flush for people, at the place in C that stored. Its id is that of an event of the buffer's own. */
  #recordFlush(thread: Thread, { store, effect }: Flushed): void {
    const stored = eventOf(this.threads, store)
    if (stored === undefined) throw new Error('a store without an event')
    const { op, reads, writes, semantic, hazard, ...place } = stored
    const index = this.#flushes++
    this.execution.record({
      ...place,
      id: (this.threads.length + thread.number) * EVENTS_PER_THREAD + index,
      index,
      op: 'store-flush',
      reads: [],
      writes: [],
      depth: 0,
      locks: thread.lockNames,
      irqsOff: thread.irqDepth > 0,
      rcuDepth: thread.rcuDepth,
      text: `flush of ${effect.writes.map(({ cell }) => cell.name).join(', ')}`,
      flushes: store,
    })
  }

  #threadOf({ thread }: Decision): Thread {
    const found = this.threads[thread]
    if (found === undefined) throw new Error(`there is no thread ${thread}`)
    return found
  }
}
