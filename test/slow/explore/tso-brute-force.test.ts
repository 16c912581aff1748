/** The explorer against every interleaving under x86-TSO, on programs too large for the default suite. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TSO } from '../../../src/explore/index.js'
import {
  bufferedPrograms,
  programs,
  synchronizingPrograms,
  waitingPrograms,
} from '../../support/programs/arbitrary.js'
import { compare, compareWitnesses } from '../../support/programs/compare.js'
import { type ProgramText, show } from '../../support/programs/language.js'

const FAMILIES: readonly { name: string; texts: fc.Arbitrary<ProgramText>; runs: number; limit: number }[] = [
  { name: 'stores and loads', texts: bufferedPrograms(9), runs: 800, limit: 100_000 },
  {
    name: 'locks, conditions, choices and freed pages',
    texts: programs({ operations: [2, 5], total: 8 }),
    runs: 700,
    limit: 20_000,
  },
  { name: 'threads that wait for one another', texts: waitingPrograms(), runs: 2_000, limit: 10_000 },
  { name: 'interrupts and grace periods', texts: synchronizingPrograms(8), runs: 1_500, limit: 20_000 },
]

it.each(FAMILIES)('the two agree on $name', ({ texts, runs, limit }) => {
  let compared = 0
  let interleavings = 0
  for (const text of fc.sample(texts, { numRuns: runs, seed: 37 })) {
    const comparison = compare(text, limit, TSO)
    if (comparison === null) continue
    const difference = comparison.difference ?? compareWitnesses(text, comparison.bruteForce, TSO)
    expect(difference, show(text)).toBeNull()
    compared++
    interleavings += comparison.bruteForce.interleavings
  }
  console.log(`${compared} of ${runs} programs, ${interleavings} interleavings`)
  expect(compared).toBeGreaterThan(runs / 2)
})
