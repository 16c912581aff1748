/** What exploring a program gives. Never a plain "passed": a bound that was reached is part of the answer. */
import type { Event, Hazard, Thread } from '../machine/index.js'
import type { Decision, EndStatus } from './run.js'

/** How far the exploration went. */
export type Coverage =
  | { readonly kind: 'exhaustive' }
  | { readonly kind: 'bounded'; readonly by: 'executions' | 'time' | 'loop'; readonly limit: number }

/** One finished execution. Its hazards and behaviour depend on its trace only, not on the interleaving. */
export interface FinishedExecution {
  readonly events: readonly Event[]
  readonly threads: readonly Thread[]
  readonly status: EndStatus
  readonly hazards: readonly Hazard[]
  readonly decisions: readonly Decision[]
  /** What the memory model says against the program in it, in herd's words: `data-race`. */
  readonly flags: readonly string[]
  /** How many executions it stands for. */
  readonly weight: number
  /** Values of all cells ever used, by cell name, at the end. */
  readonly finalValue: (name: string) => bigint | undefined
}

/** What is observed of one execution, property by property, spelled so that sides can be compared. */
export type Observation = Readonly<Record<string, string>>

/** Executions that behave alike. */
export interface Behaviour {
  readonly observation: Observation
  readonly count: number
  /** The choices made from outside in it: behaviours are compared per input. */
  readonly input: string
  /** Keys of the hazards in it: what follows a hazard is not behaviour to be compared. */
  readonly hazards: readonly string[]
  /** One execution that shows it. */
  readonly decisions: readonly Decision[]
}

/** One kind of hazard over all executions. */
export interface HazardCount {
  readonly hazard: Hazard
  readonly count: number
  readonly decisions: readonly Decision[]
}

export interface Outcome {
  readonly coverage: Coverage
  /** Executions explored to their end; under `sc` one per Mazurkiewicz trace. */
  readonly executions: number
  /** Executions that ended in a false assumption: they say nothing. */
  readonly blocked: number
  /** Prefixes that the reduction cut as repeating another execution. */
  readonly redundant: number
  /** By `input` and observation, in order of discovery. */
  readonly behaviours: ReadonlyMap<string, Behaviour>
  /** By hazard key, in order of discovery. */
  readonly hazards: ReadonlyMap<string, HazardCount>
}
