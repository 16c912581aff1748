/** Rewrites statements: macros with a body or without a semicolon, labels, ranges of cases, assembly. */
import { declarators, declares, mayReadAsExpression } from './declarations.js'
import { argumentsOf, expression, isPlainWord, MAX_DEPTH, macroType } from './expressions.js'
import { blankUnknownAnnotations } from './specifiers.js'
import { ASM, STATEMENT_WORDS, STORAGE, TYPE_WORDS, TYPEOF } from './words.js'
import {
  behind,
  blank,
  digHole,
  filePiece,
  isIdent,
  isPunct,
  pieceOf,
  startOf,
  Unreadable,
  type Work,
  word,
  write,
} from './work.js'

/** The statements between `from` and `to`. */
export function block(work: Work, from: number, to: number, depth: number): void {
  for (let at = from; at < to; ) at = statement(work, at, to, depth)
}

/** Rewrites the statement at `at`; returns the index behind it. `end` is that of the block around it. */
function statement(work: Work, start: number, end: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new Unreadable('nested too deeply', startOf(work, start))
  let at = start
  while (at < end) {
    const name = word(work, at)
    const close = work.mate[at + 1] ?? -1
    if (isPunct(work, at, ';')) return at + 1
    if (isPunct(work, at, '{')) {
      const last = work.mate[at] ?? -1
      if (last < 0) throw new Unreadable('a brace that is not closed', startOf(work, at))
      block(work, at + 1, last, depth + 1)
      return last + 1
    }
    switch (name) {
      case 'if': {
        at = head(work, at, depth)
        at = statement(work, at, end, depth + 1)
        if (word(work, at) !== 'else') return at
        at++
        continue
      }
      case 'while':
      case 'for':
        at = head(work, at, depth)
        continue
      case 'switch': {
        const from = at
        at = head(work, at, depth)
        if (!isPunct(work, at, '{')) {
          const piece = pieceOf(work, from + 2, at - 1)
          digHole(work, from, at, { kind: 'switch', piece }, 'while(ǂ)')
        }
        continue
      }
      case 'do':
        return doStatement(work, at, end, depth)
      case 'else':
        throw new Unreadable('`else` without `if`', startOf(work, at))
      case 'case':
        at = caseLabel(work, at, end, depth)
        continue
      case 'default':
        at = isPunct(work, at + 1, ':') ? at + 2 : at + 1
        continue
      case 'return':
      case 'goto':
      case 'break':
      case 'continue': {
        const stop = semicolon(work, at, end)
        if (name === 'goto' && isPunct(work, at + 1, '*')) {
          expression(work, at + 2, stop, depth)
          digHole(work, at, stop, { kind: 'computed-goto', piece: pieceOf(work, at + 2, stop) })
        } else expression(work, at + 1, stop, depth)
        return stop + 1
      }
      case '__label__':
      case '_Static_assert':
      case 'static_assert': {
        const stop = semicolon(work, at, end)
        blank(work.out, startOf(work, at), startOf(work, stop) + 1)
        return stop + 1
      }
    }
    if (ASM.has(name)) return assembly(work, at, end)
    if (name !== '' && isPunct(work, at + 1, ':')) {
      if (at + 2 < end) {
        at += 2
        continue
      }
      digHole(work, at, at + 2, { kind: 'end-label', name }, 'ǂ;')
      return at + 2
    }
    const next =
      name !== '' && close > 0 && isPunct(work, at + 1, '(') ? macro(work, at, close, end, depth) : null
    if (next !== null) {
      if (next.hasBody) {
        at = next.at
        continue
      }
      return next.at
    }
    if (isBareMacro(work, at, end)) {
      digHole(work, at, at + 1, { kind: 'macro', name, args: [], rest: null }, 'ǂ;')
      return at + 1
    }
    if (name !== '' && isPunct(work, at + 1, '{') && !STATEMENT_WORDS.has(name) && !TYPE_WORDS.has(name)) {
      digHole(work, at, at + 1, { kind: 'iteration', name, args: [] }, 'while(1)')
      at++
      continue
    }
    return simple(work, at, end, depth)
  }
  return at
}

/** `if (…)`, `while (…)`, `for (…; …; …)`, `switch (…)`. Returns the index behind the parenthesis. */
function head(work: Work, at: number, depth: number): number {
  const open = at + 1
  const close = work.mate[open] ?? -1
  if (!isPunct(work, open, '(') || close < 0) {
    throw new Unreadable(`\`${word(work, at)}\` without a parenthesis`, startOf(work, at))
  }
  const first = semicolon(work, open + 1, close, close)
  if (first < close && declares(work, open + 1, first)) {
    if (mayReadAsExpression(work, open + 1)) respellType(work, open + 1)
    declarators(work, open + 1, first, depth + 1)
    expression(work, first, close, depth + 1)
  } else expression(work, open + 1, close, depth + 1)
  return close + 1
}

