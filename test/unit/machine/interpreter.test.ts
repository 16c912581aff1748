/** The interpreter of the intermediate representation, on small functions run under sequential consistency. */
import { expect, it } from 'vitest'
import { forEachExecution, SC } from '../../../src/explore/index.js'
import { type Event, Heap, type IrFunction, type Word } from '../../../src/machine/index.js'
import { callable, cell, hazards, store as storeStep } from '../../support/programs/by-hand.js'
import {
  assume,
  binary,
  branch,
  call,
  convert,
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
  S32,
  set,
  srcuLock,
  srcuUnlock,
  store,
  synchronize,
  tryOp,
  U64,
  unary,
} from '../../support/programs/ir.js'

/** What one thread returns: its words' bits, over all executions of a program, ascending; `-` for nothing. */
function returned(
  heap: Heap,
  entries: readonly IrFunction[],
  functions: Parameters<typeof irProgram>[2] = [],
): string[] {
  const found = new Set<string>()
  forEachExecution(irProgram(heap, entries, functions), { model: SC }, ({ threads }) => {
    found.add(threads.map((thread) => show(thread.returned)).join(' '))
    return true
  })
  return [...found].sort()
}

function show(value: unknown): string {
  if (value === undefined) return '-'
  return Array.isArray(value) ? value.map(show).join(',') : String((value as Word).bits)
}

/** The events of the only execution of one function. */
function eventsOf(
  heap: Heap,
  fn: IrFunction,
  functions: Parameters<typeof irProgram>[2] = [],
): readonly Event[] {
  let found: readonly Event[] = []
  forEachExecution(irProgram(heap, [fn], functions), { model: SC }, ({ events }) => {
    found = events
    return true
  })
  return found
}

/** The loads that an event is control-dependent on, by the cell loaded. */
function controlledBy(events: readonly Event[], name: string): string[] {
  const event = events.find((candidate) => candidate.writes.some((write) => write.cell.name === name))
  const cells: string[] = []
  for (let control = event?.control ?? null; control !== null; control = control.before) {
    cells.push(...namesOf(events, control.reads))
  }
  return cells
}

function namesOf(events: readonly Event[], reads: readonly number[]): string[] {
  return reads.map((id) => events.find((event) => event.id === id)?.reads[0]?.cell.name ?? '?')
}

it('computes in registers, and returns nothing, one value or several', () => {
  const heap = new Heap()
  const body = [set('a', 7), binary('b', 'a', '*', 6), unary('c', '-', 1, S32), convert('d', 'c', S32, U64)]
  expect(returned(heap, [ir('f', [], body)])).toEqual(['-'])
  expect(returned(heap, [ir('f', [], [...body, returns('b')])])).toEqual(['42'])
  expect(returned(heap, [ir('f', [], [...body, returns('b', 'c', 'd')])])).toEqual([
    '42,4294967295,18446744073709551615',
  ])
})

it('loads and stores by address, computed ones too', () => {
  const heap = new Heap()
  const [x, y] = [cell(heap, 'x', { initial: 5n }), cell(heap, 'y')]
  const fn = ir('f', [], [load('a', x), binary('p', x, '+', 8), store('p', 'a'), load('b', y), returns('b')])
  expect(returned(heap, [fn])).toEqual(['5'])
})

it('an address where no cell lies ends the thread with a hazard', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  heap.lock('ptl', 'ptl')
  const dying: Line[][] = [
    [load('a', 0)],
    [store(1, 1)],
    [rmw('a', 'old', 3, { kind: 'exchange', value: 1 })],
    [lockOp('lock', 0)],
    [lockOp('lock', x)],
    [srcuLock('a', 12)],
    [synchronize(12)],
  ]
  for (const lines of dying) {
    const fn = ir('f', [], [...lines, store(x, 1)])
    expect(hazards(irProgram(heap, [fn]))).toEqual(['wild pointer'])
    expect(eventsOf(heap, fn).map((event) => event.op)).toEqual(['hazard'])
  }
})

