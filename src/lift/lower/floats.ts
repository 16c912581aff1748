/** Floating constants. */

const VIEW = new DataView(new ArrayBuffer(8))

/** The number that a bit pattern stands for. */
export function floatOf(bits: bigint, width: 32 | 64): number {
  if (width === 32) {
    VIEW.setUint32(0, Number(bits))
    return VIEW.getFloat32(0)
  }
  VIEW.setBigUint64(0, bits)
  return VIEW.getFloat64(0)
}

/** The bit pattern of a number, rounded to the width. */
export function bitsOf(value: number, width: 32 | 64): bigint {
  if (width === 32) {
    VIEW.setFloat32(0, value)
    return BigInt(VIEW.getUint32(0))
  }
  VIEW.setFloat64(0, value)
  return VIEW.getBigUint64(0)
}

/** A floating constant as written: its value, and its suffix in lower case; null if it is none. */
export function floatLiteral(text: string): { readonly value: number; readonly suffix: string } | null {
  const hex = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)([fFlL]?)$/.exec(text)
  if (hex !== null) {
    const [, whole = '', fraction = '', exponent = '0', suffix = ''] = hex
    const mantissa = BigInt(`0x${whole}${fraction}0`) / 16n
    return {
      value: Number(mantissa) * 2 ** (Number(exponent) - 4 * fraction.length),
      suffix: suffix.toLowerCase(),
    }
  }
  const decimal = /^([0-9]*\.?[0-9]*(?:[eE][+-]?[0-9]+)?)([fFlL]?|[fF](?:32|64)x?|[qQwW])$/.exec(text)
  if (decimal === null) return null
  const value = Number(decimal[1])
  return Number.isNaN(value) ? null : { value, suffix: (decimal[2] ?? '').toLowerCase() }
}
