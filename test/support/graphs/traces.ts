/**
 * What one thread of the tiny language can do by itself, its reads taking any value of a domain. It runs the
 * statements directly and shares nothing with the machine.
 */
import { REGISTERS, type Statement, type Value } from './language.js'

export type Version = '6.1' | '6.14'

/** Linux 6.1 has fences about fully ordered atomics, and SRCU's events touch no memory. */
export interface TraceEvent {
  readonly kind: 'read' | 'write' | 'fence'
  /** Of accesses: how they are marked, with herd's names for those of locks. Of fences: which it is. */
  readonly tag: string
  /** Empty for fences that are not about a place. */
  readonly cell: string
  /** Not known of reads that see a lock taken. */
  readonly value: number
  /** Events before it in its thread, by place. */
  readonly address: readonly number[]
  readonly data: readonly number[]
  readonly control: readonly number[]
  /** It is part of a read-modify-write of data, be it one that stored nothing. */
  readonly isAtomic: boolean
  /** For the write of a read-modify-write or a lock: its read. Else -1. */
  readonly read: number
  /** Which memory operation of the thread it is part of, from 0. */
  readonly step: number
}

export interface Trace {
  readonly events: readonly TraceEvent[]
  readonly returned: readonly number[]
}

/** Which values a read of the cell may take. */
export type Domain = (cell: string) => readonly number[]

/** Every trace of the thread. Those in which it waits for itself for ever are left out. */
export function traces(
  body: readonly Statement[],
  thread: number,
  domain: Domain,
  version: Version,
): Trace[] {
  const found: Trace[] = []
  const runner = new Runner(thread, domain, version, (state) => found.push(finished(state)))
  runner.run(body, START, (state) => found.push(finished(state)))
  return found
}

interface Held {
  readonly value: number
  readonly from: readonly number[]
}

interface State {
  readonly events: readonly TraceEvent[]
  readonly registers: Readonly<Record<string, Held>>
  readonly control: readonly number[]
  readonly locks: readonly string[]
  readonly steps: number
}

const START: State = { events: [], registers: {}, control: [], locks: [], steps: 0 }

function finished({ events, registers }: State): Trace {
  return { events, returned: REGISTERS.map((name) => registers[name]?.value ?? 0) }
}

type Then = (state: State) => void
type Made = Pick<TraceEvent, 'kind' | 'tag'> & Partial<TraceEvent>

class Runner {
  readonly #thread: number
  readonly #domain: Domain
  readonly #old: boolean
  readonly #leave: Then

  constructor(thread: number, domain: Domain, version: Version, leave: Then) {
    this.#thread = thread
    this.#domain = domain
    this.#old = version === '6.1'
    this.#leave = leave
  }

  run(body: readonly Statement[], state: State, then: Then): void {
    const [first, ...others] = body
    if (first === undefined) then(state)
    else this.#one(first, state, (after) => this.run(others, after, then))
  }

