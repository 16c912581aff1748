/** Reads Kconfig files: which symbols there are, what they depend on, and what gives them a value. */
import type { TreeReader } from './library.js'

/** An expression over symbols. Symbols and quoted strings are both words: a word that no symbol has is a constant. */
export type KconfigExpression =
  | { readonly kind: 'word'; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: 'not'; readonly of: KconfigExpression }
  | { readonly kind: 'and' | 'or'; readonly left: KconfigExpression; readonly right: KconfigExpression }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: string; readonly right: string }

/** Something that counts under a condition; null for one that always counts. */
export interface Conditional<T> {
  readonly value: T
  readonly condition: KconfigExpression | null
  /** Which of the places that define the symbol says so: an index into `depends`. */
  readonly place: number
}

export interface KconfigSymbol {
  readonly name: string
  type: 'bool' | 'tristate' | 'string' | 'int' | 'hex' | 'unknown'
  /** Conditions under which somebody is asked for the value. */
  readonly prompts: Conditional<string>[]
  readonly defaults: Conditional<KconfigExpression>[]
  readonly selects: Conditional<string>[]
  readonly implies: Conditional<string>[]
  /** For each place that defines the symbol, what it depends on there. */
  readonly depends: (KconfigExpression | null)[]
  /** The choice it is one of. */
  choice: KconfigChoice | null
}

export interface KconfigChoice {
  readonly members: string[]
  readonly defaults: Conditional<KconfigExpression>[]
}

export interface Kconfig {
  readonly symbols: ReadonlyMap<string, KconfigSymbol>
}

const MAX_FILES = 10_000
const MAX_DEPTH = 50

/**
 * Reads a Kconfig file and those that it sources. `variables` are the build's: SRCARCH, ARCH. Files that are
 * not there are passed over, so that a part of a tree gives a part of the symbols.
 */
