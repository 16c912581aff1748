/**
 * What the kernel does to ptes, as steps over ranges of pages: each calls the functions on ptes as mm/ calls them,
 * under the page-table lock, and flushes the TLBs where mm/ does. They know nothing of contiguous blocks.
 */
import { map, type Proc, tracked, type Word } from '../machine/index.js'
import { ARM64_PTE_BITS, type EntryPointer, type Kernel } from '../mm/index.js'
import { type ContpteWorld, FIRST_PFN, OTHER_PFN, pageBits, protNone, slotAt } from './contpte-world.js'

interface Range {
  /** Number of the first page. */
  readonly at: number
  readonly pages: number
}

/** What a block becomes: single entries, a block again, of pages nobody may write to, other pages, none. */
export type Repainted = 'single' | 'again' | 'read-only' | 'same-new' | 'other' | 'none'

export type ContpteStep =
  /** Pages are mapped: by page faults one after the other, or by one call for all. */
  | (Range & {
      readonly do: 'map'
      readonly how: 'up' | 'down' | 'batch'
      /** The page that the first of them maps, counted from the beginning of the folio; `at` if left out. */
      readonly page?: number
      readonly folio?: 'other'
      /** Mapped ahead of an access: not accessed yet. */
      readonly old?: true
      readonly readOnly?: true
    })
  /** MADV_DONTNEED, munmap, exit: page by page as until 6.8, or in batches; `teardown`: nobody else is there. */
  | (Range & { readonly do: 'zap'; readonly how: 'each' | 'batch' | 'teardown' })
  /** try_to_unmap_one() page by page. */
  | (Range & { readonly do: 'unmap' })
  /** A swap entry stands where there is none. */
  | (Range & { readonly do: 'swap-entry' })
  | (Range & { readonly do: 'protect'; readonly to: 'ro' | 'rw' | 'none' })
  /** fork: the parent's entries become read-only. */
  | (Range & { readonly do: 'wrprotect'; readonly how: 'each' | 'batch' })
  | (Range & { readonly do: 'move'; readonly to: number; readonly how: 'each' | 'batch' })
  /** pte_clear(); set_pte(), of another page; pte_batch_hint(). */
  | (Range & { readonly do: 'clear' | 'overwrite' | 'hint' })
  | (Range & { readonly do: 'test-young' | 'flush-young' | 'look' })
  /** A page fault on an entry that is there: accessed, or written to. */
  | (Range & { readonly do: 'fault'; readonly write: boolean })
  /** MADV_COLD and MADV_FREE. */
  | (Range & { readonly do: 'clear-young-dirty' })
  /** A VMA is divided, which touches no pte. */
  | (Range & { readonly do: 'split-vma' })
  /**
   * Another CPU has changed the block by itself, as all that change a block do: entries are taken away, the block is
   * dropped from the TLBs, and they are stored as they become.
   */
  | (Range & { readonly do: 'repaint'; readonly to: Repainted })
  /** The MMU sets a bit in one entry. */
  | (Range & { readonly do: 'hardware'; readonly sets: 'young' | 'dirty' })

/** Does one step. */
export function* doStep(k: Kernel, world: ContpteWorld, step: ContpteStep): Proc<void> {
  if (step.do === 'hardware') return yield* hardware(k, slotAt(world, step.at).ptep, step.sets)
  if (step.do === 'split-vma') return
  const { table } = slotAt(world, step.at)
  yield* k.spin_lock(table.lock)
  yield* underLock(k, world, step)
  yield* k.spin_unlock(table.lock)
  if (step.do === 'zap' || step.do === 'unmap' || step.do === 'clear-young-dirty') {
    yield* callerFlush(k, 'after the lock')
  }
}

type LockedStep = Exclude<ContpteStep, { do: 'hardware' | 'split-vma' }>

