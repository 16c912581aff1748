import type { Finding } from './types.js'

/** Where to point at for a finding: the line at which its witness goes wrong, else the file it is in. */
export function placeOf(finding: Finding): { readonly path: string; readonly line: number | null } {
  const steps = finding.witness?.steps ?? []
  const step = steps.find((candidate) => candidate.hazard !== undefined && candidate.at !== null)
  const match = step === undefined ? null : /^(.+):(\d+)$/.exec(step.at ?? '')
  const line = Number(match?.[2] ?? 0)
  if (match?.[1] === undefined || line < 1) return { path: finding.path, line: null }
  return { path: match[1], line }
}
