/** Threads whose frames are data: copies that go on by themselves, and texts that tell states apart. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type Cell,
  DEFAULT_THREAD_OPTIONS,
  type Event,
  Heap,
  type IrEnvironment,
  type IrFunction,
  irCallable,
  type ReadRecord,
  Thread,
  type ThreadOptions,
  type Word,
  type WriteRecord,
} from '../../../src/machine/index.js'
import { callable, cell, load as loadStep } from '../../support/programs/by-hand.js'
import {
  binary,
  branch,
  call,
  ir,
  irProgram,
  jump,
  load,
  lockOp,
  loop,
  plain,
  returns,
  rmw,
  store,
  synchronize,
} from '../../support/programs/ir.js'

function start(
  heap: Heap,
  fn: IrFunction,
  functions: Parameters<typeof irProgram>[2] = [],
  options: Partial<ThreadOptions> = {},
): { readonly thread: Thread; readonly events: Event[] } {
  // The second thread is there for grace periods to wait for.
  const program = irProgram(heap, [fn, ir('other', [], [])], functions)
  const [spec] = program.threads
  if (spec === undefined) throw new Error('no thread')
  const events: Event[] = []
  const all = { ...DEFAULT_THREAD_OPTIONS, ...options }
  return { thread: new Thread(0, spec, program.host, all, (event) => events.push(event)), events }
}

/** Completes the pending operation: every cell it reads holds `value`. */
function step(thread: Thread, value: bigint): void {
  const { pending } = thread
  if (pending === null) throw new Error('nothing is pending')
  const cells: readonly Cell[] =
    'cells' in pending ? pending.cells : 'lock' in pending ? [pending.lock.cell] : []
  const reads = cells.map((at): ReadRecord => ({ cell: at, value, from: null }))
  const write = (at: Cell): WriteRecord => ({ cell: at, value: 1n, data: [], after: null })
  const writes = pending.op === 'load' || pending.op === 'await' ? [] : cells.map(write)
  thread.commit(pending.op === 'store' ? [] : reads, writes)
}

function forked(thread: Thread, past: 'kept' | 'forgotten' = 'kept'): Thread {
  const copy = thread.fork(() => undefined, past)
  if (copy === null) throw new Error('no copy')
  return copy
}

const heap = new Heap()
const x = cell(heap, 'x')
const y = cell(heap, 'y')
const { cell: ptl } = heap.lock('ptl', 'ptl')

const sum = ir('sum', [], [load('a', x), load('b', y), binary('s', 'a', '+', 'b'), returns('s')])

it('a copy goes on by itself', () => {
  const { thread, events } = start(heap, sum)
  step(thread, 5n)
  const recorded: Event[] = []
  const copy = thread.fork((event) => recorded.push(event))
  if (copy === null) return expect.unreachable()
  step(copy, 20n)
  expect([copy.status, (copy.returned as Word).bits]).toEqual(['done', 25n])
  expect([thread.status, thread.events.length, events.length, recorded.length]).toEqual(['ready', 1, 1, 1])
  step(thread, 1n)
  expect((thread.returned as Word).bits).toBe(6n)
  expect((copy.returned as Word).bits).toBe(25n)
})

it('a copy keeps the events and what its values come from, unless its past is forgotten', () => {
  const { thread } = start(heap, sum)
  step(thread, 5n)
  const kept = forked(thread)
  const bare = forked(thread, 'forgotten')
  expect([kept.events, bare.events]).toEqual([thread.events, []])
  for (const copy of [kept, bare]) step(copy, 20n)
  expect((kept.returned as Word).from).toEqual([0, 1])
  expect((bare.returned as Word).from).toEqual([0])
  expect(bare.key()).toBe(kept.key())
})

it('what is held, and how deep, is copied and told apart', () => {
  const fn = ir(
    'f',
    [],
    [
      lockOp('lock', ptl),
      plain({ op: 'rcu-lock' }),
      load('a', x),
      plain({ op: 'rcu-unlock' }),
      lockOp('unlock', ptl),
    ],
  )
  const { thread } = start(heap, fn)
  step(thread, 0n)
  thread.commit([], [])
  const copy = forked(thread)
  expect([copy.held.map((lock) => lock.name), copy.rcuDepth]).toEqual([['ptl'], 1])
  while (thread.status === 'ready') step(thread, 0n)
  expect([copy.held.length, copy.rcuDepth, thread.held.length, thread.rcuDepth]).toEqual([1, 1, 0, 0])
  while (copy.status === 'ready') step(copy, 0n)
  expect(copy.events.filter((event) => event.hazard !== undefined)).toEqual([])
})

