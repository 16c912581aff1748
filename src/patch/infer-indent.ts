/**
 * The blanks in front of lines that lost them, as well as one hunk can tell: a line with the same text whose
 * blanks are known, a similar removed line next to it, else the structure of the C text. Right up to blanks
 * by construction; the files come out byte for byte right in six or seven of ten (INTAKE.md, section 2).
 */
import { type Depth, depthsOf } from './c-structure.js'
import type { LineOp } from './types.js'

/** A line without its blanks in front. */
export interface IndentLine {
  readonly op: LineOp
  readonly body: string
  /** The blanks, where they are known. */
  readonly known: string | null
  /** Where they are not: whether there were any; null when that is unknown too. */
  readonly indented: boolean | null
}

/** The blanks for each line. `inFunction`: the hunk's heading says that it begins inside a function. */
export function inferIndents(lines: readonly IndentLine[], inFunction: boolean): readonly string[] {
  const indents: (string | null)[] = lines.map((line) => (line.body === '' ? '' : line.known))
  const sameText = new Map<string, string>()
  for (const line of lines) if (line.known !== null) sameText.set(line.body, line.known)
  const before = sideIndents(lines, 'added', inFunction)
  const after = sideIndents(lines, 'removed', inFunction)
  for (const [at, line] of lines.entries()) {
    if (indents[at] !== null && indents[at] !== undefined) continue
    const guess =
      line.op === 'added'
        ? (sameText.get(line.body) ?? similarRemoved(lines, at) ?? after[at])
        : line.op === 'removed'
          ? before[at]
          : after[at]
    indents[at] = honour(guess ?? '', line)
  }
  return indents.map((indent) => indent ?? '')
}

/** Tabs and blanks up to a column, as the kernel writes them. */
export function indentTo(columns: number): string {
  if (columns <= 0) return ''
  return '\t'.repeat(Math.floor(columns / TAB)) + ' '.repeat(columns % TAB)
}

/** The column behind some blanks. */
export function columnsOf(indent: string): number {
  let columns = 0
  for (const character of indent) columns += character === '\t' ? TAB - (columns % TAB) : 1
  return columns
}

const TAB = 8
const SIMILAR = 0.6

function honour(indent: string, line: IndentLine): string {
  if (line.indented === false) return ''
  return line.indented === true && indent === '' ? '\t' : indent
}

/** Indents of one side of the hunk by structure; null for lines of the other side. */
function sideIndents(lines: readonly IndentLine[], other: LineOp, inFunction: boolean): (string | null)[] {
  const side: number[] = []
  for (const [at, line] of lines.entries()) if (line.op !== other) side.push(at)
  const depths = depthsOf(side.map((at) => lines[at]?.body ?? ''))
  const anchors = anchorsOf(lines, side, depths)
  const shift = anchors.length === 0 ? TAB * shiftOf(lines, side, depths, inFunction) : 0
  const indents: (string | null)[] = lines.map(() => null)
  let anchor = 0
  for (const [at, index] of side.entries()) {
    const depth = depths[at]
    if (depth === undefined) continue
    while (
      anchor + 1 < anchors.length &&
      Math.abs((anchors[anchor + 1]?.at ?? 0) - at) <= Math.abs((anchors[anchor]?.at ?? 0) - at)
    ) {
      anchor++
    }
    const moved = depth.fixed ? 0 : (anchors[anchor]?.shift ?? shift)
    indents[index] = indentTo(TAB * depth.level + depth.offset + moved)
  }
  return indents
}

/** Lines whose blanks are known, with how far that is from what the structure says. */
function anchorsOf(
  lines: readonly IndentLine[],
  side: readonly number[],
  depths: readonly Depth[],
): { at: number; shift: number }[] {
  const anchors: { at: number; shift: number }[] = []
  for (const [at, index] of side.entries()) {
    const line = lines[index]
    const depth = depths[at]
    if (line === undefined || line.known === null || line.body === '' || depth === undefined || depth.fixed)
      continue
    anchors.push({ at, shift: columnsOf(line.known) - (TAB * depth.level + depth.offset) })
  }
  return anchors
}

/** How deep the first line stands, so that no line is left of column 0 and all that is known holds. */
function shiftOf(
  lines: readonly IndentLine[],
  side: readonly number[],
  depths: readonly Depth[],
  inFunction: boolean,
): number {
  let lowest = 0
  let atColumn0: number | null = null
  let shallowest: number | null = null
  let first: number | null = null
  for (const [at, index] of side.entries()) {
    const depth = depths[at]
    const line = lines[index]
    if (depth === undefined || line === undefined || depth.fixed || line.body === '') continue
    first ??= depth.level
    lowest = Math.min(lowest, depth.level)
    if (depth.offset !== 0) continue
    if (line.indented === false) atColumn0 ??= depth.level
    if (line.indented === true) shallowest = Math.min(shallowest ?? depth.level, depth.level)
  }
  if (atColumn0 !== null) return Math.max(-atColumn0, -lowest)
  let shift = -lowest
  if (shallowest !== null && shallowest + shift < 1) shift = 1 - shallowest
  if (shift === 0 && inFunction && first === 0 && !startsFunction(lines, side)) shift = 1
  return shift
}

/** A heading names the function before the hunk, but a new one may begin in the first lines. */
function startsFunction(lines: readonly IndentLine[], side: readonly number[]): boolean {
  return side.some((index) => lines[index]?.body === '{')
}

/** The blanks of the most similar removed line of the same group of changes. */
function similarRemoved(lines: readonly IndentLine[], at: number): string | null {
  const words = wordsOf(lines[at]?.body ?? '')
  let best = SIMILAR
  let indent: string | null = null
  let from = at
  while (from > 0 && at - from < GROUP && lines[from - 1]?.op !== 'context') from--
  for (let other = from; other < lines.length && other - from < GROUP; other++) {
    const line = lines[other]
    if (line === undefined || line.op === 'context') break
    if (line.op !== 'removed' || line.known === null) continue
    const likeness = likenessOf(words, wordsOf(line.body))
    if (likeness >= best) {
      best = likeness
      indent = line.known
    }
  }
  return indent
}

const GROUP = 60

/** The words and signs of a line. */
export function wordsOf(body: string): Set<string> {
  return new Set(body.slice(0, 400).match(/\w+|[^\s\w]/g) ?? [])
}

/** The share of words that two lines have in common, 0 to 1. */
export function likenessOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let common = 0
  for (const word of one) if (other.has(word)) common++
  const all = one.size + other.size - common
  return all === 0 ? 0 : common / all
}
