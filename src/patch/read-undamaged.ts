/**
 * The short way for the mail that nearly all mail is: one message, then diffs as git wrote them, every line
 * with its marker, every count met, nothing quoted. Such a text is walked by offsets: no line of it becomes
 * a string but those that end up in the result.
 *
 * There is one idea here and no second opinion: whatever is out of the ordinary gives null at once, and the
 * reader that knows about damage (`read-files.ts`) starts from the beginning. Where this one answers, the
 * other would have given the same; a law test holds them to it.
 */
import type { FileDraft } from './file-draft.js'
import { type FileHeader, readGitHeader, readPlainHeader } from './file-header.js'
import type { HunkDraft } from './hunk-draft.js'
import { type HunkHeader, parseHunkHeader, startsHunk } from './hunk-header.js'
import { draft, holdsLostNewlines } from './read-files.js'
import { fromVerbatim } from './read-hunk.js'
import { endWithoutNewline } from './read-verbatim.js'
import type { LineOp, PatchLine } from './types.js'

/** An undamaged text: its files, all of them to be applied, and what stands above and below them. */
export interface UndamagedRead {
  readonly files: readonly FileDraft[]
  readonly above: string
  readonly below: string
}

/** Walks a text (LF newlines); null unless it is undamaged throughout. `firstLine` is its first line's number. */
export function readUndamaged(text: string, firstLine: number): UndamagedRead | null {
  if (!text.includes('@@ -') || text.includes('\r\n')) return null
  const place: Place = { text, firstLine, offset: 0, at: 0 }
  const files: FileDraft[] = []
  let above = 0
  let below = 0
  while (place.offset < text.length) {
    switch (lineKind(text, place.offset, files.length > 0)) {
      case 'strange':
        return null
      case 'file': {
        if (files.length === 0) above = place.offset
        const file = readFile(place)
        if (file === null) return null
        files.push(file)
        below = place.offset
        break
      }
      case 'prose':
        place.offset = endOfLine(text, place.offset) + 1
        place.at++
    }
  }
  if (files.length === 0) return null
  const end = text.endsWith('\n') ? text.length - 1 : text.length
  return { files, above: text.slice(0, above), below: text.slice(below, end) }
}

/** The beginning of a line: its offset in the text, and its index. */
interface Place {
  readonly text: string
  readonly firstLine: number
  offset: number
  at: number
}

/** More lines than this no file's header has. */
const LONGEST_HEADER = 16

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end
}

/** What a line outside hunks is, told by its first character wherever possible. */
function lineKind(text: string, offset: number, behindFiles: boolean): 'prose' | 'file' | 'strange' {
  switch (text.charCodeAt(offset)) {
    case 0x3e: // > and |: a quotation
    case 0x7c:
      return 'strange'
    case 0x40: // a hunk without a file
      return startsHunk(text, offset) ? 'strange' : 'prose'
    case 0x42:
      return text.startsWith('Binary files ', offset) ? 'strange' : 'prose'
    case 0x64:
      if (text.startsWith('diff --git ', offset)) return 'file'
      return text.startsWith('diff --', offset) ? 'strange' : 'prose'
    case 0x2d:
      if (text.startsWith('--- ', offset)) return isPlainHeader(text, offset) ? 'file' : 'strange'
      // What stands above a line of three dashes is no patch but an example.
      return behindFiles && text.startsWith('---', offset) ? 'strange' : 'prose'
    default:
      return 'prose'
  }
}

/** `--- name`, `+++ name`, `@@ -`: a diff without git's line above it. */
function isPlainHeader(text: string, offset: number): boolean {
  const after = endOfLine(text, offset) + 1
  if (after - offset <= 5 || !text.startsWith('+++ ', after)) return false
  const hunk = endOfLine(text, after) + 1
  return hunk - after > 5 && startsHunk(text, hunk)
}

function readFile(place: Place): FileDraft | null {
  const { text, at } = place
  const header = readHeader(place)
  if (header === null || header.path === '') return null
  const hunks: HunkDraft[] = []
  while (startsHunk(text, place.offset)) {
    const hunk = readHunk(place)
    if (hunk === null) return null
    hunks.push(hunk)
  }
  return draft(header, hunks, at, place.at)
}

/** Reads the lines up to the first hunk or the next file as a header; null when they are anything else. */
function readHeader(place: Place): FileHeader | null {
  const { text } = place
  const lines: string[] = []
  let offset = place.offset
  for (;;) {
    const end = endOfLine(text, offset)
    lines.push(text.slice(offset, end))
    if (lines.length > 1 && (startsHunk(text, offset) || text.startsWith('diff --git ', offset))) break
    offset = end + 1
    if (offset >= text.length || lines.length === LONGEST_HEADER) return null
  }
  const git = text.startsWith('diff', place.offset)
  if (git && holdsLostNewlines(lines[0] ?? '')) return null
  const header = git ? readGitHeader(lines, 0) : readPlainHeader(lines, 0)
  if (header === null || header.next !== lines.length - 1) return null
  place.offset = offset
  place.at += header.next
  return header
}

function readHunk(place: Place): HunkDraft | null {
  const { text, at } = place
  const end = endOfLine(text, place.offset)
  const header = parseHunkHeader(text, place.offset, end)
  if (header === null) return null
  place.offset = end + 1
  place.at++
  const lines = readBody(place, header)
  if (lines === null || !endsHard(text, place.offset)) return null
  return fromVerbatim(at, header, { lines, emptied: 0, next: place.at }, [])
}

/** The lines of a hunk by their markers until its counts are met; null when one is without or they are not. */
function readBody(place: Place, header: HunkHeader): PatchLine[] | null {
  const text = place.text
  const length = text.length
  const lines: PatchLine[] = []
  let before = header.beforeCount
  let after = header.afterCount
  let offset = place.offset
  let line = place.firstLine + place.at
  while (before > 0 || after > 0) {
    if (offset >= length) return null
    let end = text.indexOf('\n', offset)
    if (end === -1) end = length
    let op: LineOp | null
    switch (text.charCodeAt(offset)) {
      case 0x20:
        before--
        after--
        op = 'context'
        break
      case 0x2b:
        after--
        op = 'added'
        break
      case 0x2d:
        before--
        op = 'removed'
        break
      default:
        if (!endWithoutNewline(lines, text.slice(offset, end))) return null
        op = null
    }
    if (op !== null) lines.push({ op, text: text.slice(offset + 1, end), line, origin: 'verbatim' })
    offset = end + 1
    line++
  }
  if (before < 0 || after < 0) return null
  if (text.charCodeAt(offset) === 0x5c) {
    const end = endOfLine(text, offset)
    if (!endWithoutNewline(lines, text.slice(offset, end))) return null
    offset = end + 1
    line++
  }
  place.offset = offset
  place.at = line - place.firstLine
  return lines
}

/** Whether what follows a hunk cannot belong to it: nothing, an empty line, a hunk, a file, a signature. */
function endsHard(text: string, offset: number): boolean {
  if (offset >= text.length) return true
  switch (text.charCodeAt(offset)) {
    case 0x0a:
      return true
    case 0x40:
      return startsHunk(text, offset)
    case 0x64:
      return text.startsWith('diff --git ', offset)
    case 0x2d:
      return (
        text.startsWith('-- \n', offset) || text.startsWith('--\n', offset) || isPlainHeader(text, offset)
      )
    default:
      return false
  }
}
