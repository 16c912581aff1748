import { expect, it } from 'vitest'
import { type Control, Heap, map, map2, mergeReads, or, tracked } from '../../../src/machine/index.js'
import { call, callable, cell, events, load, store } from '../../support/programs/by-hand.js'

/** The reads of a chain of control dependences, the newest branch first. */
function readsOf(control: Control | undefined): number[] {
  return control === null || control === undefined ? [] : [...control.reads, ...readsOf(control.before)]
}

it('a constant depends on no read', () => {
  expect(tracked(7n).from).toEqual([])
})

it('a loaded value depends on the load it came from', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  let from: readonly number[] = []
  const [event] = events(function* () {
    from = (yield* load(x)).from
  }, heap)
  expect(from).toEqual([event?.id])
})

it('arithmetic keeps the reads, and unites those of two operands', () => {
  const left = tracked(1n, [3, 5])
  const right = tracked(2n, [4, 5])
  expect(map(left, (bits) => bits + 1n)).toEqual({ bits: 2n, from: [3, 5] })
  expect(map2(left, right, (a, b) => a + b)).toEqual({ bits: 3n, from: [3, 4, 5] })
  expect(or(tracked(true, [1]), tracked(false, [2]))).toEqual({ bits: true, from: [1, 2] })
})

it('uniting with a subset makes no new list', () => {
  const all = [1, 2, 3]
  expect(mergeReads(all, [2])).toBe(all)
  expect(mergeReads(all, [])).toBe(all)
  expect(mergeReads([], all)).toBe(all)
})

it('a store names the reads that its value depends on', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  const y = cell(heap, 'y')
  const [read, , written] = events(function* () {
    const seen = yield* load(x)
    yield* load(y)
    yield* store(
      y,
      map(seen, (bits) => bits + 1n),
    )
  }, heap)
  expect(written?.writes[0]?.data).toEqual([read?.id])
})

it('what follows a branch in a function depends on the branch', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  const [read, before, after] = events(function* () {
    const seen = yield* load(x)
    yield* store(x, 1n)
    yield { op: 'branch', on: map(seen, (bits) => bits === 0n), extent: 'rest' }
    yield* store(x, 2n)
  }, heap)
  expect(readsOf(before?.control)).toEqual([])
  expect(readsOf(after?.control)).toEqual([read?.id])
})

it('the branches of a called function end with it', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  const branches = callable('branches', function* () {
    const seen = yield* load(x)
    yield { op: 'branch', on: map(seen, (bits) => bits === 0n), extent: 'rest' }
  })
  const [read, after] = events(function* () {
    yield* call(branches)
    yield* store(x, 2n)
  }, heap)
  expect(read).toBeDefined()
  expect(readsOf(after?.control)).toEqual([])
})

it('a value read back from memory depends on the new load alone', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')
  let from: readonly number[] = []
  const all = events(function* () {
    yield* store(x, yield* load(x))
    from = (yield* load(x)).from
  }, heap)
  expect(from).toEqual([all[2]?.id])
})
