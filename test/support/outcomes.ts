/** Hand-made outcomes: what compare/ is given, without exploring anything. */
import type { Comparison } from '../../src/compare/index.js'
import type { Behaviour, Coverage, HazardCount, Outcome } from '../../src/explore/index.js'

const EXHAUSTIVE: Coverage = { kind: 'exhaustive' }

/** A bound that was reached. */
export const BOUNDED: Coverage = { kind: 'bounded', by: 'executions', limit: 10 }

/** Executions that behave alike: their number, what is observed, their input and the hazards in them. */
export interface Told {
  readonly count?: number
  readonly sees?: Readonly<Record<string, string>>
  readonly input?: string
  readonly hazards?: readonly string[]
}

/** The outcome that these executions add up to. */
export function outcome(told: readonly Told[], coverage: Coverage = EXHAUSTIVE): Outcome {
  const behaviours = new Map<string, Behaviour>()
  const hazards = new Map<string, HazardCount>()
  for (const { count = 1, sees = {}, input = '', hazards: keys = [] } of told) {
    behaviours.set(`${behaviours.size}`, { observation: sees, count, input, hazards: keys, decisions: [] })
    for (const key of keys) {
      const [, kind = key, object = ''] = /^(.*?)(?: \((.*)\))?$/.exec(key) ?? []
      const known = hazards.get(key)?.count ?? 0
      const hazard = { kind, object, text: key, event: NO_EVENT }
      hazards.set(key, { hazard, count: known + count, decisions: [] })
    }
  }
  const executions = told.reduce((sum, { count = 1 }) => sum + count, 0)
  return { coverage, executions, blocked: 0, redundant: 0, behaviours, hazards }
}

const NO_EVENT: HazardCount['hazard']['event'] = {
  id: 0,
  thread: 0,
  index: 0,
  op: 'start',
  reads: [],
  writes: [],
  function: 'f',
  site: null,
  depth: 0,
  locks: [],
  irqsOff: false,
  rcuDepth: 0,
  address: [],
  control: null,
  text: 'start',
}

/** What is said of a scenario besides its outcomes. */
export interface ScenarioWords {
  readonly id?: string
  readonly facets?: Readonly<Record<string, string>>
  readonly assumes?: string
  readonly onceBefore?: Outcome
  readonly onceAfter?: Outcome
}

/** One scenario with its two outcomes. */
export function comparison(before: Outcome, after: Outcome, words: ScenarioWords = {}): Comparison {
  return {
    scenario: {
      id: words.id ?? 'one',
      title: words.id ?? 'one',
      facets: words.facets ?? {},
      needs: [],
      assumes: words.assumes ?? null,
    },
    before: { each: before, once: words.onceBefore ?? null },
    after: { each: after, once: words.onceAfter ?? null },
  }
}
