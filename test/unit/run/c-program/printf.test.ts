import { describe, expect, it } from 'vitest'
import { fixed, scientific } from '../../../../src/run/c-program/decimal.js'
import { formatted } from '../../../../src/run/c-program/printf.js'

/** What a format makes of numbers; doubles are given as such. */
function text(format: string, ...args: readonly (number | bigint)[]): string {
  const view = new DataView(new ArrayBuffer(8))
  const words = args.map((argument) => {
    if (typeof argument === 'bigint') return BigInt.asUintN(64, argument)
    view.setFloat64(0, argument)
    return view.getBigUint64(0)
  })
  const bytes = formatted(new TextEncoder().encode(format), {
    next: () => words.shift() ?? 0n,
    string: () => new TextEncoder().encode('word'),
    stringOf: (_, most) => new TextEncoder().encode('word').subarray(0, most),
    store: () => undefined,
    wordBits: 64,
  })
  return new TextDecoder().decode(bytes)
}

describe('printf', () => {
  it('converts integers by their length, in every base', () => {
    expect(text('%d %u %ld %x %X %o %hhd', -1n, -1n, -1n, 255n, 255n, 8n, 255n)).toBe(
      '-1 4294967295 -1 ff FF 10 -1',
    )
    expect(text('%#x %#o %lu %lld', 255n, 8n, -1n, -5n)).toBe('0xff 010 18446744073709551615 -5')
  })

  it('pads by width, precision and flags', () => {
    expect(text('[%5d|%-5d|%05d|%+d|% d]', 42n, 42n, 42n, 42n, 42n)).toBe('[   42|42   |00042|+42| 42]')
    expect(text('[%.3d|%6.3d|%.0d|%*d|%-*d]', 7n, 7n, 0n, 4n, 7n, 4n, 7n)).toBe('[007|   007||   7|7   ]')
    expect(text('[%6s|%-6s|%.2s|%c|%%]', 1n, 1n, 1n, 65n)).toBe('[  word|word  |wo|A|%]')
  })

  it('rounds doubles half to even, as exactly as they are', () => {
    expect(text('%.0f %.0f %.0f %.1f', 0.5, 1.5, 2.5, 0.25)).toBe('0 2 2 0.2')
    expect(text('%f %.20f', 0.1, 0.1)).toBe('0.100000 0.10000000000000000555')
    expect(text('%e %.2e %E', 12345.678, 9.995e-5, 1e100)).toBe('1.234568e+04 1.00e-04 1.000000E+100')
    expect(text('%g %g %g %g %#g', 100000, 1e6, 0.0001, 1e-5, 1)).toBe('100000 1e+06 0.0001 1e-05 1.00000')
    expect(text('%8.2f|%-8.2f|%08.2f|%+.1f', -1.5, -1.5, -1.5, 2)).toBe('   -1.50|-1.50   |-0001.50|+2.0')
    expect(text('%f %F %g', Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY)).toBe(
      'inf NAN -inf',
    )
    expect(text('%a %a', 1, 0.5)).toBe('0x1p+0 0x1p-1')
  })
})

describe('decimal digits', () => {
  it('agree with the sum of powers of two', () => {
    expect(fixed(2 ** -10, 10)).toBe('0.0009765625')
    expect(fixed(2 ** 70, 0)).toBe('1180591620717411303424')
    expect(scientific(9.5, 0)).toEqual({ text: '1', exponent: 1 })
    expect(scientific(5e-324, 3)).toEqual({ text: '4.941', exponent: -324 })
  })
})
