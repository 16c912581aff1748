/** `kreplay step`: one execution again, event by event, from the line that a report prints. */
import { fail, ok, type Result } from '../base/index.js'
import { replay } from '../explore/index.js'
import { implementationId } from '../machine/index.js'
import { findScenario } from './explore-scenario.js'
import { changedIn, exploreOptions, sidesOf } from './explore-suite.js'
import { lineMaps } from './findings.js'
import { type Library, libraryWith } from './library.js'
import { Lifter } from './lifter.js'
import { matchPatch } from './match-patch.js'
import { modelsNamed } from './models.js'
import { implementationsOf, planPatch } from './plan.js'
import { type TakenIn, takeIn } from './take-in.js'
import { stepsOf } from './trace.js'
import type { RunControl, StepRequest, Walkthrough } from './types.js'
import { unknownModel } from './unknown-names.js'

/** Reads the thread as `run` does, finds the scenario's program for the side, and replays the schedule. */
export async function stepThrough(
  request: StepRequest,
  _control: RunControl = {},
): Promise<Result<Walkthrough>> {
  const library = libraryWith(request.plugins)
  const taken = await takeIn(request)
  try {
    return await stepIn(taken, library, request)
  } finally {
    taken.tree?.close()
  }
}

async function stepIn(taken: TakenIn, library: Library, request: StepRequest): Promise<Result<Walkthrough>> {
  if (!taken.read) return fail(taken.diagnostics[0] ?? notPlanned(request.scenario))
  const noPatch = taken.diagnostics.find(({ code }) => code === 'no-patch')
  if (noPatch !== undefined) return fail(noPatch)
  const [model] = modelsNamed(request.model ?? ['sc'])
  if (model === undefined) return fail(unknownModel(request.model ?? []))
  for (const one of taken.patches) {
    const base = taken.tree === null || one.base === undefined ? null : await taken.tree.at(one.base)
    const tree = (base?.ok === true ? base.value : null) ?? taken.tree
    const { matches } = await matchPatch(one, library, request, tree === null ? null : new Lifter(tree))
    if (tree !== taken.tree) tree?.close()
    const { suites } = planPatch(matches, one.patch.files, request)
    const found = suites.flatMap((planned) =>
      planned.suite.scenarios
        .filter(({ id, arch }) => id === request.scenario && arch === planned.profile.name)
        .map((scenario) => ({ planned, scenario })),
    )[0]
    if (found === undefined) continue
    const { planned, scenario } = found
    const side = sidesOf(changedIn(planned), library.registry)[request.side]
    // An answer may be one that only the other side asks for.
    const answers = [...request.schedule.matchAll(/\(([^)]*)\)/g)].flatMap(([, all = '']) => all.split(','))
    const questions = { asked: () => undefined, also: () => answers }
    const built = scenario.build({ ...side, questions })
    const { plain } = request
    const chosen = plain === undefined ? {} : { plain }
    const settings = { registry: library.registry, model, loads: null, budget: {}, ...chosen }
    const options = exploreOptions(built, settings, request.loads ?? 'each')
    const replayed = replay(built.program, options, request.schedule)
    if (!replayed.ok) return replayed
    return ok({
      title: `${scenario.title}; ${implementationsOf(planned.functions, request.side).map(implementationId).join(', ')}`,
      scenario: scenario.id,
      side: request.side,
      schedule: request.schedule,
      steps: stepsOf(replayed.value, built, lineMaps(planned, request.side), Number.POSITIVE_INFINITY),
      hazards: replayed.value.hazards.map(({ kind, text }) => `${kind}: ${text}`),
    })
  }
  const known = findScenario(library, request.scenario)
  return known.ok ? fail(notPlanned(request.scenario)) : known
}

function notPlanned(scenario: string) {
  return {
    severity: 'error' as const,
    code: 'scenario-not-run',
    message: `the thread's patch has no implementations that ${scenario} could run`,
    hint: '`kreplay run` says which functions are unmapped, and why',
  }
}
