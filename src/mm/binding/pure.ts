/** Helpers of C on values alone: tests on entries, constructors of entries, ends of address ranges. */
import { type Bool, map, map2, tracked, type Word } from '../../machine/index.js'
import { type ArchProfile, indexAt, type Level, sizeOf } from '../arch-profile.js'
import { type EntryTests, entryTests } from '../entry.js'
import type { EntryFlags } from '../entry-format.js'

/** A helper: the values of its arguments give the value of its result. */
export type Pure = (...args: Word[]) => Word

const TABLES = new Map<string, ReadonlyMap<string, Pure>>()

/** The helpers of an architecture by their C names. */
export function pureHelpers(profile: ArchProfile): ReadonlyMap<string, Pure> {
  const key = `${profile.name} ${profile.levels.pte.entries}`
  const known = TABLES.get(key) ?? new Map(Object.entries(helpersOf(profile)))
  TABLES.set(key, known)
  return known
}

function helpersOf(profile: ArchProfile): Record<string, Pure> {
  const { format } = profile
  const tests = entryTests(profile)
  const test = (holds: (bits: bigint) => boolean) => (entry: Word) => word(map(entry, holds))
  const change = (flags: EntryFlags) => (entry: Word) => map(entry, (bits) => format.withFlags(bits, flags))
  const no: Pure = () => tracked(0n)
  const same: Pure = (entry) => entry
  const known: Record<string, Pure> = {}
  for (const [name, of] of Object.entries(tests) as [keyof EntryTests, (...args: Word[]) => Word | Bool][]) {
    known[name] = (...args) => word(of(...args))
  }
  for (const level of ['pte', 'pmd', 'pud', 'p4d', 'pgd'] as const) {
    known[`${level}_val`] = same
    known[`__${level}`] = same
    known[`${level}_same`] = (left, right) => word(map2(left, right, (l, r) => l === r))
    known[`${level}_pfn`] = (entry) => map(entry, format.pfn)
    known[`${level}_index`] = (addr) => map(addr, (bits) => BigInt(indexAt(profile, level, bits)))
    if (level !== 'pte') known[`${level}_addr_end`] = addrEnd(profile, level)
    if (level === 'pte' || level === 'pmd') continue
    const folded = isFoldedBelow(profile, level)
    known[`${level}_none`] = folded ? no : test((bits) => bits === 0n)
    known[`${level}_bad`] = folded ? no : test((bits) => !format.isTable(bits))
    known[`${level}_present`] = folded ? () => tracked(1n) : test(format.present)
    known[`${level}_leaf`] = test(format.leaf)
    known[`${level}_trans_huge`] = test((bits) => format.leaf(bits) && !format.devmap(bits))
    known[`${level}_devmap`] = test(format.devmap)
  }
  for (const level of ['pte', 'pmd'] as const) {
    known[`${level}_write`] = test(format.write)
    known[`${level}_young`] = test(format.young)
    known[`${level}_dirty`] = test(format.dirty)
    known[`${level}_soft_dirty`] = test(format.softDirty)
    known[`${level}_special`] = test(format.special)
    known[`${level}_uffd_wp`] = test(format.uffdWp)
    known[`${level}_protnone`] = no
    known[`${level}_wrprotect`] = change({ write: false })
    known[`${level}_mkwrite`] = change({ write: true })
    known[`${level}_mkwrite_novma`] = change({ write: true })
    known[`${level}_mkclean`] = change({ dirty: false })
    known[`${level}_mkdirty`] = change({ dirty: true })
    known[`${level}_mkold`] = change({ young: false })
    known[`${level}_mkyoung`] = change({ young: true })
    known[`${level}_mkspecial`] = change({ special: true })
    known[`${level}_mksoft_dirty`] = change({ softDirty: true })
    known[`${level}_clear_soft_dirty`] = change({ softDirty: false })
    known[`${level}_mkuffd_wp`] = change({ uffdWp: true })
    known[`${level}_clear_uffd_wp`] = change({ uffdWp: false })
    known[`${level}_access_permitted`] = (entry, write) =>
      word(
        map2(entry, write, (bits, wanted) => format.present(bits) && (wanted === 0n || format.write(bits))),
      )
  }
  known['pte_devmap'] = test(format.devmap)
  known['is_swap_pte'] = test((bits) => bits !== 0n && !format.present(bits))
  known['move_pte'] = (pte) => pte
  known['move_soft_dirty_pte'] = (pte) =>
    map(pte, (bits) => (format.present(bits) ? format.withFlags(bits, { softDirty: true }) : bits))
  return known
}

function word(value: Word | Bool): Word {
  return typeof value.bits === 'boolean' ? { bits: value.bits ? 1n : 0n, from: value.from } : (value as Word)
}

/** True if the table below this level is folded: such an entry is never none or bad, the level below says. */
function isFoldedBelow(profile: ArchProfile, level: 'pud' | 'p4d' | 'pgd'): boolean {
  const below = { pud: 'pmd', p4d: 'pud', pgd: 'p4d' } as const
  return profile.levels[below[level]].folded !== 'no'
}

function addrEnd(profile: ArchProfile, level: Exclude<Level, 'pte'>): Pure {
  if (profile.levels[level].folded !== 'no') return (_addr, end) => end ?? tracked(0n)
  const size = sizeOf(profile, level)
  const wrap = (addr: bigint): bigint => BigInt.asUintN(profile.wordBits, addr)
  return (addr, end) =>
    map2(addr ?? tracked(0n), end ?? tracked(0n), (from, last) => {
      const boundary = wrap((from & ~(size - 1n)) + size)
      return wrap(boundary - 1n) < wrap(last - 1n) ? boundary : last
    })
}
