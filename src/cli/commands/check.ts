import type { Diagnostic } from '../../base/index.js'
import { b4Result, EXIT, formatB4Check, formatDiagnostic, safeJson } from '../../report/index.js'
import { type Context, createControl } from '../context.js'
import { readFailOn } from '../fail-on.js'
import { prepare } from '../prepare.js'

/**
 * `kreplay check`: a review check for b4 (`review-perpatch-check-cmd = kreplay check`). Reads one message from
 * standard input and prints b4's JSON array. The result is in the array, so the exit code is 0 whatever it says.
 */
export async function check(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const refuse = (diagnostic: Diagnostic): number => {
    output.diagnose(diagnostic)
    return EXIT.usage
  }
  const failOn = readFailOn(invocation.options)
  if (!failOn.ok) return refuse(failOn.error)
  const prepared = await prepare(context, invocation.positionals)
  if (!prepared.ok) return refuse(prepared.error)
  const { control, done } = createControl(context)
  const result = await prepared.value.pipeline.runThread(prepared.value.request, control)
  done()
  if (!result.read) {
    const details = result.report.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('')
    output.print(safeJson([b4Result('fail', 'the message cannot be read', details)]))
    return EXIT.ok
  }
  output.print(formatB4Check(result.report, failOn.value))
  return surroundings.interrupted?.() === true ? EXIT.interrupted : EXIT.ok
}
