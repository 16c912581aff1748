/** One execution under an operational memory model, step by step: the part that searching and replaying share. */
import type {
  Cell,
  Event,
  Execution,
  Program,
  SharedOperation,
  Thread,
  ThreadOptions,
} from '../machine/index.js'
import { start } from '../machine/index.js'
import { type ContextCells, type Footprint, footprint } from './footprint.js'
import type { FinishedRun } from './memory-model.js'
import { type Effect, ScMemory } from './sc-memory.js'
import { NO_THREADS, only, type ThreadSet } from './thread-set.js'

/** What a scheduler decided at one step: which thread, and its answer if it was asked for a choice. */
export interface Decision {
  readonly thread: number
  readonly choice: string | null
}

/** How an execution ended. `blocked` ones say nothing; `exhausted` ones hit the loop bound. */
export type EndStatus = 'complete' | 'blocked' | 'waiting' | 'exhausted'

export class Run implements FinishedRun {
  readonly flags: readonly string[] = []
  readonly execution: Execution
  readonly memory = new ScMemory()
  readonly decisions: Decision[] = []
  readonly #program: Program
  readonly #contexts: readonly ContextCells[]
  /** The latest footprint asked for, by thread: an operation is looked at many times while it waits. */
  readonly #footprints: { readonly of: SharedOperation; readonly footprint: Footprint }[] = []

  constructor(program: Program, options: ThreadOptions) {
    this.#program = program
    this.#contexts = program.threads.map((spec) => contextCells(program, spec.name))
    this.execution = start(program, options)
  }

  get threads(): readonly Thread[] {
    return this.execution.threads
  }

  get events(): readonly Event[] {
    return this.execution.events
  }

  /** The threads whose pending operation can be done now. */
  enabled(): ThreadSet {
    let enabled = NO_THREADS
    for (const thread of this.threads) {
      if (thread.status === 'ready' && thread.pending !== null && this.memory.enabled(thread.pending)) {
        enabled |= only(thread.number)
      }
    }
    return enabled
  }

  /** What the pending operation of a thread may touch; null if it offers none. */
  footprint(thread: number): Footprint | null {
    const pending = this.threads[thread]?.pending ?? null
    const context = this.#contexts[thread]
    if (pending === null || context === undefined) return null
    const known = this.#footprints[thread]
    if (known?.of === pending) return known.footprint
    const fresh = { of: pending, footprint: footprint(pending, context) }
    this.#footprints[thread] = fresh
    return fresh.footprint
  }

  /** The answers a pending `choose` can be given; null if the thread asks for none, or it is fixed in advance. */
  domain(thread: number): readonly string[] | null {
    const pending = this.threads[thread]?.pending
    if (pending === undefined || pending === null || pending.op !== 'choose') return null
    const fixed = this.#program.answers.get(pending.key)
    return fixed === undefined ? pending.domain : [fixed]
  }

  /** Does the pending operation of a thread, and says what it read and wrote. */
  step(decision: Decision): Effect {
    const thread = this.threads[decision.thread]
    const context = this.#contexts[decision.thread]
    if (thread === undefined || context === undefined || thread.pending === null) return NO_EFFECT
    const effect = this.memory.apply(thread.pending, thread, context)
    this.decisions.push(decision)
    thread.commit(effect.reads, effect.writes, decision.choice ?? undefined)
    return effect
  }

  /**
   * Does again what an earlier run of the same program did with the same decisions before. Quicker than
   * `step`, as what was read and written is known.
   */
  repeat(decision: Decision, effect: Effect): void {
    const thread = this.threads[decision.thread]
    if (thread === undefined || thread.pending === null) throw new Error('the program is not deterministic')
    this.memory.repeat(effect, thread.nextId())
    this.decisions.push(decision)
    thread.commit(effect.reads, effect.writes, decision.choice ?? undefined)
  }

  value(cell: Cell): bigint {
    return this.memory.value(cell)
  }

  /** How things stand once no thread is enabled, or one has blocked the execution. */
  status(): EndStatus {
    if (this.threads.some((thread) => thread.status === 'blocked')) return 'blocked'
    if (this.threads.some((thread) => thread.status === 'exhausted')) return 'exhausted'
    return this.threads.some((thread) => thread.status === 'ready') ? 'waiting' : 'complete'
  }
}

const NO_EFFECT: Effect = { reads: [], writes: [] }

function contextCells(program: Program, name: string): ContextCells {
  return { rcu: program.heap.internal(`rcu@${name}`), irq: program.heap.internal(`irq@${name}`) }
}
