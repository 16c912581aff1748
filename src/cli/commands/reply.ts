import { EXIT, formatReply } from '../../report/index.js'
import type { Context } from '../context.js'
import { readReport } from '../read-report.js'

/** `kreplay reply REPORT`: a plain-text reply to the patch. Printed for a person to edit; never sent. */
export async function reply(context: Context): Promise<number> {
  const { invocation, output } = context
  const report = await readReport(context, invocation.positionals[0] ?? '-')
  if (!report.ok) {
    output.diagnose(report.error)
    return EXIT.unreadable
  }
  output.print(formatReply(report.value, { quote: invocation.options.flag('quote') !== false }))
  return EXIT.ok
}
