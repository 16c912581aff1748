/**
 * One thread: a stack of frames that is run until it offers an operation others can see. The machine owns
 * the stack, so a call is an operation like any other, and frames of different making call one another.
 * A frame of generators is a function of the replies it was sent: the effects that the explorer keeps of a
 * path are its log, and sending them again makes the frame again.
 */
import type { AddressBits } from './address-plan.js'
import type { Cell, Lock } from './cell.js'
import { type Course, type Reply, type Standing, withRecords } from './course.js'
import type { Event, ReadRecord, Site, WriteRecord } from './event.js'
import type { Callable } from './implementation.js'
import type {
  AwaitOperation,
  ControlExtent,
  DataSteps,
  FenceKind,
  GracePeriodOperation,
  LoadOperation,
  Operation,
  Past,
  SemanticEvent,
  SharedOperation,
  Steps,
  StoreOperation,
} from './operation.js'
import { PrivateMemory } from './private-memory.js'
import {
  type Bool,
  type Control,
  EVENTS_PER_THREAD,
  type EventId,
  indexOf,
  joined,
  NO_READS,
  type Reads,
  threadOf,
  type Word,
} from './value.js'

/** Where a thread stands. `stuck` waits for a lock it holds itself; `oops` died of a fatal hazard. */
export type ThreadStatus = 'ready' | 'done' | 'oops' | 'stuck' | 'blocked' | 'exhausted'

/** Options of the machine that change what threads offer. */
export interface ThreadOptions {
  /** `once`: a plain load repeated with nothing in between that forbids it is served from the first one. */
  readonly loads: 'each' | 'once'
  /** Operations after which a thread counts as exhausted, and its execution as bounded by `loop`. */
  readonly maxOperations: number
  /** Record calls and returns as events, for a trace that people read. */
  readonly traceCalls: boolean
  /** `wait`: a grace period is a wait for each other thread in turn; `event`: the memory model judges it. */
  readonly gracePeriods: 'wait' | 'event'
  /** `offer`: the memory model decides when a full barrier is done; `local`: the thread does it at once. */
  readonly fences: 'local' | 'offer'
  /**
   * `once`: a plain access of one word is taken as READ_ONCE or WRITE_ONCE, and so is never merged; for C that
   * is older than its markings. Under `sc` it means the same as `as-written`.
   */
  readonly plain: 'as-written' | 'once'
  /**
   * A plain access that is wider than a machine word is made word by word, in either order. It says what
   * compilers may do and goes beyond the memory models; off, they go from the low word to the high one.
   */
  readonly tear: boolean
  /**
   * `wait`: a turn of a loop that would be like the last one waits instead; `run`: it is run like any other;
   * `block`: a turn that stored nothing and changed no local waits, whatever it read, as another execution
   * takes the loop's last turn at once.
   */
  readonly retries?: 'wait' | 'run' | 'block'
  /** Parts of functions that are passed over, to see what they are there for. */
  readonly without?: readonly Omission[]
}

/** A part of a function: barriers at a C line, or the test there, which gets the same answer every time. */
export type Omission = OmissionPlace &
  (
    | { readonly kind: 'fence'; readonly fence: FenceKind }
    | { readonly kind: 'branch'; readonly answer: boolean }
  )

interface OmissionPlace {
  readonly function: string
  readonly path: string
  readonly line: number
}

/** A thread of a program. */
export interface ThreadSpec {
  /** One lower-case letter, used in schedules. */
  readonly name: string
  /** For people: `walk_page_range`, `MADV_DONTNEED`. */
  readonly label: string
  /** Locks the thread's caller holds throughout: `mmap_lock(read)`. Named on events, not acquired here. */
  readonly holding: readonly string[]
  /** Behaviour is what threads under test do; the others are their environment. */
  readonly underTest: boolean
  /** The MMU of a CPU, not software: what it writes can be lost without a race between programs. */
  readonly hardware?: boolean
  readonly entry: Callable
  readonly args: readonly unknown[]
}

/** What the surroundings of a thread supply. */
export interface ThreadHost {
  /** The kernel context handed to every frame as its first argument. */
  readonly context: (thread: Thread) => unknown
  /** Told of every C line that a frame names, for the coverage of changed lines. */
  readonly reached?: (callable: Callable, line: number) => void
  /** Told which way every branch of a frame of data went, by the branch's index in its code. */
  readonly took?: (callable: Callable, branch: number, answer: boolean) => void
  /** Told of what could be passed over: barriers, and tests that sent a loop round again, which end it then. */
  readonly part?: (part: Omission) => void
  /** Width of addresses; 64 if left out. The heap's has to be the same. */
  readonly addressBits?: AddressBits
}

interface Frame {
  readonly callable: Callable
  /** The innermost frame with C text: this one, or the one that called it. Null where there is none. */
  textual: Frame | null
  /** Where it is in its C text; kept as one object, as many events share it. */
  site: Site | null
  readonly steps: Steps
  /** The same as `steps` if it is data, else null. */
  readonly data: DataSteps | null
  control: Control
  retries: Map<string, RetryMark> | null
  /** The latest test of a tracked value; kept where the host asks what could be passed over. */
  tested: { readonly site: Site; readonly answer: boolean } | null
}

