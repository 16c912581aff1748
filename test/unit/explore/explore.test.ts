import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explore, forEachExecution, inputOf, MEMORY_MODELS, SC } from '../../../src/explore/index.js'
import { Heap } from '../../../src/machine/index.js'
import { programs } from '../../support/programs/arbitrary.js'
import { build } from '../../support/programs/build.js'
import {
  type Body,
  cell,
  choose,
  load,
  lock,
  outcomes,
  program,
  returns,
  store,
  unlock,
} from '../../support/programs/by-hand.js'
import { exploreOptions } from '../../support/programs/compare.js'
import { show } from '../../support/programs/language.js'

const heap = new Heap()
const x = cell(heap, 'x')
const y = cell(heap, 'y')

it('sequential consistency is the default model', () => {
  expect(MEMORY_MODELS[0]).toBe(SC)
})

it('two explorations of a program give identical outcomes', () => {
  for (const text of fc.sample(programs(), { numRuns: 40, seed: 31 })) {
    const options = exploreOptions(text)
    const spelled = () => {
      const outcome = explore(build(text), options)
      const { behaviours, hazards, ...rest } = outcome
      const first = [...hazards].map(([key, { count, decisions }]) => [key, count, decisions])
      return JSON.stringify([rest, [...behaviours], first])
    }
    expect(spelled(), show(text)).toBe(spelled())
  }
})

it('a program can be explored again: nothing is left behind in it', () => {
  const both = program(heap, [() => store(x, 1n), () => load(x)])
  expect(outcomes(both)).toEqual(outcomes(both))
})

it('store buffering is forbidden', () => {
  const first: Body = function* () {
    yield* store(x, 1n)
    return (yield* load(y)).bits
  }
  const second: Body = function* () {
    yield* store(y, 1n)
    return (yield* load(x)).bits
  }
  expect(returns(program(heap, [first, second]))).toEqual(['0 1', '1 0', '1 1'])
})

describe('the number of executions is the number of traces', () => {
  it.each([1, 2, 3, 4, 5])('%i threads that store to one cell: one for each order', (n) => {
    const factorial = Array.from({ length: n }, (_, i) => i + 1).reduce((product, i) => product * i, 1)
    const stores = Array.from({ length: n }, (_, i) => () => store(x, BigInt(i)))
    expect(outcomes(program(heap, stores)).executions).toBe(factorial)
  })

  it('threads that touch cells of their own: one', () => {
    const apart = Array.from({ length: 8 }, (_, i) => () => store(cell(heap, `own ${i}`), 1n))
    expect(outcomes(program(heap, apart))).toMatchObject({ executions: 1, redundant: 0 })
  })

  it.each([1, 2, 3, 4, 5, 6])('a reader of %i cells against a writer of each: a power of two', (n) => {
    const cells = Array.from({ length: n }, (_, i) => cell(heap, `entry ${i}`))
    const reads: Body = function* () {
      for (const each of cells) yield* load(each)
    }
    const writers = cells.map((each) => () => store(each, 1n))
    expect(outcomes(program(heap, [reads, ...writers]))).toMatchObject({ executions: 2 ** n, redundant: 0 })
  })

  it('readers alone: one', () => {
    expect(outcomes(program(heap, [() => load(x), () => load(x), () => load(x)])).executions).toBe(1)
  })

  it('a lock around everything leaves the orders of the sections', () => {
    const ptl = heap.lock('ptl', 'ptl')
    const section: Body = function* () {
      yield* lock(ptl)
      for (const at of [x, y]) yield* store(at, (yield* load(at)).bits + 1n)
      yield* unlock(ptl)
    }
    expect(outcomes(program(heap, [section, section, section]))).toMatchObject({
      executions: 6,
      redundant: 0,
    })
  })
})

