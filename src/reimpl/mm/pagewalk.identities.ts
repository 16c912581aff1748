/**
 * The texts of mm/pagewalk.c that reimplementations stand for, as `kreplay fingerprint` prints them. `hunks`
 * hashes are of the pieces of a function that a patch shows, on one side.
 */
import type { Identity } from '../../machine/index.js'

type Texts = Readonly<Record<'v5_4' | 'oct2019' | 'v5_5' | 'v6_1' | 'v6_12', readonly Identity[]>>

export const WALK_PTE_RANGE: Texts = { v5_4: [], oct2019: [], v5_5: [], v6_1: [], v6_12: [] }

export const WALK_PMD_RANGE: Texts = { v5_4: [], oct2019: [], v5_5: [], v6_1: [], v6_12: [] }
