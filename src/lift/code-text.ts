/**
 * Canonical forms of C text, for hashing and comparing what mails have damaged. The form is free of blanks
 * because archives drop runs of them, so that even `int    a` may arrive as `inta`. What must not be lost with
 * the blanks is kept: a blank between two operators that would merge (`a + ++b` is not `a++ + b`), and the
 * end of a directive or of a `//` comment (else code joined to that line would look like code below it).
 */
import { sha256 } from '../base/index.js'
import { isBlankText, lexC, punctuatorsMerge, type Token } from './lex-c.js'

/** Comments replaced by one blank each, also in a fragment that starts inside a comment. */
export function stripComments(text: string): string {
  return strip(lexFragment(text))
}

/**
 * The whitespace-free form with comments kept (their inner blanks removed too). The same for a text with its
 * indentation lost, tabs made blanks, blank runs dropped, and lines wrapped or joined at blanks. Inside string
 * and character constants blanks stay, so a wrap inside a string does change the form.
 */
export function tokenText(text: string): string {
  return canonical(lexFragment(text), true)
}

/** `tokenText` with comments removed: equal for texts that differ in blanks and comments alone. */
export function codeText(text: string): string {
  return canonical(lexFragment(text), false)
}

/** The identity of a function's text: the first 16 hex digits of the SHA-256 of its `tokenText`. */
export function functionHash(text: string): string {
  return sha256(tokenText(text)).slice(0, 16)
}

/** `lexC` for text that may start in the middle of a comment, as a hunk may. */
export function lexFragment(text: string): Token[] {
  const tokens = lexC(text)
  return startsInsideComment(text, tokens) ? lexC(text, { insideComment: true }) : tokens
}

/**
 * A fragment starts inside a comment when an end mark comes before any start mark (and not in a string), or
 * when it consists of nothing but `* …` lines.
 */
function startsInsideComment(text: string, tokens: readonly Token[]): boolean {
  const end = text.indexOf('*/')
  if (end < 0) return consistsOfStarLines(text)
  const start = text.indexOf('/*')
  if (start >= 0 && start <= end) return false
  const around = tokens.find((token) => token.offset <= end && end < token.offset + token.text.length)
  if (around === undefined) return false
  if (around.kind === 'comment') return false
  return around.kind !== 'string' || around.unterminated === true
}

function consistsOfStarLines(text: string): boolean {
  const lines = text.split('\n').filter((line) => !isBlankText(line))
  return lines.length > 0 && lines.every((line) => /^\s*\*(\s|$)/.test(line))
}

function strip(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.kind === 'comment') return ' '
      return token.kind === 'directive'
        ? `#${strip(lexC(token.text.slice(1), { directives: false }))}`
        : token.text
    })
    .join('')
}

function canonical(tokens: readonly Token[], keepComments: boolean): string {
  let text = ''
  let blankBefore = false
  let punct: string | null = null
  for (const token of tokens) {
    if (token.kind === 'space' || (token.kind === 'comment' && !keepComments)) {
      blankBefore = true
      continue
    }
    if (token.kind === 'directive') {
      if (text !== '' && !text.endsWith('\n')) text += '\n'
      const oneLine = token.text.slice(1).replace(/\\\r?\n/g, ' ')
      text += `#${canonical(lexC(oneLine, { directives: false }), keepComments).replace(/\n$/, '')}\n`
    } else if (token.kind === 'comment') {
      text += withoutBlanks(token.text) + (token.text.startsWith('//') ? '\n' : '')
    } else if (token.kind === 'punct') {
      if (blankBefore && punct !== null && punctuatorsMerge(punct, token.text)) text += ' '
      text += token.text
    } else text += token.unterminated === true ? withoutBlanks(token.text) : token.text
    punct = token.kind === 'punct' ? token.text : null
    blankBefore = false
  }
  return text
}

function withoutBlanks(text: string): string {
  return text.replace(/[\s\u00a0\ufeff]+/g, '')
}
