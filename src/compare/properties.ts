/**
 * What was observed, property by property: the set of values that a property takes, per input, on each side.
 * Executions with a hazard bring no value of their own, as the hazard says what is wrong with them.
 */
import type { Behaviour, Outcome } from '../explore/index.js'
import { type Comparison, hazardsDiffer, type ScenarioFacts, type SideOutcomes } from './comparison.js'
import type { Difference, SideFact } from './difference.js'
import { agree, saysSame } from './inputs.js'
import { listEdit } from './list-edit.js'

/** A property that findings are made of, and the facet by which they are kept apart. */
export interface PropertyFacts {
  readonly name: string
  readonly kind: 'behaviour' | 'contract'
  readonly per: string
  readonly detail?: boolean
}

/** Differences of every property; and where a property differs for one facet value, agreements for the others. */
export function compareProperties(
  comparisons: readonly Comparison[],
  properties: readonly PropertyFacts[],
): Difference[] {
  const known = comparisons.filter(({ scenario }) => scenario.assumes === null)
  const assumed = comparisons.filter(({ scenario }) => scenario.assumes !== null)
  const telling = properties.filter(({ detail }) => detail !== true)
  const told = new Set(known.filter((one) => isTold(one, telling)))
  const differences = properties.flatMap((property) => {
    const explained = (one: Comparison): boolean => property.detail === true && told.has(one)
    const found = compareProperty(known, property, explained)
    return found.length > 0 ? found : assumedChanges(assumed, property)
  })
  return [...differences, ...combinations(comparisons, properties)]
}

/** A property that only differs in worlds with a callback or writer that nobody has: a contract. */
function assumedChanges(assumed: readonly Comparison[], property: PropertyFacts): Difference[] {
  const differing = assumed.filter((one) => !hazardsDiffer(one) && differs(one, property.name))
  const [first] = differing
  if (first === undefined) return []
  return changesOf(property, { facets: [], comparisons: differing }).map((one) => ({
    ...one,
    kind: 'contract',
    summary: `with ${first.scenario.assumes ?? ''}: ${one.summary}`,
  }))
}

/** Scenarios in which every property takes the same values on both sides, but not together. */
function combinations(
  comparisons: readonly Comparison[],
  properties: readonly PropertyFacts[],
): Difference[] {
  const swapped = comparisons.filter(
    (one) =>
      !hazardsDiffer(one) &&
      properties.every(({ name }) => !differs(one, name)) &&
      (newCombination(one.after.each, one.before.each) ?? newCombination(one.before.each, one.after.each)) !==
        null,
  )
  const [first] = swapped
  if (first === undefined) return []
  const isNew = newCombination(first.after.each, first.before.each)
  const value = isNew ?? newCombination(first.before.each, first.after.each) ?? ''
  const side = isNew === null ? 'before' : 'after'
  const other = side === 'after' ? 'before' : 'after'
  const sure = first[other].each.coverage.kind === 'exhaustive'
  return [
    {
      verdict: sure ? 'changed' : 'inconclusive',
      kind: 'combination',
      property: 'combination of properties',
      topic: 'combination of properties',
      needsReload: false,
      anyLoads: false,
      scenarios: swapped.map(({ scenario }) => scenario.id),
      summary: `the same values as before, but in other combinations: ${shorten([value])}`,
      before: { ...fact('', first.before.each), value: null },
      after: { ...fact('', first.after.each), value: null },
      witness: { side, loads: 'each', shows: { kind: 'combination', value } },
      notes: [],
    },
  ]
}

/** A behaviour, with its input, that the other side does not have. */
function newCombination(outcome: Outcome, other: Outcome): string | null {
  const known = new Set(
    cleanBehaviours(other).map((one) => `${one.input}|${observationText(one.observation)}`),
  )
  const others = cleanBehaviours(other)
  const found = cleanBehaviours(outcome).find((one) => {
    const text = observationText(one.observation)
    if (known.has(`${one.input}|${text}`)) return false
    const met = others.filter(({ input }) => agree(input, one.input))
    return (
      met.length > 0 &&
      !met.some(({ observation, input }) => saysSame(observationText(observation), input, text, one.input))
    )
  })
  return found === undefined ? null : observationText(found.observation)
}

/** A whole observation as one text. */
export function observationText(observation: Behaviour['observation']): string {
  return Object.entries(observation)
    .map(([property, value]) => `${property}: ${value}`)
    .join('; ')
}

/** True if something other than a detail differs in the scenario. */
function isTold(comparison: Comparison, telling: readonly PropertyFacts[]): boolean {
  return hazardsDiffer(comparison) || telling.some(({ name }) => differs(comparison, name))
}