/** What a thread saw and did since it last came to the head of a loop. */
interface RetryMark {
  locals: string
  held: number
  readonly reads: Map<Cell, bigint>
  /** It stored or got an answer: the next turn may differ. */
  moved: boolean
  /** A cell that it read changed while it looked. */
  changed: boolean
}

export class Thread {
  readonly events: Event[] = []
  /** Values returned and whether it ended; read by observers. */
  status: ThreadStatus = 'ready'
  returned: unknown = undefined
  /** The shared operation offered, null when the thread cannot go on by itself. */
  pending: SharedOperation | null = null
  /** Spinlocks held, in order of acquisition. */
  held: readonly Lock[] = []
  /** The reads that it branched on so far. */
  readonly branched: Reads[] = []
  irqDepth = 0
  rcuDepth = 0
  lockNames: readonly string[]
  readonly #stack: Frame[] = []
  /** The innermost frame. */
  #top: Frame | undefined = undefined
  readonly #host: ThreadHost
  #context: unknown = undefined
  readonly #reached: ThreadHost['reached']
  readonly #merged = new Map<Cell, Word>()
  /** The loop heads of all frames, to be told of what the thread reads and writes. */
  readonly #marks: RetryMark[] = []
  #operations = 0
  #memory: PrivateMemory | null = null
  /** Where what this thread does is kept, and is looked up; null if it is to be run in any case. */
  #course: Course | null = null
  /** Where it stands in its course. */
  #standing: Standing | null = null
  /** The replies it got, if frames can be made again from them; null where they are copied. */
  #replies: Reply[] | null = null
  /** Its frames are there. Otherwise they are made when it has to be run. */
  #isRunning = false
  /** Events so far: less than there are while frames are made again that had them. */
  #emitted = 0
  /** Instructions of the intermediate representation that were run. */
  instructions = 0
  readonly everyPlace: boolean

  readonly number: number
  readonly spec: ThreadSpec
  readonly options: ThreadOptions
  readonly #record: (event: Event) => void

  constructor(
    number: number,
    spec: ThreadSpec,
    host: ThreadHost,
    options: ThreadOptions,
    record: (event: Event) => void,
    from: Origin | Course | null = null,
  ) {
    this.number = number
    this.spec = spec
    this.options = options
    this.#record = record
    this.lockNames = spec.holding
    this.#host = host
    this.#reached = host.reached
    this.everyPlace = host.reached !== undefined
    if (from === null) this.#begin()
    else if ('thread' in from) this.#copy(from)
    else this.#follow(from)
  }

