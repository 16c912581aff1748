/**
 * Macro expansion as C has it: arguments expanded before they are put in, `#` and `##`, `__VA_ARGS__` and
 * GNU's `args...`, `__VA_OPT__`, and no macro inside its own expansion. Names for which `keep` says so stay as
 * they are, so that a caller finds the calls that it has a meaning for.
 */
import type { Macro, MacroLookup } from './macro.js'
import { type MacroToken, pasted, stringLiteral } from './tokens.js'

export interface ExpandOptions {
  /** Names that are not expanded. */
  readonly keep?: (name: string) => boolean
  /** Leaves what stands in braces as it is: for file scope, where those are mostly bodies of functions. */
  readonly outsideBraces?: boolean
  /** Tokens after which expansion gives up. Default MAX_TOKENS. */
  readonly limit?: number
}

/** Tokens that one expansion may make. The longest in a kernel are some thousands. */
export const MAX_TOKENS = 400_000

/** Calls of macros inside the arguments of calls, which are followed by recursion. */
const MAX_DEPTH = 400

/** Characters of a string that count as one token: `#` of a string doubles its backslashes each time. */
const CHARACTERS_PER_TOKEN = 16

interface Context {
  readonly tokens: readonly MacroToken[]
  at: number
  /** The macro that must not be expanded while these tokens are read. */
  readonly macro: Macro | null
}

interface Run {
  readonly lookup: MacroLookup
  readonly keep: (name: string) => boolean
  readonly disabled: Set<Macro>
  /** Tokens that may still be made. */
  left: number
  depth: number
  readonly outsideBraces: boolean
}

/** The tokens with all macros expanded; null if they grow beyond the limit or nest too deeply. */
export function expandTokens(
  tokens: readonly MacroToken[],
  lookup: MacroLookup,
  options: ExpandOptions = {},
): MacroToken[] | null {
  const run: Run = {
    lookup,
    keep: options.keep ?? (() => false),
    disabled: new Set(),
    left: options.limit ?? MAX_TOKENS,
    depth: 0,
    outsideBraces: options.outsideBraces ?? false,
  }
  return expandAll(tokens, run)
}

function expandAll(tokens: readonly MacroToken[], run: Run): MacroToken[] | null {
  if (run.depth >= MAX_DEPTH) return null
  run.depth++
  const output: MacroToken[] = []
  const reader = createReader(tokens, run)
  const followsBraces = run.outsideBraces && run.depth === 1
  let braces = 0
  for (let token = reader.next(); token !== null; token = reader.next()) {
    if (--run.left < 0) return null
    if (token.kind !== 'ident' || token.painted === true) {
      if (followsBraces && token.text === '{') braces++
      else if (followsBraces && token.text === '}') braces--
      output.push(token)
      continue
    }
    if (braces > 0) {
      output.push(token)
      continue
    }
    const macro = run.lookup(token.text)
    if (macro === null || run.keep(token.text)) {
      output.push(token)
      continue
    }
    if (run.disabled.has(macro)) {
      output.push({ ...token, painted: true })
      continue
    }
    if (macro.parameters === null) {
      reader.push(spaced(objectBody(macro), token.space), macro)
      continue
    }
    if (!reader.opens()) {
      output.push(token)
      continue
    }
    const args = reader.args(macro)
    if (args === null) {
      output.push(token)
      continue
    }
    const body = substitute(macro, args, run)
    if (body === null) return null
    reader.push(spaced(body, token.space), macro)
  }
  run.depth--
  return output
}

function spaced(tokens: readonly MacroToken[], space: boolean): readonly MacroToken[] {
  const [first, ...rest] = tokens
  return first === undefined || first.space === space ? tokens : [{ ...first, space }, ...rest]
}

/** Reads tokens through the expansions that were pushed in front of them. */
function createReader(tokens: readonly MacroToken[], run: Run) {
  const stack: Context[] = [{ tokens, at: 0, macro: null }]
  /** The innermost context with tokens left; those behind it are over, and their macros can be used again. */
  const top = (): Context | null => {
    for (;;) {
      const context = stack[stack.length - 1]
      if (context === undefined) return null
      if (context.at < context.tokens.length) return context
      if (stack.length === 1) return null
      if (context.macro !== null) run.disabled.delete(context.macro)
      stack.pop()
    }
  }
  const next = (): MacroToken | null => {
    const context = top()
    return context === null ? null : (context.tokens[context.at++] ?? null)
  }
  return {
    next,
    push: (body: readonly MacroToken[], macro: Macro): void => {
      if (body.length === 0) return
      run.disabled.add(macro)
      stack.push({ tokens: body, at: 0, macro })
    },
    /** Whether `(` comes next. */
    opens: (): boolean => {
      const context = top()
      return context?.tokens[context.at]?.text === '('
    },
    /** The arguments from `(` to its `)`; null if there is no `)`, and then nothing is read. */
    args: (macro: Macro): MacroToken[][] | null => {
      const marks = stack.map((context) => context.at)
      const read: MacroToken[][] = [[]]
      let depth = 0
      for (;;) {
        // A context that ends inside the call is left open, so that reading can go back.
        const token = next()
        if (token === null) {
          if (stack.length === marks.length) {
            stack.forEach((context, index) => {
              context.at = marks[index] ?? context.at
            })
          }
          return null
        }
        if (--run.left < 0) return null
        if (token.text === '(' && token.kind === 'punct') {
          if (depth++ === 0) continue
        } else if (token.text === ')' && token.kind === 'punct') {
          if (--depth === 0) break
        } else if (token.text === ',' && depth === 1 && !takesRest(macro, read.length)) {
          read.push([])
          continue
        }
        read[read.length - 1]?.push(
          token.kind === 'ident' && token.painted !== true && isDisabled(token.text, run)
            ? { ...token, painted: true }
            : token,
        )
      }
      return read
    },
  }
}

