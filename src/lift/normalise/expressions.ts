/** Rewrites what expressions and macro calls hold that the grammar can't read: types, operators and nothing as arguments. */
import type { Argument } from './holes.js'
import {
  BEFORE_EXPRESSION,
  GRAMMAR_TYPES,
  STATEMENT_WORDS,
  TYPE_QUALIFIERS,
  TYPE_WORDS,
  TYPEOF,
} from './words.js'
import {
  behind,
  digHole,
  filePiece,
  isIdent,
  isPunct,
  pieceOf,
  splitAtCommas,
  startOf,
  Unreadable,
  type Work,
  word,
} from './work.js'

/** How deep the rewriting goes before a function is given up. */
export const MAX_DEPTH = 400

export function expression(work: Work, from: number, to: number, depth: number): void {
  if (depth > MAX_DEPTH) throw new Unreadable('nested too deeply', startOf(work, from))
  for (let at = from; at < to; ) at = step(work, at, from, to, depth)
}

function step(work: Work, at: number, from: number, to: number, depth: number): number {
  const token = work.tokens[at]
  if (token === undefined) return to
  const close = work.mate[at] ?? -1
  if (token.kind === 'punct') {
    switch (token.text) {
      case '(':
        if (close < 0) throw new Unreadable('a parenthesis that is not closed', token.offset)
        if (isPunct(work, at + 1, '{'))
          work.rewrite.block(work, at + 2, work.mate[at + 1] ?? close, depth + 1)
        else if (readsAsType(work, at + 1, close)) {
          work.rewrite.declarators(work, at + 1, close, depth + 1)
          // `(T[2])` would be an element of an array.
          const isArray = isPunct(work, close - 1, ']')
          if (isArray) digHole(work, at + 1, close, { kind: 'type', piece: pieceOf(work, at + 1, close) })
        } else expression(work, at + 1, close, depth + 1)
        return close + 1
      case '[':
      case '{':
        if (close < 0) throw new Unreadable(`a \`${token.text}\` that is not closed`, token.offset)
        if (isRecordBody(work, at)) work.rewrite.members(work, at + 1, close, depth + 1)
        else expression(work, at + 1, close, depth + 1)
        if (token.text === '[' && splitAtCommas(work, at + 1, close).length > 1) {
          digHole(work, at + 1, close, { kind: 'group', piece: pieceOf(work, at + 1, close) })
        }
        return close + 1
      case '&&':
        if (isIdent(work, at + 1) && isPrefix(work, at, from)) {
          digHole(work, at, at + 2, { kind: 'label-address', name: word(work, at + 1) })
          return at + 2
        }
        return at + 1
      default:
        return at + 1
    }
  }
  if (token.kind === 'number') {
    const before = work.tokens[at - 1]
    const signed = before !== undefined && (before.text === '+' || before.text === '-')
    // The grammar takes a sign right before a number for a part of it, also where it is an operator.
    if (signed && before.offset + 1 === token.offset) {
      digHole(work, at, at + 1, { kind: 'number', piece: filePiece(work, at, at + 1) })
    }
    return at + 1
  }
  if (token.kind !== 'ident') return at + 1
  if (TYPEOF.has(token.text)) return typeofSpecifier(work, at, depth)
  const after = isPlainWord(work, at) ? runOfWords(work, at, to) : at + 1
  if (after > at + 1) return after
  if (!isPunct(work, at + 1, '(')) return at + 1
  return call(work, at, depth)
}

/** A word that is neither C's nor a type of the grammar's. */
export function isPlainWord(work: Work, at: number): boolean {
  const name = word(work, at)
  return name !== '' && !STATEMENT_WORDS.has(name) && !BEFORE_EXPRESSION.has(name) && !isGrammarWord(name)
}

/**
 * Macros in a row: `KERN_INFO PREFIX "…"` is a string, `OPS MORE_OPS` in a list brings its own commas. Returns
 * the index behind what it took, `at + 1` if there is no row.
 */
