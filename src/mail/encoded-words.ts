import { decodeBase64 } from './base64.js'
import { decodeCharset } from './charset.js'
import { decodeQuotedPrintable } from './quoted-printable.js'

/**
 * Undoes RFC 2047 in a header value. Neighbouring words of one charset are joined before they are decoded,
 * since senders split them inside a character. What is no proper word stays as it is.
 */
export function decodeEncodedWords(value: string): string {
  if (!value.includes('=?')) return value
  let out = ''
  let at = 0
  let pending: { charset: string; bytes: Buffer[] } | null = null
  const flush = (): void => {
    if (pending !== null) out += decodeCharset(Buffer.concat(pending.bytes), pending.charset).text
    pending = null
  }
  for (const match of value.matchAll(WORD)) {
    const between = value.slice(at, match.index)
    if (pending === null || between.trim() !== '') {
      flush()
      out += between
    }
    const charset = (match[1] ?? '').replace(/\*.*$/, '').toLowerCase()
    const bytes = wordBytes(match[2] ?? '', match[3] ?? '')
    const open: { charset: string; bytes: Buffer[] } | null = pending
    if (open !== null && sameCharset(open, charset)) open.bytes.push(bytes)
    else {
      flush()
      pending = { charset, bytes: [bytes] }
    }
    at = match.index + match[0].length
  }
  flush()
  return out + value.slice(at)
}

const WORD = /=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=/gi

function sameCharset(open: { charset: string }, charset: string): boolean {
  return open.charset === charset
}

function wordBytes(encoding: string, text: string): Buffer {
  const raw = Buffer.from(text, 'utf8')
  if (encoding === 'b' || encoding === 'B') return decodeBase64(raw).bytes
  for (let at = 0; at < raw.length; at++) if (raw[at] === 0x5f) raw[at] = 0x20
  return decodeQuotedPrintable(raw).bytes
}
