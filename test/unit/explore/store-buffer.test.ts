import { expect, it } from 'vitest'
import { StoreBuffer } from '../../../src/explore/store-buffer.js'
import { Heap } from '../../../src/machine/index.js'
import { cell } from '../../support/programs/by-hand.js'

const heap = new Heap()
const x = cell(heap, 'x')
const y = cell(heap, 'y')

const one = { writes: [{ cell: x, value: 1n }] }
const both = {
  writes: [
    { cell: x, value: 2n },
    { cell: y, value: 3n },
  ],
}

it('stores leave in the order in which they came', () => {
  const buffer = new StoreBuffer([one])
  buffer.push(both)
  expect([buffer.oldest, buffer.shift(), buffer.shift(), buffer.shift()]).toEqual([one, one, both, undefined])
  expect(buffer.isEmpty).toBe(true)
})

it('the newest store to a cell is what its thread reads, whichever word of the store it is', () => {
  const buffer = new StoreBuffer([one, both])
  expect([buffer.newest(x), buffer.newest(y)]).toEqual([
    { store: both, value: 2n },
    { store: both, value: 3n },
  ])
  expect(new StoreBuffer([one]).newest(y)).toBeNull()
})

it('a buffer made from stores is one of its own', () => {
  const stores = [one]
  new StoreBuffer(stores).push(both)
  expect(stores).toEqual([one])
})
