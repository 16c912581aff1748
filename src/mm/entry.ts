/** Tests and constructors on entry values: C's `pmd_none()` and its kin, as pure functions that keep provenance. */
import { type Bool, map, map2, type Tracked, type Word } from '../machine/index.js'
import type { ArchProfile } from './arch-profile.js'
import type { EntryFlags, EntryFormat } from './entry-format.js'
import { isBadEntry, isEmptyEntry, isFoldedBelow } from './fold.js'

/** The state of an entry above the pte level, for traces and for tests of worlds. */
export type PmdState = 'none' | 'table' | 'huge' | 'devmap' | 'migration' | 'invalidated' | 'bad'

/** The predicates of one architecture; each takes a value, never a pointer. */
export interface EntryTests {
  readonly pgd_none: (pgd: Word) => Bool
  readonly p4d_none: (p4d: Word) => Bool
  readonly pud_none: (pud: Word) => Bool
  readonly pud_present: (pud: Word) => Bool
  readonly pmd_none: (pmd: Word) => Bool
  readonly pmd_present: (pmd: Word) => Bool
  readonly pmd_trans_huge: (pmd: Word) => Bool
  readonly pmd_devmap: (pmd: Word) => Bool
  readonly pmd_leaf: (pmd: Word) => Bool
  readonly is_swap_pmd: (pmd: Word) => Bool
  readonly is_pmd_migration_entry: (pmd: Word) => Bool
  readonly pmd_bad: (pmd: Word) => Bool
  readonly pmd_same: (left: Word, right: Word) => Bool
  readonly pte_none: (pte: Word) => Bool
  readonly pte_present: (pte: Word) => Bool
  readonly pte_write: (pte: Word) => Bool
  readonly pte_young: (pte: Word) => Bool
  readonly pte_dirty: (pte: Word) => Bool
  readonly pte_special: (pte: Word) => Bool
  readonly pte_same: (left: Word, right: Word) => Bool
  readonly pte_pfn: (pte: Word) => Word
  readonly pte_wrprotect: (pte: Word) => Word
  readonly pte_mkclean: (pte: Word) => Word
  readonly pte_mkdirty: (pte: Word) => Word
  readonly pte_mkold: (pte: Word) => Word
  readonly pte_mkyoung: (pte: Word) => Word
}

/** The predicates of a profile. A level whose table below is folded is never none: the level below says. */
export function entryTests(profile: ArchProfile): EntryTests {
  const { format } = profile
  const { types } = format
  const test = (holds: (bits: bigint) => boolean) => (entry: Word) => map(entry, holds)
  const change = (flags: EntryFlags) => (entry: Word) => map(entry, (bits) => format.withFlags(bits, flags))
  const same = (left: Word, right: Word) => map2(left, right, (l, r) => l === r)
  const none = test((bits) => isEmptyEntry(format, bits))
  const noneOf = (level: 'pgd' | 'p4d' | 'pud') =>
    test((bits) => !isFoldedBelow(profile, level, bits) && isEmptyEntry(format, bits))
  return {
    pgd_none: noneOf('pgd'),
    p4d_none: noneOf('p4d'),
    pud_none: noneOf('pud'),
    pud_present: test((bits) => isFoldedBelow(profile, 'pud', bits) || format.present(bits)),
    pmd_none: none,
    // On s390 whatever is not none is present.
    pmd_present: test((bits) => (types === undefined ? format.present(bits) : !types.isEmpty(bits))),
    pmd_trans_huge: test((bits) => format.leaf(bits) && !format.devmap(bits)),
    pmd_devmap: test(format.devmap),
    pmd_leaf: test(format.leaf),
    is_swap_pmd: test((bits) => !isEmptyEntry(format, bits) && !format.present(bits)),
    is_pmd_migration_entry: test((bits) => pmdState(format, bits) === 'migration'),
    pmd_bad: test((bits) => isBadEntry(profile, 'pmd', bits)),
    pmd_same: same,
    pte_none: none,
    pte_present: test(format.present),
    pte_write: test(format.write),
    pte_young: test(format.young),
    pte_dirty: test(format.dirty),
    pte_special: test(format.special),
    pte_same: same,
    pte_pfn: (pte) => map(pte, format.pfn),
    pte_wrprotect: change({ write: false }),
    pte_mkclean: change({ dirty: false }),
    pte_mkdirty: change({ dirty: true }),
    pte_mkold: change({ young: false }),
    pte_mkyoung: change({ young: true }),
  }
}

/** What a raw entry above the pte level is. */
export function pmdState(format: EntryFormat, bits: bigint): PmdState {
  if (isEmptyEntry(format, bits)) return 'none'
  if (!format.present(bits)) return format.toSwap(bits).kind === 'swap' ? 'bad' : 'migration'
  if (format.devmap(bits)) return 'devmap'
  if (format.leaf(bits)) return (bits & 1n) === 0n && format.types === undefined ? 'invalidated' : 'huge'
  return format.isTable(bits) ? 'table' : 'bad'
}

/** What a raw pte is, in few words for a trace: `present rw dirty`, `swap`, `none`. */
export function pteState(format: EntryFormat, bits: bigint): string {
  if (isEmptyEntry(format, bits)) return 'none'
  if (!format.present(bits)) return format.toSwap(bits).kind
  const flags = [
    format.write(bits) ? 'rw' : 'ro',
    ...(format.dirty(bits) ? ['dirty'] : []),
    ...(format.young(bits) ? ['young'] : []),
    ...(format.uffdWp(bits) ? ['uffd-wp'] : []),
  ]
  return `present ${flags.join(' ')} pfn ${format.pfn(bits).toString(16)}`
}

/** A word without provenance. */
export function constant(bits: bigint): Tracked<bigint> {
  return { bits, from: [] }
}
