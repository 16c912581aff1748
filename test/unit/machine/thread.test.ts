import { expect, it } from 'vitest'
import { describeEvent, Heap, hazardKey, kindOf, type Thread } from '../../../src/machine/index.js'
import {
  type Body,
  call,
  callable,
  cell,
  choose,
  events,
  hazards,
  load,
  lock,
  outcomes,
  program,
  returns,
  rmw,
  store,
  unlock,
} from '../../support/programs/by-hand.js'

const heap = new Heap()
const x = cell(heap, 'x')
const dies: Body = function* () {
  yield { op: 'hazard', kind: 'null pointer', object: 'pmd', text: 'dereferenced', fatal: true }
  yield* store(x, 1n)
}

it('a fatal hazard stops its thread and no other', () => {
  const both = program(heap, [
    dies,
    function* () {
      return (yield* load(x)).bits
    },
  ])
  expect(returns(both)).toEqual(['undefined 0'])
  expect(hazards(both)).toEqual(['null pointer (pmd)'])
})

it('a hazard that is not fatal lets the thread go on', () => {
  const warned = program(heap, [
    function* () {
      yield { op: 'hazard', kind: 'warning', object: '', text: '', fatal: false }
      return 'went on'
    },
  ])
  expect(returns(warned)).toEqual(['went on'])
})

it('a thread that died holding a lock makes nobody deadlock, and leaks nothing', () => {
  const ptl = heap.lock('ptl', 'ptl')
  const both = program(heap, [
    function* () {
      yield* lock(ptl)
      yield* dies()
    },
    function* () {
      yield* lock(ptl)
      yield* unlock(ptl)
    },
  ])
  expect(hazards(both)).toEqual(['null pointer (pmd)'])
})

it('a false assumption stops the execution from counting', () => {
  const assumes = program(heap, [
    function* () {
      yield { op: 'assume', holds: (yield* load(x)).bits === 0n }
    },
    () => store(x, 1n),
  ])
  const outcome = outcomes(assumes)
  expect([outcome.executions, outcome.blocked]).toEqual([1, 1])
})

it('events name the innermost function with C text and the line it is at', () => {
  const context: { thread: Thread | null } = { thread: null }
  const primitive = callable('ptep_get', () => load(x))
  const inner = callable(
    'walk_pte_range',
    function* () {
      context.thread?.setLine(12)
      yield* call(primitive)
      context.thread?.setLine(15)
      yield* load(x)
    },
    { path: 'mm/pagewalk.c', role: 'function' },
  )
  const base = program(heap, [
    function* () {
      yield* load(x)
      yield* call(inner)
    },
  ])
  const found: string[] = []
  const hosted = {
    ...base,
    host: {
      context: (thread: Thread) => {
        context.thread = thread
        return null
      },
    },
  }
  outcomes(hosted, {
    observe: ({ events: all }) => {
      for (const { function: name, site, depth } of all) {
        found.push(`${name} at ${site === null ? 'no C' : `${site.function}:${site.line}`}, depth ${depth}`)
      }
      return {}
    },
  })
  expect(found).toEqual([
    'thread_a at no C, depth 1',
    'ptep_get at walk_pte_range:12, depth 3',
    'walk_pte_range at walk_pte_range:15, depth 2',
  ])
})

it('a choice is tried with every answer, and its answer stands on the event', () => {
  const asks: Body = function* () {
    return yield* choose('huge', ['no', 'yes'])
  }
  expect(returns(program(heap, [asks]))).toEqual(['no', 'yes'])
  expect([...outcomes(program(heap, [asks])).behaviours.values()].map(({ input }) => input)).toEqual([
    'huge=no',
    'huge=yes',
  ])
})

it('a choice answered in advance is not enumerated', () => {
  const asks: Body = function* () {
    return yield* choose('huge', ['no', 'yes'])
  }
  expect(returns(program(heap, [asks], { answers: { huge: 'yes' } }))).toEqual(['yes'])
})

it('a thread with more operations than allowed is exhausted, and the coverage bounded by the loop', () => {
  const endless: Body = function* () {
    for (;;) yield* load(x)
  }
  const outcome = outcomes(program(heap, [endless]), { maxOperations: 100 })
  expect(outcome.coverage).toEqual({ kind: 'bounded', by: 'loop', limit: 100 })
})

it('event ids name thread and place in program order, whatever the interleaving', () => {
  const pair = program(heap, [() => load(x), () => store(x, 1n)])
  const ids = new Set<string>()
  outcomes(pair, {
    observe: ({ events: all }) => {
      ids.add(
        all
          .map((event) => event.id)
          .sort()
          .join(),
      )
      return {}
    },
  })
  expect(ids.size).toBe(1)
})

it('calls and returns are events when a trace is recorded, and else not', () => {
  const calls: Body = () => call(callable('pte_present', () => load(x)))
  expect(events(calls, heap).map((event) => event.op)).toEqual(['load'])
})

it('events describe themselves with their operands', () => {
  const [loaded, stored, updated, failed] = events(function* () {
    yield* load(x)
    yield* store(x, 0x867n)
    yield* rmw(x, (current) => current | (1n << 12n))
    yield* rmw(x, () => null)
  }, heap)
  expect([loaded, stored, updated, failed].map((event) => event && describeEvent(event))).toEqual([
    'load x = 0x0',
    'store x <- 0x867',
    'rmw x = 0x867 <- 0x1867',
    'rmw x = 0x1867, nothing stored',
  ])
})

it('a hazard is named by its kind and the kind of its object', () => {
  expect(hazardKey({ kind: 'lost update', object: 'pte' })).toBe('lost update (pte)')
  expect(hazardKey({ kind: 'hang', object: '' })).toBe('hang')
  expect(kindOf(cell(heap, 'pte:A[3].low', { object: 'pte:A[3]' }))).toBe('pte')
})
