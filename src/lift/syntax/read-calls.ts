/** What binds tighter than operators: calls, members, elements; and what stands for them in normalised text. */
import type { Argument, Hole } from '../normalise/index.js'
import { Unreadable } from '../normalise/index.js'
import type { CallExpression, Designator, Expression, Span, TypeSyntax } from './ast.js'
import { castIn, isBeforeType, isNamed, namesType, onlyType, typeArgument, typeOf } from './read-operators.js'
import { readTypeName } from './read-types.js'
import {
  children,
  endOf,
  expressionIn,
  type FileReading,
  fail,
  holeAt,
  kindOf,
  MAX_OPERATORS,
  numberOf,
  type Reading,
  spanBetween,
  spanOf,
  startOf,
  textOf,
  typeIn,
} from './reader.js'

export function readPostfix(reading: Reading, node: number, depth: number): Expression {
  const spine: number[] = []
  let base = node
  for (;;) {
    const kind = kindOf(reading, base)
    const isPostfix =
      kind === 'call_expression' ||
      kind === 'field_expression' ||
      kind === 'subscript_expression' ||
      (kind === 'update_expression' && isNamed(reading, base + 1))
    if (!isPostfix) break
    spine.push(base)
    base = base + 1
    if (spine.length > MAX_OPERATORS) fail(reading, node, 'too many operators in a row')
  }
  const innermost = spine.at(-1) ?? node
  const casts: number[] = []
  let whole: Expression | null = null
  for (
    let cast = castIn(reading, base, isBeforeType(reading, innermost)), at: number | undefined = innermost;
    cast !== null;
    at = spine.at(-1)
  ) {
    // `(T)(x)->y` is a cast of `(x)->y`, `(T)(U)(x)` two.
    if (at === undefined || kindOf(reading, at) !== 'call_expression')
      fail(reading, node, 'a cast of nothing')
    casts.push(cast)
    spine.pop()
    const list: number = children(reading, at)[1] ?? at
    cast =
      spine.length > 0 && kindOf(reading, spine.at(-1) ?? at) === 'call_expression'
        ? onlyType(reading, list)
        : null
    if (cast === null) whole = readArgumentsAsExpression(reading, at, depth)
  }
  whole ??= reading.file.read.expression(reading, base, depth + 1)
  for (const part of spine.reverse()) whole = applyPostfix(reading, part, whole, depth)
  const end = endOf(reading, node)
  for (const cast of casts.reverse()) {
    const span = spanBetween(reading.file, startOf(reading, cast) - 1, end)
    whole = { kind: 'cast', type: readTypeName(reading, cast, depth + 1), operand: whole, span }
  }
  return whole
}

function applyPostfix(reading: Reading, node: number, inner: Expression, depth: number): Expression {
  const span = spanOf(reading, node)
  const parts = children(reading, node)
  switch (kindOf(reading, node)) {
    case 'field_expression': {
      const name = parts[2]
      if (name === undefined) fail(reading, node, 'not understood')
      return {
        kind: 'member',
        object: inner,
        arrow: kindOf(reading, parts[1] ?? node) === '->',
        name: textOf(reading, name),
        span,
      }
    }
    case 'subscript_expression': {
      const index = parts[2]
      if (index === undefined) fail(reading, node, 'not understood')
      return {
        kind: 'index',
        object: inner,
        index: reading.file.read.expression(reading, index, depth + 1),
        span,
      }
    }
    case 'update_expression':
      return {
        kind: 'update',
        operator: kindOf(reading, parts[1] ?? node) === '--' ? '--' : '++',
        prefix: false,
        operand: inner,
        span,
      }
    default:
      return readCall(reading, node, inner, span, depth)
  }
}

function readCall(reading: Reading, node: number, callee: Expression, span: Span, depth: number): Expression {
  const list = children(reading, node)[1]
  const args: CallExpression['args'][number][] = []
  for (const part of list === undefined ? [] : children(reading, list)) {
    const kind = kindOf(reading, part)
    if (kind === '(' || kind === ')' || kind === ',') continue
    args.push(readArgument(reading, part, depth + 1))
  }
  return finishCall(callee, args, textOf(reading, node), span)
}

function finishCall(callee: Expression, args: CallExpression['args'], text: string, span: Span): Expression {
  const name = callee.kind === 'identifier' ? callee.name : ''
  const [first, second] = args
  if ((name === '__builtin_va_arg' || name === 'va_arg') && args.length === 2) {
    if (first !== undefined && first.kind !== 'type' && first.kind !== 'raw' && second?.kind === 'type') {
      return { kind: 'va-arg', list: first, type: second.type, span }
    }
  }
  return { kind: 'call', callee, args, text, span }
}