it('a division by zero is a hazard', () => {
  const heap = new Heap()
  expect(hazards(irProgram(heap, [ir('f', [], [binary('a', 1, '%', 'b')])]))).toEqual(['division by zero'])
})

it('values keep the reads that they were computed from, even where they cancel out', () => {
  const heap = new Heap()
  const [x, y] = [cell(heap, 'x'), cell(heap, 'y')]
  for (const line of [binary('b', 'a', '-', 'a'), binary('b', 'a', '&', 0)]) {
    const events = eventsOf(heap, ir('f', [], [load('a', x), line, store(y, 'b')]))
    expect(namesOf(events, events[1]?.writes[0]?.data ?? [])).toEqual(['x'])
  }
})

it('accesses through a loaded pointer depend on it by address', () => {
  const heap = new Heap()
  const target = cell(heap, 'target')
  const pointer = cell(heap, 'pointer', { initial: target.address })
  const events = eventsOf(
    heap,
    ir(
      'f',
      [],
      [
        load('p', pointer),
        load('a', 'p'),
        store('p', 1),
        rmw(null, 'old', 'p', { kind: 'arithmetic', value: 1 }),
      ],
    ),
  )
  expect(events.slice(1).map((event) => namesOf(events, event.address))).toEqual([
    ['pointer'],
    ['pointer'],
    ['pointer'],
  ])
})

it('a read-modify-write names the reads behind what it stores, not those behind what it compares with', () => {
  const heap = new Heap()
  const [x, y, z] = [cell(heap, 'x'), cell(heap, 'y'), cell(heap, 'z')]
  const events = eventsOf(
    heap,
    ir(
      'f',
      [],
      [
        load('a', x),
        load('b', y),
        rmw(null, 'old', z, { kind: 'compare-exchange', expected: 'a', value: 'b' }),
      ],
    ),
  )
  const data = events[2]?.writes[0]?.data ?? []
  expect(namesOf(events, data)).toEqual(['y', 'z'])
})

const RMWS: readonly [
  string,
  bigint,
  Parameters<typeof rmw>[3],
  ['old' | 'new' | 'stored', string][],
  string,
][] = [
  [
    'exchange',
    3n,
    { kind: 'exchange', value: 9 },
    [
      ['old', '3'],
      ['new', '9'],
      ['stored', '1'],
    ],
    '9',
  ],
  [
    'add',
    3n,
    { kind: 'arithmetic', operator: '+', value: 4 },
    [
      ['old', '3'],
      ['new', '7'],
    ],
    '7',
  ],
  ['sub', 3n, { kind: 'arithmetic', operator: '-', value: 4 }, [['new', '4294967295']], '4294967295'],
  [
    'and',
    6n,
    { kind: 'arithmetic', operator: '&', value: 3 },
    [
      ['old', '6'],
      ['new', '2'],
    ],
    '2',
  ],
  ['or', 6n, { kind: 'arithmetic', operator: '|', value: 1 }, [['new', '7']], '7'],
  ['xor', 6n, { kind: 'arithmetic', operator: '^', value: 3 }, [['new', '5']], '5'],
  [
    'cmpxchg that fits',
    3n,
    { kind: 'compare-exchange', expected: 3, value: 8 },
    [
      ['old', '3'],
      ['stored', '1'],
    ],
    '8',
  ],
  [
    'cmpxchg that does not',
    3n,
    { kind: 'compare-exchange', expected: 4, value: 8 },
    [
      ['old', '3'],
      ['new', '3'],
      ['stored', '0'],
    ],
    '3',
  ],
  [
    'add unless',
    3n,
    { kind: 'add-unless', value: 1, unless: 0 },
    [
      ['old', '3'],
      ['new', '4'],
      ['stored', '1'],
    ],
    '4',
  ],
  [
    'add unless it is that',
    3n,
    { kind: 'add-unless', value: 1, unless: 3 },
    [
      ['old', '3'],
      ['stored', '0'],
    ],
    '3',
  ],
]

