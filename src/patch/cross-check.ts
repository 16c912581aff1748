/**
 * Two other parsers as witnesses. They are asked only about text that needed no repair, file by file, and
 * get exactly the lines this parser took for the diff: both stumble over what mail puts around a diff
 * (INTAKE.md, section 3). A disagreement is reported, never resolved here.
 */
import { parsePatch as parseWithDiff } from 'diff'
import parseWithParseDiff from 'parse-diff'
import type { Check, FileDiff, Hunk } from './types.js'

interface Counted {
  readonly beforeStart: number
  readonly beforeCount: number
  readonly afterStart: number
  readonly afterCount: number
  readonly added: number
  readonly removed: number
}

/** What `parse-diff` makes of the lines, compared with `file`. */
export function checkWithParseDiff(file: FileDiff, text: string): Check {
  const others = parseWithParseDiff(text)
  const [other] = others
  if (others.length !== 1 || other === undefined) {
    return failed('parse-diff', `parse-diff sees ${others.length} files where there is one`)
  }
  const named = file.kind === 'removed' ? other.from : other.to
  if (named !== undefined && !sameName(named, file.path)) {
    return failed('parse-diff', `parse-diff reads the name as ${named}`)
  }
  const counted = other.chunks.map((chunk) => ({
    beforeStart: chunk.oldStart,
    beforeCount: chunk.oldLines,
    afterStart: chunk.newStart,
    afterCount: chunk.newLines,
    added: chunk.changes.filter((change) => change.type === 'add' && !isNewlineMark(change.content)).length,
    removed: chunk.changes.filter((change) => change.type === 'del' && !isNewlineMark(change.content)).length,
  }))
  return compare('parse-diff', file, counted)
}

/** What `diff` (jsdiff) makes of the lines, compared with `file`. */
export function checkWithDiff(file: FileDiff, text: string): Check {
  let others: ReturnType<typeof parseWithDiff>
  try {
    others = parseWithDiff(text)
  } catch (error) {
    return failed('diff', `diff refuses the text: ${error instanceof Error ? error.message : String(error)}`)
  }
  const [other] = others
  if (others.length !== 1 || other === undefined) {
    return failed('diff', `diff sees ${others.length} files where there is one`)
  }
  const named = file.kind === 'removed' ? other.oldFileName : other.newFileName
  if (named !== undefined && !sameName(named, file.path)) {
    return failed('diff', `diff reads the name as ${named}`)
  }
  const counted = other.hunks.map((hunk) => ({
    // jsdiff moves the start of an empty side to the line behind it.
    beforeStart: hunk.oldLines === 0 ? hunk.oldStart - 1 : hunk.oldStart,
    beforeCount: hunk.oldLines,
    afterStart: hunk.newLines === 0 ? hunk.newStart - 1 : hunk.newStart,
    afterCount: hunk.newLines,
    added: hunk.lines.filter((line) => line.startsWith('+')).length,
    removed: hunk.lines.filter((line) => line.startsWith('-')).length,
  }))
  return compare('diff', file, counted)
}

function compare(name: 'parse-diff' | 'diff', file: FileDiff, others: readonly Counted[]): Check {
  if (others.length !== file.hunks.length) {
    return failed(name, `${name} sees ${others.length} hunks, ${file.hunks.length} were read`)
  }
  for (const [at, hunk] of file.hunks.entries()) {
    const other = others[at]
    const mine = count(hunk)
    if (other === undefined) continue
    for (const key of Object.keys(mine) as (keyof Counted)[]) {
      if (mine[key] === other[key]) continue
      return failed(
        name,
        `${name} reads hunk ${at + 1} (line ${hunk.line}) with ${key} ${other[key]}, not ${mine[key]}`,
      )
    }
  }
  return { name, result: 'passed', text: `${name} reads the same hunks` }
}

function count(hunk: Hunk): Counted {
  return {
    beforeStart: hunk.beforeStart,
    beforeCount: hunk.beforeCount,
    afterStart: hunk.afterStart,
    afterCount: hunk.afterCount,
    added: hunk.lines.filter((line) => line.op === 'added').length,
    removed: hunk.lines.filter((line) => line.op === 'removed').length,
  }
}

/** Neither strips quilt's folders, so a name that ends in ours is the same name. */
function sameName(theirs: string, ours: string): boolean {
  return theirs === ours || theirs.endsWith(`/${ours}`)
}

function isNewlineMark(content: string): boolean {
  return content.startsWith('\\ No newline')
}

function failed(name: 'parse-diff' | 'diff', text: string): Check {
  return { name, result: 'failed', text }
}
