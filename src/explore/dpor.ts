/**
 * The search under an operational model: dynamic partial-order reduction (Flanagan and Godefroid, POPL 2005)
 * with sleep sets (Godefroid 1996). It runs one representative of every Mazurkiewicz trace, and no trace
 * twice: executions that would repeat one are cut when all their enabled threads are asleep.
 *
 * Behaviours and hazards are functions of the trace (machine/event.ts), so nothing is lost by the reduction;
 * test/unit/explore compares the two with a brute-force explorer on generated programs.
 */
import type { Program, ThreadOptions } from '../machine/index.js'
import { type Clock, Clocks } from './clock.js'
import { dependent, EMPTY_FOOTPRINT, type Footprint, mayBeCoEnabled } from './footprint.js'
import { type Decision, Run } from './run.js'

/** A scheduling point on the path being explored. */
interface Node {
  /** The thread that runs here now, and its footprint and clock once it has. */
  thread: number
  footprint: Footprint
  clock: Clock
  readonly enabled: readonly number[]
  /** Footprints of what every thread offers here, by thread; null where it offers nothing. */
  readonly offers: readonly (Footprint | null)[]
  /** Threads that must be run here, those that have been, and those whose run would repeat a trace. */
  readonly backtrack: Set<number>
  readonly done: Set<number>
  readonly sleep: ReadonlySet<number>
  /** Answers to the choice that a thread offers, by thread; null where it offers none. */
  readonly domains: readonly (readonly string[] | null)[]
  /** Which answer of `thread` is being tried. */
  answer: number
}

/** What the search tells its caller at the end of every execution. */
export interface SearchVisitor {
  /** A new execution ended. Return false to stop the search. */
  readonly visit: (run: Run) => boolean
}

/** How the search ended, and what it cost. */
export interface SearchResult {
  readonly finished: boolean
  /** Executions cut because every enabled thread was asleep: work that found nothing new. */
  readonly redundant: number
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

/** Replays the path, then runs on to the end of an execution; null if it was cut as redundant. */
function execute(program: Program, options: ThreadOptions, path: Node[]): Run | null {
  const run = new Run(program, options)
  const clocks = new Clocks(program.threads.length)
  for (const [depth, node] of path.entries()) {
    perform(run, clocks, node)
    // Only the last decision of a replayed path is new; its consequences have not been looked at yet.
    if (depth === path.length - 1) findRaces(path, clocks, run)
  }
  // A thread that is blocked or exhausted does not end the execution: what the others go on to do may race
  // with what it did before.
  for (;;) {
    const enabled = run.enabled()
    if (enabled.length === 0) return run
    const node = nextNode(run, path.at(-1), enabled)
    if (node === null) return null
    path.push(node)
    perform(run, clocks, node)
    findRaces(path, clocks, run)
  }
}

function perform(run: Run, clocks: Clocks, node: Node): void {
  const offered = run.footprint(node.thread)
  if (offered !== null) node.footprint = offered
  node.clock = clocks.step(node.thread, node.footprint)
  run.step(decisionOf(node))
}

function decisionOf(node: Node): Decision {
  return { thread: node.thread, choice: node.domains[node.thread]?.[node.answer] ?? null }
}

/** The node after `parent`: sleeping threads are those asleep or done there whose offer commutes with its step. */
function nextNode(run: Run, parent: Node | undefined, enabled: readonly number[]): Node | null {
  const sleep = new Set<number>()
  if (parent !== undefined) {
    for (const thread of [...parent.sleep, ...parent.done]) {
      const offer = parent.offers[thread]
      if (thread === parent.thread || offer === null || offer === undefined) continue
      if (!dependent(offer, parent.footprint)) sleep.add(thread)
    }
  }
  const awake = enabled.filter((thread) => !sleep.has(thread))
  // Staying with the thread that ran last keeps the first execution free of preemptions.
  const thread = awake.find((candidate) => candidate === parent?.thread) ?? awake[0]
  if (thread === undefined) return null
  const offers = run.threads.map((candidate) => run.footprint(candidate.number))
  return {
    thread,
    footprint: offers[thread] ?? EMPTY_FOOTPRINT,
    clock: [],
    enabled,
    offers,
    backtrack: new Set([thread]),
    done: new Set(),
    sleep,
    domains: run.threads.map((candidate) => run.domain(candidate.number)),
    answer: 0,
  }
}

/**
 * After the newest step: every thread's offer is compared with the steps it could race with, and the state
 * before such a step learns that the other order must be tried. The thread that stepped has a new offer, to
 * be compared with all steps; the others' offers are the same as before, and only the newest step is new to them.
 */
function findRaces(path: readonly Node[], clocks: Clocks, run: Run): void {
  const newest = path.length - 1
  const stepped = path[newest]?.thread
  for (const { number } of run.threads) {
    const offer = run.footprint(number)
    if (offer === null) continue
    const oldest = number === stepped ? 0 : newest
    const seen = clocks.of(number)
    for (let i = newest; i >= oldest && i >= 0; i--) {
      const node = path[i]
      if (node === undefined || node.thread === number) continue
      if (!dependent(node.footprint, offer) || !mayBeCoEnabled(node.footprint, offer)) continue
      if ((node.clock[node.thread] ?? 0) <= (seen[node.thread] ?? 0)) continue
      reverse(path, i, number, seen)
      break
    }
  }
}

/** Makes sure that, before step `i`, some thread is tried that leads to the offer of `thread` coming first. */
function reverse(path: readonly Node[], i: number, thread: number, seen: Clock): void {
  const node = path[i]
  if (node === undefined) return
  const leading = node.enabled.filter(
    (candidate) => candidate === thread || leadsTo(path, i, candidate, seen),
  )
  if (leading.some((candidate) => node.backtrack.has(candidate))) return
  if (leading.includes(thread)) node.backtrack.add(thread)
  else if (leading[0] !== undefined) node.backtrack.add(leading[0])
  else for (const candidate of node.enabled) node.backtrack.add(candidate)
}

/** True if a step of `candidate` after step `i` happens before the offer whose thread has `seen`. */
function leadsTo(path: readonly Node[], i: number, candidate: number, seen: Clock): boolean {
  for (let j = i + 1; j < path.length; j++) {
    const node = path[j]
    if (node?.thread === candidate) return (node.clock[candidate] ?? 0) <= (seen[candidate] ?? 0)
  }
  return false
}

/** Moves the path to the next decision to try; false when there is none. */
function advance(path: Node[]): boolean {
  for (let node = path.at(-1); node !== undefined; path.pop(), node = path.at(-1)) {
    if (node.answer + 1 < (node.domains[node.thread]?.length ?? 0)) {
      node.answer++
      return true
    }
    node.done.add(node.thread)
    const next = pick(node)
    if (next !== undefined) {
      node.thread = next
      node.footprint = node.offers[next] ?? EMPTY_FOOTPRINT
      node.answer = 0
      return true
    }
  }
  return false
}

function pick(node: Node): number | undefined {
  return node.enabled.find(
    (thread) => node.backtrack.has(thread) && !node.done.has(thread) && !node.sleep.has(thread),
  )
}
