import { type Diagnostic, printable } from '../base/index.js'
import { treeTrouble } from './types.js'

/** Why a path cannot name a file below a tree; null when it can. */
export function pathTrouble(path: string): string | null {
  if (path === '') return 'it is empty'
  if (path.includes('\0')) return 'it holds a NUL'
  if (path.length > 4096) return 'it is too long'
  if (path.startsWith('/') || path.includes('\\') || /^[A-Za-z]:/.test(path)) return 'it is absolute'
  const parts = path.split('/')
  if (parts.includes('..') || parts.includes('.') || parts.includes(''))
    return 'it has . or .. or an empty part'
  if (parts.some((part) => part.toLowerCase() === '.git')) return 'it leads into .git'
  return null
}

/** The diagnostic of a path that is refused; null for a good one. */
export function refusePath(path: string, source: string): Diagnostic | null {
  const trouble = pathTrouble(path)
  if (trouble === null) return null
  const name = printable(path.slice(0, 200))
  return treeTrouble('path-outside-tree', `"${name}" cannot be below a tree: ${trouble}`, source)
}
