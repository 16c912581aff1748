/** One scenario explored on both sides: what findings are made from. */
import type { Outcome } from '../explore/index.js'
import { agree } from './inputs.js'

/** What is known of the scenario, besides how to run it. */
export interface ScenarioFacts {
  readonly id: string
  readonly title: string
  readonly facets: Readonly<Record<string, string>>
  readonly needs: readonly string[]
  /** A callback that no known caller has, if the world assumes one. */
  readonly assumes: string | null
  /** One thread: what it does follows from the answers it is given. */
  readonly isAlone?: boolean
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
export function hazardsDiffer({ scenario, before, after }: Comparison): boolean {
  const judged = (outcome: Outcome): string[] =>
    [...outcome.hazards.keys()].filter((key) => !isUnjudged(key, outcome, scenario))
  const left = judged(before.each)
  const right = judged(after.each)
  return left.length !== right.length || left.some((key) => !right.includes(key))
}

/**
 * True for what ends an execution without saying anything of the kernel: an access that is not modelled, and a loop
 * that a thread by itself goes round in for as long as what is not known lets it.
 */
export function isUnjudged(key: string, outcome: Outcome, { isAlone }: ScenarioFacts): boolean {
  if (/^(not modelled|mixed access)\b/.test(key)) return true
  if (key !== 'livelock' || isAlone !== true) return false
  const meeting = [...outcome.behaviours.values()].filter(({ hazards }) => hazards.includes(key))
  return meeting.length > 0 && meeting.every(({ input }) => input !== '')
}

/**
 * True where a thread alone meets an input that the other side meets nothing like: then nothing was compared with
 * what it does there.
 */
export function isUnmatched({ scenario, before, after }: Comparison): boolean {
  if (scenario.isAlone !== true) return false
  const inputs = ({ each }: SideOutcomes): string[] => [
    ...new Set([...each.behaviours.values()].map(({ input }) => input)),
  ]
  const left = inputs(before)
  const right = inputs(after)
  const lacks = (some: readonly string[], others: readonly string[]): boolean =>
    some.some((input) => !others.includes(input) && !others.some((other) => agree(input, other)))
  return lacks(left, right) || lacks(right, left)
}

/** True if a bound, or something that is not modelled, leaves open what else there is. */
export function isOpen({ scenario, before, after }: Comparison): boolean {
  return [before.each, after.each].some(
    (outcome) =>
      outcome.coverage.kind !== 'exhaustive' ||
      [...outcome.hazards.keys()].some((key) => isUnjudged(key, outcome, scenario)),
  )
}
