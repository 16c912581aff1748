/** All that two sides show over all scenarios, as differences in order of severity. */
import { plural } from '../base/index.js'
import { type Comparison, isOpen, isUnmatched } from './comparison.js'
import type { Difference, Verdict } from './difference.js'
import { compareHazards } from './hazards.js'
import { compareProperties, type PropertyFacts } from './properties.js'

const SEVERITY: readonly Verdict[] = ['regressed', 'changed', 'inconclusive', 'fixed', 'same', 'pre-existing']

/** Differences, the most severe first; a single `same` or `inconclusive` where nothing differs. */
export function compare(
  comparisons: readonly Comparison[],
  properties: readonly PropertyFacts[],
): Difference[] {
  if (comparisons.length === 0) return []
  const found = [...compareHazards(comparisons), ...compareProperties(comparisons, properties)]
  const telling = found.some(({ verdict }) => verdict !== 'pre-existing')
  const all = telling ? [...found, ...leftOpen(comparisons, found)] : [...found, noDifference(comparisons)]
  return all.sort((a, b) => SEVERITY.indexOf(a.verdict) - SEVERITY.indexOf(b.verdict))
}

/** Scenarios in which a bound was reached, unless something else says so of them. */
function leftOpen(comparisons: readonly Comparison[], found: readonly Difference[]): Difference[] {
  const said = new Set(
    found.filter(({ verdict }) => verdict === 'inconclusive').flatMap(({ scenarios }) => scenarios),
  )
  const open = comparisons.filter((one) => isOpen(one) && !said.has(one.scenario.id))
  if (open.length === 0) return []
  const summary = `${whyOpen(open)} in ${open.length} of ${comparisons.length} scenarios: what lies beyond it is not known`
  return [{ ...noDifference(open), summary }]
}

function isBounded({ before, after }: Comparison): boolean {
  return before.each.coverage.kind !== 'exhaustive' || after.each.coverage.kind !== 'exhaustive'
}

function whyOpen(open: readonly Comparison[]): string {
  if (open.some(isBounded)) return 'a bound was reached'
  if (open.some(isOpen)) return 'something that is not modelled was met'
  return 'one side was asked what the other was not'
}

/** The whole observation agrees in every scenario: `same` only if nothing was left unexplored. */
function noDifference(comparisons: readonly Comparison[]): Difference {
  const [first] = comparisons
  if (first === undefined) throw new Error('nothing was compared')
  const open = comparisons.filter((one) => isOpen(one) || isUnmatched(one))
  const bounded = open.find(isBounded) ?? open[0]
  const scenarios = comparisons.map(({ scenario }) => scenario.id)
  const sum = (side: 'before' | 'after'): number =>
    comparisons.reduce((total, comparison) => total + comparison[side].each.executions, 0)
  const fact = (side: 'before' | 'after') => ({
    holds: 'always' as const,
    count: sum(side),
    executions: sum(side),
    coverage: (bounded ?? first)[side].each.coverage,
    value: null,
  })
  const how = bounded === undefined ? 'exhaustive' : whyOpen(open)
  return {
    verdict: bounded === undefined ? 'same' : 'inconclusive',
    kind: 'behaviour',
    property: 'behaviour',
    topic: 'behaviour',
    needsReload: false,
    anyLoads: false,
    scenarios,
    summary: `no difference found (${plural(scenarios.length, 'scenario')}, ${how})`,
    before: fact('before'),
    after: fact('after'),
    witness: null,
    notes: [],
  }
}
