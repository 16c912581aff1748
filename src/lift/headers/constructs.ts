/**
 * The pieces of a file that stand at file scope: declarations, definitions and calls of macros, found by
 * brackets alone. It is fed the parts of the text that conditionals leave, one after the other, while the file
 * is walked, so that a macro in front of a declaration is known as it is at that place.
 */

/** A token at file scope; brackets with all that is in them are one. */
export interface TopToken {
  readonly kind: 'ident' | 'punct' | 'literal' | '(' | '[' | '{'
  readonly start: number
  readonly end: number
  /** Of identifiers and punctuators. */
  readonly text: string
}

/** A piece of text at file scope, with the tokens it is made of. The end is exclusive. */
export interface Piece {
  readonly start: number
  readonly end: number
  readonly line: number
  readonly tokens: readonly TopToken[]
  /** How it ends: with `;`, with a function's body, or, for a macro's call, with neither. */
  readonly ending: ';' | 'body' | 'none'
  /** The parts that conditionals leave, as offsets; null for all of it. */
  readonly parts: readonly (readonly [number, number])[] | null
  readonly inserts: readonly Insert[]
}

/** Text that an included file puts into the middle of a piece. */
export interface Insert {
  readonly offset: number
  /** Without newlines. */
  readonly text: string
}

export interface PieceScanner {
  /** Whether a piece has begun that is not over. */
  readonly isInside: () => boolean
  /** Puts a text into the piece that has begun; its tokens are not looked at. */
  readonly insert: (offset: number, text: string) => void
  /** Reads on in the text from one offset to another. */
  readonly feed: (from: number, to: number) => void
  /** The line at which a piece starts that was not over at the end of the text; null if there is none. */
  readonly finish: () => number | null
}

const NEWLINE = 10
const BACKSLASH = 92
const SLASH = 47
const STAR = 42
const QUOTE = 34
const APOSTROPHE = 39

/** Scans `text` for the pieces that stand at file scope, and hands out each as soon as it is over. */
export function createPieceScanner(text: string, found: (piece: Piece) => void): PieceScanner {
  let tokens: TopToken[] = []
  let parts: [number, number][] = []
  let inserts: Insert[] = []
  /** Open brackets, and where the outermost starts and what it is. */
  let depth = 0
  let groupStart = 0
  let groupKind: '(' | '[' | '{' = '('
  let lineAt = 0
  let line = 1
  let newline = true

  const lineOf = (offset: number): number => {
    if (offset < lineAt) {
      lineAt = 0
      line = 1
    }
    for (let at = text.indexOf('\n', lineAt); at >= 0 && at < offset; at = text.indexOf('\n', lineAt)) {
      line++
      lineAt = at + 1
    }
    return line
  }

  const end = (ending: Piece['ending'], to: number, partStart: number): void => {
    const first = tokens[0]
    if (first !== undefined) {
      found({
        start: first.start,
        end: to,
        line: lineOf(first.start),
        tokens,
        ending,
        parts: parts.length === 0 ? null : [...parts, [partStart, to]],
        inserts,
      })
    }
    tokens = []
    parts = []
    inserts = []
  }

  const feed = (from: number, to: number): void => {
    let partStart = tokens.length > 0 || depth > 0 ? from : -1
    let at = from
    newline = true
    const begin = (offset: number): void => {
      if (partStart < 0) partStart = offset
    }
    while (at < to) {
      const code = text.charCodeAt(at)
      if (code === NEWLINE) {
        newline = true
        at++
        continue
      }
      if (code <= 32) {
        at++
        continue
      }
      if (code === SLASH) {
        const next = text.charCodeAt(at + 1)
        if (next === STAR) {
          const close = text.indexOf('*/', at + 2)
          at = close < 0 || close > to ? to : close + 2
          continue
        }
        if (next === SLASH) {
          const close = text.indexOf('\n', at)
          at = close < 0 || close > to ? to : close
          continue
        }
      }
      if (code === QUOTE || code === APOSTROPHE) {
        const close = quotedEnd(text, at, code, to)
        if (depth === 0) {
          begin(at)
          tokens.push({ kind: 'literal', start: at, end: close, text: '' })
          newline = false
        }
        at = close
        continue
      }
      if (isWordStart(code)) {
        let close = at + 1
        while (close < to && isWord(text.charCodeAt(close))) close++
        if (depth === 0) {
          if (newline && isWholeCall(tokens)) {
            end('none', at, partStart)
            partStart = -1
          }
          begin(at)
          tokens.push({ kind: 'ident', start: at, end: close, text: text.slice(at, close) })
          newline = false
        }
        at = close
        continue
      }
      if (code === 40 || code === 91 || code === 123) {
        if (depth++ === 0) {
          begin(at)
          groupStart = at
          groupKind = code === 40 ? '(' : code === 91 ? '[' : '{'
          newline = false
        }
      } else if (code === 41 || code === 93 || code === 125) {
        if (depth > 0 && --depth === 0) {
          const isBody = groupKind === '{' && startsBody(tokens)
          tokens.push({ kind: groupKind, start: groupStart, end: at + 1, text: '' })
          if (isBody) {
            end('body', at + 1, partStart)
            partStart = -1
          }
        }
      } else if (depth === 0) {
        newline = false
        if (code === 59) {
          end(';', at + 1, partStart)
          partStart = -1
        } else {
          begin(at)
          const kind = code >= 48 && code <= 57 ? 'literal' : 'punct'
          tokens.push({ kind, start: at, end: at + 1, text: text.charAt(at) })
        }
      }
      at++
    }
    // What follows is a directive, which may take away the macro that was called.
    if (depth === 0 && isWholeCall(tokens)) end('none', tokens[1]?.end ?? to, partStart)
    else if (partStart >= 0 && (tokens.length > 0 || depth > 0)) parts.push([partStart, to])
  }

  return {
    feed,
    isInside: () => depth > 0 || tokens.length > 0,
    insert: (offset, inserted) => inserts.push({ offset, text: inserted }),
    finish: () => {
      return depth > 0 ? lineOf(groupStart) : tokens[0] === undefined ? null : lineOf(tokens[0].start)
    },
  }
}

