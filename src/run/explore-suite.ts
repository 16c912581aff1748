/** Step 5 of a run: every scenario of a planned suite, on both sides. */
import type { Comparison, ScenarioFacts } from '../compare/index.js'
import { type Budget, type ExploreOptions, explore, type MemoryModel } from '../explore/index.js'
import type { Omission, ThreadOptions } from '../machine/index.js'
import { makeSide, newestRelease } from '../match/index.js'
import type { Config } from '../mm/index.js'
import type { Registry, Reimplementation } from '../reimpl/index.js'
import type { Built, Scenario, Side, Suite } from '../suite/index.js'
import { implementationsOf, type PlannedSuite } from './plan.js'
import { type Reached, Watch } from './watch.js'

/** What exploring needs besides the plan. */
export interface ExploreSettings {
  readonly registry: Registry
  readonly model: MemoryModel
  readonly loads: 'once' | 'each' | null
  /** What plain accesses are taken for; left out, `once` under models that ask how accesses are marked. */
  readonly plain?: ThreadOptions['plain']
  /** The suite is one of lockless code: note what could be passed over in its functions. */
  readonly lockless?: boolean
  readonly budget: Partial<Budget>
}

/** What plain accesses are taken for, without a choice as written where that makes no difference. */
export function plainTaken({
  model,
  plain,
}: Pick<ExploreSettings, 'model' | 'plain'>): ThreadOptions['plain'] {
  return plain ?? (model.marks ? 'once' : 'as-written')
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
    plain: plainTaken(settings),
    budget: settings.budget,
    detectors: built.detectors,
    observe: built.observe,
  }
}

/** A scenario on both sides, and what was noticed on the way. */
export interface Compared extends Comparison {
  /** Kinds of objects whose accesses could race if plain ones are taken as they are written. */
  readonly plain: { readonly before: readonly string[]; readonly after: readonly string[] }
  /** What could be passed over in the functions after the patch, where the suite is one of lockless code. */
  readonly parts: readonly Omission[]
}

/** Explores a scenario on both sides; with merged loads too where there are hazards. */
export function compareScenario(
  scenario: Scenario,
  sides: Sides,
  settings: ExploreSettings,
  reached: Reached,
): Compared {
  const eyes = { races: settings.model.marks, parts: settings.lockless ?? false }
  const watch = { before: new Watch(reached, eyes), after: new Watch(reached, eyes) }
  const before = watch.before.over(scenario.build(sides.before))
  const after = watch.after.over(scenario.build(sides.after))
  const loads = settings.loads ?? 'each'
  const each = {
    before: explore(before.program, exploreOptions(before, settings, loads)),
    after: explore(after.program, exploreOptions(after, settings, loads)),
  }
  const hazards = each.before.hazards.size + each.after.hazards.size
  // An access that is taken as marked is never merged with another.
  const merged = settings.loads === null && hazards > 0 && plainTaken(settings) === 'as-written'
  const once = (built: Built) =>
    merged ? explore(built.program, exploreOptions(built, settings, 'once')) : null
  return {
    scenario: factsOf(scenario),
    before: { each: each.before, once: once(before) },
    after: { each: each.after, once: once(after) },
    plain: { before: watch.before.plain, after: watch.after.plain },
    parts: watch.after.parts,
  }
}

/** What comparing has to know of a scenario. */
export function factsOf(scenario: Scenario): ScenarioFacts {
  const { id, title, facets, needs } = scenario
  return { id, title, facets, needs, assumes: scenario.assumes ?? null }
}
