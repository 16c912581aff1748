/** The search of execution graphs against brute force with axioms of its own. Larger programs are in test/slow. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { graphTexts, THEMES } from '../../../support/graphs/arbitrary.js'
import { difference } from '../../../support/graphs/compare.js'
import { exploredGraphs } from '../../../support/graphs/explored.js'
import { show } from '../../../support/graphs/language.js'
import { allGraphs } from '../../../support/graphs/oracle.js'
import type { Version } from '../../../support/graphs/traces.js'

const SHAPES = [
  { threads: 2, accesses: 4, cells: 2, programs: 22 },
  { threads: 2, accesses: 5, cells: 2, programs: 8 },
  { threads: 3, accesses: 2, cells: 2, programs: 8 },
] as const
const LIMITS = { candidates: 1500 }

describe.each(THEMES)('the search and brute force, on programs about %s', (theme) => {
  let compared = 0
  let graphs = 0

  it.each(['6.14', '6.1'] satisfies Version[])(
    'find the same graphs with the same flags (Linux %s)',
    { timeout: 120_000 },
    (version) => {
      for (const [seed, { programs, ...shape }] of SHAPES.entries()) {
        for (const text of fc.sample(graphTexts({ theme, ...shape }), { numRuns: programs, seed })) {
          const expected = allGraphs(text, version, LIMITS)
          if (expected === null) continue
          for (const effort of ['pruned', 'reference'] as const) {
            const found = exploredGraphs(text, version, effort)
            expect(difference(expected, found), `${effort}\n${show(text)}`).toBeNull()
          }
          compared++
          graphs += expected.size
        }
      }
    },
  )

  it('were compared on most of the programs', () => {
    const wanted = 2 * SHAPES.reduce((sum, { programs }) => sum + programs, 0)
    expect(compared).toBeGreaterThan(wanted * 0.8)
    expect(graphs).toBeGreaterThan(compared * 2)
  })
})
