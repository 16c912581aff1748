/**
 * Page-table entries of arm64, as far as contiguous blocks need them: N neighbouring entries with the CONT bit
 * map one range, and share one accessed and one dirty bit, which the hardware may set in any of them.
 */

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
