/** Page tables of s390: entries that say which table they stand in, and levels that are folded by that. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addrEnd,
  addrEndOfEntry,
  emptyEntry,
  isEmptyEntry,
  isFoldedBelow,
  LEVELS,
  pmdState,
  pteState,
  S390,
  S390_FORMAT,
  S390_TYPES,
  type S390Levels,
  tableEntry,
  withLevels,
} from '../../../src/mm/index.js'

const ALL: readonly S390Levels[] = [2, 3, 4, 5]
const MB = 1n << 20n
const GB2 = 1n << 31n
const TB4 = 1n << 42n
const PB8 = 1n << 53n

describe('entries', () => {
  const pfn = fc.bigInt({ min: 1n, max: (1n << 40n) - 1n })
  const flags = fc.record({
    write: fc.boolean(),
    young: fc.boolean(),
    dirty: fc.boolean(),
    softDirty: fc.boolean(),
  })
  it('hold the flags they were made with, and where they point', () =>
    fc.assert(
      fc.property(pfn, flags, fc.constantFrom('no' as const, 'thp' as const), (frame, wanted, huge) => {
        const bits = S390_FORMAT.page(frame, wanted, huge)
        expect(S390_FORMAT.present(bits)).toBe(true)
        expect(S390_FORMAT.leaf(bits)).toBe(huge === 'thp')
        expect(S390_FORMAT.isTable(bits)).toBe(false)
        expect({
          write: S390_FORMAT.write(bits),
          young: S390_FORMAT.young(bits),
          dirty: S390_FORMAT.dirty(bits),
          softDirty: S390_FORMAT.softDirty(bits),
        }).toEqual(wanted)
        if (huge === 'no') expect(S390_FORMAT.pfn(bits)).toBe(frame)
      }),
    ))
  it('of swap are neither present nor none, and give back what they stand for', () =>
    fc.assert(
      fc.property(
        pfn,
        fc.constantFrom('swap' as const, 'migration-read' as const, 'migration-write' as const),
        (offset, kind) => {
          const bits = S390_FORMAT.swap({ kind, offset })
          expect(S390_FORMAT.present(bits)).toBe(false)
          expect(isEmptyEntry(S390_FORMAT, bits)).toBe(false)
          expect(S390_FORMAT.toSwap(bits)).toEqual({ kind, offset })
          expect(pteState(S390_FORMAT, bits)).toBe(kind)
        },
      ),
    ))
  it('of a table say which table they stand in', () => {
    for (const type of [0, 1, 2, 3] as const) {
      const bits = S390_TYPES.table(0x1234n, type)
      expect(S390_TYPES.typeOf(bits)).toBe(type)
      expect(S390_FORMAT.isTable(bits)).toBe(true)
      expect(S390_FORMAT.pfn(bits)).toBe(0x1234n)
      expect(pmdState(S390_FORMAT, bits)).toBe('table')
    }
  })
  it('that map nothing are not 0, and differ from table to table', () => {
    const empty = LEVELS.map((level) => emptyEntry(withLevels(S390, 5), level))
    expect(empty).toEqual([0x2cn, 0x28n, 0x24n, 0x20n, 0x400n])
    for (const bits of empty) expect(isEmptyEntry(S390_FORMAT, bits)).toBe(true)
    expect(isEmptyEntry(S390_FORMAT, 0n)).toBe(false)
  })
  it('can only be read by the hardware if young, and only be written if dirty', () => {
    const hardware = (flags: object): bigint => S390_FORMAT.page(1n, flags, 'no') & 0x600n
    expect(hardware({ write: true, young: true, dirty: true })).toBe(0n)
    expect(hardware({ write: true, young: true })).toBe(0x200n)
    expect(hardware({ young: true })).toBe(0x200n)
    expect(hardware({ write: true, dirty: true })).toBe(0x400n)
  })
})

describe('levels', () => {
  it('are as many as the address space has; the top table is always real', () => {
    const real = (levels: S390Levels): string =>
      LEVELS.filter((level) => withLevels(S390, levels).levels[level].folded === 'no').join(' ')
    expect(ALL.map(real)).toEqual(['pgd pte', 'pgd pmd pte', 'pgd pud pmd pte', 'pgd p4d pud pmd pte'])
  })
  it('have the sizes of the architecture: 1 MB, 2 GB, 4 TB and 8 PB', () => {
    const sizes = (levels: S390Levels): number[] =>
      LEVELS.map((level) => withLevels(S390, levels).levels[level].shift)
    expect(sizes(5)).toEqual([53, 42, 31, 20, 12])
    expect(sizes(4)).toEqual([42, 42, 31, 20, 12])
    expect(sizes(3)).toEqual([31, 31, 31, 20, 12])
    expect(sizes(2)).toEqual([20, 20, 20, 20, 12])
  })
  it('are folded where the entry is of a lower table than the level has', () => {
    for (const levels of ALL) {
      const top = tableEntry(withLevels(S390, levels), 'pgd', 0x80000n)
      expect(isFoldedBelow(S390, 'pgd', top)).toBe(levels < 5)
      expect(isFoldedBelow(S390, 'p4d', top)).toBe(levels < 4)
      expect(isFoldedBelow(S390, 'pud', top)).toBe(levels < 3)
    }
  })
})

describe('the end of an entry', () => {
  const far = 1n << 60n
  it('is the same however many levels there are', () => {
    for (const levels of ALL) {
      const profile = withLevels(S390, levels)
      const ends = (['pgd', 'p4d', 'pud', 'pmd'] as const).map((level) => addrEnd(profile, level, 0n, far))
      expect(ends).toEqual([PB8, TB4, GB2, MB])
    }
  })
  it('as proposed first, follows the table that the pgd or p4d entry stands in', () => {
    const ends = ALL.map((levels) => {
      const profile = withLevels(S390, levels)
      const entry = tableEntry(profile, 'pgd', 0x80000n)
      return (['pgd', 'p4d', 'pud', 'pmd'] as const).map((level) =>
        addrEndOfEntry(profile, level, entry, 0n, far),
      )
    })
    expect(ends).toEqual([
      [MB, MB, GB2, MB],
      [GB2, GB2, GB2, MB],
      [TB4, TB4, GB2, MB],
      [PB8, PB8, GB2, MB],
    ])
  })
})
