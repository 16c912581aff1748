/**
 * Lifts both sides of a patch's functions from the kernel tree that the patch is for. Headers are read ahead,
 * once for each architecture; what is lifted depends on the profile and the configuration.
 */
import type { Diagnostic } from '../base/index.js'
import { sameCode } from '../compare/index.js'
import { type Environment, findFunctions, type Layouts, type LiftFailure } from '../lift/index.js'
import type { IrFunction } from '../machine/index.js'
import {
  type ChangedFunction,
  type FunctionSide,
  type LiftedRoots,
  type LiftReport,
  liftedUnit,
  liftRoots,
  versionOf,
} from '../match/index.js'
import {
  type ArchProfile,
  type Config,
  type CPrototype,
  type LiftedUnit,
  liftedImplementation,
  type Release,
} from '../mm/index.js'
import type { Reimplementation } from '../reimpl/index.js'
import { drives, pairPrototypes, type Suite } from '../suite/index.js'
import type { KernelTree } from '../tree/index.js'
import { type BuildCondition, buildConditions } from './build-conditions.js'
import { loadCParser } from './c-parser.js'
import { archOf, kernelArch } from './kernel-config.js'
import { configurationOf, kernelEnvironment } from './kernel-environment.js'
import type { TakenPatch } from './take-in.js'
import { readIncluded, type TreeTexts } from './tree-sources.js'
import { type Variants, variantsOf } from './variants.js'

/** A function of one side, lifted. */
export interface LiftedFunctionSide {
  readonly implementation: Reimplementation
  readonly report: LiftReport
  readonly prototype: CPrototype
  readonly unit: LiftedUnit
}

/** Both sides of a function on one architecture, or what stands in the way. */
export type LiftedPair =
  | {
      readonly kind: 'lifted'
      readonly before: LiftedFunctionSide
      readonly after: LiftedFunctionSide
      /** Both sides are the same instructions. */
      readonly isSame: boolean
      /** Versions that end where both sides do the same from there on. */
      readonly ended: { readonly before: Reimplementation; readonly after: Reimplementation }
    }
  | { readonly kind: 'failed'; readonly why: string }

type Side = 'before' | 'after'

/** Readings of the headers that are kept, each under a configuration of its own: they are large. */
const MOST_ENVIRONMENTS = 3

/** Lifts out of one tree. */
export class Lifter {
  readonly #tree: KernelTree
  /** Texts of the tree by architecture. */
  readonly #texts = new Map<string, TreeTexts>()
  readonly #makefiles = new Map<string, Promise<string | null>>()
  #release: Release | null = null
  readonly diagnostics: Diagnostic[] = []

  constructor(tree: KernelTree) {
    this.#tree = tree
  }

  /**
   * Reads what lifting the functions of a patch on these profiles takes. The result lifts without waiting.
   */
  async open(taken: TakenPatch, profiles: readonly ArchProfile[]): Promise<PatchLifter> {
    this.#release ??= await releaseOf(this.#tree)
    const sides = [textsOf('before', taken), textsOf('after', taken)]
    for (const arch of new Set(profiles.map(kernelArch))) {
      const texts = this.#texts.get(arch) ?? new Map<string, string>()
      this.#texts.set(arch, texts)
      // A patch may add to what a file includes, or take away from it: both texts are asked.
      for (const side of sides) {
        const patched = new Map([...texts, ...side])
        const read = await readIncluded(this.#tree, arch, [...side.keys()], patched)
        if (!read.ok) this.diagnostics.push(read.error)
        for (const [path, text] of patched) if (!side.has(path)) texts.set(path, text)
      }
    }
    return new PatchLifter(taken, this.#texts, await loadCParser(), this.#release, await this.#builds(taken))
  }

  /** What the tree's makefiles ask for before they build the files of a patch. */
  async #builds({ patch }: TakenPatch): Promise<ReadonlyMap<string, readonly BuildCondition[]>> {
    // The files of a patch share their folders' makefiles.
    const read = (path: string): Promise<string | null> => {
      const text = this.#makefiles.get(path) ?? textAt(this.#tree, path)
      this.#makefiles.set(path, text)
      return text
    }
    const builds = new Map<string, readonly BuildCondition[]>()
    for (const { path } of patch.files) builds.set(path, await buildConditions(path, read))
    return builds
  }
}

/** Callers of a changed function, and theirs: those of another text may know nothing of what the patch is about. */
const CALLERS_UP = 2

/** Lifts the functions of one patch. */
export class PatchLifter {
  readonly #taken: TakenPatch
  readonly #texts: ReadonlyMap<string, TreeTexts>
  readonly #parser: Awaited<ReturnType<typeof loadCParser>>
  readonly #release: Release
  /** By path, what has to be set for a file to be built. */
  readonly builds: ReadonlyMap<string, readonly BuildCondition[]>
  readonly #environments = new Map<string, Record<Side, Environment> & { readonly layouts: Layouts }>()
  readonly #roots = new Map<string, LiftedRoots>()
  /** By architecture profile, what configuration C was lifted under, in words. */
  readonly configurations = new Map<string, string>()

