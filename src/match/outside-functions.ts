/** What a patch changes outside functions: listed by kind, as nothing of it is replayed. */
import { findFunctionsInHunk } from '../lift/index.js'
import { afterText, beforeText, type FileDiff, type Hunk, type LineOp } from '../patch/index.js'
import { isC } from './changed-functions.js'

export type OutsideKind =
  | 'macro'
  | 'conditional'
  | 'struct'
  | 'declaration'
  | 'include'
  | 'kconfig'
  | 'asm'
  | 'other'

export interface OutsideChange {
  readonly path: string
  readonly kind: OutsideKind
  readonly added: number
  readonly removed: number
}

/** Changed lines outside functions, summed by file and kind; blank lines and comments are left out. */
export function outsideFunctions(files: readonly FileDiff[]): OutsideChange[] {
  const sums = new Map<string, { path: string; kind: OutsideKind; added: number; removed: number }>()
  const add = (path: string, kind: OutsideKind, op: 'added' | 'removed'): void => {
    const key = `${path}\0${kind}`
    const sum = sums.get(key) ?? { path, kind, added: 0, removed: 0 }
    sum[op]++
    sums.set(key, sum)
  }
  for (const file of files) {
    for (const hunk of file.hunks) {
      for (const op of ['removed', 'added'] as const) {
        for (const line of linesOutside(file, hunk, op)) {
          const kind = kindOf(file.path, line)
          if (kind !== null) add(file.path, kind, op)
        }
      }
    }
  }
  return [...sums.values()]
}

function linesOutside(file: FileDiff, hunk: Hunk, changedOp: LineOp): string[] {
  const lines = changedOp === 'removed' ? beforeText(hunk) : afterText(hunk)
  const ops = hunk.lines.map(({ op }) => op).filter((op) => op === 'context' || op === changedOp)
  const inside = new Array<boolean>(lines.length).fill(false)
  if (isC(file.path)) {
    for (const piece of findFunctionsInHunk(hunk.section, lines)) {
      for (let i = piece.leadingComment?.firstLine ?? piece.firstLine; i <= piece.lastLine; i++)
        inside[i] = true
    }
  }
  return lines.filter((_, i) => ops[i] === changedOp && inside[i] !== true)
}

/** The kind of a line by what it starts with; null for blanks and comments. */
function kindOf(path: string, line: string): OutsideKind | null {
  const text = line.trim()
  if (/(^|\/)(Kconfig|Makefile)/.test(path)) return 'kconfig'
  if (path.endsWith('.S')) return 'asm'
  if (text === '' || /^(\/\*|\*|\/\/)/.test(text)) return null
  if (!isC(path)) return 'other'
  if (/^#\s*include/.test(text)) return 'include'
  if (/^#\s*define|^#\s*undef|\\$/.test(text)) return 'macro'
  if (text.startsWith('#')) return 'conditional'
  if (/^(typedef\s+)?(struct|union|enum)\b/.test(text)) return 'struct'
  return /[;,(){}]$/.test(text) ? 'declaration' : 'other'
}
