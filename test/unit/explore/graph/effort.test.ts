/** What the search of graphs saves loses nothing: the searches with and without it find the same graphs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FinishedRun } from '../../../../src/explore/index.js'
import { graphTexts, THEMES, type Theme, withReader } from '../../../support/graphs/arbitrary.js'
import { build } from '../../../support/graphs/build.js'
import { difference } from '../../../support/graphs/compare.js'
import { ringTexts } from '../../../support/graphs/cycles.js'
import { endOf, exploredGraphs, forEachGraph } from '../../../support/graphs/explored.js'
import { type GraphText, show } from '../../../support/graphs/language.js'

function sample(theme: Theme): GraphText[] {
  return [
    ...fc.sample(ringTexts(theme, 3), { numRuns: 8, seed: 21 }),
    ...fc.sample(graphTexts({ theme, threads: 3, accesses: 3, cells: 2 }), { numRuns: 6, seed: 22 }),
    ...fc.sample(graphTexts({ theme, threads: 4, accesses: 2, cells: 2 }), { numRuns: 4, seed: 23 }),
  ]
}

describe.each(THEMES)('programs about %s', (theme) => {
  it('have the same graphs, searched with and without saving work', { timeout: 120_000 }, () => {
    for (const [i, text] of sample(theme).entries()) {
      const version = i % 3 === 0 ? '6.1' : '6.14'
      const plain = exploredGraphs(text, version, 'reference')
      const saving = exploredGraphs(text, version, 'pruned')
      expect(difference(plain, saving), `${version}\n${show(text)}`).toBeNull()
    }
  })
})

/** Where the last thread only reads, its endings are counted by its states (src/explore/graph/tail.ts). */
describe('a thread that only reads beside others', () => {
  it.each(['orders', 'atomics', 'locks', 'plain', 'rcu'] satisfies Theme[])(
    'ends as often in each way if executions that end alike are counted together (%s)',
    { timeout: 120_000 },
    (theme) => {
      let merged = 0
      for (const text of fc.sample(withReader(ringTexts(theme, 2)), { numRuns: 25, seed: 24 })) {
        const program = build(text)
        const count = (merge: boolean): ReadonlyMap<string, number> => {
          const ends = new Map<string, number>()
          const add = (run: FinishedRun): void => {
            const end = endOf(program, run)
            ends.set(end, (ends.get(end) ?? 0) + run.weight)
            if (run.weight > 1) merged++
          }
          forEachGraph(program, '6.14', 'pruned', add, merge)
          return ends
        }
        expect(sorted(count(true)), show(text)).toEqual(sorted(count(false)))
      }
      if (theme !== 'rcu') expect(merged).toBeGreaterThan(10)
    },
  )
})

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([left], [right]) => (left < right ? -1 : 1))
}
