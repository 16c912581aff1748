/**
 * Takes the preprocessor's lines out of a C file: one branch of each `#if` stays, everything else of them is
 * blanked, and what they said is kept.
 */
import { lexC, type Token } from '../lex-c.js'

/** A directive outside dead branches. `text` is without the `#`, its continuation lines joined. */
export interface Directive {
  readonly name: string
  readonly text: string
  readonly line: number
  readonly offset: number
}

/** A condition that was asked for. `condition` is an expression of the preprocessor: `#ifdef X` asks `defined(X)`. */
export interface ConditionAsked {
  readonly condition: string
  readonly line: number
  readonly taken: boolean
}

export interface LiveTokens {
  /** Without blanks, comments, directives and dead branches. */
  readonly tokens: readonly Token[]
  readonly directives: readonly Directive[]
  readonly conditions: readonly ConditionAsked[]
  /** Lines of an `#else`, `#endif` without `#if`, and of an `#if` without end. */
  readonly unbalanced: readonly number[]
}

interface Conditional {
  readonly line: number
  /** Whether the text around it is alive. */
  readonly outer: boolean
  /** Whether a branch was taken already. */
  taken: boolean
  alive: boolean
}

/** The tokens of a file that are compiled if `decide` says of conditions what holds. */
export function liveTokens(text: string, decide: (condition: string) => boolean): LiveTokens {
  const tokens: Token[] = []
  const directives: Directive[] = []
  const conditions: ConditionAsked[] = []
  const unbalanced: number[] = []
  const open: Conditional[] = []
  let alive = true

  const ask = (condition: string, line: number): boolean => {
    const taken = decide(condition)
    conditions.push({ condition, line, taken })
    return taken
  }
  for (const token of lexC(text)) {
    if (token.kind === 'space' || token.kind === 'comment') continue
    if (token.kind !== 'directive') {
      if (alive && token.text !== '\\') tokens.push(token)
      continue
    }
    const match = /^#[ \t]*([A-Za-z_]\w*)?/.exec(token.text)
    const name = match?.[1] ?? ''
    const rest = oneLine(token.text.slice(match?.[0].length ?? 1))
    if (name === 'if' || name === 'ifdef' || name === 'ifndef') {
      const taken = alive && ask(conditionOf(name, rest), token.line)
      open.push({ line: token.line, outer: alive, taken, alive: taken })
    } else if (name === 'elif' || name === 'elifdef' || name === 'elifndef' || name === 'else') {
      const last = open.at(-1)
      if (last === undefined) unbalanced.push(token.line)
      else {
        last.alive =
          last.outer && !last.taken && (name === 'else' || ask(conditionOf(name.slice(2), rest), token.line))
        last.taken ||= last.alive
      }
    } else if (name === 'endif') {
      if (open.pop() === undefined) unbalanced.push(token.line)
    } else if (alive) {
      directives.push({ name, text: `${name}${rest}`, line: token.line, offset: token.offset })
    }
    const innermost = open.at(-1)
    alive = innermost === undefined ? true : innermost.alive
  }
  for (const conditional of open) unbalanced.push(conditional.line)
  return { tokens, directives, conditions, unbalanced }
}

function conditionOf(directive: string, rest: string): string {
  const condition = rest
    .replace(/\/\*[\s\S]*?(?:\*\/|$)/g, ' ')
    .replace(/\/\/.*/, '')
    .trim()
  if (directive === 'ifdef') return `defined(${condition})`
  return directive === 'ifndef' ? `!defined(${condition})` : condition
}

function oneLine(text: string): string {
  return text.replace(/\\\r?\n/g, ' ')
}
