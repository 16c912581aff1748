/**
 * `kreplay run`, in numbered steps: 1 read, 2 find the patches, 3 match functions to implementations, 4 plan,
 * 5 explore both sides, 6 compare, 7 findings with witnesses, 8 the report.
 */
import { createRequire } from 'node:module'
import { type Diagnostic, sha256 } from '../base/index.js'
import type { FunctionMatch } from '../match/index.js'
import { PRIMITIVES, simplification } from '../mm/index.js'
import type {
  Finding,
  NeededPart,
  Report,
  ReportDiscussion,
  ReportFunction,
  ReportPatch,
  ReportRace,
  ReportSimplification,
  Summary,
  Verdict,
} from '../report/index.js'
import type { KernelTree } from '../tree/index.js'
import { checkClaims } from './claims.js'
import { Crew } from './crew.js'
import { discuss } from './discuss.js'
import { type Library, libraryWith } from './library.js'
import { Lifter } from './lifter.js'
import { matchPatch } from './match-patch.js'
import { modelsNamed } from './models.js'
import { type PlannedSuite, planPatch } from './plan.js'
import { PremiseLookUp } from './premise-look-up.js'
import { notRunFindings, reportFunctions, reportPatch } from './report-parts.js'
import { runSuite } from './run-suite.js'
import { type TakenIn, type TakenPatch, takeIn } from './take-in.js'
import type { Progress, RunControl, RunRequest, RunResult } from './types.js'
import { unknownFunctions, unknownNames } from './unknown-names.js'
import type { Reached } from './watch.js'

const VERSION: string = createRequire(import.meta.url)('../../package.json').version

/** Replays what the inputs hold and reports what changed in behaviour. Never throws on bad input. */
export async function runThread(request: RunRequest, control: RunControl = {}): Promise<RunResult> {
  return new ThreadRun(request, control, true).run()
}

/** Reads and matches, without exploring: the report has no findings. */
export async function parseThread(request: RunRequest, control: RunControl = {}): Promise<RunResult> {
  return new ThreadRun(request, control, false).run()
}

