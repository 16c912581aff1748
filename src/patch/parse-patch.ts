/**
 * Text in, patch out. Damage is repaired here as far as it can be without a kernel tree, and everything
 * repaired, chosen, missing or odd is said: in the files' certificates, in the hunks' notes, and as
 * diagnostics. Nothing is ever written to a path that a diff names.
 */
import type { Diagnostic } from '../base/index.js'
import { checkWithDiff, checkWithParseDiff } from './cross-check.js'
import { readDiffstat } from './diffstat.js'
import type { FileDraft } from './file-draft.js'
import { nameTrouble } from './file-name.js'
import { finishFiles } from './finish-file.js'
import { mayHoldFragments, readFragments } from './fragments.js'
import { quotationsWithDiffs } from './quotation.js'
import { type FilesRead, readFiles } from './read-files.js'
import { readUndamaged, type UndamagedRead } from './read-undamaged.js'
import { newBudget } from './solve-hunk.js'
import { lineNumber, type SourceLines, splitText, TextLines } from './source-lines.js'
import { mayBeSuspicious, suspiciousLines } from './suspicious-text.js'
import type { Check, Diffstat, FileDiff, FileRole, Patch } from './types.js'

export interface ParseOptions {
  /** What to call the text in diagnostics. */
  readonly source?: string
  /** The number of the text's first line in what the user gave; 1 by default. */
  readonly firstLine?: number
  /**
   * Also ask `parse-diff` and `diff` about every undamaged file, and report where they disagree. Off by
   * default: it takes several times as long as the parse itself, so it is for the patches that are run,
   * not for reading an archive.
   */
  readonly crossCheck?: boolean
}

/** Reads every diff, quoted diff and quoted fragment of a text (LF newlines, already decoded). Linear. */
export function parsePatch(text: string, options: ParseOptions = {}): Patch {
  return parseUndamaged(text, options) ?? parseDamaged(text, options)
}

/** The short way: null unless the text is one message with undamaged diffs below it. */
export function parseUndamaged(text: string, options: ParseOptions = {}): Patch | null {
  const firstLine = options.firstLine ?? 1
  const undamaged = readUndamaged(text, firstLine)
  if (undamaged === null) return null
  const source = options.source ?? 'text'
  const { files: drafts, above } = undamaged
  const diffstat = above.includes(' changed') ? diffstatOf(undamaged, firstLine) : null
  const lines = new TextLines(text, firstLine)
  const finished = finishFiles(drafts, { lines, diffstat, crlf: false }, () => 'patch')
  const files =
    options.crossCheck === true ? finished.map((file) => crossCheck(file, drafts, lines)) : finished
  const diagnostics: Diagnostic[] = []
  for (const file of files) judge(file, source, diagnostics)
  if (mayBeSuspicious(text)) {
    for (const odd of suspiciousLines(finished, source)) diagnostics.push(odd)
  }
  const trailingText = undamaged.below
  return { files, witnesses: [], diffstat, fragments: [], functions: [], trailingText, diagnostics }
}

/** The long way, for every text: whatever the short way takes is read the same here. */
export function parseDamaged(text: string, options: ParseOptions = {}): Patch {
  const hasDiff = mayHoldDiff(text)
  const hasFragments = mayHoldFragments(text)
  if (!hasDiff && !hasFragments) return EMPTY
  const source = options.source ?? 'text'
  const { lines, crlf } = splitLines(text, options.firstLine ?? 1)
  const budget = newBudget()
  const read = hasDiff ? readFiles(lines, source, false, budget) : NOTHING_READ
  const diagnostics: Diagnostic[] = [...read.diagnostics]

  const roleOf = rolesOf(read)
  const first = read.files.find((file) => roleOf(file) === 'patch')
  const diffstat = first !== undefined && text.includes(' changed') ? readDiffstat(lines, first.at) : null
  const all = read.files.length === 0 ? [] : finishFiles(read.files, { lines, diffstat, crlf }, roleOf)
  const files = all.filter((file) => file.role === 'patch')
  const witnesses = all.filter((file) => file.role !== 'patch')

  const taken = new Set<number>()
  if (hasDiff && mayHoldQuotedDiff(text)) {
    for (const quotation of quotationsWithDiffs(lines)) {
      const quoted = readFiles(quotation, source, true, budget)
      const found = finishFiles(quoted.files, { lines: quotation, diffstat: null, crlf }, quotedRole)
      for (const file of found) witnesses.push(file)
      for (const file of quoted.files) {
        for (let at = file.at; at < file.next; at++) taken.add(lineNumber(quotation, at))
      }
    }
  }
  diagnostics.push(...searchesLimited(budget.unfinished, source))
  const { fragments, functions } = hasFragments ? readFragments(lines, taken) : NO_FRAGMENTS

  const checked =
    options.crossCheck === true ? files.map((file) => crossCheck(file, read.files, lines)) : files
  for (const file of checked) judge(file, source, diagnostics)
  for (const file of witnesses) {
    if (file.role === 'example') diagnostics.push(exampleNote(file, source))
    else if (file.role === 'loose') diagnostics.push(looseNote(file, source))
  }
  if (files.length > 0 && mayBeSuspicious(text)) {
    for (const odd of suspiciousLines(files, source)) diagnostics.push(odd)
  }
  if (files.length === 0 && witnesses.length === 0) diagnostics.push(...lostNewlines(lines, source))
  const last = read.files.findLast((file) => roleOf(file) === 'patch')
  const trailingText = last === undefined ? '' : lines.texts.slice(last.next).join('\n')
  return { files: checked, witnesses, diffstat, fragments, functions, trailingText, diagnostics }
}

