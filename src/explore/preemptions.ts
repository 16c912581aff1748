/**
 * Puts the steps of an execution into the order with the fewest preemptions, that is switches away from a
 * thread that could have gone on. A trace stands for many interleavings; the best of them is found by dynamic
 * programming over how far each agent has come. What a store buffer does is no switch, and a thread that waits
 * for its own buffer counts as able to go on.
 */
import type { Cell, Program, SharedOperation } from '../machine/index.js'
import { type Clock, Clocks } from './clock.js'
import { type ExploreOptions, type MachineOptions, threadOptions } from './explore.js'
import type { Decision, Run } from './run.js'

/** Interleavings of one trace considered at the most; beyond it the schedule found is kept as it is. */
const MAX_STATES = 2_000_000

export interface Witness {
  readonly decisions: readonly Decision[]
  readonly preemptions: number
}

interface TraceStep extends Offer {
  readonly decision: Decision
  readonly clock: Clock
  /** What it put into its thread's store buffer; null if nothing. */
  readonly buffered: readonly CellValue[] | null
}

interface CellValue {
  readonly cell: Cell
  readonly value: bigint
}

/** A write of the trace: which step of which agent, in the cell's order. */
interface CellWrite {
  readonly agent: number
  readonly index: number
  readonly value: bigint
}

/**
 * Reorders independent steps of an execution so that it has as few preemptions as its trace allows. Where
 * executions are no sequences of steps there is nothing to reorder.
 */
export function fewestPreemptions(
  program: Program,
  options: MachineOptions & Pick<ExploreOptions, 'model'>,
  decisions: readonly Decision[],
): Witness {
  const run = options.model.begin?.(program, threadOptions(options))
  if (run === undefined) return { decisions, preemptions: 0 }
  const trace = retrace(run, decisions)
  const states = trace.steps.reduce((product, own) => product * (own.length + 1), lastsOf(trace).length)
  if (states > MAX_STATES) return { decisions, preemptions: preemptionsOf(trace, decisions) }
  return linearize(trace)
}

function preemptionsOf(trace: Trace, decisions: readonly Decision[]): number {
  const at = trace.steps.map(() => 0)
  let preemptions = 0
  let last = -1
  for (const { thread, flush } of decisions) {
    const agent = flush === true ? trace.offers.length + thread : thread
    if (flush !== true) {
      if (last !== -1 && last !== thread && canGoOn(trace, last, at)) preemptions++
      last = thread
    }
    at[agent] = (at[agent] ?? 0) + 1
  }
  return preemptions
}

/** The steps of an execution by agent, the writes by cell, and what each thread would have done next. */
interface Trace {
  readonly steps: readonly (readonly TraceStep[])[]
  readonly writes: ReadonlyMap<Cell, readonly CellWrite[]>
  readonly offers: readonly Offer[]
}

/** What a thread would have done next, and the threads whose buffers it would have had to find empty. */
interface Offer {
  readonly operation: SharedOperation | null
  readonly drained: readonly number[]
}

function retrace(run: Run, decisions: readonly Decision[]): Trace {
  const clocks = new Clocks(run.agents)
  const steps = Array.from({ length: run.agents }, (): TraceStep[] => [])
  const writes = new Map<Cell, CellWrite[]>()
  for (const decision of decisions) {
    const agent = run.agentOf(decision)
    const footprint = agent === null ? null : run.footprint(agent)
    if (agent === null || footprint === null) break
    const own = steps[agent] ?? []
    const operation = run.threads[agent]?.pending ?? null
    const effect = run.step(decision)
    const buffered = effect.buffered === true ? effect.writes : null
    for (const { cell, value } of buffered === null ? effect.writes : []) {
      const write = { agent, index: own.length, value }
      const known = writes.get(cell)
      if (known === undefined) writes.set(cell, [write])
      else known.push(write)
    }
    const drained = footprint.buffers?.drained ?? []
    own.push({ decision, operation, drained, buffered, clock: clocks.step(agent, footprint) })
  }
  const offers = run.threads.map(({ pending, number }) => {
    return { operation: pending, drained: run.footprint(number)?.buffers?.drained ?? [] }
  })
  return { steps, writes, offers }
}

/** What the steps so far ended with, as far as it matters: the last thread to move, and the last agent. */
interface Last {
  readonly thread: number
  readonly agent: number
}

/** Every way for steps to end. */
function lastsOf({ steps, offers }: Trace): Last[] {
  const buffers = steps.slice(offers.length).map((_, i) => offers.length + i)
  return offers.flatMap((_, thread) => [thread, ...buffers].map((agent) => ({ thread, agent })))
}

/**
 * Dynamic programming over how far each agent has come. A state's number has one digit per agent, so a step
 * forward makes it larger, and going through the numbers in order meets each state after all before it.
 * Fewest preemptions first, then fewest switches between agents.
 */
