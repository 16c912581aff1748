/**
 * Step 4 of a run: what is explored for a patch. A suite is run when every function of it that the patch
 * changes has an implementation on both sides: half of a patch would answer a question nobody asked.
 */
import { type FunctionMatch, functionOfMissing, type Resolution, textOf } from '../match/index.js'
import { ARCH_PROFILES, type ArchProfile, atLeast, type Config, PRIMITIVES } from '../mm/index.js'
import type { FileDiff } from '../patch/index.js'
import { isCompiled, type Reimplementation } from '../reimpl/index.js'
import { drives, type Scenario, type Suite } from '../suite/index.js'
import { archOf, kernelArch } from './kernel-config.js'
import { type PlannedModel, planModels } from './models.js'
import type { RunRequest } from './types.js'

/** A changed function with both sides at hand. */
export interface MappedFunction {
  readonly match: FunctionMatch
  readonly before: Extract<Resolution, { kind: 'implementation' }>
  readonly after: Extract<Resolution, { kind: 'implementation' }>
}

/** One suite on one architecture, for the functions that are compiled there. */
export interface PlannedSuite {
  readonly suite: Suite
  readonly profile: ArchProfile
  readonly config: Config
  readonly functions: readonly MappedFunction[]
  /** What the patch adds behind them. */
  readonly added: readonly Reimplementation[]
  /** All that are explored under some model. */
  readonly scenarios: readonly Scenario[]
  /** Which of them under which, the strongest model first. */
  readonly models: readonly PlannedModel[]
}

/** A changed function that is not run, and why. */
export interface NotRun {
  readonly match: FunctionMatch
  readonly verdict: 'unmapped' | 'inconclusive'
  readonly why: string
}

export interface Plan {
  readonly suites: readonly PlannedSuite[]
  readonly notRun: readonly NotRun[]
}

/**
 * Decides for every changed function of a patch where it is run, or why it is not. `files` tell which functions
 * the patch changes in hunks that are missing.
 */
export function planPatch(
  matches: readonly FunctionMatch[],
  files: readonly FileDiff[],
  request: RunRequest,
): Plan {
  const notRun: NotRun[] = []
  const mapped: MappedFunction[] = []
  const added: FunctionMatch[] = []
  for (const match of matches) {
    if (match.changed.change.includes('comment-only')) continue
    if (isNewPart(match)) {
      added.push(match)
      continue
    }
    const both = bothSides(match)
    if (typeof both === 'string') notRun.push({ match, verdict: 'unmapped', why: both })
    else if (match.suites.length === 0)
      notRun.push({
        match,
        verdict: 'unmapped',
        why: match.notDriven ?? `no suite drives ${match.changed.name}`,
      })
    else mapped.push(both)
  }
  for (const match of added) {
    // It runs where the functions that call it do.
    if (mapped.some((one) => sharesSuite(one.match, match) && runsWith(match, one))) continue
    notRun.push({ match, verdict: 'unmapped', why: `before: ${whyNot(match.before)}` })
  }
  const refused = new Set<MappedFunction>()
  const missing = files.flatMap((file) => file.missing.map(functionOfMissing))
  for (const one of mapped) {
    const partner = notRun.find(
      ({ match }) =>
        isCompiledSomewhere(match) && (match.changed.name in PRIMITIVES || sharesSuite(match, one.match)),
    )
    const gone = missing.find((name) => one.match.suites.some((suite) => drives(suite, { name })))
    const half =
      partner === undefined
        ? gone && `${gone}, which changes with it, has a hunk that is missing`
        : `${partner.match.changed.name}, which changes with it, has no implementation`
    if (half === undefined) continue
    refused.add(one)
    notRun.push({ match: one.match, verdict: 'inconclusive', why: `${half}: half of the patch is not run` })
  }
  const runnable = mapped.filter((one) => !refused.has(one))
  const suites = new Set(runnable.flatMap(({ match }) => match.suites))
  const folders = new Set(files.flatMap(({ path }) => archOf(path) ?? []))
  return {
    suites: [...suites].flatMap((suite) => planSuite(suite, runnable, added, request, folders)),
    notRun,
  }
}

/** A function that the patch adds and that a suite has a part for. */
function isNewPart({ changed, before, suites }: FunctionMatch): boolean {
  return changed.before === null && before.kind === 'none' && suites.length > 0
}

/** True if something stands for the new function, or it was lifted with one that calls it. */
function runsWith(added: FunctionMatch, { match }: MappedFunction): boolean {
  return (
    added.after.kind === 'implementation' || (match.lifted !== undefined && calls(match, added.changed.name))
  )
}

/** False for what belongs to an architecture that has no profile: it has no part in what is run. */
function isCompiledSomewhere({ changed }: FunctionMatch): boolean {
  const arch = archOf(changed.path)
  return arch === undefined || ARCH_PROFILES.some((profile) => kernelArch(profile) === arch)
}

function sharesSuite(one: FunctionMatch, other: FunctionMatch): boolean {
  return one.suites.some((suite) => other.suites.includes(suite))
}

function whyNot(resolution: Resolution): string {
  return resolution.kind === 'none' ? resolution.why : ''
}

