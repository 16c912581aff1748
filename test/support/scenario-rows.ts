/**
 * The table of scenarios that were worked out by hand for the four functions' families before anything was built:
 * what each is expected to show before and after its patch, in our words, and where our tests hold that expectation.
 * Rows 1 are page walks, 2 folded levels, 4 lockless reads of two words, 0 and 3 contiguous blocks.
 */
import type { Config } from '../../src/mm/index.js'
import { BUILT_IN } from '../../src/reimpl/index.js'
import {
  type Built,
  buildGupFast,
  CONTPTE_SUITE,
  GUP_FAST_SUITE,
  PAGEWALK_SUITE,
  PTE_READ_SUITE,
  type Side,
  type Suite,
} from '../../src/suite/index.js'
import { type Version, version } from './explored.js'

/** One row: the scenarios that answer it, what is looked at, and what each version is expected to show. */
export interface Row {
  readonly row: string
  /** The expectation in words. */
  readonly expects: string
  readonly suite: Suite
  /** Scenarios whose ids this matches, without the suite's name; what they show is taken together. */
  readonly scenarios: RegExp
  /** Properties whose values are looked at; hazards are always. */
  readonly look: readonly string[]
  /** Expected for each version: values of the properties, ` / ` between properties, ` | ` between values; `!` a hazard. */
  readonly sides: readonly (readonly [Version, string])[]
  readonly loads?: 'once' | 'each'
  /** Hazards that the row is about; all of them if left out. */
  readonly only?: RegExp
  readonly config?: Config
  /** A program that no scenario of the suite stands for, instead of its scenarios. */
  readonly program?: (side: Side) => Built
  /** The test that holds the expectation. */
  readonly test: string
}

const P0 = version('before', '5.4', 'walk_pte_range@v5.4', 'walk_pmd_range@v5.4')
const P1 = version('after', '5.4', 'walk_pte_range@oct2019', 'walk_pmd_range@oct2019')
const P5 = version('5.6 to 6.4', '6.1', 'walk_pte_range@v6.1', 'walk_pmd_range@v6.1')
const P6 = version('6.5 and later', '6.12', 'walk_pte_range@v6.12', 'walk_pmd_range@v6.12')

const WALKS = 'test/unit/suite/pagewalk.test.ts'
const ALL = '512: 0-511'
const CALLS = ['splits', 'pte_entry calls', 'locks held in pte_entry']

function walk(
  row: string,
  expects: string,
  scenarios: RegExp,
  look: readonly string[],
  before: string,
  after: string,
  more: Partial<Row> = {},
): Row {
  const sides = [
    [P0, before],
    [P1, after],
  ] as const
  return { row, expects, suite: PAGEWALK_SUITE, scenarios, look, sides, test: WALKS, ...more }
}

