/**
 * What a report says, in the order a reader wants it: the answer, the findings by severity with latent ones
 * apart, what is the same, what was not replayed. Every formatter for people starts from this.
 */
import { plural } from '../base/index.js'
import { discussionAnswer } from './discussion-text.js'
import { modelGroups } from './model-groups.js'
import type { Finding, Report, ReportRace, Verdict } from './types.js'
import { severityRank, VERDICTS } from './verdict.js'
import { aboutText, lookedAt } from './wording.js'

/** A finding with the number by which `kreplay step REPORT NUMBER` finds it, and the models it stands under. */
export interface NumberedFinding {
  readonly number: number
  readonly finding: Finding
  readonly models: readonly string[]
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

/** What changed and has no verdict because it was not run, by reason. */
export interface NotReplayed {
  readonly why: string
  /** Functions and the like, each once; `count` texts of that name (one per configuration). */
  readonly items: readonly { readonly name: string; readonly path: string; readonly count: number }[]
}

/** The parts of a report in reading order. */
export interface Digest {
  /** The whole answer in a line or two. */
  readonly answer: string
  readonly shown: readonly NumberedFinding[]
  readonly latent: readonly NumberedFinding[]
  readonly preExisting: readonly NumberedFinding[]
  /** By the number of a changed finding: where the same question found no difference. */
  readonly contrasts: ReadonlyMap<number, readonly Finding[]>
  /** Needs that all shown and latent findings have in common, to be said once. */
  readonly commonNeeds: readonly string[]
  readonly same: readonly SameGroup[]
  readonly notReplayed: readonly NotReplayed[]
  readonly races: readonly RaceGroup[]
}

/** A data race, and where it is. */
export interface RaceGroup {
  readonly race: ReportRace
  readonly models: readonly string[]
  readonly archs: readonly string[]
}

/**
 * All findings, the most severe first; the order of the report within one verdict. Numbers count from 1. What
 * several memory models share is numbered where the first of them stands; the others follow at the end.
 */
export function numberFindings(report: Report): readonly NumberedFinding[] {
  const groups = sorted(modelGroups(report.findings))
  const again = sorted(
    groups.flatMap(({ members, models }) => members.slice(1).map((finding) => ({ finding, models }))),
  )
  return [...groups, ...again].map(({ finding, models }, index) => ({ number: index + 1, finding, models }))
}

function sorted<T extends { readonly finding: Finding }>(items: readonly T[]): readonly T[] {
  return items
    .map((item, index) => ({ item, index }))
    .sort((a, b) => rank(a.item.finding) - rank(b.item.finding) || a.index - b.index)
    .map(({ item }) => item)
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
  const numbered = numberFindings(report).slice(0, modelGroups(report.findings).length)
  const pick = (keep: (finding: Finding) => boolean) => numbered.filter(({ finding }) => keep(finding))
  const shown = pick((finding) => MAIN.has(finding.verdict) && !isLatent(finding) && !isSilent(finding))
  const latent = pick(isLatent)
  const contrasts = contrastsOf([...shown, ...latent], report)
  const contrasting = new Set(
    modelGroups(report.findings)
      .filter(({ finding }) => [...contrasts.values()].flat().includes(finding))
      .flatMap(({ members }) => members),
  )
  const same = sameGroups(report, contrasting)
  const notReplayed = notReplayedGroups(report)
  return {
    answer: answer(report, [...shown, ...pick(isSilent)], latent, same, notReplayed),
    shown,
    latent,
    preExisting: pick((finding) => finding.verdict === 'pre-existing'),
    contrasts,
    commonNeeds: commonNeeds([...shown, ...latent]),
    same,
    notReplayed,
    races: raceGroups(report.races ?? []),
  }
}

/** Races of one function, told once. */
function raceGroups(races: readonly ReportRace[]): readonly RaceGroup[] {
  const groups = new Map<string, { race: ReportRace; models: Set<string>; archs: Set<string> }>()
  for (const race of races) {
    const key = `${race.property}\n${race.path}\n${race.function}`
    const group = groups.get(key) ?? { race, models: new Set(), archs: new Set() }
    groups.set(key, group)
    group.models.add(race.model)
    group.archs.add(race.arch)
  }
  return [...groups.values()].map(({ race, models, archs }) => ({
    race,
    models: [...models],
    archs: [...archs],
  }))
}

const MAIN: ReadonlySet<Verdict> = new Set(['regressed', 'changed', 'inconclusive', 'fixed'])

/** Inconclusive because nothing ran: it belongs with what was not replayed. */
function isSilent(finding: Finding): boolean {
  return (
    finding.verdict === 'inconclusive' &&
    finding.before.coverage.kind === 'not-run' &&
    finding.after.coverage.kind === 'not-run'
  )
}

/** A need that only some have is what tells them apart; of one or two findings nothing is taken out. */
function commonNeeds(numbered: readonly NumberedFinding[]): readonly string[] {
  const lists = numbered.map(({ finding }) => finding.premise.needs)
  const [first] = lists
  if (first === undefined || lists.length < 3) return []
  return first.filter((need) => lists.every((needs) => needs.includes(need)))
}

function contrastsOf(
  numbered: readonly NumberedFinding[],
  report: Report,
): ReadonlyMap<number, readonly Finding[]> {
  const contrasts = new Map<number, readonly Finding[]>()
  const taken = new Set<string>()
  for (const { number, finding } of numbered) {
    const { topic } = aboutText(finding)
    const key = questionOf(finding, topic)
    if (finding.verdict !== 'changed' || topic === finding.property || taken.has(key)) continue
    const same = report.findings.filter(
      (other) =>
        other.verdict === 'same' &&
        other.property !== finding.property &&
        questionOf(other, aboutText(other).topic) === key,
    )
    taken.add(key)
    if (same.length > 0) contrasts.set(number, same)
  }
  return contrasts
}

function questionOf({ path, function: name, arch, model }: Finding, topic: string): string {
  return [path, name, arch, model, topic].join('\n')
}

function answer(
  report: Report,
  shown: readonly NumberedFinding[],
  latent: readonly NumberedFinding[],
  same: readonly SameGroup[],
  notReplayed: readonly NotReplayed[],
): string {
  if (report.discussion !== undefined) return discussionAnswer(report.discussion)
  const parts: string[] = []
  if (report.patches.every((patch) => patch.files.length === 0)) parts.push('no patch found')
  else if (report.functions.length === 0) parts.push('no changed function found')
  const counted = countVerdicts(shown)
  if (counted !== '') parts.push(counted)
  if (latent.length > 0) parts.push(`latent: ${countVerdicts(latent)}`)
  const whole = same.filter((group) => !group.otherwise)
  if (whole.length <= 3) parts.push(...whole.map((group) => `${group.function}: ${group.text}`))
  else parts.push(sameText(report.findings.filter((finding) => finding.verdict === 'same')))
  for (const arch of untouchedArchs(report)) {
    const own = report.findings.filter((finding) => finding.verdict === 'same' && finding.arch === arch)
    parts.push(`${arch}: ${sameText(own)}`)
  }
  const missed = notReplayed.flatMap(({ items }) => items)
  const without = missed.length - shown.filter(({ finding }) => isSilent(finding)).length
  if (without > 0) parts.push(`${without} not replayed`)
  const missing = report.patches.flatMap((patch) => patch.files).flatMap((file) => file.missing).length
  if (parts.length === 0) {
    const comments = report.functions.every((fn) => fn.change.every((change) => change === 'comment-only'))
    parts.push(comments ? 'nothing to replay: only comments changed' : 'nothing was replayed')
  }
  if (missing > 0) parts.push(`${plural(missing, 'hunk')} missing from the mail`)
  return parts.join('; ')
}

/** Architectures on which nothing differs, where it does on others. */
function untouchedArchs({ findings }: Report): readonly string[] {
  const ran = findings.filter(({ scenario }) => scenario !== '')
  const differs = new Set(
    ran.filter(({ verdict }) => verdict !== 'same' && verdict !== 'pre-existing').map(({ arch }) => arch),
  )
  if (differs.size === 0) return []
  const same = ran.filter(({ verdict, property }) => verdict === 'same' && property === 'behaviour')
  return [...new Set(same.map(({ arch }) => arch))].filter((arch) => !differs.has(arch))
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

function sameGroups(report: Report, contrasting: ReadonlySet<Finding>): readonly SameGroup[] {
  const groups = new Map<string, Finding[]>()
  for (const finding of report.findings) {
    if (finding.verdict !== 'same' || contrasting.has(finding)) continue
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
        finding.function === first.function &&
        finding.path === first.path &&
        finding.verdict !== 'same' &&
        finding.verdict !== 'pre-existing',
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

/** `pure move: no difference found (12 scenarios, exhaustive)`. A bound that was reached is said, for it is not a pass. */
function sameText(findings: readonly Finding[]): string {
  const archs = [...new Set(findings.map((finding) => finding.arch))]
  const on = archs.length > 1 ? ` on ${archs.join(', ')}` : ''
  const moves = new Set(
    findings.map(({ kind, summary }) => (kind === 'move' ? summary.split(':', 1)[0] : '')),
  )
  const [move] = moves
  const what = moves.size === 1 && move !== undefined && move !== '' ? `${move}: ` : ''
  return `${what}no difference found (${lookedAt(findings)})${on}`
}

function notReplayedGroups(report: Report): readonly NotReplayed[] {
  const silent = report.findings
    .filter((finding) => finding.verdict === 'unmapped' || isSilent(finding))
    .map((finding) => ({ name: finding.function, path: finding.path, why: finding.summary }))
  const named = new Set(report.findings.map((finding) => `${finding.path}\n${finding.function}`))
  const others = report.functions
    .filter((fn) => fn.before === null && fn.after === null && !named.has(`${fn.path}\n${fn.name}`))
    .filter((fn) => !fn.change.every((change) => change === 'comment-only'))
    .map((fn) => ({
      name: fn.name,
      path: fn.path,
      why:
        fn.notes[0] ??
        (fn.kind === 'function' ? 'no implementation stands for it' : `${fn.kind}: only functions are run`),
    }))
  const groups = new Map<string, { why: string; items: Map<string, NotReplayed['items'][number]> }>()
  for (const { name, path, why } of [...silent, ...others]) {
    // The same reason names each function it is given for.
    const reason = /^\w{2,}$/.test(name) ? why.replace(new RegExp(`\\b${name}\\b`, 'g'), 'it') : why
    const group = groups.get(reason) ?? { why, items: new Map() }
    groups.set(reason, group)
    const item = group.items.get(`${path}\n${name}`) ?? { name, path, count: 0 }
    group.items.set(`${path}\n${name}`, { ...item, count: item.count + 1 })
    if (group.items.size > 1) group.why = reason
  }
  return [...groups.values()].map(({ why, items }) => ({ why, items: [...items.values()] }))
}
