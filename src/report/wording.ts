/**
 * How results are said to people. One place, so that the terminal, markdown and a mail say the same thing. Rule:
 * possible or impossible, never a number of executions out of another, which would read as a probability.
 */
import { plural } from '../base/index.js'
import type { RaceGroup } from './digest.js'
import type {
  Certificate,
  Coverage,
  Finding,
  Report,
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
  const value = side.value === undefined || SAYS_HOLDS.has(side.value) ? undefined : valueText(side.value)
  if (value !== undefined) return known ? value : value + within
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

/** Values that say no more than `holds` does, and not how far was looked. */
const SAYS_HOLDS: ReadonlySet<string> = new Set(['possible', 'impossible'])

/** A count and what was counted: `512: 0-511` is `512 (pages 0-511)`, `1: 0, 512 pages` is `1 (page 0, 512 pages)`. */
export function valueText(value: string): string {
  const [, count, rest] = /^(\d+): (.+)$/.exec(value) ?? []
  if (count === undefined || rest === undefined) return value
  const pages = /^\d/.test(rest) ? (/^\d+(, \d+ pages)?$/.test(rest) ? 'page ' : 'pages ') : ''
  return `${count} (${pages}${rest})`
}

/** What a finding is about, `splits`, and for which scenarios, `with pte_entry only`; the latter empty for all. */
export function aboutText(finding: Finding): { readonly topic: string; readonly where: string } {
  const [, topic, facet, values] = /^(.*) \(([\w ]+): (.*)\)$/.exec(finding.property) ?? []
  if (topic === undefined || facet === undefined || values === undefined) {
    return { topic: finding.property, where: '' }
  }
  const words = values.split(', ').map((value) => FACETS[`${facet} ${value}`] ?? '')
  return { topic, where: words.includes('') ? `with ${facet} ${values}` : `with ${words.join(' or ')}` }
}

/** Facets of the suites that have a shorter name among reviewers. */
const FACETS: Readonly<Record<string, string>> = {
  'callbacks pmd': 'pmd_entry only',
  'callbacks pte': 'pte_entry only',
  'callbacks both': 'both callbacks',
}

/** `splits with pte_entry only (81 scenarios, exhaustive), such as 1 in pagewalk/quiet/pte/huge`: what stayed the same. */
export function contrastText(same: Finding): string {
  const { topic, where } = aboutText(same)
  const { value } = same.after
  const such = value === undefined ? '' : `, such as ${valueText(value)} in ${same.scenario}`
  return `${topic} ${where}`.trimEnd() + ` (${lookedAt([same])})${such}`
}

/** The same for several: one by one, or if they are many in one text. */
export function contrastTexts(same: readonly Finding[]): readonly string[] {
  const [first] = same
  if (first === undefined || same.length <= MANY_CONTRASTS) return same.map(contrastText)
  const { topic, where } = aboutText(first)
  return [`${topic} ${where} and ${same.length - 1} others (${lookedAt(same)})`]
}

const MANY_CONTRASTS = 3

/** `12 scenarios, exhaustive`; of several models `12 scenarios under sc, 3 under lkmm, exhaustive`. */
export function lookedAt(findings: readonly Finding[]): string {
  const models = [...new Set(findings.map(({ model }) => model))]
  const count = (model: string): number =>
    new Set(
      findings
        .filter((finding) => finding.model === model)
        .flatMap((finding) => [finding.scenario, ...(finding.scenarios ?? [])]),
    ).size
  const [first = '', ...others] = models
  const scenarios = [
    plural(count(first), 'scenario') + (others.length === 0 ? '' : ` under ${first}`),
    ...others.map((model) => `${count(model)} under ${model}`),
  ].join(', ')
  const exhaustive = findings.every(
    (finding) =>
      finding.before.coverage.kind === 'exhaustive' && finding.after.coverage.kind === 'exhaustive',
  )
  return `${scenarios}, ${exhaustive ? 'exhaustive' : 'not exhaustive'}`
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
        ? 'latent: nothing known meets this (callers not looked for)'
        : `latent: nothing${where} meets this${listed('; nearest: ', inTree.found)}`
    case 'unknown':
      return inTree === null
        ? 'unknown: callers not looked for'
        : `unknown${where}: ${inTree.found.map((one) => `${one}; `).join('')}${blindText(inTree.blind)}`
  }
}

function listed(lead: string, items: readonly string[]): string {
  return items.length === 0 ? '' : lead + items.join('; ')
}

function blindText(blind: readonly string[]): string {
  return blind.length === 0 ? 'the scan gave no answer' : `not visible to the scan: ${blind.join(', ')}`
}

/** What must be so for the finding to happen, without what `common` says once for all; empty when nothing special. */
export function needsText(finding: Finding, common: readonly string[] = []): string {
  return finding.premise.needs
    .filter((need) => !common.includes(need))
    .map((need) => needText(need, finding))
    .join('; ')
}

/** One need in a reviewer's words. */
export function needText(need: string, finding: Finding | null): string {
  if (need.startsWith('concurrently: ')) return `on another CPU: ${need.slice('concurrently: '.length)}`
  if (need.startsWith('any number of loads of the entry')) {
    return `any number of loads of ${entryText(finding)}, a single one included`
  }
  if (need.startsWith('a compiler that loads the same entry again')) {
    return `a compiler that loads ${entryText(finding)} once more between two tests of it`
  }
  return need
}

