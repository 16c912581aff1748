/** Huge pmds: splitting them, taking them away, and the page table deposited for them. */
import { map, type Proc, tracked, type Word } from '../../machine/index.js'
import { pmdState } from '../entry.js'
import type { EntryFormat } from '../entry-format.js'
import type { Kernel } from '../kernel.js'
import { EntryPointer, type Vma } from '../table.js'
import { depositCell, isHugeOrSwap } from './lookup.js'
import { definePrimitive } from './primitive.js'
import { setWhole, takePmd } from './store.js'

export const split_huge_pmd = definePrimitive(
  'split_huge_pmd',
  {
    contract:
      'looks without the lock whether the pmd is swap, huge or devmap; if so splits it under the pmd lock, after looking again: 512 ptes for anonymous memory, cleared for file and DAX, migration ptes for a migration entry',
    locks: 'mmap_lock or rmap lock; takes the pmd lock',
    simplifications: ['mmu-notifiers', 'file-split-zaps'],
  },
  function* (k, vma, pmd, _addr) {
    if (!(yield* isHugeOrSwap(k, pmd))) return
    yield* k.might_sleep('split_huge_pmd')
    const ptl = yield* k.pmd_lock(k.mm, pmd)
    const value = yield* k.deref(pmd)
    const state = pmdState(k.mm.profile.format, value.bits)
    const splits = map(value, () => state === 'huge' || state === 'devmap' || state === 'migration')
    if (yield* k.branch(splits, 'body')) {
      yield* k.observe('split_huge_pmd', pmd.name, { object: pmd.name })
      yield* splitLocked(k, vma, pmd, value)
    }
    k.join()
    yield* k.spin_unlock(ptl)
  },
)

function* splitLocked(k: Kernel, vma: Vma, pmd: EntryPointer, value: Word): Proc<void> {
  const { format } = k.mm.profile
  const migration = pmdState(format, value.bits) === 'migration'
  if (vma.kind !== 'anonymous') {
    if (migration && !k.era.splitsFileMigration) {
      yield* k.oops(
        'split of a file migration pmd',
        'pmd',
        `${pmd.name} is a migration entry of a file VMA: the split takes its offset for a present page (until 5.13)`,
      )
    }
    yield* k.pmdp_huge_get_and_clear(k.mm, 0n, pmd)
    yield* k.flush_tlb_range(vma, 0n, 0n)
    return
  }
  const pfn = yield* k.pgtable_trans_huge_withdraw(k.mm, pmd)
  const table = k.mm.tableAt(pfn)
  if (table === undefined) {
    yield* k.oops('deposited table lost', 'pmd', `${pmd.name} has no deposited page table to split into`)
    return
  }
  const old = migration ? value : yield* k.pmdp_invalidate(vma, 0n, pmd)
  for (let index = 0; index < table.entries; index++) {
    const bits = migration ? migrationPte(format, old.bits, index) : presentPte(format, old.bits, index)
    yield* k.set_pte_at(k.mm, 0n, new EntryPointer(table, index), { bits, from: old.from })
  }
  yield* k.pmd_populate(k.mm, pmd, pfn)
}

function presentPte(format: EntryFormat, huge: bigint, index: number): bigint {
  const flags = {
    write: format.write(huge),
    young: format.young(huge),
    dirty: format.dirty(huge),
    softDirty: format.softDirty(huge),
  }
  return format.page(format.pfn(huge) + BigInt(index), flags, 'no')
}

function migrationPte(format: EntryFormat, huge: bigint, index: number): bigint {
  const entry = format.toSwap(huge)
  return format.swap({ kind: entry.kind, offset: entry.offset + BigInt(index) })
}

export const split_huge_pud = definePrimitive(
  'split_huge_pud',
  { contract: 'looks at the pud without the lock; huge puds are not modelled, so it does nothing' },
  function* (k, _vma, pud) {
    yield* k.deref(pud)
  },
)

export const pmdp_huge_get_and_clear = definePrimitive(
  'pmdp_huge_get_and_clear',
  {
    contract:
      'exchanges the pmd with none and returns the old value: atomically, but of two words low, then high until 6.1',
    locks: 'pmd lock',
  },
  function* (k, _mm, _addr, pmd) {
    return yield* takePmd(k, 'pmdp_huge_get_and_clear', pmd)
  },
)

export const pmdp_invalidate = definePrimitive(
  'pmdp_invalidate',
  {
    contract:
      'makes the pmd non-present but still huge, flushes, returns the old value with late accessed and dirty bits',
    locks: 'pmd lock',
    simplifications: ['pmd-invalidate-one-step'],
  },
  function* (k, vma, addr, pmd) {
    const { format } = k.mm.profile
    const old = yield* k.exchangeEntry('pmdp_invalidate', pmd, (bits) => format.invalidate(bits))
    yield* k.flush_tlb_range(vma, addr, addr)
    return old
  },
)

export const set_pmd_at = definePrimitive(
  'set_pmd_at',
  {
    contract: 'stores a pmd in one step, which is a 64-bit one where it has two words',
    locks: 'pmd lock',
  },
  function* (k, _mm, _addr, pmd, value) {
    yield* setWhole(k, pmd, value)
  },
)

export const pgtable_trans_huge_deposit = definePrimitive(
  'pgtable_trans_huge_deposit',
  {
    contract: 'keeps a page table for when the huge pmd is split',
    locks: 'pmd lock',
    simplifications: ['deposit-single'],
  },
  function* (k, _mm, pmd, table) {
    yield* k.store(depositCell(k.mm, pmd), tracked(table))
  },
)

export const pgtable_trans_huge_withdraw = definePrimitive(
  'pgtable_trans_huge_withdraw',
  { contract: 'takes the deposited page table', locks: 'pmd lock', simplifications: ['deposit-single'] },
  function* (k, mm, pmd) {
    const cell = depositCell(k.mm, pmd)
    const deposited = yield* k.load(cell)
    yield* k.decidedBy(deposited)
    yield* k.store(cell, tracked(0n))
    // A huge pmd that stands in the layout of a world came with a table of its own.
    return deposited.bits === 0n ? mm.newTable('pte', `deposit of ${pmd.name}`).pfn : deposited.bits
  },
)
