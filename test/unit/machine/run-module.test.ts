/** Whole programs written in the intermediate representation. */
import { expect, it } from 'vitest'
import {
  type Builtin,
  type IrFunction,
  type IrGlobal,
  type ModuleRun,
  runModule,
} from '../../../src/machine/index.js'
import {
  binary,
  branch,
  call,
  ir,
  jump,
  type Names,
  plain,
  returns,
  S32,
  set,
  U64,
} from '../../support/programs/ir.js'

const U8 = { bits: 8, signed: false } as const

function run(
  functions: readonly IrFunction[],
  globals: readonly IrGlobal[] = [],
  builtins: Readonly<Record<string, Builtin>> = {},
  operations = 100_000,
): ModuleRun {
  const module = {
    functions: new Map(functions.map((fn) => [fn.name, fn])),
    globals: new Map(globals.map((global) => [global.name, global])),
  }
  return runModule(module, 'main', builtins, { operations })
}

const text = (bytes: string): Uint8Array => new TextEncoder().encode(bytes)

function bytesOf(name: string, data: Uint8Array, more: Partial<IrGlobal> = {}): IrGlobal {
  return { name, bytes: data.length, align: 1, data, relocations: [], readOnly: false, ...more }
}

const register =
  (name: string) =>
  ({ register: at }: Names) =>
    ({ kind: 'register', register: at(name) }) as const

const loadAs = (to: string, address: string, type: typeof U8 | typeof U64) => (names: Names) =>
  ({
    op: 'load',
    to: names.register(to),
    address: register(address)(names),
    access: 'plain',
    type,
  }) as const

const storeAs = (address: string, value: string, type: typeof U8 | typeof U64) => (names: Names) =>
  ({
    op: 'store',
    address: register(address)(names),
    value: register(value)(names),
    access: 'plain',
    type,
  }) as const

const symbol =
  (to: string, name: string) =>
  ({ register: at }: Names) =>
    ({ op: 'symbol', to: at(to), name }) as const

it('returns, exits with a status, and counts what it ran', () => {
  expect(run([ir('main', [], [set('a', 300), returns('a')])])).toMatchObject({
    end: 'returned',
    status: 44,
    returned: 300n,
    instructions: 2,
    hazard: null,
  })
  const main = ir('main', [], [call(null, 'exit', [7]), returns(1)])
  const builtins: Record<string, Builtin> = { exit: ({ args, exit }) => exit(Number(args[0])) }
  expect(run([main], [], builtins)).toMatchObject({ end: 'exited', status: 7 })
})

it('reads globals and follows the addresses in them, of functions too', () => {
  const main = ir(
    'main',
    [],
    [
      symbol('p', 'table'),
      loadAs('string', 'p', U64),
      binary('p', 'p', '+', 8),
      loadAs('f', 'p', U64),
      loadAs('letter', 'string', U8),
      (names) => ({
        op: 'call-pointer',
        to: names.register('r'),
        pointer: register('f')(names),
        args: [register('letter')(names)],
        prototype: { args: ['int'], returns: 'int', answers: { kind: 'void' } },
        text: 'table.f',
      }),
      returns('r'),
    ],
  )
  const twice = ir('twice', ['a'], [binary('b', 'a', '+', 'a', S32), returns('b')])
  const globals = [
    bytesOf('string', text('xAB\0')),
    bytesOf('table', new Uint8Array(16), {
      relocations: [
        { offset: 0, bytes: 8, symbol: 'string', addend: 1n },
        { offset: 8, bytes: 8, symbol: 'twice', addend: 0n },
      ],
    }),
  ]
  expect(run([main, twice], globals)).toMatchObject({ end: 'returned', returned: 130n })
})

