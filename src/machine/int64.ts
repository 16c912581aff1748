/**
 * Integers of up to 64 bits as two halves of 32 bits, each a number in -2^31 … 2^31 - 1: what the interpreter
 * computes with, as engines keep such numbers unboxed. arithmetic.ts says what the results have to be.
 *
 * A register file is an array in which the low half of register i stands at 2i and the high half at 2i + 1.
 */

const SCRATCH = new ArrayBuffer(8)
const WORDS = new Int32Array(SCRATCH)
const WHOLE = new BigUint64Array(SCRATCH)
const DOUBLE = new Float64Array(SCRATCH)
const SINGLE = new Float32Array(SCRATCH)

/** The bit pattern in the halves at `at`. */
export function bitsAt(file: readonly number[], at: number): bigint {
  return toBits(file[at] as number, file[at + 1] as number)
}

export function toBits(low: number, high: number): bigint {
  if (high === 0) return BigInt(low >>> 0)
  WORDS[0] = low
  WORDS[1] = high
  return WHOLE[0] as bigint
}

/** Puts a bit pattern into the halves at `at`. */
export function setBits(file: number[], at: number, bits: bigint): void {
  WHOLE[0] = bits
  file[at] = WORDS[0] as number
  file[at + 1] = WORDS[1] as number
}

/** The low half of a bit pattern, and the high half. */
export function lowHalf(bits: bigint): number {
  WHOLE[0] = bits
  return WORDS[0] as number
}

export function highHalf(bits: bigint): number {
  WHOLE[0] = bits
  return WORDS[1] as number
}

/** The high 32 bits of the product of two unsigned halves, as a half. */
export function highProduct(left: number, right: number): number {
  const l0 = left & 0xffff
  const l1 = left >>> 16
  const r0 = right & 0xffff
  const r1 = right >>> 16
  const middle = l0 * r1 + ((l0 * r0) >>> 16)
  const carry = (l1 * r0 + (middle & 0xffff)) / 65536
  return (l1 * r1 + Math.floor(middle / 65536) + Math.floor(carry)) | 0
}

/** A bit pattern as the IEEE number of this width. */
export function toFloat(bits: bigint, width: 32 | 64): number {
  WHOLE[0] = bits
  return width === 64 ? (DOUBLE[0] as number) : (SINGLE[0] as number)
}

/** The bit pattern of a number rounded to this width. */
export function fromFloat(value: number, width: 32 | 64): bigint {
  if (width === 64) DOUBLE[0] = value
  else {
    WORDS[1] = 0
    SINGLE[0] = value
  }
  return WHOLE[0] as bigint
}
