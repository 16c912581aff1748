/** Variables of a kernel whose values follow from where the machine lays things: the array of all pages. */
import type { UnknownBytes } from '../../machine/index.js'
import { PAGE_ARRAYS } from './pages.js'

const VALUES: ReadonlyMap<string, bigint> = new Map([
  // The memory map of a kernel whose frames lie in one piece, and that of x86-64 where it may be moved.
  ['mem_map', PAGE_ARRAYS.narrow],
  ['vmemmap_base', PAGE_ARRAYS.x86],
])

/** The contents of a variable that is known after all, instead of `unknown`. */
export function knownGlobal(name: string, unknown: UnknownBytes): UnknownBytes {
  const value = VALUES.get(name)
  if (value === undefined) return unknown
  return {
    ...unknown,
    at: (offset, bytes, address) => (offset === 0 ? value : unknown.at(offset, bytes, address)),
  }
}
