/**
 * Worlds: an address space laid out from a description that is plain data, so that worlds can be generated,
 * compared and shrunk.
 */
import { Heap } from '../machine/index.js'
import {
  ARCH_PROFILES,
  type ArchProfile,
  type Config,
  type EntryFlags,
  EntryPointer,
  LEVELS,
  Mm,
  PAGE_SIZE,
  pmdState,
  pteState,
  type S390Levels,
  sizeOf,
  type TablePage,
  tableEntry,
  type Vma,
  type VmaKind,
  withLevels,
  withSmallTables,
} from '../mm/index.js'

/** What a pte holds at first. */
export type PteSpec = 'none' | 'clean' | 'dirty' | 'read-only' | 'swap'

/** What a pmd holds at first; a `table`'s ptes are given from its first slot on, the rest are none. */
export type PmdSpec =
  | { readonly kind: 'none' | 'huge' | 'migration' | 'devmap' }
  | { readonly kind: 'table'; readonly ptes: readonly PteSpec[] }

export interface WorldSpec {
  readonly arch: string
  readonly config?: Config
  /** Entries per table: the architecture's, or a small number where several threads run. */
  readonly entries: 'real' | number
  readonly vma: VmaKind
  /** Levels of the address space, where it has its own number of them: 3 if left out. */
  readonly levels?: S390Levels
  /** Neighbouring pmd slots, from a slot boundary on. */
  readonly pmds: readonly PmdSpec[]
  /**
   * Where the walk ends: after the last pmd; on the address space's last byte; or, for a level, after the entry
   * of that level that follows, which is none, or after so many of them.
   */
  readonly end?: 'last-byte' | 'pud' | 'p4d' | 'pgd'
  readonly entriesBehind?: number
  /** Pages from the start that lie between two VMAs: the first of them, not 0, and how many. */
  readonly gap?: { readonly page: number; readonly pages: number }
  /** `vm_flags` of the VMAs; C that looks at them asks for them if they are left out. */
  readonly vmFlags?: bigint
}

/** A world laid out. */
export interface World {
  readonly spec: WorldSpec
  readonly profile: ArchProfile
  readonly mm: Mm
  readonly heap: Heap
  /** The first VMA, which the walk starts in. */
  readonly vma: Vma
  readonly start: bigint
  readonly end: bigint
  /** The slot of each described pmd. */
  readonly pmds: readonly EntryPointer[]
  /** The table that each described pmd points to at first; null for those that point to none. */
  readonly tables: readonly (TablePage | null)[]
}

/** The profile of this name; an unknown name is a bug in a suite. */
export function profileNamed(name: string): ArchProfile {
  const profile = ARCH_PROFILES.find((candidate) => candidate.name === name)
  if (profile === undefined) throw new Error(`no architecture profile is called ${name}`)
  return profile
}

/** Lays a world out, under the configuration given; what the world itself fixes stays fixed. Equal specs give equal names and cells. */
export function buildWorld(spec: WorldSpec, given: Config = {}): World {
  const named = profileNamed(spec.arch)
  const real = spec.levels === undefined ? named : withLevels(named, spec.levels)
  const profile = spec.entries === 'real' ? real : withSmallTables(real, spec.entries)
  const heap = new Heap(profile.wordBits)
  const start = startOf(profile, spec)
  const end = endOf(profile, spec, start)
  const vmas = vmasOf(spec, start, end)
  const [vma = { start, end, kind: spec.vma }] = vmas
  const config = { ...profile.config, ...given, ...spec.config }
  const mm = new Mm(heap, profile, config, vmas)
  const upper = upperTables(mm, start)
  const pmds = spec.pmds.map((_, i) => upper.at(upper.index + i))
  const tables = spec.pmds.map((pmd, i) => layPmd(mm, pmds[i] ?? upper, pmd, i))
  return { spec, profile, mm, heap, vma, start, end, pmds, tables }
}

/** The last pmd of the address space for a walk to its last byte, else slot 1 of every upper table. */
function startOf(profile: ArchProfile, spec: WorldSpec): bigint {
  if (spec.end === 'last-byte') {
    return (1n << BigInt(profile.wordBits)) - sizeOf(profile, 'pmd') * BigInt(spec.pmds.length)
  }
  let start = 0n
  for (const level of LEVELS) {
    if (level === 'pte' || level === 'pmd' || profile.levels[level].folded !== 'no') continue
    start += sizeOf(profile, level)
  }
  return start
}

