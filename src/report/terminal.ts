/**
 * The report for a person at a terminal. The first screen answers "what changed in behaviour"; the evidence, the
 * patch and what was made of it follow. Plain ASCII, aligned, no frames; the text may change between versions.
 */
import { plural, wrap } from '../base/index.js'
import { claimTexts } from './claim-text.js'
import { formatDiagnostic } from './diagnostics.js'
import { type Digest, digest, type NotReplayed, type NumberedFinding, type SameGroup } from './digest.js'
import { namedText, shownLines, shownTitle } from './discussion-text.js'
import { field } from './layout.js'
import { underText } from './model-groups.js'
import { neededGroups, neededLines } from './needed-table.js'
import { createPaint } from './paint.js'
import { type Screen, section } from './screen.js'
import { singleLine } from './single-line.js'
import { fragmentLines, functionLines, outcomeLines, patchLines } from './terminal-patch.js'
import { traceLines } from './trace-text.js'
import type { Finding, Report, Verdict, Witness } from './types.js'
import { headline, shortTitle, title } from './verdict.js'
import {
  configText,
  contrastTexts,
  exploredText,
  functionText,
  needsText,
  needText,
  placeText,
  raceText,
  reachText,
  scenarioText,
  sidesText,
} from './wording.js'

export interface TerminalOptions {
  /** Columns; 80 if left out, never less than 60. */
  readonly width?: number
  readonly color?: boolean
  /** Also hazards that were there before the patch. */
  readonly all?: boolean
  /** Every step of every witness, all checks and notes. */
  readonly verbose?: boolean
  /** `parse` leaves out everything that a replay would say. */
  readonly view?: 'run' | 'parse'
  /** False where the diagnostics are printed elsewhere. */
  readonly diagnostics?: boolean
}

