import { expect, it } from 'vitest'
import { fewestPreemptions, findWitness, formatSchedule, TSO } from '../../../src/explore/index.js'
import { Heap, hazardKey, map } from '../../../src/machine/index.js'
import { type Body, cell, load, lock, program, store, unlock } from '../../support/programs/by-hand.js'
import { exploreOptions } from '../../support/programs/compare.js'

const heap = new Heap()
const x = cell(heap, 'x')
const y = cell(heap, 'y')
const options = exploreOptions({ threads: [], pages: {} })

const increment: Body = function* () {
  const seen = yield* load(x)
  yield* store(
    x,
    map(seen, (bits) => bits + 1n),
  )
}

function witnessOf(key: string, ...bodies: Body[]): [string, number] | null {
  const witness = findWitness(program(heap, bodies), options, ({ hazards }) =>
    hazards.some((hazard) => hazardKey(hazard) === key),
  )
  return witness === null ? null : [formatSchedule(witness.decisions), witness.preemptions]
}

it('a lost update takes one preemption', () => {
  expect(witnessOf('lost update (word)', increment, increment)).toEqual(['a1b2a1', 1])
})

it('under tso a store that waits in its buffer takes none', () => {
  const sees: Body = function* () {
    yield* store(y, 1n)
    const seen = yield* load(x)
    if (seen.bits === 0n) yield { op: 'hazard', kind: 'early', object: '', text: '', fatal: false }
  }
  const witness = findWitness(
    program(heap, [
      function* () {
        yield* store(x, 1n)
        const seen = yield* load(y)
        if (seen.bits === 0n) yield { op: 'hazard', kind: 'late', object: '', text: '', fatal: false }
      },
      sees,
    ]),
    { ...options, model: TSO },
    ({ hazards }) => hazards.length === 2,
  )
  expect(witness).toMatchObject({ preemptions: 0 })
  expect(formatSchedule(witness?.decisions ?? [])).toBe('b2a2B1A1')
})

it('under tso a switch away from a thread that waits for its own buffer is a preemption', () => {
  const fenced = (mine: typeof x, other: typeof x): Body =>
    function* () {
      yield* store(mine, 1n)
      yield { op: 'fence', fence: 'mb' }
      return (yield* load(other)).bits
    }
  const witness = findWitness(
    program(heap, [fenced(x, y), fenced(y, x)]),
    { ...options, model: TSO },
    ({ threads }) => threads.every(({ returned }) => returned === 1n),
  )
  expect(witness?.preemptions).toBe(1)
})

it('steps that have nothing to do with it are not interleaved', () => {
  const busy: Body = function* () {
    for (let i = 0; i < 4; i++) yield* store(y, 1n)
    yield* increment()
    for (let i = 0; i < 4; i++) yield* store(y, 1n)
  }
  expect(witnessOf('lost update (word)', busy, increment)).toEqual(['a5b2a5', 1])
})

it('a switch away from a thread that waits is no preemption', () => {
  const ptl = heap.lock('ptl', 'ptl')
  const pmd = heap.lock('pmd', 'pmd')
  const take = (first: typeof ptl, second: typeof ptl): Body =>
    function* () {
      yield* lock(first)
      yield* lock(second)
      yield* unlock(second)
      yield* unlock(first)
    }
  expect(witnessOf('deadlock (ptl)', take(ptl, pmd), take(pmd, ptl))).toEqual(['b1a1', 1])
})

it('what every execution shows takes no preemption', () => {
  expect(witnessOf('lock leak (ptl)', () => lock(heap.lock('ptl', 'ptl')), increment)).toEqual(['b2a1', 0])
})

it('what no execution shows has no witness', () => {
  expect(witnessOf('lost update (word)', increment)).toBeNull()
})

it('a trace too large to be reordered keeps its schedule, and its preemptions are counted', () => {
  const writes = (many: number): Body =>
    function* () {
      for (let i = 0; i < many; i++) yield* store(x, 1n)
    }
  const long = program(heap, [writes(150), writes(150), writes(150)])
  const decisions = Array.from({ length: 450 }, (_, i) => ({ thread: Math.floor(i / 50) % 3, choice: null }))
  const witness = fewestPreemptions(long, options, decisions)
  expect(witness).toEqual({ decisions, preemptions: 6 })
})
