/** A function of a kernel tree, the suites that drive it, and versions of it that differ in one place. */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { ARCH_PROFILES, type ArchProfile, atLeast, type Config } from '../mm/index.js'
import { drives, prototypeSuite, type Suite } from '../suite/index.js'
import { openTree } from '../tree/index.js'
import { loadCParser } from './c-parser.js'
import { kernelArch } from './kernel-config.js'
import { kernelEnvironment } from './kernel-environment.js'
import { libraryWith } from './library.js'
import { releaseOf } from './lifter.js'
import { planModels } from './models.js'
import type { RunnableSuite } from './tell-apart.js'
import { readIncluded } from './tree-sources.js'
import type { LoadedPlugin, TreeName } from './types.js'
import { type Variants, variantsOf } from './variants.js'

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
