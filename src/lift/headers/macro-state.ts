/** Which macro a name stands for at a place of a walked file. */
import type { Variant } from './library.js'
import type { Macro, MacroLookup } from './macro.js'
import type { Names } from './names.js'
import type { MacroToken } from './tokens.js'
import type { Walk } from './walk.js'

/** A place in one of the files of a walk. */
export interface MacroPlace {
  readonly variant: Variant
  /** Offset in the file. */
  readonly offset: number
}

/**
 * The macros at the end of a walk. A macro that the walked file itself defines and forgets again is there as it
 * was last, since what asks without a place stands somewhere in the file.
 */
export function macrosAtEnd(walk: Walk, names: Names): MacroLookup {
  return (name) => {
    const id = names.known(name)
    if (id === 0) return null
    const macro = walk.macros[id] ?? null
    if (macro !== null) return macro
    const changes = walk.main?.changes.get(id)
    return changes?.findLast(({ before }) => before !== null)?.before ?? null
  }
}

/**
 * The macros at a place: as the file of the place itself has changed them up to there, and otherwise as at the
 * end of the walk.
 */
export function macrosAt(walk: Walk, names: Names, place: MacroPlace): MacroLookup {
  const atEnd = macrosAtEnd(walk, names)
  return (name) => {
    const changes = place.variant.changes.get(names.known(name))
    if (changes === undefined) return atEnd(name)
    const next = changes.find(({ offset }) => offset > place.offset)
    const found: Macro | null =
      next !== undefined ? next.before : (changes[changes.length - 1]?.after ?? null)
    return found
  }
}

/** The names of macros that are others for what stands between two offsets of a file than at its end. */
export function namesOtherThanAtEnd(walk: Walk, names: Names, place: MacroPlace, end: number): Set<string> {
  const atEnd = macrosAtEnd(walk, names)
  const inside = macrosWithin(walk, names, place, end)
  const others = new Set<string>()
  for (const id of place.variant.changes.keys()) {
    const name = names.text(id)
    if (inside(name) !== atEnd(name)) others.add(name)
  }
  return others
}

/**
 * The macros for what stands between two offsets of a file: as they are at the first of them, and those that are
 * defined further on between them as they are there, whichever line asks.
 */
export function macrosWithin(walk: Walk, names: Names, place: MacroPlace, end: number): MacroLookup {
  const atStart = macrosAt(walk, names, place)
  return (name) => {
    const found = atStart(name)
    if (found !== null) return found
    const changes = place.variant.changes.get(names.known(name)) ?? []
    return (
      changes.findLast(({ offset, after }) => isBetween(offset, place, end) && after !== null)?.after ?? null
    )
  }
}

/** Macros that are there at the first of two offsets of a file, and are changed before the second. */
export function redefinedWithin(walk: Walk, names: Names, place: MacroPlace, end: number): readonly string[] {
  const atStart = macrosAt(walk, names, place)
  return [...place.variant.changes]
    .filter(([, changes]) => changes.some(({ offset }) => isBetween(offset, place, end)))
    .map(([id]) => names.text(id))
    .filter((name) => atStart(name) !== null)
}

function isBetween(offset: number, place: MacroPlace, end: number): boolean {
  return offset > place.offset && offset < end
}

/** The macros that are different each time: `__COUNTER__`, and the place in the file. */
export function withDynamicMacros(
  macros: MacroLookup,
  path: string,
  counter: { count: number },
): MacroLookup {
  const dynamic = (name: string, value: () => MacroToken): Macro => ({
    name,
    parameters: null,
    rest: null,
    body: '',
    path: '<predefined>',
    line: 1,
    tokens: () => [value()],
  })
  const number = (value: number): MacroToken => ({ kind: 'number', text: String(value), space: true })
  const own = new Map<string, Macro>([
    ['__COUNTER__', dynamic('__COUNTER__', () => number(counter.count++))],
    ['__LINE__', dynamic('__LINE__', () => number(1))],
    ['__FILE__', dynamic('__FILE__', () => ({ kind: 'string', text: JSON.stringify(path), space: true }))],
  ])
  return (name) => macros(name) ?? own.get(name) ?? null
}