  /**
   * A thread in the same state that goes on independently of this one, its events recorded with `record`; null
   * if a frame on the stack is a generator and the thread began without a course. With its past `forgotten` it
   * has no events, its values depend on no reads, and its operations are counted anew: for searches that ask
   * what can follow, not what led here. For that all frames have to be data.
   */
  fork(record: (event: Event) => void, past: Past = 'kept'): Thread | null {
    if (!this.#isData() && (this.#replies === null || past === 'forgotten')) return null
    return new Thread(this.number, this.spec, this.#host, this.options, record, { thread: this, past })
  }

  /**
   * Text that is equal for two states of this thread in which it will do and return the same, whatever it
   * did before; null if a frame on the stack is a generator. With `provenance`, also the reads behind its
   * values are the same. Functions of one program are told apart by path and name.
   */
  key(options: KeyOptions = { provenance: false }): string | null {
    if (!this.#isData()) return null
    if (this.status === 'done') {
      const returned = spellReturned(this.returned, options.provenance)
      return returned === null ? null : `done ${returned}`
    }
    if (this.status !== 'ready') return this.status
    const parts = [
      this.held.map((lock) => lock.name).join(','),
      `${this.rcuDepth} ${this.irqDepth}`,
      [...this.#merged]
        .map(([cell, word]) => `${cell.id}=${spellWord(word, options.provenance)}`)
        .sort()
        .join(','),
      this.pending?.op === 'await' ? spellSeen(this.pending, options) : '',
      this.#memory?.key(options.provenance) ?? '',
    ]
    for (const { callable, data, control, retries } of this.#stack) {
      const marks = [...(retries ?? [])].map(([key, mark]) => `${key}: ${spellMark(mark, options)}`).sort()
      parts.push(`${callable.path ?? ''} ${callable.name} ${data?.key(options) ?? ''} ${marks.join(';')}`)
      if (options.provenance) parts.push(spellControl(control))
    }
    return parts.join('|')
  }

  /** What this thread's frames have to themselves. */
  get memory(): PrivateMemory {
    this.#memory ??= new PrivateMemory(this.number, this.#host.addressBits)
    return this.#memory
  }

  /** Names the C line that the innermost frame is at. */
  setLine(line: number): void {
    const frame = this.#top
    if (frame === undefined) return
    const { name, path } = frame.callable
    if (path !== null && frame.site?.line !== line) frame.site = { function: name, path, line }
    this.#reached?.(frame.callable, line)
  }

  /** `setLine` with the column, for frames of data: they come by the same place again and again. */
  setPlace(line: number, column: number): void {
    const frame = this.#top
    if (frame === undefined || (frame.site?.line === line && frame.site.column === column)) return
    const { name, path } = frame.callable
    if (path !== null) frame.site = { function: name, path, line, column }
    this.#reached?.(frame.callable, line)
  }

  took(branch: number, answer: boolean): void {
    const frame = this.#top
    if (frame !== undefined) this.#host.took?.(frame.callable, branch, answer)
  }

  /** A jump backwards counts as an operation. */
  turn(): boolean {
    if (this.#operations >= this.options.maxOperations) return false
    this.#operations++
    return true
  }

  ran(instructions: number): void {
    this.instructions += instructions
  }

  // What follows needs no reply from anybody: frames may do it as an operation, or call it to save the way.

  /** A branch: as far as `extent` says, what follows in the frame depends on the reads behind it. */
  branch(on: Bool, extent: ControlExtent): boolean {
    const frame = this.#top
    if (on.from.length > 0) {
      const omitted = this.#omitted('branch', frame?.site ?? null)
      if (omitted?.kind === 'branch') return omitted.answer
      this.branched.push(on.from)
      if (frame !== undefined && frame.site !== null && this.#host.part !== undefined) {
        frame.tested = { site: frame.site, answer: on.bits }
      }
    }
    // A branch on a constant is kept where a `join` will close it.
    if (frame !== undefined && extent !== 'none' && (on.from.length > 0 || extent === 'body')) {
      frame.control = { reads: on.from, extent, before: frame.control }
    }
    return on.bits
  }

  /** The branches that the next operation depends on. */
  get control(): Control {
    const at = this.#isRunning ? this.#top : this.#standing
    return at?.control ?? null
  }

  /** Closes the innermost branch of extent `body`. */
  join(): void {
    const frame = this.#top
    if (frame !== undefined) frame.control = joined(frame.control)
  }

  /** True if a barrier of this kind is for the memory model to do: a frame must yield it as an operation. */
  offersFence(kind: FenceKind): boolean {
    return kind === 'mb' && this.options.fences === 'offer' && !this.#isOmitted(kind)
  }

  /** A barrier that the thread does by itself. */
  fence(kind: FenceKind): void {
    if (this.#isOmitted(kind)) return
    const site = this.#host.part === undefined ? null : this.#fenceSite(kind)
    if (site !== null) this.#host.part?.({ ...placeOf(site), kind: 'fence', fence: kind })
    this.#emit('fence', fenceName(kind), NOTHING, NOTHING, { ...NO_MARK, fence: kind })
    this.#forgetLoads()
  }

  #isOmitted(kind: FenceKind): boolean {
    if (this.options.without === undefined) return false
    return this.#omitted('fence', this.#fenceSite(kind), kind) !== undefined
  }

  /** Where a barrier stands: in the innermost frame, or where that called `smp_rmb()` or one of its like. */
  #fenceSite(kind: FenceKind): Site | null {
    const frame = this.#top
    if (frame === undefined || frame.site !== null) return frame?.site ?? null
    return frame.callable.name === fenceName(kind) ? (this.#stack.at(-2)?.site ?? null) : null
  }

  /** The part to pass over at this place; undefined if it is none of those asked for. */
  #omitted(kind: Omission['kind'], site: Site | null, fence?: FenceKind): Omission | undefined {
    if (site === null) return undefined
    return this.options.without?.find(
      (part) =>
        part.kind === kind &&
        (part.kind !== 'fence' || part.fence === fence) &&
        part.line === site.line &&
        part.function === site.function &&
        part.path === site.path,
    )
  }

  /** A named event of the kernel; one that may sleep is a hazard in atomic context. */
  observe(event: SemanticEvent): void {
    const text = event.detail === '' ? event.name : `${event.name} ${event.detail}`
    this.#emit('observe', text, NOTHING, NOTHING, { ...NO_MARK, semantic: event })
    if (event.sleeps === true && this.atomic) {
      this.#hazard('sleep in atomic context', event.name, `${event.name} may sleep, ${this.#why()}`)
    }
  }

  /** Name of the function that is running: the innermost one with C text, or else the innermost. */
  get function(): string {
    const frame = this.#top
    return frame?.textual?.callable.name ?? frame?.callable.name ?? this.spec.label
  }

  /** The id that the next event of this thread will have. */
  nextId(): EventId {
    return this.number * EVENTS_PER_THREAD + this.#emitted
  }

  /** True if the thread is inside a critical section in which it must not sleep. */
  get atomic(): boolean {
    return this.held.length > 0 || this.irqDepth > 0 || this.rcuDepth > 0
  }

  /** Completes the pending operation with what the memory model made of it, and runs on to the next one. */
  commit(reads: readonly ReadRecord[], writes: readonly WriteRecord[], choice?: string): void {
    if (this.pending === null) return
    const reply: Reply = { reads, writes, choice }
    const from = this.#standing
    const to = from === null ? null : (this.#course?.after(from, reply) ?? null)
    if (to !== null) {
      this.#goTo(to, reply)
    } else {
      if (!this.#isRunning) this.#runAgain()
      const [events, branched] = [this.events.length, this.branched.length]
      this.#goOn(reply)
      if (from !== null) this.#keep(events, branched, from, reply)
    }
    this.#replies?.push(reply)
  }

  /** Runs the frames on from the pending operation. */
  #goOn(reply: Reply): void {
    const operation = this.pending
    if (operation === null) return
    this.pending = null
    const answer = this.#complete(operation, reply)
    if (this.status === 'ready') this.#run(answer)
  }

  // ---- courses ---------------------------------------------------------------------------------------------

  /** Starts in a course, or starts the course. */
  #follow(course: Course): void {
    this.#replies = []
    this.#course = course
    const { start } = course
    if (start !== null) {
      this.#goTo(start, NO_REPLY)
      return
    }
    this.#begin()
    // Frames that are data are copied rather than looked up.
    if (!this.#isData()) this.#keep(0, 0, null, null)
  }

  /** Keeps where the thread came to, with its events and branches from these numbers on. */
  #keep(events: number, branched: number, from: Standing | null, reply: Reply | null): void {
    this.#standing = null
    if (this.#course?.pays !== true) return
    this.#standing = {
      status: this.status,
      returned: this.returned,
      pending: this.pending,
      held: this.held,
      lockNames: this.lockNames,
      irqDepth: this.irqDepth,
      rcuDepth: this.rcuDepth,
      control: this.control,
      branched: this.branched.slice(branched),
      events: this.events.slice(events),
      ways: [],
    }
    this.#course.keep(this.#standing, from, reply)
  }

  /** Comes to where another thread came by the same reply. */
  #goTo(to: Standing, reply: Reply): void {
    this.#standing = to
    this.#isRunning = false
    this.status = to.status
    this.returned = to.returned
    this.pending = to.pending
    this.held = to.held
    this.lockNames = to.lockNames
    this.irqDepth = to.irqDepth
    this.rcuDepth = to.rcuDepth
    for (const reads of to.branched) this.branched.push(reads)
    for (let i = 0; i < to.events.length; i++) {
      const event = to.events[i]
      if (event !== undefined) this.#add(i === 0 ? withRecords(event, reply) : event)
    }
  }

  /** Makes the frames again by giving them all replies again: for what nobody did before in this state. */
  #runAgain(): void {
    this.#emitted = 0
    this.#operations = 0
    this.#stack.length = 0
    this.#top = undefined
    this.#marks.length = 0
    this.#forgetLoads()
    this.#memory = null
    this.status = 'ready'
    this.branched.length = 0
    this.held = []
    this.lockNames = this.spec.holding
    this.irqDepth = 0
    this.rcuDepth = 0
    this.#begin()
    for (const reply of this.#replies ?? []) this.#goOn(reply)
  }

  #begin(): void {
    this.#isRunning = true
    this.#context = this.#host.context(this)
    this.#push(this.spec.entry, this.spec.args)
    this.#run(undefined)
  }

  // ---- running ---------------------------------------------------------------------------------------------

  #complete(operation: SharedOperation, { reads, writes, choice }: Reply): unknown {
    const id = this.nextId()
    const from: Reads = [id]
    switch (operation.op) {
      case 'load': {
        const words = wordsOf(operation.cells.length, reads, from)
        this.#emit(operation.op, '', reads, writes, accessMark(operation))
        this.#noteReads(operation.cells, reads)
        if (operation.access === 'acquire' || operation.access === 'mb') this.#forgetLoads()
        if (operation.access === 'plain' && this.options.loads === 'once') {
          for (const [i, cell] of operation.cells.entries()) {
            const word = words[i]
            if (word !== undefined) this.#merged.set(cell, word)
          }
        }
        this.#checkFreed(operation.cells, reads)
        return words
      }
      case 'store':
        this.#emit(operation.op, '', reads, writes, accessMark(operation))
        this.#forgetLoads()
        this.#noteMove()
        this.#checkFreed(operation.cells, reads)
        return undefined
      case 'rmw': {
        const words = wordsOf(operation.cells.length, reads, from)
        this.#emit(operation.op, operation.name, reads, writes, { ...NO_MARK, address: operation.address })
        this.#noteReads(operation.cells, reads)
        this.#forgetLoads()
        if (writes.length > 0) this.#noteMove()
        this.#checkFreed(operation.cells, reads)
        return words
      }
      case 'await':
        this.#emit('await', `await ${operation.why}`, reads, writes)
        this.#noteReads(operation.cells, reads)
        this.#forgetLoads()
        return undefined
      case 'lock':
        this.#emit('lock', `lock ${operation.lock.name}`, reads, writes)
        this.#take(operation.lock)
        return undefined
      case 'trylock': {
        const taken = writes.length > 0
        const text = `trylock ${operation.lock.name}: ${taken ? 'taken' : 'busy'}`
        this.#emit('trylock', text, reads, writes)
        this.#noteReads([operation.lock.cell], reads)
        this.#forgetLoads()
        if (taken) this.#take(operation.lock)
        return { bits: taken, from }
      }
      case 'is-locked': {
        const locked = (reads[0]?.value ?? 0n) !== 0n
        const text = `spin_is_locked ${operation.lock.name}: ${locked}`
        this.#emit('is-locked', text, reads, writes)
        this.#noteReads([operation.lock.cell], reads)
        return { bits: locked, from }
      }
      case 'unlock':
        this.#emit('unlock', `unlock ${operation.lock.name}`, reads, writes)
        this.#release(operation.lock)
        return undefined
      case 'fence':
        this.fence(operation.fence)
        return undefined
      case 'choose':
        this.#emit('choose', `choose ${operation.key} = ${choice ?? ''}`, reads, writes, {
          ...NO_MARK,
          choice: { key: operation.key, value: choice ?? '' },
        })
        // The answer comes from code that the compiler cannot see into.
        this.#forgetLoads()
        this.#noteMove()
        return choice
      case 'srcu-lock':
        this.#emit('srcu-lock', `srcu_read_lock ${operation.domain.name}`, reads, writes)
        this.#forgetLoads()
        return { bits: reads[0]?.value ?? 0n, from }
      case 'srcu-unlock':
        this.#emit('srcu-unlock', `srcu_read_unlock ${operation.domain.name}`, reads, writes)
        this.#forgetLoads()
        return undefined
      case 'grace-period':
        this.#emit('grace-period', gracePeriodText(operation), reads, writes)
        this.#forgetLoads()
        this.#noteMove()
        return undefined
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'irq-save':
      case 'irq-restore':
        this.#emit(operation.op, operation.op, reads, writes)
        this.#forgetLoads()
        this.#changeContext(operation.op)
        return undefined
    }
  }

  /** Runs local operations until a shared one is offered or the thread ends. */
  #run(first: unknown): void {
    let reply = first
    while (this.status === 'ready') {
      const frame = this.#top
      if (frame === undefined) {
        this.#finish(reply)
        return
      }
      if (++this.#operations > this.options.maxOperations) {
        this.status = 'exhausted'
        return
      }
      const step = frame.data === null ? frame.steps.next(reply) : frame.data.next(reply, this)
      if (step.done === true) {
        reply = this.#pop(frame, step.value)
        continue
      }
      const operation = step.value
      const local = this.#local(operation, frame)
      if (local === SHARED) return
      reply = local
    }
  }

  /** Does a local operation and returns its reply, or `SHARED` after offering a shared one. */
  #local(operation: Operation, frame: Frame): unknown {
    switch (operation.op) {
      case 'call':
        this.#push(operation.target, operation.args)
        if (operation.target.role === 'callback') this.#forgetLoads()
        if (this.options.traceCalls) this.#emit('call', `call ${operation.target.name}`, NOTHING, NOTHING)
        return undefined
      case 'branch':
        return this.branch(operation.on, operation.extent)
      case 'join':
        this.join()
        return undefined
      case 'fence':
        if (this.offersFence(operation.fence)) return this.#offer(operation)
        this.fence(operation.fence)
        return undefined
      case 'observe':
        this.observe(operation.event)
        return undefined
      case 'hazard':
        this.#hazard(operation.kind, operation.object, operation.text)
        if (operation.fatal) this.status = 'oops'
        return undefined
      case 'assume':
        if (operation.on !== undefined && operation.on.length > 0) this.branched.push(operation.on)
        if (!operation.holds) this.status = 'blocked'
        return undefined
      case 'retry':
        if (frame.tested !== null) {
          const { site, answer } = frame.tested
          this.#host.part?.({ ...placeOf(site), kind: 'branch', answer: !answer })
        }
        if (this.options.retries === 'run') return undefined
        return this.#retry(operation.key, operation.locals, frame)
      case 'grace-period':
        if (this.options.gracePeriods === 'event') return this.#offer(operation)
        this.#pushSteps(GRACE_PERIOD, new SectionWaits(operation))
        return undefined
      case 'load': {
        const load = this.#marked(operation)
        const merged = this.options.loads === 'once' ? this.#mergedLoad(load) : null
        return merged ?? this.#offer(load)
      }
      case 'store':
        return this.#offer(this.#marked(operation))
      case 'lock':
        if (this.held.includes(operation.lock)) {
          this.#hazard(
            'double lock',
            operation.lock.kind,
            `${operation.lock.name} is taken again by its holder`,
          )
          this.status = 'stuck'
          return undefined
        }
        return this.#offer(operation)
      case 'unlock':
        if (!this.held.includes(operation.lock)) {
          this.#hazard(
            'unlock of a lock not held',
            operation.lock.kind,
            `${operation.lock.name} is released by a thread that does not hold it`,
          )
          return undefined
        }
        return this.#offer(operation)
      default:
        return this.#offer(operation)
    }
  }

  #offer(operation: SharedOperation): typeof SHARED {
    this.pending = operation
    return SHARED
  }

  /** The access as `options.plain` reads it. */
  #marked<T extends LoadOperation | StoreOperation>(operation: T): T {
    const taken =
      this.options.plain === 'once' && operation.access === 'plain' && operation.cells.length === 1
    return taken ? { ...operation, access: 'once', plain: true } : operation
  }

  /** The words a plain load may reuse, if every cell was loaded before with nothing in between. */
  #mergedLoad(operation: LoadOperation): Word[] | null {
    if (operation.access !== 'plain') return null
    const words: Word[] = []
    for (const cell of operation.cells) {
      const word = this.#merged.get(cell)
      if (word === undefined) return null
      words.push(word)
    }
    return words
  }

  #retry(key: string, locals: string, frame: Frame): unknown {
    this.#forgetLoads()
    frame.retries ??= new Map()
    const mark = frame.retries.get(key)
    if (mark === undefined) {
      const fresh = { locals, held: this.held.length, reads: new Map(), moved: false, changed: false }
      frame.retries.set(key, fresh)
      this.#marks.push(fresh)
      return undefined
    }
    const { changed } = mark
    const unchanged = !changed || this.options.retries === 'block'
    const repeats = mark.locals === locals && !mark.moved && unchanged && mark.held === this.held.length
    const cells = [...mark.reads.keys()]
    const seen = [...mark.reads.values()]
    mark.locals = locals
    mark.held = this.held.length
    mark.moved = false
    mark.changed = false
    mark.reads.clear()
    if (!repeats) return undefined
    return this.#offer({
      op: 'await',
      cells,
      // After a turn that saw a cell change, another one could end the loop with everything as it is.
      until: (values) => changed || values.some((value, i) => value !== seen[i]),
      why: `a change, to run the loop at ${key} again`,
      retry: true,
      seen,
    })
  }

  /** No load from here on is merged with one before. */
  #forgetLoads(): void {
    // Clearing an empty map costs as much as clearing a full one.
    if (this.#merged.size > 0) this.#merged.clear()
  }

  #noteReads(cells: readonly Cell[], reads: readonly ReadRecord[]): void {
    if (this.#marks.length === 0) return
    for (const mark of this.#marks) {
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i]
        const read = reads[i]
        if (cell === undefined || read === undefined) continue
        const before = mark.reads.get(cell)
        if (before !== undefined && before !== read.value) mark.changed = true
        mark.reads.set(cell, read.value)
      }
    }
  }

  /** What the thread does next may differ from its last turn of any loop: it stored, or was told something. */
  #noteMove(): void {
    for (const mark of this.#marks) mark.moved = true
  }

  #checkFreed(cells: readonly Cell[], reads: readonly ReadRecord[]): void {
    for (const read of reads) {
      if (read.cell.role !== 'internal' || read.value === 0n) continue
      const cell = cells.find((candidate) => candidate.page === read.cell)
      if (cell !== undefined) {
        this.#hazard('touch of a freed page', kindOf(cell), `${cell.object} lies in a page that was freed`)
      }
    }
  }

  #take(lock: Lock): void {
    this.held = [...this.held, lock]
    this.#renameLocks()
  }

  #release(lock: Lock): void {
    this.held = this.held.toSpliced(this.held.lastIndexOf(lock), 1)
    this.#renameLocks()
  }

  #renameLocks(): void {
    this.lockNames = [...this.spec.holding, ...this.held.map((lock) => lock.name)]
    this.#forgetLoads()
  }

  #changeContext(op: 'rcu-lock' | 'rcu-unlock' | 'irq-save' | 'irq-restore'): void {
    if (op === 'rcu-lock') this.rcuDepth++
    else if (op === 'rcu-unlock') this.rcuDepth--
    else if (op === 'irq-save') this.irqDepth++
    else this.irqDepth--
    if (this.rcuDepth < 0 || this.irqDepth < 0) {
      const which = this.rcuDepth < 0 ? 'rcu' : 'irq'
      if (which === 'rcu') this.rcuDepth = 0
      else this.irqDepth = 0
      this.#hazard(`${which} imbalance`, '', `${op} without its counterpart`)
    }
  }

  #push(callable: Callable, args: readonly unknown[]): void {
    this.#pushSteps(callable, callable.body(this.#context, ...args))
  }

  #pushSteps(callable: Callable, steps: Steps): void {
    const caller = this.#top
    const { name, path } = callable
    const site = path === null ? null : { function: name, path, line: 0 }
    const frame: Frame = {
      callable,
      textual: caller?.textual ?? null,
      site,
      steps,
      data: isDataSteps(steps) ? steps : null,
      control: caller?.control ?? null,
      retries: null,
      tested: null,
    }
    if (path !== null) frame.textual = frame
    this.#stack.push(frame)
    this.#top = frame
  }

  #pop(frame: Frame, value: unknown): unknown {
    if (this.options.traceCalls) this.#emit('return', `return from ${frame.callable.name}`, NOTHING, NOTHING)
    this.#stack.pop()
    this.#top = this.#stack[this.#stack.length - 1]
    if (frame.retries !== null) this.#marks.length -= frame.retries.size
    // No compiler carries a load out of a function that it calls through a pointer.
    if (frame.callable.role === 'callback') this.#forgetLoads()
    return value
  }

  #isData(): boolean {
    if (!this.#isRunning) return this.status === 'done'
    return this.#stack.every((frame) => frame.data !== null)
  }

  #copy({ thread, past }: Origin): void {
    this.status = thread.status
    this.returned = thread.returned
    this.pending = thread.pending
    this.held = thread.held
    this.irqDepth = thread.irqDepth
    this.rcuDepth = thread.rcuDepth
    this.lockNames = thread.lockNames
    if (past === 'kept') {
      for (const event of thread.events) this.events.push(event)
      for (const reads of thread.branched) this.branched.push(reads)
      this.#operations = thread.#operations
      this.#emitted = thread.#emitted
      this.#replies = thread.#replies?.slice() ?? null
      this.#course = thread.#course
      this.#standing = thread.#standing
    }
    if (!thread.#isData()) return
    this.#isRunning = true
    this.#memory = thread.#memory?.fork(past) ?? null
    this.#context = this.#host.context(this)
    for (const [cell, word] of thread.#merged) {
      this.#merged.set(cell, past === 'kept' ? word : { bits: word.bits, from: NO_READS })
    }
    const frames = new Map<Frame, Frame>()
    const marks = new Map<RetryMark, RetryMark>()
    for (const frame of thread.#stack) {
      const data = frame.data?.clone(past, this.#context) ?? null
      const retries = frame.retries === null ? null : new Map<string, RetryMark>()
      for (const [key, mark] of frame.retries ?? []) {
        const copy = { ...mark, reads: new Map(mark.reads) }
        retries?.set(key, copy)
        marks.set(mark, copy)
      }
      const control = past === 'kept' ? frame.control : null
      const copy: Frame = { ...frame, steps: data ?? frame.steps, data, control, retries }
      frames.set(frame, copy)
      if (frame.textual !== null) copy.textual = frames.get(frame.textual) ?? null
      this.#stack.push(copy)
      this.#top = copy
    }
    for (const mark of thread.#marks) this.#marks.push(marks.get(mark) ?? mark)
  }

  #finish(value: unknown): void {
    this.returned = value
    for (const lock of this.held) {
      this.#hazard('lock leak', lock.kind, `${lock.name} is still held at the end of ${this.spec.label}`)
    }
    if (this.rcuDepth > 0)
      this.#hazard('rcu imbalance', '', `rcu_read_lock is not undone in ${this.spec.label}`)
    if (this.irqDepth > 0)
      this.#hazard('irq imbalance', '', `interrupts stay off at the end of ${this.spec.label}`)
    this.status = 'done'
  }

  #hazard(kind: string, object: string, text: string): void {
    this.#emit('hazard', `${kind}: ${text}`, NOTHING, NOTHING, { ...NO_MARK, hazard: { kind, object, text } })
  }

  #why(): string {
    if (this.held.length > 0) return `and ${this.held.map((lock) => lock.name).join(', ')} is held`
    return this.irqDepth > 0 ? 'and interrupts are off' : 'inside an RCU read-side critical section'
  }

  #emit(
    op: Event['op'],
    text: string,
    reads: readonly ReadRecord[],
    writes: readonly WriteRecord[],
    more: EventMark = NO_MARK,
  ): void {
    if (this.#emitted < this.events.length) {
      // Frames that are made again do what they have done before.
      this.#emitted++
      return
    }
    const frame = this.#top
    // Every member is written out, also those that are not set: events of one shape are looked at quickest.
    const event: Event = {
      id: this.nextId(),
      thread: this.number,
      index: this.#emitted,
      op,
      reads,
      writes,
      function: frame === undefined ? this.spec.label : frame.callable.name,
      site: frame?.textual?.site ?? null,
      depth: this.#stack.length,
      locks: this.lockNames,
      irqsOff: this.irqDepth > 0,
      rcuDepth: this.rcuDepth,
      address: more.address,
      control: frame === undefined ? null : frame.control,
      text,
      semantic: more.semantic,
      hazard: more.hazard,
      plain: more.plain,
      fence: more.fence,
      choice: more.choice,
    }
    this.#add(event)
  }

  #add(event: Event): void {
    this.#emitted++
    this.events.push(event)
    this.#record(event)
  }
}

