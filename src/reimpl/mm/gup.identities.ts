/** Texts of gup_get_pte and ptep_get_lockless that reimplementations stand for. */
import type { Identity } from '../../machine/index.js'

type Texts = Readonly<Record<'lowHigh' | 'plain', readonly Identity[]>>

const THREAD = '[PATCH v2 1/6] mm/gup: Provide gup_get_pte() more generic'
const FIXTURE = 'fixtures/threads/lockless-move'

export const GUP_GET_PTE: Texts = {
  lowHigh: [
    { kind: 'hunks', hash: '24aa8a167dfd72a1', source: THREAD },
    {
      kind: 'hunks',
      hash: 'f05636b41dba1f0b',
      source: FIXTURE,
      lines: { 2120: 34, 2121: 35, 2122: 36, 2123: 37, 2124: 38 },
    },
  ],
  plain: [
    { kind: 'hunks', hash: 'f5ed51173d29c25a', source: THREAD },
    { kind: 'hunks', hash: '7afbbb10bfa733cb', source: FIXTURE, lines: { 2134: 46 } },
  ],
}

export const PTEP_GET_LOCKLESS: Texts = {
  lowHigh: [
    { kind: 'hunks', hash: 'edea17c2d721b932', source: THREAD },
    { kind: 'function', hash: '42893b9e67d0c055', source: 'linux-source-6.1 include/linux/pgtable.h' },
    {
      kind: 'hunks',
      hash: '149bc0b72c9ad302',
      source: FIXTURE,
      lines: { 298: 43, 299: 44, 300: 45, 301: 46, 302: 47 },
    },
  ],
  plain: [
    { kind: 'hunks', hash: '519b2ec9a05ba886', source: THREAD },
    { kind: 'function', hash: 'e4cea4cd5a1cc823', source: 'linux-source-6.1 include/linux/pgtable.h' },
    { kind: 'hunks', hash: '59d435836b82bd70', source: FIXTURE, lines: { 312: 55 } },
  ],
}
