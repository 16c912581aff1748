import { decodeEncodedWords } from './encoded-words.js'
import type { Message } from './message.js'

/** The header fields that every mail is asked for, raw (unfolded, not decoded). Null: not there. */
export interface HeaderFields {
  messageId: string | null
  inReplyTo: string | null
  references: string | null
  subject: string | null
  from: string | null
  date: string | null
  contentType: string | null
  transferEncoding: string | null
  /** Lines of the header, without the blank one that ends it. */
  lines: number
}

/**
 * One walk over a header that picks out the eight fields above; the first occurrence of a field counts. A list
 * mail has forty lines of other people's business, so the rest is left for `headerValue` to find on demand.
 */
export function scanHeader(text: string): HeaderFields {
  const fields: HeaderFields = {
    messageId: null,
    inReplyTo: null,
    references: null,
    subject: null,
    from: null,
    date: null,
    contentType: null,
    transferEncoding: null,
    lines: 0,
  }
  let at = 0
  while (at < text.length) {
    let end = text.indexOf('\n', at)
    if (end < 0) end = text.length
    fields.lines++
    const name = fieldAt(text, at)
    if (name !== null && fields[name] === null) {
      let last = end
      while (isBlankAt(text, last + 1)) {
        last = text.indexOf('\n', last + 1)
        if (last < 0) last = text.length
        fields.lines++
      }
      const value = text.slice(at + FIELD_LENGTH[name], last)
      fields[name] = last === end ? value.trim() : unfold(value)
      end = last
    }
    at = end + 1
  }
  return fields
}

/** The first value of a header field, decoded and unfolded, or null. The name in any case. */
export function headerValue(message: Message, name: string): string | null {
  return headerValues(message, name)[0] ?? null
}

/** All values of a header field, decoded and unfolded, top to bottom. */
export function headerValues(message: Message, name: string): readonly string[] {
  const wanted = name.toLowerCase()
  const values: string[] = []
  for (const line of logicalLines(message.headerText)) {
    const colon = line.indexOf(':')
    if (colon > 0 && line.slice(0, colon).toLowerCase() === wanted) {
      values.push(decodeEncodedWords(unfold(line.slice(colon + 1))))
    }
  }
  return values
}

/** A folded value on one line: RFC 5322 takes the newline away and leaves the blank after it. */
export function unfold(value: string): string {
  return value
    .replace(/\r?\n(?=[ \t])/g, '')
    .replace(/\n/g, ' ')
    .replace(/\t/g, ' ')
    .trim()
}

/** The identifiers between angle brackets, in order, each once. */
export function bracketedIds(value: string): string[] {
  const ids: string[] = []
  let seen: Set<string> | null = null
  for (let open = value.indexOf('<'); open >= 0; ) {
    const next = value.indexOf('<', open + 1)
    const close = value.indexOf('>', open + 1)
    if (close < 0) break
    if (next < 0 || close < next) {
      const text = value.slice(open + 1, close)
      const id = text.includes(' ') ? text.replace(/ /g, '') : text
      if (ids.length === MANY) seen = new Set(ids)
      if (id !== '' && !(seen === null ? ids.includes(id) : seen.has(id))) {
        ids.push(id)
        seen?.add(id)
      }
    }
    open = next
  }
  return ids
}

/** From here on a set is cheaper than looking through the list. */
const MANY = 16

type FieldName = Exclude<keyof HeaderFields, 'lines'>

const FIELD_LENGTH: Readonly<Record<FieldName, number>> = {
  messageId: 'message-id:'.length,
  inReplyTo: 'in-reply-to:'.length,
  references: 'references:'.length,
  subject: 'subject:'.length,
  from: 'from:'.length,
  date: 'date:'.length,
  contentType: 'content-type:'.length,
  transferEncoding: 'content-transfer-encoding:'.length,
}

function fieldAt(text: string, at: number): FieldName | null {
  switch (text.charCodeAt(at) | 0x20) {
    case 0x6d:
      return startsWith(text, at, 'message-id:') ? 'messageId' : null
    case 0x69:
      return startsWith(text, at, 'in-reply-to:') ? 'inReplyTo' : null
    case 0x72:
      return startsWith(text, at, 'references:') ? 'references' : null
    case 0x73:
      return startsWith(text, at, 'subject:') ? 'subject' : null
    case 0x66:
      return startsWith(text, at, 'from:') ? 'from' : null
    case 0x64:
      return startsWith(text, at, 'date:') ? 'date' : null
    case 0x63:
      if (startsWith(text, at, 'content-type:')) return 'contentType'
      return startsWith(text, at, 'content-transfer-encoding:') ? 'transferEncoding' : null
    default:
      return null
  }
}

/** Case-insensitive for letters; `lower` is a lower-case name with its colon. */
function startsWith(text: string, at: number, lower: string): boolean {
  for (let index = 0; index < lower.length; index++) {
    const want = lower.charCodeAt(index)
    const got = text.charCodeAt(at + index)
    if (got !== want && ((got | 0x20) !== want || want < 0x61)) return false
  }
  return true
}

function isBlankAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 0x20 || code === 0x09
}

function logicalLines(text: string): string[] {
  return text.split(/\n(?![ \t])/)
}
