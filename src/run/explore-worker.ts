/** The other end of explore-all.ts: explores scenarios in a worker thread, until the counter runs out. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Comparison, SideOutcomes } from '../compare/index.js'
import { MEMORY_MODELS, type Outcome } from '../explore/index.js'
import { implementationId } from '../machine/index.js'
import type { Config } from '../mm/index.js'
import { byId, type Reimplementation } from '../reimpl/index.js'
import { compareScenario, type Reached, sidesOf } from './explore-suite.js'
import { libraryWith } from './library.js'

/** What is to be explored, by names: functions do not travel between threads. */
export interface Job {
  /** The next scenario to take. */
  readonly counter: Int32Array
  readonly suite: string
  readonly config: Config
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly scenarios: readonly string[]
  readonly model: string
  readonly loads: 'once' | 'each' | null
  readonly budget: { readonly executions?: number; readonly seconds?: number }
}

export interface JobResult {
  /** By index of the scenario. */
  readonly comparisons: readonly (readonly [number, Comparison])[]
  readonly reached: readonly (readonly [string, readonly number[]])[]
}

function work(job: Job): JobResult {
  const { registry, suites } = libraryWith()
  const suite = suites.find(({ name }) => name === job.suite)
  const model = MEMORY_MODELS.find(({ name }) => name === job.model)
  if (suite === undefined || model === undefined) return { comparisons: [], reached: [] }
  const named = (ids: readonly string[]): Reimplementation[] => ids.flatMap((id) => byId(registry, id) ?? [])
  const changed = { suite, config: job.config, before: named(job.before), after: named(job.after) }
  const sides = sidesOf(changed, registry)
  const start = performance.now()
  const { seconds = 0 } = job.budget
  const expired = (): boolean => seconds > 0 && performance.now() - start > seconds * 1000
  const settings = { registry, model, loads: job.loads, budget: { ...job.budget, expired } }
  const scenarios = new Map(suite.scenarios.map((scenario) => [scenario.id, scenario]))
  const reached: Reached = new Map()
  const comparisons: (readonly [number, Comparison])[] = []
  for (;;) {
    const index = Atomics.add(job.counter, 0, 1)
    const scenario = scenarios.get(job.scenarios[index] ?? '')
    if (scenario === undefined) break
    comparisons.push([index, portable(compareScenario(scenario, sides, settings, reached))])
  }
  const lines = [...changed.before, ...changed.after].map(
    (one) => [implementationId(one), [...(reached.get(one) ?? [])]] as const,
  )
  return { comparisons, reached: lines }
}

/** Without the parts of events that are long and that comparing does not look at. */
function portable(comparison: Comparison): Comparison {
  return { ...comparison, before: portableSide(comparison.before), after: portableSide(comparison.after) }
}

function portableSide({ each, once }: SideOutcomes): SideOutcomes {
  return { each: portableOutcome(each), once: once === null ? null : portableOutcome(once) }
}

function portableOutcome(outcome: Outcome): Outcome {
  const hazards = [...outcome.hazards].map(([key, count]) => {
    const event = { ...count.hazard.event, reads: [], writes: [], control: null }
    return [key, { ...count, hazard: { ...count.hazard, event } }] as const
  })
  return { ...outcome, hazards: new Map(hazards) }
}

parentPort?.postMessage(work(workerData))
