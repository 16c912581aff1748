/**
 * The kernel context `k` that every frame of a thread is handed: the machine's operations and the simulated
 * kernel's primitives under their C names, as procedures to be delegated to with `yield*`.
 */
import {
  type Access,
  type Bool,
  type Callable,
  type Cell,
  type ControlExtent,
  type FenceKind,
  type Lock,
  type Operation,
  type Proc,
  type Reads,
  type SemanticEvent,
  type Thread,
  tracked,
  type Word,
} from '../machine/index.js'
import type { ArchProfile } from './arch-profile.js'
import { type EntryTests, entryTests } from './entry.js'
import { PRIMITIVES } from './primitives/index.js'
import { atLeast, type Release } from './release.js'
import type { AsProc, KernelFunctions, PrimitiveSignatures, Ref } from './signatures.js'
import { type EntryPointer, type Mm, wordBehind } from './table.js'

/** What primitives do differently from release to release. */
export interface Era {
  /** 5.13: splitting a migration entry of a file VMA works. */
  readonly splitsFileMigration: boolean
  /**
   * 6.2: pmds are handled as ptes are. A look without the lock is READ_ONCE, or low, high, low again, where it
   * was a plain load, or low, then high; one of two words is taken away by one exchange, not word by word.
   */
  readonly pmdsLikePtes: boolean
  /** 6.5: mapping a page of ptes may fail, and holds RCU while it lasts. */
  readonly mapMayFail: boolean
  /** How a store of one word of an entry is marked. */
  readonly entryStore: 'plain' | 'once'
}

function eraOf(release: Release, { storesOnceSince }: ArchProfile): Era {
  return {
    splitsFileMigration: atLeast(release, '5.13'),
    pmdsLikePtes: atLeast(release, '6.2'),
    mapMayFail: atLeast(release, '6.5'),
    entryStore: storesOnceSince !== null && atLeast(release, storesOnceSince) ? 'once' : 'plain',
  }
}

/** What every thread of a program shares, besides cells. */
export interface System {
  readonly mm: Mm
  /** Whose primitives are simulated. */
  readonly release: Release
  /** Names of all threads, to find their interrupt and RCU state by. */
  readonly threads: readonly string[]
  /** The implementation that stands for a kernel function in this program. */
  readonly resolve: (name: string) => Callable
  /** The same for names that there may be nothing for; left out where only known names are called. */
  readonly find?: (name: string) => Callable | undefined
  /** What stands for a function that lifted C calls, and that neither it nor the simulated kernel has. */
  readonly neighbour?: (name: string) => Callable | undefined
  readonly questions?: Questions
  /** True for addresses that were made up for arguments: what follows one as a pointer got what no caller hands over. */
  readonly isMadeUp?: (address: bigint) => boolean
  /** More than one thread runs what C may be lifted for: they share its variables. False if left out. */
  readonly sharesGlobals?: boolean
}

/** What is asked for from outside, where two sides are to be asked alike. */
export interface Questions {
  /** Takes down answers that a question can have. */
  readonly asked: (key: string, answers: readonly string[]) => void
  /** Answers that the other side's question of this key can have. */
  readonly also: (key: string) => Iterable<string>
}

/** The hazard of a load through a pointer to a copy of an entry that was moved off it. */
export function pastCopy(name: string, index: number): Record<'kind' | 'object' | 'text', string> {
  const text = `${name}[${index}] is no entry of a table: it lies past a copy of one on the stack`
  return { kind: 'read past a stack copy', object: name, text }
}

type PrimitiveMethods = { readonly [N in keyof PrimitiveSignatures]: AsProc<PrimitiveSignatures[N]> }

/** What generators are handed as `k`. */
export type Kernel = KernelBase & PrimitiveMethods & EntryTests

/** The machine's operations; `createKernel` adds the primitives and the tests on entries. */
export class KernelBase {
  readonly mm: Mm
  readonly era: Era
  readonly thread: Thread
  readonly #system: System
  /** What the compiler chose for plain accesses that may tear. */
  readonly #orders = new Map<string, string>()

  constructor(thread: Thread, system: System, era: Era) {
    this.thread = thread
    this.#system = system
    this.mm = system.mm
    this.era = era
  }

  /** The implementation that stands for a function, if the program has one. */
  find(name: string): Callable | undefined {
    return this.#system.find?.(name)
  }

  /** The same for one that the caller's own unit does not have. */
  neighbour(name: string): Callable | undefined {
    return this.#system.neighbour?.(name)
  }

