/**
 * Every scenario of a suite, on as many cores as there are. The threads take scenarios from one list, so that
 * none waits for another; the results come in the order of the scenarios, whoever explored them. A run
 * with plugins stays in this thread, because a plugin's code does not travel.
 */
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import type { MemoryModel } from '../explore/index.js'
import type { Scenario } from '../suite/index.js'
import type { Crew } from './crew.js'
import {
  type Changed,
  type Compared,
  compareScenario,
  type ExploreSettings,
  type Sides,
} from './explore-suite.js'
import type { Job, JobResult } from './explore-worker.js'
import { addRan, allPortable } from './portable-implementation.js'
import { endTasks, type SharedTasks, shareTasks, takeTask } from './shared-tasks.js'
import type { Reached } from './watch.js'

/** One scenario under one memory model. */
export interface Task {
  readonly scenario: Scenario
  readonly model: MemoryModel
}

export interface ExploreAll {
  readonly changed: Changed
  readonly sides: Sides
  readonly tasks: readonly Task[]
  readonly settings: Omit<ExploreSettings, 'model'>
  readonly reached: Reached
  /** Workers to share it with; null if something in it comes from a plugin. */
  readonly crew: Crew | null
  readonly stopped: () => boolean
  readonly onProgress: (done: number, task: Task) => void
}

/** What came of a task. */
export interface Explored extends Task {
  readonly compared: Compared
}

/**
 * Work that makes another thread worth its start, in scenarios under `sc`. A new thread is several times slower
 * at its first hundreds than later on, and takes from this one what the two of them share of a processor.
 */
const SCENARIOS_PER_WORKER = 800

/** Models that ask how accesses are marked take so many times as long over a scenario. */
const WEAK_MODEL_FACTOR = 8

/** Scenarios explored before the event loop gets a turn: signals are only heard then. */
const SCENARIOS_PER_TURN = 4

/** Explores the scenarios; fewer results than tasks come back only if it was stopped. */
export async function exploreAll(request: ExploreAll): Promise<Explored[]> {
  const { tasks } = request
  const found = new Map<number, Compared>()
  const shared = shareTasks()
  const workers = startWorkers(request, shared)
  for (let turn = 0; ; turn++) {
    if (turn % SCENARIOS_PER_TURN === 0) await setImmediate()
    if (request.stopped()) break
    const index = takeTask(shared, tasks.length, 'front')
    const task = index === null ? undefined : tasks[index]
    if (index === null || task === undefined) break
    request.onProgress(index, task)
    request.settings.budget.begin?.(tasks.length - index)
    found.set(index, explored(task, request))
  }
  if (request.stopped()) endTasks(shared, tasks.length)
  for (const result of await Promise.all(workers)) merge(result, request, found)
  // What a worker took and did not bring back, because it failed, is explored here.
  return tasks.flatMap((task, index) => {
    const known = found.get(index)
    if (known !== undefined) return { ...task, compared: known }
    return request.stopped() ? [] : { ...task, compared: explored(task, request) }
  })
}

function explored({ scenario, model }: Task, { sides, settings, reached }: ExploreAll): Compared {
  return compareScenario(scenario, sides, { ...settings, model }, reached)
}

function startWorkers(request: ExploreAll, shared: SharedTasks): Promise<JobResult>[] {
  // The sources are not what a worker can run: tests explore in one thread.
  if (request.crew === null || import.meta.url.endsWith('.ts')) return []
  const work = request.tasks.reduce((sum, { model }) => sum + (model.marks ? WEAK_MODEL_FACTOR : 1), 0)
  const wanted = Math.floor(work / SCENARIOS_PER_WORKER)
  const count = Math.min(wanted, availableParallelism() - 1, 3)
  const job = count <= 0 ? null : jobOf(request, shared)
  return job === null ? [] : request.crew.start(job, count)
}

/** Null if something in it does not travel. */
function jobOf({ changed, tasks, settings }: ExploreAll, shared: SharedTasks): Job | null {
  const before = allPortable(changed.before, settings.registry)
  const after = allPortable(changed.after, settings.registry)
  if (before === null || after === null) return null
  const { executions, seconds } = settings.budget
  const { loads, plain, lockless } = settings
  return {
    shared,
    suite: changed.suite.name,
    config: changed.config,
    before,
    after,
    tasks: tasks.map(({ scenario, model }) => [scenario.id, model.name]),
    settings: {
      loads,
      ...(plain === undefined ? {} : { plain }),
      ...(lockless === undefined ? {} : { lockless }),
    },
    budget: {
      ...(executions === undefined ? {} : { executions }),
      ...(seconds === undefined ? {} : { seconds }),
    },
  }
}

function merge(result: JobResult, request: ExploreAll, found: Map<number, Compared>): void {
  for (const [index, compared] of result.compared) found.set(index, compared)
  addRan(request.reached, [...request.changed.before, ...request.changed.after], result.reached)
}
