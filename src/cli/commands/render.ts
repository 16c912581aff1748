import type { Diagnostic } from '../../base/index.js'
import { EXIT } from '../../report/index.js'
import type { Context } from '../context.js'
import { readFailOn } from '../fail-on.js'
import { readReport } from '../read-report.js'
import { readReporters, writeReports } from '../reporters.js'

/** `kreplay render REPORT`: any format from a report, without running anything. */
export async function render(context: Context): Promise<number> {
  const { invocation, output } = context
  const { options } = invocation
  const refuse = (diagnostic: Diagnostic, code: number): number => {
    output.diagnose(diagnostic)
    return code
  }
  const reporters = readReporters(options)
  if (!reporters.ok) return refuse(reporters.error, EXIT.usage)
  const failOn = readFailOn(options)
  if (!failOn.ok) return refuse(failOn.error, EXIT.usage)
  const report = await readReport(context, invocation.positionals[0] ?? '-')
  if (!report.ok) return refuse(report.error, EXIT.unreadable)
  const written = await writeReports(report.value, reporters.value, output, {
    failOn: failOn.value,
    terminal: {
      width: output.width,
      color: output.color,
      all: options.flag('all') === true,
      verbose: options.flag('verbose') === true,
    },
  })
  return written ? EXIT.ok : EXIT.usage
}