function doStatement(work: Work, at: number, end: number, depth: number): number {
  const after = statement(work, at + 1, end, depth + 1)
  const name = word(work, after)
  const close = work.mate[after + 1] ?? -1
  if (name === '' || !isPunct(work, after + 1, '(') || close < 0) {
    throw new Unreadable('`do` without `while`', startOf(work, at))
  }
  if (name === 'while') expression(work, after + 2, close, depth + 1)
  else {
    const args = argumentsOf(work, after + 2, close, depth)
    digHole(work, after, close + 1, { kind: 'call', name, args }, 'while(ǂ)')
  }
  return isPunct(work, close + 1, ';') ? close + 2 : close + 1
}

function caseLabel(work: Work, at: number, end: number, depth: number): number {
  let colon = at + 1
  let questions = 0
  let range = -1
  for (; colon < end; colon = behind(work, colon)) {
    if (isPunct(work, colon, '?')) questions++
    else if (isPunct(work, colon, '...')) range = colon
    else if (isPunct(work, colon, ':') && questions-- === 0) break
  }
  expression(work, at + 1, colon, depth)
  if (range > 0) {
    const first = pieceOf(work, at + 1, range)
    const last = pieceOf(work, range + 1, colon)
    digHole(work, at + 1, colon, { kind: 'case-range', first, last })
  }
  return colon + 1
}

function assembly(work: Work, at: number, end: number): number {
  let open = at + 1
  while (open < end && !isPunct(work, open, '(')) open++
  const close = work.mate[open] ?? -1
  if (close < 0) throw new Unreadable('assembly without a parenthesis', startOf(work, at))
  const ended = isPunct(work, close + 1, ';')
  digHole(work, at, close + 1, { kind: 'asm', piece: filePiece(work, at, close + 1) }, ended ? 'ǂ' : 'ǂ;')
  return ended ? close + 2 : close + 1
}

/** Names of macros that have a body behind them. */
const WITH_BODY = /for_?each|foreach|^scoped_|_scoped_|^(?:do|if|while|until)_|_?forever$/i

/**
 * A statement that begins with a macro's call: one with a body, one without a semicolon, one that declares.
 * Null for anything else.
 */
function macro(
  work: Work,
  at: number,
  close: number,
  end: number,
  depth: number,
): { readonly at: number; readonly hasBody: boolean } | null {
  const name = word(work, at)
  const next = close + 1
  const behindCall = work.tokens[next]
  const first = work.tokens[at]
  const last = work.tokens[close]
  if (first === undefined || last === undefined || STATEMENT_WORDS.has(name) || work.isSurelyType(name))
    return null
  if (next >= end || behindCall === undefined) return withoutSemicolon(work, at, close, depth)
  const known = work.isIteration(name) ?? (WITH_BODY.test(name) ? true : null)
  switch (behindCall.kind === 'punct' ? behindCall.text : behindCall.kind) {
    case '{':
      return iteration(work, at, close, depth)
    case ';':
      return known === true && /for_?each/i.test(name) ? iteration(work, at, close, depth) : null
    case '=':
      return /^DE(?:CLARE|FINE)_/.test(name) ? declaring(work, at, at, close, end, depth) : null
    case 'ident': {
      if (known === true || STATEMENT_WORDS.has(behindCall.text)) {
        return known !== true && behindCall.line > last.line && column(work, next) <= column(work, at)
          ? withoutSemicolon(work, at, close, depth)
          : iteration(work, at, close, depth)
      }
      if (behindCall.line === last.line) return null
      return column(work, next) > column(work, at)
        ? iteration(work, at, close, depth)
        : withoutSemicolon(work, at, close, depth)
    }
    case '*':
    case '(':
    case '++':
    case '--':
      return known === true && behindCall.line > last.line ? iteration(work, at, close, depth) : null
    default:
      return null
  }
}

function iteration(work: Work, at: number, close: number, depth: number): { at: number; hasBody: true } {
  const args = argumentsOf(work, at + 2, close, depth)
  digHole(work, at, close + 1, { kind: 'iteration', name: word(work, at), args }, 'while(1)')
  return { at: close + 1, hasBody: true }
}

