/**
 * The report for a person at a terminal. The first screen answers "what changed in behaviour"; the evidence, the
 * patch and what was made of it follow. Plain ASCII, aligned, no frames; the text may change between versions.
 */
import { plural, wrap } from '../base/index.js'
import { formatDiagnostic } from './diagnostics.js'
import { digest, type NumberedFinding } from './digest.js'
import { field } from './layout.js'
import { createPaint } from './paint.js'
import { type Screen, section } from './screen.js'
import { singleLine } from './single-line.js'
import { fragmentLines, functionLines, patchLines } from './terminal-patch.js'
import { traceLines } from './trace-text.js'
import type { Finding, Report } from './types.js'
import { headline } from './verdict.js'
import { configText, needsText, placeText, reachText, scenarioText, sidesText } from './wording.js'

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
  const gutter = 6 + Math.max(9, ...printed.map(({ finding }) => finding.verdict.length))
  const blocks = (numbered: readonly NumberedFinding[]) =>
    numbered.map((item) => findingLines(item, gutter, screen))
  const skipped = new Set(parts.notReplayed.map((item) => `${item.path}\n${item.function}`))
  const replayed = report.functions.filter((fn) => !skipped.has(`${fn.path}\n${fn.name}`))
  const headed = (title: string, items: readonly (readonly string[])[]) =>
    items.map((lines, index) => (index === 0 ? [...section(title, screen), ...lines] : lines))
  return [
    [...titleLines(report, screen, true), ...answerLines(report, parts.answer, screen)],
    ...blocks(parts.shown),
    ...headed('Latent: possible, but nothing is known to meet it', blocks(parts.latent)),
    ...(all ? headed('Possible before and after alike', blocks(parts.preExisting)) : []),
    parts.same.flatMap((group) => [
      ...field('', `${group.function}: ${group.text}`, { indent: 0, gutter: 4, width: screen.width }).map(
        (line, index) => (index === 0 ? paint.verdict('same', '  = ') + line.slice(4) : line),
      ),
      ...group.notes.flatMap((note) => field('', note, { indent: 4, gutter: 6, width: screen.width })),
    ]),
    parts.notReplayed.length === 0
      ? []
      : [
          ...section('Not replayed', screen),
          ...parts.notReplayed.flatMap((item) =>
            field('', `${item.function}${item.path === '' ? '' : ` (${item.path})`}: ${item.why}`, {
              indent: 2,
              gutter: 2,
              width: screen.width,
            }),
          ),
        ],
    fragmentLines(report, screen),
    ...evidence(printed, screen),
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
    ...(withOptions ? wrap(optionsText(report), screen.width).map(screen.paint.dim) : []),
  ]
}

/** What the answer holds for: `x86-64; sc; 4 entries per table, 2 threads`. */
function optionsText(report: Report): string {
  const { arch, model, scope, config, tree, loads } = report.options
  const parts = [
    arch.join(', '),
    model.join(', '),
    scope,
    configText(config),
    tree === null ? 'no tree' : `tree ${tree}`,
    loads === undefined ? '' : `loads ${loads.join(' and ')}`,
  ]
  return parts.filter((part) => part !== '').join('; ')
}

function answerLines(report: Report, answer: string, screen: Screen): readonly string[] {
  const { paint, width } = screen
  const cut = report.incomplete === true ? 'interrupted: only what was found until then. ' : ''
  return ['', ...wrap(cut + answer, width).map(paint.bold)]
}

function findingLines(
  { number, finding }: NumberedFinding,
  gutter: number,
  screen: Screen,
): readonly string[] {
  const { paint, width } = screen
  const at = { indent: 4, gutter, width }
  const label = `${String(number).padStart(2)}  ${finding.verdict}`
  const sides = sidesText(finding)
  return [
    ...field(label, headline(finding), { indent: 0, gutter, width }).map((line) =>
      paint.verdict(finding.verdict, line),
    ),
    ...field('in', placeText(finding), at),
    ...(sides === null ? [] : sideLines(sides, at)),
    ...field('needs', needsText(finding.premise), at),
    ...(finding.reach === 'unknown' && finding.premise.inTree === null
      ? []
      : field('reach', reachText(finding), at)),
    ...(screen.verbose ? field('scanned', finding.premise.inTree?.scanned ?? '', at) : []),
    ...(finding.notes ?? []).flatMap((note) => field('note', note, at)),
    ...field('scenario', scenarioText(finding), at).map(paint.dim),
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

/** Traces of hazards; of other findings only the line that replays them, unless all is wanted. */
function evidence(numbered: readonly NumberedFinding[], screen: Screen): readonly (readonly string[])[] {
  const blocks = numbered.flatMap(({ number, finding }) => {
    const lines = witnessLines(finding, screen)
    return lines.length === 0 ? [] : [[...evidenceTitle(number, finding, screen), ...lines]]
  })
  return blocks.map((lines, index) => (index === 0 ? [...section('Evidence', screen), ...lines] : lines))
}

function evidenceTitle(number: number, finding: Finding, screen: Screen): readonly string[] {
  const title = `${headline(finding)} [${finding.id.slice(0, 8)}]`
  return field(String(number).padStart(2), title, { indent: 0, gutter: 4, width: screen.width })
}

function witnessLines(finding: Finding, screen: Screen): readonly string[] {
  const { witness } = finding
  if (witness === null) return []
  const withTrace = screen.verbose || finding.verdict !== 'changed'
  return [
    ...(withTrace
      ? [
          ...field('', `${witness.side}, ${finding.scenario}, schedule ${witness.schedule}`, {
            indent: 4,
            gutter: 4,
            width: screen.width,
          }),
          ...traceLines(witness.steps, { width: screen.width, paint: screen.paint, all: screen.verbose }),
        ]
      : []),
    `    ${witness.command}`,
  ]
}

function simplificationLines(report: Report, screen: Screen): readonly string[] {
  const known = report.simplifications ?? []
  if (known.length === 0) return []
  return [
    ...section('Simplifications of the model on the way to these findings', screen),
    ...known.flatMap((item) =>
      field(item.id, `${item.text}: ${item.error}`, {
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