it('functions on the stack are copied with it', () => {
  const inner = ir('inner', ['p'], [load('a', 'p'), load('b', 'p'), binary('c', 'a', '-', 'b'), returns('c')])
  const outer = ir(
    'outer',
    [],
    [call('r', 'inner', [x]), load('d', y), binary('r', 'r', '*', 'd'), returns('r')],
  )
  const { thread } = start(heap, outer, [inner])
  step(thread, 9n)
  const copy = forked(thread)
  step(thread, 2n)
  step(copy, 4n)
  step(thread, 3n)
  step(copy, 3n)
  expect([(thread.returned as Word).bits, (copy.returned as Word).bits]).toEqual([21n, 15n])
})

it('a copy made inside a branch ends the branch where the original does', () => {
  const fn = ir(
    'f',
    [],
    [load('a', x), branch('a', 'body', 'end', 'end'), 'body:', load('b', y), 'end:', store(x, 1)],
  )
  const { thread } = start(heap, fn)
  step(thread, 1n)
  const inside = thread.key({ provenance: true })
  const copy = forked(thread)
  expect(copy.key({ provenance: true })).toBe(inside)
  for (const one of [thread, copy]) {
    step(one, 2n)
    step(one, 0n)
    expect(one.events.map((event) => event.control?.reads ?? [])).toEqual([[], [0], []])
  }
})

it('a loop that waits is copied with what it waits for', () => {
  const fn = ir(
    'f',
    [],
    ['again:', loop('x'), load('a', x), branch('a', 'out', 'again', null), 'out:', returns('a')],
  )
  const { thread } = start(heap, fn)
  step(thread, 0n)
  expect(thread.pending?.op).toBe('await')
  const copy = forked(thread)
  expect(copy.pending?.op).toBe('await')
  step(copy, 1n)
  step(copy, 1n)
  expect([copy.status, thread.status]).toEqual(['done', 'ready'])
  const later = forked(thread)
  // It saw 2 to go on, and 0 in the turn itself: one more turn, and it waits for the same again.
  for (const value of [2n, 0n, 0n]) step(later, value)
  expect(later.key()).toBe(thread.key())
})

it('a grace period is copied in the middle', () => {
  const { thread } = start(heap, ir('f', [], [synchronize(), load('a', x), returns('a')]))
  expect(thread.pending?.op).toBe('await')
  const before = thread.key()
  const copy = forked(thread)
  step(copy, 0n)
  expect(thread.key()).toBe(before)
  expect(copy.key()).not.toBe(before)
  step(copy, 0n)
  step(copy, 7n)
  expect((copy.returned as Word).bits).toBe(7n)
})

it('a thread with a generator on its stack is neither copied nor spelled', () => {
  const hand = callable('hand', function* () {
    return (yield* loadStep(x)).bits
  })
  const { thread } = start(heap, ir('f', [], [call('a', 'hand'), load('b', y), returns('a', 'b')]), [hand])
  expect([thread.fork(() => undefined), thread.key()]).toEqual([null, null])
  step(thread, 3n)
  expect(thread.key()).not.toBeNull()
  const copy = forked(thread)
  step(copy, 4n)
  expect((copy.returned as Word[]).map((word) => word.bits)).toEqual([3n, 4n])
})

it('states are the same if what follows is the same: registers that are dead do not count', () => {
  const fn = ir('f', [], [load('a', x), load('b', y), returns('b')])
  const states = [1n, 2n].map((value) => {
    const { thread } = start(heap, fn)
    step(thread, value)
    return thread
  })
  expect(states[0]?.key()).toBe(states[1]?.key())
  for (const thread of states) step(thread, 5n)
  expect(states[0]?.key()).toBe(states[1]?.key())
})

it('states differ in live registers, in the position, and in what they returned', () => {
  const keys = new Set<string | null>()
  for (const value of [1n, 2n]) {
    const { thread } = start(heap, sum)
    keys.add(thread.key())
    step(thread, value)
    keys.add(thread.key())
    step(thread, 1n)
    keys.add(thread.key())
  }
  // The start once; the other states twice each.
  expect(keys.size).toBe(5)
  expect(keys).not.toContain(null)
})

