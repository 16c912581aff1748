/**
 * Bytes decoded from base64. `invalid` counts characters outside the alphabet that were skipped; `tail` is
 * plain text that follows the padding, as list software appends its footer to an encoded body.
 */
export interface Base64 {
  readonly bytes: Buffer
  readonly invalid: number
  readonly tail: Uint8Array | null
}

/** Undoes base64, skipping what is not base64. Several padded runs one after another are all decoded. */
export function decodeBase64(bytes: Uint8Array): Base64 {
  const out = Buffer.allocUnsafe(Math.ceil((bytes.length * 3) / 4) + 3)
  let length = 0
  let invalid = 0
  let bits = 0
  let held = 0
  let padded = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    const value = DIGITS[byte] ?? OTHER
    if (value < 64) {
      if (padded) {
        if (!lineIsBase64(bytes, at)) {
          return { bytes: out.subarray(0, length), invalid, tail: bytes.subarray(at) }
        }
        padded = false
      }
      held = ((held << 6) | value) & 0xffffff
      bits += 6
      if (bits >= 8) {
        bits -= 8
        out[length++] = (held >> bits) & 255
      }
    } else if (value === PAD) {
      padded = true
      bits = 0
    } else if (value === OTHER) {
      if (padded) return { bytes: out.subarray(0, length), invalid, tail: bytes.subarray(at) }
      invalid++
    }
  }
  return { bytes: out.subarray(0, length), invalid, tail: null }
}

const PAD = 64
const BLANK = 65
const OTHER = 66

const DIGITS = digits()

function digits(): Uint8Array {
  const table = new Uint8Array(256).fill(OTHER)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  for (let value = 0; value < alphabet.length; value++) table[alphabet.charCodeAt(value)] = value
  table[0x3d] = PAD
  for (const blank of [0x20, 0x09, 0x0a, 0x0d]) table[blank] = BLANK
  return table
}

/** A line of base64 has nothing else in it, and no blank before its end. Its first 128 bytes decide. */
function lineIsBase64(bytes: Uint8Array, at: number): boolean {
  let blank = false
  let digits = 0
  const stop = Math.min(bytes.length, at + 128)
  for (let index = at; index < stop && bytes[index] !== 0x0a; index++) {
    const value = DIGITS[bytes[index] ?? 0] ?? OTHER
    if (value === OTHER || (blank && value !== BLANK)) return false
    if (value === PAD) return true
    if (value === BLANK) blank = true
    else digits++
  }
  return digits % 4 === 0 || digits > 64
}
