/** Statements and blocks of a concrete tree. */
import { Unreadable } from '../normalise/index.js'
import type { Block, Declaration, Expression, Statement } from './ast.js'
import { argumentsOf } from './read-calls.js'
import { bitmapType, readDeclaration, readDeclarator } from './read-types.js'
import {
  children,
  endOf,
  expressionIn,
  fail,
  holeAt,
  kindOf,
  MAX_TREE_DEPTH,
  type Reading,
  respelledAt,
  sourceOf,
  spanBetween,
  spanOf,
  startOf,
  statementsIn,
  textOf,
} from './reader.js'

/** How many labels before one statement are read. */
const MAX_LABELS = 10_000

/** A label stands before the statement that follows it, wherever the grammar has put that. */
type Item =
  | Statement
  | {
      readonly kind: 'marker'
      readonly start: number
      readonly before: (statement: Statement, end: number) => Statement
    }

export function readBlock(reading: Reading, node: number, depth: number): Block {
  const inner = children(reading, node).filter(
    (child) => kindOf(reading, child) !== '{' && kindOf(reading, child) !== '}',
  )
  return { kind: 'block', body: readStatements(reading, inner, depth + 1), span: spanOf(reading, node) }
}

/** Statements in order, labels put before what follows them. */
export function readStatements(reading: Reading, nodes: readonly number[], depth: number): Statement[] {
  return foldMarkers(
    reading,
    nodes.flatMap((node) => readItems(reading, node, depth)),
  )
}

function foldMarkers(reading: Reading, items: readonly Item[]): Statement[] {
  const statements: Statement[] = []
  let markers: Extract<Item, { kind: 'marker' }>[] = []
  for (const item of items) {
    if (item.kind === 'marker') {
      if (markers.length > MAX_LABELS) throw new Unreadable('too many labels in a row', item.start)
      markers.push(item)
      continue
    }
    statements.push(underMarkers(markers, item))
    markers = []
  }
  const last = markers.at(-1)
  if (last !== undefined) {
    statements.push(
      underMarkers(markers, { kind: 'empty', span: spanBetween(reading.file, last.start, last.start) }),
    )
  }
  return statements
}

function underMarkers(
  markers: readonly Extract<Item, { kind: 'marker' }>[],
  statement: Statement,
): Statement {
  let whole = statement
  for (let at = markers.length - 1; at >= 0; at--) whole = markers[at]?.before(whole, 0) ?? whole
  return whole
}

/** One statement, and what the grammar put into it that stands behind it: `if (x) case 1: a(); b();`. */
function readBody(reading: Reading, node: number, depth: number): { body: Statement; behind: Item[] } {
  const items = readItems(reading, node, depth)
  const first = items.findIndex((item) => item.kind !== 'marker')
  const [body] = foldMarkers(reading, first < 0 ? items : items.slice(0, first + 1))
  if (body === undefined) fail(reading, node, 'a statement is missing')
  return { body, behind: first < 0 ? [] : items.slice(first + 1) }
}

function readItems(reading: Reading, node: number, depth: number): Item[] {
  if (depth > MAX_TREE_DEPTH) fail(reading, node, 'nested too deeply')
  const kind = kindOf(reading, node)
  const span = spanOf(reading, node)
  switch (kind) {
    case ';':
      return []
    case 'compound_statement':
      return [readBlock(reading, node, depth)]
    case 'expression_statement':
      return [readExpressionStatement(reading, node, depth)]
    case 'declaration':
    case 'type_definition':
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
    case 'primitive_type':
    case 'sized_type_specifier':
    case 'type_identifier':
      return [readDeclaration(reading, node, depth)]
    case 'if_statement':
      return readIf(reading, node, depth)
    case 'while_statement':
      return readWhile(reading, node, depth)
    case 'do_statement': {
      const parts = children(reading, node)
      const { body, behind } = readBody(reading, parts[1] ?? node, depth + 1)
      if (behind.length > 0) fail(reading, node, 'labels in the body of `do`')
      return [{ kind: 'do', body, test: expression(reading, parts[3], node, depth), span }]
    }
    case 'for_statement':
      return readFor(reading, node, depth)
    case 'switch_statement': {
      const parts = children(reading, node)
      const value = expression(reading, parts[1], node, depth)
      return [{ kind: 'switch', value, body: readBlock(reading, parts[2] ?? node, depth), span }]
    }
    case 'return_statement': {
      const value = children(reading, node)[1]
      const isEmpty = value === undefined || kindOf(reading, value) === ';'
      return [{ kind: 'return', value: isEmpty ? null : expression(reading, value, node, depth), span }]
    }
    case 'break_statement':
      return [{ kind: 'break', span }]
    case 'continue_statement':
      return [{ kind: 'continue', span }]
    case 'goto_statement': {
      const label = children(reading, node)[1]
      if (label === undefined) fail(reading, node, 'not understood')
      return [{ kind: 'goto', label: textOf(reading, label), span }]
    }
    case 'labeled_statement': {
      const [label, , ...rest] = children(reading, node)
      if (label === undefined) fail(reading, node, 'not understood')
      const name = textOf(reading, label)
      const start = startOf(reading, node)
      const marker: Item = {
        kind: 'marker',
        start: endOf(reading, label) + 1,
        before: (statement) => ({
          kind: 'label',
          name,
          statement,
          span: reaching(reading, start, statement),
        }),
      }
      return [marker, ...rest.flatMap((part) => readItems(reading, part, depth + 1))]
    }
    case 'case_statement':
      return readCase(reading, node, depth)
    case 'macro_type_specifier': {
      // A call whose arguments might be a type's: `f(g(n * sizeof(struct x), m));`.
      const piece = { from: startOf(reading, node), to: endOf(reading, node), text: sourceOf(reading, node) }
      return [{ kind: 'expression', expression: expressionIn(reading.file, piece, depth), span }]
    }
    case 'function_definition': {
      const name = nestedName(reading, node)
      return [{ kind: 'nested-function', name, span }]
    }
    default:
      fail(reading, node, `not a statement: \`${textOf(reading, node).slice(0, 30)}\``)
  }
}

