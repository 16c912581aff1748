/**
 * Which pieces of which functions stand in one side of a hunk. A hunk starts and ends anywhere, and what came
 * through an archive may have lost its indentation, so that a `}` in column 0 closes nothing for sure. What is
 * sure is that C has no nested functions: the head of a definition means that the function before it has
 * ended. So a `}` that goes below the depth the hunk started at is judged by what follows it.
 */
import { lexFragment } from './code-text.js'
import { allConditions, type ConditionFrame, conditionEffect, passedOver } from './conditions.js'
import { columnsAreTrue, endsFunction, segmentFrom } from './hunk-evidence.js'
import type { Token } from './lex-c.js'
import { readSectionHeading } from './section-heading.js'
import { readHead, standsOutsideFunctions } from './signature.js'

/** A range of lines of the hunk's side, both ends included, counted from 0. */
export interface LineRange {
  readonly firstLine: number
  readonly lastLine: number
}

/** What a hunk shows of one function. */
export interface FunctionPiece extends LineRange {
  /** Null when the hunk starts inside a function that its section heading does not name. */
  readonly name: string | null
  /** The whole definition stands in the hunk, from its declaration to its closing brace. */
  readonly complete: boolean
  /** The hunk starts inside this function. */
  readonly startsInside: boolean
  /** As FunctionText's, as far as the hunk shows them; `?` is an `#if` that stands before the hunk. */
  readonly conditions: readonly string[]
  /** A comment that ends on the line above the definition. */
  readonly leadingComment?: LineRange
}

/**
 * The function pieces of one side of a hunk, in order. `lines` are without `+`, `-` and blank markers. Blank
 * lines, comments and directives between functions belong to none; those at the edge of a hunk that cuts a
 * function belong to it.
 */
export function findFunctionsInHunk(sectionHeading: string, lines: readonly string[]): FunctionPiece[] {
  const all = lexFragment(lines.join('\n'))
  const macroEnd = leadingMacroEnd(lines)
  const tokens = all.filter(
    (token) => token.kind !== 'space' && token.kind !== 'comment' && token.line > macroEnd,
  )
  const trusted = columnsAreTrue(lines)
  const pieces: FunctionPiece[] = []
  let frames: readonly Frame[] = []
  let tooDeep = 0
  let open: Open | null = openAtStart(sectionHeading, tokens, lines, trusted)
  let segment: Token[] = []
  let parens = 0
  let lastCode: Token | null = null

  const close = (lastLine: number, complete: boolean): void => {
    if (open !== null && open.kind !== 'aggregate') {
      const { name, firstLine, conditions, comment } = open
      const piece = { name, firstLine, lastLine, complete, startsInside: open.kind === 'inside', conditions }
      pieces.push(comment === null ? piece : { ...piece, leadingComment: comment })
    }
    open = null
  }
  const begin = (cut: boolean): boolean => {
    const head = readHead(segment, cut)
    if (head === null || !(head.certain || open === null)) return false
    // C has no nested functions: the one before has ended, whatever the braces say.
    if (open !== null) close(lineOf(open.closer ?? lastCode), false)
    const conditions = allConditions(frames.map((frame) => frame.condition))
    const comment = commentAbove(all, head.first)
    open = {
      ...NOTHING,
      kind: 'defined',
      name: head.name,
      firstLine: lineOf(head.first),
      conditions,
      comment,
    }
    return true
  }

  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]
    if (token === undefined) break
    if (token.kind === 'directive') {
      const innermost = frames[frames.length - 1]
      const effect = conditionEffect(token, innermost?.condition)
      const deeper = passedOver(effect, frames.length, tooDeep)
      if (deeper !== null) tooDeep = deeper
      else if (effect.kind === 'open') frames = [...frames, { condition: effect.frame, open: copyOf(open) }]
      else if (effect.kind === 'close') frames = frames.slice(0, -1)
      else if (effect.kind === 'branch') {
        // Both branches start from the same depth, or the braces that open in both would count twice.
        const before = innermost === undefined ? open : innermost.open
        if (open !== null && before === null) close(lineOf(lastCode), false)
        open = copyOf(before)
        segment = []
        parens = 0
        frames = [...frames.slice(0, -1), { condition: effect.frame, open: copyOf(before) }]
      }
      continue
    }
    const text = token.kind === 'punct' ? token.text : ''
    if (text === '{') {
      const endsHead = parens < 0 || segment.length === 0
      // The hunk starts in the head of the function that its heading names, or right before the body.
      if (open?.kind === 'inside' && !open.bodySeen && endsHead) open.depth = -1
      else if (parens <= 0 && !begin(false) && open === null) {
        open = { ...NOTHING, kind: 'aggregate', firstLine: lineOf(token) }
      } else if (parens > 0 && open === null)
        open = { ...NOTHING, kind: 'aggregate', firstLine: lineOf(token) }
      if (open !== null) open.depth++
      segment = []
      parens = 0
    } else if (text === '}') {
      segment = []
      parens = 0
      if (open !== null) {
        open.depth--
        open.closer = token
        if (open.kind !== 'inside' && open.depth <= 0) close(lineOf(token), true)
        else if (open.depth < 0) {
          if (endsFunction(tokens, index, lines, trusted)) close(lineOf(token), false)
          else open.depth = 0
        }
      }
    } else if (text === ';' && parens <= 0) {
      segment = []
      parens = 0
    } else {
      parens += text === '(' ? 1 : text === ')' ? -1 : 0
      segment.push(token)
    }
    if (open !== null && text !== '') open.bodySeen ||= text === ';' || text === '{' || text === '}'
    lastCode = token
  }
  if (open === null && segment.length > 0) begin(true)
  close(lastFilledLine(lines), false)
  return pieces
}

