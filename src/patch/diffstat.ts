import { lineNumber, type SourceLines } from './source-lines.js'
import type { Diffstat, DiffstatFile } from './types.js'

/**
 * The diffstat that a text declares before the line `end` (the first diff), read upwards from its summary
 * line; null without one. Bars may be lost and blanks collapsed, so only names and numbers are used.
 */
export function readDiffstat(source: SourceLines, end: number): Diffstat | null {
  for (let at = end - 1; at >= 0 && end - at < LOOK_BACK; at--) {
    const line = source.texts[at] ?? ''
    if (!line.includes(' changed')) continue
    const summary = SUMMARY.exec(line)
    if (summary === null) continue
    const files: DiffstatFile[] = []
    let above = at - 1
    while (above >= 0) {
      const file = readFile(source.texts[above] ?? '', lineNumber(source, above))
      if (file === null) break
      files.unshift(file)
      above--
    }
    return {
      files,
      fileCount: Number(summary[1]),
      insertions: numberOf(line, INSERTIONS) ?? 0,
      deletions: numberOf(line, DELETIONS) ?? 0,
      line: lineNumber(source, at),
    }
  }
  return null
}

/** Whether a diffstat's name (perhaps shortened to `.../tail`, perhaps `a => b`) stands for `path`. */
export function namesFile(declared: string, path: string): boolean {
  if (declared === path) return true
  if (declared.startsWith('.../')) return path.endsWith(declared.slice(3))
  if (!declared.includes(' => ')) return false
  const braces = /^(.*)\{(.*) => (.*)\}(.*)$/.exec(declared)
  const after =
    braces === null
      ? declared.slice(declared.indexOf(' => ') + 4)
      : `${braces[1] ?? ''}${braces[3] ?? ''}${braces[4] ?? ''}`.replace('//', '/')
  return after.startsWith('.../') ? path.endsWith(after.slice(3)) : after === path
}

const LOOK_BACK = 3000
const SUMMARY = /^ ?(\d{1,6}) files? changed/
const INSERTIONS = /, (\d{1,9}) insertions?\(\+\)/
const DELETIONS = /, (\d{1,9}) deletions?\(-\)/
const COUNT = /^ *(?:(\d{1,9})\b|Bin\b)/

function readFile(line: string, number: number): DiffstatFile | null {
  const bar = line.lastIndexOf('|')
  if (bar <= 0 || bar > 1024) return null
  const path = line.slice(0, bar).trim()
  const count = COUNT.exec(line.slice(bar + 1, bar + 40))
  if (path === '' || count === null) return null
  return { path, changed: count[1] === undefined ? null : Number(count[1]), line: number }
}

function numberOf(line: string, pattern: RegExp): number | null {
  const match = pattern.exec(line)
  return match === null ? null : Number(match[1])
}