it('with provenance, equal values from different reads differ', () => {
  const fn = ir(
    'f',
    [],
    [
      load('a', x),
      load('b', y),
      branch('b', 'first', 'second', null),
      'first:',
      rmw('c', 'new', x, { kind: 'arithmetic', value: 'a' }),
      returns('c'),
      'second:',
      load('a', y),
      jump('first'),
    ],
  )
  const direct = start(heap, fn).thread
  step(direct, 1n)
  step(direct, 1n)
  const detour = start(heap, fn).thread
  step(detour, 7n)
  step(detour, 0n)
  step(detour, 1n)
  expect(direct.key()).toBe(detour.key())
  expect(direct.key({ provenance: true })).not.toBe(detour.key({ provenance: true }))
})

it('plain loads that were merged are part of the state', () => {
  const fn = ir('f', [], [load('a', x, 'plain'), load('b', y), load('c', x, 'plain'), returns('c')])
  const key = (value: bigint, loads: ThreadOptions['loads']): string | null => {
    const { thread } = start(heap, fn, [], { loads })
    step(thread, value)
    return thread.key()
  }
  expect(key(1n, 'each')).toBe(key(2n, 'each'))
  expect(key(1n, 'once')).not.toBe(key(2n, 'once'))
})

it('law: a copy made at any point does what the original does', () => {
  const fn = ir(
    'f',
    [],
    [
      'head:',
      loop('head'),
      load('a', x),
      lockOp('lock', ptl),
      binary('s', 's', '+', 'a'),
      store(y, 's'),
      lockOp('unlock', ptl),
      binary('more', 's', '<', 6),
      branch('more', 'head', 'end', 'end'),
      'end:',
      rmw('o', 'old', x, { kind: 'exchange', value: 's' }),
      returns('s', 'o'),
    ],
  )
  const values = fc.array(fc.bigInt({ min: 0n, max: 3n }), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(
      values,
      fc.nat(11),
      fc.constantFrom('kept' as const, 'forgotten' as const),
      (all, at, past) => {
        const { thread } = start(heap, fn)
        let copy: Thread | null = null
        for (const [i, value] of all.entries()) {
          if (thread.status !== 'ready') break
          if (i === at) copy = forked(thread, past)
          step(thread, value)
          if (copy !== null) {
            step(copy, value)
            expect(copy.key()).toBe(thread.key())
            expect(copy.pending?.op).toBe(thread.pending?.op)
          }
        }
      },
    ),
  )
})

it("a copy's frames have variables of their own, and go on with what they held", () => {
  const type = { bits: 64, signed: false } as const
  const fn = ir(
    'f',
    [],
    [
      load('a', x),
      (names) => ({
        op: 'store',
        address: { kind: 'register', register: names.register('v') },
        value: { kind: 'register', register: names.register('a') },
        access: 'plain',
        type,
      }),
      load('b', y),
      (names) => ({
        op: 'load',
        to: names.register('c'),
        address: { kind: 'register', register: names.register('v') },
        access: 'plain',
        type,
      }),
      binary('s', 'b', '+', 'c'),
      (names) => ({
        op: 'store',
        address: { kind: 'register', register: names.register('v') },
        value: { kind: 'register', register: names.register('s') },
        access: 'plain',
        type,
      }),
      load('d', y),
      (names) => ({
        op: 'load',
        to: names.register('e'),
        address: { kind: 'register', register: names.register('v') },
        access: 'plain',
        type,
      }),
      returns('e'),
    ],
  )
  const withVariable: IrFunction = {
    ...fn,
    objects: [{ name: 'v', register: fn.registers.indexOf('v'), bytes: 8, align: 8 }],
  }
  const spec = {
    name: 'a',
    label: 'f',
    holding: [],
    underTest: true,
    entry: irCallable(withVariable, (context) => context as IrEnvironment),
    args: [],
  }
  const host = {
    context: (of: Thread): IrEnvironment => ({
      heap,
      self: 'a',
      threads: ['a'],
      get memory() {
        return of.memory
      },
      resolve: () => {
        throw new Error('no calls here')
      },
    }),
  }
  const thread = new Thread(0, spec, host, DEFAULT_THREAD_OPTIONS, () => undefined)
  step(thread, 5n)
  const copies = [forked(thread), forked(thread, 'forgotten')] as const
  expect(copies[0].key()).toBe(thread.key())
  expect(copies[1].key()).toBe(thread.key())
  step(copies[0], 10n)
  step(copies[1], 20n)
  step(thread, 1n)
  expect(copies[0].key()).not.toBe(thread.key())
  for (const one of [thread, ...copies]) step(one, 0n)
  const results = [thread, ...copies].map(({ returned }) => returned as Word)
  expect(results.map(({ bits }) => bits)).toEqual([6n, 15n, 25n])
  expect(results.map(({ from }) => from)).toEqual([[0, 1], [0, 1], [0]])
})
