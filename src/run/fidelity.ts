/**
 * Fidelity: where a function's C was lifted and a hand-written implementation stands for the same text, the two
 * are run in the same scenarios, side by side as if one were the other's patch. Where they differ one of them is
 * wrong, and the report says so.
 */
import { setImmediate } from 'node:timers/promises'
import { type Diagnostic, plural } from '../base/index.js'
import { compareModels } from '../compare/index.js'
import type { MemoryModel } from '../explore/index.js'
import { implementationId } from '../machine/index.js'
import type { Registry, Reimplementation } from '../reimpl/index.js'
import { compareScenario, type ExploreSettings, sidesOf } from './explore-suite.js'
import type { PlannedSuite } from './plan.js'
import type { Reached } from './watch.js'

export interface FidelityRequest {
  readonly planned: PlannedSuite
  readonly registry: Registry
  readonly model: MemoryModel
  readonly settings: Omit<ExploreSettings, 'model'>
  /** What ran; added to, as lifted code shows which way conditions went. */
  readonly reached: Reached
  readonly stopped: () => boolean
}

/** Compares both ways of running each side; a note where they agree, a warning where they do not. */
export async function compareFidelity(request: FidelityRequest): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = []
  for (const side of ['before', 'after'] as const) {
    const used: Reimplementation[] = []
    const others: Reimplementation[] = []
    for (const { match, [side]: chosen } of request.planned.functions) {
      const other = match.other?.[side]
      used.push(chosen.implementation)
      others.push(other ?? chosen.implementation)
    }
    if (others.every((other, i) => other === used[i])) continue
    const said = await compareSide(used, others, request)
    if (said !== null) diagnostics.push(said)
  }
  return diagnostics
}

async function compareSide(
  used: readonly Reimplementation[],
  others: readonly Reimplementation[],
  { planned, registry, model, settings, reached, stopped }: FidelityRequest,
): Promise<Diagnostic | null> {
  const { suite, config } = planned
  const sides = sidesOf({ suite, config, before: used, after: others }, registry)
  const all = planned.models.find((one) => one.model === model)?.scenarios ?? planned.scenarios
  // C's constants say how large a block is.
  const scenarios = all.filter(({ reducedBlocks }) => reducedBlocks !== true)
  const comparisons = []
  for (const scenario of scenarios) {
    if (stopped()) return null
    await setImmediate()
    comparisons.push(compareScenario(scenario, sides, { ...settings, model }, reached))
  }
  const differences = compareModels([{ model: model.name, comparisons }], suite.properties).filter(
    ({ verdict }) => verdict !== 'same' && verdict !== 'pre-existing',
  )
  const pairs = used.flatMap((one, i) => {
    const other = others[i]
    return other === undefined || other === one
      ? []
      : [`${implementationId(one)} (used) and ${implementationId(other)}`]
  })
  const names = pairs.join(', ')
  const [first] = differences
  if (first === undefined) {
    return {
      severity: 'note',
      code: 'fidelity',
      message: `${names} behave alike in ${plural(scenarios.length, 'scenario')} on ${planned.profile.name} under ${model.name}`,
    }
  }
  return {
    severity: 'warning',
    code: 'fidelity-differs',
    message: `${names} differ in ${plural(differences.length, 'way')}, such as ${first.summary} (${first.scenarios[0] ?? ''})`,
    hint: 'one of them is not what the C says: --prefer lifted or --prefer reimpl chooses',
  }
}
