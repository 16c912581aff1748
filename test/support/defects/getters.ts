/** Wrong versions of the two-word lockless getter, and one with an assertion that the merged one left out. */
import type { Cell, Proc, Word } from '../../../src/machine/index.js'
import type { EntryPointer, Kernel } from '../../../src/mm/index.js'
import { defineReimplementation, type Reimplementation } from '../../../src/reimpl/index.js'

/** A body of the getter, with the name of what it does. */
export interface GetterBody {
  readonly what: string
  readonly read: (k: Kernel, low: Cell, high: Cell) => Proc<Word>
}

/** A getter under either of its names. */
export function getter(
  { what, read }: GetterBody,
  name: 'gup_get_pte' | 'ptep_get_lockless' = 'gup_get_pte',
): Reimplementation {
  return defineReimplementation(
    { path: 'mm/gup.c', name, version: what, release: '5.4', config: { CONFIG_GUP_GET_PTE_LOW_HIGH: true } },
    function* (k: Kernel, ptep: EntryPointer) {
      const cells = yield* k.slot(ptep)
      const [low, high] = Array.isArray(cells) ? cells : []
      if (low === undefined || high === undefined) return yield* k.ptep_get(ptep)
      return yield* read(k, low, high)
    },
  )
}

function entry(low: Word, high: Word): Word {
  return { bits: low.bits | (high.bits << 32n), from: [...low.from, ...high.from] }
}

/** Does these things in this order until all loads of one word agree. */
function* inOrder(k: Kernel, low: Cell, high: Cell, order: readonly ('low' | 'high' | 'rmb')[]): Proc<Word> {
  for (;;) {
    yield* k.retry('do', 0)
    const lows: Word[] = []
    const highs: Word[] = []
    for (const step of order) {
      if (step === 'low') lows.push(yield* k.load(low))
      else if (step === 'high') highs.push(yield* k.load(high))
      else yield* k.smp_rmb()
    }
    const [first, top] = [lows[0], highs[0]]
    if (first === undefined || top === undefined) throw new Error('both words must be loaded')
    const same = [lows, highs].every((loads) => loads.every(({ bits }) => bits === loads[0]?.bits))
    const from = [...lows, ...highs].flatMap((word) => word.from)
    if (yield* k.branch({ bits: same, from }, 'rest')) return entry(first, top)
  }
}

export const lowHigh: GetterBody = {
  what: 'right',
  read: (k, low, high) => inOrder(k, low, high, ['low', 'rmb', 'high', 'rmb', 'low']),
}

export const noFirstRmb: GetterBody = {
  what: 'the first barrier is removed',
  read: (k, low, high) => inOrder(k, low, high, ['low', 'high', 'rmb', 'low']),
}

export const noSecondRmb: GetterBody = {
  what: 'the second barrier is removed',
  read: (k, low, high) => inOrder(k, low, high, ['low', 'rmb', 'high', 'low']),
}

export const noRmb: GetterBody = {
  what: 'both barriers are removed',
  read: (k, low, high) => inOrder(k, low, high, ['low', 'high', 'low']),
}

export const noRetry: GetterBody = {
  what: 'the second look is removed',
  read: (k, low, high) => inOrder(k, low, high, ['low', 'rmb', 'high']),
}

export const highFirst: GetterBody = {
  what: 'the high word is loaded first',
  read: (k, low, high) => inOrder(k, low, high, ['high', 'rmb', 'low', 'rmb', 'low']),
}

export const secondLowEarly: GetterBody = {
  what: 'the second look comes before the high word',
  read: (k, low, high) => inOrder(k, low, high, ['low', 'rmb', 'low', 'rmb', 'high']),
}

export const highCheckedInstead: GetterBody = {
  what: 'the high word is looked at twice instead',
  read: (k, low, high) => inOrder(k, low, high, ['high', 'rmb', 'low', 'rmb', 'high']),
}

export const stopsAfterOneRetry: GetterBody = {
  what: 'it tries again once only',
  read: function* (k, low, high) {
    for (let turn = 0; ; turn++) {
      const first = yield* k.load(low)
      yield* k.smp_rmb()
      const top = yield* k.load(high)
      yield* k.smp_rmb()
      const again = yield* k.load(low)
      const same = { bits: first.bits === again.bits, from: [...first.from, ...again.from] }
      if ((yield* k.branch(same, 'rest')) || turn === 1) return entry(again, top)
    }
  },
}

export const returnsLaterLow: GetterBody = {
  what: 'a changed low word is returned with the old high one',
  read: function* (k, low, high) {
    yield* k.load(low)
    yield* k.smp_rmb()
    const top = yield* k.load(high)
    yield* k.smp_rmb()
    return entry(yield* k.load(low), top)
  },
}

export const entryLoadedTwice: GetterBody = {
  what: 'the entry that is returned is loaded again',
  read: function* (k, low, high) {
    yield* inOrder(k, low, high, ['low', 'rmb', 'high', 'rmb', 'low'])
    return entry(yield* k.load(low), yield* k.load(high))
  },
}

/** The form of the RFC, which asks for interrupts to be off. */
export const withAssertion: GetterBody = {
  what: 'with an assertion',
  read: function* (k, low, high) {
    yield* k.lockdep_assert_irqs_disabled()
    return yield* inOrder(k, low, high, ['low', 'rmb', 'high', 'rmb', 'low'])
  },
}
