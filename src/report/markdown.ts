/** The report as markdown, for a pull request, a wiki or a tracker. Text from the mail cannot become markup. */
import { digest, type NumberedFinding, numberFindings } from './digest.js'
import { createPaint } from './paint.js'
import { singleLine } from './single-line.js'
import { traceLines } from './trace-text.js'
import type { Finding, Report, ReportFile } from './types.js'
import { headline } from './verdict.js'
import {
  certificateText,
  changeText,
  configText,
  needsText,
  reachText,
  repairsText,
  scenarioText,
  sideText,
} from './wording.js'

const PLAIN = createPaint(false)

/** The report as GitHub-flavoured markdown, ending in a newline. */
export function formatMarkdown(report: Report): string {
  const safe = singleLine(report)
  const parts = digest(safe)
  const { options, source } = safe
  const scope = [options.arch.join(', '), options.model.join(', '), options.scope, configText(options.config)]
  const from = [source.kind, source.messageId ?? '', source.date?.slice(0, 10) ?? '']
  const sections: readonly (readonly string[])[] = [
    [`# ${escaped(source.subject === '' ? '(no subject)' : source.subject)}`],
    [
      `**${escaped(parts.answer)}**${safe.incomplete === true ? ' (interrupted: only what was found until then)' : ''}`,
    ],
    [escaped(scope.filter((part) => part !== '').join('; '))],
    [escaped(from.filter((part) => part !== '').join(', '))],
    findingTable('Findings', parts.shown),
    findingTable('Latent', parts.latent),
    list(
      'No difference',
      parts.same.map((group) => `${code(group.function)}: ${escaped(group.text)}`),
    ),
    list(
      'Not replayed',
      parts.notReplayed.map((item) => `${code(item.function)} in ${code(item.path)}: ${escaped(item.why)}`),
    ),
    list(
      'Quoted code, which is no patch',
      (source.fragments ?? []).map(
        (fragment) =>
          `${fragment.functions.map(code).join(', ')}: ${fragment.lines} lines${fragment.complete ? '' : ', cut off'}`,
      ),
    ),
    ...[...parts.shown, ...parts.latent].map(evidence),
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
    [`kreplay ${escaped(safe.tool.version)}, ${numberFindings(safe).length} findings in all`],
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function findingTable(title: string, numbered: readonly NumberedFinding[]): readonly string[] {
  if (numbered.length === 0) return []
  return [
    `## ${title}`,
    '',
    '| | verdict | finding | in | before | after | needs, reach |',
    '|---|---|---|---|---|---|---|',
    ...numbered.map(({ number, finding }) => {
      const cells = [
        String(number),
        finding.verdict,
        escaped(headline(finding)),
        code(finding.function),
        escaped(sideText(finding.before)),
        escaped(sideText(finding.after)),
        escaped(
          [needsText(finding.premise), `reach ${reachText(finding)}`]
            .filter((part) => part !== '')
            .join('; '),
        ),
      ]
      return `| ${cells.join(' | ')} |`
    }),
  ]
}

function evidence({ number, finding }: NumberedFinding): readonly string[] {
  const { witness } = finding
  if (witness === null) return []
  const trace = traceLines(witness.steps, { width: 100, paint: PLAIN, all: false })
  const body = [...trace, ...(trace.length === 0 ? [] : ['']), witness.command]
  return [
    `<details><summary>${number}: ${escaped(headline(finding))} (${witness.side}, ${escaped(where(finding))})</summary>`,
    '',
    ...fenced(body),
    '</details>',
  ]
}

function where(finding: Finding): string {
  return `${scenarioText(finding)}, ${finding.arch}, ${finding.model}`
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
