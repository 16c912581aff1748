/** `plain: 'once'` takes plain accesses of one word for READ_ONCE and WRITE_ONCE. */
import { describe, expect, it } from 'vitest'
import { forEachExecution } from '../../../src/explore/index.js'
import {
  type Access,
  DEFAULT_THREAD_OPTIONS,
  Heap,
  type Operation,
  start,
  type ThreadOptions,
} from '../../../src/machine/index.js'
import { type Body, cell, load, program, store } from '../../support/programs/by-hand.js'
import { modelNamed, reading } from '../../support/readings.js'

const heap = new Heap()
const x = cell(heap, 'x')
const y = cell(heap, 'y')

/** The access as it is offered. */
function offered(operation: Operation, plain: ThreadOptions['plain']): Access | null {
  const body: Body = function* () {
    yield operation
    return undefined
  }
  const [thread] = start(program(heap, [body]), { ...DEFAULT_THREAD_OPTIONS, plain }).threads
  const pending = thread?.pending ?? null
  return pending !== null && 'access' in pending ? pending.access : null
}

const loadOf = (cells: Extract<Operation, { op: 'load' }>['cells'], access: Access): Operation => ({
  op: 'load',
  cells,
  access,
  address: [],
})

describe('what is offered', () => {
  it.each([
    ['as-written', 'plain'],
    ['once', 'once'],
  ] as const)('a plain load and a plain store, taken %s: %s', (plain, access) => {
    const word = { bits: 1n, from: [] }
    expect(offered(loadOf([x], 'plain'), plain)).toBe(access)
    const stored = { op: 'store', cells: [x], values: [word], access: 'plain', address: [] } as const
    expect(offered(stored, plain)).toBe(access)
  })
  it('other markings stay', () => expect(offered(loadOf([x], 'acquire'), 'once')).toBe('acquire'))
  it('an access of two words stays plain: READ_ONCE is for words', () =>
    expect(offered(loadOf([x, y], 'plain'), 'once')).toBe('plain'))
})

it('what is taken as marked is not merged', () => {
  const twice: Body = function* () {
    yield* load(x)
    yield* load(x)
    return undefined
  }
  const loads = (plain: ThreadOptions['plain']): number => {
    let most = 0
    const model = reading(modelNamed('sc'), { plain })
    forEachExecution(program(heap, [twice]), { model, loads: 'once' }, ({ events }) => {
      most = Math.max(most, events.filter(({ op }) => op === 'load').length)
      return true
    })
    return most
  }
  expect([loads('as-written'), loads('once')]).toEqual([1, 2])
})

it('marked accesses do not race', () => {
  const reads: Body = function* () {
    return yield* load(x)
  }
  const writes: Body = function* () {
    yield* store(x, 1n)
    return undefined
  }
  const flags = (plain: ThreadOptions['plain']): string[] => {
    const found = new Set<string>()
    const model = reading(modelNamed('lkmm'), { plain })
    forEachExecution(program(heap, [reads, writes]), { model }, (execution) => {
      for (const flag of execution.flags) found.add(flag)
      return true
    })
    return [...found]
  }
  expect(flags('as-written')).toContain('data-race')
  expect(flags('once')).toEqual([])
})
