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
import type { Cell } from '../machine/index.js'
import { dependent, EMPTY_FOOTPRINT, type Footprint } from './footprint.js'
import type { Effect } from './memory.js'
import type { SearchResult, SearchVisitor } from './memory-model.js'
import { pastOf, type Step, toTry } from './races.js'
import type { Decision, Run } from './run.js'
import { first, has, NO_THREADS, only, type ThreadSet } from './thread-set.js'

/** A scheduling point on the path being explored, and the step that is done there now. */
interface Node extends Step {
  agent: number
  footprint: Footprint
  clock: readonly number[]
  acquired: Cell | null
  decision: Decision
  effect: Effect
  readonly enabled: ThreadSet
  /** Footprints of what every agent offers here, by agent; null where it offers nothing. */
  readonly offers: readonly (Footprint | null)[]
  /** Agents that must be run here, those that have been, and those whose run would repeat a trace. */
  backtrack: ThreadSet
  done: ThreadSet
  readonly sleep: ThreadSet
  /** Answers to the choice that `agent` asks for, null if it asks for none; which of them is being tried. */
  domain: readonly string[] | null
  answer: number
}

/** Explores every trace of the program that `begin` starts. Deterministic: it gives the same order every time. */
export function search(begin: () => Run, visitor: SearchVisitor): SearchResult {
  const path: Node[] = []
  let redundant = 0
  for (;;) {
    const ended = execute(begin, path)
    if (ended === null) redundant++
    else if (!visitor.visit(ended)) return { finished: false, redundant }
    if (!advance(path)) return { finished: true, redundant }
  }
}

/** Replays the path up to its last decision, which is new, and goes on to the end; null if that was cut as redundant. */
function execute(begin: () => Run, path: Node[]): Run | null {
  const run = begin()
  const decided = path.pop()
  const done = new Array<number>(run.agents).fill(0)
  for (const node of path) {
    run.repeat(node.decision, node.effect)
    done[node.agent] = (done[node.agent] ?? 0) + 1
  }
  if (decided !== undefined) perform(run, path, done, decided)
  // A thread that is blocked or exhausted does not end the execution: what the others go on to do may race
  // with what it did before.
  for (;;) {
    const enabled = run.enabled()
    const node = enabled === NO_THREADS ? null : nextNode(run, path.at(-1), enabled)
    if (node === null) {
      planWaiting(run, path, done, enabled)
      return enabled === NO_THREADS ? run : null
    }
    perform(run, path, done, node)
  }
}

/**
 * Does the step of the node, after planning the executions in which it comes before what it races with. `done`
 * is how many steps of each agent the path has.
 */
function perform(run: Run, path: Node[], done: number[], node: Node): void {
  const { agent, footprint } = node
  node.domain = run.domain(agent)
  if (run.agents > 1) node.clock = plan(path, done, agent, footprint, true)
  node.decision = run.decide(agent, node.domain?.[node.answer] ?? null)
  node.effect = run.step(node.decision)
  node.acquired = acquiredBy(node.effect)
  path.push(node)
  done[agent] = (done[agent] ?? 0) + 1
}

/**
 * Makes sure that the other order of every race between what the agent offers and the path is tried as well.
 * Returns the clock of the offer as the next step.
 */
function plan(
  path: readonly Node[],
  done: readonly number[],
  agent: number,
  footprint: Footprint,
  enabled: boolean,
): readonly number[] {
  const { clock, races } = pastOf(path, { agent, footprint, enabled }, done)
  for (const race of races) {
    const node = path[race.at]
    if (node !== undefined) node.backtrack |= toTry(race, node.enabled, node.backtrack | node.sleep, agent)
  }
  return clock
}

/** As `plan` for the threads that wait at the end of an execution: they may have had to wait for a step of it. */
function planWaiting(run: Run, path: readonly Node[], done: readonly number[], enabled: ThreadSet): void {
  for (const { number } of run.threads) {
    const footprint = has(enabled, number) ? null : run.footprint(number)
    if (footprint !== null) plan(path, done, number, footprint, false)
  }
}

/** The lock that was free and now is not. */
function acquiredBy(effect: Effect): Cell | null {
  for (const { cell, value } of effect.writes) if (cell.role === 'lock' && value !== 0n) return cell
  return null
}

/** The node after `parent`: sleeping agents are those asleep or done there whose offer commutes with its step. */
function nextNode(run: Run, parent: Node | undefined, enabled: ThreadSet): Node | null {
  const sleep = parent === undefined ? NO_THREADS : sleepAfter(parent)
  const awake = enabled & ~sleep
  if (awake === NO_THREADS) return null
  const alone = run.agents === 1
  // Staying with the thread that ran last keeps the first execution free of preemptions.
  const agent = parent !== undefined && has(awake, parent.agent) ? parent.agent : first(awake)
  // Where one agent is all there is, its steps race with nothing.
  const offers = alone ? NO_OFFERS : run.offers()
  return {
    agent,
    footprint: alone ? EMPTY_FOOTPRINT : offered(offers, agent),
    clock: [],
    acquired: null,
    decision: NOTHING_DECIDED,
    effect: NOTHING_DONE,
    enabled,
    offers,
    backtrack: only(agent),
    done: NO_THREADS,
    sleep,
    domain: null,
    answer: 0,
  }
}

function sleepAfter(parent: Node): ThreadSet {
  const candidates = parent.sleep | parent.done
  if (candidates === NO_THREADS) return NO_THREADS
  let sleep = NO_THREADS
  for (let agent = 0; agent < parent.offers.length; agent++) {
    const offer = parent.offers[agent] ?? null
    if (offer === null || !has(candidates, agent)) continue
    if (!dependent(offer, parent.footprint)) sleep |= only(agent)
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
    node.done |= only(node.agent)
    const left = node.backtrack & ~node.done & ~node.sleep
    if (left !== NO_THREADS) {
      node.agent = first(left)
      node.footprint = offered(node.offers, node.agent)
      node.answer = 0
      return true
    }
  }
  return false
}

function offered(offers: readonly (Footprint | null)[], agent: number): Footprint {
  const footprint = offers[agent] ?? null
  if (footprint === null) throw new Error(`agent ${agent} is enabled and offers nothing`)
  return footprint
}

const NO_OFFERS: readonly (Footprint | null)[] = []
const NOTHING_DECIDED: Decision = { thread: -1, choice: null }
const NOTHING_DONE: Effect = { reads: [], writes: [] }