function expression(reading: Reading, node: number | undefined, parent: number, depth: number): Expression {
  if (node === undefined) fail(reading, parent, 'not understood')
  return reading.file.read.expression(reading, node, depth + 1)
}

/** From an offset to the end of a statement. */
function reaching(reading: Reading, start: number, statement: Statement): Statement['span'] {
  if (reading.file.span !== null) return reading.file.span
  const { line, column } = spanBetween(reading.file, start, start)
  return { line, column, endLine: statement.span.endLine, endColumn: statement.span.endColumn }
}

function readExpressionStatement(reading: Reading, node: number, depth: number): Statement {
  const span = spanOf(reading, node)
  const [inner] = children(reading, node)
  if (inner === undefined || kindOf(reading, inner) === ';') return { kind: 'empty', span }
  if (kindOf(reading, inner) === 'identifier') {
    const special = readStatementHole(reading, inner, span, depth)
    if (special !== null) return special
    if (textOf(reading, inner) === 'fallthrough') return { kind: 'empty', span }
  }
  if (kindOf(reading, inner) === 'call_expression') {
    const [callee] = children(reading, inner)
    if (callee !== undefined && kindOf(reading, callee) === 'identifier') {
      if (textOf(reading, callee) === 'DECLARE_BITMAP') return bitmapOfCall(reading, inner, span, depth)
      if (reading.file.normalised.isSurelyType(textOf(reading, callee)))
        fail(reading, inner, 'a declaration that reads as a call')
    }
  }
  return { kind: 'expression', expression: reading.file.read.expression(reading, inner, depth + 1), span }
}

/** A statement that only its placeholder stands for; null for expressions. */
function readStatementHole(
  reading: Reading,
  node: number,
  span: Statement['span'],
  depth: number,
): Statement | null {
  const hole = holeAt(reading, node)
  const { file } = reading
  switch (hole?.kind) {
    case 'asm':
      return { kind: 'asm', text: hole.piece.text, span }
    case 'end-label':
      return { kind: 'label', name: hole.name, statement: { kind: 'empty', span }, span }
    case 'computed-goto':
      return { kind: 'computed-goto', target: expressionIn(file, hole.piece, depth), span }
    case 'macro': {
      const [name, bits] = hole.args
      if (hole.name !== 'DECLARE_BITMAP' || name === undefined || bits === undefined) {
        return { kind: 'macro', name: hole.name, text: file.text.slice(hole.from, hole.to), span }
      }
      const storage = file.text.startsWith('static', hole.from) ? 'static' : 'none'
      const value =
        hole.rest === null ? null : statementsIn(file, { ...hole.rest, ...padded(hole.rest) }, depth)[0]
      const declared = value?.kind === 'declaration' ? value.variables[0] : undefined
      return bitmap(
        storage,
        name.piece.text.trim(),
        { value: expressionIn(file, bits.piece, depth), text: bits.piece.text },
        declared?.initializer ?? null,
        span,
      )
    }
    default:
      return null
  }
}

/** An initializer as a declaration of `x`. */
function padded(piece: { readonly from: number; readonly text: string }): { from: number; text: string } {
  const before = 'int x[]='
  return { from: piece.from - before.length, text: `${before}${piece.text};` }
}

function bitmapOfCall(reading: Reading, call: number, span: Statement['span'], depth: number): Declaration {
  const list = children(reading, call)[1]
  const args =
    list === undefined
      ? []
      : children(reading, list).filter((part) => !['(', ')', ','].includes(kindOf(reading, part)))
  const [name, bits] = args
  if (name === undefined || bits === undefined) fail(reading, call, 'not understood')
  const size = { value: expression(reading, bits, call, depth), text: textOf(reading, bits) }
  return bitmap('none', textOf(reading, name), size, null, span)
}

