import { EXIT } from '../../report/index.js'
import { type Context, createControl } from '../context.js'
import { prepare } from '../prepare.js'
import { readReporters, writeReports } from '../reporters.js'
import { diagnoseAll } from './run.js'

/** `kreplay parse`: what is in the thread, what was repaired and what is proved, without replaying. */
export async function parse(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const reporters = readReporters(invocation.options)
  const prepared = reporters.ok ? await prepare(context, invocation.positionals) : reporters
  if (!reporters.ok || !prepared.ok) {
    if (!prepared.ok) output.diagnose(prepared.error)
    return EXIT.usage
  }
  const { control, done } = createControl(context)
  const result = await prepared.value.pipeline.parseThread(prepared.value.request, control)
  done()
  const written = await writeReports(result.report, reporters.value, output, {
    terminal: {
      width: output.width,
      color: output.color,
      verbose: invocation.options.flag('verbose') === true,
      view: 'parse',
      diagnostics: false,
    },
  })
  diagnoseAll(context, result.report.diagnostics)
  if (surroundings.interrupted?.() === true) return EXIT.interrupted
  if (!result.read) return EXIT.unreadable
  if (!result.hasPatch) return EXIT.nothingToReplay
  return written ? EXIT.ok : EXIT.usage
}
