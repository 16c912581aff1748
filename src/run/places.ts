/** Places in C text, for people. */
import type { Event, Identity } from '../machine/index.js'

/** Where the lines that an implementation names stand in the text it was matched by, by function name. */
type LineMaps = ReadonlyMap<string, Identity['lines']>

/** A line that the function's implementation names, as a line of the text at hand. */
export function lineIn(site: { readonly function: string; readonly line: number }, lines: LineMaps): number {
  return lines.get(site.function)?.[site.line] ?? site.line
}

/** `ptep_get_lockless:298`; the function alone where it names no line. */
export function whereOf({ site, function: name }: Event, lines: LineMaps): string {
  if (site === null) return name
  const line = lineIn(site, lines)
  return line === 0 ? site.function : `${site.function}:${line}`
}
