/**
 * Hazards of two sides over all scenarios. One difference per hazard: its scenarios are a list inside it. What
 * needs a reload is kept apart from what does not (KERNEL-FACTS.md section 9, rules 1 and 5).
 */
import type { Outcome } from '../explore/index.js'
import { type Comparison, isUnjudged } from './comparison.js'
import type { Difference, SideFact, Verdict } from './difference.js'
import { agree } from './inputs.js'

/** `wider` and `narrower`: on both sides, but after or before the patch also where the other side has it not. */
type Status = 'regressed' | 'fixed' | 'both' | 'wider' | 'narrower' | 'unsure'

interface Occurrence {
  readonly comparison: Comparison
  readonly status: Status
  readonly needsReload: boolean
}

/** Every hazard that some side of some scenario has, judged. */
export function compareHazards(comparisons: readonly Comparison[]): Difference[] {
  const keys = new Set<string>()
  for (const { before, after, scenario } of comparisons) {
    for (const { each } of [before, after]) {
      for (const key of each.hazards.keys()) if (!isUnjudged(key, each, scenario)) keys.add(key)
    }
  }
  return [...keys].flatMap((key) => judge(key, comparisons))
}

/** Worlds that only an assumed callback or writer has are looked at where the others have nothing to say. */
function judge(key: string, comparisons: readonly Comparison[]): Difference[] {
  const real = comparisons.filter(({ scenario }) => scenario.assumes === null)
  const found = judgeGroup(key, real)
  if (found.length > 0) return found
  return judgeGroup(
    key,
    comparisons.filter(({ scenario }) => scenario.assumes !== null),
  )
}

function judgeGroup(key: string, comparisons: readonly Comparison[]): Difference[] {
  const occurrences = comparisons.flatMap((comparison) => occurrencesOf(key, comparison))
  const of = (status: Status, needsReload?: boolean): Occurrence[] =>
    occurrences.filter(
      (o) => o.status === status && (needsReload === undefined || o.needsReload === needsReload),
    )
  const differences: Difference[] = []
  const regressed = of('regressed')
  const fixed = of('fixed')
  const wider = of('wider')
  const narrower = of('narrower')
  const unsure = of('unsure')
  const both = [...of('both'), ...wider, ...narrower]
  const sideHas = (side: 'before' | 'after'): boolean =>
    occurrences.some(({ comparison }) => comparison[side].each.hazards.has(key))
  if (sideHas('before') && sideHas('after')) {
    // Met on both sides: more or fewer starts is a change in reach, not a new hazard or an end of one.
    if (regressed.length > 0) differences.push(reachChange(key, 'widened', regressed, occurrences))
    if (fixed.length > 0) differences.push(reachChange(key, 'narrowed', fixed, occurrences))
    if (wider.length > 0) differences.push(extentChange(key, 'widened', wider))
    if (narrower.length > 0) differences.push(extentChange(key, 'narrowed', narrower))
    if (both.length > 0) differences.push(difference(key, 'pre-existing', both, key))
  } else {
    for (const needsReload of [false, true]) {
      const group = of('regressed', needsReload)
      if (group.length > 0) differences.push(...realOrContract(key, 'regressed', group))
      const gone = of('fixed', needsReload)
      // Where a bound leaves open whether it is gone, it is not called gone anywhere.
      if (gone.length > 0 && unsure.length === 0) differences.push(...realOrContract(key, 'fixed', gone))
    }
  }
  if (unsure.length > 0) {
    differences.push(
      difference(key, 'inconclusive', unsure, `${key}: a bound was reached on the side without it`),
    )
  }
  return differences
}

/** Hazards of one side; those that only a callback nobody has would meet are a contract that changed. */
function realOrContract(
  key: string,
  verdict: 'regressed' | 'fixed',
  group: readonly Occurrence[],
): Difference[] {
  const real = group.filter(({ comparison }) => comparison.scenario.assumes === null)
  if (real.length > 0) return [difference(key, verdict, real, key)]
  const assumed = group[0]?.comparison.scenario.assumes ?? ''
  const summary = `${assumed} is ${verdict === 'regressed' ? 'no longer' : 'now'} allowed: ${key}`
  return [{ ...difference(key, verdict, group, summary), verdict: 'changed', kind: 'contract' }]
}

function occurrencesOf(key: string, comparison: Comparison): Occurrence[] {
  const { before, after } = comparison
  const had = before.each.hazards.has(key)
  const has = after.each.hazards.has(key)
  if (!had && !has) return []
  if (had && has) return [{ comparison, status: statusOnBothSides(key, comparison), needsReload: false }]
  const without = had ? after : before
  const withIt = had ? before : after
  if (!isSurelyWithout(key, withIt.each, without.each, comparison))
    return [{ comparison, status: 'unsure', needsReload: false }]
  return [{ comparison, status: had ? 'fixed' : 'regressed', needsReload: surelyLacks(withIt.once, key) }]
}

