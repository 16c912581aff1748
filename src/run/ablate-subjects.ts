/** The functions that `kreplay ablate` takes parts out of: one of a tree, or those that a patch changes. */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { FunctionMatch } from '../match/index.js'
import type { ArchProfile } from '../mm/index.js'
import type { Reimplementation } from '../reimpl/index.js'
import type { KernelTree } from '../tree/index.js'
import type { AblateRequest } from './ablate-types.js'
import { type Library, libraryWith } from './library.js'
import { Lifter, type PatchLifter } from './lifter.js'
import { matchPatch } from './match-patch.js'
import { type MappedFunction, type PlannedSuite, planPatch } from './plan.js'
import { type TakenIn, type TakenPatch, takeIn } from './take-in.js'
import type { RunnableSuite } from './tell-apart.js'
import { suitesFor, variantsInTree } from './tree-variants.js'
import type { Variants } from './variants.js'

/** A function with all that running versions of it takes. */
export interface Subject {
  readonly variants: Variants
  readonly profile: ArchProfile
  readonly suites: readonly RunnableSuite[]
  /** The other functions of the patch, as they are after it. */
  readonly others: readonly Reimplementation[]
  /** Lines that the patch adds. */
  readonly added: ReadonlySet<number>
}

export interface Subjects {
  readonly target: string
  readonly subjects: readonly Subject[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Fails where the input cannot be read, where there is no patch in it, or no such function in the tree. */
export async function subjectsOf(request: AblateRequest): Promise<Result<Subjects>> {
  if (request.tree === undefined) {
    return fail({
      severity: 'error',
      code: 'usage-no-tree',
      message: 'ablate takes parts out of lifted C: name the kernel tree with --tree',
    })
  }
  if (request.target !== undefined) return ofTree({ ...request, tree: request.tree, target: request.target })
  const taken = await takeIn(request)
  try {
    return await ofPatches(taken, request)
  } finally {
    taken.tree?.close()
  }
}

async function ofTree(
  request: AblateRequest & Required<Pick<AblateRequest, 'tree' | 'target'>>,
): Promise<Result<Subjects>> {
  const { tree, target, config, plugins, model } = request
  const [arch] = request.arch ?? []
  const found = await variantsInTree({
    tree,
    ...target,
    ...(arch === undefined ? {} : { arch }),
    ...(config === undefined ? {} : { config }),
  })
  if (!found.ok) return found
  const suites = suitesFor(found.value, {
    ...(config === undefined ? {} : { config }),
    ...(plugins === undefined ? {} : { plugins }),
    ...(model === undefined ? {} : { models: model }),
  })
  const subject = {
    variants: found.value,
    profile: found.value.profile,
    suites,
    others: [],
    added: new Set<number>(),
  }
  return ok({ target: `${target.path}:${target.function}`, subjects: [subject], diagnostics: [] })
}

async function ofPatches(taken: TakenIn, request: AblateRequest): Promise<Result<Subjects>> {
  const { diagnostics } = taken
  const refused = diagnostics.find(({ severity }) => severity === 'error')
  if (!taken.read || taken.patches.length === 0 || taken.tree === null) {
    return fail(refused ?? { severity: 'error', code: 'no-patch', message: 'there is no patch in the input' })
  }
  const library = libraryWith(request.plugins)
  const subjects: Subject[] = []
  const said: Diagnostic[] = [...diagnostics]
  for (const patch of taken.patches) {
    const base: Result<KernelTree | null> | null =
      patch.base === undefined ? null : await taken.tree.at(patch.base)
    const tree: KernelTree = (base?.ok === true ? base.value : null) ?? taken.tree
    const lifter = new Lifter(tree)
    const found = await ofPatch(patch, library, lifter, { ...request, prefer: 'lifted' })
    subjects.push(...found.subjects)
    said.push(...found.diagnostics, ...lifter.diagnostics)
    if (tree !== taken.tree) tree.close()
  }
  const [first] = taken.patches
  return ok({ target: first?.message.subject ?? '', subjects, diagnostics: said })
}

async function ofPatch(
  patch: TakenPatch,
  library: Library,
  lifter: Lifter,
  request: AblateRequest,
): Promise<Pick<Subjects, 'subjects' | 'diagnostics'>> {
  const { matches, changed, diagnostics } = await matchPatch(patch, library, request, lifter)
  const { suites, notRun } = planPatch(matches, patch.patch.files, request)
  const said: Diagnostic[] = [...diagnostics]
  for (const { match, why } of notRun) {
    const { name, path } = match.changed
    said.push({ severity: 'warning', code: 'not-ablated', message: `${name} (${path}): ${why}` })
  }
  const names = new Set([
    ...changed,
    ...matches.flatMap(({ changed: { previousName } }) => previousName ?? []),
  ])
  const byProfile = new Map<ArchProfile, PlannedSuite[]>()
  for (const planned of suites) {
    byProfile.set(planned.profile, [...(byProfile.get(planned.profile) ?? []), planned])
  }
  const subjects: Subject[] = []
  for (const [profile, planned] of byProfile) {
    const patchLifter = await lifter.open(patch, [profile])
    const found = ofProfile(profile, planned, names, patchLifter, request)
    subjects.push(...found.subjects)
    said.push(...found.diagnostics)
  }
  return { subjects, diagnostics: said }
}

function ofProfile(
  profile: ArchProfile,
  suites: readonly PlannedSuite[],
  names: ReadonlySet<string>,
  lifter: PatchLifter,
  request: AblateRequest,
): Pick<Subjects, 'subjects' | 'diagnostics'> {
  const diagnostics: Diagnostic[] = []
  const functions = new Set(suites.flatMap((planned) => planned.functions))
  const variants = new Map<MappedFunction, Variants>()
  for (const one of functions) {
    const { match } = one
    const found =
      match.lifted === undefined
        ? (match.notLifted ?? `${match.changed.name} was not lifted`)
        : lifter.variants(match.changed, names, profile, { ...request.config, ...assumedBy(match) })
    if (typeof found !== 'string') variants.set(one, found)
    else diagnostics.push({ severity: 'warning', code: 'not-ablated', message: found })
  }
  const implementation = (one: MappedFunction): Reimplementation =>
    variants.get(one)?.right ?? one.after.implementation
  const subjects = [...variants].map(([one, found]): Subject => {
    const others = [...functions].filter((other) => other !== one).map(implementation)
    const own = suites.filter((planned) => planned.functions.includes(one))
    const pieces = one.match.changed.after?.pieces ?? []
    return {
      variants: found,
      profile,
      suites: own.map(({ suite, config, models }) => ({ suite, config, models })),
      others,
      added: new Set(pieces.flatMap(({ changedAt }) => changedAt)),
    }
  })
  return { subjects, diagnostics }
}

/** Kconfig values that the function was lifted with beyond those that were stated. */
function assumedBy({ lifted }: FunctionMatch): Record<string, string> {
  return Object.fromEntries((lifted?.assumed ?? []).map(({ name, value }) => [name, value]))
}
