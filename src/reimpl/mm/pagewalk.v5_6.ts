/**
 * mm/pagewalk.c on the way to 5.6, as patches 12 to 14 of "Generic page walk and ptdump" (v17) change it: walks
 * without a VMA, which then take no lock, and the end of the walk to the last page. Releases are numbered by the
 * patch that a text stands after. Written from the hunks, which show parts of each function.
 */
import type { Lock, Proc } from '../../machine/index.js'
import {
  addrEnd,
  type EntryPointer,
  type Kernel,
  type MmWalk,
  PAGE_SIZE,
  wrapAddress,
} from '../../mm/index.js'
import { defineReimplementation } from '../define.js'
import { actionOf } from './action-of.js'
import {
  WALK_PMD_RANGE,
  WALK_PTE_RANGE,
  WALK_PTE_RANGE_INNER,
  WALK_PUD_RANGE,
} from './pagewalk.identities.js'
import { walkPtesUnlessWithoutVma } from './walk-ptes.js'

const PATH = { path: 'mm/pagewalk.c' }
const NOTES = ['hugepd entries are not walked']

/** The loop that compares for equality: an end inside a page is never met. */
export const walk_pte_range_inner_equal = defineReimplementation(
  {
    ...PATH,
    name: 'walk_pte_range_inner',
    version: 'v5.6-equal',
    release: '5.5.13',
    identities: WALK_PTE_RANGE_INNER.v5_6_equal,
  },
  function* (k, first, start, end, walk) {
    const { pte_entry } = walk.ops
    if (pte_entry === undefined) return 0
    let addr = start
    let pte = first
    for (;;) {
      const err = yield* k.call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
      if (yield* k.branch(err !== 0)) return err
      addr = wrapAddress(k.mm.profile, addr + PAGE_SIZE)
      if (addr === end) return 0
      pte = pte.next()
    }
  },
)

/** The loop that looks whether a page is left. */
export const walk_pte_range_inner = defineReimplementation(
  {
    ...PATH,
    name: 'walk_pte_range_inner',
    version: 'v5.6',
    release: '5.5.14',
    identities: WALK_PTE_RANGE_INNER.v5_6,
  },
  function* (k, first, start, end, walk) {
    const { pte_entry } = walk.ops
    if (pte_entry === undefined) return 0
    let addr = start
    let pte = first
    for (;;) {
      const err = yield* k.call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
      if (yield* k.branch(err !== 0)) return err
      if (addr >= end - PAGE_SIZE) return 0
      addr = wrapAddress(k.mm.profile, addr + PAGE_SIZE)
      pte = pte.next()
    }
  },
)

/** Locks the page of ptes in every walk, and has the loop in itself. */
export const walk_pte_range_locked = defineReimplementation(
  {
    ...PATH,
    name: 'walk_pte_range',
    version: 'v5.6-locked',
    release: '5.5.12',
    identities: WALK_PTE_RANGE.v5_6_locked,
  },
  function* (k, pmd, start, end, walk) {
    const { pte_entry } = walk.ops
    if (pte_entry === undefined) return 0
    const ptl = k.ref<Lock>()
    let addr = start
    let pte = yield* k.pte_offset_map_lock(walk.mm, pmd, addr, ptl)
    if (pte === null || ptl.value === null) return 0
    let err: number
    for (;;) {
      err = yield* k.call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
      if (yield* k.branch(err !== 0)) break
      addr = wrapAddress(k.mm.profile, addr + PAGE_SIZE)
      if (addr === end) break
      pte = pte.next()
    }
    yield* k.pte_unmap_unlock(pte, ptl.value)
    return err
  },
)

/** Locks the page of ptes, except in a walk without a VMA. */
export const walk_pte_range = defineReimplementation(
  {
    ...PATH,
    name: 'walk_pte_range',
    version: 'v5.6',
    release: '5.5.13',
    identities: WALK_PTE_RANGE.v5_6,
  },
  walkPtesUnlessWithoutVma,
)

/** What is no hole though there is no VMA: nothing before walks without one, everything in such a walk. */
type IsWalked = (walk: MmWalk) => boolean

const inVma: IsWalked = ({ vma }) => vma !== null
const inVmaOrWithout: IsWalked = ({ vma, no_vma }) => vma !== null || no_vma

