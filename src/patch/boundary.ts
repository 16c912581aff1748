import { parseHunkHeader } from './hunk-header.js'

/** Where a hunk's body cannot go on: the next hunk or file, a signature or footer, the end of the text. */
export type Boundary = 'hunk' | 'file' | 'signature' | 'end'

/** What boundary stands at a line, if any. Linear in the length of the line. */
export function boundaryAt(lines: readonly string[], at: number): Boundary | null {
  const line = lines[at]
  if (line === undefined) return 'end'
  switch (line.charCodeAt(0)) {
    case 0x40: // @
      if (line.startsWith('@@@ ')) return 'file'
      return line.startsWith('@@ -') && parseHunkHeader(line) !== null ? 'hunk' : null
    case 0x64: // d
      return isDiffCommand(line) ? 'file' : null
    case 0x49: // I
      return line.startsWith('Index: ') ? 'file' : null
    case 0x2d: // -
      if (line === '-- ' || line === '--') return 'signature'
      return isFileHeader(lines, at) ? 'file' : null
    case 0x5f: // _
      return line.length >= 20 && line.startsWith('____________________') ? 'signature' : null
    case 0x46: // F
      return MAIL_FROM.test(line) ? 'signature' : null
    default:
      return null
  }
}

/** The first boundary at or after `from`. */
export function nextBoundary(lines: readonly string[], from: number): { at: number; kind: Boundary } {
  let at = from
  for (;;) {
    const kind = boundaryAt(lines, at)
    if (kind !== null) return { at, kind }
    at++
  }
}

/** `diff --git …`, `diff --cc …`, `diff -urN …`. */
export function isDiffCommand(line: string): boolean {
  return line.startsWith('diff -') && DIFF_COMMAND.test(line)
}

/** `--- name` with `+++ name` on the line after: a file header and no removed line. */
export function isFileHeader(lines: readonly string[], at: number): boolean {
  const line = lines[at]
  const next = lines[at + 1]
  return (
    line?.startsWith('--- ') === true &&
    line.length > 4 &&
    next?.startsWith('+++ ') === true &&
    next.length > 4
  )
}

const MAIL_FROM = /^From [0-9a-f]{40} /
const DIFF_COMMAND = /^diff (?:--git |--cc |--combined |-[A-Za-z])/
