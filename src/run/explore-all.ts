/**
 * Every scenario of a suite, on as many cores as there are. The threads take scenarios from one counter, so
 * that none waits for another; the results come in the order of the scenarios, whoever explored them. A run
 * with plugins stays in this thread, because a plugin's code does not travel.
 */
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { MemoryModel } from '../explore/index.js'
import { implementationId } from '../machine/index.js'
import type { Scenario } from '../suite/index.js'
import {
  type Changed,
  type Compared,
  compareScenario,
  type ExploreSettings,
  type Sides,
} from './explore-suite.js'
import type { Job, JobResult } from './explore-worker.js'
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
  /** Nothing in it comes from a plugin. */
  readonly canShare: boolean
  readonly stopped: () => boolean
  readonly onProgress: (done: number, task: Task) => void
}

/** What came of a task. */
export interface Explored extends Task {
  readonly compared: Compared
}

/** Work that makes a second thread worth its start: so many scenarios under `sc`. */
const SCENARIOS_PER_WORKER = 40

/** Models that ask how accesses are marked take so many times as long over a scenario. */
const WEAK_MODEL_FACTOR = 8

/** Scenarios explored before the event loop gets a turn: signals are only heard then. */
const SCENARIOS_PER_TURN = 4

/** Explores the scenarios; fewer results than tasks come back only if it was stopped. */
export async function exploreAll(request: ExploreAll): Promise<Explored[]> {
  const { tasks } = request
  const found = new Map<number, Compared>()
  const counter = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const workers = startWorkers(request, counter)
  for (let turn = 0; ; turn++) {
    if (turn % SCENARIOS_PER_TURN === 0) await setImmediate()
    if (request.stopped()) break
    const index = Atomics.add(counter, 0, 1)
    const task = tasks[index]
    if (task === undefined) break
    request.onProgress(index, task)
    found.set(index, explored(task, request))
  }
  if (request.stopped()) Atomics.store(counter, 0, tasks.length)
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

function startWorkers(request: ExploreAll, counter: Int32Array): Promise<JobResult>[] {
  // The sources are not what a worker can run: tests explore in one thread.
  if (!request.canShare || import.meta.url.endsWith('.ts')) return []
  const work = request.tasks.reduce((sum, { model }) => sum + (model.marks ? WEAK_MODEL_FACTOR : 1), 0)
  const wanted = Math.floor(work / SCENARIOS_PER_WORKER)
  const count = Math.min(wanted, availableParallelism() - 1, 3)
  return Array.from({ length: Math.max(count, 0) }, () => startWorker(jobOf(request, counter)))
}

function jobOf({ changed, tasks, settings }: ExploreAll, counter: Int32Array): Job {
  const { expired: _expired, ...budget } = settings.budget
  const { loads, plain, lockless } = settings
  return {
    counter,
    suite: changed.suite.name,
    config: changed.config,
    before: changed.before.map(implementationId),
    after: changed.after.map(implementationId),
    tasks: tasks.map(({ scenario, model }) => [scenario.id, model.name]),
    settings: {
      loads,
      ...(plain === undefined ? {} : { plain }),
      ...(lockless === undefined ? {} : { lockless }),
    },
    budget,
  }
}

const NOTHING: JobResult = { compared: [], reached: [] }

/** The worker's result; nothing if it fails, as all it does can be done here. */
function startWorker(job: Job): Promise<JobResult> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./explore-worker.js', import.meta.url), {
      workerData: job,
      // Most of what a worker holds is garbage soon. One that needs more than this fails, and this thread
      // explores what it had taken.
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 },
    })
    worker.once('message', (result: JobResult) => {
      resolve(result)
      void worker.terminate()
    })
    worker.once('error', () => resolve(NOTHING))
    worker.once('exit', () => resolve(NOTHING))
  })
}

function merge(result: JobResult, request: ExploreAll, found: Map<number, Compared>): void {
  for (const [index, compared] of result.compared) found.set(index, compared)
  const implementations = [...request.changed.before, ...request.changed.after]
  for (const [id, lines] of result.reached) {
    const implementation = implementations.find((candidate) => implementationId(candidate) === id)
    if (implementation === undefined) continue
    const known = request.reached.get(implementation) ?? new Set()
    request.reached.set(implementation, known)
    for (const line of lines) known.add(line)
  }
}
