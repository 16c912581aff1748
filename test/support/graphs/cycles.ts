/**
 * Programs in which threads can go round in a ring: thread i accesses cell i and then cell i + 1, and of two
 * accesses to a cell at least one writes. Whether the ring can close is what the model decides, by what stands
 * between the two accesses of each thread. Programs drawn at random seldom have such rings.
 */
import fc from 'fast-check'
import type { Access, FenceKind } from '../../../src/machine/index.js'
import type { Theme } from './arbitrary.js'
import {
  CELLS,
  type CellName,
  type GraphText,
  type RegisterName,
  type Statement,
  type Value,
} from './language.js'

/** Rings of this many threads. At least one is tied as the theme has it, others often by a full barrier. */
export function ringTexts(theme: Theme, threads: 2 | 3): fc.Arbitrary<GraphText> {
  const meetings = fc.array(fc.constantFrom('write read', 'read write', 'write write'), {
    minLength: threads,
    maxLength: threads,
  })
  const themed = fc.nat({ max: threads - 1 })
  return fc
    .tuple(meetings, themed)
    .chain(([kinds, at]) => {
      const bodies = kinds.map((meeting, i) => {
        // The first access of thread i meets the second one of the thread before it.
        const first = meeting.split(' ')[1]
        const second = (kinds[(i + 1) % threads] as string).split(' ')[0]
        const next = CELLS[(i + 1) % threads] as CellName
        const ends = [
          { cell: CELLS[i] as CellName, writes: first === 'write' },
          { cell: next, writes: second === 'write' },
        ] as const
        const tied = new Link(theme).body(...ends)
        return i === at
          ? tied
          : fc.oneof({ weight: 1, arbitrary: tied }, { weight: 1, arbitrary: fc.constant(fenced(...ends)) })
      })
      return fc.tuple(...bodies)
    })
    .map((bodies) => ({ threads: bodies }))
}

/** Both accesses, and a full barrier between them. */
function fenced(first: End, second: End): Body {
  const access = ({ cell, writes }: End, to: RegisterName): Statement =>
    writes
      ? { do: 'store', cell, via: null, value: { constant: 1 }, access: 'once' }
      : { do: 'load', to, cell, via: null, access: 'once' }
  return [access(first, 'r0'), { do: 'fence', fence: 'mb' }, access(second, 'r1')]
}

interface End {
  readonly cell: CellName
  readonly writes: boolean
}

type Body = readonly Statement[]

/** The cell that only one thread accesses, in passing. */
const ASIDE: CellName = 'w'

/** What one thread does. Its first access reads to r0, if it reads; its second to r1. */
class Link {
  readonly #theme: Theme

  constructor(theme: Theme) {
    this.#theme = theme
  }

  body(first: End, second: End): fc.Arbitrary<Body> {
    return fc
      .record({
        before: fc.oneof(
          { weight: 6, arbitrary: fc.constant<Body>([]) },
          { weight: 1, arbitrary: this.#access({ ...first, writes: true }, 'r1', 1) },
        ),
        start: this.#access(first, 'r0', 1),
        over: this.#overwriting(first),
        tie: this.#tie(first, second),
        last: this.#overwriting(second),
      })
      .chain(({ before, start, over, tie, last }) =>
        this.#access(second, 'r1', 1, tie.via, tie.value).map((end) =>
          tie.enclose([...before, ...start, ...over], [...tie.between, ...end, ...last]),
        ),
      )
  }

