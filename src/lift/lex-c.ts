/**
 * A C lexer for kernel text as it comes out of files and out of mails. It is total: every text lexes, and the
 * texts of the tokens joined are the input again. It knows no macros and resolves no `#if`: a directive with
 * its continuation lines is one token, for whoever cares to look inside (`lexC(text, { directives: false })`).
 */

/** What a token is. `space` is any run of blanks and newlines; the rest is as C has it. */
export type TokenKind = 'ident' | 'number' | 'string' | 'char' | 'punct' | 'comment' | 'directive' | 'space'

/** One token. `offset` counts UTF-16 units from 0, `line` from 1 (the line the token starts on). */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly offset: number
  readonly line: number
  /** A comment without its end (it runs to the end of the text), or a string without one on its line. */
  readonly unterminated?: true
}

/** How to lex. */
export interface LexOptions {
  /** False: `#` starts no directive. For the inside of a directive. */
  readonly directives?: boolean
  /** True: the text starts inside a comment; everything up to the first end mark is one comment token. */
  readonly insideComment?: boolean
}

/**
 * All tokens of a text, blanks and comments included. Takes linear time and never throws.
 * A lone `'` that begins no character constant (an apostrophe in prose) is a flagged one-character `punct`.
 */
export function lexC(text: string, options: LexOptions = {}): Token[] {
  const directives = options.directives ?? true
  const tokens: Token[] = []
  const size = text.length
  let offset = 0
  let line = 1
  let atLineStart = true

  const push = (kind: TokenKind, end: number, unterminated: boolean): void => {
    const piece = text.slice(offset, end)
    tokens.push(
      unterminated ? { kind, text: piece, offset, line, unterminated } : { kind, text: piece, offset, line },
    )
    if (kind === 'space' || kind === 'comment' || kind === 'directive' || kind === 'string') {
      line += countNewlines(text, offset, end)
    }
    offset = end
  }

  if (options.insideComment === true && size > 0) {
    const end = text.indexOf('*/')
    push('comment', end < 0 ? size : end + 2, end < 0)
    atLineStart = false
  }
  while (offset < size) {
    const code = text.charCodeAt(offset)
    if (isSpace(code)) {
      const end = spaceEnd(text, offset)
      if (hasNewline(text, offset, end)) atLineStart = true
      push('space', end, false)
      continue
    }
    if (code === SLASH && text.charCodeAt(offset + 1) === STAR) {
      // A comment before a `#` leaves it the first thing on its line.
      const end = text.indexOf('*/', offset + 2)
      push('comment', end < 0 ? size : end + 2, end < 0)
      continue
    }
    if (code === SLASH && text.charCodeAt(offset + 1) === SLASH) {
      push('comment', logicalLineEnd(text, offset), false)
      continue
    }
    if (code === HASH && atLineStart && directives) {
      push('directive', directiveEnd(text, offset), false)
      continue
    }
    atLineStart = false
    if (isIdentStart(code)) push('ident', identEnd(text, offset), false)
    else if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(offset + 1)))) {
      push('number', numberEnd(text, offset), false)
    } else if (code === QUOTE) {
      const end = stringEnd(text, offset)
      push('string', end, !(end > offset + 1 && closesString(text, offset, end)))
    } else if (code === APOSTROPHE) {
      const end = charEnd(text, offset)
      if (end < 0) push('punct', offset + 1, true)
      else push('char', end, false)
    } else push('punct', offset + punctLength(text, offset), false)
  }
  return tokens
}

/** True for blanks, newlines, and the no-break spaces that web archives put in their place. */
export function isBlankText(text: string): boolean {
  return spaceEnd(text, 0) === text.length
}

/** Whether two punctuators written without a blank between them would lex as something else. */
export function punctuatorsMerge(left: string, right: string): boolean {
  if (left === '/' && (right.startsWith('/') || right.startsWith('*'))) return true
  return punctLength(left + right, 0) > left.length
}

const SLASH = 47
const STAR = 42
const HASH = 35
const DOT = 46
const QUOTE = 34
const APOSTROPHE = 39
const BACKSLASH = 92
const NEWLINE = 10

