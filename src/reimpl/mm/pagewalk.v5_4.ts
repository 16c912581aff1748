/**
 * mm/pagewalk.c as of v5.4-rc1: no lock around pte_entry, huge pmds split for every pte_entry. Lines are those
 * of that file; functions that no patch at hand touches name none.
 */
import { addrEnd, type MmWalk, PAGE_SIZE, wrapAddress } from '../../mm/index.js'
import { defineReimplementation } from '../define.js'
import { WALK_PAGE_TEST, WALK_PMD_RANGE, WALK_PTE_RANGE } from './pagewalk.identities.js'

const TEXT = { path: 'mm/pagewalk.c', version: 'v5.4', release: '5.4' }

/** Maps the page of ptes without its lock, and unmaps through the pointer that was moved along. */
export const walk_pte_range = defineReimplementation(
  { ...TEXT, name: 'walk_pte_range', identities: WALK_PTE_RANGE.v5_4, lines: [14, 16, 17, 25] },
  function* (k, pmd, start, end, walk) {
    let addr = start
    let pte = yield* k.at(14).pte_offset_map(pmd, addr)
    if (pte === null) return 0
    let err: number
    for (;;) {
      const { pte_entry } = walk.ops
      if (pte_entry === undefined) return 0
      err = yield* k.at(16).call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
      if (yield* k.at(17).branch(err !== 0)) break
      addr = wrapAddress(k.mm.profile, addr + PAGE_SIZE)
      if (addr === end) break
      pte = pte.next()
    }
    yield* k.at(25).pte_unmap(pte)
    return err
  },
)

/** Splits a huge pmd whenever there is a pte_entry, whether or not there is a pmd_entry. */
export const walk_pmd_range = defineReimplementation(
  {
    ...TEXT,
    name: 'walk_pmd_range',
    identities: WALK_PMD_RANGE.v5_4,
    lines: [37, 39, 41, 43, 53, 54, 64, 65, 67],
  },
  function* (k, pud, start, end, walk) {
    const { ops } = walk
    let addr = start
    let err = 0
    let pmd = yield* k.at(37).pmd_offset(pud, addr)
    for (;;) {
      const next = addrEnd(k.mm.profile, 'pmd', addr, end)
      for (;;) {
        yield* k.at(39).retry('again', addr, err)
        if ((yield* k.at(41).branch(k.pmd_none(yield* k.deref(pmd)))) || walk.vma === null) {
          if (ops.pte_hole !== undefined) err = yield* k.at(43).call(ops.pte_hole, addr, next, walk)
          break
        }
        if (ops.pmd_entry !== undefined) err = yield* k.at(53).call(ops.pmd_entry, pmd, addr, next, walk)
        if (yield* k.at(54).branch(err !== 0)) break
        if (ops.pte_entry === undefined) break
        yield* k.at(64).split_huge_pmd(walk.vma, pmd, addr)
        if (yield* k.at(65).branch(yield* k.pmd_trans_unstable(pmd))) continue
        err = yield* k.at(67).call('walk_pte_range', pmd, addr, next, walk)
        break
      }
      if (yield* k.branch(err !== 0)) break
      pmd = pmd.next()
      addr = next
      if (addr === end) break
    }
    return err
  },
)

/** Huge puds are split or taken from the callback; what is left is walked as a table. */
export const walk_pud_range = defineReimplementation(
  { ...TEXT, name: 'walk_pud_range' },
  function* (k, p4d, start, end, walk) {
    const { ops } = walk
    let addr = start
    let err = 0
    let pud = yield* k.pud_offset(p4d, addr)
    for (;;) {
      const next = addrEnd(k.mm.profile, 'pud', addr, end)
      for (;;) {
        yield* k.retry('again', addr, err)
        if ((yield* k.branch(k.pud_none(yield* k.deref(pud)))) || walk.vma === null) {
          if (ops.pte_hole !== undefined) err = yield* k.call(ops.pte_hole, addr, next, walk)
          break
        }
        yield* k.split_huge_pud(walk.vma, pud, addr)
        if (yield* k.branch(k.pud_none(yield* k.deref(pud)))) continue
        if (ops.pmd_entry !== undefined || ops.pte_entry !== undefined) {
          err = yield* k.call('walk_pmd_range', pud, addr, next, walk)
        }
        break
      }
      if (yield* k.branch(err !== 0)) break
      pud = pud.next()
      addr = next
      if (addr === end) break
    }
    return err
  },
)

