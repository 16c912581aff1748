/**
 * How the lines of a text were damaged as a whole: are context markers gone, and were long lines wrapped?
 * Both are properties of the program that did it, so they are read off all hunks at once.
 */
import { boundaryAt } from './boundary.js'
import { parseHunkHeader } from './hunk-header.js'
import { isBlank, isMarked } from './source-lines.js'

/** Wrapping that keeps the blank at the end of the line, or that replaced it and can be told by the width. */
export interface WrapStyle {
  readonly kept: boolean
  /** The widest a line may be, in characters or columns; null when no width explains the lines. */
  readonly width: number | null
  readonly columns: boolean
  /** No width is known; a line that leaves a parenthesis open may go on in one that begins `-X` or `+X`. */
  readonly loose?: boolean
}

/** What all hunks of a text have in common. */
export interface Traits {
  /** No context line has kept its marker. */
  readonly stripped: boolean
  /** Some context line has its marker and a tab (or what a tab expands to), so markers were not lost. */
  readonly intact: boolean
  /** Markers are intact and some line has none, so long lines were wrapped. */
  readonly wrapped: boolean
  readonly wrap: WrapStyle
}

/** A line shorter than this was not wrapped by anybody. */
const SHORTEST_WRAP = 40
const SHORTEST_KEPT = 16
const WIDEST_WRAP = 132
/** Widths people wrap at begin here; a line to be wrapped off is nearly as long. */
const LOOSE_WIDTH = 64
const LOOSE_WRAP = 50
const TAB = 8
/** A marker with indentation behind it: words are wrapped off, not these. */
const INDENTED = /^[-+ ](?:\t| {2})/

/** Looks once over all hunk bodies of a text. Linear. */
export function readTraits(texts: readonly string[]): Traits {
  let keptMarkers = 0
  let lostMarkers = 0
  let keptBlanks = 0
  let replaced = 0
  let intact = false
  const byLength = new Int32Array(WIDEST_WRAP + 2)
  const byColumns = new Int32Array(WIDEST_WRAP + 2)
  let inside = false
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at] ?? ''
    const boundary = boundaryAt(texts, at)
    if (boundary !== null) {
      inside = boundary === 'hunk' && parseHunkHeader(text) !== null
      continue
    }
    if (!inside || isBlank(text)) continue
    if (isMarked(text)) {
      if (text.charCodeAt(0) === 0x20) keptMarkers++
      if (text.startsWith(' \t') || text.startsWith('        ')) intact = true
      continue
    }
    lostMarkers++
    const previous = texts[at - 1] ?? ''
    if (columnsOf(previous) < SHORTEST_WRAP || previous.startsWith('@@ -')) continue
    if (previous.endsWith(' ')) keptBlanks++
    else {
      replaced++
      const word = firstWordLength(text, 0)
      vote(byLength, previous.length, word)
      vote(byColumns, columnsOf(previous), word)
    }
  }
  const length = mostVoted(byLength)
  const columns = mostVoted(byColumns)
  const best = columns.votes > length.votes ? columns : length
  const stripped = lostMarkers > 0 && keptMarkers === 0
  // Where markers were lost, the lines without one are no sign of wrapping unless a blank was left there.
  const kept = intact ? keptBlanks >= replaced : keptBlanks > 0 || replaced === 0 || stripped
  return {
    stripped,
    intact,
    wrapped: intact && lostMarkers > 0,
    wrap: {
      kept,
      width: kept || best.votes === 0 ? null : best.width,
      columns: columns.votes > length.votes,
    },
  }
}

/** Whether the line at `at` may be the rest of the line before it. */
export function mayBeTail(texts: readonly string[], at: number, wrap: WrapStyle): boolean {
  const line = texts[at]
  const previous = texts[at - 1]
  if (line === undefined || line === '' || previous === undefined) return false
  if (INDENTED.test(line) || previous.length < SHORTEST_KEPT || previous.endsWith('\\')) return false
  if (previous.endsWith(' ') && previous.trim().length > 1) return true
  if (columnsOf(previous) < SHORTEST_WRAP) return false
  if (wrap.loose === true && closesParenthesis(previous, line)) return true
  if (wrap.width === null) return false
  const width = wrap.columns ? columnsOf(previous) : previous.length
  return width <= wrap.width && width + 1 + firstWordLength(line, 0) > wrap.width
}

/** A `-EINVAL);` behind a long line with an open parenthesis is no removed line. */
function closesParenthesis(previous: string, line: string): boolean {
  const first = line.charAt(0)
  if ((first !== '+' && first !== '-') || !/^[\w&*(]/.test(line.slice(1, 2))) return false
  if (previous.length < LOOSE_WRAP || previous.length + 1 + firstWordLength(line, 0) <= LOOSE_WIDTH)
    return false
  return openParentheses(previous) > 0 && openParentheses(line) < 0
}

function openParentheses(line: string): number {
  let open = 0
  for (let at = 0; at < line.length && at < 1000; at++) {
    const code = line.charCodeAt(at)
    if (code === 0x28) open++
    else if (code === 0x29) open--
  }
  return open
}

/** The line and its tail as one, with the blank that is there, else a new one. */
export function joinTail(line: string, tail: string): string {
  return line.endsWith(' ') || tail.startsWith(' ') ? line + tail : `${line} ${tail}`
}

function firstWordLength(line: string, from: number): number {
  const end = line.indexOf(' ', from)
  return (end === -1 ? line.length : end) - from
}

function columnsOf(line: string): number {
  if (!line.includes('\t')) return line.length
  let columns = 0
  for (let at = 0; at < line.length; at++) {
    columns += line.charCodeAt(at) === 9 ? TAB - (columns % TAB) : 1
  }
  return columns
}

/** A break between `length` and the next word tells that the width lies in between. */
function vote(votes: Int32Array, length: number, word: number): void {
  for (let width = length; width <= Math.min(length + word, WIDEST_WRAP); width++) {
    votes[width] = (votes[width] ?? 0) + 1
  }
}

function mostVoted(votes: Int32Array): { width: number; votes: number } {
  let width = 0
  for (let at = 0; at < votes.length; at++) {
    if ((votes[at] ?? 0) > (votes[width] ?? 0)) width = at
  }
  return { width, votes: votes[width] ?? 0 }
}
