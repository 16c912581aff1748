/**
 * Where the next line of a C file is likely to begin, from the lines above it as they are indented. Unlike
 * `depthsOf`, which knows nothing but one hunk without its blanks, this follows a real file: columns are
 * those of the lines that opened a brace, a parenthesis or a comment. States are values, so that a search
 * can go on from any of them.
 */
import { columnsOf, indentTo } from './infer-indent.js'

/** What is open behind a line. */
export interface Layout {
  /** In a block comment: blanks in front of its opening, and of its last line (null before a second). */
  readonly comment: { readonly opening: string; readonly last: string | null; readonly text: number } | null
  /** In a macro over several lines: blanks of its last line, null behind the `#define` line. */
  readonly macro: { readonly last: string | null } | null
  readonly parens: readonly Paren[]
  readonly braces: readonly Brace[]
  /** Blanks of the control statements (`if (…)`, `else`, `for (…)`) that wait for their one statement. */
  readonly pending: readonly string[]
  /** A statement that goes on: its first line's blanks and code, blanks of its last further line, useful columns. */
  readonly statement: {
    readonly indent: string
    readonly head: string
    readonly further: string | null
    readonly columns: readonly number[]
  } | null
  /** Blanks of the `if`s that an `else` may still follow, the innermost last. */
  readonly ifs: readonly string[]
  /** Blanks of the last statement outside all braces. */
  readonly top: string
}

interface Paren {
  /** Column behind the parenthesis. */
  readonly column: number
  /** Blanks of the line it stands in. */
  readonly indent: string
  /** Nothing stands behind it in its line. */
  readonly isLast: boolean
  /** Blanks of the last line inside it that is not its first. */
  readonly further: string | null
}

interface Brace {
  readonly indent: string
  readonly kind: 'block' | 'switch' | 'list'
  /** Blanks of the last statement or member that began directly in it. */
  readonly child: string | null
  /** How many parentheses are open around it. */
  readonly parens: number
}

/** Blanks that a line may have in front, and how much speaks for them. */
export interface Guess {
  readonly indent: string
  readonly weight: number
}

export const NOTHING_OPEN: Layout = {
  comment: null,
  macro: null,
  parens: [],
  braces: [],
  pending: [],
  statement: null,
  ifs: [],
  top: '',
}

const TAB = '\t'
const CASE = /^(?:case\b[^;]*:|default\s*:)/
const LABEL = /^[A-Za-z_]\w*:(?!:)/
const CONTROL = /^(?:\}\s*)?(?:else\b\s*)?(?:(?:if|for|while|switch|\w*for_each\w*)\s*\(|else$|do$)/

/**
 * How further lines inside parentheses are indented: under what follows the parenthesis, by as many tabs as go
 * there, one tab or two tabs deeper than the first line.
 */
export const STYLES = ['aligned', 'floor', 'one-tab', 'two-tabs'] as const
export type Style = (typeof STYLES)[number]

/** How much speaks for each style. */
export type StyleWeights = Readonly<Record<Style, number>>

/** Guesses for a line whose text without blanks in front is `body`. */
export function guessIndents(layout: Layout, body: string, styles: StyleWeights): readonly Guess[] {
  if (layout.comment !== null) return inComment(layout.comment, body)
  if (body.startsWith('#') && layout.macro === null) return [{ indent: '', weight: 3 }]
  const brace = layout.braces[layout.braces.length - 1]
  const paren = layout.parens[layout.parens.length - 1]
  if (body.startsWith('}')) {
    const closing = /^\}+/.exec(body)?.[0].length ?? 1
    const opener = layout.braces[layout.braces.length - closing]
    return [{ indent: opener?.indent ?? '', weight: 4 }]
  }
  if (CASE.test(body) && brace !== undefined) {
    return [
      { indent: brace.indent, weight: 2 },
      { indent: brace.indent + TAB, weight: 1 },
    ]
  }
  if (LABEL.test(body) && brace?.kind === 'block' && layout.statement === null) {
    return [
      { indent: '', weight: 2 },
      { indent: ' ', weight: 1 },
      { indent: brace.child ?? brace.indent + TAB, weight: 0.5 },
    ]
  }
  if (paren !== undefined && layout.parens.length > (brace?.parens ?? 0)) return inParen(paren, body, styles)
  if (layout.statement !== null && !(body.startsWith('{') && layout.braces.length === 0)) {
    return further(layout)
  }
  return statements(layout, body, brace)
}

