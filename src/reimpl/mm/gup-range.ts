/**
 * gup_pgd_range() to gup_pmd_range() of mm/gup.c, in four texts that differ in two expressions: how the first slot
 * of the level below is found, and where an entry ends.
 *
 * | text | first slot | end of an entry |
 * |---|---|---|
 * | v5.2, until 5.9-rc5 | `pXd_offset(&value, addr)`, of a copy on the stack | `pXd_addr_end(addr, end)` |
 * | folded-end, proposed first | the same | `pXd_addr_end_folded(value, addr, end)` |
 * | entry-end, proposed with it | the same | `pXd_addr_end(value, addr, end)`, everywhere |
 * | v5.9, merged | `pXd_offset_lockless(pointer, value, addr)` | `pXd_addr_end(addr, end)` |
 */
import type { Proc, Word } from '../../machine/index.js'
import {
  addrEnd,
  EntryPointer,
  type GupRangeArguments,
  type Kernel,
  pointerToCopy,
  type Release,
} from '../../mm/index.js'
import { defineReimplementation } from '../define.js'
import { GUP_LINES, GUP_RANGE, type GupLevel, type GupText } from './gup-range.identities.js'

/** The entry above a range: its value, and where the text has it the place it was read from. */
interface Above {
  readonly pointer: EntryPointer | null
  readonly value: Word
}

interface Range {
  readonly above: Above
  readonly addr: bigint
  readonly end: bigint
  readonly rest: readonly [flags: number, pages: null, nr: null]
}

function rangeOf(args: GupRangeArguments): Range {
  if (args[0] instanceof EntryPointer) {
    const [pointer, value, addr, end, ...rest] = args as Extract<
      GupRangeArguments,
      [EntryPointer, ...unknown[]]
    >
    return { above: { pointer, value }, addr, end, rest }
  }
  const [value, addr, end, ...rest] = args as Exclude<GupRangeArguments, [EntryPointer, ...unknown[]]>
  return { above: { pointer: null, value }, addr, end, rest }
}

const ABOVE = { p4d: 'pgd', pud: 'p4d', pmd: 'pud' } as const

/** `pudp = pud_offset(&p4d, addr)`, or `pud_offset_lockless(p4dp, p4d, addr)` where the pointer was handed down. */
function firstSlot(
  k: Kernel,
  level: 'p4d' | 'pud' | 'pmd',
  { pointer, value }: Above,
  addr: bigint,
): Proc<EntryPointer> {
  return pointer === null
    ? k.call(`${level}_offset`, pointerToCopy(ABOVE[level], value), addr)
    : k.call(`${level}_offset_lockless`, pointer, value, addr)
}

function* endOf(
  k: Kernel,
  text: GupText,
  level: GupLevel,
  value: Word,
  addr: bigint,
  end: bigint,
): Proc<bigint> {
  if (text === 'folded-end') return yield* k.call(`${level}_addr_end_folded`, value, addr, end)
  if (text === 'entry-end') return yield* k.call(`${level}_addr_end`, value, addr, end)
  return addrEnd(k.mm.profile, level, addr, end)
}

/** What the next function down is called with: since 5.9 the pointer too. */
function handedDown(text: GupText, pointer: EntryPointer, value: Word, range: readonly [bigint, bigint]) {
  return text === 'v5.9' ? ([pointer, value, ...range] as const) : ([value, ...range] as const)
}

const NOT_MODELLED = 'huge entries and hugetlb directories end the walk'