function linearize(trace: Trace): Witness {
  const { steps } = trace
  const agents = steps.length
  const threads = trace.offers.length
  const lasts = lastsOf(trace)
  const ways = lasts.length
  const perThread = ways / threads
  const weights: number[] = []
  let total = 1
  for (const own of steps) {
    weights.push(total)
    total *= own.length + 1
  }
  const cost = new Float64Array(total * ways).fill(Number.POSITIVE_INFINITY)
  const cameFrom = new Int16Array(total * ways).fill(-1)
  const at = new Array<number>(agents).fill(0)
  for (let state = 0; state < total; state++) {
    for (let agent = 0; agent < agents; agent++) {
      at[agent] = Math.floor(state / (weights[agent] ?? 1)) % ((steps[agent]?.length ?? 0) + 1)
    }
    const could = trace.offers.map((_, thread) => canGoOn(trace, thread, at))
    for (let next = 0; next < agents; next++) {
      const step = steps[next]?.[at[next] ?? 0]
      if (step === undefined || !isReady(step, next, at)) continue
      const target = (state + (weights[next] ?? 0)) * ways
      if (state === 0) {
        cost[target + next * perThread] = 0
        continue
      }
      for (const [from, last] of lasts.entries()) {
        const sofar = cost[state * ways + from] ?? Number.POSITIVE_INFINITY
        const preempted = next < threads && last.thread !== next && could[last.thread] === true
        const reached = sofar + (last.agent === next ? 0 : 1) + (preempted ? PREEMPTION : 0)
        const to = target + (next < threads ? next * perThread : last.thread * perThread + 1 + next - threads)
        if (reached < (cost[to] ?? 0)) {
          cost[to] = reached
          cameFrom[to] = from
        }
      }
    }
  }
  return readBack(trace, weights, total - 1, cost, cameFrom)
}

/** One preemption outweighs every switch that is none. */
const PREEMPTION = 2 ** 20

function readBack(
  trace: Trace,
  weights: readonly number[],
  end: number,
  cost: Float64Array,
  cameFrom: Int16Array,
): Witness {
  const lasts = lastsOf(trace)
  const ways = lasts.length
  let last = 0
  for (let way = 1; way < ways; way++) {
    if ((cost[end * ways + way] ?? 0) < (cost[end * ways + last] ?? 0)) last = way
  }
  const total = cost[end * ways + last] ?? 0
  const decisions: Decision[] = []
  const at = trace.steps.map((own) => own.length)
  for (let state = end; state > 0 && last >= 0; ) {
    const agent = lasts[last]?.agent ?? 0
    const index = (at[agent] ?? 0) - 1
    const step = trace.steps[agent]?.[index]
    if (step === undefined) break
    decisions.push(step.decision)
    last = cameFrom[state * ways + last] ?? -1
    at[agent] = index
    state -= weights[agent] ?? 0
  }
  decisions.reverse()
  return { decisions, preemptions: end === 0 ? 0 : Math.floor(total / PREEMPTION) }
}

/** True if everything that happens before the step has happened. */
function isReady(step: TraceStep, agent: number, at: readonly number[]): boolean {
  return at.every((count, other) => (other === agent ? count + 1 : count) >= (step.clock[other] ?? 0))
}

/** True if the thread has an operation to go on with here, and that operation waits for no other thread. */
function canGoOn(trace: Trace, thread: number, at: readonly number[]): boolean {
  const next = trace.steps[thread]?.[at[thread] ?? 0] ?? trace.offers[thread]
  if (next === undefined || next.operation === null) return false
  const { operation, drained } = next
  const value = (cell: Cell): bigint => seenBy(trace, thread, cell, at)
  if (operation.op === 'lock') return value(operation.lock.cell) === 0n
  if (operation.op !== 'await') return true
  return drained.every((other) => isDrained(trace, other, at)) && operation.until(operation.cells.map(value))
}

/** True if every store that the thread put into its buffer has reached memory. */
function isDrained(trace: Trace, thread: number, at: readonly number[]): boolean {
  return inBuffer(trace, thread, at).length === 0
}

/** The stores of the thread that stand in its buffer, oldest first. */
function inBuffer(
  { steps, offers }: Trace,
  thread: number,
  at: readonly number[],
): readonly (readonly CellValue[])[] {
  if (steps.length === offers.length) return []
  const done = steps[thread]?.slice(0, at[thread] ?? 0) ?? []
  const stores = done.flatMap(({ buffered }) => (buffered === null ? [] : [buffered]))
  return stores.slice(at[offers.length + thread] ?? 0)
}

/** The cell's value as the thread sees it once each agent has come as far as `at` says. */
function seenBy(trace: Trace, thread: number, cell: Cell, at: readonly number[]): bigint {
  const own = inBuffer(trace, thread, at).flat()
  const newest = own.findLast((write) => write.cell === cell)
  if (newest !== undefined) return newest.value
  const writes = trace.writes.get(cell) ?? []
  for (let i = writes.length - 1; i >= 0; i--) {
    const write = writes[i]
    if (write !== undefined && write.index < (at[write.agent] ?? 0)) return write.value
  }
  return cell.initial
}
