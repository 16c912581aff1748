import type { Diagnostic } from '../base/index.js'
import { countNewlines } from './count-newlines.js'

/** One mail of an mbox: `[start, end)` from its first header on, the separator's line, and its quoting. */
export interface MboxEntry {
  readonly start: number
  readonly end: number
  /** Line of the `From ` separator, from 1. */
  readonly line: number
  readonly unquoteFrom: boolean
}

/** True when the bytes start with a line that separates the mails of an mbox. */
export function startsLikeMbox(bytes: Buffer): boolean {
  return isSeparator(bytes, skipBlank(bytes), true)
}

/**
 * Splits an mbox into its mails, in order, one at a time. Which dialect a mail is in shows in its separator:
 * public-inbox and lei write `mboxrd` (body lines `>From ` lose one `>`), b4 writes `git@z` and quotes nothing;
 * all others are read as mboxo, whose `>From ` nobody can tell from the author's. A Content-Length that leads to
 * the next separator or the end (mboxcl2) is believed, so such a body may hold any line. Every byte that is not a
 * separator line, or the blank line before one, is in an entry.
 */
export function* splitMbox(bytes: Buffer, source: string, sink: Diagnostic[]): Generator<MboxEntry> {
  let separator = skipBlank(bytes)
  const strict = isGitSeparator(bytes, separator)
  let line = 1 + countNewlines(bytes, 0, separator)
  while (separator < bytes.length) {
    const start = lineEnd(bytes, separator)
    const announced = contentEnd(bytes, separator, start)
    const next = announced === null ? nextSeparator(bytes, start, strict) : announced.next
    const end = announced === null ? withoutSeparatingBlank(bytes, start, next) : announced.end
    if (next === bytes.length) noteTruncation(bytes, start, source, line, sink)
    yield { start, end, line, unquoteFrom: isMboxrd(bytes, separator) }
    line += countNewlines(bytes, separator, next)
    separator = next
  }
}

const LF = 0x0a
const CR = 0x0d

function nextSeparator(bytes: Buffer, from: number, strict: boolean): number {
  // A mail without any content: the next separator follows at once.
  if (isSeparator(bytes, from, false) && (!strict || isGitSeparator(bytes, from))) return from
  for (let at = bytes.indexOf('\nFrom ', from); at >= 0; at = bytes.indexOf('\nFrom ', at + 1)) {
    const start = at + 1
    if (strict ? isGitSeparator(bytes, start) : isSeparator(bytes, start, isAfterBlank(bytes, at)))
      return start
  }
  return bytes.length
}

/** `From `, something, and a date; and then a header, or, after a blank line, a mail without headers. */
function isSeparator(bytes: Buffer, at: number, afterBlank: boolean): boolean {
  if (bytes[at] !== 0x46 || bytes.toString('latin1', at, at + 5) !== 'From ') return false
  const text = bytes.toString('latin1', at, Math.min(lineEnd(bytes, at), at + 300))
  if (!MBOX_IDENT.test(text) && !FROM_DATE.test(text)) return false
  const next = lineEnd(bytes, at)
  if (HEADER.test(bytes.toString('latin1', next, Math.min(next + 200, bytes.length)))) return true
  return afterBlank && (next >= bytes.length || bytes[next] === LF || bytes[next] === CR)
}

const MBOX_IDENT = /^From \S+@(?:z|mboxrd|mboxo|mboxcl2?) /
/** asctime's order with or without a zone, or that of RFC 5322. */
const FROM_DATE =
  /^From \S.*(?: (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d{1,2}:\d\d(?::\d\d)?(?: \S{1,8}){0,2} \d{4}|\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{1,2}:\d\d)/
const HEADER = /^(?:>From |[!-9;-~]+:)/

/** b4 quotes nothing, so only its own exact separator counts in a file that starts with it. */
function isGitSeparator(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0x46 && bytes.toString('latin1', at, at + 11) === 'From git@z '
}

function isMboxrd(bytes: Buffer, at: number): boolean {
  return /^From (?:mboxrd@z|\S+@mboxrd) /.test(bytes.toString('latin1', at, at + 120))
}

interface ContentEnd {
  readonly end: number
  readonly next: number
}

/** Where Content-Length says the mail ends, if a separator or the end of the file is there indeed. */
function contentEnd(bytes: Buffer, separator: number, start: number): ContentEnd | null {
  // public-inbox, lei and b4 have no use for Content-Length: what stands there is the sender's.
  if (/^From \S+@(?:z|mboxrd|mboxo) /.test(bytes.toString('latin1', separator, separator + 120))) return null
  const window = bytes.toString('latin1', start, Math.min(start + HEADER_WINDOW, bytes.length))
  const blank = /\n\r?\n/.exec(window)
  if (blank === null) return null
  const field = /^content-length:[ \t]{0,9}(\d{1,12})/im.exec(window.slice(0, blank.index + 1))
  if (field === null) return null
  const end = start + blank.index + blank[0].length + Number(field[1])
  if (end > bytes.length) return null
  let next = end
  for (let blanks = 0; blanks < 2 && (bytes[next] === LF || bytes[next] === CR); )
    if (bytes[next++] === LF) blanks++
  if (next >= bytes.length) return { end, next: bytes.length }
  return isSeparator(bytes, next, true) ? { end, next } : null
}

const HEADER_WINDOW = 16_384

function noteTruncation(
  bytes: Buffer,
  start: number,
  source: string,
  line: number,
  sink: Diagnostic[],
): void {
  if (bytes.length === start) {
    sink.push({
      severity: 'warning',
      code: 'mbox-truncated',
      message: 'the mbox ends after a separator: a mail is missing',
      place: { source, line },
    })
  } else if (bytes[bytes.length - 1] !== LF) {
    sink.push({
      severity: 'warning',
      code: 'mbox-truncated',
      message: 'the mbox ends within a line: its last mail may be cut off',
      place: { source, line },
    })
  }
}

function lineEnd(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(LF, at)
  return end < 0 ? bytes.length : end + 1
}

/** The offset of the first byte that is not a line end. */
function skipBlank(bytes: Buffer): number {
  let at = 0
  while (bytes[at] === LF || bytes[at] === CR) at++
  return at
}

function isAfterBlank(bytes: Buffer, newline: number): boolean {
  return bytes[newline - 1] === LF || (bytes[newline - 1] === CR && bytes[newline - 2] === LF)
}

/** The blank line before a separator is the mbox's, not the mail's. */
function withoutSeparatingBlank(bytes: Buffer, start: number, next: number): number {
  if (next - start > 1 && bytes[next - 1] === LF && bytes[next - 2] === LF) return next - 1
  if (next - start > 3 && bytes[next - 1] === LF && bytes[next - 2] === CR && bytes[next - 3] === LF)
    return next - 2
  return next
}
