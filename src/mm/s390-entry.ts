/**
 * Page-table entries of s390: arch/s390/include/asm/pgtable.h as of 5.9 to 6.1. Every entry above the ptes says
 * which kind of table it stands in, and an entry that maps nothing is not zero. Accessed and dirty bits belong to
 * software.
 */
import type { EntryFlags, EntryFormat } from './entry-format.js'

/** Kinds of tables, by the type that their entries have: 3 region-first, 2 -second, 1 -third, 0 segment. */
export type TableType = 0 | 1 | 2 | 3

const TYPE_SHIFT = 2n
const TYPE_MASK = 0x0cn
/** Of region and segment entries. */
const INVALID = 0x20n
const LENGTH = 0x03n
const LARGE = 0x400n
const SEGMENT = { write: 0x02n, read: 0x01n, young: 0x1000n, dirty: 0x2000n, softDirty: 0x4000n } as const
const PTE_EMPTY = 0x400n
const PTE = {
  present: 0x01n,
  softDirty: 0x02n,
  young: 0x04n,
  dirty: 0x08n,
  read: 0x10n,
  write: 0x20n,
  special: 0x40n,
  protect: 0x200n,
  invalid: 0x400n,
} as const
const ORIGIN = ~0xfffn
const SWAP = PTE.invalid | PTE.protect
const SWAP_TYPE_SHIFT = 2n
const SWAP_OFFSET_SHIFT = 12n
/** Numbers of the swap types that migration entries have. */
const MIGRATION_READ = 30n
const MIGRATION_WRITE = 31n

/** What the type of an entry decides. */
export const S390_TYPES = {
  /** The kind of table that an entry above the ptes stands in. */
  typeOf: (bits: bigint): TableType => Number((bits & TYPE_MASK) >> TYPE_SHIFT) as TableType,
  /** An entry that maps nothing; null for a pte. */
  empty: (type: TableType | null): bigint =>
    type === null ? PTE_EMPTY : (BigInt(type) << TYPE_SHIFT) | INVALID,
  isEmpty: (bits: bigint): boolean => bits === PTE_EMPTY || (bits & ~TYPE_MASK) === INVALID,
  /** An entry of a table of this kind that points to the table below. */
  table: (pfn: bigint, type: TableType): bigint =>
    (pfn << 12n) | (type === 0 ? 0n : (BigInt(type) << TYPE_SHIFT) | LENGTH),
} as const

function isPte(bits: bigint): boolean {
  return (bits & (PTE.present | PTE.read)) === (PTE.present | PTE.read)
}

function isLeaf(bits: bigint): boolean {
  return !isPte(bits) && (bits & (LARGE | TYPE_MASK | PTE.protect)) === LARGE && bits !== PTE_EMPTY
}

function isSwap(bits: bigint): boolean {
  return (bits & (PTE.present | SWAP)) === SWAP
}

function isTable(bits: bigint): boolean {
  return (bits & (INVALID | LARGE)) === 0n && (bits & ORIGIN) !== 0n && !isPte(bits)
}

/** Entries of s390 as the simulated kernel handles them: ptes, segment entries and region entries alike. */
export const S390_FORMAT: EntryFormat = {
  types: S390_TYPES,
  present: (bits) => isPte(bits) || isLeaf(bits) || isTable(bits),
  write: (bits) => (bits & (isLeaf(bits) ? SEGMENT.write : PTE.write)) !== 0n,
  young: (bits) => (bits & (isLeaf(bits) ? SEGMENT.young : PTE.young)) !== 0n,
  dirty: (bits) => (bits & (isLeaf(bits) ? SEGMENT.dirty : PTE.dirty)) !== 0n,
  softDirty: (bits) => (bits & (isLeaf(bits) ? SEGMENT.softDirty : PTE.softDirty)) !== 0n,
  special: (bits) => !isLeaf(bits) && (bits & PTE.special) !== 0n,
  uffdWp: () => false,
  leaf: isLeaf,
  devmap: () => false,
  pfn: (bits) => bits >> 12n,
  table: (pfn) => S390_TYPES.table(pfn, 0),
  isTable,
  page: (pfn, flags, huge) =>
    huge === 'no'
      ? pteFlags((pfn << 12n) | PTE.present | PTE.read, flags)
      : segmentFlags((pfn << 12n) | LARGE | SEGMENT.read, flags),
  swap: ({ kind, offset }) => {
    const type = kind === 'swap' ? 1n : kind === 'migration-read' ? MIGRATION_READ : MIGRATION_WRITE
    return SWAP | (type << SWAP_TYPE_SHIFT) | (offset << SWAP_OFFSET_SHIFT)
  },
  toSwap: (bits) => {
    const type = isSwap(bits) ? (bits >> SWAP_TYPE_SHIFT) & 0x1fn : 0n
    const kind =
      type === MIGRATION_WRITE ? 'migration-write' : type === MIGRATION_READ ? 'migration-read' : 'swap'
    return { kind, offset: bits >> SWAP_OFFSET_SHIFT }
  },
  withFlags: (bits, flags) => (isLeaf(bits) ? segmentFlags(bits, flags) : pteFlags(bits, flags)),
  invalidate: (bits) => bits | INVALID,
}

/** The hardware's own bits follow: only what is young can be read, only what is dirty too can be written. */
function pteFlags(bits: bigint, { write, young, dirty, softDirty, special }: EntryFlags): bigint {
  let result = set(bits, PTE.write, write)
  result = set(result, PTE.young, young)
  result = set(result, PTE.dirty, dirty)
  result = set(result, PTE.softDirty, softDirty)
  result = set(result, PTE.special, special)
  const writable = (result & (PTE.write | PTE.dirty)) === (PTE.write | PTE.dirty)
  result = set(result, PTE.protect, !writable)
  return set(result, PTE.invalid, (result & PTE.young) === 0n)
}

function segmentFlags(bits: bigint, { write, young, dirty, softDirty }: EntryFlags): bigint {
  let result = set(bits, SEGMENT.write, write)
  result = set(result, SEGMENT.young, young)
  result = set(result, SEGMENT.dirty, dirty)
  return set(result, SEGMENT.softDirty, softDirty)
}

function set(bits: bigint, mask: bigint, wanted: boolean | undefined): bigint {
  if (wanted === undefined) return bits
  return wanted ? bits | mask : bits & ~mask
}
