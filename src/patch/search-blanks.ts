/**
 * All ways in which the lines of a file that lost their blanks may have read, the likeliest first. A choice
 * for one line decides what is likely for the next, so each stretch of the file is searched from its first
 * line on, cheapest first; stretches far apart do not know of one another, and their ways are combined in
 * the order of their sums. Nothing here knows the right answer: whoever does takes the first that is right.
 */

import { indentOf } from './blanks.js'
import {
  advanceLayout,
  guessIndents,
  type Layout,
  NOTHING_OPEN,
  STYLES,
  type StyleWeights,
  styleOf,
} from './c-layout.js'
import { CheapestFirst } from './cheapest-first.js'
import type { DamageModel } from './damage-model.js'
import { type Candidate, candidatesFor, type Habits, type OpenLine, type Twin } from './line-candidates.js'

/** A line of the file wanted: known, or the index of an open line. */
export type WantedLine = string | number

/** One way to fill in the open lines: a text for each. */
export interface Filling {
  readonly texts: readonly string[]
  readonly cost: number
}

/**
 * Fillings of all open lines by rising cost. `lines` is the file wanted, `open` its open lines in order. Whoever
 * wrote them may keep to the habits of the file or to others, but keeps to them: so each set of habits is
 * searched by itself, and what is unlike the file costs more from the start.
 */
export function* fillings(
  lines: readonly WantedLine[],
  open: readonly OpenLine[],
  model: DamageModel,
  budget: SearchBudget,
): Generator<Filling> {
  const ranges = stretchesOf(lines)
  const queue = new CheapestFirst<Search>()
  for (const { habits, cost } of habitsFor(lines)) {
    const begin = () => combine(ranges.map((range) => new Stretch(lines, open, range, model, habits, budget)))
    queue.push({ begin, found: null, next: null, more: cost }, cost)
  }
  for (let best = queue.pop(); best !== null; best = queue.pop()) {
    const { begin, next, more } = best.item
    if (next !== null) yield next
    const found = best.item.found ?? begin()
    const further = found.next()
    if (further.done !== true) {
      queue.push({ begin, found, next: further.value, more }, further.value.cost + more)
    }
  }
}

/** The search of one set of habits; it begins when nothing cheaper is left to try. */
interface Search {
  readonly begin: () => Generator<Filling>
  readonly found: Generator<Filling> | null
  readonly next: Filling | null
  readonly more: number
}

/** The file's own habits first, then those that would be another's. */
function habitsFor(lines: readonly WantedLine[]): { readonly habits: Habits; readonly cost: number }[] {
  const own = habitsOf(lines)
  const other = { ...own, twoBlanks: !own.twoBlanks }
  const all = [
    { habits: own, cost: 0 },
    { habits: other, cost: 1.5 },
    { habits: { ...own, inColumns: false }, cost: 1 },
    { habits: { ...other, inColumns: false }, cost: 2.5 },
  ]
  for (const style of STYLES) {
    const styles = { ...own.styles, [style]: 4 }
    const cost = 1.2 + 2 * (1 - Math.min(1, own.styles[style] / 2))
    all.push({ habits: { ...own, styles }, cost }, { habits: { ...other, styles }, cost: cost + 1.5 })
  }
  return all
}

/** What the known lines of a file are like. */
function habitsOf(lines: readonly WantedLine[]): Habits {
  const counts: Record<(typeof STYLES)[number], number> = {
    aligned: 1,
    floor: 0,
    'one-tab': 0,
    'two-tabs': 0.3,
  }
  let layout = NOTHING_OPEN
  let two = 0
  let one = 0
  for (const line of lines) {
    if (typeof line === 'number') {
      layout = NOTHING_OPEN
      continue
    }
    if (line.startsWith('}')) layout = NOTHING_OPEN
    if (line.includes('. ')) {
      if (/[a-z)]\. {2}[A-Z]/.test(line)) two++
      else if (/[a-z)]\. [A-Z]/.test(line)) one++
    }
    const style = styleOf(layout, line)
    if (style !== null) counts[style]++
    layout = advanceLayout(layout, line)
  }
  const all = STYLES.reduce((sum, style) => sum + counts[style], 0)
  const styles = Object.fromEntries(STYLES.map((style) => [style, (2 * counts[style]) / all]))
  return { styles: styles as StyleWeights, twoBlanks: two > one, inColumns: true }
}

