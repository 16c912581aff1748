/** Step 7 of a run: differences become findings, with function, premise, reach and a witness to replay. */
import { sha256 } from '../base/index.js'
import { type ModelDifference, observationText, type Shows } from '../compare/index.js'
import {
  DEFAULT_BUDGET,
  type FinishedExecution,
  findWitness,
  forEachExecution,
  formatSchedule,
  type Observation,
  replay,
} from '../explore/index.js'
import { hazardKey } from '../machine/index.js'
import { type Finding, type Premise, quoteWord, type UnderModel, type Witness } from '../report/index.js'
import type { Built, Scenario } from '../suite/index.js'
import {
  type Answers,
  buildAsked,
  changedIn,
  type ExploreSettings,
  exploreOptions,
  plainTaken,
  type Sides,
  sidesOf,
} from './explore-suite.js'
import { plainBranches } from './plain-branches.js'
import { callersOf, implementationsOf, type MappedFunction, type PlannedSuite } from './plan.js'
import { type LineMaps, stepsOf } from './trace.js'

/** Steps of a witness that a report keeps. */
const MAX_STEPS = 160

export interface FindingContext {
  /** Which function each topic was found to hang on, for the findings that contrast with it. */
  readonly blamed: Map<string, Pick<Finding, 'function' | 'path'>>
  readonly planned: PlannedSuite
  readonly sides: Sides
  readonly settings: ExploreSettings
  /** Answers that questions can have on either side, by scenario. */
  readonly answers?: ReadonlyMap<string, Answers>
  readonly config: Readonly<Record<string, string>>
  readonly commandArguments: readonly string[]
}

/** The finding that a difference amounts to. */
export function findingOf(difference: ModelDifference, context: FindingContext): Finding {
  const { planned, settings } = context
  const scenario = scenarioOf(planned, difference.scenarios[0])
  const { function: name, path, notes } = attribute(difference, scenario, context)
  if (difference.witness !== null) context.blamed.set(difference.topic, { function: name, path })
  const shown = witnessOf(difference, scenario, context)
  const identity = [path, name, scenario.id, difference.property, planned.profile.name, settings.model.name]
  return {
    id: sha256(identity.join('\0')).slice(0, 12),
    verdict: difference.verdict,
    kind: difference.kind,
    reach: difference.needsReload ? 'latent' : 'unknown',
    function: name,
    path,
    scenario: scenario.id,
    scenarios: difference.scenarios,
    property: difference.property,
    arch: planned.profile.name,
    model: settings.model.name,
    config: { ...scenario.config, ...context.config },
    premise: premiseOf(difference, scenario, settings),
    summary: difference.summary,
    before: sideResult(difference.before),
    after: sideResult(difference.after),
    ...(difference.elsewhere.length === 0 ? {} : { elsewhere: difference.elsewhere.map(elsewhere) }),
    witness: shown?.witness ?? null,
    notes: [...difference.notes, ...notes, ...(shown?.notes ?? [])],
  }
}

function elsewhere({ model, sides }: ModelDifference['elsewhere'][number]): UnderModel {
  if (sides !== null) {
    return { model, before: sideResult(sides.before), after: sideResult(sides.after) }
  }
  const why = `the scenario is not explored under ${model} unless it is asked for`
  const side = { holds: 'unknown', count: 0, executions: 0, coverage: { kind: 'not-run', why } } as const
  return { model, before: side, after: side }
}

function sideResult(fact: ModelDifference['before']): Finding['before'] {
  const { holds, count, executions, coverage, value } = fact
  return { holds, count, executions, coverage, ...(value === null ? {} : { value }) }
}

function scenarioOf(planned: PlannedSuite, id: string | undefined): Scenario {
  const scenario = planned.scenarios.find((candidate) => candidate.id === id)
  if (scenario === undefined) throw new Error(`no scenario is called ${id}`)
  return scenario
}

function premiseOf(difference: ModelDifference, scenario: Scenario, settings: ExploreSettings): Premise {
  const needs = difference.verdict === 'same' ? [] : [...scenario.needs]
  if (difference.verdict === 'regressed' || difference.verdict === 'fixed') {
    needs.push(loadsNeeded(difference, settings))
  }
  return { needs, inTree: null }
}

