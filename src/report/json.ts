import * as v from 'valibot'
import { ReportSchema } from './schema.js'
import type { Report } from './types.js'

/**
 * The report as JSON, indented, ending in a newline. Deterministic: members stand in the schema's order, those
 * it does not know after them by name. Characters that a terminal would obey, or that hide text from a reader,
 * are written as `\u` escapes.
 */
export function formatJson(report: Report): string {
  const checked = v.safeParse(ReportSchema, report)
  const ordered = checked.success ? ordering(checked.output, report) : report
  return `${escapeUnsafe(JSON.stringify(ordered, null, 2))}\n`
}

/** JSON of any value, safe to print on a terminal: control characters and hidden directions are escaped. */
export function safeJson(value: unknown): string {
  return `${escapeUnsafe(JSON.stringify(value, null, 2))}\n`
}

/** `original` with its members in the order of `pattern`, which may lack some of them. */
function ordering(pattern: unknown, original: unknown): unknown {
  if (Array.isArray(pattern) && Array.isArray(original)) {
    return original.map((item, index) => ordering(pattern[index], item))
  }
  if (!isObject(pattern) || !isObject(original)) return original
  const known = Object.keys(pattern).filter((key) => Object.hasOwn(original, key))
  const extra = Object.keys(original)
    .filter((key) => !Object.hasOwn(pattern, key))
    .sort()
  return Object.fromEntries([...known, ...extra].map((key) => [key, ordering(pattern[key], original[key])]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Outside strings JSON holds none of these, so the whole text may be rewritten. Newlines are indentation. */
function escapeUnsafe(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
