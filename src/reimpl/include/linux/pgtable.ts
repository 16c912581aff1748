/** ptep_get_lockless() of include/linux/pgtable.h, v5.11, in both configurations. */
import { defineReimplementation } from '../../define.js'
import { PTEP_GET_LOCKLESS } from '../../mm/gup.identities.js'
import { readLowHigh } from '../../mm/low-high.js'

const TEXT = { path: 'include/linux/pgtable.h', name: 'ptep_get_lockless', release: '5.4' } as const

/** Reads low, high, low again, and starts over if the low word changed. */
export const ptep_get_lockless_low_high = defineReimplementation(
  {
    ...TEXT,
    version: 'low-high',
    identities: PTEP_GET_LOCKLESS.lowHigh,
    config: { CONFIG_GUP_GET_PTE_LOW_HIGH: true },
    lines: [298, 299, 300, 301, 302],
  },
  function* (k, ptep) {
    return yield* readLowHigh(k, ptep, { low: 298, lowHigh: 299, high: 300, highAgain: 301, again: 302 })
  },
)

/** One atomic read. */
export const ptep_get_lockless = defineReimplementation(
  {
    ...TEXT,
    version: 'plain',
    identities: PTEP_GET_LOCKLESS.plain,
    absence: true,
    config: { CONFIG_GUP_GET_PTE_LOW_HIGH: false },
    lines: [312],
  },
  function* (k, ptep) {
    return yield* k.at(312).ptep_get(ptep)
  },
)
