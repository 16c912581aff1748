/**
 * `kreplay ablate`: a function's conditions, barriers, lock pairs and statements, one at a time left out of its
 * lifted C, and which scenario notices. Nothing is called needed without an execution that shows it, and nothing
 * unneeded unless every execution was looked at.
 */
import { setImmediate } from 'node:timers/promises'
import { fail, ok, type Result } from '../base/index.js'
import { findWitness, formatSchedule, replay } from '../explore/index.js'
import { type Removal, removalsOf } from '../lift/index.js'
import { quoteWord } from '../report/index.js'
import { type Subject, subjectsOf } from './ablate-subjects.js'
import type {
  AblatedFunction,
  AblatedPart,
  AblatedUnder,
  AblateRequest,
  AblateStepRequest,
  Ablation,
  AblationWitness,
} from './ablate-types.js'
import { exploreOptions, sidesOf } from './explore-suite.js'
import { doesShow } from './findings.js'
import { libraryWith } from './library.js'
import { modelsNamed } from './models.js'
import { Teller, type Told } from './tell-apart.js'
import { stepsOf } from './trace.js'
import type { RunControl, Walkthrough } from './types.js'
import { unknownModel } from './unknown-names.js'

/** Executions of one scenario without a part: the function may then never end. */
const MOST_EXECUTIONS = 2_000

/** Takes every part out in turn. Fails where there is nothing to take parts out of. */
export async function ablate(request: AblateRequest, control: RunControl = {}): Promise<Result<Ablation>> {
  const found = await subjectsOf(request)
  if (!found.ok) return found
  const { target, subjects, diagnostics } = found.value
  const functions: AblatedFunction[] = []
  const known = subjects.flatMap((subject) =>
    removalsOf(subject.variants.definition).map((one) => idOf(subject, one)),
  )
  const unknown = (request.parts ?? []).find((part) => !known.includes(part))
  if (unknown !== undefined) return fail(unknownPart(unknown, known))
  let incomplete = false
  for (const subject of subjects) {
    const removals = wanted(subject, request)
    if (request.parts !== undefined && removals.length === 0) continue
    const parts: AblatedPart[] = []
    const clock = { start: 0 }
    const teller = tellerFor(subject, request, control, clock)
    for (const [i, removal] of removals.entries()) {
      await setImmediate()
      incomplete ||= control.interrupted?.() === true
      if (incomplete) break
      control.onProgress?.({
        phase: 'explore',
        done: i,
        total: removals.length,
        label: idOf(subject, removal),
      })
      clock.start = control.now?.() ?? 0
      parts.push(partOf(removal, subject, teller, request))
    }
    functions.push({ ...headOf(subject), parts })
  }
  return ok({
    schemaVersion: 1,
    target,
    tree: request.tree?.name ?? '',
    ...(incomplete ? { incomplete } : {}),
    functions,
    diagnostics,
  })
}

function headOf({ variants, profile, suites }: Subject): Omit<AblatedFunction, 'parts'> {
  const scenarios = suites.flatMap(({ models }) => models.flatMap((planned) => planned.scenarios))
  return {
    name: variants.name,
    path: variants.path,
    arch: profile.name,
    suites: suites.map(({ suite }) => suite.name),
    models: [...new Set(suites.flatMap(({ models }) => models.map(({ model }) => model.name)))],
    scenarios: new Set(scenarios.map(({ id }) => id)).size,
  }
}

function idOf({ variants }: Subject, { id }: Removal): string {
  return `${variants.name}:${id}`
}

function wanted(subject: Subject, { parts }: AblateRequest): readonly Removal[] {
  return removalsOf(subject.variants.definition).filter(
    (removal) => parts === undefined || parts.includes(idOf(subject, removal)),
  )
}

function tellerFor(
  { variants, suites, others }: Subject,
  request: AblateRequest,
  control: RunControl,
  clock: { readonly start: number },
): Teller {
  const { budget, plain, loads, plugins } = request
  const { now } = control
  const seconds = budget?.seconds ?? 0
  return new Teller({
    suites,
    registry: libraryWith(plugins).registry,
    right: variants.right,
    others,
    settings: {
      loads: loads ?? 'each',
      ...(plain === undefined ? {} : { plain }),
      budget: {
        ...(budget?.executions === undefined ? {} : { executions: budget.executions }),
        seconds,
        expired: () =>
          control.interrupted?.() === true ||
          (seconds > 0 && now !== undefined && now() - clock.start > seconds * 1000),
      },
    },
    executions: budget?.executions ?? MOST_EXECUTIONS,
    wantsHazard: true,
  })
}

function partOf(removal: Removal, subject: Subject, teller: Teller, request: AblateRequest): AblatedPart {
  const { kind, change, span, definition } = removal
  const { variants, added } = subject
  const head = {
    part: idOf(subject, removal),
    kind,
    change,
    line: span.line,
    column: span.column,
    text: textAt(variants.lines, span),
    added: added.has(span.line),
  }
  const without = variants.lift(definition)
  if (without === null) return { ...head, state: 'not-lifted', under: [] }
  if (without === 'same') return { ...head, state: 'same-code', under: [] }
  const told = teller.tell(without)
  return { ...head, state: 'run', under: told.map((one) => underOf(one, head.part, subject, request)) }
}