  /** What is known of questions besides what this side asks. */
  get questions(): Questions | undefined {
    return this.#system.questions
  }

  /** Whether lifted C has its variables in common with other threads. */
  isMadeUp(address: bigint): boolean {
    return this.#system.isMadeUp?.(address) === true
  }

  get sharesGlobals(): boolean {
    return this.#system.sharesGlobals === true
  }

  /** Names of all threads of the program. */
  get threads(): readonly string[] {
    return this.#system.threads
  }

  /** Names the line of the C text that the next operations stand for. */
  at(line: number): this {
    this.thread.setLine(line)
    return this
  }

  /** A variable whose address is passed. */
  ref<T>(): Ref<T> {
    return { value: null }
  }

  /**
   * Waits for the read-side sections of the other threads: those with interrupts off (`irq`, an
   * inter-processor interrupt), and for `rcu` those of RCU as well.
   */
  *gracePeriod(waitsFor: 'rcu' | 'irq'): Proc<void> {
    const { heap } = this.mm
    const others = this.#system.threads.filter((name) => name !== this.thread.spec.name)
    const sections = others.flatMap((name) => {
      const irq = { cell: heap.internal(`irq@${name}`), why: `${name} to turn interrupts on` }
      if (waitsFor === 'irq') return [irq]
      return [{ cell: heap.internal(`rcu@${name}`), why: `${name} to leave its RCU section` }, irq]
    })
    yield { op: 'grace-period', waitsFor, sections }
  }

  /** Calls a kernel function by name, or a callback. */
  call<N extends keyof KernelFunctions>(
    target: N,
    ...args: Parameters<KernelFunctions[N]>
  ): Proc<ReturnType<KernelFunctions[N]>>
  call(target: Callable, ...args: readonly unknown[]): Proc<number>
  *call(target: string | Callable, ...args: readonly unknown[]): Proc<unknown> {
    const callable = typeof target === 'string' ? this.#system.resolve(target) : target
    return yield { op: 'call', target: callable, args }
  }

  /**
   * A branch on a value. `rest`: everything up to the end of the function is inside it, as after an early
   * return; `body`: everything up to `join`. Where neither is said, no store is ordered behind it.
   */
  branch(on: Bool | boolean, extent: ControlExtent = 'none'): Proc<boolean> {
    return done(typeof on === 'boolean' ? on : this.thread.branch(on, extent))
  }

  /** What the thread does next hangs on the value in another way than by a branch of C: nothing is ordered by it. */
  decidedBy({ from }: Word): Proc<void> {
    this.thread.branch({ bits: true, from }, 'none')
    return NOTHING_LEFT
  }

  /** The branches of the innermost `branch(…, 'body')` meet again. */
  join(): void {
    this.thread.join()
  }

  /** `*p` in C: one plain load of each word of the entry, low word first. */
  deref(pointer: EntryPointer): Proc<Word> {
    return this.loadEntry(pointer, 'plain')
  }

