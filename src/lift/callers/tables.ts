/** Tables of callbacks: variables of a struct that was asked for, what they set, and where they are used. */
import { argumentsOf, type Code, type FunctionPart, textOf } from './code.js'
import type { FactPlace, StoreFact, TableFact, TableUse } from './facts.js'
import { locksAt } from './held-locks.js'
import {
  declarationStart,
  initializedAround,
  isSet,
  memberPath,
  membersOf,
  variable,
} from './initializers.js'

/** The place of a token. */
export function placeOf(code: Code, index: number): FactPlace {
  return {
    path: code.path,
    line: code.tokens[index]?.line ?? 0,
    function: code.functionAt(index)?.name ?? null,
    conditions: code.conditionsAt(index),
  }
}

/** Every table of a struct in a file, in order. */
export function tablesIn(code: Code, tag: string): TableFact[] {
  const tables: TableFact[] = []
  for (let at = 0; at + 2 < code.tokens.length; at++) {
    if (code.tokens[at]?.text !== 'struct' || code.tokens[at + 1]?.text !== tag) continue
    tables.push(...tablesFrom(code, at, tag))
  }
  return tables
}

/** The tables of these names, of whatever struct; empty `struct` where a typedef or a macro hides it. */
export function tablesNamed(code: Code, names: ReadonlySet<string>): TableFact[] {
  const tables: TableFact[] = []
  for (const [open, token] of code.tokens.entries()) {
    if (token.text !== '{' || code.tokens[open - 1]?.text !== '=') continue
    const owner = variable(code, open)
    if (owner?.name === null || owner === null || !names.has(owner.name)) continue
    const isStatic = /\bstatic\b/.test(owner.type)
    tables.push(
      ...elementsOf(code, open, { name: owner.name, at: owner.at, tag: owner.struct ?? '', isStatic }),
    )
  }
  return tables
}

/** Whether the struct itself is defined at a token. */
export function definedIn(code: Code, tag: string): { tag: string; line: number } | null {
  for (let at = 0; at + 2 < code.tokens.length; at++) {
    const [word, name, brace] = [code.tokens[at], code.tokens[at + 1], code.tokens[at + 2]]
    if (word?.text === 'struct' && name?.text === tag && brace?.text === '{') return { tag, line: word.line }
  }
  return null
}

function tablesFrom(code: Code, at: number, tag: string): TableFact[] {
  const { tokens } = code
  let next = at + 2
  while (/^(?:const|volatile|__\w+)$/.test(tokens[next]?.text ?? '') && tokens[next + 1]?.kind === 'ident')
    next++
  const token = tokens[next]
  if (token?.text === ')' && tokens[next + 1]?.text === '{' && code.partner[next] === at - 1) {
    return elementsOf(code, next + 1, { name: '', at, tag, isStatic: false })
  }
  const words = new Set(tokens.slice(declarationStart(code, at), at).map(({ text }) => text))
  if (words.has('extern') || words.has('typedef')) return []
  const isStatic = words.has('static')
  const tables: TableFact[] = []
  // A parameter is no variable of its own.
  while (tokens[next]?.kind === 'ident' && tokens[code.parent[next] ?? -1]?.text !== '(') {
    if (tokens[next + 1]?.text === '(') break
    const { found, behind } = declarator(code, next, tag, isStatic)
    tables.push(...found)
    if (tokens[behind]?.text !== ',') break
    next = behind + 1
  }
  return tables
}

/** The table of one name in a declaration, and where its declarator ends. */
function declarator(
  code: Code,
  at: number,
  tag: string,
  isStatic: boolean,
): { readonly found: readonly TableFact[]; readonly behind: number } {
  const { tokens } = code
  const name = tokens[at]?.text ?? ''
  let behind = at + 1
  while (tokens[behind]?.text === '[' || /^__\w+$/.test(tokens[behind]?.text ?? '')) {
    behind = (code.partner[behind] ?? -1) < 0 ? behind + 1 : (code.partner[behind] ?? behind) + 1
  }
  const place = placeOf(code, at)
  const common = { ...place, name, struct: tag, isStatic, fields: [] }
  if (tokens[behind]?.text === '=') {
    const end = endOf(code, behind + 1)
    if (tokens[behind + 1]?.text === '{') {
      return { found: elementsOf(code, behind + 1, { name, at, tag, isStatic }), behind: end }
    }
    const value = textOf(tokens, behind + 1, end)
    return { found: [{ ...common, open: [`${name} is made by ${value}`] }], behind: end }
  }
  const isMember = place.function === null && tokens[code.parent[at] ?? -1]?.text === '{'
  const open = isMember ? `a member ${name} of another struct` : `${name} is filled at run time`
  return { found: [{ ...common, open: [open] }], behind }
}

