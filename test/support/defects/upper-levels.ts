/** Wrong versions of walk_pud_range, walk_p4d_range and walk_pgd_range, and of the functions above them. */
import { type EntryPointer, type MmWalk, sizeOf } from '../../../src/mm/index.js'
import { defineReimplementation, type Reimplementation } from '../../../src/reimpl/index.js'

export const UPPER_DEFECTS = [
  'a hole is not reported',
  'none is not tested',
  'the entry is not advanced',
  'next is the end',
  'an error does not stop',
  'the error is lost',
  'stops after one entry',
] as const

const BELOW = { pud: 'walk_pmd_range', p4d: 'walk_pud_range', pgd: 'walk_p4d_range' } as const

/** The walk of one upper level, v5.4, with one thing wrong (or nothing). */
export function upper(level: 'pud' | 'p4d' | 'pgd', wrong: string): Reimplementation {
  const spec = { path: 'mm/pagewalk.c', version: wrong, release: '5.4' } as const
  if (level === 'pgd') {
    return defineReimplementation({ ...spec, name: 'walk_pgd_range' }, (k, addr, end, walk) =>
      walkFrom(k, null, addr, end, walk),
    )
  }
  if (level === 'p4d') {
    return defineReimplementation({ ...spec, name: 'walk_p4d_range' }, (k, pgd, addr, end, walk) =>
      walkFrom(k, pgd, addr, end, walk),
    )
  }
  return defineReimplementation({ ...spec, name: 'walk_pud_range' }, (k, p4d, addr, end, walk) =>
    walkFrom(k, p4d, addr, end, walk),
  )

  function* walkFrom(
    k: Parameters<Parameters<typeof defineReimplementation<'walk_pgd_range'>>[1]>[0],
    parent: EntryPointer | null,
    start: bigint,
    end: bigint,
    walk: MmWalk,
  ) {
    const { ops } = walk
    const { profile } = k.mm
    const size = sizeOf(profile, level)
    let addr = start
    let err = 0
    let entry =
      parent === null
        ? yield* k.pgd_offset(walk.mm, addr)
        : yield* level === 'p4d' ? k.p4d_offset(parent, addr) : k.pud_offset(parent, addr)
    for (;;) {
      const boundary = (addr & ~(size - 1n)) + size
      const whole = profile.levels[level].folded !== 'no' || boundary >= end
      const next = whole || wrong === 'next is the end' ? end : boundary
      const none = yield* level === 'pud'
        ? (function* () {
            return k.pud_none(yield* k.deref(entry))
          })()
        : level === 'p4d'
          ? k.p4d_none_or_clear_bad(entry)
          : k.pgd_none_or_clear_bad(entry)
      if ((yield* k.branch(none)) && wrong !== 'none is not tested') {
        if (ops.pte_hole !== undefined && wrong !== 'a hole is not reported')
          err = yield* k.call(ops.pte_hole, addr, next, walk)
      } else if (ops.pmd_entry !== undefined || ops.pte_entry !== undefined) {
        err = yield* level === 'pud'
          ? k.call(BELOW.pud, entry, addr, next, walk)
          : level === 'p4d'
            ? k.call(BELOW.p4d, entry, addr, next, walk)
            : k.call(BELOW.pgd, entry, addr, next, walk)
      }
      if (err !== 0 && wrong !== 'an error does not stop') return wrong === 'the error is lost' ? 0 : err
      if (wrong === 'stops after one entry') return err
      if (wrong !== 'the entry is not advanced') entry = entry.next()
      addr = next
      if (addr === end) return err
    }
  }
}

export const TOP_DEFECTS = [
  'the space between VMAs is not reported',
  'the space between VMAs is walked as the VMA after it',
  'a skipped VMA ends the walk',
  'an error of test_walk is ignored',
  'a skip is returned',
  'only the first VMA is walked',
  'the error is lost',
  'an error does not stop',
] as const

/** walk_page_range of v5.4, with one thing wrong (or nothing). */
export function top(wrong: string): Reimplementation {
  return defineReimplementation(
    { path: 'mm/pagewalk.c', name: 'walk_page_range', version: wrong, release: '5.4' },
    function* (k, mm, first, end, ops, data) {
      if (first >= end) return -22
      const walk: MmWalk = { ops, mm, vma: null, action: 'SUBTREE', no_vma: false, private: data }
      let start = first
      let err = 0
      let vma = mm.findVma(start)
      while (start < end) {
        let next = end
        if (vma === null || start < vma.start) {
          walk.vma = wrong === 'the space between VMAs is walked as the VMA after it' ? vma : null
          if (vma !== null && vma.start < end) next = vma.start
          if (wrong === 'the space between VMAs is not reported') {
            start = next
            continue
          }
        } else {
          walk.vma = vma
          next = end < vma.end ? end : vma.end
          vma = mm.findVma(vma.end)
          err = yield* k.call('walk_page_test', start, next, walk)
          if (err < 0 && wrong !== 'an error of test_walk is ignored') break
          if (err > 0) {
            if (wrong === 'a skip is returned') break
            err = 0
            if (wrong === 'a skipped VMA ends the walk') break
            start = next
            continue
          }
        }
        if (walk.vma !== null || ops.pte_hole !== undefined) {
          err = yield* k.call('__walk_page_range', start, next, walk)
        }
        if (err !== 0 && wrong !== 'an error does not stop') break
        if (wrong === 'only the first VMA is walked') break
        start = next
      }
      return wrong === 'the error is lost' ? 0 : err
    },
  )
}

/** Wrong versions of the two small functions between walk_page_range and the levels. */
export const noTest = defineReimplementation(
  { path: 'mm/pagewalk.c', name: 'walk_page_test', version: 'test_walk is not asked', release: '5.4' },
  // biome-ignore lint/correctness/useYield: this is what is wrong with it
  function* () {
    return 0
  },
)

export const testsInverted = defineReimplementation(
  {
    path: 'mm/pagewalk.c',
    name: 'walk_page_test',
    version: 'the answer of test_walk is inverted',
    release: '5.4',
  },
  function* (k, start, end, walk) {
    const { test_walk } = walk.ops
    const answer = test_walk === undefined ? 0 : yield* k.call(test_walk, start, end, walk)
    return test_walk === undefined || answer < 0 ? answer : 1 - answer
  },
)

export const losesError = defineReimplementation(
  { path: 'mm/pagewalk.c', name: '__walk_page_range', version: 'the error is lost', release: '5.4' },
  function* (k, start, end, walk) {
    yield* k.call('walk_pgd_range', start, end, walk)
    return 0
  },
)
