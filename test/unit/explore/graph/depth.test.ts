/** Executions so long that a search in graphs does not follow them to their end. */
import { expect, it } from 'vitest'
import { LKMM, LKMM_6_1 } from '../../../../src/explore/graph/models.js'
import { explore } from '../../../../src/explore/index.js'
import { Heap } from '../../../../src/machine/index.js'
import { cell, load, program, store } from '../../../support/programs/by-hand.js'

const heap = new Heap()
const cells = Array.from({ length: 400 }, (_, i) => cell(heap, `x${i}`))

it.each([LKMM, LKMM_6_1])('are given up, and the bound is reported', (model) => {
  const long = program(heap, [
    function* () {
      for (const at of cells) yield* store(at, 1n)
    },
  ])
  expect(explore(long, { model })).toMatchObject({ coverage: { kind: 'bounded' }, executions: 0 })
})

it('are followed over hundreds of accesses, and cells written but once take no depth', () => {
  const one = program(heap, [
    function* () {
      for (const at of cells.slice(0, 100)) {
        yield* store(at, 1n)
        yield* load(at)
      }
    },
  ])
  expect(explore(one, { model: LKMM })).toMatchObject({ coverage: { kind: 'exhaustive' }, executions: 1 })
})
