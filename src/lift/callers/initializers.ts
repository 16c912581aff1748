/** Where in an initialiser a token stands, and what an initialiser sets. */
import type { Token } from '../lex-c.js'
import { type Code, textOf } from './code.js'

/** A member that an initialiser sets. */
export interface SetField {
  /** `pmd_entry`; `#2` for the third without a name. */
  readonly field: string
  /** Its value as written. */
  readonly value: string
  readonly line: number
  /** `#if` conditions around it, where they are more than those around the table. */
  readonly conditions: readonly string[]
}

/** A variable, or a compound literal, that is initialised with braces. */
export interface Initialized {
  /** Null for a compound literal. */
  readonly name: string | null
  /** Token of the name, or of the `(` of the literal's type. */
  readonly at: number
  /** Token of the outermost `{`. */
  readonly open: number
  /** First token of the declaration. */
  readonly first: number
  /** Tag of its struct; null where its type is a typedef or what a macro makes of it. */
  readonly struct: string | null
  /** The words before the name: `static const struct mm_walk_ops`. */
  readonly type: string
}

/** The initialiser that a token stands in; null where it stands in none. */
export function initializedAround(code: Code, index: number): Initialized | null {
  let open = -1
  for (let at = code.parent[index] ?? -1; at >= 0; at = code.parent[at] ?? -1) {
    if (code.tokens[at]?.text !== '{') continue
    const before = code.tokens[at - 1]?.text
    if (before === '=' || before === ')') open = at
    // `= {` is the outermost; `(struct x) {` may stand in another, and a function's body ends the search.
    if (before === '=' && !isDesignated(code, at)) return variable(code, at)
    if (before === ')' && literal(code, at) !== null) return literal(code, at)
    if (before !== '{' && before !== ',' && before !== '=' && open !== at) return null
  }
  return null
}

/** Whether `= {` at a brace gives a member its value, rather than a variable. */
function isDesignated(code: Code, brace: number): boolean {
  const item = itemStart(code, brace)
  const first = code.tokens[item]?.text
  return code.tokens[code.parent[brace] ?? -1]?.text === '{' && (first === '.' || first === '[')
}

/** First token of the item of a list that a token belongs to, up to the comma or bracket before it. */
function itemStart(code: Code, index: number): number {
  const parent = code.parent[index] ?? -1
  let at = index
  while (at - 1 > parent) {
    const before = at - 1
    const token = code.tokens[before]
    if (token === undefined) break
    if (
      code.parent[before] === parent &&
      (token.text === ',' || token.text === ';' || token.kind === 'directive')
    )
      break
    at = before
  }
  return at
}

/** Attributes that stand between a variable's name and its initialiser. */
const ATTRIBUTE =
  /^(?:__(?:\w*init(?:const|data)?|ro_after_init|read_mostly|maybe_unused|used|section|refdata|aligned|percpu|attribute(?:__)?)|____cacheline\w*)$/

/** `static const struct x name[] = {`: backwards from the brace. */
export function variable(code: Code, open: number): Initialized | null {
  const { tokens } = code
  let at = open - 2
  while (at >= 0 && (/^[\])]$/.test(tokens[at]?.text ?? '') || ATTRIBUTE.test(tokens[at]?.text ?? ''))) {
    const partner = code.partner[at] ?? -1
    at = partner >= 0 ? partner - 1 : at - 1
  }
  const name = tokens[at]
  if (name?.kind !== 'ident') return null
  const first = declarationStart(code, at)
  return {
    name: name.text,
    at,
    open,
    first,
    struct: structTag(tokens, first, at),
    type: textOf(tokens, first, at),
  }
}

/** `(struct x) {`: a compound literal; null where the parenthesis is that of an `if` or a function's head. */
function literal(code: Code, open: number): Initialized | null {
  const { tokens } = code
  const first = code.partner[open - 1] ?? -1
  if (first < 0 || tokens[first + 1]?.text === ')') return null
  const before = tokens[first - 1]
  if (before?.kind === 'ident' && before.text !== 'return') return null
  const struct = structTag(tokens, first + 1, open - 1)
  if (struct === null) return null
  return { name: null, at: first, open, first, struct, type: textOf(tokens, first + 1, open - 1) }
}

