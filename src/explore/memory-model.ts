/** Memory models are values: a search over executions, with a name that findings carry. */
import {
  type Cell,
  type Course,
  type Event,
  type EventId,
  newCourses,
  type Program,
  type Thread,
  type ThreadOptions,
} from '../machine/index.js'
import { search } from './dpor.js'
import { contextCells } from './footprint.js'
import { LKMM, LKMM_6_1 } from './graph/models.js'
import { type Decision, type EndStatus, Run } from './run.js'
import { ScMemory } from './sc-memory.js'
import type { ScheduleRun } from './schedule.js'
import { TsoMemory } from './tso-memory.js'

/** An execution that has ended, as a search hands it out: valid until the search goes on. */
export interface FinishedRun {
  readonly threads: readonly Thread[]
  /** In an order in which they could have happened, as far as the model has one. */
  readonly events: readonly Event[]
  readonly decisions: readonly Decision[]
  /** What the memory model says against the program in this execution: `data-race`. In herd's words. */
  readonly flags: readonly string[]
  /** Pairs of accesses that race, as far as the model knows of races. */
  readonly races: readonly Race[]
  /** How many executions it stands for: more than one only where the visitor said `merge`. */
  readonly weight: number
  readonly status: () => EndStatus
  /** What the cell holds at the end. */
  readonly value: (cell: Cell) => bigint
}

/** Two accesses of which one writes and one is plain, with nothing to order them. */
export interface Race {
  readonly first: EventId
  readonly second: EventId
}

/** What the search tells its caller at the end of every execution. */
export interface SearchVisitor {
  /** A new execution ended. Return false to stop the search. */
  readonly visit: (run: FinishedRun) => boolean
  /** Asked now and then, also while no execution is found; true stops the search. */
  readonly expired?: () => boolean
  /**
   * Executions in which the threads return the same, and memory ends the same, may be visited once, with
   * their number: for visitors that look at nothing else.
   */
  readonly merge?: boolean
  /**
   * Asked of threads that have ended while others have not begun, by models that run one thread after the
   * other: false if no execution that goes on from here is wanted. Threads that have not ended are null.
   */
  readonly wanted?: (threads: readonly (Thread | null)[]) => boolean
}

/** How the search ended, and what it cost. */
export interface SearchResult {
  readonly finished: boolean
  /** Prefixes that were cut because nothing new, or nothing consistent, could come of them. */
  readonly redundant: number
}

export interface MemoryModel {
  readonly name: string
  readonly description: string
  /** How an access is marked decides what it promises, and accesses that are plain can race. */
  readonly marks: boolean
  readonly search: (program: Program, options: ThreadOptions, visitor: SearchVisitor) => SearchResult
  /** Begins an execution that goes on step by step, if the model has steps: schedules are replayed in it. */
  readonly begin?: (program: Program, options: ThreadOptions) => Run
  /** Searches only for the execution of a schedule, if the model has graphs: at most one is visited. */
  readonly follow?: (
    program: Program,
    options: ThreadOptions,
    schedule: readonly ScheduleRun[],
    visitor: SearchVisitor,
  ) => SearchResult
}

/** Begins an execution, one of many if there are courses. */
type Begin = (program: Program, options: ThreadOptions, courses?: readonly Course[]) => Run

/** A model that executes step by step. */
function operational(name: string, description: string, begin: Begin): MemoryModel {
  const searchAll: MemoryModel['search'] = (program, options, visitor) => {
    // A thread by itself mostly has but one way to go.
    const courses = program.threads.length > 1 ? newCourses(program) : undefined
    return search(() => begin(program, options, courses), visitor)
  }
  return { name, description, marks: false, begin, search: searchAll }
}

/** Sequential consistency: all threads see one order of all accesses. */
export const SC: MemoryModel = operational(
  'sc',
  'sequential consistency: one memory, every access takes effect at once',
  (program, options, courses) => new Run(program, options, new ScMemory(contextCells(program)), courses),
)

/** x86: stores wait in a buffer of their CPU, which reads them there before others can see them. */
export const TSO: MemoryModel = operational(
  'tso',
  'x86-TSO: a store may reach memory after later loads of its CPU, in the order of its stores',
  (program, options, courses) =>
    new Run(program, { ...options, fences: 'offer' }, new TsoMemory(contextCells(program)), courses),
)

/** The models there are, the default first. */
export const MEMORY_MODELS: readonly MemoryModel[] = [SC, TSO, LKMM_6_1, LKMM]
