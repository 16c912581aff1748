/** The interpreter's arithmetic in halves of 32 bits against arithmetic.ts, which computes with bigints. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type BinaryOperator,
  binary,
  convert,
  Heap,
  type Instruction,
  type IntType,
  IrFrame,
  type IrFunction,
  irCallable,
  PrivateMemory,
  tracked,
  unary,
  type Word,
} from '../../../src/machine/index.js'

const OPERATORS: readonly BinaryOperator[] = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
]
const WIDTHS = [8, 16, 32, 64] as const

const type = fc.record({ bits: fc.constantFrom(...WIDTHS), signed: fc.boolean() })
/** Numbers near powers of two, where carries and signs go wrong, and any others. */
const pattern = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc
    .tuple(fc.integer({ min: 0, max: 64 }), fc.integer({ min: -3, max: 3 }))
    .map(([power, near]) => BigInt.asUintN(64, (1n << BigInt(power)) + BigInt(near))),
)

/** Runs instructions on registers that hold these words, and gives what register 2 holds then. */
function run(code: readonly Instruction[], ...args: readonly Word[]): Word | string {
  const fn: IrFunction = {
    name: 'f',
    path: null,
    parameters: 2,
    registers: ['a', 'b', 'c'],
    code: [...code, { op: 'return', values: [{ kind: 'register', register: 2 }] }],
    places: [],
  }
  const environment = {
    heap: new Heap(),
    self: 'a',
    threads: ['a'],
    memory: new PrivateMemory(0),
    resolve: () => {
      throw new Error('no calls here')
    },
  }
  const frame = irCallable(fn, () => environment).body(null, ...args)
  expect(frame).toBeInstanceOf(IrFrame)
  const step = frame.next(undefined)
  if (step.done === true) return step.value as Word
  return step.value.op === 'hazard' ? step.value.kind : step.value.op
}

const [A, B] = [0, 1].map((register) => ({ kind: 'register', register }) as const)
if (A === undefined || B === undefined) throw new Error('two registers')

function inType(bits: bigint, { bits: width }: IntType): bigint {
  return BigInt.asUintN(width, bits)
}

it.each(OPERATORS)('%s gives what C gives, with and without provenance', (operator) => {
  fc.assert(
    fc.property(type, pattern, pattern, fc.boolean(), (of, l, r, isConstant) => {
      const [left, right] = [inType(l, of), inType(r, of)]
      const expected = binary(operator, left, right, of)
      const second = isConstant ? ({ kind: 'constant', value: right } as const) : B
      const code: Instruction[] = [{ op: 'binary', to: 2, operator, left: A, right: second, type: of }]
      const plain = run(code, tracked(left), tracked(right))
      const read = run(code, tracked(left, [7]), tracked(right, isConstant ? [] : [9]))
      if (expected === null) {
        expect([plain, read]).toEqual(['division by zero', 'division by zero'])
        return
      }
      expect(plain).toEqual({ bits: expected, from: [] })
      expect(read).toEqual({ bits: expected, from: isConstant ? [7] : [7, 9] })
    }),
    { numRuns: 400 },
  )
})

it.each(['-', '~', '!'] as const)('unary %s gives what C gives', (operator) => {
  fc.assert(
    fc.property(type, pattern, (of, bits) => {
      const value = inType(bits, of)
      const code: Instruction[] = [{ op: 'unary', to: 2, operator, operand: A, type: of }]
      const expected = unary(operator, value, of)
      expect(run(code, tracked(value))).toEqual({ bits: expected, from: [] })
      expect(run(code, tracked(value, [3]))).toEqual({ bits: expected, from: [3] })
    }),
    { numRuns: 300 },
  )
})

it('conversions cut off and widen as C does', () => {
  fc.assert(
    fc.property(type, type, pattern, (source, to, bits) => {
      const value = inType(bits, source)
      const code: Instruction[] = [{ op: 'convert', to: 2, from: A, source, type: to }]
      const expected = convert(value, source, to)
      expect(run(code, tracked(value))).toEqual({ bits: expected, from: [] })
      if (source.bits !== to.bits) {
        expect(run(code, tracked(value, [3]))).toEqual({ bits: expected, from: [3] })
      }
    }),
    { numRuns: 600 },
  )
})

it('doubles and singles are added, compared and converted as IEEE says', () => {
  const view = new DataView(new ArrayBuffer(8))
  const bits64 = (value: number): bigint => {
    view.setFloat64(0, value)
    return view.getBigUint64(0)
  }
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (l, r) => {
      const sum: Instruction = { op: 'float-binary', to: 2, operator: '+', left: A, right: B, bits: 64 }
      const less: Instruction = { ...sum, operator: '<' }
      const [left, right] = [tracked(bits64(l)), tracked(bits64(r))]
      if (!Number.isNaN(l + r)) expect(run([sum], left, right)).toEqual(tracked(bits64(l + r)))
      expect(run([less], left, right)).toEqual(tracked(l < r ? 1n : 0n))
    }),
  )
  const toDouble: Instruction = {
    op: 'float-convert',
    to: 2,
    from: A,
    source: { bits: 32, signed: true },
    type: { float: 64 },
  }
  expect(run([toDouble], tracked(0xffff_fffen))).toEqual(tracked(bits64(-2)))
  const toInt: Instruction = {
    op: 'float-convert',
    to: 2,
    from: A,
    source: { float: 64 },
    type: { bits: 16, signed: true },
  }
  expect(run([toInt], tracked(bits64(-3.9)))).toEqual(tracked(0xfffdn))
  // 2^60 + 2^36 + 1 lies just above the middle between two singles: it must not be rounded twice.
  const toSingle: Instruction = {
    op: 'float-convert',
    to: 2,
    from: A,
    source: { bits: 64, signed: false },
    type: { float: 32 },
  }
  expect(run([toSingle], tracked((1n << 60n) + (1n << 36n) + 1n))).toEqual(tracked(0x5d80_0001n))
})