  /** The entry read in one atomic step, whatever its size: a snapshot. */
  *snapshot(pointer: EntryPointer): Proc<Word> {
    const cells = cellsOf(pointer) ?? (yield* this.#unusualSlot(pointer))
    if ('bits' in cells) return cells
    const words = (yield { op: 'load', cells, access: 'once', address: pointer.from }) as readonly Word[]
    return join(words)
  }

  /** One load per word, low word first; plain ones that may tear, in the order that the compiler chose. */
  *loadEntry(pointer: EntryPointer, access: Access): Proc<Word> {
    const cells = cellsOf(pointer) ?? (yield* this.#unusualSlot(pointer))
    if ('bits' in cells) return cells
    if (cells.length === 1) {
      return join((yield { op: 'load', cells, access, address: pointer.from }) as readonly Word[])
    }
    const words: Word[] = []
    for (const i of yield* this.#order('load', pointer, cells, access)) {
      const cell = cells[i]
      if (cell !== undefined) words[i] = yield* this.load(cell, access, pointer.from)
    }
    return join(words)
  }

  /** Stores an entry in one atomic step; plainly and where plain accesses may tear, word by word. */
  *storeEntry(pointer: EntryPointer, value: Word, access: Access): Proc<void> {
    const cells = cellsOf(pointer) ?? (yield* this.#unusualSlot(pointer))
    if ('bits' in cells) return
    const values = split(value, cells.length)
    if (cells.length === 1 || access !== 'plain' || !this.thread.options.tear) {
      yield { op: 'store', cells, values, access, address: pointer.from }
      return
    }
    for (const i of yield* this.#order('store', pointer, cells, access)) {
      const [cell, word] = [cells[i], values[i]]
      if (cell !== undefined && word !== undefined) yield* this.store(cell, word, access, pointer.from)
    }
  }

  /**
   * The order of the words of an access, as indices. Where plain accesses may tear it is asked for: a compiler
   * chooses it once for each place, here each function and level.
   */
  *#order(
    what: 'load' | 'store',
    pointer: EntryPointer,
    cells: readonly Cell[],
    access: Access,
  ): Proc<readonly number[]> {
    const lowFirst = [...cells.keys()]
    if (access !== 'plain' || !this.thread.options.tear || 'kind' in pointer.table) return lowFirst
    const key = `words of the ${what} of a ${pointer.table.level} in ${this.thread.function}`
    const chosen = this.#orders.get(key) ?? (yield* this.choose(key, ['low first', 'high first']))
    this.#orders.set(key, chosen)
    return chosen === 'low first' ? lowFirst : lowFirst.reverse()
  }

  /** Reads an entry and stores what `update` makes of it (null: nothing), in one atomic step. */
  *exchangeEntry(name: string, pointer: EntryPointer, update: (bits: bigint) => bigint | null): Proc<Word> {
    const cells = cellsOf(pointer) ?? (yield* this.#unusualSlot(pointer))
    if ('bits' in cells) return cells
    const words = (yield {
      op: 'rmw',
      cells,
      update: (current) => {
        const stored = update(current.length === 1 ? (current[0] ?? 0n) : joinBits(current))
        return stored === null ? null : splitBits(stored, current.length)
      },
      access: 'mb',
      address: pointer.from,
      data: [],
      name,
    }) as readonly Word[]
    return join(words)
  }

  /** Exchanges one word: C's xchg(), fully ordered. */
  *exchange(name: string, cell: Cell, value: Word, address: Reads = []): Proc<Word> {
    const words = (yield {
      op: 'rmw',
      cells: [cell],
      update: () => [value.bits],
      access: 'mb',
      address,
      data: value.from,
      isExchange: true,
      name,
    }) as readonly Word[]
    return words[0] ?? tracked(0n)
  }

  /** The cells of a slot; the value itself for a stack copy; a hazard for a slot outside its page. */
  slot(pointer: EntryPointer): Proc<readonly Cell[] | Word> {
    const cells = cellsOf(pointer)
    return cells === null ? this.#unusualSlot(pointer) : new Done(cells)
  }

  *#unusualSlot(pointer: EntryPointer): Proc<readonly Cell[] | Word> {
    const { table } = pointer
    if ('kind' in table) {
      if (pointer.inside) return { bits: table.bits, from: table.from }
      const { behindCopies } = this.mm
      const { kind, object, text } = pastCopy(table.name, pointer.index)
      if (behindCopies === null) yield* this.oops(kind, object, text)
      yield* this.hazard(kind, object, text)
      return { bits: wordBehind(behindCopies ?? 'garbage', table.bits), from: [] }
    }
    if (!pointer.inside) {
      const { kind, object, text } = table.outside(pointer.index)
      yield* this.oops(kind, object, text)
    }
    return table.cells(pointer.index)
  }

  *load(cell: Cell, access: Access = 'plain', address: Reads = []): Proc<Word> {
    const words = (yield { op: 'load', cells: [cell], access, address }) as readonly Word[]
    return words[0] ?? tracked(0n)
  }

  *store(cell: Cell, value: Word, access: Access = 'plain', address: Reads = []): Proc<void> {
    yield { op: 'store', cells: [cell], values: [value], access, address }
  }

  /** Waits for a condition on one cell. */
  *await(cell: Cell, until: (value: bigint) => boolean, why: string): Proc<void> {
    yield { op: 'await', cells: [cell], until: ([value]) => until(value ?? 0n), why }
  }

  *lock(lock: Lock): Proc<void> {
    yield { op: 'lock', lock }
  }

  *unlock(lock: Lock): Proc<void> {
    yield { op: 'unlock', lock }
  }

  /** Asks for an answer from outside; equal keys get equal answers before and after. */
  *choose(key: string, domain: readonly string[]): Proc<string> {
    return (yield { op: 'choose', key, domain }) as string
  }

  /** Goes on only if `holds`; otherwise the execution says nothing. */
  *assume(holds: boolean): Proc<void> {
    yield { op: 'assume', holds }
  }

  /** The head of a loop that may come round without progress; `locals` are all it depends on. */
  *retry(key: string, ...locals: readonly (bigint | number | string)[]): Proc<void> {
    yield { op: 'retry', key, locals: locals.join(' ') }
  }

  /** A barrier, as a procedure like everything else on `k`. */
  fence(kind: FenceKind): Proc<void> {
    if (this.thread.offersFence(kind)) return offered({ op: 'fence', fence: kind })
    this.thread.fence(kind)
    return NOTHING_LEFT
  }

  observe(
    name: string,
    detail: string,
    more: Partial<Pick<SemanticEvent, 'role' | 'object' | 'sleeps' | 'uses'>> = {},
  ): Proc<void> {
    this.thread.observe({ name, detail, role: 'action', ...more })
    return NOTHING_LEFT
  }

  /** Something that must not happen, happened; the thread goes on. */
  *hazard(kind: string, object: string, text: string): Proc<void> {
    yield { op: 'hazard', kind, object, text, fatal: false }
  }

  /** Something from which a kernel does not recover: the thread ends here. */
  *oops(kind: string, object: string, text: string): Proc<never> {
    yield { op: 'hazard', kind, object, text, fatal: true }
    throw new Error('a thread that died was resumed')
  }
}

/** A procedure that has one operation. */
function* offered(operation: Operation): Proc<void> {
  yield operation
}

/** A procedure with nothing left to do but to return this: what needs no operation is done when it is called. */
class Done<T> implements Generator<Operation, T, unknown> {
  readonly #result: IteratorReturnResult<T>

  constructor(value: T) {
    this.#result = { done: true, value }
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<Operation, T> {
    return this.#result
  }

  return(value: T): IteratorResult<Operation, T> {
    return { done: true, value }
  }

  throw(error: unknown): never {
    throw error
  }
}

const NOTHING_LEFT: Proc<void> = new Done(undefined)
const TRUE: Proc<boolean> = new Done(true)
const FALSE: Proc<boolean> = new Done(false)

function done(value: boolean): Proc<boolean> {
  return value ? TRUE : FALSE
}

/** Makes the contexts of a program's threads; their methods are put together once for each profile. */
export function kernelFactory(system: System): (thread: Thread) => Kernel {
  const { profile } = system.mm
  const era = eraOf(system.release, profile)
  const SystemKernel = KERNELS.get(profile.name) ?? kernelClass(profile)
  KERNELS.set(profile.name, SystemKernel)
  // The prototype has one method per key of PrimitiveSignatures and EntryTests.
  return (thread) => new SystemKernel(thread, system, era) as Kernel
}

const KERNELS = new Map<string, typeof KernelBase>()

function kernelClass(profile: ArchProfile): typeof KernelBase {
  class SystemKernel extends KernelBase {}
  Object.assign(SystemKernel.prototype, PRIMITIVE_METHODS, entryTests(profile))
  return SystemKernel
}

/** For each primitive the procedure that calls it. One method per key of PrimitiveSignatures: PRIMITIVES is complete. */
const PRIMITIVE_METHODS = Object.fromEntries(
  Object.entries(PRIMITIVES).map(([name, primitive]) => [
    name,
    function* (...args: readonly unknown[]): Generator<Operation, unknown, unknown> {
      return yield { op: 'call', target: primitive, args }
    },
  ]),
)

/** The cells of a slot that lies in a table page; null for the cases that `slot` is for. */
function cellsOf(pointer: EntryPointer): readonly Cell[] | null {
  return 'kind' in pointer.table || !pointer.inside ? null : pointer.table.cells(pointer.index)
}

function join(words: readonly Word[]): Word {
  const [low, high] = words
  if (low === undefined) return tracked(0n)
  if (high === undefined) return low
  return {
    bits: joinBits([low.bits, high.bits]),
    from: [...new Set([...low.from, ...high.from])].sort((a, b) => a - b),
  }
}

function joinBits(words: readonly bigint[]): bigint {
  return (words[0] ?? 0n) | ((words[1] ?? 0n) << 32n)
}

function splitBits(bits: bigint, words: number): bigint[] {
  return words === 1 ? [bits] : [bits & 0xffffffffn, bits >> 32n]
}

function split(value: Word, words: number): Word[] {
  return splitBits(value.bits, words).map((bits) => ({ bits, from: value.from }))
}
