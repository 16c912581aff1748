/** C's arithmetic by type and operator, against numbers worked out by hand and laws of two's complement. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BinaryOperator,
  binary,
  convert,
  type IntType,
  signed,
  unary,
  wrap,
} from '../../../src/machine/index.js'

const TYPES = {
  u8: { bits: 8, signed: false },
  s8: { bits: 8, signed: true },
  u16: { bits: 16, signed: false },
  s16: { bits: 16, signed: true },
  u32: { bits: 32, signed: false },
  s32: { bits: 32, signed: true },
  u64: { bits: 64, signed: false },
  s64: { bits: 64, signed: true },
} satisfies Record<string, IntType>

type TypeName = keyof typeof TYPES

/** The number that C computes from two numbers of a type; null for a division by zero. */
function c(type: TypeName, left: bigint, operator: BinaryOperator, right: bigint): bigint | null {
  const bits = binary(operator, wrap(left, TYPES[type]), wrap(right, TYPES[type]), TYPES[type])
  return bits === null ? null : signed(bits, TYPES[type])
}

const MAX64 = 2n ** 64n - 1n
const MIN32 = -(2n ** 31n)

const CASES: readonly [TypeName, bigint, BinaryOperator, bigint, bigint][] = [
  ['u64', MAX64, '+', 1n, 0n],
  ['u64', 0n, '-', 1n, MAX64],
  ['u64', 2n ** 63n, '*', 2n, 0n],
  ['u64', MAX64, '*', MAX64, 1n],
  ['u64', 1n, '<<', 63n, 2n ** 63n],
  ['u64', 1n, '<<', 64n, 1n],
  ['u64', MAX64, '>>', 63n, 1n],
  ['u64', MAX64, '/', 2n, 2n ** 63n - 1n],
  ['u64', MAX64, '>', 0n, 1n],
  ['s64', -1n, '>', 0n, 0n],
  ['s64', -(2n ** 63n), '-', 1n, 2n ** 63n - 1n],
  ['s64', -1n, '>>', 63n, -1n],
  ['u32', 2n ** 32n - 1n, '+', 1n, 0n],
  ['u32', 0n, '-', 1n, 2n ** 32n - 1n],
  ['u32', 2n ** 31n, '<<', 1n, 0n],
  ['u32', 2n ** 32n - 1n, '>>', 31n, 1n],
  ['s32', 2n ** 31n - 1n, '+', 1n, MIN32],
  ['s32', MIN32, '/', -1n, MIN32],
  ['s32', -7n, '/', 2n, -3n],
  ['s32', 7n, '/', -2n, -3n],
  ['s32', -7n, '%', 2n, -1n],
  ['s32', 7n, '%', -2n, 1n],
  ['s32', MIN32, '%', -1n, 0n],
  ['s32', -8n, '>>', 1n, -4n],
  ['s32', -1n, '>>', 31n, -1n],
  ['s32', 1n, '<<', 31n, MIN32],
  ['s32', -1n, '<', 0n, 1n],
  ['s32', -1n, '<=', -1n, 1n],
  ['s32', -1n, '>=', 0n, 0n],
  ['s32', -1n, '&', 0xffn, 0xffn],
  ['s32', -256n, '|', 1n, -255n],
  ['s32', -1n, '^', 1n, -2n],
  ['u16', 65_535n, '+', 2n, 1n],
  ['s16', 32_767n, '+', 1n, -32_768n],
  ['u8', 200n, '+', 100n, 44n],
  ['u8', 15n, '*', 20n, 44n],
  ['s8', 127n, '+', 1n, -128n],
  ['s8', -128n, '-', 1n, 127n],
  ['s8', -1n, '==', -1n, 1n],
  ['s8', -1n, '!=', -1n, 0n],
]

it.each(CASES)('%s: %d %s %d is %d', (type, left, operator, right, expected) => {
  expect(c(type, left, operator, right)).toBe(expected)
})

it('a division by zero has no result', () => {
  for (const type of Object.keys(TYPES) as TypeName[]) {
    expect(c(type, 1n, '/', 0n)).toBeNull()
    expect(c(type, 1n, '%', 0n)).toBeNull()
  }
})

it('unary operators wrap to their type', () => {
  expect(unary('-', 1n, TYPES.u64)).toBe(MAX64)
  expect(unary('-', 0x80n, TYPES.s8)).toBe(0x80n)
  expect(unary('~', 0n, TYPES.u32)).toBe(0xffff_ffffn)
  expect([unary('!', 0n, TYPES.s32), unary('!', 5n, TYPES.s32)]).toEqual([1n, 0n])
})

it('a conversion cuts off, or widens by the sign of where it comes from', () => {
  expect(convert(0xffff_ffffn, TYPES.s32, TYPES.u64)).toBe(MAX64)
  expect(convert(0xffff_ffffn, TYPES.u32, TYPES.s64)).toBe(0xffff_ffffn)
  expect(convert(0x1_0000_0080n, TYPES.u64, TYPES.s8)).toBe(0x80n)
  expect(convert(0x80n, TYPES.s8, TYPES.u16)).toBe(0xff80n)
})

describe('for every type', () => {
  const type = fc.constantFrom(...(Object.keys(TYPES) as TypeName[]))
  const number = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n })
  const operator = fc.constantFrom<BinaryOperator>(
    ...(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '<=', '>', '>='] as const),
  )

  it('results are bit patterns of the type, whatever the operands held beyond it', () => {
    fc.assert(
      fc.property(type, number, operator, number, (name, left, op, right) => {
        const exact = binary(op, wrap(left, TYPES[name]), wrap(right, TYPES[name]), TYPES[name])
        if (exact !== null) expect(wrap(exact, TYPES[name])).toBe(exact)
        expect(binary(op, left, right, TYPES[name])).toBe(exact)
      }),
    )
  })

  it('dividend = quotient * divisor + remainder', () => {
    fc.assert(
      fc.property(type, number, number, (name, left, right) => {
        const quotient = c(name, left, '/', right)
        const remainder = c(name, left, '%', right)
        if (quotient === null || remainder === null) return
        expect(wrap(quotient * right + remainder, TYPES[name])).toBe(wrap(left, TYPES[name]))
      }),
    )
  })

  it('a pattern read as a number and wrapped again is itself', () => {
    fc.assert(
      fc.property(type, number, (name, value) => {
        const bits = wrap(value, TYPES[name])
        expect(wrap(signed(bits, TYPES[name]), TYPES[name])).toBe(bits)
      }),
    )
  })
})
