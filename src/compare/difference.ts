/** What comparing gives: differences and agreements, with all that a report says of them but no formatting. */
import type { Coverage } from '../explore/index.js'

/** DESIGN.md section 6, less `unmapped`, which is decided before anything runs. */
export type Verdict = 'regressed' | 'changed' | 'inconclusive' | 'fixed' | 'same' | 'pre-existing'

/** One side's answer. */
export interface SideFact {
  readonly holds: 'never' | 'sometimes' | 'always' | 'unknown'
  readonly count: number
  readonly executions: number
  readonly coverage: Coverage
  readonly value: string | null
}

/** How to recognise an execution that shows the difference. */
export type Shows =
  | { readonly kind: 'hazard'; readonly key: string }
  | { readonly kind: 'observation'; readonly property: string; readonly value: string }
  /** All properties at once, as `observationText` spells them. */
  | { readonly kind: 'combination'; readonly value: string }

export interface Difference {
  readonly verdict: Verdict
  /** Hazard kind, property name, `contract`, … */
  readonly kind: string
  readonly property: string
  /** The property or hazard without its facet: what a change and its contrasts have in common. */
  readonly topic: string
  /** It needs a location to be loaded again between two tests, which a compiler may not do. */
  readonly needsReload: boolean
  /** It was met with plain loads merged: any number of loads will do. */
  readonly anyLoads: boolean
  /** Ids of the scenarios that show it, the simplest first. */
  readonly scenarios: readonly string[]
  readonly summary: string
  readonly before: SideFact
  readonly after: SideFact
  /** The side on which it can be seen, and how; null for agreements. */
  readonly witness: {
    readonly side: 'before' | 'after'
    readonly loads: 'each' | 'once'
    readonly shows: Shows
  } | null
  readonly notes: readonly string[]
}
