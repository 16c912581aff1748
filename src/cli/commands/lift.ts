import type { Diagnostic } from '../../base/index.js'
import { EXIT, safeJson } from '../../report/index.js'
import type { Context } from '../context.js'
import { liftText } from '../lift-text.js'
import { runRequest } from '../run-request.js'
import { isUnreadable } from '../unreadable.js'

/** `kreplay lift FILE:FUNCTION`: its C, what that is lifted to, what is called; `kreplay lift DIR`: a table. */
export async function lift(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const { options, positionals } = invocation
  const [what = ''] = positionals
  const checked = await runRequest(options, {
    inputs: [],
    plugins: [],
    cwd: surroundings.cwd,
    words: positionals,
  })
  if (!checked.ok) return refuse(context, checked.error)
  const { tree, config, arch = [] } = checked.value
  const [only, more] = arch
  if (more !== undefined) {
    return refuse(context, { severity: 'error', code: 'usage', message: 'lift takes one --arch' })
  }
  const pipeline = await surroundings.pipeline()
  const found = await pipeline.liftFrom({
    what,
    cwd: surroundings.cwd,
    ...(tree === undefined ? {} : { tree }),
    ...(config === undefined ? {} : { config }),
    ...(only === undefined ? {} : { arch: only }),
  })
  if (!found.ok) return refuse(context, found.error)
  const answer = found.value
  output.print(options.flag('json') === true ? safeJson(answer) : liftText(answer, output.width))
  const isLifted =
    answer.kind === 'table' ? answer.lifted > 0 : answer.variants.some(({ state }) => state === 'lifted')
  return isLifted ? EXIT.ok : EXIT.nothingToReplay
}

function refuse({ output }: Context, diagnostic: Diagnostic): number {
  output.diagnose(diagnostic)
  if (diagnostic.code === 'function-unknown') return EXIT.nothingToReplay
  return isUnreadable(diagnostic) ? EXIT.unreadable : EXIT.usage
}