const PUNCT3 = new Set(['...', '<<=', '>>='])
const PUNCT2 = new Set('-> ++ -- << >> <= >= == != && || += -= *= /= %= &= |= ^= ##'.split(' '))

function isSpace(code: number): boolean {
  if (code === 32 || (code >= 9 && code <= 13)) return true
  return code === 0xa0 || code === 0xfeff || (code >= 0x2000 && code <= 0x200a) || code === 0x202f
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isIdentStart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    code === 95 ||
    code === 36 ||
    (code >= 0x80 && !isSpace(code))
  )
}

function spaceEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && isSpace(text.charCodeAt(at))) at++
  return at
}

function identEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && (isIdentStart(text.charCodeAt(at)) || isDigit(text.charCodeAt(at)))) at++
  return at
}

/** A preprocessing number, but a sign belongs to it only after a decimal `e` or a hexadecimal `p`. */
function numberEnd(text: string, from: number): number {
  const isHex = /^0[xX]/.test(text.slice(from, from + 2))
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (!(isIdentStart(code) || isDigit(code) || code === DOT)) break
    at++
    const lower = code | 32
    const exponent = isHex ? lower === 112 : lower === 101
    const next = text.charCodeAt(at)
    if (exponent && (next === 43 || next === 45) && isDigit(text.charCodeAt(at + 1))) at++
  }
  return at
}

/** The end of a string: behind its closing quote, or at the end of its line when there is none. */
function stringEnd(text: string, from: number): number {
  let at = from + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) {
      at += text.startsWith('\r\n', at + 1) ? 3 : 2
      continue
    }
    if (code === QUOTE) return at + 1
    if (code === NEWLINE) return at
    at++
  }
  return text.length
}

function closesString(text: string, from: number, end: number): boolean {
  if (text.charCodeAt(end - 1) !== QUOTE) return false
  let backslashes = 0
  for (let at = end - 2; at > from && text.charCodeAt(at) === BACKSLASH; at--) backslashes++
  return backslashes % 2 === 0
}

/** The end of a character constant, or -1 when the apostrophe is no more than that. */
function charEnd(text: string, from: number): number {
  let at = from + 1
  for (let count = 0; count < 12 && at < text.length; count++) {
    const code = text.charCodeAt(at)
    if (code === APOSTROPHE) return count === 0 ? -1 : at + 1
    if (isSpace(code) && !(count === 0 && code !== NEWLINE && text.charCodeAt(at + 1) === APOSTROPHE))
      return -1
    at += code === BACKSLASH && text.charCodeAt(at + 1) !== NEWLINE ? 2 : 1
  }
  return -1
}

function punctLength(text: string, from: number): number {
  if (PUNCT3.has(text.slice(from, from + 3))) return 3
  return PUNCT2.has(text.slice(from, from + 2)) ? 2 : 1
}

/** The end of a line, where a backslash before the newline goes on to the next. */
function logicalLineEnd(text: string, from: number): number {
  let at = from
  for (;;) {
    const newline = text.indexOf('\n', at)
    if (newline < 0) return text.length
    const last = text.charCodeAt(newline - 1) === 13 ? newline - 2 : newline - 1
    if (last < from || text.charCodeAt(last) !== BACKSLASH) return newline
    at = newline + 1
  }
}

/** Like a logical line, but a block comment in it is passed over whole: it may span lines. */
function directiveEnd(text: string, from: number): number {
  let at = from + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === NEWLINE) return text.charCodeAt(at - 1) === 13 ? at - 1 : at
    if (code === BACKSLASH) at += text.startsWith('\r\n', at + 1) ? 3 : 2
    else if (code === QUOTE) at = stringEnd(text, at)
    else if (code === APOSTROPHE) at = Math.max(at + 1, charEnd(text, at))
    else if (code === SLASH && text.charCodeAt(at + 1) === SLASH) return logicalLineEnd(text, at)
    else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
      const end = text.indexOf('*/', at + 2)
      if (end < 0) return text.length
      at = end + 2
    } else at++
  }
  return text.length
}

// Bounded loops rather than `indexOf`, which would look through the rest of the text each time.
function hasNewline(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === NEWLINE) return true
  return false
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === NEWLINE) count++
  return count
}