function isDisabled(name: string, run: Run): boolean {
  if (run.disabled.size === 0) return false
  const macro = run.lookup(name)
  return macro !== null && run.disabled.has(macro)
}

/** Whether the `count`-th argument is the one that takes the commas too. */
function takesRest(macro: Macro, count: number): boolean {
  return macro.rest !== null && count === (macro.parameters?.length ?? 0) + 1
}

function objectBody(macro: Macro): readonly MacroToken[] {
  const body = macro.tokens()
  return body.some((token) => token.text === '##')
    ? pasteAll(body.map((token) => (token.text === '##' ? PASTE : [token])))
    : body
}

/** The body with the arguments in it; null where an argument grows too large. */
function substitute(macro: Macro, args: readonly MacroToken[][], run: Run): MacroToken[] | null {
  const parameters = macro.parameters ?? []
  const given = new Map<string, readonly MacroToken[]>()
  parameters.forEach((name, index) => {
    given.set(name, args[index] ?? [])
  })
  if (macro.rest !== null) given.set(macro.rest, args[parameters.length] ?? [])
  const expanded = new Map<string, MacroToken[]>()
  const expandedArgument = (name: string): MacroToken[] | null => {
    const known = expanded.get(name)
    if (known !== undefined) return known
    const result = expandAll(given.get(name) ?? [], run)
    if (result !== null) expanded.set(name, result)
    return result
  }

  const hasRest = macro.rest !== null && (given.get(macro.rest)?.length ?? 0) > 0
  const body = macro.rest === null ? macro.tokens() : withOptional(macro.tokens(), hasRest)
  const pieces: (readonly MacroToken[])[] = []
  for (let at = 0; at < body.length; at++) {
    const token = body[at]
    if (token === undefined) break
    const following = body[at + 1]
    if (token.text === '#' && following !== undefined && given.has(following.text)) {
      const literal = stringLiteral(given.get(following.text) ?? [])
      run.left -= literal.text.length / CHARACTERS_PER_TOKEN
      if (run.left < 0) return null
      pieces.push([{ ...literal, space: token.space }])
      at++
      continue
    }
    // GNU: `, ## rest` loses its comma where nothing is given for the rest, and joins nothing.
    if (token.text === ',' && following?.text === '##' && body[at + 2]?.text === macro.rest) {
      const rest = given.get(macro.rest ?? '') ?? []
      if (rest.length > 0) pieces.push([token], rest)
      at += 2
      continue
    }
    if (token.text === '##') {
      pieces.push(PASTE)
      continue
    }
    const argument = token.kind === 'ident' ? given.get(token.text) : undefined
    if (argument === undefined) {
      pieces.push([token])
      continue
    }
    if (following?.text === '##' || body[at - 1]?.text === '##') {
      pieces.push(argument)
      continue
    }
    const whole = expandedArgument(token.text)
    if (whole === null) return null
    pieces.push(spaced(whole, token.space))
  }
  return pasteAll(pieces)
}

/** `__VA_OPT__(x)` as x or as nothing. */
function withOptional(body: readonly MacroToken[], hasRest: boolean): readonly MacroToken[] {
  if (!body.some((token) => token.text === '__VA_OPT__')) return body
  const output: MacroToken[] = []
  for (let at = 0; at < body.length; at++) {
    const token = body[at]
    if (token === undefined) break
    if (token.text !== '__VA_OPT__' || body[at + 1]?.text !== '(') {
      output.push(token)
      continue
    }
    let depth = 0
    for (at++; at < body.length; at++) {
      const inner = body[at]
      if (inner === undefined) break
      if (inner.text === ')' && --depth === 0) break
      if (depth > 0 && hasRest) output.push(inner)
      if (inner.text === '(') depth++
    }
  }
  return output
}

/** Stands for the operator `##` of a body, unlike one that came in with an argument. */
const PASTE: readonly MacroToken[] = []

/** Joins the pieces of a body, with what stands on both sides of `##` made one token. */
function pasteAll(pieces: readonly (readonly MacroToken[])[]): MacroToken[] {
  const output: MacroToken[] = []
  // Tokens of the left operand that stand at the end of the output; an empty argument is an operand of none.
  let left = 0
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at] ?? []
    if (piece !== PASTE) {
      for (const token of piece) output.push(token)
      left = piece.length
      continue
    }
    at++
    const [first, ...rest] = pieces[at] ?? []
    if (first === undefined) continue
    const before = left === 0 ? undefined : output.pop()
    if (before === undefined) output.push(first)
    else output.push(...pasted(before, first))
    for (const token of rest) output.push(token)
    left = 1 + rest.length
  }
  return output
}
