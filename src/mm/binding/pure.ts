/** Helpers of C on values alone: tests on entries, constructors of entries, ends of address ranges. */
import { type Bool, map, map2, tracked, type Word } from '../../machine/index.js'
import { type ArchProfile, indexAt } from '../arch-profile.js'
import { type EntryTests, entryTests } from '../entry.js'
import type { EntryFlags } from '../entry-format.js'
import { addrEnd, indexBelow, isBadEntry, isEmptyEntry, isFoldedBelow, type UpperLevel } from '../fold.js'
import { type CPrototype, parsePrototype } from './c-type.js'

/** A helper: the values of its arguments give the value of its result. */
export type Pure = (...args: Word[]) => Word

/** A helper with its prototype in C. */
export interface PureHelper {
  readonly prototype: CPrototype
  readonly of: Pure
}

const TABLES = new Map<string, ReadonlyMap<string, PureHelper>>()

/** The helpers of an architecture by their C names. */
export function pureHelpers(profile: ArchProfile): ReadonlyMap<string, PureHelper> {
  const key = `${profile.name} ${profile.levels.pte.entries}`
  const known = TABLES.get(key) ?? new Map(Object.entries(helpersOf(profile)))
  TABLES.set(key, known)
  return known
}

function helpersOf(profile: ArchProfile): Record<string, PureHelper> {
  const { format } = profile
  const tests = entryTests(profile)
  const known: Record<string, PureHelper> = {}
  const add = (text: string, of: Pure): void => {
    const { name, ...prototype } = parsePrototype(text)
    known[name] = { prototype, of }
  }
  const test = (holds: (bits: bigint) => boolean) => (entry: Word) => word(map(entry, holds))
  const change = (flags: EntryFlags) => (entry: Word) => map(entry, (bits) => format.withFlags(bits, flags))
  const no: Pure = () => tracked(0n)
  const same: Pure = (entry) => entry ?? tracked(0n)
  const levelTests: readonly (readonly [keyof EntryTests, string])[] = [
    ['pmd_none', 'pmd_t'],
    ['pmd_present', 'pmd_t'],
    ['pmd_trans_huge', 'pmd_t'],
    ['pmd_devmap', 'pmd_t'],
    ['pmd_leaf', 'pmd_t'],
    ['is_swap_pmd', 'pmd_t'],
    ['is_pmd_migration_entry', 'pmd_t'],
    ['pmd_bad', 'pmd_t'],
    ['pte_none', 'pte_t'],
    ['pte_present', 'pte_t'],
  ]
  for (const [name, type] of levelTests) {
    const of = tests[name] as (entry: Word) => Bool
    add(`int ${name}(${type} entry)`, (entry) => word(of(entry ?? tracked(0n))))
  }
  for (const level of ['pte', 'pmd', 'pud', 'p4d', 'pgd'] as const) {
    // Where these are macros that are assigned to, they have to stay what they are.
    const isPlace = profile.entryValuesArePlaces === true
    if (!isPlace) {
      add(`unsigned long ${level}_val(${level}_t entry)`, same)
      add(`${level}_t __${level}(unsigned long bits)`, same)
    }
    add(`unsigned long native_${level}_val(${level}_t entry)`, same)
    add(`${level}_t native_make_${level}(unsigned long bits)`, same)
    add(`int ${level}_same(${level}_t left, ${level}_t right)`, (left, right) =>
      word(map2(left ?? tracked(0n), right ?? tracked(0n), (l, r) => l === r)),
    )
    add(`unsigned long ${level}_pfn(${level}_t entry)`, (entry) => map(entry ?? tracked(0n), format.pfn))
    add(`unsigned long ${level}_index(unsigned long addr)`, (addr) =>
      map(addr ?? tracked(0n), (bits) =>
        BigInt(level === 'pte' ? indexAt(profile, level, bits) : indexBelow(profile, level, bits)),
      ),
    )
    if (level !== 'pte') {
      add(`unsigned long ${level}_addr_end(unsigned long addr, unsigned long end)`, endOf(profile, level))
    }
    if (level === 'pte' || level === 'pmd') continue
    const isFolded = (bits: bigint): boolean => isFoldedBelow(profile, level, bits)
    add(
      `int ${level}_none(${level}_t entry)`,
      test((bits) => !isFolded(bits) && isEmptyEntry(format, bits)),
    )
    add(
      `int ${level}_bad(${level}_t entry)`,
      test((bits) => isBadEntry(profile, level, bits)),
    )
    add(
      `int ${level}_present(${level}_t entry)`,
      test((bits) => isFolded(bits) || format.present(bits)),
    )
    add(`bool ${level}_leaf(${level}_t entry)`, test(format.leaf))
    add(
      `int ${level}_trans_huge(${level}_t entry)`,
      test((bits) => format.leaf(bits) && !format.devmap(bits)),
    )
    add(`int ${level}_huge(${level}_t entry)`, test(format.leaf))
    add(`int ${level}_devmap(${level}_t entry)`, test(format.devmap))
  }
  for (const level of ['pte', 'pmd'] as const) {
    const flags: Readonly<Record<string, (bits: bigint) => boolean>> = {
      write: format.write,
      young: format.young,
      dirty: format.dirty,
      soft_dirty: format.softDirty,
      special: format.special,
      uffd_wp: format.uffdWp,
      protnone: () => false,
    }
    for (const [name, holds] of Object.entries(flags)) {
      add(`int ${level}_${name}(${level}_t entry)`, test(holds))
    }
    const changes: Readonly<Record<string, EntryFlags>> = {
      wrprotect: { write: false },
      mkwrite: { write: true },
      mkwrite_novma: { write: true },
      mkclean: { dirty: false },
      mkdirty: { dirty: true },
      mkold: { young: false },
      mkyoung: { young: true },
      mkspecial: { special: true },
      mksoft_dirty: { softDirty: true },
      clear_soft_dirty: { softDirty: false },
      mkuffd_wp: { uffdWp: true },
      clear_uffd_wp: { uffdWp: false },
    }
    for (const [name, to] of Object.entries(changes)) {
      add(`${level}_t ${level}_${name}(${level}_t entry)`, change(to))
    }
    add(`bool ${level}_access_permitted(${level}_t entry, bool write)`, (entry, write) =>
      word(
        map2(
          entry ?? tracked(0n),
          write ?? tracked(0n),
          (bits, wanted) => format.present(bits) && (wanted === 0n || format.write(bits)),
        ),
      ),
    )
  }
  add('int pmd_huge(pmd_t entry)', test(format.leaf))
  add('int pte_devmap(pte_t entry)', test(format.devmap))
  add(
    'int is_swap_pte(pte_t entry)',
    test((bits) => !isEmptyEntry(format, bits) && !format.present(bits)),
  )
  add('pte_t move_pte(pte_t entry, unsigned long old_addr, unsigned long new_addr)', same)
  add('pte_t move_soft_dirty_pte(pte_t entry)', (pte) =>
    map(pte ?? tracked(0n), (bits) =>
      format.present(bits) ? format.withFlags(bits, { softDirty: true }) : bits,
    ),
  )
  if (profile.contPtes !== undefined) {
    // arm64's CPUs have no capability beyond what every one has: no memory tags, for one.
    for (const name of ['alternative_has_cap_likely', 'alternative_has_cap_unlikely']) {
      add(`bool ${name}(unsigned long capability)`, no)
    }
  }
  // The task is a native one of the kernel's own word size.
  add('unsigned long task_size_max(void)', () => tracked((1n << 47n) - 4096n))
  add('int test_thread_flag(int flag)', no)
  return known
}

function word(value: Word | Bool): Word {
  return typeof value.bits === 'boolean' ? { bits: value.bits ? 1n : 0n, from: value.from } : (value as Word)
}

function endOf(profile: ArchProfile, level: UpperLevel): Pure {
  return (addr, end) =>
    map2(addr ?? tracked(0n), end ?? tracked(0n), (from, last) => addrEnd(profile, level, from, last))
}
