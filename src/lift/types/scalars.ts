/** What a type is made of: the integers and pointers in it, with their places. */
import type { CType } from './c-type.js'
import type { Layouts } from './layout.js'

/** A scalar in a variable. `path` is how C spells it behind the variable's name: `.list.next`, `[3]`, or nothing. */
export interface ScalarPlace {
  readonly path: string
  readonly offset: number
  readonly bytes: 1 | 2 | 4 | 8
}

/** More than this is not listed. */
const MOST_SCALARS = 4096

/**
 * The scalars that a type is made of, by their places. Null where they are not known, are too many, or where
 * members of a union divide the same bytes in different ways. Bit-fields are one scalar with their neighbours.
 */
export function scalarsOf(type: CType, layouts: Layouts): readonly ScalarPlace[] | null {
  const found = new Map<number, ScalarPlace>()
  if (!collect(type, { path: '', offset: 0 }, { layouts, found })) return null
  const places = [...found.values()].sort((a, b) => a.offset - b.offset)
  const isDivided = places.every((place, i) => {
    const next = places[i + 1]
    return next === undefined || place.offset + place.bytes <= next.offset
  })
  return isDivided ? places : null
}

interface Collected {
  readonly layouts: Layouts
  readonly found: Map<number, ScalarPlace>
}

function collect(
  type: CType,
  at: { readonly path: string; readonly offset: number },
  to: Collected,
): boolean {
  switch (type.kind) {
    case 'integer':
      return type.bits !== 128 && add({ ...at, bytes: (type.bits / 8) as 1 | 2 | 4 | 8 }, to)
    case 'floating':
      return type.long !== true && add({ ...at, bytes: (type.bits / 8) as 4 | 8 }, to)
    case 'pointer':
      return add({ ...at, bytes: (to.layouts.model.wordBits / 8) as 4 | 8 }, to)
    case 'array': {
      const bytes = to.layouts.sizeOf(type.of)
      if (bytes === null || type.length === null || type.length > MOST_SCALARS) return false
      for (let i = 0; i < type.length; i++) {
        const element = { path: `${at.path}[${i}]`, offset: at.offset + i * bytes }
        if (!collect(type.of, element, to)) return false
      }
      return true
    }
    case 'struct':
    case 'union': {
      const members = to.layouts.ofRecord(type)?.members
      return (
        members?.every((member) => {
          const path = member.name === null ? at.path : `${at.path}.${member.name}`
          if (member.bits === null) {
            return collect(member.type, { path, offset: at.offset + member.offset }, to)
          }
          const unit = to.layouts.sizeOf(member.type) ?? 0
          const first = Math.floor(member.bitOffset / (unit * 8))
          const last = Math.floor((member.bitOffset + member.bits - 1) / (unit * 8))
          return first === last && collect(member.type, { path, offset: at.offset + first * unit }, to)
        }) ?? false
      )
    }
    default:
      return false
  }
}

/** False if the bytes are divided otherwise already, or if there are too many scalars. */
function add(place: ScalarPlace, to: Collected): boolean {
  const word = to.layouts.model.wordBits / 8
  if (place.bytes <= word) return addWord(place, to)
  // A machine of 32 bits has no access to 64 bits in one step.
  const low = { path: `${place.path} (low)`, offset: place.offset, bytes: 4 } as const
  const high = { path: `${place.path} (high)`, offset: place.offset + 4, bytes: 4 } as const
  return addWord(low, to) && addWord(high, to)
}

function addWord(place: ScalarPlace, { found }: Collected): boolean {
  const known = found.get(place.offset)
  if (known === undefined) found.set(place.offset, place)
  return found.size <= MOST_SCALARS && (known === undefined || known.bytes === place.bytes)
}
