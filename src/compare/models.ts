/**
 * Two sides under several memory models. Each model is judged by itself; then a hazard that one model has only on
 * one side, and another model on the other side as well, is no new hazard and no end of one: its reach changed.
 */
import { compare } from './compare.js'
import type { Comparison } from './comparison.js'
import type { Difference, SideFact } from './difference.js'
import { hazardFact } from './hazards.js'
import { fact, type PropertyFacts } from './properties.js'

/** What was explored under one memory model. */
export interface UnderModel {
  readonly model: string
  readonly comparisons: readonly Comparison[]
}

/** A difference under one memory model, with what others say to the same question. */
export interface ModelDifference extends Difference {
  readonly model: string
  readonly elsewhere: readonly Elsewhere[]
}

/** The same question, of the same scenario, under another memory model. */
export interface Elsewhere {
  readonly model: string
  readonly before: SideFact
  readonly after: SideFact
}

/** Differences model by model, in the order given, each model's by severity. */
export function compareModels(
  under: readonly UnderModel[],
  properties: readonly PropertyFacts[],
): ModelDifference[] {
  return under.flatMap(({ model, comparisons }) =>
    compare(comparisons, properties).map((difference) => {
      const others = under.filter((other) => other.model !== model)
      return {
        ...inReach(difference, model, comparisons, others),
        model,
        elsewhere: others.flatMap((other) => factsUnder(other, difference)),
      }
    }),
  )
}

/** A hazard of one side that another model has on the other side too: more or fewer models reach it. */
function inReach(
  difference: Difference,
  model: string,
  comparisons: readonly Comparison[],
  others: readonly UnderModel[],
): Difference {
  const { verdict, witness } = difference
  if ((verdict !== 'regressed' && verdict !== 'fixed') || witness?.shows.kind !== 'hazard') return difference
  const { key } = witness.shows
  const otherSide = verdict === 'regressed' ? 'before' : 'after'
  const first = comparisons.find(({ scenario }) => scenario.id === difference.scenarios[0])
  const assumed = first !== undefined && first.scenario.assumes !== null
  const holding = others.filter((other) =>
    other.comparisons.some(
      (one) => (one.scenario.assumes !== null) === assumed && one[otherSide].each.hazards.has(key),
    ),
  )
  if (holding.length === 0) return difference
  const names = holding.map((other) => other.model).join(', ')
  return {
    ...difference,
    verdict: 'changed',
    summary: `${key} ${verdict === 'regressed' ? 'now possible' : 'no longer possible'} under ${model}`,
    notes: [
      ...difference.notes,
      verdict === 'regressed'
        ? `widened: before only possible under ${names}`
        : `narrowed: still possible under ${names}`,
    ],
  }
}

function factsUnder({ model, comparisons }: UnderModel, difference: Difference): Elsewhere[] {
  const { witness, scenarios } = difference
  const same = comparisons.find(({ scenario }) => scenario.id === scenarios[0])
  if (same === undefined || witness === null || witness.shows.kind === 'combination') return []
  const { shows } = witness
  const of = (side: 'before' | 'after'): SideFact =>
    shows.kind === 'hazard' ? hazardFact(shows.key, same[side].each) : fact(shows.property, same[side].each)
  return [{ model, before: of('before'), after: of('after') }]
}
