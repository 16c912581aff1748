/** The tokens that macros are made of: without blanks and comments, which leave only a mark. */
import { lexC } from '../lex-c.js'

export type MacroTokenKind = 'ident' | 'number' | 'string' | 'char' | 'punct'

export interface MacroToken {
  readonly kind: MacroTokenKind
  readonly text: string
  /** True where blanks stand before it. */
  readonly space: boolean
  /** A macro's name that is not expanded any more, because it came out of its own expansion. */
  readonly painted?: true
}

/** The tokens of a text without directives in it. */
export function macroTokens(text: string): MacroToken[] {
  const tokens: MacroToken[] = []
  let space = false
  for (const { kind, text: piece } of lexC(text, { directives: false })) {
    if (kind === 'space' || kind === 'comment') {
      space = true
      continue
    }
    if (kind === 'directive') continue
    if (kind === 'punct' && piece === '\\') continue
    tokens.push({ kind, text: piece, space })
    space = false
  }
  return tokens
}

/**
 * What is put behind the name of a painted macro in the text of an expansion. A parser takes it for a part of
 * the name, which keeps the name from being expanded again; `withoutPaint` takes it off.
 */
export const PAINT = '__painted_'

/** GNU's other spellings of C's words, which grammars do not all know. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['__signed__', 'signed'],
  ['__signed', 'signed'],
  ['__const', 'const'],
  ['__const__', 'const'],
  ['__volatile', 'volatile'],
  ['__inline', 'inline'],
  ['__inline__', 'inline'],
])

/** Text that lexes as the tokens again. Painted names are marked where `marked` is set. */
export function tokensText(tokens: readonly MacroToken[], marked = false): string {
  let text = ''
  for (const token of tokens) {
    if (text !== '') text += ' '
    text += token.kind === 'ident' ? (SPELLINGS.get(token.text) ?? token.text) : token.text
    if (marked && token.painted === true) text += PAINT
  }
  return text
}

/** A name without the mark of a painted macro. */
export function withoutPaint(name: string): string {
  return name.endsWith(PAINT) ? name.slice(0, -PAINT.length) : name
}

/** What `#` makes of an argument: its text in a string literal, blanks as single ones. */
export function stringLiteral(tokens: readonly MacroToken[]): MacroToken {
  let text = ''
  for (const token of tokens) {
    if (text !== '' && token.space) text += ' '
    text +=
      token.kind === 'string' || token.kind === 'char' ? token.text.replace(/[\\"]/g, '\\$&') : token.text
  }
  return { kind: 'string', text: `"${text}"`, space: true }
}

/** What `##` makes of two tokens: one, or the two again where they make none. */
export function pasted(left: MacroToken, right: MacroToken): MacroToken[] {
  const whole = macroTokens(left.text + right.text)
  const only = whole[0]
  if (only !== undefined && whole.length === 1) return [{ ...only, space: left.space }]
  return [left, right]
}
