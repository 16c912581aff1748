import { isAscii } from 'node:buffer'
import type { Diagnostic, Place } from '../base/index.js'
import { decodeCharset } from './charset.js'
import { type ContentType, parseContentType } from './content-type.js'
import { type BodyContext, decodeBody, normaliseText, transferEncoding } from './decode-body.js'
import { decodeEncodedWords } from './encoded-words.js'
import { bracketedIds, type HeaderFields, scanHeader } from './header-fields.js'
import { htmlText } from './html-text.js'
import type { MailDamage, MailFormat, MailPart, Message } from './message.js'
import { parseAddress } from './parse-address.js'
import { parseDate } from './parse-date.js'
import { readMultipart } from './read-multipart.js'

/** One mail's bytes and where they stand in the input. */
export interface RawMail {
  readonly bytes: Buffer
  readonly source: string
  /** Line of the mail's first byte (for an mbox, of its `From ` line), from 1. */
  readonly line: number
  /** Line of its first header. */
  readonly headerLine: number
  readonly format: MailFormat
  /** mboxrd: one `>` before `From ` is the archive's own. */
  readonly unquoteFrom: boolean
}

/**
 * Reads one RFC 5322 mail. Single-part mail is read at once, multipart mail by postal-mime, hence the promise. Never throws on bad input: what cannot be decoded is kept as it is, with a diagnostic in `sink`.
 */
export function readRfc822(raw: RawMail, sink: Diagnostic[]): Message | Promise<Message> {
  const place: Place = { source: raw.source, line: raw.line }
  const bytes = raw.bytes.length > MAX_MAIL ? cut(raw.bytes, place, sink) : raw.bytes
  // Latin-1 keeps offsets equal to the bytes', and for ASCII this one string holds header and body uncopied.
  const latin1 = bytes.toString('latin1')
  const ascii = isAscii(bytes)
  const { headerEnd, bodyStart, crlf } = splitHeader(latin1)
  const head = ascii ? latin1.slice(0, headerEnd) : decodeCharset(bytes.subarray(0, headerEnd), null).text
  const headerText = crlf ? head.replace(/\r\n/g, '\n') : head
  const fields = scanHeader(headerText)
  const bodyLine = raw.headerLine + fields.lines + (bodyStart > headerEnd ? 1 : 0)
  const mail: ReadHeader = { raw, fields, place, headerText, bodyLine }
  const context: BodyContext = { place, crlf, sink }
  if (headerEnd === 0) {
    sink.push({
      severity: 'warning',
      code: 'mail-without-headers',
      message: 'a mail without headers: all of it is taken as the body',
      place,
    })
  }
  const type = parseContentType(fields.contentType)
  const encoding = transferEncoding(fields.transferEncoding)
  const quoted = raw.unquoteFrom && latin1.includes('>From ', bodyStart)
  if (type.needsMime) {
    const header = Buffer.from(mimeHeader(fields))
    const body = quoted ? unquoteFrom(latin1.slice(bodyStart)) : bytes.subarray(bodyStart)
    return readMultipart(header, body, place, sink).then((content) =>
      message(mail, content.body, content.parts, NO_DAMAGE),
    )
  }
  if (ascii && (encoding === 'identity' || encoding === 'none') && type.asciiBased) {
    const text = latin1.slice(bodyStart)
    const body = normaliseText(context, type, encoding, quoted ? withoutQuotes(text) : text)
    return message(mail, textOf(type, body.text), NO_PARTS, body.damage)
  }
  const body = decodeBody(
    context,
    type,
    encoding,
    quoted ? unquoteFrom(latin1.slice(bodyStart)) : bytes.subarray(bodyStart),
  )
  return message(mail, textOf(type, body.text), NO_PARTS, body.damage)
}

function textOf(type: ContentType, text: string): string {
  return type.type === 'text/html' ? htmlText(text) : text
}