const NO_REPLY: Reply = { reads: [], writes: [], choice: undefined }

const NOTHING: readonly never[] = []

/** The values of `count` cells as read by the event `from`. */
function wordsOf(count: number, reads: readonly ReadRecord[], from: Reads): Word[] {
  const words: Word[] = []
  for (let i = 0; i < count; i++) words.push({ bits: reads[i]?.value ?? 0n, from })
  return words
}

/** What only some events have. */
type EventMark = Required<Pick<Event, 'address' | 'semantic' | 'hazard' | 'choice' | 'fence' | 'plain'>>

/** Marks have one shape, as events do. */
const NO_MARK: EventMark = {
  address: NO_READS,
  semantic: undefined,
  hazard: undefined,
  choice: undefined,
  fence: undefined,
  plain: undefined,
}

/** The address of an access, and whether it is plain in C, whatever it is taken for. */
function accessMark({ access, plain, address }: LoadOperation | StoreOperation): EventMark {
  return { ...NO_MARK, address, plain: access === 'plain' || plain === true ? true : undefined }
}

function isDataSteps(steps: Steps): steps is DataSteps {
  return (steps as Partial<DataSteps>).clone !== undefined
}

function placeOf({ function: name, path, line }: Site): OmissionPlace {
  return { function: name, path, line }
}

