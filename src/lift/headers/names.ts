/**
 * Names as small numbers, so that the macros defined at a place are one array. Numbers are given once and stay
 * for the life of the table; 0 stands for no name.
 */
export interface Names {
  readonly id: (name: string) => number
  /** The number of a name seen before, or 0. */
  readonly known: (name: string) => number
  readonly text: (id: number) => string
  readonly size: () => number
}

/** A table without names. */
export function createNames(): Names {
  const ids = new Map<string, number>()
  const texts: string[] = ['']
  return {
    id: (name) => {
      const known = ids.get(name)
      if (known !== undefined) return known
      const id = texts.length
      // A slice of a file keeps the whole file alive in V8; names outlive files.
      ids.set(name, id)
      texts.push(name)
      return id
    },
    known: (name) => ids.get(name) ?? 0,
    text: (id) => texts[id] ?? '',
    size: () => texts.length,
  }
}
