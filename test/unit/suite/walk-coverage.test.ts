/** A range handled twice is a hazard only if nothing was seen to change in between. */
import { expect, it } from 'vitest'
import { pmdRange } from '../../support/defects/walk-pmd-range.js'
import { exploreScenario, version } from '../../support/explored.js'

const TWICE = version('twice', '5.4', pmdRange('v5.4', 'pmd_entry is called twice'))
const RIGHT = version('right', '5.4', 'walk_pmd_range@v5.4')
const HAZARD = 'range handled twice (pmd)'

it.each(['table', 'huge-anon', 'migration-anon'])('a second pmd_entry for the same %s is one', (pmd) => {
  expect(exploreScenario(`x86-64/quiet/both/${pmd}`, TWICE).hazards).toContain(HAZARD)
})

it('a second pmd_entry for a pmd that became another is none', () => {
  const explored = exploreScenario('x86-64/read/both/huge-anon/zap+fault-huge', RIGHT)
  expect(explored.counts('pmd_entry')).toContain(2)
  expect(explored.hazards).toEqual([])
})