function* underLock(k: Kernel, world: ContpteWorld, step: LockedStep): Proc<void> {
  const { mm, vma, profile } = world
  const { addr, ptep } = slotAt(world, step.at)
  const each = function* (visit: (page: number) => Proc<void>): Proc<void> {
    for (let i = 0; i < step.pages; i++) yield* visit(step.at + i)
  }
  switch (step.do) {
    case 'map':
      return yield* mapPages(k, world, step)
    case 'zap':
      if (step.how === 'batch') {
        const pte = yield* k.call('get_and_clear_full_ptes', mm, addr, ptep, step.pages, 0)
        return yield* tell(k, 'cleared', pte)
      }
      return yield* each(function* (page) {
        const slot = slotAt(world, page)
        const pte = yield* k.call(
          'ptep_get_and_clear_full',
          mm,
          slot.addr,
          slot.ptep,
          step.how === 'each' ? 0 : 1,
        )
        yield* tell(k, 'cleared', pte)
        if (step.how === 'teardown') yield* callerFlush(k, 'as its batch is full')
      })
    case 'unmap':
      return yield* each(function* (page) {
        const slot = slotAt(world, page)
        yield* tell(k, 'cleared', yield* k.call('ptep_get_and_clear', mm, slot.addr, slot.ptep))
        yield* k.call('set_ptes', mm, slot.addr, slot.ptep, swapEntry(world, page), 1)
      })
    case 'swap-entry':
      return yield* each(function* (page) {
        const slot = slotAt(world, page)
        yield* k.call('set_ptes', mm, slot.addr, slot.ptep, swapEntry(world, page), 1)
      })
    case 'protect':
      yield* each(function* (page) {
        const slot = slotAt(world, page)
        // ptep_modify_prot_start() and _commit().
        const old = yield* k.call('ptep_get_and_clear', mm, slot.addr, slot.ptep)
        const changed = map(old, (bits) =>
          step.to === 'none' ? protNone(bits) : profile.format.withFlags(bits, { write: step.to === 'rw' }),
        )
        yield* k.call('set_ptes', mm, slot.addr, slot.ptep, changed, 1)
      })
      return yield* callerFlush(k, 'of the range')
    case 'wrprotect':
      if (step.how === 'batch') yield* k.call('wrprotect_ptes', mm, addr, ptep, step.pages)
      else
        yield* each(function* (page) {
          const slot = slotAt(world, page)
          yield* k.call('ptep_set_wrprotect', mm, slot.addr, slot.ptep)
        })
      return yield* callerFlush(k, 'of the range')
    case 'move':
      return yield* move(k, world, step)
    case 'test-young':
      return yield* tellYoung(k, yield* k.call('ptep_test_and_clear_young', vma, addr, ptep))
    case 'flush-young':
      return yield* tellYoung(k, yield* k.call('ptep_clear_flush_young', vma, addr, ptep))
    case 'repaint':
      return yield* repaint(k, world, step)
    case 'clear':
      return yield* k.call('pte_clear', mm, addr, ptep)
    case 'overwrite': {
      const page = pageBits(profile, OTHER_PFN + BigInt(step.at), { write: true, young: true })
      return yield* k.call('set_pte', ptep, tracked(page))
    }
    case 'hint': {
      const hint = yield* k.call('pte_batch_hint', ptep, yield* k.ptep_get(ptep))
      return yield* k.observe('result', `pte_batch_hint: ${hint}`, { role: 'callback' })
    }
    case 'look':
      return yield* tell(k, 'read', yield* k.call('ptep_get', ptep))
    case 'fault': {
      const old = yield* k.call('ptep_get', ptep)
      const entry = map(old, (bits) =>
        profile.format.withFlags(bits, { young: true, ...(step.write ? { write: true, dirty: true } : {}) }),
      )
      const changed = yield* k.call('ptep_set_access_flags', vma, addr, ptep, entry, step.write ? 1 : 0)
      return yield* k.observe('result', `ptep_set_access_flags: ${changed}`, { role: 'callback' })
    }
    case 'clear-young-dirty':
      return yield* k.call('clear_young_dirty_ptes', vma, addr, ptep, step.pages, 3)
  }
}

function* mapPages(k: Kernel, world: ContpteWorld, step: Extract<ContpteStep, { do: 'map' }>): Proc<void> {
  const { mm, profile } = world
  const first = (step.folio === 'other' ? OTHER_PFN : FIRST_PFN) + BigInt(step.page ?? step.at)
  const entry = (i: number): Word =>
    tracked(
      pageBits(profile, first + BigInt(i), {
        write: world.spec.readOnly !== true && step.readOnly !== true,
        young: step.old !== true,
      }),
    )
  if (step.how === 'batch') {
    const { addr, ptep } = slotAt(world, step.at)
    return yield* k.call('set_ptes', mm, addr, ptep, entry(0), step.pages)
  }
  for (let i = 0; i < step.pages; i++) {
    const number = step.how === 'up' ? i : step.pages - 1 - i
    const { addr, ptep } = slotAt(world, step.at + number)
    yield* k.call('set_ptes', mm, addr, ptep, entry(number), 1)
  }
}

