/** Barriers and tests that are passed over to see what they are there for; the tests that turn loops. */
import { describe, expect, it } from 'vitest'
import { forEachExecution, SC, TSO } from '../../../src/explore/index.js'
import {
  type Callable,
  equal,
  Heap,
  type Omission,
  type Proc,
  type Program,
  type Thread,
  type ThreadSpec,
  type Word,
} from '../../../src/machine/index.js'
import { cell, load, program, store } from '../../support/programs/by-hand.js'
import {
  binary,
  branch,
  fence,
  ir,
  load as irLoad,
  irProgram,
  store as irStore,
  loop,
  returns,
} from '../../support/programs/ir.js'

const heap = new Heap()
const x = cell(heap, 'x')

/** Looks at x until two looks in a row agree, with a barrier between them. */
const again: Callable = {
  name: 'again',
  path: 'mm/again.c',
  role: 'callback',
  body: function* (thread: Thread): Proc<string> {
    for (let turns = 1; ; turns++) {
      yield { op: 'retry', key: 'do', locals: '' }
      thread.setLine(10)
      const first = yield* load(x)
      thread.setLine(11)
      if (thread.offersFence('mb')) yield { op: 'fence', fence: 'mb' }
      else thread.fence('mb')
      thread.setLine(12)
      const second = yield* load(x)
      if (thread.branch(equal(first, second), 'rest')) return `${turns}: ${first.bits} ${second.bits}`
    }
  },
}

const twice: Program = {
  ...program(heap, [
    function* () {
      return yield { op: 'call', target: again, args: [] }
    },
    function* () {
      yield* store(x, 1n)
    },
  ]),
  host: { context: (thread) => thread },
}

const at = { function: 'again', path: 'mm/again.c' } as const

function returned(without: readonly Omission[], model = SC): string[] {
  const found = new Set<string>()
  forEachExecution(twice, { model, without }, ({ threads }) => {
    found.add(String(threads[0]?.returned))
    return true
  })
  return [...found].sort()
}

function fences(without: readonly Omission[], model = SC): number {
  let most = 0
  forEachExecution(twice, { model, without }, ({ events }) => {
    most = Math.max(most, events.filter((event) => event.fence !== undefined).length)
    return true
  })
  return most
}

describe('a barrier that is passed over', () => {
  it('leaves no event, whoever would have done it', () => {
    const without: Omission[] = [{ ...at, line: 11, kind: 'fence', fence: 'mb' }]
    for (const model of [SC, TSO]) {
      expect(fences([], model)).toBe(2)
      expect(fences(without, model)).toBe(0)
    }
  })
  it('is the one of that kind, at that line of that function', () => {
    for (const other of [
      { ...at, line: 12, fence: 'mb' },
      { ...at, line: 11, fence: 'rmb' },
      { ...at, function: 'other', line: 11, fence: 'mb' },
      { ...at, path: 'mm/other.c', line: 11, fence: 'mb' },
    ] as const)
      expect(fences([{ ...other, kind: 'fence' }])).toBe(2)
  })
})

describe('a test that is passed over', () => {
  it('gets the same answer every time', () => {
    expect(returned([])).toEqual(['1: 0 0', '1: 1 1', '2: 1 1'])
    expect(returned([{ ...at, line: 12, kind: 'branch', answer: true }])).toEqual([
      '1: 0 0',
      '1: 0 1',
      '1: 1 1',
    ])
  })
  it('is one of the function itself, not of what it calls', () =>
    expect(returned([{ ...at, function: 'thread_a', line: 12, kind: 'branch', answer: true }])).toEqual(
      returned([]),
    ))
})

it('the host is told of barriers, and of the test that sends a loop round again', () => {
  const told = new Set<string>()
  const part = (one: Omission) => told.add(JSON.stringify(one))
  forEachExecution({ ...twice, host: { ...twice.host, part } }, { model: SC }, () => true)
  expect([...told].map((text) => JSON.parse(text) as unknown)).toEqual([
    { ...at, line: 11, kind: 'fence', fence: 'mb' },
    { ...at, line: 12, kind: 'branch', answer: true },
  ])
})

it('a barrier that is a call of its own stands where it is called', () => {
  const smp_rmb: Callable = {
    name: 'smp_rmb',
    path: null,
    role: 'primitive',
    // biome-ignore lint/correctness/useYield: the thread does it at once
    body: function* (thread: Thread): Proc<void> {
      thread.fence('rmb')
    },
  }
  const calls: Callable = {
    ...again,
    name: 'calls',
    body: function* (thread: Thread): Proc<void> {
      thread.setLine(7)
      yield { op: 'call', target: smp_rmb, args: [] }
    },
  }
  const one: Program = { ...twice, threads: [{ ...(twice.threads[1] as ThreadSpec), entry: calls }] }
  const parts: Omission[] = []
  const seen = (without: readonly Omission[]): number => {
    let fences = 0
    const host = { ...one.host, part: (part: Omission) => parts.push(part) }
    forEachExecution({ ...one, host }, { model: SC, without }, ({ events }) => {
      fences = events.filter(({ fence }) => fence !== undefined).length
      return true
    })
    return fences
  }
  expect(seen([])).toBe(1)
  expect(parts).toEqual([{ function: 'calls', path: 'mm/again.c', line: 7, kind: 'fence', fence: 'rmb' }])
  expect(seen(parts.slice())).toBe(0)
})

it('loads and stores that are plain in C say so, also where they are taken as marked', () => {
  for (const plain of ['as-written', 'once'] as const) {
    forEachExecution(twice, { model: SC, plain }, ({ events }) => {
      const accesses = events.filter(({ op }) => op === 'load' || op === 'store')
      expect(accesses.every((event) => event.plain === true)).toBe(true)
      return true
    })
  }
})

describe('in a function of the intermediate representation', () => {
  const own = new Heap()
  const y = cell(own, 'y')
  const look = ir(
    'look',
    [],
    [
      'do:',
      loop('do'),
      irLoad('first', y),
      fence('rmb'),
      irLoad('second', y),
      binary('same', 'first', '==', 'second'),
      branch('same', 'out', 'do', null),
      'out:',
      binary('both', 'first', '+', 'second'),
      returns('both'),
    ],
    { path: 'mm/look.c', places: [1, 2, 3, 4, 5, 5, 6, 6].map((line) => ({ line, column: 1 })) },
  )
  const set = ir('set', [], [irStore(y, 1)])
  const place = { function: 'look', path: 'mm/look.c' } as const
  const sums = (without: readonly Omission[]): string[] => {
    const found = new Set<string>()
    forEachExecution(irProgram(own, [look, set]), { model: SC, without }, ({ threads }) => {
      const returned = threads[0]?.returned as Word
      found.add(String(returned.bits))
      return true
    })
    return [...found].sort()
  }
  it('a test gets the same answer every time', () => {
    expect(sums([])).toEqual(['0', '2'])
    expect(sums([{ ...place, line: 5, kind: 'branch', answer: true }])).toEqual(['0', '1', '2'])
  })
  it('a barrier is passed over', () => {
    const count = (without: readonly Omission[]): number => {
      let fences = 0
      forEachExecution(irProgram(own, [look]), { model: SC, without }, ({ events }) => {
        fences = events.filter((event) => event.fence !== undefined).length
        return true
      })
      return fences
    }
    expect([count([]), count([{ ...place, line: 3, kind: 'fence', fence: 'rmb' }])]).toEqual([1, 0])
  })
})
