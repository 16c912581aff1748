/** A thread that can be gone back to: its state, and what it was told, to make it again where it cannot be copied. */
import {
  type EventId,
  type Program,
  type ReadRecord,
  Thread,
  type ThreadOptions,
  type WriteRecord,
} from '../../machine/index.js'

/** What one shared operation came to. */
export interface Effect {
  readonly reads: readonly ReadRecord[]
  readonly writes: readonly WriteRecord[]
  readonly choice?: string
}

/** A shared operation that was done. */
export interface Done {
  readonly event: EventId
  readonly choice: string | null
}

const RECORD_NOTHING = (): void => undefined

export class ThreadLog {
  readonly thread: Thread
  readonly #program: Program
  readonly #options: ThreadOptions
  readonly #effects: readonly Effect[]
  /** The events of its shared operations so far, and what was chosen in each. */
  readonly operations: readonly Done[]

  private constructor(
    thread: Thread,
    program: Program,
    options: ThreadOptions,
    effects: readonly Effect[],
    operations: readonly Done[],
  ) {
    this.thread = thread
    this.#program = program
    this.#options = options
    this.#effects = effects
    this.operations = operations
  }

  /** The thread of this number at its first shared operation. */
  static start(program: Program, options: ThreadOptions, number: number): ThreadLog {
    return new ThreadLog(startThread(program, options, number), program, options, [], [])
  }

  /** The thread after the effect. This log can be used again: its thread stays where it is. */
  after(effect: Effect): ThreadLog {
    const thread = this.thread.fork(RECORD_NOTHING) ?? this.#again()
    const done: Done = { event: thread.nextId(), choice: effect.choice ?? null }
    thread.commit(effect.reads, effect.writes, effect.choice)
    const effects = [...this.#effects, effect]
    return new ThreadLog(thread, this.#program, this.#options, effects, [...this.operations, done])
  }

  #again(): Thread {
    const thread = startThread(this.#program, this.#options, this.thread.number)
    for (const { reads, writes, choice } of this.#effects) thread.commit(reads, writes, choice)
    return thread
  }
}

function startThread(program: Program, options: ThreadOptions, number: number): Thread {
  const spec = program.threads[number]
  if (spec === undefined) throw new Error(`the program has no thread ${number}`)
  return new Thread(number, spec, program.host, options, RECORD_NOTHING)
}