function inComment(comment: NonNullable<Layout['comment']>, body: string): Guess[] {
  const star = { indent: `${comment.opening} `, weight: 4 }
  const text = { indent: comment.opening + ' '.repeat(comment.text), weight: body.startsWith('*') ? 0.5 : 4 }
  const guesses = body.startsWith('*') ? [star, text] : [text, { ...star, weight: 1 }]
  if (comment.last !== null) guesses.push({ indent: comment.last, weight: 4.5 })
  return guesses
}

function inParen(paren: Paren, body: string, styles: StyleWeights): Guess[] {
  const guesses: Guess[] = []
  if (paren.further !== null) guesses.push({ indent: paren.further, weight: 3.5 })
  if (body.startsWith(')')) guesses.push({ indent: paren.indent, weight: 2.5 })
  for (const style of STYLES) {
    // Behind a parenthesis that ends its line there is nothing to stand under.
    const weight = paren.isLast ? LAST_PAREN[style] : 1 + styles[style]
    guesses.push({ indent: inStyle(paren, style), weight })
  }
  const column = paren.column - columnsOf(paren.indent)
  guesses.push({ indent: paren.indent + ' '.repeat(Math.max(0, column)), weight: 0.6 })
  guesses.push({ indent: `${paren.indent}    `, weight: 0.5 })
  guesses.push({ indent: paren.indent + TAB + TAB + TAB, weight: 0.4 })
  for (const off of [-1, 1, -2, 2]) guesses.push({ indent: indentTo(paren.column + off), weight: 0.3 })
  guesses.push({ indent: TAB.repeat(Math.ceil(paren.column / 8)), weight: 0.4 })
  return guesses
}

const LAST_PAREN: StyleWeights = { aligned: 0.5, floor: 0.4, 'one-tab': 2, 'two-tabs': 1.2 }

function inStyle(paren: Paren, style: Style): string {
  switch (style) {
    case 'aligned':
      return indentTo(paren.column)
    case 'floor':
      return TAB.repeat(Math.floor(paren.column / 8))
    case 'one-tab':
      return paren.indent + TAB
    case 'two-tabs':
      return paren.indent + TAB + TAB
  }
}

/** The style of a further line as it stands; null when it is no line inside a parenthesis, or has none. */
export function styleOf(layout: Layout, line: string): Style | null {
  const paren = layout.parens[layout.parens.length - 1]
  const brace = layout.braces[layout.braces.length - 1]
  if (paren === undefined || paren.isLast || layout.comment !== null) return null
  if (layout.parens.length <= (brace?.parens ?? 0)) return null
  const indent = line.slice(0, line.length - line.trimStart().length)
  return STYLES.find((style) => inStyle(paren, style) === indent) ?? null
}

function further({ statement, braces }: Layout): Guess[] {
  if (statement === null) return []
  const { indent } = statement
  const guesses: Guess[] = []
  if (statement.further !== null) guesses.push({ indent: statement.further, weight: 2.5 })
  if (braces.length === 0) guesses.push({ indent, weight: 1.6 })
  guesses.push({ indent: indent + TAB, weight: 1.8 })
  guesses.push({ indent: indent + TAB + TAB, weight: 1.2 })
  for (const column of statement.columns) guesses.push({ indent: indentTo(column), weight: 1 })
  guesses.push({ indent: `${indent}    `, weight: 0.4 })
  return guesses
}

