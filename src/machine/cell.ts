/**
 * All shared state lies in cells: page-table entries, and also locks, freed flags, reference counts and
 * interrupts in flight. So every question about an execution is a question about reads and writes, and
 * means the same under each memory model and after any reduction.
 */
import { type AddressBits, type AddressPlan, addressPlan } from './address-plan.js'

/** One machine word at one address. */
export interface Cell {
  /** Dense number within its heap, the index into a memory model's arrays. */
  readonly id: number
  /** Where it lies, for code that computes with addresses. Distinct from every small number. */
  readonly address: bigint
  /** Its width. */
  readonly bytes: 1 | 2 | 4 | 8
  /** Unique in its heap and independent of the interleaving: `pte:A[3].low`. */
  readonly name: string
  /** What it holds at first; UNDECIDED where nobody knows. */
  readonly initial: bigint
  /** The logical object it is a word of (`pte:A[3]`); a torn value is a mixture of versions of one object. */
  readonly object: string
  /** `data` is what behaviours compare; `internal` cells (locks, flags) are bookkeeping of the model. */
  readonly role: 'data' | 'lock' | 'internal'
  /** The flag of the page this cell lies in: non-zero once the page was freed. Accesses read it along. */
  readonly page: Cell | null
}

/** In a cell, and in what is loaded from it: a value that nobody has decided. No word has as many bits. */
export const UNDECIDED = 1n << 64n

/** What a cell is made from; the heap adds the number, and where nothing else is said the address and a width of 8. */
export type CellSpec = Omit<Cell, 'id' | 'address' | 'bytes'> & Partial<Pick<Cell, 'address' | 'bytes'>>

/** Cells without an address of their own lie one after the other, in the order in which they are made. */
const BYTES_PER_CELL = 8n

/** A stretch of addresses of its own, such as a page of a page table, whose cells are made when touched. */
export interface Region {
  /** The cell that holds the byte at this offset of the window; undefined where there is none. */
  readonly at: (offset: number) => Cell | undefined
  /** What it is to reach for an offset without a cell. */
  readonly outside: (offset: number) => {
    readonly kind: string
    readonly object: string
    readonly text: string
  }
}

/** Memory that threads share besides the regions. */
export interface SharedArea {
  /** The cell that holds the byte at an address. */
  readonly holding: (address: bigint) => Cell | undefined
  readonly covers: (address: bigint) => boolean
}

/** Windows of regions lie at multiples of their size; the region itself is somewhere inside. */
const WINDOW_BITS = 15n

/** Bytes of a window. */
export const WINDOW_BYTES = 1n << WINDOW_BITS

/**
 * Every cell of one program. Cells are made on first use and live as long as the heap, so a program explored
 * many times makes them once; what they hold belongs to the memory model of one execution.
 */
export class Heap {
  readonly cells: Cell[] = []
  readonly #byName = new Map<string, Cell>()
  readonly #locks = new Map<string, Lock>()
  /** By the place of the window among the windows there is room for. */
  readonly #regions = new Map<bigint, { readonly window: bigint; readonly region: Region }>()
  readonly #plan: AddressPlan
  #shared: SharedArea | null = null

  constructor(addressBits: AddressBits = 64) {
    this.#plan = addressPlan(addressBits)
  }

  /** The cell of this name, made from `spec` if it is new. */
  cell(spec: CellSpec): Cell {
    const known = this.#byName.get(spec.name)
    if (known !== undefined) return known
    const id = this.cells.length
    const cell: Cell = { id, address: this.#plan.cells + BigInt(id) * BYTES_PER_CELL, bytes: 8, ...spec }
    this.cells.push(cell)
    this.#byName.set(spec.name, cell)
    return cell
  }

  /** A bookkeeping cell of the model, 0 at first. */
  internal(name: string): Cell {
    return this.cell({ name, initial: 0n, object: name, role: 'internal', page: null })
  }

  /** The lock of this name, with a cell of its own; `kind` groups locks that play one role (`ptl`, `pmd lock`). */
  lock(name: string, kind: string): Lock {
    const known = this.#locks.get(name)
    if (known !== undefined) return known
    const cell = this.cell({ name, initial: 0n, object: name, role: 'lock', page: null })
    const lock: Lock = { name, kind, cell }
    this.#locks.set(name, lock)
    return lock
  }

  find(name: string): Cell | undefined {
    return this.#byName.get(name)
  }

  /** The cell that begins at this address. */
  at(address: bigint): Cell | undefined {
    const cell = this.holding(address)
    return cell?.address === address ? cell : undefined
  }

  /** The cell that holds the byte at this address. */
  holding(address: bigint): Cell | undefined {
    const inWindows = address - this.#plan.windows
    if (inWindows >= 0n) {
      const found = this.#regions.get(inWindows >> WINDOW_BITS)
      if (found === undefined) return this.#shared?.holding(address)
      return found.region.at(Number(inWindows & (WINDOW_BYTES - 1n)))
    }
    const offset = address - this.#plan.cells
    if (offset < 0n) return undefined
    const cell = this.cells[Number(offset / BYTES_PER_CELL)]
    return cell !== undefined && address - cell.address < BigInt(cell.bytes) && address >= cell.address
      ? cell
      : undefined
  }

  /** Gives a region the window of this number, and returns where the window begins. */
  addRegion(window: bigint, region: Region): bigint {
    const place = this.#placeOf(window)
    this.#regions.set(place, { window, region })
    return this.#plan.windows + (place << WINDOW_BITS)
  }

  /** Its number, as far as there is room; else what is left over, or the next that is free. */
  #placeOf(window: bigint): bigint {
    const { mostWindows } = this.#plan
    if (mostWindows === null) return window
    let place = window % mostWindows
    for (let tried = 0n; tried < mostWindows; tried++, place = (place + 1n) % mostWindows) {
      const known = this.#regions.get(place)
      if (known === undefined || known.window === window) return place
    }
    throw new Error(`there is no room for more than ${mostWindows} regions`)
  }

  /** Says what lies above all windows: globals that threads share. */
  share(area: SharedArea): void {
    this.#shared = area
  }

  /** True for bytes between the cells of such a global. */
  isPadding(address: bigint): boolean {
    return this.#shared?.covers(address) === true && this.#shared.holding(address) === undefined
  }

  /** The number of the window that an address lies in; undefined where none begins. */
  windowOf(address: bigint): bigint | undefined {
    return this.#regions.get((address - this.#plan.windows) >> WINDOW_BITS)?.window
  }

  /** What it is to reach for an address in a window that has no cell there; undefined outside of all windows. */
  outside(address: bigint): ReturnType<Region['outside']> | undefined {
    const offset = address - this.#plan.windows
    return this.#regions.get(offset >> WINDOW_BITS)?.region.outside(Number(offset & (WINDOW_BYTES - 1n)))
  }

  /** The lock whose cell this is. */
  lockOf(cell: Cell): Lock | undefined {
    return this.#locks.get(cell.name)
  }
}

/** A spinlock. Its cell holds 0 when free, else the holder's thread number plus one. */
export interface Lock {
  readonly name: string
  readonly kind: string
  readonly cell: Cell
}
