/**
 * The count-guided search: which physical lines make which lines of the hunk, so that the counts of its
 * header come out exactly? Each physical line starts a line or is the tail of the one before; a line without
 * a marker is context that lost it. The search goes forward over (position, lines left before, lines left
 * after) and counts the ways, so an ambiguity cannot be overlooked. No recursion; states are limited.
 *
 * Why this is safe: with the end fixed and markers taken at their word, the counts fix how many lines are
 * tails (2·physical − added − removed − before − after of them, tails with a marker counted once and those
 * without twice). So on undamaged text there is nothing to choose, and on wrapped text rarely.
 */
import { boundaryAt } from './boundary.js'
import { isMarked } from './source-lines.js'
import type { LineOp } from './types.js'
import { mayBeTail, type WrapStyle } from './wrapping.js'

/** One line of a solution: `count` physical lines from `at`. */
export interface Step {
  readonly at: number
  readonly count: number
  readonly op: LineOp | 'no-newline'
  readonly lost: boolean
  /** A line that begins with `+` or `-` and was taken for context all the same. */
  readonly against: boolean
}

/** How the end of a solution looks, from 0 (a hard boundary) to 4 (more lines of a hunk). */
export type EndTier = 0 | 1 | 2 | 3 | 4

export interface Solution {
  readonly steps: readonly Step[]
  /** Index of the first line behind. */
  readonly next: number
  readonly tier: EndTier
  /** How many parses end as well as this one, at most 1000. */
  readonly ways: number
}

export interface SolveRules {
  /** `none`; `forced`: a line without marker that may be a tail is one; `free`: it may also be context. */
  readonly joins: 'none' | 'forced' | 'free'
  /** Lines with `+` or `-` may be context that lost its marker. */
  readonly reinterpret: boolean
  /**
   * Only hunks as diff programs write them: three lines of context in front and behind (fewer only at the
   * ends of the file), and in each group of changes the removed lines first.
   */
  readonly shape?: { readonly atFileStart: boolean }
  readonly wrap: WrapStyle
}

/** Work units left for a whole text: hostile mails must not cost more than a constant each. */
export interface Budget {
  states: number
  /** Set when a search was refused or given up for want of states; whoever asks for one clears it. */
  exceeded: boolean
  /** Lines of the hunk headers whose search was. */
  readonly unfinished: number[]
}

/** What one text may cost: a fraction of a second. */
export function newBudget(): Budget {
  return { states: 3_000_000, exceeded: false, unfinished: [] }
}

interface Node {
  readonly at: number
  readonly before: number
  readonly after: number
  /** Place in the shape of a hunk; 0 where none is asked for. */
  readonly phase: number
  cost: number
  ways: number
  previous: Node | null
  step: Step | null
}

const MAX_PIECES = 4
const MAX_WAYS = 1000
const STATES_PER_HUNK = 60_000
/** What starting a search costs, in states. */
const STATES_PER_SEARCH = 100

/**
 * The best parse of the lines from `from` up to `end` (a boundary), or null when none meets the counts.
 * Fewer repairs are better; among equals the first in reading order wins, so the result is deterministic.
 */
export function solveHunk(
  texts: readonly string[],
  from: number,
  end: number,
  counts: { readonly before: number; readonly after: number },
  rules: SolveRules,
  budget: Budget,
): Solution | null {
  if (counts.before > end - from || counts.after > end - from) return null
  if (budget.states <= 0) {
    budget.exceeded = true
    return null
  }
  budget.states -= STATES_PER_SEARCH
  const base = counts.after + 1
  const layers = new Map<number, Map<number, Node>>()
  const start: Node = {
    at: from,
    before: counts.before,
    after: counts.after,
    phase: 0,
    cost: 0,
    ways: 1,
    previous: null,
    step: null,
  }
  layers.set(from, new Map([[(counts.before * base + counts.after) * PHASES, start]]))
  const ends: Node[] = []
  let states = 0

  const reach = (node: Node, step: Step, before: number, after: number, cost: number) => {
    const at = step.at + step.count
    const phase = rules.shape === undefined ? 0 : nextPhase(node.phase, step.op, rules.shape.atFileStart)
    if (phase === null) return
    let layer = layers.get(at)
    if (layer === undefined) {
      layer = new Map()
      layers.set(at, layer)
    }
    const key = (before * base + after) * PHASES + phase
    const known = layer.get(key)
    if (known === undefined) {
      states++
      layer.set(key, { at, before, after, phase, cost, ways: node.ways, previous: node, step })
      return
    }
    known.ways = Math.min(MAX_WAYS, known.ways + node.ways)
    if (cost < known.cost) {
      known.cost = cost
      known.previous = node
      known.step = step
    }
  }

  for (let at = from; at <= end; at++) {
    const layer = layers.get(at)
    if (layer === undefined) continue
    layers.delete(at)
    if (states > STATES_PER_HUNK || states > budget.states) {
      budget.states -= states
      budget.exceeded = true
      return null
    }
    const pieces = piecesAt(texts, at, end, rules)
    for (const node of layer.values()) {
      const text = texts[at] ?? ''
      if (node.before === 0 && node.after === 0) {
        if (at < end && text.startsWith('\\ ') && node.step !== null) {
          reach(node, step(at, 1, 'no-newline', false), 0, 0, node.cost)
        } else if (rules.shape === undefined || node.phase <= LAST_CONTEXT) ends.push(node)
        continue
      }
      if (at === end) continue
      if (text.startsWith('\\ ') && node.step !== null) {
        reach(node, step(at, 1, 'no-newline', false), node.before, node.after, node.cost)
        continue
      }
      const first = text.charCodeAt(0)
      const added = first === 0x2b
      const removed = first === 0x2d
      const marked = added || removed || first === 0x20
      if (!marked && rules.joins === 'forced' && at > from && mayBeTail(texts, at, rules.wrap)) continue
      for (let count = 1; count <= pieces; count++) {
        const cost = node.cost + joinCost(texts, at, count)
        if (added && node.after > 0) {
          reach(node, step(at, count, 'added', false), node.before, node.after - 1, cost)
        } else if (removed && node.before > 0) {
          reach(node, step(at, count, 'removed', false), node.before - 1, node.after, cost)
        }
        if (node.before === 0 || node.after === 0) continue
        if (!added && !removed) {
          const lost = first !== 0x20
          const price = lost && text !== '' ? 1 : 0
          reach(node, step(at, count, 'context', lost), node.before - 1, node.after - 1, cost + price)
        } else if (rules.reinterpret) {
          const price = 8 + (isIsolated(texts, at) ? 0 : 2) + (text.charCodeAt(1) === 0x09 ? 2 : 0)
          const taken: Step = { at, count, op: 'context', lost: true, against: true }
          reach(node, taken, node.before - 1, node.after - 1, cost + price)
        }
      }
    }
  }
  budget.states -= states
  return best(texts, ends, end)
}

