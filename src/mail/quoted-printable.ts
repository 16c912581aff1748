/** Bytes decoded from quoted-printable; `invalid` counts `=` signs that start no escape and were kept. */
export interface QuotedPrintable {
  readonly bytes: Buffer
  readonly invalid: number
}

/**
 * Undoes quoted-printable. Blanks before a line's end are kept: a patch's empty context line is one, and
 * encoders that should have written `=20` are more common than transports that add blanks.
 */
export function decodeQuotedPrintable(bytes: Uint8Array): QuotedPrintable {
  const out = Buffer.allocUnsafe(bytes.length)
  let length = 0
  let invalid = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== EQUALS) {
      out[length++] = byte
      continue
    }
    const high = hexDigit(bytes[at + 1])
    const low = hexDigit(bytes[at + 2])
    if (high >= 0 && low >= 0) {
      out[length++] = (high << 4) | low
      at += 2
      continue
    }
    const lineEnd = softBreakEnd(bytes, at + 1)
    if (lineEnd >= 0) at = lineEnd - 1
    else {
      out[length++] = byte
      invalid++
    }
  }
  return { bytes: out.subarray(0, length), invalid }
}

/**
 * True when every `=` of the text starts an escape or a soft line break, and there is one. `blankBreaks` also
 * takes `=` + blank for a soft break, as in text whose newlines became blanks (INTAKE.md 2.5).
 */
export function isAllQuotedPrintable(text: string, blankBreaks: boolean): boolean {
  let at = text.indexOf('=')
  if (at < 0) return false
  for (; at >= 0; at = text.indexOf('=', at + 1)) {
    const next = text.charCodeAt(at + 1)
    if (Number.isNaN(next) || next === 10 || (next === 13 && text.charCodeAt(at + 2) === 10)) continue
    if (blankBreaks && next === 32) continue
    if (hexDigit(next) < 0 || hexDigit(text.charCodeAt(at + 2)) < 0) return false
  }
  return true
}

const EQUALS = 0x3d

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Where the next line starts if only blanks stand between `at` and the line's end, else -1. */
function softBreakEnd(bytes: Uint8Array, at: number): number {
  let end = at
  // A soft break may carry transport blanks; a longer run of them is text.
  while (end - at < 80 && (bytes[end] === 0x20 || bytes[end] === 0x09)) end++
  if (end >= bytes.length) return end
  if (bytes[end] === 0x0d && bytes[end + 1] === 0x0a) return end + 2
  return bytes[end] === 0x0a ? end + 1 : -1
}