  constructor(
    taken: TakenPatch,
    texts: ReadonlyMap<string, TreeTexts>,
    parser: Awaited<ReturnType<typeof loadCParser>>,
    release: Release,
    builds: ReadonlyMap<string, readonly BuildCondition[]>,
  ) {
    this.#taken = taken
    this.#texts = texts
    this.#parser = parser
    this.#release = release
    this.builds = builds
  }

  /** The values that C is lifted under. */
  configOf(profile: ArchProfile, given: Config): Config {
    const texts = this.#texts.get(kernelArch(profile)) ?? new Map<string, string>()
    return configurationOf(texts, profile, given).values
  }

  /** Both sides of a changed function. `all` are those that change with it. */
  lift(
    changed: ChangedFunction,
    all: readonly ChangedFunction[],
    profile: ArchProfile,
    config: Config,
  ): LiftedPair {
    // What another architecture has under the same name does not change here.
    const own = all.filter(({ path }) => (archOf(path) ?? kernelArch(profile)) === kernelArch(profile))
    const names = new Set(own.flatMap(({ name, previousName }) => [name, previousName ?? name]))
    const before = this.#side('before', changed.before, names, profile, config)
    if (typeof before === 'string') return { kind: 'failed', why: `before: ${before}` }
    const after = this.#side('after', changed.after, names, profile, config)
    if (typeof after === 'string') return { kind: 'failed', why: `after: ${after}` }
    // Calls that differ make equal code do different things.
    const code = pairPrototypes(before.prototype, after.prototype).isSame
      ? sameCode(
          { module: before.unit.module, name: before.implementation.name },
          { module: after.unit.module, name: after.implementation.name },
        )
      : null
    const ended = {
      before: code === null ? before.implementation : withCode(before, code.before),
      after: code === null ? after.implementation : withCode(after, code.after),
    }
    return { kind: 'lifted', before, after, isSame: code?.isWhole ?? false, ended }
  }