const WALK_ROWS: readonly Row[] = [
  walk(
    '1.a',
    'every pte once; without the lock before, under it after',
    /^x86-64\/quiet\/pte\/table$/,
    CALLS,
    `0 / ${ALL} / none`,
    `0 / ${ALL} / PTL`,
  ),
  walk(
    '1.b',
    'pte_entry alone: one split and every pte, as before, now under the lock',
    /^x86-64\/quiet\/pte\/huge-anon$/,
    CALLS,
    `1 / ${ALL} / none`,
    `1 / ${ALL} / PTL`,
  ),
  walk(
    '1.c',
    'both callbacks: a huge pmd is no longer split, nor its ptes walked',
    /^x86-64\/quiet\/both\/huge-anon$/,
    CALLS,
    `1 / ${ALL} / none`,
    '0 / 0 / not called',
  ),
  walk(
    '1.d',
    'both callbacks on a table: only the lock is new',
    /^x86-64\/quiet\/both\/table$/,
    CALLS,
    `0 / ${ALL} / none`,
    `0 / ${ALL} / PTL`,
  ),
  walk(
    '1.e',
    'a migration entry was split into ptes and is skipped now',
    /^x86-64\/quiet\/both\/migration-anon$/,
    CALLS,
    `1 / ${ALL} / none`,
    '0 / 0 / not called',
  ),
  walk(
    "1.e'",
    'the split of a file migration entry goes wrong; after, it is skipped',
    /^x86-64\/quiet\/both\/migration-file$/,
    ['splits'],
    '! split of a file migration pmd (pmd)',
    '0',
  ),
  walk(
    '1.f',
    'a DAX pmd was taken down by the split and reported as a hole; after, it stays',
    /^x86-64\/quiet\/both\/devmap$/,
    ['splits', 'pte_entry calls', 'pte_hole calls'],
    '1 / 0 / 1: 0, 512 pages',
    '0 / 0 / 0',
  ),
  walk(
    '1.g',
    'pmd_entry alone: the same before and after',
    /^x86-64\/quiet\/pmd\/(?:table|huge-anon)$/,
    ['pmd_entry calls', 'splits'],
    '1: 0 / 0',
    '1: 0 / 0',
  ),
  walk(
    '1.h',
    'nothing there: a hole, before and after',
    /^x86-64\/quiet\/both\/none$/,
    ['pte_hole calls', 'pte_entry calls'],
    '1: 0, 512 pages / 0',
    '1: 0, 512 pages / 0',
  ),
  walk(
    '1.i',
    'an error of pmd_entry ends the walk before any split',
    /^x86-64\/quiet\/both\/pmd-entry-fails$/,
    ['return value', 'splits', 'pte_entry calls'],
    '-5 / 0 / 0',
    '-5 / 0 / 0',
  ),
  walk(
    '1.j',
    'a stop at the fourth pte is returned, and no lock leaks',
    /^x86-64\/quiet\/pte\/stop-at-3$/,
    ['return value', 'pte_entry calls'],
    '7 / 4: 0-3',
    '7 / 4: 0-3',
  ),
  walk(
    '1.k',
    'an error at the first pte unmaps inside the page',
    /^x86-64\/quiet\/pte\/fail-at-0$/,
    ['return value'],
    '-14',
    '-14',
  ),
  walk(
    '1.l',
    'a zap behind pmd_entry: the table that is gone is walked, with merged loads too',
    /^x86-64\/read\/both\/huge-anon\/zap$/,
    [],
    '',
    '! walk of a non-table (none)',
    { loads: 'once' },
  ),
  walk(
    '1.o',
    'a fault before the walker reads: hole or ptes on both sides',
    /^x86-64\/read\/both\/none\/fault-table$/,
    ['pte_entry calls'],
    '0 | 4: 0-3',
    '0 | 4: 0-3',
  ),
  walk(
    '1.p',
    'a split by another CPU: no regression',
    /^x86-64\/read\/both\/huge-anon\/split$/,
    ['pte_entry calls'],
    '4: 0-3',
    '0 | 4: 0-3',
  ),
  walk(
    '1.r',
    'pte_entry alone never walks a non-table, whatever two steps others take',
    /^x86-64\/read\/pte\/[^/]+\/[a-z+-]+$/,
    [],
    '',
    '',
    { only: /^walk of a non-table/ },
  ),
  walk(
    '1.t',
    'a pte that was swapped out is overwritten; impossible under the lock',
    /^x86-64\/read\/pte\/read-modify-write\/swap-out$/,
    [],
    '! lost update (pte)',
    '',
  ),
  walk(
    '1.u',
    'a dirty bit that the hardware sets is lost, under the lock too',
    /^x86-64\/read\/pte\/read-modify-write\/hardware-dirty$/,
    [],
    '! dirty bit lost (pte)',
    '! dirty bit lost (pte)',
  ),
  walk(
    '1.v',
    'a pte_entry that sleeps was allowed, and is not under the lock',
    /^x86-64\/read\/pte\/sleep\/swap-out$/,
    [],
    '',
    '! sleep in atomic context (pte_entry)',
  ),
  walk(
    '1.y',
    'the last page of the address space: a pointer past the table on both sides; gone in 5.6',
    /^x86-64\/quiet\/pte\/last-byte-of-address-space$/,
    [],
    '! pte pointer outside its page (callback)',
    '! pte pointer outside its page (callback)',
    {
      sides: [
        [P0, '! pte pointer outside its page (callback)'],
        [P1, '! pte pointer outside its page (callback)'],
        [P5, ''],
      ],
    },
  ),
  walk(
    '1.y, unchecked',
    'with that hazard not looked for the walk never ends; in 5.6 it does',
    /^x86-64\/quiet\/pte\/last-byte\.unchecked$/,
    [],
    '',
    '',
    {
      sides: [
        [P0, '! livelock (walk)'],
        [P1, '! livelock (walk)'],
        [P5, ''],
      ],
    },
  ),
  walk(
    '1.z',
    'the callback of 6.1 skips a migration entry, that of 6.12 has it split',
    /^x86-64\/quiet\/both\.action-v6_1\/migration-anon$/,
    ['splits'],
    '',
    '',
    {
      sides: [[P5, '0']],
    },
  ),
  walk(
    '1.z, 6.12',
    'the callback of 6.1 skips a migration entry, that of 6.12 has it split',
    /^x86-64\/quiet\/both\.action-v6_12\/migration-anon$/,
    ['splits'],
    '',
    '',
    {
      sides: [[P6, '1']],
    },
  ),
  walk(
    '1.m',
    'huge to migration between two loads: only the tests of after see two states',
    /^x86-64\/read\/both\/huge-anon\/migrate$/,
    [],
    '',
    '! walk of a non-table (migration)',
    { only: /^walk of a non-table/ },
  ),
  walk(
    '1.m, merged loads',
    'with one load there is no such walk',
    /^x86-64\/read\/both\/huge-anon\/migrate$/,
    [],
    '',
    '',
    {
      loads: 'once',
    },
  ),
  walk(
    '1.q',
    'whatever two steps others take: never before; through none after, with merged loads too',
    /^x86-64\/read\/both\/[^/]+\/[a-z+-]+$/,
    [],
    '',
    '! walk of a non-table (none)',
    { only: /^walk of a non-table/, loads: 'once' },
  ),
  walk(
    '1.q, from a table',
    'never from a table',
    /^x86-64\/read\/both\/table\/[a-z+-]+$|^x86-64\/quiet\/both\/table$/,
    [],
    '',
    '',
    { only: /^walk of a non-table/ },
  ),
  walk(
    '1.A',
    'under i_mmap_rwsem alone a table can go away; from 6.5 that is noticed',
    /^x86-64\/i_mmap\/both\/table\/collapse$/,
    [],
    '',
    '',
    {
      only: /^walk of a non-table/,
      sides: [
        [P5, '! walk of a non-table (none)'],
        [P6, ''],
      ],
    },
  ),
]

