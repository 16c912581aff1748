/** Helpers of arm64's C on entry values alone, which keep provenance. */
import { type Bool, map, map2, type Word } from '../machine/index.js'
import type { ArchProfile } from './arch-profile.js'
import { ARM64_PTE, ARM64_PTE_BITS } from './arm64-pte.js'

const { VALID, RDONLY, AF, WRITE, CONT, DIRTY, PFN } = ARM64_PTE_BITS
const ALL = (1n << 64n) - 1n

export function pte_valid(pte: Word): Bool {
  return map(pte, ARM64_PTE.valid)
}

export function pte_cont(pte: Word): Bool {
  return map(pte, ARM64_PTE.cont)
}

export function pte_valid_cont(pte: Word): Bool {
  return map(pte, (bits) => (bits & (VALID | CONT)) === (VALID | CONT))
}

export function pte_mkcont(pte: Word): Word {
  return map(pte, (bits) => bits | CONT)
}

export function pte_mknoncont(pte: Word): Word {
  return map(pte, (bits) => bits & ~CONT)
}

/** All but the frame number. */
export function pte_pgprot(pte: Word): Word {
  return map(pte, (bits) => bits & ~PFN & ALL)
}

/** What ptep_set_access_flags() takes from an entry. */
export const ACCESS_FLAGS = RDONLY | AF | WRITE | DIRTY

/** Makes the entry of a page with these flags. */
export function pfn_pte(profile: Pick<ArchProfile, 'pageShift'>, pfn: Word, prot: Word): Word {
  const shift = BigInt(profile.pageShift ?? 12)
  return map2(pfn, prot, (number, flags) => ((number << shift) & PFN) | (flags & ~PFN))
}

/** The entry of the page `nr` further on. */
export function pte_advance_pfn(profile: Pick<ArchProfile, 'pageShift'>, pte: Word, nr: bigint): Word {
  const shift = BigInt(profile.pageShift ?? 12)
  return map(pte, (bits) => bits + (nr << shift))
}
