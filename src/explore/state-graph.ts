/**
 * All states of a program whose threads are data, and the steps between them, breadth first: every state is
 * found by a shortest way. docs/adr/0003-states.md says what is merged, and why nothing is lost by it.
 */
import type { Hazard, Program, SharedOperation, Thread, ThreadOptions } from '../machine/index.js'
import { type ContextCells, contextCells, pagesOf } from './footprint.js'
import { INITIAL_IMAGE, type Memory, type MemoryImage } from './memory.js'
import type { Decision } from './run.js'
import { ScMemory } from './sc-memory.js'
import { type ThreadState, ThreadStates } from './thread-states.js'
import { TsoMemory } from './tso-memory.js'

/** What a step does, with the steps of stores into buffers that are taken along with it. */
export interface Step {
  readonly decisions: readonly Decision[]
  readonly hazards: readonly Hazard[]
}

export interface Edge extends Step {
  /** Number of the state it leads to, or `BLOCKED`. */
  readonly to: number
}

/** Stands for all states in which an assumption has failed: nothing is said of them. */
export const BLOCKED = -1

interface Configuration {
  readonly threads: readonly ThreadState[]
  readonly memory: MemoryImage
}

export interface State extends Configuration {
  /** The state and the step that it was found by; -1 for the first one. */
  readonly parent: number
  readonly by: Step
  /** Null if the search ended before it was its turn. */
  edges: readonly Edge[] | null
}

export interface GraphOptions {
  readonly tso: boolean
  /**
   * Stores go into buffers as soon as they can. Nothing is lost by it as long as no thread waits for the
   * buffer of another one; if one does, the search says so instead.
   */
  readonly eager: boolean
  readonly machine: ThreadOptions
  /** Asked before each state is expanded, with the number of those that were. True ends the search. */
  readonly stop: (expanded: number) => boolean
}

/** Stores that a buffer holds at most: a loop that does nothing but store would fill it without end. */
export const LONGEST_BUFFER = 1_000

export class StateGraph {
  readonly states: State[] = []
  transitions = 0
  /** True if a thread had to wait because its buffer held as much as it can. */
  full = false
  readonly #program: Program
  readonly #options: GraphOptions
  readonly #contexts: readonly ContextCells[]
  readonly #threads: ThreadStates
  readonly #numbers = new Map<string, number>()

  constructor(program: Program, options: GraphOptions) {
    this.#program = program
    this.#options = options
    this.#contexts = contextCells(program)
    this.#threads = new ThreadStates(program, options.machine)
  }

  /**
   * Finds all states. Ends early if `stop` says so, if the frame of a thread is a generator (`not data`), or
   * because a thread waits for another one's buffer.
   */
  build(): 'complete' | 'stopped' | 'not data' | 'a buffer is waited for' {
    const moves = this.#program.threads.map((_, number) => this.#threads.start(number))
    const threads: ThreadState[] = []
    const hazards: Hazard[] = []
    for (const move of moves) {
      if (move === null) return 'not data'
      threads.push(move.to)
      hazards.push(...move.hazards)
    }
    const first = this.#reach({ threads, memory: INITIAL_IMAGE }, { decisions: [], hazards }, -1)
    if (typeof first === 'string') return first
    for (let number = 0; ; number++) {
      const state = this.states[number]
      if (state === undefined) return 'complete'
      if (this.#options.stop(number)) return 'stopped'
      const edges = this.#expand(state, number)
      if (typeof edges === 'string') return edges
      state.edges = edges
    }
  }

  /** A state's memory, to be changed at will. */
  memoryOf({ memory }: Configuration): Memory {
    return this.#options.tso ? new TsoMemory(this.#contexts, memory) : new ScMemory(this.#contexts, memory)
  }

  #expand(state: State, number: number): Edge[] | Refusal {
    const edges: Edge[] = []
    const memory = this.memoryOf(state)
    for (const { thread } of state.threads) {
      const { pending } = thread
      if (pending !== null && memory.enabled(pending, thread) && this.#hasRoom(state, thread)) {
        const edge = this.#step(state, number, { thread: thread.number, choice: null })
        if (typeof edge === 'string') return edge
        edges.push(edge)
      }
      if (memory.buffers?.isEmpty(thread.number) === false) {
        const edge = this.#step(state, number, { thread: thread.number, choice: null, flush: true })
        if (typeof edge === 'string') return edge
        edges.push(edge)
      }
    }
    this.transitions += edges.length
    return edges
  }

