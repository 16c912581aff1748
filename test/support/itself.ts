/** One scenario explored on two sides that are the same. */
import type { Comparison } from '../../src/compare/index.js'
import { MEMORY_MODELS, type MemoryModel } from '../../src/explore/index.js'
import { makeSide, newestRelease } from '../../src/match/index.js'
import { ARCH_PROFILES } from '../../src/mm/index.js'
import { BUILT_IN, type Reimplementation } from '../../src/reimpl/index.js'
import { compareScenario } from '../../src/run/explore-suite.js'
import { PAGEWALK_SUITE, type Scenario } from '../../src/suite/index.js'

/** Compares the scenario with itself; `changed` play their functions on both sides. */
export function compareWithItself(
  scenario: Scenario,
  changed: readonly Reimplementation[],
  model: MemoryModel | undefined = MEMORY_MODELS[0],
): Comparison {
  if (model === undefined) throw new Error('there is no memory model')
  const profile = ARCH_PROFILES.find(({ name }) => name === scenario.arch)
  const config = { ...profile?.config, ...scenario.config }
  const base = newestRelease(changed, scenario.since ?? '5.4')
  const side = () => makeSide({ registry: BUILT_IN, suite: PAGEWALK_SUITE, config, base, changed })
  const settings = { registry: BUILT_IN, model, loads: null, budget: {} }
  return compareScenario(scenario, { before: side(), after: side() }, settings, new Map())
}
