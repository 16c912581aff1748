/** Questions that several primitives ask. */
import { type Cell, equal, map, map2, type Proc, type Word } from '../../machine/index.js'
import type { Kernel } from '../kernel.js'
import type { EntryPointer, Mm, TablePage } from '../table.js'

/** The page-table page an entry value points to; undefined if it points to none. */
export function tableIn(mm: Mm, value: Word): TablePage | undefined {
  return mm.profile.format.isTable(value.bits) ? mm.tableAt(mm.profile.format.pfn(value.bits)) : undefined
}

/**
 * C's `is_swap_pmd(*pmd) || pmd_trans_huge(*pmd) || pmd_devmap(*pmd)`: a load for each test that is reached.
 * What a primitive does after it is inside the `if`.
 */
export function* isHugeOrSwap(k: Kernel, pmd: EntryPointer): Proc<boolean> {
  if (yield* k.branch(k.is_swap_pmd(yield* k.deref(pmd)), 'rest')) return true
  if (yield* k.branch(k.pmd_trans_huge(yield* k.deref(pmd)), 'rest')) return true
  return yield* k.branch(k.pmd_devmap(yield* k.deref(pmd)), 'rest')
}

/**
 * The value of a pmd, looked at without its lock: pmdp_get_lockless(), which was pmd_read_atomic() until 6.1.
 * That one gives the halves of a two-word pmd that was none and no more, or that changed, in any mixture.
 */
export function* lookLockless(k: Kernel, pmd: EntryPointer): Proc<Word> {
  const cells = yield* k.slot(pmd)
  if ('bits' in cells) return cells
  const [lowCell, highCell] = cells
  if (lowCell === undefined || highCell === undefined) {
    return yield* k.loadEntry(pmd, k.era.pmdsLikePtes ? 'once' : 'plain')
  }
  if (!k.era.pmdsLikePtes) {
    const low = yield* k.load(lowCell, 'plain', pmd.from)
    let value = low
    if (
      yield* k.branch(
        map(low, (bits) => bits !== 0n),
        'body',
      )
    ) {
      yield* k.smp_rmb()
      value = wordOf(low, yield* k.load(highCell, 'plain', pmd.from))
    }
    k.join()
    return value
  }
  for (;;) {
    yield* k.retry('pmdp_get_lockless')
    const low = yield* k.load(lowCell, 'plain', pmd.from)
    yield* k.smp_rmb()
    const high = yield* k.load(highCell, 'plain', pmd.from)
    yield* k.smp_rmb()
    const again = yield* k.load(lowCell, 'plain', pmd.from)
    if (yield* k.branch(equal(low, again), 'rest')) return wordOf(low, high)
  }
}

function wordOf(low: Word, high: Word): Word {
  return map2(low, high, (l, h) => l | (h << 32n))
}

/** The cell in which a huge pmd's deposited page table stands; 0 if there is none. */
export function depositCell(mm: Mm, pmd: EntryPointer): Cell {
  return mm.heap.internal(`deposit:${pmd.name}`)
}