/** The function, or the struct or initialiser, that is open at a place. Changes as the reader goes on. */
interface Open {
  readonly kind: 'inside' | 'defined' | 'aggregate'
  readonly name: string | null
  readonly firstLine: number
  readonly conditions: readonly string[]
  readonly comment: LineRange | null
  /** Relative to where it was opened, or to where the hunk starts. */
  depth: number
  closer: Token | null
  bodySeen: boolean
}

interface Frame {
  readonly condition: ConditionFrame
  readonly open: Open | null
}

const NOTHING: Open = {
  kind: 'inside',
  name: null,
  firstLine: 0,
  conditions: [],
  comment: null,
  depth: 0,
  closer: null,
  bodySeen: false,
}

function copyOf(open: Open | null): Open | null {
  return open === null ? null : { ...open }
}

/** What is open where the hunk starts, from the section heading and from how the text begins. */
function openAtStart(
  sectionHeading: string,
  tokens: readonly Token[],
  lines: readonly string[],
  trusted: boolean,
): Open | null {
  const heading = readSectionHeading(sectionHeading)
  const name = heading.kind === 'function' ? heading.name : null
  const { segment, end } = segmentFrom(tokens, 0)
  const first = segment[0] ?? end
  if (first === null) {
    // A macro's continuation lines are indented wherever it stands.
    const isIndented = (line: string, i: number): boolean =>
      line.startsWith('\t') && lines[i - 1]?.trimEnd().endsWith('\\') !== true
    return name !== null && lines.some(isIndented) ? { ...NOTHING, name } : null
  }
  if (heading.kind === 'aggregate') return { ...NOTHING, kind: 'aggregate', depth: 1 }
  if (end === null || end.text === '{') {
    if (readHead(segment, end === null)?.certain === true) return null
  }
  const atColumnZero = !/^\s/.test(lines[first.line - 1] ?? '')
  if (trusted && atColumnZero && first.kind === 'ident' && segment[1]?.text !== ':') return null
  if (atColumnZero && beginsOutside(segment, end, name !== null)) return null
  return name === null && heading.kind === 'declaration' ? null : { ...NOTHING, name }
}

/** Whether a hunk that begins like this begins between functions. A function may have static variables. */
function beginsOutside(segment: readonly Token[], end: Token | null, named: boolean): boolean {
  const first = segment[0]?.text ?? ''
  const opens = end === null || end.text === '{'
  if (/^(struct|union|enum)$/.test(first)) return opens && segment.length <= 2
  if (first === 'static') return opens || !named
  return standsOutsideFunctions(segment)
}

/** A hunk may start inside a macro's definition: the line its continuation lines end on, from 1; else 0. */
function leadingMacroEnd(lines: readonly string[]): number {
  let line = 0
  while (lines[line]?.trimEnd().endsWith('\\') === true) line++
  return line === 0 ? 0 : line + 1
}

function commentAbove(all: readonly Token[], first: Token): LineRange | null {
  const at = indexOf(all, first)
  const blank = all[at - 1]
  const comment = all[at - 2]
  if (blank?.kind !== 'space' || comment?.kind !== 'comment') return null
  if (blank.text.split('\n').length !== 2) return null
  return { firstLine: lineOf(comment), lastLine: lineOf(first) - 1 }
}

/** Where a token stands among all, by bisection: there may be as many definitions as the text has lines. */
function indexOf(all: readonly Token[], token: Token): number {
  let low = 0
  let high = all.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((all[middle]?.offset ?? 0) < token.offset) low = middle + 1
    else high = middle
  }
  return low
}

function lineOf(token: Token | null): number {
  return (token?.line ?? 1) - 1
}

function lastFilledLine(lines: readonly string[]): number {
  let last = lines.length - 1
  while (last > 0 && lines[last]?.trim() === '') last--
  return last
}
