/**
 * The search for all states, under the models that execute step by step. Threads that are data (IrFrame) have
 * states that can be compared, and so has a program of them: each state is visited once, however many ways
 * lead to it. Where arrays are read in loops those are far fewer than the executions. In return there is no
 * execution to be looked at, only final states and the hazards that are events or mean waiting for ever; the
 * reads behind a value are not part of a state, so nothing is said of lost updates.
 */
import {
  type Hazard,
  hazardKey,
  type Program,
  type Thread,
  type ThreadOptions,
  type Word,
} from '../machine/index.js'
import { finalCycles } from './components.js'
import { threadOptions, waitingHazards } from './explore.js'
import type { Coverage } from './outcome.js'
import type { Decision } from './run.js'
import { BLOCKED, LONGEST_BUFFER, type State, StateGraph } from './state-graph.js'

export interface StatefulBudget {
  /** States to be expanded at most. */
  readonly states: number
  /** Asked once per state; true ends the search. */
  readonly expired: () => boolean
  /** What `expired` stands for, in seconds, for the report. */
  readonly seconds: number
}

export const DEFAULT_STATEFUL_BUDGET: StatefulBudget = { states: 200_000, expired: () => false, seconds: 0 }

export interface StatefulOptions {
  readonly model: 'sc' | 'tso'
  readonly loads?: ThreadOptions['loads']
  /** Operations that a thread may do between two that others can see. */
  readonly maxOperations?: number
  readonly budget?: Partial<StatefulBudget>
}

/** How far the search went: as for executions, or bounded by the number of states, or of stores in a buffer. */
export type StatefulCoverage =
  | Coverage
  | { readonly kind: 'bounded'; readonly by: 'states' | 'stores'; readonly limit: number }

/** A state in which no thread can go on. */
export interface FinalState {
  /** By thread: the values that it returned; null if it did not get that far. */
  readonly returned: readonly (readonly bigint[] | null)[]
  /** What the cells of role `data` hold, by name. */
  readonly memory: Readonly<Record<string, bigint>>
  /** A way there, one of the shortest. */
  readonly decisions: readonly Decision[]
}

export interface StatefulOutcome {
  readonly coverage: StatefulCoverage
  /** States found, the first one among them; those after a failed assumption are not counted. */
  readonly states: number
  /** Steps tried: one for each state and each thread, or store buffer, that can go on in it. */
  readonly transitions: number
  /** By what was returned and what memory holds, spelled out (`outcomeKey`), in order of discovery. */
  readonly outcomes: ReadonlyMap<string, FinalState>
  /** By hazard key, in order of discovery. */
  readonly hazards: ReadonlyMap<string, { readonly hazard: Hazard; readonly decisions: readonly Decision[] }>
}

/**
 * All final states of a program, within the budget. Null if some thread comes to a shared operation in a
 * frame that is a generator. A cycle of states that nothing leads out of is a livelock.
 */
export function exploreStates(program: Program, options: StatefulOptions): StatefulOutcome | null {
  const eager = search(program, options, options.model === 'tso')
  if (eager !== 'a buffer is waited for') return eager
  const plain = search(program, options, false)
  return plain === 'a buffer is waited for' ? null : plain
}

function search(
  program: Program,
  options: StatefulOptions,
  eager: boolean,
): StatefulOutcome | 'a buffer is waited for' | null {
  const tso = options.model === 'tso'
  const budget = { ...DEFAULT_STATEFUL_BUDGET, ...options.budget }
  const machine = threadOptions(options)
  let bound: StatefulCoverage | null = null
  const graph = new StateGraph(program, {
    tso,
    eager,
    machine: { ...machine, retries: 'run', fences: tso ? 'offer' : 'local' },
    stop: (expanded) => {
      if (expanded >= budget.states) bound = { kind: 'bounded', by: 'states', limit: budget.states }
      else if (budget.expired()) bound = { kind: 'bounded', by: 'time', limit: budget.seconds }
      return bound !== null
    },
  })
  const end = graph.build()
  if (end === 'not data') return null
  if (end === 'a buffer is waited for') return end
  return {
    coverage: bound ?? boundOf(graph, machine) ?? { kind: 'exhaustive' },
    states: graph.states.length,
    transitions: graph.transitions,
    outcomes: outcomesOf(graph, program),
    hazards: hazardsOf(graph),
  }
}

/** A bound that threads ran into. */
function boundOf({ states, full }: StateGraph, { maxOperations }: ThreadOptions): StatefulCoverage | null {
  if (full) return { kind: 'bounded', by: 'stores', limit: LONGEST_BUFFER }
  const exhausted = states.some((state) => threadsOf(state).some(({ status }) => status === 'exhausted'))
  return exhausted ? { kind: 'bounded', by: 'loop', limit: maxOperations } : null
}

