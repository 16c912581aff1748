/**
 * The clearest schedule that shows something: the one with the fewest preemptions, that is switches away
 * from a thread that could have gone on. A trace stands for many interleavings; the best of them is found by
 * dynamic programming over how far each thread has come, and the best trace by looking at all of them.
 */
import type { Cell, Program, SharedOperation, ThreadOptions } from '../machine/index.js'
import { type Clock, Clocks } from './clock.js'
import { type ExploreOptions, finish, threadOptions } from './explore.js'
import type { FinishedExecution } from './outcome.js'
import { type Decision, Run } from './run.js'

/** Interleavings of one trace considered at the most; beyond it the schedule found is kept as it is. */
const MAX_STATES = 2_000_000

export interface Witness {
  readonly decisions: readonly Decision[]
  readonly preemptions: number
}

/** The witness with the fewest preemptions of an execution for which `shows` holds; null if there is none. */
export function findWitness(
  program: Program,
  options: ExploreOptions,
  shows: (execution: FinishedExecution) => boolean,
): Witness | null {
  let best: Witness | null = null
  let left = options.budget?.executions ?? Number.POSITIVE_INFINITY
  options.model.search(program, threadOptions(options), {
    visit: (run) => {
      if (run.status() !== 'blocked' && shows(finish(run, program, options.detectors ?? []))) {
        const candidate = fewestPreemptions(program, threadOptions(options), run.decisions)
        if (best === null || better(candidate, best)) best = candidate
      }
      left--
      return best?.preemptions !== 0 && left > 0 && options.budget?.expired?.() !== true
    },
  })
  return best
}

function better(candidate: Witness, best: Witness): boolean {
  if (candidate.preemptions !== best.preemptions) return candidate.preemptions < best.preemptions
  return candidate.decisions.length < best.decisions.length
}

interface TraceStep {
  readonly decision: Decision
  readonly operation: SharedOperation
  readonly clock: Clock
}

/** A write of the trace: which step of which thread, in the cell's order. */
interface CellWrite {
  readonly thread: number
  readonly index: number
  readonly value: bigint
}

/** Reorders independent steps of an execution so that it has as few preemptions as its trace allows. */
export function fewestPreemptions(
  program: Program,
  options: ThreadOptions,
  decisions: readonly Decision[],
): Witness {
  const trace = retrace(program, options, decisions)
  const states = trace.steps.reduce((product, own) => product * (own.length + 1), program.threads.length)
  if (states > MAX_STATES) return { decisions, preemptions: preemptionsOf(trace, decisions) }
  return linearize(trace)
}

function preemptionsOf(trace: Trace, decisions: readonly Decision[]): number {
  const at = trace.steps.map(() => 0)
  let preemptions = 0
  let last = -1
  for (const { thread } of decisions) {
    if (last !== -1 && last !== thread && canGoOn(trace, last, at)) preemptions++
    at[thread] = (at[thread] ?? 0) + 1
    last = thread
  }
  return preemptions
}

/** The steps of an execution by thread, the writes by cell, and what each thread would have done next. */
interface Trace {
  readonly steps: readonly (readonly TraceStep[])[]
  readonly writes: ReadonlyMap<Cell, readonly CellWrite[]>
  readonly offers: readonly (SharedOperation | null)[]
}

function retrace(program: Program, options: ThreadOptions, decisions: readonly Decision[]): Trace {
  const run = new Run(program, options)
  const clocks = new Clocks(program.threads.length)
  const steps: TraceStep[][] = program.threads.map(() => [])
  const writes = new Map<Cell, CellWrite[]>()
  for (const decision of decisions) {
    const { thread } = decision
    const operation = run.threads[thread]?.pending
    const footprint = run.footprint(thread)
    if (operation === undefined || operation === null || footprint === null) break
    const own = steps[thread] ?? []
    for (const { cell, value } of run.step(decision).writes) {
      const write = { thread, index: own.length, value }
      const known = writes.get(cell)
      if (known === undefined) writes.set(cell, [write])
      else known.push(write)
    }
    own.push({ decision, operation, clock: clocks.step(thread, footprint) })
  }
  return { steps, writes, offers: run.threads.map((thread) => thread.pending) }
}

