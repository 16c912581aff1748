/**
 * A C file as tokens with their brackets paired and its functions found. Callers are looked for in this form rather
 * than in a syntax tree because both branches of every `#if` count: a caller under a condition is a caller.
 */
import { allConditions, type ConditionFrame, conditionEffect, passedOver } from '../conditions.js'
import { findFunctions, includeGuard } from '../find-functions.js'
import { lexC, type Token } from '../lex-c.js'

/** A function's tokens: from `first` to the name's, the body's `{` and `}`. Indices into `Code.tokens`. */
export interface FunctionPart {
  readonly name: string
  readonly first: number
  readonly nameAt: number
  readonly open: number
  readonly close: number
  readonly signature: string
}

/** A file of C. Tokens are without blanks and comments; a directive is one token. */
export interface Code {
  readonly path: string
  readonly tokens: readonly Token[]
  /** The other bracket of a bracket, -1 where there is none. */
  readonly partner: Int32Array
  /** The bracket that a token stands in, -1 at file scope; of a closing bracket that of its opening one. */
  readonly parent: Int32Array
  readonly functions: readonly FunctionPart[]
  /** The function whose head or body a token is in. */
  readonly functionAt: (index: number) => FunctionPart | null
  /** The `#if` conditions around a token, outermost first; no include guard. */
  readonly conditionsAt: (index: number) => readonly string[]
}

/** Reads a file, or a piece of one that begins on line `firstLine`. Never throws; what does not pair stays open. */
export function readCode(path: string, text: string, firstLine = 1): Code {
  const tokens = lexC(text)
    .filter((token) => token.kind !== 'space' && token.kind !== 'comment')
    .map((token) => (firstLine === 1 ? token : { ...token, line: token.line + firstLine - 1 }))
  const { partner, parent, marks } = pair(tokens)
  const functions = functionsIn(text, tokens)
  return {
    path,
    tokens,
    partner,
    parent,
    functions,
    functionAt: (index) => around(functions, index),
    conditionsAt: (index) => last(marks, index)?.conditions ?? [],
  }
}

/** From a token on, other conditions hold. */
interface Mark {
  readonly index: number
  readonly conditions: readonly string[]
}

/** Brackets that are open, innermost first. */
interface Open {
  readonly index: number
  readonly outer: Open | null
}

interface Frame {
  readonly condition: ConditionFrame
  readonly open: Open | null
}

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

function pair(tokens: readonly Token[]): { partner: Int32Array; parent: Int32Array; marks: Mark[] } {
  const partner = new Int32Array(tokens.length).fill(-1)
  const parent = new Int32Array(tokens.length).fill(-1)
  const marks: Mark[] = []
  const guard = includeGuard(tokens)
  let open: Open | null = null
  let frames: readonly Frame[] = []
  let tooDeep = 0
  for (const [index, token] of tokens.entries()) {
    parent[index] = open?.index ?? -1
    if (token.kind === 'directive') {
      const innermost = frames[frames.length - 1]
      const effect = conditionEffect(token, innermost?.condition)
      const deeper = passedOver(effect, frames.length, tooDeep)
      if (deeper !== null) {
        tooDeep = deeper
        continue
      }
      if (effect.kind === 'none') continue
      if (effect.kind === 'open') {
        const condition = index === guard ? { conditions: [], otherwise: [] } : effect.frame
        frames = [...frames, { condition, open }]
      } else if (effect.kind === 'close') {
        // What stands under `#if 0` need not pair.
        if (innermost?.condition.conditions.at(-1) === '0') open = innermost.open
        frames = frames.slice(0, -1)
      } else {
        // Each branch is read as if it were the only one.
        open = innermost === undefined ? open : innermost.open
        frames = [...frames.slice(0, -1), { condition: effect.frame, open }]
      }
      marks.push({ index, conditions: allConditions(frames.map(({ condition }) => condition)) })
      continue
    }
    if (token.kind !== 'punct') continue
    const { text } = token
    if (text === '(' || text === '[' || text === '{') open = { index, outer: open }
    else if (text in CLOSES) {
      const found = opening(tokens, open, text)
      if (found === null) continue
      partner[found.index] = index
      partner[index] = found.index
      parent[index] = found.outer?.index ?? -1
      open = found.outer
    }
  }
  return { partner, parent, marks }
}

