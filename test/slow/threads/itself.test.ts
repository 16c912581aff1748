/** Every scenario of the pagewalk suite against itself, for every version of the walk there is. */
import { describe, expect, it } from 'vitest'
import { compare } from '../../../src/compare/index.js'
import { BUILT_IN } from '../../../src/reimpl/index.js'
import { PAGEWALK_SUITE } from '../../../src/suite/index.js'
import { compareWithItself } from '../../support/itself.js'

const VERSIONS = [
  ...new Set(BUILT_IN.all.filter(({ name }) => name === 'walk_pmd_range').map(({ version }) => version)),
]

describe.each(VERSIONS)('walk_pte_range and walk_pmd_range as of %s', (version) => {
  it('behave like themselves in every scenario', () => {
    const own = BUILT_IN.all.filter(
      (one) => one.version === version && ['walk_pte_range', 'walk_pmd_range'].includes(one.name),
    )
    const release = own[0]?.release ?? '5.4'
    const scenarios = PAGEWALK_SUITE.scenarios.filter(
      ({ since }) =>
        since === undefined ||
        Number(since.split('.')[1]) <= Number(release.split('.')[1]) ||
        release.startsWith('6'),
    )
    expect(scenarios.length).toBeGreaterThan(300)
    for (const scenario of scenarios) {
      const told = compare([compareWithItself(scenario, own)], PAGEWALK_SUITE.properties)
      const verdicts = told.map(({ verdict }) => verdict).filter((verdict) => verdict !== 'pre-existing')
      expect(verdicts, scenario.id).toEqual(['same'])
    }
  })
})
