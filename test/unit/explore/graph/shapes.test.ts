/** The well-known shapes, from litmus text to verdict. */
import { describe, expect, it } from 'vitest'
import { LKMM, LKMM_6_1 } from '../../../../src/explore/graph/models.js'
import type { MemoryModel } from '../../../../src/explore/index.js'
import { buildLitmus, evaluateLitmus, type LitmusOutcome, parseLitmus } from '../../../../src/litmus/index.js'
import { litmusOf, SHAPES, type Shape } from '../../../support/graphs/shapes.js'

function outcome(shape: Shape, model: MemoryModel): LitmusOutcome {
  const test = parseLitmus(litmusOf(shape), shape.name)
  if (!test.ok) throw new Error(JSON.stringify(test))
  const program = buildLitmus(test.value, shape.name)
  if (!program.ok) throw new Error(JSON.stringify(program))
  return evaluateLitmus(program.value, { model, now: () => 0, limit: null })
}

function verdict({ verdict: found }: LitmusOutcome): string {
  return found === 'Never' ? 'forbidden' : 'allowed'
}

describe.each(SHAPES)('$name', (shape) => {
  it(`is ${shape.later} by the model of Linux 6.14`, () => {
    const found = outcome(shape, LKMM)
    expect(verdict(found)).toBe(shape.later)
    expect(found.flags).toEqual([...shape.flags])
  })

  it(`is ${shape.earlier} by the model of Linux 6.1`, () => {
    const found = outcome(shape, LKMM_6_1)
    expect(verdict(found)).toBe(shape.earlier)
    expect(found.flags).toEqual([...shape.flags])
  })
})

it('no two shapes have one name', () => {
  expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(SHAPES.length)
})
