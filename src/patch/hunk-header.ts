/** The numbers of a hunk header and the text behind them. */
export interface HunkHeader {
  readonly beforeStart: number
  readonly beforeCount: number
  readonly afterStart: number
  readonly afterCount: number
  readonly section: string
}

/** Whether `@@ -` stands at an offset. By characters: it is asked several times for every hunk. */
export function startsHunk(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === AT &&
    text.charCodeAt(at + 1) === AT &&
    text.charCodeAt(at + 2) === BLANK &&
    text.charCodeAt(at + 3) === MINUS
  )
}

/**
 * Reads `@@ -a[,b] +c[,d] @@[ section]`; null for anything else. Scanned by hand: a header is looked for on
 * every line that starts with `@`, and some texts have lines of megabytes. `from` and `end` tell where the
 * line stands in a longer text.
 */
export function parseHunkHeader(line: string, from = 0, end = line.length): HunkHeader | null {
  if (!startsHunk(line, from)) return null
  let at = from + 4
  const beforeStart = numberAt(line, at)
  if (beforeStart < 0) return null
  at += digitsOf(beforeStart, line, at)
  let beforeCount = 1
  if (line.charCodeAt(at) === COMMA) {
    beforeCount = numberAt(line, at + 1)
    if (beforeCount < 0) return null
    at += 1 + digitsOf(beforeCount, line, at + 1)
  }
  if (line.charCodeAt(at) !== BLANK || line.charCodeAt(at + 1) !== PLUS) return null
  at += 2
  const afterStart = numberAt(line, at)
  if (afterStart < 0) return null
  at += digitsOf(afterStart, line, at)
  let afterCount = 1
  if (line.charCodeAt(at) === COMMA) {
    afterCount = numberAt(line, at + 1)
    if (afterCount < 0) return null
    at += 1 + digitsOf(afterCount, line, at + 1)
  }
  if (!line.startsWith(' @@', at)) return null
  const rest = at + 3
  const section = rest === end ? '' : line.slice(line.charCodeAt(rest) === BLANK ? rest + 1 : rest, end)
  return { beforeStart, beforeCount, afterStart, afterCount, section }
}

/** `@@ -a,b +c,d @@ section`, counts of 1 left out as git does. */
export function formatHunkHeader(header: HunkHeader): string {
  const range = (start: number, count: number) => (count === 1 ? `${start}` : `${start},${count}`)
  const before = range(header.beforeStart, header.beforeCount)
  const after = range(header.afterStart, header.afterCount)
  return `@@ -${before} +${after} @@${header.section === '' ? '' : ` ${header.section}`}`
}

const AT = 0x40
const MINUS = 0x2d
const BLANK = 0x20
const PLUS = 0x2b
const COMMA = 0x2c
const ZERO = 0x30
const MAX_DIGITS = 9

/** The number whose digits stand at `from`; -1 where there is none or it is absurdly long. */
function numberAt(line: string, from: number): number {
  let value = -1
  for (let at = from; at - from <= MAX_DIGITS; at++) {
    const digit = line.charCodeAt(at) - ZERO
    if (!(digit >= 0 && digit <= 9)) return value
    value = (value < 0 ? 0 : value * 10) + digit
  }
  return -1
}

/** How many characters the number just read takes, leading zeros included. */
function digitsOf(value: number, line: string, from: number): number {
  if (line.charCodeAt(from) !== ZERO) {
    if (value < 10) return 1
    if (value < 100) return 2
    if (value < 1000) return 3
  }
  let at = from
  while (line.charCodeAt(at) >= ZERO && line.charCodeAt(at) <= 0x39) at++
  return at - from
}
