/**
 * The function definitions of a whole C file, found by braces and by the shape of what stands before them.
 * `#else` takes the whole state back to what it was at its `#if`, so that braces opened in both branches are
 * counted once; each branch is read as if it were the only one.
 */

import { stripComments } from './code-text.js'
import {
  allConditions,
  type ConditionEffect,
  type ConditionFrame,
  conditionEffect,
  passedOver,
} from './conditions.js'
import { lexC, type Token } from './lex-c.js'
import { type Head, readHead } from './signature.js'

/** A function definition in a file. Lines count from 1; `bodyStart` is the offset of `{` in `text`. */
export interface FunctionText {
  readonly name: string
  readonly startLine: number
  readonly endLine: number
  /** From the first word of the declaration to the closing brace, as it stands in the file. */
  readonly text: string
  readonly bodyStart: number
  /** The `#if` conditions around the opening brace, outermost first (see ConditionFrame); no include guard. */
  readonly conditions: readonly string[]
  /** The declaration in one line, without comments. */
  readonly signature: string
}

/**
 * All function definitions of a file, in order. A body that is never closed is dropped, unless a `}` in
 * column 0 shows where it ends. Alternatives under `#if`/`#else` are all reported, each with its conditions.
 */
export function findFunctions(text: string): FunctionText[] {
  const tokens = lexC(text).filter((token) => token.kind !== 'space' && token.kind !== 'comment')
  const guard = includeGuard(tokens)
  const found: FunctionText[] = []
  let trustColumnZero = false
  let state = START
  let frames: readonly Frame[] = []
  let tooDeep = 0
  let index = 0
  for (;;) {
    for (; index < tokens.length; index++) {
      const token = tokens[index]
      if (token === undefined) break
      if (token.kind === 'directive') {
        const effect = conditionEffect(token, frames[frames.length - 1]?.condition)
        const deeper = passedOver(effect, frames.length, tooDeep)
        if (deeper !== null) {
          tooDeep = deeper
          continue
        }
        const after = afterDirective(effect, frames, state, index === guard)
        frames = after.frames
        state = after.state
        continue
      }
      const open = state.open
      const closes = trustColumnZero && open !== null && isColumnZeroBrace(text, token)
      const next = closes ? START : step(state, token, frames)
      if (open !== null && next.open === null) record(found, text, open, token)
      state = next
    }
    // Where braces do not balance, kernel style still closes a function in column 0: trust that from here on.
    const open: Open | null = state.open
    if (open === null || trustColumnZero) return found
    trustColumnZero = true
    index = tokens.indexOf(open.brace) + 1
    frames = open.frames
    tooDeep = 0
    state = { ...state, braces: 1 }
  }
}

/** A function whose closing brace is still to come, and what was around its opening brace. */
interface Open {
  readonly head: Head
  readonly brace: Token
  readonly frames: readonly Frame[]
}

/** Tokens in reverse, sharing their tails: a state is kept at every `#if`. */
interface Reversed {
  readonly token: Token
  readonly before: Reversed | null
}

/** Where the reader stands. `head` is what stands since the last end of a declaration outside functions. */
interface State {
  readonly braces: number
  readonly parens: number
  readonly head: Reversed | null
  readonly open: Open | null
}

/** An open `#if` and the state there. */
interface Frame {
  readonly condition: ConditionFrame
  readonly state: State
}

const START: State = { braces: 0, parens: 0, head: null, open: null }

function step(state: State, token: Token, frames: readonly Frame[]): State {
  const text = token.kind === 'punct' ? token.text : ''
  if (state.braces > 0) {
    if (text === '{') return { ...state, braces: state.braces + 1 }
    if (text !== '}') return state
    return state.braces > 1 ? { ...state, braces: state.braces - 1 } : START
  }
  if (text === '{') {
    const head = state.parens === 0 ? readHead(inOrder(state.head)) : null
    return { ...state, braces: 1, open: head === null ? null : { head, brace: token, frames } }
  }
  if (text === '}' || (text === ';' && state.parens === 0)) return START
  const parens = text === '(' ? state.parens + 1 : text === ')' ? Math.max(0, state.parens - 1) : state.parens
  return { ...state, parens, head: { token, before: state.head } }
}

function inOrder(last: Reversed | null): Token[] {
  const tokens: Token[] = []
  for (let at = last; at !== null; at = at.before) tokens.push(at.token)
  return tokens.reverse()
}

function afterDirective(
  effect: ConditionEffect,
  frames: readonly Frame[],
  state: State,
  isGuard: boolean,
): { frames: readonly Frame[]; state: State } {
  const innermost = frames[frames.length - 1]
  const outer = frames.slice(0, -1)
  switch (effect.kind) {
    case 'open': {
      const condition = isGuard ? { conditions: [], otherwise: [] } : effect.frame
      return { frames: [...frames, { condition, state }], state }
    }
    case 'branch': {
      const before = innermost?.state ?? state
      return { frames: [...outer, { condition: effect.frame, state: before }], state: before }
    }
    case 'close': {
      // What stands under `#if 0` need not be C at all.
      const isDead = innermost?.condition.conditions.at(-1) === '0'
      return { frames: outer, state: isDead ? innermost.state : state }
    }
    case 'none':
      return { frames, state }
  }
}

function record(found: FunctionText[], text: string, open: Open, last: Token): void {
  const start = open.head.first.offset
  const one: FunctionText = {
    name: open.head.name,
    startLine: open.head.first.line,
    endLine: last.line,
    text: text.slice(start, last.offset + 1),
    bodyStart: open.brace.offset - start,
    conditions: allConditions(open.frames.map((frame) => frame.condition)),
    signature: signatureOf(text.slice(start, open.brace.offset)),
  }
  // A body that ends differently in two branches of an `#if` is one function: the longer text has both.
  const previous = found[found.length - 1]
  const isSame = previous?.startLine === one.startLine && previous.name === one.name
  if (isSame) found.pop()
  found.push(isSame && previous.text.length > one.text.length ? previous : one)
}

function signatureOf(head: string): string {
  return stripComments(head).replace(/\s+/g, ' ').trim()
}

/** The index of a header's `#ifndef X`, when it is the first thing in the file and `#define X` the second. */
export function includeGuard(tokens: readonly Token[]): number {
  const first = /^#\s*(?:ifndef\s+|if\s+!\s*defined\s*\(?\s*)(\w+)/.exec(tokens[0]?.text ?? '')
  const second = /^#\s*define\s+(\w+)/.exec(tokens[1]?.text ?? '')
  return first !== null && second !== null && first[1] === second[1] ? 0 : -1
}

function isColumnZeroBrace(text: string, token: Token): boolean {
  return token.text === '}' && (token.offset === 0 || text[token.offset - 1] === '\n')
}
