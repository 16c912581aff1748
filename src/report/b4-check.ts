import { digest } from './digest.js'
import { type FailOn, failsOn } from './exit-code.js'
import { safeJson } from './json.js'
import { formatTerminal } from './terminal.js'
import type { Report } from './types.js'

/**
 * What b4's review checks read (`b4.review-perpatch-check-cmd`): a JSON array of results. One result for the
 * message, `fail` for what `failOn` counts, `warn` for a change or an open verdict, `pass` otherwise; an empty
 * array for a message without a patch, which b4 takes as nothing to report.
 */
export function formatB4Check(report: Report, failOn: FailOn): string {
  const { answer, notReplayed } = digest(report)
  const hasPatch = report.patches.some((patch) => patch.files.length > 0)
  if (!hasPatch) return safeJson([])
  const failed = report.findings.some((finding) => failsOn(finding, failOn))
  const open =
    notReplayed.length > 0 ||
    report.findings.some(
      ({ verdict }) => verdict !== 'same' && verdict !== 'fixed' && verdict !== 'pre-existing',
    )
  const status = failed ? 'fail' : open ? 'warn' : 'pass'
  return safeJson([b4Result(status, answer, formatTerminal(report))])
}

/** One result in b4's form. */
export function b4Result(status: 'pass' | 'warn' | 'fail', summary: string, details: string): object {
  return { tool: 'kreplay', status, summary, details }
}
