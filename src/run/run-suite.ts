/** Steps 5 to 7 of a run, for one planned suite: explore both sides under each model, compare, make findings. */
import type { Diagnostic } from '../base/index.js'
import { compareModels, type Difference, type ModelDifference } from '../compare/index.js'
import type { MemoryModel } from '../explore/index.js'
import type { Registry } from '../reimpl/index.js'
import type { Finding, NeededPart, ReportRace } from '../report/index.js'
import { PAGEWALK_SUITE } from '../suite/index.js'
import { changedCoverage } from './changed-coverage.js'
import type { Crew } from './crew.js'
import { type Explored, exploreAll } from './explore-all.js'
import { type Answers, changedIn, type ExploreSettings, type Sides, sidesOf } from './explore-suite.js'
import { compareFidelity } from './fidelity.js'
import { type FindingContext, findingOf } from './findings.js'
import type { Catch } from './hunt.js'
import { libraryWith } from './library.js'
import { isLockless } from './models.js'
import { neededParts } from './needed.js'
import type { PlannedSuite } from './plan.js'
import { findRaces } from './races.js'
import { shareTime } from './share-time.js'
import type { Progress, RunControl, RunRequest } from './types.js'
import type { Reached } from './watch.js'

/** A planned suite, and what running it takes. */
export interface SuiteRequest {
  readonly planned: PlannedSuite
  readonly request: RunRequest
  readonly control: RunControl
  readonly registry: Registry
  readonly crew: Crew
  readonly reached: Reached
  /** Arguments that read the same input, for the lines that replay a witness. */
  readonly commandArguments: readonly string[]
  /** True once the run is to end. */
  readonly stopped: () => boolean
  readonly progress: (phase: Progress['phase'], done: number, total: number, label: string) => void
}

export interface SuiteResult {
  readonly findings: readonly Finding[]
  readonly races: readonly ReportRace[]
  readonly needed: readonly NeededPart[]
  readonly diagnostics: readonly Diagnostic[]
  /** Something was explored. */
  readonly replayed: boolean
}

/** What exploring and comparing share. */
interface Setting {
  readonly sides: Sides
  readonly settings: Omit<ExploreSettings, 'model'>
  /** Answers that questions can have on either side, by scenario. */
  readonly answers: ReadonlyMap<string, Answers>
}

export async function runSuite(suiteRequest: SuiteRequest): Promise<SuiteResult> {
  const { planned, registry } = suiteRequest
  const unasked = { sides: sidesOf(changedIn(planned), registry), settings: settingsOf(suiteRequest) }
  const explored = await exploreModels(suiteRequest, unasked)
  const answers = new Map(explored.map(({ scenario, compared }) => [scenario.id, compared.answers]))
  const setting: Setting = { ...unasked, answers }
  setting.settings.budget.renew?.()
  const caught = await huntModels(suiteRequest, setting)
  const findings = [...findingsOf(explored, caught, suiteRequest, setting)]
  const races: ReportRace[] = []
  for (const { model } of planned.models) {
    // As they are written is what everything was taken as already.
    if (!model.marks || suiteRequest.request.plain === 'as-written') continue
    const { same, findings: others } = findRaces(
      under(model, explored),
      contextOf(suiteRequest, setting, model, 'as-written'),
    )
    races.push(...same)
    findings.push(...others)
  }
  const [first] = planned.models
  const fidelity =
    first === undefined || suiteRequest.stopped()
      ? []
      : await compareFidelity({
          planned,
          registry,
          model: first.model,
          settings: setting.settings,
          reached: suiteRequest.reached,
          stopped: suiteRequest.stopped,
        })
  return {
    findings,
    races,
    needed:
      isLockless(planned.suite) && !suiteRequest.stopped()
        ? neededParts({
            planned,
            explored,
            after: setting.sides.after,
            settings: setting.settings,
            config: suiteRequest.request.config ?? {},
          })
        : [],
    diagnostics: [...caught.map(({ diagnostic }) => diagnostic), ...fidelity],
    replayed: explored.length > 0,
  }
}

/** Executions of a scenario of a suite that was made for a function, unless another bound is asked for. */
const EXECUTIONS_OF_LIFTED = 1000

