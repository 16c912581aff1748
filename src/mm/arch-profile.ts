/** Architecture profiles: page-table shape, entry format, and what the hardware does by itself. */

import { ARM64_FORMAT, arm64Format } from './arm64-pte.js'
import { type Config, defineConfig } from './config.js'
import { type EntryFormat, X86_FORMAT } from './entry-format.js'
import type { Release } from './release.js'
import { S390_FORMAT } from './s390-entry.js'

/** Page-table levels, top first. */
export const LEVELS = ['pgd', 'p4d', 'pud', 'pmd', 'pte'] as const
export type Level = (typeof LEVELS)[number]

/**
 * One level. A folded level has no table of its own: its `offset` function returns its argument. `static`
 * folding is decided by the configuration, `run-time` folding by the machine that the kernel boots on.
 */
export interface LevelShape {
  readonly entries: number
  readonly shift: number
  readonly folded: 'no' | 'static' | 'run-time'
}

export interface ArchProfile {
  readonly name: string
  readonly description: string
  readonly levels: Readonly<Record<Level, LevelShape>>
  /**
   * PGDIR_SHIFT and its kin where C has constants for them though each address space has its own number of
   * levels: those of the most levels there can be.
   */
  readonly constantShifts?: Readonly<Record<Exclude<Level, 'pte'>, number>>
  /** Machine words per entry: 2 on PAE, low word first. */
  readonly wordsPerEntry: 1 | 2
  readonly wordBits: 32 | 64
  readonly format: EntryFormat
  /** The MMU sets accessed and dirty bits itself. */
  readonly hardwareAccessedDirty: boolean
  /** The first release that stores entries with WRITE_ONCE, word by word; before, and where null, plainly. */
  readonly storesOnceSince: Release | null
  /** C assigns to `pte_val(pte)` and its kin. */
  readonly entryValuesArePlaces?: boolean
  /** What a processor has for itself lies at address 0, where on other architectures nothing is. */
  readonly lowcore?: boolean
  /** log2 of the page size; `PAGE_SHIFT` if left out. */
  readonly pageShift?: number
  /** Entries of a contiguous block, a power of two; left out where there are none. */
  readonly contPtes?: number
  /** Pages of a folio, which begins at a multiple of them; `contPtes` if left out, or one. */
  readonly folioPages?: number
  /** Kconfig names the profile sets. */
  readonly config: Config
}

/** log2 of the page size on every profile that does not say otherwise. */
export const PAGE_SHIFT = 12
export const PAGE_SIZE = 1n << 12n

/** Bytes of a page. */
export function pageSizeOf({ pageShift }: Pick<ArchProfile, 'pageShift'>): bigint {
  return 1n << BigInt(pageShift ?? PAGE_SHIFT)
}

/** x86-64, 4 levels on a kernel that could do 5: the p4d level is folded at run time. */
export const X86_64: ArchProfile = {
  name: 'x86-64',
  description: 'x86-64, 4-level page tables (p4d folded at run time), 8-byte entries',
  levels: shape({
    pgd: [512, 'no'],
    p4d: [1, 'run-time'],
    pud: [512, 'no'],
    pmd: [512, 'no'],
    pte: [512, 'no'],
  }),
  wordsPerEntry: 1,
  wordBits: 64,
  format: X86_FORMAT,
  hardwareAccessedDirty: true,
  storesOnceSince: '4.19',
  config: defineConfig({
    CONFIG_X86_64: 'y',
    CONFIG_X86_5LEVEL: 'y',
    CONFIG_TRANSPARENT_HUGEPAGE: 'y',
    CONFIG_ARCH_ENABLE_THP_MIGRATION: 'y',
    CONFIG_ARCH_HAS_PTE_DEVMAP: 'y',
    CONFIG_SPLIT_PTLOCK_CPUS: '4',
  }),
}

/** x86-64 with 5 real levels. */
export const X86_64_5LEVEL: ArchProfile = {
  ...X86_64,
  name: 'x86-64-5level',
  description: 'x86-64, 5-level page tables, 8-byte entries',
  levels: shape({ pgd: [512, 'no'], p4d: [512, 'no'], pud: [512, 'no'], pmd: [512, 'no'], pte: [512, 'no'] }),
}

