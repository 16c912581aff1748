/** From one level to the next, mapping a page of ptes, and finding its lock. */
import { type Lock, map, type Proc, tracked, type Word } from '../../machine/index.js'
import { indexAt } from '../arch-profile.js'
import { hasSplitPtlocks } from '../config.js'
import { pmdState } from '../entry.js'
import { indexBelow, isBadEntry, isEmptyEntry, isFoldedBelow, type UpperLevel } from '../fold.js'
import type { Kernel } from '../kernel.js'
import type { Ref } from '../signatures.js'
import { EntryPointer, type Mm } from '../table.js'
import { isHugeOrSwap, lookLockless, tableIn } from './lookup.js'
import { definePrimitive } from './primitive.js'
import { clearEntry, setWhole } from './store.js'

export const pgd_offset = definePrimitive(
  'pgd_offset',
  { contract: 'slot of the top table for addr; reads nothing' },
  // biome-ignore lint/correctness/useYield: a primitive without a shared access
  function* (_k, mm, addr) {
    return new EntryPointer(mm.pgd, indexAt(mm.profile, 'pgd', addr))
  },
)

const OFFSET_CONTRACT =
  'slot of the next table for addr: one plain load of the parent; a folded level returns its argument'

export const p4d_offset = definePrimitive('p4d_offset', { contract: OFFSET_CONTRACT }, (k, pgd, addr) =>
  offset(k, 'p4d', pgd, addr),
)

export const pud_offset = definePrimitive('pud_offset', { contract: OFFSET_CONTRACT }, (k, p4d, addr) =>
  offset(k, 'pud', p4d, addr),
)

export const pmd_offset = definePrimitive('pmd_offset', { contract: OFFSET_CONTRACT }, (k, pud, addr) =>
  offset(k, 'pmd', pud, addr),
)

function* offset(
  k: Kernel,
  level: 'p4d' | 'pud' | 'pmd',
  parent: EntryPointer,
  addr: bigint,
): Proc<EntryPointer> {
  const { profile } = k.mm
  const isTyped = profile.format.types !== undefined
  if (!isTyped && profile.levels[level].folded !== 'no') return parent
  const value = yield* k.deref(parent)
  if (isTyped && (yield* k.branch(map(value, (bits) => isFoldedBelow(profile, ABOVE[level], bits))))) {
    return parent
  }
  const table = tableIn(k.mm, value)
  if (table === undefined) return yield* walkOfNonTable(k, parent.name, value)
  return new EntryPointer(table, indexBelow(profile, level, addr), value.from)
}

const ABOVE = { p4d: 'pgd', pud: 'p4d', pmd: 'pud' } as const

const DEREF = {
  contract: 's390: the first slot of the table that the entry points to; reads nothing',
  simplifications: ['s390-byte-order'],
} as const

export const pgd_deref = definePrimitive('pgd_deref', DEREF, (k, pgd) => firstSlot(k, 'pgd', pgd))

export const p4d_deref = definePrimitive('p4d_deref', DEREF, (k, p4d) => firstSlot(k, 'p4d', p4d))

export const pud_deref = definePrimitive('pud_deref', DEREF, (k, pud) => firstSlot(k, 'pud', pud))

function* firstSlot(k: Kernel, name: string, value: Word): Proc<EntryPointer> {
  const table = tableIn(k.mm, value)
  if (table === undefined) return yield* walkOfNonTable(k, `a ${name}`, value)
  return new EntryPointer(table, 0, value.from)
}

function* walkOfNonTable(k: Kernel, name: string, value: Word): Proc<never> {
  const seen = pmdState(k.mm.profile.format, value.bits)
  // It looks like one, but there is no table where it points to.
  const state = seen === 'table' ? 'bad' : seen
  yield* k.decidedBy(value)
  return yield* k.oops('walk of a non-table', state, `${name} is ${state}, and is walked as a page table`)
}

const NONE_OR_CLEAR_BAD =
  'true if the entry is none, or bad, which is then cleared; one load; false where the level below is folded, without a load unless the entry says so'

export const pgd_none_or_clear_bad = definePrimitive(
  'pgd_none_or_clear_bad',
  { contract: NONE_OR_CLEAR_BAD },
  (k, pgd) => noneOrClearBad(k, 'pgd', pgd),
)

export const p4d_none_or_clear_bad = definePrimitive(
  'p4d_none_or_clear_bad',
  { contract: NONE_OR_CLEAR_BAD },
  (k, p4d) => noneOrClearBad(k, 'p4d', p4d),
)

export const pud_none_or_clear_bad = definePrimitive(
  'pud_none_or_clear_bad',
  { contract: NONE_OR_CLEAR_BAD },
  (k, pud) => noneOrClearBad(k, 'pud', pud),
)

export const pmd_none_or_clear_bad = definePrimitive(
  'pmd_none_or_clear_bad',
  { contract: NONE_OR_CLEAR_BAD },
  (k, pmd) => noneOrClearBad(k, 'pmd', pmd),
)

