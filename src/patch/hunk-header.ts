/** The numbers of a hunk header and the text behind them. */
export interface HunkHeader {
  readonly beforeStart: number
  readonly beforeCount: number
  readonly afterStart: number
  readonly afterCount: number
  readonly section: string
}

/**
 * Reads `@@ -a[,b] +c[,d] @@[ section]`; null for anything else. Scanned by hand: a header is looked for on
 * every line that starts with `@`, and some texts have lines of megabytes.
 */
export function parseHunkHeader(line: string): HunkHeader | null {
  if (!line.startsWith('@@ -')) return null
  const before = readRange(line, 4)
  if (before === null || !line.startsWith(' +', before.end)) return null
  const after = readRange(line, before.end + 2)
  if (after === null || !line.startsWith(' @@', after.end)) return null
  const rest = after.end + 3
  const section = line.charCodeAt(rest) === BLANK ? line.slice(rest + 1) : line.slice(rest)
  return {
    beforeStart: before.start,
    beforeCount: before.count,
    afterStart: after.start,
    afterCount: after.count,
    section,
  }
}

/** `@@ -a,b +c,d @@ section`, counts of 1 left out as git does. */
export function formatHunkHeader(header: HunkHeader): string {
  const range = (start: number, count: number) => (count === 1 ? `${start}` : `${start},${count}`)
  const before = range(header.beforeStart, header.beforeCount)
  const after = range(header.afterStart, header.afterCount)
  return `@@ -${before} +${after} @@${header.section === '' ? '' : ` ${header.section}`}`
}

const BLANK = 0x20
const COMMA = 0x2c
const MAX_DIGITS = 9

function readRange(line: string, at: number): { start: number; count: number; end: number } | null {
  const startEnd = skipDigits(line, at)
  if (startEnd === at) return null
  const start = Number(line.slice(at, startEnd))
  if (line.charCodeAt(startEnd) !== COMMA) return { start, count: 1, end: startEnd }
  const end = skipDigits(line, startEnd + 1)
  if (end === startEnd + 1) return null
  return { start, count: Number(line.slice(startEnd + 1, end)), end }
}

function skipDigits(line: string, from: number): number {
  let at = from
  while (at - from < MAX_DIGITS) {
    const code = line.charCodeAt(at)
    if (!(code >= 0x30 && code <= 0x39)) break
    at++
  }
  return at
}
