/** Which bracket closes which. */
import type { Token } from '../lex-c.js'

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/**
 * For each token that is a bracket its counterpart's index, -1 for the others and where there is none. A
 * closing bracket that fits no open one of the same kind is passed over; one that fits closes all above it.
 * With `trustColumnZero` a `}` in the first column closes everything, as it does in the kernel's style.
 */
export function matchBrackets(text: string, tokens: readonly Token[], trustColumnZero: boolean): Int32Array {
  const mate = new Int32Array(tokens.length).fill(-1)
  const open: number[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (token?.kind !== 'punct') continue
    if (token.text === '(' || token.text === '[' || token.text === '{') {
      open.push(at)
      continue
    }
    const opener = CLOSES[token.text]
    if (opener === undefined) continue
    const outermost = trustColumnZero && token.text === '}' && text[token.offset - 1] === '\n'
    const from = outermost
      ? open.findIndex((index) => tokens[index]?.text === '{')
      : open.findLastIndex((index) => tokens[index]?.text === opener || tokens[index]?.text === '{')
    const found = open[from]
    if (found === undefined || tokens[found]?.text !== opener) continue
    open.length = from
    mate[found] = at
    mate[at] = found
  }
  return mate
}

/** Whether every bracket has a counterpart. */
export function balanced(tokens: readonly Token[], mate: Int32Array): boolean {
  return tokens.every((token, at) => mate[at] !== -1 || !/^[()[\]{}]$/.test(token.text))
}
