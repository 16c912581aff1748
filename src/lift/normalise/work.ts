/** A file being normalised: its tokens, the text that is made of them, and what was taken out. */
import { Buffer } from 'node:buffer'
import type { Token } from '../lex-c.js'
import { type Hole, type Piece, PLACEHOLDER } from './holes.js'

export interface Work {
  /** The file. */
  readonly text: string
  /** What the grammar will see, as UTF-16 units; as long as `text`. */
  readonly out: Uint16Array
  readonly tokens: readonly Token[]
  /** For a bracket its counterpart's index, else -1. */
  readonly mate: Int32Array
  /** By the offset of the placeholder. */
  readonly holes: Map<number, Hole>
  readonly isType: (name: string) => boolean
  /** Of names that only look like types, not these. */
  readonly isSurelyType: (name: string) => boolean
  /** Whether a macro has a body behind it; null when that isn't known. */
  readonly isIteration: (name: string) => boolean | null
  readonly rewrite: Rewriters
  /** Tokens that were taken for annotations because they are neither type nor name. */
  readonly skipped: number[]
}

/** Rewrites the tokens from `from` up to `to`. Here, because expressions hold statements and declarations. */
export interface Rewriters {
  readonly block: Rewriter
  readonly declarators: Rewriter
  readonly members: Rewriter
}

type Rewriter = (work: Work, from: number, to: number, depth: number) => void

/** Thrown where a piece of C can't be brought into the grammar's form, and caught where its function ends. */
export class Unreadable extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

const SPACE = 32
const NEWLINE = 10
const RETURN = 13

/** A text of blanks with the newlines of `text`, which tokens are then written into. */
export function blankCopy(text: string): Uint16Array {
  const out = new Uint16Array(text.length).fill(SPACE)
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    out[at] = NEWLINE
    if (at > 0 && text.charCodeAt(at - 1) === RETURN) out[at - 1] = RETURN
  }
  return out
}

export function write(out: Uint16Array, offset: number, text: string): void {
  for (let at = 0; at < text.length; at++) out[offset + at] = text.charCodeAt(at)
}

export function textOf(out: Uint16Array, from: number, to: number): string {
  return Buffer.from(out.buffer, out.byteOffset + 2 * from, 2 * (to - from)).toString('utf16le')
}

export function blank(out: Uint16Array, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    const unit = out[at]
    if (unit !== NEWLINE && unit !== RETURN) out[at] = SPACE
  }
}

export function startOf(work: Work, token: number): number {
  return work.tokens[token]?.offset ?? work.text.length
}

/** Where the token before this index ends: the end of a range of tokens that excludes `token`. */
export function endBefore(work: Work, token: number): number {
  const last = work.tokens[token - 1]
  return last === undefined ? 0 : last.offset + last.text.length
}

/** What the work made of the tokens from `from` up to `to`. */
export function pieceOf(work: Work, from: number, to: number): Piece {
  const start = startOf(work, from)
  const end = Math.max(start, endBefore(work, to))
  return { from: start, to: end, text: textOf(work.out, start, end) }
}

/** The same tokens as they stand in the file. */
export function filePiece(work: Work, from: number, to: number): Piece {
  const start = startOf(work, from)
  const end = Math.max(start, endBefore(work, to))
  return { from: start, to: end, text: work.text.slice(start, end) }
}

type Without<T> = T extends unknown ? Omit<T, 'from' | 'to'> : never

/**
 * Puts `spelling` in the place of the tokens from `from` up to `to`, and notes what it stands for. The
 * hole's offset is that of the placeholder in the spelling, or of the spelling if it has none.
 */
export function digHole(
  work: Work,
  from: number,
  to: number,
  hole: Without<Hole>,
  spelling = PLACEHOLDER,
): void {
  const start = startOf(work, from)
  const end = endBefore(work, to)
  const firstLine = work.text.indexOf('\n', start)
  const room = (firstLine < 0 || firstLine > end ? end : firstLine) - start
  if (room < spelling.length) {
    throw new Unreadable(`no room for a macro spelled \`${work.text.slice(start, end)}\``, start)
  }
  blank(work.out, start, end)
  // A hole of the same start inside this one is found by its own offset when the piece is read.
  let at = start
  while (work.holes.has(at)) at++
  write(work.out, at, spelling)
  work.holes.set(at + Math.max(0, spelling.indexOf(PLACEHOLDER)), { ...hole, from: start, to: end } as Hole)
}

/** The pieces between commas, of the tokens between `from` and `to`. */
export function splitAtCommas(work: Work, from: number, to: number): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = []
  let start = from
  for (let at = from; at < to; at++) {
    const text = work.tokens[at]?.text
    if (text === ',') {
      ranges.push({ from: start, to: at })
      start = at + 1
    } else at = behind(work, at) - 1
  }
  ranges.push({ from: start, to })
  return ranges
}

/** The index behind a token, or behind what it opens. */
export function behind(work: Work, at: number): number {
  const mate = work.mate[at] ?? -1
  return mate > at ? mate + 1 : at + 1
}

export function isPunct(work: Work, at: number, text: string): boolean {
  const token = work.tokens[at]
  return token !== undefined && token.kind === 'punct' && token.text === text
}

export function isIdent(work: Work, at: number): boolean {
  return work.tokens[at]?.kind === 'ident'
}

export function word(work: Work, at: number): string {
  const token = work.tokens[at]
  return token?.kind === 'ident' ? token.text : ''
}
