/**
 * What a report says, in the order a reader wants it: the answer, the findings by severity with latent ones
 * apart, what is the same, what was not replayed. Every formatter for people starts from this.
 */
import { plural } from '../base/index.js'
import type { Finding, Report, Verdict } from './types.js'
import { severityRank, VERDICTS } from './verdict.js'

/** A finding with the number by which `kreplay step REPORT NUMBER` finds it. */
export interface NumberedFinding {
  readonly number: number
  readonly finding: Finding
}

/** The scenarios in which one function behaves identically. */
export interface SameGroup {
  readonly function: string
  readonly path: string
  readonly text: string
  /** Other findings stand against this function, so that it is the same only apart from them. */
  readonly otherwise: boolean
  readonly notes: readonly string[]
}

/** A changed function that was not run. */
export interface NotReplayed {
  readonly function: string
  readonly path: string
  readonly why: string
}

/** The parts of a report in reading order. */
export interface Digest {
  /** The whole answer in a line or two. */
  readonly answer: string
  readonly shown: readonly NumberedFinding[]
  readonly latent: readonly NumberedFinding[]
  readonly preExisting: readonly NumberedFinding[]
  readonly same: readonly SameGroup[]
  readonly notReplayed: readonly NotReplayed[]
}

/** All findings, the most severe first; the order of the report within one verdict. Numbers count from 1. */
export function numberFindings(report: Report): readonly NumberedFinding[] {
  return report.findings
    .map((finding, index) => ({ finding, index }))
    .sort((a, b) => rank(a.finding) - rank(b.finding) || a.index - b.index)
    .map(({ finding }, index) => ({ number: index + 1, finding }))
}

/** Numbers run down the screen: first what somebody meets, then latent, then pre-existing, then the rest. */
function rank(finding: Finding): number {
  const group = isLatent(finding)
    ? 1
    : MAIN.has(finding.verdict)
      ? 0
      : finding.verdict === 'pre-existing'
        ? 2
        : 3
  return group * VERDICTS.length + severityRank(finding.verdict)
}

function isLatent(finding: Finding): boolean {
  return (
    finding.reach === 'latent' &&
    (finding.verdict === 'regressed' || finding.verdict === 'fixed' || finding.verdict === 'changed')
  )
}

/** The parts of a report in reading order. */
export function digest(report: Report): Digest {
  const numbered = numberFindings(report)
  const pick = (keep: (finding: Finding) => boolean) => numbered.filter(({ finding }) => keep(finding))
  const shown = pick((finding) => MAIN.has(finding.verdict) && !isLatent(finding))
  const latent = pick(isLatent)
  const same = sameGroups(report)
  const notReplayed = notReplayedFunctions(report)
  return {
    answer: answer(report, shown, latent, same, notReplayed),
    shown,
    latent,
    preExisting: pick((finding) => finding.verdict === 'pre-existing'),
    same,
    notReplayed,
  }
}

const MAIN: ReadonlySet<Verdict> = new Set(['regressed', 'changed', 'inconclusive', 'fixed'])

function answer(
  report: Report,
  shown: readonly NumberedFinding[],
  latent: readonly NumberedFinding[],
  same: readonly SameGroup[],
  notReplayed: readonly NotReplayed[],
): string {
  const parts: string[] = []
  if (report.patches.every((patch) => patch.files.length === 0)) parts.push('no patch found')
  else if (report.functions.length === 0) parts.push('no changed function found')
  const counted = countVerdicts(shown)
  if (counted !== '') parts.push(counted)
  if (latent.length > 0) parts.push(`latent: ${countVerdicts(latent)}`)
  if (shown.length + latent.length === 0 && same.length > 0) {
    parts.push(sameText(report.findings.filter((finding) => finding.verdict === 'same')))
  }
  const otherSame = same.filter((group) => !group.otherwise).length
  if (shown.length + latent.length > 0 && otherSame > 0)
    parts.push(`${plural(otherSame, 'function')} the same`)
  if (notReplayed.length > 0) parts.push(`${notReplayed.length} not replayed`)
  const missing = report.patches.flatMap((patch) => patch.files).flatMap((file) => file.missing).length
  if (parts.length === 0) {
    const comments = report.functions.every((fn) => fn.change.every((change) => change === 'comment-only'))
    parts.push(comments ? 'nothing to replay: only comments changed' : 'nothing was replayed')
  }
  if (missing > 0) parts.push(`${plural(missing, 'hunk')} missing from the mail`)
  return parts.join('; ')
}

function countVerdicts(numbered: readonly NumberedFinding[]): string {
  return VERDICTS.map((verdict) => ({
    verdict,
    count: numbered.filter(({ finding }) => finding.verdict === verdict).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`)
    .join(', ')
}

function sameGroups(report: Report): readonly SameGroup[] {
  const groups = new Map<string, Finding[]>()
  for (const finding of report.findings) {
    if (finding.verdict !== 'same') continue
    const key = `${finding.path}\n${finding.function}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [finding])
    else group.push(finding)
  }
  return [...groups.values()].flatMap((findings) => {
    const first = findings[0]
    if (first === undefined) return []
    const otherwise = report.findings.some(
      (finding) =>
        finding.function === first.function && finding.path === first.path && finding.verdict !== 'same',
    )
    return {
      function: first.function,
      path: first.path,
      text: otherwise
        ? sameText(findings).replace('no difference', 'no other difference')
        : sameText(findings),
      otherwise,
      notes: [...new Set(findings.flatMap((finding) => finding.notes ?? []))],
    }
  })
}

/** `no difference found (12 scenarios, exhaustive)`. A bound that was reached is said, for it is not a pass. */
function sameText(findings: readonly Finding[]): string {
  const scenarios = new Set(findings.flatMap((finding) => [finding.scenario, ...(finding.scenarios ?? [])]))
  const exhaustive = findings.every(
    (finding) =>
      finding.before.coverage.kind === 'exhaustive' && finding.after.coverage.kind === 'exhaustive',
  )
  const archs = [...new Set(findings.map((finding) => finding.arch))]
  const on = archs.length > 1 ? ` on ${archs.join(', ')}` : ''
  return `no difference found (${plural(scenarios.size, 'scenario')}, ${exhaustive ? 'exhaustive' : 'not exhaustive'})${on}`
}

function notReplayedFunctions(report: Report): readonly NotReplayed[] {
  const unmapped = report.findings
    .filter((finding) => finding.verdict === 'unmapped')
    .map((finding) => ({ function: finding.function, path: finding.path, why: finding.summary }))
  const named = new Set(report.findings.map((finding) => `${finding.path}\n${finding.function}`))
  const unnamed = report.functions
    .filter((fn) => fn.before === null && fn.after === null && !named.has(`${fn.path}\n${fn.name}`))
    .filter((fn) => !fn.change.every((change) => change === 'comment-only'))
    .map((fn) => ({
      function: fn.name,
      path: fn.path,
      why:
        fn.notes[0] ??
        (fn.kind === 'function' ? 'no implementation stands for it' : `${fn.kind}: only functions are run`),
    }))
  return [...unmapped, ...unnamed]
}
