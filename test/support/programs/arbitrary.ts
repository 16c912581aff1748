/** Programs for the laws of the explorer: two or three threads of three to five operations on a few cells. */
import fc from 'fast-check'
import { type Operand, operations, type ProgramText, REGISTERS, type Statement } from './language.js'

/** Sizes of generated programs. */
export interface ProgramSizes {
  /** Operations of each thread. */
  readonly operations: readonly [least: number, most: number]
  /** Operations of all threads together, at the most; the later threads get what the earlier ones leave. */
  readonly total: number
}

/** Small enough for brute force: some thousand interleavings for three threads. */
export const USUAL_SIZES: ProgramSizes = { operations: [3, 5], total: 10 }

const CELLS = ['x', 'y', 'z']
const LOCKS = ['lockA', 'lockB']
const PAGE = 'page.freed'

const cell = fc.constantFrom(...CELLS)
const lock = fc.constantFrom(...LOCKS)
const register = fc.nat(REGISTERS - 1)
const operand: fc.Arbitrary<Operand> = fc.oneof(
  fc.record({ constant: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ register, plus: fc.integer({ min: 0, max: 1 }) }),
)
const pair = fc.constantFrom(['x', 'y'], ['y', 'z'])

const load = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: is('load'),
      cells: cell.map((name) => [name]),
      to: register.map((to) => [to]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('load'), cells: pair, to: fc.constant([0, 1]) }) },
)
const store = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: is('store'),
      cells: cell.map((name) => [name]),
      values: operand.map((value) => [value]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('store'), cells: pair, values: fc.tuple(operand, operand) }) },
)
const rmw: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({ do: is('exchange'), cell, value: operand, to: register }),
  fc.record({
    do: is('add'),
    cells: fc.oneof(
      cell.map((name) => [name]),
      pair,
    ),
    amount: fc.integer({ min: 1, max: 2 }),
    to: register,
  }),
  fc.record({ do: is('compare-exchange'), cell, expected: fc.nat(1), value: operand, to: register }),
)
const access: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 4, arbitrary: load },
  { weight: 5, arbitrary: store },
  { weight: 2, arbitrary: rmw },
)
const local: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({ do: is('assume'), register, not: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ do: is('observe'), register, sleeps: fc.boolean() }),
  fc.record({ do: is('die'), register, equals: fc.integer({ min: 2, max: 3 }) }),
  fc.record({ do: is('fence') }),
)
const waiting: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({
    do: is('await'),
    cells: fc.oneof(
      cell.map((name) => [name]),
      pair,
    ),
    sum: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ do: is('spin'), cell, until: fc.integer({ min: 1, max: 2 }), to: register }),
  fc.record({ do: is('add-loop'), cell, to: register }),
)
const context: fc.Arbitrary<readonly Statement[]> = fc.oneof(
  access.map((inside): Statement[] => [{ do: 'rcu-lock' }, inside, { do: 'rcu-unlock' }]),
  access.map((inside): Statement[] => [{ do: 'irq-save' }, inside, { do: 'irq-restore' }]),
  fc.constantFrom<Statement[]>([{ do: 'rcu-unlock' }], [{ do: 'irq-restore' }], [{ do: 'rcu-lock' }]),
)

