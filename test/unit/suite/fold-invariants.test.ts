/**
 * Two rules for walks of page tables. The slot read for an address is the one that a fresh walk of it reaches, and
 * lies in a table: true of every walker but gup_fast before the folding series. And `p + 1` is pXd_offset() of what
 * follows: not so on s390, by design, where a folded level gives its argument back.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exploreBuilt } from '../../support/explored.js'
import {
  crossesFolded,
  gupWalk,
  incrementsHold,
  mapped,
  pageWalk,
  ranges,
  SPACES,
} from '../../support/fold-walks.js'

const RUNS = { numRuns: 40 }

/** `s390-3`, `x86-64`. */
const NAMED = SPACES.map(
  (space) => [space.levels === undefined ? space.arch : `${space.arch}-${space.levels}`, space] as const,
)

describe.each(NAMED)('%s: the slot read is the slot that a fresh walk reaches, in a table', (_, space) => {
  it.each(['folded-end', 'entry-end', 'v5.9'])(
    'by gup_fast as of %s, which takes pages up to a hole',
    (text) =>
      fc.assert(
        fc.property(ranges(space), (spec) => {
          const { hazards, values } = exploreBuilt(gupWalk(spec, text))
          expect(hazards).toEqual([])
          const pages = mapped(spec)
          const upToHole = pages.filter((page, i) => page === i)
          expect(values('order of pages')).toEqual([upToHole.join(', ') || 'none'])
        }),
        RUNS,
      ),
  )
  it.each(['5.4', '5.5', '6.1', '6.12'])('by a page walk as of %s, which sees every page', (release) =>
    fc.assert(
      fc.property(ranges(space), (spec) => {
        const { hazards, values } = exploreBuilt(pageWalk(spec, release))
        expect(hazards).toEqual([])
        expect(values('pages')).toEqual([mapped(spec).join(' ')])
      }),
      RUNS,
    ),
  )
  it('not by gup_fast before, exactly where the walk comes to a border of a folded level', () =>
    fc.assert(
      fc.property(ranges(space), (spec) => {
        const whole = { ...spec, holes: [] }
        const { hazards } = exploreBuilt(gupWalk(whole, 'v5.2'))
        const isRead = hazards.some((hazard) => hazard.startsWith('read past a stack copy'))
        expect(isRead).toBe(crossesFolded(whole))
      }),
      RUNS,
    ))
})

describe.each(NAMED)('%s: p + 1 is the offset of what follows', (_, space) => {
  it('unless the level is folded by the type of an entry', () =>
    fc.assert(
      fc.property(ranges(space), (spec) => {
        const { values } = exploreBuilt(incrementsHold({ ...spec, holes: [] }))
        const [broken = ''] = values('broken')
        if (space.levels === undefined) expect(broken).toBe('')
        else if (broken !== '') expect(crossesFolded({ ...spec, holes: [] })).toBe(true)
      }),
      RUNS,
    ))
})

it('the rule is broken on s390 in the range of the report: 3 levels, across 2 GB', () => {
  const spec = {
    arch: 's390',
    levels: 3,
    entries: 'real',
    range: { border: 'pud', before: 1, after: 1 },
  } as const
  expect(exploreBuilt(incrementsHold(spec)).values('broken')).toEqual(['pud'])
  expect(exploreBuilt(gupWalk(spec, 'v5.9')).hazards).toEqual([])
})
