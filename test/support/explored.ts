/** Explores a scenario for one choice of implementations and answers short questions about what came out. */
import { type ExploreOptions, explore, forEachExecution, type Outcome, SC } from '../../src/explore/index.js'
import { makeSide } from '../../src/match/environment.js'
import { ARCH_PROFILES, type Config, type Release } from '../../src/mm/index.js'
import { BUILT_IN, byId, type Reimplementation } from '../../src/reimpl/index.js'
import {
  type Built,
  PAGEWALK_SUITE,
  PTE_READ_SUITE,
  type Scenario,
  type Side,
  type Suite,
} from '../../src/suite/index.js'

/** Reimplementations that stand in for the functions of their names; the others are as of `base`. */
export interface Version {
  readonly label: string
  readonly changed: readonly Reimplementation[]
  readonly base: Release
}

/** `version('P1', '5.4', 'walk_pte_range@oct2019', …)`; a reimplementation itself may stand for its id. */
export function version(
  label: string,
  base: Release,
  ...changed: readonly (string | Reimplementation)[]
): Version {
  return { label, base, changed: changed.map((one) => (typeof one === 'string' ? implementation(one) : one)) }
}

export function implementation(id: string): Reimplementation {
  const found = byId(BUILT_IN, id)
  if (found === undefined) throw new Error(`no reimplementation is called ${id}`)
  return found
}

export function sideOf(one: Version, suite: Suite, arch: string, config: Config = {}): Side {
  const profile = ARCH_PROFILES.find(({ name }) => name === arch)
  const { changed, base } = one
  return makeSide({ registry: BUILT_IN, suite, config: { ...profile?.config, ...config }, changed, base })
}

/** The scenario of a suite by its id; the suite's name may be left out. */
export function scenarioNamed(id: string): Scenario & { readonly suite: Suite } {
  for (const suite of [PAGEWALK_SUITE, PTE_READ_SUITE]) {
    const found = suite.scenarios.find((one) => one.id === id || one.id === `${suite.name}/${id}`)
    if (found !== undefined) return { ...found, suite }
  }
  throw new Error(`no scenario is called ${id}`)
}

/** Scenarios of the suite whose id holds every one of the texts. */
export function scenariosWith(suite: Suite, ...texts: readonly string[]): Scenario[] {
  return suite.scenarios.filter(({ id }) => texts.every((text) => id.includes(text)))
}

/** What came out of exploring, for assertions. */
export interface Explored {
  readonly outcome: Outcome
  /** Keys of all hazards, sorted. */
  readonly hazards: readonly string[]
  /** All values of a property over executions without a hazard, sorted. */
  readonly values: (property: string) => readonly string[]
  /** How often an execution can have the semantic event, each number once, ascending; thread a only. */
  readonly counts: (event: string) => readonly number[]
}

export function exploreScenario(id: string, one: Version, options: Partial<ExploreOptions> = {}): Explored {
  const scenario = scenarioNamed(id)
  return exploreBuilt(scenario.build(sideOf(one, scenario.suite, scenario.arch)), options)
}

export function exploreBuilt(built: Built, more: Partial<ExploreOptions> = {}): Explored {
  const options = { model: SC, observe: built.observe, detectors: built.detectors, ...more }
  const outcome = explore(built.program, options)
  const clean = [...outcome.behaviours.values()].filter(({ hazards }) => hazards.length === 0)
  return {
    outcome,
    hazards: [...outcome.hazards.keys()].sort(),
    values: (property) => [...new Set(clean.map(({ observation }) => observation[property] ?? '?'))].sort(),
    counts: (event) => {
      const seen = new Set<number>()
      forEachExecution(built.program, options, ({ threads }) => {
        const events = threads[0]?.events ?? []
        seen.add(events.filter(({ semantic }) => semantic?.name === event).length)
        return true
      })
      return [...seen].sort((a, b) => a - b)
    },
  }
}