/** The bracket that this one closes; a brace closes parentheses that were left open in it. */
function opening(tokens: readonly Token[], open: Open | null, text: string): Open | null {
  for (let at = open; at !== null; at = at.outer) {
    if (tokens[at.index]?.text === CLOSES[text]) return at
    if (text !== '}') return null
  }
  return null
}

function functionsIn(text: string, tokens: readonly Token[]): FunctionPart[] {
  const lines = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1)
  const parts: FunctionPart[] = []
  for (const found of findFunctions(text)) {
    const start = text.indexOf(found.text, lines[found.startLine - 1])
    const first = indexAt(tokens, start)
    const open = indexAt(tokens, start + found.bodyStart)
    const close = indexAt(tokens, start + found.text.length - 1)
    if (start < 0 || tokens[open]?.text !== '{') continue
    let nameAt = first
    while (nameAt < open && !(tokens[nameAt]?.text === found.name && tokens[nameAt + 1]?.text === '('))
      nameAt++
    parts.push({ name: found.name, first, nameAt, open, close, signature: found.signature })
  }
  return parts
}

/** The first token at or behind an offset. */
function indexAt(tokens: readonly Token[], offset: number): number {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle]?.offset ?? 0) < offset) low = middle + 1
    else high = middle
  }
  return low
}

function around(functions: readonly FunctionPart[], index: number): FunctionPart | null {
  let low = 0
  let high = functions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((functions[middle]?.first ?? 0) <= index) low = middle + 1
    else high = middle
  }
  // Alternatives under `#if` may share their end.
  for (let at = low - 1; at >= 0 && at >= low - 3; at--) {
    const part = functions[at]
    if (part !== undefined && index <= part.close) return part
  }
  return null
}

function last(marks: readonly Mark[], index: number): Mark | null {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((marks[middle]?.index ?? 0) <= index) low = middle + 1
    else high = middle
  }
  return marks[low - 1] ?? null
}

/** Tokens as a line of text, blanks only where words would run together or an operator reads better with them. */
export function textOf(tokens: readonly Token[], from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at++) {
    const token = tokens[at]
    if (token === undefined || token.kind === 'directive') continue
    const before = tokens[at - 1]
    if (at > from && before !== undefined && spaced(before, token)) text += ' '
    text += token.text.replace(/\s+/g, ' ')
  }
  return text
}

const OPERATORS = new Set('= == != < > <= >= && || ? : | ^ << >> += -= *= /= %='.split(' '))

function spaced(left: Token, right: Token): boolean {
  const isWord = ({ kind }: Token): boolean => kind !== 'punct' && kind !== 'directive'
  if (isWord(left) && isWord(right)) return true
  if (left.text === ',' || OPERATORS.has(left.text) || OPERATORS.has(right.text)) return true
  return isWord(left) && left.kind === 'ident' && right.text === '*'
}

/** The arguments between two brackets as ranges of tokens, end exclusive. */
export function argumentsOf(code: Code, open: number): { readonly from: number; readonly to: number }[] {
  const close = code.partner[open] ?? -1
  if (close < 0) return []
  const ranges: { from: number; to: number }[] = []
  let from = open + 1
  for (let at = open + 1; at <= close; at++) {
    const atTop = code.parent[at] === open
    if (at === close || (atTop && code.tokens[at]?.text === ',')) {
      if (at > from || at !== close || ranges.length > 0) ranges.push({ from, to: at })
      from = at + 1
    }
  }
  return ranges
}