function runOfWords(work: Work, at: number, to: number): number {
  if (!isPlainWord(work, at + 1) || isTagged(work, at) || at + 1 >= to) return at + 1
  let end = at
  let strings = 0
  while (end < to && (isPlainWord(work, end) || work.tokens[end]?.kind === 'string')) {
    if (work.tokens[end]?.kind === 'string') strings++
    const isCall = isIdent(work, end) && isPunct(work, end + 1, '(')
    end = isCall ? behind(work, end + 1) : end + 1
  }
  if (strings > 0 || isPunct(work, end - 1, ')')) {
    digHole(work, at, end, { kind: 'string-macro' })
    return end
  }
  const before = work.tokens[at - 1]?.text
  if (before !== '{' && before !== ',') return at + 1
  let last = at
  for (; isPlainWord(work, last + 1); last++) {
    digHole(work, last, last + 1, { kind: 'word', name: word(work, last) }, 'ǂ,')
  }
  if (!isPunct(work, last + 1, ',') && !isPunct(work, last + 1, '}')) {
    digHole(work, last, last + 1, { kind: 'word', name: word(work, last) }, 'ǂ,')
  }
  return last + 1
}

function isTagged(work: Work, at: number): boolean {
  return ['struct', 'union', 'enum'].includes(word(work, at - 1))
}

/** `typeof(…)`, as one word. Returns the index behind it. */
export function typeofSpecifier(work: Work, at: number, depth: number): number {
  const close = work.mate[at + 1] ?? -1
  if (!isPunct(work, at + 1, '(') || close < 0)
    throw new Unreadable('typeof without a parenthesis', startOf(work, at))
  const ofType = readsAsType(work, at + 2, close)
  if (ofType) work.rewrite.declarators(work, at + 2, close, depth + 1)
  else expression(work, at + 2, close, depth + 1)
  const piece = pieceOf(work, at + 2, close)
  digHole(work, at, close + 1, { kind: 'typeof', ofType, piece })
  return close + 1
}

function call(work: Work, at: number, depth: number): number {
  const name = word(work, at)
  const open = at + 1
  const close = work.mate[open] ?? -1
  if (close < 0) throw new Unreadable('a parenthesis that is not closed', startOf(work, open))
  const goesOn = isPunct(work, open + 2, '(') || isPunct(work, open + 2, '[')
  if (name === 'sizeof' && isIdent(work, open + 1) && goesOn && !readsAsType(work, open + 1, close)) {
    // `sizeof(f())` may be a function's type to the grammar.
    expression(work, open + 1, close, depth + 1)
    digHole(work, open + 1, close, { kind: 'group', piece: pieceOf(work, open + 1, close) })
    return close + 1
  }
  if (ALIGNOF.has(name) && !readsAsType(work, open + 1, close)) {
    expression(work, open + 1, close, depth + 1)
    digHole(work, at, close + 1, { kind: 'alignof', piece: pieceOf(work, open + 1, close) })
    return close + 1
  }
  if (name === 'offsetof' || name === '__builtin_offsetof') return offsetof(work, at, close, depth)
  if (name === '_Generic') return generic(work, at, close, depth)
  if (
    STATEMENT_WORDS.has(name) ||
    BEFORE_EXPRESSION.has(name) ||
    GRAMMAR_TYPES.has(name) ||
    TYPE_WORDS.has(name)
  ) {
    const isType = isGrammarWord(name)
    const end = isType && isPunct(work, close + 1, '(') ? behind(work, close + 1) : close + 1
    if (isType) work.rewrite.declarators(work, open, end, depth)
    else expression(work, open, end, depth)
    return end
  }
  if (
    isDeclared(work, at) ||
    (isPunct(work, open + 1, '*') &&
      (isPunct(work, close + 1, '(') || isPunct(work, close + 1, '[')) &&
      isStars(work, open + 1, close))
  ) {
    let end = close + 1
    while (isPunct(work, end, '(') || isPunct(work, end, '[')) end = behind(work, end)
    work.rewrite.declarators(work, open, end, depth)
    return end
  }
  const ranges = splitAtCommas(work, open + 1, close)
  const empty = ranges.length > 1 && ranges.some((range) => range.from === range.to)
  if (empty) {
    const args = argumentsOf(work, open + 1, close, depth)
    digHole(work, at, close + 1, { kind: 'call', name, args })
    return close + 1
  }
  for (const range of ranges) {
    const kind = argumentKind(work, range.from, range.to)
    if (kind === 'expression') expression(work, range.from, range.to, depth + 1)
    else if (kind === 'type') {
      work.rewrite.declarators(work, range.from, range.to, depth + 1)
      digHole(work, range.from, range.to, { kind, piece: pieceOf(work, range.from, range.to) })
    } else if (range.from < range.to) {
      digHole(work, range.from, range.to, { kind, piece: filePiece(work, range.from, range.to) })
    }
  }
  const next = work.tokens[close + 1]
  if (next?.kind === 'ident' && isElement(work, at)) {
    // Macros in a list that bring their own commas.
    const args = argumentsOf(work, open + 1, close, depth)
    digHole(work, at, close + 1, { kind: 'call', name, args }, 'ǂ,')
    return close + 1
  }
  const amongStrings = work.tokens[at - 1]?.kind === 'string' || next?.kind === 'string'
  if (amongStrings) digHole(work, at, close + 1, { kind: 'string-macro' })
  return close + 1
}

