/** What is kept of executions besides what they show: which lines ran, what could race, what holds it together. */
import { type Callable, type Event, kindOf, type Omission } from '../machine/index.js'
import type { Built, Observation, Observed } from '../suite/index.js'

/** What ran, by what runs in an implementation's place. */
export type Reached = Map<Callable, Ran>

/** Lines of C that were reached, and the ways that branches of lifted code went, by their index in it. */
export interface Ran {
  readonly lines: Set<number>
  readonly whenTrue: Set<number>
  readonly whenFalse: Set<number>
}

/** What ran of a callable; nothing at first. */
export function ranOf(reached: Reached, callable: Callable): Ran {
  const known = reached.get(callable)
  if (known !== undefined) return known
  const ran: Ran = { lines: new Set(), whenTrue: new Set(), whenFalse: new Set() }
  reached.set(callable, ran)
  return ran
}

/** What to look for besides lines. */
export interface Eyes {
  /** Accesses that could race. */
  readonly races: boolean
  /** Parts of functions that could be passed over. */
  readonly parts: boolean
}

/** Looks at the executions of one built program. */
export class Watch {
  readonly #reached: Reached
  readonly #eyes: Eyes
  readonly #plain = new Set<string>()
  readonly #parts = new Map<string, Omission>()

  constructor(reached: Reached, eyes: Eyes) {
    this.#reached = reached
    this.#eyes = eyes
  }

  /** Kinds of objects that two threads access, one of them with a store, and one of them plainly. */
  get plain(): readonly string[] {
    return [...this.#plain]
  }

  /** Barriers that functions do, and the tests that send their loops round again. */
  get parts(): readonly Omission[] {
    return [...this.#parts.values()]
  }

  /** The program with these eyes on it. */
  over(built: Built): Built {
    const { program, observe } = built
    const { races, parts } = this.#eyes
    const reached = (callable: Callable, line: number): void => {
      ranOf(this.#reached, callable).lines.add(line)
    }
    const took = (callable: Callable, branch: number, answer: boolean): void => {
      const { whenTrue, whenFalse } = ranOf(this.#reached, callable)
      ;(answer ? whenTrue : whenFalse).add(branch)
    }
    const part = (one: Omission): void => this.#part(one)
    const host = { ...program.host, reached, took, ...(parts ? { part } : {}) }
    const looked = (execution: Observed): Observation => {
      if (races) for (const kind of couldRace(execution.events)) this.#plain.add(kind)
      return observe(execution)
    }
    return { ...built, program: { ...program, host }, observe: looked }
  }

  #part(part: Omission): void {
    // Where an implementation names no line there is no telling which one it is.
    if (part.line === 0) return
    const what = part.kind === 'fence' ? part.fence : part.kind
    this.#parts.set(`${part.path}:${part.line} ${part.function} ${what}`, part)
  }
}

/** What is known of the accesses to one object's kind at one cell. */
interface Accesses {
  readonly kind: string
  readonly thread: number
  shared: boolean
  stored: boolean
  plain: boolean
}

function couldRace(events: readonly Event[]): string[] {
  const cells = new Map<string, Accesses>()
  for (const { reads, writes, thread, plain } of events) {
    for (const { cell } of [...reads, ...writes]) {
      if (cell.role !== 'data') continue
      const known = cells.get(cell.name) ?? {
        kind: kindOf(cell),
        thread,
        shared: false,
        stored: false,
        plain: false,
      }
      cells.set(cell.name, known)
      known.shared ||= known.thread !== thread
      known.stored ||= writes.length > 0
      known.plain ||= plain === true
    }
  }
  return [...cells.values()]
    .filter(({ shared, stored, plain }) => shared && stored && plain)
    .map(({ kind }) => kind)
}