/** x86-32 PAE: entries of two words; p4d and pud are folded statically. */
export const X86_PAE: ArchProfile = {
  name: 'x86-pae',
  description: 'x86-32 PAE, entries of two 32-bit words, p4d and pud folded',
  levels: shape({
    pgd: [4, 'no'],
    p4d: [1, 'static'],
    pud: [1, 'static'],
    pmd: [512, 'no'],
    pte: [512, 'no'],
  }),
  wordsPerEntry: 2,
  wordBits: 32,
  format: X86_FORMAT,
  hardwareAccessedDirty: true,
  storesOnceSince: '6.2',
  config: defineConfig({
    CONFIG_X86_32: 'y',
    CONFIG_X86_PAE: 'y',
    CONFIG_GUP_GET_PTE_LOW_HIGH: 'y',
    CONFIG_TRANSPARENT_HUGEPAGE: 'y',
    CONFIG_SPLIT_PTLOCK_CPUS: '4',
  }),
}

/** x86-32 with 2 levels: everything between pgd and pte is folded. */
export const X86_32: ArchProfile = {
  name: 'x86-32',
  description: 'x86-32, 2-level page tables, 4-byte entries',
  levels: shape({
    pgd: [1024, 'no'],
    p4d: [1, 'static'],
    pud: [1, 'static'],
    pmd: [1, 'static'],
    pte: [1024, 'no'],
  }),
  wordsPerEntry: 1,
  wordBits: 32,
  format: X86_FORMAT,
  hardwareAccessedDirty: true,
  storesOnceSince: null,
  config: defineConfig({ CONFIG_X86_32: 'y', CONFIG_SPLIT_PTLOCK_CPUS: '999999' }),
}

/**
 * arm64 with pages of 4 KB and 4 levels, of which 48 bits of address make 512 entries each. 16 neighbouring ptes
 * can be one contiguous block of 64 KB.
 */
export const ARM64: ArchProfile = {
  name: 'arm64',
  description: 'arm64, 4-level page tables of 4 KB pages (p4d folded), contiguous blocks of 16 ptes',
  levels: shape({
    pgd: [512, 'no'],
    p4d: [1, 'static'],
    pud: [512, 'no'],
    pmd: [512, 'no'],
    pte: [512, 'no'],
  }),
  wordsPerEntry: 1,
  wordBits: 64,
  format: ARM64_FORMAT,
  hardwareAccessedDirty: true,
  storesOnceSince: '4.14',
  entryValuesArePlaces: true,
  contPtes: 16,
  config: arm64Config({
    CONFIG_ARM64_4K_PAGES: 'y',
    CONFIG_PAGE_SHIFT: '12',
    CONFIG_ARM64_PAGE_SHIFT: '12',
    CONFIG_ARM64_CONT_PTE_SHIFT: '4',
  }),
}

/** arm64 with pages of 16 KB: 47 bits of address make 3 levels, a block is 128 ptes, of 2 MB. */
export const ARM64_16K: ArchProfile = {
  ...ARM64,
  name: 'arm64-16k',
  description: 'arm64, 3-level page tables of 16 KB pages, contiguous blocks of 128 ptes',
  levels: shape(
    { pgd: [2048, 'no'], p4d: [1, 'static'], pud: [1, 'static'], pmd: [2048, 'no'], pte: [2048, 'no'] },
    14,
  ),
  format: arm64Format(14),
  pageShift: 14,
  contPtes: 128,
  config: arm64Config({
    CONFIG_ARM64_16K_PAGES: 'y',
    CONFIG_PAGE_SHIFT: '14',
    CONFIG_ARM64_PAGE_SHIFT: '14',
    CONFIG_ARM64_CONT_PTE_SHIFT: '7',
    CONFIG_ARM64_VA_BITS: '47',
  }),
}

/** arm64 with pages of 64 KB: 42 bits of address make 2 levels, a block is 32 ptes, of 2 MB. */
export const ARM64_64K: ArchProfile = {
  ...ARM64,
  name: 'arm64-64k',
  description: 'arm64, 2-level page tables of 64 KB pages, contiguous blocks of 32 ptes',
  levels: shape(
    { pgd: [8192, 'no'], p4d: [1, 'static'], pud: [1, 'static'], pmd: [1, 'static'], pte: [8192, 'no'] },
    16,
  ),
  format: arm64Format(16),
  pageShift: 16,
  contPtes: 32,
  config: arm64Config({
    CONFIG_ARM64_64K_PAGES: 'y',
    CONFIG_PAGE_SHIFT: '16',
    CONFIG_ARM64_PAGE_SHIFT: '16',
    CONFIG_ARM64_CONT_PTE_SHIFT: '5',
    CONFIG_ARM64_VA_BITS: '42',
  }),
}

/** arm64 with each size of page. */
export const ARM64_PROFILES: readonly ArchProfile[] = [ARM64, ARM64_16K, ARM64_64K]