  /** Seldom, a store to the cell that was just accessed. */
  #overwriting({ cell }: End): fc.Arbitrary<Body> {
    const again: Body = [{ do: 'store', cell, via: null, value: { constant: 2 }, access: 'once' }]
    return fc.oneof({ weight: 10, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constant(again) })
  }

  #is(...themes: readonly Theme[]): boolean {
    return themes.includes(this.#theme)
  }

  #access(
    { cell, writes }: End,
    to: RegisterName,
    constant: number,
    via: RegisterName | null = null,
    value: Value = { constant },
  ): fc.Arbitrary<Body> {
    const plain = this.#is('plain') ? 4 : this.#is('all') ? 1 : 0
    const atomic = this.#is('atomics') ? 5 : this.#is('all', 'plain') ? 1 : 0
    const strong = this.#is('orders', 'all', 'plain') ? 2 : 1
    const marked = (access: Access): fc.Arbitrary<Statement> =>
      fc.constant(writes ? { do: 'store', cell, via, value, access } : { do: 'load', to, cell, via, access })
    const orders = fc.constantFrom<Access>('mb', 'once', 'acquire', 'release')
    const common = { do: fc.constant('rmw' as const), cell: fc.constant(cell), via: fc.constant(via) }
    const update = fc.oneof(
      fc.record({
        ...common,
        kind: fc.constantFrom('exchange', 'add', 'compare-exchange'),
        to: fc.constant(to),
        result: fc.constant('old' as const),
        value: fc.constant(value),
        other: fc.constantFrom({ constant: 0 }, { constant: 1 }),
        access: orders,
      }),
      fc.record({
        ...common,
        kind: fc.constant('add' as const),
        to: fc.constant(null),
        result: fc.constant('old' as const),
        value: fc.constant(value),
        other: fc.constant({ constant: 0 }),
        access: fc.constant<Access>('noreturn'),
      }),
    )
    return fc
      .oneof(
        { weight: 5, arbitrary: marked('once') },
        { weight: plain, arbitrary: marked('plain') },
        { weight: strong, arbitrary: marked(writes ? 'release' : 'acquire') },
        { weight: atomic, arbitrary: update },
      )
      .map((statement) => [statement])
  }

  /** What ties the second access to the first. */
  #tie(first: End, second: End): fc.Arbitrary<Tie> {
    const ties: { weight: number; arbitrary: fc.Arbitrary<Tie> }[] = [
      { weight: 1, arbitrary: fc.constant(NONE) },
      { weight: this.#is('orders', 'plain', 'all') ? 5 : 2, arbitrary: this.#fences() },
    ]
    const dependent = this.#is('dependencies') ? 8 : this.#is('all', 'plain', 'atomics') ? 2 : 0
    if (!first.writes) {
      ties.push({ weight: dependent, arbitrary: this.#dependency('r0', second) })
    } else {
      // What the thread wrote itself, read again.
      const again = fc
        .constantFrom<Access>('once', 'once', 'plain', 'acquire')
        .map((access): Body => [{ do: 'load', to: 'r0', cell: first.cell, via: null, access }])
      ties.push({
        weight: dependent === 0 ? 1 : dependent,
        arbitrary: fc
          .tuple(again, this.#dependency('r0', second))
          .map(([load, tie]) => ({ ...tie, between: [...load, ...tie.between] })),
      })
    }
    const sections = this.#sections()
    if (sections !== null) ties.push({ weight: 8, arbitrary: sections })
    return fc.oneof(...ties)
  }

  #fences(): fc.Arbitrary<Tie> {
    const kinds: FenceKind[] = ['mb', 'rmb', 'wmb', 'barrier']
    if (this.#is('atomics', 'all')) kinds.push('before-atomic', 'after-atomic')
    const one = fc.constantFrom(...kinds).map((fence): Body => [{ do: 'fence', fence }])
    // An access in passing, with a fence on either side or both.
    const passing = fc
      .record({
        before: fc.constantFrom(...kinds),
        after: fc.constantFrom(...kinds),
        access: this.#access({ cell: ASIDE, writes: true }, 'r0', 1),
      })
      .map(
        ({ before, after, access }): Body => [
          { do: 'fence', fence: before },
          ...access,
          { do: 'fence', fence: after },
        ],
      )
    return fc
      .oneof({ weight: 4, arbitrary: one }, { weight: 1, arbitrary: passing })
      .map((between) => ({ ...NONE, between }))
  }

  #dependency(register: RegisterName, second: End): fc.Arbitrary<Tie> {
    const masked: Value = { constant: 1, register, isMasked: true }
    const data: Tie = { ...NONE, value: second.writes ? masked : { constant: 1 } }
    const address: Tie = { ...NONE, via: register }
    const branch = (equals: number): Tie => ({
      ...NONE,
      enclose: (start, end) => [...start, { do: 'if', register, equals, body: end, otherwise: [] }],
    })
    const left = (start: Body, end: Body): Body => [
      ...start,
      {
        do: 'if',
        register,
        equals: 0,
        body: [{ do: 'set', to: 'r1', value: { constant: 1 } }],
        otherwise: [],
      },
      ...end,
    ]
    const carried = (of: Access, tie: Tie): Tie => ({
      ...tie,
      between: [
        { do: 'store', cell: ASIDE, via: null, value: { constant: 1, register, isMasked: true }, access: of },
        { do: 'load', to: register, cell: ASIDE, via: null, access: of === 'release' ? 'once' : of },
        ...tie.between,
      ],
    })
    const passed = (of: Access, tie: Tie): Tie => ({
      ...tie,
      between: [
        { do: 'store', cell: ASIDE, via: register, value: { constant: 1 }, access: of },
        { do: 'fence', fence: 'wmb' },
        ...tie.between,
      ],
    })
    const direct: readonly Tie[] = second.writes
      ? [data, address, branch(1), branch(0)]
      : [address, address, branch(1)]
    return fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...direct) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.constantFrom<Access>('plain', 'once', 'release'), fc.constantFrom(...direct))
          .map(([of, tie]) => carried(of, tie)),
      },
      { weight: 1, arbitrary: fc.constantFrom<Access>('plain', 'once').map((of) => passed(of, NONE)) },
      { weight: 1, arbitrary: fc.constant({ ...NONE, enclose: left }) },
    )
  }

  #sections(): fc.Arbitrary<Tie> | null {
    const around = (begin: Body, end: Body): Tie => ({
      ...NONE,
      enclose: (start, rest) => [...begin, ...start, ...rest, ...end],
    })
    const between = (...statements: Body): Tie => ({ ...NONE, between: statements })
    if (this.#is('rcu')) {
      const section = around([{ do: 'rcu-lock' }], [{ do: 'rcu-unlock' }])
      return fc.constantFrom(section, section, between({ do: 'synchronize' }), between({ do: 'synchronize' }))
    }
    if (this.#is('interrupts')) {
      const section = around([{ do: 'irq-save' }], [{ do: 'irq-restore' }])
      const rcu = around([{ do: 'rcu-lock' }], [{ do: 'rcu-unlock' }])
      return fc.constantFrom(section, section, rcu, between({ do: 'ipi' }), between({ do: 'synchronize' }))
    }
    if (this.#is('srcu')) return srcuTies(around, between)
    if (this.#is('locks')) return lockTies(between)
    return null
  }
}