/** Ways of several stretches, combined in the order of their sums. */
function* combine(stretches: readonly Stretch[]): Generator<Filling> {
  const queue = new CheapestFirst<readonly number[]>()
  const costOf = (ranks: readonly number[]): number | null => {
    let sum = 0
    for (const [at, rank] of ranks.entries()) {
      const way = stretches[at]?.way(rank)
      if (way === undefined || way === null) return null
      sum += way.cost
    }
    return sum
  }
  const first = stretches.map(() => 0)
  const least = costOf(first)
  if (least === null) return
  queue.push(first, least)
  for (let next = queue.pop(); next !== null; next = queue.pop()) {
    const ranks = next.item
    yield { texts: ranks.flatMap((rank, at) => stretches[at]?.way(rank)?.texts ?? []), cost: next.cost }
    // Each combination has one parent: only the last rank that is not 0, and those behind it, go up.
    for (
      let at = Math.max(
        0,
        ranks.findLastIndex((rank) => rank > 0),
      );
      at < ranks.length;
      at++
    ) {
      const more = ranks.map((rank, index) => (index === at ? rank + 1 : rank))
      const cost = costOf(more)
      if (cost !== null) queue.push(more, cost)
    }
  }
}

interface Range {
  /** Index of the first line that matters, and behind the last open line. */
  readonly from: number
  readonly to: number
}

/** So many lines above an open line are looked at for what is open there. */
const FURTHEST = 400

function stretchesOf(lines: readonly WantedLine[]): readonly Range[] {
  const ranges: Range[] = []
  let reset = 0
  let last: { from: number; to: number } | null = null
  for (const [at, line] of lines.entries()) {
    if (typeof line === 'string') {
      if (line.startsWith('}')) reset = at + 1
      continue
    }
    const from = Math.max(reset, at - FURTHEST)
    if (last !== null && from < last.to) last.to = at + 1
    else {
      last = { from, to: at + 1 }
      ranges.push(last)
    }
  }
  return ranges
}

interface State {
  readonly at: number
  readonly layout: Layout
  readonly twinAbove: { readonly twin: Twin; readonly text: string } | null
  readonly text: string | null
  readonly open: number
  readonly previous: State | null
}

interface Way {
  readonly texts: readonly string[]
  readonly cost: number
}

interface Step {
  readonly state: State
  readonly cost: number
}

const MAX_WAYS = 10_000

/** Choices that are followed in one stretch: a long one has more of them than memory. */
const MAX_STEPS = 8_000

/** Lines that candidates may still be made for: what one file may cost. */
export interface SearchBudget {
  lines: number
}

/** A stretch of a file, its ways found as they are asked for. */
class Stretch {
  readonly #lines: readonly WantedLine[]
  readonly #open: readonly OpenLine[]
  readonly #range: Range
  readonly #model: DamageModel
  readonly #habits: Habits
  readonly #budget: SearchBudget
  readonly #ways: Way[] = []
  readonly #queue = new CheapestFirst<State>()
  #steps = 0
  readonly #candidates = new Map<string, readonly Candidate[]>()
  readonly #skipped = new Map<
    string,
    { readonly at: number; readonly layout: Layout; readonly cost: number }
  >()

  constructor(
    lines: readonly WantedLine[],
    open: readonly OpenLine[],
    range: Range,
    model: DamageModel,
    habits: Habits,
    budget: SearchBudget,
  ) {
    this.#lines = lines
    this.#open = open
    this.#range = range
    this.#model = model
    this.#habits = habits
    this.#budget = budget
    const start: State = {
      at: range.from,
      layout: NOTHING_OPEN,
      twinAbove: null,
      text: null,
      open: -1,
      previous: null,
    }
    this.#queue.push(this.#skipKnown(start).state, 0)
  }

