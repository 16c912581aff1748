/**
 * Finds the diffs in a run of lines. Prose is skipped by the first character of each line; a hunk's body is
 * never looked at here, because its counts lead over it.
 */
import type { Diagnostic } from '../base/index.js'
import { isFileHeader } from './boundary.js'
import type { FileDraft } from './file-draft.js'
import { type FileHeader, isBinaryLine, readGitHeader, readPlainHeader } from './file-header.js'
import type { HunkDraft } from './hunk-draft.js'
import { parseHunkHeader } from './hunk-header.js'
import type { HunkReading } from './hunk-reading.js'
import { readHunk } from './read-hunk.js'
import type { Budget } from './solve-hunk.js'
import { lineNumber, type SourceLines } from './source-lines.js'

/** The diffs of a text, in order, and the lines that part a message from its patch. */
export interface FilesRead {
  readonly files: readonly FileDraft[]
  /** Indexes of `---` lines and of signatures outside hunks. */
  readonly separators: readonly number[]
  readonly signatures: readonly number[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads all diffs. `quoted` says that lines may have been cut out or written in between. */
export function readFiles(lines: SourceLines, source: string, quoted: boolean, budget: Budget): FilesRead {
  const texts = lines.texts
  const reading: HunkReading = { source: lines, quoted, budget, traits: null }
  const files: OpenDraft[] = []
  const separators: number[] = []
  const signatures: number[] = []
  const diagnostics: Diagnostic[] = []
  const report = (severity: Diagnostic['severity'], code: string, at: number, message: string) =>
    diagnostics.push({ severity, code, message, place: { source, line: lineNumber(lines, at) } })
  /** Whether `@@` may still belong to the file before. */
  let open = false
  let at = 0

  const take = (header: FileHeader, start: number) => {
    const hunks: HunkDraft[] = []
    let next = header.next
    for (;;) {
      const text = texts[next]
      if (text === undefined || !text.startsWith('@@ -')) break
      const numbers = parseHunkHeader(text)
      if (numbers === null) break
      const hunk = readHunk(reading, next, numbers)
      hunks.push(hunk)
      next = hunk.next
    }
    files.push(draft(header, hunks, start, next))
    open = true
    return next
  }

  while (at < texts.length) {
    const text = texts[at] ?? ''
    switch (text.charCodeAt(0)) {
      case 0x64: {
        if (!text.startsWith('diff --')) break
        if (text.startsWith('diff --git ')) {
          if (holdsLostNewlines(text)) {
            report('error', 'newlines-lost', at, 'a whole diff stands in one line; it is not guessed apart')
            break
          }
          const header = readGitHeader(texts, at)
          if (header === null) break
          at = take(header, at)
          continue
        }
        const name = /^diff --(?:cc|combined) (.{1,4096})$/.exec(text)?.[1]
        if (name === undefined) break
        report(
          'warning',
          'combined-diff',
          at,
          `a combined diff of ${name} is not a change that can be applied`,
        )
        files.push(draft({ ...NO_HEADER, path: name, kind: 'combined', next: at + 1 }, [], at, at + 1))
        open = false
        break
      }
      case 0x2d:
        if (text === '---' || text === '--- ') separators.push(at)
        else if (text === '-- ' || text === '--') {
          signatures.push(at)
          open = false
        } else if (isFileHeader(texts, at) && (texts[at + 2] ?? '').startsWith('@@ -')) {
          at = take(readPlainHeader(texts, at), at)
          continue
        }
        break
      case 0x40: {
        if (!text.startsWith('@@ -')) break
        const numbers = parseHunkHeader(text)
        if (numbers === null) {
          report('warning', 'hunk-header-malformed', at, 'a line begins like a hunk header and is none')
          break
        }
        const last = files[files.length - 1]
        const hunk = readHunk(reading, at, numbers)
        if (open && last !== undefined && follows(last, hunk)) {
          if (!quoted) report('warning', 'text-between-hunks', at, 'text stands between two hunks of a file')
          last.hunks.push(hunk)
          last.next = hunk.next
        } else {
          files.push({ ...draft(NO_HEADER, [hunk], at, hunk.next), role: 'loose' })
          open = true
        }
        at = hunk.next
        continue
      }
      case 0x42:
        if (isBinaryLine(text)) {
          const name = /^Binary files (.{1,4096}) and (.{1,4096}) differ$/.exec(text)
          const path = name?.[2] === '/dev/null' ? name[1] : name?.[2]
          files.push(draft({ ...NO_HEADER, path: path ?? '', kind: 'binary', next: at + 1 }, [], at, at + 1))
          open = false
        }
        break
      case 0x46:
        if (/^From [0-9a-f]{40} /.test(text)) signatures.push(at)
    }
    at++
  }
  return { files, separators, signatures, diagnostics }
}

/** A draft that hunks are still added to. */
export type OpenDraft = Omit<FileDraft, 'hunks' | 'next'> & { readonly hunks: HunkDraft[]; next: number }

const NO_HEADER: FileHeader = {
  path: '',
  previousPath: null,
  kind: 'modified',
  preBlob: null,
  postBlob: null,
  beforeMode: null,
  afterMode: null,
  next: 0,
}

/** A draft of what a header and the hunks behind it say. */
export function draft(header: FileHeader, hunks: HunkDraft[], at: number, next: number): OpenDraft {
  return {
    role: 'patch',
    path: header.path,
    previousPath: header.previousPath,
    kind: header.kind === 'modified' ? kindOf(hunks) : header.kind,
    preBlob: header.preBlob,
    postBlob: header.postBlob,
    beforeMode: header.beforeMode,
    afterMode: header.afterMode,
    hunks,
    at,
    next,
  }
}

/** A plain diff says only with its numbers that a file comes or goes. */
function kindOf(hunks: readonly HunkDraft[]): 'modified' | 'added' | 'removed' {
  const only = hunks[0]
  if (hunks.length !== 1 || only === undefined || only.missing !== null) return 'modified'
  if (only.header.beforeStart === 0 && only.header.beforeCount === 0) return 'added'
  if (only.header.afterStart === 0 && only.header.afterCount === 0) return 'removed'
  return 'modified'
}

function follows(file: FileDraft, hunk: HunkDraft): boolean {
  const last = file.hunks[file.hunks.length - 1]
  if (last === undefined || file.kind === 'binary') return false
  return hunk.header.beforeStart >= last.header.beforeStart + last.header.beforeCount
}

/** Whether a whole diff stands in this one line. */
export function holdsLostNewlines(text: string): boolean {
  return text.length > 80 && text.includes(' +++ ') && text.includes(' @@ -')
}
