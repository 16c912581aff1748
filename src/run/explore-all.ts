/**
 * Every scenario of a suite, on as many cores as there are. The threads take scenarios from one counter, so
 * that none waits for another; the results come in the order of the scenarios, whoever explored them. A run
 * with plugins stays in this thread, because a plugin's code does not travel.
 */
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Comparison } from '../compare/index.js'
import { implementationId } from '../machine/index.js'
import type { Scenario } from '../suite/index.js'
import {
  type Changed,
  compareScenario,
  type ExploreSettings,
  type Reached,
  type Sides,
} from './explore-suite.js'
import type { Job, JobResult } from './explore-worker.js'

export interface ExploreAll {
  readonly changed: Changed
  readonly sides: Sides
  readonly scenarios: readonly Scenario[]
  readonly settings: ExploreSettings
  readonly reached: Reached
  /** Nothing in it comes from a plugin. */
  readonly canShare: boolean
  readonly stopped: () => boolean
  readonly onProgress: (done: number, scenario: Scenario) => void
}

/** Scenarios that make a second thread worth its start. */
const SCENARIOS_PER_WORKER = 40

/** Scenarios explored before the event loop gets a turn: signals are only heard then. */
const SCENARIOS_PER_TURN = 4

/** Explores the scenarios; fewer comparisons than scenarios come back only if it was stopped. */
export async function exploreAll(request: ExploreAll): Promise<Comparison[]> {
  const { scenarios, sides, settings, reached } = request
  const found = new Map<number, Comparison>()
  const counter = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const workers = startWorkers(request, counter)
  for (let turn = 0; ; turn++) {
    if (turn % SCENARIOS_PER_TURN === 0) await setImmediate()
    if (request.stopped()) break
    const index = Atomics.add(counter, 0, 1)
    const scenario = scenarios[index]
    if (scenario === undefined) break
    request.onProgress(index, scenario)
    found.set(index, compareScenario(scenario, sides, settings, reached))
  }
  if (request.stopped()) Atomics.store(counter, 0, scenarios.length)
  for (const result of await Promise.all(workers)) merge(result, request, found)
  // What a worker took and did not bring back, because it failed, is explored here.
  for (const [index, scenario] of scenarios.entries()) {
    if (found.has(index) || request.stopped()) continue
    found.set(index, compareScenario(scenario, sides, settings, reached))
  }
  return [...found].sort(([a], [b]) => a - b).map(([, comparison]) => comparison)
}

function startWorkers(request: ExploreAll, counter: Int32Array): Promise<JobResult>[] {
  // The sources are not what a worker can run: tests explore in one thread.
  if (!request.canShare || import.meta.url.endsWith('.ts')) return []
  const wanted = Math.floor(request.scenarios.length / SCENARIOS_PER_WORKER)
  const count = Math.min(wanted, availableParallelism() - 1, 3)
  return Array.from({ length: Math.max(count, 0) }, () => startWorker(jobOf(request, counter)))
}

function jobOf({ changed, scenarios, settings }: ExploreAll, counter: Int32Array): Job {
  const { expired: _expired, ...budget } = settings.budget
  return {
    counter,
    suite: changed.suite.name,
    config: changed.config,
    before: changed.before.map(implementationId),
    after: changed.after.map(implementationId),
    scenarios: scenarios.map(({ id }) => id),
    model: settings.model.name,
    loads: settings.loads,
    budget,
  }
}

const NOTHING: JobResult = { comparisons: [], reached: [] }

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

function merge(result: JobResult, request: ExploreAll, found: Map<number, Comparison>): void {
  for (const [index, comparison] of result.comparisons) found.set(index, comparison)
  const implementations = [...request.changed.before, ...request.changed.after]
  for (const [id, lines] of result.reached) {
    const implementation = implementations.find((candidate) => implementationId(candidate) === id)
    if (implementation === undefined) continue
    const known = request.reached.get(implementation) ?? new Set()
    request.reached.set(implementation, known)
    for (const line of lines) known.add(line)
  }
}
