import type { Diagnostic } from '../base/index.js'
import type { FileDiff } from './types.js'

/**
 * Diagnostics for added lines that a reader sees otherwise than a compiler: bidirectional overrides and
 * invisible characters ("trojan source"), and control characters that move a terminal's cursor.
 */
export function suspiciousLines(files: readonly FileDiff[], source: string): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const file of files) {
    for (const hunk of file.hunks) {
      for (const line of hunk.lines) {
        if (line.op !== 'added') continue
        const at = line.text.search(SUSPICIOUS)
        if (at === -1) continue
        const code = line.text.codePointAt(at) ?? 0
        const hidden = code >= 0x200b
        found.push({
          severity: 'warning',
          code: hidden ? 'bidi-or-invisible' : 'control-character',
          message: `an added line holds U+${code.toString(16).toUpperCase().padStart(4, '0')}`,
          place: { source, line: line.line, column: at + 2 },
          ...(hidden ? { hint: 'what is displayed may differ from what is compiled' } : {}),
        })
      }
    }
  }
  return found
}

/**
 * Whether a text can hold such a character at all. Plain ASCII, which is most mail, is told by its length in
 * bytes and searched only for what a terminal acts on: a regular expression would take as long as the parse.
 */
export function mayBeSuspicious(text: string): boolean {
  if (Buffer.byteLength(text, 'utf8') !== text.length) return SUSPICIOUS.test(text)
  return ACTING.some((character) => text.includes(character))
}

/** NUL, BEL, BS, VT, SO, ESC, DEL. */
const ACTING = ['\u0000', '\u0007', '\b', '\v', '\u000e', '\u001b', '\u007f']
const SUSPICIOUS =
  /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/