  /** The after version of a changed function, and how to lift others of it; `changed` are all that change with it. */
  variants(
    { after }: ChangedFunction,
    changed: ReadonlySet<string>,
    profile: ArchProfile,
    config: Config,
  ): Variants | string {
    if (after === null) return 'there is no such function after the patch'
    const { path, name } = after
    const text = textsOf('after', this.#taken).get(path)
    if (text === undefined) return `the text of ${path} is not at hand`
    const { layouts, after: environment } = this.#environment(profile, config, changed)
    const root = { path, text, name }
    const version = versionOf(text)
    return variantsOf({ root, environment, layouts, profile, changed, release: this.#release, version })
  }

  /**
   * The functions of the changed function's file that call it and that one of the suites has a part for, lifted on
   * both sides, and those that the patch adds; none of them where one cannot be lifted.
   */
  callers(
    changed: ChangedFunction,
    all: readonly ChangedFunction[],
    suites: readonly Suite[],
    profile: ArchProfile,
    config: Config,
  ): { readonly before: readonly Reimplementation[]; readonly after: readonly Reimplementation[] } {
    const names = new Set(all.flatMap(({ name, previousName }) => [name, previousName ?? name]))
    const added = new Set(all.flatMap(({ name, before }) => (before === null ? name : [])))
    const lifted = { before: [] as Reimplementation[], after: [] as Reimplementation[] }
    for (const which of ['before', 'after'] as const) {
      const side = changed[which]
      const text = side === null ? undefined : textsOf(which, this.#taken).get(side.path)
      if (side === null || text === undefined) return { before: [], after: [] }
      const parts = findFunctions(text).filter((one) => suites.some((suite) => drives(suite, one)))
      let below = new Set([side.name])
      for (let up = 0; up < CALLERS_UP; up++) {
        const found = parts.filter(({ name }) => which === 'after' && up === 0 && added.has(name))
        const above = parts.filter((one) => !names.has(one.name) && callsOneOf(one, below))
        for (const { name } of [...found, ...above]) {
          if (lifted[which].some((one) => one.name === name)) continue
          const made = this.#side(which, { ...side, name }, names, profile, config)
          if (typeof made === 'string') return { before: [], after: [] }
          // What a caller takes from functions that nobody knows is better known by hand.
          if (added.has(name) || made.report.opaque.length === 0) lifted[which].push(made.implementation)
        }
        below = new Set(above.map(({ name }) => name))
      }
    }
    return lifted
  }

  #side(
    which: Side,
    side: FunctionSide | null,
    changed: ReadonlySet<string>,
    profile: ArchProfile,
    config: Config,
  ): LiftedFunctionSide | string {
    if (side === null) return 'there is no such function'
    const text = textsOf(which, this.#taken).get(side.path)
    if (text === undefined) return `the text of ${side.path} is not at hand`
    const key = [which, profile.name, JSON.stringify(config), side.path, side.name].join('\0')
    const { layouts, ...environments } = this.#environment(profile, config, changed)
    const roots = [{ path: side.path, text, name: side.name }]
    const lifted =
      this.#roots.get(key) ??
      liftRoots(roots, { environment: environments[which], profile, layouts, changed })
    this.#roots.set(key, lifted)
    const report = lifted.lifted.find(({ name }) => name === side.name)
    if (report === undefined) return failureText(lifted, side.name)
    const unit = liftedUnit(lifted.code)
    const prototype = unit.prototypes.get(side.name)
    if (prototype === undefined) return `the prototype of ${side.name} is not known`
    return {
      unit,
      implementation: liftedImplementation(unit, side.name, {
        version: versionOf(text),
        release: this.#release,
        identities: [],
        config: {},
        notes: report.notes.map(({ line, text }) => `line ${line}: ${text}`),
        ...(report.layout === undefined ? {} : { layout: report.layout }),
      }),
      report,
      prototype,
    }
  }

  /** What the headers say on each side: of the tree, with the patch's own texts in their place. */
  #environment(
    profile: ArchProfile,
    config: Config,
    changed: ReadonlySet<string>,
  ): Record<Side, Environment> & { readonly layouts: Layouts } {
    const key = [profile.name, JSON.stringify(config)].join('\0')
    const known = this.#environments.get(key)
    if (known !== undefined) return known
    const texts = this.#texts.get(kernelArch(profile)) ?? new Map<string, string>()
    const { environment, layouts, configuration } = kernelEnvironment(
      texts,
      profile,
      config,
      this.#parser,
      changed,
    )
    this.configurations.set(profile.name, configuration)
    const made = {
      before: environment.withFiles(textsOf('before', this.#taken)),
      after: environment.withFiles(textsOf('after', this.#taken)),
      layouts,
    }
    this.#environments.set(key, made)
    // Functions come file by file: what an earlier file asked for is not asked for again.
    const [oldest] = this.#environments.keys()
    if (this.#environments.size > MOST_ENVIRONMENTS && oldest !== undefined) this.#environments.delete(oldest)
    return made
  }
}

/** The implementation with other code of its own. */
function withCode({ unit, implementation }: LiftedFunctionSide, fn: IrFunction): Reimplementation {
  const functions = new Map(unit.module.functions).set(implementation.name, fn)
  const { name, version, release, identities, config, notes } = implementation
  const other = { ...unit, module: { ...unit.module, functions } }
  return liftedImplementation(other, name, { version, release, identities, config, notes })
}

/** True if a function's body calls one of these. */
function callsOneOf(
  { text, name }: { readonly text: string; readonly name: string },
  names: ReadonlySet<string>,
): boolean {
  const body = text.slice(text.indexOf('{'))
  return [...names].some((other) => other !== name && new RegExp(`\\b${other}\\s*\\(`).test(body))
}

/** The texts that a patch's files, and those of the series before it, have on one side, as far as they are known. */
function textsOf(which: Side, { patch, images, series }: TakenPatch): Map<string, string> {
  const texts = new Map<string, string>(series)
  for (const [i, file] of patch.files.entries()) {
    const text = images?.[i]?.[which] ?? null
    if (text !== null) texts.set(which === 'before' ? (file.previousPath ?? file.path) : file.path, text)
  }
  return texts
}

function failureText({ failures }: LiftedRoots, name: string): string {
  const failure: (LiftFailure & { readonly path: string }) | undefined = failures.find(
    (one) => one.function === name,
  )
  if (failure === undefined) return `${name} is not lifted`
  const place = failure.line === 0 ? failure.path : `${failure.path}:${failure.line}`
  return `${name} cannot be lifted: ${failure.construct} (${place})`
}

/** The text of a file; null where the tree has none that can be read. */
async function textAt(tree: KernelTree, path: string): Promise<string | null> {
  const found = await tree.read(path)
  return found.ok && found.value !== null ? Buffer.from(found.value).toString('latin1') : null
}

/** Whose primitives are simulated where a tree does not say what it is. */
const NEWEST: Release = '6.12'

/** The release that a tree's Makefile names; the newest primitives where it names none. */
export async function releaseOf(tree: KernelTree): Promise<Release> {
  const text = (await textAt(tree, 'Makefile')) ?? ''
  const version = /^VERSION\s*=\s*(\d+)/m.exec(text)?.[1]
  const level = /^PATCHLEVEL\s*=\s*(\d+)/m.exec(text)?.[1]
  return version === undefined || level === undefined ? NEWEST : `${version}.${level}`
}
