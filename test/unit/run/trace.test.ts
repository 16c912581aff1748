import { describe, expect, test } from 'vitest'
import type { FinishedExecution } from '../../../src/explore/index.js'
import type { Cell, Event } from '../../../src/machine/index.js'
import { stepsOf } from '../../../src/run/trace.js'
import type { Built } from '../../../src/suite/index.js'

const NAMES = ['a', 'b']
const counts = { 0: 0, 1: 0 }

/** An event of thread 0 (`a`) or 1 (`b`); nothing but what a trace looks at. */
function event(thread: 0 | 1, op: Event['op'], more: Partial<Event> = {}): Event {
  const index = counts[thread]++
  return {
    id: thread * 1000 + index,
    thread,
    index,
    op,
    reads: [],
    writes: [],
    function: op,
    site: null,
    depth: 0,
    locks: [],
    irqsOff: false,
    rcuDepth: 0,
    address: null,
    control: null,
    text: op,
    ...more,
  } as Event
}

const cell = (name: string, object: string, initial: bigint): Cell => ({
  id: 0,
  address: 0n,
  bytes: 8,
  name,
  initial,
  object,
  role: 'data',
  page: null,
})
const read = (of: Cell, value: bigint): Partial<Event> => ({ reads: [{ cell: of, value, from: null }] })
const write = (of: Cell, value: bigint): Partial<Event> => ({
  writes: [{ cell: of, value, data: null, after: null }] as unknown as Event['writes'],
})

function trace(...events: readonly Event[]) {
  const execution = { events, hazards: [], threads: NAMES.map((name) => ({ spec: { name } })) }
  const built = { describe: (_: string, bits: bigint) => `is ${bits}` }
  return stepsOf(execution as unknown as FinishedExecution, built as unknown as Built, new Map(), 100)
}

/** What each step says, and what the entry is before and after it, if it is about one. */
function entries(...events: readonly Event[]): string[] {
  return trace(...events).map(({ text, entry }) =>
    entry === undefined ? text : `${text}: ${entry.before} -> ${entry.after}`,
  )
}

test('a buffered store changes the entry for its own thread, and for the others once it is flushed', () => {
  const pte = cell('pte:A[0]', 'pte:A[0]', 1n)
  const stored = event(0, 'store', write(pte, 2n))
  const flush = event(0, 'store-flush', { text: 'flush of pte:A[0]', flushes: stored.id })
  const own = event(0, 'load', read(pte, 2n))
  const early = event(1, 'load', read(pte, 1n))
  const late = event(1, 'load', read(pte, 2n))
  expect(entries(stored, own, early, flush, late)).toEqual([
    'store pte:A[0] <- 0x2, buffered: is 1 -> is 2',
    'load pte:A[0] = 0x2: is 2 -> is 2',
    'load pte:A[0] = 0x1: is 1 -> is 1',
    'flush of pte:A[0]: is 1 -> is 2',
    'load pte:A[0] = 0x2: is 2 -> is 2',
  ])
})

test('the hazard of a buffered store shows where the store reaches memory', () => {
  const pte = cell('pte:A[0]', 'pte:A[0]', 1n)
  const stored = event(0, 'store', write(pte, 2n))
  const flush = event(0, 'store-flush', { text: 'flush of pte:A[0]', flushes: stored.id })
  const hazards = [{ kind: 'lost update', object: 'pte', text: 'gone', event: stored }]
  const execution = { events: [stored, flush], hazards, threads: NAMES.map((name) => ({ spec: { name } })) }
  const built = { describe: () => 'is' }
  const steps = stepsOf(execution as unknown as FinishedExecution, built as unknown as Built, new Map(), 100)
  expect(steps.map(({ hazard }) => hazard)).toEqual([undefined, 'lost update: gone'])
})

describe('the steps of an execution', () => {
  test('have what a thread does by itself right before its first shared operation', () => {
    const steps = trace(
      event(0, 'call'),
      event(1, 'call'),
      event(1, 'call'),
      event(0, 'load'),
      event(0, 'return'),
      event(1, 'lock'),
      event(0, 'load'),
      event(1, 'return'),
    )
    expect(steps.map(({ thread, operation }) => `${thread} ${operation}`)).toEqual([
      'a call',
      'a load',
      'a return',
      'b call',
      'b call',
      'b lock',
      'a load',
      'b return',
    ])
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('lose no thread that never does anything shared', () => {
    expect(trace(event(1, 'call'), event(0, 'load')).map(({ thread }) => thread)).toEqual(['a', 'b'])
  })

  test('say what an entry was and what it is, from its initial value on', () => {
    const pmd = cell('pmd:A', 'pmd:A', 7n)
    const steps = trace(event(0, 'store', write(pmd, 0n)), event(1, 'load', read(pmd, 0n)), event(0, 'fence'))
    expect(steps.map(({ entry }) => entry)).toEqual([
      { name: 'pmd:A', before: 'is 7', after: 'is 0' },
      { name: 'pmd:A', before: 'is 0', after: 'is 0' },
      undefined,
    ])
    expect(steps.map(({ state }) => state)).toEqual(['pmd:A is 0', 'pmd:A is 0', null])
  })

  test('name the word of an entry that has two', () => {
    const low = cell('pte:A.low', 'pte:A', 1n)
    const high = cell('pte:A.high', 'pte:A', 1n)
    const both = { reads: [...(read(low, 1n).reads ?? []), ...(read(high, 1n).reads ?? [])] }
    const [one, two] = trace(event(0, 'load', read(low, 1n)), event(0, 'load', both))
    const whole = { before: 'is 4294967297', after: 'is 4294967297' }
    expect(one?.entry).toEqual({ name: 'pte:A', cell: 'pte:A.low', ...whole })
    expect(two?.entry).toEqual({ name: 'pte:A', ...whole })
  })
})