interface Owner {
  readonly name: string
  readonly at: number
  readonly tag: string
  readonly isStatic: boolean
}

/** One table, or one for each element of an array. */
function elementsOf(code: Code, open: number, owner: Owner): TableFact[] {
  const members = membersOf(code, open)
  const place = placeOf(code, owner.at)
  const table = (name: string, braces: number, of: typeof members): TableFact => ({
    ...place,
    line: name === owner.name ? place.line : (code.tokens[braces]?.line ?? place.line),
    name,
    struct: owner.tag,
    isStatic: owner.isStatic,
    fields: of.fields.filter(({ value }) => isSet(value)),
    open: of.macros.map((macro) => `members of ${name} come from the macro ${macro}`),
  })
  if (members.elements.length === 0) return [table(owner.name, open, members)]
  return members.elements.map((element, i) => table(`${owner.name}[${i}]`, element, membersOf(code, element)))
}

/** The `;` or `,` that ends what begins at a token. */
export function endOf(code: Code, from: number): number {
  for (let at = from; at < code.tokens.length; at++) {
    const text = code.tokens[at]?.text ?? ''
    if (/^[;,)}\]]$/.test(text)) return at
    const partner = code.partner[at] ?? -1
    if (partner > at) at = partner
  }
  return code.tokens.length
}

/** Members that are assigned in code: `ops->pmd_entry = f`. */
export function storesIn(code: Code, members: readonly string[]): StoreFact[] {
  const stores: StoreFact[] = []
  const wanted = new Set(members)
  for (let at = 1; at + 1 < code.tokens.length; at++) {
    const token = code.tokens[at]
    if (token?.kind !== 'ident' || !wanted.has(token.text) || code.tokens[at + 1]?.text !== '=') continue
    const access = code.tokens[at - 1]?.text
    const before = code.tokens[at - 2]?.text ?? ''
    if (access !== '->' && (access !== '.' || /^[{,]?$/.test(before))) continue
    if (code.tokens[at - 2]?.kind === 'directive') continue
    stores.push({
      ...placeOf(code, at),
      member: token.text,
      to: textOf(code.tokens, expressionStart(code, at), at + 1),
      value: textOf(code.tokens, at + 2, endOf(code, at + 2)),
    })
  }
  return stores
}

/** First token of the `a->b.c` that ends at a token. */
export function expressionStart(code: Code, index: number): number {
  let at = index
  for (;;) {
    const before = code.tokens[at - 1]?.text ?? ''
    if (before === '->' || before === '.') at -= 2
    else return at
    while (/^[\])]$/.test(code.tokens[at]?.text ?? '') && (code.partner[at] ?? -1) >= 0) {
      at = (code.partner[at] ?? at) - 1
    }
  }
}

const NO_CALLEE = /^(?:if|while|for|switch|return|sizeof|typeof|case|else|do)$/

/** The call that a token is an argument of, through grouping parentheses; the token of the callee's name. */
export function calleeAround(code: Code, index: number): number | null {
  for (let at = code.parent[index] ?? -1; at >= 0; at = code.parent[at] ?? -1) {
    if (code.tokens[at]?.text !== '(') return null
    const callee = code.tokens[at - 1]
    if (callee?.kind === 'ident') return NO_CALLEE.test(callee.text) ? null : at - 1
    if (callee !== undefined && /^[\])]$/.test(callee.text)) return null
  }
  return null
}

