/**
 * Are suites good enough? Small wrong versions of a function, made of its C, run beside the right one: those that
 * no scenario tells from it are named, with their place, so that a reason or a new scenario can be found.
 */
import { fail, ok, type Result } from '../base/index.js'
import { compareModels } from '../compare/index.js'
import { type FunctionDefinition, type Mutant, mutantsOf } from '../lift/index.js'
import { type LiftRoot, liftedUnit, liftRoots } from '../match/index.js'
import { ARCH_PROFILES, type ArchProfile, liftedImplementation } from '../mm/index.js'
import type { Reimplementation } from '../reimpl/index.js'
import { drives, prototypeSuite, type Suite } from '../suite/index.js'
import { openTree } from '../tree/index.js'
import { loadCParser } from './c-parser.js'
import { compareScenario, sidesOf } from './explore-suite.js'
import { kernelArch } from './kernel-config.js'
import { kernelEnvironment } from './kernel-environment.js'
import { libraryWith } from './library.js'
import { releaseOf } from './lifter.js'
import { planModels } from './models.js'
import { readIncluded } from './tree-sources.js'
import type { TreeName } from './types.js'

export interface MutantsRequest {
  readonly tree: TreeName
  readonly path: string
  readonly function: string
  /** Architecture profile; the default one if left out. */
  readonly arch?: string
  readonly config?: Readonly<Record<string, string>>
  /** Executions of one scenario; a mutant may never end. */
  readonly executions?: number
}

/** What became of one wrong version. */
export interface MutantOutcome extends Pick<Mutant, 'kind' | 'change'> {
  readonly line: number
  /** The text that it is wrong in, on its first line. */
  readonly text: string
  /** `told` by a scenario; `survived` all of them; `not-lifted`: it is no C that can be run. */
  readonly outcome: 'told' | 'survived' | 'not-lifted'
  /** The first scenario that tells it, and by what. */
  readonly by: string | null
}

export interface MutantsReport {
  readonly suites: readonly string[]
  readonly scenarios: number
  readonly mutants: readonly MutantOutcome[]
}

const MOST_EXECUTIONS = 2_000

/** Runs a function's suites against its mutants. Fails as `openTree` does, or with what keeps it from being lifted. */
export async function runMutants(request: MutantsRequest): Promise<Result<MutantsReport>> {
  const profile = ARCH_PROFILES.find(({ name }) => name === (request.arch ?? ARCH_PROFILES[0]?.name))
  if (profile === undefined) return unable(request, `there is no architecture ${request.arch ?? ''}`)
  const opened = await openTree(request.tree.name, { cwd: request.tree.cwd, environment: process.env })
  if (!opened.ok) return opened
  const texts = new Map<string, string>()
  try {
    const read = await readIncluded(opened.value, kernelArch(profile), [request.path], texts)
    if (!read.ok) return read
    const release = await releaseOf(opened.value)
    return judge(request, profile, texts, release, await loadCParser())
  } finally {
    opened.value.close()
  }
}

function judge(
  request: MutantsRequest,
  profile: ArchProfile,
  texts: ReadonlyMap<string, string>,
  release: string,
  parser: Awaited<ReturnType<typeof loadCParser>>,
): Result<MutantsReport> {
  const { path, function: name } = request
  const text = texts.get(path)
  if (text === undefined) return unable(request, `the tree has no ${path}`)
  const changed = new Set([name])
  const { environment, layouts } = kernelEnvironment(texts, profile, request.config, parser, changed)
  const root: LiftRoot = { path, text, name }
  const implement = (version: string, definition?: FunctionDefinition) => {
    const instead = new Map(definition === undefined ? [] : [[name, definition] as const])
    const lifted = liftRoots([root], { environment, profile, layouts, changed, instead })
    const unit = liftedUnit(lifted.code)
    const prototype = unit.prototypes.get(name)
    if (prototype === undefined || !unit.module.functions.has(name)) return null
    const info = { version, release, identities: [], config: {}, notes: [] }
    const implementation: Reimplementation = liftedImplementation(unit, name, info)
    return { implementation, prototype }
  }
  const definition = environment.scopeFor(path, text).definition(name)?.definition
  const right = implement('right')
  if (definition === undefined || right === null)
    return unable(request, `${name} cannot be lifted from ${path}`)
  const suites = suitesFor(request, profile, right.prototype)
  const lines = text.split('\n')
  const mutants = mutantsOf(definition).map((mutant): MutantOutcome => {
    const wrong = implement('wrong', mutant.definition)
    const by =
      wrong === null ? null : toldBy(right.implementation, wrong.implementation, suites, profile, request)
    const { kind, change, span } = mutant
    return {
      kind,
      change,
      line: span.line,
      text: (lines[span.line - 1] ?? '').trim(),
      outcome: wrong === null ? 'not-lifted' : by === null ? 'survived' : 'told',
      by,
    }
  })
  const scenarios = suites.reduce((sum, suite) => sum + suite.scenarios.length, 0)
  return ok({ suites: suites.map((suite) => suite.name), scenarios, mutants })
}

/** The suites that drive the function on this architecture, with its scenarios alone; else one by its prototype. */
function suitesFor(
  { path, function: name }: MutantsRequest,
  { name: arch }: ArchProfile,
  prototype: Parameters<typeof prototypeSuite>[0]['prototype'],
): readonly Suite[] {
  const known = libraryWith()
    .suites.filter((suite) => drives(suite, { name }))
    .map((suite) => ({ ...suite, scenarios: suite.scenarios.filter((scenario) => scenario.arch === arch) }))
    .filter(({ scenarios }) => scenarios.length > 0)
  return known.length > 0 ? known : [prototypeSuite({ path, name, prototype, arch })]
}

/** The first scenario in which the two differ; null if there is none. */
function toldBy(
  right: Reimplementation,
  wrong: Reimplementation,
  suites: readonly Suite[],
  profile: ArchProfile,
  { config, executions = MOST_EXECUTIONS }: MutantsRequest,
): string | null {
  const { registry } = libraryWith()
  for (const suite of suites) {
    const whole = { ...profile.config, ...config }
    const sides = sidesOf({ suite, config: whole, before: [right], after: [wrong] }, registry)
    for (const { model, scenarios } of planModels(suite, suite.scenarios, undefined)) {
      const settings = { registry, model, loads: 'each' as const, budget: { executions } }
      for (const scenario of scenarios) {
        const comparisons = [compareScenario(scenario, sides, settings, new Map())]
        const told = compareModels([{ model: model.name, comparisons }], suite.properties).find(
          ({ verdict }) => verdict === 'regressed' || verdict === 'changed' || verdict === 'fixed',
        )
        if (told !== undefined) return `${scenario.id} under ${model.name}: ${told.summary}`
      }
    }
  }
  return null
}

function unable({ path }: MutantsRequest, message: string): Result<never> {
  return fail({ severity: 'error', code: 'mutants-impossible', message, place: { source: path } })
}