export function readKconfig(
  read: TreeReader,
  path: string,
  variables: Readonly<Record<string, string>>,
): Kconfig {
  const symbols = new Map<string, KconfigSymbol>()
  const own = new Map(Object.entries(variables))
  let files = 0

  const substituted = (text: string): string => {
    if (!text.includes('$')) return text
    // A test of the toolchain is taken for passed, other functions for nothing.
    let result = ''
    for (let at = 0; at < text.length; ) {
      if (!text.startsWith('$(', at)) {
        result += text[at++]
        continue
      }
      let depth = 0
      let end = at + 1
      for (; end < text.length; end++) {
        if (text[end] === '(') depth++
        else if (text[end] === ')' && --depth === 0) break
      }
      const inside = text.slice(at + 2, end)
      result +=
        own.get(inside) ??
        (/^(?:cc-option|as-instr|ld-option|success|cc-can-link|as-option)/.test(inside) ? 'y' : '')
      at = end + 1
    }
    return result
  }

  interface Scope {
    readonly depends: KconfigExpression | null
    readonly choice: KconfigChoice | null
  }

  const readFile = (file: string, outer: Scope, depth: number): void => {
    const text = depth > MAX_DEPTH || ++files > MAX_FILES ? null : read(file)
    if (text === null) return
    const scopes: Scope[] = [outer]
    let symbol: KconfigSymbol | null = null
    let block: 'config' | 'menu' | 'choice' | 'other' = 'other'
    let helpIndent = -1
    let awaitsHelp = false
    const scope = (): Scope => scopes[scopes.length - 1] ?? outer
    const narrow = (more: KconfigExpression | null): void => {
      const current = scopes.pop() ?? outer
      scopes.push({ ...current, depends: both(current.depends, more) })
    }
    for (const raw of text.replace(/\\\n/g, ' ').split('\n')) {
      const indent = indentOf(raw)
      if (awaitsHelp) {
        if (raw.trim() === '') continue
        awaitsHelp = false
        if (indent > 0) helpIndent = indent
      }
      if (helpIndent >= 0) {
        if (raw.trim() === '' || indent >= helpIndent) continue
        helpIndent = -1
      }
      const line = substituted(raw.replace(/(^|\s)#.*$/, '').trim())
      const match = /^([\w-]+)\s*(.*)$/.exec(line)
      const place: number = symbol === null ? 0 : symbol.depends.length - 1
      const keyword = match?.[1] ?? ''
      const rest = (match?.[2] ?? '').trim()
      switch (keyword) {
        case 'config':
        case 'menuconfig':
          symbol = symbolNamed(symbols, rest)
          symbol.depends.push(scope().depends)
          if (scope().choice !== null && symbol.choice === null) {
            symbol.choice = scope().choice
            scope().choice?.members.push(rest)
          }
          block = 'config'
          break
        case 'help':
        case '---help---':
          awaitsHelp = true
          break
        case 'menu':
          scopes.push({ ...scope(), choice: null })
          block = 'menu'
          break
        case 'choice':
          scopes.push({ depends: scope().depends, choice: { members: [], defaults: [] } })
          block = 'choice'
          break
        case 'if':
          scopes.push({ ...scope(), depends: both(scope().depends, parseExpression(rest)) })
          block = 'other'
          break
        case 'endmenu':
        case 'endchoice':
        case 'endif':
          if (scopes.length > 1) scopes.pop()
          block = 'other'
          break
        case 'source':
        case 'rsource':
        case 'osource':
          readFile(rest.replace(/^"|"$/g, '').replace(/^\//, ''), scope(), depth + 1)
          block = 'other'
          break
        case 'comment':
        case 'mainmenu':
          block = 'other'
          break
        case 'depends': {
          const condition = parseExpression(rest.replace(/^on\s+/, ''))
          if (block === 'config' && symbol !== null) {
            const last = symbol.depends.pop() ?? null
            symbol.depends.push(both(last, condition))
          } else if (block === 'menu' || block === 'choice') narrow(condition)
          break
        }
        case 'bool':
        case 'tristate':
        case 'string':
        case 'int':
        case 'hex':
        case 'prompt':
          if (block !== 'config' || symbol === null) break
          if (keyword !== 'prompt') symbol.type = keyword
          if (rest.startsWith('"') || rest.startsWith("'"))
            symbol.prompts.push({ value: rest, condition: splitIf(rest).condition, place })
          break
        case 'def_bool':
        case 'def_tristate':
        case 'default': {
          const { text: value, condition } = splitIf(rest)
          const entry = { value: parseExpression(value), condition, place }
          if (block === 'choice') scope().choice?.defaults.push(entry)
          if (block !== 'config' || symbol === null) break
          if (keyword === 'def_bool') symbol.type = 'bool'
          if (keyword === 'def_tristate') symbol.type = 'tristate'
          symbol.defaults.push(entry)
          break
        }
        case 'select':
        case 'imply': {
          if (block !== 'config' || symbol === null) break
          const { text: value, condition } = splitIf(rest)
          const list = keyword === 'select' ? symbol.selects : symbol.implies
          list.push({ value, condition, place })
          break
        }
        default: {
          const assignment = /^([\w-]+)\s*:?=\s*(.*)$/.exec(line)
          if (assignment?.[1] !== undefined && block !== 'config') own.set(assignment[1], assignment[2] ?? '')
        }
      }
    }
  }
  readFile(path, { depends: null, choice: null }, 0)
  return { symbols }
}

function symbolNamed(symbols: Map<string, KconfigSymbol>, name: string): KconfigSymbol {
  const known = symbols.get(name)
  if (known !== undefined) return known
  const made: KconfigSymbol = {
    name,
    type: 'unknown',
    prompts: [],
    defaults: [],
    selects: [],
    implies: [],
    depends: [],
    choice: null,
  }
  symbols.set(name, made)
  return made
}

function indentOf(line: string): number {
  let column = 0
  for (const character of line) {
    if (character === '\t') column += 8 - (column % 8)
    else if (character === ' ') column++
    else break
  }
  return column
}

/** `value if condition`, where quoted text may hold the word. */
function splitIf(text: string): { readonly text: string; readonly condition: KconfigExpression | null } {
  const bare = text.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, (quoted) => '_'.repeat(quoted.length))
  const at = bare.search(/\sif\s/)
  if (at < 0) return { text: text.trim(), condition: null }
  return { text: text.slice(0, at).trim(), condition: parseExpression(text.slice(at + 4)) }
}

function both(left: KconfigExpression | null, right: KconfigExpression | null): KconfigExpression | null {
  if (left === null) return right
  return right === null ? left : { kind: 'and', left, right }
}

const NEVER: KconfigExpression = { kind: 'word', text: 'n', isQuoted: false }

/** Reads an expression; text that is none never holds. */
export function parseExpression(text: string): KconfigExpression {
  const tokens = text.match(/"(?:\\.|[^"\\])*"|'[^']*'|\|\||&&|!=|<=|>=|[=<>!()]|[^\s"'|&!=<>()]+/g) ?? []
  let at = 0
  let depth = 0
  const or = (): KconfigExpression => {
    let left = and()
    while (tokens[at] === '||') {
      at++
      left = { kind: 'or', left, right: and() }
    }
    return left
  }
  const and = (): KconfigExpression => {
    let left = unary()
    while (tokens[at] === '&&') {
      at++
      left = { kind: 'and', left, right: unary() }
    }
    return left
  }
  const unary = (): KconfigExpression => {
    const token = tokens[at++]
    if (token === undefined || ++depth > 500) return NEVER
    if (token === '!') return { kind: 'not', of: unary() }
    if (token === '(') {
      const inner = or()
      if (tokens[at] === ')') at++
      return inner
    }
    const operator = tokens[at]
    if (operator !== undefined && /^(?:=|!=|<|>|<=|>=)$/.test(operator)) {
      at += 2
      return { kind: 'compare', operator, left: token, right: tokens[at - 1] ?? '' }
    }
    const isQuoted = /^["']/.test(token)
    return { kind: 'word', text: isQuoted ? token.slice(1, -1) : token, isQuoted }
  }
  return or()
}