/** Two accesses of one thread, and what ties them. */
interface Tie {
  readonly between: Body
  /** Of the second access. */
  readonly via: RegisterName | null
  readonly value: Value
  /** Puts the two halves together. */
  readonly enclose: (start: Body, end: Body) => Body
}

const NONE: Tie = {
  between: [],
  via: null,
  value: { constant: 1 },
  enclose: (start, end) => [...start, ...end],
}

function srcuTies(
  around: (begin: Body, end: Body) => Tie,
  between: (...statements: Body) => Tie,
): fc.Arbitrary<Tie> {
  const domain = fc.constantFrom('ssA', 'ssA', 'ssA', 'ssB')
  const section = domain.map((of) =>
    around([{ do: 'srcu-lock', domain: of, to: 'c0' }], [{ do: 'srcu-unlock', domain: of, cookie: 'c0' }]),
  )
  const ordered = domain.map((of) => ({
    ...NONE,
    enclose: (start: Body, end: Body): Body => [
      { do: 'srcu-lock', domain: of, to: 'c0' },
      ...start,
      { do: 'srcu-unlock', domain: of, cookie: 'c0' },
      { do: 'fence', fence: 'after-srcu-read-unlock' },
      ...end,
    ],
  }))
  return fc.oneof(
    { weight: 4, arbitrary: section },
    { weight: 1, arbitrary: ordered },
    { weight: 4, arbitrary: domain.map((of) => between({ do: 'synchronize-srcu', domain: of })) },
  )
}

function lockTies(between: (...statements: Body) => Tie): fc.Arbitrary<Tie> {
  const fence = fc.constantFrom<FenceKind | null>(null, null, 'after-spinlock', 'after-unlock-lock', 'mb')
  const lock = fc.constantFrom('lockA', 'lockA', 'lockB')
  const fenced = (kind: FenceKind | null): Body => (kind === null ? [] : [{ do: 'fence', fence: kind }])
  const pieces = fc.record({
    first: lock,
    second: lock,
    kind: fence,
    form: fc.constantFrom('both', 'apart', 'first', 'second', 'between', 'tried'),
  })
  return pieces.map(({ first, second, kind, form }): Tie => {
    const take: Body = [{ do: 'lock', lock: first }, ...fenced(kind)]
    const give: Body = [{ do: 'unlock', lock: first }]
    const takeNext: Body = [{ do: 'lock', lock: second }, ...fenced(kind)]
    const giveNext: Body = [{ do: 'unlock', lock: second }]
    switch (form) {
      case 'both':
        return { ...NONE, enclose: (start, end) => [...take, ...start, ...end, ...give] }
      case 'apart':
        return {
          ...NONE,
          enclose: (start, end) => [...take, ...start, ...give, ...takeNext, ...end, ...giveNext],
        }
      case 'first':
        return { ...NONE, enclose: (start, end) => [...take, ...start, ...give, ...end] }
      case 'second':
        return { ...NONE, enclose: (start, end) => [...start, ...take, ...end, ...give] }
      case 'between':
        return between(...take, ...give)
      default:
        return {
          ...NONE,
          enclose: (start, end) => [
            ...start,
            { do: 'trylock', lock: first, to: 'r1', body: [...fenced(kind), ...end, ...give] },
          ],
        }
    }
  })
}
