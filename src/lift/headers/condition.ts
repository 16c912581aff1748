/** The conditions of `#if` and `#elif`, evaluated as a preprocessor does, under the macros of the place. */
import { evaluateTokens } from './arithmetic.js'
import { expandTokens } from './expand.js'
import type { MacroLookup } from './macro.js'
import { type MacroToken, macroTokens } from './tokens.js'

export interface ConditionContext {
  readonly lookup: MacroLookup
  readonly wordBits: 32 | 64
  /** What `__has_include` asks: the operand as written, `<linux/mm.h>` or `"internal.h"`. */
  readonly hasInclude: (target: string) => boolean
}

/** Whether a condition holds; null if that can't be told: it is no expression, or divides by zero. */
export function conditionHolds(test: readonly MacroToken[], context: ConditionContext): boolean | null {
  const asked = withOperators(test, context)
  if (asked === null) return null
  const lookup: MacroLookup = (name) => (OPERATORS.has(name) ? null : context.lookup(name))
  const expanded = expandTokens(asked, lookup)
  if (expanded === null) return null
  const whole = withOperators(expanded, context)
  if (whole === null) return null
  const value = evaluateTokens(whole, { wordBits: context.wordBits, preprocessor: true })
  return value === null ? null : value.value !== 0n
}

/** The tokens of a condition's text. */
export function conditionTokens(test: string): MacroToken[] {
  return macroTokens(test)
}

const ONE: MacroToken = { kind: 'number', text: '1', space: true }
const ZERO: MacroToken = { kind: 'number', text: '0', space: true }

/** Macros over Kconfig names, answered here where the tree doesn't define them. */
const KCONFIG = new Set(['IS_ENABLED', 'IS_BUILTIN', 'IS_MODULE', 'IS_REACHABLE'])

/** What kernel headers ask `__has_attribute` and `__has_builtin` for and gcc 12 does not have. */
const UNKNOWN_ATTRIBUTES = new Set([
  '__counted_by__',
  '__disable_sanitizer_instrumentation__',
  '__diagnose_as_builtin__',
  '__noescape__',
  '__overloadable__',
  '__pass_dynamic_object_size__',
  '__pass_object_size__',
  '__preserve_most__',
])

/** `defined X` and its like as 1 or 0; null where one has no operand. */
function withOperators(
  tokens: readonly MacroToken[],
  context: ConditionContext,
): readonly MacroToken[] | null {
  if (!tokens.some((token) => token.kind === 'ident')) return tokens
  const output: MacroToken[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined) break
    const isCall = tokens[at + 1]?.text === '('
    if (token.text === 'defined') {
      const name = tokens[at + (isCall ? 2 : 1)]
      if (name?.kind !== 'ident' || (isCall && tokens[at + 3]?.text !== ')')) return null
      output.push(isDefined(name.text, context) ? ONE : ZERO)
      at += isCall ? 3 : 1
      continue
    }
    const answer = isCall ? operatorValue(token, tokens, at, context) : null
    if (answer === null) {
      output.push(token)
      continue
    }
    output.push(answer.holds ? ONE : ZERO)
    at = answer.end
  }
  return output
}

function isDefined(name: string, context: ConditionContext): boolean {
  return context.lookup(name) !== null || OPERATORS.has(name)
}

const OPERATORS = new Set([
  '__has_attribute',
  '__has_builtin',
  '__has_include',
  '__has_include_next',
  '__has_feature',
])

function operatorValue(
  token: MacroToken,
  tokens: readonly MacroToken[],
  at: number,
  context: ConditionContext,
): { readonly holds: boolean; readonly end: number } | null {
  const isOperator = OPERATORS.has(token.text)
  if (!isOperator && !(KCONFIG.has(token.text) && context.lookup(token.text) === null)) return null
  const end = tokens.findIndex((other, index) => index > at && other.text === ')')
  if (end < 0) return null
  const operand = tokens.slice(at + 2, end)
  const name = operand[0]?.text ?? ''
  switch (token.text) {
    case '__has_include':
    case '__has_include_next':
      return { holds: context.hasInclude(operand.map((piece) => piece.text).join('')), end }
    case '__has_attribute':
    case '__has_builtin':
      return { holds: !UNKNOWN_ATTRIBUTES.has(name.startsWith('__') ? name : `__${name}__`), end }
    case '__has_feature':
      return { holds: false, end }
    case 'IS_MODULE':
      return { holds: context.lookup(`${name}_MODULE`) !== null, end }
    case 'IS_BUILTIN':
    case 'IS_REACHABLE':
      return { holds: context.lookup(name) !== null, end }
    default:
      return { holds: context.lookup(name) !== null || context.lookup(`${name}_MODULE`) !== null, end }
  }
}
