/** Wrong versions of walk_pte_range, one deviation each, of the text without a lock and of those with it. */
import type { Lock, Proc } from '../../../src/machine/index.js'
import { type EntryPointer, type Kernel, type MmWalk, PAGE_SIZE } from '../../../src/mm/index.js'
import { defineReimplementation, type Reimplementation } from '../../../src/reimpl/index.js'

type Body = (k: Kernel, pmd: EntryPointer, addr: bigint, end: bigint, walk: MmWalk) => Proc<number>

function walkPteRange(version: string, release: string, body: Body): Reimplementation {
  return defineReimplementation({ path: 'mm/pagewalk.c', name: 'walk_pte_range', version, release }, body)
}

/** Deviations of the loop over ptes, wherever it stands. */
export const LOOP_DEFECTS = [
  'the last pte is left out',
  'one pte too many',
  'the result is overwritten with 0',
  'a positive result does not stop',
  'the pointer is not advanced',
  'the address is not advanced for the callback',
  'the first callback is called twice',
  'every second pte is left out',
] as const
export type LoopDefect = (typeof LOOP_DEFECTS)[number] | 'nothing'

interface LoopEnd {
  readonly err: number
  readonly pte: EntryPointer
}

function* loop(
  k: Kernel,
  first: EntryPointer,
  start: bigint,
  end: bigint,
  walk: MmWalk,
  wrong: LoopDefect,
): Proc<LoopEnd> {
  const { pte_entry } = walk.ops
  if (pte_entry === undefined) return { err: 0, pte: first }
  const call = (pte: EntryPointer, addr: bigint) => k.call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
  const last =
    wrong === 'the last pte is left out'
      ? end - PAGE_SIZE
      : wrong === 'one pte too many'
        ? end + PAGE_SIZE
        : end
  let addr = start
  let pte = first
  if (wrong === 'the first callback is called twice') yield* call(pte, addr)
  for (;;) {
    let err = yield* call(pte, wrong === 'the address is not advanced for the callback' ? start : addr)
    if (wrong === 'a positive result does not stop' && err > 0) err = 0
    if (err !== 0) return { err: wrong === 'the result is overwritten with 0' ? 0 : err, pte }
    const step = wrong === 'every second pte is left out' && addr + PAGE_SIZE < last ? 2n : 1n
    addr = BigInt.asUintN(walk.mm.profile.wordBits, addr + PAGE_SIZE * step)
    if (addr === last || addr === last + PAGE_SIZE) return { err, pte }
    if (wrong !== 'the pointer is not advanced') pte = pte.at(pte.index + Number(step))
  }
}

export const UNLOCKED_DEFECTS = [
  ...LOOP_DEFECTS,
  'nothing is unmapped after an error',
  'unmapped twice',
] as const
export type UnlockedDefect = (typeof UNLOCKED_DEFECTS)[number] | 'nothing'

/** The text of v5.4, with one thing wrong. */
export function unlocked(wrong: UnlockedDefect): Reimplementation {
  return walkPteRange(wrong, '5.4', function* (k, pmd, start, end, walk) {
    const first = yield* k.pte_offset_map(pmd, start)
    if (first === null) return 0
    const { err, pte } = yield* loop(k, first, start, end, walk, loopDefect(wrong))
    if (wrong === 'nothing is unmapped after an error' && err !== 0) return err
    yield* k.pte_unmap(pte)
    if (wrong === 'unmapped twice') yield* k.pte_unmap(pte)
    return err
  })
}

export const LOCKED_DEFECTS = [
  ...LOOP_DEFECTS,
  'the lock is kept after an error',
  'the lock is taken after the first callback',
  'the lock is dropped before the last callback',
  'the lock is taken for each pte',
  'the lock is dropped between two ptes',
  'the pte before the last is unmapped',
  'nothing is unmapped after an error',
  'the lock of the pmd is taken instead',
  'unlocked twice',
  'no lock is taken',
] as const
export type LockedDefect = (typeof LOCKED_DEFECTS)[number] | 'nothing'

