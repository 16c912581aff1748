import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explore, findWitness, formatSchedule, replay, SC, TSO } from '../../../src/explore/index.js'
import { Heap, hazardKey } from '../../../src/machine/index.js'
import { programs } from '../../support/programs/arbitrary.js'
import { build } from '../../support/programs/build.js'
import {
  call,
  callable,
  cell,
  choose,
  load,
  lock,
  program,
  store,
  unlock,
} from '../../support/programs/by-hand.js'
import { exploreOptions } from '../../support/programs/compare.js'
import { show } from '../../support/programs/language.js'

describe.each([SC, TSO])('on generated programs, under $name', (model) => {
  const texts = fc.sample(programs({ operations: [3, 4], total: 8 }), { numRuns: 60, seed: 21 })

  it('a replayed schedule shows the behaviour it was printed for', () => {
    for (const text of texts) {
      const options = exploreOptions(text, model)
      for (const { decisions, observation } of explore(build(text), options).behaviours.values()) {
        const replayed = replay(build(text), options, formatSchedule(decisions))
        expect(replayed.ok, show(text)).toBe(true)
        if (!replayed.ok) continue
        const finals = Object.entries(observation).filter(([key]) => !key.endsWith(' did'))
        expect(options.observe?.(replayed.value), show(text)).toMatchObject(Object.fromEntries(finals))
      }
    }
  })

  it('a replayed witness shows the hazard it was found for', () => {
    for (const text of texts) {
      const options = exploreOptions(text, model)
      for (const key of explore(build(text), options).hazards.keys()) {
        const witness = findWitness(build(text), options, ({ hazards }) =>
          hazards.some((hazard) => hazardKey(hazard) === key),
        )
        const replayed = replay(build(text), options, formatSchedule(witness?.decisions ?? []))
        const shown = replayed.ok ? replayed.value.hazards.map(hazardKey) : []
        expect(shown, `${show(text)}\n${formatSchedule(witness?.decisions ?? [])}`).toContain(key)
      }
    }
  })
})

const heap = new Heap()
const x = cell(heap, 'x')
const ptl = heap.lock('ptl', 'ptl')
const options = exploreOptions({ threads: [], pages: {} })

it('a replay records calls and returns', () => {
  const calls = program(heap, [() => call(callable('pte_present', () => load(x)))])
  const replayed = replay(calls, options, 'a1')
  expect(replayed.ok && replayed.value.events.map((event) => event.text || event.op)).toEqual([
    'call pte_present',
    'load',
    'return from pte_present',
    'return from thread_a',
  ])
})

it('a replay under tso records each flush, by the thread and at the place that stored', () => {
  const stores = program(heap, [() => store(x, 1n), () => load(x)])
  const replayed = replay(stores, { ...options, model: TSO }, 'a1b1A1')
  expect(replayed.ok && replayed.value.events.filter(({ op }) => op !== 'return')).toMatchObject([
    { op: 'store', thread: 0, writes: [{ value: 1n }] },
    { op: 'load', thread: 1, reads: [{ value: 0n }] },
    { op: 'store-flush', thread: 0, text: 'flush of x', function: 'thread_a', writes: [], flushes: 0 },
  ])
})

it('a flush stands in no thread, so what a thread did is the same with and without a trace', () => {
  const stores = program(heap, [() => store(x, 1n)])
  const replayed = replay(stores, { ...options, model: TSO }, 'a1A1')
  expect(replayed.ok && replayed.value.threads[0]?.events.map(({ op }) => op)).toEqual(['store', 'return'])
})

describe('a schedule that does not fit says so, and at which step', () => {
  const asks = program(heap, [() => choose('huge', ['no', 'yes'])])
  const locks = program(heap, [
    function* () {
      yield* lock(ptl)
      yield* unlock(ptl)
    },
    () => lock(ptl),
  ])
  it.each([
    ['a thread that has ended', asks, 'a1(no)a1', 'thread a cannot go on, at step 2'],
    ['a thread that waits', locks, 'a1b1', 'thread b cannot go on, at step 2'],
    ['a thread that is not there', asks, 'c1', 'thread c cannot go on, at step 1'],
    ['an answer outside the domain', asks, 'a1(maybe)', '"maybe" is no answer, of no, yes, at step 1'],
    ['no answer where one is asked for', asks, 'a1', '"" is no answer, of no, yes, at step 1'],
    [
      'an answer nobody asks for',
      program(heap, [() => store(x, 1n)]),
      'a1(no)',
      'nothing asks for "no", at step 2',
    ],
    [
      'a store buffer under sc',
      program(heap, [() => store(x, 1n)]),
      'a1A1',
      'no store is buffered for A, at step 2',
    ],
  ])('%s', (_, of, schedule, message) => {
    const replayed = replay(of, options, schedule)
    expect(replayed.ok).toBe(false)
    if (!replayed.ok) expect(replayed.error.message).toContain(message)
  })
})

it.each([
  ['a buffer that is empty', 'A1', 'no store is buffered for A, at step 1'],
  ['a buffer of no thread', 'a1B1', 'no store is buffered for B, at step 2'],
  ['a thread whose number is that of a buffer', 'a1b1', 'thread b cannot go on, at step 2'],
  ['a store that never reaches memory', 'a1', 'it ends before the program does, at step 2'],
])('under tso: %s', (_, schedule, message) => {
  const replayed = replay(program(heap, [() => store(x, 1n)]), { ...options, model: TSO }, schedule)
  expect(replayed.ok).toBe(false)
  if (!replayed.ok) expect(replayed.error.message).toContain(message)
})

it('a model whose executions are no sequences of steps replays nothing', () => {
  const graphs = { ...SC, name: 'graphs' }
  const { begin: _, ...model } = graphs
  const replayed = replay(program(heap, [() => store(x, 1n)]), { ...options, model }, 'a1')
  expect(replayed).toMatchObject({ ok: false, error: { code: 'schedule-model' } })
})

it('a schedule that stops before the program does is refused: it would show less than happened', () => {
  const two = program(heap, [() => store(x, 1n), () => store(x, 2n)])
  const replayed = replay(two, options, 'b1')
  expect(replayed).toMatchObject({ ok: false, error: { code: 'schedule-misfit' } })
})
