import type { Diagnostic, Place } from '../base/index.js'

/**
 * Somebody's name and address as the archive shows them. `obfuscated` is true when the archive hid or dropped
 * the address (`jgg at example.org`, `x@xxxxxxx`, nothing at all): compare such people by name only.
 */
export interface Address {
  readonly name: string
  readonly address: string | null
  readonly obfuscated: boolean
}

/** How the text was stored where it was found. `plain-text` is text that is no mail: a bare patch, say. */
export type MailFormat =
  | 'mbox'
  | 'maildir'
  | 'eml'
  | 'public-inbox'
  | 'hypermail'
  | 'pipermail'
  | 'mail-archive'
  | 'one-line'
  | 'plain-text'

/** What an archive did to a mail. Only damage that the text itself proves is named. */
export type MailDamageKind =
  | 'leading-blanks-stripped'
  | 'newlines-lost'
  | 'qp-undecoded'
  | 'addresses-obfuscated'
  | 'runs-of-4-deleted'
  | 'wrapped'
  | 'headers-as-prose'

/** One kind of damage, and the evidence for it. */
export interface MailDamage {
  readonly kind: MailDamageKind
  readonly note: string
}

/** A text attachment. `inline` ones of a patch type are also part of `Message.body`. */
export interface MailPart {
  readonly name: string | null
  readonly type: string
  readonly inline: boolean
  readonly text: string
}

/**
 * One mail. Ids are without angle brackets; `subject` and `from` are decoded and unfolded; `date` is ISO 8601
 * in UTC (a bare `YYYY-MM-DD` where the archive shows no time), null when it could not be read. `body` is the
 * text that may hold a patch: transfer encoding, charset and format=flowed undone, transport CRLF made LF,
 * nothing repaired. `bodyLine` counts from 1 in the source and is exact unless the body had to be decoded.
 * `headerText` is the header as it stood (LF, still folded and encoded): read it with `headerValue`.
 */
export interface Message {
  readonly messageId: string | null
  readonly inReplyTo: string | null
  readonly references: readonly string[]
  readonly subject: string
  readonly from: Address | null
  readonly date: string | null
  readonly headerText: string
  readonly body: string
  readonly bodyLine: number
  readonly parts: readonly MailPart[]
  readonly source: Place
  readonly format: MailFormat
  readonly damage: readonly MailDamage[]
}

/** A line of the input that is in no mail (an archive's navigation or footer), and why it was left out. */
export interface DroppedLine {
  readonly line: number
  readonly text: string
  readonly reason: string
}

/** What a reading leaves beside its mails. */
export interface MailReadingNotes {
  readonly format: MailFormat
  readonly diagnostics: readonly Diagnostic[]
  readonly dropped: readonly DroppedLine[]
}

/** All mails of one input, in the order they stand there. */
export interface MailReading extends MailReadingNotes {
  readonly messages: readonly Message[]
}
