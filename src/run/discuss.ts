/**
 * `kreplay run --discuss`: a thread without a patch of its own. The functions that its text names are run as they
 * are, by their suites, and what these show is said: hazards, and the values of what is observed. Nothing is
 * compared, so nothing gets a verdict.
 */
import type { Diagnostic } from '../base/index.js'
import { type Coverage, DEFAULT_BUDGET, explore, formatSchedule } from '../explore/index.js'
import { implementationId } from '../machine/index.js'
import type { Message } from '../mail/index.js'
import { liftedUnit, liftRoots, makeSide, newestRelease, versionOf } from '../match/index.js'
import { ARCH_PROFILES, type ArchProfile, atLeast, liftedImplementation } from '../mm/index.js'
import { byName, isCompiled, type Reimplementation } from '../reimpl/index.js'
import type { DiscussedFunction, ReportDiscussion, ShownBySuite, ShownHazard } from '../report/index.js'
import { drives, prototypeSuite, type Scenario, type Suite } from '../suite/index.js'
import type { KernelTree } from '../tree/index.js'
import { loadCParser } from './c-parser.js'
import { kernelArch } from './kernel-config.js'
import { kernelEnvironment } from './kernel-environment.js'
import type { Library } from './library.js'
import { releaseOf } from './lifter.js'
import { planModels } from './models.js'
import {
  archIn,
  type Definition,
  definitionsIn,
  drivenNames,
  knownToSuites,
  type Named,
  namesIn,
} from './named-functions.js'
import { readIncluded } from './tree-sources.js'
import type { RunControl, RunRequest } from './types.js'

/** Functions that are run at most, those that the mails themselves speak of first. */
const MOST_FUNCTIONS = 12
/** Functions that are lifted at most: some of them cannot be run. */
const MOST_LIFTED = 20
/** Names that are looked for in a tree at most. */
const MOST_NAMES = 60
/** Seconds for all suites together, unless the request says otherwise. */
const SECONDS = 4
/** Executions of one scenario, unless the request says otherwise. */
const EXECUTIONS = 4_000

export interface Discussed {
  readonly discussion: ReportDiscussion
  readonly diagnostics: readonly Diagnostic[]
}

export interface DiscussRequest {
  readonly messages: readonly Message[]
  readonly request: RunRequest
  readonly library: Library
  readonly tree: KernelTree | null
  readonly control: RunControl
}

/** A function that can be run: by hand-written code, or lifted. */
interface Runnable {
  readonly named: Named
  readonly implementation: Reimplementation
  /** The texts of several releases, where code for them was written; the newest first. */
  readonly texts: readonly Reimplementation[]
  readonly suites: readonly Suite[]
  readonly profile: ArchProfile
  readonly notes: readonly string[]
}

/** Runs what the mails name. Never throws on bad input. */
export async function discuss(asked: DiscussRequest): Promise<Discussed> {
  const { messages, request, library, tree } = asked
  const diagnostics: Diagnostic[] = []
  const names = namesIn(messages)
  const wanted = (name: string): boolean => request.functions?.includes(name) ?? true
  const known = knownToSuites(names, drivenNames(library)).filter(({ name }) => wanted(name))
  const archs = [...new Set(ARCH_PROFILES.map(kernelArch))]
  const arch = request.arch?.[0]?.replace(/-.*/, '') ?? archIn(messages, archs)
  const others = byWeight([...names.values()]).filter(({ name }) => wanted(name))
  const sought = [...new Set([...known, ...others.slice(0, MOST_NAMES)].map(({ name }) => name))]
  const defined = tree === null ? new Map<string, Definition>() : await definitionsIn(tree, sought, arch)
  const candidates = byWeight(
    [...names.values(), ...known].filter(
      (named, i, all) =>
        wanted(named.name) &&
        (defined.has(named.name) || known.some(({ name }) => name === named.name)) &&
        all.findIndex(({ name }) => name === named.name) === i,
    ),
  )
  const lifted =
    tree === null
      ? new Map<string, Lifted>()
      : await liftAll(asked, tree, defined, candidates, arch, diagnostics)
  const functions: DiscussedFunction[] = []
  const runnable: Runnable[] = []
  for (const named of candidates) {
    const one =
      runnable.length < MOST_FUNCTIONS
        ? runnableOf(named, asked, lifted.get(named.name))
        : 'named less often than others'
    const { name, places, mentions } = named
    const family = named.family === null ? [] : [`the text says ${named.family}`]
    const path = defined.get(name)?.path ?? byName(library.registry, name)[0]?.path ?? null
    if (typeof one === 'string') {
      functions.push({ name, path, places, mentions, implementation: null, notes: [...family, one] })
      continue
    }
    runnable.push(one)
    const implementation = implementationId(one.implementation)
    const own = one.implementation.path
    functions.push({ name, path: own, places, mentions, implementation, notes: [...family, ...one.notes] })
  }
  return { discussion: { functions, shown: showAll(runnable, asked) }, diagnostics }
}

