/** The search of execution graphs against brute force with axioms of its own. test/slow has more programs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { graphTexts, THEMES, type Theme } from '../../../support/graphs/arbitrary.js'
import { difference } from '../../../support/graphs/compare.js'
import { ringTexts } from '../../../support/graphs/cycles.js'
import { exploredGraphs } from '../../../support/graphs/explored.js'
import { type GraphText, show } from '../../../support/graphs/language.js'
import { allGraphs } from '../../../support/graphs/oracle.js'
import type { Version } from '../../../support/graphs/traces.js'

const LIMITS = { candidates: 1500 }

/** Rings of two threads, rings of three, and programs drawn without a plan. */
function sample(theme: Theme, seed: number): GraphText[] {
  return [
    ...fc.sample(ringTexts(theme, 2), { numRuns: 18, seed }),
    ...fc.sample(ringTexts(theme, 3), { numRuns: 6, seed }),
    ...fc.sample(graphTexts({ theme, threads: 2, accesses: 4, cells: 2 }), { numRuns: 6, seed }),
  ]
}

describe.each(THEMES)('the search and brute force, on programs about %s', (theme) => {
  it.each<{ version: Version; seed: number }>([
    { version: '6.14', seed: 1 },
    { version: '6.1', seed: 2 },
  ])(
    'find the same graphs with the same flags (Linux $version)',
    { timeout: 120_000 },
    ({ version, seed }) => {
      const texts = sample(theme, seed)
      let compared = 0
      for (const text of texts) {
        const expected = allGraphs(text, version, LIMITS)
        if (expected === null) continue
        for (const effort of ['pruned', 'reference'] as const) {
          const found = exploredGraphs(text, version, effort)
          expect(difference(expected, found), `${effort}\n${show(text)}`).toBeNull()
        }
        compared++
      }
      expect(compared).toBeGreaterThan(texts.length * 0.7)
    },
  )
})
