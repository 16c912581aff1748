import type { Diagnostic, Place } from '../base/index.js'
import { decodeBase64 } from './base64.js'
import { decodeCharset } from './charset.js'
import { type ContentType, parseContentType } from './content-type.js'
import { decodeEncodedWords } from './encoded-words.js'
import { unflow } from './flowed.js'
import { bracketedIds, type HeaderFields, scanHeader } from './header-fields.js'
import type { MailDamage, MailFormat, MailPart, Message } from './message.js'
import { parseAddress } from './parse-address.js'
import { parseDate } from './parse-date.js'
import { decodeQuotedPrintable, isAllQuotedPrintable } from './quoted-printable.js'
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
 * Reads one RFC 5322 mail. Single-part mail is read at once, multipart mail (and HTML) by postal-mime, hence the
 * promise. Never throws on bad input: what cannot be decoded is kept as it is, with a diagnostic in `sink`.
 */
export function readRfc822(raw: RawMail, sink: Diagnostic[]): Message | Promise<Message> {
  const split = splitHeader(raw.bytes)
  const crlf = raw.bytes[split.headerEnd] === CR
  const head = decodeCharset(raw.bytes.subarray(0, split.headerEnd), null).text
  const headerText = crlf || head.includes('\r\n') ? head.replace(/\r\n/g, '\n') : head
  const fields = scanHeader(headerText)
  const place: Place = { source: raw.source, line: raw.line }
  const bodyLine = raw.headerLine + fields.lines + (split.bodyStart > split.headerEnd ? 1 : 0)
  const context: BodyContext = { raw, fields, place, headerText, bodyLine, crlf, sink }
  if (split.headerEnd === 0) {
    report(context, 'mail-without-headers', 'a mail without headers: all of it is taken as the body')
  }
  let body = raw.bytes.subarray(split.bodyStart)
  if (body.length > MAX_BODY) {
    sink.push({
      severity: 'error',
      code: 'mail-too-large',
      message: `a mail of ${body.length} bytes: only the first ${MAX_BODY} are read`,
      place,
      hint: 'split the mail, or give the patch alone',
    })
    body = body.subarray(0, MAX_BODY)
  }
  if (raw.unquoteFrom && body.includes('>From ')) body = unquoteFrom(body)
  const type = parseContentType(fields.contentType)
  if (NEEDS_MIME.test(type.type)) {
    return readMultipart(Buffer.from(`${mimeHeader(fields)}\r\n\r\n`), body, place, sink).then((content) =>
      message(context, content.body, content.parts, NO_DAMAGE),
    )
  }
  return readSinglePart(context, type, body)
}

interface BodyContext {
  readonly raw: RawMail
  readonly fields: HeaderFields
  readonly place: Place
  readonly headerText: string
  readonly bodyLine: number
  readonly crlf: boolean
  readonly sink: Diagnostic[]
}

const CR = 0x0d
const LF = 0x0a

/** A string of V8 holds about 2^29 characters; a mail half as long is no mail. */
const MAX_BODY = 1 << 28

const NEEDS_MIME = /^(?:multipart\/|text\/html$|message\/rfc822$)/
const NO_DAMAGE: readonly MailDamage[] = []
const NO_PARTS: readonly MailPart[] = []
const QP_UNDECODED: readonly MailDamage[] = [
  { kind: 'qp-undecoded', note: 'quoted-printable that no header announces; every = is an escape' },
]

/** Where the header ends and the body starts. A first line that is no header line means there is no header. */
function splitHeader(bytes: Buffer): { headerEnd: number; bodyStart: number } {
  if (bytes[0] === LF) return { headerEnd: 0, bodyStart: 1 }
  if (bytes[0] === CR && bytes[1] === LF) return { headerEnd: 0, bodyStart: 2 }
  if (!startsWithHeader(bytes)) return { headerEnd: 0, bodyStart: 0 }
  const firstLf = bytes.indexOf(LF)
  if (firstLf > 0 && bytes[firstLf - 1] === CR) {
    const end = bytes.indexOf('\r\n\r\n')
    if (end >= 0) return { headerEnd: end, bodyStart: end + 4 }
  }
  const end = bytes.indexOf('\n\n')
  return end < 0
    ? { headerEnd: bytes.length, bodyStart: bytes.length }
    : { headerEnd: end, bodyStart: end + 2 }
}

function startsWithHeader(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length && at < 200; at++) {
    const byte = bytes[at] ?? 0
    if (byte === 0x3a) return at > 0
    // `>From x` as a first line is how some tools keep an mbox separator in a single mail.
    if (byte === 0x20) return at > 0 && bytes.toString('latin1', 0, at) === '>From'
    if (byte < 0x21 || byte > 0x7e) return false
  }
  return false
}

