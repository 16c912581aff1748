/** How a suite tells a wrong version from the right one. */
import { explore, type Outcome, SC } from '../../../src/explore/index.js'
import { atLeast } from '../../../src/mm/index.js'
import type { Scenario, Side } from '../../../src/suite/index.js'
import { sideOf } from '../explored.js'
import type { Defect } from './index.js'

export interface Noticed {
  readonly scenario: string
  readonly how: string
}

/** The first scenario in which the two behave differently, or null. */
export function noticed(defect: Defect): Noticed | null {
  const { suite, arch, right, wrong } = defect
  const changed = [wrong, ...right.changed.filter(({ name }) => name !== wrong.name)]
  const side = sideOf({ ...right, changed }, suite, arch)
  for (const scenario of suite.scenarios) {
    if (scenario.arch !== arch || !atLeast(right.base, scenario.since ?? '0')) continue
    const how = difference(rightOutcome(scenario, defect), run(scenario, side))
    if (how !== null) return { scenario: scenario.id.replace(`${suite.name}/`, ''), how }
  }
  return null
}

const known = new Map<string, Outcome>()

function rightOutcome(scenario: Scenario, { suite, arch, right, of }: Defect): Outcome {
  const key = `${scenario.id} ${right.label} ${suite.name === 'pte-read' ? of : ''}`
  const outcome = known.get(key) ?? run(scenario, sideOf(right, suite, arch))
  known.set(key, outcome)
  return outcome
}

function run(scenario: Scenario, side: Side): Outcome {
  const { program, observe, detectors } = scenario.build(side)
  return explore(program, { model: SC, observe, detectors })
}

function difference(right: Outcome, wrong: Outcome): string | null {
  for (const key of wrong.hazards.keys()) if (!right.hazards.has(key)) return `hazard: ${key}`
  for (const key of right.hazards.keys()) if (!wrong.hazards.has(key)) return `no hazard: ${key}`
  if (right.coverage.kind !== wrong.coverage.kind) return 'never ends'
  for (const [left, other] of [
    [right, wrong],
    [wrong, right],
  ] as const) {
    for (const [key, { observation }] of left.behaviours) {
      if (other.behaviours.has(key)) continue
      const differs = Object.keys(observation).find(
        (name) => ![...other.behaviours.values()].some((one) => one.observation[name] === observation[name]),
      )
      return differs ?? 'other properties together'
    }
  }
  return null
}
