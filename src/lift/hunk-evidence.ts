/** What tells the inside of a function from the outside in a hunk that may have lost its indentation. */
import type { Token } from './lex-c.js'
import { readHead, standsOutsideFunctions } from './signature.js'

/**
 * Whether column 0 can be believed: some lines are indented, and none that must stand inside a function
 * begins in column 0. Archives drop blanks from all lines or from some.
 */
export function columnsAreTrue(lines: readonly string[]): boolean {
  return lines.some((line) => /^(\t| {2})/.test(line)) && !lines.some((line) => STATEMENT_AT_ZERO.test(line))
}

/** Far more tokens than any declaration's head has; without a limit every `}` could look to the end. */
const LOOK_AHEAD = 400

/** The tokens from `from` to the next `;`, `{` or `}` outside parentheses, and that token if there is one. */
export function segmentFrom(
  tokens: readonly Token[],
  from: number,
  limit = LOOK_AHEAD,
): { readonly segment: readonly Token[]; readonly end: Token | null } {
  const segment: Token[] = []
  let parens = 0
  const to = Math.min(tokens.length, from + limit)
  for (let index = from; index < to; index++) {
    const token = tokens[index]
    if (token === undefined || token.kind === 'directive') continue
    const text = token.kind === 'punct' ? token.text : ''
    if (text === '(') parens++
    else if (text === ')') parens--
    else if (parens <= 0 && (text === ';' || text === '{' || text === '}')) return { segment, end: token }
    segment.push(token)
  }
  return { segment, end: null }
}

/**
 * Whether the `}` at `index`, which closes something that was opened before the hunk, closes the function.
 * By its column where columns are true; else by whether what follows can only stand outside a function.
 */
export function endsFunction(
  tokens: readonly Token[],
  index: number,
  lines: readonly string[],
  trusted: boolean,
): boolean {
  const closer = tokens[index]
  if (trusted) return (lines[(closer?.line ?? 1) - 1] ?? '').startsWith('}')
  const { segment, end } = segmentFrom(tokens, index + 1)
  const first = segment[0]
  if (first === undefined) return end === null
  if (standsOutsideFunctions(segment)) return true
  if (end?.text === '{' && /^(struct|union|enum)$/.test(first.text)) return true
  return end?.text !== '}' && readHead(segment, end === null)?.certain === true
}

const STATEMENT_AT_ZERO =
  /^(return\b|if \(|for \(|while \(|goto |break;|continue;|else\b|switch \(|do \{|\} ?else|[a-z]\w*(->|\.|\[| ?[-+|&]?= )|[a-z]\w*\(.*\);$)/