/** The report as text, ending in a newline. Total: any report that has the type can be printed. */
export function formatTerminal(report: Report, options: TerminalOptions = {}): string {
  const safe = singleLine(report)
  const screen: Screen = {
    width: Math.max(60, options.width ?? 80),
    paint: createPaint(options.color ?? false),
    verbose: options.verbose ?? false,
  }
  const sections =
    options.view === 'parse'
      ? [
          titleLines(safe, screen, false),
          fragmentLines(safe, screen),
          patchLines(safe, screen),
          functionLines(safe.functions, screen),
        ]
      : runSections(safe, screen, options.all ?? false)
  const diagnostics = options.diagnostics === false ? [] : diagnosticLines(safe, screen)
  const parts = [...sections, diagnostics].filter((lines) => lines.length > 0)
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function runSections(report: Report, screen: Screen, all: boolean): readonly (readonly string[])[] {
  const { paint } = screen
  const parts = digest(report)
  const printed = [...parts.shown, ...parts.latent, ...(all ? parts.preExisting : [])]
  const view = viewOf(report, parts, printed, screen)
  const blocks = (numbered: readonly NumberedFinding[]) =>
    numbered.map((item) => findingLines(item, view, screen))
  const headed = (title: string, items: readonly (readonly string[])[]) =>
    items.map((lines, index) => (index === 0 ? [...section(title, screen), ...lines] : lines))
  const skipped = new Set(
    parts.notReplayed.flatMap(({ items }) => items.map(({ path, name }) => `${path}\n${name}`)),
  )
  const replayed = report.functions.filter((fn) => !skipped.has(`${fn.path}\n${fn.name}`))
  return [
    [...titleLines(report, screen, true), ...answerLines(report, parts.answer, screen)],
    outcomeLines(report, screen),
    claimLines(report, screen),
    ...discussionLines(report, screen),
    printed.length > OVERVIEW ? printed.flatMap((item) => overviewLines(item, view, screen)) : [],
    field('all need', parts.commonNeeds.map((need) => needText(need, null)).join('; '), {
      indent: 0,
      gutter: view.gutter,
      width: screen.width,
    }),
    ...blocks(parts.shown),
    ...headed(LATENT_TITLE, blocks(parts.latent)),
    ...(all ? headed('Possible before and after alike', blocks(parts.preExisting)) : []),
    parts.same
      .filter((group) => !isAnswered(group, parts.answer))
      .flatMap((group) => [
        ...field('', `${group.function}: ${group.text}`, { indent: 0, gutter: 4, width: screen.width }).map(
          (line, index) => (index === 0 ? paint.verdict('same', '  = ') + line.slice(4) : line),
        ),
        ...group.notes.flatMap((note) => field('', note, { indent: 4, gutter: 6, width: screen.width })),
      ]),
    parts.races.flatMap((group) =>
      field('', `${group.race.function}: ${raceText(group, report.options)}`, {
        indent: 0,
        gutter: 4,
        width: screen.width,
      }).map((line, index) => paint.dim(index === 0 ? `  ~ ${line.slice(4)}` : line)),
    ),
    neededSection(report, screen),
    notReplayedLines(parts.notReplayed, screen),
    fragmentLines(report, screen),
    ...evidence(printed, view, screen),
    patchLines(report, screen),
    functionLines(replayed, screen),
    simplificationLines(report, screen),
    !all && parts.preExisting.length > 0
      ? [
          paint.dim(
            `${plural(parts.preExisting.length, 'hazard')} possible before and after alike: shown with --all`,
          ),
        ]
      : [],
  ]
}

/** What the functions show that a thread without a patch names. */
function discussionLines({ discussion }: Report, screen: Screen): readonly (readonly string[])[] {
  if (discussion === undefined) return []
  const { width, paint } = screen
  return [
    ...discussion.shown.map((shown) => [
      ...field('', shownTitle(shown), { indent: 0, gutter: 2, width }).map((line, index) =>
        paint.bold(index === 0 ? line.slice(2) : line),
      ),
      ...shownLines(shown, screen.verbose).flatMap(([label, text]) =>
        field(label, text, { indent: 2, gutter: 12, width }),
      ),
    ]),
    discussion.functions.length === 0
      ? []
      : [
          ...section('Functions that the text names', screen),
          ...discussion.functions.flatMap((one) =>
            field('', namedText(one), { indent: 2, gutter: 4, width }).map((line, index) =>
              index === 0 ? line.replace(/^ {4}/, '  ') : line,
            ),
          ),
        ],
  ]
}

/** What the patch says of itself, and what became of that. */
function claimLines(report: Report, screen: Screen): readonly string[] {
  return claimTexts(report).flatMap(({ claim, text }) =>
    field('', text, { indent: 0, gutter: 2, width: screen.width }).map((line, index) => {
      const whole = index === 0 ? line.slice(2) : line
      return claim.outcome === 'contradicted' ? screen.paint.verdict('changed', whole) : whole
    }),
  )
}

/** What each barrier and second look of lockless functions is there for. */
function neededSection(report: Report, screen: Screen): readonly string[] {
  return neededGroups(report).flatMap((group) => [
    ...section(`What ${group.title} needs, and what shows without it`, screen),
    ...neededLines(group, screen.width - 2).map((line) => `  ${line}`),
  ])
}

/** The answer on top has said it already. */
function isAnswered({ function: name, text, notes }: SameGroup, answer: string): boolean {
  return notes.length === 0 && answer.includes(`${name}: ${text}`)
}

const LATENT_TITLE = 'Latent: possible, but nothing is known to meet it'

/** With more findings than this a list of their headlines comes first, so that the first screen has them all. */
const OVERVIEW = 4

/** What all findings of one report share in the way they are shown. */
interface View {
  /** Columns before a finding's text. */
  readonly gutter: number
  readonly commonNeeds: readonly string[]
  readonly contrasts: ReadonlyMap<number, readonly Finding[]>
  /** Numbers of the findings whose witness is shown under Evidence. */
  readonly witnessed: ReadonlySet<number>
  /** More than one memory model was run, so that each finding says under which it stands. */
  readonly manyModels: boolean
  /** The place of a finding is told apart from that of others by its function alone. */
  readonly onePlace: boolean
}

function viewOf(report: Report, parts: Digest, printed: readonly NumberedFinding[], screen: Screen): View {
  const withWitness = printed.filter(({ finding }) => finding.witness !== null)
  const first = (verdict: Verdict) =>
    withWitness.filter(({ finding }) => finding.verdict === verdict).slice(0, 1)
  const witnessed = screen.verbose ? withWitness : [...first('regressed'), ...first('fixed')]
  const { arch, model } = report.options
  return {
    gutter: 6 + Math.max(9, ...printed.map(({ finding }) => finding.verdict.length)),
    commonNeeds: parts.commonNeeds,
    contrasts: parts.contrasts,
    witnessed: new Set(witnessed.map(({ number }) => number)),
    manyModels: model.length > 1,
    onePlace:
      arch.length === 1 &&
      printed.every(
        ({ finding }) =>
          finding.arch === arch[0] &&
          (model.length > 1 || finding.model === model[0]) &&
          finding.path === printed[0]?.finding.path,
      ),
  }
}

/** `label  the finding in a sentence`: for a list of all of them. */
function overviewLines(item: NumberedFinding, view: View, screen: Screen): readonly string[] {
  const { number, finding } = item
  const latent = finding.reach === 'latent' && finding.verdict === 'regressed' ? ' [latent]' : ''
  const [models] = underText(item).split(';', 1)
  const mark = latent + (models?.endsWith(' only') === true ? ` [${models}]` : '')
  const label = `${String(number).padStart(2)}  ${finding.verdict}`
  return field(label, shortTitle(finding) + mark, {
    indent: 0,
    gutter: view.gutter,
    width: screen.width,
  }).map((line) => screen.paint.verdict(finding.verdict, line))
}

/** What has no verdict because it did not run: one line each, under the reason where several have the same. */
function notReplayedLines(groups: readonly NotReplayed[], screen: Screen): readonly string[] {
  if (groups.length === 0) return []
  const { width } = screen
  const all = groups.flatMap(({ items }) => items)
  const column = Math.min(32, Math.max(...all.map((item) => item.name.length)))
  const texts = (count: number): string => (count > 1 ? ` (${count} texts)` : '')
  return [
    ...section(`Not replayed: ${all.length}`, screen),
    ...groups.flatMap(({ why, items }) => {
      const [only] = items
      if (only !== undefined && items.length === 1) {
        const text = `${functionText({ function: only.name, path: only.path })}${texts(only.count)}: ${why}`
        return field('', text, { indent: 2, gutter: 2, width })
      }
      return [
        ...field('', `${why}:`, { indent: 2, gutter: 2, width }),
        ...items.map(({ name, path, count }) =>
          `    ${name.padEnd(column)}  ${path}${texts(count)}`.trimEnd().slice(0, width),
        ),
      ]
    }),
  ]
}

function titleLines(report: Report, screen: Screen, withOptions: boolean): readonly string[] {
  const { source } = report
  const subject = source.subject === '' ? '(no subject)' : source.subject
  const from = [
    source.kind,
    source.messageId === null ? '' : `<${bare(source.messageId)}>`,
    source.date?.slice(0, 10) ?? '',
  ]
  return [
    ...wrap(subject, screen.width).map(screen.paint.bold),
    ...wrap(from.filter((part) => part !== '').join(', '), screen.width).map(screen.paint.dim),
    ...(withOptions ? wrap(exploredText(report), screen.width).map(screen.paint.dim) : []),
  ]
}

function answerLines(report: Report, answer: string, screen: Screen): readonly string[] {
  const { paint, width } = screen
  const cut = report.incomplete === true ? 'interrupted: only what was found until then. ' : ''
  return ['', ...wrap(cut + answer, width).map(paint.bold)]
}

function findingLines(item: NumberedFinding, view: View, screen: Screen): readonly string[] {
  const { number, finding } = item
  const { paint, width, verbose } = screen
  const at = { indent: 4, gutter: view.gutter, width }
  const label = `${String(number).padStart(2)}  ${finding.verdict}`
  const sides = sidesText(finding)
  const isHazard = finding.verdict === 'regressed' || finding.verdict === 'fixed'
  const { witness } = finding
  const others = new Set([finding.scenario, ...(finding.scenarios ?? [])]).size - 1
  return [
    ...field(label, title(finding), { indent: 0, gutter: view.gutter, width }).map((line) =>
      paint.verdict(finding.verdict, line),
    ),
    ...(view.onePlace && configText(finding.config) === '' && !verbose
      ? []
      : field('in', placeText(finding, !view.manyModels), at)),
    ...(view.manyModels ? field('under', underText(item) || finding.model, at) : []),
    ...(sides === null ? [] : sideLines(sides, at)),
    ...field('needs', needsText(finding, view.commonNeeds), at),
    ...(isHazard || finding.reach !== 'unknown' || finding.premise.inTree !== null
      ? field('reach', reachText(finding), at)
      : []),
    ...(verbose ? field('scanned', finding.premise.inTree?.scanned ?? '', at) : []),
    ...(finding.notes ?? []).flatMap((note) => field('note', note, at)),
    ...contrastTexts(view.contrasts.get(number) ?? []).flatMap((text) => field('unchanged', text, at)),
    ...(witness === null
      ? field('scenario', scenarioText(finding), at).map(paint.dim)
      : [
          ...(others > 0 ? field('also in', plural(others, 'more scenario'), at).map(paint.dim) : []),
          paint.dim(`    ${'replay'.padEnd(view.gutter - 4)}${witness.command}`),
        ]),
  ]
}

/** Before and after side by side where they fit, else below each other. */
function sideLines(
  [before, after]: readonly [string, string],
  at: { readonly indent: number; readonly gutter: number; readonly width: number },
): readonly string[] {
  const both = `${before}    after  ${after}`
  if (at.gutter + both.length <= at.width) return [`    ${'before'.padEnd(at.gutter - 4)}${both}`]
  return [...field('before', before, at), ...field('after', after, at)]
}

/** The executions that show the gravest findings; with --verbose all of them, step by step. */
function evidence(
  numbered: readonly NumberedFinding[],
  view: View,
  screen: Screen,
): readonly (readonly string[])[] {
  const blocks = numbered.flatMap(({ number, finding }) =>
    finding.witness === null || !view.witnessed.has(number)
      ? []
      : [witnessLines(number, finding, finding.witness, view, screen)],
  )
  return blocks.map((lines, index) => (index === 0 ? [...section('Evidence', screen), ...lines] : lines))
}

function witnessLines(
  number: number,
  finding: Finding,
  witness: Witness,
  view: View,
  screen: Screen,
): readonly string[] {
  const { width, paint, verbose } = screen
  const shown = verbose ? '' : `; ${plural(witness.steps.length, 'step')}, shown without calls and values`
  const model = view.manyModels ? `, ${finding.model}` : ''
  const under = `${witness.side} the patch: ${finding.scenario}${model}, schedule ${witness.schedule}${shown}`
  return [
    ...field(String(number).padStart(2), `${headline(finding)} [${finding.id.slice(0, 8)}]`, {
      indent: 0,
      gutter: 4,
      width,
    }),
    ...field('', under, { indent: 4, gutter: 4, width }).map(paint.dim),
    ...traceLines(witness.steps, { width, paint, all: verbose }),
  ]
}

function simplificationLines(report: Report, screen: Screen): readonly string[] {
  const known = report.simplifications ?? []
  if (known.length === 0) return []
  return [
    ...section('Simplifications of the model on the way to these findings', screen),
    ...known.flatMap((item) =>
      field(item.id, `${item.text.replace(/\.$/, '')}: ${item.error}`, {
        indent: 2,
        gutter: Math.max(20, item.id.length + 4),
        width: screen.width,
      }),
    ),
  ]
}

function diagnosticLines(report: Report, screen: Screen): readonly string[] {
  if (report.diagnostics.length === 0) return []
  return [
    ...section('Diagnostics', screen),
    ...report.diagnostics.flatMap((item) =>
      formatDiagnostic(item, screen.paint)
        .trimEnd()
        .split('\n')
        .flatMap((line, index) =>
          field('', line, { indent: 2, gutter: index === 0 ? 2 : 4, width: screen.width }),
        ),
    ),
  ]
}

function bare(messageId: string): string {
  return messageId.replace(/^<|>$/g, '')
}