interface ReadHeader {
  readonly raw: RawMail
  readonly fields: HeaderFields
  readonly place: Place
  readonly headerText: string
  readonly bodyLine: number
}

/** A string of V8 holds about 2^29 characters; a mail half as long is no mail. */
const MAX_MAIL = 1 << 28

const NO_DAMAGE: readonly MailDamage[] = []
const NO_PARTS: readonly MailPart[] = []
const NO_IDS: readonly string[] = []

function cut(bytes: Buffer, place: Place, sink: Diagnostic[]): Buffer {
  sink.push({
    severity: 'error',
    code: 'mail-too-large',
    message: `a mail of ${bytes.length} bytes: only the first ${MAX_MAIL} are read`,
    place,
    hint: 'give the patch alone',
  })
  return bytes.subarray(0, MAX_MAIL)
}

interface HeaderSplit {
  readonly headerEnd: number
  readonly bodyStart: number
  readonly crlf: boolean
}

/** Where the header ends and the body starts. A first line that is no header line means there is no header. */
function splitHeader(text: string): HeaderSplit {
  const firstLine = text.indexOf('\n')
  const crlf = firstLine > 0 && text.charCodeAt(firstLine - 1) === 0x0d
  if (firstLine === 0) return { headerEnd: 0, bodyStart: 1, crlf }
  if (firstLine === 1 && crlf) return { headerEnd: 0, bodyStart: 2, crlf }
  if (!startsWithHeader(text)) return { headerEnd: 0, bodyStart: 0, crlf }
  const wide = crlf ? text.indexOf('\r\n\r\n') : -1
  const narrow = text.indexOf('\n\n')
  if (wide >= 0 && (narrow < 0 || wide < narrow)) return { headerEnd: wide, bodyStart: wide + 4, crlf }
  if (narrow >= 0) return { headerEnd: narrow, bodyStart: narrow + 2, crlf }
  return { headerEnd: text.length, bodyStart: text.length, crlf }
}

function startsWithHeader(text: string): boolean {
  for (let at = 0; at < text.length && at < 200; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x3a) return at > 0
    // `>From x` as a first line is how some tools keep an mbox separator in a single mail.
    if (code === 0x20) return at > 0 && text.startsWith('>From')
    if (code < 0x21 || code > 0x7e) return false
  }
  return false
}

function message(
  mail: ReadHeader,
  body: string,
  parts: readonly MailPart[],
  damage: readonly MailDamage[],
): Message {
  const { fields } = mail
  return {
    messageId: messageId(fields.messageId),
    inReplyTo: fields.inReplyTo === null ? null : (bracketedIds(fields.inReplyTo)[0] ?? null),
    references: fields.references === null ? NO_IDS : bracketedIds(fields.references),
    subject: fields.subject === null ? '' : decodeEncodedWords(fields.subject),
    from: fields.from === null ? null : parseAddress(fields.from),
    date: fields.date === null ? null : parseDate(fields.date),
    headerText: mail.headerText,
    body,
    bodyLine: mail.bodyLine,
    parts,
    source: mail.place,
    format: mail.raw.format,
    damage,
  }
}

function messageId(value: string | null): string | null {
  if (value === null || value === '') return null
  return bracketedIds(value)[0] ?? (/^[^\s<>]+@[^\s<>]+$/.test(value) ? value : null)
}

function withoutQuotes(text: string): string {
  return text.replace(/^>(>*From )/gm, '$1')
}

function unquoteFrom(latin1: string): Buffer {
  return Buffer.from(withoutQuotes(latin1), 'latin1')
}

/** What postal-mime needs to know of the top header; the rest was read here. */
function mimeHeader(fields: HeaderFields): string {
  const lines = ['MIME-Version: 1.0', `Content-Type: ${fields.contentType ?? ''}`]
  if (fields.transferEncoding !== null) lines.push(`Content-Transfer-Encoding: ${fields.transferEncoding}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
