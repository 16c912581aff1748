/**
 * `kreplay run`, in numbered steps: 1 read, 2 find the patches, 3 match functions to implementations, 4 plan,
 * 5 explore both sides, 6 compare, 7 findings with witnesses, 8 the report.
 */
import { createRequire } from 'node:module'
import { type Diagnostic, sha256 } from '../base/index.js'
import { compare, type Difference } from '../compare/index.js'
import { MEMORY_MODELS, type MemoryModel } from '../explore/index.js'
import { changedFunctions, type FunctionMatch, matchFunctions } from '../match/index.js'
import { PRIMITIVES, simplification } from '../mm/index.js'
import type {
  Finding,
  Report,
  ReportFunction,
  ReportPatch,
  ReportSimplification,
  Summary,
  Verdict,
} from '../report/index.js'
import { PAGEWALK_SUITE } from '../suite/index.js'
import { exploreAll } from './explore-all.js'
import { changedIn, type ExploreSettings, type Reached, type Sides, sidesOf } from './explore-suite.js'
import { findingOf } from './findings.js'
import type { Catch } from './hunt.js'
import { type Library, libraryWith } from './library.js'
import { type PlannedSuite, planPatch } from './plan.js'
import { coverage, notRunFindings, reportFunctions, reportPatch } from './report-parts.js'
import { type TakenIn, type TakenPatch, takeIn } from './take-in.js'
import type { RunControl, RunRequest, RunResult } from './types.js'
import { unknownFunctions, unknownNames } from './unknown-names.js'

const VERSION: string = createRequire(import.meta.url)('../../package.json').version

/** Replays what the inputs hold and reports what changed in behaviour. Never throws on bad input. */
export async function runThread(request: RunRequest, control: RunControl = {}): Promise<RunResult> {
  return new ThreadRun(request, control, true).run()
}

/** Reads and matches, without exploring: the report has no findings. */
export async function parseThread(request: RunRequest, control: RunControl = {}): Promise<RunResult> {
  return new ThreadRun(request, control, false).run()
}

/** The memory models a request names; unknown names are left to the caller to diagnose. */
export function modelsOf(request: RunRequest): MemoryModel[] {
  const wanted = request.model ?? ['sc']
  return MEMORY_MODELS.filter(({ name }) => wanted.includes(name))
}

/** One run: it has a life, can be interrupted, and then reports what it has. */
class ThreadRun {
  readonly #request: RunRequest
  readonly #control: RunControl
  readonly #explores: boolean
  readonly #library: Library
  readonly #patches: ReportPatch[] = []
  readonly #functions: ReportFunction[] = []
  readonly #findings: Finding[] = []
  readonly #diagnostics: Diagnostic[] = []
  readonly #scopes = new Set<string>()
  readonly #archs = new Set<string>()
  readonly #changedNames = new Set<string>()
  readonly #ids = new Map<string, number>()
  #replayed = false
  #interrupted = false

  constructor(request: RunRequest, control: RunControl, explores: boolean) {
    this.#request = request
    this.#control = control
    this.#explores = explores
    this.#library = libraryWith(request.plugins)
  }