/** First token of the declaration that a name belongs to. */
export function declarationStart(code: Code, name: number): number {
  let at = name
  while (at > 0) {
    const before = at - 1
    const text = code.tokens[before]?.text ?? ''
    if (code.tokens[before]?.kind === 'directive' || /^[;{}(,=]$/.test(text)) break
    if (text === ')' || text === ']') {
      const partner = code.partner[before] ?? -1
      // A macro without a semicolon on the line before: `EXPORT_SYMBOL(x)`.
      const macro = code.tokens[partner - 1]
      if (partner < 0 || macro?.kind !== 'ident' || !/^(?:__\w+|typeof)$/.test(macro.text)) break
      at = partner - 1
      continue
    }
    at = before
  }
  return at
}

function structTag(tokens: readonly Token[], from: number, to: number): string | null {
  for (let at = from; at < to; at++) {
    if (/^(?:struct|union)$/.test(tokens[at]?.text ?? '')) {
      const tag = tokens[at + 1]
      return at + 1 < to && tag?.kind === 'ident' ? tag.text : null
    }
  }
  return null
}

/** What one level of braces sets, and what keeps that from being the whole truth. */
export interface Members {
  readonly fields: readonly SetField[]
  /** Elements of an array: the braces of each. */
  readonly elements: readonly number[]
  /** Macros that stand among the members and may set any. */
  readonly macros: readonly string[]
}

/** The members that the braces at `open` set. */
export function membersOf(code: Code, open: number): Members {
  const fields: SetField[] = []
  const elements: number[] = []
  const macros: string[] = []
  const outer = code.conditionsAt(open).length
  let position = 0
  for (const { from, to } of itemsOf(code, open)) {
    const { tokens } = code
    const [first, second] = [tokens[from], tokens[from + 1]]
    if (first === undefined) continue
    const line = first.line
    const conditions = code.conditionsAt(from).slice(outer)
    const member = /^\w+$/.test(second?.text ?? '') && first.text === '.' ? second : undefined
    if (member !== undefined) {
      let at = from + 2
      let field = member.text
      while (at < to && tokens[at]?.text !== '=') field += tokens[at++]?.text ?? ''
      fields.push({ field, value: textOf(tokens, at + 1, to), line, conditions })
    } else if (first.kind === 'ident' && second?.text === ':') {
      fields.push({ field: first.text, value: textOf(tokens, from + 2, to), line, conditions })
    } else if (first.text === '[') {
      const value = (code.partner[from] ?? from) + 2
      if (tokens[value]?.text === '{') elements.push(value)
      else
        fields.push({
          field: textOf(tokens, from, value - 1),
          value: textOf(tokens, value, to),
          line,
          conditions,
        })
    } else if (first.text === '{') elements.push(from)
    else if (first.kind === 'ident' && second?.text === '(' && isMacroName(first.text))
      macros.push(first.text)
    else fields.push({ field: `#${position}`, value: textOf(tokens, from, to), line, conditions })
    position++
  }
  return { fields, elements, macros }
}

function isMacroName(name: string): boolean {
  return /^[A-Z_][A-Z0-9_]*$/.test(name) || name.startsWith('__')
}

/** The items between braces, directives left out. */
function itemsOf(code: Code, open: number): { from: number; to: number }[] {
  const close = code.partner[open] ?? -1
  if (close < 0) return []
  const items: { from: number; to: number }[] = []
  let from = -1
  for (let at = open + 1; at <= close; at++) {
    const token = code.tokens[at]
    const ends =
      at === close || (code.parent[at] === open && (token?.text === ',' || token?.kind === 'directive'))
    if (!ends && from < 0) from = at
    if (ends && from >= 0) {
      items.push({ from, to: at })
      from = -1
    }
  }
  return items
}

/** The member that a token's value goes to, from the outermost braces on: `ops.pmd_entry`, `[2].show`, `#1`. */
export function memberPath(code: Code, index: number, open: number): string {
  const steps: string[] = []
  for (let at = index; at !== open && at >= 0; at = code.parent[at] ?? -1) {
    if (code.tokens[code.parent[at] ?? -1]?.text !== '{') continue
    steps.unshift(stepOf(code, at))
  }
  return steps.join('').replace(/^\./, '')
}

function stepOf(code: Code, index: number): string {
  const parent = code.parent[index] ?? -1
  const from = itemStart(code, index)
  const { tokens } = code
  if (tokens[from]?.text === '.') {
    let at = from
    let path = ''
    while (at < index && tokens[at]?.text !== '=') path += tokens[at++]?.text ?? ''
    return path
  }
  if (tokens[from]?.text === '[') return textOf(tokens, from, (code.partner[from] ?? from) + 1)
  if (tokens[from]?.kind === 'ident' && tokens[from + 1]?.text === ':') return `.${tokens[from]?.text}`
  const before = itemsOf(code, parent).filter((item) => item.to <= from).length
  return tokens[index]?.text === '{' ? `[${before}]` : `#${before}`
}

/** Whether a value sets a pointer to anything at all. */
export function isSet(value: string): boolean {
  return !/^(?:\(?\(void ?\*\)0\)?|NULL|0)$/.test(value)
}
