/** Quoted lines: `> `, `>>`, `| > `, mixed as mail programs mix them. */
import { lineNumber, type SourceLines } from './source-lines.js'

/** How many quote markers stand in front of a line, and where its content begins. */
export interface QuoteMark {
  readonly depth: number
  readonly content: number
}

/** Counts markers with at most one blank between two. Deeper than 16 does not happen on purpose. */
export function quoteMark(line: string): QuoteMark {
  let depth = 0
  let content = 0
  let at = 0
  while (depth < MAX_DEPTH) {
    const code = line.charCodeAt(at)
    if (code === 0x3e || code === 0x7c) {
      depth++
      at++
      content = at
    } else if (code === 0x20 && depth > 0 && at === content) at++
    else break
  }
  return { depth, content }
}

/** The lines quoted at one depth, without their markers. */
export interface Quotation extends SourceLines {
  readonly depth: number
}

/**
 * The quotations that may hold a diff, one for each depth at which a hunk or file header stands. Text of
 * another depth, which is what people said in between, is left out.
 */
export function quotationsWithDiffs(lines: SourceLines): Quotation[] {
  const found = new Map<number, { texts: string[]; numbers: number[]; blanks: boolean; diff: boolean }>()
  for (let at = 0; at < lines.texts.length; at++) {
    const line = lines.texts[at] ?? ''
    const first = line.charCodeAt(0)
    if (first !== 0x3e && first !== 0x7c) continue
    const { depth, content } = quoteMark(line)
    let group = found.get(depth)
    if (group === undefined) {
      group = { texts: [], numbers: [], blanks: true, diff: false }
      found.set(depth, group)
    }
    const text = line.slice(content)
    if (isDiffHeader(text, 0)) {
      group.blanks = false
      group.diff = true
    } else if (isDiffHeader(text, 1)) group.diff = true
    group.texts.push(text)
    group.numbers.push(lineNumber(lines, at))
  }
  const quotations: Quotation[] = []
  for (const [depth, group] of found) {
    if (!group.diff) continue
    const cut = (text: string) => (text.charCodeAt(0) === 0x20 ? text.slice(1) : text)
    const texts = group.blanks ? group.texts.map(cut) : group.texts
    quotations.push({ depth, texts, numbers: group.numbers, firstLine: 1 })
  }
  return quotations
}

const MAX_DEPTH = 16

function isDiffHeader(text: string, at: number): boolean {
  if (at === 1 && text.charCodeAt(0) !== 0x20) return false
  return text.startsWith('@@ -', at) || text.startsWith('diff --git ', at) || text.startsWith('+++ ', at)
}
