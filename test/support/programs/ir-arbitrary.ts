/** Programs of the intermediate representation for laws: two or three threads over three cells and two locks. */
import fc from 'fast-check'
import {
  type Access,
  type Cell,
  type FenceKind,
  Heap,
  type IrFunction,
  type Program,
} from '../../../src/machine/index.js'
import { cell } from './by-hand.js'
import {
  assume,
  binary,
  branch,
  fence,
  ir,
  irProgram,
  jump,
  type Line,
  load,
  lockOp,
  loop,
  plain,
  returns,
  rmw,
  set,
  store,
  synchronize,
  tryOp,
} from './ir.js'

const CELLS = ['x', 'y', 'z'] as const
const LOCKS = ['lockA', 'lockB'] as const
const REGISTERS = ['r0', 'r1', 'r2'] as const

type CellName = (typeof CELLS)[number]
type LockName = (typeof LOCKS)[number]
type RegisterName = (typeof REGISTERS)[number]
type Operand = RegisterName | 0 | 1 | 2

/** One statement; those with a body nest. */
export type IrStatement =
  | { readonly do: 'load'; readonly to: RegisterName; readonly cell: CellName; readonly access: Access }
  /** Loads x or y, by the lowest bit of a register. */
  | { readonly do: 'load-at'; readonly to: RegisterName; readonly index: RegisterName }
  | { readonly do: 'store'; readonly cell: CellName; readonly value: Operand; readonly access: Access }
  | { readonly do: 'add'; readonly to: RegisterName; readonly left: RegisterName; readonly right: Operand }
  | {
      readonly do: 'rmw'
      readonly to: RegisterName
      readonly kind: 'exchange' | 'arithmetic' | 'compare-exchange' | 'add-unless'
      readonly result: 'old' | 'new' | 'stored'
      readonly cell: CellName
      readonly value: Operand
      readonly other: Operand
    }
  | { readonly do: 'fence'; readonly fence: FenceKind }
  | {
      readonly do: 'if'
      readonly register: RegisterName
      readonly body: readonly IrStatement[]
      readonly otherwise: readonly IrStatement[]
    }
  | { readonly do: 'return-if'; readonly register: RegisterName }
  | { readonly do: 'assume'; readonly register: RegisterName }
  | { readonly do: 'locked'; readonly lock: LockName; readonly body: readonly IrStatement[] }
  | {
      readonly do: 'trylocked'
      readonly lock: LockName
      readonly to: RegisterName
      readonly body: readonly IrStatement[]
    }
  | { readonly do: 'is-locked'; readonly lock: LockName; readonly to: RegisterName }
  | { readonly do: 'reading'; readonly body: readonly IrStatement[] }
  | { readonly do: 'synchronize' }
  /** Loads until the value is not 0. */
  | { readonly do: 'spin'; readonly to: RegisterName; readonly cell: CellName }

export interface IrText {
  readonly threads: readonly (readonly IrStatement[])[]
}

const cellName = fc.constantFrom(...CELLS)
const lockName = fc.constantFrom(...LOCKS)
const register = fc.constantFrom(...REGISTERS)
const operand = fc.constantFrom<Operand>('r0', 'r1', 'r2', 0, 1, 2)

const access: fc.Arbitrary<IrStatement> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: is('load'),
      to: register,
      cell: cellName,
      access: fc.constantFrom<Access>('plain', 'once', 'acquire'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('load-at'), to: register, index: register }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: is('store'),
      cell: cellName,
      value: operand,
      access: fc.constantFrom<Access>('plain', 'once', 'release'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: is('rmw'),
      to: register,
      kind: fc.constantFrom('exchange', 'arithmetic', 'compare-exchange', 'add-unless'),
      result: fc.constantFrom('old', 'new', 'stored'),
      cell: cellName,
      value: operand,
      other: operand,
    }),
  },
)
const local: fc.Arbitrary<IrStatement> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: is('add'), to: register, left: register, right: operand }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: is('fence'),
      fence: fc.constantFrom<FenceKind>('mb', 'mb', 'rmb', 'wmb', 'barrier'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('return-if'), register }) },
  { weight: 1, arbitrary: fc.record({ do: is('assume'), register }) },
)
const body = fc.array(access, { minLength: 1, maxLength: 2 })
const nested: fc.Arbitrary<IrStatement> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('if'),
      register,
      body: fc.array(access, { maxLength: 1 }),
      otherwise: fc.array(access, { maxLength: 1 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: is('locked'), lock: lockName, body }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: is('locked'),
      lock: lockName,
      body: fc.record({ do: is('locked'), lock: lockName, body }).map((inner) => [inner]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('trylocked'), lock: lockName, to: register, body }) },
  { weight: 1, arbitrary: fc.record({ do: is('is-locked'), lock: lockName, to: register }) },
  { weight: 1, arbitrary: fc.record({ do: is('reading'), body }) },
  { weight: 1, arbitrary: fc.record({ do: is('synchronize') }) },
  { weight: 1, arbitrary: fc.record({ do: is('spin'), to: register, cell: cellName }) },
)
const statement = fc.oneof(
  { weight: 6, arbitrary: access },
  { weight: 2, arbitrary: local },
  { weight: 2, arbitrary: nested },
)