/** `smp_wmb`, `smp_mb__after_atomic`, `barrier`. */
export function fenceName(kind: FenceKind): string {
  if (kind === 'barrier') return kind
  return kind.includes('-') ? `smp_mb__${kind.replaceAll('-', '_')}` : `smp_${kind}`
}

/** What of a thread's state tells it apart. */
export interface KeyOptions {
  /** The reads behind its values too. */
  readonly provenance: boolean
  /**
   * Of what a loop has read in its turn, only whether all of it is what the cells hold for good, by this
   * test: where a turn that changed nothing is not run again (`retries: 'block'`), nothing else matters.
   */
  readonly settled?: (cell: Cell, value: bigint) => boolean
}

/** What a fork is made from. */
interface Origin {
  readonly thread: Thread
  readonly past: Past
}

/** Stands for a grace period that is a sequence of waits. */
const GRACE_PERIOD: Callable = {
  name: 'grace period',
  path: null,
  role: 'primitive',
  body: (operation: GracePeriodOperation) => new SectionWaits(operation),
}

/** Waits for the read-side sections of a grace period, one thread's after the other. */
class SectionWaits implements DataSteps {
  readonly #operation: GracePeriodOperation
  #next = 0

  constructor(operation: GracePeriodOperation) {
    this.#operation = operation
  }