function readArgument(reading: Reading, node: number, depth: number): CallExpression['args'][number] {
  if (kindOf(reading, node) === 'identifier') {
    const hole = holeAt(reading, node)
    if (hole?.kind === 'raw') {
      return { kind: 'raw', text: hole.piece.text, span: spanBetween(reading.file, hole.from, hole.to) }
    }
    if (hole?.kind === 'type') {
      const type = typeIn(reading.file, hole.piece, depth)
      return { kind: 'type', type, span: spanBetween(reading.file, hole.from, hole.to) }
    }
    if (namesType(reading, node)) return typeArgument(reading, node, depth)
  }
  return reading.file.read.expression(reading, node, depth)
}

function readArgumentsAsExpression(reading: Reading, call: number, depth: number): Expression {
  const list = children(reading, call)[1]
  const parts =
    list === undefined
      ? []
      : children(reading, list).filter((part) => !['(', ')', ','].includes(kindOf(reading, part)))
  const last = parts.pop()
  if (last === undefined) fail(reading, call, 'an empty parenthesis behind a cast')
  if (kindOf(reading, last) === 'compound_statement') {
    return {
      kind: 'statement-expression',
      body: reading.file.read.block(reading, last, depth + 1),
      span: spanOf(reading, last),
    }
  }
  let whole = reading.file.read.expression(reading, last, depth + 1)
  for (const part of parts.reverse()) {
    const left = reading.file.read.expression(reading, part, depth + 1)
    whole = {
      kind: 'comma',
      left,
      right: whole,
      span: spanBetween(reading.file, startOf(reading, part), endOf(reading, last)),
    }
  }
  return whole
}

export function readGeneric(reading: Reading, node: number, span: Span, depth: number): Expression {
  const parts = children(reading, node).filter((part) => isNamed(reading, part))
  const [control] = parts
  if (control === undefined) fail(reading, node, 'not understood')
  const choices: { type: TypeSyntax | null; value: Expression }[] = []
  for (let at = 1; at + 1 < parts.length; at += 2) {
    const type = parts[at]
    const value = parts[at + 1]
    if (type === undefined || value === undefined) break
    choices.push({
      type: holeAt(reading, type)?.kind === 'default' ? null : typeOf(reading, type, depth),
      value: reading.file.read.expression(reading, value, depth + 1),
    })
  }
  return {
    kind: 'generic',
    control: reading.file.read.expression(reading, control, depth + 1),
    choices,
    span,
  }
}

export function readHole(reading: Reading, hole: Hole, at: Span, depth: number): Expression {
  const { file } = reading
  const span = file.span ?? spanBetween(file, hole.from, hole.to)
  switch (hole.kind) {
    case 'number':
      return numberOf(hole.piece.text, span)
    case 'label-address':
      return { kind: 'label-address', label: hole.name, span }
    case 'string-macro':
      return { kind: 'string', texts: [file.text.slice(hole.from, hole.to)], span }
    case 'group':
      return expressionIn(file, hole.piece, depth)
    case 'alignof':
      return { kind: 'sizeof', what: 'alignof', of: expressionIn(file, hole.piece, depth), span }
    case 'word':
      return { kind: 'identifier', name: hole.name, span }
    case 'call': {
      const callee: Expression = {
        kind: 'identifier',
        name: hole.name,
        span: spanBetween(file, hole.from, hole.from + hole.name.length),
      }
      return finishCall(
        callee,
        argumentsOf(file, hole.args, depth),
        file.text.slice(hole.from, hole.to),
        span,
      )
    }
    case 'offsetof': {
      const type = hole.type.kind === 'raw' ? null : typeIn(file, hole.type.piece, depth)
      if (type === null) throw new Unreadable('offsetof of something that is no type', hole.from)
      const path = designatorsOf(expressionIn(file, hole.member, depth))
      if (path === null) throw new Unreadable('offsetof of something that is no member', hole.from)
      return { kind: 'offsetof', type, path, span }
    }
    default:
      throw new Unreadable(`a ${hole.kind} where an expression is expected, on line ${at.line}`, hole.from)
  }
}

/** The arguments of a macro's call, read one by one. */
export function argumentsOf(
  file: FileReading,
  args: readonly Argument[],
  depth: number,
): CallExpression['args'] {
  return args.map(({ kind, piece }) => {
    const span = spanBetween(file, piece.from, piece.to)
    if (kind === 'raw') return { kind, text: piece.text, span }
    if (kind === 'type') return { kind, type: typeIn(file, piece, depth), span }
    const name = piece.text.trim()
    if (/^[A-Za-z_]\w*$/.test(name)) {
      if (file.normalised.isType(name)) return { kind: 'type', type: typeIn(file, piece, depth), span }
      return { kind: 'identifier', name, span }
    }
    return expressionIn(file, piece, depth)
  })
}

/** `a.b[2]` as the path of members that offsetof follows. */
function designatorsOf(expression: Expression): Designator[] | null {
  const path: Designator[] = []
  let at = expression
  for (;;) {
    if (at.kind === 'identifier') return [{ kind: 'member', name: at.name }, ...path]
    if (at.kind === 'member') path.unshift({ kind: 'member', name: at.name })
    else if (at.kind === 'index') path.unshift({ kind: 'index', index: at.index, to: null })
    else return null
    at = at.object
  }
}
