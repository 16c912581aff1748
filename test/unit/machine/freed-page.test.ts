import { expect, it } from 'vitest'
import { type Cell, Heap, type Proc } from '../../../src/machine/index.js'
import { cell, hazards, load, program, rmw, store } from '../../support/programs/by-hand.js'

const heap = new Heap()
const freed = heap.internal('page A freed')
const entry = cell(heap, 'pte:A[0]', { object: 'pte:A[0]', page: freed })
const elsewhere = cell(heap, 'other')
const free = (): Proc<unknown> => store(freed, 1n)

const touches: Record<string, (at: Cell) => Proc<unknown>> = {
  load: (at) => load(at),
  store: (at) => store(at, 1n),
  'read-modify-write': (at) => rmw(at, (current) => current + 1n),
}

it.each(Object.keys(touches))('a %s in a page that can be freed before is a hazard', (kind) => {
  const touch = touches[kind] as (at: Cell) => Proc<unknown>
  expect(hazards(program(heap, [() => touch(entry), free]))).toEqual(['touch of a freed page (pte)'])
})

it.each(Object.keys(touches))('a %s elsewhere is not', (kind) => {
  const touch = touches[kind] as (at: Cell) => Proc<unknown>
  expect(hazards(program(heap, [() => touch(elsewhere), free]))).toEqual([])
})

it('a page freed after its last use is fine', () => {
  const inOrder = program(heap, [
    function* () {
      yield* load(entry)
      yield* store(freed, 1n)
    },
  ])
  expect(hazards(inOrder)).toEqual([])
})