function endOf(profile: ArchProfile, spec: WorldSpec, start: bigint): bigint {
  const end = start + sizeOf(profile, 'pmd') * BigInt(spec.pmds.length)
  if (spec.end === undefined) return end
  if (spec.end === 'last-byte') return end - 1n
  const size = sizeOf(profile, spec.end)
  return (start / size + 1n + BigInt(spec.entriesBehind ?? 1)) * size
}

function vmasOf({ gap, vma: kind, vmFlags }: WorldSpec, start: bigint, end: bigint): Vma[] {
  const known = vmFlags === undefined ? {} : { flags: vmFlags }
  if (gap === undefined) return [{ start, end, kind, ...known }]
  const from = start + PAGE_SIZE * BigInt(gap.page)
  const all = [
    { start, end: from, kind, ...known },
    { start: from + PAGE_SIZE * BigInt(gap.pages), end, kind, ...known },
  ]
  return all.filter((vma) => vma.start < vma.end)
}

/** Makes the tables above the pmd level and returns the slot of `addr` in the lowest of them. */
function upperTables(mm: Mm, addr: bigint): EntryPointer {
  const { profile } = mm
  let table = mm.pgd
  let slot = new EntryPointer(table, indexIn(profile, 'pgd', addr))
  for (const level of ['p4d', 'pud', 'pmd'] as const) {
    if (profile.levels[level].folded !== 'no') continue
    const next = mm.newTable(level, 'A')
    table.setInitial(slot.index, tableEntry(profile, table.level === 'pte' ? 'pmd' : table.level, next.pfn))
    table = next
    slot = new EntryPointer(table, indexIn(profile, level, addr))
  }
  return slot
}

function indexIn(profile: ArchProfile, level: 'pgd' | 'p4d' | 'pud' | 'pmd', addr: bigint): number {
  const { entries, shift } = profile.levels[level]
  return Number((addr >> BigInt(shift)) % BigInt(entries))
}

const HUGE_PFN = 0x2000n
const PAGE_PFN = 0x1000n

function layPmd(mm: Mm, slot: EntryPointer, spec: PmdSpec, number: number): TablePage | null {
  const { format } = mm.profile
  if ('kind' in slot.table) return null
  const hugePfn = HUGE_PFN + 0x1000n * BigInt(number)
  switch (spec.kind) {
    case 'none':
      return null
    case 'huge':
      slot.table.setInitial(slot.index, format.page(hugePfn, { write: true, young: true }, 'thp'))
      return null
    case 'devmap':
      slot.table.setInitial(slot.index, format.page(hugePfn, { write: true, young: true }, 'devmap'))
      return null
    case 'migration':
      slot.table.setInitial(slot.index, format.swap({ kind: 'migration-write', offset: hugePfn }))
      return null
    case 'table': {
      const table = mm.newTable('pte', String.fromCharCode(65 + number))
      slot.table.setInitial(slot.index, format.table(table.pfn))
      for (const [index, pte] of spec.ptes.entries()) table.setInitial(index, pteBits(mm, pte, number, index))
      return table
    }
  }
}

const PTE_FLAGS: Readonly<Record<Exclude<PteSpec, 'none' | 'swap'>, EntryFlags>> = {
  clean: { write: true, young: true },
  dirty: { write: true, young: true, dirty: true },
  'read-only': { young: true },
}

function pteBits(mm: Mm, spec: PteSpec, pmd: number, index: number): bigint {
  const { format } = mm.profile
  const offset = PAGE_PFN + 0x200n * BigInt(pmd) + BigInt(index)
  if (spec === 'none') return 0n
  if (spec === 'swap') return format.swap({ kind: 'swap', offset })
  return format.page(offset, PTE_FLAGS[spec], 'no')
}

/** Number of a page of the world, from the walk's start on: how callbacks are named in observations. */
export function pageNumber(world: World, addr: bigint): bigint {
  return (addr - world.start) / PAGE_SIZE
}

/** The state of a page-table entry of the world, by the name of its object. */
export function describeEntry(world: Pick<World, 'profile'>, object: string, bits: bigint): string {
  const { format } = world.profile
  return object.startsWith('pte:') ? pteState(format, bits) : pmdState(format, bits)
}