function bothSides(match: FunctionMatch): MappedFunction | string {
  const { before, after } = match
  if (before.kind === 'none') return `before: ${before.why}`
  if (after.kind === 'none') return `after: ${after.why}`
  return { match, before, after }
}

/** The suite on each of its architectures, with the functions that are compiled there. */
function planSuite(
  suite: Suite,
  mapped: readonly MappedFunction[],
  added: readonly FunctionMatch[],
  request: RunRequest,
  folders: ReadonlySet<string>,
): PlannedSuite[] {
  const own = mapped.filter(({ match }) => match.suites.includes(suite))
  const planned: PlannedSuite[] = []
  for (const profile of profilesFor(suite, own, request, folders)) {
    const config = { ...profile.config, ...request.config }
    const functions = own.filter((one) => compiled(one, config) && isFor(one, profile))
    const scenarios = suite.scenarios.filter(
      (scenario) =>
        scenario.arch === profile.name &&
        existed(scenario, functions) &&
        Object.entries(scenario.requires ?? {}).every(([name, value]) => config[name] === value) &&
        keepsActors(scenario, request.without ?? []) &&
        isUnder(scenario, request.locks) &&
        !(scenario.reducedBlocks === true && functions.some(({ match }) => match.lifted !== undefined)),
    )
    const parts = added.flatMap(({ suites, after }) =>
      suites.includes(suite) && after.kind === 'implementation' && isCompiled(after.implementation, config)
        ? [after.implementation]
        : [],
    )
    const models = planModels(suite, scenarios, request.model)
    if (functions.length > 0 && models.length > 0)
      planned.push({ suite, profile, config, functions, added: parts, scenarios, models })
  }
  return planned
}

/** What was lifted was lifted for one architecture. */
function isFor({ match }: MappedFunction, profile: ArchProfile): boolean {
  return match.lifted === undefined || match.lifted.profile === profile
}

/**
 * Those asked for; else for each function the first that it is compiled on, and the first of each architecture
 * whose files the patch changes.
 */
function profilesFor(
  suite: Suite,
  own: readonly MappedFunction[],
  request: RunRequest,
  folders: ReadonlySet<string>,
): ArchProfile[] {
  const lifted = own.flatMap(({ match }) => match.lifted?.profile ?? [])
  if (lifted.length > 0) return [...new Set(lifted)]
  const available = ARCH_PROFILES.filter(({ name }) => suite.scenarios.some(({ arch }) => arch === name))
  if (request.arch !== undefined) return available.filter(({ name }) => request.arch?.includes(name))
  const wanted = new Set<ArchProfile>()
  for (const one of own) {
    const first = available.find(({ config }) => compiled(one, { ...config, ...request.config }))
    if (first !== undefined) wanted.add(first)
  }
  for (const folder of folders) {
    const ofFolder = available.filter((profile) => kernelArch(profile) === folder)
    const [first] = ofFolder
    if (first !== undefined && !ofFolder.some((profile) => wanted.has(profile))) wanted.add(first)
  }
  return available.filter((profile) => wanted.has(profile))
}

function compiled({ before, after }: MappedFunction, config: Config): boolean {
  return isCompiled(before.implementation, config) && isCompiled(after.implementation, config)
}

/** True if the kernel that the patch was made for can have the scenario's world. */
function existed({ since, words = [] }: Scenario, functions: readonly MappedFunction[]): boolean {
  if (since === undefined) return true
  return functions.some(
    (one) => atLeast(one.before.implementation.release, since) || words.some((word) => says(one.match, word)),
  )
}

/** True if the function's new text calls another. */
function calls({ changed: { after } }: FunctionMatch, name: string): boolean {
  return after !== null && new RegExp(`\\b${name}\\s*\\(`).test(textOf(after))
}

/** True if the text of the function, before or after, says the word. */
function says({ changed }: FunctionMatch, word: string): boolean {
  const said = new RegExp(`\\b${word}\\b`)
  return [changed.before, changed.after].some((side) => side !== null && said.test(textOf(side)))
}

function keepsActors(scenario: Scenario, without: readonly string[]): boolean {
  const actors = (scenario.facets['actor'] ?? '').split(/[|+]/).map((name) => name.replace(/\.p\d+$/, ''))
  return !actors.some((name) => without.includes(name))
}

/** True if the world's caller holds one of the locks; a world that is not about a caller's lock is kept. */
function isUnder({ facets }: Scenario, locks: readonly string[] | undefined): boolean {
  const { lock } = facets
  if (locks === undefined || lock === undefined) return true
  return locks.some((wanted) => lock === wanted || lock.replace(/\(.*/, '') === wanted)
}

/** Unchanged functions that call changed ones, lifted with them: those of other texts might not call them. */
export function callersOf(
  functions: readonly MappedFunction[],
  side: 'before' | 'after',
): Reimplementation[] {
  const changed = new Set(functions.map(({ match }) => match.changed.name))
  const callers = functions.flatMap(({ match }) => match.lifted?.callers[side] ?? [])
  return callers.filter(
    ({ name }, i) => !changed.has(name) && callers.findIndex((one) => one.name === name) === i,
  )
}

/** The implementations of one side. */
export function implementationsOf(
  functions: readonly MappedFunction[],
  side: 'before' | 'after',
): Reimplementation[] {
  return functions.map((one) => one[side].implementation)
}
