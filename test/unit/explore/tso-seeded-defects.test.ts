/** The comparison with brute force notices wrong store buffers, and wrong reductions around them. */
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import type { Footprint } from '../../../src/explore/footprint.js'
import { TSO } from '../../../src/explore/index.js'
import { bufferedPrograms, synchronizingPrograms } from '../../support/programs/arbitrary.js'
import { bruteForce } from '../../support/programs/brute-force.js'
import { compareWith, compareWitnesses } from '../../support/programs/compare.js'
import { show } from '../../support/programs/language.js'

const seeded = vi.hoisted(() => ({ defect: 'none' }))

vi.mock('../../../src/explore/tso-memory.js', async (original) => {
  const right = await original<typeof import('../../../src/explore/tso-memory.js')>()
  class TsoMemory extends right.TsoMemory {
    override footprint(
      ...[operation, thread]: Parameters<InstanceType<typeof right.TsoMemory>['footprint']>
    ) {
      const found = super.footprint(operation, thread)
      if (found === null || found.buffers === null) return found
      const changed = (buffers: Partial<typeof found.buffers>): Footprint => {
        return { ...found, buffers: { ...found.buffers, ...buffers } as typeof found.buffers }
      }
      switch (seeded.defect) {
        case 'an own store is read from memory':
          return {
            ...changed({ own: [] }),
            reads: [...found.reads, ...found.buffers.own.map(({ cell }) => cell)],
          }
        case 'nothing overwrites an own store that was read':
          return changed({ own: [] })
        case 'a fence comes after no flush':
          return changed({ follows: -1 })
        case 'a store does not fill its buffer':
          return changed({ changes: -1 })
        case 'a grace period drains nothing':
          return changed({ drained: [] })
        default:
          return found
      }
    }
    override flushing(thread: number) {
      const found = super.flushing(thread)
      if (found === null || found.buffers === null) return found
      if (seeded.defect === 'a flush writes nothing') return { ...found, writes: [] }
      if (seeded.defect === 'a flush comes after no store') {
        return { ...found, buffers: { ...found.buffers, follows: -1 } }
      }
      return found
    }
    override enabled(...[operation, thread]: Parameters<InstanceType<typeof right.TsoMemory>['enabled']>) {
      return (
        (seeded.defect === 'a fence does not wait' && operation.op === 'fence') ||
        super.enabled(operation, thread)
      )
    }
  }
  return { ...right, TsoMemory }
})

vi.mock('../../../src/explore/footprint.js', async (original) => {
  const right = await original<typeof import('../../../src/explore/footprint.js')>()
  const happensBefore: typeof right.happensBefore = (earlier, later, flushed, late) =>
    right.happensBefore(
      earlier,
      later,
      seeded.defect === 'a load from the buffer comes before no store' ? [] : flushed,
      late,
    )
  return { ...right, happensBefore }
})

vi.mock('../../../src/explore/clock.js', async (original) => {
  const right = await original<typeof import('../../../src/explore/clock.js')>()
  class Clocks extends right.Clocks {
    override step(agent: number, footprint: Footprint) {
      return super.step(
        agent,
        seeded.defect === 'a witness forgets the buffers' ? { ...footprint, buffers: null } : footprint,
      )
    }
  }
  return { ...right, Clocks }
})

const known = [
  ...fc.sample(bufferedPrograms(), { numRuns: 250, seed: 19 }),
  ...fc.sample(synchronizingPrograms(), { numRuns: 150, seed: 19 }),
].flatMap((text) => {
  const expected = bruteForce(text, 1_500, 'tso')
  return expected === null ? [] : [{ text, expected }]
})

/** The first program on which the two differ, or on which the explorer gives up. */
function difference(): string | null {
  const found = known.find(({ text, expected }) => {
    try {
      return (
        compareWith(text, expected, TSO).difference !== null || compareWitnesses(text, expected, TSO) !== null
      )
    } catch {
      return true
    }
  })
  return found === undefined ? null : show(found.text)
}

afterEach(() => {
  seeded.defect = 'none'
})

it('no difference is found without a defect', () => {
  expect(difference()).toBeNull()
})

it.each([
  'an own store is read from memory',
  'nothing overwrites an own store that was read',
  'a fence comes after no flush',
  'a fence does not wait',
  'a store does not fill its buffer',
  'a grace period drains nothing',
  'a flush writes nothing',
  'a flush comes after no store',
  'a load from the buffer comes before no store',
  'a witness forgets the buffers',
])('a difference is found if %s', (defect) => {
  seeded.defect = defect
  expect(difference()).not.toBeNull()
})
