/** Characters and strings as written to bytes as stored. */
import { charType, INT, type TypeModel, UINT, USHORT } from '../types/basic-types.js'
import type { IntegerType } from '../types/c-type.js'

/** Units of a string or character literal, before they are cut to its element type. */
interface Units {
  readonly prefix: string
  readonly units: readonly number[]
}

const SIMPLE: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  '0': 0,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
  E: 27,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
}

const UTF8 = new TextEncoder()

/** Reads one literal with prefix and quotes; null if it is none. Characters of narrow ones become UTF-8. */
function unitsOf(text: string): Units | null {
  const match = /^(u8|u|U|L)?(["'])([\s\S]*)\2$/.exec(text)
  if (match === null) return null
  const prefix = match[1] ?? ''
  const body = match[3] ?? ''
  const wide = prefix === 'u' || prefix === 'U' || prefix === 'L'
  const units: number[] = []
  for (let i = 0; i < body.length; ) {
    const c = body.charAt(i)
    if (c !== '\\') {
      const point = body.codePointAt(i) ?? 0
      const character = String.fromCodePoint(point)
      i += character.length
      if (prefix === 'u') for (let k = 0; k < character.length; k++) units.push(character.charCodeAt(k))
      else if (wide) units.push(point)
      else units.push(...UTF8.encode(character))
      continue
    }
    const rest = body.slice(i + 1, i + 12)
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0]
    const hex = /^x([0-9a-fA-F]+)/.exec(rest)
    const universal = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest)
    if (octal !== undefined) {
      units.push(Number.parseInt(octal, 8))
      i += 1 + octal.length
    } else if (hex !== null) {
      const all = /^[0-9a-fA-F]+/.exec(body.slice(i + 2))?.[0] ?? ''
      units.push(Number(BigInt.asUintN(32, BigInt(`0x${all}`))))
      i += 2 + all.length
    } else if (universal !== null) {
      const point = Number.parseInt(universal[1] ?? universal[2] ?? '0', 16)
      if (wide) units.push(point)
      else units.push(...UTF8.encode(String.fromCodePoint(Math.min(point, 0x10ffff))))
      i += 1 + universal[0].length
    } else {
      units.push(SIMPLE[rest.charAt(0)] ?? rest.charCodeAt(0))
      i += 2
    }
  }
  return { prefix, units }
}

function elementType(prefix: string, model: TypeModel): IntegerType {
  if (prefix === 'L') return INT
  if (prefix === 'u') return USHORT
  if (prefix === 'U') return UINT
  return charType(model)
}

/** A character constant: its value as a bit pattern, and its type; null if it is none. */
export function characterLiteral(
  text: string,
  model: TypeModel,
): { readonly value: bigint; readonly type: IntegerType } | null {
  const read = unitsOf(text)
  if (read === null || read.units.length === 0) return null
  if (read.prefix !== '' && read.prefix !== 'u8') {
    const type = elementType(read.prefix, model)
    return { value: BigInt.asUintN(type.bits, BigInt(read.units.at(-1) ?? 0)), type }
  }
  if (read.units.length === 1) {
    const unit = BigInt(read.units[0] ?? 0)
    const value = charType(model).signed ? BigInt.asIntN(8, unit) : BigInt.asUintN(8, unit)
    return { value: BigInt.asUintN(32, value), type: INT }
  }
  let value = 0n
  for (const unit of read.units) value = (value << 8n) | BigInt(unit & 0xff)
  return { value: BigInt.asUintN(32, value), type: INT }
}

/** A string literal of one or several parts, with its closing 0, as it lies in memory. */
export interface StringLiteral {
  readonly element: IntegerType
  /** Elements, the closing 0 counted. */
  readonly length: number
  readonly data: Uint8Array
}

export function stringLiteral(texts: readonly string[], model: TypeModel): StringLiteral | null {
  const parts = texts.map(unitsOf)
  const prefix = parts.map((part) => part?.prefix ?? '').find((found) => found !== '' && found !== 'u8') ?? ''
  const element = elementType(prefix, model)
  const units: number[] = []
  for (const part of parts) {
    if (part === null) return null
    units.push(...part.units)
  }
  units.push(0)
  const bytes = element.bits / 8
  const data = new Uint8Array(units.length * bytes)
  for (const [i, unit] of units.entries()) {
    for (let k = 0; k < bytes; k++) data[i * bytes + k] = (unit >>> (8 * k)) & 0xff
  }
  return { element, length: units.length, data }
}
