/** C's printf(): the text of a format and its arguments. */
import { fixed, scientific } from './decimal.js'

/** What a format takes its arguments from. */
export interface FormatArguments {
  /** The bit pattern of the next argument, as C's default promotions make it. */
  readonly next: () => bigint
  /** The bytes before the first 0 at an address. */
  readonly string: (address: bigint) => Uint8Array
  /** Reads up to `most` bytes, where the string need not end. */
  readonly stringOf: (address: bigint, most: number) => Uint8Array
  readonly store: (address: bigint, bytes: number, bits: bigint) => void
  readonly wordBits: 32 | 64
}

interface Conversion {
  readonly flags: string
  readonly width: number
  /** Null if it is not said. */
  readonly precision: number | null
  readonly length: string
  readonly letter: string
}

const PATTERN = /^%([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?(hh|h|ll|l|j|z|t|L|q)?([a-zA-Z%])/
const LATIN1 = new TextDecoder('latin1')

/** The bytes that the format makes. */
export function formatted(format: Uint8Array, from: FormatArguments): Uint8Array {
  const out: number[] = []
  const text = latin1(format)
  for (let i = 0; i < text.length; ) {
    const at = text.indexOf('%', i)
    const end = at < 0 ? text.length : at
    for (; i < end; i++) out.push(format[i] ?? 0)
    if (at < 0) break
    const match = PATTERN.exec(text.slice(i))
    if (match === null) {
      out.push(format[i++] ?? 0)
      continue
    }
    i += match[0].length
    let flags = match[1] ?? ''
    let width = numberOf(match[2], from) ?? 0
    const hasPoint = /^[^a-zA-Z]*\./.test(match[0])
    const given = numberOf(match[3], from)
    if (width < 0) {
      flags += '-'
      width = -width
    }
    const precision = !hasPoint ? null : given === null ? 0 : given < 0 ? null : given
    const conversion = { flags, width, precision, length: match[4] ?? '', letter: match[5] ?? '' }
    if (conversion.letter === 'n') {
      from.store(
        BigInt.asUintN(from.wordBits, from.next()),
        sizeOf(conversion.length, from.wordBits),
        BigInt(out.length),
      )
      continue
    }
    for (const byte of converted(conversion, from)) out.push(byte)
  }
  return Uint8Array.from(out)
}

/** Bytes one by one as characters. */
function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function numberOf(text: string | undefined, from: FormatArguments): number | null {
  if (text === undefined) return null
  return text === '*' ? Number(BigInt.asIntN(32, from.next())) : Number(text)
}

function sizeOf(length: string, wordBits: number): number {
  switch (length) {
    case 'hh':
      return 1
    case 'h':
      return 2
    case 'l':
    case 'z':
    case 't':
      return wordBits / 8
    case 'll':
    case 'j':
    case 'q':
    case 'L':
      return 8
    default:
      return 4
  }
}

function converted(c: Conversion, from: FormatArguments): Iterable<number> {
  switch (c.letter) {
    case '%':
      return [37]
    case 'c':
      return padBytes(Uint8Array.of(Number(from.next() & 0xffn)), c)
    case 's': {
      const address = BigInt.asUintN(from.wordBits, from.next())
      const bytes =
        address === 0n
          ? new TextEncoder().encode('(null)')
          : c.precision === null
            ? from.string(address)
            : from.stringOf(address, c.precision)
      return padBytes(c.precision === null ? bytes : bytes.subarray(0, c.precision), c)
    }
    case 'd':
    case 'i': {
      const bits = sizeOf(c.length, from.wordBits) * 8
      const value = BigInt.asIntN(bits, from.next())
      return integer(value < 0n ? -value : value, 10, signOf(value < 0n, c.flags), c)
    }
    case 'u':
      return integer(unsigned(c, from), 10, '', c)
    case 'o': {
      const value = unsigned(c, from)
      const digits = value.toString(8)
      const needsZero = c.flags.includes('#') && (c.precision ?? 1) <= digits.length && value !== 0n
      return integer(value, 8, '', needsZero ? { ...c, precision: digits.length + 1 } : c)
    }
    case 'x':
    case 'X': {
      const value = unsigned(c, from)
      const prefix = c.flags.includes('#') && value !== 0n ? `0${c.letter}` : ''
      return integer(value, 16, prefix, c)
    }
    case 'p': {
      const value = from.next()
      if (value === 0n) return padBytes(new TextEncoder().encode('(nil)'), c)
      return integer(value, 16, '0x', c)
    }
    default:
      return floating(c, from)
  }
}

function unsigned(c: Conversion, from: FormatArguments): bigint {
  return BigInt.asUintN(sizeOf(c.length, from.wordBits) * 8, from.next())
}

function signOf(isNegative: boolean, flags: string): string {
  return isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
}

function integer(value: bigint, base: number, prefix: string, c: Conversion): Iterable<number> {
  let digits = value === 0n && c.precision === 0 ? '' : value.toString(base)
  if (c.letter === 'X') digits = digits.toUpperCase()
  digits = digits.padStart(c.precision ?? 1, '0')
  const zeros = c.flags.includes('0') && !c.flags.includes('-') && c.precision === null
  return padNumber(prefix, digits, c, zeros)
}

function floating(c: Conversion, from: FormatArguments): Iterable<number> {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt.asUintN(64, from.next()))
  const value = view.getFloat64(0)
  const isNegative = value < 0 || Object.is(value, -0) || (Number.isNaN(value) && view.getUint8(0) >= 0x80)
  const sign = signOf(isNegative, c.flags)
  const size = Math.abs(value)
  const isUpper = c.letter !== c.letter.toLowerCase()
  const zeros = c.flags.includes('0') && !c.flags.includes('-')
  if (!Number.isFinite(size)) {
    const name = Number.isNaN(size) ? 'nan' : 'inf'
    return padNumber(sign, isUpper ? name.toUpperCase() : name, c, false)
  }
  const text = floatText(c, size)
  return padNumber(sign, isUpper ? text.toUpperCase() : text, c, zeros)
}

function floatText(c: Conversion, size: number): string {
  const keepsPoint = c.flags.includes('#')
  const pointed = (text: string): string => (keepsPoint && !text.includes('.') ? `${text}.` : text)
  switch (c.letter.toLowerCase()) {
    case 'f':
      return pointed(fixed(size, c.precision ?? 6))
    case 'e': {
      const { text, exponent } = scientific(size, c.precision ?? 6)
      return `${pointed(text)}${exponentText(exponent)}`
    }
    case 'g': {
      const precision = c.precision === null ? 6 : Math.max(c.precision, 1)
      const { text, exponent } = scientific(size, precision - 1)
      const plain = exponent >= -4 && exponent < precision
      const digits = plain ? fixed(size, precision - 1 - exponent) : text
      const trimmed = keepsPoint || !digits.includes('.') ? digits : digits.replace(/\.?0+$/, '')
      return plain ? pointed(trimmed) : `${pointed(trimmed)}${exponentText(exponent)}`
    }
    default:
      return hexFloat(size, c.precision)
  }
}

function exponentText(exponent: number): string {
  const sign = exponent < 0 ? '-' : '+'
  return `e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function hexFloat(size: number, precision: number | null): string {
  if (size === 0) return `0x0${precision ? `.${'0'.repeat(precision)}` : ''}p+0`
  let exponent = Math.floor(Math.log2(size))
  let mantissa = size / 2 ** exponent
  if (mantissa >= 2) {
    mantissa /= 2
    exponent++
  }
  const digits = precision ?? 13
  const scaledUp = BigInt(Math.round((mantissa - 1) * 2 ** Math.min(4 * digits, 52)))
  const fraction = scaledUp.toString(16).padStart(Math.min(digits, 13), '0')
  const shown = precision === null ? fraction.replace(/0+$/, '') : fraction.padEnd(digits, '0')
  return `0x1${shown === '' ? '' : `.${shown}`}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

function padNumber(prefix: string, digits: string, c: Conversion, zeros: boolean): Iterable<number> {
  const room = Math.max(0, c.width - prefix.length - digits.length)
  const text = zeros
    ? prefix + '0'.repeat(room) + digits
    : c.flags.includes('-')
      ? prefix + digits + ' '.repeat(room)
      : ' '.repeat(room) + prefix + digits
  return new TextEncoder().encode(text)
}

function padBytes(bytes: Uint8Array, c: Conversion): Iterable<number> {
  const room = Math.max(0, c.width - bytes.length)
  const blanks = Array.from({ length: room }, () => 32)
  return c.flags.includes('-') ? [...bytes, ...blanks] : [...blanks, ...bytes]
}

/** Bytes as text, one character each. */
export function textOf(bytes: Uint8Array): string {
  return LATIN1.decode(bytes)
}
