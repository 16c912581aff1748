/** Texts of gup_get_pte and ptep_get_lockless that reimplementations stand for. */
import type { Identity } from '../../machine/index.js'

type Texts = Readonly<Record<'lowHigh' | 'plain', readonly Identity[]>>

export const GUP_GET_PTE: Texts = { lowHigh: [], plain: [] }

export const PTEP_GET_LOCKLESS: Texts = { lowHigh: [], plain: [] }
