import type { HunkHeader } from './hunk-header.js'
import { lineNumber, type SourceLines } from './source-lines.js'
import type { PatchLine } from './types.js'

/** What the walk over undamaged lines gives. */
export interface VerbatimRead {
  readonly lines: readonly PatchLine[]
  /** Empty lines that stand for a blank context line whose single blank was stripped. */
  readonly emptied: number
  readonly next: number
}

/**
 * Walks the lines behind a hunk header with its counts, taking every line by its marker. Null unless the
 * counts are met exactly. This is the path of nearly all mail, so it does nothing but that.
 */
export function readVerbatim(source: SourceLines, from: number, header: HunkHeader): VerbatimRead | null {
  const texts = source.texts
  const plain = source.numbers === null
  const lines: PatchLine[] = []
  let before = header.beforeCount
  let after = header.afterCount
  let emptied = 0
  let at = from
  while (before > 0 || after > 0) {
    const text = texts[at]
    if (text === undefined) return null
    const line = plain ? source.firstLine + at : lineNumber(source, at)
    switch (text.charCodeAt(0)) {
      case 0x20:
        before--
        after--
        lines.push({ op: 'context', text: text.slice(1), line, origin: 'verbatim' })
        break
      case 0x2b:
        after--
        lines.push({ op: 'added', text: text.slice(1), line, origin: 'verbatim' })
        break
      case 0x2d:
        before--
        lines.push({ op: 'removed', text: text.slice(1), line, origin: 'verbatim' })
        break
      case 0x5c:
        if (!endWithoutNewline(lines, text)) return null
        break
      default:
        if (text.length !== 0) return null
        before--
        after--
        emptied++
        lines.push({ op: 'context', text: '', line, origin: 'marker-restored' })
    }
    at++
  }
  if (before < 0 || after < 0) return null
  const behind = texts[at]
  if (behind !== undefined && behind.charCodeAt(0) === 0x5c && endWithoutNewline(lines, behind)) at++
  return { lines, emptied, next: at }
}

/**
 * Takes `\ No newline at end of file`, in whatever language, as a mark of the line before it. False when the
 * line is no such mark.
 */
export function endWithoutNewline(lines: PatchLine[], text: string): boolean {
  const last = lines[lines.length - 1]
  if (last === undefined || !text.startsWith('\\ ')) return false
  lines[lines.length - 1] = { ...last, noNewline: true }
  return true
}
