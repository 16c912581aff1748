import { fail, ok, type Result } from '../base/index.js'
import { type NumberedFinding, numberFindings } from './digest.js'
import type { Report } from './types.js'

/**
 * The finding a person means by `3` (the number the terminal shows) or `9c41d7e2` (its id, or at least four
 * characters of it). Errors: `no-such-finding`, `finding-ambiguous`.
 */
export function findFinding(report: Report, reference: string): Result<NumberedFinding> {
  const numbered = numberFindings(report)
  const matches = /^\d{1,3}$/.test(reference)
    ? numbered.filter(({ number }) => number === Number(reference))
    : numbered.filter(
        ({ finding }) =>
          finding.id === reference || (reference.length >= 4 && finding.id.startsWith(reference)),
      )
  const [first] = matches
  if (first === undefined) {
    return fail({
      severity: 'error',
      code: 'no-such-finding',
      message: `the report has no finding ${reference}`,
      hint:
        numbered.length === 0
          ? 'it has none at all'
          : `its findings are numbered 1 to ${numbered.length}, or name one by its id`,
    })
  }
  if (matches.length > 1 && first.finding.id !== reference) {
    return fail({
      severity: 'error',
      code: 'finding-ambiguous',
      message: `${matches.length} findings have an id that starts with ${reference}`,
    })
  }
  return ok(first)
}