/** `NAME(…)`, which is a macro's call if something else begins on the next line. */
function isWholeCall(tokens: readonly TopToken[]): boolean {
  return tokens.length === 2 && tokens[0]?.kind === 'ident' && tokens[1]?.kind === '('
}

/** Words behind which a `{` is not a function's body. */
const RECORD = new Set(['struct', 'union', 'enum'])

/** Whether `{` behind these tokens begins the body of a function. */
function startsBody(tokens: readonly TopToken[]): boolean {
  if (!tokens.some((token) => token.kind === '(')) return false
  if (tokens.some((token) => token.text === '=')) return false
  return !endsInRecordHead(tokens)
}

/** Attributes with a parenthesis that may stand between a tag and its members. */
const TRAILING = new Set(['__attribute__', '__attribute', '__aligned'])

/** `… struct [attributes] [tag] [attributes]`. */
function endsInRecordHead(tokens: readonly TopToken[]): boolean {
  let names = 0
  for (let at = tokens.length - 1; at >= 0; at--) {
    const token = tokens[at]
    if (token === undefined || token.kind === 'punct') return false
    if (token.kind === '(') {
      const word = tokens[at - 1]?.text ?? ''
      // Behind the tag other words with a parenthesis are names of functions: `struct x __get(void) {`.
      if (!word.startsWith('__') || (names === 0 && !TRAILING.has(word))) return false
      at--
    } else if (token.kind !== 'ident') return false
    else if (RECORD.has(token.text)) return true
    else if (!token.text.startsWith('__') && ++names > 1) return false
  }
  return false
}

function isWordStart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36 || code >= 128
  )
}

function isWord(code: number): boolean {
  return isWordStart(code) || (code >= 48 && code <= 57)
}

function quotedEnd(text: string, from: number, quote: number, to: number): number {
  let at = from + 1
  while (at < to) {
    const code = text.charCodeAt(at)
    if (code === NEWLINE) return at
    if (code === BACKSLASH) at++
    else if (code === quote) return at + 1
    at++
  }
  return to
}
