/** Wrong versions of the two-word lockless getter, and one with an assertion that the merged one left out. */
import type { Cell, Proc, Word } from '../../../src/machine/index.js'
import type { EntryPointer, Kernel } from '../../../src/mm/index.js'
import { defineReimplementation, type Reimplementation } from '../../../src/reimpl/index.js'

/** A getter under either of its names. */
export function getter(
  version: string,
  body: (k: Kernel, low: Cell, high: Cell) => Proc<Word>,
  name: 'gup_get_pte' | 'ptep_get_lockless' = 'gup_get_pte',
): Reimplementation {
  return defineReimplementation(
    { path: 'mm/gup.c', name, version, release: '5.4', config: { CONFIG_GUP_GET_PTE_LOW_HIGH: true } },
    function* (k: Kernel, ptep: EntryPointer) {
      const cells = yield* k.slot(ptep)
      const [low, high] = Array.isArray(cells) ? cells : []
      if (low === undefined || high === undefined) return yield* k.ptep_get(ptep)
      return yield* body(k, low, high)
    },
  )
}

export function entry(low: Word, high: Word): Word {
  return { bits: low.bits | (high.bits << 32n), from: [...low.from, ...high.from] }
}

export const noRetry = getter('no-retry', function* (k, low, high) {
  const first = yield* k.load(low)
  yield* k.smp_rmb()
  return entry(first, yield* k.load(high))
})

export const highFirst = getter('high-first', function* (k, low, high) {
  for (;;) {
    yield* k.retry('do', 0)
    const top = yield* k.load(high)
    const first = yield* k.load(low)
    yield* k.smp_rmb()
    const again = yield* k.load(low)
    if (first.bits === again.bits) return entry(first, top)
  }
})

export const secondLowEarly = getter('second-low-early', function* (k, low, high) {
  for (;;) {
    yield* k.retry('do', 0)
    const first = yield* k.load(low)
    yield* k.smp_rmb()
    const again = yield* k.load(low)
    const top = yield* k.load(high)
    if (first.bits === again.bits) return entry(first, top)
  }
})

export const highCheckedInstead = getter('high-checked', function* (k, low, high) {
  for (;;) {
    yield* k.retry('do', 0)
    const top = yield* k.load(high)
    yield* k.smp_rmb()
    const first = yield* k.load(low)
    yield* k.smp_rmb()
    const again = yield* k.load(high)
    if (top.bits === again.bits) return entry(first, top)
  }
})

export const stopsAfterOneRetry = getter('one-retry', function* (k, low, high) {
  for (let turn = 0; ; turn++) {
    const first = yield* k.load(low)
    yield* k.smp_rmb()
    const top = yield* k.load(high)
    yield* k.smp_rmb()
    const again = yield* k.load(low)
    if (first.bits === again.bits || turn === 1) return entry(again, top)
  }
})

export const returnsLaterLow = getter('later-low', function* (k, low, high) {
  const first = yield* k.load(low)
  yield* k.smp_rmb()
  const top = yield* k.load(high)
  yield* k.smp_rmb()
  const again = yield* k.load(low)
  return first.bits === again.bits ? entry(first, top) : entry(again, top)
})

/** The form of the RFC, which asks for interrupts to be off. */
export const withAssertion = getter('with-assertion', function* (k, low, high) {
  yield* k.lockdep_assert_irqs_disabled()
  for (;;) {
    yield* k.retry('do', 0)
    const first = yield* k.load(low)
    yield* k.smp_rmb()
    const top = yield* k.load(high)
    yield* k.smp_rmb()
    const again = yield* k.load(low)
    if (first.bits === again.bits) return entry(first, top)
  }
})