/** Statements that belong together, such as a critical section. */
const block: fc.Arbitrary<readonly Statement[]> = fc.oneof(
  { weight: 8, arbitrary: access.map((statement) => [statement]) },
  { weight: 2, arbitrary: local.map((statement) => [statement]) },
  { weight: 1, arbitrary: waiting.map((statement) => [statement]) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(lock, fc.array(access, { minLength: 1, maxLength: 2 }))
      .map(([name, inside]): Statement[] => [
        { do: 'lock', lock: name },
        ...inside,
        { do: 'unlock', lock: name },
      ]),
  },
  {
    weight: 1,
    arbitrary: access.map((inside): Statement[] => [
      { do: 'lock', lock: 'lockA' },
      { do: 'lock', lock: 'lockB' },
      inside,
      { do: 'unlock', lock: 'lockA' },
      { do: 'unlock', lock: 'lockB' },
    ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(lock, register, access)
      .map(([name, to, inside]): Statement[] => [
        { do: 'trylock', lock: name, to, body: [inside, { do: 'unlock', lock: name }] },
      ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('lock' as const, 'unlock' as const), lock)
      .map(([what, name]): Statement[] => [{ do: what, lock: name }]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(load, fc.nat(1), access)
      .map(([first, equals, inside]): Statement[] => [
        first,
        { do: 'if', register: first.to[0] ?? 0, equals, body: [inside] },
      ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('k', 'l'), register)
      .map(([key, to]): Statement[] => [{ do: 'choose', key, domain: ['no', 'yes'], to }]),
  },
  { weight: 1, arbitrary: context },
  { weight: 1, arbitrary: fc.constant<Statement[]>([{ do: 'free', page: PAGE }]) },
)

/** Programs of two or three threads; the same seed of fast-check gives the same programs. */
export function programs(sizes: ProgramSizes = USUAL_SIZES): fc.Arbitrary<ProgramText> {
  const blocks = fc.array(block, { minLength: 2, maxLength: sizes.operations[1] + 1 })
  const threads = fc.oneof(
    { weight: 1, arbitrary: fc.array(blocks, { minLength: 2, maxLength: 2 }) },
    { weight: 2, arbitrary: fc.array(blocks, { minLength: 3, maxLength: 3 }) },
  )
  return fc.record({
    threads: threads.map((all) => fitted(all, sizes)),
    pages: fc.constantFrom<Record<string, string>>({}, {}, { x: PAGE }, { x: PAGE, y: PAGE }),
  })
}

const fewCells = fc.constantFrom('x', 'y')
const bufferedStatement: fc.Arbitrary<Statement> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: is('store'),
      cells: fewCells.map((name) => [name]),
      values: operand.map((value) => [value]),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: is('load'),
      cells: fewCells.map((name) => [name]),
      to: register.map((to) => [to]),
    }),
  },
  { weight: 1, arbitrary: store },
  { weight: 1, arbitrary: load },
  { weight: 2, arbitrary: rmw },
  { weight: 2, arbitrary: fc.record({ do: is('fence') }) },
)

/** A store of one cell, then a load of the other: what store buffers let pass each other. */
const passing: fc.Arbitrary<readonly Statement[]> = fc
  .tuple(fewCells, fc.integer({ min: 1, max: 2 }), register)
  .map(([name, constant, to]) => [
    { do: 'store', cells: [name], values: [{ constant }] },
    { do: 'load', cells: [name === 'x' ? 'y' : 'x'], to: [to] },
  ])

/** Programs of two or three threads in which stores and loads follow one another, with few fences between. */
export function bufferedPrograms(total = 7): fc.Arbitrary<ProgramText> {
  const block = fc.oneof(
    { weight: 1, arbitrary: passing },
    { weight: 2, arbitrary: bufferedStatement.map((statement) => [statement]) },
  )
  const body = fc.array(block, { minLength: 1, maxLength: 3 }).map((blocks) => blocks.flat())
  return fc
    .record({
      threads: fc.array(body, { minLength: 2, maxLength: 3 }),
      pages: fc.constantFrom<Record<string, string>>({}, {}, {}, { x: PAGE }),
    })
    .filter(({ threads }) => operations(threads.flat()) <= total)
}

const synchronizingBlock: fc.Arbitrary<readonly Statement[]> = fc.oneof(
  { weight: 4, arbitrary: bufferedStatement.map((statement) => [statement]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(bufferedStatement, fc.boolean())
      .map(([inside, irq]): Statement[] =>
        irq
          ? [{ do: 'irq-save' }, inside, { do: 'irq-restore' }]
          : [{ do: 'rcu-lock' }, inside, { do: 'rcu-unlock' }],
      ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Statement[]>(
      [{ do: 'synchronize', waitsFor: 'rcu' }],
      [{ do: 'synchronize', waitsFor: 'irq' }],
    ),
  },
)

/** Programs of two or three threads with read-side sections, interrupts and those who wait for them. */
export function synchronizingPrograms(total = 6): fc.Arbitrary<ProgramText> {
  const body = fc.array(synchronizingBlock, { minLength: 1, maxLength: 3 }).map((blocks) => blocks.flat())
  return fc
    .record({ threads: fc.array(body, { minLength: 2, maxLength: 3 }), pages: fc.constant({}) })
    .filter(({ threads }) => operations(threads.flat()) <= total)
}

const anyCells = fc.constantFrom(['x', 'y'], ['y', 'z'], ['x', 'z'], ['x'], ['x', 'y', 'z'])
const waitingStatement: fc.Arbitrary<Statement> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: is('store'),
      cells: cell.map((name) => [name]),
      values: fc.nat(2).map((constant) => [{ constant }]),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: is('await'), cells: anyCells, sum: fc.nat(2) }) },
  { weight: 1, arbitrary: load },
  { weight: 1, arbitrary: fc.record({ do: is('spin'), cell, until: fc.nat(2), to: register }) },
)

/** Programs of three or four threads that mostly wait for one another, on conditions that come and go. */
export function waitingPrograms(): fc.Arbitrary<ProgramText> {
  const body = fc.array(waitingStatement, { minLength: 1, maxLength: 4 })
  return fc.record({ threads: fc.array(body, { minLength: 3, maxLength: 4 }), pages: fc.constant({}) })
}

function fitted(threads: readonly (readonly (readonly Statement[])[])[], sizes: ProgramSizes): Statement[][] {
  const [least, most] = sizes.operations
  let left = sizes.total
  return threads.map((blocks, i) => {
    const others = threads.length - 1 - i
    const body = bodyOf(blocks, least, Math.min(most, left - others * least))
    left -= operations(body)
    return body
  })
}

/** As many of the blocks as fit, in order, filled up with stores. */
function bodyOf(blocks: readonly (readonly Statement[])[], least: number, most: number): Statement[] {
  const body: Statement[] = []
  for (const statements of blocks) {
    if (operations([...body, ...statements]) <= most) body.push(...statements)
  }
  for (let i = 0; operations(body) < least; i++) {
    body.push({ do: 'store', cells: [CELLS[i] ?? 'x'], values: [{ constant: 1 }] })
  }
  return body
}

function is<T extends string>(word: T): fc.Arbitrary<T> {
  return fc.constant(word)
}
