/** The two threads of a lockless pte read: the caller of the getter under test, and the CPU that changes the entry. */
import { type Callable, type Proc, tracked, type Word } from '../machine/index.js'
import type { Kernel } from '../mm/index.js'
import { type PteReadSpec, type PteReadWorld, type Version, versionOf } from './pte-read-world.js'

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
      if (spec.flush === 'late') yield* k.store(read.finished, tracked(1n))
      return version
    },
  }
}

/** As gup and perf do: a present value names a page, which is used. */
function* useAtOnce(k: Kernel, value: Word, version: string): Proc<void> {
  if (!(yield* k.branch(k.pte_present(value)))) return
  yield* use(k, value, version)
}

/** As a page fault does: the value counts only if the entry still holds it under its lock. */
function* useIfSame(k: Kernel, read: PteReadWorld, value: Word, version: string): Proc<void> {
  const { table } = read.pte
  if ('kind' in table) return
  yield* k.spin_lock(table.lock)
  const now = yield* k.ptep_get(read.pte)
  const same = yield* k.branch(k.pte_same(value, now))
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
        if (i > 1) yield* flushBetween(k, read, spec)
        yield* k.spin_lock(table.lock)
        yield* change(k, read, spec, version)
        yield* k.spin_unlock(table.lock)
      }
      if (spec.versions.length > 2 && spec.flush === 'deferred') yield* flush(k, read)
    },
  }
}

/** `A -> none -> B, atomic stores`. */
export function writerLabel(spec: PteReadSpec): string {
  const stores = spec.stores === 'split' ? '' : `, ${spec.stores.replace('-', ' ')} stores`
  return `${spec.versions.join(' -> ')}${stores}`
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

function* change(k: Kernel, read: PteReadWorld, spec: PteReadSpec, version: Version): Proc<void> {
  const bits = read.bits[version]
  const { mm, start } = read.world
  if (spec.stores === 'atomic') {
    if (version === 'none') yield* k.ptep_get_and_clear(mm, start, read.pte)
    else yield* k.storeEntry(read.pte, tracked(bits), 'once')
    return
  }
  if (spec.stores === 'split') {
    if (version === 'none') yield* k.pte_clear(mm, start, read.pte)
    else yield* k.set_pte_at(mm, start, read.pte, tracked(bits))
    return
  }
  yield* storeBadly(k, read, spec.stores, version)
}

/** Two stores without a barrier between them, or in the order that its absence permits. */
function* storeBadly(
  k: Kernel,
  read: PteReadWorld,
  stores: 'without-wmb' | 'wrong-order',
  version: Version,
): Proc<void> {
  const cells = yield* k.slot(read.pte)
  if ('bits' in cells) return
  const bits = read.bits[version]
  const words = cells.map((cell, i) => ({ cell, value: tracked(i === 0 ? bits & 0xffffffffn : bits >> 32n) }))
  // Clearing goes low first, setting high first.
  const lowFirst = (version === 'none') === (stores === 'without-wmb')
  for (const { cell, value } of lowFirst ? words : words.reverse()) yield* k.store(cell, value)
}