// ---- folded levels ---------------------------------------------------------------------------------------

const gup = (label: string, text: string): Version =>
  version(
    label,
    '5.9',
    ...BUILT_IN.all.filter(
      (one) => one.path === 'mm/gup.c' && one.version === text && one.name !== 'gup_pte_range',
    ),
  )
const G0 = gup('before', 'v5.2')
const GA = gup('addr_end', 'folded-end')
const GB = gup('merged', 'v5.9')

function fold(row: string, expects: string, id: string, before: string, folded: string, merged: string): Row {
  const sides = [
    [G0, before],
    [GA, folded],
    [GB, merged],
  ] as const
  const scenarios = new RegExp(`^${id}$`)
  const test = 'test/unit/suite/gup-fast.test.ts'
  return { row, expects, suite: GUP_FAST_SUITE, scenarios, look: ['pages taken'], sides, test }
}

const PAST = '! read past a stack copy (p4d)'
const FOLD_ROWS: readonly Row[] = [
  fold('2.a', 'inside a segment: taken whole', 's390/3-level/inside', 'all 2', 'all 2', 'all 2'),
  fold('2.b', 'across 1 MB: taken whole', 's390/3-level/across-pmd', 'all 4', 'all 4', 'all 4'),
  fold(
    '2.c',
    'across 2 GB: reads past the copy of the entry; not with either fix',
    's390/3-level/across-pud',
    PAST,
    'all 4',
    'all 4',
  ),
  fold('2.d', 'up to 2 GB exactly: taken whole', 's390/3-level/up-to-pud', 'all 2', 'all 2', 'all 2'),
  fold('2.e', 'from 2 GB on exactly: taken whole', 's390/3-level/from-pud', 'all 2', 'all 2', 'all 2'),
  fold(
    '2.g',
    '4 levels: the border of 2 GB lies in a table',
    's390/4-level/across-pud',
    'all 4',
    'all 4',
    'all 4',
  ),
  fold('2.i', '5 levels: every border lies in a table', 's390/5-level/across-pud', 'all 4', 'all 4', 'all 4'),
  {
    ...fold(
      '2.j',
      '2 levels: a border of 1 MB is enough',
      '',
      '! read past a stack copy (pud)',
      'all 4',
      'all 4',
    ),
    program: (side) =>
      buildGupFast(
        { arch: 's390', levels: 2, entries: 'real', range: { border: 'pmd', before: 2, after: 2 } },
        side,
      ),
  },
  fold(
    '2.k',
    'the same entry behind the copy, nothing 2 GB further down: read, and of another address',
    's390/3-level/across-pud/same',
    '! read past a stack copy (p4d), slot of another address (pmd)',
    'all 4',
    'all 4',
  ),
  fold(
    '2.l',
    'and pages mapped there: wrong pages are returned',
    's390/3-level/across-pud/same-mapped',
    '! read past a stack copy (p4d), slot of another address (pmd), slot of another address (pte), wrong page returned (page)',
    'all 4',
    'all 4',
  ),
  fold(
    '2.m',
    'something else behind the copy: it is followed',
    's390/3-level/across-pud/garbage',
    '! read past a stack copy (p4d), walk of a non-table (bad)',
    'all 4',
    'all 4',
  ),
  fold('2.n', 'x86-64, a level folded at boot: taken whole', 'x86-64/across-pgd', 'all 4', 'all 4', 'all 4'),
]

