/** The explorer against every interleaving under x86-TSO, flushes of store buffers included. */
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

interface Family {
  readonly name: string
  readonly texts: fc.Arbitrary<ProgramText>
  readonly runs: number
  readonly limit: number
  /** Executions are told apart by nothing but reads-from, the order of writes, and answers. */
  readonly graphs: boolean
}

const FAMILIES: readonly Family[] = [
  { name: 'stores and loads', texts: bufferedPrograms(), runs: 300, limit: 3_000, graphs: true },
  {
    name: 'locks, conditions, choices and freed pages',
    texts: programs({ operations: [2, 4], total: 6 }),
    runs: 240,
    limit: 3_000,
    graphs: true,
  },
  {
    name: 'threads that wait for one another',
    texts: waitingPrograms(),
    runs: 240,
    limit: 1_500,
    graphs: true,
  },
  {
    name: 'interrupts and grace periods',
    texts: synchronizingPrograms(),
    runs: 240,
    limit: 2_000,
    graphs: false,
  },
]

let compared = 0

it.each(FAMILIES)('the two agree on $name', { timeout: 120_000 }, ({ name, texts, runs, limit, graphs }) => {
  let interleavings = 0
  let executions = 0
  let redundant = 0
  let found = 0
  for (const text of fc.sample(texts, { numRuns: runs, seed: 17 })) {
    const comparison = compare(text, limit, TSO)
    if (comparison === null) continue
    const difference = comparison.difference ?? compareWitnesses(text, comparison.bruteForce, TSO)
    expect(difference, show(text)).toBeNull()
    if (graphs) expect(comparison.bruteForce.graphs, show(text)).toBe(comparison.bruteForce.traces)
    found++
    interleavings += comparison.bruteForce.interleavings
    executions += comparison.executions
    redundant += comparison.redundant
  }
  compared += found
  console.log(
    `${name}: ${found} programs, ${interleavings} interleavings, ${executions} executions, ${redundant} prefixes cut`,
  )
})

it('the two were compared on more than 700 programs', () => {
  expect(compared).toBeGreaterThan(700)
})
