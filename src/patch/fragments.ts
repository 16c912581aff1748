/**
 * Code that a reviewer quotes without its hunk header: runs of `+` and `-` lines at one quote depth, with
 * what people said about them in between. They are put together to functions by their braces, and are
 * never more than a witness.
 */
import { codeOnly } from './code-only.js'
import { quoteMark } from './quotation.js'
import { lineNumber, type SourceLines } from './source-lines.js'
import type { Fragment, PatchLine, QuotedFunction } from './types.js'

/** Finds the fragments of a text. `taken` holds the lines that belong to quoted hunks already. */
export function readFragments(
  lines: SourceLines,
  taken: ReadonlySet<number>,
): { fragments: readonly Fragment[]; functions: readonly QuotedFunction[] } {
  const pieces = readPieces(lines, taken)
  const functions: OpenFunction[] = []
  for (const depth of new Set(pieces.map((piece) => piece.depth))) {
    findFunctions(pieces, depth, functions)
  }
  functions.sort((one, other) => one.first - other.first)
  const fragments = pieces.map((piece, at) => {
    const here = functions.filter((found) => found.fragments.has(at))
    return {
      lines: piece.lines,
      depth: piece.depth,
      functions: here.filter((found) => Math.min(...found.fragments) === at).map((found) => found.name),
      complete: here.every((found) => found.complete && found.fragments.size === 1),
      elided: piece.elided,
    }
  })
  return {
    fragments,
    functions: functions.map((found) => ({
      name: found.name,
      lines: found.lines,
      fragments: [...found.fragments],
      complete: found.complete,
    })),
  }
}

/** Whether a text can hold a fragment; a cheap test before its lines are looked at. */
export function mayHoldFragments(text: string): boolean {
  if (!text.startsWith('>') && !text.includes('\n>')) return false
  return text.includes('> +') || text.includes('>+') || text.includes('> -') || text.includes('>-')
}

interface Piece {
  readonly depth: number
  readonly lines: PatchLine[]
  readonly elided: boolean
}

interface OpenFunction {
  readonly name: string
  readonly first: number
  readonly lines: PatchLine[]
  readonly fragments: Set<number>
  complete: boolean
}

const ELISION = /^[ \t]*[[<({]?(?:\.{2,}|…|snip\w*|cut|trim\w*)[\])}>.… ]*$/i
/** Spares most lines the expression: an elision begins with a bracket, a dot or one of its words. */
function mayBeElision(text: string): boolean {
  return ' \t[<({.\u2026sctSCT'.includes(text.charAt(0))
}

const CODE = /[;{}()#]/
const CODE_END = /[;{}]\s*$/
const HEADER = /^(?:\+\+\+ |--- |---$)/

const NOT_QUOTED = { depth: 0, content: 0 }

function readPieces(lines: SourceLines, taken: ReadonlySet<number>): Piece[] {
  const pieces: Piece[] = []
  const current: { piece: Piece | null } = { piece: null }
  let previous = ''
  let elided = false
  const close = () => {
    if (current.piece !== null && isCode(current.piece.lines)) {
      pieces.push(current.piece)
      elided = false
    }
    current.piece = null
  }
  for (let at = 0; at < lines.texts.length; at++) {
    const line = lines.texts[at] ?? ''
    const quoted = line.charCodeAt(0) === 0x3e || line.charCodeAt(0) === 0x7c
    const { depth, content } = quoted ? quoteMark(line) : NOT_QUOTED
    const start = line.charCodeAt(content) === 0x20 ? content + 1 : content
    const text = quoted ? line.slice(start) : line
    if (text.length < 40 && text.length > 1 && mayBeElision(text) && ELISION.test(text)) {
      close()
      elided = true
      continue
    }
    if (!quoted) {
      close()
      previous = line
      continue
    }
    const number = lineNumber(lines, at)
    const first = text.charCodeAt(0)
    const marked = (first === 0x2b || first === 0x2d) && !HEADER.test(text) && !taken.has(number)
    const piece = current.piece
    if (marked) {
      if (piece !== null && piece.depth !== depth) close()
      current.piece ??= { depth, lines: [], elided }
      current.piece.lines.push({
        op: first === 0x2b ? 'added' : 'removed',
        text: text.slice(1),
        line: number,
        origin: 'verbatim',
      })
    } else if (piece !== null && piece.depth === depth && isTail(previous, text)) {
      const last = piece.lines.pop()
      if (last !== undefined) piece.lines.push({ ...last, text: last.text + text, origin: 'joined' })
    } else close()
    previous = line
  }
  close()
  return pieces
}

function isTail(previous: string, text: string): boolean {
  return previous.length >= 40 && previous.endsWith(' ') && text !== '' && !text.startsWith(' ')
}

/** An enumeration with dashes and a vote of `+1` are no code. */
function isCode(lines: readonly PatchLine[]): boolean {
  if (lines.some((line) => line.op === 'added')) {
    const added = lines.filter((line) => line.op === 'added')
    return added.some((line) => CODE.test(line.text)) && !/^\d+$/.test(added[0]?.text ?? '')
  }
  return lines.some((line) => CODE_END.test(line.text))
}

const NAME = /(\w+)\s*\(/
const NO_NAMES = new Set(['if', 'for', 'while', 'switch', 'return', 'sizeof', 'do', 'else'])

function findFunctions(pieces: readonly Piece[], depth: number, found: OpenFunction[]): void {
  const state = { comment: false }
  let heading: { line: PatchLine; at: number }[] = []
  let head = ''
  let braces = 0
  let open: OpenFunction | null = null
  for (const [at, piece] of pieces.entries()) {
    if (piece.depth !== depth) continue
    if (piece.elided && open !== null) {
      open = null
      braces = 0
      state.comment = false
    }
    for (const line of piece.lines) {
      if (line.op === 'removed') continue
      const code = codeOnly(line.text, state)
      if (open === null && code.trimStart().startsWith('#')) {
        heading = []
        head = ''
        continue
      }
      if (open === null) {
        heading.push({ line, at })
        head += `${code.slice(0, 1000)} `
      } else {
        open.lines.push(line)
        open.fragments.add(at)
      }
      for (const character of code) {
        if (character === '{') {
          if (braces === 0) open = begin(head, heading)
          braces++
        } else if (character === '}' && braces > 0) {
          braces--
          if (braces > 0) continue
          if (open !== null) open.complete = true
          open = null
          heading = []
          head = ''
        } else if (character === ';' && braces === 0) {
          heading = []
          head = ''
        }
        if (open !== null && !found.includes(open)) found.push(open)
      }
    }
  }
}

function begin(head: string, heading: readonly { line: PatchLine; at: number }[]): OpenFunction | null {
  const name = head.includes('=') ? undefined : NAME.exec(head)?.[1]
  if (name === undefined || NO_NAMES.has(name)) return null
  const start = heading.findIndex((entry) => entry.line.text.includes(name))
  const used = heading.slice(Math.max(0, start))
  return {
    name,
    first: used[0]?.line.line ?? 0,
    lines: used.map((entry) => entry.line),
    fragments: new Set(used.map((entry) => entry.at)),
    complete: false,
  }
}
