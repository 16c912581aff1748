/** gup_get_pte() of mm/gup.c, v5.2 to v5.10, in both configurations. */
import { defineReimplementation } from '../define.js'
import { GUP_GET_PTE } from './gup.identities.js'
import { readLowHigh } from './low-high.js'

const TEXT = { path: 'mm/gup.c', name: 'gup_get_pte', release: '5.4' } as const

/** Reads low, high, low again, and starts over if the low word changed. */
export const gup_get_pte_low_high = defineReimplementation(
  {
    ...TEXT,
    version: 'low-high',
    identities: GUP_GET_PTE.lowHigh,
    config: { CONFIG_GUP_GET_PTE_LOW_HIGH: true },
    lines: [2120, 2121, 2122, 2123, 2124],
  },
  function* (k, ptep) {
    return yield* readLowHigh(k, ptep, { low: 2120, lowHigh: 2121, high: 2122, highAgain: 2123, again: 2124 })
  },
)

/** One atomic read. */
export const gup_get_pte = defineReimplementation(
  {
    ...TEXT,
    version: 'plain',
    identities: GUP_GET_PTE.plain,
    config: { CONFIG_GUP_GET_PTE_LOW_HIGH: false },
    lines: [2134],
  },
  function* (k, ptep) {
    return yield* k.at(2134).ptep_get(ptep)
  },
)
