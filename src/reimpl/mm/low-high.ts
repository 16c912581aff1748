/**
 * The read of a two-word pte without a lock that gup_get_pte and ptep_get_lockless share: one text under two
 * names. The loads are plain, as in the C of 2020.
 */
import { equal, map2, not, type Proc, type Word } from '../../machine/index.js'
import type { EntryPointer, Kernel } from '../../mm/index.js'

/** Lines of the C text at which the three loads stand, and the barriers between them. */
export interface LowHighLines {
  readonly low: number
  readonly lowHigh: number
  readonly high: number
  readonly highAgain: number
  readonly again: number
}

export function* readLowHigh(k: Kernel, ptep: EntryPointer, lines: LowHighLines): Proc<Word> {
  const cells = yield* k.slot(ptep)
  if ('bits' in cells) return cells
  const [lowCell, highCell] = cells
  if (lowCell === undefined) return { bits: 0n, from: [] }
  // The text is only compiled where an entry has two words.
  if (highCell === undefined) return yield* k.ptep_get(ptep)
  for (;;) {
    yield* k.retry('do', 0)
    const low = yield* k.at(lines.low).load(lowCell, 'plain', ptep.from)
    yield* k.at(lines.lowHigh).smp_rmb()
    const high = yield* k.at(lines.high).load(highCell, 'plain', ptep.from)
    yield* k.at(lines.highAgain).smp_rmb()
    const again = yield* k.at(lines.again).load(lowCell, 'plain', ptep.from)
    if (yield* k.branch(not(equal(low, again)), 'rest')) continue
    return map2(low, high, (l, h) => l | (h << 32n))
  }
}
