/**
 * `kreplay ablate FILE:FUNCTION|THREAD --tree TREE`: takes a function's parts out one at a time, and says which
 * scenario notices. With `--schedule` it replays one execution with or without a part, as its own lines ask for.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Diagnostic, fail, ok, type Result } from '../../base/index.js'
import { EXIT, safeJson } from '../../report/index.js'
import type { AblateRequest, Ablation } from '../../run/index.js'
import { ablationText } from '../ablation-text.js'
import { type Context, createControl, loadPipeline } from '../context.js'
import type { Pipeline } from '../pipeline.js'
import { prepare } from '../prepare.js'
import { bad, runRequest } from '../run-request.js'
import { isUnreadable } from '../unreadable.js'
import { diagnoseAll } from './run.js'
import { showWalkthrough } from './step.js'

export async function ablate(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const { options } = invocation
  const prepared = await prepareTarget(context)
  if (!prepared.ok) return refuse(context, prepared.error)
  const { pipeline, request } = prepared.value
  if (options.last('schedule') !== undefined) return step(context, pipeline, request)
  const { control, done } = createControl(context)
  const found = await pipeline.ablate(request, control)
  done()
  if (!found.ok) return refuse(context, found.error)
  const verbose = options.flag('verbose') === true
  const ablation = found.value
  output.print(
    options.flag('json') === true
      ? safeJson(ablation)
      : ablationText(ablation, { width: output.width, color: output.color, verbose }),
  )
  diagnoseAll(context, ablation.diagnostics)
  if (surroundings.interrupted?.() === true) return EXIT.interrupted
  return exitCodeFor(ablation, options.flag('allow-inconclusive') === true)
}

/** A part that nothing noticed although not everything was looked at leaves the question open. */
function exitCodeFor({ functions }: Ablation, allowInconclusive: boolean): number {
  const parts = functions.flatMap((fn) => fn.parts)
  if (parts.length === 0) return EXIT.nothingToReplay
  const isOpen = parts.some(
    ({ under }) =>
      under.every(({ outcome }) => outcome !== 'noticed') &&
      under.some(({ outcome }) => outcome === 'undecided'),
  )
  return isOpen && !allowInconclusive ? EXIT.inconclusive : EXIT.ok
}

async function step(context: Context, pipeline: Pipeline, request: AblateRequest): Promise<number> {
  const { options } = context.invocation
  const scenario = options.last('scenario')
  const side = options.last('side')
  const schedule = options.last('schedule')
  if (scenario === undefined || schedule === undefined || side === undefined || request.parts?.length !== 1) {
    return refuse(context, {
      severity: 'error',
      code: 'usage',
      message: 'to replay an execution, ablate needs one --part, --scenario, --side and --schedule',
    })
  }
  if (side !== 'before' && side !== 'after') return refuse(context, bad('side', side, 'before or after'))
  const walked = await pipeline.stepAblated({ ...request, scenario, side, schedule })
  if (!walked.ok) return refuse(context, walked.error)
  showWalkthrough(context, walked.value)
  return EXIT.ok
}

/** The request for the one function or the threads that are named. */
async function prepareTarget(
  context: Context,
): Promise<Result<{ readonly pipeline: Pipeline; readonly request: AblateRequest }>> {
  const { invocation, surroundings } = context
  const { options, positionals } = invocation
  const parts = options.all('part')
  const chosen = parts.length === 0 ? {} : { parts }
  const [only = '', ...others] = positionals
  const [, path, name] = /^(.+\.[ch]):(\w+)$/.exec(only) ?? []
  if (path === undefined || name === undefined || existsSync(resolve(surroundings.cwd, only))) {
    const prepared = await prepare(context, positionals)
    if (!prepared.ok) return prepared
    const { pipeline, request } = prepared.value
    return ok({ pipeline, request: { ...request, ...chosen } })
  }
  if (others.length > 0) {
    return fail({ severity: 'error', code: 'usage', message: 'ablate takes one function, or threads' })
  }
  const { cwd } = surroundings
  const checked = await runRequest(options, { inputs: [], plugins: [], cwd, words: positionals })
  if (!checked.ok) return checked
  const loaded = await loadPipeline(context)
  if (!loaded.ok) return loaded
  const { pipeline, plugins } = loaded.value
  return ok({
    pipeline,
    request: { ...checked.value, plugins, target: { path, function: name }, ...chosen },
  })
}

function refuse({ output }: Context, diagnostic: Diagnostic): number {
  output.diagnose(diagnostic)
  if (diagnostic.code === 'function-unknown' || diagnostic.code === 'no-patch') return EXIT.nothingToReplay
  return isUnreadable(diagnostic) ? EXIT.unreadable : EXIT.usage
}