function pmdRange(isWalked: IsWalked) {
  return function* (k: Kernel, pud: EntryPointer, start: bigint, end: bigint, walk: MmWalk): Proc<number> {
    const { ops } = walk
    let addr = start
    let err = 0
    let pmd = yield* k.pmd_offset(pud, addr)
    for (;;) {
      const next = addrEnd(k.mm.profile, 'pmd', addr, end)
      for (;;) {
        yield* k.retry('again', addr, err)
        if ((yield* k.branch(k.pmd_none(yield* k.deref(pmd)))) || !isWalked(walk)) {
          if (ops.pte_hole !== undefined) err = yield* k.call(ops.pte_hole, addr, next, walk)
          break
        }
        walk.action = 'SUBTREE'
        if (ops.pmd_entry !== undefined) err = yield* k.call(ops.pmd_entry, pmd, addr, next, walk)
        if (err !== 0) break
        if (actionOf(walk) === 'AGAIN') continue
        if (walk.vma === null) {
          if (yield* k.branch(k.pmd_leaf(yield* k.deref(pmd)))) break
          if (!(yield* k.branch(k.pmd_present(yield* k.deref(pmd))))) break
        }
        if (actionOf(walk) === 'CONTINUE' || ops.pte_entry === undefined) break
        if (walk.vma !== null) {
          yield* k.split_huge_pmd(walk.vma, pmd, addr)
          if (yield* k.branch(yield* k.pmd_trans_unstable(pmd))) continue
        }
        err = yield* k.call('walk_pte_range', pmd, addr, next, walk)
        break
      }
      if (yield* k.branch(err !== 0)) break
      pmd = pmd.next()
      addr = next
      if (addr === end) break
    }
    return err
  }
}

function pudRange(isWalked: IsWalked) {
  return function* (k: Kernel, p4d: EntryPointer, start: bigint, end: bigint, walk: MmWalk): Proc<number> {
    const { ops } = walk
    let addr = start
    let err = 0
    let pud = yield* k.pud_offset(p4d, addr)
    for (;;) {
      const next = addrEnd(k.mm.profile, 'pud', addr, end)
      for (;;) {
        yield* k.retry('again', addr, err)
        if ((yield* k.branch(k.pud_none(yield* k.deref(pud)))) || !isWalked(walk)) {
          if (ops.pte_hole !== undefined) err = yield* k.call(ops.pte_hole, addr, next, walk)
          break
        }
        walk.action = 'SUBTREE'
        if (ops.pud_entry !== undefined) err = yield* k.call(ops.pud_entry, pud, addr, next, walk)
        if (err !== 0) break
        if (actionOf(walk) === 'AGAIN') continue
        if (walk.vma === null && !(yield* k.branch(k.pud_present(yield* k.deref(pud))))) break
        if (actionOf(walk) === 'CONTINUE') break
        if (ops.pmd_entry === undefined && ops.pte_entry === undefined) break
        if (walk.vma !== null) yield* k.split_huge_pud(walk.vma, pud, addr)
        if (yield* k.branch(k.pud_none(yield* k.deref(pud)))) continue
        err = yield* k.call('walk_pmd_range', pud, addr, next, walk)
        break
      }
      if (yield* k.branch(err !== 0)) break
      pud = pud.next()
      addr = next
      if (addr === end) break
    }
    return err
  }
}

const BEFORE_12 = { ...PATH, version: 'v5.6-vma', release: '5.5.11' }
const AFTER_12 = { ...PATH, version: 'v5.6', release: '5.5.12' }

/** Where there is no VMA, there is a hole. */
export const walk_pmd_range_vma = defineReimplementation(
  { ...BEFORE_12, name: 'walk_pmd_range', identities: WALK_PMD_RANGE.v5_6_vma, notes: NOTES },
  pmdRange(inVma),
)

/** Without a VMA nothing is split: leaves and what is not present are passed over. */
export const walk_pmd_range = defineReimplementation(
  { ...AFTER_12, name: 'walk_pmd_range', identities: WALK_PMD_RANGE.v5_6, notes: NOTES },
  pmdRange(inVmaOrWithout),
)

const PUD_NOTES = ['huge puds are not modelled']

export const walk_pud_range_vma = defineReimplementation(
  { ...BEFORE_12, name: 'walk_pud_range', identities: WALK_PUD_RANGE.v5_6_vma, notes: PUD_NOTES },
  pudRange(inVma),
)

export const walk_pud_range = defineReimplementation(
  { ...AFTER_12, name: 'walk_pud_range', identities: WALK_PUD_RANGE.v5_6, notes: PUD_NOTES },
  pudRange(inVmaOrWithout),
)
