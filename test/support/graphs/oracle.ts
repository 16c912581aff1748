/**
 * Every execution of a program of the tiny language, by brute force: all traces of each thread with reads of any
 * value, all ways to match reads with writes, all orders of the writes to each cell; what the model forbids is
 * left out. Execution graphs are spelled so that two of them are equal if their texts are.
 */
import { type Candidate, type GraphEvent, judge } from './axioms.js'
import { CELLS, DOMAINS, type GraphText, LOCKS, statementsIn } from './language.js'
import { type Domain, type Trace, type TraceEvent, traces, type Version } from './traces.js'

/** By graph: its flags. */
export type Graphs = ReadonlyMap<string, string>

export interface Limits {
  /** Combinations of traces, of sources and of orders that are looked at, at the most. */
  readonly candidates: number
}

/** The graphs that the model allows; null if there is too much to look at. */
export function allGraphs(text: GraphText, version: Version, limits: Limits): Graphs | null {
  const all = tracesOf(text, version, limits)
  if (all === null) return null
  const found = new Map<string, string>()
  let left = limits.candidates
  for (const chosen of product(all)) {
    if (left-- <= 0) return null
    for (const candidate of candidatesOf(chosen)) {
      if (left-- <= 0) return null
      const flags = judge(candidate, version)
      if (flags !== null) found.set(spell(candidate, chosen), flags.join(' '))
    }
  }
  return found
}

// ---- traces ----------------------------------------------------------------------------------------------------

/** By thread: the traces in which every value that is read is written by some trace. */
function tracesOf(text: GraphText, version: Version, { candidates }: Limits): Trace[][] | null {
  const largest = largestValue(text)
  const every = Array.from({ length: largest + 1 }, (_, value) => value)
  const names = [...CELLS, ...DOMAINS]
  let domain = new Map<string, readonly number[]>(names.map((cell) => [cell, every]))
  for (;;) {
    const known: Domain = (cell) => domain.get(cell) ?? []
    const all = text.threads.map((body, thread) => traces(body, thread, known, version))
    if (all.some((own) => own.length > candidates)) return null
    const written = new Map<string, Set<number>>(names.map((cell) => [cell, new Set([0])]))
    for (const { events } of all.flat()) {
      for (const { kind, cell, value } of events) if (kind === 'write') written.get(cell)?.add(value)
    }
    const next = new Map(
      names.map((cell) => [cell, known(cell).filter((value) => written.get(cell)?.has(value))]),
    )
    if (names.every((cell) => next.get(cell)?.length === known(cell).length)) return all
    domain = next
  }
}

/** No value is larger: each is a sum of constants of different statements, or the 1 of a success. */
function largestValue({ threads }: GraphText): number {
  let sum = 1
  for (const statement of threads.flatMap((body) => [...statementsIn(body)])) {
    if ('value' in statement) sum += statement.value.constant
    if ('other' in statement) sum += statement.other.constant
  }
  return sum
}

function* product<T>(choices: readonly (readonly T[])[], at = 0): Generator<T[]> {
  const own = choices[at]
  if (own === undefined) {
    yield []
    return
  }
  for (const one of own) for (const others of product(choices, at + 1)) yield [one, ...others]
}

// ---- reads-from and coherence ------------------------------------------------------------------------------------

/** One cell's part of a graph: the sources of its reads, in their order, and the order of its writes. */
interface CellChoice {
  readonly sources: readonly (readonly [read: number, write: number])[]
  readonly order: readonly number[]
}

/** Every graph of these traces that is coherent and atomic, and in which locks are locks. */
function* candidatesOf(chosen: readonly Trace[]): Generator<Candidate> {
  const events = join(chosen)
  const cells = [...new Set(events.map(({ cell, kind }) => (kind === 'fence' ? '' : cell)))].filter(Boolean)
  const choices: CellChoice[][] = []
  for (const cell of cells) {
    const own = [...cellChoices(events, cell)]
    if (own.length === 0) return
    choices.push(own)
  }
  for (const picked of product(choices)) {
    const source = events.map(() => -1)
    for (const { sources } of picked) for (const [read, write] of sources) source[read] = write
    const coherence = new Map(cells.map((cell, i) => [cell, picked[i]?.order ?? []]))
    yield { events, source, coherence }
  }
}

/** The initial writes, then the threads' events one thread after the other. */
function join(chosen: readonly Trace[]): GraphEvent[] {
  const initial = { kind: 'write', tag: 'initial', value: 0, address: [], data: [], control: [] } as const
  const touched = new Set<string>()
  for (const { events } of chosen)
    for (const { kind, cell } of events) if (kind !== 'fence') touched.add(cell)
  const joined: GraphEvent[] = [...touched].map((cell) => ({
    ...initial,
    cell,
    thread: -1,
    isAtomic: false,
    read: -1,
  }))
  for (const [thread, { events }] of chosen.entries()) {
    const base = joined.length
    const moved = (ids: readonly number[]): number[] => ids.map((id) => base + id)
    for (const event of events) {
      joined.push({
        ...event,
        thread,
        address: moved(event.address),
        data: moved(event.data),
        control: moved(event.control),
        read: event.read < 0 ? -1 : base + event.read,
      })
    }
  }
  return joined
}

function* cellChoices(events: readonly GraphEvent[], cell: string): Generator<CellChoice> {
  const ids = [...events.keys()].filter((id) => events[id]?.cell === cell && events[id]?.kind !== 'fence')
  const isWrite = (id: number): boolean => events[id]?.kind === 'write'
  const [initial, ...writes] = ids.filter(isWrite)
  const reads = ids.filter((id) => !isWrite(id))
  const isLock = (LOCKS as readonly string[]).includes(cell)
  const sources = reads.map((read) =>
    ids
      .filter((write) => isWrite(write) && canSee(events, read, write))
      .map((write) => [read, write] as const),
  )
  for (const order of permutations(writes)) {
    const whole = [initial as number, ...order]
    if (isLock && !locksAlternate(events, whole)) continue
    for (const picked of product(sources)) {
      const choice = { sources: picked, order: whole }
      if (isLock && !locksAreTakenInTurn(events, choice)) continue
      if (isCoherent(events, ids, choice) && isAtomic(events, choice)) yield choice
    }
  }
}