/**
 * A macro's call that stands for a type: `DARRAY(int) numbers;`. Returns the index behind it, or `at` where
 * there is none.
 */
export function macroType(work: Work, at: number, depth: number): number {
  const name = word(work, at)
  const close = work.mate[at + 1] ?? -1
  if (!isPlainWord(work, at) || TYPEOF.has(name) || !isPunct(work, at + 1, '(') || close < 0) return at
  const declared =
    isPlainWord(work, close + 1) && [';', '=', ',', '['].includes(work.tokens[close + 2]?.text ?? '')
  if (!declared || work.tokens[close]?.line !== work.tokens[close + 1]?.line) return at
  const args = argumentsOf(work, at + 2, close, depth)
  digHole(work, at, close + 1, { kind: 'macro-type', name, args })
  return close + 1
}

/** The arguments between `from` and `to`, each ready for a parse of its own. */
export function argumentsOf(work: Work, from: number, to: number, depth: number): Argument[] {
  if (from === to) return []
  return splitAtCommas(work, from, to).map((range) => argument(work, range.from, range.to, depth))
}

function argument(work: Work, from: number, to: number, depth: number): Argument {
  const kind = argumentKind(work, from, to)
  if (kind === 'raw') return { kind, piece: filePiece(work, from, to) }
  if (kind === 'type') work.rewrite.declarators(work, from, to, depth + 1)
  else expression(work, from, to, depth + 1)
  return { kind, piece: pieceOf(work, from, to) }
}

function offsetof(work: Work, at: number, close: number, depth: number): number {
  const comma = splitAtCommas(work, at + 2, close)[0]?.to ?? close
  const type = argument(work, at + 2, comma, depth)
  expression(work, comma + 1, close, depth + 1)
  const member = pieceOf(work, comma + 1, close)
  digHole(work, at, close + 1, { kind: 'offsetof', type, member })
  return close + 1
}

function generic(work: Work, at: number, close: number, depth: number): number {
  for (const range of splitAtCommas(work, at + 2, close).slice(1)) {
    if (word(work, range.from) === 'default') digHole(work, range.from, range.from + 1, { kind: 'default' })
  }
  expression(work, at + 2, close, depth + 1)
  return close + 1
}

/** Whether the name at `at` follows a word, as what is declared follows its type. */
function isDeclared(work: Work, at: number): boolean {
  const before = work.tokens[at - 1]
  return before?.kind === 'ident' && !BEFORE_EXPRESSION.has(before.text) && !STATEMENT_WORDS.has(before.text)
}

/** Whether the call at `at` begins an element of a list. */
function isElement(work: Work, at: number): boolean {
  const before = work.tokens[at - 1]?.text
  return before === '{' || before === ',' || before === ')'
}

function isStars(work: Work, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    if (!isPunct(work, at, '*') && !TYPE_QUALIFIERS.has(word(work, at))) return false
  }
  return true
}

/** Whether `&&` at `at` has nothing before it that it could join. */
function isPrefix(work: Work, at: number, from: number): boolean {
  if (at === from) return true
  const before = work.tokens[at - 1]
  if (before === undefined) return true
  if (before.kind === 'ident') return BEFORE_EXPRESSION.has(before.text)
  if (before.kind !== 'punct') return false
  if (before.text === ')') {
    const open = work.mate[at - 1] ?? -1
    return open >= 0 && !isIdent(work, open - 1) && readsAsType(work, open + 1, at - 1)
  }
  return before.text !== ']' && before.text !== '}' && before.text !== '++' && before.text !== '--'
}

/** Whether the brace at `at` opens the members of a struct or union. */
export function isRecordBody(work: Work, at: number): boolean {
  const before = word(work, at - 1)
  if (before === '' || !isPunct(work, at, '{')) return false
  if (before === 'struct' || before === 'union') return true
  const keyword = word(work, at - 2)
  return keyword === 'struct' || keyword === 'union'
}

