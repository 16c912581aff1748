/**
 * What a macro's call does that a function's call can't: change its arguments, or leave the place where it
 * stands. Such a macro must be expanded; taken for a call it would be wrong.
 */
import { expandTokens } from './expand.js'
import type { Macro, MacroLookup } from './macro.js'
import { type MacroToken, macroTokens } from './tokens.js'

export interface MacroEffects {
  /** Indices of arguments that are assigned, or counted up or down. */
  readonly assigns: readonly number[]
  /** Indices of arguments whose address is taken. */
  readonly takesAddress: readonly number[]
  /** Ways out of the macro's own text. */
  readonly leaves: readonly ('goto' | 'return' | 'break' | 'continue')[]
  /** Whether it ends in the head of a loop, or declares names, which whoever calls it sees. */
  readonly opens: boolean
}

const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=', '++', '--'])

/** The effects of a macro with arguments, judged by what it expands to; null where that has no end. */
export function macroEffects(macro: Macro, lookup: MacroLookup): MacroEffects | null {
  const parameters = [...(macro.parameters ?? []), ...(macro.rest === null ? [] : [macro.rest])]
  const marks = parameters.map((_, index) => `${MARK}${index}`)
  const call = macro.parameters === null ? macro.name : `${macro.name}(${marks.join(', ')})`
  const tokens = expandTokens(macroTokens(call), lookup)
  if (tokens === null) return null
  const assigns = new Set<number>()
  const takesAddress = new Set<number>()
  tokens.forEach((token, at) => {
    if (token.kind !== 'ident' || !token.text.startsWith(MARK)) return
    const index = Number(token.text.slice(MARK.length))
    if (Number.isNaN(index)) return
    const [before, after] = around(tokens, at)
    if (ASSIGNMENTS.has(after) || before === '++' || before === '--') assigns.add(index)
    if (before === '&') takesAddress.add(index)
  })
  return {
    assigns: [...assigns].sort((a, b) => a - b),
    takesAddress: [...takesAddress].sort((a, b) => a - b),
    leaves: exits(tokens),
    opens: isOpen(tokens),
  }
}

/** Whether a call of the macro can't be taken for a function's. */
export function mustExpand(effects: MacroEffects): boolean {
  return effects.assigns.length > 0 || effects.leaves.length > 0 || effects.opens
}

const MARK = '__argument_'

/** The operators on both sides of an argument, through the parentheses and members around it. */
function around(tokens: readonly MacroToken[], at: number): [string, string] {
  let left = at - 1
  let right = at + 1
  for (;;) {
    const before = tokens[left]?.text ?? ''
    const after = tokens[right]?.text ?? ''
    if (before === '(' && after === ')' && isGrouping(tokens[left - 1])) {
      left--
      right++
    } else if (after === '->' || after === '.') right += 2
    else if (after === '[') right = closing(tokens, right) + 1
    else {
      const operand = tokens[left - 1]
      const isBinary =
        before === '&' &&
        operand !== undefined &&
        (operand.kind !== 'punct' || operand.text === ')' || operand.text === ']')
      // `*p = x` stores through the argument, which stays what it was.
      if (before === '*' && ASSIGNMENTS.has(after)) return [before, '']
      return [isBinary ? '' : before, isStoreThrough(tokens, at, right) ? '' : after]
    }
  }
}

/** `p->m = x` and `p[i] = x` change what the argument points to or, for `a.m`, the argument. */
function isStoreThrough(tokens: readonly MacroToken[], at: number, right: number): boolean {
  for (let index = at + 1; index < right; index++) if (tokens[index]?.text === '->') return true
  return false
}

/** Whether `(` behind this token only groups. */
function isGrouping(token: MacroToken | undefined): boolean {
  return token === undefined || (token.kind === 'punct' && token.text !== ')' && token.text !== ']')
}

function exits(tokens: readonly MacroToken[]): MacroEffects['leaves'] {
  const found = new Set<'goto' | 'return' | 'break' | 'continue'>()
  // How many loops and switches are open, by the depth of the braces in which their bodies stand.
  const loops: number[] = []
  let depth = 0
  let pending = false
  for (let at = 0; at < tokens.length; at++) {
    const { text } = tokens[at] ?? { text: '' }
    if (text === '{') {
      depth++
      if (pending) loops.push(depth)
      pending = false
    } else if (text === '}') {
      if (loops[loops.length - 1] === depth) loops.pop()
      depth--
    } else if (text === 'for' || text === 'while' || text === 'switch') {
      at = closing(tokens, at + 1)
      pending = tokens[at + 1]?.text !== ';'
    } else if (text === 'do') pending = true
    else if (text === ';') pending = false
    else if (text === 'return' || text === 'goto') found.add(text)
    else if ((text === 'break' || text === 'continue') && loops.length === 0 && !pending) found.add(text)
  }
  return [...found].sort()
}

/** Whether names declared by the macro stay visible behind it, or a loop's body is expected. */
function isOpen(tokens: readonly MacroToken[]): boolean {
  const first = tokens[0]
  if (first === undefined) return false
  const last = tokens[tokens.length - 1]
  if (last?.text === 'else') return true
  if (first.text === 'for') return closing(tokens, 1) === tokens.length - 1
  const isDeclaration =
    first.kind === 'ident' && tokens[1]?.kind === 'ident' && first.text !== 'do' && first.text !== 'goto'
  return isDeclaration && first.text !== 'return' && first.text !== 'if' && first.text !== 'else'
}

function closing(tokens: readonly MacroToken[], from: number): number {
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    const text = tokens[at]?.text
    if (text === '(' || text === '[' || text === '{') depth++
    else if ((text === ')' || text === ']' || text === '}') && --depth === 0) return at
  }
  return tokens.length - 1
}