it.each(RMWS)('%s: what it stores and returns', (_, initial, update, results, final) => {
  const u32 = { bits: 32, signed: false } as const
  for (const [result, expected] of results) {
    const heap = new Heap()
    const x = cell(heap, 'x', { initial })
    const fn = ir('f', [], [rmw('a', result, x, update, u32), load('b', x), returns('a', 'b')])
    expect(returned(heap, [fn])).toEqual([`${expected},${final}`])
  }
})

it('the body of an if depends on its condition, what follows does not', () => {
  const heap = new Heap()
  const [x, y, z] = [cell(heap, 'x'), cell(heap, 'y'), cell(heap, 'z')]
  const events = eventsOf(
    heap,
    ir(
      'f',
      [],
      [
        load('a', x),
        unary('n', '!', 'a'),
        branch('n', 'then', 'join', 'join'),
        'then:',
        store(y, 1),
        'join:',
        store(z, 1),
      ],
    ),
  )
  expect(controlledBy(events, 'y')).toEqual(['x'])
  expect(controlledBy(events, 'z')).toEqual([])
})

it('after an early return the rest of the function depends on the condition', () => {
  const heap = new Heap()
  const [x, y] = [cell(heap, 'x'), cell(heap, 'y')]
  const events = eventsOf(
    heap,
    ir('f', [], [load('a', x), branch('a', 'out', 'on', null), 'out:', returns(), 'on:', store(y, 1)]),
  )
  expect(controlledBy(events, 'y')).toEqual(['x'])
})

it('nested branches end one by one, those that meet in one place end together', () => {
  const heap = new Heap()
  const names = ['x', 'y', 'u', 'v', 'w'] as const
  const [x, y, u, v, w] = names.map((name) => cell(heap, name))
  if (x === undefined || y === undefined || u === undefined || v === undefined || w === undefined) return
  const nested = (innerJoin: string): IrFunction =>
    ir(
      'f',
      [],
      [
        load('a', x),
        unary('a', '!', 'a'),
        branch('a', 'outer', 'end', 'end'),
        'outer:',
        load('b', y),
        unary('b', '!', 'b'),
        branch('b', 'inner', innerJoin, innerJoin),
        'inner:',
        store(u, 1),
        'met:',
        store(v, 1),
        'end:',
        store(w, 1),
      ],
    )
  const apart = eventsOf(heap, nested('met'))
  expect([controlledBy(apart, 'u'), controlledBy(apart, 'v'), controlledBy(apart, 'w')]).toEqual([
    ['y', 'x'],
    ['x'],
    [],
  ])
  const together = eventsOf(heap, nested('end'))
  expect([controlledBy(together, 'v'), controlledBy(together, 'w')]).toEqual([['y', 'x'], []])
})

it('a jump out of an inner body to the end of an outer one ends both', () => {
  const heap = new Heap()
  const [x, y, z] = [cell(heap, 'x'), cell(heap, 'y'), cell(heap, 'z')]
  const events = eventsOf(
    heap,
    ir(
      'f',
      [],
      [
        load('a', x),
        unary('a', '!', 'a'),
        branch('a', 'outer', 'end', 'end'),
        'outer:',
        load('b', y),
        unary('b', '!', 'b'),
        branch('b', 'inner', 'met', 'met'),
        'inner:',
        jump('end'),
        'met:',
        store(y, 1),
        'end:',
        store(z, 1),
      ],
    ),
  )
  expect(controlledBy(events, 'z')).toEqual([])
})

