/** The other end of explore-all.ts: explores scenarios in a worker thread, until there are no more. */
import { parentPort } from 'node:worker_threads'
import type { SideOutcomes } from '../compare/index.js'
import type { Outcome } from '../explore/index.js'
import type { Config } from '../mm/index.js'
import { type Compared, compareScenario, type ExploreSettings, sidesOf } from './explore-suite.js'
import { libraryWith } from './library.js'
import { modelsNamed } from './models.js'
import { implementationsFrom, type PortableImplementation, ranOfEach } from './portable-implementation.js'
import { type SharedTasks, takeTask } from './shared-tasks.js'
import type { Ran, Reached } from './watch.js'

/** What is to be explored, as data: functions do not travel between threads. */
export interface Job {
  readonly shared: SharedTasks
  readonly suite: string
  readonly config: Config
  readonly before: readonly PortableImplementation[]
  readonly after: readonly PortableImplementation[]
  /** Scenarios and memory models. */
  readonly tasks: readonly (readonly [scenario: string, model: string])[]
  readonly settings: Pick<ExploreSettings, 'loads' | 'plain' | 'lockless'>
  readonly budget: { readonly executions?: number; readonly seconds?: number }
}

export interface JobResult {
  /** By index of the task. */
  readonly compared: readonly (readonly [number, Compared])[]
  /** What ran of the implementations, those before first. */
  readonly reached: readonly (readonly Ran[])[]
}

function work(job: Job): JobResult {
  const { registry, suites } = libraryWith()
  const suite = suites.find(({ name }) => name === job.suite)
  if (suite === undefined) return { compared: [], reached: [] }
  const made = implementationsFrom([...job.before, ...job.after], registry)
  const [before, after] = [made.slice(0, job.before.length), made.slice(job.before.length)]
  const changed = { suite, config: job.config, before, after }
  const sides = sidesOf(changed, registry)
  const start = performance.now()
  const { seconds = 0 } = job.budget
  const expired = (): boolean => seconds > 0 && performance.now() - start > seconds * 1000
  const settings = { ...job.settings, registry, budget: { ...job.budget, expired } }
  const scenarios = new Map(suite.scenarios.map((scenario) => [scenario.id, scenario]))
  const reached: Reached = new Map()
  const compared: (readonly [number, Compared])[] = []
  for (;;) {
    const index = takeTask(job.shared, job.tasks.length, 'back')
    if (index === null) break
    const [id = '', name = ''] = job.tasks[index] ?? []
    const scenario = scenarios.get(id)
    const [model] = modelsNamed([name])
    if (scenario === undefined || model === undefined) break
    compared.push([index, portable(compareScenario(scenario, sides, { ...settings, model }, reached))])
  }
  return { compared, reached: ranOfEach(reached, made) }
}

/** Without the parts of events that are long and that comparing does not look at. */
function portable(compared: Compared): Compared {
  return { ...compared, before: portableSide(compared.before), after: portableSide(compared.after) }
}

function portableSide({ each, once }: SideOutcomes): SideOutcomes {
  return { each: portableOutcome(each), once: once === null ? null : portableOutcome(once) }
}

function portableOutcome(outcome: Outcome): Outcome {
  const hazards = [...outcome.hazards].map(([key, count]) => {
    const { other: _other, ...hazard } = count.hazard
    const event = { ...hazard.event, reads: [], writes: [], control: null }
    return [key, { ...count, hazard: { ...hazard, event } }] as const
  })
  return { ...outcome, hazards: new Map(hazards) }
}

parentPort?.on('message', (job: Job) => parentPort?.postMessage(work(job)))
