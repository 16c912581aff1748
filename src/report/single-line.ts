import { printable } from '../base/index.js'

/**
 * A copy of a report (or a part of one) whose every text is safe to print and stands on one line. Formatters for
 * people start with this, so that no text from a mail can move the cursor, recolour the screen or forge a line.
 */
export function singleLine<T>(value: T): T {
  return rewrite(value) as T
}

/** What is safe as it stands is not copied: a report is mostly that. */
function rewrite(value: unknown): unknown {
  if (typeof value === 'string') return line(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(rewrite)
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  const entries = Object.entries(value)
  const rewritten = entries.map(([key, member]) => [line(key), rewrite(member)] as const)
  const changed = rewritten.some(
    ([key, member], at) => key !== entries[at]?.[0] || member !== entries[at]?.[1],
  )
  return changed ? Object.fromEntries(rewritten) : value
}

/** Half of a surrogate pair is no character, and several formats cannot hold it. */
function line(text: string): string {
  if (PLAIN.test(text)) return text
  return printable(text.replace(/\r\n/g, '\n').replace(/\p{Surrogate}/gu, '\ufffd')).replace(/[\n\t]+/g, ' ')
}

/** Most texts of a report, and no work at all. */
const PLAIN = /^[\x20-\x7e]*$/
