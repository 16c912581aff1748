/** Explores all executions of a program under a memory model and adds up what they show. */
import {
  DEFAULT_THREAD_OPTIONS,
  type Event,
  type Hazard,
  type HazardDetector,
  hazardKey,
  NO_READS,
  type Program,
  type Thread,
  type ThreadOptions,
} from '../machine/index.js'
import type { FinishedRun, MemoryModel } from './memory-model.js'
import type { Behaviour, Coverage, FinishedExecution, HazardCount, Observation, Outcome } from './outcome.js'

/** How far to go before giving up; a bound that is reached is reported. */
export interface Budget {
  readonly executions: number
  /** Asked once per execution; true ends the search, reported as a bound by time. */
  readonly expired: () => boolean
  /** What `expired` stands for, in seconds, for the report. */
  readonly seconds: number
}

export const DEFAULT_BUDGET: Budget = { executions: 200_000, expired: () => false, seconds: 0 }

export interface ExploreOptions {
  readonly model: MemoryModel
  readonly loads?: ThreadOptions['loads']
  readonly maxOperations?: number
  readonly budget?: Partial<Budget>
  /** Hazards that are functions of the execution, besides those the machine marks as events. */
  readonly detectors?: readonly HazardDetector[]
  /** The projection in which behaviours are compared. */
  readonly observe?: (execution: FinishedExecution) => Observation
}

/** Every outcome of the program, within the budget. */
export function explore(program: Program, options: ExploreOptions): Outcome {
  const tally = new Tally(options)
  const budget = { ...DEFAULT_BUDGET, ...options.budget }
  let stopped: Coverage | null = null
  const result = options.model.search(program, threadOptions(options), {
    visit: (run) => {
      tally.add(finish(run, program, options.detectors ?? []))
      if (tally.visited >= budget.executions) {
        stopped = { kind: 'bounded', by: 'executions', limit: budget.executions }
      } else if (budget.expired()) {
        stopped = { kind: 'bounded', by: 'time', limit: budget.seconds }
      }
      return stopped === null
    },
  })
  return tally.outcome(result.finished ? null : stopped, result.redundant)
}

/** Calls `visit` with every execution, for those who need more than the sums; stops when it returns false. */
export function forEachExecution(
  program: Program,
  options: ExploreOptions,
  visit: (execution: FinishedExecution) => boolean,
): void {
  options.model.search(program, threadOptions(options), {
    visit: (run) => visit(finish(run, program, options.detectors ?? [])),
  })
}

/** The machine options that exploring and replaying share. */
export function threadOptions(options: Pick<ExploreOptions, 'loads' | 'maxOperations'>): ThreadOptions {
  return {
    ...DEFAULT_THREAD_OPTIONS,
    loads: options.loads ?? DEFAULT_THREAD_OPTIONS.loads,
    maxOperations: options.maxOperations ?? DEFAULT_THREAD_OPTIONS.maxOperations,
  }
}

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
  if (status === 'waiting') hazards.push(...waitingHazards(threads))
  return {
    events,
    threads,
    status,
    hazards,
    decisions: run.decisions,
    flags: run.flags,
    finalValue: (name) => {
      const cell = program.heap.find(name)
      return cell === undefined ? undefined : run.value(cell)
    },
  }
}

/** Threads that wait for ever, unless one died holding what they wait for. */
function waitingHazards(threads: readonly Thread[]): Hazard[] {
  if (threads.some((thread) => thread.status === 'oops' || thread.status === 'stuck')) return []
  const hazards: Hazard[] = []
  for (const thread of threads) {
    if (thread.status !== 'ready' || thread.pending === null) continue
    const event = thread.events.at(-1) ?? startOf(thread)
    const { pending } = thread
    const who = thread.spec.label
    if (pending.op === 'lock') {
      hazards.push({
        kind: 'deadlock',
        object: pending.lock.kind,
        text: `${who} waits for ever for ${pending.lock.name}`,
        event,
      })
    } else if (pending.op === 'await') {
      const kind = pending.retry === true ? 'livelock' : 'hang'
      const text =
        pending.retry === true ? `${who} loops without progress` : `${who} waits for ever: ${pending.why}`
      hazards.push({ kind, object: '', text, event })
    }
  }
  return hazards
}

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

class Tally {
  visited = 0
  readonly #options: ExploreOptions
  #executions = 0
  #blocked = 0
  #exhausted = false
  readonly #behaviours = new Map<string, Behaviour>()
  readonly #hazards = new Map<string, HazardCount>()

  constructor(options: ExploreOptions) {
    this.#options = options
  }

  add(execution: FinishedExecution): void {
    this.visited++
    if (execution.status === 'blocked') {
      this.#blocked++
      return
    }
    this.#executions++
    if (execution.status === 'exhausted') this.#exhausted = true
    const { decisions } = execution
    const seen = new Set<string>()
    for (const hazard of execution.hazards) {
      const key = hazardKey(hazard)
      if (seen.has(key)) continue
      seen.add(key)
      const known = this.#hazards.get(key)
      this.#hazards.set(key, { hazard, decisions, ...known, count: (known?.count ?? 0) + 1 })
    }
    const observation = this.#options.observe?.(execution) ?? {}
    const input = inputOf(execution.events)
    const hazards = [...seen].sort()
    const key = `${input}|${hazards.join(',')}|${JSON.stringify(observation)}`
    const known = this.#behaviours.get(key)
    this.#behaviours.set(key, {
      observation,
      input,
      hazards,
      decisions,
      ...known,
      count: (known?.count ?? 0) + 1,
    })
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

/** The choices of an execution, key by key: the input that two sides are compared at. */
export function inputOf(events: readonly Event[]): string {
  const answers: string[] = []
  for (const { choice } of events) if (choice !== undefined) answers.push(`${choice.key}=${choice.value}`)
  return answers.sort().join('&')
}