// ---- lockless reads of two words -------------------------------------------------------------------------

const GETTER = version('before', '5.4', 'gup_get_pte@low-high')
const MOVED = version('after', '5.4', 'ptep_get_lockless@low-high')

function read(
  row: string,
  expects: string,
  id: string,
  value: string,
  test = 'test/unit/suite/pte-read.test.ts',
): Row {
  const sides = [
    [GETTER, value],
    [MOVED, value],
  ] as const
  const scenarios = new RegExp(`^x86-pae/${id.replace(/[.+]/g, '\\$&')}$`)
  return { row, expects, suite: PTE_READ_SUITE, scenarios, look: ['value read'], sides, test }
}

const EQUAL = 'A-to-none-to-B.equal-low'
const TORN = 'torn: low of A, high of none'
const MIXED = 'not present (mixed)'
const READ_ROWS: readonly Row[] = [
  read('4.a', 'none to B: B, or not present', 'none-to-B/irqs-on/look', `B | none | ${MIXED}`),
  read('4.b', 'A to none: A, or not present', 'A-to-none/irqs-on/look', `A | none | ${MIXED}`),
  read(
    '4.c',
    'A to none to B with other low words: never mixed',
    'A-to-none-to-B/ipi/irqs-on/look',
    `A | B | none | ${MIXED}`,
  ),
  read(
    '4.d',
    'equal low words, interrupts on: torn',
    `${EQUAL}/ipi/irqs-on/look`,
    `A | B | none | ${MIXED} | ${TORN}`,
  ),
  read(
    '4.e',
    'equal low words, B only after interrupts are on again: not torn',
    `${EQUAL}/late/irqs-off/look`,
    `A | none | ${MIXED}`,
  ),
  read(
    '4.f',
    'writers that store both words at once do not help',
    `${EQUAL}.atomic/ipi/irqs-on/look`,
    `A | B | none | ${TORN}`,
  ),
  read(
    '4.g',
    'A to B directly, which no kernel may do: mixed',
    'A-to-B/irqs-on/look',
    'A | B | torn: low of A, high of B',
  ),
  read(
    '4.r',
    'a fault that looks again is not harmed',
    `${EQUAL}/ipi/irqs-on/fault-like`,
    `A | B | none | ${MIXED} | ${TORN}`,
  ),
  {
    ...read(
      '4.s',
      'a caller that does not look again uses it',
      `${EQUAL}/ipi/irqs-on/gup-like`,
      '! torn value used (pte)',
    ),
    look: [],
  },
]

