import type { Hunk, PatchLine } from './types.js'

/** The lines a hunk expects to find: context and removed. */
export function beforeText(hunk: Pick<Hunk, 'lines'>): string[] {
  return side(hunk.lines, 'added')
}

/** The lines a hunk leaves: context and added. */
export function afterText(hunk: Pick<Hunk, 'lines'>): string[] {
  return side(hunk.lines, 'removed')
}

/** Lines as the content of a file, every line with a newline but one that says it has none. */
export function contentOf(lines: readonly PatchLine[], op: 'added' | 'removed'): string {
  const parts: string[] = []
  for (const line of lines) {
    if (line.op === op) parts.push(line.noNewline === true ? line.text : `${line.text}\n`)
  }
  return parts.join('')
}

function side(lines: readonly PatchLine[], other: PatchLine['op']): string[] {
  const texts: string[] = []
  for (const line of lines) if (line.op !== other) texts.push(line.text)
  return texts
}
