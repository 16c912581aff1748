import { expect, it } from 'vitest'
import { Heap, map, type Proc, tracked, type Word } from '../../../src/machine/index.js'
import { type Body, cell, hazards, load, program, rmw, store } from '../../support/programs/by-hand.js'

const heap = new Heap()
const x = cell(heap, 'x')
const y = cell(heap, 'y')
const low = cell(heap, 'pte.low', { object: 'pte' })
const high = cell(heap, 'pte.high', { object: 'pte' })

const plus = (word: Word, by: bigint): Word => map(word, (bits) => bits + by)
const increment: Body = function* () {
  yield* store(x, plus(yield* load(x), 1n))
}
const set: Body = function* () {
  yield* store(x, 5n)
}

function hazardsOf(...bodies: Body[]): string[] {
  return hazards(program(heap, bodies))
}

it('one thread alone loses nothing', () => {
  expect(hazardsOf(increment)).toEqual([])
})

it('a store by another thread between the load and the store is lost', () => {
  expect(hazardsOf(increment, set)).toEqual(['lost update (word)'])
})

it('a store to another cell in between is not lost', () => {
  expect(
    hazardsOf(increment, function* () {
      yield* store(y, 5n)
    }),
  ).toEqual([])
})

it('overwriting with a constant loses nothing that was looked at', () => {
  expect(hazardsOf(set, set)).toEqual([])
})

it('a value computed from another cell overwrites without loss', () => {
  expect(
    hazardsOf(function* () {
      yield* store(x, plus(yield* load(y), 1n))
    }, set),
  ).toEqual([])
})

it('a read-modify-write loses nothing', () => {
  const add: Body = function* () {
    yield* rmw(x, (current) => current + 1n)
  }
  expect(hazardsOf(add, add)).toEqual([])
  expect(hazardsOf(add, set)).toEqual([])
})

it('a read-modify-write in between is lost like a store', () => {
  expect(
    hazardsOf(increment, function* () {
      yield* rmw(x, (current) => current + 1n)
    }),
  ).toEqual(['lost update (word)'])
})

it('a compare-exchange that stores nothing is not lost', () => {
  expect(
    hazardsOf(increment, function* () {
      yield* rmw(x, () => null)
    }),
  ).toEqual([])
})

it('the newest of several reads counts as seen', () => {
  const rereads: Body = function* () {
    const first = yield* load(x)
    const second = yield* load(x)
    yield* store(x, { bits: first.bits + second.bits, from: [...first.from, ...second.from] })
  }
  const setsOnce = program(heap, [
    function* () {
      const first = yield* load(x)
      yield { op: 'await', cells: [x], until: ([value]) => value === 5n, why: 'the store' }
      const second = yield* load(x)
      yield* store(x, { bits: first.bits + second.bits, from: [...first.from, ...second.from] })
    },
    set,
  ])
  expect(hazards(setsOnce)).toEqual([])
  expect(hazardsOf(rereads, set)).toEqual(['lost update (word)'])
})

it('storing over what one stored oneself loses nothing', () => {
  expect(
    hazardsOf(function* () {
      const seen = yield* load(x)
      yield* store(x, 1n)
      yield* store(x, plus(seen, 2n))
    }),
  ).toEqual([])
})

it('of an entry of two words, a loss in either is one', () => {
  const rewrites: Body = function* () {
    const [first, second] = (yield { op: 'load', cells: [low, high], access: 'plain', address: [] }) as Word[]
    const values = [plus(first ?? tracked(0n), 1n), plus(second ?? tracked(0n), 1n)]
    yield { op: 'store', cells: [low, high], values, access: 'plain', address: [] }
  }
  const setsHigh = (): Proc<unknown> => store(high, 8n)
  expect(hazardsOf(rewrites, setsHigh)).toEqual(['lost update (pte)'])
})

it('what the hardware set is not lost between programs', () => {
  const both = program(heap, [increment, set])
  const [software, hardware] = both.threads
  if (software === undefined || hardware === undefined) throw new Error('two threads')
  expect(hazards({ ...both, threads: [software, { ...hardware, hardware: true }] })).toEqual([])
})
