import type { Diagnostic } from '../base/index.js'
import { decodeCharset } from './charset.js'
import { parseContentType } from './content-type.js'
import { decodeEncodedWords } from './encoded-words.js'
import { bracketedIds, scanHeader } from './header-fields.js'
import type { MailDamage, Message } from './message.js'
import { parseAddress } from './parse-address.js'
import { parseDate } from './parse-date.js'
import { decodeQuotedPrintable, isAllQuotedPrintable } from './quoted-printable.js'

/** True when the first line holds three or more mail headers one behind another. */
export function looksLikeOneLine(head: string): boolean {
  const first = /^\s{0,100}([!-9;-~]{1,60}: ?[^\n]{0,65536})/.exec(head)?.[1]
  if (first === undefined) return false
  const names = new Set<string>()
  for (const match of first.matchAll(HEADER_NAME)) names.add((match[1] ?? '').toLowerCase())
  let telling = 0
  for (const name of ['from', 'date', 'subject', 'message-id', 'to', 'mime-version'])
    if (names.has(name)) telling++
  return telling >= 3
}

/**
 * Reads mails whose newlines all became blanks, one mail per line. Headers are split at the names mail software
 * writes; in the body each run of quote marks starts a line, and nothing else does: where the author's own lines
 * ended is lost. Quoted-printable is undone if the header announces it and every `=` is an escape.
 */
export function readOneLine(text: string, source: string, sink: Diagnostic[]): Message[] {
  const messages: Message[] = []
  const lines = text.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] ?? '').replace(/\r$/, '')
    if (line.trim() === '') continue
    let whole = line
    const start = index
    // A line that starts no mail goes on with the one before.
    while (index + 1 < lines.length && !looksLikeOneLine(lines[index + 1] ?? ''))
      whole += `\n${lines[++index]}`
    messages.push(readFlat(whole.replace(/\n+$/, ''), source, start + 1, sink))
  }
  return messages
}

const HEADER_NAME =
  /(?<![^\s])(Return-Path|Delivered-To|Received(?:-SPF)?|Authentication-Results|DKIM-Signature|DomainKey-Signature|MIME-Version|Mime-Version|References|In-Reply-To|From|Date|Message-I[dD]|Subject|To|C[cC]|B[cC][cC]|Reply-To|Sender|Content-(?:Type|Transfer-Encoding|Disposition|Language|Length|Description|ID)|Precedence|User-Agent|Organization|Lines|Status|Errors-To|Mail-Followup-To|Mailing-List|Importance|Priority|Autocrypt|Xref|Newsgroups|Path|Archived-At|Feedback-ID|Comments|Keywords|Envelope-to|(?:X|List|ARC|Resent|Thread|IronPort|UI|Old)-[A-Za-z0-9-]{1,60}):(?=\s|$)/g

interface Flat {
  readonly headerText: string
  readonly body: string
  readonly guessed: boolean
}

function readFlat(line: string, source: string, number: number, sink: Diagnostic[]): Message {
  const place = { source, line: number }
  const { headerText, body, guessed } = splitFlat(line)
  if (guessed) {
    sink.push({
      severity: 'warning',
      code: 'one-line-body-guessed',
      message: 'nothing shows where the last header ends and the text begins',
      place,
    })
  }
  const fields = scanHeader(headerText)
  const type = parseContentType(fields.contentType)
  const damage: MailDamage[] = [
    { kind: 'newlines-lost', note: 'the mail is one line; only quote marks start lines' },
  ]
  let text = body
  const isQp = /quoted-printable/i.test(fields.transferEncoding ?? '')
  if (isQp || body.includes('=3D')) {
    if (isAllQuotedPrintable(body, true)) {
      const restored = Buffer.from(body.replace(/= /g, '=\n'), 'utf8')
      const decoded = decodeCharset(decodeQuotedPrintable(restored).bytes, type.charset)
      text = decoded.text
      damage.push({ kind: 'qp-undecoded', note: 'quoted-printable was still encoded; every = is an escape' })
    } else if (isQp && body.includes('=')) {
      sink.push({
        severity: 'warning',
        code: 'quoted-printable-invalid',
        message: 'announced quoted-printable, but some = signs are no escapes; the text is left as it is',
        place,
      })
    }
  }
  return {
    messageId: fields.messageId === null ? null : (bracketedIds(fields.messageId)[0] ?? null),
    inReplyTo: fields.inReplyTo === null ? null : (bracketedIds(fields.inReplyTo)[0] ?? null),
    references: fields.references === null ? [] : bracketedIds(fields.references),
    subject: decodeEncodedWords(fields.subject ?? ''),
    from: fields.from === null ? null : parseAddress(fields.from),
    date: fields.date === null ? null : parseDate(fields.date),
    headerText,
    body: linesAtQuoteMarks(text),
    bodyLine: number,
    parts: [],
    source: place,
    format: 'one-line',
    damage,
  }
}