function statements(layout: Layout, body: string, brace: Brace | undefined): Guess[] {
  const guesses: Guess[] = []
  const control = layout.pending[layout.pending.length - 1]
  if (control !== undefined) {
    if (body.startsWith('{')) guesses.push({ indent: control, weight: 5 })
    guesses.push({ indent: control + TAB, weight: 4 })
    guesses.push({ indent: control, weight: 0.4 })
    return guesses
  }
  if (/^else\b/.test(body)) {
    const ifs = [...layout.ifs]
    for (let weight = 4; ifs.length > 0 && weight > 0; weight -= 1) {
      guesses.push({ indent: ifs.pop() ?? '', weight })
    }
  }
  if (layout.macro !== null && brace === undefined) {
    guesses.push({ indent: layout.macro.last ?? TAB, weight: 2.5 })
    guesses.push({ indent: TAB, weight: 2 })
    return guesses
  }
  if (brace === undefined) {
    guesses.push({ indent: '', weight: 3 })
    guesses.push({ indent: layout.top, weight: 0.8 })
    return guesses
  }
  if (brace.child !== null) guesses.push({ indent: brace.child, weight: 3.5 })
  guesses.push({ indent: brace.indent + TAB, weight: 3 })
  if (brace.kind === 'switch') guesses.push({ indent: `${brace.indent}${TAB}${TAB}`, weight: 1 })
  return guesses
}

/** The state behind one more line. */
export function advanceLayout(layout: Layout, line: string): Layout {
  const body = line.trim()
  const indent = line.slice(0, line.length - line.trimStart().length)
  if (body === '') return layout.macro === null ? layout : { ...layout, macro: null }
  if (layout.comment === null && layout.macro === null && body.startsWith('#')) {
    const opensMacro = body.endsWith('\\') && /^#\s*define\b/.test(body)
    return opensMacro ? { ...NOTHING_OPEN, macro: { last: null } } : layout
  }
  if (layout.macro === null) return advanceCode(layout, line, indent)
  if (!body.endsWith('\\')) return NOTHING_OPEN
  return { ...advanceCode(layout, line.replace(/\s*\\\s*$/, ''), indent), macro: { last: indent } }
}

function advanceCode(layout: Layout, line: string, indent: string): Layout {
  const { code, comment, braces, parens } = scanLine(layout, line, indent)
  const base: Layout = { ...layout, comment }
  if (code === '') return base
  const begins = layout.statement === null
  const head = layout.statement?.head ?? code
  const lead = layout.statement?.indent ?? indent
  const isMark = begins && (CASE.test(code) || (LABEL.test(code) && !code.includes('?')))
  const isOwn = begins && layout.pending.length === 0 && !isMark && !code.startsWith('}')
  const next: Layout = {
    ...base,
    parens,
    braces: isOwn ? withChild(braces, layout.braces.length, indent) : braces,
    top: isOwn && layout.braces.length === 0 ? indent : layout.top,
  }
  const last = code.charAt(code.length - 1)
  const inner = braces[braces.length - 1]
  const inList = inner?.kind === 'list'
  const opened = last === '{'
  if (parens.length > (inner?.parens ?? 0) && !opened)
    return { ...next, statement: goOn(layout, line, indent, code) }
  if (CONTROL.test(head) && !opened && (last === ')' || /(?:\belse|\bdo)$/.test(code))) {
    const isIf = /^(?:\}\s*)?(?:else\s+)?if\b/.test(head)
    return {
      ...next,
      statement: null,
      pending: [...layout.pending, lead],
      ifs: isIf ? [...layout.ifs, lead] : layout.ifs,
    }
  }
  const isMacroCall = last === ')' && (layout.braces.length === 0 || /^[A-Z][A-Z0-9_]*\(/.test(head))
  if (opened || last === ';' || last === '}' || isMark || (last === ',' && inList) || isMacroCall) {
    const keeps = last === ';' && layout.pending.length > 0
    return { ...next, statement: null, pending: isMark ? layout.pending : [], ifs: keeps ? layout.ifs : [] }
  }
  return { ...next, statement: goOn(layout, line, indent, code) }
}

function goOn(layout: Layout, line: string, indent: string, code: string): Layout['statement'] {
  if (layout.statement === null) {
    return { indent, head: code.slice(0, 60), further: null, columns: columnsIn(line) }
  }
  return layout.parens.length > 0 ? layout.statement : { ...layout.statement, further: indent }
}

function withChild(braces: readonly Brace[], depth: number, indent: string): readonly Brace[] {
  const brace = braces[depth - 1]
  if (brace === undefined || brace.child === indent) return braces
  return braces.map((one, at) => (at === depth - 1 ? { ...one, child: indent } : one))
}

