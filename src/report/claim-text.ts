import { numberFindings } from './digest.js'
import type { Report, ReportClaim } from './types.js'

/** What patches claim of their effect, one sentence each: `says "No functional change" (line 45): contradicted by 1, 3`. */
export function claimTexts(
  report: Report,
): readonly { readonly claim: ReportClaim; readonly text: string }[] {
  const numbers = new Map(numberFindings(report).map(({ number, finding }) => [finding.id, number]))
  return report.patches.flatMap((patch) =>
    (patch.claims ?? []).map((claim) => {
      const which = patch.index === null || report.patches.length < 2 ? '' : `patch ${patch.index} `
      const said = `${which}says "${claim.text}" (line ${claim.place.line})`
      return { claim, text: `${said}: ${outcomeText(claim, numbers)}` }
    }),
  )
}

function outcomeText(claim: ReportClaim, numbers: ReadonlyMap<string, number>): string {
  const named = claim.findings.flatMap((id) => numbers.get(id) ?? []).sort((a, b) => a - b)
  const by =
    named.length === 0 ? '' : ` (${named.slice(0, NAMED).join(', ')}${named.length > NAMED ? ', ...' : ''})`
  switch (claim.outcome) {
    case 'contradicted':
      return `contradicted: ${claim.why}${by}`
    case 'agrees':
      return `agrees: ${claim.why}${claim.kind === 'fixes' ? by : ''}`
    case 'undecided':
      return `not decided: ${claim.why}`
  }
}

/** Numbers of findings that a line names. */
const NAMED = 8