function loadsNeeded(difference: ModelDifference, settings: ExploreSettings): string {
  if (difference.needsReload) return 'a compiler that loads the same entry again between two tests'
  if (difference.anyLoads) return 'any number of loads of the entry: also with plain loads merged'
  if (plainTaken(settings) === 'once')
    return 'plain accesses of one word that are done once, as marked ones are'
  return settings.model.marks
    ? 'plain accesses as they are written, of which the memory model promises nothing'
    : 'each mention of the entry in C to be a load: merged loads were not explored to the end'
}

/** Which of the changed functions makes the difference: the one that shows it when it alone is changed. */
function attribute(
  difference: ModelDifference,
  scenario: Scenario,
  context: FindingContext,
): { readonly function: string; readonly path: string; readonly notes: readonly string[] } {
  const { functions } = context.planned
  const [first] = functions
  if (first === undefined) throw new Error('a finding without a function')
  const place = ({ match }: MappedFunction) => ({ function: match.changed.name, path: match.changed.path })
  if (functions.length === 1 || difference.witness === null) {
    return { ...(context.blamed.get(difference.topic) ?? place(first)), notes: [] }
  }
  const units = inseparable(functions)
  const alone = units.filter((unit) => shows(unit, difference, scenario, context))
  const named = (some: readonly (readonly MappedFunction[])[]): string =>
    some.flatMap((unit) => unit.map(({ match }) => match.changed.name)).join(' and ')
  const [only] = alone
  if (only !== undefined) {
    const notes = alone.length === 1 ? [] : [`with the change of either ${named(units)}`]
    return { ...place(whereItHappens(only, difference, scenario, context)), notes }
  }
  const needed = units.filter((unit) => {
    const others = functions.filter((other) => !unit.includes(other))
    return !shows(others, difference, scenario, context)
  })
  const [blamed = functions] = needed
  const note = `only with the changes of ${named(needed.length > 0 ? needed : units)} together`
  return {
    ...place(whereItHappens(blamed, difference, scenario, context)),
    notes: needed.length === 1 ? [] : [note],
  }
}

/** Functions of a file of which one takes other arguments than before cannot be changed one by one. */
function inseparable(functions: readonly MappedFunction[]): MappedFunction[][] {
  const files = new Set(
    functions
      .filter(({ match }) => match.changed.change.includes('signature'))
      .map(({ match }) => match.changed.path),
  )
  const units = new Map<string | MappedFunction, MappedFunction[]>()
  for (const one of functions) {
    const { path } = one.match.changed
    const key = files.has(path) ? path : one
    units.set(key, [...(units.get(key) ?? []), one])
  }
  return [...units.values()]
}

/** The function of the unit in which the hazard happens; its first one where that is in none of them. */
function whereItHappens(
  unit: readonly MappedFunction[],
  difference: ModelDifference,
  scenario: Scenario,
  context: FindingContext,
): MappedFunction {
  const [first] = unit
  if (first === undefined) throw new Error('a unit without a function')
  const wanted = difference.witness?.shows
  if (unit.length === 1 || difference.witness === null || wanted?.kind !== 'hazard') return first
  const { settings, sides } = context
  const built = scenario.build(sides[difference.witness.side])
  const loads = settings.loads ?? difference.witness.loads
  const options = exploreOptions(built, settings, loads)
  const found = findWitness(built.program, options, (execution) => doesShow(wanted, execution, built))
  if (found === null) return first
  const replayed = replay(built.program, options, formatSchedule(found.decisions))
  const hazard = replayed.ok ? replayed.value.hazards.find((one) => hazardKey(one) === wanted.key) : undefined
  return unit.find(({ match }) => match.changed.name === hazard?.event.function) ?? first
}

