/**
 * Two sides under several memory models. Each model is judged by itself; then a hazard that one model has only on
 * one side, and another model on the other side as well, is no new hazard and no end of one: its reach changed.
 */
import { plural } from '../base/index.js'
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

/** The same question, of the same scenario, under another memory model; null where it was not explored. */
export interface Elsewhere {
  readonly model: string
  readonly sides: { readonly before: SideFact; readonly after: SideFact } | null
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
        ...inReach(difference, comparisons, others),
        model,
        elsewhere: others.flatMap((other) => factsUnder(other, difference)),
      }
    }),
  )
}

/** A hazard of one side that another model has on the other side too: its reach changed. */
function inReach(
  difference: Difference,
  comparisons: readonly Comparison[],
  others: readonly UnderModel[],
): Difference {
  const { verdict, witness, scenarios } = difference
  if ((verdict !== 'regressed' && verdict !== 'fixed') || witness?.shows.kind !== 'hazard') return difference
  const { key } = witness.shows
  const otherSide = verdict === 'regressed' ? 'before' : 'after'
  const first = comparisons.find(({ scenario }) => scenario.id === scenarios[0])
  const assumed = first !== undefined && first.scenario.assumes !== null
  const holding = others.flatMap((other) =>
    other.comparisons
      .filter((one) => (one.scenario.assumes !== null) === assumed && one[otherSide].each.hazards.has(key))
      .map(({ scenario }) => ({ model: other.model, scenario: scenario.id })),
  )
  const [elsewhere] = holding
  if (elsewhere === undefined) return difference
  const here = holding.filter(({ scenario }) => scenario === scenarios[0]).map(({ model }) => model)
  const [word, number] = verdict === 'regressed' ? ['widened', 'more'] : ['narrowed', 'fewer']
  if (here.length === 0) {
    return {
      ...difference,
      verdict: 'changed',
      summary: `${key} ${verdict === 'regressed' ? 'also possible now' : 'no longer possible'} in ${plural(scenarios.length, 'scenario')}`,
      notes: [
        ...difference.notes,
        `${word}: the other side has it elsewhere, such as in ${elsewhere.scenario} under ${elsewhere.model}`,
      ],
    }
  }
  return {
    ...difference,
    verdict: 'changed',
    summary: `${key} possible under ${number} memory models`,
    notes: [...difference.notes, `${word}: ${otherSide} the patch possible under ${here.join(', ')}`],
  }
}

function factsUnder({ model, comparisons }: UnderModel, difference: Difference): Elsewhere[] {
  const { witness, scenarios } = difference
  if (witness === null || witness.shows.kind === 'combination') return []
  const same = comparisons.find(({ scenario }) => scenario.id === scenarios[0])
  if (same === undefined) return [{ model, sides: null }]
  const { shows } = witness
  const of = (side: 'before' | 'after'): SideFact =>
    shows.kind === 'hazard' ? hazardFact(shows.key, same[side].each) : fact(shows.property, same[side].each)
  return [{ model, sides: { before: of('before'), after: of('after') } }]
}