/** What the mails themselves speak of goes before what they quote. */
function byWeight(list: readonly Named[]): Named[] {
  return [...list].sort(
    (a, b) => Math.sign(b.own) - Math.sign(a.own) || b.mentions - a.mentions || (a.name < b.name ? -1 : 1),
  )
}

/** How a function is run, or why it is not. Its C goes before what was written by hand, unless that is preferred. */
function runnableOf(
  named: Named,
  { library, request }: DiscussRequest,
  lifted: Lifted | undefined,
): Runnable | string {
  const suites = library.suites.filter((suite) => drives(suite, named))
  const texts = newestFirst(byName(library.registry, named.name))
  const [written] = texts
  if (lifted?.kind === 'lifted' && (written === undefined || request.prefer !== 'reimpl')) {
    const { implementation, profile, opaque } = lifted
    const own = suites.filter(({ scenarios }) => scenarios.some((scenario) => scenario.arch === profile.name))
    if (own.length === 0 && lifted.suite.scenarios.length < 2)
      return 'nothing that it takes makes a difference here'
    const notes = opaque.length === 0 ? [] : [`opaque callees: ${opaque.join(', ')}`]
    return {
      named,
      implementation,
      texts: [implementation],
      suites: own.length > 0 ? own : [lifted.suite],
      profile,
      notes,
    }
  }
  if (written === undefined)
    return lifted?.kind === 'failed' ? lifted.why : 'nothing stands for it: name a tree with --tree'
  const profile = ARCH_PROFILES.find(
    ({ name, config }) =>
      (request.arch?.includes(name) ?? true) &&
      isCompiled(written, { ...config, ...request.config }) &&
      suites.some(({ scenarios }) => scenarios.some(({ arch }) => arch === name)),
  )
  if (profile === undefined) return 'no suite drives it'
  return { named, implementation: written, texts, suites, profile, notes: [] }
}

/** Those that stand for a text before those that were written from a description, which run only by themselves. */
function newestFirst(list: readonly Reimplementation[]): Reimplementation[] {
  const known = list.filter(({ identities }) => identities.length > 0)
  return [...(known.length > 0 ? known : list)].sort((a, b) =>
    a.release === b.release ? 0 : atLeast(a.release, b.release) ? -1 : 1,
  )
}

// ---- lifting -------------------------------------------------------------------------------------------

type Lifted =
  | {
      readonly kind: 'lifted'
      readonly implementation: Reimplementation
      readonly suite: Suite
      readonly profile: ArchProfile
      readonly opaque: readonly string[]
    }
  | { readonly kind: 'failed'; readonly why: string }

