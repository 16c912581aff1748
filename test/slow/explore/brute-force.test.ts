/** The explorer against every interleaving, on programs too large for the default suite. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { programs, waitingPrograms } from '../../support/programs/arbitrary.js'
import { compare, compareWitnesses } from '../../support/programs/compare.js'
import { type ProgramText, show } from '../../support/programs/language.js'

const FAMILIES: readonly { name: string; texts: fc.Arbitrary<ProgramText>; runs: number; limit: number }[] = [
  {
    name: 'three threads of up to five operations',
    texts: programs({ operations: [3, 5], total: 15 }),
    runs: 150,
    limit: 800_000,
  },
  {
    name: 'up to eleven operations',
    texts: programs({ operations: [3, 5], total: 11 }),
    runs: 3_000,
    limit: 40_000,
  },
  { name: 'threads that wait for one another', texts: waitingPrograms(), runs: 10_000, limit: 5_000 },
]

it.each(FAMILIES)('the two agree on $name', ({ texts, runs, limit }) => {
  let compared = 0
  let interleavings = 0
  for (const text of fc.sample(texts, { numRuns: runs, seed: 11 })) {
    const comparison = compare(text, limit)
    if (comparison === null) continue
    const difference = comparison.difference ?? compareWitnesses(text, comparison.bruteForce)
    expect(difference, show(text)).toBeNull()
    compared++
    interleavings += comparison.bruteForce.interleavings
  }
  console.log(`${compared} of ${runs} programs, ${interleavings} interleavings`)
  expect(compared).toBeGreaterThan(runs / 2)
})
