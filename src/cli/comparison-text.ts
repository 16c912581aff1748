/** How two revisions differ in behaviour, on the screen. */
import { plural } from '../base/index.js'
import { coverageText, createPaint, field, singleLine, table } from '../report/index.js'
import type { ComparedRevision, RevisionComparison } from '../run/index.js'

export interface ComparisonTextOptions {
  readonly width: number
  readonly color: boolean
  /** With the command that replays each witness, and the functions that are alike. */
  readonly verbose: boolean
}

type Difference = RevisionComparison['findings'][number]

/** Ends in a newline. */
export function comparisonText(comparison: RevisionComparison, options: ComparisonTextOptions): string {
  const safe = singleLine(comparison)
  const paint = createPaint(options.color)
  const { width } = options
  const told = safe.findings.filter(({ verdict }) => verdict !== 'pre-existing')
  const differing = told.filter(({ verdict }) => verdict !== 'same')
  const same = told.filter(({ verdict, property }) => verdict === 'same' && property === 'behaviour')
  const lines = [
    ...revisionLines('first', safe.first, width).map(paint.bold),
    ...revisionLines('second', safe.second, width).map(paint.bold),
    ...field('', explored(safe), { indent: 0, gutter: 0, width }),
    '',
    ...differing.flatMap((finding, i) => differenceLines(finding, i + 1, options)),
    ...same.flatMap(({ arch, model, summary }) =>
      field('', `${arch}, ${model}: ${summary}`, { indent: 0, gutter: 0, width }),
    ),
    ...(told.length === 0 ? field('', nothingRun(safe), { indent: 0, gutter: 0, width }) : []),
    ...fileLines(safe, width),
    ...verdictLines(safe),
    ...functionLines(safe, options),
    ...(safe.incomplete === true ? ['', 'interrupted: scenarios are missing'] : []),
  ]
  return `${lines.join('\n')}\n`
}

function revisionLines(
  word: string,
  { label, subject, patches, date }: ComparedRevision,
  width: number,
): string[] {
  const more = patches > 1 ? ` and ${patches - 1} more` : ''
  const day = date === null ? '' : `, ${date.slice(0, 10)}`
  return [...field(word, `${label}: ${subject}${more}${day}`, { indent: 0, gutter: 8, width })]
}

function explored({ arch, model, scope, tree }: RevisionComparison): string {
  if (arch.length === 0) return 'explored: nothing'
  return `explored: ${arch.join(', ')}; ${model.join(', ')}; ${scope}${tree === null ? '' : `; tree ${tree}`}`
}

function nothingRun({ functions }: RevisionComparison): string {
  const same = functions.filter((one) => one.same)
  if (same.length === 0) return 'nothing that both leave could be run'
  return `no difference: one text stands on both sides of ${plural(same.length, 'function')}`
}

function fileLines({ files }: RevisionComparison, width: number): readonly string[] {
  const text =
    files.length === 0 ? 'both change the same lines' : `changed lines differ in ${files.join(', ')}`
  return field('', files.length > 8 ? `changed lines differ in ${files.length} files` : text, {
    indent: 0,
    gutter: 0,
    width,
  })
}

const WORDS: Readonly<Partial<Record<Difference['verdict'], string>>> = {
  regressed: 'only possible after the second: ',
  fixed: 'only possible after the first: ',
}

function differenceLines(finding: Difference, number: number, options: ComparisonTextOptions): string[] {
  const { width, verbose } = options
  const { verdict, summary, path, arch, model, premise, before, after, witness, scenarios, notes } = finding
  const at = { indent: 4, gutter: 14, width }
  const more = (scenarios?.length ?? 1) - 1
  return [
    ...field(String(number), `${finding.function}: ${WORDS[verdict] ?? ''}${summary}`, {
      indent: 0,
      gutter: 4,
      width,
    }),
    ...field('in', `${path}; ${arch}, ${model}`, at),
    ...field(
      'first',
      `${before.value ?? before.holds} (${coverageText(before.coverage, before.executions)})`,
      at,
    ),
    ...field(
      'second',
      `${after.value ?? after.holds} (${coverageText(after.coverage, after.executions)})`,
      at,
    ),
    ...field('needs', premise.needs.join('; '), at),
    ...(notes ?? []).flatMap((note) => field('note', note, at)),
    ...(more > 0 ? field('also in', plural(more, 'more scenario'), at) : []),
    ...(verbose && witness !== null ? [`    replay    ${witness.command}`] : []),
    '',
  ]
}

/** What each was found to do to the text it was made for, where the two are not alike. */
function verdictLines({ verdicts, first, second }: RevisionComparison): string[] {
  if (verdicts.length === 0) return []
  const label = first.label === second.label ? ['first', 'second'] : [first.label, second.label]
  const rows = verdicts.map((one) => [one.property, one.arch, one.first ?? '-', one.second ?? '-'])
  return ['', 'Each against the text before it', ...indent(table([['', '', ...label], ...rows]))]
}

function functionLines({ functions }: RevisionComparison, { verbose }: ComparisonTextOptions): string[] {
  const differ = functions.filter(({ first, second, note }) => note !== null || first !== second)
  const shown = verbose ? functions : differ.filter(({ first, second }) => first !== null || second !== null)
  if (shown.length === 0) return []
  const rows = shown.map(({ name, first, second, note }) => [
    name,
    version(first),
    version(second),
    ...(note === null ? [] : [note]),
  ])
  const left = functions.length - shown.length
  return [
    '',
    'What stands for the functions',
    ...indent(table(rows)),
    ...(left > 0 ? [`  and ${plural(left, 'function')} that nothing stands for, or that are alike`] : []),
  ]
}

function version(id: string | null): string {
  return id === null ? '-' : (id.split('@')[1] ?? id)
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
