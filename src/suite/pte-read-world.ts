/**
 * Worlds in which one pte is read without its lock while another CPU changes it: what the entry can hold, who
 * changes it and how, and what the reader does with what it read. Plain data, as the worlds of walks.
 *
 * The words of A and B are chosen: a torn value shows only where versions share a word, and random values
 * never do. Equal low words come from frame numbers that differ by a multiple of 2^20.
 */
import type { Cell } from '../machine/index.js'
import { EntryPointer, isEnabled } from '../mm/index.js'
import { buildWorld, profileNamed, type World } from './world.js'

/** What an entry holds at one time, by name. */
export type Version = 'none' | 'A' | 'B' | 'C'

/**
 * How the writer changes an entry of two words. The legal ways: `split` clears low, then high, and sets high, then
 * low, with a write barrier between; `exchange` clears both at once, and `exchange-low` the low word by an
 * exchange and then the high one, as is done with pmds until 6.1; `atomic` clears and sets both at once.
 */
export const STORE_KINDS = [
  'split',
  'exchange',
  'exchange-low',
  'atomic',
  'without-wmb',
  'exchange-low-without-wmb',
  'wrong-order',
] as const
export type StoreKind = (typeof STORE_KINDS)[number]

/**
 * How the TLB flush between taking one page away and installing another reaches the reader: `ipi` waits for
 * its interrupts to be on, `broadcast` does not, `deferred` comes only after the other page was installed,
 * and `late` installs it when the reader has finished.
 */
export const FLUSH_KINDS = ['ipi', 'broadcast', 'deferred', 'late'] as const
export type FlushKind = (typeof FLUSH_KINDS)[number]

/** What is done with the value: looked at; used without another look; used if it is still there under the lock. */
export const CALLER_KINDS = ['look', 'gup-like', 'fault-like'] as const
export type CallerKind = (typeof CALLER_KINDS)[number]

/** A read in a world. */
export interface PteReadSpec {
  readonly arch: string
  /** Versions that the entry holds one after the other, the first of them from the start. */
  readonly versions: readonly [Version, ...Version[]]
  /** Whether A, B and C share their low word. */
  readonly lowWords: 'different' | 'equal'
  readonly stores: StoreKind
  readonly flush: FlushKind
  readonly interrupts: 'off' | 'on'
  readonly caller: CallerKind
  /** `bare`: the writer takes no lock and flushes nothing, so that the words alone are looked at. */
  readonly surroundings?: 'kernel' | 'bare'
}

/** The world of a read, laid out. */
export interface PteReadWorld {
  readonly world: World
  readonly pte: EntryPointer
  readonly bits: Readonly<Record<Version, bigint>>
  /** Set when the reader has finished; `late` writers wait for it. */
  readonly finished: Cell
}

/** Lays out an address space with one page table and the entry in its first slot. */
export function buildPteReadWorld(spec: PteReadSpec): PteReadWorld {
  const world = buildWorld({
    arch: spec.arch,
    entries: 4,
    vma: 'anonymous',
    pmds: [{ kind: 'table', ptes: [] }],
  })
  const table = world.tables[0]
  if (table === null || table === undefined) throw new Error('the world of a read has no page table')
  const { format } = world.profile
  const flags = { write: true, young: true }
  const bits = {
    none: 0n,
    A: format.page(PFN_A, flags, 'no'),
    B: format.page(spec.lowWords === 'equal' ? PFN_A + WORD_OF_PFNS : PFN_B, flags, 'no'),
    C: format.page(spec.lowWords === 'equal' ? PFN_A + 2n * WORD_OF_PFNS : PFN_C, flags, 'no'),
  }
  table.setInitial(0, bits[spec.versions[0]])
  return { world, pte: new EntryPointer(table, 0), bits, finished: world.heap.internal('reader finished') }
}

/** Frame numbers 2^20 apart share the low word of their PAE entries. All have something in the high word. */
const WORD_OF_PFNS = 1n << 20n
const PFN_A = 0x3_01000n
const PFN_B = 0x5_02000n
const PFN_C = 0x6_03000n

/** True if an entry has two words on this architecture. */
export function hasTwoWords(arch: string): boolean {
  return profileNamed(arch).wordsPerEntry === 2
}

/** True if lockless getters are compiled as low, high, low again. */
export function readsLowHigh(arch: string): boolean {
  return isEnabled(profileNamed(arch).config, 'CONFIG_GUP_GET_PTE_LOW_HIGH')
}

/** A value by the versions it is made of: `A`, `none`, `not present (mixed)`, `torn: low of A, high of none`. */
export function versionOf(read: PteReadWorld, versions: readonly Version[], bits: bigint): string {
  const held = [...new Set(versions)]
  const whole = held.find((version) => read.bits[version] === bits)
  if (whole !== undefined) return whole
  if (!read.world.profile.format.present(bits)) return 'not present (mixed)'
  const low = held.find((version) => lowWord(read.bits[version]) === lowWord(bits))
  const high = held.find((version) => read.bits[version] >> 32n === bits >> 32n)
  return `torn: low of ${low ?? 'no version'}, high of ${high ?? 'no version'}`
}

function lowWord(bits: bigint): bigint {
  return bits & 0xffffffffn
}