it('the turns of a loop depend on all conditions before, what follows the loop on none', () => {
  const heap = new Heap()
  const [x, y, z] = [cell(heap, 'x'), cell(heap, 'y'), cell(heap, 'z')]
  const events = eventsOf(
    heap,
    ir(
      'f',
      [],
      [
        'head:',
        load('a', x),
        binary('more', 'a', '<', 2),
        branch('more', 'body', 'end', 'end'),
        'body:',
        binary('a', 'a', '+', 1),
        store(x, 'a'),
        binary('last', 'a', '==', 2),
        branch('last', 'mark', 'next', 'next'),
        'mark:',
        store(y, 1),
        'next:',
        jump('head'),
        'end:',
        store(z, 1),
      ],
    ),
  )
  // Two turns of the loop, and the branch in the second one.
  expect(controlledBy(events, 'y')).toEqual(['x', 'x', 'x'])
  expect(controlledBy(events, 'z')).toEqual([])
})

it('functions call one another, with words as arguments and for results', () => {
  const heap = new Heap()
  const add = ir('add', ['a', 'b'], [binary('sum', 'a', '+', 'b'), returns('sum')])
  const twice = ir('twice', ['a'], [call('b', 'add', ['a', 'a']), returns('b')])
  const main = ir('main', [], [call('r', 'twice', [21]), call(null, 'add'), returns('r')])
  expect(returned(heap, [main], [add, twice])).toEqual(['42'])
})

it('hand-written functions are called like any other, and numbers they return wrap to the type', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  const negative = callable('negative', function* () {
    yield* storeStep(x, 1n)
    return -12
  })
  const truth = callable('truth', function* () {
    yield* storeStep(x, 1n)
    return { bits: true, from: [] }
  })
  const main = ir(
    'main',
    [],
    [call('a', 'negative', [], S32), call('b', 'truth'), load('c', x), returns('a', 'b', 'c')],
  )
  expect(returned(heap, [main], [negative, truth])).toEqual([`${2n ** 32n - 12n},1,1`])
})

it('hand-written functions call lifted ones', () => {
  const heap = new Heap()
  const x = cell(heap, 'x', { initial: 4n })
  const inner = ir('inner', ['p'], [load('a', 'p'), returns('a')])
  const program = irProgram(
    heap,
    [ir('main', [], [call('r', 'outer'), returns('r')])],
    [
      inner,
      callable('outer', function* () {
        const target = program.threads[0]?.entry
        expect(target?.name).toBe('main')
        const callee = irProgram(heap, [inner]).threads[0]?.entry
        if (callee === undefined) return 0n
        const word = (yield { op: 'call', target: callee, args: [{ bits: x.address, from: [] }] }) as Word
        return word.bits + 1n
      }),
    ],
  )
  const found: string[] = []
  forEachExecution(program, { model: SC }, ({ threads }) => {
    found.push(show(threads[0]?.returned))
    return true
  })
  expect(found).toEqual(['5'])
})

it('locks: taken, tried and looked at', () => {
  const heap = new Heap()
  const { cell: ptl } = heap.lock('ptl', 'ptl')
  const both = ir(
    'both',
    [],
    [
      tryOp('trylock', 'got', ptl),
      tryOp('is-locked', 'seen', ptl),
      tryOp('trylock', 'again', ptl),
      lockOp('unlock', ptl),
      tryOp('is-locked', 'after', ptl),
      lockOp('lock', ptl),
      lockOp('unlock', ptl),
      returns('got', 'seen', 'again', 'after'),
    ],
  )
  expect(returned(heap, [both])).toEqual(['1,1,0,0'])
})