// ---- contiguous blocks -----------------------------------------------------------------------------------

const V2 = version('v2', '6.8.18', ...BUILT_IN.all.filter((one) => one.version === 'v2'))
const V6 = version('v6 12/18', '6.8.14')
const V6_12 = version('6.12', '6.12')
const BLOCKS = [
  'blocks at the end',
  'blocks made of single entries',
  'blocks taken apart',
  'TLB invalidations by the functions on ptes',
]

function block(
  row: string,
  expects: string,
  id: string,
  v2: string | null,
  v6: string | null,
  now: string,
): Row {
  const all = [
    [V2, v2],
    [V6, v6],
    [V6_12, now],
  ] as const
  const sides = all.flatMap(([one, value]) => (value === null ? [] : [[one, value] as const]))
  const scenarios = new RegExp(`^arm64/${id}$`)
  return {
    row,
    expects,
    suite: CONTPTE_SUITE,
    scenarios,
    look: BLOCKS,
    sides,
    test: 'test/unit/suite/contpte.test.ts',
  }
}

const SAME = (value: string) => [value, value, value] as const
const BLOCK_ROWS: readonly Row[] = [
  block('3.a', 'a whole block stored at once is one', 'empty/map/batch', ...SAME('C×16 / 0 / 0 / none')),
  block(
    '3.b',
    'entry by entry upwards: folded by the last, but for v6 12/18',
    'empty/map/up',
    'C×16 / 1 / 0 / 1 range',
    'p×16 / 0 / 0 / none',
    'C×16 / 1 / 0 / 1 range',
  ),
  block('3.c', 'downwards: never folded', 'empty/map/down', ...SAME('p×16 / 0 / 0 / none')),
  block('3.d', 'two folios: never folded', 'empty/map/up-two-folios', ...SAME('p×16 / 0 / 0 / none')),
  block(
    '3.e',
    'another page than the block begins with: never folded',
    'empty/map/(?:up|batch)-other-page',
    ...SAME('p×16 / 0 / 0 / none'),
  ),
  block(
    '3.g',
    'one entry zapped: taken apart once',
    'block/zap-each/one',
    ...SAME('p×5 .×1 p×10 / 0 / 1 / 1 range'),
  ),
  block(
    '3.h',
    'and a swap entry put there: not folded again',
    'block/zap-swap/one',
    ...SAME('p×5 S×1 p×10 / 0 / 1 / 1 range'),
  ),
  block(
    '3.i',
    'and faulted in again: stays single entries',
    'block/zap-swap-fault/one',
    ...SAME('p×16 / 0 / 1 / 1 range'),
  ),
  block(
    '3.j',
    'the last entry cleared and faulted in again: folded',
    'block/zap-fault/last',
    'C×16 / 1 / 1 / 2 range',
    'p×16 / 0 / 1 / 1 range',
    'C×16 / 1 / 1 / 2 range',
  ),
  block(
    '3.k',
    'a batch inside the block: taken apart once',
    'block/zap-batch/few',
    null,
    null,
    'p×3 .×4 p×9 / 0 / 1 / 1 range',
  ),
  block(
    '3.l',
    'the whole block in a batch: not taken apart',
    'block/zap-batch/block',
    null,
    null,
    'none / 0 / 0 / none',
  ),
  block(
    '3.m',
    'sixteen single clears: taken apart once',
    'block/zap-each/block',
    ...SAME('none / 0 / 1 / 1 range'),
  ),
  block('3.n', 'unmapped to swap: taken apart once', 'block/unmap/block', ...SAME('S×16 / 0 / 1 / 1 range')),
  block('3.o', 'a VMA split touches nothing', 'block/split-vma/first-half', ...SAME('C×16 / 0 / 0 / none')),
  block(
    '3.p',
    'made read-only entry by entry: apart and together again',
    'block/read-only/block',
    'C×16 / 1 / 1 / 2 range',
    'p×16 / 0 / 1 / 1 range',
    'C×16 / 1 / 1 / 2 range',
  ),
  block(
    '3.q',
    'access taken away: not folded again',
    'block/no-access/block',
    ...SAME('x×16 / 0 / 1 / 1 range'),
  ),
  block(
    '3.r',
    'the first half read-only: single entries',
    'block/read-only/first-half',
    ...SAME('p×16 / 0 / 1 / 1 range'),
  ),
  block(
    '3.s',
    'and back: still single entries',
    'block/read-only-and-back/first-half',
    ...SAME('p×16 / 0 / 1 / 1 range'),
  ),
  block(
    '3.u',
    'write-protected whole: stays a block',
    'block/wrprotect-batch/block',
    ...SAME('C×16 / 0 / 0 / none'),
  ),
  block(
    '3.w',
    'write-protected in the middle: taken apart',
    'block/wrprotect-batch/middle',
    ...SAME('p×16 / 0 / 1 / 1 range'),
  ),
  block(
    '3.x',
    'moved entry by entry to an aligned address',
    'block/move-aligned/block',
    '.×32 C×16 / 1 / 1 / 2 range',
    '.×32 p×16 / 0 / 1 / 1 range',
    '.×32 C×16 / 1 / 1 / 2 range',
  ),
  block(
    '3.A',
    'looking for access clears it everywhere, and flushes nothing',
    'block/test-young/one',
    ...SAME('C×16 / 0 / 0 / none'),
  ),
  block(
    '3.B',
    'with a flush: one, that nobody waits for',
    'block/flush-young/one',
    ...SAME('C×16 / 0 / 0 / 1 range without waiting'),
  ),
  block(
    '3.C',
    'a write fault that keeps the protection: one flush',
    'block-clean/fault-write/one',
    ...SAME('C×16 / 0 / 0 / 1 range'),
  ),
  block(
    '3.D',
    'a write fault on a read-only block: taken apart',
    'block-read-only/fault-write/one',
    ...SAME('p×16 / 0 / 1 / 1 range, 1 page'),
  ),
  block(
    '3.F',
    'clearing the bits of a part clears those of the block',
    'block/clear-young-dirty/few',
    null,
    null,
    'C×16 / 0 / 0 / none',
  ),
  block('3.J', 'kernel mappings are never folded', 'kernel/map/(?:up|batch)', ...SAME('p×16 / 0 / 0 / none')),
]

