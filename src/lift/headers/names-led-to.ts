/** The names in a text, and those in the macros that they stand for, and so on. */
import type { MacroLookup } from './macro.js'

const NAME = /[A-Za-z_]\w*/g

export function namesLedTo(text: string, lookup: MacroLookup): ReadonlySet<string> {
  const found = new Set(text.match(NAME) ?? [])
  // A set that grows is gone through to its end.
  for (const name of found) {
    for (const inner of lookup(name)?.body.match(NAME) ?? []) found.add(inner)
  }
  return found
}
