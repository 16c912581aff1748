/** `kreplay explore SCENARIO`: every outcome of one scenario for one set of implementations. */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import {
  dotGraph,
  type ExploreOptions,
  explore,
  formatSchedule,
  MEMORY_MODELS,
  type Outcome,
  replay,
} from '../explore/index.js'
import { implementationId, type Omission } from '../machine/index.js'
import { makeSide, newestRelease } from '../match/index.js'
import { ARCH_PROFILES } from '../mm/index.js'
import { byId, type Reimplementation } from '../reimpl/index.js'
import type { Built, Scenario, Suite } from '../suite/index.js'
import { exploreOptions, plainTaken } from './explore-suite.js'
import { type Library, libraryWith } from './library.js'
import { litmusOf } from './litmus-of-scenario.js'
import { partArgument } from './needed.js'
import type { Exploration, ExploreRequest, RunControl } from './types.js'
import { Watch } from './watch.js'

/** The suite and scenario of an id; an unknown one is a diagnostic with the nearest ids. */
export function findScenario(library: Library, id: string): Result<{ suite: Suite; scenario: Scenario }> {
  for (const suite of library.suites) {
    const scenario = suite.scenarios.find((candidate) => candidate.id === id)
    if (scenario !== undefined) return ok({ suite, scenario })
  }
  const all = library.suites.flatMap(({ scenarios }) => scenarios.map((scenario) => scenario.id))
  const near = all.filter((candidate) => candidate.includes(id)).slice(0, 3)
  return fail({
    severity: 'error',
    code: 'scenario-unknown',
    message: `no scenario is called ${id}`,
    hint: near.length > 0 ? `near it: ${near.join(', ')}` : '`kreplay list scenarios` shows them all',
  })
}

/** Explores one side of a scenario, and tells its behaviours and hazards apart. */
export function exploreScenario(request: ExploreRequest, control: RunControl = {}): Result<Exploration> {
  const library = libraryWith(request.plugins)
  const found = findScenario(library, request.scenario)
  if (!found.ok) return found
  const { suite, scenario } = found.value
  const model = MEMORY_MODELS.find(({ name }) => name === (request.model ?? 'sc'))
  if (model === undefined) {
    const models = MEMORY_MODELS.map(({ name }) => name)
    return fail(unknown('model', request.model ?? '', models))
  }
  if (request.arch !== undefined && request.arch !== scenario.arch) {
    return fail(unknown('arch', request.arch, [scenario.arch]))
  }
  const named = namedImplementations(library, request.implementations)
  if (!named.ok) return named
  const profile = ARCH_PROFILES.find(({ name }) => name === scenario.arch)
  const config = { ...profile?.config, ...scenario.config, ...request.config }
  const base = newestRelease(named.value, '5.4')
  const side = makeSide({ registry: library.registry, suite, config, base, changed: named.value })
  const built = scenario.build(side)
  const { now } = control
  const start = now?.() ?? 0
  const seconds = request.budget?.seconds ?? 0
  const budget = {
    ...(request.budget?.executions === undefined ? {} : { executions: request.budget.executions }),
    seconds,
    expired: () =>
      control.interrupted?.() === true ||
      (seconds > 0 && now !== undefined && now() - start > seconds * 1000),
  }
  const taken = request.plain === undefined ? {} : { plain: request.plain }
  const settings = { registry: library.registry, model, loads: null, budget, ...taken }
  const watch = new Watch(new Map(), { races: model.marks, parts: true })
  const watched = watch.over(built)
  const tears = request.tear === true ? { tear: true } : {}
  const whole = { ...exploreOptions(watched, settings, request.loads ?? 'each'), ...tears }
  const intact = explore(watched.program, whole)
  const without = partsNamed(request.without ?? [], watch.parts)
  if (!without.ok) return without
  const options = { ...whole, without: without.value }
  const name = `${scenario.id} ${named.value.map(implementationId).join(' ')}`.trim()
  const outcome = without.value.length === 0 ? intact : explore(built.program, options)
  const text = textOf(request.as, built, options, outcome, name, [scenario.title, ...scenario.needs])
  if (!text.ok) return text
  return ok({
    scenario: scenario.id,
    implementation: named.value.length === 0 ? `as of ${base}` : named.value.map(implementationId).join(', '),
    arch: scenario.arch,
    model: model.name,
    ...(without.value.length === 0 ? {} : { without: without.value.map(partArgument) }),
    coverage: outcome.coverage,
    executions: outcome.executions,
    blocked: outcome.blocked,
    behaviours: [...outcome.behaviours.values()].map(({ count, decisions, observation, hazards }) => ({
      count,
      schedule: formatSchedule(decisions),
      facts: [
        ...Object.entries(observation).map(([property, value]) => `${property}: ${value}`),
        ...hazards.map((hazard) => `hazard: ${hazard}`),
      ],
    })),
    hazards: [...outcome.hazards].map(([kind, { count, decisions, hazard }]) => ({
      kind,
      count,
      schedule: formatSchedule(decisions),
      text: hazard.text,
    })),
    notes: [
      scenario.title,
      `scope: ${scenario.scope}`,
      ...(watch.plain.length > 0 && plainTaken(settings) === 'once' ? [TAKEN_AS_MARKED] : []),
      ...(request.tear === true ? [TEARS] : []),
    ],
    ...(text.value === null ? {} : { text: text.value }),
  })
}

