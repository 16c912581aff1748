/** Programs written out in a test: threads as generators, operations as one-line calls. */
import {
  type ExploreOptions,
  explore,
  forEachExecution,
  type Outcome,
  SC,
} from '../../../src/explore/index.js'
import {
  type Access,
  type Callable,
  type Cell,
  type Event,
  Heap,
  type Lock,
  lostUpdates,
  type Proc,
  type Program,
  type ThreadSpec,
  tracked,
  type Word,
} from '../../../src/machine/index.js'

export type Body = () => Proc<unknown>

/** A program of these threads, named a, b, …, with labels to match. */
export function program(
  heap: Heap,
  bodies: readonly Body[],
  more: { readonly answers?: Record<string, string>; readonly spec?: Partial<ThreadSpec> } = {},
): Program {
  const threads = bodies.map((body, i): ThreadSpec => {
    const name = String.fromCharCode(97 + i)
    const entry = callable(`thread_${name}`, body)
    return { name, label: `thread ${name}`, holding: [], underTest: i === 0, entry, args: [], ...more.spec }
  })
  return {
    heap,
    threads,
    host: { context: () => null },
    answers: new Map(Object.entries(more.answers ?? {})),
  }
}

export function callable(name: string, body: Body, more: Partial<Callable> = {}): Callable {
  return { name, path: null, role: 'primitive', body, ...more }
}

/** A data cell; its object is `word:<name>` unless said otherwise. */
export function cell(heap: Heap, name: string, more: Partial<Cell> = {}): Cell {
  return heap.cell({ name, initial: 0n, object: `word:${name}`, role: 'data', page: null, ...more })
}

export function* load(from: Cell, access: Access = 'plain'): Proc<Word> {
  const words = (yield { op: 'load', cells: [from], access, address: [] }) as readonly Word[]
  return words[0] ?? tracked(0n)
}

export function* store(to: Cell, value: Word | bigint, access: Access = 'plain'): Proc<void> {
  const word = typeof value === 'bigint' ? tracked(value) : value
  yield { op: 'store', cells: [to], values: [word], access, address: [] }
}

/** Stores what `update` makes of the cell's value, unless that is null; the value before. */
export function* rmw(
  at: Cell,
  update: (current: bigint) => bigint | null,
  data: Word['from'] = [],
): Proc<Word> {
  const words = (yield {
    op: 'rmw',
    cells: [at],
    update: ([current]) => {
      const next = update(current ?? 0n)
      return next === null ? null : [next]
    },
    access: 'mb',
    address: [],
    data,
    name: 'rmw',
  }) as readonly Word[]
  return words[0] ?? tracked(0n)
}

export function* lock(which: Lock): Proc<void> {
  yield { op: 'lock', lock: which }
}

export function* unlock(which: Lock): Proc<void> {
  yield { op: 'unlock', lock: which }
}

export function* trylock(which: Lock): Proc<boolean> {
  return ((yield { op: 'trylock', lock: which }) as { readonly bits: boolean }).bits
}

export function* call(target: Callable, ...args: readonly unknown[]): Proc<unknown> {
  return yield { op: 'call', target, args }
}

export function* choose(key: string, domain: readonly string[]): Proc<string> {
  return (yield { op: 'choose', key, domain }) as string
}

/** All outcomes under sequential consistency, with lost updates detected. */
export function outcomes(of: Program, options: Partial<ExploreOptions> = {}): Outcome {
  return explore(of, { model: SC, detectors: [lostUpdates], ...options })
}

/** Keys of the hazards that some execution shows, ascending. */
export function hazards(of: Program, options: Partial<ExploreOptions> = {}): string[] {
  return [...outcomes(of, options).hazards.keys()].sort()
}

/** What the threads can return together, each combination once, ascending. */
export function returns(of: Program, options: Partial<ExploreOptions> = {}): string[] {
  const found = new Set<string>()
  forEachExecution(of, { model: SC, ...options }, (execution) => {
    found.add(execution.threads.map((thread) => String(thread.returned)).join(' '))
    return true
  })
  return [...found].sort()
}

/** The events of the only execution of a program with one thread. */
export function events(
  body: Body,
  heap: Heap = new Heap(),
  options: Partial<ExploreOptions> = {},
): readonly Event[] {
  let found: readonly Event[] = []
  forEachExecution(program(heap, [body]), { model: SC, ...options }, (execution) => {
    found = execution.events
    return true
  })
  return found
}