function withoutSemicolon(
  work: Work,
  at: number,
  close: number,
  depth: number,
): { at: number; hasBody: false } {
  const args = argumentsOf(work, at + 2, close, depth)
  digHole(work, at, close + 1, { kind: 'call', name: word(work, at), args }, 'ǂ;')
  return { at: close + 1, hasBody: false }
}

/** `static DEFINE_X(…);`, `DECLARE_X(…) = …;`: `at` is the name's index, `start` that of what stands before. */
function declaring(
  work: Work,
  start: number,
  at: number,
  close: number,
  end: number,
  depth: number,
): { at: number; hasBody: false } {
  const stop = semicolon(work, close + 1, end)
  const args = argumentsOf(work, at + 2, close, depth)
  const equals = isPunct(work, close + 1, '=')
  if (equals) expression(work, close + 2, stop, depth)
  const rest = equals ? pieceOf(work, close + 2, stop) : null
  digHole(work, start, stop, { kind: 'macro', name: word(work, at), args, rest })
  return { at: stop + 1, hasBody: false }
}

/** A word in capitals alone on its line, behind which something else begins. */
function isBareMacro(work: Work, at: number, end: number): boolean {
  const token = work.tokens[at]
  const next = work.tokens[at + 1]
  if (token?.kind !== 'ident' || !/^[A-Z][A-Z0-9_]{3}/.test(token.text)) return false
  if (at + 1 >= end || next === undefined) return true
  return next.kind === 'ident' && next.line > token.line
}

/** A declaration, a function in a function, or an expression with its semicolon. */
function simple(work: Work, at: number, end: number, depth: number): number {
  const named = isIdent(work, at + 1) ? at + 1 : at
  const close = work.mate[named + 1] ?? -1
  const called = isPlainWord(work, named) && isPunct(work, named + 1, '(') && !isPunct(work, named + 2, '*')
  if (named > at && word(work, at) === 'static' && close > 0 && called && !TYPEOF.has(word(work, named))) {
    if (!isIdent(work, close + 1) && !isPunct(work, close + 1, '(')) {
      return declaring(work, at, named, close, end, depth).at
    }
  }
  const stop = endOfSimple(work, at, end)
  const storage = STORAGE.has(word(work, at)) ? at + 1 : at
  const typed = macroType(work, storage, depth)
  if (typed > storage) {
    declarators(work, typed, stop, depth)
    return stop + 1
  }
  if (!declares(work, at, stop)) {
    expression(work, at, stop, depth)
    return stop + 1
  }
  blankUnknownAnnotations(work, at, stop)
  if (isPunct(work, stop, '{')) {
    const last = work.mate[stop] ?? end
    declarators(work, at, stop, depth)
    block(work, stop + 1, last, depth + 1)
    return last + 1
  }
  if (mayReadAsExpression(work, at)) respellType(work, at)
  declarators(work, at, stop, depth)
  return stop + 1
}

/** The grammar takes `T (x);` for a call, unless `T` is a word that it knows. */
function respellType(work: Work, at: number): void {
  const name = word(work, at)
  const end = startOf(work, at) + name.length
  let start = startOf(work, at)
  // A name of one or two letters borrows the blanks around it.
  while (startOf(work, at + 1) - start < 3 && start > 0 && work.out[start - 1] === 32) start--
  if (startOf(work, at + 1) - start < 3) {
    throw new Unreadable(`a declaration that reads as a call of ${name}`, start)
  }
  write(work.out, start, 'int'.padEnd(end - start))
  work.holes.set(start, { kind: 'type-name', name, from: start, to: end })
}

/** The index of the `;` that ends the statement at `at`, or of the `{` of a function in a function. */
function endOfSimple(work: Work, at: number, end: number): number {
  let assigned = false
  for (let stop = at; stop < end; stop = behind(work, stop)) {
    if (isPunct(work, stop, ';')) return stop
    if (isPunct(work, stop, '=')) assigned = true
    if (!assigned && isPunct(work, stop, '{') && isPunct(work, stop - 1, ')') && declares(work, at, stop))
      return stop
  }
  return end
}

function semicolon(work: Work, from: number, end: number, otherwise = end): number {
  for (let at = from; at < end; at = behind(work, at)) if (isPunct(work, at, ';')) return at
  return otherwise
}

/** The column of a token, with tabs as eight. */
function column(work: Work, at: number): number {
  const start = startOf(work, at)
  let width = 0
  for (let from = work.text.lastIndexOf('\n', start - 1) + 1; from < start; from++) {
    width += work.text[from] === '\t' ? 8 - (width % 8) : 1
  }
  return width
}
