/** Page-table pages, pointers into them, and the address space they make up. */
import { sha256 } from '../base/index.js'
import type { Cell, Heap, Lock, Reads, Word } from '../machine/index.js'
import { NO_READS } from '../machine/index.js'
import { type ArchProfile, indexAt, LEVELS, type Level } from './arch-profile.js'
import { type Config, hasSplitPtlocks } from './config.js'
import { emptyEntry } from './fold.js'

/** One page-table page. Its entries are cells of the heap, made when first touched. */
export class TablePage {
  /** `pmd:A`: level and a letter or path, independent of the interleaving. */
  readonly name: string
  readonly level: Level
  readonly pfn: bigint
  readonly entries: number
  /** Non-zero once the page was freed; every access to an entry reads it along. */
  readonly freed: Cell
  /** The lock of this page's entries: its own, or the mm's where page-table locks are not split. */
  readonly lock: Lock
  /** Address of the first entry. The others follow one another, as in C. */
  readonly address: bigint
  /** Bytes of an entry. */
  readonly entryBytes: number
  readonly #heap: Heap
  readonly #wordsPerEntry: 1 | 2
  /** What an entry holds that maps nothing. */
  readonly empty: bigint
  readonly #initial = new Map<number, bigint>()
  readonly #cells: (readonly Cell[] | undefined)[] = []

  constructor(heap: Heap, profile: ArchProfile, level: Level, id: string, pfn: bigint, lock: Lock) {
    this.#heap = heap
    this.#wordsPerEntry = profile.wordsPerEntry
    this.empty = emptyEntry(profile, level)
    this.name = `${level}:${id}`
    this.level = level
    this.pfn = pfn
    this.entries = profile.levels[level].entries
    this.freed = heap.internal(`freed:${this.name}`)
    this.lock = lock
    this.entryBytes = (profile.wordsPerEntry * profile.wordBits) / 8
    const window = heap.addRegion(pfn, {
      at: (offset) => this.#cellAt(offset - OFFSET_IN_WINDOW),
      outside: (offset) => this.outside(Math.floor((offset - OFFSET_IN_WINDOW) / this.entryBytes)),
    })
    this.address = window + BigInt(OFFSET_IN_WINDOW)
  }

  #cellAt(offset: number): Cell | undefined {
    const index = Math.floor(offset / this.entryBytes)
    if (index < 0 || index >= this.entries) return undefined
    const cells = this.cells(index)
    return cells[Math.floor(((offset - index * this.entryBytes) * cells.length) / this.entryBytes)]
  }

  /** The hazard of a pointer to an entry that the page doesn't have. */
  outside(index: number): { readonly kind: string; readonly object: string; readonly text: string } {
    return {
      kind: 'pointer outside its table',
      object: this.level,
      text: `${this.name}[${index}] lies outside the table page`,
    }
  }

  addressOf(index: number): bigint {
    return this.address + BigInt(index * this.entryBytes)
  }

  /** What an entry holds before anything runs. To be called before the entry is first used. */
  setInitial(index: number, bits: bigint): void {
    this.#initial.set(index, bits)
  }

  initialOf(index: number): bigint {
    return this.#initial.get(index) ?? this.empty
  }

  /** Indices with something in them at first, ascending. */
  populated(): number[] {
    const set = [...this.#initial.keys()].filter((index) => this.initialOf(index) !== this.empty)
    return set.sort((a, b) => a - b)
  }

  /** The words of an entry, low word first. */
  cells(index: number): readonly Cell[] {
    const known = this.#cells[index]
    if (known !== undefined) return known
    const object = `${this.name}[${index}]`
    const bits = this.initialOf(index)
    const bytes = this.entryBytes / this.#wordsPerEntry === 4 ? 4 : 8
    const make = (name: string, initial: bigint, word: number): Cell =>
      this.#heap.cell({
        name,
        initial,
        object,
        role: 'data',
        page: this.freed,
        address: this.addressOf(index) + BigInt(word * bytes),
        bytes,
      })
    const cells =
      this.#wordsPerEntry === 1
        ? [make(object, bits, 0)]
        : [make(`${object}.low`, bits & LOW_WORD, 0), make(`${object}.high`, bits >> 32n, 1)]
    this.#cells[index] = cells
    return cells
  }
}

const LOW_WORD = (1n << 32n) - 1n

/** Where in its window of addresses a page lies: what is just before it and behind it belongs to nobody. */
const OFFSET_IN_WINDOW = 0x2000

/**
 * An entry held in a local variable of C, whose address was taken: what a folded level's pointer may point to.
 * A load through a pointer that was moved off it reads past the variable.
 */
export interface StackCopy {
  readonly kind: 'stack'
  readonly name: string
  readonly bits: bigint
  readonly from: Reads
}

/** A pointer to a copy of an entry: `&p4d`, of a variable or parameter `p4d`. */
export function pointerToCopy(name: string, { bits, from }: Word): EntryPointer {
  return new EntryPointer({ kind: 'stack', name, bits, from }, 0, NO_READS)
}

/**
 * What lies behind a copy of an entry on the stack: another copy of the same entry, as compilers usually lay it out
 * where levels are folded; a word that is 0; or one that is no entry.
 */
export type BehindCopy = 'same' | 'zero' | 'garbage'

/** The word that lies behind a copy. */
export function wordBehind(what: BehindCopy, copy: bigint): bigint {
  return what === 'same' ? copy : what === 'zero' ? 0n : 0x5a5a_5a5a_5a5a_5a50n
}

/** `pmd_t *` and its like: a slot of a table page, or a copy on the stack, and what the pointer depends on. */
export class EntryPointer {
  readonly table: TablePage | StackCopy
  readonly index: number
  readonly from: Reads