/**
 * Dynamic programming over how far each thread has come. A state's number has one digit per thread, so a
 * step forward makes it larger, and going through the numbers in order meets each state after all before it.
 * Fewest preemptions first, then fewest switches.
 */
function linearize(trace: Trace): Witness {
  const { steps } = trace
  const threads = steps.length
  const weights: number[] = []
  let total = 1
  for (const own of steps) {
    weights.push(total)
    total *= own.length + 1
  }
  const cost = new Float64Array(total * threads).fill(Number.POSITIVE_INFINITY)
  const cameFrom = new Int8Array(total * threads).fill(-1)
  const at = new Array<number>(threads).fill(0)
  for (let state = 0; state < total; state++) {
    for (let t = 0; t < threads; t++) {
      at[t] = Math.floor(state / (weights[t] ?? 1)) % ((steps[t]?.length ?? 0) + 1)
    }
    const could = at.map((_, t) => canGoOn(trace, t, at))
    for (let next = 0; next < threads; next++) {
      const step = steps[next]?.[at[next] ?? 0]
      if (step === undefined || !isReady(step, next, at)) continue
      const target = (state + (weights[next] ?? 0)) * threads + next
      for (let last = state === 0 ? -1 : 0; last < (state === 0 ? 0 : threads); last++) {
        const sofar = last === -1 ? 0 : (cost[state * threads + last] ?? Number.POSITIVE_INFINITY)
        const switched = last === -1 || last === next ? 0 : could[last] === true ? PREEMPTION + 1 : 1
        if (sofar + switched < (cost[target] ?? 0)) {
          cost[target] = sofar + switched
          cameFrom[target] = last
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
  cameFrom: Int8Array,
): Witness {
  const threads = trace.steps.length
  let last = 0
  for (let t = 1; t < threads; t++) {
    if ((cost[end * threads + t] ?? 0) < (cost[end * threads + last] ?? 0)) last = t
  }
  const total = cost[end * threads + last] ?? 0
  const decisions: Decision[] = []
  const at = trace.steps.map((own) => own.length)
  for (let state = end; state > 0 && last >= 0; ) {
    const index = (at[last] ?? 0) - 1
    const step = trace.steps[last]?.[index]
    if (step === undefined) break
    decisions.push(step.decision)
    const before = cameFrom[state * threads + last] ?? -1
    at[last] = index
    state -= weights[last] ?? 0
    last = before
  }
  decisions.reverse()
  return { decisions, preemptions: end === 0 ? 0 : Math.floor(total / PREEMPTION) }
}

/** True if everything that happens before the step has happened. */
function isReady(step: TraceStep, thread: number, at: readonly number[]): boolean {
  return at.every((count, t) => (t === thread ? count + 1 : count) >= (step.clock[t] ?? 0))
}

/** True if the thread has an operation to go on with here, and that operation is enabled. */
function canGoOn(trace: Trace, thread: number, at: readonly number[]): boolean {
  const operation = trace.steps[thread]?.[at[thread] ?? 0]?.operation ?? trace.offers[thread] ?? null
  if (operation === null) return false
  const value = (cell: Cell): bigint => valueAt(trace, cell, at)
  if (operation.op === 'lock') return value(operation.lock.cell) === 0n
  if (operation.op === 'await') return operation.until(operation.cells.map(value))
  return true
}

/** The cell's value once each thread has come as far as `at` says. */
function valueAt(trace: Trace, cell: Cell, at: readonly number[]): bigint {
  const writes = trace.writes.get(cell) ?? []
  for (let i = writes.length - 1; i >= 0; i--) {
    const write = writes[i]
    if (write !== undefined && write.index < (at[write.thread] ?? 0)) return write.value
  }
  return cell.initial
}
