/** Programs of the tiny language for laws: two to four threads, about one part of the model each. */
import fc from 'fast-check'
import type { Access, FenceKind } from '../../../src/machine/index.js'
import {
  CELLS,
  type CellName,
  DOMAINS,
  type GraphText,
  LOCKS,
  REGISTERS,
  type RegisterName,
  type RmwKind,
  type Statement,
  statementsIn,
  type Value,
} from './language.js'

/** What a program is about; everything occurs in `all`. */
export const THEMES = [
  'orders',
  'dependencies',
  'plain',
  'atomics',
  'locks',
  'rcu',
  'srcu',
  'interrupts',
  'all',
] as const
export type Theme = (typeof THEMES)[number]

export interface ProgramShape {
  readonly theme: Theme
  readonly threads: number
  /** Accesses of a thread, at the most; a read-modify-write is two. */
  readonly accesses: number
  readonly cells: 2 | 3
}

/** Statements that belong together: one, or a section from its beginning to its end. */
type Block = readonly Statement[]
interface Weighted<T> {
  readonly weight: number
  readonly arbitrary: fc.Arbitrary<T>
}

/** Programs of this shape. */
export function graphTexts(shape: ProgramShape): fc.Arbitrary<GraphText> {
  const thread = fc
    .array(new Blocks(shape).block(), { minLength: 1, maxLength: shape.accesses + 1 })
    .map((blocks) => blocks.flat())
    .filter((body) => {
      const accesses = accessesIn(body)
      return accesses > 0 && accesses <= shape.accesses
    })
  return fc
    .array(thread, { minLength: shape.threads, maxLength: shape.threads })
    .map((threads) => ({ threads }))
    .filter(communicates)
}

/** The texts with a thread more that only reads, with nothing to order its reads. */
export function withReader(texts: fc.Arbitrary<GraphText>): fc.Arbitrary<GraphText> {
  const load = fc.record({
    do: is('load'),
    to: register,
    cell: fc.constantFrom<CellName>('x', 'y', 'w'),
    via: fc.constant(null),
    access: fc.constant<Access>('once'),
  })
  const choice = fc.record({
    do: is('if'),
    register,
    equals: fc.constantFrom(0, 1),
    body: fc.array(load, { minLength: 1, maxLength: 2 }),
    otherwise: fc.array(load, { maxLength: 1 }),
  })
  const count = fc.record({
    do: is('set'),
    to: fc.constant<RegisterName>('r1'),
    value: fc.constant<Value>({ constant: 1, register: 'r1' }),
  })
  const reader = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: load },
      { weight: 1, arbitrary: choice },
      { weight: 1, arbitrary: count },
    ),
    { minLength: 3, maxLength: 6 },
  )
  return fc
    .record({ text: texts, reader })
    .map(({ text, reader: body }) => ({ threads: [...text.threads, body] }))
}

/** How many reads and writes a thread does at the most. */
export function accessesIn(body: readonly Statement[]): number {
  let count = 0
  for (const statement of statementsIn(body)) {
    if (
      ['load', 'load-at', 'store', 'unlock', 'is-locked', 'srcu-lock', 'srcu-unlock'].includes(statement.do)
    )
      count += 1
    if (['rmw', 'lock', 'trylock'].includes(statement.do)) count += 2
  }
  return count
}

/** True if some thread reads a cell that another one writes. */
function communicates({ threads }: GraphText): boolean {
  const reads = threads.map((body) => cellsOf(body, ['load', 'rmw']))
  const writes = threads.map((body) => cellsOf(body, ['store', 'rmw']))
  return reads.some((read, i) =>
    writes.some((write, j) => i !== j && [...read].some((cell) => write.has(cell))),
  )
}

function cellsOf(body: readonly Statement[], kinds: readonly Statement['do'][]): Set<CellName> {
  const cells = new Set<CellName>()
  for (const statement of statementsIn(body))
    if (kinds.includes(statement.do) && 'cell' in statement) cells.add(statement.cell)
  return cells
}

const register = fc.constantFrom(...REGISTERS)

/** The blocks of one theme. */
class Blocks {
  readonly #theme: Theme
  readonly #cell: fc.Arbitrary<CellName>

  constructor({ theme, cells }: ProgramShape) {
    this.#theme = theme
    this.#cell = fc.constantFrom(...CELLS.slice(0, cells))
  }

