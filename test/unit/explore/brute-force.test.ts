/** The explorer against every interleaving, on generated programs. Larger ones are in test/slow. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { programs, waitingPrograms } from '../../support/programs/arbitrary.js'
import { compare, compareWitnesses } from '../../support/programs/compare.js'
import { show } from '../../support/programs/language.js'

/** Most programs have 9 operations in all, to keep brute force short; test/slow has the largest. */
const SEEDS = [
  { seed: 1, total: 9 },
  { seed: 2, total: 9 },
  { seed: 3, total: 9 },
  { seed: 4, total: 10 },
]
const PROGRAMS_PER_SEED = 260
const MOST_INTERLEAVINGS = 20_000

describe('the explorer and brute force', () => {
  const interleavings: number[] = []
  let executions = 0
  let redundant = 0

  it.each(SEEDS)(
    'find the same behaviours, hazards, traces and preemptions (seed $seed)',
    { timeout: 120_000 },
    ({ seed, total }) => {
      for (const text of fc.sample(programs({ operations: [3, 5], total }), {
        numRuns: PROGRAMS_PER_SEED,
        seed,
      })) {
        const comparison = compare(text, MOST_INTERLEAVINGS)
        if (comparison === null) continue
        const difference = comparison.difference ?? compareWitnesses(text, comparison.bruteForce)
        expect(difference, show(text)).toBeNull()
        interleavings.push(comparison.bruteForce.interleavings)
        executions += comparison.executions
        redundant += comparison.redundant
      }
    },
  )

  it('agree on programs whose threads wait for conditions that come and go', { timeout: 120_000 }, () => {
    for (const text of fc.sample(waitingPrograms(), { numRuns: 700, seed: 5 })) {
      const comparison = compare(text, 1000)
      if (comparison === null) continue
      const difference = comparison.difference ?? compareWitnesses(text, comparison.bruteForce)
      expect(difference, show(text)).toBeNull()
    }
  })

  it('were compared on at least 1,000 programs, the median having over 100 interleavings', () => {
    interleavings.sort((a, b) => a - b)
    const median = interleavings[Math.floor(interleavings.length / 2)] ?? 0
    const total = interleavings.reduce((sum, count) => sum + count, 0)
    console.log(
      `${interleavings.length} programs: ${total} interleavings (median ${median}), ${executions} executions explored, ${redundant} prefixes cut`,
    )
    expect(interleavings.length).toBeGreaterThanOrEqual(1000)
    expect(median).toBeGreaterThan(100)
  })
})
