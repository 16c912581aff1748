/**
 * Memory that one thread has to itself: variables of its frames, allocated blocks, and the globals of its
 * program. It is made of blocks that lie far apart, so that an access beside a block or to one that is gone is
 * noticed. Bytes are little-endian. A word stored with provenance keeps it.
 *
 * A copy shares all blocks with its original until one of the two writes to them.
 *
 * Addresses are distinct from those of cells (cell.ts). Variables of a frame lie in a window that follows from
 * the number of variables alive before it and from the function, so that equal states have equal addresses
 * while a pointer into a frame that is gone is still found out, unless that very function is there again.
 */
import { type AddressBits, addressPlan, NARROW_MEMORY } from './address-plan.js'
import { highHalf, lowHalf, toBits } from './int64.js'
import type { Past } from './operation.js'
import { isToken, type Tag } from './token.js'
import { mergeReads, NO_READS, type Reads } from './value.js'

/** Why an access was not possible: a fatal hazard. */
export interface MemoryFault {
  readonly kind:
    | 'null dereference'
    | 'wild pointer'
    | 'out of bounds'
    | 'use after return'
    | 'use after free'
    | 'write to read-only memory'
    | 'stack overflow'
    | 'not modelled'
  readonly object: string
  readonly text: string
}

export type BlockKind = 'local' | 'allocated' | 'global' | 'placed'

/** A stretch of bytes with an address. */
export class Block {
  name: string
  readonly kind: BlockKind
  /** Halves of the address. */
  low: number
  readonly high: number
  bytes: number
  readonly readOnly: boolean
  /** Who may write to it without copying it first. */
  owner: object
  readonly words: Int32Array
  readonly u8: Uint8Array
  /** Words with more to them than their bits, by offset. */
  tags: Map<number, TaggedBytes> | null = null
  /** What its bytes hold that nobody has written; null: zeros. */
  unknown: UnknownBytes | null = null
  /** Its state as text, until it is written to. */
  text: string | null = null
  /** The object of hand-written code that it stands for. */
  host: object | null = null
  /** Neither tags nor unknown bytes: what it holds is all there is to it. */
  plain = true

  constructor(
    name: string,
    kind: BlockKind,
    low: number,
    high: number,
    bytes: number,
    owner: object,
    readOnly = false,
    words: Int32Array = new Int32Array((bytes + 7) >> 2),
  ) {
    this.name = name
    this.kind = kind
    this.low = low
    this.high = high
    this.bytes = bytes
    this.owner = owner
    this.readOnly = readOnly
    this.words = words
    this.u8 = new Uint8Array(words.buffer)
  }

  get address(): bigint {
    return toBits(this.low, this.high)
  }

  /** From here on it holds what nobody knows. */
  beUnknown(unknown: UnknownBytes): void {
    this.tags = null
    this.unknown = unknown
    this.plain = false
  }

  /** Offset of an address; may lie outside. */
  offset(low: number, high: number): number {
    return (high - this.high) * 4294967296 + ((low >>> 0) - (this.low >>> 0))
  }

  copyFor(owner: object, past: Past = 'kept'): Block {
    const copy = new Block(
      this.name,
      this.kind,
      this.low,
      this.high,
      this.bytes,
      owner,
      this.readOnly,
      this.words.slice(),
    )
    copy.unknown = this.unknown
    copy.host = this.host
    copy.text = this.text
    copy.plain = this.plain
    if (this.tags !== null) {
      copy.tags = new Map(this.tags)
      if (past === 'forgotten') {
        for (const [offset, { tag }] of this.tags) if (!isToken(tag)) copy.tags.delete(offset)
        copy.plain = copy.tags.size === 0 && copy.unknown === null
      }
    }
    return copy
  }
}

interface TaggedBytes {
  readonly bytes: number
  readonly tag: Tag
}

/** What was decided of a value: the bits under `mask`. */
export interface KnownBits {
  readonly mask: bigint
  readonly bits: bigint
  /** Only that it is not 0 was decided: `bits` stands for any such value. */
  readonly isAny?: true
}

const NOTHING_KNOWN: KnownBits = { mask: 0n, bits: 0n }

interface Occurrence {
  readonly number: number
  readonly changes: number
}

const ALL = (1n << 64n) - 1n

/** What an object holds whose contents nobody has written: what a program can't see, or what is kept elsewhere. */
export interface UnknownBytes {
  /** A value for bytes that nobody has written: a token, or what is known after all. Depends on nothing else. */
  readonly at: (offset: number, bytes: number, address: bigint) => Tag | bigint
  /** Bytes that are kept elsewhere and looked up at each access. */
  readonly live?: (offset: number, bytes: number) => LiveBytes | undefined
  /** What a store to it is called, if it is to be told of. */
  readonly stored?: (offset: number, bytes: number) => string | undefined
}

