import { type Diagnostic, ok, type Result } from '../../base/index.js'
import { EXIT, safeJson } from '../../report/index.js'
import type { Input } from '../../run/index.js'
import { callersText } from '../callers-text.js'
import type { Context } from '../context.js'
import { readInputs } from '../inputs.js'
import { runRequest } from '../run-request.js'
import { isUnreadable } from '../unreadable.js'
import { diagnoseAll } from './run.js'

/** `kreplay callers FUNCTION --tree TREE [THREAD…]`: who calls it, directly and through tables of callbacks. */
export async function callers(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const { options } = invocation
  const [name = '', ...words] = invocation.positionals
  const inputs = await threads(context, words)
  if (!inputs.ok) return refuse(context, inputs.error)
  const parts = { inputs: inputs.value, plugins: [], cwd: surroundings.cwd, words }
  const checked = await runRequest(options, parts)
  if (!checked.ok) return refuse(context, checked.error)
  const here = { name: '.', cwd: surroundings.cwd }
  const pipeline = await surroundings.pipeline()
  const found = await pipeline.findCallers({ ...checked.value, name, tree: checked.value.tree ?? here })
  if (!found.ok) {
    const isHere = checked.value.tree === undefined && found.error.code === 'function-unknown'
    const hint = 'no tree was named, so this is the folder that kreplay runs in; --tree names one'
    return refuse(context, isHere ? { ...found.error, hint } : found.error)
  }
  const { callers: answer, diagnostics } = found.value
  output.print(options.flag('json') === true ? safeJson(answer) : callersText(answer, output.width))
  diagnoseAll(context, diagnostics)
  return EXIT.ok
}

/** Threads are read only when they are named: a pipe alone is none. */
async function threads(context: Context, words: readonly string[]): Promise<Result<readonly Input[]>> {
  const named = context.invocation.options.all('use-local-mbox').length + words.length
  return named === 0 ? ok([]) : readInputs(context, words)
}

function refuse({ output }: Context, diagnostic: Diagnostic): number {
  output.diagnose(diagnostic)
  if (diagnostic.code === 'function-unknown') return EXIT.nothingToReplay
  return isUnreadable(diagnostic) ? EXIT.unreadable : EXIT.usage
}
