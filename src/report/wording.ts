/**
 * How results are said to people. One place, so that the terminal, markdown and a mail say the same thing. Rule:
 * possible or impossible, never a number of executions out of another, which would read as a probability.
 */
import { plural } from '../base/index.js'
import type {
  Certificate,
  Coverage,
  Finding,
  Premise,
  ReportFile,
  ReportFunction,
  SideResult,
} from './types.js'

/** `exhaustive, 41 executions`, `bound reached: 100000 executions`, `not run: …`. */
export function coverageText(coverage: Coverage, executions: number): string {
  switch (coverage.kind) {
    case 'exhaustive':
      return `exhaustive, ${plural(executions, 'execution')}`
    case 'bounded':
      return `bound reached: ${boundText(coverage.by, coverage.limit)}`
    case 'not-run':
      return `not run: ${coverage.why}`
  }
}

function boundText(by: 'executions' | 'time' | 'loop' | 'choices', limit: number): string {
  switch (by) {
    case 'executions':
      return plural(limit, 'execution')
    case 'time':
      return plural(limit, 'second')
    case 'loop':
      return `${plural(limit, 'round')} of a loop`
    case 'choices':
      return plural(limit, 'choice')
  }
}

/** One side's answer: `possible`, `impossible (exhaustive, 41 executions)`, `not seen (bound reached: …)`, `PTL`. */
export function sideText(side: SideResult): string {
  const { coverage } = side
  if (coverage.kind === 'not-run') return coverageText(coverage, side.executions)
  const known = coverage.kind === 'exhaustive'
  const within = ` (${coverageText(coverage, side.executions)})`
  if (side.value !== undefined) return known ? side.value : side.value + within
  switch (side.holds) {
    case 'never':
      return (known ? 'impossible' : 'not seen') + within
    case 'sometimes':
      return 'possible'
    case 'always':
      return known ? `always${within}` : `possible, and seen in every execution looked at${within}`
    case 'unknown':
      return `unknown${within}`
  }
}

/** Who meets the finding, as one sentence without a full stop. */
export function reachText(finding: Finding): string {
  const { inTree } = finding.premise
  const where = inTree === null ? '' : ` in ${inTree.tree}`
  switch (finding.reach) {
    case 'shown':
      return inTree === null || inTree.found.length === 0
        ? 'shown: a caller meets this'
        : `shown${where}: ${inTree.found.join(', ')}`
    case 'latent':
      return inTree === null
        ? 'latent: no caller is known that meets this'
        : `latent: nothing${where} meets this`
    case 'unknown':
      return inTree === null
        ? 'unknown: callers were not looked for'
        : `unknown${where}: ${blindText(inTree.blind)}`
  }
}

function blindText(blind: readonly string[]): string {
  return blind.length === 0 ? 'the scan gave no answer' : `not visible to the scan: ${blind.join(', ')}`
}

/** What must be so for the finding to happen; an empty string when nothing special. */
export function needsText(premise: Premise): string {
  return premise.needs.join('; ')
}

/** The scenarios that show it: `pagewalk/both-zap and 2 more`. */
export function scenarioText(finding: Finding): string {
  const others = new Set(finding.scenarios ?? [])
  others.delete(finding.scenario)
  return finding.scenario + (others.size === 0 ? '' : ` and ${others.size} more`)
}

/** `walk_pmd_range (mm/pagewalk.c); x86-64, sc; CONFIG_SMP=y`. */
export function placeText(finding: Finding): string {
  const parts = [
    `${finding.function} (${finding.path})`,
    `${finding.arch}, ${finding.model}`,
    configText(finding.config),
  ]
  return parts.filter((part) => part !== '').join('; ')
}

/** Both sides on one line; null where the summary has said as much (`splits 1 -> 0`). */
export function sidesText(finding: Finding): readonly [before: string, after: string] | null {
  const { before, after, summary } = finding
  const said = (side: SideResult): boolean => side.value !== undefined && summary.includes(side.value)
  const bounded = before.coverage.kind !== 'exhaustive' || after.coverage.kind !== 'exhaustive'
  if (finding.verdict === 'changed' && said(before) && said(after) && !bounded) return null
  return [sideText(before), sideText(after)]
}

/** `CONFIG_A=y, CONFIG_B=n`; an empty string when nothing was set. */
export function configText(config: Readonly<Record<string, string>>): string {
  return Object.keys(config)
    .sort()
    .map((name) => `${name}=${config[name]}`)
    .join(', ')
}

/** The two proofs of a file's diff, in words. */
export function certificateText(certificate: Certificate): string {
  return `${BASE[certificate.base]}; ${ADDED[certificate.added]}`
}

const BASE: Readonly<Record<Certificate['base'], string>> = {
  blob: 'base proved by its blob id',
  matched: 'base matches the tree',
  none: 'base not checked',
}

const ADDED: Readonly<Record<Certificate['added'], string>> = {
  'post-blob': 'result proved by its blob id',
  verbatim: 'lines as sent',
  'blanks-inferred': 'leading blanks inferred',
  reconstructed: 'lines reconstructed',
}

/** What had to be repaired in a file's diff: `23 lost-marker, 4 empty-context`; empty when nothing was. */
export function repairsText(file: ReportFile): string {
  return file.repairs.map((repair) => `${repair.count} ${repair.kind}`).join(', ')
}

/** `modified +7 -4, all 9 changed lines run`. */
export function changeText(fn: ReportFunction): string {
  const { added, removed, reached, executable } = fn.changedLines
  const size = added === 0 && removed === 0 ? '' : ` +${added} -${removed}`
  const kind = fn.kind === 'function' ? '' : `${fn.kind} `
  return `${kind}${fn.change.join(', ')}${size}${reachedText(reached, executable)}`
}

function reachedText(reached: number | undefined, executable: number | undefined): string {
  if (reached === undefined || executable === undefined) return ''
  if (executable === 0) return ', no changed line is executable'
  if (reached >= executable) return `, all ${plural(executable, 'changed line')} run`
  return `, ${plural(executable - reached, 'changed line')} never run`
}
