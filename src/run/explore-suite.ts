/** Step 5 of a run: every scenario of a planned suite, on both sides. */
import type { Comparison, ScenarioFacts } from '../compare/index.js'
import { type Budget, type ExploreOptions, explore, type MemoryModel } from '../explore/index.js'
import type { Callable } from '../machine/index.js'
import { makeSide, newestRelease } from '../match/index.js'
import type { Config } from '../mm/index.js'
import type { Registry, Reimplementation } from '../reimpl/index.js'
import type { Built, Scenario, Side, Suite } from '../suite/index.js'
import { implementationsOf, type PlannedSuite } from './plan.js'

/** Lines of C that were reached, by implementation. */
export type Reached = Map<Callable, Set<number>>

/** What exploring needs besides the plan. */
export interface ExploreSettings {
  readonly registry: Registry
  readonly model: MemoryModel
  readonly loads: 'once' | 'each' | null
  readonly budget: Partial<Budget>
}

/** Both sides of the suite's programs. */
export interface Sides {
  readonly before: Side
  readonly after: Side
}

/** The changed functions of both sides, for one suite and configuration. */
export interface Changed {
  readonly suite: Suite
  readonly config: Config
  readonly before: readonly Reimplementation[]
  readonly after: readonly Reimplementation[]
}

/** What changes in a planned suite. */
export function changedIn(planned: PlannedSuite): Changed {
  const { suite, config, functions } = planned
  return {
    suite,
    config,
    before: implementationsOf(functions, 'before'),
    after: implementationsOf(functions, 'after'),
  }
}

/** The sides of a suite's programs; functions that do not change are the same on both. */
export function sidesOf({ suite, config, before, after }: Changed, registry: Registry): Sides {
  const base = newestRelease(before, '0')
  return {
    before: makeSide({ registry, suite, config, base, changed: before }),
    after: makeSide({ registry, suite, config, base, changed: after }),
  }
}

/** Options to explore a built program with. */
export function exploreOptions(
  built: Built,
  settings: ExploreSettings,
  loads: 'once' | 'each',
): ExploreOptions {
  return {
    model: settings.model,
    loads,
    budget: settings.budget,
    detectors: built.detectors,
    observe: built.observe,
  }
}

/** Explores a scenario on both sides; with merged loads too where there are hazards. */
export function compareScenario(
  scenario: Scenario,
  sides: Sides,
  settings: ExploreSettings,
  reached: Reached,
): Comparison {
  const before = watched(scenario.build(sides.before), reached)
  const after = watched(scenario.build(sides.after), reached)
  const loads = settings.loads ?? 'each'
  const each = {
    before: explore(before.program, exploreOptions(before, settings, loads)),
    after: explore(after.program, exploreOptions(after, settings, loads)),
  }
  const hazards = each.before.hazards.size + each.after.hazards.size
  const merged = settings.loads === null && hazards > 0
  const once = (built: Built) =>
    merged ? explore(built.program, exploreOptions(built, settings, 'once')) : null
  return {
    scenario: factsOf(scenario),
    before: { each: each.before, once: once(before) },
    after: { each: each.after, once: once(after) },
  }
}

function factsOf(scenario: Scenario): ScenarioFacts {
  const { id, title, facets, needs } = scenario
  return { id, title, facets, needs, assumes: scenario.assumes ?? null }
}

/** The program with its eyes on the lines that are reached. */
function watched(built: Built, reached: Reached): Built {
  const { program } = built
  const note = (callable: Callable, line: number): void => {
    const lines = reached.get(callable)
    if (lines === undefined) reached.set(callable, new Set([line]))
    else lines.add(line)
  }
  return { ...built, program: { ...program, host: { ...program.host, reached: note } } }
}
