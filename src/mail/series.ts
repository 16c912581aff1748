import type { Diagnostic } from '../base/index.js'
import type { Address, Message } from './message.js'
import type { Subject } from './parse-subject.js'

/** A trailer that a reply gave. `patch` is the index it was given for, 0 for the cover letter (b4: for all). */
export interface GivenTrailer {
  readonly patch: number
  readonly key: string
  readonly value: string
  readonly from: Address | null
  /** The mail's author is another than the trailer names: b4 would refuse it. Null when the archive hid addresses. */
  readonly senderMatches: boolean | null
  readonly message: Message
}

/**
 * A mail of the thread that is no patch of the series by its subject. `patch` is the index it answers (0 the cover),
 * or null. Whether its text holds a diff of its own is for others to find out: a patch in a `Re:` mail is one.
 */
export interface FollowUp {
  readonly message: Message
  readonly subject: Subject
  readonly patch: number | null
}

/**
 * One revision of a series. `patches[n - 1]` is patch n of `count`. In a partial reroll the patches that were not
 * sent again come from `basedOn`, and `rerolled` lists those that were; otherwise `rerolled` is empty.
 * `kind` is `loose` when no subject says that a mail is a patch: then only `followUps` hold anything.
 */
export interface Series {
  readonly kind: 'posted' | 'loose'
  readonly title: string
  readonly version: number
  readonly count: number
  readonly isRfc: boolean
  readonly isResend: boolean
  readonly author: Address | null
  /** Date of the first mail of it that has one. */
  readonly date: string | null
  readonly cover: Message | null
  readonly patches: readonly (Message | null)[]
  readonly missing: readonly number[]
  readonly rerolled: readonly number[]
  readonly basedOn: { readonly version: number; readonly title: string } | null
  readonly trailers: readonly GivenTrailer[]
  readonly followUps: readonly FollowUp[]
  readonly diagnostics: readonly Diagnostic[]
}