function arm64Config(granule: Config): Config {
  return defineConfig({
    CONFIG_64BIT: 'y',
    CONFIG_ARM64: 'y',
    CONFIG_ARM64_CONTPTE: 'y',
    CONFIG_TRANSPARENT_HUGEPAGE: 'y',
    CONFIG_SPLIT_PTLOCK_CPUS: '4',
    ...granule,
  })
}

/** Numbers of levels that an address space of s390 can have; with 2 none is made any more since 5.8. */
export type S390Levels = 2 | 3 | 4 | 5

/**
 * s390: each address space has 3 to 5 levels. The sizes that C goes by are those of 5 levels; the entries say
 * which levels there are. As new ones have it, this has 3.
 */
export const S390: ArchProfile = withLevels(
  {
    name: 's390',
    description: 's390, page tables of 3 to 5 levels, folded at run time by the type of their entries',
    levels: shape(s390Counts(5, 2048, 256)),
    wordsPerEntry: 1,
    wordBits: 64,
    format: S390_FORMAT,
    hardwareAccessedDirty: false,
    storesOnceSince: '5.9',
    lowcore: true,
    config: defineConfig({
      CONFIG_64BIT: 'y',
      CONFIG_S390: 'y',
      CONFIG_TRANSPARENT_HUGEPAGE: 'y',
      CONFIG_PGTABLE_LEVELS: '5',
      CONFIG_SPLIT_PTLOCK_CPUS: '4',
    }),
  },
  3,
)

/** An address space of s390 with this many levels. */
export function withLevels(profile: ArchProfile, levels: S390Levels): ArchProfile {
  const { pgd, pte } = profile.levels
  const { p4d, pud, pmd, pgd: top } = shape(s390Counts(5, pgd.entries, pte.entries))
  return {
    ...profile,
    levels: shape(s390Counts(levels, pgd.entries, pte.entries)),
    constantShifts: { pgd: top.shift, p4d: p4d.shift, pud: pud.shift, pmd: pmd.shift },
  }
}

function s390Counts(
  levels: S390Levels,
  entries: number,
  ptes: number,
): Record<Level, [number, LevelShape['folded']]> {
  const from = (least: S390Levels): [number, LevelShape['folded']] =>
    levels >= least ? [entries, 'no'] : [1, 'run-time']
  return { pgd: [entries, 'no'], p4d: from(5), pud: from(4), pmd: from(3), pte: [ptes, 'no'] }
}

/** The profiles there are, the default first. */
export const ARCH_PROFILES: readonly ArchProfile[] = [
  X86_64,
  X86_64_5LEVEL,
  X86_PAE,
  X86_32,
  ...ARM64_PROFILES,
  S390,
]

/**
 * The same architecture with small tables, for programs in which several threads run: every real level has
 * `entries` entries, and the shifts follow. The size is part of the scope a report prints.
 */
export function withSmallTables(profile: ArchProfile, entries: number): ArchProfile {
  const counts = {} as Record<Level, [number, LevelShape['folded']]>
  for (const level of LEVELS) {
    const known = profile.levels[level]
    counts[level] = [known.folded === 'no' ? Math.min(entries, known.entries) : 1, known.folded]
  }
  const small = { ...profile, levels: shape(counts, profile.pageShift) }
  if (profile.constantShifts === undefined) return small
  const real = LEVELS.filter((level) => profile.levels[level].folded === 'no').length
  return withLevels(small, real as S390Levels)
}

/** Bytes that one entry of a level maps. */
export function sizeOf(profile: ArchProfile, level: Level): bigint {
  return 1n << BigInt(profile.levels[level].shift)
}

/** Index of an address in the table of a level; 0 where the level is folded. */
export function indexAt(profile: ArchProfile, level: Level, addr: bigint): number {
  const { entries, shift, folded } = profile.levels[level]
  return folded === 'no' ? Number((addr >> BigInt(shift)) % BigInt(entries)) : 0
}

/** Shifts from entry counts, bottom up: a folded level maps as much as the level below it has in all. */
function shape(
  counts: Record<Level, [number, LevelShape['folded']]>,
  pageShift = PAGE_SHIFT,
): Record<Level, LevelShape> {
  const levels = {} as Record<Level, LevelShape>
  let shift = pageShift
  for (const level of [...LEVELS].reverse()) {
    const [entries, folded] = counts[level]
    levels[level] = { entries, shift, folded }
    shift += Math.log2(entries)
  }
  return levels
}
