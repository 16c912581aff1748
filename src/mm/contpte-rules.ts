/**
 * The hardware's rules for contiguous blocks of arm64 entries, as hazards of an execution. A block is N neighbouring
 * ptes with the CONT bit, N the profile's. What holds of it at every store: the pages are contiguous and aligned,
 * all valid entries have the bit or none has, and an entry that is live is not changed into one of another page or
 * without the bit: it is taken away, the block dropped from the TLBs, and stored anew (break before make). What
 * may differ for a moment, but not when the page-table lock is dropped, the block is flushed or its thread ends:
 * that all entries are valid, and that their attributes are equal.
 *
 * Whatever code makes the state, it is seen: the rules look at the entries alone.
 */
import {
  type Cell,
  type Event,
  type Hazard,
  type HazardDetector,
  kindOf,
  type WriteRecord,
} from '../machine/index.js'
import type { ArchProfile } from './arch-profile.js'
import { ARM64_PTE_BITS } from './arm64-pte.js'
import type { Mm, TablePage } from './table.js'

const { VALID, RDONLY, AF, CONT, DIRTY, PFN } = ARM64_PTE_BITS
/** All but the page, and what the hardware or software may set in any one entry of a block. */
const ATTRIBUTES = ((1n << 64n) - 1n) & ~(PFN | AF | DIRTY | RDONLY)

/** FEAT_BBM level 2 of every CPU: entries with and without the CONT bit may be in the TLBs at once. */
const BBML2 = 'ARM64_HAS_BBML2_NOABORT'

/** Names of the hazards. */
export const CONTPTE_HAZARDS = {
  misaligned: 'contiguous block misaligned',
  scattered: 'contiguous block of scattered pages',
  mixed: 'contiguous block with and without CONT',
  live: 'live contiguous block changed',
  unflushed: 'contiguous block remade without TLB invalidation',
  partial: 'contiguous block partly invalid',
  unequal: 'contiguous block of unequal attributes',
} as const

/** The detector for the blocks of an address space; none where the profile has no blocks. */
export function contpteRules(mm: Mm): readonly HazardDetector[] {
  const { contPtes } = mm.profile
  if (contPtes === undefined) return []
  return [(events) => new BlockWatch(mm, contPtes, tablesOf(mm)).over(events)]
}

/** A page of ptes with the address that its first entry maps. */
interface MappedTable {
  readonly table: TablePage
  readonly start: bigint
}

/** Pages of ptes that can be reached at first, by name. */
function tablesOf(mm: Mm): ReadonlyMap<string, MappedTable> {
  const found = new Map<string, MappedTable>()
  const visit = (table: TablePage, start: bigint): void => {
    if (table.level === 'pte') {
      found.set(table.name, { table, start })
      return
    }
    const size = 1n << BigInt(mm.profile.levels[table.level].shift)
    for (const index of table.populated()) {
      const below = mm.tableAt(mm.profile.format.pfn(table.initialOf(index)))
      if (below !== undefined) visit(below, start + BigInt(index) * size)
    }
  }
  visit(mm.pgd, 0n)
  return found
}

/** What is known of an entry that was taken away and not stored since. */
interface Broken {
  readonly thread: number
  readonly last: bigint
  flushed: boolean
}

interface Entry {
  value: bigint
  broken: Broken | null
}

interface Block {
  readonly name: string
  readonly table: MappedTable
  readonly first: number
  readonly entries: Entry[]
  /** Thread and event of the last store, and whether the rules for quiet moments were looked at since. */
  stored: { readonly event: Event; readonly cell: Cell } | null
}

class BlockWatch {
  readonly #profile: ArchProfile
  readonly #standsMixture: boolean
  readonly #count: number
  readonly #tables: ReadonlyMap<string, MappedTable>
  readonly #blocks = new Map<string, Block>()
  readonly #hazards: Hazard[] = []

  constructor({ profile, config }: Mm, count: number, tables: ReadonlyMap<string, MappedTable>) {
    this.#profile = profile
    this.#standsMixture = config[BBML2] === 'y'
    this.#count = count
    this.#tables = tables
  }