function compareProperty(
  comparisons: readonly Comparison[],
  property: PropertyFacts,
  explained: (comparison: Comparison) => boolean,
): Difference[] {
  const groups = new Map<string, Comparison[]>()
  for (const comparison of comparisons) {
    const facet = comparison.scenario.facets[property.per] ?? ''
    groups.set(facet, [...(groups.get(facet) ?? []), comparison])
  }
  const changes = new Map<string, Change>()
  const agreeing: (readonly [facet: string, group: readonly Comparison[]])[] = []
  for (const [facet, group] of groups) {
    const differing = group.filter((one) => !explained(one) && differs(one, property.name))
    if (differing.length > 0) note(changes, property, facet, differing)
    else if (!group.some(explained)) agreeing.push([facet, group])
  }
  const [first] = changes.values()
  if (first === undefined) return []
  const contrast = first.comparisons[0]?.scenario.facets ?? {}
  return [
    ...[...changes.values()].flatMap((one) => changesOf(property, one)),
    ...agreeing.map(([facet, group]) => agreement(property, facet, nearestFirst(group, contrast))),
  ]
}

/** The scenarios with the one in front that has most in common with what changed: it is the one to contrast it with. */
function nearestFirst(group: readonly Comparison[], facets: ScenarioFacts['facets']): readonly Comparison[] {
  const shared = ({ scenario }: Comparison): number =>
    Object.entries(scenario.facets).filter(([name, value]) => facets[name] === value).length
  const nearest = group.reduce((best, one) => (shared(one) > shared(best) ? one : best))
  return [nearest, ...group.filter((one) => one !== nearest)]
}

/** Facet values for which a property changes from and to the same values. */
interface Change {
  readonly facets: string[]
  readonly comparisons: Comparison[]
}

/** One change, though it shows for several facet values: its scenarios are a list inside it. */
function note(
  changes: Map<string, Change>,
  property: PropertyFacts,
  facet: string,
  differing: readonly Comparison[],
): void {
  const [first] = differing
  if (first === undefined) return
  const key = [first.before, first.after].map(({ each }) => valuesByInput(each, property.name)).join('\0')
  const known = changes.get(key) ?? { facets: [], comparisons: [] }
  known.facets.push(facet)
  known.comparisons.push(...differing)
  changes.set(key, known)
}

function differs({ scenario, before, after }: Comparison, property: string): boolean {
  if (cleanBehaviours(before.each).length === 0 || cleanBehaviours(after.each).length === 0) return false
  const isAlone = scenario.isAlone === true
  return (
    valueOnlyIn(after.each, before.each, property, isAlone) !== null ||
    valueOnlyIn(before.each, after.each, property, isAlone) !== null
  )
}

/** The values per input as one text. */
function valuesByInput(outcome: Outcome, property: string): string {
  const pairs = new Set(cleanBehaviours(outcome).map((behaviour) => pairOf(behaviour, property)))
  return [...pairs].sort().join('\n')
}

function pairOf({ input, observation }: Behaviour, property: string): string {
  return `${input}: ${observation[property] ?? ''}`
}

function cleanBehaviours(outcome: Outcome): Behaviour[] {
  return [...outcome.behaviours.values()].filter(({ hazards }) => hazards.length === 0)
}

/** A value that one side has and the other surely has not: null where a bound leaves it open. */
function sureValue(
  { before, after, scenario }: Comparison,
  property: string,
): { readonly side: 'before' | 'after'; readonly value: string } | null {
  // A thread alone does one thing at one input: what else there may be makes no difference.
  const isAlone = scenario.isAlone === true
  const isSure = ({ each }: SideOutcomes): boolean => isAlone || each.coverage.kind === 'exhaustive'
  const isNew = valueOnlyIn(after.each, before.each, property, isAlone)
  if (isNew !== null && isSure(before)) return { side: 'after', value: isNew }
  const isGone = valueOnlyIn(before.each, after.each, property, isAlone)
  if (isGone !== null && isSure(after)) return { side: 'before', value: isGone }
  return null
}

/** What changed for sure, and apart from it what only a side with a bound suggests. */
function changesOf(property: PropertyFacts, { facets, comparisons }: Change): Difference[] {
  const sure = comparisons.filter((one) => sureValue(one, property.name) !== null)
  const open = comparisons.filter((one) => !sure.includes(one))
  return [sure, open]
    .filter((group) => group.length > 0)
    .map((group) => change(property, { facets, comparisons: group }))
}

