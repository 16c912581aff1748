/**
 * What kinds of words a tree's macros are, for who reads C without preprocessing it: annotations, which say
 * nothing about what a function does, and macros with a body behind them.
 */
import { isOwnName, type Macro, type MacroLookup } from './macro.js'
import type { MacroToken } from './tokens.js'

/** Names of macros by what they are in a text. */
export interface WordLists {
  /** Macros without arguments that are nothing or attributes: `__init`, `__must_check`. */
  readonly annotations: ReadonlySet<string>
  /** Macros with arguments that are attributes: `__printf(1, 2)`. */
  readonly annotationCalls: ReadonlySet<string>
  /** Macros whose call is the head of a loop: `list_for_each`. */
  readonly iterators: ReadonlySet<string>
}

const MAX_DEPTH = 20

/** Sorts macros. A macro that is defined as nothing counts only where its name begins as annotations' do. */
export function wordLists(macros: readonly (Macro | null)[], lookup: MacroLookup): WordLists {
  const annotations = new Set<string>()
  const annotationCalls = new Set<string>()
  const iterators = new Set<string>()
  for (const macro of macros) {
    if (macro === null || macro === undefined) continue
    if (isIterator(macro, lookup)) iterators.add(macro.name)
    else if (isAnnotation(macro, lookup))
      (macro.parameters === null ? annotations : annotationCalls).add(macro.name)
  }
  return { annotations, annotationCalls, iterators }
}

/** Whether a macro is nothing, or attributes only. */
export function isAnnotation(macro: Macro, lookup: MacroLookup): boolean {
  const body = macro.tokens()
  if (KEYWORDS.has(macro.name)) return false
  if (body.length === 0) return macro.name.startsWith('__') && !macro.name.endsWith('_H')
  if (!mayBeAttributes(macro.body) || isOwnName(macro)) return false
  return isAttributes(body, lookup, 0)
}

/** A quick look at a body before its tokens are followed. */
function mayBeAttributes(body: string): boolean {
  return /^(?:__|[a-z_]*(?:noinline|notrace|inline|noinstr|asmlinkage)\b)/.test(body)
}

const PLAIN = new Set(['inline', '__inline', '__inline__', '__extension__'])

/** Words of C that kernels define anew; they stay what they are. */
const KEYWORDS = new Set([
  ...PLAIN,
  'const',
  'volatile',
  'static',
  'extern',
  '__auto_type',
  '__const',
  '__volatile__',
])

/** Attributes that change how a struct lies in memory or what runs at the end of a block. */
const MEANINGFUL = /^(?:__)?(?:packed|aligned|cleanup|mode|vector_size)(?:__)?$/

function isAttributes(tokens: readonly MacroToken[], lookup: MacroLookup, depth: number): boolean {
  if (depth > MAX_DEPTH || tokens.some((token) => MEANINGFUL.test(token.text))) return false
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (token?.kind !== 'ident') return false
    const hasArguments = tokens[at + 1]?.text === '('
    if (token.text === '__attribute__' || token.text === '__attribute') {
      if (!hasArguments) return false
      at = closing(tokens, at + 1)
      continue
    }
    if (PLAIN.has(token.text)) continue
    const macro = lookup(token.text)
    if (macro === null || (macro.parameters !== null) !== hasArguments) return false
    const body = macro.tokens()
    if (body.length > 0 && !isAttributes(body, lookup, depth + 1)) return false
    if (hasArguments) at = closing(tokens, at + 1)
  }
  return true
}

/** Whether a macro's call is the head of a loop: `for (…)`, perhaps with `if (…) {} else` behind. */
export function isIterator(macro: Macro, lookup: MacroLookup): boolean {
  return macro.parameters !== null && headsLoop(macro, lookup, 0)
}

function headsLoop(macro: Macro, lookup: MacroLookup, depth: number): boolean {
  if (depth > MAX_DEPTH) return false
  const body = macro.tokens()
  const first = body[0]
  if (first?.kind !== 'ident' || body[1]?.text !== '(') return false
  const close = closing(body, 1)
  const isLoop = first.text === 'for' || first.text === 'while'
  if (!isLoop) {
    const inner = lookup(first.text)
    if (inner === null || inner === macro || inner.parameters === null) return false
    if (!headsLoop(inner, lookup, depth + 1)) return false
  }
  return isHeadTail(body, close + 1, lookup, depth)
}

/** Whether what stands behind a loop's head leaves its body open: nothing, `if (…) … else`, another head. */
function isHeadTail(
  tokens: readonly MacroToken[],
  from: number,
  lookup: MacroLookup,
  depth: number,
): boolean {
  const next = tokens[from]
  if (next === undefined) return true
  if (next.text === 'if') {
    const last = tokens[tokens.length - 1]
    if (last?.text === 'else') return true
    const close = closing(tokens, from + 1)
    return close === tokens.length - 1 || (tokens[close + 1]?.text === ';' && last?.text === 'else')
  }
  if (next.kind !== 'ident' || tokens[from + 1]?.text !== '(') return false
  const isLoop = next.text === 'for' || next.text === 'while'
  const inner = isLoop ? null : lookup(next.text)
  if (!isLoop && (inner === null || inner.parameters === null || !headsLoop(inner, lookup, depth + 1)))
    return false
  return isHeadTail(tokens, closing(tokens, from + 1) + 1, lookup, depth + 1)
}

/** The index of the bracket that closes the one at `from`, or the last index. */
function closing(tokens: readonly MacroToken[], from: number): number {
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    const text = tokens[at]?.text
    if (text === '(') depth++
    else if (text === ')' && --depth === 0) return at
  }
  return tokens.length - 1
}