  async run(): Promise<RunResult> {
    this.#progress('read', 0, 0, '')
    const taken = await takeIn(this.#request)
    for (const one of taken.diagnostics) this.#diagnostics.push(one)
    this.#diagnostics.push(...unknownNames(this.#request, this.#library))
    for (const [i, patch] of taken.patches.entries()) {
      this.#progress('match', i, taken.patches.length, patch.message.subject)
      this.#patches.push(reportPatch(patch))
      await this.#runPatch(patch)
    }
    if (taken.patches.length > 0)
      this.#diagnostics.push(...unknownFunctions(this.#request, this.#changedNames))
    return {
      report: this.#report(taken),
      read: taken.read,
      hasPatch: taken.patches.length > 0,
      replayed: this.#replayed,
    }
  }

  async #runPatch(taken: TakenPatch): Promise<void> {
    const wanted = this.#request.functions
    const all = changedFunctions(taken.patch.files)
    for (const { name } of all) this.#changedNames.add(name)
    const changed = all.filter(({ name }) => wanted === undefined || wanted.includes(name))
    const { matches, diagnostics } = matchFunctions(changed, { ...this.#library, ...this.#request })
    this.#diagnostics.push(...diagnostics)
    const reached: Reached = new Map()
    if (this.#explores) await this.#explorePatch(taken, matches, reached)
    this.#functions.push(...reportFunctions(taken, matches, reached))
  }

  async #explorePatch(taken: TakenPatch, matches: readonly FunctionMatch[], reached: Reached): Promise<void> {
    const { suites, notRun } = planPatch(matches, taken.patch.files, this.#request)
    const models = modelsOf(this.#request)
    const arch = suites[0]?.profile.name ?? ''
    for (const finding of notRunFindings(taken, notRun, arch, models[0]?.name ?? '')) this.#add(finding)
    for (const planned of suites) {
      this.#archs.add(planned.profile.name)
      for (const model of models) await this.#exploreSuite(taken, planned, model, reached)
    }
  }

  async #exploreSuite(
    taken: TakenPatch,
    planned: PlannedSuite,
    model: MemoryModel,
    reached: Reached,
  ): Promise<void> {
    const settings = this.#settings(model)
    const changed = changedIn(planned)
    const sides = sidesOf(changed, this.#library.registry)
    const { scenarios } = planned
    for (const { scope } of scenarios) this.#scopes.add(scope)
    const comparisons = await exploreAll({
      changed,
      sides,
      scenarios,
      settings,
      reached,
      canShare: (this.#request.plugins ?? []).length === 0,
      stopped: () => this.#stopped(),
      onProgress: (done, scenario) => this.#progress('explore', done, scenarios.length, scenario.id),
    })
    this.#replayed ||= comparisons.length > 0
    const context = {
      blamed: new Map(),
      planned,
      sides,
      settings,
      config: this.#request.config ?? {},
      commandArguments: onePatch(this.#request.commandArguments ?? [], taken.index),
    }
    const caught = await this.#hunt(planned, sides, model)
    const differences = compare(comparisons, planned.suite.properties)
    for (const [i, difference] of differences.entries()) {
      this.#progress('compare', i, differences.length, difference.summary)
      const finding = settle(findingOf(difference, context), difference, planned, reached, this.#interrupted)
      this.#add(caught === null ? finding : outhunted(finding, caught))
    }
  }

  /** Random worlds beyond the scenarios, if asked for; the smallest in which the sides differ is said. */
  async #hunt(planned: PlannedSuite, sides: Sides, model: MemoryModel): Promise<Catch | null> {
    const { hunt: runs = 0, seed = 0 } = this.#request
    if (runs === 0 || planned.suite !== PAGEWALK_SUITE || this.#stopped()) return null
    // fast-check is only loaded when it is needed.
    const { hunt } = await import('./hunt.js')
    const caught = hunt({ ...sides, model, arch: planned.profile.name, runs, seed })
    this.#diagnostics.push({
      severity: 'note',
      code: 'hunt',
      message:
        caught === null
          ? `${runs} random worlds on ${planned.profile.name} (seed ${seed}): before and after never differ`
          : `in the smallest random world found (seed ${seed}) before and after differ in ${caught.difference}: ${JSON.stringify(caught.spec)}`,
    })
    return caught
  }

  /** Keeps a finding; one of another patch, or of another variant of the function, gets an id of its own. */
  #add(finding: Finding): void {
    const { id } = finding
    const known = this.#ids.get(id) ?? 0
    this.#ids.set(id, known + 1)
    this.#findings.push(known === 0 ? finding : { ...finding, id: sha256(`${id}\0${known}`).slice(0, 12) })
  }

  #settings(model: MemoryModel): ExploreSettings {
    const { budget } = this.#request
    const { now } = this.#control
    const start = now?.() ?? 0
    const seconds = budget?.seconds ?? 0
    return {
      registry: this.#library.registry,
      model,
      loads: this.#request.loads ?? null,
      budget: {
        ...(budget?.executions === undefined ? {} : { executions: budget.executions }),
        seconds,
        expired: () =>
          this.#control.interrupted?.() === true ||
          (seconds > 0 && now !== undefined && now() - start > seconds * 1000),
      },
    }
  }

  #stopped(): boolean {
    if (this.#control.interrupted?.() === true) this.#interrupted = true
    return this.#interrupted
  }

  #progress(
    phase: 'read' | 'match' | 'explore' | 'compare',
    done: number,
    total: number,
    label: string,
  ): void {
    this.#control.onProgress?.({ phase, done, total, label })
  }

  #report(taken: TakenIn): Report {
    const { loads, config, seed } = this.#request
    return {
      schemaVersion: 1,
      tool: { name: 'kreplay', version: VERSION },
      ...(this.#interrupted ? { incomplete: true } : {}),
      source: taken.source,
      options: {
        arch: [...this.#archs],
        model: modelsOf(this.#request).map(({ name }) => name),
        tree: null,
        config: config ?? {},
        seed: seed ?? 0,
        scope: [...this.#scopes].join('; '),
        loads: loads === undefined ? ['each', 'merged'] : [loads === 'once' ? 'merged' : 'each'],
      },
      patches: this.#patches,
      functions: this.#functions,
      findings: this.#findings,
      summary: summaryOf(this.#findings),
      diagnostics: this.#diagnostics,
      simplifications: simplificationsOn(this.#findings),
    }
  }
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
  const unreached = planned.functions.filter(({ match }) => {
    const lines = coverage(match, reached)
    return lines.executable !== undefined && lines.reached !== lines.executable
  })
  if (unreached.length > 0) {
    const names = unreached.map(({ match }) => match.changed.name).join(', ')
    return {
      ...finding,
      verdict: 'inconclusive',
      summary: `${finding.summary}; a changed line of ${names} was never reached`,
    }
  }
  if (difference.property !== 'behaviour') return finding
  const moves = planned.functions.every(({ match }) =>
    match.changed.change.every((change) => change === 'moved' || change === 'renamed'),
  )
  if (!moves) return finding
  const renamed = planned.functions.some(({ match }) => match.changed.change.includes('renamed'))
  const what = renamed ? 'pure move and rename' : 'pure move'
  return { ...finding, kind: 'move', summary: `${what}: ${finding.summary}` }
}

/** Arguments that read the same input and of a series this patch alone. */
function onePatch(words: readonly string[], index: number | null): readonly string[] {
  if (index === null) return words
  const others = words.filter((word, i) => word !== '--patch' && words[i - 1] !== '--patch')
  return ['--patch', String(index), ...others]
}

/** A world nobody wrote down in which the sides differ: nothing may be called the same any more. */
function outhunted(finding: Finding, { difference }: Catch): Finding {
  if (finding.verdict !== 'same' || finding.property !== 'behaviour') return finding
  return {
    ...finding,
    verdict: 'inconclusive',
    summary: `${finding.summary}; but a random world differs in ${difference}`,
  }
}

function summaryOf(findings: readonly Finding[]): Summary {
  const counts: Record<Verdict, number> = {
    regressed: 0,
    changed: 0,
    inconclusive: 0,
    unmapped: 0,
    fixed: 0,
    same: 0,
    'pre-existing': 0,
  }
  for (const { verdict } of findings) counts[verdict]++
  return counts
}

/** Simplifications of the primitives that the witnesses ran through, and of the sizes that were explored. */
function simplificationsOn(findings: readonly Finding[]): ReportSimplification[] {
  const names = new Set(findings.flatMap(({ witness }) => witness?.steps.map((step) => step.function) ?? []))
  const ids = Object.values(PRIMITIVES)
    .filter(({ name }) => names.has(name))
    .flatMap(({ simplifications }) => simplifications)
  return [...new Set(ids)].sort().map(simplification)
}