function gupRanges(version: GupText, release: Release) {
  const text = { path: 'mm/gup.c', version, release, notes: [NOT_MODELLED] } as const
  const lines = (level: GupLevel) => Object.values(GUP_LINES[level]).sort((a, b) => a - b)
  const identities = GUP_RANGE[version]

  const gup_pmd_range = defineReimplementation(
    { ...text, name: 'gup_pmd_range', identities: identities.pmd, lines: lines('pmd') },
    function* (k, ...args) {
      const at = GUP_LINES.pmd
      const { above, end, rest, ...range } = rangeOf(args)
      let { addr } = range
      let pmdp = yield* firstSlot(k.at(at.offset), 'pmd', above, addr)
      for (;;) {
        const pmd = yield* k.loadEntry(pmdp, 'once')
        const next = yield* endOf(k.at(at.end), version, 'pmd', pmd, addr, end)
        if (!(yield* k.branch(k.pmd_present(pmd), 'rest'))) return 0
        if (yield* k.branch(k.pmd_leaf(pmd), 'rest')) return 0
        if ((yield* k.at(at.call).call('gup_pte_range', pmd, addr, next, ...rest)) === 0) return 0
        pmdp = pmdp.next()
        addr = next
        if (addr === end) return 1
      }
    },
  )

  const gup_pud_range = defineReimplementation(
    { ...text, name: 'gup_pud_range', identities: identities.pud, lines: lines('pud') },
    function* (k, ...args) {
      const at = GUP_LINES.pud
      const { above, end, rest, ...range } = rangeOf(args)
      let { addr } = range
      let pudp = yield* firstSlot(k.at(at.offset), 'pud', above, addr)
      for (;;) {
        const pud = yield* k.loadEntry(pudp, 'once')
        const next = yield* endOf(k.at(at.end), version, 'pud', pud, addr, end)
        if (!(yield* k.branch(k.pud_present(pud), 'rest'))) return 0
        const down = handedDown(version, pudp, pud, [addr, next])
        if ((yield* k.at(at.call).call('gup_pmd_range', ...down, ...rest)) === 0) return 0
        pudp = pudp.next()
        addr = next
        if (addr === end) return 1
      }
    },
  )

  const gup_p4d_range = defineReimplementation(
    { ...text, name: 'gup_p4d_range', identities: identities.p4d, lines: lines('p4d') },
    function* (k, ...args) {
      const at = GUP_LINES.p4d
      const { above, end, rest, ...range } = rangeOf(args)
      let { addr } = range
      let p4dp = yield* firstSlot(k.at(at.offset), 'p4d', above, addr)
      for (;;) {
        const p4d = yield* k.loadEntry(p4dp, 'once')
        const next = yield* endOf(k.at(at.end), version, 'p4d', p4d, addr, end)
        if (yield* k.branch(k.p4d_none(p4d), 'rest')) return 0
        const down = handedDown(version, p4dp, p4d, [addr, next])
        if ((yield* k.at(at.call).call('gup_pud_range', ...down, ...rest)) === 0) return 0
        p4dp = p4dp.next()
        addr = next
        if (addr === end) return 1
      }
    },
  )

  const gup_pgd_range = defineReimplementation(
    { ...text, name: 'gup_pgd_range', identities: identities.pgd, lines: lines('pgd') },
    function* (k, start, end, ...rest) {
      const at = GUP_LINES.pgd
      let addr = start
      let pgdp = yield* k.at(at.offset).pgd_offset(k.mm, addr)
      for (;;) {
        const pgd = yield* k.loadEntry(pgdp, 'once')
        const next = yield* endOf(k.at(at.end), version, 'pgd', pgd, addr, end)
        if (yield* k.branch(k.pgd_none(pgd), 'rest')) return
        const down = handedDown(version, pgdp, pgd, [addr, next])
        if ((yield* k.at(at.call).call('gup_p4d_range', ...down, ...rest)) === 0) return
        pgdp = pgdp.next()
        addr = next
        if (addr === end) return
      }
    },
  )

  return [gup_pmd_range, gup_pud_range, gup_p4d_range, gup_pgd_range] as const
}

/** Copies of entries on the stack stand for the tables that folded levels don't have. */
export const GUP_RANGE_V5_2 = gupRanges('v5.2', '5.2')
/** The first proposal: the ends of entries know about folding. */
export const GUP_RANGE_FOLDED_END = gupRanges('folded-end', '5.9')
/** The same for everybody who asks where an entry ends. */
export const GUP_RANGE_ENTRY_END = gupRanges('entry-end', '5.9')
/** As merged: pointers to the entries are handed down beside their values. */
export const GUP_RANGE_V5_9 = gupRanges('v5.9', '5.9')