/** move_ptes(): page by page, or as since 6.17 all at once. */
function* move(k: Kernel, world: ContpteWorld, step: Extract<ContpteStep, { do: 'move' }>): Proc<void> {
  const { mm } = world
  const target = slotAt(world, step.to).table
  const isSame = target === slotAt(world, step.at).table
  if (!isSame) yield* k.spin_lock(target.lock)
  if (step.how === 'batch') {
    const from = slotAt(world, step.at)
    const to = slotAt(world, step.to)
    const pte = yield* k.call('get_and_clear_full_ptes', mm, from.addr, from.ptep, step.pages, 0)
    yield* k.call('set_ptes', mm, to.addr, to.ptep, pte, step.pages)
  } else {
    for (let i = 0; i < step.pages; i++) {
      const from = slotAt(world, step.at + i)
      const to = slotAt(world, step.to + i)
      const pte = yield* k.call('ptep_get_and_clear', mm, from.addr, from.ptep)
      yield* k.call('set_ptes', mm, to.addr, to.ptep, pte, 1)
    }
  }
  yield* callerFlush(k, 'of the old range')
  if (!isSame) yield* k.spin_unlock(target.lock)
}

function* repaint(
  k: Kernel,
  world: ContpteWorld,
  { at, pages, to }: Extract<ContpteStep, { do: 'repaint' }>,
): Proc<void> {
  const { mm, vma, profile, spec } = world
  const slots = Array.from({ length: pages }, (_, i) => slotAt(world, at + i))
  for (const { addr, ptep } of slots) yield* k.ptep_get_and_clear(mm, addr, ptep)
  const [first] = slots
  const size = 1n << BigInt(profile.levels.pte.shift)
  if (first !== undefined) yield* k.flush_tlb_range(vma, first.addr, first.addr + BigInt(pages) * size)
  if (to === 'none') return
  const isGathered = to === 'single' || to === 'again'
  const flags = {
    write: to !== 'read-only',
    young: isGathered && (spec.young ?? []).length > 0,
    dirty: isGathered && (spec.dirty ?? []).length > 0,
  }
  for (const [i, { addr, ptep }] of slots.entries()) {
    const page = pageBits(profile, (to === 'other' ? OTHER_PFN : FIRST_PFN) + BigInt(at + i), flags)
    yield* k.set_pte_at(mm, addr, ptep, tracked(world.makesBlocks && to !== 'single' ? page | CONT : page))
  }
}

const { VALID, AF, WRITE, RDONLY, CONT } = ARM64_PTE_BITS

/** The MMU: accessed in any valid entry, dirty where it has leave to write, by taking RDONLY away. */
function* hardware(k: Kernel, ptep: EntryPointer, sets: 'young' | 'dirty'): Proc<void> {
  yield* k.exchangeEntry(sets === 'dirty' ? 'MMU sets dirty' : 'MMU sets accessed', ptep, (bits) => {
    if ((bits & VALID) === 0n) return null
    if (sets === 'young') return bits | AF
    return (bits & WRITE) === 0n ? null : (bits | AF) & ~RDONLY
  })
}

function swapEntry({ profile }: ContpteWorld, page: number): Word {
  return tracked(profile.format.swap({ kind: 'swap', offset: 0x40n + BigInt(page) }))
}

/** A TLB flush by mm/, told apart from those that the functions on ptes make. */
export const CALLER_FLUSH = 'caller flushes'

function callerFlush(k: Kernel, what: string): Proc<void> {
  return k.observe(CALLER_FLUSH, what, { role: 'flush' })
}

function tell(k: Kernel, name: string, pte: Word): Proc<void> {
  return k.observe(name, pte.bits.toString(16), { role: 'callback' })
}

function tellYoung(k: Kernel, young: unknown): Proc<void> {
  const isYoung = young === true || (typeof young === 'number' && young !== 0)
  return k.observe('result', isYoung ? 'young' : 'old', { role: 'callback' })
}

/** `zap 3-6 batch`, for ids and titles. */
export function stepName(step: ContpteStep): string {
  const last = step.at + step.pages - 1
  const range = step.pages === 1 ? `${step.at}` : `${step.at}-${last}`
  const how = 'how' in step && step.how !== 'each' ? `.${step.how}` : ''
  switch (step.do) {
    case 'map':
      return `map.${range}${how}${step.folio === undefined ? '' : '.other-folio'}${step.old === undefined ? '' : '.old'}${step.readOnly === undefined ? '' : '.read-only'}${
        step.page === undefined ? '' : `.from-page-${step.page}`
      }`
    case 'repaint':
      return `repaint.${range}.${step.to}`
    case 'protect':
      return `protect.${range}.${step.to}`
    case 'move':
      return `move.${range}.to-${step.to}${how}`
    case 'fault':
      return `fault.${range}.${step.write ? 'write' : 'read'}`
    case 'hardware':
      return `hardware.${range}.${step.sets}`
    default:
      return `${step.do}.${range}${how}`
  }
}
