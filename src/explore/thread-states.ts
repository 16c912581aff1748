/**
 * The states of the threads of one program, each made once. What a thread does depends on its state and the
 * replies it gets alone, so a step that was taken in one state of the program is looked up in all others.
 */
import { type Event, type Hazard, type Program, Thread, type ThreadOptions } from '../machine/index.js'
import type { Effect } from './memory.js'

/** A state of one thread. */
export interface ThreadState {
  /** Different for all states of all threads. */
  readonly id: number
  /** The thread in this state. It never goes on itself: copies of it do. */
  readonly thread: Thread
  /** Where the replies that were tried lead to. */
  readonly moves: Map<string, Move>
}

/** What a thread does when its operation is completed. */
export interface Move {
  readonly to: ThreadState
  readonly hazards: readonly Hazard[]
}

export class ThreadStates {
  readonly #program: Program
  readonly #options: ThreadOptions
  /** By thread, and then by the thread's key. */
  readonly #known: readonly Map<string, ThreadState>[]
  #count = 0

  constructor(program: Program, options: ThreadOptions) {
    this.#program = program
    this.#options = options
    this.#known = program.threads.map(() => new Map())
  }

  /** The thread's first state; null if it is not data (`Thread.key`). */
  start(number: number): Move | null {
    const spec = this.#program.threads[number]
    if (spec === undefined) throw new Error(`there is no thread ${number}`)
    const events: Event[] = []
    const thread = new Thread(number, spec, this.#program.host, this.#options, (event) => events.push(event))
    return this.#arrive(thread, events)
  }

  /** The state that completing the pending operation leads to; null if that is not data. */
  after({ thread, moves }: ThreadState, { reads, writes }: Effect): Move | null {
    const reply = `${reads.map(({ value }) => value.toString(16)).join(' ')}${writes.length > 0 ? '!' : ''}`
    const known = moves.get(reply)
    if (known !== undefined) return known
    const events: Event[] = []
    const copy = thread.fork((event) => events.push(event), 'forgotten')
    if (copy === null) return null
    copy.commit(reads, writes)
    const move = this.#arrive(copy, events)
    if (move !== null) moves.set(reply, move)
    return move
  }

  #arrive(thread: Thread, events: readonly Event[]): Move | null {
    const key = thread.key()
    if (key === null) return null
    const known = this.#known[thread.number]
    const to = known?.get(key) ?? { id: this.#count++, thread, moves: new Map() }
    known?.set(key, to)
    const hazards = events.flatMap((event) =>
      event.hazard === undefined ? [] : [{ ...event.hazard, event }],
    )
    return { to, hazards }
  }
}
