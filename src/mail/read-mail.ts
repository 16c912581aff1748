import type { Diagnostic, Place } from '../base/index.js'
import { decodeCharset } from './charset.js'
import { detectFormat } from './detect-format.js'
import { gunzip, isGzip } from './gunzip.js'
import type { DroppedLine, MailFormat, MailReading, MailReadingNotes, Message } from './message.js'
import { readHypermail } from './read-hypermail.js'
import { readMailArchive } from './read-mail-archive.js'
import { readOneLine } from './read-one-line.js'
import { readPipermail } from './read-pipermail.js'
import { readRfc822 } from './read-rfc822.js'
import { splitMbox } from './split-mbox.js'
import type { PageReading } from './text-lines.js'

/**
 * All mails in the bytes of one file or of standard input, gzipped or not, in whatever format it is. `source` is
 * the name that places show. Never fails: input without a mail gives no messages and a diagnostic that says so.
 */
export async function readMail(bytes: Uint8Array, source: string): Promise<MailReading> {
  const messages: Message[] = []
  const notes = await readMailEach(bytes, source, (message) => {
    messages.push(message)
  })
  return { format: notes.format, messages, diagnostics: notes.diagnostics, dropped: notes.dropped }
}

/**
 * As `readMail`, but hands the mails over one at a time, in order, and keeps none: a big mbox costs no more memory
 * than its bytes. Single-part mails of an mbox are handed over synchronously, without a promise each.
 */
export async function readMailEach(
  bytes: Uint8Array,
  source: string,
  onMessage: (message: Message) => void,
): Promise<MailReadingNotes> {
  const diagnostics: Diagnostic[] = []
  const place: Place = { source }
  let buffer = asBuffer(bytes)
  if (isGzip(buffer)) {
    const unpacked = await gunzip(buffer, place, diagnostics)
    if (!unpacked.ok) return { format: 'plain-text', diagnostics: [unpacked.error], dropped: [] }
    buffer = unpacked.value
  }
  buffer = withoutByteOrderMark(buffer, place, diagnostics)
  if (isBlank(buffer)) {
    diagnostics.push({
      severity: 'error',
      code: 'input-empty',
      message: 'the input is empty: there is no mail in it',
      place,
    })
    return { format: 'plain-text', diagnostics, dropped: [] }
  }
  const format = detectFormat(buffer)
  if (format === 'binary') {
    diagnostics.push({
      severity: 'error',
      code: 'input-binary',
      message: 'the input is binary: neither mail nor text',
      place,
      hint: 'give an mbox, a maildir, single mails, or a web archive page saved as text',
    })
    return { format: 'plain-text', diagnostics, dropped: [] }
  }
  const dropped = await readFormat(format, buffer, source, diagnostics, onMessage)
  return { format, diagnostics, dropped }
}

/** One RFC 5322 mail's bytes, as a file of a maildir holds them. */
export function readSingleMail(
  bytes: Uint8Array,
  source: string,
  format: MailFormat,
  sink: Diagnostic[],
): Message | Promise<Message> {
  const raw = { bytes: asBuffer(bytes), source, line: 1, headerLine: 1, format, unquoteFrom: false }
  return readRfc822(raw, sink)
}

async function readFormat(
  format: MailFormat,
  bytes: Buffer,
  source: string,
  sink: Diagnostic[],
  onMessage: (message: Message) => void,
): Promise<readonly DroppedLine[]> {
  switch (format) {
    case 'mbox':
      await readMbox(bytes, source, sink, onMessage)
      return NOTHING
    case 'eml':
      onMessage(await readSingleMail(withoutLeadingNewlines(bytes), source, 'eml', sink))
      return NOTHING
    case 'one-line':
      readOneLine(decodeText(bytes, source, sink), source, sink).forEach(onMessage)
      return NOTHING
    case 'hypermail':
      return deliver(readHypermail(decodeText(bytes, source, sink), source), onMessage)
    case 'pipermail':
      return deliver(readPipermail(decodeText(bytes, source, sink), source), onMessage)
    case 'mail-archive':
      return deliver(readMailArchive(decodeText(bytes, source, sink), source), onMessage)
    default:
      onMessage(plainText(decodeText(bytes, source, sink), source))
      return NOTHING
  }
}

const NOTHING: readonly DroppedLine[] = []

async function readMbox(
  bytes: Buffer,
  source: string,
  sink: Diagnostic[],
  onMessage: (message: Message) => void,
): Promise<void> {
  for (const entry of splitMbox(bytes, source, sink)) {
    const raw = {
      bytes: bytes.subarray(entry.start, entry.end),
      source,
      line: entry.line,
      headerLine: entry.line + 1,
      format: 'mbox' as const,
      unquoteFrom: entry.unquoteFrom,
    }
    const mail = readRfc822(raw, sink)
    // No promise, no waiting: an `await` per plain mail costs as much as half of reading it.
    onMessage(mail instanceof Promise ? await mail : mail)
  }
}

function deliver(page: PageReading, onMessage: (message: Message) => void): readonly DroppedLine[] {
  page.messages.forEach(onMessage)
  return page.dropped
}

function plainText(text: string, source: string): Message {
  return {
    messageId: null,
    inReplyTo: null,
    references: [],
    subject: '',
    from: null,
    date: null,
    headerText: '',
    body: text.includes('\r\n') && !/(?<!\r)\n/.test(text) ? text.replace(/\r\n/g, '\n') : text,
    bodyLine: 1,
    parts: [],
    source: { source, line: 1 },
    format: 'plain-text',
    damage: [],
  }
}

function decodeText(bytes: Buffer, source: string, sink: Diagnostic[]): string {
  const decoded = decodeCharset(bytes.length > MAX_TEXT ? bytes.subarray(0, MAX_TEXT) : bytes, null)
  if (bytes.length > MAX_TEXT) {
    sink.push({
      severity: 'error',
      code: 'mail-too-large',
      message: `a text of ${bytes.length} bytes: only the first ${MAX_TEXT} are read`,
      place: { source },
    })
  }
  if (decoded.trouble !== null) {
    sink.push({
      severity: 'warning',
      code: decoded.trouble,
      message: 'the text is not UTF-8; read as windows-1252',
      place: { source },
    })
  }
  if (decoded.text.includes('\0')) {
    sink.push({
      severity: 'warning',
      code: 'nul-bytes',
      message: 'the text holds NUL bytes; they were kept',
      place: { source },
    })
  }
  return decoded.text
}

/** A string of V8 holds about 2^29 characters. */
const MAX_TEXT = 1 << 28

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** UTF-8's mark is taken off, and UTF-16 text (a page saved by an old browser) becomes UTF-8. */
function withoutByteOrderMark(bytes: Buffer, place: Place, sink: Diagnostic[]): Buffer {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3)
  const label = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-16be'
  if (label === 'utf-16be' && !(bytes[0] === 0xfe && bytes[1] === 0xff)) return bytes
  sink.push({
    severity: 'note',
    code: 'input-utf16',
    message: `the input is ${label}; it was converted`,
    place,
  })
  return Buffer.from(decodeCharset(bytes.subarray(2, MAX_TEXT), label).text, 'utf8')
}

function isBlank(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== 0x20 && (byte < 9 || byte > 13)) return false
  }
  return true
}

function withoutLeadingNewlines(bytes: Buffer): Buffer {
  let start = 0
  while (bytes[start] === 0x0a || bytes[start] === 0x0d) start++
  return start === 0 ? bytes : bytes.subarray(start)
}