async function liftAll(
  { request }: DiscussRequest,
  tree: KernelTree,
  defined: ReadonlyMap<string, Definition>,
  candidates: readonly Named[],
  arch: string,
  diagnostics: Diagnostic[],
): Promise<Map<string, Lifted>> {
  const lifted = new Map<string, Lifted>()
  const roots = candidates.slice(0, MOST_LIFTED).flatMap(({ name }) => {
    const definition = defined.get(name)
    return definition === undefined ? [] : [{ name, ...definition }]
  })
  if (roots.length === 0) return lifted
  const given = ARCH_PROFILES.find(({ name }) => request.arch?.includes(name))
  const profile = given ?? ARCH_PROFILES.find((one) => kernelArch(one) === arch)
  if (profile === undefined) return lifted
  const texts = new Map<string, string>()
  const read = await readIncluded(
    tree,
    kernelArch(profile),
    roots.map(({ path }) => path),
    texts,
  )
  if (!read.ok) {
    diagnostics.push(read.error)
    return lifted
  }
  const info = { release: await releaseOf(tree), identities: [], config: {}, notes: [] }
  const parser = await loadCParser()
  // Together, so that they call one another; what cannot be lifted is opaque to the others.
  const lift = () => {
    const changed = new Set(roots.map(({ name }) => name))
    const { environment, layouts } = kernelEnvironment(texts, profile, request.config, parser, changed)
    return liftRoots(roots, { environment, profile, layouts, changed })
  }
  let result = lift()
  // What they call in other files of the architecture belongs to them.
  const opaque = [...new Set(result.lifted.flatMap((one) => one.opaque))]
  const more = [...(await definitionsIn(tree, opaque, arch))].filter(([, { path }]) =>
    path.startsWith('arch/'),
  )
  if (more.length > 0) {
    roots.push(...more.map(([name, definition]) => ({ name, ...definition })))
    const also = await readIncluded(
      tree,
      kernelArch(profile),
      more.map(([, { path }]) => path),
      texts,
    )
    if (also.ok) result = lift()
  }
  const unit = liftedUnit(result.code)
  for (const { name, path, text } of roots) {
    const prototype = unit.prototypes.get(name)
    const report = result.lifted.find((one) => one.name === name)
    if (prototype === undefined || report === undefined) {
      const failure = result.failures.find((one) => one.function === name)
      const why = failure === undefined ? 'it is not lifted' : `it cannot be lifted: ${failure.construct}`
      lifted.set(name, { kind: 'failed', why })
      continue
    }
    lifted.set(name, {
      kind: 'lifted',
      implementation: liftedImplementation(unit, name, { ...info, version: versionOf(text) }),
      suite: prototypeSuite({ path, name, prototype, arch: profile.name }),
      profile,
      opaque: report.opaque,
    })
  }
  return lifted
}

// ---- running -------------------------------------------------------------------------------------------

/** Functions that one suite runs together. */
interface Group {
  readonly suite: Suite
  readonly profile: ArchProfile
  readonly functions: Runnable[]
  /** Set where the functions have texts of several releases, and these are those of one. */
  readonly release?: string
}

/** The functions as of the newest release of their texts, and of the oldest that all of them have a text of. */
function asOfReleases(group: Group): Group[] {
  const { functions } = group
  const [latest] = newestFirst(functions.flatMap(({ texts }) => texts))
  const [oldest] = newestFirst(functions.flatMap(({ texts }) => texts.at(-1) ?? []))
  const releases = [...new Set([latest, oldest].flatMap((text) => text?.release ?? []))]
  if (releases.length < 2) return [group]
  return releases.map((release) => ({
    ...group,
    release,
    functions: functions.flatMap((one) => {
      const text = one.texts.find((candidate) => atLeast(release, candidate.release))
      return text === undefined ? [] : [{ ...one, implementation: text }]
    }),
  }))
}

function showAll(runnable: readonly Runnable[], asked: DiscussRequest): ShownBySuite[] {
  const groups: Group[] = []
  for (const one of runnable) {
    for (const suite of one.suites) {
      const known = groups.find((group) => group.suite === suite && group.profile === one.profile)
      if (known !== undefined) known.functions.push(one)
      else groups.push({ suite, profile: one.profile, functions: [one] })
    }
  }
  const { request, control } = asked
  const seconds = request.budget?.seconds ?? SECONDS
  const started = control.now?.() ?? 0
  const parts = groups.flatMap(asOfReleases)
  return parts.flatMap((group, i) => {
    // What one suite leaves of its share is there for those after it.
    const until = started + (seconds * 1000 * (i + 1)) / parts.length
    const expired = (): boolean =>
      control.interrupted?.() === true || (control.now !== undefined && control.now() > until)
    return show(group, asked, seconds, expired)
  })
}

