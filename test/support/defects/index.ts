/** All seeded defects: wrong versions of the reimplemented functions, each with the right ones it stands among. */
import type { Reimplementation } from '../../../src/reimpl/index.js'
import { GUP_FAST_SUITE, PAGEWALK_SUITE, PTE_READ_SUITE, type Suite } from '../../../src/suite/index.js'
import { type Version, version } from '../explored.js'
import {
  entryLoadedTwice,
  getter,
  highCheckedInstead,
  highFirst,
  lowHigh,
  noRetry,
  returnsLaterLow,
  secondLowEarly,
  stopsAfterOneRetry,
} from './getters.js'
import { GUP_DEFECTS, gupRange } from './gup-range.js'
import { GATHER_DEFECTS, gatherPages, WP_DEFECTS, wpPte } from './pte-entries.js'
import { losesError, noTest, TOP_DEFECTS, testsInverted, top, UPPER_DEFECTS, upper } from './upper-levels.js'
import { PMD_DEFECTS, pmdRange } from './walk-pmd-range.js'
import {
  CHECKED_DEFECTS,
  checked,
  INNER_DEFECTS,
  inner,
  LOCKED_DEFECTS,
  locked,
  UNLOCKED_DEFECTS,
  unlocked,
} from './walk-pte-range.js'

export interface Defect {
  readonly suite: Suite
  readonly arch: string
  /** `walk_pmd_range@v5.4`: the right version of the function. */
  readonly of: string
  readonly wrong: Reimplementation
  /** The right versions of everything, and the release around them. */
  readonly right: Version
}

const V5_4 = version('v5.4', '5.4', 'walk_pte_range@v5.4', 'walk_pmd_range@v5.4')
const OCT2019 = version('oct2019', '5.4', 'walk_pte_range@oct2019', 'walk_pmd_range@oct2019')
const V5_5 = version('v5.5', '5.5', 'walk_pte_range@v5.5', 'walk_pmd_range@v5.4')
const V6_1 = version('v6.1', '6.1', 'walk_pte_range@v6.1', 'walk_pmd_range@v6.1')
const V6_12 = version('v6.12', '6.12', 'walk_pte_range@v6.12', 'walk_pmd_range@v6.12')

function walks(of: string, right: Version, wrong: readonly Reimplementation[], arch = 'x86-64'): Defect[] {
  return wrong.map((one) => ({ suite: PAGEWALK_SUITE, arch, of, right, wrong: one }))
}

function reads(of: string, wrong: readonly Reimplementation[], arch = 'x86-pae'): Defect[] {
  return wrong.map((one) => ({ suite: PTE_READ_SUITE, arch, of, right: version(of, '5.4', of), wrong: one }))
}

const GUP_V5_9 = version(
  'v5.9',
  '5.9',
  ...['pgd', 'p4d', 'pud', 'pmd'].map((level) => `gup_${level}_range@v5.9`),
)

function gupWalks(level: 'pmd' | 'pud' | 'p4d', arch: string): Defect[] {
  // No address space that is made has so few levels that the copy of a pud would be taken for a table.
  const wrong = GUP_DEFECTS.filter((what) => level !== 'pmd' || what !== 'the first slot is of a copy')
  return gups(level, wrong, arch)
}

function gups(level: 'pmd' | 'pud' | 'p4d', wrong: readonly string[], arch: string): Defect[] {
  const of = `gup_${level}_range@v5.9`
  return wrong.map((what) => ({
    suite: GUP_FAST_SUITE,
    arch,
    of,
    right: GUP_V5_9,
    wrong: gupRange(level, what),
  }))
}

const LOW_HIGH = [
  noRetry,
  highFirst,
  secondLowEarly,
  highCheckedInstead,
  stopsAfterOneRetry,
  returnsLaterLow,
  entryLoadedTwice,
]

