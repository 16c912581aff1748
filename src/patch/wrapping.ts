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
}

/** What all hunks of a text have in common. */
export interface Traits {
  /** No context line has kept its marker. */
  readonly stripped: boolean
  readonly wrap: WrapStyle
}

/** A line shorter than this was not wrapped by anybody. */
const SHORTEST_WRAP = 40
const WIDEST_WRAP = 132
const TAB = 8

/** Looks once over all hunk bodies of a text. Linear. */
export function readTraits(texts: readonly string[]): Traits {
  let keptMarkers = 0
  let lostMarkers = 0
  let keptBlanks = 0
  let replaced = 0
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
      continue
    }
    lostMarkers++
    const previous = texts[at - 1] ?? ''
    if (previous.length < SHORTEST_WRAP) continue
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
  const kept = stripped || keptBlanks >= replaced
  return {
    stripped,
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
  if (previous.length < SHORTEST_WRAP) return false
  if (previous.endsWith(' ') && previous.trim() !== '') return true
  if (wrap.width === null) return false
  const width = wrap.columns ? columnsOf(previous) : previous.length
  return width <= wrap.width && width + 1 + firstWordLength(line, 0) > wrap.width
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