  constructor(table: TablePage | StackCopy, index: number, from: Reads = NO_READS) {
    this.table = table
    this.index = index
    this.from = from
  }

  /** `p + 1`. */
  next(): EntryPointer {
    return this.at(this.index + 1)
  }

  /** `p` moved to another index of its table. */
  at(index: number): EntryPointer {
    return new EntryPointer(this.table, index, this.from)
  }

  /** True if the slot lies in the page, or is the stack copy itself. */
  get inside(): boolean {
    return this.table instanceof TablePage
      ? this.index >= 0 && this.index < this.table.entries
      : this.index === 0
  }

  /** What the slot holds when it maps nothing. */
  get empty(): bigint {
    return this.table instanceof TablePage ? this.table.empty : 0n
  }

  /** Where the slot lies; null for a stack copy. */
  get address(): bigint | null {
    return this.table instanceof TablePage ? this.table.addressOf(this.index) : null
  }

  /** `pte:A[3]`. */
  get name(): string {
    return `${this.table.name}[${this.index}]`
  }
}

/** What a VMA maps: decides what splitting a huge pmd does. */
export type VmaKind = 'anonymous' | 'file' | 'dax'

export interface Vma {
  readonly start: bigint
  readonly end: bigint
  readonly kind: VmaKind
  /** Its `vm_flags`, where the world says them: lifted C is asked for them otherwise, bit by bit. */
  readonly flags?: bigint
}

/** `vm_flags` of a private mapping that may be written to, or of a shared one of a file. */
export function usualVmFlags(kind: VmaKind): bigint {
  // VM_READ, VM_WRITE, VM_MAYREAD, VM_MAYWRITE and VM_MAYEXEC; with VM_SHARED and VM_MAYSHARE.
  return kind === 'anonymous' ? 0x73n : 0xfbn
}

/** An address space. Everything in it that can change is a cell. */
export class Mm {
  readonly profile: ArchProfile
  readonly config: Config
  readonly heap: Heap
  readonly pageTableLock: Lock
  readonly vmas: readonly Vma[]
  readonly pgd: TablePage
  /** What a load past a copy of an entry finds; null: the thread ends there. */
  behindCopies: BehindCopy | null = null
  readonly #tables = new Map<bigint, TablePage>()
  readonly #byName = new Map<string, TablePage>()

  constructor(heap: Heap, profile: ArchProfile, config: Config, vmas: readonly Vma[]) {
    this.heap = heap
    this.profile = profile
    this.config = config
    this.vmas = vmas
    this.pageTableLock = heap.lock('page_table_lock', 'page_table_lock')
    this.pgd = this.newTable('pgd', 'A')
  }

  /** A page-table page. A name asked for again gives the page made the first time. */
  newTable(level: Level, id: string): TablePage {
    const known = this.#byName.get(`${level}:${id}`)
    if (known !== undefined) return known
    const kind = level === 'pte' ? 'ptl' : `${level} lock`
    const split = hasSplitPtlocks(this.config) && (level === 'pte' || level === 'pmd')
    const lock = split ? this.heap.lock(`${kind}:${id}`, kind) : this.pageTableLock
    const table = new TablePage(this.heap, this.profile, level, id, this.#frameFor(`${level}:${id}`), lock)
    this.#tables.set(table.pfn, table)
    this.#byName.set(table.name, table)
    return table
  }

  /** A frame number that follows from the name, so that it does not depend on which execution came first. */
  #frameFor(name: string): bigint {
    let pfn = FIRST_TABLE_PFN + (BigInt(`0x${sha256(name).slice(0, 8)}`) % TABLE_FRAMES)
    while (this.#tables.has(pfn)) pfn++
    return pfn
  }

  /** The page-table page with this frame number. */
  tableAt(pfn: bigint): TablePage | undefined {
    return this.#tables.get(pfn)
  }

  /** The slot at an address in a table page or just beside it; undefined elsewhere and between slots. */
  pointerAt(address: bigint, from: Reads = NO_READS): EntryPointer | undefined {
    const window = this.heap.windowOf(address)
    const table = window === undefined ? undefined : this.tableAt(window)
    if (table === undefined) return undefined
    const offset = Number(address - table.address)
    return offset % table.entryBytes === 0
      ? new EntryPointer(table, offset / table.entryBytes, from)
      : undefined
  }

  /** The VMA with the first end above `addr`, as find_vma(). */
  findVma(addr: bigint): Vma | null {
    return this.vmas.find((vma) => addr < vma.end) ?? null
  }

  /** The slot of the deepest real level at or above `level` for `addr`, through initial contents only. */
  slot(level: Level, addr: bigint): EntryPointer | null {
    let table: TablePage | undefined = this.pgd
    for (const current of LEVELS) {
      if (current !== 'pgd' && this.profile.levels[current].folded !== 'no') continue
      if (table === undefined) return null
      const index = indexAt(this.profile, current, addr)
      const pointer = new EntryPointer(table, index)
      if (current === level || this.isLastRealLevelAbove(current, level)) return pointer
      table = this.tableAt(this.profile.format.pfn(table.initialOf(index)))
    }
    return null
  }

  /** True if every level below `current` down to `level` is folded. */
  private isLastRealLevelAbove(current: Level, level: Level): boolean {
    const below = LEVELS.slice(LEVELS.indexOf(current) + 1, LEVELS.indexOf(level) + 1)
    return below.every((candidate) => this.profile.levels[candidate].folded !== 'no')
  }
}

/** Frame numbers of table pages start here, those of data pages below; both fit a PAE entry's low word partly. */
const FIRST_TABLE_PFN = 0x80000n
const TABLE_FRAMES = 0x30000n
