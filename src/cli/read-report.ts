import { ok, type Result } from '../base/index.js'
import { findFinding, type NumberedFinding, parseReport, type Report } from '../report/index.js'
import type { Context } from './context.js'
import { readText } from './inputs.js'

/** The report in a file, `-` for standard input. */
export async function readReport(context: Context, name: string): Promise<Result<Report>> {
  const text = await readText(context, name)
  return text.ok ? parseReport(text.value, name) : text
}

/** One finding of the report in a file. */
export async function readFinding(
  context: Context,
  name: string,
  reference: string,
): Promise<Result<NumberedFinding & { readonly report: Report }>> {
  const report = await readReport(context, name)
  if (!report.ok) return report
  const found = findFinding(report.value, reference)
  return found.ok ? ok({ ...found.value, report: report.value }) : found
}

/** Codes of a finding that was not named well: usage, where everything else is an unreadable input. */
export function isUsage(code: string): boolean {
  return code === 'no-such-finding' || code === 'finding-ambiguous'
}