it('a grace period waits for the sections of other threads, of RCU and of its own SRCU domain', () => {
  const heap = new Heap()
  const [x, domain, other] = [cell(heap, 'x'), cell(heap, 'domain'), cell(heap, 'other')]
  const section = (enter: Line, leave: Line): IrFunction =>
    ir('reader', [], [enter, load('a', x), load('b', x), leave, returns('a', 'b')])
  const writer = (which: Line): IrFunction => ir('writer', [], [store(x, 1), which, store(x, 2)])
  const torn = (reader: IrFunction, which: Line): boolean =>
    returned(heap, [reader, writer(which)]).some((pair) => pair.startsWith('0,2'))
  const rcu = section(plain({ op: 'rcu-lock' }), plain({ op: 'rcu-unlock' }))
  const irq = section(plain({ op: 'irq-save' }), plain({ op: 'irq-restore' }))
  const srcu = section(srcuLock('c', domain), srcuUnlock(domain, 'c'))
  const bare = section(fence('mb'), fence('mb'))
  expect([torn(rcu, synchronize()), torn(irq, synchronize()), torn(srcu, synchronize(domain))]).toEqual([
    false,
    false,
    false,
  ])
  expect([torn(bare, synchronize()), torn(srcu, synchronize()), torn(srcu, synchronize(other))]).toEqual([
    true,
    true,
    true,
  ])
})

it('a loop that waits is not run again before something changes', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  const waits = ir(
    'waits',
    [],
    ['again:', loop('x'), load('a', x), branch('a', 'out', 'again', null), 'out:', returns('a')],
  )
  expect(returned(heap, [waits, ir('sets', [], [store(x, 3)])])).toEqual(['3 -'])
  expect(hazards(irProgram(heap, [waits, ir('idles', [], [])]))).toEqual(['livelock'])
})

it('a loop without operations runs into the bound', () => {
  const heap = new Heap()
  const program = irProgram(heap, [ir('spins', [], ['again:', jump('again')])])
  const statuses: string[] = []
  forEachExecution(program, { model: SC, maxOperations: 100 }, ({ status }) => statuses.push(status) > 0)
  expect(statuses).toEqual(['exhausted'])
})

it('an assumption that fails blocks the execution', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  const program = irProgram(heap, [
    ir('f', [], [load('a', x), assume('a'), returns('a')]),
    ir('g', [], [store(x, 1)]),
  ])
  const statuses: string[] = []
  forEachExecution(program, { model: SC }, ({ status }) => statuses.push(status) > 0)
  expect(statuses.sort()).toEqual(['blocked', 'complete'])
})

it('events stand at the place of their instruction', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  const fn = ir('f', [], [load('a', x), store(x, 1)], {
    path: 'mm/f.c',
    places: [
      { line: 3, column: 5 },
      { line: 3, column: 20 },
    ],
  })
  const sites = eventsOf(heap, fn).map((event) => event.site)
  expect(sites).toEqual([
    { function: 'f', path: 'mm/f.c', line: 3, column: 5 },
    { function: 'f', path: 'mm/f.c', line: 3, column: 20 },
  ])
})

it('every line that was run is reported, those without operations too', () => {
  const heap = new Heap()
  const fn = ir('f', [], [set('a', 1), set('b', 2), returns('a')], {
    path: 'mm/f.c',
    places: [1, 2, 4].map((line) => ({ line, column: 0 })),
  })
  const lines: number[] = []
  const program = irProgram(heap, [fn])
  const host = { ...program.host, reached: (_: unknown, line: number) => void lines.push(line) }
  forEachExecution({ ...program, host }, { model: SC }, () => true)
  expect(lines).toEqual([1, 2, 4])
})

it('threads of both makings run together', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  const { threads, host } = irProgram(heap, [ir('f', [], [load('a', x), returns('a')])])
  const entry = callable('hand', () => storeStep(x, 1n))
  const [spec] = threads
  if (spec === undefined) return
  const both = {
    heap,
    threads: [spec, { ...spec, name: 'b', entry }],
    host,
    answers: new Map<string, string>(),
  }
  const found = new Set<string>()
  forEachExecution(both, { model: SC }, (execution) => {
    found.add(show(execution.threads[0]?.returned))
    return true
  })
  expect([...found].sort()).toEqual(['0', '1'])
})