/** A diffstat is looked for from below and mostly stands behind three dashes: then the message is not split. */
function diffstatOf(undamaged: UndamagedRead, firstLine: number): Diffstat | null {
  const { above, files } = undamaged
  const dashes = above.lastIndexOf('\n---\n')
  if (dashes !== -1) {
    const texts = splitText(above.slice(dashes + 1))
    const next = firstLine + (files[0]?.at ?? 0)
    const near = readDiffstat({ texts, numbers: null, firstLine: next - texts.length }, texts.length)
    if (near !== null) return near
  }
  const texts = splitText(above)
  return readDiffstat({ texts, numbers: null, firstLine }, texts.length)
}

const EMPTY: Patch = {
  files: [],
  witnesses: [],
  diffstat: null,
  fragments: [],
  functions: [],
  trailingText: '',
  diagnostics: [],
}
const NOTHING_READ: FilesRead = { files: [], separators: [], signatures: [], diagnostics: [] }
const NO_FRAGMENTS = { fragments: [], functions: [] }
const quotedRole = (): FileRole => 'quoted'

function mayHoldDiff(text: string): boolean {
  return text.includes('@@ -') || text.includes('diff --') || text.includes('Binary files ')
}

function mayHoldQuotedDiff(text: string): boolean {
  return isQuoting(text, '>') || isQuoting(text, '|')
}

function isQuoting(text: string, mark: string): boolean {
  if (!text.startsWith(mark) && !text.includes(`\n${mark}`)) return false
  return QUOTED_HEADERS.some((header) => text.includes(mark + header))
}

const QUOTED_HEADERS = ['@@ -', ' @@ -', 'diff --git ', ' diff --git ', '+++ ', ' +++ ']

/** Lines without their newline. A `\r` goes where the headers have one too: then the transport put it there. */
function splitLines(text: string, firstLine: number): { lines: SourceLines; crlf: boolean } {
  const texts = splitText(text)
  const crlf = text.includes('\r\n') && texts.some((line) => line.endsWith('\r') && HEADER.test(line))
  if (!crlf) return { lines: { texts, numbers: null, firstLine }, crlf }
  const cut = texts.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  return { lines: { texts: cut, numbers: null, firstLine }, crlf }
}

const HEADER = /^[>| ]{0,40}(?:@@ -|diff --|--- |\+\+\+ )/

/**
 * A diff above the last `---` line that is followed by a diff is an example in the commit message, unless it
 * belongs to a patch of its own (a `---` above it, or a signature between): texts with several patches exist.
 */
function rolesOf(read: FilesRead): (draft: FileDraft) => FileRole {
  const last = read.files[read.files.length - 1]?.at ?? -1
  const separator = read.separators.findLast((at) => at < last) ?? -1
  return (draft) => {
    if (draft.path === '' && draft.kind !== 'combined') return 'loose'
    if (draft.at > separator) return 'patch'
    const own = read.separators.some((at) => at < draft.at)
    const ended = read.signatures.some((at) => at >= draft.next && at < separator)
    return own || ended ? 'patch' : 'example'
  }
}

