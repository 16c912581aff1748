/** Loops that come round without progress: `retry` at their head blocks instead of spinning. */
import { expect, it } from 'vitest'
import { MEMORY_MODELS } from '../../../src/explore/index.js'
import { type Cell, equal, Heap, type Proc } from '../../../src/machine/index.js'
import {
  type Body,
  cell,
  choose,
  hazards,
  load,
  lock,
  outcomes,
  program,
  returns,
  rmw,
  store,
  trylock,
  unlock,
} from '../../support/programs/by-hand.js'

const heap = new Heap()
const x = cell(heap, 'x')
const y = cell(heap, 'y')
const ptl = heap.lock('ptl', 'ptl')

function* head(locals = ''): Proc<void> {
  yield { op: 'retry', key: 'loop', locals }
}

/** Spins until the cell holds the value; returns the turns it took. */
const spin = (at: Cell, until: bigint): Body =>
  function* () {
    for (let turns = 1; ; turns++) {
      yield* head()
      if ((yield* load(at)).bits === until) return turns
    }
  }

const set = (at: Cell, ...values: bigint[]): Body =>
  function* () {
    for (const value of values) yield* store(at, value)
  }

it('a turn that saw the same and did nothing is not run again: finitely many executions, all explored', () => {
  const outcome = outcomes(program(heap, [spin(x, 1n), set(x, 1n)]))
  expect(outcome.coverage).toEqual({ kind: 'exhaustive' })
  expect(outcome.executions).toBe(2)
})

it('the loop goes on when a cell that it read changes', () => {
  expect(returns(program(heap, [spin(x, 2n), set(x, 1n, 2n)]))).toEqual([
    '1 undefined',
    '2 undefined',
    '3 undefined',
  ])
})

it('waiting for a change that never comes is a livelock: the environment is frozen', () => {
  expect(hazards(program(heap, [spin(x, 1n), set(y, 1n)]))).toEqual(['livelock'])
})

it('it is a livelock on some schedules only, if the value can be missed', () => {
  const missed = outcomes(program(heap, [spin(x, 1n), set(x, 1n, 0n)]))
  expect([...missed.hazards.keys()]).toEqual(['livelock'])
  expect(missed.hazards.get('livelock')?.count).toBeLessThan(missed.executions)
})

it('no livelock is reported of a thread that waits for one that died', () => {
  const died = program(heap, [
    spin(x, 1n),
    function* () {
      yield { op: 'hazard', kind: 'oops', object: '', text: 'died', fatal: true }
    },
  ])
  expect(hazards(died)).toEqual(['oops'])
})

it('other locals at the head of the loop are progress', () => {
  const counts: Body = function* () {
    for (let i = 0; i < 4; i++) {
      yield* head(String(i))
      yield* load(x)
    }
    return 'done'
  }
  expect(returns(program(heap, [counts]))).toEqual(['done'])
})

it('a store in the turn is progress', () => {
  const stores: Body = function* () {
    for (let i = 0; i < 4; i++) {
      yield* head()
      yield* store(y, 1n)
    }
    return 'done'
  }
  expect(returns(program(heap, [stores]))).toEqual(['done'])
})

it('an answer from outside in the turn is progress: the next may differ', () => {
  const asks: Body = function* () {
    for (let i = 0; i < 3; i++) {
      yield* head()
      if ((yield* choose(`answer ${i}`, ['again', 'stop'])) === 'stop') return 'stopped'
    }
    return 'done'
  }
  expect(returns(program(heap, [asks]))).toEqual(['done', 'stopped'])
  expect(hazards(program(heap, [asks]))).toEqual([])
})

it('a cell that changed during the turn lets the next turn run: it begins with the newer value', () => {
  const increments: Body = function* () {
    for (;;) {
      yield* head()
      const seen = (yield* load(x)).bits
      if ((yield* rmw(x, (current) => (current === seen ? seen + 1n : null))).bits === seen) return seen
    }
  }
  const both = program(heap, [increments, increments])
  expect(returns(both)).toEqual(['0 1', '1 0'])
  expect(hazards(both)).toEqual([])
})

it('a loop around a trylock waits for the lock', () => {
  const tries: Body = function* () {
    for (;;) {
      yield* head()
      if (yield* trylock(ptl)) break
    }
    yield* unlock(ptl)
    return 'taken'
  }
  const holds: Body = function* () {
    yield* lock(ptl)
    yield* unlock(ptl)
  }
  const both = program(heap, [tries, holds])
  expect(hazards(both)).toEqual([])
  expect(returns(both)).toEqual(['taken undefined'])
})

it('a loop inside a function called anew starts afresh', () => {
  const twice: Body = function* () {
    for (let i = 0; i < 2; i++) {
      const loop = { name: 'loop', path: null, role: 'primitive' as const, body: () => spin(x, 0n)() }
      yield { op: 'call', target: loop, args: [] }
    }
    return 'done'
  }
  expect(returns(program(heap, [twice]))).toEqual(['done'])
})

it('an inner loop that waits counts as reading for the outer one', () => {
  const nested: Body = function* () {
    for (;;) {
      yield { op: 'retry', key: 'outer', locals: '' }
      for (;;) {
        yield { op: 'retry', key: 'inner', locals: '' }
        if ((yield* load(x)).bits > 0n) break
      }
      if ((yield* load(y)).bits > 0n) return 'both'
    }
  }
  const both = program(heap, [
    nested,
    function* () {
      yield* store(x, 1n)
      yield* store(y, 1n)
    },
  ])
  expect(hazards(both)).toEqual([])
  expect(returns(both)).toEqual(['both undefined'])
})

it('a model of graphs takes no loop for endless whose turn saw a cell change', () => {
  const lkmm = MEMORY_MODELS.find(({ name }) => name === 'lkmm')
  const untilEqual: Body = function* () {
    for (;;) {
      yield* head()
      const before = yield* load(x, 'once')
      const after = yield* load(x, 'once')
      const same = yield { op: 'branch', on: equal(before, after), extent: 'rest' }
      if (same === true) return before.bits
    }
  }
  const graphs = program(heap, [untilEqual, set(x, 1n)])
  expect(lkmm).toBeDefined()
  if (lkmm !== undefined) expect(hazards(graphs, { model: lkmm })).not.toContain('livelock')
})
