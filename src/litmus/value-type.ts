/** How many bits of a value a C type shows, and whether it can be negative. */
import type { CType } from './syntax.js'

export interface ValueType {
  readonly bits: 8 | 16 | 32 | 64
  readonly signed: boolean
}

const INT: ValueType = { bits: 32, signed: true }
const WORD: ValueType = { bits: 64, signed: true }

/** The type of values; null, not declared, is an int. */
export function typeOf(type: CType | null): ValueType {
  if (type === null) return INT
  if (type.pointers > 0) return WORD
  const sized = /^(u?)int(8|16|32|64)_t$|^([us])(8|16|32|64)$/.exec(type.base)
  if (sized !== null) {
    const [, unsigned, bits, sign, short] = sized
    return { bits: bitsOf(bits ?? short), signed: unsigned === undefined ? sign === 's' : unsigned === '' }
  }
  const words = type.base.split(' ')
  const signed = !words.includes('unsigned')
  if (words.includes('char')) return { bits: 8, signed }
  if (words.includes('short')) return { bits: 16, signed }
  if (words.includes('long') || /^u?intptr_t$/.test(type.base)) {
    return { bits: 64, signed: signed && type.base !== 'uintptr_t' }
  }
  return { bits: 32, signed }
}

function bitsOf(digits: string | undefined): ValueType['bits'] {
  return digits === '8' ? 8 : digits === '16' ? 16 : digits === '64' ? 64 : 32
}
