/** `kreplay compare`: two revisions of a change, and how what they leave differs in behaviour. */
import type { Diagnostic } from '../base/index.js'
import type { Finding, Summary, Verdict } from '../report/index.js'
import type { RunRequest } from './types.js'

/** Both revisions as they are to be read. Options other than the input are those of the first. */
export interface CompareRequest {
  readonly first: RunRequest
  readonly second: RunRequest
}

/** One of the two. */
export interface ComparedRevision {
  /** `v2 (RFC)`. */
  readonly label: string
  readonly subject: string
  readonly date: string | null
  readonly patches: number
  /** Against the text it was made for. */
  readonly summary: Summary
}

/** A function that a revision changes, and what stands for it where both are applied. */
export interface ComparedFunction {
  readonly name: string
  readonly path: string
  /** `name@version`; null where nothing stands for it, or there is no such function. */
  readonly first: string | null
  readonly second: string | null
  /** One implementation stands for it on both sides. */
  readonly same: boolean
  /** What is not compared, and why. */
  readonly note: string | null
}

/** What each revision was found to do to one property, against the text it was made for. */
export interface ComparedVerdict {
  readonly property: string
  readonly arch: string
  readonly model: string
  /** Null: nothing was found. */
  readonly first: Verdict | null
  readonly second: Verdict | null
}

/** JSON of `kreplay compare`. In findings `before` is the first revision, `after` the second. */
export interface RevisionComparison {
  readonly schemaVersion: 1
  readonly incomplete?: boolean
  readonly first: ComparedRevision
  readonly second: ComparedRevision
  readonly tree: string | null
  readonly arch: readonly string[]
  readonly model: readonly string[]
  readonly scope: string
  readonly functions: readonly ComparedFunction[]
  readonly findings: readonly Finding[]
  readonly summary: Summary
  /** Files that the two change otherwise, in functions or outside of them. */
  readonly files: readonly string[]
  /** What either was judged to do, each against its own text before. */
  readonly verdicts: readonly ComparedVerdict[]
  readonly diagnostics: readonly Diagnostic[]
}
