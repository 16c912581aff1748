/** Explores all executions of a program under a memory model and adds up what they show. */
import {
  DEFAULT_THREAD_OPTIONS,
  type Event,
  eventOf,
  type Hazard,
  type HazardDetector,
  hazardKey,
  kindOf,
  NO_READS,
  type Omission,
  type Program,
  type Thread,
  type ThreadOptions,
} from '../machine/index.js'
import type { FinishedRun, MemoryModel } from './memory-model.js'
import type { Behaviour, Coverage, FinishedExecution, HazardCount, Observation, Outcome } from './outcome.js'

/** How far to go before giving up; a bound that is reached is reported. */
export interface Budget {
  readonly executions: number
  /** Events of all executions together: long ones count for more than short ones. Reported as a bound by executions. */
  readonly events: number
  /** Asked once per execution; true ends the search, reported as a bound by time. */
  readonly expired: () => boolean
  /** What `expired` stands for, in seconds, for the report. */
  readonly seconds: number
}

export const DEFAULT_BUDGET: Budget = {
  executions: 200_000,
  events: Number.POSITIVE_INFINITY,
  expired: () => false,
  seconds: 0,
}

export interface ExploreOptions {
  readonly model: MemoryModel
  readonly loads?: ThreadOptions['loads']
  readonly maxOperations?: number
  readonly plain?: ThreadOptions['plain']
  readonly tear?: boolean
  readonly without?: readonly Omission[]
  readonly budget?: Partial<Budget>
  /** Hazards that are functions of the execution, besides those the machine marks as events. */
  readonly detectors?: readonly HazardDetector[]
  /** The projection in which behaviours are compared. */
  readonly observe?: (execution: FinishedExecution) => Observation
  /**
   * Executions that end alike may be counted without being looked at one by one. Only for programs of which
   * nothing is asked but what threads return and what memory holds at the end.
   */
  readonly merge?: boolean
}

/** Every outcome of the program, within the budget. */
export function explore(program: Program, options: ExploreOptions): Outcome {
  const tally = new Tally(options)
  const budget = { ...DEFAULT_BUDGET, ...options.budget }
  let stopped: Coverage | null = null
  let events = 0
  const result = options.model.search(program, threadOptions(options), {
    merge: options.merge ?? false,
    expired: () => {
      if (budget.expired()) stopped = { kind: 'bounded', by: 'time', limit: budget.seconds }
      return stopped !== null
    },
    visit: (run) => {
      tally.add(finish(run, program, options.detectors ?? []))
      events += run.events.length
      if (tally.visited >= budget.executions || events >= budget.events) {
        stopped = { kind: 'bounded', by: 'executions', limit: Math.min(tally.visited, budget.executions) }
      } else if (budget.expired()) {
        stopped = { kind: 'bounded', by: 'time', limit: budget.seconds }
      }
      return stopped === null
    },
  })
  // A search that gives up by itself had too much to look at.
  const gaveUp: Coverage = { kind: 'bounded', by: 'executions', limit: tally.visited }
  return tally.outcome(result.finished ? null : (stopped ?? gaveUp), result.redundant)
}

/**
 * Calls `visit` with every execution, for those who need more than the sums; stops when it returns false, and when
 * the budget's time is over.
 */
export function forEachExecution(
  program: Program,
  options: ExploreOptions,
  visit: (execution: FinishedExecution) => boolean,
): void {
  options.model.search(program, threadOptions(options), {
    merge: options.merge ?? false,
    visit: (run) => visit(finish(run, program, options.detectors ?? [])),
    expired: options.budget?.expired ?? DEFAULT_BUDGET.expired,
  })
}

/** The machine options that exploring and replaying share. */
export function threadOptions(options: MachineOptions): ThreadOptions {
  const { loads, maxOperations, plain, tear, without } = options
  return {
    ...DEFAULT_THREAD_OPTIONS,
    ...(loads === undefined ? {} : { loads }),
    ...(maxOperations === undefined ? {} : { maxOperations }),
    ...(plain === undefined ? {} : { plain }),
    ...(tear === undefined ? {} : { tear }),
    ...(without === undefined ? {} : { without }),
  }
}

/** What an exploration asks of the machine. */
export type MachineOptions = Pick<ExploreOptions, 'loads' | 'maxOperations' | 'plain' | 'tear' | 'without'>

/** A run that has ended, with its hazards. */
export function finish(
  run: FinishedRun,
  program: Program,
  detectors: readonly HazardDetector[],
): FinishedExecution {
  const status = run.status()
  const { events, threads } = run
  const hazards: Hazard[] = []
  for (const event of events) if (event.hazard !== undefined) hazards.push({ ...event.hazard, event })
  for (const detector of detectors) hazards.push(...detector(events, threads))
  hazards.push(...dataRaces(run))
  if (status === 'waiting') hazards.push(...waitingHazards(threads))
  return {
    events,
    threads,
    status,
    hazards,
    decisions: run.decisions,
    flags: run.flags,
    weight: run.weight,
    finalValue: (name) => {
      const cell = program.heap.find(name)
      return cell === undefined ? undefined : run.value(cell)
    },
  }
}