  #held(state: State, register: string | null | undefined): Held {
    return state.registers[register ?? ''] ?? { value: 0, from: [] }
  }

  #value(state: State, { constant, register, isMasked }: Value): Held {
    const { value, from } = this.#held(state, register)
    return { value: constant + (isMasked === true ? 0 : value), from }
  }

  #set(state: State, register: string | null, held: Held): State {
    return register === null ? state : { ...state, registers: { ...state.registers, [register]: held } }
  }

  #add(state: State, made: Made): State {
    const event: TraceEvent = {
      cell: '',
      value: 0,
      address: [],
      data: [],
      control: state.control,
      isAtomic: false,
      read: -1,
      step: state.steps,
      ...made,
    }
    return { ...state, events: [...state.events, event] }
  }

  #nextStep(state: State): State {
    return { ...state, steps: state.steps + 1 }
  }

  #fence(state: State, tag: string, cell = ''): State {
    return this.#add(state, { kind: 'fence', tag, cell })
  }

  #one(statement: Statement, state: State, then: Then): void {
    switch (statement.do) {
      case 'load':
      case 'load-at': {
        const index = statement.do === 'load-at' ? statement.index : statement.via
        const at = this.#held(state, index)
        const cell = statement.do === 'load' ? statement.cell : at.value % 2 === 0 ? 'x' : 'y'
        const tag = statement.do === 'load' ? statement.access : 'once'
        for (const value of this.#domain(cell)) {
          const after = this.#add(state, { kind: 'read', tag, cell, value, address: at.from })
          then(this.#nextStep(this.#set(after, statement.to, { value, from: [state.events.length] })))
        }
        return
      }
      case 'store': {
        const { value, from } = this.#value(state, statement.value)
        const address = this.#held(state, statement.via).from
        const { cell, access: tag } = statement
        then(this.#nextStep(this.#add(state, { kind: 'write', tag, cell, value, address, data: from })))
        return
      }
      case 'set':
        then(this.#set(state, statement.to, this.#value(state, statement.value)))
        return
      case 'rmw':
        for (const value of this.#domain(statement.cell)) then(this.#modify(statement, state, value))
        return
      case 'fence':
        then(this.#fence(state, statement.fence))
        return
      case 'if': {
        const { value, from } = this.#held(state, statement.register)
        const inside = { ...state, control: [...state.control, ...from] }
        const body = value === statement.equals ? statement.body : statement.otherwise
        this.run(body, inside, (after) => then({ ...after, control: state.control }))
        return
      }
      case 'return-if': {
        const { value, from } = this.#held(state, statement.register)
        if (value !== 0) this.#leave(state)
        else then({ ...state, control: [...state.control, ...from] })
        return
      }
      case 'lock':
        if (!state.locks.includes(statement.lock)) then(this.#take(state, statement.lock))
        return
      case 'unlock': {
        const given = this.#add(state, { kind: 'write', tag: 'UL', cell: statement.lock })
        then(this.#nextStep({ ...given, locks: state.locks.filter((lock) => lock !== statement.lock) }))
        return
      }
      case 'trylock': {
        const { lock, to } = statement
        const from = [state.events.length]
        if (!state.locks.includes(lock)) {
          const taken = this.#set(this.#take(state, lock), to, { value: 1, from })
          const inside = { ...taken, control: [...taken.control, ...from] }
          this.run(statement.body, inside, (after) => then({ ...after, control: state.control }))
        }
        const failed = this.#nextStep(this.#add(state, { kind: 'read', tag: 'LF', cell: lock }))
        then(this.#set(failed, to, { value: 0, from }))
        return
      }
      case 'is-locked':
        for (const value of [0, 1]) {
          if (value === 0 && state.locks.includes(statement.lock)) continue
          const tag = value === 0 ? 'RU' : 'LF'
          const after = this.#nextStep(this.#add(state, { kind: 'read', tag, cell: statement.lock }))
          then(this.#set(after, statement.to, { value, from: [state.events.length] }))
        }
        return
      case 'srcu-lock': {
        const { domain, to } = statement
        if (this.#old) {
          const after = this.#nextStep(this.#fence(state, 'srcu-lock', domain))
          then(this.#set(after, to, { value: 0, from: [] }))
          return
        }
        for (const value of this.#domain(domain)) {
          const after = this.#add(state, { kind: 'read', tag: 'srcu-lock', cell: domain, value })
          then(this.#nextStep(this.#set(after, to, { value, from: [state.events.length] })))
        }
        return
      }
      case 'srcu-unlock': {
        const { value, from } = this.#held(state, statement.cookie)
        const { domain: cell } = statement
        const made: Made = { kind: 'write', tag: 'srcu-unlock', cell, value, data: from }
        then(this.#nextStep(this.#old ? this.#fence(state, 'srcu-unlock', cell) : this.#add(state, made)))
        return
      }
      case 'synchronize':
        then(this.#fence(state, 'sync-rcu'))
        return
      case 'synchronize-srcu':
        then(this.#fence(state, 'sync-srcu', statement.domain))
        return
      default:
        then(this.#fence(state, statement.do))
    }
  }

  #take(state: State, cell: string): State {
    const read = state.events.length
    const looked = this.#add(state, { kind: 'read', tag: 'LKR', cell })
    const taken = this.#add(looked, { kind: 'write', tag: 'LKW', cell, value: this.#thread + 1, read })
    return this.#nextStep({ ...taken, locks: [...taken.locks, cell] })
  }

  #modify(statement: Extract<Statement, { do: 'rmw' }>, before: State, value: number): State {
    const { kind, access, cell, to, result } = statement
    const operand = this.#value(before, statement.value)
    const other = this.#value(before, statement.other)
    const stores =
      kind === 'compare-exchange' ? value === other.value : kind !== 'add-unless' || value !== other.value
    const adds = kind === 'add' || kind === 'add-unless'
    const stored = adds ? value + operand.value : operand.value
    const address = this.#held(before, statement.via).from
    const fenced = this.#old && access === 'mb' && stores
    const state = fenced ? this.#fence(before, 'mb') : before
    const read = state.events.length
    const tags = stores ? tagsOf(access, this.#old) : ['once', 'once']
    let after = this.#add(state, {
      kind: 'read',
      tag: tags[0] as string,
      cell,
      value,
      address,
      isAtomic: true,
    })
    if (stores) {
      after = this.#add(after, {
        kind: 'write',
        tag: tags[1] as string,
        cell,
        value: stored,
        address,
        // What an exchange stores does not depend on what it read.
        data: adds ? [...operand.from, read] : operand.from,
        isAtomic: true,
        read,
      })
    }
    if (fenced) after = this.#fence(after, 'mb')
    const results: Readonly<Record<typeof result, Held>> = {
      old: { value, from: [read] },
      new: { value: stores ? stored : value, from: [read, ...operand.from] },
      stored: {
        value: stores ? 1 : 0,
        from: kind === 'add-unless' || kind === 'compare-exchange' ? [read, ...other.from] : [read],
      },
    }
    return this.#nextStep(this.#set(after, to, results[result]))
  }
}

function tagsOf(access: string, old: boolean): readonly string[] {
  switch (access) {
    case 'mb':
      return old ? ['once', 'once'] : ['mb', 'mb']
    case 'acquire':
      return ['acquire', 'once']
    case 'release':
      return ['once', 'release']
    case 'noreturn':
      return ['noreturn', 'once']
    default:
      return ['once', 'once']
  }
}
