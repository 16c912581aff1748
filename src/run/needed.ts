/**
 * What holds a lockless function together: each barrier that it does, and each test that sends a loop of it round
 * again, is passed over in turn, and what the function then does that it does not do otherwise is what the part is
 * there for. Looked for in the scenarios that ask for weak memory models, as far as a correct kernel has them.
 */

import type { MemoryModel } from '../explore/index.js'
import { type Coverage, type FinishedExecution, forEachExecution, type Outcome } from '../explore/index.js'
import { fenceName, hazardKey, implementationId, type Omission } from '../machine/index.js'
import { type NeededPart, quoteWord, type WithoutPart } from '../report/index.js'
import type { Scenario, Side } from '../suite/index.js'
import type { Explored } from './explore-all.js'
import { type ExploreSettings, exploreOptions } from './explore-suite.js'
import { lineMaps } from './findings.js'
import { lineIn } from './places.js'
import { implementationsOf, type PlannedSuite } from './plan.js'

export interface NeededRequest {
  readonly planned: PlannedSuite
  /** What was explored with every part in place. */
  readonly explored: readonly Explored[]
  readonly after: Side
  readonly settings: Omit<ExploreSettings, 'model'>
  readonly config: Readonly<Record<string, string>>
}

/** A row for every part of the functions after the patch; none where they have no such parts. */
export function neededParts(request: NeededRequest): NeededPart[] {
  const { planned } = request
  const lines = lineMaps(planned, 'after')
  return partsOf(request).map((part) => ({
    function: part.function,
    path: part.path,
    line: lineIn(part, lines),
    what: partText(part),
    arch: planned.profile.name,
    models: planned.models.map(({ model }) => withoutPart(part, model, request)),
  }))
}

/** `smp_rmb()`, `the loop's test`. */
export function partText(part: Omission): string {
  return part.kind === 'fence' ? `${fenceName(part.fence)}()` : "the loop's test"
}

/** The parts that were seen of the functions under test, in the order of their lines. */
function partsOf({ planned, explored }: NeededRequest): Omission[] {
  const own = implementationsOf(planned.functions, 'after')
  const parts = new Map<string, Omission>()
  for (const part of explored.flatMap(({ compared }) => compared.parts)) {
    if (own.some(({ name, path }) => name === part.function && path === part.path)) {
      parts.set(partArgument(part), part)
    }
  }
  return [...parts.values()].sort((a, b) => a.function.localeCompare(b.function) || a.line - b.line)
}

/** How `kreplay explore --without` names a part: `fence@ptep_get_lockless:299`. */
export function partArgument(part: Omission): string {
  return `${part.kind === 'fence' ? 'fence' : 'retry'}@${part.function}:${part.line}`
}

/** What is found without a part under one model. */
interface Found {
  readonly scenario: string
  readonly text: string
}

function withoutPart(part: Omission, model: MemoryModel, request: NeededRequest): WithoutPart {
  const { planned, explored, after, settings } = request
  const { budget } = settings
  let executions = 0
  let coverage: Coverage = { kind: 'exhaustive' }
  let behaviour: Found | null = null
  for (const { scenario, compared } of explored.filter(
    (one) => one.model === model && isTelling(one.scenario),
  )) {
    const built = scenario.build(after)
    const intact = compared.after.each
    const options = {
      ...exploreOptions(built, { ...settings, model }, settings.loads ?? 'each'),
      without: [part],
    }
    const seen = new Seen(intact, budget.executions ?? Number.POSITIVE_INFINITY)
    forEachExecution(built.program, options, (execution) => seen.look(execution, built.observe(execution)))
    executions += seen.executions
    const common = { model: model.name, executions }
    if (seen.hazard !== null) {
      const command = commandFor(part, model, scenario, request)
      const stopped: Coverage = { kind: 'bounded', by: 'executions', limit: executions }
      return { ...common, hazard: seen.hazard, scenario: scenario.id, coverage: stopped, command }
    }
    if (seen.behaviour !== null) behaviour ??= { scenario: scenario.id, text: seen.behaviour }
    if (intact.coverage.kind !== 'exhaustive') coverage = intact.coverage
    if (seen.gaveUp) coverage = { kind: 'bounded', by: 'executions', limit: seen.executions }
    if (budget.expired?.() === true) {
      coverage = { kind: 'bounded', by: 'time', limit: budget.seconds ?? 0 }
      break
    }
  }
  const common = { model: model.name, hazard: null, executions, coverage }
  if (behaviour === null) return common
  const shown = planned.scenarios.find(({ id }) => id === behaviour?.scenario)
  return {
    ...common,
    behaviour: behaviour.text,
    scenario: behaviour.scenario,
    ...(shown === undefined ? {} : { command: commandFor(part, model, shown, request) }),
  }
}

/** True for a scenario of a correct kernel that is explored under all models of its suite. */
function isTelling({ assumes, models }: Scenario): boolean {
  return assumes === undefined && models === undefined
}

/** Looks for what the function does not do with all its parts. */
class Seen {
  executions = 0
  hazard: string | null = null
  behaviour: string | null = null
  gaveUp = false
  readonly #limit: number
  readonly #hazards: ReadonlySet<string>
  readonly #facts: ReadonlySet<string>

  constructor(intact: Outcome, limit: number) {
    this.#limit = limit
    this.#hazards = new Set(intact.hazards.keys())
    this.#facts = new Set([...intact.behaviours.values()].flatMap(({ observation }) => factsOf(observation)))
  }

  /** False once there is a hazard, or there were too many executions. */
  look(execution: FinishedExecution, observation: Readonly<Record<string, string>>): boolean {
    if (execution.status === 'blocked') return true
    this.executions++
    this.hazard = execution.hazards.map(hazardKey).find((key) => !this.#hazards.has(key)) ?? null
    if (this.hazard !== null) return false
    this.behaviour ??= factsOf(observation).find((fact) => !this.#facts.has(fact)) ?? null
    this.gaveUp = this.executions >= this.#limit
    return !this.gaveUp
  }
}

function factsOf(observation: Readonly<Record<string, string>>): string[] {
  return Object.entries(observation).map(([property, value]) => `${property}: ${value}`)
}

function commandFor(
  part: Omission,
  model: MemoryModel,
  scenario: Scenario,
  { planned, config, settings }: NeededRequest,
): string {
  const words = ['kreplay', 'explore', scenario.id]
  words.push(...implementationsOf(planned.functions, 'after').map(implementationId))
  words.push('--model', model.name, '--without', partArgument(part))
  if (settings.plain !== undefined) words.push('--plain', settings.plain)
  for (const [name, value] of Object.entries(config)) words.push('--config', `${name}=${value}`)
  return words.map(quoteWord).join(' ')
}