const CONTEXT = 3
/** 0–3 lines of context in front, then a group's removed and added lines, then 1–3 lines of context or more. */
const REMOVED = CONTEXT + 1
const ADDED = CONTEXT + 2
const LAST_CONTEXT = ADDED + CONTEXT
const MORE_CONTEXT = LAST_CONTEXT + 1
const PHASES = 16

function nextPhase(phase: number, op: Step['op'], atFileStart: boolean): number | null {
  if (op === 'no-newline') return phase
  if (op === 'context') {
    if (phase < CONTEXT) return phase + 1
    if (phase === CONTEXT) return null
    return phase <= ADDED ? ADDED + 1 : Math.min(phase + 1, MORE_CONTEXT)
  }
  if (phase < CONTEXT && !atFileStart) return null
  if (op === 'added') return ADDED
  return phase === ADDED ? null : REMOVED
}

function step(at: number, count: number, op: Step['op'], lost: boolean): Step {
  return { at, count, op, lost, against: false }
}

/** How many physical lines, from `at` on, can be one. */
function piecesAt(texts: readonly string[], at: number, end: number, rules: SolveRules): number {
  if (rules.joins === 'none') return 1
  let count = 1
  while (count < MAX_PIECES && at + count < end && mayBeTail(texts, at + count, rules.wrap)) count++
  return count
}

function joinCost(texts: readonly string[], at: number, count: number): number {
  let cost = 0
  for (let piece = 1; piece < count; piece++) cost += isMarked(texts[at + piece] ?? '') ? 3 : 1
  return cost
}

/** A `+` or `-` line with none beside it looks more like an enumeration than like a change. */
function isIsolated(texts: readonly string[], at: number): boolean {
  const isChange = (line: string | undefined) =>
    line?.startsWith('+') === true || line?.startsWith('-') === true
  return !isChange(texts[at - 1]) && !isChange(texts[at + 1])
}

function best(texts: readonly string[], ends: readonly Node[], end: number): Solution | null {
  let chosen: Node | null = null
  let chosenTier: EndTier = 4
  let ways = 0
  for (const node of ends) {
    const tier = tierOf(texts, node.at, end)
    if (chosen === null || rankOf(tier) < rankOf(chosenTier)) {
      chosen = node
      chosenTier = tier
      ways = node.ways
    } else if (rankOf(tier) === rankOf(chosenTier)) {
      ways = Math.min(MAX_WAYS, ways + node.ways)
      // A later end takes in the tail of the last line, which is how such lines are lost otherwise.
      if (node.cost <= chosen.cost + 1 && node.at > chosen.at) {
        chosen = node
        chosenTier = tier
      }
    }
  }
  if (chosen === null) return null
  const steps: Step[] = []
  for (let node: Node | null = chosen; node?.step != null; node = node.previous) steps.push(node.step)
  steps.reverse()
  return { steps, next: chosen.at, tier: chosenTier, ways }
}

/** Blank lines before a boundary may belong to the hunk or not, so both ends are as good. */
function rankOf(tier: EndTier): number {
  return tier === 0 ? 1 : tier
}

function tierOf(texts: readonly string[], at: number, end: number): EndTier {
  if (at === end) return 0
  const next = texts[at] ?? ''
  if (next === '') {
    let last = at
    while (last < end && texts[last] === '') last++
    return last === end ? 1 : 2
  }
  if (boundaryAt(texts, at) !== null) return 0
  return isMarked(next) ? 4 : 3
}
