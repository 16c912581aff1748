/**
 * Every interleaving of a program text, one by one. Shares no code with src/: threads are interpreted from
 * the text, memory is an array, hazards are noticed as they happen, and traces are told apart by their Foata
 * normal form. It is what the machine and the explorer are compared with.
 *
 * Under `tso` each thread has a buffer of stores, and the oldest of them reaching memory is a step like any
 * other. A step's level in the normal form is one more than the highest level of what happens before it. A
 * thread's load of its own newest store happens after nothing another thread did, and before what overwrites
 * that store in memory; whether the store was in memory by then makes no difference.
 */
import {
  dataCells,
  type Operand,
  type ProgramText,
  REGISTERS,
  type Statement,
  sections,
  threadName,
} from './language.js'

/** What the interleavings of a program show. */
export interface BruteForce {
  readonly interleavings: number
  /** Mazurkiewicz traces among them, and those whose execution was blocked by an assumption. */
  readonly traces: number
  readonly blockedTraces: number
  /** Executions told apart by answers, by who reads from which write, and by the order of the writes to each cell. */
  readonly graphs: number
  /** By observation as JSON: the fewest preemptions that show it. */
  readonly behaviours: ReadonlyMap<string, number>
  /** By hazard key: the fewest preemptions that show it. */
  readonly hazards: ReadonlyMap<string, number>
}

/** A value in a register, and the reads it was computed from: which event, which cells, which writes. */
interface Register {
  readonly value: number
  readonly from: readonly ReadSeen[]
}

interface ReadSeen {
  readonly event: number
  readonly cells: readonly number[]
  readonly writers: readonly number[]
}

type Task =
  | Statement
  | { readonly do: 'leave' }
  | { readonly do: 'turn'; readonly loop: Loop; readonly seen: number | null }
  | { readonly do: 'turn-load'; readonly loop: Loop; readonly seen: number | null }
  | { readonly do: 'turn-exchange'; readonly loop: Loop; readonly value: number }
  | { readonly do: 'turn-wait'; readonly loop: Loop; readonly seen: number }
  | { readonly do: 'section-wait'; readonly section: string }

type Loop = Extract<Statement, { readonly do: 'spin' | 'add-loop' }>

/** What a read-modify-write stores, from what it read; null if nothing. */
type Update = (current: readonly number[]) => readonly number[] | null

interface Tasks {
  readonly head: Task
  readonly tail: Tasks | null
}

/** A thread's state, immutable; what becomes of it after an effect is looked up in `next`. */
interface Local {
  readonly id: number
  readonly thread: number
  readonly tasks: Tasks | null
  readonly registers: readonly Register[]
  readonly held: readonly number[]
  readonly rcu: number
  readonly irq: number
  readonly depth: number
  readonly events: number
  readonly log: string
  readonly hazards: readonly string[]
  readonly status: 'ready' | 'done' | 'oops' | 'stuck' | 'blocked'
  readonly next: Map<number, Local>
  /** The step that it stands at, made when it is first asked for. */
  step: Step | null | undefined
}

/** How an execution can end. */
interface Leaf {
  readonly locals: readonly Local[]
  readonly values: readonly number[]
  readonly lost: boolean
  preemptions: number
}

interface Effect {
  readonly reads: readonly (readonly [cell: number, value: number, writer: number])[]
  readonly writes: readonly (readonly [cell: number, value: number])[]
  readonly choice: string
}

/** What a step may touch, whether it can be done, and what it does. */
interface Step {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
  /** True if nothing another thread has to do keeps it from being done. */
  readonly enabled: () => boolean
  readonly effects: () => readonly Effect[]
  /** Under `tso`: its writes go into the buffer; it waits for the thread's own buffer to be empty. */
  readonly kind: 'buffered' | 'full' | 'plain'
  /** Under `tso`: the thread whose buffer has to be empty as well. */
  readonly drained?: number
}

/** A store in a buffer. */
interface Buffered {
  readonly writer: number
  readonly level: number
  readonly writes: readonly (readonly [cell: number, value: number])[]
  /** By word: the write that the stored value was computed from; null if it was not read from the cell. */
  readonly seen: readonly (number | null)[]
  /** By word: the highest level of the loads that read it here. */
  readonly readLevels: readonly number[]
}