/**
 * Threads that wait for ever, unless one died holding what they wait for. Those of `turning`, by number, do
 * not wait but go round in a loop.
 */
export function waitingHazards(
  threads: readonly Thread[],
  turning: ReadonlySet<number> = NO_THREAD,
): Hazard[] {
  if (threads.some((thread) => thread.status === 'oops' || thread.status === 'stuck')) return []
  const hazards: Hazard[] = []
  for (const thread of threads) {
    if (thread.status !== 'ready' || thread.pending === null) continue
    const event = thread.events.at(-1) ?? startOf(thread)
    const { pending } = thread
    const who = thread.spec.label
    if (turning.has(thread.number) || (pending.op === 'await' && pending.retry === true)) {
      hazards.push({ kind: 'livelock', object: '', text: `${who} loops without progress`, event })
    } else if (pending.op === 'lock') {
      hazards.push({
        kind: 'deadlock',
        object: pending.lock.kind,
        text: `${who} waits for ever for ${pending.lock.name}`,
        event,
      })
    } else if (pending.op === 'await') {
      hazards.push({ kind: 'hang', object: '', text: `${who} waits for ever: ${pending.why}`, event })
    }
  }
  return hazards
}

/** The races that the memory model found, one hazard for each kind of object and pair of functions. */
function dataRaces({ races, threads }: FinishedRun): readonly Hazard[] {
  if (races.length === 0) return NO_HAZARDS
  const hazards = new Map<string, Hazard>()
  for (const { first, second } of races) {
    const events = [eventOf(threads, first), eventOf(threads, second)]
    const [left, right] = events
    const cell = (right?.writes[0] ?? right?.reads[0])?.cell
    if (left === undefined || right === undefined || cell === undefined) continue
    const text = `${whereOf(left)} and ${whereOf(right)} access ${cell.name} with nothing to order them`
    const hazard = { kind: 'data race', object: kindOf(cell), text, event: right, other: left }
    if (!hazards.has(hazard.object)) hazards.set(hazard.object, hazard)
  }
  return [...hazards.values()]
}

function whereOf({ site, function: name }: Event): string {
  return site === null || site.line === 0 ? name : `${site.function}:${site.line}`
}

const NO_HAZARDS: readonly Hazard[] = []

const NO_THREAD: ReadonlySet<number> = new Set()

/** Stands for the place of a thread that waits before it did anything; it is not among the execution's events. */
function startOf(thread: Thread): Event {
  return {
    id: thread.nextId(),
    thread: thread.number,
    index: 0,
    op: 'start',
    reads: [],
    writes: [],
    function: thread.spec.label,
    site: null,
    depth: 0,
    locks: thread.lockNames,
    irqsOff: false,
    rcuDepth: 0,
    address: NO_READS,
    control: null,
    text: 'start',
  }
}

/** While executions are being counted. */
type Counted<T extends { readonly count: number }> = Omit<T, 'count'> & { count: number }

class Tally {
  visited = 0
  readonly #options: ExploreOptions
  #executions = 0
  #blocked = 0
  #exhausted = false
  readonly #behaviours = new Map<string, Counted<Behaviour>>()
  readonly #hazards = new Map<string, Counted<HazardCount>>()

  constructor(options: ExploreOptions) {
    this.#options = options
  }

  add(execution: FinishedExecution): void {
    const { weight } = execution
    this.visited += weight
    if (execution.status === 'blocked') {
      this.#blocked += weight
      return
    }
    this.#executions += weight
    if (execution.status === 'exhausted') this.#exhausted = true
    const { decisions } = execution
    const seen = new Set<string>()
    for (const hazard of execution.hazards) {
      const key = hazardKey(hazard)
      if (seen.has(key)) continue
      seen.add(key)
      const known = this.#hazards.get(key)
      if (known === undefined) this.#hazards.set(key, { hazard, decisions, count: weight })
      else known.count += weight
    }
    const observation = this.#options.observe?.(execution) ?? {}
    const input = inputOf(execution.events)
    const hazards = [...seen].sort()
    const key = `${input}|${hazards.join(',')}|${JSON.stringify(observation)}`
    const known = this.#behaviours.get(key)
    if (known === undefined) {
      this.#behaviours.set(key, { observation, input, hazards, decisions, count: weight })
    } else known.count += weight
  }

  outcome(stopped: Coverage | null, redundant: number): Outcome {
    const loop: Coverage | null = this.#exhausted
      ? { kind: 'bounded', by: 'loop', limit: threadOptions(this.#options).maxOperations }
      : null
    return {
      coverage: stopped ?? loop ?? { kind: 'exhaustive' },
      executions: this.#executions,
      blocked: this.#blocked,
      redundant,
      behaviours: this.#behaviours,
      hazards: this.#hazards,
    }
  }
}

/** The choices of an execution, `key=answer` line by line: the input that two sides are compared at. */
export function inputOf(events: readonly Event[]): string {
  const answers: string[] = []
  for (const { choice } of events) if (choice !== undefined) answers.push(`${choice.key}=${choice.value}`)
  return answers.length === 0 ? '' : answers.sort().join('\n')
}