  block(): fc.Arbitrary<Block> {
    return fc.oneof(
      { weight: 8, arbitrary: this.#single(this.#access()) },
      { weight: 2, arbitrary: this.#single(this.#fence()) },
      { weight: this.#is('dependencies', 'all') ? 2 : 0, arbitrary: this.#single(this.#setting()) },
      { weight: this.#is('dependencies', 'all') ? 3 : 1, arbitrary: this.#single(this.#branch()) },
      ...this.#sections(),
    )
  }

  #is(...themes: readonly Theme[]): boolean {
    return themes.includes(this.#theme)
  }

  #single(statement: fc.Arbitrary<Statement>): fc.Arbitrary<Block> {
    return statement.map((only) => [only])
  }

  #via(): fc.Arbitrary<RegisterName | null> {
    const weight = this.#is('dependencies') ? 2 : this.#is('all', 'atomics') ? 1 : 0
    return fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight, arbitrary: register })
  }

  #value(): fc.Arbitrary<Value> {
    const dependent = this.#is('dependencies', 'all') ? 3 : 1
    const constant = fc.constantFrom(1, 1, 2)
    return fc.oneof(
      { weight: 6, arbitrary: fc.record({ constant }) },
      { weight: dependent, arbitrary: fc.record({ constant, register, isMasked: fc.constant(true) }) },
      { weight: dependent, arbitrary: fc.record({ constant: fc.constantFrom(0, 0, 1), register }) },
    )
  }

  #access(): fc.Arbitrary<Statement> {
    const plain = this.#is('plain') ? 4 : this.#is('all', 'atomics', 'locks', 'rcu') ? 1 : 0
    const of = (...accesses: readonly Access[]): fc.Arbitrary<Access> =>
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...accesses) },
        { weight: plain, arbitrary: fc.constant<Access>('plain') },
      )
    const loads = fc.record({
      do: is('load'),
      to: register,
      cell: this.#cell,
      via: this.#via(),
      access: of('once', 'once', 'acquire'),
    })
    const stores = fc.record({
      do: is('store'),
      cell: this.#cell,
      via: this.#via(),
      value: this.#value(),
      access: of('once', 'once', 'release'),
    })
    return fc.oneof(
      { weight: 5, arbitrary: loads },
      {
        weight: this.#is('dependencies') ? 1 : 0,
        arbitrary: fc.record({ do: is('load-at'), to: register, index: register }),
      },
      { weight: 5, arbitrary: stores },
      { weight: this.#is('atomics') ? 6 : this.#is('all', 'plain') ? 1 : 0, arbitrary: this.#update() },
    )
  }

  #update(): fc.Arbitrary<Statement> {
    const common = {
      do: is('rmw'),
      cell: this.#cell,
      via: this.#via(),
      value: this.#value(),
      other: fc.oneof(
        { weight: 4, arbitrary: fc.record({ constant: fc.constantFrom(0, 1) }) },
        { weight: 1, arbitrary: fc.record({ constant: fc.constant(0), register }) },
      ),
    }
    const orders = fc.constantFrom<Access>('mb', 'mb', 'once', 'acquire', 'release')
    const of = (kind: RmwKind, results: readonly ('old' | 'new' | 'stored')[], access = orders) =>
      fc.record({
        ...common,
        kind: fc.constant(kind),
        to: register,
        result: fc.constantFrom(...results),
        access,
      })
    return fc.oneof(
      { weight: 3, arbitrary: of('exchange', ['old']) },
      { weight: 3, arbitrary: of('add', ['old', 'new']) },
      { weight: 3, arbitrary: of('compare-exchange', ['old']) },
      { weight: 1, arbitrary: of('add-unless', ['stored'], fc.constant<Access>('mb')) },
      {
        weight: 2,
        arbitrary: fc.record({
          ...common,
          kind: fc.constant<RmwKind>('add'),
          to: fc.constant(null),
          result: fc.constant<'old'>('old'),
          access: fc.constant<Access>('noreturn'),
        }),
      },
    )
  }

  #fence(): fc.Arbitrary<Statement> {
    const kinds: FenceKind[] = ['mb', 'mb', 'rmb', 'wmb', 'barrier']
    if (this.#is('atomics', 'all')) kinds.push('before-atomic', 'after-atomic')
    if (this.#is('locks', 'all')) kinds.push('after-spinlock', 'after-unlock-lock')
    if (this.#is('srcu')) kinds.push('after-srcu-read-unlock')
    return fc.record({ do: is('fence'), fence: fc.constantFrom(...kinds) })
  }

  #setting(): fc.Arbitrary<Statement> {
    return fc.record({ do: is('set'), to: register, value: this.#value() })
  }

  #branch(): fc.Arbitrary<Statement> {
    const inner = fc.array(this.#access(), { maxLength: 1 })
    const choice = fc.record({
      do: is('if'),
      register,
      equals: fc.constantFrom(0, 1),
      body: fc.array(this.#access(), { minLength: 1, maxLength: 2 }),
      otherwise: inner,
    })
    return fc.oneof(
      { weight: 6, arbitrary: choice },
      {
        weight: this.#is('dependencies') ? 1 : 0,
        arbitrary: fc.record({ do: is('return-if'), register }),
      },
    )
  }

  #body(): fc.Arbitrary<Block> {
    return fc.array(
      fc.oneof(
        { weight: 6, arbitrary: this.#access() },
        { weight: 1, arbitrary: this.#fence() },
        { weight: 1, arbitrary: this.#branch() },
      ),
      { minLength: 1, maxLength: 2 },
    )
  }

  #sections(): Weighted<Block>[] {
    const among = (...themes: readonly Theme[]): number => (this.#is(...themes) ? 6 : this.#is('all') ? 1 : 0)
    const within = (begin: Statement, end: Statement): fc.Arbitrary<Block> =>
      this.#body().map((body) => [begin, ...body, end])
    const locked = fc
      .record({ lock: fc.constantFrom(...LOCKS, LOCKS[0]), body: this.#body() })
      .map(({ lock, body }): Block => [{ do: 'lock', lock }, ...body, { do: 'unlock', lock }])
    const tried = fc
      .record({ lock: fc.constantFrom(...LOCKS, LOCKS[0]), to: register, body: this.#body() })
      .map(
        ({ lock, to, body }): Block => [{ do: 'trylock', lock, to, body: [...body, { do: 'unlock', lock }] }],
      )
    const looked = this.#single(
      fc.record({ do: is('is-locked'), lock: fc.constantFrom(...LOCKS, LOCKS[0]), to: register }),
    )
    const domain = fc.constantFrom(...DOMAINS, DOMAINS[0])
    const srcu = fc
      .record({ domain, body: this.#body() })
      .map(
        ({ domain: of, body }): Block => [
          { do: 'srcu-lock', domain: of, to: 'c0' },
          ...body,
          { do: 'srcu-unlock', domain: of, cookie: 'c0' },
        ],
      )
    const borders = fc.constantFrom<Statement>(
      { do: 'rcu-lock' },
      { do: 'rcu-unlock' },
      { do: 'srcu-lock', domain: 'ssA', to: 'c0' },
      { do: 'srcu-lock', domain: 'ssA', to: 'c1' },
      { do: 'srcu-unlock', domain: 'ssA', cookie: 'c0' },
      { do: 'srcu-unlock', domain: 'ssA', cookie: 'c1' },
      { do: 'srcu-unlock', domain: 'ssA', cookie: 'r0' },
      { do: 'store', cell: 'y', via: null, value: { constant: 0, register: 'c0' }, access: 'once' },
    )
    const all = this.#is('all') ? 1 : 0
    return [
      { weight: among('locks'), arbitrary: locked },
      { weight: this.#is('locks') ? 2 : all, arbitrary: tried },
      { weight: this.#is('locks') ? 2 : all, arbitrary: looked },
      { weight: among('rcu', 'interrupts'), arbitrary: within({ do: 'rcu-lock' }, { do: 'rcu-unlock' }) },
      { weight: this.#is('rcu', 'interrupts') ? 3 : all, arbitrary: fc.constant([{ do: 'synchronize' }]) },
      { weight: among('srcu'), arbitrary: srcu },
      {
        weight: this.#is('srcu') ? 4 : all,
        arbitrary: this.#single(fc.record({ do: is('synchronize-srcu'), domain })),
      },
      { weight: this.#is('srcu') ? 3 : this.#is('rcu') ? 1 : 0, arbitrary: this.#single(borders) },
      {
        weight: this.#is('interrupts') ? 6 : 0,
        arbitrary: within({ do: 'irq-save' }, { do: 'irq-restore' }),
      },
      { weight: this.#is('interrupts') ? 3 : 0, arbitrary: fc.constant([{ do: 'ipi' }]) },
    ]
  }
}

function is<T extends string>(word: T): fc.Arbitrary<T> {
  return fc.constant(word)
}
