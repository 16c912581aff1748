import { expect, it } from 'vitest'
import { Heap } from '../../../src/machine/index.js'
import {
  cell,
  events,
  hazards,
  load,
  lock,
  outcomes,
  program,
  returns,
  trylock,
  unlock,
} from '../../support/programs/by-hand.js'

const heap = new Heap()
const a = heap.lock('lock a', 'ptl')
const b = heap.lock('lock b', 'pmd lock')

it('a lock has one identity per name', () => {
  expect(heap.lock('lock a', 'ptl')).toBe(a)
})

it('taking a lock twice is a double lock, and the thread is stuck', () => {
  const twice = program(heap, [
    function* () {
      yield* lock(a)
      yield* lock(a)
    },
  ])
  expect(hazards(twice)).toEqual(['double lock (ptl)'])
})

it('taking it again after giving it back is not', () => {
  const again = program(heap, [
    function* () {
      for (let i = 0; i < 2; i++) {
        yield* lock(a)
        yield* unlock(a)
      }
    },
  ])
  expect(hazards(again)).toEqual([])
})

it('others who wait for a thread that is stuck count neither as deadlock nor as hang', () => {
  const waits = program(heap, [
    function* () {
      yield* lock(a)
      yield* lock(a)
    },
    function* () {
      yield* lock(a)
      yield* unlock(a)
    },
  ])
  expect(hazards(waits)).toEqual(['double lock (ptl)'])
})

it('releasing a lock that the thread does not hold is a hazard, and frees nothing', () => {
  const foreign = program(heap, [
    function* () {
      yield* lock(a)
      yield* unlock(a)
    },
    function* () {
      yield* unlock(a)
    },
  ])
  expect(hazards(foreign)).toEqual(['unlock of a lock not held (ptl)'])
})

it('a lock still held at the end is leaked', () => {
  expect(hazards(program(heap, [() => lock(b)]))).toEqual(['lock leak (pmd lock)'])
})

it('two locks taken in two orders can deadlock, in one order they cannot', () => {
  const take = (first: typeof a, second: typeof a) =>
    function* () {
      yield* lock(first)
      yield* lock(second)
      yield* unlock(second)
      yield* unlock(first)
    }
  expect(hazards(program(heap, [take(a, b), take(b, a)]))).toEqual(['deadlock (pmd lock)', 'deadlock (ptl)'])
  expect(hazards(program(heap, [take(a, b), take(a, b)]))).toEqual([])
})

it('critical sections of one lock have as many executions as orders', () => {
  const section = function* () {
    yield* lock(a)
    yield* unlock(a)
  }
  expect(outcomes(program(heap, [section, section, section])).executions).toBe(6)
})

it('a trylock takes a free lock, and says so when another holds it', () => {
  const tries = function* () {
    const taken = yield* trylock(a)
    if (taken) yield* unlock(a)
    return taken
  }
  expect(returns(program(heap, [tries, tries]))).toEqual(['false true', 'true false', 'true true'])
})

it('a trylock of a lock that the thread holds itself is busy', () => {
  const nested = program(heap, [
    function* () {
      yield* lock(a)
      const taken = yield* trylock(a)
      yield* unlock(a)
      return taken
    },
  ])
  expect(returns(nested)).toEqual(['false'])
})

it('events carry the locks held, in order of acquisition, after those of the caller', () => {
  const x = cell(heap, 'x')
  const held = program(
    heap,
    [
      function* () {
        yield* lock(b)
        yield* lock(a)
        yield* load(x)
        yield* unlock(b)
        yield* load(x)
        yield* unlock(a)
      },
    ],
    { spec: { holding: ['mmap_lock(read)'] } },
  )
  const seen: string[][] = []
  outcomes(held, {
    observe: ({ events: all }) => {
      for (const event of all) if (event.op === 'load') seen.push([...event.locks])
      return {}
    },
  })
  expect(seen).toEqual([
    ['mmap_lock(read)', 'lock b', 'lock a'],
    ['mmap_lock(read)', 'lock a'],
  ])
})

it('the event of a lock comes before it counts as held, that of an unlock while it still does', () => {
  const [taken, given] = events(function* () {
    yield* lock(a)
    yield* unlock(a)
  }, heap)
  expect([taken?.locks, given?.locks]).toEqual([[], ['lock a']])
})
