/**
 * Address spaces for walks over ranges: as many levels as wanted, a range that lies within one table or across the
 * border of one, and what is mapped there. Plain data, as the worlds of page walks.
 */
import { Heap } from '../machine/index.js'
import {
  type BehindCopy,
  type Config,
  EntryPointer,
  indexAt,
  LEVELS,
  type Level,
  Mm,
  pageSizeOf,
  type S390Levels,
  sizeOf,
  type TablePage,
  tableEntry,
  type UpperLevel,
  type Vma,
  withLevels,
  withSmallTables,
} from '../mm/index.js'
import { profileNamed } from './world.js'

/** Where a range lies: `inside` one page of ptes, or around a border between entries of a level. */
export type Border = 'inside' | UpperLevel

/** A range of pages. */
export interface RangeSpec {
  readonly border: Border
  /** Pages on the near and on the far side of the border; inside one page of ptes, all of them. */
  readonly before: number
  readonly after: number
}

export interface GupSpec {
  readonly arch: string
  /** Levels of the address space, where each has its own number. */
  readonly levels?: S390Levels
  readonly entries: 'real' | number
  readonly range: RangeSpec
  /** What lies behind a copy of an entry on the stack; left out, nobody knows. */
  readonly behind?: BehindCopy
  /** Pages that lie one entry of the border's level further down are mapped, too. */
  readonly mapsBelow?: boolean
  /** Pages of the range, from its start on, that are not mapped. */
  readonly holes?: readonly number[]
}

export interface GupWorld {
  readonly spec: GupSpec
  readonly mm: Mm
  readonly heap: Heap
  readonly vma: Vma
  readonly start: bigint
  readonly end: bigint
  /** Addresses of the range's pages. */
  readonly pages: readonly bigint[]
}

/** Size of what lies between two borders of a level, as C's constants have it. */
export function borderSize({ constantShifts, levels }: Mm['profile'], level: UpperLevel): bigint {
  return 1n << BigInt(constantShifts?.[level] ?? levels[level].shift)
}

/** Lays the address space out: every page of the range gets a frame of its own. */
export function buildGupWorld(spec: GupSpec, given: Config = {}): GupWorld {
  const named = profileNamed(spec.arch)
  const levelled = spec.levels === undefined ? named : withLevels(named, spec.levels)
  const profile = spec.entries === 'real' ? levelled : withSmallTables(levelled, spec.entries)
  const page = pageSizeOf(profile)
  const { border, before, after } = spec.range
  // Slot 1 of the top table, then the border, or a place away from all of them.
  const top = sizeOf(profile, 'pgd')
  const at = border === 'inside' ? top + sizeOf(profile, 'pmd') + 2n * page : borderIn(profile, border, top)
  const start = at - (border === 'inside' ? 0n : BigInt(before) * page)
  const end = at + BigInt(border === 'inside' ? before + after : after) * page
  const heap = new Heap(profile.wordBits)
  const vma: Vma = { start: 0n, end: end + top, kind: 'anonymous' }
  const mm = new Mm(heap, profile, { ...profile.config, ...given }, [vma])
  if (spec.behind !== undefined) mm.behindCopies = spec.behind
  const pages: bigint[] = []
  for (let addr = start; addr < end; addr += page) pages.push(addr)
  const { format } = profile
  const flags = { write: true, young: true, dirty: true }
  for (const [i, addr] of pages.entries()) {
    if (spec.holes?.includes(i) === true) continue
    mapPage(mm, addr, format.page(FIRST_PFN + BigInt(i), flags, 'no'))
  }
  if (spec.mapsBelow === true && border !== 'inside') {
    const down = borderSize(profile, border)
    for (const [i, addr] of pages.entries()) {
      const other = format.page(OTHER_PFN + BigInt(i), flags, 'no')
      if (addr >= at) mapPage(mm, addr - down, other)
    }
  }
  return { spec, mm, heap, vma, start, end, pages }
}

const FIRST_PFN = 0x1000n
const OTHER_PFN = 0x4000n

/** The first border of the level behind the beginning of slot 1 of the top table. */
function borderIn(profile: Mm['profile'], level: UpperLevel, top: bigint): bigint {
  const size = borderSize(profile, level)
  return (top / size + 1n) * size
}

/** Puts a pte there, with the tables that lead to it. */
export function mapPage(mm: Mm, addr: bigint, pte: bigint): void {
  const { profile } = mm
  let table: TablePage = mm.pgd
  let upper: UpperLevel = 'pgd'
  for (const level of LEVELS) {
    if (level === 'pgd' || (level !== 'pte' && profile.levels[level].folded !== 'no')) continue
    const slot = new EntryPointer(table, indexAt(profile, upper, addr))
    const next = mm.newTable(level, tableName(profile, level, addr))
    table.setInitial(slot.index, tableEntry(profile, upper, next.pfn))
    table = next
    if (level !== 'pte') upper = level
  }
  table.setInitial(indexAt(profile, 'pte', addr), pte)
}

/** A table is named for the number of what it maps. */
function tableName(profile: Mm['profile'], level: Level, addr: bigint): string {
  const above = LEVELS[LEVELS.indexOf(level) - 1] ?? 'pgd'
  return (addr / sizeOf(profile, above)).toString(16)
}

/** Names of the slots that a fresh walk of an address passes, from the top table on. */
export function freshWalk(mm: Mm, addr: bigint): readonly string[] {
  return LEVELS.flatMap((level) => mm.slot(level, addr)?.name ?? [])
}