/** Where tables of these names are used in a file; a name without its index stands for an array. */
export function usesIn(code: Code, names: readonly string[]): TableUse[] {
  const uses: TableUse[] = []
  const wanted = new Set(names)
  for (let at = 0; at < code.tokens.length; at++) {
    const token = code.tokens[at]
    if (token?.kind !== 'ident' || !wanted.has(token.text)) continue
    const before = code.tokens[at - 1]?.text ?? ''
    const after = code.tokens[at + 1]?.text ?? ''
    if (before === '->' || before === '.' || before === 'struct') continue
    // Its declaration, and its members.
    if (/^(?:[=[;]|__\w+)$/.test(after) && code.tokens[at - 1]?.kind === 'ident') continue
    if (after === '->' || (after === '.' && before !== '&')) continue
    if (after === '=' && code.tokens[at + 2]?.text === '{') continue
    uses.push(...usesAt(code, at, token.text))
  }
  return uses
}

/** One use; through a local variable that is handed on, one for each call that gets it. */
function usesAt(code: Code, at: number, table: string): TableUse[] {
  const callee = calleeAround(code, at)
  if (callee !== null) return [callUse(code, callee, table, null)]
  const initialized = initializedAround(code, at)
  const place = placeOf(code, at)
  if (initialized !== null) {
    const to = `${initialized.name ?? initialized.type}.${memberPath(code, at, initialized.open)}`
    return [{ ...place, table, how: { kind: 'stored', to }, text: to, locks: null }]
  }
  const target = assignedTo(code, at)
  if (target === null)
    return [{ ...place, table, how: { kind: 'other' }, text: lineText(code, at), locks: null }]
  const text = textOf(code.tokens, target.from, target.to)
  const part = code.functionAt(at)
  if (part !== null && target.to - target.from === 1) {
    const through: TableUse[] = []
    for (let next = part.open; next < part.close; next++) {
      if (code.tokens[next]?.text !== text || /^(?:\.|->)$/.test(code.tokens[next - 1]?.text ?? '')) continue
      const handed = calleeAround(code, next)
      if (handed !== null) through.push(callUse(code, handed, table, text))
    }
    if (through.length > 0) return through
  }
  return [{ ...place, table, how: { kind: 'stored', to: text }, text: lineText(code, at), locks: null }]
}

function callUse(code: Code, callee: number, table: string, through: string | null): TableUse {
  const part = code.functionAt(callee)
  const name = code.tokens[callee]?.text ?? ''
  return {
    ...placeOf(code, callee),
    table,
    how: { kind: 'call', callee: name, through },
    text: textOf(code.tokens, callee, (code.partner[callee + 1] ?? callee) + 1),
    locks: part === null ? null : locksAt(code, part, callee),
  }
}

/** The left side of the assignment whose right side a token stands in; of a declaration the variable alone. */
export function assignedTo(code: Code, index: number): { from: number; to: number } | null {
  const parent = code.parent[index] ?? -1
  for (let at = index - 1; at > parent; at--) {
    const token = code.tokens[at]
    if (token === undefined || token.kind === 'directive') return null
    const partner = code.partner[at] ?? -1
    if (partner >= 0 && partner < at) {
      at = partner
      continue
    }
    if (/^[;{}]$/.test(token.text) || token.text === ',') return null
    if (token.text === '=') {
      let to = at
      while (/^[\])]$/.test(code.tokens[to - 1]?.text ?? '') && (code.partner[to - 1] ?? -1) >= 0) {
        to = code.partner[to - 1] ?? to
      }
      const name = to - 1
      // `int (*hook)(int) = f`: the name stands inside.
      const start = code.tokens[name]?.kind === 'ident' ? expressionStart(code, name) : name
      if (code.tokens[to]?.text === '(') return pointerName(code, to) ?? { from: start, to: at }
      return { from: start, to: at }
    }
  }
  return null
}

/** `(*name)`: the range of the name. */
function pointerName(code: Code, open: number): { from: number; to: number } | null {
  for (let at = open; at < (code.partner[open] ?? open); at++) {
    if (code.tokens[at]?.text === '*' && code.tokens[at + 1]?.kind === 'ident')
      return { from: at + 1, to: at + 2 }
  }
  return null
}

/** The statement around a token, for people. */
export function lineText(code: Code, index: number): string {
  const parent = code.parent[index] ?? -1
  let from = index
  while (from - 1 > parent && !/^[;{},]$/.test(code.tokens[from - 1]?.text ?? '')) {
    if (code.tokens[from - 1]?.kind === 'directive') break
    const partner = code.partner[from - 1] ?? -1
    from = partner >= 0 && partner < from - 1 && partner > parent ? partner : from - 1
  }
  return textOf(code.tokens, from, endOf(code, index)).slice(0, 160)
}

/**
 * Names of variables whose address, or who themselves, are handed to a call; of a local that was set to the address of
 * another, that one too.
 */
export function passedBy(code: Code, callee: number): string[] {
  const names = new Set<string>()
  const part = code.functionAt(callee)
  for (const { from, to } of argumentsOf(code, callee + 1)) {
    const start = code.tokens[from]?.text === '&' ? from + 1 : from
    const token = code.tokens[start]
    if (to - start !== 1 || token?.kind !== 'ident') continue
    names.add(token.text)
    if (part !== null && start === from) for (const name of pointedAt(code, part, token.text)) names.add(name)
  }
  return [...names]
}

/** What a variable is set to the address of, anywhere in a function. */
function pointedAt(code: Code, part: FunctionPart, variable: string): string[] {
  const names: string[] = []
  for (let at = part.open; at < part.close; at++) {
    if (code.tokens[at]?.text !== variable || code.tokens[at + 1]?.text !== '=') continue
    for (let next = at + 2, end = endOf(code, at + 2); next < end; next++) {
      const name = code.tokens[next + 1]
      if (code.tokens[next]?.text === '&' && name?.kind === 'ident') names.push(name.text)
    }
  }
  return names
}