/** A field of an object that hand-written code has. */
export interface LiveBytes {
  readonly get: (memory: PrivateMemory) => Tagged
  /** Left out where nobody else is to know: what is stored then hides what is kept elsewhere. */
  readonly set?: (memory: PrivateMemory, bits: bigint, tag: Tag | undefined) => void
}

/** A value with its tag; `tag` undefined: a constant. */
export interface Tagged {
  readonly bits: bigint
  readonly tag: Tag | undefined
  /** The token is only a part of these bytes: it has to be decided before they can be read. */
  readonly partial?: true
}

const STACK_HIGH = 0xffff_c900 | 0
const STACK_END = 0xffff_e900 | 0
/** Slots of 16 KiB windows, 256 of which share a slot number. */
const MAX_SLOTS = 1 << 18
const WINDOW = 0x4000
/** Where in its window a variable lies, so that what lies just before it belongs to nobody. */
const IN_WINDOW = 0x1000
const LARGEST_LOCAL = WINDOW - 2 * IN_WINDOW

const ALLOCATED_HIGH = 0xffff_f000 | 0
const ALLOCATED_END = 0xffff_f200 | 0
/** 64 GiB for each thread. */
const HIGHS_PER_THREAD = 16
const MAX_THREADS = 32
const PAGE_BITS = 12
const PAGE = 1 << PAGE_BITS

/** Where objects lie whose places the program calculates; each has some granules to itself. */
const PLACED: readonly (readonly [first: number, end: number])[] = [
  [0xffff_ea00 | 0, 0xffff_ec00 | 0],
  [0xffff_fc00 | 0, 0xffff_ff00 | 0],
]
const GRANULE_BITS = 3
/** Symbols of which nobody knows whether they are functions lie below the globals (program-image.ts). */
const SYMBOLS_LOW = 0x8100_0000

/** An object at a place that the program calculated: a `struct page`, for one, lies where its frame number says. */
export interface PlacedObject {
  readonly name: string
  /** A multiple of 8, as is its size. */
  readonly address: bigint
  readonly bytes: number
  readonly unknown: UnknownBytes
}

/** Globals are the same for all threads, text lies below them. */
const GLOBALS_HIGH = 0xffff_ffff | 0
const GLOBALS_LOW = 0x8200_0000 | 0

/** Globals laid out: shared by all threads, each of which copies those that it writes to. */
export class GlobalLayout {
  readonly pages: (Block | undefined)[] = []
  readonly #byName = new Map<string, Block>()
  readonly #low: number
  readonly #high: number
  readonly #bytes: number

  constructor(addressBits: AddressBits = 64) {
    const { globals, globalsBytes } = addressPlan(addressBits)
    this.#low = lowHalf(globals)
    this.#high = highHalf(globals)
    this.#bytes = globalsBytes
  }

