/**
 * Races between what a thread is about to do and the steps before it: pairs of dependent steps that could
 * come in the other order. The rules are those of source sets (Abdulla, Aronsson, Jonsson and Sagonas, POPL
 * 2014), with an extension to operations that have to wait; docs/adr/0001-reduction.md says why each holds.
 */
import type { Cell, EventId } from '../machine/index.js'
import { type Footprint, happensBefore } from './footprint.js'
import { has, NO_THREADS, only, type ThreadSet } from './thread-set.js'

/** A step that was done. */
export interface Step {
  readonly agent: number
  readonly footprint: Footprint
  /** How many steps of each agent happen before this one or are it: a vector clock. */
  readonly clock: readonly number[]
  /** The lock that the step took, if it took one: a trylock may have failed. */
  readonly acquired: Cell | null
}

/** What an agent is about to do, or would do if it did not have to wait. */
export interface Offer {
  readonly agent: number
  readonly footprint: Footprint
  readonly enabled: boolean
}

/** The other order of step `at` and the offer begins with any one of `initials`; with each of them if `every`. */
export interface Race {
  readonly at: number
  readonly initials: ThreadSet
  readonly every: boolean
}

/** What is known of an offer from the steps before it. */
export interface Past {
  /** Its clock as the next step: it comes after all dependent steps. */
  readonly clock: readonly number[]
  /** The races between it and those steps, the newest first. */
  readonly races: readonly Race[]
}

/** Looks through the steps so far for those that an offer depends on. `done` is how many each agent has done. */
export function pastOf(steps: readonly Step[], offer: Offer, done: readonly number[]): Past {
  const { footprint } = offer
  const clock = lastClock(steps, offer.agent, done.length)
  const cause = footprint.buffers === null ? undefined : steps[footprint.buffers.follows]
  if (cause !== undefined) join(clock, cause.clock)
  // What the offer comes after: its own agent's past, then also the races found, so that only pairs with
  // nothing in between are reversed.
  const seen = clock.slice()
  const races: Race[] = []
  // Only what writes to memory can come after the load of a store by its own thread.
  const overwrites = footprint.buffers !== null && footprint.writes.length > 0
  let flushed = NO_STORES
  let insideCriticalSection = footprint.acquires !== null && !offer.enabled
  let release: Step | null = null
  // What is left to look at has all happened before once every step of every agent has.
  for (let i = steps.length - 1; i >= 0 && !includes(seen, done); i--) {
    const step = steps[i]
    if (step === undefined) continue
    if (overwrites) flushed = withFlush(flushed, step.footprint)
    if (happened(step, seen) || !happensBefore(step.footprint, footprint, flushed, null)) continue
    join(clock, step.clock)
    if (footprint.waits) {
      races.push({ at: i, initials: initialsOf(steps, i, offer, flushed) | only(offer.agent), every: true })
      continue
    }
    if (footprint.acquires !== null) {
      // A lock is waited for from its acquisition to its release; only the acquisition can come second.
      // What its holder read of its own release, on the way to memory, is not in between.
      if (step.footprint.releases === footprint.acquires) {
        insideCriticalSection = true
        release = step
      }
      const between = insideCriticalSection && (release === null || happened(step, release.clock))
      if (between && step.acquired !== footprint.acquires) continue
    }
    races.push({ at: i, initials: initialsOf(steps, i, offer, flushed), every: false })
    join(seen, step.clock)
  }
  clock[offer.agent] = (clock[offer.agent] ?? 0) + 1
  return { clock, races }
}

/**
 * Agents that can come first if the offer is to come before step `at`: those whose first step among the ones
 * to come before it (all that do not happen after `at`, and the offer) follows none of the others. `flushed`
 * are the stores that reached memory from `at` on.
 */
function initialsOf(
  steps: readonly Step[],
  at: number,
  offer: Offer,
  flushed: readonly EventId[],
): ThreadSet {
  const raced = steps[at]
  if (raced === undefined) return NO_THREADS
  const count = raced.clock[raced.agent] ?? 0
  const late = raced.footprint.buffers?.flushes ?? null
  const follows = offer.footprint.buffers?.follows ?? -1
  const firsts: (number | undefined)[] = []
  let initials = NO_THREADS
  let offerFollows = false
  for (let i = at + 1; i < steps.length; i++) {
    const step = steps[i]
    if (step === undefined || (step.clock[raced.agent] ?? 0) >= count) continue
    offerFollows ||= i === follows || happensBefore(step.footprint, offer.footprint, flushed, late)
    if (firsts[step.agent] !== undefined) continue
    if (!firsts.some((known, agent) => known !== undefined && (step.clock[agent] ?? 0) >= known)) {
      initials |= only(step.agent)
    }
    firsts[step.agent] = step.clock[step.agent] ?? 0
  }
  if (firsts[offer.agent] === undefined && !offerFollows) initials |= only(offer.agent)
  return initials
}

function withFlush(flushed: readonly EventId[], { buffers }: Footprint): readonly EventId[] {
  return buffers === null || buffers.flushes === null ? flushed : [...flushed, buffers.flushes]
}

const NO_STORES: readonly EventId[] = []

/** True if the step is among what the clock has seen. */
function happened(step: Step, clock: readonly number[]): boolean {
  return (step.clock[step.agent] ?? 0) <= (clock[step.agent] ?? 0)
}

/** True if the clock has seen so many steps of each agent. */
function includes(clock: readonly number[], counts: readonly number[]): boolean {
  for (let i = 0; i < counts.length; i++) if ((clock[i] ?? 0) < (counts[i] ?? 0)) return false
  return true
}

function lastClock(steps: readonly Step[], agent: number, agents: number): number[] {
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i]
    if (step?.agent === agent) return step.clock.slice()
  }
  return new Array<number>(agents).fill(0)
}

function join(into: number[], from: readonly number[]): void {
  for (let i = 0; i < into.length; i++) {
    const other = from[i] ?? 0
    if (other > (into[i] ?? 0)) into[i] = other
  }
}

/** Whether a race needs more to be tried at its state than `planned` already holds; what to add if so. */
export function toTry(race: Race, enabled: ThreadSet, planned: ThreadSet, preferred: number): ThreadSet {
  const candidates = race.initials & enabled
  if (race.every) return candidates
  if ((candidates & planned) !== 0) return NO_THREADS
  return has(candidates, preferred) ? only(preferred) : candidates & -candidates
}