const BBML2 = version('6.17', '6.12', 'contpte_convert@v6.17-bbml2')
const MORE_BLOCK_ROWS: readonly Row[] = [
  {
    ...block(
      '3.H',
      'CPUs that stand both kinds of entry: the same without an invalidation',
      'block/zap-each/one',
      null,
      null,
      '',
    ),
    sides: [[BBML2, 'p×5 .×1 p×10 / 0 / 1 / none']],
    config: { ARM64_HAS_BBML2_NOABORT: 'y' },
  },
  {
    ...block(
      '3.L, 16 KB',
      'a block of 128: taken apart once',
      '',
      null,
      null,
      'p×5 .×1 p×122 / 0 / 1 / 1 range',
    ),
    scenarios: /^arm64-16k\/block\/zap-each\/one$/,
  },
  {
    ...block(
      '3.L, 64 KB',
      'a block of 32: taken apart once',
      '',
      null,
      null,
      'p×5 .×1 p×26 / 0 / 1 / 1 range',
    ),
    scenarios: /^arm64-64k\/block\/zap-each\/one$/,
  },
]

const NO_BLOCKS = version('before', '6.8')
const WITH_BLOCKS = version('after', '6.12')

function lockless(row: string, expects: string, id: string, before: string, after: string): Row {
  const sides = [
    [NO_BLOCKS, before],
    [WITH_BLOCKS, after],
  ] as const
  const look = ['value read', 'fault', 'loads and changes of entries']
  const scenarios = new RegExp(`^arm64/read/${id}$`)
  return {
    row,
    expects,
    suite: CONTPTE_SUITE,
    scenarios,
    look,
    sides,
    test: 'test/unit/suite/contpte-read.test.ts',
  }
}

