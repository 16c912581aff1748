/** Step 5 of a run: every scenario of a planned suite, on both sides. */
import type { Comparison, ScenarioFacts } from '../compare/index.js'
import {
  type Budget,
  type ExploreOptions,
  explore,
  type MemoryModel,
  type Outcome,
} from '../explore/index.js'
import type { Omission, ThreadOptions } from '../machine/index.js'
import { makeSide } from '../match/index.js'
import { atLeast, type Config, type Questions, type Release } from '../mm/index.js'
import type { Registry, Reimplementation } from '../reimpl/index.js'
import type { Built, Scenario, Side, Suite } from '../suite/index.js'
import { callersOf, implementationsOf, type PlannedSuite } from './plan.js'
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
  readonly budget: SharedBudget
}

/** A budget of a suite. */
export interface SharedBudget extends Partial<Budget> {
  /** From here on a part of the time that is left to the scenario may be used: one of so many. */
  readonly slice?: (parts: number) => void
  /** Begins a scenario, one of so many that are left. */
  readonly begin?: (left: number) => void
  /** All scenarios are explored: as much time again is for what is to be said of them. */
  readonly renew?: () => void
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
    before: [...implementationsOf(functions, 'before'), ...callersOf(functions, 'before')],
    after: [...implementationsOf(functions, 'after'), ...planned.added, ...callersOf(functions, 'after')],
  }
}

/** The sides of a suite's programs; functions that do not change are the same on both. */
export function sidesOf({ suite, config, before, after }: Changed, registry: Registry): Sides {
  const base = before.reduce((newest, one) => newer(newest, baseOf(one, after)), '0')
  return {
    before: makeSide({ registry, suite, config, base, changed: before }),
    after: makeSide({ registry, suite, config, base, changed: after }),
  }
}

/** Where functions that do not change are taken from: with one, or where there was none, just before the added one. */
function baseOf(before: Reimplementation, after: readonly Reimplementation[]): Release {
  const added = after.find(({ name }) => name === before.name)
  if (before.absence !== true || added === undefined || added.absence === true) return before.release
  const parts = added.release.split('.').map(Number)
  const last = parts.pop() ?? 0
  return newer(before.release, [...parts, Math.max(0, last - 1)].join('.'))
}

function newer(one: Release, other: Release): Release {
  return atLeast(one, other) ? one : other
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
    ...(built.maxOperations === undefined ? {} : { maxOperations: built.maxOperations }),
  }
}

/** A scenario on both sides, and what was noticed on the way. */
export interface Compared extends Comparison {
  /** Kinds of objects whose accesses could race if plain ones are taken as they are written. */
  readonly plain: { readonly before: readonly string[]; readonly after: readonly string[] }
  /** What could be passed over in the functions after the patch, where the suite is one of lockless code. */
  readonly parts: readonly Omission[]
  /** Answers that questions of either side can have, by question. */
  readonly answers: Answers
}

/** Answers by question. */
export type Answers = ReadonlyMap<string, readonly string[]>

/** The scenario's program for a side, whose questions can have these answers too. */
export function buildAsked(scenario: Scenario, side: Side, answers: Answers | undefined): Built {
  if (answers === undefined || answers.size === 0) return scenario.build(side)
  return scenario.build({
    ...side,
    questions: { asked: () => undefined, also: (key) => answers.get(key) ?? [] },
  })
}

/** Takes down what one side asks, and tells it what was taken down of both. */
class Asking implements Questions {
  readonly #known: Map<string, Set<string>>
  /** What was known when this side's exploration began: what it is told must not change on the way. */
  #given: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  /** What this side could be answered in it. */
  readonly #own = new Map<string, Set<string>>()

  constructor(known: Map<string, Set<string>>) {
    this.#known = known
  }

  begin(): void {
    this.#given = new Map([...this.#known].map(([key, answers]) => [key, new Set(answers)]))
    this.#own.clear()
  }

  asked = (key: string, answers: readonly string[]): void => {
    const own = this.#own.get(key) ?? new Set(this.#given.get(key) ?? [])
    const known = this.#known.get(key) ?? new Set()
    this.#own.set(key, own)
    this.#known.set(key, known)
    for (const answer of answers) {
      own.add(answer)
      known.add(answer)
    }
  }

  also = (key: string): Iterable<string> => this.#given.get(key) ?? []

  /** True if the other side has answers by now that this side was not given. */
  get lacksAnswers(): boolean {
    for (const [key, own] of this.#own) if (own.size < (this.#known.get(key)?.size ?? 0)) return true
    return false
  }
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
  const known = new Map<string, Set<string>>()
  const asking = { before: new Asking(known), after: new Asking(known) }
  const before = watch.before.over(scenario.build({ ...sides.before, questions: asking.before }))
  const after = watch.after.over(scenario.build({ ...sides.after, questions: asking.after }))
  const loads = settings.loads ?? 'each'
  const built = { before, after }
  const outcomeOf = (side: keyof Sides, parts: number): Outcome => {
    settings.budget.slice?.(parts)
    asking[side].begin()
    return explore(built[side].program, exploreOptions(built[side], settings, loads))
  }
  const each = { before: outcomeOf('before', 3), after: outcomeOf('after', 2) }
  // What one side compares an answer with, the other has to be asked for as well.
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const lacking = (['before', 'after'] as const).filter((side) => asking[side].lacksAnswers)
    if (lacking.length === 0) break
    for (const side of lacking) each[side] = outcomeOf(side, 2)
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
    answers: new Map([...known].map(([key, answers]) => [key, [...answers]])),
  }
}

/** Answers that one side has more bring new ways with new questions, though rarely more than once. */
const MOST_ROUNDS = 3

/** What comparing has to know of a scenario. */
export function factsOf(scenario: Scenario): ScenarioFacts {
  const { id, title, facets, needs } = scenario
  return { id, title, facets, needs, assumes: scenario.assumes ?? null, isAlone: scenario.threads === 1 }
}
