/**
 * A function of C and versions of it that differ in one place, lifted alike: what tells the suites that drive it
 * how much they see, and what its parts are there for.
 */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { Environment, FunctionDefinition, Layouts } from '../lift/index.js'
import { type LiftRoot, liftedUnit, liftRoots } from '../match/index.js'
import {
  ARCH_PROFILES,
  type ArchProfile,
  atLeast,
  type Config,
  type CPrototype,
  liftedImplementation,
  type Release,
} from '../mm/index.js'
import type { Reimplementation } from '../reimpl/index.js'
import { drives, prototypeSuite, type Suite } from '../suite/index.js'
import { openTree } from '../tree/index.js'
import { loadCParser } from './c-parser.js'
import { kernelArch } from './kernel-config.js'
import { kernelEnvironment } from './kernel-environment.js'
import { libraryWith } from './library.js'
import { releaseOf } from './lifter.js'
import { type PlannedModel, planModels } from './models.js'
import { readIncluded } from './tree-sources.js'
import type { LoadedPlugin, TreeName } from './types.js'

/** A function, and how to lift other versions of it. */
export interface Variants {
  readonly path: string
  readonly name: string
  readonly definition: FunctionDefinition
  /** Lines of its file. */
  readonly lines: readonly string[]
  /** As it stands. */
  readonly right: Reimplementation
  readonly prototype: CPrototype
  /** Another version of it: `same` where it comes to the same instructions, null where it cannot be lifted. */
  readonly lift: (definition: FunctionDefinition) => Reimplementation | 'same' | null
}

/** What lifting a function takes. */
export interface VariantsRequest {
  readonly root: LiftRoot
  readonly environment: Environment
  readonly layouts: Layouts
  readonly profile: ArchProfile
  /** Functions that are lifted even where the simulated kernel has them. */
  readonly changed: ReadonlySet<string>
  readonly release: Release
  readonly version: string
}

/** The variants of a function; why there are none. */
export function variantsOf(request: VariantsRequest): Variants | string {
  const { root, environment, layouts, profile, changed, release, version } = request
  const { path, name, text } = root
  const implement = (id: string, definition?: FunctionDefinition) => {
    const instead = new Map(definition === undefined ? [] : [[name, definition] as const])
    const lifted = liftRoots([root], { environment, profile, layouts, changed, instead })
    const unit = liftedUnit(lifted.code)
    const prototype = unit.prototypes.get(name)
    const fn = unit.module.functions.get(name)
    if (prototype === undefined || fn === undefined) return null
    const info = { version: id, release, identities: [], config: {}, notes: [] }
    const implementation: Reimplementation = liftedImplementation(unit, name, info)
    // What is compared is what runs: places and names of registers are for people.
    const code = spelled([fn.code, fn.objects?.map(({ bytes, align }) => [bytes, align])])
    return { implementation, prototype, code }
  }
  const definition = environment.scopeFor(path, text).definition(name)?.definition
  const right = implement(version)
  if (definition === undefined || right === null) return `${name} cannot be lifted from ${path}`
  return {
    path,
    name,
    definition,
    lines: text.split('\n'),
    right: right.implementation,
    prototype: right.prototype,
    lift: (other) => {
      const wrong = implement(`${version}~`, other)
      if (wrong === null) return null
      return wrong.code === right.code ? 'same' : wrong.implementation
    },
  }
}

function spelled(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) =>
    key === 'key' && typeof part === 'string' ? '' : typeof part === 'bigint' ? `${part}n` : part,
  )
}

// ---- functions of a tree -------------------------------------------------------------------------------

/** A function of a kernel tree, under a configuration. */
export interface TreeFunction {
  readonly tree: TreeName
  readonly path: string
  readonly function: string
  /** Architecture profile; the default one if left out. */
  readonly arch?: string
  readonly config?: Config
}

/** A function of a tree, and the architecture that it was lifted for. */
export interface TreeVariants extends Variants {
  readonly profile: ArchProfile
}

/** Fails as `openTree` does, or with what keeps the function from being lifted. */
export async function variantsInTree(request: TreeFunction): Promise<Result<TreeVariants>> {
  const { path, function: name } = request
  const wanted = request.arch ?? ARCH_PROFILES[0]?.name
  const profile = ARCH_PROFILES.find((one) => one.name === wanted)
  if (profile === undefined) return fail(unable(request, `there is no architecture ${wanted ?? ''}`))
  const opened = await openTree(request.tree.name, { cwd: request.tree.cwd, environment: process.env })
  if (!opened.ok) return opened
  const texts = new Map<string, string>()
  try {
    const read = await readIncluded(opened.value, kernelArch(profile), [path], texts)
    if (!read.ok) return read
    const release = await releaseOf(opened.value)
    const text = texts.get(path)
    if (text === undefined) return fail(unable(request, `the tree has no ${path}`))
    const changed = new Set([name])
    const { environment, layouts } = kernelEnvironment(
      texts,
      profile,
      request.config,
      await loadCParser(),
      changed,
    )
    const root = { path, text, name }
    const variants = variantsOf({ root, environment, layouts, profile, changed, release, version: 'tree' })
    if (typeof variants === 'string') return fail(unable(request, variants))
    return ok({ ...variants, profile })
  } finally {
    opened.value.close()
  }
}

function unable({ path }: TreeFunction, message: string): Diagnostic {
  return { severity: 'error', code: 'function-unknown', message, place: { source: path } }
}

// ---- suites --------------------------------------------------------------------------------------------

/** A suite with what of it is run on one architecture. */
export interface RunnableSuite {
  readonly suite: Suite
  readonly config: Config
  readonly models: readonly PlannedModel[]
}

/**
 * The suites that drive a function, with the scenarios of its architecture, release and configuration; else one
 * made of its prototype.
 */
export function suitesFor(
  { path, name, prototype, right, profile }: TreeVariants,
  options: {
    readonly config?: Config
    readonly models?: readonly string[]
    readonly plugins?: readonly LoadedPlugin[]
  } = {},
): readonly RunnableSuite[] {
  const arch = profile.name
  const config = { ...profile.config, ...options.config }
  const plan = (suite: Suite): RunnableSuite => {
    const scenarios = suite.scenarios.filter(
      ({ arch: own, since, requires = {} }) =>
        own === arch &&
        (since === undefined || atLeast(right.release, since)) &&
        Object.entries(requires).every(([key, value]) => config[key] === value),
    )
    return { suite, config, models: planModels(suite, scenarios, options.models) }
  }
  const known = libraryWith(options.plugins)
    .suites.filter((suite) => drives(suite, { name }))
    .map(plan)
    .filter(({ models }) => models.length > 0)
  return known.length > 0 ? known : [plan(prototypeSuite({ path, name, prototype, arch }))]
}
