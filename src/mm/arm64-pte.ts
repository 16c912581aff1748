/**
 * Page-table entries of arm64, as far as contiguous blocks need them: N neighbouring entries with the CONT bit
 * map one range, and share one accessed and one dirty bit, which the hardware may set in any of them.
 */

import type { EntryFlags, EntryFormat } from './entry-format.js'

/** The bits that C tests and sets: arch/arm64/include/asm/pgtable-hwdef.h and pgtable-prot.h as of 6.12. */
export const ARM64_PTE_BITS = {
  VALID: 1n << 0n,
  /** Writes fault, or with WRITE set the bit: the hardware clears it. */
  RDONLY: 1n << 7n,
  /** Accessed: young. */
  AF: 1n << 10n,
  /** Writable: DBM, the hardware's leave to clear RDONLY. */
  WRITE: 1n << 51n,
  CONT: 1n << 52n,
  /** Dirty as software keeps it; the hardware's is WRITE without RDONLY. */
  DIRTY: 1n << 55n,
  PFN: ((1n << 48n) - 1n) & ~0xfffn,
} as const

const { VALID, RDONLY, AF, WRITE, CONT, DIRTY, PFN } = ARM64_PTE_BITS

export interface Arm64PteFlags {
  readonly write?: boolean
  readonly young?: boolean
  readonly dirty?: boolean
  readonly cont?: boolean
}

/** A valid entry. */
export function arm64Pte(pfn: bigint, { write, young, dirty, cont }: Arm64PteFlags): bigint {
  let bits = (pfn << 12n) | VALID
  if (write === true) bits |= WRITE
  if (young === true) bits |= AF
  if (dirty === true) bits |= DIRTY
  if (cont === true) bits |= CONT
  return write === true && dirty === true ? bits : bits | RDONLY
}

/** What the tests of C say of an entry. */
export const ARM64_PTE = {
  valid: (bits: bigint): boolean => (bits & VALID) !== 0n,
  cont: (bits: bigint): boolean => (bits & CONT) !== 0n,
  write: (bits: bigint): boolean => (bits & WRITE) !== 0n,
  young: (bits: bigint): boolean => (bits & AF) !== 0n,
  dirty: (bits: bigint): boolean => (bits & DIRTY) !== 0n || (bits & (WRITE | RDONLY)) === WRITE,
  pfn: (bits: bigint): bigint => (bits & PFN) >> 12n,
} as const

/** `rw young dirty cont pfn 1004`; `none`, and `not valid` for what else has no VALID bit. */
export function arm64PteState(bits: bigint): string {
  if (bits === 0n) return 'none'
  if (!ARM64_PTE.valid(bits)) return 'not valid'
  const flags = [
    ARM64_PTE.write(bits) ? 'rw' : 'ro',
    ...(ARM64_PTE.young(bits) ? ['young'] : []),
    ...(ARM64_PTE.dirty(bits) ? ['dirty'] : []),
    ...(ARM64_PTE.cont(bits) ? ['cont'] : []),
  ]
  return `${flags.join(' ')} pfn ${ARM64_PTE.pfn(bits).toString(16)}`
}

const PAGE_TYPE = 1n << 1n
const SPECIAL = 1n << 56n
const DEVMAP = 1n << 57n
const SWAP_TYPE_SHIFT = 59n
const SWAP_OFFSET_SHIFT = 14n
const MIGRATION_READ = 30n
const MIGRATION_WRITE = 31n

/** Entries of arm64 with pages of 2^`pageShift` bytes. The layout of swap entries is simplified. */
export function arm64Format(pageShift: number): EntryFormat {
  const shift = BigInt(pageShift)
  return {
    present: ARM64_PTE.valid,
    write: ARM64_PTE.write,
    young: ARM64_PTE.young,
    dirty: ARM64_PTE.dirty,
    softDirty: () => false,
    special: (bits) => (bits & SPECIAL) !== 0n,
    uffdWp: () => false,
    leaf: (bits) => (bits & (VALID | PAGE_TYPE)) === VALID,
    devmap: (bits) => ARM64_PTE.valid(bits) && (bits & DEVMAP) !== 0n,
    pfn: (bits) => (bits & PFN) >> shift,
    table: (pfn) => (pfn << shift) | VALID | PAGE_TYPE,
    isTable: (bits) => (bits & (VALID | PAGE_TYPE)) === (VALID | PAGE_TYPE),
    page: (pfn, flags, huge) => {
      const type = huge === 'no' ? PAGE_TYPE : huge === 'devmap' ? DEVMAP : 0n
      return arm64Flags((pfn << shift) | VALID | RDONLY | type, flags)
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
    withFlags: arm64Flags,
    invalidate: (bits) => bits & ~VALID,
  }
}

/** Entries of arm64 with pages of 4 KB. */
export const ARM64_FORMAT: EntryFormat = arm64Format(12)

/** pte_mkwrite(), pte_wrprotect(), pte_mkdirty(), pte_mkclean() and their kin. */
function arm64Flags(bits: bigint, { write, young, dirty, special }: EntryFlags): bigint {
  let result = bits
  if (dirty === false) result = (result & ~DIRTY) | RDONLY
  if (write === false) {
    // The hardware's dirty bit goes with the leave to write; software keeps it.
    if ((result & (WRITE | RDONLY)) === WRITE) result |= DIRTY
    result = (result & ~WRITE) | RDONLY
  }
  if (write === true) result = dirtyOrNot(result | WRITE)
  if (dirty === true) result = dirtyOrNot(result | DIRTY)
  if (young !== undefined) result = young ? result | AF : result & ~AF
  if (special !== undefined) result = special ? result | SPECIAL : result & ~SPECIAL
  return result
}

/** A writable dirty entry may be written to without a fault. */
function dirtyOrNot(bits: bigint): bigint {
  return (bits & WRITE) !== 0n && (bits & DIRTY) !== 0n ? bits & ~RDONLY : bits
}
