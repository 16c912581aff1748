import { fail, ok, type Result } from '../base/index.js'
import type { LoadedPlugin, RunControl } from '../run/index.js'
import type { Invocation } from './arguments.js'
import type { Output } from './output.js'
import type { Pipeline } from './pipeline.js'
import { createProgress } from './progress.js'
import type { Surroundings } from './surroundings.js'

/** What a command is given. */
export interface Context {
  readonly invocation: Invocation
  readonly surroundings: Surroundings
  readonly output: Output
}

/** A command: does its work, returns its exit code. Expected trouble it has printed itself. */
export type Run = (context: Context) => Promise<number>

/** The pipeline and the plugins that the configuration file names. */
export async function loadPipeline(
  context: Context,
): Promise<Result<{ readonly pipeline: Pipeline; readonly plugins: readonly LoadedPlugin[] }>> {
  const { surroundings, invocation } = context
  const pipeline = await surroundings.pipeline()
  const plugins = await pipeline.loadPlugins(surroundings.cwd, invocation.options.last('config-file'))
  return plugins.ok ? ok({ pipeline, plugins: plugins.value }) : fail(plugins.error)
}

/** What a long computation is told: where to report, when to stop. `done` clears the progress line. */
export function createControl(context: Context): { readonly control: RunControl; readonly done: () => void } {
  const { stderr, interrupted, now } = context.surroundings
  const progress = createProgress({
    stream: stderr,
    verbose: context.invocation.options.flag('verbose') === true,
    now: now ?? (() => 0),
  })
  return {
    control: {
      onProgress: progress.show,
      ...(interrupted === undefined ? {} : { interrupted }),
      ...(now === undefined ? {} : { now }),
    },
    done: progress.clear,
  }
}
