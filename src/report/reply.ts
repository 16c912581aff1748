/**
 * A reply to the patch's mail: ASCII, 76 columns, the hunk quoted, questions rather than claims. It is text for
 * a person to read, edit and send; kreplay never sends anything.
 */
import { printable, wrap } from '../base/index.js'
import { foldCommand } from './command-line.js'
import { digest, type NumberedFinding } from './digest.js'
import { field } from './layout.js'
import { createPaint } from './paint.js'
import { singleLine } from './single-line.js'
import { traceLines } from './trace-text.js'
import type { Finding, Report, ReportFunction } from './types.js'
import { headline } from './verdict.js'
import { configText, coverageText, needsText, reachText, sidesText } from './wording.js'

const WIDTH = 76
const PLAIN = createPaint(false)

export interface ReplyOptions {
  /** Quote the lines of the diff a finding is about, where the report has them; true if left out. */
  readonly quote?: boolean
}

/** The reply as a mail: headers, an empty line, the body. Every line is ASCII and at most 76 columns. */
export function formatReply(report: Report, options: ReplyOptions = {}): string {
  const safe = singleLine(report)
  const parts = digest(safe)
  const questions = parts.shown.filter(({ finding }) => finding.verdict !== 'fixed')
  const fixed = parts.shown.filter(({ finding }) => finding.verdict === 'fixed')
  const quote = options.quote ?? true
  const quoted = new Set<string>()
  const body: string[][] = [
    prose(introduction(safe)),
    ...(parts.shown.length + parts.latent.length + parts.same.length === 0
      ? [prose(`Result: ${parts.answer}.`)]
      : []),
    ...questions.map((item) => question(item, quote ? takeHunk(report, item.finding, quoted) : [])),
    ...fixed.map(({ finding }) => fixedText(finding)),
    ...latentText(parts.latent),
    ...parts.same.map((group) => prose(`${group.function}(): ${group.text}.`)),
    ...notReplayedText(parts.notReplayed.map((item) => item.function)),
    ...repairText(safe),
  ]
  const lines = [...headers(safe), '', ...body.flatMap((block) => [...block, ''])]
  return `${lines.map(ascii).join('\n').trimEnd()}\n`
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
  const { arch, model, scope, config } = report.options
  const under = [arch.join(', '), model.join(', '), scope, configText(config)]
    .filter((part) => part !== '')
    .join('; ')
  const cut = report.incomplete === true ? ' The run was interrupted, so this is not all of it.' : ''
  return `I replayed this patch with kreplay ${report.tool.version}, which runs the changed functions before and after over a simulated mm (${under}).${cut}`
}

function question({ number, finding }: NumberedFinding, quoted: readonly string[]): string[] {
  const lines = [...quoted]
  lines.push(...prose(`${number}) ${finding.function}() in ${finding.path}: ${asked(finding)}`))
  const sides = sidesText(finding)
  if (sides !== null) lines.push(...indented(`before: ${sides[0]}`), ...indented(`after:  ${sides[1]}`))
  const needs = needsText(finding.premise)
  if (needs !== '') lines.push(...indented(`It needs ${needs}.`))
  if (finding.verdict === 'regressed') lines.push(...indented(`Reach: ${reachText(finding)}.`))
  for (const note of finding.notes ?? []) lines.push(...indented(note))
  return [...lines, ...evidence(finding)]
}

function asked(finding: Finding): string {
  switch (finding.verdict) {
    case 'regressed':
      return `${finding.summary}: is this newly possible, or does something else prevent it?`
    case 'changed':
      return `${finding.summary}: is that intended?`
    default:
      return `${headline(finding)}.`
  }
}

function evidence(finding: Finding): readonly string[] {
  const { witness } = finding
  if (witness === null) return []
  const trace =
    finding.verdict === 'changed' ? [] : traceLines(witness.steps, { width: WIDTH, paint: PLAIN, all: false })
  const command = foldCommand(witness.command, WIDTH - 4).map((line) => `    ${line}`)
  return [
    '',
    ...(trace.length === 0 ? [] : [...trace.flatMap((line) => broken(ascii(line), WIDTH)), '']),
    ...command,
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
  return [...hunk.map((text) => cut(`> ${printable(text.replaceAll('\n', ' '))}`)), '']
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

function fixedText(finding: Finding): string[] {
  const how = coverageText(finding.after.coverage, finding.after.executions)
  return [
    ...prose(
      `${finding.function}(): no longer possible as far as this model goes (${how}): ${finding.summary}.`,
    ),
    ...evidence(finding),
  ]
}

function latentText(latent: readonly NumberedFinding[]): string[][] {
  if (latent.length === 0) return []
  return [
    [
      ...prose('Nothing is known to meet these, so they are for the record only:'),
      ...latent.flatMap(({ finding }) => {
        const needs = needsText(finding.premise)
        const text = `${finding.function}(): ${headline(finding)}${needs === '' ? '' : `; needs ${needs}`}`
        return field('-', ascii(text), { indent: 1, gutter: 3, width: WIDTH }).flatMap((line) =>
          broken(line, WIDTH),
        )
      }),
    ],
  ]
}

function notReplayedText(names: readonly string[]): string[][] {
  return names.length === 0 ? [] : [prose(`Not replayed, so nothing is said about: ${names.join(', ')}.`)]
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

function indented(text: string): string[] {
  const lines = wrap(ascii(text), WIDTH - 3).flatMap((line) => broken(line, WIDTH - 3))
  return lines.map((line) => `   ${line}`)
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
