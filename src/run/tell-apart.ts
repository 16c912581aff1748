/**
 * Versions of a function against the right one, scenario by scenario: which of them a suite tells apart, by what,
 * and where a difference would have been seen. The right one is explored once.
 */
import { compare, type Difference } from '../compare/index.js'
import { type Coverage, DEFAULT_BUDGET, explore, type MemoryModel, type Outcome } from '../explore/index.js'
import type { Config } from '../mm/index.js'
import type { Registry, Reimplementation } from '../reimpl/index.js'
import type { Scenario, Suite } from '../suite/index.js'
import { type ExploreSettings, exploreOptions, factsOf, type Sides, sidesOf } from './explore-suite.js'
import type { PlannedModel } from './models.js'

/** A suite with what of it is run on one architecture. */
export interface RunnableSuite {
  readonly suite: Suite
  readonly config: Config
  readonly models: readonly PlannedModel[]
}

export interface TellApart {
  readonly suites: readonly RunnableSuite[]
  readonly registry: Registry
  readonly right: Reimplementation
  /** Other functions that both sides have in their place. */
  readonly others: readonly Reimplementation[]
  readonly settings: Omit<ExploreSettings, 'model' | 'registry'>
  /** Executions of one scenario of another version, which may never end; more where the right one has more. */
  readonly executions: number
  /** Looks on for a hazard where only another behaviour was found. */
  readonly wantsHazard: boolean
}

/** What was found of another version under one model. */
export interface Told {
  readonly model: MemoryModel
  /** Null where no scenario told it from the right one. */
  readonly by: { readonly difference: Difference; readonly scenario: Scenario; readonly sides: Sides } | null
  /** Scenarios looked at, and executions of the other version in them. */
  readonly scenarios: number
  readonly executions: number
  /** Of everything that was looked at, on both sides. */
  readonly coverage: Coverage
}

/** Differences that tell two versions apart, the most telling first. */
const TELLING: readonly Difference['verdict'][] = ['regressed', 'changed', 'fixed']

export class Teller {
  readonly #request: TellApart
  readonly #intact = new Map<string, Outcome>()

  constructor(request: TellApart) {
    this.#request = request
  }

  /** One answer for each memory model; `enough` ends the search at the first model that tells. */
  tell(wrong: Reimplementation, enough = false): Told[] {
    const told: Told[] = []
    const names = new Set(this.#request.suites.flatMap(({ models }) => models.map(({ model }) => model.name)))
    for (const name of names) {
      const one = this.#under(name, wrong)
      if (one === null) continue
      told.push(one)
      if (enough && one.by !== null) break
    }
    return told
  }

  #under(name: string, wrong: Reimplementation): Told | null {
    const { suites, registry, right, others, settings, wantsHazard } = this.#request
    let found: Omit<Told, 'by'> | null = null
    let by: Told['by'] = null
    let scenarios = 0
    let executions = 0
    let coverage: Coverage = { kind: 'exhaustive' }
    for (const { suite, config, models } of suites) {
      const planned = models.find(({ model }) => model.name === name)
      if (planned === undefined) continue
      const { model } = planned
      const sides = sidesOf(
        { suite, config, before: [right, ...others], after: [wrong, ...others] },
        registry,
      )
      for (const scenario of planned.scenarios) {
        const before = this.#outcomeOfRight(scenario, sides, model)
        const limit = Math.max(this.#request.executions, 4 * before.executions)
        const after = this.#explore(scenario, sides, 'after', model, limit)
        scenarios++
        executions += after.executions
        for (const outcome of [before, after]) {
          if (outcome.coverage.kind !== 'exhaustive') coverage = outcome.coverage
        }
        const differences = compare(
          [
            {
              scenario: factsOf(scenario),
              before: { each: before, once: null },
              after: { each: after, once: null },
            },
          ],
          suite.properties,
        )
        const difference = TELLING.map((verdict) => differences.find((one) => one.verdict === verdict)).find(
          (one) => one !== undefined,
        )
        found = { model, scenarios, executions, coverage }
        if (difference !== undefined && (by === null || isStronger(difference, by.difference))) {
          by = { difference, scenario, sides }
        }
        if (by !== null && (!wantsHazard || by.difference.verdict === 'regressed')) return { ...found, by }
        if (settings.budget.expired?.() === true) {
          return {
            ...found,
            by,
            coverage: { kind: 'bounded', by: 'time', limit: settings.budget.seconds ?? 0 },
          }
        }
      }
    }
    return found === null ? null : { ...found, by }
  }

  #outcomeOfRight(scenario: Scenario, sides: Sides, model: MemoryModel): Outcome {
    const key = `${model.name} ${scenario.id}`
    const known = this.#intact.get(key)
    if (known !== undefined) return known
    const { executions } = this.#request.settings.budget
    const outcome = this.#explore(scenario, sides, 'before', model, executions ?? DEFAULT_BUDGET.executions)
    // What the clock cut short may be longer the next time.
    const { coverage } = outcome
    if (coverage.kind === 'exhaustive' || coverage.by !== 'time') this.#intact.set(key, outcome)
    return outcome
  }

  #explore(
    scenario: Scenario,
    sides: Sides,
    side: keyof Sides,
    model: MemoryModel,
    executions: number,
  ): Outcome {
    const { settings, registry } = this.#request
    const built = scenario.build(sides[side])
    const budget = { ...settings.budget, executions }
    const options = exploreOptions(built, { ...settings, registry, model, budget }, settings.loads ?? 'each')
    return explore(built.program, options)
  }
}

function isStronger(one: Difference, than: Difference): boolean {
  return TELLING.indexOf(one.verdict) < TELLING.indexOf(than.verdict)
}