const NO_WRITER = -1
/** Bounds that make a read a number: events of a thread, and values, both far above what programs reach. */
const WRITERS_PER_THREAD = 64
const READS = 2 ** 15
const MOST_CELLS = 16

/** Runs every interleaving; null once there are more than `limit`. */
export function bruteForce(text: ProgramText, limit: number, model: 'sc' | 'tso' = 'sc'): BruteForce | null {
  const tso = model === 'tso'
  const names: string[] = []
  const cellOf = (name: string): number => {
    const known = names.indexOf(name)
    return known === -1 ? names.push(name) - 1 : known
  }
  const pageOf: (number | undefined)[] = []
  for (const [cell, page] of Object.entries(text.pages)) pageOf[cellOf(cell)] = cellOf(page)

  const threads = text.threads.length
  const leaves = new Map<string, Leaf>()
  const traces = new Set<string>()
  const blockedTraces = new Set<string>()
  const graphs = new Set<string>()
  let numbered = 0
  let interleavings = 0

  // The execution being run; a step is undone after everything that can follow it.
  const locals = text.threads.map((body, t) => settle(fresh(body, t)))
  const values = new Array<number>(MOST_CELLS).fill(0)
  const writers = new Array<number>(MOST_CELLS).fill(NO_WRITER)
  /** Foata levels: of each thread's last step, of each cell's last write, and the highest of its reads. */
  const threadLevels = new Array<number>(2 * threads).fill(0)
  const writeLevels = new Array<number>(MOST_CELLS).fill(0)
  const readLevels = new Array<number>(MOST_CELLS).fill(0)
  const trace = new Array<string>(2 * threads).fill('')
  /** Who each thread read from, and the order of the writes to each cell. */
  const sources = new Array<string>(threads).fill('')
  const order = new Array<string>(MOST_CELLS).fill('')
  const buffers: (readonly Buffered[])[] = text.threads.map(() => [])
  /** Levels of the last change of each buffer, and of the last step that found it empty. */
  const changeLevels = new Array<number>(threads).fill(0)
  const drainLevels = new Array<number>(threads).fill(0)

  explore(-1, 0, false)
  if (interleavings > limit) return null
  const leavesFound = [...leaves.values()]
  return {
    interleavings,
    traces: traces.size,
    blockedTraces: blockedTraces.size,
    graphs: graphs.size,
    behaviours: fewest(leavesFound.map((leaf) => [observation(leaf), leaf.preemptions])),
    hazards: fewest(
      leavesFound.flatMap((leaf) => hazardsOf(leaf).map((hazard) => [hazard, leaf.preemptions] as const)),
    ),
  }

  /** Every way on from here; `last` is the thread that ran last, -1 at the start. */
  function explore(last: number, preemptions: number, lost: boolean): void {
    let enabled = 0
    let flushable = 0
    for (let t = 0; t < threads; t++) {
      if (bufferOf(t).length > 0) flushable |= 1 << t
      const step = stepOf(t)
      if (step?.enabled() !== true) continue
      if (step.drained !== undefined && bufferOf(step.drained).length > 0) continue
      enabled |= 1 << t
    }
    // A thread that waits for nothing but its own buffer could go on.
    const lastEnabled = last >= 0 && (enabled & (1 << last)) !== 0
    for (let t = 0; t < threads; t++) {
      if (stepOf(t)?.kind === 'full' && bufferOf(t).length > 0) enabled &= ~(1 << t)
    }
    if (enabled === 0 && flushable === 0) leaf(preemptions, lost)
    for (let t = 0; t < threads; t++) {
      const step = (enabled & (1 << t)) === 0 ? null : stepOf(t)
      if (step !== null) {
        const preempted = lastEnabled && last !== t ? preemptions + 1 : preemptions
        for (const effect of step.effects()) {
          if (interleavings <= limit) perform(t, step, effect, preempted, lost)
        }
      }
      if ((flushable & (1 << t)) !== 0 && interleavings <= limit) flush(t, last, preemptions, lost)
    }
  }

  function perform(t: number, step: Step, effect: Effect, preemptions: number, lost: boolean): void {
    const local = localOf(t)
    const undo = saved(step.reads, step.writes)
    const bufferBefore = bufferOf(t)
    const changeBefore = changeLevels[t] ?? 0
    const { drained } = step
    const drainBefore = drained === undefined ? 0 : (drainLevels[drained] ?? 0)
    const threadLevel = threadLevels[t] ?? 0
    const traceBefore = trace[t] ?? ''
    const sourcesBefore = sources[t] ?? ''
    const isBuffered = tso && step.kind === 'buffered'
    // What might have stored, and did not, counts as a write under `sc` and as a read under `tso`.
    const inMemory = tso ? effect.writes.map(([cell]) => cell) : step.writes
    const written = isBuffered ? [] : inMemory
    const writer = t * WRITERS_PER_THREAD + local.events
    const seen = effect.writes.map((_, i) => seenBefore(local, i))
    const losing =
      lost || (!isBuffered && effect.writes.some(([cell], i) => isLost(cell, t, seen[i] ?? null)))

    let level = threadLevel
    if (tso && step.kind === 'full') level = Math.max(level, threadLevels[threads + t] ?? 0)
    if (isBuffered) level = Math.max(level, drainLevels[t] ?? 0)
    if (drained !== undefined) level = Math.max(level, changeLevels[drained] ?? 0)
    for (const cell of step.reads) {
      if (!isOwn(t, cell) && higher(writeLevels, cell, level)) level = writeLevels[cell] ?? 0
    }
    for (const cell of written) {
      if (higher(writeLevels, cell, level)) level = writeLevels[cell] ?? 0
      if (higher(readLevels, cell, level)) level = readLevels[cell] ?? 0
    }
    level++
    threadLevels[t] = level
    for (const cell of step.reads) noteRead(t, cell, level)
    trace[t] = traceBefore + String.fromCharCode(48 + level) + effect.choice
    sources[t] = `${sourcesBefore}${effect.reads.map(([, , from]) => from).join('.')}${effect.choice};`
    if (drained !== undefined) drainLevels[drained] = Math.max(drainBefore, level)
    if (isBuffered) {
      changeLevels[t] = Math.max(changeBefore, level)
      const { writes } = effect
      buffers[t] = [...bufferOf(t), { writer, level, writes, seen, readLevels: writes.map(() => 0) }]
    } else {
      for (const cell of written) writeLevels[cell] = level
      for (const [cell, value] of effect.writes) write(cell, value, writer)
    }
    locals[t] = after(local, effect)

    explore(t, preemptions, losing)

    locals[t] = local
    trace[t] = traceBefore
    sources[t] = sourcesBefore
    threadLevels[t] = threadLevel
    buffers[t] = bufferBefore
    changeLevels[t] = changeBefore
    if (drained !== undefined) drainLevels[drained] = drainBefore
    restore(undo)
  }

  /** The oldest buffered store of a thread reaches memory. */
  function flush(t: number, last: number, preemptions: number, lost: boolean): void {
    const agent = threads + t
    const before = bufferOf(t)
    const [oldest, ...rest] = before
    if (oldest === undefined) return
    const cells = oldest.writes.map(([cell]) => cell)
    const undo = saved([], cells)
    const threadLevel = threadLevels[agent] ?? 0
    const changeBefore = changeLevels[t] ?? 0
    const traceBefore = trace[agent] ?? ''
    const losing = lost || oldest.writes.some(([cell], i) => isLost(cell, t, oldest.seen[i] ?? null))
    let level = Math.max(threadLevel, oldest.level, drainLevels[t] ?? 0)
    for (const cell of cells) {
      level = Math.max(level, writeLevels[cell] ?? 0, readLevels[cell] ?? 0)
    }
    level++
    threadLevels[agent] = level
    changeLevels[t] = Math.max(changeBefore, level)
    trace[agent] = traceBefore + String.fromCharCode(48 + level)
    for (const [i, [cell, value]] of oldest.writes.entries()) {
      writeLevels[cell] = level
      readLevels[cell] = Math.max(readLevels[cell] ?? 0, oldest.readLevels[i] ?? 0)
      write(cell, value, oldest.writer)
    }
    buffers[t] = rest

    explore(last, preemptions, losing)

    buffers[t] = before
    trace[agent] = traceBefore
    changeLevels[t] = changeBefore
    threadLevels[agent] = threadLevel
    restore(undo)
  }

  function write(cell: number, value: number, writer: number): void {
    values[cell] = value
    writers[cell] = writer
    order[cell] = `${order[cell]}${writer}.`
  }

  /** What is known of the cells, to be put back. */
  function saved(reads: readonly number[], writes: readonly number[]) {
    return [...reads, ...writes].map((cell) => ({
      cell,
      value: values[cell] ?? 0,
      writer: writers[cell] ?? NO_WRITER,
      writeLevel: writeLevels[cell] ?? 0,
      readLevel: readLevels[cell] ?? 0,
      order: order[cell] ?? '',
    }))
  }

  function restore(cells: ReturnType<typeof saved>): void {
    for (const { cell, value, writer, writeLevel, readLevel, order: before } of cells) {
      values[cell] = value
      writers[cell] = writer
      writeLevels[cell] = writeLevel
      readLevels[cell] = readLevel
      order[cell] = before
    }
  }

  function bufferOf(t: number): readonly Buffered[] {
    return buffers[t] ?? []
  }

  /** The newest store to the cell in the thread's buffer, by its place there; -1 if there is none. */
  function pending(t: number, cell: number): number {
    return bufferOf(t).findLastIndex(({ writes }) => writes.some(([written]) => written === cell))
  }

  /** Under `tso`: what the thread reads from the cell is a store of its own. */
  function isOwn(t: number, cell: number): boolean {
    if (!tso) return false
    const writer = writers[cell] ?? NO_WRITER
    const inMemory = writer !== NO_WRITER && Math.floor(writer / WRITERS_PER_THREAD) === t
    return inMemory || pending(t, cell) >= 0
  }

  /** A later write of the cell happens after this read; if it was of a buffered store, after that is in memory. */
  function noteRead(t: number, cell: number, level: number): void {
    const at = pending(t, cell)
    if (at === -1) {
      if (!higher(readLevels, cell, level)) readLevels[cell] = level
      return
    }
    buffers[t] = bufferOf(t).map((store, i) => {
      if (i !== at) return store
      const levels = store.writes.map(([written], word) => {
        const known = store.readLevels[word] ?? 0
        return written === cell ? Math.max(known, level) : known
      })
      return { ...store, readLevels: levels }
    })
  }

  function leaf(preemptions: number, lost: boolean): void {
    interleavings++
    if (locals.some((local) => local.status === 'blocked')) {
      blockedTraces.add(trace.join('/'))
      return
    }
    traces.add(trace.join('/'))
    graphs.add(`${sources.join('/')}|${order.join('/')}`)
    let key = lost ? 'lost' : ''
    for (const local of locals) key += `/${local.id}`
    for (const value of values) key += `,${value}`
    const known = leaves.get(key)
    if (known === undefined) {
      leaves.set(key, { locals: locals.slice(), values: values.slice(), lost, preemptions })
    } else if (preemptions < known.preemptions) known.preemptions = preemptions
  }

  function localOf(t: number): Local {
    const local = locals[t]
    if (local === undefined) throw new Error(`there is no thread ${t}`)
    return local
  }

  function hazardsOf(state: Leaf): string[] {
    const found = new Set(state.locals.flatMap((local) => local.hazards))
    if (state.lost) found.add('lost update (word)')
    if (state.locals.some((local) => local.status === 'oops' || local.status === 'stuck')) return [...found]
    for (const local of state.locals) {
      if (local.status !== 'ready') continue
      const waits = local.tasks?.head.do
      if (waits === 'lock') found.add('deadlock (spin)')
      else found.add(waits === 'await' || waits === 'section-wait' ? 'hang' : 'livelock')
    }
    return [...found]
  }

  function observation(state: Leaf): string {
    const members: Record<string, string> = {}
    for (const [t, local] of state.locals.entries()) {
      const returned =
        local.status === 'done' ? local.registers.map((register) => register.value).join(',') : '-'
      members[`${threadName(t)} ended`] = `${local.status} ${returned}`
      members[`${threadName(t)} did`] = local.log
    }
    for (const name of dataCells(text)) members[`final ${name}`] = String(state.values[cellOf(name)] ?? 0)
    return JSON.stringify(Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))))
  }

  function isPage(cell: number): boolean {
    return pageOf.includes(cell)
  }

  // The threads.

  function fresh(body: readonly Statement[], thread: number): Local {
    return {
      id: numbered++,
      thread,
      tasks: prepend(body, null),
      registers: new Array<Register>(REGISTERS).fill({ value: 0, from: [] }),
      held: [],
      rcu: 0,
      irq: 0,
      depth: 1,
      events: 0,
      log: '',
      hazards: [],
      status: 'ready',
      next: new Map(),
      step: undefined,
    }
  }

  function change(local: Local, changes: Partial<Local>): Local {
    return { ...local, ...changes, id: numbered++, next: new Map(), step: undefined }
  }

  function emit(
    local: Local,
    op: string,
    reads: string,
    writes: string,
    more: { readonly detail?: string; readonly hazard?: string } = {},
  ): Local {
    const held = local.held.map((cell) => names[cell]).join('+')
    const state = `${local.rcu}${local.irq > 0 ? '!' : ''}@${local.depth}`
    const line = [op, reads, writes, held, state, more.detail ?? '', more.hazard ?? ''].join('|')
    return change(local, {
      log: local.log === '' ? line : `${local.log}\n${line}`,
      events: local.events + 1,
      hazards: more.hazard === undefined ? local.hazards : [...local.hazards, more.hazard],
    })
  }

  function hazard(local: Local, key: string): Local {
    return emit(local, 'hazard', '', '', { hazard: key })
  }

  /** Does what no other thread can see, up to the next step or the end. */
  function settle(start: Local): Local {
    let local = start
    while (local.status === 'ready') {
      const task = local.tasks?.head
      if (task === undefined) return end(local)
      const done = settleOne(local, task, local.tasks?.tail ?? null)
      if (done === null) return local
      local = done
    }
    return local
  }

  /** The state after a task that no other thread can see; null if it is a step. */
  function settleOne(local: Local, task: Task, rest: Tasks | null): Local | null {
    const skip = change(local, { tasks: rest })
    switch (task.do) {
      case 'leave':
        return change(skip, { depth: local.depth - 1 })
      case 'fence':
        return tso ? null : emit(skip, 'fence', '', '')
      case 'synchronize': {
        const waits = sections(task.waitsFor, local.thread, threads)
        return enter(
          skip,
          waits.map((section) => ({ do: 'section-wait', section })),
        )
      }
      case 'observe': {
        const seen = emit(skip, 'observe', '', '', { detail: String(local.registers[task.register]?.value) })
        const atomic = local.held.length > 0 || local.rcu > 0 || local.irq > 0
        return task.sleeps && atomic ? hazard(seen, 'sleep in atomic context (seen)') : seen
      }
      case 'assume':
        return local.registers[task.register]?.value === task.not
          ? change(local, { status: 'blocked' })
          : skip
      case 'die':
        return local.registers[task.register]?.value === task.equals
          ? change(hazard(skip, 'died'), { status: 'oops' })
          : skip
      case 'if':
        return local.registers[task.register]?.value === task.equals ? enter(skip, task.body) : skip
      case 'lock':
        return local.held.includes(cellOf(task.lock))
          ? change(hazard(local, 'double lock (spin)'), { status: 'stuck' })
          : null
      case 'unlock':
        return local.held.includes(cellOf(task.lock))
          ? null
          : hazard(skip, 'unlock of a lock not held (spin)')
      case 'spin':
      case 'add-loop':
        return change(local, {
          tasks: { head: { do: 'turn-load', loop: task, seen: null }, tail: rest },
        })
      case 'turn':
        // A turn that saw one value throughout would do the same again until that value changes.
        return change(local, {
          tasks: {
            head:
              task.seen === null
                ? { do: 'turn-load', loop: task.loop, seen: null }
                : { do: 'turn-wait', loop: task.loop, seen: task.seen },
            tail: rest,
          },
        })
      default:
        return null
    }
  }

  function enter(local: Local, body: readonly Task[]): Local {
    return change(local, {
      depth: local.depth + 1,
      tasks: prepend(body, { head: { do: 'leave' }, tail: local.tasks }),
    })
  }

  function end(start: Local): Local {
    let local = change(start, { depth: 0 })
    for (const _ of start.held) local = hazard(local, 'lock leak (spin)')
    if (local.rcu > 0) local = hazard(local, 'rcu imbalance')
    if (local.irq > 0) local = hazard(local, 'irq imbalance')
    return change(local, { status: 'done' })
  }

  function after(local: Local, effect: Effect): Local {
    // What was written follows from the state and from what was read.
    let key = effect.choice === '' ? 0 : effect.choice.charCodeAt(0)
    for (const [, value, writer] of effect.reads) {
      key = key * READS + value * WRITERS_PER_THREAD * 4 + writer + 1
    }
    if (!Number.isSafeInteger(key)) throw new Error('values or events beyond the bounds of this explorer')
    const known = local.next.get(key)
    if (known !== undefined) return known
    const next = settle(complete(local, effect))
    local.next.set(key, next)
    return next
  }

  /** The state right after the step that the thread stands at. */
  function complete(local: Local, effect: Effect): Local {
    const task = local.tasks?.head as Task
    const rest = local.tasks?.tail ?? null
    const reads = effect.reads.map(([cell, value]) => `${names[cell]}=${value}`).join()
    const writes = effect.writes.map(([cell, value]) => `${names[cell]}=${value}`).join()
    const log = (op: string, more?: { detail?: string }) =>
      emit(change(local, { tasks: rest }), op, reads, writes, more)
    const seen: ReadSeen = {
      event: local.events,
      cells: effect.reads.map(([cell]) => cell),
      writers: effect.reads.map(([, , writer]) => writer),
    }
    const value = effect.reads[0]?.[1] ?? 0
    const set = (state: Local, to: number, bits: number) =>
      change(state, { registers: state.registers.with(to, { value: bits, from: [seen] }) })
    switch (task.do) {
      case 'load': {
        let state = touch(log('load'), effect)
        for (const [i, to] of task.to.entries()) state = set(state, to, effect.reads[i]?.[1] ?? 0)
        return state
      }
      case 'store':
      case 'free':
        return touch(log('store'), effect)
      case 'exchange':
      case 'add':
      case 'compare-exchange':
        return set(touch(log('rmw'), effect), task.to, value)
      case 'lock':
        return change(log('lock'), { held: [...local.held, cellOf(task.lock)] })
      case 'unlock':
        return change(log('unlock'), { held: local.held.filter((cell) => cell !== cellOf(task.lock)) })
      case 'trylock': {
        const taken = effect.writes.length > 0
        const state = change(log('trylock'), {
          registers: local.registers.with(task.to, { value: taken ? 1 : 0, from: [] }),
        })
        return taken ? enter(change(state, { held: [...local.held, cellOf(task.lock)] }), task.body) : state
      }
      case 'await':
      case 'section-wait':
        return log('await')
      case 'fence':
        return log('fence')
      case 'choose':
        return change(log('choose', { detail: effect.choice }), {
          registers: local.registers.with(task.to, { value: task.domain.indexOf(effect.choice), from: [] }),
        })
      case 'rcu-lock':
        return change(log(task.do), { rcu: local.rcu + 1 })
      case 'irq-save':
        return change(log(task.do), { irq: local.irq + 1 })
      case 'rcu-unlock': {
        const state = log(task.do)
        return local.rcu === 0 ? hazard(state, 'rcu imbalance') : change(state, { rcu: local.rcu - 1 })
      }
      case 'irq-restore': {
        const state = log(task.do)
        return local.irq === 0 ? hazard(state, 'irq imbalance') : change(state, { irq: local.irq - 1 })
      }
      case 'turn-wait':
        return again(log('await'), { do: 'turn-load', loop: task.loop, seen: value })
      case 'turn-load': {
        const state = set(touch(log('load'), effect), task.loop.to, value)
        if (task.loop.do === 'add-loop') return again(state, { do: 'turn-exchange', loop: task.loop, value })
        if (value === task.loop.until) return state
        const steady = task.seen === null || task.seen === value
        return again(state, { do: 'turn', loop: task.loop, seen: steady ? value : null })
      }
      case 'turn-exchange': {
        const state = touch(log('rmw'), effect)
        return value === task.value ? state : again(state, { do: 'turn', loop: task.loop, seen: null })
      }
      default:
        throw new Error(`a thread stands at ${task.do}, which is no step`)
    }
  }

  function again(local: Local, task: Task): Local {
    return change(local, { tasks: { head: task, tail: local.tasks } })
  }

  function touch(local: Local, effect: Effect): Local {
    let state = local
    for (const [cell, value] of effect.reads) {
      if (isPage(cell) && value !== 0) state = hazard(state, 'touch of a freed page (word)')
    }
    return state
  }

  // The steps.

  function stepOf(t: number): Step | null {
    const local = localOf(t)
    if (local.step === undefined) {
      local.step = local.status === 'ready' && local.tasks !== null ? makeStep(local, local.tasks.head) : null
    }
    return local.step
  }

  function makeStep(local: Local, task: Task): Step {
    const { thread } = local
    const access = (cells: readonly string[], update: Update | null) => accessOf(thread, cells, update)
    switch (task.do) {
      case 'load':
        return access(task.cells, null)
      case 'turn-load':
        return access([task.loop.cell], null)
      case 'store': {
        const lies = pages(task.cells.map(cellOf))
        return {
          reads: lies,
          writes: task.cells.map(cellOf),
          enabled: () => true,
          effects: () => [
            {
              reads: lies.map((cell) => read(thread, cell)),
              writes: task.cells.map((cell, i) => [cellOf(cell), evaluate(local, task.values[i])] as const),
              choice: '',
            },
          ],
          kind: 'buffered',
        }
      }
      case 'free':
        return blind(cellOf(task.page), 1, 'buffered')
      case 'exchange':
        return access([task.cell], () => [evaluate(local, task.value)])
      case 'add':
        return access(task.cells, (current) => current.map((value) => value + task.amount))
      case 'compare-exchange':
        return access([task.cell], ([current]) =>
          current === task.expected ? [evaluate(local, task.value)] : null,
        )
      case 'turn-exchange':
        return access([task.loop.cell], ([current]) => (current === task.value ? [task.value + 1] : null))
      case 'lock':
      case 'trylock': {
        const cell = cellOf(task.lock)
        return {
          reads: tso ? [cell] : [],
          writes: [cell],
          enabled: () => task.do === 'trylock' || seenBy(thread, cell) === 0,
          effects: () => [
            {
              reads: [read(thread, cell)],
              writes: (values[cell] ?? 0) === 0 ? [[cell, 1 + thread]] : [],
              choice: '',
            },
          ],
          kind: 'full',
        }
      }
      case 'unlock':
        return blind(cellOf(task.lock), 0, 'buffered')
      case 'await':
        return {
          ...access(task.cells, null),
          enabled: () => task.cells.reduce((sum, cell) => sum + seenBy(thread, cellOf(cell)), 0) === task.sum,
        }
      case 'turn-wait':
        return {
          ...access([task.loop.cell], null),
          enabled: () => seenBy(thread, cellOf(task.loop.cell)) !== task.seen,
        }
      case 'section-wait': {
        const owner = text.threads.findIndex((_, other) => task.section.endsWith(`@${threadName(other)}`))
        return {
          ...access([task.section], null),
          enabled: () => seenBy(thread, cellOf(task.section)) === 0,
          kind: 'full',
          ...(tso ? { drained: owner } : {}),
        }
      }
      case 'fence':
        return { ...access([], null), kind: 'full' }
      case 'choose':
        return {
          reads: [],
          writes: [],
          enabled: () => true,
          effects: () => task.domain.map((choice) => ({ reads: [], writes: [], choice })),
          kind: 'plain',
        }
      case 'rcu-lock':
        return blind(cellOf(`rcu@${threadName(thread)}`), local.rcu + 1, 'plain')
      case 'rcu-unlock':
        return blind(cellOf(`rcu@${threadName(thread)}`), Math.max(local.rcu - 1, 0), 'plain')
      case 'irq-save':
        return blind(cellOf(`irq@${threadName(thread)}`), local.irq + 1, 'plain')
      case 'irq-restore':
        return blind(cellOf(`irq@${threadName(thread)}`), Math.max(local.irq - 1, 0), 'plain')
      default:
        throw new Error(`${task.do} is no step`)
    }
  }

  function blind(cell: number, value: number, kind: Step['kind']): Step {
    const effects = [{ reads: [], writes: [[cell, value] as const], choice: '' }]
    return { reads: [], writes: [cell], enabled: () => true, effects: () => effects, kind }
  }

  /** An access that reads the cells and their pages, and stores what `update` makes of them. */
  function accessOf(thread: number, cells: readonly string[], update: Update | null): Step {
    const own = cells.map(cellOf)
    const all = [...own, ...pages(own)]
    return {
      reads: all,
      writes: update === null ? [] : own,
      enabled: () => true,
      effects: () => {
        const stored = update?.(own.map((cell) => values[cell] ?? 0)) ?? []
        return [
          {
            reads: all.map((cell) => read(thread, cell)),
            writes: stored.map((value, i) => [own[i] ?? 0, value] as const),
            choice: '',
          },
        ]
      },
      kind: update === null ? 'plain' : 'full',
    }
  }

  function pages(cells: readonly number[]): number[] {
    return [...new Set(cells.flatMap((cell) => pageOf[cell] ?? []))]
  }

  function read(thread: number, cell: number) {
    const store = bufferOf(thread)[pending(thread, cell)]
    if (store === undefined) return [cell, values[cell] ?? 0, writers[cell] ?? NO_WRITER] as const
    return [cell, store.writes.find(([written]) => written === cell)?.[1] ?? 0, store.writer] as const
  }

  function seenBy(thread: number, cell: number): number {
    return read(thread, cell)[1]
  }

  function evaluate(local: Local, operand: Operand | undefined): number {
    if (operand === undefined) return 0
    if ('constant' in operand) return operand.constant
    return (local.registers[operand.register]?.value ?? 0) + operand.plus
  }

  /** The write of word `i` of a store that its value was computed from; null if it was not read from the cell. */
  function seenBefore(local: Local, i: number): number | null {
    const task = local.tasks?.head
    if (task?.do !== 'store') return null
    const cell = cellOf(task.cells[i] ?? '')
    const operand = task.values[i]
    if (operand === undefined || 'constant' in operand) return null
    const reads = local.registers[operand.register]?.from.filter((seen) => seen.cells.includes(cell)) ?? []
    const newest = reads.at(-1)
    return newest === undefined ? null : (newest.writers[newest.cells.indexOf(cell)] ?? null)
  }

  /** True if a store right now would overwrite another thread's write that its value did not see. */
  function isLost(cell: number, t: number, seen: number | null): boolean {
    const last = writers[cell] ?? NO_WRITER
    if (last === NO_WRITER || Math.floor(last / WRITERS_PER_THREAD) === t) return false
    return seen !== null && seen !== last
  }
}

function prepend(body: readonly Task[], rest: Tasks | null): Tasks | null {
  let tasks = rest
  for (const statement of body.toReversed()) tasks = { head: statement, tail: tasks }
  return tasks
}

function higher(levels: readonly number[], cell: number, level: number): boolean {
  return (levels[cell] ?? 0) > level
}

/** The smallest number of each key. */
function fewest(entries: readonly (readonly [string, number])[]): Map<string, number> {
  const smallest = new Map<string, number>()
  for (const [key, count] of entries) {
    smallest.set(key, Math.min(smallest.get(key) ?? Number.POSITIVE_INFINITY, count))
  }
  return smallest
}