/** What stands at a place, on one line. */
function textAt(lines: readonly string[], { line, column, endLine, endColumn }: Removal['span']): string {
  const words: string[] = []
  for (let at = line; at <= endLine; at++) {
    const text = lines[at - 1] ?? ''
    words.push(text.slice(at === line ? column - 1 : 0, at === endLine ? endColumn - 1 : undefined))
  }
  return words.join(' ').replace(/\s+/g, ' ').trim()
}

function underOf(told: Told, part: string, subject: Subject, request: AblateRequest): AblatedUnder {
  const { model, by, scenarios, executions, coverage } = told
  const exhaustive = coverage.kind === 'exhaustive'
  return {
    model: model.name,
    outcome: by !== null ? 'noticed' : exhaustive ? 'not-noticed' : 'undecided',
    by: witnessOf(told, part, subject, request),
    scenarios,
    executions,
    coverage,
  }
}

function witnessOf(
  { by, model }: Told,
  part: string,
  subject: Subject,
  request: AblateRequest,
): AblationWitness | null {
  if (by === null) return null
  const { difference, scenario, sides } = by
  const { verdict, property, summary, witness } = difference
  if (verdict !== 'regressed' && verdict !== 'changed' && verdict !== 'fixed') return null
  const common = { verdict, property, summary, scenario: scenario.id, title: scenario.title }
  if (witness === null) return { ...common, side: 'after', schedule: null, command: null }
  const { side, shows } = witness
  const built = scenario.build(sides[side])
  const settings = settingsFor(model, request)
  const options = exploreOptions(built, settings, settings.loads)
  const found = findWitness(built.program, options, (execution) => doesShow(shows, execution, built))
  if (found === null) return { ...common, side, schedule: null, command: null }
  const schedule = formatSchedule(found.decisions)
  const words = ['kreplay', 'ablate', '--part', part, '--scenario', scenario.id, '--side', side]
  words.push('--schedule', schedule, '--arch', subject.profile.name, '--model', model.name)
  for (const [name, value] of Object.entries(request.config ?? {})) words.push('--config', `${name}=${value}`)
  words.push(...(request.commandArguments ?? []))
  return { ...common, side, schedule, command: words.map(quoteWord).join(' ') }
}

function settingsFor(model: Told['model'], { loads, plain, plugins }: AblateRequest) {
  const { registry } = libraryWith(plugins)
  const taken = plain === undefined ? {} : { plain }
  return {
    registry,
    model,
    loads: loads ?? ('each' as const),
    budget: { executions: WITNESS_EXECUTIONS },
    ...taken,
  }
}

/** Executions in which the clearest one is looked for. */
const WITNESS_EXECUTIONS = 20_000

// ---- one execution -------------------------------------------------------------------------------------

/** Replays an execution with or without a part, event by event. */
export async function stepAblated(request: AblateStepRequest): Promise<Result<Walkthrough>> {
  const found = await subjectsOf(request)
  if (!found.ok) return found
  const [model] = modelsNamed(request.model ?? ['sc'])
  if (model === undefined) return fail(unknownModel(request.model ?? []))
  const [part = ''] = request.parts ?? []
  const { subjects } = found.value
  for (const subject of subjects) {
    const [removal] = wanted(subject, request)
    if (removal === undefined) continue
    const { variants, others, suites } = subject
    for (const { suite, config } of suites) {
      const scenario = suite.scenarios.find(({ id }) => id === request.scenario)
      if (scenario === undefined) continue
      const without = variants.lift(removal.definition)
      if (without === null || without === 'same') return fail(unknownPart(part, []))
      const settings = settingsFor(model, request)
      const changed = { suite, config, before: [variants.right, ...others], after: [without, ...others] }
      const built = scenario.build(sidesOf(changed, settings.registry)[request.side])
      const options = exploreOptions(built, { ...settings, budget: {} }, settings.loads)
      const replayed = replay(built.program, options, request.schedule)
      if (!replayed.ok) return replayed
      return ok({
        title: `${scenario.title}; ${request.side === 'after' ? 'without' : 'with'} ${part}`,
        scenario: scenario.id,
        side: request.side,
        schedule: request.schedule,
        steps: stepsOf(replayed.value, built, new Map(), Number.POSITIVE_INFINITY),
        hazards: replayed.value.hazards.map(({ kind, text }) => `${kind}: ${text}`),
      })
    }
    return fail({
      severity: 'error',
      code: 'scenario-unknown',
      message: `no scenario of ${variants.name} is called ${request.scenario}`,
      hint: '`kreplay ablate` prints the whole line under what it finds',
    })
  }
  const known = subjects.flatMap((subject) =>
    removalsOf(subject.variants.definition).map((one) => idOf(subject, one)),
  )
  return fail(unknownPart(part, known))
}

function unknownPart(name: string, known: readonly string[]) {
  return {
    severity: 'error' as const,
    code: 'part-unknown',
    message: `there is no part called ${name} here`,
    hint: known.length === 0 ? 'the function is the same without it' : `known: ${known.join(', ')}`,
  }
}
