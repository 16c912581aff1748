/**
 * The `struct page` of each frame, and the folios that they are part of. A page lies where C calculates that it
 * does, in the array of all of them; nothing else is known of it.
 */
import { hex } from '../../base/index.js'
import { map, type PlacedObject, tracked } from '../../machine/index.js'
import type { ArchProfile } from '../arch-profile.js'
import { type CRecords, parsePrototype } from './c-type.js'
import type { PureHelper } from './pure.js'
import { unknownObject } from './unknown.js'

/** Where the array of pages begins: VMEMMAP_START of arm64 with 48 bits of address, and of x86-64 with 4 levels. */
export const PAGE_ARRAYS = {
  arm64: 0xffff_fc00_0000_0000n,
  x86: 0xffff_ea00_0000_0000n,
  /** Of kernels of 32 bits, whose `mem_map` is a variable. */
  narrow: 0xe000_0000n,
} as const
const ARRAYS: readonly bigint[] = Object.values(PAGE_ARRAYS)
/** Of a `struct page` whose layout is not known. */
const USUAL_BYTES = 64

function sizeOfPage(records: CRecords): bigint {
  const bytes = records('struct page')?.bytes ?? USUAL_BYTES
  return BigInt(bytes % 8 === 0 ? bytes : USUAL_BYTES)
}

function numberOf(address: bigint, records: CRecords): { readonly array: bigint; readonly number: bigint } {
  const array = ARRAYS.find((one) => address >= one) ?? 0n
  return { array, number: (address - array) / sizeOfPage(records) }
}

/** The page at an address. */
export function pageAt(address: bigint, records: CRecords): PlacedObject {
  const { array, number } = numberOf(address, records)
  const size = sizeOfPage(records)
  const name = `page ${hex(number)}`
  return {
    name,
    address: array + number * size,
    bytes: Number(size),
    unknown: unknownObject(name, 'struct page', records),
  }
}

/** Pages of a folio: blocks of entries need large ones, elsewhere no page is part of a larger one. */
function pagesOfFolio({ folioPages, contPtes }: ArchProfile): bigint {
  return BigInt(folioPages ?? contPtes ?? 1)
}

const NAMES: ReadonlyMap<string, string> = new Map(
  [
    'struct folio *page_folio(struct page *page)',
    'struct page *compound_head(struct page *page)',
    'unsigned long _compound_head(struct page *page)',
    'long folio_nr_pages(struct folio *folio)',
    'bool folio_test_large(struct folio *folio)',
  ].map((text) => [parsePrototype(text).name, text]),
)

/** Helpers on pages and folios; `records` says how large a page is. */
export function pageHelper(profile: ArchProfile, records: CRecords, name: string): PureHelper | undefined {
  const text = NAMES.get(name)
  if (text === undefined) return undefined
  const pages = pagesOfFolio(profile)
  const prototype = parsePrototype(text)
  switch (name) {
    case 'folio_nr_pages':
      return { prototype, of: () => tracked(pages) }
    case 'folio_test_large':
      return { prototype, of: () => tracked(pages > 1n ? 1n : 0n) }
    default:
      return {
        prototype,
        of: (page) =>
          map(page ?? tracked(0n), (address) => {
            const { array, number } = numberOf(address, records)
            return array === 0n ? address : array + (number - (number % pages)) * sizeOfPage(records)
          }),
      }
  }
}