function readSinglePart(context: BodyContext, type: ContentType, body: Buffer): Message {
  const encoding = transferEncoding(context.fields.transferEncoding)
  let bytes = body
  if (encoding === 'quoted-printable') {
    const decoded = decodeQuotedPrintable(body)
    bytes = decoded.bytes
    if (decoded.invalid > 0) {
      report(context, 'quoted-printable-invalid', `${decoded.invalid} = signs start no escape and were kept`)
    }
  } else if (encoding === 'base64') bytes = fromBase64(context, body)
  else if (encoding === 'unknown') {
    report(
      context,
      'transfer-encoding-unknown',
      `transfer encoding ${JSON.stringify(context.fields.transferEncoding)} is not known; the body is read as it is`,
    )
  }
  let decoded = decodeCharset(bytes, type.charset)
  let damage = NO_DAMAGE
  if (encoding === 'identity' && decoded.text.includes('=3D') && isUndeclaredQp(decoded.text)) {
    decoded = decodeCharset(decodeQuotedPrintable(bytes).bytes, type.charset)
    damage = QP_UNDECODED
  }
  if (decoded.trouble !== null)
    report(context, decoded.trouble, charsetMessage(decoded.trouble, type.charset))
  let text = decoded.text
  if (text.includes('\r\n') && (context.crlf || (encoding !== 'identity' && isAllCrlf(text)))) {
    text = text.replace(/\r\n/g, '\n')
  }
  if (text.includes('\0')) report(context, 'nul-bytes', 'the mail holds NUL bytes; they were kept')
  if (type.flowed) text = unflow(text, type.delSp)
  return message(context, text, NO_PARTS, damage)
}

function message(
  context: BodyContext,
  body: string,
  parts: readonly MailPart[],
  damage: readonly MailDamage[],
): Message {
  const { fields } = context
  const inReplyTo = fields.inReplyTo === null ? null : (bracketedIds(fields.inReplyTo)[0] ?? null)
  return {
    messageId: messageId(fields.messageId),
    inReplyTo,
    references: fields.references === null ? [] : bracketedIds(fields.references),
    subject: fields.subject === null ? '' : decodeEncodedWords(fields.subject),
    from: fields.from === null ? null : parseAddress(fields.from),
    date: fields.date === null ? null : parseDate(fields.date),
    headerText: context.headerText,
    body,
    bodyLine: context.bodyLine,
    parts,
    source: context.place,
    format: context.raw.format,
    damage,
  }
}

function messageId(value: string | null): string | null {
  if (value === null || value === '') return null
  return bracketedIds(value)[0] ?? (/^[^\s<>]+@[^\s<>]+$/.test(value) ? value : null)
}

function transferEncoding(value: string | null): 'identity' | 'quoted-printable' | 'base64' | 'unknown' {
  switch (value === null ? '' : value.toLowerCase().replace(/["';].*$|\s/g, '')) {
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return 'identity'
    case 'quoted-printable':
      return 'quoted-printable'
    case 'base64':
      return 'base64'
    default:
      return 'unknown'
  }
}

function fromBase64(context: BodyContext, body: Buffer): Buffer {
  const decoded = decodeBase64(body)
  if (decoded.invalid > 0 && decoded.invalid * 4 > decoded.bytes.length) {
    report(context, 'base64-invalid', 'declared base64, but the body is not; it is read as it is')
    return body
  }
  if (decoded.invalid > 0) {
    report(context, 'base64-invalid', `${decoded.invalid} characters are not base64 and were skipped`)
  }
  if (decoded.tail === null) return decoded.bytes
  context.sink.push({
    severity: 'note',
    code: 'base64-tail',
    message: 'plain text follows the base64 body; it was appended',
    place: context.place,
  })
  return Buffer.concat([decoded.bytes, decoded.tail])
}

/** INTAKE.md 2.5: only when escapes and a blank before a newline are there, and nothing speaks against it. */
function isUndeclaredQp(text: string): boolean {
  return (text.includes('=20\n') || text.includes('=\n')) && isAllQuotedPrintable(text, false)
}

/** Every line ends in CRLF: then it is the encoder's canonical form, not a patch's content. */
function isAllCrlf(text: string): boolean {
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) !== CR) return false
  }
  return true
}

function unquoteFrom(body: Buffer): Buffer {
  return Buffer.from(body.toString('latin1', 0, body.length).replace(/^>(>*From )/gm, '$1'), 'latin1')
}

/** What postal-mime needs to know of the top header; the rest was read here. */
function mimeHeader(fields: HeaderFields): string {
  const lines = ['MIME-Version: 1.0', `Content-Type: ${fields.contentType ?? ''}`]
  if (fields.transferEncoding !== null) lines.push(`Content-Transfer-Encoding: ${fields.transferEncoding}`)
  return lines.join('\r\n')
}

function charsetMessage(trouble: string, charset: string | null): string {
  if (trouble === 'charset-unknown')
    return `charset ${JSON.stringify(charset)} is not known; the text was guessed`
  if (trouble === 'charset-guessed')
    return 'no charset is declared and the text is not UTF-8; read as windows-1252'
  return `bytes that charset ${JSON.stringify(charset)} does not have became U+FFFD`
}

function report(context: BodyContext, code: string, text: string): void {
  context.sink.push({ severity: 'warning', code, message: text, place: context.place })
}