function* noneOrClearBad(k: Kernel, level: UpperLevel, pointer: EntryPointer) {
  const { profile } = k.mm
  const isTyped = profile.format.types !== undefined
  if (level !== 'pmd' && !isTyped && isFoldedBelow(profile, level, 0n)) return { bits: false, from: [] }
  const value = yield* k.deref(pointer)
  if (level !== 'pmd' && isTyped) {
    const folded = map(value, (bits) => isFoldedBelow(profile, level, bits))
    if (yield* k.branch(folded, 'rest')) return { bits: false, from: value.from }
  }
  const none = k.pmd_none(value)
  if (yield* k.branch(none, 'rest')) return none
  const bad = map(value, (bits) => isBadEntry(profile, level, bits))
  if (yield* k.branch(bad, 'rest')) yield* clearBad(k, pointer, value)
  return bad
}

export const pmd_clear_bad = definePrimitive(
  'pmd_clear_bad',
  { contract: 'reports a bad pmd and clears it' },
  function* (k, pmd) {
    yield* clearBad(k, pmd, yield* k.deref(pmd))
  },
)

/** Clears an entry taken for bad; if it is a live leaf, that is a hazard of its own. */
function* clearBad(k: Kernel, pointer: EntryPointer, seen: Word): Proc<void> {
  const state = pmdState(k.mm.profile.format, seen.bits)
  if (state === 'huge' || state === 'devmap') {
    yield* k.hazard('live leaf cleared as bad', state, `${pointer.name} is ${state} and is cleared as bad`)
  }
  yield* clearEntry(k, pointer)
  yield* k.observe('pmd_clear_bad', pointer.name, { object: pointer.name })
}

export const pmd_trans_unstable = definePrimitive(
  'pmd_trans_unstable',
  {
    contract:
      'until 6.4: true if one look at the pmd finds it none, huge, not present, or bad (which is cleared): not a table to walk',
  },
  function* (k, pmd) {
    const value = yield* lookLockless(k, pmd)
    // The macro has a compiler barrier after its read: no load before it is merged with one behind.
    yield* k.fence('barrier')
    const { format } = k.mm.profile
    const unstable = {
      bits:
        isEmptyEntry(format, value.bits) ||
        !format.present(value.bits) ||
        (format.leaf(value.bits) && !format.devmap(value.bits)),
      from: value.from,
    }
    if (yield* k.branch(unstable, 'rest')) return unstable
    const bad = k.pmd_bad(value)
    if (yield* k.branch(bad, 'rest')) yield* clearBad(k, pmd, value)
    return bad
  },
)

export const pte_lockptr = definePrimitive(
  'pte_lockptr',
  {
    contract:
      'the lock of the page table that *pmd points to, by one plain load; meaningless if it points to none',
  },
  function* (k, mm, pmd) {
    const value = yield* k.deref(pmd)
    yield* k.decidedBy(value)
    return lockFor(mm, value)
  },
)

/** The lock that C would compute from an entry value; an entry that is no table gives a lock nobody else uses. */
function lockFor(mm: Mm, value: Word): Lock {
  if (!hasSplitPtlocks(mm.config)) return mm.pageTableLock
  const table = tableIn(mm, value)
  if (table !== undefined) return table.lock
  return mm.heap.lock(`ptl of ${pmdState(mm.profile.format, value.bits)} pmd`, 'ptl of a non-table')
}

export const pmd_lockptr = definePrimitive(
  'pmd_lockptr',
  { contract: 'the lock of the table page that the pmd slot lies in; reads nothing' },
  // biome-ignore lint/correctness/useYield: a primitive without a shared access
  function* (_k, mm, pmd) {
    return 'kind' in pmd.table ? mm.pageTableLock : pmd.table.lock
  },
)

export const pmd_lock = definePrimitive(
  'pmd_lock',
  { contract: 'takes pmd_lockptr() and returns it' },
  function* (k, mm, pmd) {
    const ptl = yield* k.pmd_lockptr(mm, pmd)
    yield* k.spin_lock(ptl)
    return ptl
  },
)

export const pmd_trans_huge_lock = definePrimitive(
  'pmd_trans_huge_lock',
  {
    contract:
      'looks without the lock whether the pmd is swap, huge or devmap; if so takes the pmd lock and looks again; the held lock, or NULL with none held',
    locks: 'mmap_lock or rmap lock',
  },
  function* (k, pmd) {
    if (!(yield* isHugeOrSwap(k, pmd))) return null
    const ptl = yield* k.pmd_lock(k.mm, pmd)
    if (yield* isHugeOrSwap(k, pmd)) return ptl
    yield* k.spin_unlock(ptl)
    return null
  },
)

export const pte_offset_map = definePrimitive(
  'pte_offset_map',
  {
    contract:
      'slot for addr in the page of ptes that *pmd points to. Until 6.4 never NULL and not checked; since 6.5 takes RCU, NULL if one snapshot of the pmd is none, a leaf or not present, bad ones are cleared',
  },
  function* (k, pmd, addr) {
    if (k.era.mapMayFail) return (yield* mapChecked(k, pmd, addr)).pte
    const value = yield* k.deref(pmd)
    return yield* mapUnchecked(k, pmd, value, addr)
  },
)

