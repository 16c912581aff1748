import { expect, it } from 'vitest'
import { Heap, type Operation, type Proc } from '../../../src/machine/index.js'
import { events, hazards, lock, program, unlock } from '../../support/programs/by-hand.js'

const sleeps: Operation = {
  op: 'observe',
  event: { name: 'cond_resched', detail: '', role: 'action', sleeps: true },
}

function hazardsOf(body: (heap: Heap) => Proc<unknown>): string[] {
  const heap = new Heap()
  return hazards(program(heap, [() => body(heap)]))
}

it('sleeping outside of any section is fine', () => {
  expect(
    hazardsOf(function* () {
      yield sleeps
    }),
  ).toEqual([])
})

it('sleeping under a spinlock is a hazard', () => {
  expect(
    hazardsOf(function* (heap) {
      const ptl = heap.lock('ptl', 'ptl')
      yield* lock(ptl)
      yield sleeps
      yield* unlock(ptl)
    }),
  ).toEqual(['sleep in atomic context (cond_resched)'])
})

it.each([
  ['rcu-lock', 'rcu-unlock'],
  ['irq-save', 'irq-restore'],
] as const)('sleeping between %s and %s is a hazard, and after it no more', (enter, leave) => {
  const inside = hazardsOf(function* () {
    yield { op: enter }
    yield sleeps
    yield { op: leave }
  })
  const after = hazardsOf(function* () {
    yield { op: enter }
    yield { op: leave }
    yield sleeps
  })
  expect(inside).toEqual(['sleep in atomic context (cond_resched)'])
  expect(after).toEqual([])
})

it.each([
  ['rcu-lock', 'rcu imbalance'],
  ['rcu-unlock', 'rcu imbalance'],
  ['irq-save', 'irq imbalance'],
  ['irq-restore', 'irq imbalance'],
] as const)('%s alone is an %s', (op, hazard) => {
  expect(
    hazardsOf(function* () {
      yield { op }
    }),
  ).toEqual([hazard])
})

it.each([
  ['rcu-lock', 'rcu-unlock'],
  ['irq-save', 'irq-restore'],
] as const)('%s nests', (enter, leave) => {
  expect(
    hazardsOf(function* () {
      yield { op: enter }
      yield { op: enter }
      yield { op: leave }
      yield { op: leave }
    }),
  ).toEqual([])
})

it('after an unbalanced exit the depth is zero, not below', () => {
  const found = events(function* () {
    yield { op: 'rcu-unlock' }
    yield { op: 'rcu-lock' }
    yield { op: 'fence', fence: 'mb' }
    yield { op: 'rcu-unlock' }
  })
  expect(found.map((event) => event.rcuDepth)).toEqual([0, 0, 0, 1, 1])
})
