/** A thread that can be gone back to, and the shared operations that it has done. */
import {
  type Course,
  type EventId,
  newCourses,
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

/** The threads of a program before their first operation, for as many executions as one likes. */
export class ThreadLogs {
  readonly #program: Program
  readonly #options: ThreadOptions
  readonly #courses: readonly Course[]

  constructor(program: Program, options: ThreadOptions) {
    this.#program = program
    this.#options = options
    this.#courses = newCourses(program)
  }

  /** The thread of this number at its first shared operation. */
  start(number: number): ThreadLog {
    const spec = this.#program.threads[number]
    const course = this.#courses[number]
    if (spec === undefined || course === undefined) throw new Error(`the program has no thread ${number}`)
    const { host } = this.#program
    return new ThreadLog(new Thread(number, spec, host, this.#options, RECORD_NOTHING, course), [])
  }
}

export class ThreadLog {
  readonly thread: Thread
  /** The events of its shared operations so far, and what was chosen in each. */
  readonly operations: readonly Done[]

  constructor(thread: Thread, operations: readonly Done[]) {
    this.thread = thread
    this.operations = operations
  }

  /** The thread after the effect. This log can be used again: its thread stays where it is. */
  after(effect: Effect): ThreadLog {
    const thread = this.thread.fork(RECORD_NOTHING)
    if (thread === null) throw new Error('a thread with a course cannot be gone back to')
    const done: Done = { event: thread.nextId(), choice: effect.choice ?? null }
    thread.commit(effect.reads, effect.writes, effect.choice)
    return new ThreadLog(thread, [...this.operations, done])
  }
}
