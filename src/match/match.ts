/**
 * From changed functions to what runs in their place. A text is matched by its identity; a name alone is not
 * enough, because an implementation of another text would answer another question (DESIGN.md section 5).
 */
import { type Diagnostic, plural } from '../base/index.js'
import { type Identity, implementationId } from '../machine/index.js'
import type { ArchProfile } from '../mm/index.js'
import { byId, byIdentity, byName, type Registry, type Reimplementation } from '../reimpl/index.js'
import { drives, type Suite } from '../suite/index.js'
import {
  type ChangedFunction,
  type FunctionSide,
  identitiesOf,
  identityOf,
  UNNAMED,
} from './changed-functions.js'
import type { LiftReport } from './lift-unit.js'

/** What stands for one side of a changed function. */
export type Resolution =
  | {
      readonly kind: 'implementation'
      readonly implementation: Reimplementation
      /**
       * Found by the text it stands for, by name because that was asked for, named by the user; or what callers of
       * the name get where there is no such function.
       */
      readonly by: 'identity' | 'name' | 'choice' | 'lifting' | 'absence'
      readonly identity: Identity | null
    }
  | { readonly kind: 'none'; readonly why: string }

export interface FunctionMatch {
  readonly changed: ChangedFunction
  readonly before: Resolution
  readonly after: Resolution
  /** Suites that drive it. */
  readonly suites: readonly Suite[]
  /** Why no suite can drive it, where there is more to say than that. */
  readonly notDriven?: string
  /** Why its C was not lifted, where that was tried. */
  readonly notLifted?: string
  /** The other way to run it, hand-written or lifted, where there are two. */
  readonly other?: { readonly before: Reimplementation; readonly after: Reimplementation }
  /** Set where both sides are the patch's own C. */
  readonly lifted?: {
    readonly profile: ArchProfile
    /** Kconfig values beyond those that were stated, each with what asks for it: an `#if` around it, or a makefile. */
    readonly assumed: readonly { readonly name: string; readonly value: string; readonly why: string }[]
    readonly before: LiftReport
    readonly after: LiftReport
    /** Both sides are the same instructions. */
    readonly isSame: boolean
    /** Functions of the same file that call it, or are new, and that its suites have a part for. */
    readonly callers: {
      readonly before: readonly Reimplementation[]
      readonly after: readonly Reimplementation[]
    }
  }
}

export interface MatchOptions {
  readonly registry: Registry
  readonly suites: readonly Suite[]
  /** `name@version` ids that the user chose for a side. */
  readonly before?: readonly string[]
  readonly after?: readonly string[]
  readonly nameOnly?: boolean
}

export interface MatchResult {
  readonly matches: readonly FunctionMatch[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Finds both sides of every changed function. */
export function matchFunctions(changed: readonly ChangedFunction[], options: MatchOptions): MatchResult {
  const diagnostics: Diagnostic[] = []
  const matches = changed.map((one): FunctionMatch => {
    const byText = { ...options, nameOnly: false }
    const sure = resolve(one, one.after, byText, options.after ?? [], null)
    const before = resolve(one, one.before, options, options.before ?? [], sure)
    const after = resolve(one, one.after, options, options.after ?? [], before)
    const suites = options.suites.filter((suite) => drives(suite, one))
    const clash = sameForDifferentText(one, before, after)
    if (clash === null) return { changed: one, before, after, suites }
    diagnostics.push(clash)
    return {
      changed: one,
      before: { kind: 'none', why: clash.message },
      after: { kind: 'none', why: clash.message },
      suites,
    }
  })
  return { matches, diagnostics }
}

function resolve(
  changed: ChangedFunction,
  side: FunctionSide | null,
  options: MatchOptions,
  chosen: readonly string[],
  other: Resolution | null,
): Resolution {
  if (side === null) {
    const absence = changed.before === null ? absenceOf(changed, options) : undefined
    if (absence !== undefined) {
      return { kind: 'implementation', implementation: absence, by: 'absence', identity: null }
    }
    return { kind: 'none', why: 'there is no such function: nothing to compare with' }
  }
  const picked = chosen
    .map((id) => byId(options.registry, id))
    .find((candidate) => candidate?.name === side.name)
  if (picked !== undefined)
    return { kind: 'implementation', implementation: picked, by: 'choice', identity: null }
  if (side.name === UNNAMED) return { kind: 'none', why: 'the mail does not show which function it is' }
  for (const identity of identitiesOf(side)) {
    const exact = byIdentity(options.registry, side.path, side.name, identity.kind, identity.hash)
    if (exact === undefined || !suitsConditions(exact, conditionsOf(side))) continue
    const carried = exact.identities.find(({ hash }) => hash === identity.hash) ?? null
    return { kind: 'implementation', implementation: exact, by: 'identity', identity: carried }
  }
  const named = byName(options.registry, side.name)
  // Another than the other side's: the two texts are known to differ.
  const candidate = named.find((one) => other?.kind !== 'implementation' || one !== other.implementation)
  if (options.nameOnly === true && candidate !== undefined) {
    return { kind: 'implementation', implementation: candidate, by: 'name', identity: null }
  }
  return { kind: 'none', why: whyNone(changed, side, named, identityOf(side).hash) }
}

/** The conditions around a text; a file of an architecture is compiled for that alone. */
function conditionsOf({ conditions, path }: FunctionSide): readonly string[] {
  const folder = /^arch\/(\w+)\//.exec(path)?.[1]
  return folder === undefined ? conditions : [...conditions, `CONFIG_${folder.toUpperCase()}`]
}

/** What callers of an added function got before: that of its architecture, where the added one is for one. */
function absenceOf(
  { name, path }: ChangedFunction,
  { registry }: MatchOptions,
): Reimplementation | undefined {
  const known = byName(registry, name).filter(({ absence }) => absence === true)
  const folder = /^arch\/\w+\//.exec(path)?.[0]
  return known.find((one) => folder !== undefined && one.path.startsWith(folder)) ?? known[0]
}

/** False if the text is compiled under conditions that the implementation does not stand for. */
function suitsConditions(implementation: Reimplementation, conditions: readonly string[]): boolean {
  if (conditions.includes('?')) return true
  return Object.entries(implementation.config).every(([name, wanted]) =>
    conditions.includes(wanted ? name : `!${name}`),
  )
}

function whyNone(
  changed: ChangedFunction,
  side: FunctionSide,
  named: readonly Reimplementation[],
  hash: string,
): string {
  const which = side === changed.before ? 'before' : 'after'
  if (named.length === 0) return `nothing stands for ${side.name}`
  const versions = named.map(implementationId).join(', ')
  return `no implementation stands for the text ${which} (${hash}); there ${named.length === 1 ? 'is' : 'are'} ${plural(named.length, 'other text')}: ${versions}`
}

/** One implementation for two texts would make every change look like none. */
function sameForDifferentText(
  changed: ChangedFunction,
  before: Resolution,
  after: Resolution,
): Diagnostic | null {
  if (before.kind !== 'implementation' || after.kind !== 'implementation') return null
  if (before.implementation !== after.implementation || !changed.change.includes('modified')) return null
  return {
    severity: 'error',
    code: 'one-implementation-for-two-texts',
    message: `${implementationId(before.implementation)} stands for ${changed.name} before and after, though its code differs`,
    hint: 'name different implementations with --before and --after',
  }
}