function splitFlat(line: string): Flat {
  const limit = bodyLimit(line)
  const names: { name: string; start: number; valueStart: number }[] = []
  for (const match of line.slice(0, limit.at).matchAll(HEADER_NAME)) {
    names.push({ name: match[1] ?? '', start: match.index, valueStart: match.index + match[0].length })
  }
  const last = names[names.length - 1]
  if (last === undefined) return { headerText: '', body: line, guessed: true }
  const tail = line.slice(last.valueStart)
  const end = lastValueEnd(last.name, tail, limit.at - last.valueStart, limit.kind)
  const headerLines = names.map((one, index) => {
    const stop = names[index + 1]?.start ?? last.valueStart + end.length
    return `${one.name}: ${line.slice(one.valueStart, stop).trim()}`
  })
  const before = line.slice(0, names[0]?.start ?? 0).trim()
  const body = tail.slice(end.length).replace(/^ /, '')
  return {
    headerText: headerLines.join('\n'),
    body: before === '' ? body : `${before} ${body}`,
    guessed: !end.sure,
  }
}

type LimitKind = 'attribution' | 'quote' | 'none'

/** Header names are looked for only before the first attribution line or quote mark: quoted mails have headers too. */
function bodyLimit(line: string): { at: number; kind: LimitKind } {
  const quote = line.search(/\s>+ /)
  const attribution = attributionStart(line)
  if (attribution >= 0 && (quote < 0 || attribution < quote)) return { at: attribution, kind: 'attribution' }
  return quote < 0 ? { at: line.length, kind: 'none' } : { at: quote, kind: 'quote' }
}

/** Where the first `On <date> <name> wrote:` starts, or -1. Looks back from `wrote:`, which is rare. */
function attributionStart(line: string): number {
  for (let at = line.indexOf('wrote:'); at >= 0; at = line.indexOf('wrote:', at + 6)) {
    const from = Math.max(0, at - 250)
    const start = line.slice(from, at).search(ATTRIBUTION)
    if (start >= 0) return from + start
  }
  return -1
}

const ATTRIBUTION =
  /(?<=\s)On (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? |\d{1,4}[-/. ]|[A-Z][a-z]{2,8} \d)[^>]{3,200}$/

const ONE_WORD = /^\s*\S+/
const RFC_DATE =
  /^.{0,600}?\d{1,2} \w{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|[A-Z]{1,4})(?: \([^)]{1,40}\))?/
const WHOLE_DATE =
  /^\s*(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|[A-Z]{1,4})(?: \([^)]{1,40}\))?/

/** Headers whose value is one word, so that the text begins right behind it. */
const ONE_WORD_HEADERS = new Set([
  'content-transfer-encoding',
  'content-disposition',
  'content-language',
  'content-length',
  'lines',
  'precedence',
  'mime-version',
  'x-mailing-list',
  'in-reply-to',
  'message-id',
  'status',
])

function lastValueEnd(
  name: string,
  tail: string,
  limit: number,
  kind: LimitKind,
): { length: number; sure: boolean } {
  const lower = name.toLowerCase()
  if (ONE_WORD_HEADERS.has(lower)) return { length: ONE_WORD.exec(tail)?.[0].length ?? 0, sure: true }
  if (lower === 'date') {
    const date = WHOLE_DATE.exec(tail)
    if (date !== null) return { length: date[0].length, sure: true }
  }
  if (lower === 'content-type') {
    const type = /^\s*[\w/.+-]{1,80}(?:;\s?[\w-]{1,40}=(?:"[^"]{0,200}"|[^\s;]{1,200}))*/.exec(tail)
    if (type !== null) return { length: type[0].length, sure: true }
  }
  if (kind === 'attribution') return { length: limit, sure: true }
  // Received, X-Greylist and the like end in a date.
  const date = RFC_DATE.exec(tail.slice(0, 2000))
  if (date !== null) return { length: date[0].length, sure: false }
  return { length: kind === 'none' ? 0 : limit, sure: false }
}

/** Puts each run of quote marks at the start of a line, except a lone `>` that compares inside parentheses. */
function linesAtQuoteMarks(text: string): string {
  let out = ''
  let from = 0
  let lineStart = 0
  for (const match of text.matchAll(/(?<![^\s])>[> ]*(?![^\s>])|(?<![^\s])>+(?=\s|$)/g)) {
    if (match.index === 0 || text.charCodeAt(match.index - 1) === 10) continue
    const line = text.slice(Math.max(lineStart, match.index - 100), match.index)
    if (match[0].trim() === '>' && isComparison(line, text.slice(match.index + 1, match.index + 80))) continue
    out += `${text.slice(from, match.index).replace(/ $/, '')}\n${emptyQuotedLines(match[0])}`
    from = match.index + repeated(match[0])
    lineStart = from
  }
  return `${out}${text.slice(from)}\n`
}

/**
 * `> >> > >> text` is an empty line of depth three and a line of that depth: a run that repeats a unit with `>>` in
 * it. Of `> > text` nobody can say whether it is one line of depth two.
 */
function repeated(run: string): number {
  const unit = /^((?:> )*>>+(?: >+)*) (?=\1(?:\s|$))/.exec(run)
  return unit === null || unit[1] === undefined ? 0 : unit[1].length + 1
}

function emptyQuotedLines(run: string): string {
  const length = repeated(run)
  return length === 0 ? '' : `${run.slice(0, length - 1)}\n`
}

function isComparison(before: string, after: string): boolean {
  const open = before.lastIndexOf('(')
  if (open < 0 || before.lastIndexOf(')') > open || before.length - open > 80) return false
  return (
    /[\w)\]] $/.test(before) &&
    /^ [\w.>()[\]-]{1,40}(?: [-+*/&|<>=] [\w.]{1,40})?\s?(?:\)|&&|\|\||;|\?)/.test(after)
  )
}