/** Whether a parenthesis that opens before `at` holds `*name`. */
function declaresName(work: Work, at: number): boolean {
  let behindStars = at
  while (isPunct(work, behindStars, '*') || TYPE_QUALIFIERS.has(word(work, behindStars))) behindStars++
  return isPunct(work, at, '*') && isIdent(work, behindStars)
}

/** What an argument of a call is. Only what can't be an expression is anything else. */
export function argumentKind(work: Work, from: number, to: number): Argument['kind'] {
  const first = work.tokens[from]
  const last = work.tokens[to - 1]
  if (first === undefined || last === undefined || from >= to) return 'raw'
  if (readsAsType(work, from, to))
    return from + 1 === to && !isGrammarWord(first.text) ? 'expression' : 'type'
  if (first.kind === 'ident') {
    if (STATEMENT_WORDS.has(first.text) || TYPE_WORDS.has(first.text)) return 'raw'
    if (GRAMMAR_TYPES.has(first.text)) return 'raw'
    const second = work.tokens[from + 1]
    if (from + 1 < to && second?.kind === 'ident' && !BEFORE_EXPRESSION.has(first.text)) {
      return work.tokens.slice(from, to).some(({ kind }) => kind === 'string') ? 'expression' : 'raw'
    }
  } else if (first.kind === 'punct' && !PREFIXES.has(first.text)) return 'raw'
  if (last.kind === 'punct' && !SUFFIXES.has(last.text)) return 'raw'
  for (let at = from; at < to; at = behind(work, at)) {
    const token = work.tokens[at]
    const text = token?.text
    if (text === ';' || text === '#' || text === '##' || text === '...') return 'raw'
    if (token?.kind === 'number' && !NUMBER.test(token.text)) return 'raw'
  }
  return 'expression'
}

const ALIGNOF = new Set('__alignof__ __alignof _Alignof alignof'.split(' '))
const PREFIXES = new Set('( + - * & && ! ~ ++ --'.split(' '))
const NUMBER = /^(?:0[xX][\da-fA-F.]+(?:[pP][+-]?\d+)?|0[bB][01]+|[\d.]+(?:[eE][+-]?\d+)?)[uUlLfFwWbBdD]*$/
const SUFFIXES = new Set(') ] } ++ --'.split(' '))

function isGrammarWord(name: string): boolean {
  return GRAMMAR_TYPES.has(name) || TYPE_WORDS.has(name)
}

/**
 * Whether a range of tokens is a type without a name declared. A single word is one if it is known to be;
 * a word with nothing but `*` behind it always is.
 */
export function readsAsType(work: Work, from: number, to: number): boolean {
  let at = from
  let words = 0
  let certain = false
  // What only looks like a type may be a function or an array: `debugfs_create_atomic_t(…)`.
  let surely = false
  for (; at < to; at++) {
    const token = work.tokens[at]
    if (token?.kind !== 'ident') break
    if (token.text === 'struct' || token.text === 'union' || token.text === 'enum') {
      if (isIdent(work, at + 1)) at++
      if (isPunct(work, at + 1, '{')) at = (work.mate[at + 1] ?? at + 1) as number
      certain = true
      surely = true
      words++
    } else if (TYPEOF.has(token.text) && isPunct(work, at + 1, '(')) {
      at = work.mate[at + 1] ?? at + 1
      certain = true
      surely = true
      words++
    } else if (isGrammarWord(token.text)) {
      certain = true
      surely = true
      if (!TYPE_QUALIFIERS.has(token.text)) words++
    } else if (words === 0) {
      words++
      certain ||= work.isType(token.text)
      surely = work.isSurelyType(token.text)
    } else return false
  }
  if (words === 0) return false
  if (at === to) return certain
  let stars = 0
  for (; at < to; ) {
    const token = work.tokens[at]
    if (token === undefined) return false
    if (token.text === '*') stars++
    else if (token.text === '(') {
      const close = work.mate[at] ?? -1
      if (stars === 0 && isPunct(work, at + 1, '*') && close > 0 && isStars(work, at + 1, close)) {
        return certain || isPunct(work, close + 1, '(')
      }
      if (!surely || declaresName(work, at + 1)) return false
      at = close
    } else if (token.text === '[') {
      if (!surely) return false
      at = work.mate[at] ?? to
    } else if (!TYPE_QUALIFIERS.has(token.text)) return false
    at++
  }
  return certain || (stars > 0 && isStars(work, from + 1, to))
}
