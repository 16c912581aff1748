/** The report as markdown, for a pull request, a wiki or a tracker. Text from the mail cannot become markup. */
import { plural } from '../base/index.js'
import { claimTexts } from './claim-text.js'
import { digest, type NotReplayed, type NumberedFinding, numberFindings } from './digest.js'
import { namedText, shownLines, shownTitle } from './discussion-text.js'
import { underText } from './model-groups.js'
import { type NeededGroup, neededGroups } from './needed-table.js'
import { createPaint } from './paint.js'
import { singleLine } from './single-line.js'
import { traceLines } from './trace-text.js'
import type { Report, ReportFile } from './types.js'
import { headline, title } from './verdict.js'
import {
  certificateText,
  changeText,
  contrastTexts,
  exploredText,
  needsText,
  needText,
  raceText,
  reachText,
  repairsText,
  scenarioText,
  sidesText,
} from './wording.js'

const PLAIN = createPaint(false)

/** The report as GitHub-flavoured markdown, ending in a newline. */
export function formatMarkdown(report: Report): string {
  const safe = singleLine(report)
  const parts = digest(safe)
  const witnessed = [...parts.shown, ...parts.latent].filter(({ finding }) => finding.witness !== null)
  const isHazard = ({ finding }: NumberedFinding) =>
    finding.verdict === 'regressed' || finding.verdict === 'fixed'
  const hazards = witnessed.filter(isHazard)
  const others = witnessed.filter((item) => !isHazard(item))
  const { source } = safe
  const from = [source.kind, source.messageId ?? '', source.date?.slice(0, 10) ?? '']
  const sections: readonly (readonly string[])[] = [
    [`# ${escaped(source.subject === '' ? '(no subject)' : source.subject)}`],
    [
      `**${escaped(parts.answer)}**${safe.incomplete === true ? ' (interrupted: only what was found until then)' : ''}`,
    ],
    [escaped([...from, exploredText(safe)].filter((part) => part !== '').join('; '))],
    parts.commonNeeds.length === 0
      ? []
      : [`All findings need: ${escaped(parts.commonNeeds.map((need) => needText(need, null)).join('; '))}.`],
    list(
      'What the patch says of itself',
      claimTexts(safe).map(({ claim, text }) =>
        claim.outcome === 'contradicted' ? `**${escaped(text)}**` : escaped(text),
      ),
    ),
    ...(safe.discussion?.shown ?? []).map((shown) =>
      list(
        escaped(shownTitle(shown)),
        shownLines(shown, true).map(([label, text]) => `${label}: ${escaped(text)}`),
      ),
    ),
    list('Functions that the text names', (safe.discussion?.functions ?? []).map(namedText).map(escaped)),
    findingTable('Findings', parts.shown, parts.commonNeeds),
    findingTable('Latent: possible, but nothing is known to meet it', parts.latent, parts.commonNeeds),
    list('No difference', [
      ...parts.same.map((group) => `${code(group.function)}: ${escaped(group.text)}`),
      ...[...parts.contrasts].flatMap(([number, same]) =>
        contrastTexts(same).map(
          (text) => `${code(same[0]?.function ?? '')}, beside ${number}: ${escaped(text)}`,
        ),
      ),
    ]),
    list(
      'Accesses as written',
      parts.races.map((group) => `${code(group.race.function)}: ${escaped(raceText(group, safe.options))}`),
    ),
    ...neededGroups(safe).map(neededTable),
    list('Not replayed', parts.notReplayed.map(notReplayedText)),
    list(
      'Quoted code, which is no patch',
      (source.fragments ?? []).map(
        (fragment) =>
          `${fragment.functions.map(code).join(', ')}: ${fragment.lines} lines${fragment.complete ? '' : ', cut off'}`,
      ),
    ),
    ...hazards.map(evidence),
    replayLines(others),
    list(
      'Patch',
      safe.patches.flatMap((patch) => patch.files.map(fileText)),
    ),
    list(
      'Functions',
      safe.functions.map(
        (fn) =>
          `${code(fn.name)} in ${code(fn.path)}: ${escaped(changeText(fn))}${fn.before === null && fn.after === null ? '' : `; ${code(fn.before ?? 'none')} before, ${code(fn.after ?? 'none')} after`}`,
      ),
    ),
    list(
      'Diagnostics',
      safe.diagnostics.map((item) => `${item.severity}: ${escaped(item.message)} (${code(item.code)})`),
    ),
    [`kreplay ${escaped(safe.tool.version)}, ${plural(numberFindings(safe).length, 'finding')} in all`],
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function findingTable(
  title: string,
  numbered: readonly NumberedFinding[],
  commonNeeds: readonly string[],
): readonly string[] {
  if (numbered.length === 0) return []
  return [
    `## ${title}`,
    '',
    '| | verdict | finding | in | before, after | needs |',
    '|---|---|---|---|---|---|',
    ...numbered.map((item) => {
      const { number, finding } = item
      const under = underText(item)
      const sides = sidesText(finding)
      const isHazard = finding.verdict === 'regressed' || finding.verdict === 'fixed'
      const needs = [needsText(finding, commonNeeds), isHazard ? `reach ${reachText(finding)}` : '']
      const cells = [
        String(number),
        isHazard ? `**${finding.verdict}**` : finding.verdict,
        escaped(headline(finding)) +
          (under === '' ? '' : `<br>under ${escaped(under)}`) +
          (finding.notes ?? []).map((note) => `<br>${escaped(note)}`).join(''),
        code(finding.function),
        sides === null ? '' : `before: ${escaped(sides[0])}<br>after: ${escaped(sides[1])}`,
        escaped(needs.filter((part) => part !== '').join('; ')),
      ]
      return `| ${cells.join(' | ')} |`
    }),
  ]
}

/** What each barrier and second look of a lockless function is there for. */
function neededTable({ title: name, rows }: NeededGroup): readonly string[] {
  const [header = [], ...others] = rows
  const row = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`
  return [
    `## What ${escaped(name)} needs, and what shows without it`,
    '',
    row(header),
    `|${header.map(() => '---').join('|')}|`,
    ...others.map(row),
  ]
}

function notReplayedText({ why, items }: NotReplayed): string {
  const names = items.map(
    ({ name, path, count }) =>
      `${[code(name), code(path)].filter((part) => part !== '').join(' in ')}${count > 1 ? ` (${count} texts)` : ''}`,
  )
  return `${escaped(why)}: ${names.join(', ')}`
}

function evidence({ number, finding }: NumberedFinding): readonly string[] {
  const { witness } = finding
  if (witness === null) return []
  const trace = traceLines(witness.steps, { width: 100, paint: PLAIN, all: false })
  const body = [...trace, ...(trace.length === 0 ? [] : ['']), witness.command]
  const where = `${witness.side} the patch, ${scenarioText(finding)}, ${finding.arch}, ${finding.model}`
  return [
    `<details><summary>Evidence ${number}: ${escaped(title(finding))} (${escaped(where)})</summary>`,
    '',
    ...fenced(body),
    '</details>',
  ]
}

/** What replays the findings that are told by their values alone. */
function replayLines(numbered: readonly NumberedFinding[]): readonly string[] {
  if (numbered.length === 0) return []
  const body = numbered.flatMap(({ number, finding }) => [
    `# ${number}: ${title(finding)}`,
    finding.witness?.command ?? '',
  ])
  return ['<details><summary>Replay the others</summary>', '', ...fenced(body), '</details>']
}

function fileText(file: ReportFile): string {
  const repaired = repairsText(file)
  const parts = [
    certificateText(file.certificate),
    repaired === '' ? '' : `repaired: ${repaired}`,
    ...file.missing.map((hunk) => `missing: ${hunk}`),
  ]
  return `${code(file.path)}: ${escaped(parts.filter((part) => part !== '').join('; '))}`
}

function list(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`## ${title}`, '', ...items.map((item) => `- ${item}`)]
}

/** A fence longer than any run of backticks within. */
function fenced(lines: readonly string[]): readonly string[] {
  let longest = 2
  for (const line of lines) for (const run of line.match(/`+/g) ?? []) longest = Math.max(longest, run.length)
  const fence = '`'.repeat(longest + 1)
  return [fence, ...lines, fence, '']
}

function code(text: string): string {
  if (text === '') return ''
  return /[`|]/.test(text) ? escaped(text) : `\`${text}\``
}

/** Characters with a meaning in markdown, HTML, links or mentions lose it. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*_[\]|#~!]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replace(/:\/\//g, '&#58;//')
}
