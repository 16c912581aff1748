/**
 * The `#if` conditions around a place, read off directives one by one. Nothing is evaluated: a condition is
 * reported as text, so that whoever has a config can.
 */
import { codeText } from './code-text.js'
import type { Token } from './lex-c.js'

/**
 * One open `#if` … `#endif`. `conditions` hold together for the branch that is open now: for an `#else` the
 * negation of all before it. An identifier stands for "is defined" (`CONFIG_X`, `!CONFIG_X`), anything else
 * is an expression. `?` is a condition that stands outside the text.
 */
export interface ConditionFrame {
  readonly conditions: readonly string[]
  /** What an `#else` or `#elif` of this frame may assume: the negations of all branches so far. */
  readonly otherwise: readonly string[]
}

/** What a directive does to the stack of open conditionals. */
export type ConditionEffect =
  | { readonly kind: 'open'; readonly frame: ConditionFrame }
  | { readonly kind: 'branch'; readonly frame: ConditionFrame }
  | { readonly kind: 'close' }
  | { readonly kind: 'none' }

/**
 * What this directive does, given the innermost open conditional. An `#else` whose `#if` is not in the text
 * (a hunk) takes its condition from the comment that kernel style puts behind it, if there is one.
 */
export function conditionEffect(directive: Token, innermost: ConditionFrame | undefined): ConditionEffect {
  const match = /^#\s*(ifdef|ifndef|if|elif|else|endif)\b/.exec(directive.text)
  if (match === null) return { kind: 'none' }
  const keyword = match[1]
  const rest = directive.text.slice(match[0].length)
  switch (keyword) {
    case 'endif':
      return { kind: 'close' }
    case 'else':
      return { kind: 'branch', frame: elseFrame(rest, innermost) }
    case 'elif': {
      const condition = expression(rest)
      const known = innermost?.otherwise ?? ['?']
      const before = known.length < MAX_BRANCHES ? known : ['?']
      return {
        kind: 'branch',
        frame: { conditions: [...before, condition], otherwise: [...before, negated(condition)] },
      }
    }
    default: {
      const named = keyword === 'if' ? expression(rest) : codeText(rest).trim()
      const condition = keyword === 'ifndef' ? negated(named) : named
      return { kind: 'open', frame: { conditions: [condition], otherwise: [negated(condition)] } }
    }
  }
}

/**
 * How deep conditionals are followed. Deeper ones are passed over: C itself promises 63 levels, the kernel has
 * fewer than ten, and a mail made of `#if` alone must not cost quadratic time.
 */
export const MAX_NESTING = 64

const MAX_BRANCHES = 64

/**
 * Whether a directive concerns a conditional below MAX_NESTING, with the number of such still open afterwards.
 */
export function passedOver(effect: ConditionEffect, depth: number, tooDeep: number): number | null {
  if (effect.kind === 'open') return depth < MAX_NESTING ? null : tooDeep + 1
  if (tooDeep === 0 || effect.kind === 'none') return null
  return effect.kind === 'close' ? tooDeep - 1 : tooDeep
}

/** The conditions of a whole stack, outermost first. */
export function allConditions(stack: readonly ConditionFrame[]): string[] {
  return stack.flatMap((frame) => frame.conditions)
}

function elseFrame(rest: string, innermost: ConditionFrame | undefined): ConditionFrame {
  if (innermost !== undefined) return { conditions: innermost.otherwise, otherwise: [] }
  const hint = /^\s*\/\*\s*!?\s*(?:defined\s*\(\s*)?(\w+)\s*\)?\s*\*\/\s*$/.exec(rest)
  return { conditions: [hint?.[1] === undefined ? '?' : `!${hint[1]}`], otherwise: [] }
}

function expression(text: string): string {
  const condition = codeText(text.replace(/\\\r?\n/g, ' ')).trim()
  const defined = /^(!?)\(?defined(?:\((\w+)\)|(\w+))\)?$/.exec(condition)
  return defined === null ? condition : `${defined[1] ?? ''}${defined[2] ?? defined[3] ?? ''}`
}

function negated(condition: string): string {
  if (/^!\w+$/.test(condition)) return condition.slice(1)
  return /^\w+$/.test(condition) ? `!${condition}` : `!(${condition})`
}
