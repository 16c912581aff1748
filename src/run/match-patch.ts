/**
 * Step 3 of a run: what stands for each function that a patch changes. Hand-written implementations are found
 * by the text they stand for; with a kernel tree at hand the patch's own C is lifted, and run where there is no
 * such pair or where that is preferred.
 */
import type { Diagnostic } from '../base/index.js'
import {
  type ChangedFunction,
  changedFunctions,
  type FileTexts,
  type FunctionMatch,
  matchFunctions,
  type Resolution,
} from '../match/index.js'
import { ARCH_PROFILES, type ArchProfile, type Config } from '../mm/index.js'
import type { FileDiff } from '../patch/index.js'
import { pairPrototypes, prototypeSuite, type Suite } from '../suite/index.js'
import type { BuildCondition } from './build-conditions.js'
import { archOf, kernelArch } from './kernel-config.js'
import type { Library } from './library.js'
import type { LiftedPair, Lifter, PatchLifter } from './lifter.js'
import type { TakenPatch } from './take-in.js'
import type { RunRequest } from './types.js'

export interface MatchedPatch {
  readonly matches: readonly FunctionMatch[]
  /** Names of all functions that the patch changes, those not asked for among them. */
  readonly changed: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Finds both sides of every changed function. `lifter` is null without a tree. With `compares` what has a
 * hand-written pair is lifted too, to see whether the two behave alike.
 */
export async function matchPatch(
  taken: TakenPatch,
  library: Library,
  request: RunRequest,
  lifter: Lifter | null,
  compares = false,
): Promise<MatchedPatch> {
  const files = placedFiles(taken)
  const all = changedFunctions(files, (file) => textsOf(taken, files.indexOf(file)))
  const wanted = all.filter(({ name }) => request.functions === undefined || request.functions.includes(name))
  const { matches, diagnostics } = matchFunctions(wanted, { ...library, ...request })
  const changed = all.map(({ name }) => name)
  const lifts = (match: FunctionMatch): boolean => (compares ? isLiftable(match) : wantsLift(match, request))
  if (lifter === null || !matches.some(lifts)) return { matches, changed, diagnostics }
  const profiles = [...new Set(matches.flatMap(({ changed }) => profilesFor(changed, request)))]
  const patchLifter = await lifter.open(taken, profiles)
  const lifted = matches.map((match) =>
    lifts(match) ? liftedMatch(match, all, patchLifter, request) : match,
  )
  return { matches: lifted, changed, diagnostics: [...diagnostics, ...configurationsOf(patchLifter)] }
}

/** Says where C was read under what the tree's own Kconfig files give. */
function configurationsOf({ configurations }: PatchLifter): Diagnostic[] {
  return [...configurations.values()]
    .filter((text) => text.includes('defconfig'))
    .map((text) => ({ severity: 'note', code: 'configuration', message: `C is read under ${text}` }))
}

/** True if the patch's own C is to be run: nothing else stands for it, or it is preferred. */
function wantsLift({ changed, before, after }: FunctionMatch, { prefer }: RunRequest): boolean {
  if (!isLiftable({ changed })) return false
  return prefer === 'lifted' || before.kind === 'none' || after.kind === 'none'
}

function isLiftable({ changed }: Pick<FunctionMatch, 'changed'>): boolean {
  return changed.before !== null && changed.after !== null && !changed.change.includes('comment-only')
}

function liftedMatch(
  match: FunctionMatch,
  all: readonly ChangedFunction[],
  lifter: PatchLifter,
  request: RunRequest,
): FunctionMatch {
  const profiles = profilesFor(match.changed, request)
  let why = profiles.length === 0 ? 'there is no profile of its architecture' : ''
  for (const profile of profiles) {
    const suites = match.suites.filter(({ scenarios }) => scenarios.some(({ arch }) => arch === profile.name))
    const given = request.config ?? {}
    const unbuilt = unmetBuild(lifter.builds.get(match.changed.path) ?? [], lifter.configOf(profile, given))
    const built = { ...given, ...Object.fromEntries(unbuilt.map(({ name, value }) => [name, value])) }
    const implied = impliedConfig(match.changed, built)
    const plain = lifter.lift(match.changed, all, profile, built)
    const pair =
      plain.kind === 'lifted' || Object.keys(implied).length === 0
        ? plain
        : lifter.lift(match.changed, all, profile, { ...built, ...implied })
    if (pair.kind === 'failed') {
      why ||= pair.why
      continue
    }
    const assumed = [
      ...unbuilt.map(({ name, value, place }) => ({ name, value, why: `${place} asks for` })),
      ...Object.entries(pair === plain ? {} : implied).map(([name, value]) => ({
        name,
        value: String(value),
        why: 'the #if around it asks for',
      })),
    ]
    const { before, after } = pair
    // A suite of its own asks for differences alone.
    const runs =
      suites.length > 0 ? { before: before.implementation, after: after.implementation } : pair.ended
    const written = handWritten(match)
    if (!wantsLift(match, request)) {
      return { ...match, other: { before: before.implementation, after: after.implementation } }
    }
    return {
      ...match,
      ...(written === null ? {} : { other: written }),
      before: lifted(runs.before),
      after: lifted(runs.after),
      suites: suites.length > 0 ? suites : suiteFor(match.changed, pair, profile),
      lifted: {
        profile,
        assumed,
        before: before.report,
        after: after.report,
        isSame: pair.isSame,
        callers: lifter.callers(
          match.changed,
          all,
          suites,
          profile,
          pair === plain ? given : { ...given, ...implied },
        ),
      },
    }
  }
  if (match.before.kind === 'implementation' && match.after.kind === 'implementation') {
    return { ...match, notLifted: why }
  }
  return {
    ...match,
    before: notLifted(match.before, why),
    after: notLifted(match.after, why),
    notLifted: why,
  }
}

/** The hand-written pair, found by the texts that it stands for. */
function handWritten({ before, after }: FunctionMatch): NonNullable<FunctionMatch['other']> | null {
  if (before.kind === 'none' || after.kind === 'none') return null
  if (before.by !== 'identity' || after.by !== 'identity') return null
  return { before: before.implementation, after: after.implementation }
}

function lifted(
  implementation: Extract<Resolution, { kind: 'implementation' }>['implementation'],
): Resolution {
  return { kind: 'implementation', implementation, by: 'lifting', identity: null }
}

function notLifted(resolution: Resolution, why: string): Resolution {
  return resolution.kind === 'none' ? { kind: 'none', why: `${resolution.why}; ${why}` } : resolution
}

/** A suite made from the function's prototypes. */
function suiteFor(
  { name, path, previousName }: ChangedFunction,
  { before, after }: Extract<LiftedPair, { kind: 'lifted' }>,
  profile: ArchProfile,
): readonly Suite[] {
  const { isSame } = pairPrototypes(before.prototype, after.prototype)
  const own = isSame ? {} : { before: before.prototype }
  const suite = prototypeSuite({ path, name, prototype: after.prototype, ...own, arch: profile.name })
  return [previousName === null ? suite : { ...suite, roles: { function: [name, previousName] } }]
}

/** What a makefile asks for before it builds a file, as far as the configuration has it otherwise. */
function unmetBuild(conditions: readonly BuildCondition[], config: Config): readonly BuildCondition[] {
  const isSet = (name: string): boolean => config[name] === 'y' || config[name] === 'm'
  return conditions.filter(({ name, value }) => isSet(name) !== (value === 'y'))
}

/** What the conditions around a function ask for, where nobody said otherwise. */
function impliedConfig({ after, before }: ChangedFunction, given: Config): Config {
  const implied: Record<string, string> = {}
  for (const condition of (after ?? before)?.conditions ?? []) {
    const [, not = '', name = ''] = /^(!?)(CONFIG_\w+)$/.exec(condition) ?? []
    if (name !== '' && given[name] === undefined) implied[name] = not === '' ? 'y' : 'n'
  }
  return implied
}

/** The architectures to try a function on: those asked for; that of its folder; else the default, then the others. */
function profilesFor({ path, after, before }: ChangedFunction, request: RunRequest): readonly ArchProfile[] {
  const known = ARCH_PROFILES
  const folder = archOf(path)
  const asked = known.filter(({ name }) => request.arch === undefined || request.arch.includes(name))
  if (folder !== undefined) return asked.filter((profile) => kernelArch(profile) === folder)
  if (request.arch !== undefined) return asked
  const { conditions } = after ?? before ?? { conditions: [] }
  const holds = ({ config }: ArchProfile): boolean =>
    conditions.every((condition) => {
      const [, not = '', name = ''] = /^(!?)(CONFIG_\w+)$/.exec(condition) ?? []
      return name === '' || (config[name] === 'y') === (not === '')
    })
  return [...ARCH_PROFILES.filter(holds), ...ARCH_PROFILES.filter((profile) => !holds(profile))].slice(0, 3)
}

/** The diffs with their hunks where they stand in the texts at hand. */
function placedFiles({ patch, images }: TakenPatch): readonly FileDiff[] {
  return patch.files.map((file, i) => {
    const offsets = images?.[i]?.how.offsets ?? []
    if (offsets.every((offset) => offset === 0)) return file
    const hunks = file.hunks.map((hunk, at) => {
      const offset = offsets[at] ?? 0
      return {
        ...hunk,
        beforeStart: hunk.beforeStart + offset,
        afterStart: hunk.afterStart + offset,
      }
    })
    return { ...file, hunks }
  })
}

function textsOf({ images }: TakenPatch, index: number): FileTexts | null {
  const found = images?.[index]
  return found === undefined ? null : { before: found.before, after: found.after }
}