/** Columns behind `= `, `return ` and the like, where a further line may be aligned. */
function columnsIn(line: string): number[] {
  const columns: number[] = []
  const assigned = /[^=!<>]=\s+/.exec(line)
  if (assigned !== null) columns.push(columnsOfText(line.slice(0, assigned.index + assigned[0].length)))
  const returned = /\breturn\s+/.exec(line)
  if (returned !== null) columns.push(columnsOfText(line.slice(0, returned.index + returned[0].length)))
  const declared = /^\s*(?:[\w*]+\s+)+?(?=\w+\s*[=,])/.exec(line)
  if (declared !== null) columns.push(columnsOfText(declared[0]))
  return columns
}

/** The column behind a text that begins at column `from`. */
export function columnsOfText(text: string, from = 0): number {
  let column = from
  for (let at = 0; at < text.length; at++) column += text.charCodeAt(at) === 9 ? 8 - (column % 8) : 1
  return column
}

interface Scan {
  /** The line's code without comments and the blanks around it. */
  readonly code: string
  readonly comment: Layout['comment']
  readonly parens: readonly Paren[]
  readonly braces: readonly Brace[]
}

/** Follows comments, parentheses and braces through a line. */
function scanLine(layout: Layout, line: string, indent: string): Scan {
  let comment = layout.comment
  const parens = layout.parens.map((paren, at) =>
    at === layout.parens.length - 1 && comment === null ? { ...paren, further: indent } : paren,
  )
  const braces = [...layout.braces]
  let code = ''
  let column = columnsOf(indent)
  let at = indent.length
  const step = (count: number, isCode: boolean) => {
    const end = Math.min(at + count, line.length)
    if (isCode) code += line.slice(at, end)
    for (; at < end; at++) column += line.charCodeAt(at) === 9 ? 8 - (column % 8) : 1
  }
  if (comment !== null) {
    const end = line.indexOf('*/', at)
    if (end === -1) return { code: '', comment: { ...comment, last: indent }, parens, braces }
    step(end + 2 - at, false)
    comment = null
  }
  while (at < line.length) {
    const sign = line.charAt(at)
    if (sign === '/' && line.charAt(at + 1) === '/') break
    if (sign === '/' && line.charAt(at + 1) === '*') {
      const end = line.indexOf('*/', at + 2)
      if (end === -1) {
        const lead = /^\/\*+\s*/.exec(line.slice(at))?.[0].length ?? 3
        const opening = code.trim() === '' ? indent : indentTo(column)
        comment = { opening, last: null, text: line.slice(at + lead).trim() === '' ? 3 : lead }
        break
      }
      step(end + 2 - at, false)
      continue
    }
    if (sign === '"' || sign === "'") {
      let end = at + 1
      while (end < line.length && line.charAt(end) !== sign) end += line.charAt(end) === '\\' ? 2 : 1
      step(end + 1 - at, true)
      continue
    }
    if (sign === '(' || sign === '[') {
      const rest = line.slice(at + 1, at + 200).replace(/\/\*.*?\*\//g, '')
      parens.push({ column: column + 1, indent, isLast: rest.trim() === '', further: null })
    } else if (sign === ')' || sign === ']') parens.pop()
    else if (sign === '{') {
      const waits = code.trim() === '' ? layout.pending[layout.pending.length - 1] : undefined
      const opener = parens.length > 0 ? indent : (layout.statement?.indent ?? waits ?? indent)
      const head = `${layout.statement?.head ?? ''} ${code}`
      braces.push({ indent: opener, kind: kindOf(layout, head), child: null, parens: parens.length })
    } else if (sign === '}') braces.pop()
    step(1, true)
  }
  return { code: code.trim(), comment, parens: parens.slice(-20), braces: braces.slice(-40) }
}

/** What a brace opens, by the code in front of it. */
function kindOf(layout: Layout, before: string): Brace['kind'] {
  const text = before.trim()
  if (/(?:[=,\]]|\breturn|[=(,]\s*\([^()]*\))$/.test(text) || /\benum\b[^;()]*$/.test(text)) return 'list'
  if (/\bswitch\s*\(/.test(text)) return 'switch'
  return text === '' && layout.braces[layout.braces.length - 1]?.kind === 'list' ? 'list' : 'block'
}
