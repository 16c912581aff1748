/** One scenario explored on both sides: what findings are made from. */
import type { Outcome } from '../explore/index.js'

/** What is known of the scenario, besides how to run it. */
export interface ScenarioFacts {
  readonly id: string
  readonly title: string
  readonly facets: Readonly<Record<string, string>>
  readonly needs: readonly string[]
  /** A callback that no known caller has, if the world assumes one. */
  readonly assumes: string | null
}

/** One side's outcomes: every mention of `*p` a load, and, where that gave a hazard, plain loads merged. */
export interface SideOutcomes {
  readonly each: Outcome
  readonly once: Outcome | null
}

export interface Comparison {
  readonly scenario: ScenarioFacts
  readonly before: SideOutcomes
  readonly after: SideOutcomes
}

/** True if the two sides differ in hazards. */
export function hazardsDiffer(before: Outcome, after: Outcome): boolean {
  if (before.hazards.size !== after.hazards.size) return true
  return [...before.hazards.keys()].some((key) => !after.hazards.has(key))
}