function bitmap(
  storage: Declaration['storage'],
  name: string,
  bits: { readonly value: Expression; readonly text: string },
  initializer: Declaration['variables'][number]['initializer'],
  span: Statement['span'],
): Declaration {
  const type = bitmapType(bits.value, bits.text)
  const base = type.kind === 'array' ? type.of : type
  return {
    kind: 'declaration',
    storage,
    type: base,
    variables: [{ name, type, initializer, cleanup: null, span }],
    span,
  }
}

/** A chain of `else if` is read in a loop: it may be long. */
function readIf(reading: Reading, node: number, depth: number): Item[] {
  const links: { node: number; test: Expression; then: Statement }[] = []
  let at = node
  let otherwise: Statement | null = null
  let behind: Item[] = []
  for (;;) {
    const [, test, consequence, alternative] = children(reading, at)
    if (links.length > MAX_TREE_DEPTH) fail(reading, node, 'too many `else if` in a row')
    const then = readBody(reading, consequence ?? at, depth + 1)
    links.push({ node: at, test: expression(reading, test, at, depth), then: then.body })
    behind = then.behind
    if (alternative === undefined) break
    if (behind.length > 0) fail(reading, at, 'labels in the body of `if`')
    const next = children(reading, alternative)[1]
    if (next === undefined) fail(reading, at, 'not understood')
    if (kindOf(reading, next) !== 'if_statement') {
      const last = readBody(reading, next, depth + 1)
      otherwise = last.body
      behind = last.behind
      break
    }
    at = next
  }
  for (const link of links.reverse()) {
    otherwise = { kind: 'if', test: link.test, then: link.then, otherwise, span: spanOf(reading, link.node) }
  }
  return otherwise === null ? [] : [otherwise, ...behind]
}

function readWhile(reading: Reading, node: number, depth: number): Item[] {
  const [, condition, bodyNode] = children(reading, node)
  if (condition === undefined || bodyNode === undefined) fail(reading, node, 'not understood')
  const { body, behind } = readBody(reading, bodyNode, depth + 1)
  const span = spanOf(reading, node)
  const { file } = reading
  const hole = respelledAt(reading, node)
  if (hole?.kind === 'iteration') {
    const args = argumentsOf(file, hole.args, depth)
    const text = file.text.slice(hole.from, hole.to)
    return [{ kind: 'iteration', macro: hole.name, text, args, body, span }, ...behind]
  }
  const inner = children(reading, condition)[1]
  const inside = inner === undefined ? undefined : holeAt(reading, inner)
  if (inside?.kind === 'switch') {
    const value = expressionIn(file, inside.piece, depth)
    return [{ kind: 'switch', value, body, span }, ...behind]
  }
  return [{ kind: 'while', test: expression(reading, condition, node, depth), body, span }, ...behind]
}

function readFor(reading: Reading, node: number, depth: number): Item[] {
  const parts = children(reading, node)
  const bodyNode = parts.at(-1)
  if (bodyNode === undefined) fail(reading, node, 'not understood')
  let first: Declaration | Expression | null = null
  let test: Expression | null = null
  let step: Expression | null = null
  let section = 0
  for (const part of parts.slice(2, -2)) {
    const kind = kindOf(reading, part)
    if (kind === ';') section++
    else if (kind === 'declaration') {
      first = readDeclaration(reading, part, depth + 1)
      section++
    } else {
      const value = expression(reading, part, node, depth)
      if (section === 0) first = value
      else if (section === 1) test = value
      else step = value
    }
  }
  const { body, behind } = readBody(reading, bodyNode, depth + 1)
  return [{ kind: 'for', first, test, step, body, span: spanOf(reading, node) }, ...behind]
}

function readCase(reading: Reading, node: number, depth: number): Item[] {
  const parts = children(reading, node)
  const colon = parts.findIndex((part) => kindOf(reading, part) === ':')
  const value = colon === 2 ? parts[1] : undefined
  const hole = value === undefined ? undefined : holeAt(reading, value)
  let from: Expression | null = null
  let to: Expression | null = null
  if (hole?.kind === 'case-range') {
    from = expressionIn(reading.file, hole.first, depth)
    to = expressionIn(reading.file, hole.last, depth)
  } else if (value !== undefined) from = expression(reading, value, node, depth)
  const start = startOf(reading, node)
  const marker: Item = {
    kind: 'marker',
    start: endOf(reading, parts[colon] ?? node),
    before: (statement) => ({ kind: 'case', from, to, statement, span: reaching(reading, start, statement) }),
  }
  return [marker, ...parts.slice(colon + 1).flatMap((part) => readItems(reading, part, depth + 1))]
}

function nestedName(reading: Reading, node: number): string {
  const parts = children(reading, node)
  const declarator = parts.find((part) => kindOf(reading, part).endsWith('declarator'))
  if (declarator === undefined) throw new Unreadable('a function without a name', startOf(reading, node))
  return readDeclarator(reading, declarator, { kind: 'basic', words: ['int'] }, 0).name ?? ''
}
