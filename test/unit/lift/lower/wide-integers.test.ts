import fc from 'fast-check'
import { expect, it } from 'vitest'
import { outputOf, prints } from '../../../support/c-program.js'

const SHOW = `typedef unsigned __int128 u128; typedef __int128 s128;
void show(u128 x) { printf("%lx:%lx ", (u64)(x >> 64), (u64)x); }
`

const OPERATORS = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '<', '<=', '>', '>='] as const

it('calculates as numbers of 128 bits do', () => {
  const word = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    fc.constantFrom(0n, 1n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n),
  )
  const number = fc.tuple(word, word).map(([high, low]) => (high << 64n) | low)
  fc.assert(
    fc.property(number, number, fc.boolean(), (a, b, signed) => {
      const type = signed ? 's128' : 'u128'
      const divisor = b === 0n ? 3n : b
      const count = b & 127n
      const right = (operator: string): bigint =>
        operator === '<<' || operator === '>>' ? count : operator === '/' || operator === '%' ? divisor : b
      const literal = (value: bigint): string =>
        `((u128)${value >> 64n}ul << 64 | ${value & ((1n << 64n) - 1n)}ul)`
      const lines = OPERATORS.map(
        (operator) => `x = ${literal(a)}; y = ${literal(right(operator))}; show(x ${operator} y);`,
      )
      const expected = OPERATORS.map((operator) => spelled(result(operator, a, right(operator), signed)))
      const code = `${SHOW} ${type} x, y; int main(void) { ${lines.join('\n')} show(-x); show(~x); return 0; }`
      const rest = [-a, ~a].map((value) => spelled(BigInt.asUintN(128, value)))
      expect(outputOf(code)).toBe([...expected, ...rest].join(''))
    }),
    { numRuns: 25 },
  )
})

function result(operator: (typeof OPERATORS)[number], a: bigint, b: bigint, signed: boolean): bigint {
  const number = (bits: bigint): bigint => (signed ? BigInt.asIntN(128, bits) : bits)
  const [x, y] = [number(a), number(b)]
  switch (operator) {
    case '+':
      return BigInt.asUintN(128, x + y)
    case '-':
      return BigInt.asUintN(128, x - y)
    case '*':
      return BigInt.asUintN(128, x * y)
    case '/':
      return BigInt.asUintN(128, x / y)
    case '%':
      return BigInt.asUintN(128, x % y)
    case '&':
      return BigInt.asUintN(128, x & y)
    case '|':
      return BigInt.asUintN(128, x | y)
    case '^':
      return BigInt.asUintN(128, x ^ y)
    case '<<':
      return BigInt.asUintN(128, x << b)
    case '>>':
      return BigInt.asUintN(128, x >> b)
    case '==':
      return x === y ? 1n : 0n
    case '<':
      return x < y ? 1n : 0n
    case '<=':
      return x <= y ? 1n : 0n
    case '>':
      return x > y ? 1n : 0n
    case '>=':
      return x >= y ? 1n : 0n
  }
}

function spelled(value: bigint): string {
  return `${(value >> 64n).toString(16)}:${(value & ((1n << 64n) - 1n)).toString(16)} `
}

it('lie in memory, are handed over, tested, chosen and widened', () => {
  prints(
    'u128 a[2] = {1, (u128)2 << 100}; u128 *p = a; show(p[1]); show(twice(a[1]));',
    '2000000000:0 4000000000:0 ',
    `${SHOW} u128 twice(u128 x) { return x * 2; }`,
  )
  prints(
    's128 a = -1; if (a) show(a ? a : 3); show(a ?: 4); show(!a); show((u32)a); show(at++); show(++at);',
    'ffffffffffffffff:ffffffffffffffff ffffffffffffffff:ffffffffffffffff 0:0 0:ffffffff 0:7 0:9 ',
    `${SHOW} static u128 at = 7;`,
  )
  prints('u128 a = 0; printf("before "); show(1 / a);', 'before [division by zero]', SHOW)
})
