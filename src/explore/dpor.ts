/**
 * The search under an operational model: dynamic partial-order reduction with source sets and sleep sets
 * (Source-DPOR: Abdulla, Aronsson, Jonsson and Sagonas, POPL 2014). It runs one representative of every
 * Mazurkiewicz trace, and no trace twice: executions that would repeat one are cut when all their enabled
 * threads are asleep.
 *
 * Behaviours and hazards are functions of the trace (machine/event.ts), so nothing is lost by the reduction;
 * test/unit/explore compares the two with a brute-force explorer on generated programs. What is claimed, and
 * why it holds, stands in docs/adr/0001-reduction.md.
 */
import type { Cell, Program, ThreadOptions } from '../machine/index.js'
import { dependent, type Footprint } from './footprint.js'
import type { SearchResult, SearchVisitor } from './memory-model.js'
import { pastOf, type Step, toTry } from './races.js'
import { type Decision, Run } from './run.js'
import type { Effect } from './sc-memory.js'
import { first, has, NO_THREADS, only, type ThreadSet } from './thread-set.js'

/** A scheduling point on the path being explored, and the step that is done there now. */
interface Node extends Step {
  thread: number
  footprint: Footprint
  clock: readonly number[]
  acquired: Cell | null
  effect: Effect
  readonly enabled: ThreadSet
  /** Footprints of what every thread offers here, by thread; null where it offers nothing. */
  readonly offers: readonly (Footprint | null)[]
  /** Threads that must be run here, those that have been, and those whose run would repeat a trace. */
  backtrack: ThreadSet
  done: ThreadSet
  readonly sleep: ThreadSet
  /** Answers to the choice that `thread` asks for, null if it asks for none; which of them is being tried. */
  domain: readonly string[] | null
  answer: number
}

/** Explores every trace of the program. Deterministic: the same program gives the same order. */
export function search(program: Program, options: ThreadOptions, visitor: SearchVisitor): SearchResult {
  const path: Node[] = []
  let redundant = 0
  for (;;) {
    const ended = execute(program, options, path)
    if (ended === null) redundant++
    else if (!visitor.visit(ended)) return { finished: false, redundant }
    if (!advance(path)) return { finished: true, redundant }
  }
}

/** Replays the path up to its last decision, which is new, and goes on to the end; null if that was cut as redundant. */
function execute(program: Program, options: ThreadOptions, path: Node[]): Run | null {
  const run = new Run(program, options)
  const decided = path.pop()
  for (const node of path) run.repeat(decisionOf(node), node.effect)
  if (decided !== undefined) perform(run, path, decided)
  // A thread that is blocked or exhausted does not end the execution: what the others go on to do may race
  // with what it did before.
  for (;;) {
    const enabled = run.enabled()
    const node = enabled === NO_THREADS ? null : nextNode(run, path.at(-1), enabled)
    if (node === null) {
      planWaiting(run, path, enabled)
      return enabled === NO_THREADS ? run : null
    }
    perform(run, path, node)
  }
}

/** Does the step of the node, after planning the executions in which it comes before what it races with. */
function perform(run: Run, path: Node[], node: Node): void {
  const { thread, footprint } = node
  node.domain = run.domain(thread)
  node.clock = plan(run, path, thread, footprint, true)
  node.effect = run.step(decisionOf(node))
  node.acquired = acquiredBy(node.effect)
  path.push(node)
}

/**
 * Makes sure that the other order of every race between what the thread offers and the path is tried as well.
 * Returns the clock of the offer as the next step.
 */
function plan(
  run: Run,
  path: readonly Node[],
  thread: number,
  footprint: Footprint,
  enabled: boolean,
): readonly number[] {
  const { clock, races } = pastOf(path, { thread, footprint, enabled }, run.threads.length)
  for (const race of races) {
    const node = path[race.at]
    if (node !== undefined) node.backtrack |= toTry(race, node.enabled, node.backtrack | node.sleep, thread)
  }
  return clock
}

/** As `plan` for the threads that wait at the end of an execution: they may have had to wait for a step of it. */
function planWaiting(run: Run, path: readonly Node[], enabled: ThreadSet): void {
  for (const { number } of run.threads) {
    const footprint = has(enabled, number) ? null : run.footprint(number)
    if (footprint !== null) plan(run, path, number, footprint, false)
  }
}

/** The lock that was free and now is not. */
function acquiredBy(effect: Effect): Cell | null {
  return effect.writes.find(({ cell, value }) => cell.role === 'lock' && value !== 0n)?.cell ?? null
}

function decisionOf(node: Node): Decision {
  return { thread: node.thread, choice: node.domain?.[node.answer] ?? null }
}

/** The node after `parent`: sleeping threads are those asleep or done there whose offer commutes with its step. */
function nextNode(run: Run, parent: Node | undefined, enabled: ThreadSet): Node | null {
  const sleep = parent === undefined ? NO_THREADS : sleepAfter(parent)
  const awake = enabled & ~sleep
  if (awake === NO_THREADS) return null
  // Staying with the thread that ran last keeps the first execution free of preemptions.
  const thread = parent !== undefined && has(awake, parent.thread) ? parent.thread : first(awake)
  const offers = run.threads.map(({ number }) => run.footprint(number))
  return {
    thread,
    footprint: offered(offers, thread),
    clock: [],
    acquired: null,
    effect: NOTHING_DONE,
    enabled,
    offers,
    backtrack: only(thread),
    done: NO_THREADS,
    sleep,
    domain: null,
    answer: 0,
  }
}

function sleepAfter(parent: Node): ThreadSet {
  let sleep = NO_THREADS
  for (const [thread, offer] of parent.offers.entries()) {
    if (offer === null || !has(parent.sleep | parent.done, thread)) continue
    if (!dependent(offer, parent.footprint)) sleep |= only(thread)
  }
  return sleep
}

/** Moves the path to the next decision to try; false when there is none. */
function advance(path: Node[]): boolean {
  for (let node = path.at(-1); node !== undefined; path.pop(), node = path.at(-1)) {
    if (node.answer + 1 < (node.domain?.length ?? 0)) {
      node.answer++
      return true
    }
    node.done |= only(node.thread)
    const left = node.backtrack & ~node.done & ~node.sleep
    if (left !== NO_THREADS) {
      node.thread = first(left)
      node.footprint = offered(node.offers, node.thread)
      node.answer = 0
      return true
    }
  }
  return false
}

function offered(offers: readonly (Footprint | null)[], thread: number): Footprint {
  const footprint = offers[thread] ?? null
  if (footprint === null) throw new Error(`thread ${thread} is enabled and offers nothing`)
  return footprint
}

const NOTHING_DONE: Effect = { reads: [], writes: [] }