function outcomesOf(graph: StateGraph, program: Program): Map<string, FinalState> {
  const outcomes = new Map<string, FinalState>()
  const cells = program.heap.cells.filter((cell) => cell.role === 'data')
  for (const [number, state] of graph.states.entries()) {
    const threads = threadsOf(state)
    if (state.edges?.length !== 0 || threads.some((thread) => thread.status === 'exhausted')) continue
    const memory = graph.memoryOf(state)
    const final = {
      returned: threads.map((thread) => (thread.status === 'done' ? bitsOf(thread.returned) : null)),
      memory: Object.fromEntries(cells.map((cell) => [cell.name, memory.value(cell)])),
    }
    const key = outcomeKey(final)
    if (!outcomes.has(key)) outcomes.set(key, { ...final, decisions: wayTo(graph, number) })
  }
  return outcomes
}

/** A final state as text: `1,2; -; | x=1 y=0`, by thread what it returned, `-` if it did not. */
export function outcomeKey({ returned, memory }: Pick<FinalState, 'returned' | 'memory'>): string {
  const values = returned.map((bits) => (bits === null ? '-' : bits.join(',')))
  const cells = Object.entries(memory).map(([name, value]) => `${name}=${value}`)
  return `${values.join('; ')} | ${cells.join(' ')}`
}

/** The values that a function of the intermediate representation returned. */
export function bitsOf(returned: unknown): bigint[] {
  if (returned === undefined) return []
  const words = (Array.isArray(returned) ? returned : [returned]) as readonly Word[]
  return words.map(({ bits }) => bits)
}

/** Hazards on a way to an end that says something: events on the way, and threads that wait or go round for ever. */
function hazardsOf(graph: StateGraph): Map<string, FoundHazard> {
  const found = new Map<string, FoundHazard>()
  const note = (hazards: readonly Hazard[], way: () => readonly Decision[]): void => {
    for (const hazard of hazards) {
      const key = hazardKey(hazard)
      if (!found.has(key)) found.set(key, { hazard, decisions: way() })
    }
  }
  const { states } = graph
  const cycles = finalCycles(successors(states))
  const telling = statesBefore(
    states,
    cycles
      .flat()
      .concat(states.flatMap(({ edges }, number) => (edges === null || edges.length === 0 ? [number] : []))),
  )
  if (telling.has(0)) note(states[0]?.by.hazards ?? [], () => states[0]?.by.decisions ?? [])
  for (const [number, state] of states.entries()) {
    for (const { to, hazards, decisions } of state.edges ?? []) {
      if (telling.has(to)) note(hazards, () => [...wayTo(graph, number), ...decisions])
    }
    if (state.edges?.length === 0) note(waitingHazards(threadsOf(state)), () => wayTo(graph, number))
  }
  for (const cycle of cycles) {
    const first = Math.min(...cycle)
    const state = states[first]
    if (state !== undefined)
      note(waitingHazards(threadsOf(state), turning(cycle, states)), () => wayTo(graph, first))
  }
  return found
}

interface FoundHazard {
  readonly hazard: Hazard
  readonly decisions: readonly Decision[]
}

/** For each state the states its steps lead to. Those that say nothing are one more, after all others. */
function successors(states: readonly State[]): number[][] {
  return states.map(({ edges }) => (edges ?? []).map(({ to }) => (to === BLOCKED ? states.length : to)))
}

/** The states that one of `ends` can be reached from, and the ends. */
function statesBefore(states: readonly State[], ends: readonly number[]): ReadonlySet<number> {
  const before = new Set(ends)
  const predecessors: number[][] = states.map(() => [])
  for (const [number, { edges }] of states.entries()) {
    for (const { to } of edges ?? []) predecessors[to]?.push(number)
  }
  for (const number of before) for (const predecessor of predecessors[number] ?? []) before.add(predecessor)
  return before
}

/** The threads, by number, that take steps in a cycle of states. */
function turning(cycle: readonly number[], states: readonly State[]): Set<number> {
  const threads = new Set<number>()
  for (const number of cycle) {
    for (const { decisions } of states[number]?.edges ?? []) {
      for (const { thread, flush } of decisions) if (flush !== true) threads.add(thread)
    }
  }
  return threads
}

/** The decisions that lead to a state by the way it was found. */
function wayTo({ states }: StateGraph, number: number): Decision[] {
  const steps: (readonly Decision[])[] = []
  for (let state = states[number]; state !== undefined; state = states[state.parent]) {
    steps.unshift(state.by.decisions)
  }
  return steps.flat()
}

function threadsOf({ threads }: State): Thread[] {
  return threads.map(({ thread }) => thread)
}