export const DEFECTS: readonly Defect[] = [
  ...walks('walk_pte_range@v5.4', V5_4, UNLOCKED_DEFECTS.map(unlocked)),
  ...walks('walk_pte_range@oct2019', OCT2019, LOCKED_DEFECTS.map(locked)),
  // The text of 5.5 differs from October's in what it unmaps only: what is wrong with one is with the other.
  ...walks(
    'walk_pte_range@v5.5',
    V5_5,
    [...LOCKED_DEFECTS].filter((wrong) => wrong.includes('unmapped') || wrong.includes('kept')).map(locked),
  ),
  ...walks('walk_pte_range_inner@v6.1', V6_1, INNER_DEFECTS.map(inner)),
  ...walks('walk_pte_range@v6.12', V6_12, CHECKED_DEFECTS.map(checked)),
  ...walks('walk_pmd_range@v5.4', V5_4, wrongPmds('v5.4')),
  ...walks('walk_pmd_range@oct2019', OCT2019, wrongPmds('oct2019')),
  ...walks('walk_pmd_range@v6.1', V6_1, wrongPmds('v6.1')),
  ...walks('walk_pmd_range@v6.12', V6_12, wrongPmds('v6.12')),
  ...walks(
    'walk_pud_range@v5.4',
    V5_4,
    UPPER_DEFECTS.map((wrong) => upper('pud', wrong)),
  ),
  ...walks(
    'walk_p4d_range@v5.4',
    V5_4,
    UPPER_DEFECTS.map((wrong) => upper('p4d', wrong)),
    'x86-64-5level',
  ),
  ...walks(
    'walk_pgd_range@v5.4',
    V5_4,
    UPPER_DEFECTS.map((wrong) => upper('pgd', wrong)),
    'x86-64-5level',
  ),
  ...walks('walk_page_range@v5.4', V5_4, TOP_DEFECTS.map(top)),
  ...walks('walk_page_test@v5.4', V5_4, [noTest, testsInverted]),
  ...walks('__walk_page_range@v5.4', V5_4, [losesError]),
  ...walks('wp_pte@v5.5', V5_5, WP_DEFECTS.map(wpPte)),
  ...walks('s390_gather_pages@v6.1', V6_1, GATHER_DEFECTS.map(gatherPages)),
  ...reads(
    'gup_get_pte@low-high',
    LOW_HIGH.map((body) => getter(body, 'gup_get_pte')),
  ),
  ...reads(
    'ptep_get_lockless@low-high',
    [noRetry, highFirst, entryLoadedTwice].map((body) => getter(body, 'ptep_get_lockless')),
  ),
  ...gupWalks('pmd', 'x86-64'),
  ...gupWalks('pud', 's390'),
  ...gupWalks('p4d', 's390'),
]

function wrongPmds(text: keyof typeof PMD_DEFECTS): Reimplementation[] {
  return PMD_DEFECTS[text].map((wrong) => pmdRange(text, wrong))
}

/** The same texts with nothing wrong: what the wrong ones were made from. */
export const SOUND: readonly Defect[] = [
  ...walks('walk_pte_range@v5.4', V5_4, [unlocked('nothing')]),
  ...walks('walk_pte_range@oct2019', OCT2019, [locked('nothing')]),
  ...walks('walk_pte_range@v5.5', V5_5, [locked('nothing')]),
  ...walks('walk_pte_range_inner@v6.1', V6_1, [inner('nothing')]),
  ...walks('walk_pte_range@v6.12', V6_12, [checked('nothing')]),
  ...walks('walk_pmd_range@v5.4', V5_4, [pmdRange('v5.4', 'nothing')]),
  ...walks('walk_pmd_range@oct2019', OCT2019, [pmdRange('oct2019', 'nothing')]),
  ...walks('walk_pmd_range@v6.1', V6_1, [pmdRange('v6.1', 'nothing')]),
  ...walks('walk_pmd_range@v6.12', V6_12, [pmdRange('v6.12', 'nothing')]),
  ...walks('walk_pud_range@v5.4', V5_4, [upper('pud', 'nothing')]),
  ...walks('walk_p4d_range@v5.4', V5_4, [upper('p4d', 'nothing')], 'x86-64-5level'),
  ...walks('walk_pgd_range@v5.4', V5_4, [upper('pgd', 'nothing')]),
  ...walks('walk_page_range@v5.4', V5_4, [top('nothing')]),
  ...walks('wp_pte@v5.5', V5_5, [wpPte('nothing')]),
  ...walks('s390_gather_pages@v6.1', V6_1, [gatherPages('nothing')]),
  ...reads('gup_get_pte@low-high', [getter(lowHigh, 'gup_get_pte')]),
  ...gups('pmd', ['nothing'], 'x86-64'),
  ...gups('pud', ['nothing'], 's390'),
  ...gups('p4d', ['nothing'], 's390'),
]
