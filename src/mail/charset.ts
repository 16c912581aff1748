import { isAscii, isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'

/** Decoded text, and what had to be assumed: nothing, another charset, or U+FFFD for bytes that are none. */
export interface Decoded {
  readonly text: string
  readonly trouble: null | 'charset-unknown' | 'charset-guessed' | 'charset-invalid-bytes'
}

/**
 * Bytes to text by a charset's name as mails write it. No name, and `us-ascii` with high bytes, mean UTF-8 where
 * the bytes are that, else windows-1252 (which loses nothing). Bytes that the named charset does not have
 * become U+FFFD.
 */
export function decodeCharset(bytes: Buffer, charset: string | null): Decoded {
  const label = charset === null ? '' : normalLabel(charset)
  if (ASCII_BASED.has(label) && isAscii(bytes))
    return { text: bytes.toString('latin1', 0, bytes.length), trouble: null }
  if (label === 'utf-8') {
    return {
      text: bytes.toString('utf8', 0, bytes.length),
      trouble: isUtf8(bytes) ? null : 'charset-invalid-bytes',
    }
  }
  if (label === '') return guessed(bytes, null)
  if (label === 'windows-1252' || label === 'iso-8859-1') return { text: windows1252(bytes), trouble: null }
  const decoder = decoderFor(label)
  if (decoder === null) return guessed(bytes, 'charset-unknown')
  const text = decoder.decode(bytes)
  return { text, trouble: text.includes('\ufffd') ? 'charset-invalid-bytes' : null }
}

function guessed(bytes: Buffer, trouble: 'charset-unknown' | null): Decoded {
  if (isUtf8(bytes)) return { text: bytes.toString('utf8', 0, bytes.length), trouble }
  return { text: windows1252(bytes), trouble: trouble ?? 'charset-guessed' }
}

/** By hand, because Node 20's TextDecoder takes windows-1252 for Latin-1; ISO 8859-1 in mails means this too. */
function windows1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (one) => C1_AS_1252[one.charCodeAt(0) - 0x80] ?? one)
}

/** What windows-1252 has where ISO 8859-1 has control characters; the five unused ones stay. */
const C1_AS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

const ASCII_BASED = new Set(['', 'utf-8', 'iso-8859-1', 'iso-8859-15', 'windows-1252'])

/** Names that declare nothing, or only ASCII: the bytes decide. */
const UNDECLARED = new Set([
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  'iso646-us',
  'unknown',
  'unknown-8bit',
  'x-unknown',
  'default',
  'binary',
  '8bit',
  'none',
])

function normalLabel(charset: string): string {
  const label = charset
    .trim()
    .toLowerCase()
    .replace(/^["']+|["']+$/g, '')
  if (UNDECLARED.has(label)) return ''
  if (label === 'utf8' || label === 'utf8mb4' || label === 'utf_8' || label === 'utf-8-sig') return 'utf-8'
  const codePage = /^(?:cp|x-cp|ms|win)-?(125[0-8]|874|866|932|949|936)$/.exec(label)?.[1]
  if (codePage === '932') return 'shift_jis'
  if (codePage === '949') return 'euc-kr'
  if (codePage === '936') return 'gbk'
  if (codePage === '866') return 'ibm866'
  if (codePage !== undefined) return `windows-${codePage}`
  const latin = /^(?:iso)[-_]?8859[-_](\d{1,2})$/.exec(label)?.[1]
  return latin === undefined ? label : `iso-8859-${latin}`
}

const decoders = new Map<string, TextDecoder | null>()

function decoderFor(label: string): TextDecoder | null {
  const known = decoders.get(label)
  if (known !== undefined) return known
  let decoder: TextDecoder | null = null
  try {
    decoder = new TextDecoder(label)
  } catch {
    // The platform has no such charset: that is what null says.
  }
  // The name comes out of a mail, so the cache must not grow with it.
  if (decoders.size < 100) decoders.set(label, decoder)
  return decoder
}
