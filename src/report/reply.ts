/**
 * A reply to the patch's mail: ASCII, 76 columns, the hunk quoted, questions rather than claims. It is text for
 * a person to read, edit and send; kreplay never sends anything.
 */
import { printable, wrap } from '../base/index.js'
import { foldCommand } from './command-line.js'
import { digest, type NotReplayed, type NumberedFinding } from './digest.js'
import { field } from './layout.js'
import { underText } from './model-groups.js'
import { createPaint } from './paint.js'
import { singleLine } from './single-line.js'
import { traceLines } from './trace-text.js'
import type { Finding, Report, ReportFunction, Verdict, Witness } from './types.js'
import { shortTitle, title } from './verdict.js'
import { aboutText, coverageText, exploredText, needsText, reachText, sidesText } from './wording.js'

const WIDTH = 76
const PLAIN = createPaint(false)

export interface ReplyOptions {
  /** Quote the lines of the diff a finding is about, where the report has them; true if left out. */
  readonly quote?: boolean
}

/** Lines of evidence that a reader of a mail follows, and lines quoted before a question. */
const TRACE_LINES = 15
const QUOTED_LINES = 24

/** The reply as a mail: headers, an empty line, the body. Every line is ASCII and at most 76 columns. */
export function formatReply(report: Report, options: ReplyOptions = {}): string {
  const safe = singleLine(report)
  const parts = digest(safe)
  const having = (verdict: Verdict) => parts.shown.filter(({ finding }) => finding.verdict === verdict)
  const quote = options.quote ?? true
  const quoted = new Set<string>()
  const body: (readonly string[])[] = [
    prose(introduction(safe)),
    ...(parts.shown.length + parts.latent.length + parts.same.length === 0
      ? [prose(`Result: ${parts.answer}.`)]
      : []),
    ...having('regressed').flatMap((item) => [
      ...nonEmpty(quote ? takeHunk(report, item.finding, quoted) : []),
      ...regression(item),
    ]),
    ...having('changed').flatMap(({ finding }) => nonEmpty(quote ? takeHunk(report, finding, quoted) : [])),
    ...itemized(
      having('changed').length === 1
        ? 'This changes as well; is that intended?'
        : 'These change as well; is each of them intended?',
      having('changed').map((item) => changedText(item, parts.contrasts.get(item.number) ?? [])),
    ),
    ...itemized('As far as this model goes, no longer possible:', having('fixed').map(fixedText)),
    ...itemized(
      'Possible, but nothing is known to meet it, so for the record only:',
      parts.latent.map(({ finding }) => shortTitle(finding)),
    ),
    ...parts.same.map((group) => prose(`${group.function}(): ${group.text}.`)),
    ...itemized(
      'No verdict:',
      having('inconclusive').map(({ finding }) => title(finding)),
    ),
    ...notReplayedText(parts.notReplayed),
    ...repairText(safe),
  ]
  const lines = [...headers(safe), '', ...body.flatMap((block) => [...block, ''])]
  return `${lines.map(ascii).join('\n').trimEnd()}\n`
}

function nonEmpty(block: readonly string[]): (readonly string[])[] {
  return block.length === 0 ? [] : [block]
}

function headers(report: Report): readonly string[] {
  const { subject, messageId } = report.source
  const re = /^re:/i.test(subject) ? subject : `Re: ${subject}`
  const id = messageId === null ? '' : messageId.replace(/[<>\s]|[^\x21-\x7e]/g, '')
  return [
    ...subjectLines(re),
    ...(id === '' ? [] : [...header('In-Reply-To', id), ...header('References', id)]),
  ]
}

/** A message id cannot be broken, but it may begin on a line of its own. */
function header(name: string, id: string): readonly string[] {
  const line = `${name}: <${id}>`
  return line.length <= WIDTH ? [line] : [`${name}:`, ` <${id}>`]
}

/** RFC 5322 folding for plain text, RFC 2047 words where the subject is not ASCII. */
function subjectLines(subject: string): readonly string[] {
  if (/^[\x20-\x7e]*$/.test(subject)) {
    return wrap(`Subject: ${subject}`, WIDTH - 1)
      .flatMap((line) => broken(line, WIDTH - 1))
      .map((line, index) => (index === 0 ? line : ` ${line}`))
  }
  const words: string[] = []
  let piece = ''
  for (const character of subject) {
    if (Buffer.byteLength(piece + character, 'utf8') > 39) {
      words.push(piece)
      piece = ''
    }
    piece += character
  }
  if (piece !== '') words.push(piece)
  return words.map((word, index) => {
    const encoded = `=?UTF-8?B?${Buffer.from(word, 'utf8').toString('base64')}?=`
    return index === 0 ? `Subject: ${encoded}` : ` ${encoded}`
  })
}

function introduction(report: Report): string {
  const cut = report.incomplete === true ? ' The run was interrupted, so this is not all of it.' : ''
  const explored = exploredText(report)
  return `I replayed this patch with kreplay ${report.tool.version}, which runs the changed functions before and after it over a simulated mm.${explored === '' ? '' : ` E${explored.slice(1)}.`}${cut}`
}

