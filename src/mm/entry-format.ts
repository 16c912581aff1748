/** The bits of a page-table entry: what each test and constructor of the kernel means on a raw word. */
import type { TableType } from './s390-entry.js'

/** Software-visible properties of an entry, besides where it points. */
export interface EntryFlags {
  readonly write?: boolean
  readonly young?: boolean
  readonly dirty?: boolean
  readonly softDirty?: boolean
  readonly special?: boolean
  readonly uffdWp?: boolean
}

/** What a non-present, non-zero entry stands for. */
export interface SwapEntry {
  readonly kind: 'swap' | 'migration-read' | 'migration-write'
  readonly offset: bigint
}

/** Entries that say which kind of table they stand in, so that levels are folded at run time: s390. */
export interface EntryTypes {
  readonly typeOf: (bits: bigint) => TableType
  /** An entry that maps nothing, of a table of this kind; null for a page of ptes. */
  readonly empty: (type: TableType | null) => bigint
  readonly isEmpty: (bits: bigint) => boolean
  /** An entry of a table of this kind that points to a table page. */
  readonly table: (pfn: bigint, type: TableType) => bigint
}

export interface EntryFormat {
  /** Left out where an entry does not say what it is of, and one that maps nothing is 0. */
  readonly types?: EntryTypes
  readonly present: (bits: bigint) => boolean
  readonly write: (bits: bigint) => boolean
  readonly young: (bits: bigint) => boolean
  readonly dirty: (bits: bigint) => boolean
  readonly softDirty: (bits: bigint) => boolean
  readonly special: (bits: bigint) => boolean
  readonly uffdWp: (bits: bigint) => boolean
  /** A leaf above the pte level: transparent huge page or device mapping. */
  readonly leaf: (bits: bigint) => boolean
  readonly devmap: (bits: bigint) => boolean
  readonly pfn: (bits: bigint) => bigint
  /** An entry that points to a table page. */
  readonly table: (pfn: bigint) => bigint
  readonly isTable: (bits: bigint) => boolean
  /** A present pte, or with `huge` a present leaf above the pte level. */
  readonly page: (pfn: bigint, flags: EntryFlags, huge: 'no' | 'thp' | 'devmap') => bigint
  readonly swap: (entry: SwapEntry) => bigint
  readonly toSwap: (bits: bigint) => SwapEntry
  /** The same entry with flags set or cleared. */
  readonly withFlags: (bits: bigint, flags: EntryFlags) => bigint
  /** A huge entry made non-present that still looks huge (`pmdp_invalidate`). */
  readonly invalidate: (bits: bigint) => bigint
}

const PRESENT = 1n << 0n
const RW = 1n << 1n
const USER = 1n << 2n
const ACCESSED = 1n << 5n
const DIRTY = 1n << 6n
const PSE = 1n << 7n
const SPECIAL = 1n << 9n
const UFFD_WP = 1n << 10n
const SOFT_DIRTY = 1n << 11n
const DEVMAP = 1n << 58n
const PFN_MASK = ((1n << 52n) - 1n) & ~0xfffn
const TABLE_FLAGS = PRESENT | RW | USER | ACCESSED | DIRTY
const SWAP_TYPE_SHIFT = 59n
const SWAP_OFFSET_SHIFT = 14n
const MIGRATION_READ = 30n
const MIGRATION_WRITE = 31n

/** Bits by the flag of `EntryFlags` they stand for. */
const FLAG_BITS = {
  write: RW,
  young: ACCESSED,
  dirty: DIRTY,
  softDirty: SOFT_DIRTY,
  special: SPECIAL,
  uffdWp: UFFD_WP,
} as const satisfies Record<keyof EntryFlags, bigint>

/** x86: arch/x86/include/asm/pgtable_types.h as of v5.4. The layout of swap offsets is simplified. */
export const X86_FORMAT: EntryFormat = {
  present: (bits) => (bits & PRESENT) !== 0n || isInvalidatedHuge(bits),
  write: (bits) => (bits & RW) !== 0n,
  young: (bits) => (bits & ACCESSED) !== 0n,
  dirty: (bits) => (bits & DIRTY) !== 0n,
  softDirty: (bits) => (bits & SOFT_DIRTY) !== 0n,
  special: (bits) => (bits & SPECIAL) !== 0n,
  uffdWp: (bits) => (bits & UFFD_WP) !== 0n,
  leaf: (bits) => (bits & (PRESENT | PSE)) === (PRESENT | PSE) || isInvalidatedHuge(bits),
  devmap: (bits) => (bits & PSE) !== 0n && (bits & DEVMAP) !== 0n,
  pfn: (bits) => (bits & PFN_MASK) >> 12n,
  table: (pfn) => (pfn << 12n) | TABLE_FLAGS,
  isTable: (bits) =>
    (bits & (PRESENT | PSE)) === PRESENT && (bits & (RW | ACCESSED | DIRTY)) === (RW | ACCESSED | DIRTY),
  page: (pfn, flags, huge) => {
    const leaf = huge === 'no' ? 0n : huge === 'thp' ? PSE : PSE | DEVMAP
    return applyFlags((pfn << 12n) | PRESENT | USER | leaf, flags)
  },
  swap: ({ kind, offset }) => {
    const type = kind === 'swap' ? 1n : kind === 'migration-read' ? MIGRATION_READ : MIGRATION_WRITE
    return (type << SWAP_TYPE_SHIFT) | (offset << SWAP_OFFSET_SHIFT)
  },
  toSwap: (bits) => {
    const type = bits >> SWAP_TYPE_SHIFT
    const kind =
      type === MIGRATION_WRITE ? 'migration-write' : type === MIGRATION_READ ? 'migration-read' : 'swap'
    return { kind, offset: (bits >> SWAP_OFFSET_SHIFT) & ((1n << 45n) - 1n) }
  },
  withFlags: applyFlags,
  invalidate: (bits) => bits & ~PRESENT,
}

/** PSE without PRESENT: what `pmdp_invalidate` leaves, present for `pmd_present` and huge for `pmd_trans_huge`. */
function isInvalidatedHuge(bits: bigint): boolean {
  return (bits & (PRESENT | PSE)) === PSE && bits >> SWAP_TYPE_SHIFT === 0n
}

function applyFlags(bits: bigint, flags: EntryFlags): bigint {
  let result = bits
  for (const [name, bit] of Object.entries(FLAG_BITS)) {
    const wanted = flags[name as keyof EntryFlags]
    if (wanted === true) result |= bit
    else if (wanted === false) result &= ~bit
  }
  return result
}