/** `*pmd`, after the entry at which the witness goes wrong. */
function entryText(finding: Finding | null): string {
  const said = finding?.witness?.steps.find(({ hazard }) => hazard !== undefined)
  const [, level] =
    /\b(pgd|p4d|pud|pmd|pte):\w+\[/.exec(`${said?.hazard ?? ''} ${said?.entry?.name ?? ''}`) ?? []
  return level === undefined ? 'the entry' : `*${level}`
}

/** What the answer holds for, empty where nothing ran: `explored: x86-64; sc; 2 threads with 4 entries per table; callers not looked for`. */
export function exploredText(report: Report): string {
  const { arch, model, scope, config, tree, loads, plain } = report.options
  if (arch.length === 0 && scope === '') return ''
  const parts = [
    arch.join(', '),
    model.join(', '),
    scopeText(scope),
    configText(config),
    loads === undefined ? '' : `loads ${loads.map((one) => LOADS[one]).join(' and ')}`,
    plain === undefined ? '' : PLAIN[plain],
    callersText(report, tree),
  ]
  return `explored: ${parts.filter((part) => part !== '').join('; ')}`
}

function callersText({ findings }: Report, tree: string | null): string {
  if (tree === null) return 'callers not looked for (no tree)'
  const scanned = new Set(findings.flatMap(({ premise }) => premise.inTree?.scanned ?? []))
  if (scanned.size === 0) return `tree ${tree}`
  return `callers looked for in ${tree}${scanned.size === 1 ? ` (${[...scanned].join('')})` : ''}`
}

const LOADS = { each: 'as written', merged: 'merged' } as const

const PLAIN = {
  once: 'plain accesses as marked ones where the model asks',
  'as-written': 'plain accesses as written',
} as const

/**
 * What "exhaustive" ranged over, the sizes named once: `1 thread, S; 1 thread, T; 2 threads, T` is
 * `1 thread with S, 1 or 2 threads with T`. A scope of another form is left as it is.
 */
export function scopeText(scope: string): string {
  const threads = new Map<string, number[]>()
  for (const part of scope.split('; ')) {
    const [, count, sizes = ''] = /^(\d+) threads?(?:, (.+))?$/.exec(part) ?? []
    if (count === undefined) return scope
    const counts = threads.get(sizes) ?? []
    threads.set(sizes, [...new Set([...counts, Number(count)])])
  }
  return [...threads]
    .map(([sizes, counts]) => {
      const sorted = counts.sort((a, b) => a - b)
      const number = `${sorted.join(' or ')} ${sorted.at(-1) === 1 ? 'thread' : 'threads'}`
      return sizes === '' ? number : `${number} with ${sizes}`
    })
    .join(', ')
}

/** A data race that is no finding: `data race (pte) as the accesses are written, before and after alike: …`. */
export function raceText({ race, models, archs }: RaceGroup, run: Report['options']): string {
  const on = run.arch.length > 1 ? ` on ${archs.join(', ')}` : ''
  return `${race.property} under ${models.join(', ')}${on} as the accesses are written, before and after alike: ${race.text}`
}

/** The scenarios that show it: `pagewalk/both-zap and 2 more`. */
export function scenarioText(finding: Finding): string {
  const others = new Set(finding.scenarios ?? [])
  others.delete(finding.scenario)
  return finding.scenario + (others.size === 0 ? '' : ` and ${others.size} more`)
}

/** `walk_pmd_range (mm/pagewalk.c); x86-64, sc; CONFIG_SMP=y`; without the model where that is said elsewhere. */
export function placeText(finding: Finding, withModel = true): string {
  const under = [finding.arch, withModel ? finding.model : ''].filter((part) => part !== '').join(', ')
  const parts = [functionText(finding), under, configText(finding.config)]
  return parts.filter((part) => part !== '').join('; ')
}

/** `walk_pmd_range (mm/pagewalk.c)`. */
export function functionText({ function: name, path }: Pick<Finding, 'function' | 'path'>): string {
  return path === '' ? name : `${name} (${path})`
}

/** Both sides; null where the headline has said as much (`splits: 1 -> 0`), or why nothing ran. */
export function sidesText(finding: Finding): readonly [before: string, after: string] | null {
  const { before, after, summary } = finding
  if (before.coverage.kind === 'not-run' && after.coverage.kind === 'not-run') return null
  const said = (side: SideResult): boolean => side.value !== undefined && summary.includes(side.value)
  const bounded = before.coverage.kind !== 'exhaustive' || after.coverage.kind !== 'exhaustive'
  if (finding.verdict === 'changed' && said(before) && said(after) && !bounded) return null
  if (!isCut(before) && !isCut(after)) return [sideText(before), sideText(after)]
  return bounded
    ? [coverageText(before.coverage, before.executions), coverageText(after.coverage, after.executions)]
    : null
}

/** Values too long to be shown whole: the summary tells what differs in them. */
function isCut({ value }: SideResult): boolean {
  return value?.includes('…') === true
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
