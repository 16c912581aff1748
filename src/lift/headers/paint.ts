/** Takes the marks of painted macros off the names in a syntax tree. */
import { PAINT, withoutPaint } from './tokens.js'

/**
 * The tree without marks in names. The text of calls keeps them, so that a call which a macro's own expansion
 * holds is not expanded again. `text` is what the tree was parsed from.
 */
export function withoutPaintIn<T>(tree: T, text: string): T {
  return text.includes(PAINT) ? (unpainted(tree) as T) : tree
}

function unpainted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpainted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === 'string' && key !== 'text' ? withoutPaint(inner) : unpainted(inner),
    ]),
  )
}