/** Events of all of them together, so that loops over what is not known do not take all the time there is. */
const EVENTS_OF_LIFTED = 100_000

function settingsOf({ planned, request, control, registry }: SuiteRequest): Setting['settings'] {
  const { budget, plain } = request
  const seconds = budget?.seconds ?? 0
  const executions = budget?.executions ?? (isLifted(planned) ? EXECUTIONS_OF_LIFTED : undefined)
  return {
    registry,
    loads: request.loads ?? null,
    ...(plain === undefined ? {} : { plain }),
    lockless: isLockless(planned.suite),
    budget: {
      ...(executions === undefined ? {} : { executions }),
      ...(budget === undefined && isLifted(planned) ? { events: EVENTS_OF_LIFTED } : {}),
      ...shareTime(seconds, control),
    },
  }
}

function exploreModels(
  suiteRequest: SuiteRequest,
  { sides, settings }: Pick<Setting, 'sides' | 'settings'>,
): Promise<Explored[]> {
  const { planned, request, crew, reached, stopped, progress } = suiteRequest
  const tasks = planned.models.flatMap(({ model, scenarios }) =>
    scenarios.map((scenario) => ({ scenario, model })),
  )
  return exploreAll({
    changed: changedIn(planned),
    sides,
    tasks,
    settings,
    reached,
    crew: (request.plugins ?? []).length === 0 && travels(planned) ? crew : null,
    stopped,
    onProgress: (done, { scenario }) => progress('explore', done, tasks.length, scenario.id),
  })
}

/** A suite that was made for a function is in this thread only. */
function travels({ suite }: PlannedSuite): boolean {
  return libraryWith().suites.some(({ name }) => name === suite.name)
}

function isLifted({ functions }: PlannedSuite): boolean {
  return functions.some(({ match }) => match.lifted !== undefined)
}

function under(model: MemoryModel, explored: readonly Explored[]) {
  return explored.filter((one) => one.model === model).map(({ compared }) => compared)
}

function contextOf(
  { planned, request, commandArguments }: SuiteRequest,
  { sides, settings, answers }: Setting,
  model: MemoryModel,
  plain?: ExploreSettings['plain'],
): FindingContext {
  return {
    blamed: new Map(),
    planned,
    sides,
    answers,
    settings: { ...settings, model, ...(plain === undefined ? {} : { plain }) },
    config: request.config ?? {},
    commandArguments,
  }
}

function* findingsOf(
  explored: readonly Explored[],
  caught: readonly Hunted[],
  suiteRequest: SuiteRequest,
  setting: Setting,
): Generator<Finding> {
  const { planned, reached, stopped, progress } = suiteRequest
  const contexts = new Map(
    planned.models.map(({ model }) => [model.name, contextOf(suiteRequest, setting, model)]),
  )
  const differences = compareModels(
    planned.models.map(({ model }) => ({ model: model.name, comparisons: under(model, explored) })),
    planned.suite.properties,
  )
  const interrupted = stopped()
  for (const [i, difference] of differences.entries()) {
    progress('compare', i, differences.length, difference.summary)
    const context = contexts.get(difference.model)
    if (context === undefined) continue
    const found = withEnded(findingOf(difference, context), difference, explored)
    const finding = settle(found, difference, planned, reached, interrupted)
    const caughtHere = caught.find(({ model }) => model === difference.model)
    yield outhunted(finding, caughtHere?.found ?? null)
  }
}

// ---- hunting -------------------------------------------------------------------------------------------

interface Hunted {
  readonly model: string
  readonly found: Catch | null
  readonly diagnostic: Diagnostic
}

