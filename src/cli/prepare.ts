import { ok, type Result } from '../base/index.js'
import type { RunRequest } from '../run/index.js'
import { type Context, loadPipeline } from './context.js'
import { readInputs } from './inputs.js'
import type { Pipeline } from './pipeline.js'
import { runRequest } from './run-request.js'

/** Everything before the pipeline's turn: options are checked first, then inputs are read and plugins loaded. */
export async function prepare(
  context: Context,
  words: readonly string[],
): Promise<Result<{ readonly pipeline: Pipeline; readonly request: RunRequest }>> {
  const { invocation, surroundings } = context
  const parts = { inputs: [], plugins: [], cwd: surroundings.cwd, words }
  const checked = await runRequest(invocation.options, parts)
  if (!checked.ok) return checked
  const inputs = await readInputs(context, words)
  if (!inputs.ok) return inputs
  const loaded = await loadPipeline(context)
  if (!loaded.ok) return loaded
  const { pipeline, plugins } = loaded.value
  return ok({ pipeline, request: { ...checked.value, inputs: inputs.value, plugins } })
}
