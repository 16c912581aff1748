/** What holds of every program under the Linux-kernel memory model, and between it and other models. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MemoryModel, SC, TSO } from '../../../../src/explore/index.js'
import { DEFAULT_THREAD_OPTIONS, type FenceKind } from '../../../../src/machine/index.js'
import { graphTexts, THEMES, type Theme } from '../../../support/graphs/arbitrary.js'
import { build } from '../../../support/graphs/build.js'
import { inserted, marked } from '../../../support/graphs/changes.js'
import { ringTexts } from '../../../support/graphs/cycles.js'
import { endOf, exploredGraphs, forEachGraph } from '../../../support/graphs/explored.js'
import { type GraphText, show, statementsIn } from '../../../support/graphs/language.js'
import { ringCloses, type SectionOrPeriod, sectionRing } from '../../../support/graphs/section-rings.js'
import type { Version } from '../../../support/graphs/traces.js'

const VERSIONS: readonly Version[] = ['6.14', '6.1']

function sample(theme: Theme, numRuns: number, seed: number): GraphText[] {
  return [
    ...fc.sample(ringTexts(theme, 2), { numRuns, seed }),
    ...fc.sample(ringTexts(theme, 3), { numRuns: Math.ceil(numRuns / 3), seed }),
    ...fc.sample(graphTexts({ theme, threads: 2, accesses: 4, cells: 2 }), { numRuns, seed }),
  ]
}

/** How complete executions end: what threads return, and what memory holds. */
function ends(text: GraphText, model: MemoryModel | Version): ReadonlySet<string> {
  const program = build(text)
  const found = new Set<string>()
  if (typeof model === 'string')
    forEachGraph(program, model, 'pruned', (run) => found.add(endOf(program, run)))
  else {
    model.search(program, DEFAULT_THREAD_OPTIONS, {
      visit: (run) => {
        if (run.threads.every(({ status }) => status === 'done')) found.add(endOf(program, run))
        return true
      },
    })
  }
  return found
}

function expectSubset(smaller: Iterable<string>, larger: { has(one: string): boolean }, what: string): void {
  expect(
    [...smaller].filter((one) => !larger.has(one)),
    what,
  ).toEqual([])
}

describe.each(THEMES)('programs about %s', (theme) => {
  it('end under lkmm in every way in which they end under sc and under tso', () => {
    for (const text of sample(theme, 4, 31)) {
      const tso = ends(text, TSO)
      expectSubset(ends(text, SC), tso, show(text))
      for (const version of VERSIONS) expectSubset(tso, ends(text, version), `${version}\n${show(text)}`)
    }
  })

  it('have no execution more with a barrier more', () => {
    const kinds: FenceKind[] = ['mb', 'rmb', 'wmb', 'after-atomic', 'after-unlock-lock']
    for (const [i, text] of sample(theme, 2, 32).entries()) {
      const version = VERSIONS[i % 2] as Version
      const before = exploredGraphs(text, version, 'pruned')
      const fence = kinds[i % kinds.length] as FenceKind
      for (const changed of inserted(text, { do: 'fence', fence })) {
        const after = exploredGraphs(changed, version, 'pruned')
        expectSubset(after.keys(), before, `${version}\n${show(text)}\n${show(changed)}`)
      }
    }
  })

  it('have no execution more with an access marked stronger', () => {
    for (const [i, text] of sample(theme, 3, 33).entries()) {
      const version = VERSIONS[i % 2] as Version
      const before = exploredGraphs(text, version, 'pruned')
      for (const changed of marked(text)) {
        const after = exploredGraphs(changed, version, 'pruned')
        expectSubset(after.keys(), before, `${version}\n${show(text)}\n${show(changed)}`)
      }
    }
  })

  /**
   * Of the changes after Linux 6.1, only two allow more: smp_mb__after_unlock_lock() orders what is before the
   * last holder's unlock, no longer what is before any earlier one, and SRCU's events go by their cookies.
   */
  it('have no execution under Linux 6.14 that they do not have under Linux 6.1', () => {
    for (const text of sample(theme, 5, 34)) {
      const excepted = text.threads
        .flatMap((body) => [...statementsIn(body)])
        .some((one) => one.do.includes('srcu') || (one.do === 'fence' && one.fence === 'after-unlock-lock'))
      if (excepted) continue
      const earlier = exploredGraphs(text, '6.1', 'pruned')
      expectSubset(exploredGraphs(text, '6.14', 'pruned').keys(), earlier, show(text))
    }
  })
})

/** Rings of threads that each access two cells, inside a read-side section or around a grace period. */
describe('a ring of sections and grace periods', () => {
  const meetings = ['write read', 'read write', 'write write'] as const
  const rings: (readonly SectionOrPeriod[])[] = []
  for (const count of [2, 3, 4]) {
    const grow = (ring: readonly SectionOrPeriod[]): void => {
      if (ring.length === count) rings.push(ring)
      else for (const one of ['section', 'period'] as const) grow([...ring, one])
    }
    grow([])
  }

  it.each(['rcu', 'srcu', 'irq off, waited for by an interrupt', 'irq off, waited for by RCU'] as const)(
    'closes only if it has more sections than grace periods (%s)',
    { timeout: 120_000 },
    (kind) => {
      for (const [i, ring] of rings.entries()) {
        const periods = ring.filter((one) => one === 'period').length
        const kinds = ring.map((_, at) => meetings[(i + at * (i % 2)) % meetings.length] ?? 'write read')
        const { text, closed } = sectionRing(ring, kinds, kind)
        for (const version of VERSIONS) {
          const closes = ringCloses(text, closed, version)
          expect(closes, `${version} ${ring.join(' ')}\n${show(text)}`).toBe(periods < ring.length - periods)
        }
      }
    },
  )

  it('closes whatever waits for sections of another kind', () => {
    const closes = (
      kind: 'rcu, waited for by an interrupt' | 'srcu, waited for by another struct',
    ): boolean => {
      const { text, closed } = sectionRing(['section', 'period'], ['write read', 'write read'], kind)
      return VERSIONS.every((version) => ringCloses(text, closed, version))
    }
    expect(closes('rcu, waited for by an interrupt')).toBe(true)
    expect(closes('srcu, waited for by another struct')).toBe(true)
  })
})