function change(property: PropertyFacts, { facets, comparisons }: Change): Difference {
  const [first] = comparisons
  if (first === undefined) throw new Error('a change without a scenario')
  const before = fact(property.name, first.before.each)
  const after = fact(property.name, first.after.each)
  const sure = sureValue(first, property.name)
  const seen = sure ?? {
    side: 'after' as const,
    value: valueOnlyIn(first.after.each, first.before.each, property.name, false) ?? '',
  }
  return {
    verdict: sure === null ? 'inconclusive' : 'changed',
    kind: property.kind === 'contract' ? 'contract' : property.name,
    property: facetProperty(property, facets.join(', ')),
    topic: property.name,
    needsReload: false,
    anyLoads: false,
    scenarios: comparisons.map(({ scenario }) => scenario.id),
    summary: `${property.name}: ${changeText(first, property.name, seen) ?? `${before.value ?? ''} -> ${after.value ?? ''}`}`,
    before,
    after,
    witness: {
      side: seen.side,
      loads: 'each',
      shows: { kind: 'observation', property: property.name, value: seen.value },
    },
    notes: [],
  }
}

/** Where the values are lists too long to be shown whole: what differs in one of them. */
function changeText(
  { before, after }: Comparison,
  property: string,
  seen: { readonly side: 'before' | 'after'; readonly value: string },
): string | null {
  const [own, others] = seen.side === 'after' ? [after, before] : [before, after]
  const textOf = ({ observation }: Behaviour): string => observation[property] ?? ''
  const known = [...cleanBehaviours(own.each), ...cleanBehaviours(others.each)]
  if (known.every((one) => textOf(one).length <= MAX_VALUE)) return null
  const pairs = cleanBehaviours(own.each)
    .filter((one) => textOf(one) === seen.value)
    .map(({ input }) => cleanBehaviours(others.each).filter((one) => agree(one.input, input)))
  const [other] = pairs.find((agreeing) => agreeing.every((one) => textOf(one) !== seen.value)) ?? []
  if (other === undefined) return null
  return seen.side === 'after' ? listEdit(textOf(other), seen.value) : listEdit(seen.value, textOf(other))
}

function agreement(property: PropertyFacts, facet: string, group: readonly Comparison[]): Difference {
  const [first] = group
  if (first === undefined) throw new Error('a group without a scenario')
  const exhaustive = group.every(
    ({ before, after }) =>
      before.each.coverage.kind === 'exhaustive' && after.each.coverage.kind === 'exhaustive',
  )
  return {
    verdict: exhaustive ? 'same' : 'inconclusive',
    kind: property.name,
    property: facetProperty(property, facet),
    topic: property.name,
    needsReload: false,
    anyLoads: false,
    scenarios: group.map(({ scenario }) => scenario.id),
    summary: property.name,
    before: fact(property.name, first.before.each),
    after: fact(property.name, first.after.each),
    witness: null,
    notes: [],
  }
}

/** `splits (callbacks: both)`. */
function facetProperty(property: PropertyFacts, facet: string): string {
  return facet === '' ? property.name : `${property.name} (${property.per}: ${facet})`
}

/** The values that one side has of a property, over executions without a hazard. */
export function fact(property: string, outcome: Outcome): SideFact {
  const clean = cleanBehaviours(outcome)
  const values = [...new Set(clean.map(({ observation }) => observation[property] ?? ''))].sort()
  const count = clean.reduce((sum, behaviour) => sum + behaviour.count, 0)
  const { executions, coverage } = outcome
  return {
    holds: values.length > 1 ? 'sometimes' : 'always',
    count,
    executions,
    coverage,
    value: shorten(values),
  }
}

const MAX_VALUE = 120

/** The values for people; long ones (lists of stores) are cut and say so. */
function shorten(values: readonly string[]): string {
  const text = values.map((value) => (value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}…` : value))
  return text.length <= 4 ? text.join(' or ') : `${text.slice(0, 4).join(' or ')} or ${text.length - 4} more`
}

/**
 * A value of a clean execution that no execution of the other side has for that input, where that was met at all.
 * One that the other side has in an execution with a hazard is no new one: there the hazard says what changed, and
 * a thread alone came no further there.
 */
function valueOnlyIn(outcome: Outcome, other: Outcome, property: string, isAlone: boolean): string | null {
  const others = [...other.behaviours.values()]
  const known = new Set(others.map((one) => pairOf(one, property)))
  const found = cleanBehaviours(outcome).find((one) => {
    if (known.has(pairOf(one, property))) return false
    const met = others.filter(({ input }) => agree(input, one.input))
    const value = one.observation[property] ?? ''
    const ends = ({ hazards, observation, input }: Behaviour): boolean =>
      saysSame(observation[property] ?? '', input, value, one.input) || (isAlone && hazards.length > 0)
    return met.length > 0 && !met.some(ends)
  })
  return found === undefined ? null : (found.observation[property] ?? '')
}