const ONE_LOAD = '1 loads, 0 stores, 0 exchanges'
/** The target is loaded by the wrapper, again by the function, and then the 16 entries of the block. */
const BLOCK_LOADS = '18 loads, 0 stores, 0 exchanges'
const LOCKLESS_ROWS: readonly Row[] = [
  lockless(
    '0.a',
    'no block: one load on both sides',
    'plain/look',
    `rw pfn 1005 / none / ${ONE_LOAD}`,
    `rw pfn 1005 / none / ${ONE_LOAD}`,
  ),
  lockless(
    '0.b',
    'none: one load, no loop',
    'none/look',
    `none / none / ${ONE_LOAD}`,
    `none / none / ${ONE_LOAD}`,
  ),
  lockless(
    '0.c',
    'dirty and young elsewhere in the block: gathered',
    'block/look',
    `rw pfn 1005 / none / ${ONE_LOAD}`,
    `rw young dirty cont pfn 1005 / none / ${BLOCK_LOADS}`,
  ),
  lockless(
    '0.d',
    'clean and old everywhere: clean and old',
    'block-clean/look',
    `rw pfn 1005 / none / ${ONE_LOAD}`,
    `rw cont pfn 1005 / none / ${BLOCK_LOADS}`,
  ),
  lockless(
    '0.m',
    'a fault that compares under the lock goes on',
    'block/fault-like',
    'rw pfn 1005 / goes on / 2 loads, 0 stores, 0 exchanges',
    'rw young dirty cont pfn 1005 / goes on / 35 loads, 0 stores, 0 exchanges',
  ),
  lockless(
    '0.n',
    'not valid, with the bit of a block: as it is',
    'not-valid-cont/look',
    `not valid / none / ${ONE_LOAD}`,
    `not valid / none / ${ONE_LOAD}`,
  ),
  ...(
    [
      [
        '0.e',
        'taken apart meanwhile: none, the block or the single entry, never a mixture',
        'unfold',
        'none | rw young dirty cont pfn 1001 | rw young dirty pfn 1001',
      ],
      [
        '0.f',
        'and together again: the same',
        'refold',
        'none | rw young dirty cont pfn 1001 | rw young dirty pfn 1001',
      ],
      [
        '0.g',
        'another page faulted in: never with the bits of the one before',
        'refault-other',
        'none | rw cont pfn 3001 | rw young dirty cont pfn 1001',
      ],
      [
        '0.i',
        'made read-only: never read-only with the dirty bit of writable',
        'repaint-read-only',
        'none | ro cont pfn 1001 | rw young dirty cont pfn 1001',
      ],
    ] as const
  ).map(
    ([row, expects, id, after]): Row => ({
      ...lockless(row, expects, `block-of-2/${id}`, '', after),
      look: ['value read'],
      sides: [[WITH_BLOCKS, after]],
    }),
  ),
]

export const ROWS: readonly Row[] = [
  ...WALK_ROWS,
  ...FOLD_ROWS,
  ...READ_ROWS,
  ...BLOCK_ROWS,
  ...MORE_BLOCK_ROWS,
  ...LOCKLESS_ROWS,
]