/** True if the side without it was looked at for what the other side meets it with. */
function isSurelyWithout(key: string, withIt: Outcome, without: Outcome, { scenario }: Comparison): boolean {
  if (without.coverage.kind === 'exhaustive' && scenario.isAlone !== true) return true
  if (without.coverage.kind === 'exhaustive' && without.behaviours.size === 0) return true
  if (scenario.isAlone !== true) return false
  const others = [...without.behaviours.values()].filter(
    ({ hazards }) => !hazards.some((one) => isUnjudged(one, without, scenario)),
  )
  return [...inputsWith(key, withIt)].some((input) => others.some((other) => agree(input, other.input)))
}

/** True if everything was looked at and the hazard was not there. */
function surelyLacks(outcome: Outcome | null, key: string): boolean {
  return outcome !== null && outcome.coverage.kind === 'exhaustive' && !outcome.hazards.has(key)
}

/** Whether one side meets it with fewer loads, or for inputs, that the other side does not meet it with. */
function statusOnBothSides(key: string, { before, after }: Comparison): Status {
  if (after.once?.hazards.has(key) === true && surelyLacks(before.once, key)) return 'wider'
  if (before.once?.hazards.has(key) === true && surelyLacks(after.once, key)) return 'narrower'
  const inputsBefore = inputsWith(key, before.each)
  const inputsAfter = inputsWith(key, after.each)
  const isExhaustive = ({ coverage }: Outcome): boolean => coverage.kind === 'exhaustive'
  if (isExhaustive(before.each) && hasOthers(inputsAfter, inputsBefore)) return 'wider'
  if (isExhaustive(after.each) && hasOthers(inputsBefore, inputsAfter)) return 'narrower'
  return 'both'
}

function hasOthers(inputs: ReadonlySet<string>, known: ReadonlySet<string>): boolean {
  return [...inputs].some((input) => !known.has(input) && ![...known].some((other) => agree(other, input)))
}

/** The choices from outside with which the hazard is met. */
function inputsWith(key: string, outcome: Outcome): ReadonlySet<string> {
  const meeting = [...outcome.behaviours.values()].filter(({ hazards }) => hazards.includes(key))
  return new Set(meeting.map(({ input }) => input))
}

/** The same starts, but fewer loads suffice, or other inputs lead there. */
function extentChange(key: string, which: 'widened' | 'narrowed', group: readonly Occurrence[]): Difference {
  const side = which === 'widened' ? 'after' : 'before'
  const other = which === 'widened' ? 'before' : 'after'
  const [first] = group
  const merged = first?.comparison[side].once?.hazards.has(key) === true
  const byLoads = merged && surelyLacks(first.comparison[other].once, key)
  const what = byLoads ? 'with any number of loads' : 'for inputs for which it was impossible'
  const plain = difference(key, 'changed', group, `${key} ${which}`)
  return {
    ...plain,
    witness: { side, loads: byLoads ? 'once' : 'each', shows: { kind: 'hazard', key } },
    summary: `${key} ${which === 'widened' ? 'now' : 'no longer'} possible ${byLoads ? what : 'for some inputs'}`,
    notes: [`${which}: possible ${other} as well, but not ${what}`],
  }
}

function reachChange(
  key: string,
  which: 'widened' | 'narrowed',
  group: readonly Occurrence[],
  all: readonly Occurrence[],
): Difference {
  const others = all.filter((occurrence) => !group.includes(occurrence))
  const where = which === 'widened' ? 'also possible now' : 'no longer possible'
  const plain = difference(
    key,
    'changed',
    group,
    `${key} ${where} in ${group.length} of ${all.length} scenarios`,
  )
  return {
    ...plain,
    notes: [
      `${which}: the other side has it elsewhere, such as in ${others[0]?.comparison.scenario.id ?? ''}`,
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
  const { comparison } = first
  const side = verdict === 'fixed' || !comparison.after.each.hazards.has(key) ? 'before' : 'after'
  const loads = comparison[side].once?.hazards.has(key) === true ? 'once' : 'each'
  return {
    verdict,
    kind: key.replace(/ \(.*\)$/, ''),
    property: key,
    topic: key,
    needsReload: group.every((occurrence) => occurrence.needsReload),
    anyLoads: loads === 'once',
    scenarios: group.map((occurrence) => occurrence.comparison.scenario.id),
    summary,
    before: hazardFact(key, comparison.before.each),
    after: hazardFact(key, comparison.after.each),
    witness: { side, loads, shows: { kind: 'hazard', key } },
    notes: [],
  }
}

/** How one side answers whether the hazard is possible. */
export function hazardFact(key: string, outcome: Outcome): SideFact {
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
