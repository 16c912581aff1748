/** The two threads of a lockless pte read: the caller of the getter under test, and the CPU that changes the entry. */
import { type Callable, type Proc, tracked, type Word } from '../machine/index.js'
import type { Kernel } from '../mm/index.js'
import {
  type PteReadSpec,
  type PteReadWorld,
  type StoreKind,
  type Version,
  versionOf,
} from './pte-read-world.js'

/** The caller: reads the entry through the getter, perhaps with interrupts off, and does with it what it does. */
export function reader(read: PteReadWorld, spec: PteReadSpec, getter: Callable): Callable {
  return {
    name: `${spec.caller} reader`,
    path: null,
    role: 'callback',
    body: function* (k: Kernel) {
      if (spec.interrupts === 'off') yield* k.local_irq_save()
      const value = (yield { op: 'call', target: getter, args: [read.pte] }) as Word
      const version = versionOf(read, spec.versions, value.bits)
      yield* k.observe('value read', version, { role: 'callback', object: read.pte.name })
      if (spec.caller === 'gup-like') yield* useAtOnce(k, value, version)
      if (spec.interrupts === 'off') yield* k.local_irq_restore()
      if (spec.caller === 'fault-like') yield* useIfSame(k, read, value, version)
      if (spec.flush === 'late') yield* k.store(read.finished, tracked(1n), 'release')
      return version
    },
  }
}

/** As gup and perf do: a present value names a page, which is used. */
function* useAtOnce(k: Kernel, value: Word, version: string): Proc<void> {
  if (!(yield* k.branch(k.pte_present(value), 'rest'))) return
  yield* use(k, value, version)
}

/** As a page fault does: the value counts only if the entry still holds it under its lock. */
function* useIfSame(k: Kernel, read: PteReadWorld, value: Word, version: string): Proc<void> {
  const { table } = read.pte
  if ('kind' in table) return
  yield* k.spin_lock(table.lock)
  const now = yield* k.ptep_get(read.pte)
  const same = yield* k.branch(k.pte_same(value, now), 'rest')
  if (!same) yield* k.observe('retried', '', { role: 'callback' })
  else if (yield* k.branch(k.pte_present(value), 'rest')) yield* use(k, value, version)
  yield* k.spin_unlock(table.lock)
}

function* use(k: Kernel, value: Word, version: string): Proc<void> {
  yield* k.observe('page used', version, { role: 'callback', uses: value.from })
}

/** The other CPU: takes the entry from version to version, each change under the page-table lock. */
export function writer(read: PteReadWorld, spec: PteReadSpec): Callable {
  return {
    name: writerLabel(spec),
    path: null,
    role: 'actor',
    body: function* (k: Kernel) {
      const { table } = read.pte
      if ('kind' in table) return
      for (const [i, version] of spec.versions.entries()) {
        if (i === 0) continue
        if (spec.surroundings === 'bare') {
          yield* change(k, read, spec.stores, version)
          continue
        }
        if (i > 1) yield* flushBetween(k, read, spec)
        yield* k.spin_lock(table.lock)
        yield* change(k, read, spec.stores, version)
        yield* k.spin_unlock(table.lock)
      }
      if (spec.versions.length > 2 && spec.flush === 'deferred' && spec.surroundings !== 'bare') {
        yield* flush(k, read)
      }
    },
  }
}

/** `A -> none -> B, atomic stores`. */
export function writerLabel(spec: Pick<PteReadSpec, 'versions' | 'stores'>): string {
  const stores = STORES[spec.stores]
  return `${spec.versions.join(' -> ')}${stores === '' ? '' : `, ${stores}`}`
}

const STORES: Readonly<Record<StoreKind, string>> = {
  split: '',
  exchange: 'cleared by one exchange',
  'exchange-low': 'cleared by an exchange of the low word, then a store of the high one',
  atomic: 'atomic stores',
  'without-wmb': 'without wmb stores',
  'exchange-low-without-wmb': 'cleared by an exchange of the low word, without wmb stores',
  'wrong-order': 'wrong order stores',
}

function* flushBetween(k: Kernel, read: PteReadWorld, spec: PteReadSpec): Proc<void> {
  switch (spec.flush) {
    case 'ipi':
      yield* k.gracePeriod('irq')
      yield* flush(k, read)
      return
    case 'broadcast':
      yield* flush(k, read)
      return
    case 'late':
      yield* flush(k, read)
      yield* k.await(read.finished, (done) => done !== 0n, 'the reader to finish')
      return
    case 'deferred':
      return
  }
}

function flush(k: Kernel, read: PteReadWorld): Proc<void> {
  return k.flush_tlb_page(read.world.vma, read.world.start)
}

/** Takes the entry to its next version. */
export function* change(k: Kernel, read: PteReadWorld, stores: StoreKind, version: Version): Proc<void> {
  const { mm, start } = read.world
  const { pte } = read
  switch (stores) {
    case 'split':
      if (version === 'none') yield* k.pte_clear(mm, start, pte)
      else yield* k.set_pte_at(mm, start, pte, tracked(read.bits[version]))
      return
    case 'exchange':
      if (version === 'none') yield* k.ptep_get_and_clear(mm, start, pte)
      else yield* k.set_pte_at(mm, start, pte, tracked(read.bits[version]))
      return
    case 'exchange-low':
      if (version === 'none') yield* k.pmdp_huge_get_and_clear(mm, start, pte)
      else yield* k.set_pte_at(mm, start, pte, tracked(read.bits[version]))
      return
    case 'atomic':
      if (version === 'none') yield* k.ptep_get_and_clear(mm, start, pte)
      else yield* k.storeEntry(pte, tracked(read.bits[version]), 'once')
      return
    case 'exchange-low-without-wmb':
      if (version === 'none') yield* k.pmdp_huge_get_and_clear(mm, start, pte)
      else yield* storeWords(k, read, version, ['high', 'low'])
      return
    case 'without-wmb':
      yield* storeWords(k, read, version, version === 'none' ? ['low', 'high'] : ['high', 'low'])
      return
    case 'wrong-order':
      yield* storeWords(k, read, version, version === 'none' ? ['high', 'low'] : ['low', 'high'])
      return
  }
}

/** Stores the words of an entry without a barrier between them. */
function* storeWords(
  k: Kernel,
  read: PteReadWorld,
  version: Version,
  order: readonly ('low' | 'high')[],
): Proc<void> {
  const cells = yield* k.slot(read.pte)
  if ('bits' in cells) return
  const bits = read.bits[version]
  for (const word of order) {
    const cell = cells[word === 'low' ? 0 : 1]
    const value = word === 'low' ? bits & 0xffffffffn : bits >> 32n
    if (cell !== undefined) yield* k.store(cell, tracked(value), k.era.entryStore)
  }
}
