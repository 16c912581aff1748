/** Storing entries as C does: how many steps, in which order, and how each is marked. */
import { map, map2, type Proc, tracked, type Word } from '../../machine/index.js'
import type { Kernel } from '../kernel.js'
import type { EntryPointer } from '../table.js'

/** native_set_pte(): one store, or high word, write barrier, low word. */
export function* setEntry(k: Kernel, pointer: EntryPointer, value: Word): Proc<void> {
  const cells = yield* k.slot(pointer)
  if ('bits' in cells) return
  const [low, high] = cells
  if (low === undefined) return
  if (high === undefined) {
    yield* k.store(low, value, k.era.entryStore, pointer.from)
    return
  }
  const highWord = map(value, (bits) => bits >> 32n)
  yield* k.store(high, highWord, k.era.entryStore, pointer.from)
  yield* k.smp_wmb()
  const lowWord = map(value, (bits) => bits & 0xffffffffn)
  yield* k.store(low, lowWord, k.era.entryStore, pointer.from)
}

/** native_pte_clear() and native_pmd_clear(): one store, or low word, write barrier, high word. */
export function* clearEntry(k: Kernel, pointer: EntryPointer): Proc<void> {
  const cells = yield* k.slot(pointer)
  if ('bits' in cells) return
  for (const [i, cell] of cells.entries()) {
    if (i > 0) yield* k.smp_wmb()
    yield* k.store(cell, tracked(i === 0 ? pointer.empty : 0n), k.era.entryStore, pointer.from)
  }
}

/** native_set_pmd(): one store, of two words a 64-bit one. */
export function setWhole(k: Kernel, pointer: EntryPointer, value: Word): Proc<void> {
  return k.storeEntry(pointer, value, k.mm.profile.wordsPerEntry === 2 ? 'once' : k.era.entryStore)
}

/**
 * native_pmdp_get_and_clear(): one exchange. Until 6.1 two words are taken one after the other: an exchange of
 * the low one, which orders what follows, then a load and a store of the high one.
 */
export function* takePmd(k: Kernel, name: string, pmd: EntryPointer): Proc<Word> {
  const cells = yield* k.slot(pmd)
  if ('bits' in cells) return cells
  const [lowCell, highCell] = cells
  if (lowCell === undefined || highCell === undefined || k.era.pmdsLikePtes) {
    return yield* k.exchangeEntry(name, pmd, () => pmd.empty)
  }
  const low = yield* k.exchange(name, lowCell, tracked(0n), pmd.from)
  const high = yield* k.load(highCell, 'plain', pmd.from)
  yield* k.store(highCell, tracked(0n), k.era.entryStore, pmd.from)
  return map2(low, high, (l, h) => l | (h << 32n))
}