/** The question, what it takes, an interleaving that shows it, and the line that replays it. */
function regression(item: NumberedFinding): (readonly string[])[] {
  const { finding } = item
  const under = underText(item)
  const [before] = sidesText(finding) ?? ['']
  const needs = needsText(finding)
  const text = [
    `${finding.function}(): newly possible with this patch: ${finding.summary}. Before it: ${before}. Is there something that prevents this?`,
    under === '' ? '' : `Memory models: ${under}.`,
    needs === '' ? '' : `It takes: ${needs}.`,
    `I have ${finding.premise.inTree === null && finding.reach !== 'shown' ? 'not looked at whether a caller meets that.' : `looked for callers (${reachText(finding)}).`}`,
    ...(finding.notes ?? []).map((note) => `Note: ${note}.`),
  ]
  const { witness } = finding
  return [
    ...text.filter((part) => part !== '').map(prose),
    ...(witness === null
      ? []
      : [
          ...nonEmpty(traceFor(witness).flatMap((line) => broken(ascii(line), WIDTH))),
          foldCommand(witness.command, WIDTH - 2).map((line) => `  ${line}`),
        ]),
  ]
}

/** The trace, with as few steps as it takes to fit a mail. */
function traceFor({ steps }: Witness): readonly string[] {
  for (let limit = TRACE_LINES; ; ) {
    const lines = traceLines(steps, { width: WIDTH, paint: PLAIN, all: false, limit })
    if (lines.length <= TRACE_LINES || limit <= 4) return lines
    limit = Math.max(4, limit - Math.max(1, Math.floor((lines.length - TRACE_LINES) / 2)))
  }
}

function changedText(item: NumberedFinding, unchanged: readonly Finding[]): string {
  const { finding } = item
  const but = unchanged.map((same) => aboutText(same).where).filter((where) => where !== '')
  return `${title(finding)}${but.length === 0 ? '' : ` (unchanged ${but.join(' and ')})`}${underWords(item)}`
}

function fixedText(item: NumberedFinding): string {
  const { finding } = item
  const { coverage, executions } = finding.after
  return `${finding.function}: ${finding.summary} (${coverageText(coverage, executions)})${underWords(item)}`
}

/** ` [lkmm only; no difference under sc]`; empty where one memory model was run. */
function underWords(item: NumberedFinding): string {
  const under = underText(item)
  return under === '' ? '' : ` [${under}]`
}

/** A sentence and its items, one dash each. */
function itemized(lead: string, items: readonly string[]): (readonly string[])[] {
  if (items.length === 0) return []
  return [
    [
      ...prose(lead),
      ...items.flatMap((item) =>
        field('-', ascii(item), { indent: 1, gutter: 3, width: WIDTH }).flatMap((line) =>
          broken(line, WIDTH),
        ),
      ),
    ],
  ]
}

/** The diff of the finding's function with its tabs, once per function. */
function takeHunk(report: Report, finding: Finding, quoted: Set<string>): readonly string[] {
  const key = `${finding.path}\n${finding.function}`
  const named = (fn: ReportFunction): boolean =>
    singleLine(fn.name) === finding.function && singleLine(fn.path) === finding.path
  const hunk = report.functions.find(named)?.hunk ?? []
  if (hunk.length === 0 || quoted.has(key)) return []
  quoted.add(key)
  const lines = hunk.slice(0, QUOTED_LINES).map((text) => cut(`> ${printable(text.replaceAll('\n', ' '))}`))
  return hunk.length > QUOTED_LINES ? [...lines, '> [...]'] : lines
}

/** A quoted line is cut rather than wrapped: a wrapped one would no longer be the sender's. */
function cut(text: string): string {
  const characters = [...ascii(text)]
  let column = 0
  for (const [index, character] of characters.entries()) {
    column = character === '\t' ? (Math.floor(column / 8) + 1) * 8 : column + 1
    if (column > WIDTH) return `${characters.slice(0, Math.max(0, index - 3)).join('')}...`
  }
  return text
}

/** Names are enough here; of a long series not even all of them. */
function notReplayedText(groups: readonly NotReplayed[]): (readonly string[])[] {
  const names = [...new Set(groups.flatMap(({ items }) => items.map(({ name }) => name)))]
  if (names.length === 0) return []
  const more = names.length > 12 ? ` and ${names.length - 12} more` : ''
  return [prose(`Not replayed, so nothing is said about: ${names.slice(0, 12).join(', ')}${more}.`)]
}

/** A reviewer must know when the lines that ran are not byte for byte those that were sent. */
function repairText(report: Report): string[][] {
  const files = report.patches
    .flatMap((patch) => patch.files)
    .filter((file) => file.repairs.length > 0 || file.missing.length > 0)
  if (files.length === 0) return []
  return [
    prose(
      `The copy I read was damaged and had to be repaired: ${files.map((file) => file.path).join(', ')}.`,
    ),
  ]
}

function prose(text: string): string[] {
  return wrap(ascii(text), WIDTH).flatMap((line) => broken(line, WIDTH))
}

/** ASCII only: usual typography in its ASCII form, anything else as its code point. */
function ascii(text: string): string {
  return text
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2013\u2014]/g, '-')
    .replaceAll('\u2026', '...')
    .replaceAll('\u2192', '->')
    .replace(/[^\t\n\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** A word longer than a line. Commands are spared, since a broken one cannot be pasted. */
function broken(line: string, width: number): readonly string[] {
  return line.length <= width ? [line] : (line.match(new RegExp(`.{1,${width}}`, 'g')) ?? [line])
}