/** One run: it has a life, can be interrupted, and then reports what it has. */
class ThreadRun {
  readonly #request: RunRequest
  readonly #control: RunControl
  readonly #explores: boolean
  readonly #library: Library
  readonly #crew = new Crew()
  readonly #patches: ReportPatch[] = []
  readonly #functions: ReportFunction[] = []
  readonly #findings: Finding[] = []
  readonly #diagnostics: Diagnostic[] = []
  readonly #scopes = new Set<string>()
  readonly #archs = new Set<string>()
  readonly #models = new Set<string>()
  readonly #races: ReportRace[] = []
  readonly #needed: NeededPart[] = []
  readonly #changedNames = new Set<string>()
  readonly #ids = new Map<string, number>()
  /** Null without a tree. */
  #tree: KernelTree | null = null
  /** Lifts out of the tree as it was before a patch, by the commit; `''` for the tree as it was named. */
  readonly #lifters = new Map<string, Lifter>()
  /** Trees of other commits, to be closed. */
  readonly #opened: KernelTree[] = []
  #premises: PremiseLookUp | null = null
  #replayed = false
  #discussion: ReportDiscussion | null = null
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
    try {
      return await this.#replay(taken)
    } finally {
      for (const tree of [taken.tree, ...this.#opened]) tree?.close()
    }
  }

  async #replay(taken: TakenIn): Promise<RunResult> {
    for (const one of taken.diagnostics) this.#diagnostics.push(one)
    if (taken.tree !== null) {
      this.#premises = new PremiseLookUp(taken.tree, taken.patches)
      this.#tree = taken.tree
    }
    this.#diagnostics.push(...unknownNames(this.#request, this.#library))
    try {
      for (const [i, patch] of taken.patches.entries()) {
        this.#progress('match', i, taken.patches.length, patch.message.subject)
        const before = { findings: this.#findings.length, functions: this.#functions.length }
        await this.#runPatch(patch)
        const claims = this.#claimsOf(patch, before)
        const summary = this.#explores ? { summary: summaryOf(this.#findings.slice(before.findings)) } : {}
        this.#patches.push({ ...summary, ...reportPatch(patch), ...claims })
      }
    } finally {
      this.#crew.close()
    }
    this.#diagnostics.push(...(this.#premises?.diagnostics ?? []))
    for (const lifter of this.#lifters.values()) this.#diagnostics.push(...lifter.diagnostics)
    if (taken.patches.length > 0)
      this.#diagnostics.push(...unknownFunctions(this.#request, this.#changedNames))
    if (taken.patches.length === 0 && this.#request.discuss === true && this.#explores)
      await this.#discuss(taken)
    return {
      report: this.#report(taken),
      read: taken.read,
      hasPatch: taken.patches.length > 0,
      replayed: this.#replayed,
      ...(this.#discussion === null ? {} : { discussed: this.#discussion.shown.length > 0 }),
    }
  }

  async #discuss({ messages }: TakenIn): Promise<void> {
    const { discussion, diagnostics } = await discuss({
      messages,
      request: this.#request,
      library: this.#library,
      tree: this.#tree,
      control: { ...this.#control, interrupted: () => this.#stopped() },
    })
    this.#discussion = discussion
    this.#diagnostics.push(...diagnostics)
    for (const { arch, model } of discussion.shown) {
      this.#archs.add(arch)
      this.#models.add(model)
    }
  }

  async #runPatch(taken: TakenPatch): Promise<void> {
    const { matches, changed, diagnostics } = await matchPatch(
      taken,
      this.#library,
      this.#request,
      await this.#lifterFor(taken),
      this.#explores,
    )
    for (const name of changed) this.#changedNames.add(name)
    this.#diagnostics.push(...diagnostics)
    const reached: Reached = new Map()
    if (this.#explores) await this.#explorePatch(taken, matches, reached)
    this.#functions.push(...reportFunctions(taken, matches, reached))
  }

  /** What became of the patch's claims. An interrupted run says nothing of them. */
  #claimsOf(
    patch: TakenPatch,
    from: { readonly findings: number; readonly functions: number },
  ): Pick<ReportPatch, 'claims'> {
    if (!this.#explores || this.#interrupted) return {}
    const found = this.#findings.slice(from.findings)
    const { claims, findings } = checkClaims(patch, found, this.#functions.slice(from.functions))
    for (const finding of findings) this.#add(finding)
    return claims.length === 0 ? {} : { claims }
  }

  async #lifterFor({ base = '' }: TakenPatch): Promise<Lifter | null> {
    if (this.#tree === null) return null
    const known = this.#lifters.get(base)
    if (known !== undefined) return known
    const tree = base === '' ? null : await this.#tree.at(base)
    if (tree?.ok === false) this.#diagnostics.push(tree.error)
    if (tree?.ok === true && tree.value !== null) this.#opened.push(tree.value)
    const lifter = new Lifter((tree?.ok === true ? tree.value : null) ?? this.#tree)
    this.#lifters.set(base, lifter)
    return lifter
  }

  async #explorePatch(taken: TakenPatch, matches: readonly FunctionMatch[], reached: Reached): Promise<void> {
    const request = this.#request
    const { suites, notRun } = planPatch(matches, taken.patch.files, request)
    const arch = suites[0]?.profile.name ?? ''
    const [model] = suites[0]?.models.map((planned) => planned.model) ?? modelsNamed(request.model ?? ['sc'])
    for (const finding of notRunFindings(taken, notRun, arch, model?.name ?? '')) this.#add(finding)
    for (const planned of suites) {
      this.#archs.add(planned.profile.name)
      for (const { scope } of planned.scenarios) this.#scopes.add(scope)
      for (const { model: used } of planned.models) this.#models.add(used.name)
      const result = await runSuite({
        planned,
        request,
        control: this.#control,
        registry: this.#library.registry,
        crew: this.#crew,
        reached,
        commandArguments: onePatch(request.commandArguments ?? [], taken.index),
        stopped: () => this.#stopped(),
        progress: (phase, done, total, label) => this.#progress(phase, done, total, label),
      }).catch((error: unknown) => {
        // What the other suites show stands.
        const why = `this is a bug in kreplay: ${error instanceof Error ? error.message : String(error)}`
        this.#diagnostics.push(bugIn(planned, error))
        const cut = planned.functions.map(({ match }) => ({ match, verdict: 'inconclusive' as const, why }))
        const findings = notRunFindings(taken, cut, planned.profile.name, model?.name ?? '')
        return { replayed: true, findings, races: [], needed: [], diagnostics: [] }
      })
      this.#replayed ||= result.replayed
      const findings = (await this.#premises?.apply(result.findings, planned.suite)) ?? result.findings
      for (const finding of findings) this.#add(finding)
      this.#races.push(...result.races)
      this.#needed.push(...result.needed)
      this.#diagnostics.push(...result.diagnostics)
    }
  }

  /** Keeps a finding; one of another patch, or of another variant of the function, gets an id of its own. */
  #add(finding: Finding): void {
    const { id } = finding
    const known = this.#ids.get(id) ?? 0
    this.#ids.set(id, known + 1)
    this.#findings.push(known === 0 ? finding : { ...finding, id: sha256(`${id}\0${known}`).slice(0, 12) })
  }

  #stopped(): boolean {
    if (this.#control.interrupted?.() === true) this.#interrupted = true
    return this.#interrupted
  }

  #progress(phase: Progress['phase'], done: number, total: number, label: string): void {
    this.#control.onProgress?.({ phase, done, total, label })
  }

  #report(taken: TakenIn): Report {
    const { loads, config, seed, plain } = this.#request
    // Where nothing was explored, what would have been.
    const names = this.#models.size > 0 ? [...this.#models] : (this.#request.model ?? ['sc'])
    const models = modelsNamed(names)
    return {
      schemaVersion: 1,
      tool: { name: 'kreplay', version: VERSION },
      ...(this.#interrupted ? { incomplete: true } : {}),
      source: taken.source,
      options: {
        arch: [...this.#archs],
        model: models.map(({ name }) => name),
        tree: treeText(taken),
        config: config ?? {},
        seed: seed ?? 0,
        scope: [...this.#scopes].join('; '),
        loads: loads === undefined ? ['each', 'merged'] : [loads === 'once' ? 'merged' : 'each'],
        ...(models.some(({ marks }) => marks) ? { plain: plain ?? 'once' } : {}),
      },
      patches: this.#patches,
      functions: this.#functions,
      findings: this.#findings,
      summary: summaryOf(this.#findings),
      diagnostics: this.#diagnostics,
      ...(this.#races.length === 0 ? {} : { races: this.#races }),
      ...(this.#needed.length === 0 ? {} : { needed: this.#needed }),
      ...(this.#discussion === null ? {} : { discussion: this.#discussion }),
      simplifications: simplificationsOn(this.#findings),
    }
  }
}

/** The tree's name, with its commit where it has one. */
function treeText({ tree }: TakenIn): string | null {
  if (tree === null) return null
  const { name, revision } = tree.describe()
  return revision === null ? name : `${name} at ${revision.slice(0, 12)}`
}

/** What is said of a suite that could not be run to its end, with the place in kreplay for who mends it. */
function bugIn({ suite, functions }: PlannedSuite, error: unknown): Diagnostic {
  const names = functions.map(({ match }) => match.changed.name).join(', ')
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    severity: 'error',
    code: 'bug',
    message: `this is a bug in kreplay: the suite ${suite.name} of ${names} ended in an error; what else was run stands\n${stack}`,
  }
}

/** Arguments that read the same input and of a series this patch alone. */
function onePatch(words: readonly string[], index: number | null): readonly string[] {
  if (index === null) return words
  const others = words.filter((word, i) => word !== '--patch' && words[i - 1] !== '--patch')
  return ['--patch', String(index), ...others]
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