describe('a bound that is reached is part of the answer', () => {
  const stores = (values: readonly bigint[]): Body =>
    function* () {
      for (const value of values) yield* store(x, value)
    }
  const many = program(heap, [stores([1n, 2n, 3n]), stores([4n, 5n, 6n])])

  it('nothing reached: exhaustive', () => {
    expect(outcomes(many)).toMatchObject({ coverage: { kind: 'exhaustive' }, executions: 20 })
  })

  it('executions', () => {
    expect(outcomes(many, { budget: { executions: 5 } })).toMatchObject({
      coverage: { kind: 'bounded', by: 'executions', limit: 5 },
      executions: 5,
    })
  })

  it('events, of all executions together', () => {
    const { coverage, executions } = outcomes(many, { budget: { events: 20 } })
    expect(coverage).toMatchObject({ kind: 'bounded', by: 'executions', limit: executions })
    expect(executions).toBeLessThan(5)
  })

  it('as many executions as the budget has, but none left to explore, is still called bounded', () => {
    expect(outcomes(many, { budget: { executions: 20 } }).coverage.kind).toBe('bounded')
    expect(outcomes(many, { budget: { executions: 21 } }).coverage.kind).toBe('exhaustive')
  })

  it('time', () => {
    let asked = 0
    const expired = () => ++asked === 3
    expect(outcomes(many, { budget: { expired, seconds: 2 } })).toMatchObject({
      coverage: { kind: 'bounded', by: 'time', limit: 2 },
      executions: 3,
    })
  })

  it('operations of a thread', () => {
    expect(outcomes(many, { maxOperations: 2 }).coverage).toEqual({ kind: 'bounded', by: 'loop', limit: 2 })
  })

  it('a bound by executions is reported before one by the loop', () => {
    const outcome = outcomes(many, { maxOperations: 2, budget: { executions: 1 } })
    expect(outcome.coverage.kind === 'bounded' && outcome.coverage.by).not.toBe(undefined)
    expect(outcome.coverage.kind).toBe('bounded')
  })
})

it('behaviours are counted by input and observation', () => {
  const asks: Body = function* () {
    return yield* choose('k', ['no', 'yes'])
  }
  const outcome = outcomes(program(heap, [asks, () => store(x, 1n), () => store(x, 2n)]), {
    observe: ({ finalValue }) => ({ x: String(finalValue('x')) }),
  })
  const counts = [...outcome.behaviours.values()].map(({ input, observation, count }) => [
    input,
    observation['x'],
    count,
  ])
  expect(counts.sort()).toEqual([
    ['k=no', '1', 1],
    ['k=no', '2', 1],
    ['k=yes', '1', 1],
    ['k=yes', '2', 1],
  ])
})

it('blocked executions have no behaviour and no hazard', () => {
  const blocks: Body = function* () {
    yield { op: 'hazard', kind: 'seen', object: '', text: '', fatal: false }
    yield { op: 'assume', holds: false }
  }
  expect(outcomes(program(heap, [blocks]))).toMatchObject({
    executions: 0,
    blocked: 1,
    behaviours: new Map(),
    hazards: new Map(),
  })
})

it('threads that wait before they did anything hang visibly', () => {
  const waits: Body = function* () {
    yield { op: 'await', cells: [x], until: ([value]) => value === 9n, why: 'a store that never comes' }
  }
  expect([...outcomes(program(heap, [waits])).hazards.values()].map(({ hazard }) => hazard.text)).toEqual([
    'thread a waits for ever: a store that never comes',
  ])
})

it('a search can be stopped', () => {
  let seen = 0
  forEachExecution(program(heap, [() => store(x, 1n), () => store(x, 2n)]), { model: SC }, () => {
    seen++
    return false
  })
  expect(seen).toBe(1)
})

it('an input spells the choices in the order of their keys', () => {
  const asks: Body = function* () {
    yield* choose('b', ['1'])
    yield* choose('a', ['2'])
  }
  forEachExecution(program(heap, [asks]), { model: SC }, ({ events }) => {
    expect(inputOf(events)).toBe('a=2\nb=1')
    return true
  })
})
