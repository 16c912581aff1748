/** `kreplay step`: one execution again, event by event, from the line that a report prints. */
import { fail, ok, type Result } from '../base/index.js'
import { replay } from '../explore/index.js'
import { implementationId } from '../machine/index.js'
import { changedFunctions, matchFunctions } from '../match/index.js'
import { findScenario } from './explore-scenario.js'
import { changedIn, exploreOptions, sidesOf } from './explore-suite.js'
import { lineMaps } from './findings.js'
import { libraryWith } from './library.js'
import { modelsNamed } from './models.js'
import { implementationsOf, planPatch } from './plan.js'
import { takeIn } from './take-in.js'
import { stepsOf } from './trace.js'
import type { RunControl, StepRequest, Walkthrough } from './types.js'
import { unknownModel } from './unknown-names.js'

/** Reads the thread as `run` does, finds the scenario's program for the side, and replays the schedule. */
export async function stepThrough(
  request: StepRequest,
  _control: RunControl = {},
): Promise<Result<Walkthrough>> {
  const library = libraryWith(request.plugins)
  const found = findScenario(library, request.scenario)
  if (!found.ok) return found
  const { suite, scenario } = found.value
  const taken = await takeIn(request)
  taken.tree?.close()
  if (!taken.read) return fail(taken.diagnostics[0] ?? notPlanned(request.scenario))
  const noPatch = taken.diagnostics.find(({ code }) => code === 'no-patch')
  if (noPatch !== undefined) return fail(noPatch)
  const [model] = modelsNamed(request.model ?? ['sc'])
  if (model === undefined) return fail(unknownModel(request.model ?? []))
  for (const { patch } of taken.patches) {
    const changed = changedFunctions(patch.files).filter(
      ({ name }) => request.functions === undefined || request.functions.includes(name),
    )
    const { matches } = matchFunctions(changed, { ...library, ...request })
    const { suites } = planPatch(matches, patch.files, request)
    const planned = suites.find(
      (candidate) => candidate.suite === suite && candidate.profile.name === scenario.arch,
    )
    if (planned === undefined) continue
    const built = scenario.build(sidesOf(changedIn(planned), library.registry)[request.side])
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
  return fail(notPlanned(request.scenario))
}

function notPlanned(scenario: string) {
  return {
    severity: 'error' as const,
    code: 'scenario-not-run',
    message: `the thread's patch has no implementations that ${scenario} could run`,
    hint: '`kreplay run` says which functions are unmapped, and why',
  }
}
