/** Rows of the table of folding scenarios: gup_fast before the series, as first proposed, and as merged. */
import { describe, expect, it } from 'vitest'
import { makeSide } from '../../../src/match/environment.js'
import { BUILT_IN, type Reimplementation } from '../../../src/reimpl/index.js'
import { buildGupFast, GUP_FAST_SUITE, type Side } from '../../../src/suite/index.js'
import { profileNamed } from '../../../src/suite/world.js'
import { type Explored, exploreBuilt } from '../../support/explored.js'

const TEXTS = { before: 'v5.2', folded: 'folded-end', entry: 'entry-end', merged: 'v5.9' } as const
type Text = keyof typeof TEXTS
const ALL = Object.keys(TEXTS) as Text[]
const FIXED = ALL.filter((text) => text !== 'before')

function sideFor(text: Text, arch: string): Side {
  const version = TEXTS[text]
  const changed = BUILT_IN.all.filter(
    (one): one is Reimplementation =>
      one.path === 'mm/gup.c' && one.version === version && one.name !== 'gup_pte_range',
  )
  const { config } = profileNamed(arch)
  return makeSide({ registry: BUILT_IN, suite: GUP_FAST_SUITE, config, changed, base: '5.9' })
}

function walk(id: string, text: Text): Explored {
  const scenario = GUP_FAST_SUITE.scenarios.find((one) => one.id === `gup-fast/${id}`)
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  return exploreBuilt(scenario.build(sideFor(text, scenario.arch)))
}

/** `all 4`, or the hazards. */
function result(id: string, text: Text): string {
  const { hazards, values } = walk(id, text)
  return hazards.length > 0 ? hazards.join('; ') : values('pages taken').join(' or ')
}

describe('an address space of 3 levels', () => {
  const SHORT = '2 of 4: the slow path does the rest'
  it.each([
    ['2.a', 'inside', 'all 2'],
    ['2.b', 'across-pmd', 'all 4'],
    ['2.d', 'up-to-pud', 'all 2'],
    ['2.e', 'from-pud', 'all 2'],
  ])('%s: a range %s is taken whole, in every text', (_row, id, expected) => {
    for (const text of ALL) expect(result(`s390/3-level/${id}`, text), text).toBe(expected)
  })
  it('2.c: across a border of 2 GB the walk read past the copy of the p4d', () =>
    expect(result('s390/3-level/across-pud', 'before')).toBe('read past a stack copy (p4d)'))
  it.each(FIXED)('2.c: as of %s it takes the whole range', (text) =>
    expect(result('s390/3-level/across-pud', text)).toBe('all 4'),
  )
  it('2.k: with the same entry behind the copy, and nothing mapped 2 GB further down, the slow path does the rest', () => {
    const { hazards, outcome } = walk('s390/3-level/across-pud/same', 'before')
    expect(hazards).toEqual(['read past a stack copy (p4d)', 'slot of another address (pmd)'])
    const [only] = [...outcome.behaviours.values()]
    expect(only?.observation['pages taken']).toBe(SHORT)
  })
  it('2.l: with pages mapped there, those are returned', () => {
    const { hazards, outcome } = walk('s390/3-level/across-pud/same-mapped', 'before')
    expect(hazards).toEqual([
      'read past a stack copy (p4d)',
      'slot of another address (pmd)',
      'slot of another address (pte)',
      'wrong page returned (page)',
    ])
    const [only] = [...outcome.behaviours.values()]
    expect(only?.observation['pages taken']).toBe('all 4')
  })
  it('2.m: with something that is no entry behind the copy, it is followed', () => {
    for (const behind of ['garbage', 'zero'])
      expect(walk(`s390/3-level/across-pud/${behind}`, 'before').hazards, behind).toEqual([
        'read past a stack copy (p4d)',
        'walk of a non-table (bad)',
      ])
  })
  it.each(FIXED)('2.k to 2.m: as of %s it does not matter what lies there', (text) => {
    for (const behind of ['same', 'same-mapped', 'garbage', 'zero'])
      expect(result(`s390/3-level/across-pud/${behind}`, text), behind).toBe('all 4')
  })
})

describe('address spaces of other depths', () => {
  it('2.g: with 4 levels the border of 2 GB lies in a table', () => {
    for (const text of ALL) expect(result('s390/4-level/across-pud', text), text).toBe('all 4')
  })
  it('with 4 levels the border of 4 TB does not, and the walk read past the copy of the pgd', () => {
    expect(result('s390/4-level/across-p4d', 'before')).toBe('read past a stack copy (pgd)')
    for (const text of FIXED) expect(result('s390/4-level/across-p4d', text), text).toBe('all 4')
  })
  it('2.i: with 5 levels every border lies in a table', () => {
    for (const text of ALL)
      for (const border of ['pmd', 'pud', 'p4d', 'pgd'])
        expect(result(`s390/5-level/across-${border}`, text), `${border} ${text}`).toBe('all 4')
  })
  it('2.j: with 2 levels, as until 5.7, a border of 1 MB was enough', () => {
    const across = (text: Text) =>
      exploreBuilt(
        buildGupFast(
          { arch: 's390', levels: 2, entries: 'real', range: { border: 'pmd', before: 2, after: 2 } },
          sideFor(text, 's390'),
        ),
      )
    expect(across('before').hazards).toEqual(['read past a stack copy (pud)'])
    for (const text of FIXED) expect(across(text).values('pages taken'), text).toEqual(['all 4'])
  })
})

describe('other architectures', () => {
  const scenarios = GUP_FAST_SUITE.scenarios.filter(({ arch }) => arch !== 's390')
  it('2.n: x86-64 with 4 levels, folded when it boots, takes a range across 512 GB', () => {
    for (const text of ALL) expect(result('x86-64/across-pgd', text), text).toBe('all 4')
  })
  it('2.r: every text reads the same entries as often, in the same order, and takes the same pages', () => {
    for (const scenario of scenarios) {
      const seen = ALL.map((text) => {
        const explored = exploreBuilt(scenario.build(sideFor(text, scenario.arch)))
        expect(explored.hazards, scenario.id).toEqual([])
        return JSON.stringify([...explored.outcome.behaviours.values()].map(({ observation }) => observation))
      })
      expect(new Set(seen).size, scenario.id).toBe(1)
    }
  })
})

describe('what a walk reads', () => {
  const reads = (id: string, text: Text) => walk(id, text).values('entries read')
  const loads = (id: string, text: Text) => walk(id, text).values('loads of entries')
  it('are the slots from the top down, the same ones before and as merged', () =>
    expect(reads('s390/3-level/inside', 'merged')).toEqual(reads('s390/3-level/inside', 'before')))
  it('as merged a folded level reads the live entry again, which was a copy before', () => {
    expect(loads('s390/3-level/inside', 'before')).toEqual(['4'])
    expect(loads('s390/3-level/inside', 'merged')).toEqual(['6'])
    expect(loads('s390/5-level/inside', 'before')).toEqual(loads('s390/5-level/inside', 'merged'))
  })
})
