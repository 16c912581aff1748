import type { Diagnostic } from '../base/index.js'

/** Whether a diagnostic says that an input, or the tree, could not be read. */
export function isUnreadable({ code }: Diagnostic): boolean {
  return code.endsWith('unreadable') || /^(?:tree|revision|git)-/.test(code)
}