/** True if the difference shows where only these functions are changed. */
function shows(
  some: readonly MappedFunction[],
  difference: ModelDifference,
  scenario: Scenario,
  context: FindingContext,
): boolean {
  const { planned, settings } = context
  const others = planned.functions.filter((other) => !some.includes(other))
  const implementations = [...implementationsOf(some, 'after'), ...implementationsOf(others, 'before')]
  const around = callersOf(planned.functions, 'after')
  const { after } = sidesOf(
    { ...changedIn(planned), after: [...implementations, ...around] },
    settings.registry,
  )
  const built = buildAsked(scenario, after, context.answers?.get(scenario.id))
  const loads = settings.loads ?? difference.witness?.loads ?? 'each'
  const wanted = difference.witness?.shows
  if (wanted === undefined) return false
  const { executions = DEFAULT_BUDGET.executions, expired } = settings.budget
  let looked = 0
  let seen = false
  forEachExecution(built.program, exploreOptions(built, settings, loads), (execution) => {
    if (execution.status !== 'blocked') {
      seen =
        wanted.kind === 'hazard'
          ? execution.hazards.some((hazard) => hazardKey(hazard) === wanted.key)
          : shownBy(wanted, built.observe(execution))
    }
    return !seen && ++looked < executions && expired?.() !== true
  })
  return seen === (difference.witness?.side === 'after')
}

/** The clearest execution that shows the difference, and what is to be said of it. */
function witnessOf(
  difference: ModelDifference,
  scenario: Scenario,
  context: FindingContext,
): { readonly witness: Witness; readonly notes: readonly string[] } | null {
  if (difference.witness === null) return null
  const { planned, settings } = context
  const { side, shows } = difference.witness
  const loads = settings.loads ?? difference.witness.loads
  const built = buildAsked(scenario, context.sides[side], context.answers?.get(scenario.id))
  const options = exploreOptions(built, settings, loads)
  const found = findWitness(built.program, options, (execution) => doesShow(shows, execution, built))
  if (found === null) return null
  const schedule = formatSchedule(found.decisions)
  const replayed = replay(built.program, options, schedule)
  if (!replayed.ok) throw new Error(replayed.error.message)
  const lines = lineMaps(planned, side)
  return {
    witness: {
      side,
      schedule,
      steps: stepsOf(replayed.value, built, lines, MAX_STEPS),
      command: commandLine(scenario, side, schedule, loads, context),
    },
    notes: [
      ...(settings.model.marks ? plainBranches(replayed.value, lines) : []),
      ...answersIn(replayed.value),
    ],
  }
}

/** Answers that a note holds. */
const MOST_ANSWERS = 8

/** What was answered from outside in the execution shown: it is a premise of what it shows. */
function answersIn({ events }: Pick<FinishedExecution, 'events'>): string[] {
  const answers = events.flatMap(({ choice }) =>
    choice === undefined ? [] : [`${choice.key} = ${choice.value}`],
  )
  if (answers.length === 0) return []
  const more = answers.length > MOST_ANSWERS ? `; ${answers.length - MOST_ANSWERS} more` : ''
  return [`shown where ${answers.slice(0, MOST_ANSWERS).join('; ')}${more}`]
}

/** True if the execution shows what a difference was found by. */
export function doesShow(shows: Shows, execution: FinishedExecution, built: Built): boolean {
  if (shows.kind === 'hazard') return execution.hazards.some((hazard) => hazardKey(hazard) === shows.key)
  return execution.hazards.length === 0 && shownBy(shows, built.observe(execution))
}

function shownBy(shows: Exclude<Shows, { kind: 'hazard' }>, observation: Observation): boolean {
  return shows.kind === 'observation'
    ? observation[shows.property] === shows.value
    : observationText(observation) === shows.value
}

/** Lines of the text at hand for the lines that each function's implementation names. */
export function lineMaps(planned: PlannedSuite, side: 'before' | 'after'): LineMaps {
  return new Map(planned.functions.map((one) => [one[side].implementation.name, one[side].identity?.lines]))
}

function commandLine(
  scenario: Scenario,
  side: 'before' | 'after',
  schedule: string,
  loads: 'each' | 'once',
  context: FindingContext,
): string {
  const words = ['kreplay', 'step', '--scenario', scenario.id, '--side', side, '--schedule', schedule]
  const { model, plain } = context.settings
  words.push('--arch', scenario.arch, '--model', model.name)
  if (plain !== undefined && !context.commandArguments.includes('--plain')) words.push('--plain', plain)
  for (const [name, value] of Object.entries(context.config)) words.push('--config', `${name}=${value}`)
  if (!context.commandArguments.includes('--loads')) words.push('--loads', loads)
  words.push(...context.commandArguments)
  return words.map(quoteWord).join(' ')
}