function show(
  { suite, profile, functions, release }: Group,
  { request, library }: DiscussRequest,
  seconds: number,
  expired: () => boolean,
): ShownBySuite[] {
  const config = { ...profile.config, ...request.config }
  const changed = functions.map(({ implementation }) => implementation)
  const base = release ?? newestRelease(changed, '0')
  const side = makeSide({ registry: library.registry, suite, config, base, changed })
  const scenarios = suite.scenarios.filter(
    (scenario) =>
      scenario.arch === profile.name &&
      (scenario.since === undefined || atLeast(base, scenario.since)) &&
      scenario.assumes === undefined &&
      Object.entries(scenario.requires ?? {}).every(([name, value]) => config[name] === value),
  )
  return planModels(suite, scenarios, request.model).flatMap(({ model, scenarios: planned }) => {
    const shown = new Showing()
    const executions = request.budget?.executions ?? Math.min(EXECUTIONS, DEFAULT_BUDGET.executions)
    for (const scenario of [...planned].sort((a, b) => a.threads - b.threads)) {
      if (expired()) {
        shown.bound({ kind: 'bounded', by: 'time', limit: seconds })
        break
      }
      const built = scenario.build(side)
      const outcome = explore(built.program, {
        model,
        loads: request.loads ?? 'once',
        plain: request.plain ?? (model.marks ? 'once' : 'as-written'),
        budget: { executions, seconds, expired },
        detectors: built.detectors,
        observe: built.observe,
      })
      shown.add(scenario, outcome)
    }
    if (shown.isEmpty) return []
    return {
      functions: functions.map(({ named }) => named.name),
      ...(release === undefined ? {} : { release }),
      suite: suite.name,
      arch: profile.name,
      model: model.name,
      of: planned.length,
      ...shown.result(suite),
    }
  })
}

/** What the scenarios of one suite showed so far. */
class Showing {
  #scenarios = 0
  #executions = 0
  #coverage: Coverage = { kind: 'exhaustive' }
  readonly #hazards = new Map<string, ShownHazard>()
  readonly #values = new Map<string, Map<string, { scenarios: number; readonly scenario: string }>>()

  get isEmpty(): boolean {
    return this.#scenarios === 0
  }

  bound(coverage: Coverage): void {
    if (this.#coverage.kind === 'exhaustive') this.#coverage = coverage
  }

  add(scenario: Scenario, outcome: ReturnType<typeof explore>): void {
    this.#scenarios++
    this.#executions += outcome.executions
    this.bound(outcome.coverage)
    for (const [hazard, { hazard: one, decisions }] of outcome.hazards) {
      const known = this.#hazards.get(hazard)
      this.#hazards.set(hazard, {
        ...(known ?? {
          hazard,
          text: one.text,
          scenario: scenario.id,
          schedule: formatSchedule(decisions),
          needs: scenario.needs,
        }),
        scenarios: (known?.scenarios ?? 0) + 1,
      })
    }
    const seen = new Map<string, Set<string>>()
    for (const { observation, hazards } of outcome.behaviours.values()) {
      if (hazards.length > 0) continue
      for (const [property, value] of Object.entries(observation)) {
        const values = seen.get(property) ?? new Set<string>()
        values.add(value)
        seen.set(property, values)
      }
    }
    for (const [property, values] of seen) {
      const known = this.#values.get(property) ?? new Map()
      this.#values.set(property, known)
      for (const value of values) {
        const entry = known.get(value) ?? { scenarios: 0, scenario: scenario.id }
        entry.scenarios++
        known.set(value, entry)
      }
    }
  }

  result({
    properties,
  }: Suite): Pick<ShownBySuite, 'scenarios' | 'executions' | 'coverage' | 'hazards' | 'observed'> {
    const telling = properties.filter(({ detail }) => detail !== true).map(({ name }) => name)
    return {
      scenarios: this.#scenarios,
      executions: this.#executions,
      coverage: this.#coverage,
      hazards: [...this.#hazards.values()],
      observed: telling.flatMap((property) => {
        const values = [...(this.#values.get(property) ?? [])].map(([value, one]) => ({ value, ...one }))
        values.sort((a, b) => b.scenarios - a.scenarios)
        return values.length === 0 ? [] : [{ property, values }]
      }),
    }
  }
}