it('builtins see the memory of the program, and print', () => {
  const main: IrFunction = {
    ...ir(
      'main',
      [],
      [
        symbol('s', 'greeting'),
        call(null, 'puts', ['s']),
        call('h', 'malloc', [4]),
        set('v', 9),
        storeAs('h', 'v', U8),
        storeAs('x', 'h', U64),
        call('r', 'peek', ['x']),
        returns('r'),
      ],
    ),
  }
  const withLocal = {
    ...main,
    objects: [{ name: 'x', register: main.registers.indexOf('x'), bytes: 8, align: 8 }],
  }
  const builtins: Record<string, Builtin> = {
    puts: ({ args, string, print }) => {
      print(string(args[0] ?? 0n))
      return 0n
    },
    malloc: ({ args, allocate }) => allocate(Number(args[0])),
    peek: ({ args, load }) => load(load(args[0] ?? 0n, 8), 1),
  }
  const ran = run([withLocal], [bytesOf('greeting', text('hello\0'), { readOnly: true })], builtins)
  expect(ran).toMatchObject({ end: 'returned', returned: 9n })
  expect(ran.output.map((chunk) => new TextDecoder().decode(chunk))).toEqual(['hello'])
})

it('a wrong access, also in a builtin, and an unknown function end the program', () => {
  const wild = ir('main', [], [set('p', 0), loadAs('a', 'p', U8), returns('a')])
  expect(run([wild])).toMatchObject({ end: 'hazard', status: null, hazard: { kind: 'null dereference' } })
  const inBuiltin = ir('main', [], [call(null, 'puts', [0])])
  const builtins: Record<string, Builtin> = {
    puts: ({ args, string }) => BigInt(string(args[0] ?? 0n).length),
  }
  expect(run([inBuiltin], [], builtins).hazard).toMatchObject({ kind: 'null dereference', function: 'puts' })
  expect(run([ir('main', [], [call(null, 'nobody')])]).hazard).toMatchObject({ kind: 'unknown function' })
  const useless = ir(
    'main',
    [],
    [
      (names) => ({
        op: 'call-pointer',
        to: null,
        pointer: { kind: 'register', register: names.register('p') },
        args: [],
        prototype: { args: [], returns: 'void', answers: { kind: 'void' } },
        text: 'p',
      }),
    ],
  )
  expect(run([useless]).hazard).toMatchObject({ kind: 'call of a null pointer' })
})

it('a loop that does not end is exhausted, one that ends is counted by its turns', () => {
  const forever = ir('main', [], ['again:', jump('again')])
  expect(run([forever], [], {}, 1000)).toMatchObject({ end: 'exhausted' })
  const counted = ir(
    'main',
    [],
    [
      'head:',
      binary('i', 'i', '+', 1),
      binary('more', 'i', '<', 900),
      branch('more', 'head', 'end', null),
      'end:',
      returns('i'),
    ],
  )
  expect(run([counted], [], {}, 1000)).toMatchObject({ end: 'returned', instructions: 2701 })
  expect(run([counted], [], {}, 800)).toMatchObject({ end: 'exhausted' })
})

it('variables of frames that recurse are apart, and gone afterwards', () => {
  const fn = ir(
    'sum',
    ['n'],
    [
      storeAs('x', 'n', U64),
      branch('n', 'more', 'end', null),
      'more:',
      binary('m', 'n', '-', 1),
      call('rest', 'sum', ['m']),
      loadAs('own', 'x', U64),
      binary('r', 'own', '+', 'rest'),
      returns('r'),
      'end:',
      returns(0),
    ],
  )
  const sum = { ...fn, objects: [{ name: 'x', register: fn.registers.indexOf('x'), bytes: 8, align: 8 }] }
  const main = ir('main', [], [call('r', 'sum', [100]), returns('r')])
  expect(run([main, sum])).toMatchObject({ returned: 5050n })
  const leak = ir(
    'leak',
    [],
    [plain({ op: 'set', to: 1, from: { kind: 'register', register: 0 } }), returns('x')],
  )
  const leaking = {
    ...leak,
    objects: [{ name: 'x', register: leak.registers.indexOf('x'), bytes: 8, align: 8 }],
  }
  const reads = ir('main', [], [call('p', 'leak'), loadAs('a', 'p', U64), returns('a')])
  expect(run([reads, leaking]).hazard).toMatchObject({ kind: 'use after return' })
})