  /** Makes the block of a global; there is a page that belongs to nobody between two of them. */
  add(name: string, bytes: number, readOnly: boolean): Block {
    const first = this.pages.length + 1
    if ((first << PAGE_BITS) + bytes > this.#bytes) throw new Error('the globals are larger than their room')
    const block = new Block(
      name,
      'global',
      (this.#low + (first << PAGE_BITS)) | 0,
      this.#high,
      bytes,
      SHARED_OWNER,
      readOnly,
    )
    for (let i = 0; i <= bytes >> PAGE_BITS; i++) this.pages[first + i] = block
    this.pages[this.pages.length] = undefined
    this.#byName.set(name, block)
    return block
  }

  find(name: string): Block | undefined {
    return this.#byName.get(name)
  }

  /** The global at an address or just beside it. */
  at(address: bigint): Block | undefined {
    const offset = address - toBits(this.#low, this.#high)
    return offset < 0n ? undefined : this.pages[Number(offset >> BigInt(PAGE_BITS))]
  }

  /** The same globals, but for some that lie in no thread's own memory. */
  without(names: ReadonlySet<string>): GlobalLayout {
    const rest = new GlobalLayout(this.#high === 0 ? 32 : 64)
    for (const block of this.pages) {
      rest.pages.push(block !== undefined && names.has(block.name) ? undefined : block)
    }
    for (const [name, block] of this.#byName) if (!names.has(name)) rest.#byName.set(name, block)
    return rest
  }
}

const SHARED_OWNER = {}

export class PrivateMemory {
  readonly thread: number
  readonly addressBits: AddressBits
  #owner: object = {}
  readonly #stack: Block[] = []
  /** Blocks of variables that are gone and that no copy shares, by slot, to be used again. */
  readonly #spare: (Block | undefined)[] = []
  /** Blocks by page of the thread's own addresses; those that are gone leave their name. */
  readonly #pages: (Block | undefined)[] = []
  readonly #gone: Map<number, string> = new Map()
  /** Objects at calculated places, by granule; made when touched. */
  readonly #placed = new Map<number, Block>()
  #objectAt: ((address: bigint) => PlacedObject | undefined) | null = null
  /** An object is to lie in the first page, too: s390 keeps there what a processor has for itself. */
  #hasLowcore = false
  #globals: (Block | undefined)[] = NO_PAGES
  #globalsOwned = false
  #layout: GlobalLayout | null = null
  /** Somebody is to be told of each store to a global. */
  tellsGlobals = false
  /** What was decided of values, by the token's key. */
  readonly #decisions = new Map<string, KnownBits>()
  /** Addresses of objects that hand-written code has. */
  readonly #hosts = new Map<object, bigint>()
  /** How often something was asked, and when last. */
  readonly #occurrences = new Map<string, Occurrence>()
  /** Changes that may make an answer another one: stores others see, calls of code that is not looked into. */
  changes = 0

  constructor(thread: number, addressBits: AddressBits = 64) {
    this.thread = thread
    this.addressBits = addressBits
  }

  /** An independent copy. */
  fork(past: Past): PrivateMemory {
    const copy = new PrivateMemory(this.thread, this.addressBits)
    // Neither may write to what both can see.
    this.#owner = {}
    for (const block of this.#stack) copy.#stack.push(past === 'kept' ? block : forgetting(block))
    for (const [i, block] of this.#pages.entries()) {
      if (block === undefined) continue
      const firstPage = copy.#pages[i - 1]
      const isRest = firstPage !== undefined && firstPage.low === block.low && firstPage.high === block.high
      copy.#pages[i] = isRest ? firstPage : past === 'kept' ? block : forgetting(block)
    }
    copy.#pages.length = this.#pages.length
    for (const [page, name] of this.#gone) copy.#gone.set(page, name)
    for (const [granule, block] of this.#placed) copy.#placed.set(granule, block)
    copy.#objectAt = this.#objectAt
    copy.#hasLowcore = this.#hasLowcore
    copy.#globals = this.#globals
    copy.#layout = this.#layout
    this.#globalsOwned = false
    for (const [key, known] of this.#decisions) copy.#decisions.set(key, known)
    for (const [host, address] of this.#hosts) copy.#hosts.set(host, address)
    for (const [key, occurrence] of this.#occurrences) copy.#occurrences.set(key, occurrence)
    copy.changes = this.changes
    copy.tellsGlobals = this.tellsGlobals
    return copy
  }

  /** Says what the bits under `mask` of a value are that was not decided before; with `isAny`, that it is not 0. */
  decide(key: string, mask: bigint, bits: bigint, isAny = false): void {
    if (isAny) {
      this.#decisions.set(key, { mask: 0n, bits, isAny })
      return
    }
    const decided = this.#decisions.get(key)
    const known = decided === undefined || decided.isAny === true ? NOTHING_KNOWN : decided
    const fresh = mask & ~known.mask
    this.#decisions.set(key, { mask: known.mask | mask, bits: known.bits | (bits & fresh) })
  }

  /** What was decided of a value. */
  knownBits(key: string): KnownBits | undefined {
    return this.#decisions.get(key)
  }

  /** The address of an object of hand-written code; a block made by `make` stands for a new one. */
  addressOfHost(host: object, make: () => Block): bigint {
    const known = this.#hosts.get(host)
    if (known !== undefined) return known
    const block = make()
    block.host = host
    this.#hosts.set(host, block.address)
    return block.address
  }

  /** Says that a block that is there stands for an object. */
  bindHost(host: object, address: bigint): void {
    this.#hosts.set(host, address)
  }

  /** The known address of an object of hand-written code. */
  hostAddress(host: object): bigint | undefined {
    return this.#hosts.get(host)
  }

  /**
   * The number of a question among those of its key, from 1 on. Where the answer `lasts`, it is the same one
   * until something changes.
   */
  occurrence(key: string, lasts: boolean): number {
    const known = this.#occurrences.get(key)
    if (known !== undefined && lasts && known.changes === this.changes) return known.number
    const next = { number: (known?.number ?? 0) + 1, changes: this.changes }
    this.#occurrences.set(key, next)
    return next.number
  }

  /** True for bytes that are kept elsewhere. */
  isLive(address: bigint, bytes: number): boolean {
    const [low, high] = [lowHalf(address), highHalf(address)]
    const block = this.find(low, high)
    return block?.unknown?.live?.(block.offset(low, high), bytes)?.set !== undefined
  }

  /** Gives a block contents that nobody knows from here on. */
  forgetContents(address: bigint, unknown: UnknownBytes): void {
    const found = this.find(lowHalf(address), highHalf(address))
    if (found === undefined) return
    this.writable(found).beUnknown(unknown)
  }

  /** Gives it the globals of a program, unless it has them already; `tells`: see `tellsGlobals`. */
  use(globals: GlobalLayout, tells = false): void {
    this.tellsGlobals = tells
    if (this.#layout === globals) return
    this.#layout = globals
    this.#globals = globals.pages
    this.#globalsOwned = false
  }

  /** The block whose window this address lies in; the address may lie beside the block. */
  find(low: number, high: number): Block | undefined {
    if (high >= STACK_HIGH && high < STACK_END) {
      const block = this.#stack[(((high - STACK_HIGH) & 0xff) << 10) | (low >>> 22)]
      return block !== undefined && block.high === high && (block.low ^ low) >>> 14 === 0 ? block : undefined
    }
    if (high === GLOBALS_HIGH && low >>> 0 >= GLOBALS_LOW >>> 0) {
      return this.#globals[(low - GLOBALS_LOW) >>> PAGE_BITS]
    }
    if (high >= ALLOCATED_HIGH && high < ALLOCATED_END) return this.#pages[this.#page(low, high)]
    if (high === 0 && this.addressBits === 32) return this.#findNarrow(low)
    return this.#placed.size === 0 ? undefined : this.#placed.get(granuleOf(low, high))
  }

  #findNarrow(low: number): Block | undefined {
    const at = low >>> 0
    if (at < NARROW_MEMORY.allocated) return undefined
    if (at < NARROW_MEMORY.stack) return this.#pages[this.#page(low, 0)]
    if (at < NARROW_MEMORY.stackEnd) {
      const block = this.#stack[this.#narrowSlot(low)]
      return block !== undefined && block.high === 0 && (block.low ^ low) >>> 14 === 0 ? block : undefined
    }
    if (at >= NARROW_MEMORY.globals) return this.#globals[(at - NARROW_MEMORY.globals) >>> PAGE_BITS]
    return this.#placed.get(granuleOf(low, 0))
  }

  /** Where this thread's variables of frames begin, in 32 bits. */
  get #narrowStack(): number {
    return NARROW_MEMORY.stack + (this.thread % NARROW_MEMORY.threads) * NARROW_MEMORY.stackPerThread
  }

  /** The number of the variable at an address of 32 bits; none has it where that is another thread's. */
  #narrowSlot(low: number): number {
    return Math.floor(((low >>> 0) - this.#narrowStack) / NARROW_MEMORY.bytesPerSlot)
  }

  /** The block at an address, made now if an object is to lie there. */
  locate(low: number, high: number): Block | undefined {
    const found = this.find(low, high)
    if (found !== undefined || this.#objectAt === null) return found
    if (!this.#mayBePlaced(low, high)) return undefined
    const object = this.#objectAt(toBits(low, high))
    if (object === undefined) return undefined
    const { name, address, bytes, unknown } = object
    const [start, top] = [lowHalf(address), highHalf(address)]
    const block = new Block(name, 'placed', start, top, bytes, this.#owner)
    block.beUnknown(unknown)
    const first = granuleOf(start, top)
    for (let i = 0; i < bytes >> GRANULE_BITS; i++) this.#placed.set(first + i, block)
    return block
  }

  /** True for addresses of symbols, and of objects whose places the program calculates. */
  #mayBePlaced(low: number, high: number): boolean {
    const at = low >>> 0
    if (high === 0) {
      if (at < PAGE) return this.#hasLowcore
      return this.addressBits === 32 && at >= NARROW_MEMORY.placed && at < NARROW_MEMORY.globals
    }
    if (high === GLOBALS_HIGH && at >= SYMBOLS_LOW && at < GLOBALS_LOW >>> 0) return true
    return PLACED.some(([first, end]) => high >= first && high < end)
  }

  /** Says which objects lie at places that the program calculates. Forks ask the same function. */
  placeObjects(objectAt: (address: bigint) => PlacedObject | undefined, hasLowcore = false): void {
    this.#objectAt = objectAt
    this.#hasLowcore = hasLowcore
  }

  /** Index of a page among the thread's own; none of another thread's pages has one. */
  #page(low: number, high: number): number {
    if (high === 0) {
      const own = (low >>> 0) - this.#narrowAllocated
      return own < 0 || own >= NARROW_MEMORY.allocatedPerThread ? -1 : own >>> PAGE_BITS
    }
    const own = high - ALLOCATED_HIGH - this.thread * HIGHS_PER_THREAD
    return own < 0 || own >= HIGHS_PER_THREAD ? -1 : (own << 20) | (low >>> PAGE_BITS)
  }

  get #narrowAllocated(): number {
    const { allocated, allocatedPerThread, threads } = NARROW_MEMORY
    return allocated + (this.thread % threads) * allocatedPerThread
  }

  /** True if this block may be written to as it is; else `writable` makes one that may. */
  owns(block: Block): boolean {
    return block.owner === this.#owner
  }

  /** The block in a form that this memory may write to. */
  writable(block: Block): Block {
    block.text = null
    if (block.owner === this.#owner) return block
    const copy = block.copyFor(this.#owner)
    if (block.kind === 'global') {
      if (!this.#globalsOwned) this.#globals = [...this.#globals]
      this.#globalsOwned = true
      const first = (block.low - (block.high === 0 ? NARROW_MEMORY.globals : GLOBALS_LOW)) >>> PAGE_BITS
      for (let i = first; this.#globals[i] === block; i++) this.#globals[i] = copy
    } else if (block.kind === 'placed') {
      const first = granuleOf(block.low, block.high)
      for (let i = 0; i < block.bytes >> GRANULE_BITS; i++) this.#placed.set(first + i, copy)
    } else if (isOnStack(block)) {
      const { low, high } = block
      this.#stack[high === 0 ? this.#narrowSlot(low) : (((high - STACK_HIGH) & 0xff) << 10) | (low >>> 22)] =
        copy
    } else {
      const first = this.#page(block.low, block.high)
      for (let i = first; this.#pages[i] === block; i++) this.#pages[i] = copy
    }
    return copy
  }

  /** Variables alive, to be handed to `popTo` when the frame ends. */
  get depth(): number {
    return this.#stack.length
  }

  /** Memory for a variable of a frame, gone when the frame is; `salt` tells functions apart. Null: no more room. */
  push(name: string, bytes: number, salt: number): Block | null {
    const slot = this.#stack.length
    const isNarrow = this.addressBits === 32
    if (slot >= (isNarrow ? NARROW_SLOTS : MAX_SLOTS)) return null
    const rest = bytes > LARGEST_LOCAL ? this.allocate(bytes, name, 'local') : null
    const high = isNarrow ? 0 : (STACK_HIGH + ((this.thread % MAX_THREADS) << 8) + (slot >>> 10)) | 0
    const low = isNarrow
      ? (this.#narrowStack + slot * NARROW_MEMORY.bytesPerSlot + ((salt & 1) << 14) + IN_WINDOW) | 0
      : ((slot & 0x3ff) << 22) | ((salt & 0xff) << 14) | IN_WINDOW
    const block =
      rest ?? this.#again(slot, name, low, bytes) ?? new Block(name, 'local', low, high, bytes, this.#owner)
    this.#stack.push(block)
    return block
  }

  /** A block of this slot that is gone, as good as new. */
  #again(slot: number, name: string, low: number, bytes: number): Block | null {
    const block = this.#spare[slot]
    if (block === undefined || block.owner !== this.#owner || block.words.length !== (bytes + 7) >> 2)
      return null
    this.#spare[slot] = undefined
    block.name = name
    block.low = low
    block.bytes = bytes
    block.words.fill(0)
    block.tags = null
    block.unknown = null
    block.text = null
    block.plain = true
    return block
  }

  popTo(depth: number): void {
    while (this.#stack.length > depth) {
      const block = this.#stack.pop()
      if (block === undefined) continue
      if (!isOnStack(block)) this.#drop(block)
      else if (block.owner === this.#owner) this.#spare[this.#stack.length] = block
    }
  }

  /** Memory that stays until it is freed. */
  allocate(bytes: number, name: string, kind: BlockKind = 'allocated'): Block {
    const first = this.#pages.length + 1
    const isNarrow = this.addressBits === 32
    if (isNarrow && (first << PAGE_BITS) + bytes >= NARROW_MEMORY.allocatedPerThread)
      throw new Error('a thread has more memory than it has addresses of 32 bits for')
    const high = isNarrow ? 0 : (ALLOCATED_HIGH + this.thread * HIGHS_PER_THREAD + (first >>> 20)) | 0
    const low = isNarrow ? (this.#narrowAllocated + (first << PAGE_BITS)) | 0 : first << PAGE_BITS
    const block = new Block(name, kind, low, high, bytes, this.#owner)
    for (let i = 0; i <= bytes >> PAGE_BITS; i++) this.#pages[first + i] = block
    return block
  }

  /** Frees what `allocate` gave. */
  free(address: bigint): MemoryFault | null {
    if (address === 0n) return null
    const [low, high] = [lowHalf(address), highHalf(address)]
    const block = this.find(low, high)
    if (block === undefined || block.kind !== 'allocated' || block.offset(low, high) !== 0) {
      return (
        this.fault(address, 1) ??
        fault('wild pointer', `0x${address.toString(16)} is freed, which was not allocated`)
      )
    }
    this.#drop(block)
    return null
  }

  #drop(block: Block): void {
    const first = this.#page(block.low, block.high)
    for (let i = first; i <= first + (block.bytes >> PAGE_BITS); i++) {
      this.#pages[i] = undefined
      this.#gone.set(i, block.name)
    }
  }

  /** True for addresses that only private memory has, and for null. */
  covers(address: bigint): boolean {
    if (address < BigInt(PAGE)) return true
    if (this.addressBits === 64) return address >= FIRST_PRIVATE
    const { allocated, stackEnd, placed } = NARROW_MEMORY
    return (address >= allocated && address < stackEnd) || address >= placed
  }

  /** What is wrong with an access of these bytes; null: nothing. */
  fault(address: bigint, bytes: number): MemoryFault | null {
    const [low, high] = [lowHalf(address), highHalf(address)]
    const hex = `0x${address.toString(16)}`
    const block = this.locate(low, high)
    if (block !== undefined) {
      const offset = block.offset(low, high)
      if (offset >= 0 && offset + bytes <= block.bytes) return null
      const text = `${bytes} bytes at offset ${offset} of ${block.name}, which has ${block.bytes}`
      // How large an object is that nobody can see is not known.
      if (block.unknown !== null && block.kind !== 'local') return fault('not modelled', text)
      return { kind: 'out of bounds', object: block.name, text }
    }
    if (address < BigInt(PAGE)) return fault('null dereference', `${hex} is followed`)
    const at = low >>> 0
    const isNarrow = high === 0 && this.addressBits === 32
    if (
      isNarrow
        ? at >= NARROW_MEMORY.stack && at < NARROW_MEMORY.stackEnd
        : high >= STACK_HIGH && high < STACK_END
    ) {
      return fault('use after return', `${hex} points to a variable of a function that has returned`)
    }
    if (
      isNarrow
        ? at >= NARROW_MEMORY.allocated && at < NARROW_MEMORY.stack
        : high >= ALLOCATED_HIGH && high < ALLOCATED_END
    ) {
      const name = this.#gone.get(this.#page(low, high))
      if (name !== undefined) return { kind: 'use after free', object: name, text: `${name} was freed` }
      const before = this.#before(low, high)
      if (before !== undefined && before.unknown !== null)
        return fault('not modelled', `${hex} lies far behind ${before.name}, whose size is not known`)
    }
    return fault('wild pointer', `nothing lies at ${hex}`)
  }

  /** The last block of the thread's own that lies before an address. */
  #before(low: number, high: number): Block | undefined {
    const page = this.#page(low, high)
    for (let i = Math.min(page, this.#pages.length) - 1; i >= 0; i--) {
      const block = this.#pages[i]
      if (block !== undefined) return block
    }
    return undefined
  }

  /** The bytes at an address, lowest first, as one number, at most 8; a block that holds them is required. */
  read(address: bigint, bytes: number): Tagged | MemoryFault {
    const [low, high] = [lowHalf(address), highHalf(address)]
    const block = this.locate(low, high)
    const offset = block?.offset(low, high) ?? -1
    if (block === undefined || offset < 0 || offset + bytes > block.bytes) {
      return this.fault(address, bytes) ?? fault('wild pointer', '')
    }
    return this.#readIn(block, offset, bytes)
  }

  #readIn(block: Block, offset: number, bytes: number): Tagged {
    const live = block.unknown?.live?.(offset, bytes)
    if (live !== undefined && block.tags?.get(offset)?.bytes !== bytes) return live.get(this)
    let tag: Tag | undefined
    if (block.tags !== null) {
      const whole = block.tags.get(offset)
      if (whole?.bytes === bytes) tag = whole.tag
      else {
        this.#settle(block, offset, bytes)
        tag = overlapping(block.tags ?? NO_TAGS, offset, bytes)
        if (isToken(tag)) return { bits: 0n, tag, partial: true }
      }
    }
    if (tag === undefined && block.unknown !== null) {
      const found = block.unknown.at(offset, bytes, block.address + BigInt(offset))
      if (typeof found === 'bigint') {
        this.#writeIn(this.writable(block), offset, bytes, found, undefined)
        return { bits: found, tag: undefined }
      }
      this.#writeIn(this.writable(block), offset, bytes, 0n, found)
      return { bits: 0n, tag: found }
    }
    let bits = 0n
    for (let i = bytes - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(block.u8[offset + i] ?? 0)
    return { bits, tag }
  }

  /** Puts the bits of decided tokens that have a part in these bytes in their places. */
  #settle(block: Block, offset: number, bytes: number): void {
    for (let i = offset - 7; i < offset + bytes; i++) {
      const tagged = block.tags?.get(i)
      if (tagged === undefined || i + tagged.bytes <= offset || !isToken(tagged.tag)) continue
      const known = this.#decisions.get(tagged.tag.key)
      if (known?.mask === ALL)
        this.#writeIn(this.writable(block), i, tagged.bytes, known.bits, tagged.tag.from)
    }
  }

  /** Writes at most 8 bytes. */
  write(address: bigint, bytes: number, bits: bigint, tag?: Tag): MemoryFault | null {
    const [low, high] = [lowHalf(address), highHalf(address)]
    const block = this.locate(low, high)
    const offset = block?.offset(low, high) ?? -1
    if (block === undefined || offset < 0 || offset + bytes > block.bytes) {
      return this.fault(address, bytes) ?? fault('wild pointer', '')
    }
    if (block.readOnly) {
      return { kind: 'write to read-only memory', object: block.name, text: `${block.name} is read-only` }
    }
    const live = block.unknown?.live?.(offset, bytes)
    if (live?.set !== undefined) live.set(this, bits, tag)
    else this.#writeIn(this.writable(block), offset, bytes, bits, tag)
    return null
  }

  #writeIn(block: Block, offset: number, bytes: number, bits: bigint, tag: Tag | undefined): void {
    let rest = bits
    for (let i = 0; i < bytes; i++, rest >>= 8n) block.u8[offset + i] = Number(rest & 0xffn)
    const empty = tag === undefined || (!isToken(tag) && tag.length === 0)
    if (block.tags !== null) forget(block.tags, offset, bytes)
    if (empty && block.unknown === null) {
      if (block.tags?.size === 0) {
        block.tags = null
        block.plain = true
      }
      return
    }
    // Beside unknown bytes a known word stands out by a tag without reads.
    block.tags ??= new Map()
    block.tags.set(offset, { bytes, tag: tag ?? NO_READS })
    block.plain = false
  }

  /** Copies bytes with their tags, as memmove() does. */
  copy(target: bigint, source: bigint, bytes: number): MemoryFault | null {
    if (bytes === 0) return null
    const wrong = this.fault(source, bytes) ?? this.fault(target, bytes)
    if (wrong !== null) return wrong
    const from = this.find(lowHalf(source), highHalf(source))
    const found = this.find(lowHalf(target), highHalf(target))
    if (from === undefined || found === undefined) return null
    if (found.readOnly) return this.write(target, 1, 0n)
    const at = from.offset(lowHalf(source), highHalf(source))
    const to = this.writable(found)
    const start = to.offset(lowHalf(target), highHalf(target))
    if (from.plain && to.plain) {
      to.u8.set(from.u8.slice(at, at + bytes), start)
      return null
    }
    const parts: { readonly offset: number; readonly bytes: number; readonly value: Tagged }[] = []
    for (let i = 0; i < bytes; ) {
      const size = Math.min(from.tags?.get(at + i)?.bytes ?? alignedSize(from, at + i), bytes - i)
      parts.push({ offset: i, bytes: size, value: this.#readIn(from, at + i, size) })
      i += size
    }
    for (const part of parts) {
      const live = to.unknown?.live?.(start + part.offset, part.bytes)
      if (live?.set !== undefined) live.set(this, part.value.bits, part.value.tag)
      else this.#writeIn(to, start + part.offset, part.bytes, part.value.bits, part.value.tag)
    }
    return null
  }

  /** Sets bytes to one value. */
  fill(target: bigint, bytes: number, value = 0): MemoryFault | null {
    if (bytes === 0) return null
    const wrong = this.fault(target, bytes)
    if (wrong !== null) return wrong
    const found = this.find(lowHalf(target), highHalf(target))
    if (found === undefined) return null
    if (found.readOnly) return this.write(target, 1, 0n)
    const block = this.writable(found)
    const start = block.offset(lowHalf(target), highHalf(target))
    if (block.plain) block.u8.fill(value, start, start + bytes)
    else for (let i = 0; i < bytes; i++) this.#writeIn(block, start + i, 1, BigInt(value), undefined)
    return null
  }

  /** A copy of bytes. */
  readBytes(address: bigint, bytes: number): Uint8Array | MemoryFault {
    if (bytes === 0) return new Uint8Array(0)
    const wrong = this.fault(address, bytes)
    if (wrong !== null) return wrong
    const [low, high] = [lowHalf(address), highHalf(address)]
    const block = this.find(low, high)
    const offset = block?.offset(low, high) ?? 0
    return block?.u8.slice(offset, offset + bytes) ?? new Uint8Array(0)
  }

  writeBytes(address: bigint, data: Uint8Array): MemoryFault | null {
    if (data.length === 0) return null
    const wrong = this.fault(address, data.length)
    if (wrong !== null) return wrong
    const found = this.find(lowHalf(address), highHalf(address))
    if (found === undefined) return null
    if (found.readOnly) return this.write(address, 1, 0n)
    const block = this.writable(found)
    const start = block.offset(lowHalf(address), highHalf(address))
    if (block.plain) block.u8.set(data, start)
    else for (const [i, byte] of data.entries()) this.#writeIn(block, start + i, 1, BigInt(byte), undefined)
    return null
  }

  /** The bytes up to the first 0. */
  readString(address: bigint): Uint8Array | MemoryFault {
    const [low, high] = [lowHalf(address), highHalf(address)]
    const block = this.locate(low, high)
    const offset = block?.offset(low, high) ?? -1
    if (block === undefined || offset < 0 || offset >= block.bytes) {
      return this.fault(address, 1) ?? fault('wild pointer', '')
    }
    const end = block.u8.indexOf(0, offset)
    if (end === -1 || end >= block.bytes) {
      return { kind: 'out of bounds', object: block.name, text: `the string in ${block.name} does not end` }
    }
    return block.u8.slice(offset, end)
  }

  /** Text that is equal for equal contents; globals that nobody wrote to are left out. */
  key(provenance: boolean): string {
    let text = ''
    for (const block of this.#stack) text += this.#spell(block, provenance)
    for (const block of new Set(this.#placed.values())) text += this.#spell(block, provenance)
    let last: Block | undefined
    for (const pages of [this.#pages, this.#globalsOwned ? this.#globals : NO_PAGES]) {
      for (const block of pages) {
        if (block === undefined || block === last || block.owner === SHARED_OWNER) continue
        if (block.kind !== 'local') text += this.#spell(block, provenance)
        last = block
      }
    }
    for (const [key, { bits, mask, isAny }] of this.#decisions)
      text += `${key}=${isAny === true ? 'any' : bits.toString(16)}/${mask.toString(16)};`
    for (const [key, { number, changes }] of this.#occurrences) {
      text += `${key}#${number}${changes === this.changes ? '' : '+'};`
    }
    return text
  }

  #spell(block: Block, provenance: boolean): string {
    if (block.plain) {
      block.text ??= `${block.low.toString(36)}:${hexOf(block.u8, block.bytes)};`
      return block.text
    }
    const tags = [...(block.tags ?? [])].map(([offset, { bytes, tag }]) => {
      if (isToken(tag)) return `${offset}/${bytes}?${tag.key}`
      if (block.unknown === null && !provenance) return ''
      return `${offset}/${bytes}${provenance ? `<${tag.join(' ')}` : ''}`
    })
    return `${block.low.toString(36)}:${hexOf(block.u8, block.bytes)}${tags.sort().join(',')};`
  }
}

const NO_PAGES: (Block | undefined)[] = []
const NARROW_SLOTS = NARROW_MEMORY.stackPerThread / NARROW_MEMORY.bytesPerSlot

/** True for variables of frames, but for those that are too large to lie among the others. */
function isOnStack({ low, high }: Block): boolean {
  if (high !== 0) return high < STACK_END
  return low >>> 0 >= NARROW_MEMORY.stack && low >>> 0 < NARROW_MEMORY.stackEnd
}

function granuleOf(low: number, high: number): number {
  return (high - (0xffff_0000 | 0)) * 2 ** (32 - GRANULE_BITS) + (low >>> GRANULE_BITS)
}
const FIRST_PRIVATE = 0xffff_c900_0000_0000n

function fault(kind: MemoryFault['kind'], text: string): MemoryFault {
  return { kind, object: '', text }
}

/** The block without the reads behind its words. */
function forgetting(block: Block): Block {
  return block.tags === null ? block : block.copyFor(block.owner, 'forgotten')
}

function hexOf(u8: Uint8Array, bytes: number): string {
  let end = bytes
  while (end > 0 && u8[end - 1] === 0) end--
  let text = ''
  for (let i = 0; i < end; i++) text += ((u8[i] ?? 0) + 256).toString(16).slice(1)
  return text
}

/** What is known of bytes that a tagged word has a part in. */
function overlapping(tags: Map<number, TaggedBytes>, offset: number, bytes: number): Tag | undefined {
  let found: Tag | undefined
  for (let i = offset - 7; i < offset + bytes; i++) {
    const tagged = tags.get(i)
    if (tagged === undefined || i + tagged.bytes <= offset) continue
    if (isToken(tagged.tag)) return tagged.tag
    found = mergeReads((found ?? NO_READS) as Reads, tagged.tag)
  }
  return found
}

/** The largest word that can lie at an offset without a tag inside it. */
function alignedSize({ tags }: Block, offset: number): number {
  for (const bytes of [8, 4, 2]) {
    if (offset % bytes === 0 && overlapping(tags ?? NO_TAGS, offset, bytes) === undefined) return bytes
  }
  return 1
}

const NO_TAGS: Map<number, TaggedBytes> = new Map()

/** Drops the tags of bytes that are written over. */
function forget(tags: Map<number, TaggedBytes>, offset: number, bytes: number): void {
  for (let i = offset - 7; i < offset + bytes; i++) {
    const tagged = tags.get(i)
    if (tagged !== undefined && i + tagged.bytes > offset) tags.delete(i)
  }
}