  over(events: readonly Event[]): Hazard[] {
    for (const event of events) {
      for (const write of event.writes) if (write.cell.role === 'data') this.#write(event, write)
      if (event.semantic?.role === 'flush') this.#flush(event)
      if (event.op === 'unlock') {
        for (const block of this.#blocks.values()) {
          if (event.text === `unlock ${block.table.table.lock.name}`) this.#quiet(block, event)
        }
      }
    }
    for (const block of this.#blocks.values()) this.#quiet(block, null)
    return this.#hazards
  }

  #blockOf({ object }: Cell): { readonly block: Block; readonly index: number } | null {
    const [, name = '', number = ''] = /^(pte:[^[]+)\[(-?\d+)\]$/.exec(object) ?? []
    const table = this.#tables.get(name)
    const index = Number(number)
    if (table === undefined || number === '' || index < 0) return null
    const first = index - (index % this.#count)
    const key = `${name}[${first}-${first + this.#count - 1}]`
    const known = this.#blocks.get(key)
    if (known !== undefined) return { block: known, index: index - first }
    const entries = Array.from({ length: this.#count }, (_, i) => ({
      value: table.table.initialOf(first + i),
      broken: null,
    }))
    const block = { name: key, table, first, entries, stored: null }
    this.#blocks.set(key, block)
    return { block, index: index - first }
  }

  #write(event: Event, write: WriteRecord): void {
    const found = this.#blockOf(write.cell)
    if (found === null) return
    const { block, index } = found
    const entry = block.entries[index]
    if (entry === undefined) return
    const { value: before } = entry
    const after = write.value
    entry.value = after
    block.stored = { event, cell: write.cell }
    const tell = (kind: string, text: string): void => {
      this.#hazards.push({ kind, object: kindOf(write.cell), text, event })
    }
    const at = `${block.table.table.name}[${block.first + index}]`
    if (!isValid(after)) {
      if (isValid(before)) entry.broken = { thread: event.thread, last: before, flushed: false }
      return
    }
    const pfn = this.#pfn(after)
    if (isCont(after) && pfn % BigInt(this.#count) !== BigInt(index)) {
      tell(CONTPTE_HAZARDS.misaligned, `${at} has the CONT bit and page ${pfn.toString(16)}`)
    }
    if (isValid(before)) {
      if ((isCont(before) || isCont(after)) && this.#differs(before, after)) {
        tell(CONTPTE_HAZARDS.live, `${at} is live, and becomes another entry without break-before-make`)
      }
    } else if (entry.broken !== null) {
      const { thread, last, flushed } = entry.broken
      const isBlock = isCont(last) || isCont(after)
      const isForbidden = this.#standsMixture ? this.#pfn(last) !== pfn : this.#differs(last, after)
      if (thread === event.thread && !flushed && isBlock && isForbidden) {
        tell(CONTPTE_HAZARDS.unflushed, `${at} is made anew before its block was dropped from the TLBs`)
      }
    }
    entry.broken = null
    const valid = block.entries.flatMap(({ value }, i) => (isValid(value) ? [{ value, i }] : []))
    const blocks = valid.filter(({ value }) => isCont(value))
    if (blocks.length > 0 && blocks.length < valid.length) {
      tell(CONTPTE_HAZARDS.mixed, `${block.name} has entries with and without the CONT bit`)
    }
    if (
      isCont(after) &&
      blocks.some(({ value, i }) => this.#pfn(value) - BigInt(i) !== pfn - BigInt(index))
    ) {
      tell(CONTPTE_HAZARDS.scattered, `${block.name} maps pages that do not follow one another`)
    }
  }

  #pfn(bits: bigint): bigint {
    return this.#profile.format.pfn(bits)
  }

  #differs(one: bigint, other: bigint): boolean {
    return isCont(one) !== isCont(other) || this.#pfn(one) !== this.#pfn(other)
  }

  #flush(event: Event): void {
    const range = rangeOf(event, this.#profile)
    for (const block of this.#blocks.values()) {
      const size = 1n << BigInt(this.#profile.levels.pte.shift)
      const start = block.table.start + BigInt(block.first) * size
      const end = start + BigInt(this.#count) * size
      if (range !== null && (range.end <= start || range.start >= end)) continue
      // Another thread's flush says nothing of what this one is about to do.
      if (block.stored?.event.thread === event.thread) this.#quiet(block, event)
      if (range !== null && (range.start > start || range.end < end)) continue
      for (const { broken } of block.entries) if (broken?.thread === event.thread) broken.flushed = true
    }
  }

  /** Looks at what has to hold when nobody is in the middle of a change. */
  #quiet(block: Block, at: Event | null): void {
    if (block.stored === null) return
    const { event, cell } = block.stored
    if (at !== null && at.thread !== event.thread) return
    const conts = block.entries.filter(({ value }) => isValid(value) && isCont(value))
    const tell = (kind: string, text: string): void => {
      if (this.#hazards.some((known) => known.kind === kind && known.event === event)) return
      this.#hazards.push({ kind, object: kindOf(cell), text, event, ...(at === null ? {} : { other: at }) })
    }
    const when =
      at === null ? 'at the end' : at.op === 'unlock' ? 'when its lock is dropped' : 'when it is flushed'
    if (conts.length === 0) return
    if (block.entries.some(({ value }) => !isValid(value))) {
      const text = `${block.name} has ${conts.length} of ${this.#count} entries ${when}`
      tell(CONTPTE_HAZARDS.partial, text)
    }
    if (new Set(conts.map(({ value }) => value & ATTRIBUTES)).size > 1) {
      tell(CONTPTE_HAZARDS.unequal, `the entries of ${block.name} allow different things ${when}`)
    }
  }
}

function isValid(bits: bigint): boolean {
  return (bits & VALID) !== 0n
}

function isCont(bits: bigint): boolean {
  return (bits & CONT) !== 0n
}

/** The addresses that a flush names; null if it names none. */
function rangeOf(
  { semantic }: Event,
  { levels }: Pick<ArchProfile, 'levels'>,
): { readonly start: bigint; readonly end: bigint } | null {
  const [from, to] = (semantic?.detail ?? '').match(/0x[0-9a-f]+/g) ?? []
  if (from === undefined) return null
  const start = BigInt(from)
  return { start, end: to === undefined ? start + (1n << BigInt(levels.pte.shift)) : BigInt(to) }
}
