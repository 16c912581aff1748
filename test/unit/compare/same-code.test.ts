/** Versions of a function paired by their instructions, and ended where they are alike from there on. */
import { describe, expect, it } from 'vitest'
import { sameCode } from '../../../src/compare/index.js'
import type { IrFunction, IrModule } from '../../../src/machine/index.js'
import { binary, branch, ir, jump, type Line, returns, set } from '../../support/programs/ir.js'
import { callC } from '../../support/programs/lifted.js'

const moduleOf = (...functions: readonly IrFunction[]): IrModule => ({
  functions: new Map(functions.map((fn) => [fn.name, fn])),
  globals: new Map(),
})

/** Both versions of a function `f` of a parameter `x`, with what else their files have. */
const paired = (
  before: readonly Line[],
  after: readonly Line[],
  more: { readonly before?: IrFunction; readonly after?: IrFunction } = {},
) => {
  const side = (lines: readonly Line[], other: IrFunction | undefined) => ({
    module: moduleOf(ir('f', ['x'], lines), ...(other === undefined ? [] : [other])),
    name: 'f',
  })
  const found = sameCode(side(before, more.before), side(after, more.after))
  if (found === null) throw new Error('they are not called alike')
  return found
}

/** How many ends a version has that are none of C's. */
const ends = ({ code }: IrFunction): number => code.filter(({ op }) => op === 'assume').length

describe('two versions are one function', () => {
  const add = [binary('sum', 'x', '+', 1), returns('sum')]

  it('where their instructions are equal', () => expect(paired(add, add).isWhole).toBe(true))
  it('where registers have other names and numbers', () =>
    expect(paired(add, [binary('total', 'x', '+', 1), returns('total')]).isWhole).toBe(true))
  it('where they jump about', () =>
    expect(
      paired(add, [
        jump('there'),
        'back:',
        returns('sum'),
        'there:',
        binary('sum', 'x', '+', 1),
        jump('back'),
      ]).isWhole,
    ).toBe(true))
  it('not where a constant is another one', () =>
    expect(paired(add, [binary('sum', 'x', '+', 2), returns('sum')]).isWhole).toBe(false))
  it('not where a register is taken for two', () =>
    expect(
      paired([set('a', 1), set('b', 2), returns('a')], [set('a', 1), set('b', 2), returns('b')]).isWhole,
    ).toBe(false))
  it('not where what they call differs', () => {
    const calls = [callC(null, 'g', ['x']), returns(0)]
    const g = (value: number) => ir('g', ['y'], [returns(value)])
    expect(paired(calls, calls, { before: g(1), after: g(1) }).isWhole).toBe(true)
    expect(paired(calls, calls, { before: g(1), after: g(2) }).isWhole).toBe(false)
    expect(paired(calls, calls, { before: g(1) }).isWhole).toBe(false)
  })
})

describe('the data of an initializer', () => {
  const global = (name: string, byte: number) => ({
    name,
    bytes: 1,
    align: 1,
    data: new Uint8Array([byte]),
    relocations: [],
    readOnly: true,
  })
  const side = (name: string, byte: number) => {
    const fn = ir('f', ['x'], [({ register }) => ({ op: 'symbol', to: register('at'), name }), returns('at')])
    return { module: { ...moduleOf(fn), globals: new Map([[name, global(name, byte)]]) }, name: 'f' }
  }

  it('is compared by what it holds where it is called by its line', () => {
    expect(sameCode(side('{f:3:5}', 1), side('{f:9:5}', 1))?.isWhole).toBe(true)
    expect(sameCode(side('{f:3:5}', 1), side('{f:9:5}', 2))?.isWhole).toBe(false)
    expect(sameCode(side('one', 1), side('other', 1))?.isWhole).toBe(false)
  })
})

describe('a version ends', () => {
  const version = (value: number): Line[] => [
    branch('x', 'changed', 'alike', null),
    'changed:',
    returns(value),
    'alike:',
    returns(7),
  ]

  it('on the way that leads to nothing else, and there alone', () => {
    const { isWhole, before, after } = paired(version(1), version(2))
    expect(isWhole).toBe(false)
    expect([ends(before), ends(after)]).toEqual([1, 1])
  })

  it('nowhere on a way that has parted, even where the code is alike again', () => {
    const parting = (value: number): Line[] => [
      set('y', value),
      branch('x', 'one', 'two', null),
      'one:',
      returns('y'),
      'two:',
      returns(0),
    ]
    const { before } = paired(parting(1), parting(2))
    expect(ends(before)).toBe(0)
  })

  it('has each instruction at its place still', () => {
    const { before } = paired(version(1), version(2))
    expect(before.places.length === 0 || before.places.length === before.code.length).toBe(true)
  })
})
