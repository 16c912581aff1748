/** The texts of gup_pgd_range() and below that reimplementations stand for, as `kreplay fingerprint` prints them. */
import type { Identity } from '../../machine/index.js'

export type GupLevel = 'pgd' | 'p4d' | 'pud' | 'pmd'
/** Named for the release or the proposal that has them first. */
export type GupText = 'v5.2' | 'folded-end' | 'entry-end' | 'v5.9'

const MERGED = '[PATCH v2] mm/gup: fix gup_fast with dynamic page table folding'
const FOLDED_END = '[RFC PATCH v2 1/3] mm/gup: fix gup_fast with dynamic page table folding'
const ENTRY_END = '[RFC PATCH v2 2/3] mm: make pXd_addr_end() functions page-table entry aware'

/** Lines that the functions name, as they stand in the text that the merged patch is for. */
export const GUP_LINES: Readonly<
  Record<GupLevel, { readonly offset: number; readonly end: number; readonly call: number }>
> = {
  pmd: { offset: 2494, end: 2498, call: 2525 },
  pud: { offset: 2537, end: 2541, call: 2552 },
  p4d: { offset: 2565, end: 2569, call: 2577 },
  pgd: { offset: 2590, end: 2594, call: 2605 },
}

/** The first proposals were made for a text in which all of this stands 26 lines further down. */
const FURTHER_DOWN = 26

function moved(level: GupLevel): Readonly<Record<number, number>> {
  const lines = Object.values(GUP_LINES[level])
  return Object.fromEntries(lines.map((line) => [line, line + FURTHER_DOWN]))
}

function hunks(level: GupLevel, hash: string, source: string): Identity {
  return source === MERGED
    ? { kind: 'hunks', hash, source }
    : { kind: 'hunks', hash, source, lines: moved(level) }
}

export const GUP_RANGE: Readonly<Record<GupText, Readonly<Record<GupLevel, readonly Identity[]>>>> = {
  'v5.2': {
    pmd: [hunks('pmd', '5bf9380a436efb67', MERGED), hunks('pmd', 'e90c07cff29524d2', FOLDED_END)],
    pud: [hunks('pud', '947507de5f6d442d', MERGED), hunks('pud', '25060cd953bfa75e', FOLDED_END)],
    p4d: [hunks('p4d', '6a986dc2d2165698', MERGED), hunks('p4d', 'ab3746587e44af97', FOLDED_END)],
    pgd: [hunks('pgd', '8f218b183d7382fe', MERGED), hunks('pgd', '79bd254d3a77e6cb', FOLDED_END)],
  },
  'folded-end': {
    pmd: [hunks('pmd', 'c6c2e8ec58ea8fbb', FOLDED_END)],
    pud: [hunks('pud', 'f8b00d0bd1c82143', FOLDED_END)],
    p4d: [hunks('p4d', 'b591dea362ad494f', FOLDED_END)],
    pgd: [hunks('pgd', '9da35db17380f3f2', FOLDED_END)],
  },
  'entry-end': {
    pmd: [hunks('pmd', 'c58a14ac7ec6fd55', ENTRY_END)],
    pud: [hunks('pud', '5e3efd4aedbc0a1a', ENTRY_END)],
    p4d: [hunks('p4d', '4e6b35a16f7262f7', ENTRY_END)],
    pgd: [hunks('pgd', '2da7527967020b81', ENTRY_END)],
  },
  'v5.9': {
    pmd: [hunks('pmd', '10128c7d3303896c', MERGED)],
    pud: [hunks('pud', 'a8a4c598dd0698d1', MERGED)],
    p4d: [hunks('p4d', '4ab65aca52c49a41', MERGED)],
    pgd: [hunks('pgd', '80e88088a63e5c28', MERGED)],
  },
}