  next(): IteratorResult<Operation, undefined> {
    // A section that begins later may be waited for too: there is another execution in which it is not.
    const section = this.#operation.sections[this.#next++]
    if (section === undefined) return { done: true, value: undefined }
    const { cell, why } = section
    return { done: false, value: { op: 'await', cells: [cell], until: ([depth]) => depth === 0n, why } }
  }

  clone(): SectionWaits {
    const copy = new SectionWaits(this.#operation)
    copy.#next = this.#next
    return copy
  }

  key(): string {
    return this.#operation.sections
      .slice(Math.max(this.#next - 1, 0))
      .map(({ cell }) => cell.name)
      .join(',')
  }
}

function gracePeriodText({ waitsFor }: GracePeriodOperation): string {
  if (waitsFor === 'rcu') return 'synchronize_rcu'
  return waitsFor === 'irq' ? 'inter-processor interrupt' : `synchronize_srcu ${waitsFor.name}`
}

const SHARED: unique symbol = Symbol('shared operation offered')

/** The event of this id. */
export function eventOf(threads: readonly Thread[], id: EventId): Event | undefined {
  return threads[threadOf(id)]?.events[indexOf(id)]
}

/** `pte` of a cell named `pte:A[3].low`. */
export function kindOf(cell: Cell): string {
  const colon = cell.object.indexOf(':')
  return colon === -1 ? cell.object : cell.object.slice(0, colon)
}

/** A returned value as text; null for what is neither a word, nor several, nor a bare value. */
function spellReturned(value: unknown, provenance: boolean): string | null {
  if (Array.isArray(value)) {
    const parts = value.map((one) => spellReturned(one, provenance))
    return parts.includes(null) ? null : `[${parts.join(',')}]`
  }
  if (typeof value !== 'object' || value === null) return String(value)
  return 'bits' in value && 'from' in value ? spellWord(value as Word, provenance) : null
}

function spellWord({ bits, from }: Word, provenance: boolean): string {
  return provenance && from.length > 0 ? `${bits.toString(16)}<${from.join(' ')}` : bits.toString(16)
}

/** The values that a loop waits to see changed. */
function spellSeen({ cells, seen = [] }: AwaitOperation, { settled }: KeyOptions): string {
  if (settled !== undefined) return `${cells.every((cell, i) => settled(cell, seen[i] ?? 0n))}`
  return seen
    .map((value, i) => `${cells[i]?.id}=${value.toString(16)}`)
    .sort()
    .join(',')
}

function spellMark({ locals, held, reads, moved, changed }: RetryMark, { settled }: KeyOptions): string {
  if (settled !== undefined) {
    return `${locals} ${held} ${moved} ${[...reads].every(([cell, value]) => settled(cell, value))}`
  }
  const seen = [...reads].map(([cell, value]) => `${cell.id}=${value.toString(16)}`)
  return `${locals} ${held} ${moved} ${changed} ${seen.sort().join(',')}`
}

function spellControl(control: Control): string {
  if (control === null) return ''
  return `${control.extent}<${control.reads.join(' ')} ${spellControl(control.before)}`
}
