/**
 * Every interleaving of a program text, one by one. Shares no code with src/: threads are interpreted from
 * the text, memory is an array, hazards are noticed as they happen, and traces are told apart by their Foata
 * normal form. It is what the machine and the explorer are compared with.
 */
import {
  dataCells,
  type Operand,
  type ProgramText,
  REGISTERS,
  type Statement,
  threadName,
} from './language.js'

/** What the interleavings of a program show. */
export interface BruteForce {
  readonly interleavings: number
  /** Mazurkiewicz traces among them, and those whose execution was blocked by an assumption. */
  readonly traces: number
  readonly blockedTraces: number
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

type Loop = Extract<Statement, { readonly do: 'spin' | 'add-loop' }>

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
  readonly enabled: () => boolean
  readonly effects: () => readonly Effect[]
}

const NO_WRITER = -1
/** Bounds that make a read a number: events of a thread, and values, both far above what programs reach. */
const WRITERS_PER_THREAD = 64
const READS = 2 ** 15
const MOST_CELLS = 16

/** Runs every interleaving; null once there are more than `limit`. */
export function bruteForce(text: ProgramText, limit: number): BruteForce | null {
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
  let numbered = 0
  let interleavings = 0

  // The execution being run; a step is undone after everything that can follow it.
  const locals = text.threads.map((body, t) => settle(fresh(body, t)))
  const values = new Array<number>(MOST_CELLS).fill(0)
  const writers = new Array<number>(MOST_CELLS).fill(NO_WRITER)
  /** Foata levels: of each thread's last step, of each cell's last write, and the highest of its reads. */
  const threadLevels = new Array<number>(threads).fill(0)
  const writeLevels = new Array<number>(MOST_CELLS).fill(0)
  const readLevels = new Array<number>(MOST_CELLS).fill(0)
  const trace = new Array<string>(threads).fill('')

  explore(-1, 0, false)
  if (interleavings > limit) return null
  const leavesFound = [...leaves.values()]
  return {
    interleavings,
    traces: traces.size,
    blockedTraces: blockedTraces.size,
    behaviours: fewest(leavesFound.map((leaf) => [observation(leaf), leaf.preemptions])),
    hazards: fewest(
      leavesFound.flatMap((leaf) => hazardsOf(leaf).map((hazard) => [hazard, leaf.preemptions] as const)),
    ),
  }

  /** Every way on from here; `last` is the thread that ran last, -1 at the start. */
  function explore(last: number, preemptions: number, lost: boolean): void {
    let enabled = 0
    for (let t = 0; t < threads; t++) if (stepOf(t)?.enabled() === true) enabled |= 1 << t
    if (enabled === 0) leaf(preemptions, lost)
    const lastEnabled = last >= 0 && (enabled & (1 << last)) !== 0
    for (let t = 0; t < threads; t++) {
      const step = (enabled & (1 << t)) === 0 ? null : stepOf(t)
      if (step === null) continue
      const preempted = lastEnabled && last !== t ? preemptions + 1 : preemptions
      for (const effect of step.effects()) {
        if (interleavings <= limit) perform(t, step, effect, preempted, lost)
      }
    }
  }

  function perform(t: number, step: Step, effect: Effect, preemptions: number, lost: boolean): void {
    const local = localOf(t)
    const before: number[] = []
    for (const cell of step.writes) {
      before.push(values[cell] ?? 0, writers[cell] ?? NO_WRITER, writeLevels[cell] ?? 0)
    }
    for (const cell of step.reads) before.push(readLevels[cell] ?? 0)
    const threadLevel = threadLevels[t] ?? 0
    const traceBefore = trace[t] ?? ''
    const losing = lost || (effect.writes.length > 0 && losesUpdate(local, effect))

    let level = threadLevel
    for (const cell of step.reads) if (higher(writeLevels, cell, level)) level = writeLevels[cell] ?? 0
    for (const cell of step.writes) {
      if (higher(writeLevels, cell, level)) level = writeLevels[cell] ?? 0
      if (higher(readLevels, cell, level)) level = readLevels[cell] ?? 0
    }
    level++
    threadLevels[t] = level
    for (const cell of step.reads) if (!higher(readLevels, cell, level)) readLevels[cell] = level
    for (const cell of step.writes) writeLevels[cell] = level
    trace[t] = traceBefore + String.fromCharCode(48 + level) + effect.choice
    for (const [cell, value] of effect.writes) {
      values[cell] = value
      writers[cell] = t * WRITERS_PER_THREAD + local.events
    }
    locals[t] = after(local, effect)

    explore(t, preemptions, losing)

    locals[t] = local
    trace[t] = traceBefore
    threadLevels[t] = threadLevel
    let at = 0
    for (const cell of step.writes) {
      values[cell] = before[at++] ?? 0
      writers[cell] = before[at++] ?? NO_WRITER
      writeLevels[cell] = before[at++] ?? 0
    }
    for (const cell of step.reads) readLevels[cell] = before[at++] ?? 0
  }

  function leaf(preemptions: number, lost: boolean): void {
    interleavings++
    if (locals.some((local) => local.status === 'blocked')) {
      blockedTraces.add(trace.join('/'))
      return
    }
    traces.add(trace.join('/'))
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
      found.add(waits === 'lock' ? 'deadlock (spin)' : waits === 'await' ? 'hang' : 'livelock')
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
        return emit(skip, 'fence', '', '')
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

  function enter(local: Local, body: readonly Statement[]): Local {
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
        return log('await')
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
    switch (task.do) {
      case 'load':
        return access(task.cells, null)
      case 'turn-load':
        return access([task.loop.cell], null)
      case 'store':
        return {
          ...access(task.cells, () => task.values.map((operand) => evaluate(local, operand))),
          reads: pages(task.cells.map(cellOf)),
          effects: () => [
            {
              reads: pages(task.cells.map(cellOf)).map((cell) => read(cell)),
              writes: task.cells.map((cell, i) => [cellOf(cell), evaluate(local, task.values[i])] as const),
              choice: '',
            },
          ],
        }
      case 'free':
        return blind(cellOf(task.page), 1)
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
        const owner = 1 + local.thread
        return {
          reads: [],
          writes: [cell],
          enabled: () => task.do === 'trylock' || (values[cell] ?? 0) === 0,
          effects: () => [
            {
              reads: [read(cell)],
              writes: (values[cell] ?? 0) === 0 ? [[cell, owner]] : [],
              choice: '',
            },
          ],
        }
      }
      case 'unlock':
        return blind(cellOf(task.lock), 0)
      case 'await':
        return {
          ...access(task.cells, null),
          enabled: () => task.cells.reduce((sum, cell) => sum + (values[cellOf(cell)] ?? 0), 0) === task.sum,
        }
      case 'turn-wait':
        return {
          ...access([task.loop.cell], null),
          enabled: () => (values[cellOf(task.loop.cell)] ?? 0) !== task.seen,
        }
      case 'choose':
        return {
          reads: [],
          writes: [],
          enabled: () => true,
          effects: () => task.domain.map((choice) => ({ reads: [], writes: [], choice })),
        }
      case 'rcu-lock':
        return blind(cellOf(`rcu@${threadName(local.thread)}`), local.rcu + 1)
      case 'rcu-unlock':
        return blind(cellOf(`rcu@${threadName(local.thread)}`), Math.max(local.rcu - 1, 0))
      case 'irq-save':
        return blind(cellOf(`irq@${threadName(local.thread)}`), local.irq + 1)
      case 'irq-restore':
        return blind(cellOf(`irq@${threadName(local.thread)}`), Math.max(local.irq - 1, 0))
      default:
        throw new Error(`${task.do} is no step`)
    }
  }

  function blind(cell: number, value: number): Step {
    const effects = [{ reads: [], writes: [[cell, value] as const], choice: '' }]
    return { reads: [], writes: [cell], enabled: () => true, effects: () => effects }
  }

  /** An access that reads the cells and their pages, and stores what `update` makes of them. */
  function access(
    cells: readonly string[],
    update: ((current: readonly number[]) => readonly number[] | null) | null,
  ): Step {
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
            reads: all.map((cell) => read(cell)),
            writes: stored.map((value, i) => [own[i] ?? 0, value] as const),
            choice: '',
          },
        ]
      },
    }
  }

  function pages(cells: readonly number[]): number[] {
    return [...new Set(cells.flatMap((cell) => pageOf[cell] ?? []))]
  }

  function read(cell: number) {
    return [cell, values[cell] ?? 0, writers[cell] ?? NO_WRITER] as const
  }

  function evaluate(local: Local, operand: Operand | undefined): number {
    if (operand === undefined) return 0
    if ('constant' in operand) return operand.constant
    return (local.registers[operand.register]?.value ?? 0) + operand.plus
  }

  /** True if the store that the thread stands at overwrites another thread's write that its value did not see. */
  function losesUpdate(local: Local, effect: Effect): boolean {
    const task = local.tasks?.head
    if (task?.do !== 'store') return false
    return effect.writes.some(([cell], i) => {
      const last = writers[cell] ?? NO_WRITER
      const operand = task.values[i]
      if (last === NO_WRITER || Math.floor(last / WRITERS_PER_THREAD) === local.thread) return false
      if (operand === undefined || 'constant' in operand) return false
      const reads = local.registers[operand.register]?.from.filter((seen) => seen.cells.includes(cell)) ?? []
      const newest = reads.at(-1)
      return newest !== undefined && newest.writers[newest.cells.indexOf(cell)] !== last
    })
  }
}

function prepend(body: readonly Statement[], rest: Tasks | null): Tasks | null {
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