function crossCheck(file: FileDiff, drafts: readonly FileDraft[], lines: SourceLines): FileDiff {
  const draft = drafts.find((candidate) => lineNumber(lines, candidate.at) === file.line)
  const unable = (name: Check['name'], text: string): Check => ({ name, result: 'not-available', text })
  let checks: Check[]
  if (draft === undefined || file.repairs.length > 0 || file.missing.length > 0) {
    const why = 'only undamaged text is put to other parsers'
    checks = [unable('parse-diff', why), unable('diff', why)]
  } else {
    const text = `${lines.texts.slice(draft.at, draft.next).join('\n')}\n`
    checks = [checkWithParseDiff(file, text), checkWithDiff(file, text)]
  }
  const certificate = { ...file.certificate, checks: [...file.certificate.checks, ...checks] }
  return { ...file, certificate }
}

/** What a reader must know about a file. */
export function fileDiagnostics(file: FileDiff, source: string): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  judge(file, source, diagnostics)
  return diagnostics
}

function judge(file: FileDiff, source: string, diagnostics: Diagnostic[]): void {
  const report = (
    severity: Diagnostic['severity'],
    code: string,
    line: number,
    message: string,
    hint?: string,
  ) =>
    diagnostics.push({
      severity,
      code,
      message,
      place: { source, line },
      ...(hint === undefined ? {} : { hint }),
    })
  for (const name of file.previousPath === null ? [file.path] : [file.path, file.previousPath]) {
    const trouble = nameTrouble(name)
    if (trouble !== null) {
      report('error', 'path-outside-tree', file.line, `a file name cannot be below a tree: ${trouble}`)
    }
  }
  for (const hunk of file.hunks) {
    for (const note of hunk.notes) {
      const mild = MILD.has(note.code)
      report(mild ? 'note' : 'warning', note.code, note.line, `${file.path}: ${note.text}`)
    }
  }
  for (const missing of file.missing) {
    const what = `${missing.beforeCount} lines before, ${missing.afterCount} after`
    report(
      'error',
      missing.reason === 'no-body' ? 'hunk-body-missing' : 'hunk-truncated',
      missing.line,
      `${file.path}: lines from ${missing.beforeStart} on are not in the text (${what})`,
      'another copy of the mail or a later version may have them',
    )
  }
  if (file.certificate.added === 'reconstructed') {
    report(
      'warning',
      'lines-reconstructed',
      file.line,
      `${file.path}: some changed lines are a reconstruction`,
    )
  }
  for (const check of file.certificate.checks) {
    if (check.result !== 'failed' || check.name === 'counts') continue
    const severity = check.name === 'offsets' || check.name === 'redamage' ? 'note' : 'warning'
    report(severity, `check-${check.name}`, file.line, `${file.path}: ${check.text}`)
  }
}

const MILD = new Set(['blanks-in-string', 'blanks-in-macro', 'hunk-like-trailing-text', 'marker-as-context'])

function exampleNote(file: FileDiff, source: string): Diagnostic {
  return {
    severity: 'note',
    code: 'example-diff',
    message: `a diff of ${file.path} stands above the message's end, so it is an example and not applied`,
    place: { source, line: file.line },
  }
}

function looseNote(file: FileDiff, source: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'hunk-without-file',
    message: 'a hunk stands in the text without the name of its file, so it cannot be applied',
    place: { source, line: file.line },
  }
}

function searchesLimited(unfinished: readonly number[], source: string): Diagnostic[] {
  const [line] = unfinished
  if (line === undefined) return []
  const hunks = unfinished.length === 1 ? 'this hunk' : `${unfinished.length} hunks, the first of them here`
  return [
    {
      severity: 'warning',
      code: 'search-limited',
      message: `not every way to put the damaged lines of ${hunks} together was tried: there are too many`,
      place: { source, line },
      hint: 'what was read of them is flagged; another copy of the mail may be undamaged',
    },
  ]
}

/** A mail whose newlines became blanks holds its diff in one line; that is reported, not guessed apart. */
function lostNewlines(lines: SourceLines, source: string): Diagnostic[] {
  const at = lines.texts.findIndex((line) => {
    const header = line.indexOf(' @@ -')
    return header > 0 && line.length > 120 && line.lastIndexOf('+++ ', header) !== -1
  })
  if (at === -1) return []
  return [
    {
      severity: 'error',
      code: 'newlines-lost',
      message: 'a diff stands in one line; where its lines ended is not guessed',
      place: { source, line: lineNumber(lines, at) },
    },
  ]
}