const TEARS =
  'plain accesses of two words are made word by word, in either order: an extension of ours, no model has it'

const TAKEN_AS_MARKED =
  'plain accesses of one word are taken as READ_ONCE() and WRITE_ONCE(); --plain as-written takes them as they are'

/** Parts of what ran, by `fence@299`, or `fence@FUNCTION:299` where several functions have the line. */
function partsNamed(names: readonly string[], parts: readonly Omission[]): Result<Omission[]> {
  const found: Omission[] = []
  for (const name of names) {
    const matching = parts.filter((part) => {
      const argument = partArgument(part)
      return argument === name || argument.replace(/@.*:/, '@') === name
    })
    if (matching.length === 0) {
      const known = parts.map(partArgument)
      return fail(
        unknown('part', name, known.length > 0 ? known : ['none: no barrier, and no loop went round']),
      )
    }
    found.push(...matching)
  }
  return ok(found)
}

/** The text for another tool that was asked for; null if none was. */
function textOf(
  as: ExploreRequest['as'],
  built: Built,
  options: ExploreOptions,
  outcome: Outcome,
  name: string,
  about: readonly string[],
): Result<string | null> {
  if (as === undefined) return ok(null)
  if (as === 'litmus') return litmusOf(built, name, about, options.without)
  const graphs: string[] = []
  for (const { decisions } of outcome.behaviours.values()) {
    const schedule = formatSchedule(decisions)
    const execution = replay(built.program, options, schedule)
    if (!execution.ok) return execution
    graphs.push(dotGraph(execution.value, `${name}, ${options.model.name}: ${schedule}`))
  }
  return ok(graphs.join('\n'))
}

function namedImplementations(library: Library, ids: readonly string[]): Result<Reimplementation[]> {
  const found: Reimplementation[] = []
  for (const id of ids) {
    const implementation = byId(library.registry, id)
    if (implementation === undefined) {
      const name = id.split('@')[0] ?? id
      const known = library.registry.all.filter((one) => one.name === name).map(implementationId)
      return fail(
        unknown('implementation', id, known.length > 0 ? known : ['`kreplay list functions` shows them all']),
      )
    }
    found.push(implementation)
  }
  return ok(found)
}

function unknown(what: string, name: string, known: readonly string[]): Diagnostic {
  return {
    severity: 'error',
    code: `${what}-unknown`,
    message: `there is no ${what} called ${name} here`,
    hint: `known: ${known.join(', ')}`,
  }
}
