/**
 * Folded levels: which level has a table of its own, and how far an entry of a level reaches. Most architectures
 * decide that for the whole kernel; on s390 each address space has its own number of levels, and the entries say
 * which tables they stand in.
 */
import { type ArchProfile, LEVELS, type Level } from './arch-profile.js'
import type { TableType } from './s390-entry.js'

/** Levels whose entries point to tables. */
export type UpperLevel = Exclude<Level, 'pte'>

/** What kind of table an entry of a level must stand in to have a table of the next level below it. */
const TYPE_OF_LEVEL: Readonly<Record<UpperLevel, TableType>> = { pgd: 3, p4d: 2, pud: 1, pmd: 0 }

/**
 * C's `pmd_addr_end()` and its kin: the end of the entry that maps addr, or `end` if that comes first. The
 * comparison is of values less one, so that the last entry of the address space works. A level that is folded for
 * the whole kernel is not iterated: its `addr_end` is `end`. Where an address space decides how many levels it
 * has, the sizes are those of the most levels there can be, whatever it has.
 */
export function addrEnd(profile: ArchProfile, level: UpperLevel, addr: bigint, end: bigint): bigint {
  const constant = profile.constantShifts?.[level]
  if (constant === undefined && profile.levels[level].folded !== 'no') return end
  return boundary(profile, constant ?? profile.levels[level].shift, addr, end)
}

/**
 * What the first proposal for s390 has for the ends of pgd and p4d entries: the size follows from the kind of table
 * that the entry stands in. Elsewhere, and for entries without a type, as `addrEnd`.
 */
export function addrEndOfEntry(
  profile: ArchProfile,
  level: UpperLevel,
  entry: bigint,
  addr: bigint,
  end: bigint,
): bigint {
  const shifts = profile.constantShifts
  const { types } = profile.format
  if (shifts === undefined || types === undefined || level === 'pud' || level === 'pmd') {
    return addrEnd(profile, level, addr, end)
  }
  return boundary(profile, shifts[LEVEL_OF_TYPE[types.typeOf(entry)]], addr, end)
}

const LEVEL_OF_TYPE = { 3: 'pgd', 2: 'p4d', 1: 'pud', 0: 'pmd' } as const satisfies Record<
  TableType,
  UpperLevel
>

function boundary(profile: ArchProfile, shift: number, addr: bigint, end: bigint): bigint {
  const size = 1n << BigInt(shift)
  const next = wrapAddress(profile, (addr & ~(size - 1n)) + size)
  return wrapAddress(profile, next - 1n) < wrapAddress(profile, end - 1n) ? next : end
}

/** An address as wide as the machine's `unsigned long`. */
export function wrapAddress(profile: ArchProfile, addr: bigint): bigint {
  return BigInt.asUintN(profile.wordBits, addr)
}

/** True if an entry of this value, of a level above the pmd level, has no table of the next level below it. */
export function isFoldedBelow(profile: ArchProfile, level: 'pgd' | 'p4d' | 'pud', bits: bigint): boolean {
  const { types } = profile.format
  if (types !== undefined) return types.typeOf(bits) < TYPE_OF_LEVEL[level]
  const below = LEVELS[LEVELS.indexOf(level) + 1]
  return below !== undefined && profile.levels[below].folded !== 'no'
}

/** Index in a table that pXd_offset() computes once an entry says that there is one. */
export function indexBelow(profile: ArchProfile, level: UpperLevel, addr: bigint): number {
  const { entries, shift, folded } = profile.levels[level]
  const constant = profile.constantShifts?.[level]
  if (constant === undefined) {
    return folded === 'no' ? Number((addr >> BigInt(shift)) % BigInt(entries)) : 0
  }
  return Number((addr >> BigInt(constant)) % BigInt(entriesOfTables(profile)))
}

/** Entries of the tables that any real level above the ptes has. */
function entriesOfTables({ levels }: ArchProfile): number {
  return Math.max(...LEVELS.filter((level) => level !== 'pte').map((level) => levels[level].entries))
}

/** The type of the entries in a table of a level: how many real levels lie between it and the ptes. */
export function tableType({ levels }: ArchProfile, level: Level): TableType | null {
  if (level === 'pte') return null
  const below = LEVELS.slice(LEVELS.indexOf(level) + 1).filter(
    (one) => one !== 'pte' && levels[one].folded === 'no',
  )
  return below.length as TableType
}

/** What an entry of a table of this level holds that maps nothing. */
export function emptyEntry(profile: ArchProfile, level: Level): bigint {
  return profile.format.types?.empty(tableType(profile, level)) ?? 0n
}

/** An entry of a table of this level that points to a table of the next real level. */
export function tableEntry(profile: ArchProfile, level: UpperLevel, pfn: bigint): bigint {
  const { format } = profile
  return format.types?.table(pfn, tableType(profile, level) ?? 0) ?? format.table(pfn)
}

/** True for an entry that maps nothing. */
export function isEmptyEntry({ types }: ArchProfile['format'], bits: bigint): boolean {
  return types?.isEmpty(bits) ?? bits === 0n
}

/** True for an entry that neither maps anything nor points to a table of its level. */
export function isBadEntry(profile: ArchProfile, level: UpperLevel, bits: bigint): boolean {
  const { types, isTable } = profile.format
  if (level !== 'pmd' && isFoldedBelow(profile, level, bits)) return false
  return !isTable(bits) || (types !== undefined && types.typeOf(bits) > TYPE_OF_LEVEL[level])
}
