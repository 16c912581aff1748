/** Courses: threads that are looked up where others have been, and run where nobody was, do the same. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  Course,
  DEFAULT_THREAD_OPTIONS,
  type Event,
  Heap,
  type Operation,
  type ReadRecord,
  Thread,
  type ThreadSpec,
  type Word,
} from '../../../src/machine/index.js'
import { callable, cell, load, store } from '../../support/programs/by-hand.js'

const heap = new Heap()
const x = cell(heap, 'x')
const y = cell(heap, 'y')
const lock = heap.lock('l', 'spin')

/** How often the frames below were made. */
let made = 0

/** Looks at x until it is 0 or 3, under a lock for odd values, and returns what it saw. */
const walker: ThreadSpec = {
  name: 'a',
  label: 'walker',
  holding: [],
  underTest: true,
  entry: callable('walker', function* (): Generator<Operation, readonly Word[], unknown> {
    made++
    const seen: Word[] = []
    for (;;) {
      const value = yield* load(x)
      seen.push(value)
      if (value.bits === 0n || value.bits === 3n) return seen
      if (value.bits === 1n) yield { op: 'lock', lock }
      yield* store(y, value.bits)
      if (value.bits === 1n) yield { op: 'unlock', lock }
    }
  }),
  args: [],
}

function begin(course: Course | null): { readonly thread: Thread; readonly recorded: Event[] } {
  const recorded: Event[] = []
  const record = (event: Event): void => {
    recorded.push(event)
  }
  const host = { context: () => null }
  return { thread: new Thread(0, walker, host, DEFAULT_THREAD_OPTIONS, record, course), recorded }
}

/** Completes the pending operation; loads give the next of the values. */
function step(thread: Thread, values: bigint[]): void {
  const { pending } = thread
  const from = thread.nextId() + 1_000
  const read = (value: bigint): ReadRecord[] => [{ cell: x, value, from }]
  if (pending?.op === 'load') thread.commit(read(values.shift() ?? 0n), [])
  else if (pending?.op === 'lock') thread.commit([], [{ cell: lock.cell, value: 1n, data: [], after: from }])
  else thread.commit([], [{ cell: y, value: 0n, data: [], after: from }])
}

function runWith(course: Course | null, values: readonly bigint[]): unknown {
  const { thread, recorded } = begin(course)
  const left = [...values]
  const stands: unknown[] = []
  while (thread.status === 'ready') {
    stands.push([thread.pending?.op, thread.nextId(), thread.held, thread.lockNames, thread.branched.length])
    step(thread, left)
  }
  return { stands, returned: thread.returned, events: thread.events, recorded, status: thread.status }
}

const sequences = fc.array(fc.array(fc.constantFrom(0n, 1n, 2n, 3n), { maxLength: 8 }), {
  minLength: 1,
  maxLength: 30,
})

it('a thread with a course does what it does without', () => {
  fc.assert(
    fc.property(sequences, (all) => {
      const course = new Course()
      for (const values of all) expect(runWith(course, values)).toEqual(runWith(null, values))
    }),
    { numRuns: 100 },
  )
})

it('what was done before is not run again', () => {
  const course = new Course()
  const values = [1n, 2n, 1n, 3n]
  runWith(course, values)
  made = 0
  for (let i = 0; i < 5; i++) runWith(course, values)
  expect(made).toBe(0)
  runWith(course, [1n, 2n, 0n])
  expect(made).toBe(1)
})

it('records of an execution stand in its own events', () => {
  const course = new Course()
  runWith(course, [1n, 0n])
  const { thread } = begin(course)
  thread.commit([{ cell: x, value: 1n, from: 7 }], [])
  expect(thread.events[0]?.reads).toEqual([{ cell: x, value: 1n, from: 7 }])
})

it('a course that is hardly ever looked up is given up, and changes nothing', () => {
  const course = new Course()
  for (let i = 0n; i < 200n; i++) {
    const values = [4n + i, 4n + i * 1_000n, 2n, 3n]
    expect(runWith(course, values)).toEqual(runWith(null, values))
  }
  expect([course.pays, course.start]).toEqual([false, null])
})

it('a copy of a thread whose frames are generators goes on by itself', () => {
  const { thread } = begin(new Course())
  step(thread, [1n])
  const copy = thread.fork(() => undefined)
  if (copy === null) return expect.unreachable()
  while (copy.status === 'ready') step(copy, [3n])
  expect([thread.events.length, thread.pending?.op, thread.held]).toEqual([1, 'lock', []])
  while (thread.status === 'ready') step(thread, [2n, 0n])
  expect(copy.returned).not.toEqual(thread.returned)
  expect(begin(null).thread.fork(() => undefined)).toBeNull()
  expect(thread.fork(() => undefined, 'forgotten')?.returned).toEqual(thread.returned)
})