  #step(state: State, number: number, decision: Decision): Edge | Refusal {
    const after = this.#decide(state, decision)
    if (typeof after === 'string') return after
    const { configuration, hazards } = after
    return this.#reach(configuration, { decisions: [decision], hazards }, number)
  }

  /** What a decision makes of the state. */
  #decide(
    state: Configuration,
    { thread: number, flush }: Decision,
  ): { readonly configuration: Configuration; readonly hazards: readonly Hazard[] } | Refusal {
    const memory = this.memoryOf(state)
    if (flush === true) {
      memory.buffers?.flush(number, 0)
      return { configuration: { threads: state.threads, memory: memory.image() }, hazards: [] }
    }
    const threadState = state.threads[number]
    const operation = threadState?.thread.pending ?? null
    if (threadState === undefined || operation === null) throw new Error(`thread ${number} offers nothing`)
    if (this.#options.eager && this.#waitsForOthers(operation)) return 'a buffer is waited for'
    const effect = memory.apply(operation, threadState.thread, 0)
    const move = this.#threads.after(threadState, effect)
    if (move === null) return 'not data'
    const threads = state.threads.with(number, move.to)
    return { configuration: { threads, memory: memory.image() }, hazards: move.hazards }
  }

  /** Takes the steps that are not to be interleaved, and numbers the state that they end in. */
  #reach(from: Configuration, step: Step, parent: number): Edge | Refusal {
    let at = from
    const decisions = [...step.decisions]
    const hazards = [...step.hazards]
    for (;;) {
      const storing = this.#options.eager ? this.#storing(at) : undefined
      if (storing === undefined) break
      const decision = { thread: storing.number, choice: null }
      const after = this.#decide(at, decision)
      if (typeof after === 'string') return after
      at = after.configuration
      decisions.push(decision)
      hazards.push(...after.hazards)
    }
    return { to: this.#number(at, { decisions, hazards }, parent), decisions, hazards }
  }

  /** A thread that can put a store into its buffer. */
  #storing(at: Configuration): Thread | undefined {
    return at.threads.find(({ thread }) => storesIntoBuffer(thread.pending) && this.#hasRoom(at, thread))
      ?.thread
  }

  /** True if the thread's operation finds room in its buffer, or needs none. */
  #hasRoom({ memory }: Configuration, { number, pending }: Thread): boolean {
    const buffered = memory.buffers[number]?.length ?? 0
    if (buffered < LONGEST_BUFFER || (pending?.op !== 'store' && pending?.op !== 'unlock')) return true
    this.full = true
    return false
  }

  #number(configuration: Configuration, by: Step, parent: number): number {
    if (configuration.threads.some(({ thread }) => thread.status === 'blocked')) return BLOCKED
    const key = this.#keyOf(configuration)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.states.length
    this.states.push({ ...configuration, parent, by, edges: null })
    this.#numbers.set(key, number)
    return number
  }

  #keyOf({ threads, memory }: Configuration): string {
    const { cells } = this.#program.heap
    const values: string[] = []
    for (const [id, value] of memory.values.entries()) {
      if (value !== undefined && value !== cells[id]?.initial) values.push(`${id}=${value.toString(16)}`)
    }
    const buffers = memory.buffers.map((stores) =>
      stores
        .map(({ writes }) => writes.map(({ cell, value }) => `${cell.id}=${value.toString(16)}`).join('+'))
        .join(' '),
    )
    return `${threads.map(({ id }) => id).join(' ')}|${values.join(' ')}|${buffers.join('|')}`
  }

  /** True for a wait that other threads' buffers have a part in. */
  #waitsForOthers(operation: SharedOperation): boolean {
    return (
      operation.op === 'await' &&
      operation.cells.some((cell) => this.#contexts.some(({ rcu, irq }) => cell === rcu || cell === irq))
    )
  }
}

type Refusal = 'not data' | 'a buffer is waited for'

/** True for what reads nothing and goes into the thread's buffer: no step of another thread matters to it. */
function storesIntoBuffer(operation: SharedOperation | null): boolean {
  if (operation === null) return false
  if (operation.op === 'unlock') return true
  return operation.op === 'store' && operation.access !== 'mb' && pagesOf(operation.cells).length === 0
}