/** Programs of two threads of up to five statements, or of three of up to three. */
export function irTexts(): fc.Arbitrary<IrText> {
  const threads = (count: number, most: number): fc.Arbitrary<IrStatement[][]> =>
    fc.array(fc.array(statement, { minLength: 1, maxLength: most }), { minLength: count, maxLength: count })
  return fc.record({ threads: fc.oneof(threads(2, 5), threads(3, 3)) })
}

/** The program of a text. Every thread returns its registers. */
export function buildIr({ threads }: IrText): Program {
  const heap = new Heap()
  const cells = new Map<CellName, Cell>(CELLS.map((name) => [name, cell(heap, name)]))
  const locks = new Map<LockName, Cell>(LOCKS.map((name) => [name, heap.lock(name, name).cell]))
  return irProgram(
    heap,
    threads.map((statements, i) => compile(`thread_${i}`, statements, cells, locks)),
  )
}

function compile(
  name: string,
  statements: readonly IrStatement[],
  cells: ReadonlyMap<CellName, Cell>,
  locks: ReadonlyMap<LockName, Cell>,
): IrFunction {
  const lines: Line[] = []
  let labels = 0
  const at = (cellOf: CellName): Cell => cells.get(cellOf) ?? fail(cellOf)
  const lockAt = (lockOf: LockName): Cell => locks.get(lockOf) ?? fail(lockOf)
  const all = (inner: readonly IrStatement[]): void => {
    for (const one of inner) emit(one)
  }
  const emit = (one: IrStatement): void => {
    const label = `l${labels++}`
    switch (one.do) {
      case 'load':
        lines.push(load(one.to, at(one.cell), one.access))
        return
      case 'load-at':
        lines.push(
          binary('p', one.index, '&', 1),
          binary('p', 'p', '*', 8),
          binary('p', 'p', '+', at('x')),
          load(one.to, 'p'),
        )
        return
      case 'store':
        lines.push(store(at(one.cell), one.value, one.access))
        return
      case 'add':
        lines.push(binary(one.to, one.left, '+', one.right))
        return
      case 'rmw': {
        const { kind, value, other } = one
        lines.push(rmw(one.to, one.result, at(one.cell), { kind, value, expected: other, unless: other }))
        return
      }
      case 'fence':
        lines.push(fence(one.fence))
        return
      case 'if':
        lines.push(branch(one.register, `${label}t`, `${label}f`, `${label}j`), `${label}t:`)
        all(one.body)
        lines.push(jump(`${label}j`), `${label}f:`)
        all(one.otherwise)
        lines.push(`${label}j:`)
        return
      case 'return-if':
        lines.push(branch(one.register, 'return', `${label}f`, null), `${label}f:`)
        return
      case 'assume':
        lines.push(binary('a', one.register, '!=', 2), assume('a'))
        return
      case 'locked':
        lines.push(lockOp('lock', lockAt(one.lock)))
        all(one.body)
        lines.push(lockOp('unlock', lockAt(one.lock)))
        return
      case 'trylocked':
        lines.push(
          tryOp('trylock', one.to, lockAt(one.lock)),
          branch(one.to, `${label}t`, `${label}j`, `${label}j`),
          `${label}t:`,
        )
        all(one.body)
        lines.push(lockOp('unlock', lockAt(one.lock)), `${label}j:`)
        return
      case 'is-locked':
        lines.push(tryOp('is-locked', one.to, lockAt(one.lock)))
        return
      case 'reading':
        lines.push(plain({ op: 'rcu-lock' }))
        all(one.body)
        lines.push(plain({ op: 'rcu-unlock' }))
        return
      case 'synchronize':
        lines.push(synchronize())
        return
      case 'spin':
        lines.push(
          `${label}h:`,
          loop(label),
          load(one.to, at(one.cell)),
          branch(one.to, `${label}o`, `${label}h`, null),
          `${label}o:`,
        )
        return
    }
  }
  for (const name of REGISTERS) lines.push(set(name, 0))
  all(statements)
  lines.push('return:', returns(...REGISTERS))
  return ir(name, [], lines)
}

function fail(name: string): never {
  throw new Error(`nothing is called ${name}`)
}

function is<T extends string>(word: T): fc.Arbitrary<T> {
  return fc.constant(word)
}
