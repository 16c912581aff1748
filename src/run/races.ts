/**
 * Data races of plain accesses taken as they are written. They are apart from all else: verdicts take a plain
 * access of one word as marked, because the C of whole decades relies on that, and a race that was there before
 * the patch as well is no finding (KERNEL-FACTS.md section 9, rule 2).
 */
import type { ModelDifference } from '../compare/index.js'
import { type Coverage, forEachExecution } from '../explore/index.js'
import { type Hazard, hazardKey } from '../machine/index.js'
import type { Finding, ReportRace } from '../report/index.js'
import type { Scenario } from '../suite/index.js'
import { buildAsked, type Compared, exploreOptions } from './explore-suite.js'
import { type FindingContext, findingOf, lineMaps } from './findings.js'
import { whereOf } from './places.js'

interface Found {
  readonly scenario: Scenario
  readonly hazard: Hazard
}

/** What came of looking for the race of one kind of object on one side, in every scenario that could have it. */
interface Looked {
  readonly found: Found | null
  readonly executions: number
  readonly coverage: Coverage
}

/** Races on both sides alike, and findings for those on one side only. */
export interface Races {
  readonly same: readonly ReportRace[]
  readonly findings: readonly Finding[]
}

/**
 * Looks for the races of all that could race, under a memory model that knows of them, and stops at the first of
 * each kind of object. `context` has plain accesses as they are written.
 */
export function findRaces(compared: readonly Compared[], context: FindingContext): Races {
  const kinds = new Set(compared.flatMap(({ plain }) => [...plain.before, ...plain.after]))
  const same: ReportRace[] = []
  const findings: Finding[] = []
  for (const kind of kinds) {
    const before = look('before', kind, compared, context)
    const after = look('after', kind, compared, context)
    if (before.found !== null && after.found !== null) same.push(raceOf(after.found, context))
    else if (before.found !== null || after.found !== null) {
      findings.push(findingOf(differenceOf(kind, before, after, context.settings.model.name), context))
    }
  }
  return { same, findings }
}

function look(
  side: 'before' | 'after',
  kind: string,
  compared: readonly Compared[],
  context: FindingContext,
): Looked {
  const key = keyOf(kind)
  const ids = compared.filter(({ plain }) => plain[side].includes(kind)).map(({ scenario }) => scenario.id)
  const scenarios = context.planned.scenarios.filter(({ id }) => ids.includes(id))
  const { budget, loads } = context.settings
  const looked: { found: Looked['found']; executions: number; coverage: Coverage } = {
    found: null,
    executions: 0,
    coverage: { kind: 'exhaustive' },
  }
  for (const scenario of scenarios) {
    const built = buildAsked(scenario, context.sides[side], context.answers?.get(scenario.id))
    forEachExecution(built.program, exploreOptions(built, context.settings, loads ?? 'each'), (execution) => {
      looked.executions++
      const hazard = execution.hazards.find((one) => hazardKey(one) === key)
      if (hazard !== undefined) looked.found = { scenario, hazard }
      else if (looked.executions >= (budget.executions ?? Number.POSITIVE_INFINITY)) {
        looked.coverage = { kind: 'bounded', by: 'executions', limit: looked.executions }
      }
      return looked.found === null && looked.coverage.kind === 'exhaustive'
    })
    if (looked.found !== null) break
    if (budget.expired?.() === true) {
      looked.coverage = { kind: 'bounded', by: 'time', limit: budget.seconds ?? 0 }
    }
    if (looked.coverage.kind !== 'exhaustive') break
  }
  return looked
}

function keyOf(kind: string): string {
  return hazardKey({ kind: 'data race', object: kind })
}

function raceOf({ scenario, hazard }: Found, context: FindingContext): ReportRace {
  const { planned, settings } = context
  const { event, other = event } = hazard
  const names = [event, other].map(({ site }) => site?.function)
  const own = planned.functions.find(({ after }) => names.includes(after.implementation.name))
  const { changed } = (own ?? planned.functions[0] ?? noFunction()).match
  const lines = lineMaps(planned, 'after')
  const cell = (event.writes[0] ?? event.reads[0])?.cell.name ?? ''
  return {
    property: hazardKey(hazard),
    function: changed.name,
    path: changed.path,
    arch: planned.profile.name,
    model: settings.model.name,
    scenario: scenario.id,
    text: `${whereOf(other, lines)} and ${whereOf(event, lines)} access ${cell} with nothing to order them`,
  }
}

function noFunction(): never {
  throw new Error('a race without a function')
}

/** A race on one side: gone, or new, if the other side was looked at to the end. */
function differenceOf(kind: string, before: Looked, after: Looked, model: string): ModelDifference {
  const property = keyOf(kind)
  const side = after.found === null ? 'before' : 'after'
  const [withIt, without] = side === 'after' ? [after, before] : [before, after]
  const sure = without.coverage.kind === 'exhaustive'
  return {
    verdict: !sure ? 'inconclusive' : side === 'after' ? 'regressed' : 'fixed',
    kind: 'data race',
    property,
    topic: property,
    needsReload: false,
    anyLoads: false,
    scenarios: withIt.found === null ? [] : [withIt.found.scenario.id],
    summary: sure ? property : `${property}: a bound was reached on the side without it`,
    before: factOf(before),
    after: factOf(after),
    witness: { side, loads: 'each', shows: { kind: 'hazard', key: property } },
    notes: ['plain accesses taken as they are written'],
    model,
    elsewhere: [],
  }
}

function factOf({ found, executions, coverage }: Looked): ModelDifference['before'] {
  if (found !== null) {
    // One is enough: the search ends there.
    const stopped: Coverage = { kind: 'bounded', by: 'executions', limit: executions }
    return { holds: 'sometimes', count: 1, executions, coverage: stopped, value: 'possible' }
  }
  const sure = coverage.kind === 'exhaustive'
  const value = sure ? 'impossible' : 'not found'
  return { holds: sure ? 'never' : 'unknown', count: 0, executions, coverage, value }
}