function* mapUnchecked(k: Kernel, pmd: EntryPointer, value: Word, addr: bigint): Proc<EntryPointer> {
  const table = tableIn(k.mm, value)
  if (table === undefined) return yield* walkOfNonTable(k, pmd.name, value)
  yield* k.observe('pte_map', table.name)
  return new EntryPointer(table, indexAt(k.mm.profile, 'pte', addr), value.from)
}

/** __pte_offset_map() of 6.5: the pte, or null, and the pmd value it was decided on. */
function* mapChecked(
  k: Kernel,
  pmd: EntryPointer,
  addr: bigint,
): Proc<{ readonly pte: EntryPointer | null; readonly pmdval: Word }> {
  yield* k.rcu_read_lock()
  const pmdval = yield* k.pmdp_get_lockless(pmd)
  const { format } = k.mm.profile
  const unmappable = {
    bits: isEmptyEntry(format, pmdval.bits) || !format.present(pmdval.bits) || format.leaf(pmdval.bits),
    from: pmdval.from,
  }
  if (!(yield* k.branch(unmappable, 'rest'))) {
    if (!(yield* k.branch(k.pmd_bad(pmdval), 'rest'))) {
      return { pte: yield* mapUnchecked(k, pmd, pmdval, addr), pmdval }
    }
    yield* clearBad(k, pmd, pmdval)
  }
  yield* k.rcu_read_unlock()
  return { pte: null, pmdval }
}

export const pte_offset_map_lock = definePrimitive(
  'pte_offset_map_lock',
  {
    contract:
      'maps and locks the page of ptes. Until 6.4: lock from one plain load of *pmd, map from another, then the lock is taken; since 6.5: maps one snapshot, locks, and starts over if *pmd has changed; NULL if it is no table',
    locks: 'mmap_lock or rmap lock',
  },
  function* (k, mm, pmd, addr, ptl) {
    if (k.era.mapMayFail) return yield* mapLockChecked(k, mm, pmd, addr, ptl)
    const lock = yield* k.pte_lockptr(mm, pmd)
    const value = yield* k.deref(pmd)
    const pte = yield* mapUnchecked(k, pmd, value, addr)
    ptl.value = lock
    yield* k.spin_lock(lock)
    if (!('kind' in pte.table) && pte.table.lock !== lock) {
      yield* k.hazard(
        'right table under the wrong lock',
        lock.kind,
        `${pte.table.name} is walked under ${lock.name}`,
      )
    }
    return pte
  },
)

function* mapLockChecked(
  k: Kernel,
  mm: Mm,
  pmd: EntryPointer,
  addr: bigint,
  ptl: Ref<Lock>,
): Proc<EntryPointer | null> {
  for (;;) {
    yield* k.retry('pte_offset_map_lock', addr)
    const { pte, pmdval } = yield* mapChecked(k, pmd, addr)
    if (pte === null) return null
    const lock = lockFor(mm, pmdval)
    yield* k.spin_lock(lock)
    const now = yield* k.pmdp_get_lockless(pmd)
    if (yield* k.branch(k.pmd_same(pmdval, now), 'rest')) {
      ptl.value = lock
      return pte
    }
    yield* k.spin_unlock(lock)
    yield* k.pte_unmap(pte)
  }
}

export const pte_offset_map_nolock = definePrimitive(
  'pte_offset_map_nolock',
  {
    contract:
      'since 6.5: maps as pte_offset_map() does, and gives the lock of the page as of that one look at the pmd, which is not taken',
  },
  function* (k, mm, pmd, addr, ptl) {
    const { pte, pmdval } = yield* mapChecked(k, pmd, addr)
    if (pte !== null) ptl.value = lockFor(mm, pmdval)
    return pte
  },
)

export const pte_unmap = definePrimitive(
  'pte_unmap',
  {
    contract: 'undoes pte_offset_map; the pointer must lie in the page that was mapped; leaves RCU since 6.5',
  },
  function* (k, pte) {
    if (!pte.inside) {
      yield* k.hazard('pte pointer outside its page', 'unmap', `pte_unmap of ${pte.name}, outside the page`)
    }
    yield* k.observe('pte_unmap', pte.table.name)
    if (k.era.mapMayFail) yield* k.rcu_read_unlock()
  },
)

export const pte_unmap_unlock = definePrimitive(
  'pte_unmap_unlock',
  { contract: 'unlocks, then unmaps', locks: 'ptl' },
  function* (k, pte, ptl) {
    yield* k.spin_unlock(ptl)
    yield* k.pte_unmap(pte)
  },
)

export const pmd_populate = definePrimitive(
  'pmd_populate',
  { contract: 'points the pmd at a page table, after a write barrier', locks: 'pmd lock' },
  function* (k, mm, pmd, table) {
    yield* k.smp_wmb()
    yield* setWhole(k, pmd, tracked(mm.profile.format.table(table)))
    yield* k.observe('pmd_populate', pmd.name, { object: pmd.name })
  },
)
