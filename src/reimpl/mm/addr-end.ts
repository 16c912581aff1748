import { type ArchProfile, type Level, sizeOf } from '../../mm/index.js'

/**
 * C's `pmd_addr_end()` and its kin: the end of the entry that maps addr, or `end` if that comes first. The
 * comparison is of values less one, so that the last entry of the address space works. A folded level is not
 * iterated: its `addr_end` is `end`.
 */
export function addrEnd(
  profile: ArchProfile,
  level: Exclude<Level, 'pte'>,
  addr: bigint,
  end: bigint,
): bigint {
  if (profile.levels[level].folded !== 'no') return end
  const size = sizeOf(profile, level)
  const boundary = wrapAddress(profile, (addr & ~(size - 1n)) + size)
  return wrapAddress(profile, boundary - 1n) < wrapAddress(profile, end - 1n) ? boundary : end
}

/** An address as wide as the machine's `unsigned long`. */
export function wrapAddress(profile: ArchProfile, addr: bigint): bigint {
  return BigInt.asUintN(profile.wordBits, addr)
}