/** Random worlds beyond the scenarios, if asked for; the smallest in which the sides differ is said. */
async function huntModels(
  { planned, request, stopped }: SuiteRequest,
  { sides }: Setting,
): Promise<readonly Hunted[]> {
  const { hunt: runs = 0, seed = 0 } = request
  if (runs === 0 || planned.suite !== PAGEWALK_SUITE || stopped()) return []
  // fast-check is only loaded when it is needed.
  const { hunt } = await import('./hunt.js')
  const arch = planned.profile.name
  return planned.models.map(({ model }) => {
    const found = hunt({ ...sides, model, arch, runs, seed })
    const where = planned.models.length > 1 ? `${arch} under ${model.name}` : arch
    const message =
      found === null
        ? `${runs} random worlds on ${where} (seed ${seed}): before and after never differ`
        : `in the smallest random world found (seed ${seed}) before and after differ in ${found.difference}: ${JSON.stringify(found.spec)}`
    return { model: model.name, found, diagnostic: { severity: 'note', code: 'hunt', message } }
  })
}

// ---- what may be said ----------------------------------------------------------------------------------

/** Says of what was compared how often an execution ended early, as both sides are the same from there on. */
function withEnded(finding: Finding, difference: ModelDifference, explored: readonly Explored[]): Finding {
  if (difference.property !== 'behaviour') return finding
  const own = explored.filter(
    ({ scenario, model }) => model.name === difference.model && difference.scenarios.includes(scenario.id),
  )
  const count = (side: 'before' | 'after'): number =>
    own.reduce((sum, { compared }) => sum + compared[side].each.blocked, 0)
  const [before, after] = [count('before'), count('after')]
  if (before + after === 0) return finding
  const note = `executions that ended where both sides are the same code from there on, or on an assumption: ${before} before, ${after} after`
  return { ...finding, notes: [...(finding.notes ?? []), note] }
}

/**
 * The finding as it may stand: `same` only if every executable changed line was reached and nothing was
 * interrupted; a name-only match makes everything inconclusive; a pure move says so.
 */
function settle(
  finding: Finding,
  difference: Difference,
  planned: PlannedSuite,
  reached: Reached,
  interrupted: boolean,
): Finding {
  const byName = planned.functions.some(({ before, after }) => before.by === 'name' || after.by === 'name')
  if (byName && finding.verdict !== 'pre-existing') {
    return { ...finding, verdict: 'inconclusive', summary: `${finding.summary}; by a name-only match` }
  }
  if (interrupted && (finding.verdict === 'same' || finding.verdict === 'fixed')) {
    return { ...finding, verdict: 'inconclusive', summary: `${finding.summary}; interrupted` }
  }
  if (finding.verdict !== 'same') return finding
  const covered = planned.functions.map(({ match }) => ({ match, ...changedCoverage(match, reached) }))
  const isSame = covered.every(({ match }) => match.lifted?.isSame === true)
  const unreached = isSame ? [] : covered.filter((lines) => lines.reached !== lines.executable)
  if (unreached.length > 0) {
    const names = unreached.map(({ match }) => match.changed.name).join(', ')
    return {
      ...finding,
      verdict: 'inconclusive',
      summary: `${finding.summary}; a changed line of ${names} was never reached`,
    }
  }
  const absent = covered.filter(({ lines }) => lines?.some(({ state }) => state === 'left-out'))
  if (absent.length > 0) {
    const names = absent.map(({ match }) => match.changed.name).join(', ')
    return {
      ...finding,
      verdict: 'inconclusive',
      summary: `${finding.summary}; a changed line of ${names} yields no code under this configuration`,
    }
  }
  if (difference.property !== 'behaviour') return finding
  if (isSame) {
    const summary = `${finding.summary}: the same instructions on both sides, under this configuration`
    return { ...finding, summary }
  }
  const moves = planned.functions.every(({ match }) =>
    match.changed.change.every((change) => change === 'moved' || change === 'renamed'),
  )
  if (!moves) return finding
  const renamed = planned.functions.some(({ match }) => match.changed.change.includes('renamed'))
  const what = renamed ? 'pure move and rename' : 'pure move'
  return { ...finding, kind: 'move', summary: `${what}: ${finding.summary}` }
}

/** A world nobody wrote down in which the sides differ: nothing may be called the same any more. */
function outhunted(finding: Finding, caught: Catch | null): Finding {
  if (caught === null || finding.verdict !== 'same' || finding.property !== 'behaviour') return finding
  return {
    ...finding,
    verdict: 'inconclusive',
    summary: `${finding.summary}; but a random world differs in ${caught.difference}`,
  }
}
