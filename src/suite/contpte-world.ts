/**
 * Worlds of contiguous blocks of arm64 ptes: two pages of ptes that the same address space maps, one after the other,
 * with what lies in the first of them, and the folios that its pages belong to.
 */
import { Heap } from '../machine/index.js'
import {
  ARM64_PTE,
  ARM64_PTE_BITS,
  type ArchProfile,
  type Config,
  type EntryFlags,
  EntryPointer,
  LEVELS,
  Mm,
  pageSizeOf,
  sizeOf,
  type TablePage,
  type Vma,
  withSmallTables,
} from '../mm/index.js'
import { profileNamed } from './world.js'

/**
 * What the first block holds at first; the others are empty. `mapped`: what mapping all its pages by one call makes,
 * which is a block where there are functions that make such, and plain entries elsewhere.
 */
export type BlockStart = 'empty' | 'mapped' | 'plain' | 'none-but-cont'

export interface ContpteWorldSpec {
  readonly arch: string
  readonly start: BlockStart
  /** Pages of a folio, as a part of the four blocks that a page of ptes has: all of them if left out. */
  readonly folioPages?: number
  /** The entries at first are read-only. */
  readonly readOnly?: boolean
  /** Entries of the first block that are dirty, and accessed, at first; none if left out. */
  readonly dirty?: readonly number[]
  readonly young?: readonly number[]
  /** Entries of a block where several threads run; the architecture's own number if left out. */
  readonly block?: number
  /** A mapping of the kernel, which has no VMA. */
  readonly kernel?: boolean
}

export interface ContpteWorld {
  readonly spec: ContpteWorldSpec
  readonly profile: ArchProfile
  readonly mm: Mm
  /** Entries of a block. */
  readonly n: number
  /** There are functions that make blocks. */
  readonly makesBlocks: boolean
  /** The pages of ptes, and the address that each begins at. */
  readonly tables: readonly { readonly table: TablePage; readonly start: bigint }[]
  readonly vma: Vma
}

/** Blocks of a page of ptes. */
const BLOCKS = 4
/** The first page, which begins a folio of any size. */
export const FIRST_PFN = 0x1000n
/** Pages of another folio. */
export const OTHER_PFN = 0x3000n

export function buildContpteWorld(
  spec: ContpteWorldSpec,
  makesBlocks: boolean,
  given: Config = {},
): ContpteWorld {
  const real = profileNamed(spec.arch)
  const n = spec.block ?? real.contPtes ?? 1
  const entries = n * BLOCKS
  const profile: ArchProfile = {
    ...withSmallTables(real, entries),
    contPtes: n,
    folioPages: spec.folioPages ?? entries,
  }
  const mapped = sizeOf(profile, 'pte') * BigInt(entries)
  const start = startOf(profile)
  const vma: Vma = { start, end: start + 2n * mapped, kind: 'anonymous' }
  const mm = new Mm(new Heap(), profile, { ...profile.config, ...given }, spec.kernel === true ? [] : [vma])
  const tables = ['A', 'B'].map((id, i) => {
    const table = mm.newTable('pte', id)
    const at = start + BigInt(i) * mapped
    link(mm, at, table)
    return { table, start: at }
  })
  for (let i = 0; i < n; i++) tables[0]?.table.setInitial(i, initial(profile, spec, i, makesBlocks))
  return { spec, profile, mm, n, makesBlocks, tables, vma }
}

/** Slot 1 of every table above the ptes. */
function startOf(profile: ArchProfile): bigint {
  let start = 0n
  for (const level of LEVELS) {
    if (level !== 'pte' && profile.levels[level].folded === 'no') start += sizeOf(profile, level)
  }
  return start
}

/** Has the tables above lead to a page of ptes. */
function link(mm: Mm, addr: bigint, ptes: TablePage): void {
  const { profile } = mm
  const levels = LEVELS.filter((level) => level !== 'pte' && profile.levels[level].folded === 'no')
  let table = mm.pgd
  for (const [i, level] of levels.entries()) {
    const { shift, entries } = profile.levels[level]
    const index = Number((addr >> BigInt(shift)) % BigInt(entries))
    const below = levels[i + 1]
    const next = below === undefined ? ptes : mm.newTable(below, 'A')
    table.setInitial(index, profile.format.table(next.pfn))
    table = next
  }
}

const { CONT, VALID } = ARM64_PTE_BITS
/** An entry that allows nothing has no VALID bit, but its page. */
const PROT_NONE = 1n << 58n

function initial(profile: ArchProfile, spec: ContpteWorldSpec, i: number, makesBlocks: boolean): bigint {
  if (spec.start === 'empty') return 0n
  const flags = {
    write: spec.readOnly !== true,
    young: spec.young?.includes(i) ?? false,
    dirty: spec.dirty?.includes(i) ?? false,
  }
  const page = pageBits(profile, FIRST_PFN + BigInt(i), flags)
  if (spec.start === 'none-but-cont') return (page | CONT | PROT_NONE) & ~VALID
  return spec.start === 'mapped' && makesBlocks ? page | CONT : page
}

/** An entry of a page. */
export function pageBits({ format }: ArchProfile, pfn: bigint, flags: EntryFlags): bigint {
  return format.page(pfn, flags, 'no')
}

/** What mprotect(PROT_NONE) makes of an entry. */
export function protNone(bits: bigint): bigint {
  return (bits | PROT_NONE) & ~VALID & ~CONT
}

/** The entry of this number, counted over both pages of ptes, and the address that it maps. */
export function slotAt(
  { tables, profile }: ContpteWorld,
  page: number,
): { readonly ptep: EntryPointer; readonly addr: bigint; readonly table: TablePage } {
  const entries = profile.levels.pte.entries
  const found = tables[Math.floor(page / entries)]
  if (found === undefined) throw new Error(`there is no page ${page}`)
  const index = page % entries
  return {
    ptep: new EntryPointer(found.table, index),
    addr: found.start + BigInt(index) * pageSizeOf(profile),
    table: found.table,
  }
}

/** One letter for an entry: `C` part of a block, `p` plain, `.` none, `S` swap entry, `x` allows nothing. */
export function entryLetter(bits: bigint): string {
  if (bits === 0n) return '.'
  if (ARM64_PTE.valid(bits)) return ARM64_PTE.cont(bits) ? 'C' : 'p'
  return (bits & PROT_NONE) !== 0n ? 'x' : 'S'
}

/** `p×5 .×1 p×10`. */
export function runs(letters: string): string {
  const parts = letters.match(/(.)\1*/gu) ?? []
  return parts.map((part) => `${part[0] ?? ''}×${part.length}`).join(' ')
}
