/** A program: the threads that run together over one heap. Built once, executed many times. */
import type { Heap } from './cell.js'
import { Course } from './course.js'
import type { Event } from './event.js'
import { Thread, type ThreadHost, type ThreadOptions, type ThreadSpec } from './thread.js'

export interface Program {
  readonly heap: Heap
  readonly threads: readonly ThreadSpec[]
  readonly host: ThreadHost
  /** Answers fixed in advance for `choose` keys; a key not in it is enumerated. */
  readonly answers: ReadonlyMap<string, string>
}

/** One execution in the making: its threads, and its events in the order they happened. */
export interface Execution {
  readonly threads: readonly Thread[]
  readonly events: readonly Event[]
  /** Adds an event that no thread's program order has: one of the memory's own. */
  readonly record: (event: Event) => void
}

/** A course for every thread of a program, by number: for many executions under the same options. */
export function newCourses({ threads }: Program): readonly Course[] {
  return threads.map(() => new Course())
}

/** Starts every thread of the program; each then offers its first shared operation. */
export function start(
  program: Program,
  options: ThreadOptions,
  courses: readonly Course[] | null = null,
): Execution {
  const events: Event[] = []
  const record = (event: Event): void => {
    events.push(event)
  }
  const threads = program.threads.map(
    (spec, i) => new Thread(i, spec, program.host, options, record, courses?.[i] ?? null),
  )
  return { threads, events, record }
}

/** Defaults: C as it is written, each mention of `*p` a load; twenty thousand operations to a thread. */
export const DEFAULT_THREAD_OPTIONS: ThreadOptions = {
  loads: 'each',
  maxOperations: 20_000,
  traceCalls: false,
  gracePeriods: 'wait',
  fences: 'local',
  plain: 'as-written',
  tear: false,
}