export const walk_p4d_range = defineReimplementation(
  { ...TEXT, name: 'walk_p4d_range' },
  function* (k, pgd, start, end, walk) {
    const { ops } = walk
    let addr = start
    let err = 0
    let p4d = yield* k.p4d_offset(pgd, addr)
    for (;;) {
      const next = addrEnd(k.mm.profile, 'p4d', addr, end)
      if (yield* k.branch(yield* k.p4d_none_or_clear_bad(p4d))) {
        if (ops.pte_hole !== undefined) err = yield* k.call(ops.pte_hole, addr, next, walk)
      } else if (ops.pmd_entry !== undefined || ops.pte_entry !== undefined) {
        err = yield* k.call('walk_pud_range', p4d, addr, next, walk)
      }
      if (yield* k.branch(err !== 0)) break
      p4d = p4d.next()
      addr = next
      if (addr === end) break
    }
    return err
  },
)

export const walk_pgd_range = defineReimplementation(
  { ...TEXT, name: 'walk_pgd_range' },
  function* (k, start, end, walk) {
    const { ops } = walk
    let addr = start
    let err = 0
    let pgd = yield* k.pgd_offset(walk.mm, addr)
    for (;;) {
      const next = addrEnd(k.mm.profile, 'pgd', addr, end)
      if (yield* k.branch(yield* k.pgd_none_or_clear_bad(pgd))) {
        if (ops.pte_hole !== undefined) err = yield* k.call(ops.pte_hole, addr, next, walk)
      } else if (ops.pmd_entry !== undefined || ops.pte_entry !== undefined) {
        err = yield* k.call('walk_p4d_range', pgd, addr, next, walk)
      }
      if (yield* k.branch(err !== 0)) break
      pgd = pgd.next()
      addr = next
      if (addr === end) break
    }
    return err
  },
)

/** One VMA's part of a walk; hugetlb VMAs are not modelled. */
export const __walk_page_range = defineReimplementation(
  { ...TEXT, name: '__walk_page_range', notes: ['hugetlb VMAs are not walked'] },
  function* (k, start, end, walk) {
    const { ops } = walk
    let err = 0
    if (walk.vma !== null && ops.pre_vma !== undefined) {
      err = yield* k.call(ops.pre_vma, start, end, walk)
      if (err !== 0) return err
    }
    err = yield* k.call('walk_pgd_range', start, end, walk)
    if (walk.vma !== null && ops.post_vma !== undefined) yield* k.call(ops.post_vma, walk)
    return err
  },
)

const VM_PFNMAP = 0x400n

/** Asks the walker whether to walk a VMA: 0 for yes, 1 for no, below 0 for an error. */
export const walk_page_test = defineReimplementation(
  {
    ...TEXT,
    name: 'walk_page_test',
    identities: WALK_PAGE_TEST.v5_4,
  },
  function* (k, start, end, walk) {
    const { vma, ops } = walk
    if (ops.test_walk !== undefined) return yield* k.call(ops.test_walk, start, end, walk)
    if (((vma?.flags ?? 0n) & VM_PFNMAP) === 0n) return 0
    const err = ops.pte_hole === undefined ? 1 : yield* k.call(ops.pte_hole, start, end, walk)
    return (yield* k.branch(err !== 0)) ? err : 1
  },
)

/** Walks VMA by VMA; what lies between them is a hole. */
export const walk_page_range = defineReimplementation(
  { ...TEXT, name: 'walk_page_range' },
  function* (k, mm, first, end, ops, data) {
    if (first >= end) return EINVAL
    let start = first
    let err = 0
    const walk: MmWalk = { ops, mm, vma: null, action: 'SUBTREE', no_vma: false, private: data }
    let vma = mm.findVma(start)
    while (start < end) {
      let next = end
      if (vma === null || start < vma.start) {
        walk.vma = null
        if (vma !== null && vma.start < end) next = vma.start
      } else {
        walk.vma = vma
        next = end < vma.end ? end : vma.end
        vma = mm.findVma(vma.end)
        err = yield* k.call('walk_page_test', start, next, walk)
        if (err < 0) break
        if (err > 0) {
          err = 0
          start = next
          continue
        }
      }
      if (walk.vma !== null || ops.pte_hole !== undefined) {
        err = yield* k.call('__walk_page_range', start, next, walk)
      }
      if (err !== 0) break
      start = next
    }
    return err
  },
)

const EINVAL = -22
