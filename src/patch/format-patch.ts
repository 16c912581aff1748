import { quoteName } from './file-name.js'
import { formatHunkHeader } from './hunk-header.js'
import { markerOf } from './restore-blanks.js'
import type { FileDiff, Hunk, Patch } from './types.js'

/**
 * A patch or one file's diff as git would write it, with a newline at the end. Reading the result again
 * gives the same files, hunks and lines (line numbers and repairs apart). Hunks without a file name and
 * combined diffs have no such form and are left out.
 */
export function formatPatch(patch: Patch | FileDiff): string {
  const files = 'files' in patch ? patch.files : [patch]
  return files.map(formatFile).join('')
}

/** One hunk with its header, every line ended. */
export function formatHunk(hunk: Hunk): string {
  const parts = [`${formatHunkHeader(hunk)}\n`]
  for (const line of hunk.lines) {
    parts.push(`${markerOf(line)}${line.text}\n`)
    if (line.noNewline === true) parts.push('\\ No newline at end of file\n')
  }
  return parts.join('')
}

function formatFile(file: FileDiff): string {
  if (file.role === 'loose' || file.kind === 'combined' || file.path === '') return ''
  const before = file.previousPath ?? file.path
  const names = { before: quoteName(`a/${before}`), after: quoteName(`b/${file.path}`) }
  const lines = [`diff --git ${names.before} ${names.after}`, ...modeLines(file)]
  if (file.kind === 'renamed' || file.kind === 'copied') {
    const word = file.kind === 'renamed' ? 'rename' : 'copy'
    lines.push(`${word} from ${quoteName(before)}`, `${word} to ${quoteName(file.path)}`)
  }
  if (file.preBlob !== null && file.postBlob !== null) {
    const sameMode = file.beforeMode !== null && file.beforeMode === file.afterMode
    lines.push(`index ${file.preBlob}..${file.postBlob}${sameMode ? ` ${file.beforeMode}` : ''}`)
  }
  if (file.kind === 'binary') lines.push(`Binary files ${names.before} and ${names.after} differ`)
  if (file.hunks.length > 0) {
    lines.push(`--- ${file.kind === 'added' ? '/dev/null' : stamped(names.before)}`)
    lines.push(`+++ ${file.kind === 'removed' ? '/dev/null' : stamped(names.after)}`)
  }
  return `${lines.join('\n')}\n${file.hunks.map(formatHunk).join('')}`
}

/** git ends a name that holds a blank with a tab, so that no time stamp is looked for in it. */
function stamped(name: string): string {
  return name.includes(' ') ? `${name}\t` : name
}

function modeLines(file: FileDiff): string[] {
  if (file.kind === 'added') return [`new file mode ${file.afterMode ?? '100644'}`]
  if (file.kind === 'removed') return [`deleted file mode ${file.beforeMode ?? '100644'}`]
  if (file.beforeMode === null || file.beforeMode === file.afterMode) return []
  return [`old mode ${file.beforeMode}`, `new mode ${file.afterMode ?? file.beforeMode}`]
}