/** The text of 5.5, and of October 2019 but for the pointer that is unmapped, with one thing wrong. */
export function locked(wrong: LockedDefect): Reimplementation {
  return walkPteRange(wrong, '5.4', function* (k, pmd, start, end, walk) {
    const lastPage = end - PAGE_SIZE
    switch (wrong) {
      case 'the lock is taken after the first callback': {
        const first = yield* k.pte_offset_map(pmd, start)
        const ptl = yield* k.pte_lockptr(walk.mm, pmd)
        if (first === null) return 0
        const one = yield* loop(k, first, start, start + PAGE_SIZE, walk, 'nothing')
        yield* k.spin_lock(ptl)
        const rest =
          one.err !== 0 || start === lastPage
            ? one
            : yield* loop(k, first.next(), start + PAGE_SIZE, end, walk, 'nothing')
        yield* k.pte_unmap_unlock(rest.pte, ptl)
        return rest.err
      }
      case 'the lock is taken for each pte': {
        for (let addr = start; addr < end; addr += PAGE_SIZE) {
          const mapped = yield* mapLocked(k, pmd, addr, walk)
          if (mapped === null) return 0
          const { err, pte } = yield* loop(k, mapped.pte, addr, addr + PAGE_SIZE, walk, 'nothing')
          yield* k.pte_unmap_unlock(pte, mapped.ptl)
          if (err !== 0) return err
        }
        return 0
      }
      case 'the lock of the pmd is taken instead': {
        const ptl = yield* k.pmd_lock(walk.mm, pmd)
        const first = yield* k.pte_offset_map(pmd, start)
        if (first === null) return 0
        const { err, pte } = yield* loop(k, first, start, end, walk, 'nothing')
        yield* k.pte_unmap_unlock(pte, ptl)
        return err
      }
      case 'no lock is taken': {
        const first = yield* k.pte_offset_map(pmd, start)
        if (first === null) return 0
        const { err, pte } = yield* loop(k, first, start, end, walk, 'nothing')
        yield* k.pte_unmap(pte)
        return err
      }
    }
    const mapped = yield* mapLocked(k, pmd, start, walk)
    if (mapped === null) return 0
    const { pte: first, ptl } = mapped
    if (wrong === 'the lock is dropped before the last callback' && start !== lastPage) {
      const most = yield* loop(k, first, start, lastPage, walk, 'nothing')
      yield* k.spin_unlock(ptl)
      const rest = most.err === 0 ? yield* loop(k, most.pte.next(), lastPage, end, walk, 'nothing') : most
      yield* k.pte_unmap(rest.pte)
      return rest.err
    }
    if (wrong === 'the lock is dropped between two ptes' && start !== lastPage) {
      const one = yield* loop(k, first, start, start + PAGE_SIZE, walk, 'nothing')
      yield* k.spin_unlock(ptl)
      yield* k.spin_lock(ptl)
      const rest = one.err === 0 ? yield* loop(k, first.next(), start + PAGE_SIZE, end, walk, 'nothing') : one
      yield* k.pte_unmap_unlock(rest.pte, ptl)
      return rest.err
    }
    const { err, pte } = yield* loop(k, first, start, end, walk, loopDefect(wrong))
    if (err !== 0 && wrong === 'the lock is kept after an error') {
      yield* k.pte_unmap(pte)
      return err
    }
    if (err !== 0 && wrong === 'nothing is unmapped after an error') {
      yield* k.spin_unlock(ptl)
      return err
    }
    if (wrong === 'unlocked twice') yield* k.spin_unlock(ptl)
    yield* k.pte_unmap_unlock(wrong === 'the pte before the last is unmapped' ? before(pte) : pte, ptl)
    return err
  })
}

/** As posted on 8 October 2019: one is taken off a pointer that an early stop has not advanced. */
export const unmapsBefore = locked('the pte before the last is unmapped')

function before(pte: EntryPointer): EntryPointer {
  return pte.at(pte.index - 1)
}

export const CHECKED_DEFECTS = [
  'a page that cannot be mapped is passed over',
  'every page is asked for again',
  'the result is lost',
  'locked without a VMA',
] as const
export type CheckedDefect = (typeof CHECKED_DEFECTS)[number] | 'nothing'

/** The text of 6.12, where mapping may fail, with one thing wrong. */
export function checked(wrong: CheckedDefect): Reimplementation {
  return walkPteRange(wrong, '6.12', function* (k, pmd, addr, end, walk) {
    if (walk.no_vma && wrong !== 'locked without a VMA') {
      const pte = yield* k.pte_offset_map(pmd, addr)
      if (pte === null) {
        if (wrong !== 'a page that cannot be mapped is passed over') walk.action = 'AGAIN'
        return 0
      }
      const err = yield* k.call('walk_pte_range_inner', pte, addr, end, walk)
      yield* k.pte_unmap(pte)
      if (wrong === 'every page is asked for again') walk.action = 'AGAIN'
      return wrong === 'the result is lost' ? 0 : err
    }
    const mapped = yield* mapLocked(k, pmd, addr, walk)
    if (mapped === null) {
      if (wrong !== 'a page that cannot be mapped is passed over') walk.action = 'AGAIN'
      return 0
    }
    const err = yield* k.call('walk_pte_range_inner', mapped.pte, addr, end, walk)
    yield* k.pte_unmap_unlock(mapped.pte, mapped.ptl)
    if (wrong === 'every page is asked for again') walk.action = 'AGAIN'
    return wrong === 'the result is lost' ? 0 : err
  })
}

export const INNER_DEFECTS = [...LOOP_DEFECTS, 'the end is compared with =='] as const
export type InnerDefect = (typeof INNER_DEFECTS)[number] | 'nothing'

/** walk_pte_range_inner of 6.1 and 6.12, with one thing wrong. */
export function inner(wrong: InnerDefect): Reimplementation {
  return defineReimplementation(
    { path: 'mm/pagewalk.c', name: 'walk_pte_range_inner', version: wrong, release: '6.1' },
    function* (k, pte, addr, end, walk) {
      // Up to the last byte is up to the end of its page, but for who compares with the end.
      const whole = BigInt.asUintN(walk.mm.profile.wordBits, (end + PAGE_SIZE - 1n) & ~(PAGE_SIZE - 1n))
      if (wrong !== 'the end is compared with ==') return (yield* loop(k, pte, addr, whole, walk, wrong)).err
      const { pte_entry } = walk.ops
      if (pte_entry === undefined) return 0
      for (let at = addr, slot = pte; ; slot = slot.next()) {
        const err = yield* k.call(pte_entry, slot, at, at + PAGE_SIZE, walk)
        if (err !== 0) return err
        at = BigInt.asUintN(walk.mm.profile.wordBits, at + PAGE_SIZE)
        if (at === end) return 0
      }
    },
  )
}

function loopDefect(wrong: string): LoopDefect {
  return LOOP_DEFECTS.find((one) => one === wrong) ?? 'nothing'
}

/** Maps and locks, or null where there is no table. */
function* mapLocked(k: Kernel, pmd: EntryPointer, addr: bigint, walk: MmWalk) {
  const ptl = k.ref<Lock>()
  const pte = yield* k.pte_offset_map_lock(walk.mm, pmd, addr, ptl)
  return pte === null || ptl.value === null ? null : { pte, ptl: ptl.value }
}
