/**
 * Hazards of two sides over all scenarios. One difference per hazard: its scenarios are a list inside it. What
 * needs a reload is kept apart from what does not (KERNEL-FACTS.md section 9, rules 1 and 5).
 */
import type { Outcome } from '../explore/index.js'
import type { Comparison } from './comparison.js'
import type { Difference, SideFact, Verdict } from './difference.js'

type Status = 'regressed' | 'fixed' | 'both' | 'unsure'

interface Occurrence {
  readonly comparison: Comparison
  readonly status: Status
  readonly needsReload: boolean
}

/** Every hazard that some side of some scenario has, judged. */
export function compareHazards(comparisons: readonly Comparison[]): Difference[] {
  const keys = new Set<string>()
  for (const { before, after } of comparisons) {
    for (const key of before.each.hazards.keys()) keys.add(key)
    for (const key of after.each.hazards.keys()) keys.add(key)
  }
  return [...keys].flatMap((key) => judge(key, comparisons))
}

function judge(key: string, comparisons: readonly Comparison[]): Difference[] {
  const occurrences = comparisons.flatMap((comparison) => occurrencesOf(key, comparison))
  const of = (status: Status, needsReload?: boolean): Occurrence[] =>
    occurrences.filter(
      (o) => o.status === status && (needsReload === undefined || o.needsReload === needsReload),
    )
  const differences: Difference[] = []
  const regressed = of('regressed')
  const fixed = of('fixed')
  const both = of('both')
  if (both.length > 0) {
    // Met on both sides: more or fewer starts is a change in reach, not a new hazard or an end of one.
    if (regressed.length > 0) differences.push(reachChange(key, 'widened', regressed, both))
    if (fixed.length > 0) differences.push(reachChange(key, 'narrowed', fixed, both))
    differences.push(difference(key, 'pre-existing', both, key))
  } else {
    for (const needsReload of [false, true]) {
      const group = of('regressed', needsReload)
      if (group.length > 0) differences.push(...newOnes(key, group, needsReload))
      const gone = of('fixed', needsReload)
      if (gone.length > 0) differences.push(difference(key, 'fixed', gone, key))
    }
  }
  const unsure = of('unsure')
  if (unsure.length > 0) {
    differences.push(
      difference(key, 'inconclusive', unsure, `${key}: a bound was reached on the side without it`),
    )
  }
  return differences
}

/** New hazards; those that only a callback nobody has would meet are a contract that changed. */
function newOnes(key: string, group: readonly Occurrence[], needsReload: boolean): Difference[] {
  const real = group.filter(({ comparison }) => comparison.scenario.assumes === null)
  const assumed = group.filter(({ comparison }) => comparison.scenario.assumes !== null)
  const differences: Difference[] = []
  if (real.length > 0) differences.push(difference(key, 'regressed', real, key))
  const [first] = assumed
  if (first !== undefined && real.length === 0) {
    const summary = `${first.comparison.scenario.assumes ?? ''} is no longer allowed: ${key}`
    differences.push({ ...difference(key, 'changed', assumed, summary), kind: 'contract', needsReload })
  }
  return differences
}

function occurrencesOf(key: string, comparison: Comparison): Occurrence[] {
  const { before, after } = comparison
  const had = before.each.hazards.has(key)
  const has = after.each.hazards.has(key)
  if (!had && !has) return []
  if (had && has) return [{ comparison, status: 'both', needsReload: false }]
  const without = had ? after : before
  const withIt = had ? before : after
  if (without.each.coverage.kind !== 'exhaustive')
    return [{ comparison, status: 'unsure', needsReload: false }]
  const needsReload = withIt.once !== null && !withIt.once.hazards.has(key)
  return [{ comparison, status: had ? 'fixed' : 'regressed', needsReload }]
}

function reachChange(
  key: string,
  which: 'widened' | 'narrowed',
  group: readonly Occurrence[],
  both: readonly Occurrence[],
): Difference {
  const where = which === 'widened' ? 'also possible now' : 'no longer possible'
  const plain = difference(
    key,
    'changed',
    group,
    `${key} ${where} in ${group.length} of ${group.length + both.length} scenarios`,
  )
  return {
    ...plain,
    notes: [
      `${which}: possible on both sides in the others, such as ${both[0]?.comparison.scenario.id ?? ''}`,
    ],
  }
}

function difference(
  key: string,
  verdict: Verdict,
  group: readonly Occurrence[],
  summary: string,
): Difference {
  const [first] = group
  if (first === undefined) throw new Error('a difference without a scenario')
  const { comparison, needsReload } = first
  const side = verdict === 'fixed' || !comparison.after.each.hazards.has(key) ? 'before' : 'after'
  const loads = needsReload || comparison[side].once === null ? 'each' : 'once'
  return {
    verdict,
    kind: key.replace(/ \(.*\)$/, ''),
    property: key,
    topic: key,
    needsReload: group.every((occurrence) => occurrence.needsReload),
    scenarios: group.map((occurrence) => occurrence.comparison.scenario.id),
    summary,
    before: hazardFact(key, comparison.before.each),
    after: hazardFact(key, comparison.after.each),
    witness: { side, loads, shows: { kind: 'hazard', key } },
    notes: [],
  }
}

function hazardFact(key: string, outcome: Outcome): SideFact {
  const count = outcome.hazards.get(key)?.count ?? 0
  const { executions, coverage } = outcome
  const unsure = count === 0 && coverage.kind !== 'exhaustive'
  const holds = unsure ? 'unknown' : count === 0 ? 'never' : count === executions ? 'always' : 'sometimes'
  return {
    holds,
    count,
    executions,
    coverage,
    value: count > 0 ? 'possible' : unsure ? 'not found' : 'impossible',
  }
}