function canSee(events: readonly GraphEvent[], read: number, write: number): boolean {
  const [by, from] = [events[read] as GraphEvent, events[write] as GraphEvent]
  switch (by.tag) {
    case 'LKR':
    case 'RU':
      return from.tag === 'UL' || from.tag === 'initial'
    case 'LF': {
      if (from.tag !== 'LKW') return false
      const holder = heldBy(events, read)
      // Inside its own critical section it sees that, elsewhere those of other threads.
      return holder === -1 ? from.thread !== by.thread : holder === write
    }
    default:
      return from.value === by.value
  }
}

/** The taking of the lock that the event's thread has not undone before it; -1 if there is none. */
function heldBy(events: readonly GraphEvent[], event: number): number {
  const { thread, cell } = events[event] as GraphEvent
  let holder = -1
  for (let id = 0; id < event; id++) {
    const one = events[id] as GraphEvent
    if (one.thread !== thread || one.cell !== cell) continue
    if (one.tag === 'LKW') holder = id
    if (one.tag === 'UL') holder = -1
  }
  return holder
}

/** Each giving back comes right after the taking that it undoes; what is never given back is taken last. */
function locksAlternate(events: readonly GraphEvent[], order: readonly number[]): boolean {
  return order.every((id, i) => {
    if (events[id]?.tag === 'UL') return order[i - 1] === heldBy(events, id)
    return events[id]?.tag !== 'LKW' || i === order.length - 1 || events[order[i + 1] as number]?.tag === 'UL'
  })
}

/** Who takes the lock sees what is right before that in the order. */
function locksAreTakenInTurn(events: readonly GraphEvent[], { sources, order }: CellChoice): boolean {
  return sources.every(([read, write]) => {
    if (events[read]?.tag !== 'LKR') return true
    const taking = order.find((id) => events[id]?.read === read)
    return taking === undefined || order[order.indexOf(taking) - 1] === write
  })
}

/** Nothing of another thread comes between what a read-modify-write read and what it wrote. */
function isAtomic(events: readonly GraphEvent[], { sources, order }: CellChoice): boolean {
  return sources.every(([read, write]) => {
    const stored = order.find((id) => events[id]?.read === read)
    if (stored === undefined) return true
    const between = order.slice(order.indexOf(write) + 1, order.indexOf(stored))
    return between.every((id) => events[id]?.thread === events[stored]?.thread)
  })
}

/** One order of the cell's accesses agrees with program order, with who reads what, and with the writes' order. */
function isCoherent(
  events: readonly GraphEvent[],
  ids: readonly number[],
  { sources, order }: CellChoice,
): boolean {
  const after = new Map<number, number[]>(ids.map((id) => [id, []]))
  for (const from of ids) {
    for (const to of ids) {
      const { thread } = events[from] as GraphEvent
      if (from < to && thread >= 0 && thread === events[to]?.thread) after.get(from)?.push(to)
    }
  }
  for (const [i, write] of order.entries()) if (i > 0) after.get(order[i - 1] as number)?.push(write)
  for (const [read, write] of sources) {
    after.get(write)?.push(read)
    const next = order[order.indexOf(write) + 1]
    if (next !== undefined) after.get(read)?.push(next)
  }
  const state = new Map<number, 'open' | 'closed'>()
  const visit = (id: number): boolean => {
    if (state.has(id)) return state.get(id) === 'closed'
    state.set(id, 'open')
    if (!(after.get(id) ?? []).every(visit)) return false
    state.set(id, 'closed')
    return true
  }
  return ids.every(visit)
}

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield []
  for (const [i, item] of items.entries()) {
    for (const others of permutations([...items.slice(0, i), ...items.slice(i + 1)])) yield [item, ...others]
  }
}

// ---- spelling --------------------------------------------------------------------------------------------------

/** `P0.2`: the third memory operation of the first thread; `init`. */
export function place(thread: number, step: number): string {
  return thread < 0 ? 'init' : `P${thread}.${step}`
}

function spell({ events, source, coherence }: Candidate, chosen: readonly Trace[]): string {
  const steps = chosen.flatMap((trace) => trace.events)
  const initials = events.length - steps.length
  const placeOf = (id: number): string => {
    const event = steps[id - initials] as TraceEvent | undefined
    return place(events[id]?.thread ?? -1, event?.step ?? -1)
  }
  const lines = chosen.map((): string[] => [])
  for (const [id, { thread, kind, cell, value }] of events.entries()) {
    if (thread < 0 || kind === 'fence') continue
    if (kind === 'read') {
      const from = source[id] as number
      lines[thread]?.push(`${placeOf(id)} reads ${cell}=${events[from]?.value} of ${placeOf(from)}`)
    } else {
      const order = coherence.get(cell) ?? []
      const before = order[order.indexOf(id) - 1] as number
      lines[thread]?.push(`${placeOf(id)} writes ${cell}=${value} after ${placeOf(before)}`)
    }
  }
  const returned = chosen.map((trace) => trace.returned.join(','))
  const final = CELLS.map((cell) => events[coherence.get(cell)?.at(-1) ?? -1]?.value ?? 0)
  return [...lines.flat(), `returns ${returned.join(' ')}`, `leaves ${final.join(',')}`].join('\n')
}
