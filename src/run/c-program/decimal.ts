/** Exact decimal digits of doubles, rounded half to even as C's library does. */

/** A finite number, 0 or more, as `mantissa * 2 ** exponent`. */
function partsOf(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & ((1n << 52n) - 1n)
  return exponent === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 }
}

/** The integer nearest to `value * 10 ** power`; of two, the even one. */
function scaled(value: number, power: number): bigint {
  const { mantissa, exponent } = partsOf(value)
  let numerator = mantissa
  let denominator = 1n
  if (exponent >= 0) numerator <<= BigInt(exponent)
  else denominator <<= BigInt(-exponent)
  if (power >= 0) numerator *= 10n ** BigInt(power)
  else denominator *= 10n ** BigInt(-power)
  const whole = numerator / denominator
  const twice = (numerator % denominator) * 2n
  const up = twice > denominator || (twice === denominator && (whole & 1n) === 1n)
  return up ? whole + 1n : whole
}

/** `value` with so many digits behind the point. */
export function fixed(value: number, digits: number): string {
  const text = scaled(value, digits)
    .toString()
    .padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** The digits `d.ddd` of `value` with `digits` behind the point, and the power of ten they are multiplied by. */
export function scientific(
  value: number,
  digits: number,
): { readonly text: string; readonly exponent: number } {
  if (value === 0) return { text: digits === 0 ? '0' : `0.${'0'.repeat(digits)}`, exponent: 0 }
  let exponent = Math.floor(Math.log10(value))
  let number = scaled(value, digits - exponent)
  // The logarithm may be off by one, and rounding may add a digit.
  while (number >= 10n ** BigInt(digits + 1)) number = scaled(value, digits - ++exponent)
  while (number < 10n ** BigInt(digits)) number = scaled(value, digits - --exponent)
  const text = number.toString()
  return { text: digits === 0 ? text : `${text.slice(0, 1)}.${text.slice(1)}`, exponent }
}
