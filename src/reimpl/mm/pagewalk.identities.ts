/**
 * The texts of mm/pagewalk.c that reimplementations stand for, as `kreplay fingerprint` prints them. `hunks`
 * hashes are of the pieces of a function that a patch shows, on one side, with the changed lines around them.
 */
import type { Identity } from '../../machine/index.js'

type Texts<Versions extends string> = Readonly<Record<Versions, readonly Identity[]>>

const THREAD = 'the patch of 3 October 2019 to mm/pagewalk.c'
const FIXTURE = 'fixtures/threads/pagewalk-lock'

/** Patches 12 to 14 of the series of December 2019. */
const PTDUMP = '[PATCH v17 NN/23] mm: pagewalk'

const V6_1 = 'linux-source-6.1 mm/pagewalk.c'

export const WALK_PTE_RANGE_INNER: Texts<'v6_1' | 'v5_6' | 'v5_6_equal'> = {
  v5_6_equal: [
    { kind: 'hunks', hash: 'a52a60ab6c753904', source: PTDUMP.replace('NN', '13') },
    { kind: 'hunks', hash: '7fd6f05ac08545d5', source: PTDUMP.replace('NN', '14') },
  ],
  v5_6: [{ kind: 'hunks', hash: '8c1c6cfa6cb5c21d', source: PTDUMP.replace('NN', '14') }],
  v6_1: [{ kind: 'function', hash: 'b2988746034045ec', source: `${V6_1}, the same in 6.12` }],
}

export const WALK_PTE_RANGE: Texts<'v5_4' | 'oct2019' | 'v6_1' | 'v5_6' | 'v5_6_locked'> = {
  v5_6_locked: [{ kind: 'hunks', hash: '20d91b4f3dc52f5a', source: PTDUMP.replace('NN', '13') }],
  v5_6: [{ kind: 'hunks', hash: 'd62181c8167c27f0', source: PTDUMP.replace('NN', '13') }],
  v6_1: [{ kind: 'function', hash: '4dce96eb64d2e143', source: V6_1 }],
  v5_4: [
    { kind: 'hunks', hash: '15c7b43063ca274f', source: THREAD },
    { kind: 'hunks', hash: '56c3947221f8b098', source: FIXTURE, lines: { 14: 19, 16: 21, 17: 22, 25: 29 } },
  ],
  oct2019: [
    { kind: 'hunks', hash: '5869e03289854447', source: THREAD },
    { kind: 'hunks', hash: '5225daf38c4f939f', source: FIXTURE, lines: { 15: 20, 18: 23, 19: 24, 27: 31 } },
  ],
}

export const WALK_PMD_RANGE: Texts<'v5_4' | 'oct2019' | 'v6_1' | 'v5_6' | 'v5_6_vma'> = {
  v5_6_vma: [{ kind: 'hunks', hash: 'f81a3883b05d4fc0', source: PTDUMP.replace('NN', '12') }],
  v5_6: [{ kind: 'hunks', hash: '63217ae9f6465aaf', source: PTDUMP.replace('NN', '12') }],
  v6_1: [{ kind: 'function', hash: '7dcad9d62c2a4081', source: V6_1 }],
  v5_4: [
    { kind: 'hunks', hash: 'f671b26ca5b91de9', source: THREAD },
    {
      kind: 'hunks',
      hash: '91f4d0c1b2a69376',
      source: FIXTURE,
      lines: { 37: 37, 39: 42, 41: 46, 43: 49, 53: 57, 54: 58, 64: 65, 65: 66, 67: 69 },
    },
  ],
  oct2019: [
    { kind: 'hunks', hash: '8bd6829fb79afabf', source: THREAD },
    {
      kind: 'hunks',
      hash: 'e6b62da923e86f87',
      source: FIXTURE,
      lines: { 39: 39, 41: 44, 43: 48, 45: 51, 55: 59, 56: 60, 62: 65, 68: 73, 69: 74, 72: 78 },
    },
  ],
}

export const WALK_PAGE_TEST: Texts<'v5_4'> = {
  v5_4: [{ kind: 'hunks', hash: '7d18ba7f08ae87b8', source: 'fixtures/threads/pagewalk-move' }],
}

export const WALK_PUD_RANGE: Texts<'v5_6' | 'v5_6_vma'> = {
  v5_6_vma: [{ kind: 'hunks', hash: '1b14424dfe632414', source: PTDUMP.replace('NN', '12') }],
  v5_6: [{ kind: 'hunks', hash: '4180c8c6196a174e', source: PTDUMP.replace('NN', '12') }],
}