  /** The way of a rank, 0 the cheapest; null when there is none or the search is over. */
  way(rank: number): Way | null {
    while (this.#ways.length <= rank && this.#ways.length < MAX_WAYS) {
      const next = this.#queue.pop()
      if (next === null) return null
      // The first way is found whatever it costs, so that there is a best guess.
      if (this.#budget.lines <= 0 && this.#ways.length > 0) return null
      if (next.item.at >= this.#range.to) this.#ways.push({ texts: textsOf(next.item), cost: next.cost })
      else if (this.#steps++ < MAX_STEPS) {
        for (const { state, cost } of this.#stepsFrom(next.item, next.cost)) this.#queue.push(state, cost)
      } else if (this.#ways.length > 0) return null
      else this.#ways.push(this.#straightOn(next.item, next.cost))
    }
    return this.#ways[rank] ?? null
  }

  /** From here on the cheapest choice at each line: no more than a guess, where looking further takes too long. */
  #straightOn(from: State, cost: number): Way {
    let best: Step = { state: from, cost }
    while (best.state.at < this.#range.to) {
      const steps: readonly Step[] = this.#stepsFrom(best.state, best.cost)
      const [first, ...others] = steps
      if (first === undefined) break
      best = others.reduce((least, step) => (step.cost < least.cost ? step : least), first)
    }
    return { texts: textsOf(best.state), cost: best.cost }
  }

  /** What can follow at the next open line. */
  #stepsFrom(state: State, cost: number): readonly Step[] {
    const index = this.#lines[state.at]
    const line = typeof index === 'number' ? this.#open[index] : undefined
    if (line === undefined || typeof index !== 'number') return []
    const around = {
      layout: state.layout,
      above: this.#above(state),
      below: this.#below(state.at),
      twinAbove: state.twinAbove,
      habits: this.#habits,
    }
    const { twinAbove } = around
    const key = [index, keyOf(state.layout), twinAbove?.twin.at, twinAbove?.text, ...around.above].join('\n')
    let candidates = this.#candidates.get(key)
    if (candidates === undefined) {
      this.#budget.lines--
      candidates = candidatesFor(line, around, this.#model)
      this.#candidates.set(key, candidates)
    }
    return candidates.map((candidate) => {
      const next: State = {
        at: state.at + 1,
        layout: candidate.layout,
        twinAbove: candidate.twin === null ? null : { twin: candidate.twin, text: candidate.text },
        text: candidate.text,
        open: index,
        previous: state,
      }
      const { state: behind, cost: surprise } = this.#skipKnown(next)
      return { state: behind, cost: cost + candidate.cost + surprise }
    })
  }

  /** Goes on to the next open line, or to the end; a known line that stands elsewhere than expected costs. */
  #skipKnown(state: State): { readonly state: State; readonly cost: number } {
    const key = `${state.at} ${state.open >= 0} ${keyOf(state.layout)}`
    const skipped = this.#skipped.get(key) ?? this.#skip(state)
    this.#skipped.set(key, skipped)
    const { at, layout, cost } = skipped
    return { state: at === state.at ? state : { ...state, at, layout, twinAbove: null }, cost }
  }

  #skip(state: State): { readonly at: number; readonly layout: Layout; readonly cost: number } {
    let { at, layout } = state
    let looked = 0
    let cost = 0
    for (; at < this.#range.to + LOOK && at < this.#lines.length; at++) {
      const line = this.#lines[at]
      if (typeof line !== 'string') break
      if (at >= this.#range.to && looked >= LOOK) break
      if (state.open >= 0 && looked < LOOK && line.trim() !== '') {
        cost += surpriseOf(layout, line, this.#habits)
        looked++
      }
      layout = advanceLayout(layout, line)
    }
    return { at, layout, cost }
  }

  #above(state: State): string[] {
    const above: string[] = []
    let chosen: State | null = state
    for (let at = state.at - 1; at >= 0 && at >= state.at - MOST_ABOVE && above.length < 7; at--) {
      const line = this.#lines[at]
      if (typeof line === 'string') {
        if (above.length < NEAR || IN_COLUMNS.test(line)) above.push(line)
      } else {
        while (chosen !== null && chosen.open !== line) chosen = chosen.previous
        if (chosen?.text == null) break
        if (above.length < NEAR || IN_COLUMNS.test(chosen.text)) above.push(chosen.text)
      }
    }
    return above
  }

  #below(at: number): string[] {
    const below: string[] = []
    for (let next = at + 1; next < this.#lines.length && below.length < 3 && next < at + 80; next++) {
      const line = this.#lines[next]
      if (typeof line === 'string') below.push(line)
    }
    return below
  }
}

/** So many lines above count whatever they are, and so many are looked through for such with columns. */
const NEAR = 4
const MOST_ABOVE = 12
const IN_COLUMNS = /\S(?:\t| {2}).*\S/

const KEYS = new WeakMap<Layout, string>()

/** Equal for equal layouts; a layout is met many times, so its key is kept. */
function keyOf(layout: Layout): string {
  const known = KEYS.get(layout)
  if (known !== undefined) return known
  const key = JSON.stringify(layout)
  KEYS.set(layout, key)
  return key
}

/** So many known lines behind an open one are compared with what is expected of them. */
const LOOK = 3
const MOST_SURPRISE = 2

/** How unlikely a known line is where it stands. */
function surpriseOf(layout: Layout, line: string, habits: Habits): number {
  const guesses = guessIndents(layout, line.trim(), habits.styles)
  const own = indentOf(line)
  let best = 0
  let weight = 0
  for (const guess of guesses) {
    best = Math.max(best, guess.weight)
    if (guess.indent === own) weight = Math.max(weight, guess.weight)
  }
  return Math.min(MOST_SURPRISE, Math.max(0, best - weight - 0.6) / 2)
}

function textsOf(state: State): string[] {
  const texts: string[] = []
  for (let one: State | null = state; one !== null; one = one.previous)
    if (one.text !== null) texts.push(one.text)
  return texts.reverse()
}
