/**
 * Expressions of a concrete tree. The grammar doesn't know which words are types, so it reads `(T)-1` as a
 * subtraction, `(x)-y` as a cast and `(T)(x)` as a call: operators and casts are taken apart into a row of
 * tokens and put together again by C's precedence, with the types known.
 */
import type { Argument, Hole } from '../normalise/index.js'
import { GRAMMAR_TYPES, Unreadable } from '../normalise/index.js'
import type {
  AssignmentOperator,
  BinaryOperator,
  CallExpression,
  Designator,
  Expression,
  Span,
  TypeArgument,
  TypeSyntax,
  UnaryOperator,
} from './ast.js'
import { readInitializerList, readTypeDescriptor, readTypeName } from './read-types.js'
import {
  BASIC,
  children,
  endOf,
  expressionIn,
  type FileReading,
  fail,
  holeAt,
  kindOf,
  MAX_TREE_DEPTH,
  type Reading,
  spanBetween,
  spanOf,
  startOf,
  textOf,
  typeIn,
} from './reader.js'

/** How many operators in a row are read. */
const MAX_OPERATORS = 2000

export function readExpression(reading: Reading, node: number, depth: number): Expression {
  if (depth > MAX_TREE_DEPTH) fail(reading, node, 'nested too deeply')
  let at = node
  for (;;) {
    const kind = kindOf(reading, at)
    switch (kind) {
      case 'parenthesized_expression': {
        const inner = children(reading, at)[1]
        if (inner === undefined) fail(reading, at, 'an empty parenthesis')
        if (kindOf(reading, inner) === 'compound_statement') {
          return {
            kind: 'statement-expression',
            body: reading.file.read.block(reading, inner, depth + 1),
            span: spanOf(reading, at),
          }
        }
        at = inner
        continue
      }
      case 'binary_expression':
      case 'unary_expression':
      case 'pointer_expression':
      case 'cast_expression':
      case 'sizeof_expression':
        return readOperators(reading, at, depth)
      case 'update_expression':
        return isNamed(reading, at + 1) && !isPrefixed(reading, at + 1)
          ? readPostfix(reading, at, depth)
          : readOperators(reading, at, depth)
      case 'call_expression':
      case 'field_expression':
      case 'subscript_expression':
        return readPostfix(reading, at, depth)
      case 'assignment_expression': {
        const [left, operator, right] = children(reading, at)
        if (left === undefined || operator === undefined || right === undefined)
          fail(reading, at, 'not understood')
        return {
          kind: 'assignment',
          operator: kindOf(reading, operator) as AssignmentOperator,
          left: readExpression(reading, left, depth + 1),
          right: readExpression(reading, right, depth + 1),
          span: spanOf(reading, at),
        }
      }
      case 'comma_expression':
        return readComma(reading, at, depth)
      case 'conditional_expression': {
        const parts = children(reading, at)
        const colon = parts.findIndex((part) => kindOf(reading, part) === ':')
        const [test] = parts
        const otherwise = parts[colon + 1]
        if (test === undefined || otherwise === undefined) fail(reading, at, 'not understood')
        const then = colon === 2 ? undefined : parts[2]
        return {
          kind: 'conditional',
          test: readExpression(reading, test, depth + 1),
          then: then === undefined ? null : readExpression(reading, then, depth + 1),
          otherwise: readExpression(reading, otherwise, depth + 1),
          span: spanOf(reading, at),
        }
      }
      default:
        return readPrimary(reading, at, kind, depth)
    }
  }
}

function readPrimary(reading: Reading, node: number, kind: string, depth: number): Expression {
  const span = spanOf(reading, node)
  switch (kind) {
    case 'identifier':
    case 'type_identifier': {
      const hole = holeAt(reading, node)
      if (hole !== undefined) return readHole(reading, hole, span, depth)
      const name = textOf(reading, node)
      if (BASIC.has(name)) fail(reading, node, `\`${name}\` where an expression is expected`)
      return { kind: 'identifier', name, span }
    }
    case 'true':
    case 'false':
    case 'null':
      return { kind: 'identifier', name: textOf(reading, node), span }
    case 'number_literal':
      return numberOf(textOf(reading, node), span)
    case 'char_literal':
      return { kind: 'character', text: textOf(reading, node), span }
    case 'string_literal':
      return { kind: 'string', texts: [textOf(reading, node)], span }
    case 'concatenated_string':
      return { kind: 'string', texts: children(reading, node).map((part) => stringPart(reading, part)), span }
    case 'compound_literal_expression': {
      const parts = children(reading, node)
      const type = parts.find((part) => kindOf(reading, part) === 'type_descriptor')
      const list = parts.at(-1)
      if (type === undefined || list === undefined) fail(reading, node, 'not understood')
      return {
        kind: 'compound-literal',
        type: readTypeDescriptor(reading, type, depth + 1),
        initializer: readInitializerList(reading, list, depth + 1),
        span,
      }
    }
    case 'alignof_expression': {
      const type = children(reading, node).find((part) => kindOf(reading, part) === 'type_descriptor')
      if (type === undefined) fail(reading, node, 'not understood')
      return { kind: 'sizeof', what: 'alignof', of: typeArgument(reading, type, depth), span }
    }
    case 'generic_expression':
      return readGeneric(reading, node, span, depth)
    default:
      fail(reading, node, `not an expression: \`${textOf(reading, node).slice(0, 30)}\``)
  }
}

function stringPart(reading: Reading, node: number): string {
  const hole = holeAt(reading, node)
  return hole?.kind === 'string-macro' ? reading.file.text.slice(hole.from, hole.to) : textOf(reading, node)
}

/** A number as an expression. */
export function numberOf(text: string, span: Span): Expression {
  const isHex = /^0[xX]/.test(text)
  const isFloating = isHex ? /[.pP]/.test(text) : /[.eE]|[fF]$/.test(text) && !/^0[bB]/.test(text)
  return { kind: isFloating ? 'floating' : 'integer', text, span }
}

function readComma(reading: Reading, node: number, depth: number): Expression {
  const lefts: number[] = []
  let at = node
  while (kindOf(reading, at) === 'comma_expression') {
    const [left, , right] = children(reading, at)
    if (left === undefined || right === undefined) fail(reading, at, 'not understood')
    lefts.push(left)
    at = right
  }
  if (lefts.length > MAX_OPERATORS) fail(reading, node, 'too many operators in a row')
  let whole = readExpression(reading, at, depth + 1)
  for (const left of lefts.reverse()) {
    const first = readExpression(reading, left, depth + 1)
    const span = spanBetween(reading.file, startOf(reading, left), endOf(reading, at))
    whole = { kind: 'comma', left: first, right: whole, span }
  }
  return whole
}

// ---- Operators

/** A token of a row: offsets are of the file. */
type RowItem =
  | { readonly is: 'operand'; readonly node: number }
  | { readonly is: 'read'; readonly operand: Operand }
  | { readonly is: 'operator'; readonly text: string }
  | { readonly is: 'prefix'; readonly start: number; readonly wrap: (operand: Operand) => Expression }

interface Operand {
  readonly expression: Expression
  readonly start: number
  readonly end: number
}

const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
}

function readOperators(reading: Reading, node: number, depth: number): Expression {
  const row = rowOf(reading, node, depth)
  const operands: Operand[] = []
  const operators: string[] = []
  let prefixes: Extract<RowItem, { is: 'prefix' }>[] = []
  const reduce = (): void => {
    const operator = operators.pop()
    const right = operands.pop()
    const left = operands.pop()
    if (operator === undefined || left === undefined || right === undefined)
      fail(reading, node, 'not understood')
    const span = spanBetween(reading.file, left.start, right.end)
    const both = { left: left.expression, right: right.expression, span }
    const expression: Expression =
      operator === '&&' || operator === '||'
        ? { kind: 'logical', operator, ...both }
        : { kind: 'binary', operator: operator as BinaryOperator, ...both }
    operands.push({ expression, start: left.start, end: right.end })
  }
  for (const item of row) {
    if (item.is === 'prefix') prefixes.push(item)
    else if (item.is === 'operand' || item.is === 'read') {
      let operand: Operand =
        item.is === 'read'
          ? item.operand
          : {
              expression: readExpression(reading, item.node, depth + 1),
              start: startOf(reading, item.node),
              end: endOf(reading, item.node),
            }
      for (const prefix of prefixes.reverse()) {
        operand = { expression: prefix.wrap(operand), start: prefix.start, end: operand.end }
      }
      prefixes = []
      operands.push(operand)
    } else {
      const own = PRECEDENCE[item.text] ?? 0
      while (operators.length > 0 && (PRECEDENCE[operators.at(-1) ?? ''] ?? 0) >= own) reduce()
      operators.push(item.text)
    }
  }
  while (operators.length > 0) reduce()
  const [whole] = operands
  if (whole === undefined || operands.length !== 1 || prefixes.length > 0)
    fail(reading, node, 'not understood')
  return whole.expression
}

/** An expression of operators and casts as a row, in the order of the text. */
function rowOf(reading: Reading, node: number, depth: number): RowItem[] {
  const row: RowItem[] = []
  const open: (number | RowItem)[] = [node]
  while (open.length > 0) {
    const item = open.pop()
    if (item === undefined) break
    if (typeof item !== 'number') {
      row.push(item)
      continue
    }
    if (row.length + open.length > MAX_OPERATORS) fail(reading, node, 'too many operators in a row')
    const kind = kindOf(reading, item)
    const parts = children(reading, item)
    const [first, second, third] = parts
    if (kind === 'binary_expression' && first !== undefined && second !== undefined && third !== undefined) {
      const text = kindOf(reading, second)
      const types = isSign(text) ? castsIn(reading, lastOperand(reading, first)) : null
      open.push(third)
      if (types === null) open.push({ is: 'operator', text }, first)
      else {
        // `(T) - x`: what stands before the operator ends in a cast, and the operator is a sign.
        const casts = types.map((type) => castPrefix(reading, type, depth))
        pushWithoutLast(reading, first, open, ...casts, signPrefix(reading, text, startOf(reading, second)))
      }
    } else if (
      (kind === 'unary_expression' || kind === 'pointer_expression') &&
      first !== undefined &&
      second !== undefined
    ) {
      open.push(second, signPrefix(reading, kindOf(reading, first), startOf(reading, item)))
    } else if (
      kind === 'update_expression' &&
      first !== undefined &&
      second !== undefined &&
      !isNamed(reading, first)
    ) {
      open.push(second, updatePrefix(reading, kindOf(reading, first), startOf(reading, item)))
    } else if (kind === 'update_expression' && first !== undefined && isPrefixed(reading, first)) {
      row.push(...postfixUnderPrefixes(reading, item, first, depth))
    } else if (kind === 'sizeof_expression') pushSizeof(reading, item, parts, open, row, depth)
    else if (kind === 'cast_expression') {
      const type = parts.find((part) => kindOf(reading, part) === 'type_descriptor')
      const value = parts.at(-1)
      if (type === undefined || value === undefined) fail(reading, item, 'not understood')
      const misread = misreadCast(reading, type, value)
      if (misread !== null) {
        open.push(misread.operand, { is: 'operator', text: misread.operator }, misread.left)
      } else open.push(value, castPrefix(reading, type, depth, startOf(reading, item)))
    } else row.push({ is: 'operand', node: item })
  }
  return row
}

function isPrefixed(reading: Reading, node: number): boolean {
  const kind = kindOf(reading, node)
  return kind === 'unary_expression' || (kind === 'update_expression' && !isNamed(reading, node + 1))
}

/** The grammar reads `!x--` as `(!x)--`. */
function postfixUnderPrefixes(reading: Reading, node: number, argument: number, depth: number): RowItem[] {
  const row: RowItem[] = []
  let at = argument
  for (; isPrefixed(reading, at); at = children(reading, at)[1] ?? at) {
    const text = kindOf(reading, at + 1)
    const start = startOf(reading, at)
    const isUpdate = kindOf(reading, at) === 'update_expression'
    row.push(isUpdate ? updatePrefix(reading, text, start) : signPrefix(reading, text, start))
    if (row.length > MAX_OPERATORS) fail(reading, node, 'too many operators in a row')
  }
  const start = startOf(reading, at)
  const end = endOf(reading, node)
  const text = kindOf(reading, children(reading, node)[1] ?? node)
  const expression: Expression = {
    kind: 'update',
    operator: text === '--' ? '--' : '++',
    prefix: false,
    operand: readExpression(reading, at, depth + 1),
    span: spanBetween(reading.file, start, end),
  }
  row.push({ is: 'read', operand: { expression, start, end } })
  return row
}

function isNamed(reading: Reading, node: number): boolean {
  return /^[a-z]/.test(kindOf(reading, node))
}

function isSign(text: string): boolean {
  return text === '+' || text === '-' || text === '*' || text === '&'
}

/** The last operand of an expression of operators: where it ends, a cast may be. */
function lastOperand(reading: Reading, node: number): number {
  let at = node
  for (;;) {
    const kind = kindOf(reading, at)
    if (!['binary_expression', 'unary_expression', 'pointer_expression', 'cast_expression'].includes(kind))
      return at
    const last = children(reading, at).at(-1)
    if (last === undefined) return at
    at = last
  }
}

/** Puts the tokens of an expression of operators in the row to come, its last operand replaced by `instead`. */
function pushWithoutLast(
  reading: Reading,
  node: number,
  open: (number | RowItem)[],
  ...instead: RowItem[]
): void {
  const last = lastOperand(reading, node)
  for (const item of [...instead].reverse()) open.push(item)
  const before: (number | RowItem)[] = []
  let at = node
  while (at !== last) {
    const parts = children(reading, at)
    const kind = kindOf(reading, at)
    const end = parts.at(-1)
    if (end === undefined) break
    if (kind === 'binary_expression') {
      before.push(parts[0] ?? at, { is: 'operator', text: kindOf(reading, parts[1] ?? at) })
    } else if (kind === 'cast_expression') {
      const type = parts.find((part) => kindOf(reading, part) === 'type_descriptor')
      if (type === undefined) fail(reading, at, 'not understood')
      before.push(castPrefix(reading, type, 0, startOf(reading, at)))
    } else before.push(signPrefix(reading, kindOf(reading, parts[0] ?? at), startOf(reading, at)))
    at = end
  }
  for (const item of before.reverse()) open.push(item)
}

/** The node of the name in `(T)` where T is a type; null for all else. */
function typeInParenthesis(reading: Reading, node: number): number | null {
  if (kindOf(reading, node) !== 'parenthesized_expression') return null
  const name = children(reading, node)[1]
  if (name === undefined || kindOf(reading, name) !== 'identifier') return null
  return namesType(reading, name) ? name : null
}

/** Whether a call has nothing but a type in its parenthesis. */
function isBeforeType(reading: Reading, node: number): boolean {
  const list = kindOf(reading, node) === 'call_expression' ? children(reading, node)[1] : undefined
  return list !== undefined && onlyType(reading, list) !== null
}

/** The types of `(T)`, of `(T)(U)` and so on, which the grammar reads as calls; null for all else. */
function castsIn(reading: Reading, node: number): number[] | null {
  const types: number[] = []
  let at = node
  while (kindOf(reading, at) === 'call_expression') {
    const [callee, list] = children(reading, at)
    const type = list === undefined ? null : onlyType(reading, list)
    if (type === null || callee === undefined) return null
    types.unshift(type)
    at = callee
  }
  const first = castIn(reading, at, types.length > 0)
  return first === null ? null : [first, ...types]
}

/** The name in `(x)`, if it is a type or if the type behind it leaves nothing else: `(x)(long)y`. */
function castIn(reading: Reading, node: number, beforeType: boolean): number | null {
  if (!beforeType) return typeInParenthesis(reading, node)
  const name = kindOf(reading, node) === 'parenthesized_expression' ? children(reading, node)[1] : undefined
  return name !== undefined && kindOf(reading, name) === 'identifier' ? name : null
}

/** The argument of a call, where it is one that names a type. */
function onlyType(reading: Reading, list: number): number | null {
  const [, name, close] = children(reading, list)
  if (name === undefined || close === undefined || kindOf(reading, close) !== ')') return null
  return kindOf(reading, name) === 'identifier' && namesType(reading, name) ? name : null
}

/** Whether an identifier names a type, or stands for one. */
export function namesType(reading: Reading, name: number): boolean {
  const hole = holeAt(reading, name)
  if (hole !== undefined) return hole.kind === 'typeof' || hole.kind === 'type' || hole.kind === 'type-name'
  const text = textOf(reading, name)
  return GRAMMAR_TYPES.has(text) || BASIC.has(text) || reading.file.normalised.isType(text)
}

/** `(x) - y` that the grammar reads as a cast of `-y` to `x`; null where `x` is a type. */
function misreadCast(
  reading: Reading,
  type: number,
  value: number,
): { left: number; operator: string; operand: number } | null {
  const [name, more] = children(reading, type)
  if (name === undefined || more !== undefined || kindOf(reading, name) !== 'type_identifier') return null
  if (namesType(reading, name)) return null
  const kind = kindOf(reading, value)
  const [operator, operand] = children(reading, value)
  const text = operator === undefined ? '' : kindOf(reading, operator)
  if (
    (kind !== 'unary_expression' && kind !== 'pointer_expression') ||
    operand === undefined ||
    !isSign(text)
  )
    return null
  return { left: name, operator: text, operand }
}

function signPrefix(reading: Reading, text: string, start: number): RowItem {
  return {
    is: 'prefix',
    start,
    wrap: ({ expression, end }) => ({
      kind: 'unary',
      operator: text as UnaryOperator,
      operand: expression,
      span: spanBetween(reading.file, start, end),
    }),
  }
}

function updatePrefix(reading: Reading, text: string, start: number): RowItem {
  return {
    is: 'prefix',
    start,
    wrap: ({ expression, end }) => ({
      kind: 'update',
      operator: text === '--' ? '--' : '++',
      prefix: true,
      operand: expression,
      span: spanBetween(reading.file, start, end),
    }),
  }
}

/** A cast to the type of a `type_descriptor`, or to what an identifier names. */
function castPrefix(
  reading: Reading,
  type: number,
  depth: number,
  start = startOf(reading, type) - 1,
): RowItem {
  const syntax = typeOf(reading, type, depth)
  return {
    is: 'prefix',
    start,
    wrap: ({ expression, end }) => ({
      kind: 'cast',
      type: syntax,
      operand: expression,
      span: spanBetween(reading.file, start, end),
    }),
  }
}

function typeOf(reading: Reading, node: number, depth: number): TypeSyntax {
  return kindOf(reading, node) === 'type_descriptor'
    ? readTypeDescriptor(reading, node, depth + 1)
    : readTypeName(reading, node, depth + 1)
}

function typeArgument(reading: Reading, node: number, depth: number): TypeArgument {
  return { kind: 'type', type: typeOf(reading, node, depth), span: spanOf(reading, node) }
}

function pushSizeof(
  reading: Reading,
  node: number,
  parts: readonly number[],
  open: (number | RowItem)[],
  row: RowItem[],
  depth: number,
): void {
  const start = startOf(reading, node)
  const ofType = (type: number, end: number): RowItem => {
    const span = spanBetween(reading.file, start, end)
    const expression: Expression = {
      kind: 'sizeof',
      what: 'sizeof',
      of: typeArgument(reading, type, depth),
      span,
    }
    return { is: 'read', operand: { expression, start, end } }
  }
  const value = parts[1]
  if (value === undefined) fail(reading, node, 'not understood')
  if (kindOf(reading, value) === '(') {
    row.push(ofType(parts[2] ?? value, endOf(reading, node)))
    return
  }
  const type = typeInParenthesis(reading, value)
  if (type !== null) {
    row.push(ofType(type, endOf(reading, node)))
    return
  }
  if (kindOf(reading, value) === 'cast_expression') {
    const [, descriptor, close] = children(reading, value)
    const cast = children(reading, value).at(-1)
    const isCast = descriptor !== undefined && close !== undefined && cast !== undefined
    if (isCast && misreadCast(reading, descriptor, cast) === null && isSignedValue(reading, cast)) {
      // `sizeof (T) - x` is a subtraction.
      const [sign, operand] = children(reading, cast)
      open.push(operand ?? cast, { is: 'operator', text: kindOf(reading, sign ?? cast) })
      row.push(ofType(descriptor, endOf(reading, close)))
      return
    }
  }
  open.push(value, {
    is: 'prefix',
    start,
    wrap: ({ expression, end }) => ({
      kind: 'sizeof',
      what: 'sizeof',
      of: expression,
      span: spanBetween(reading.file, start, end),
    }),
  })
}

function isSignedValue(reading: Reading, node: number): boolean {
  const [first] = children(reading, node)
  return first !== undefined && isSign(kindOf(reading, first)) && !isNamed(reading, first)
}

// ---- What binds tighter than operators

function readPostfix(reading: Reading, node: number, depth: number): Expression {
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
  whole ??= readExpression(reading, base, depth + 1)
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
      return { kind: 'index', object: inner, index: readExpression(reading, index, depth + 1), span }
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
  return readExpression(reading, node, depth)
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
  let whole = readExpression(reading, last, depth + 1)
  for (const part of parts.reverse()) {
    const left = readExpression(reading, part, depth + 1)
    whole = {
      kind: 'comma',
      left,
      right: whole,
      span: spanBetween(reading.file, startOf(reading, part), endOf(reading, last)),
    }
  }
  return whole
}

function readGeneric(reading: Reading, node: number, span: Span, depth: number): Expression {
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
      value: readExpression(reading, value, depth + 1),
    })
  }
  return { kind: 'generic', control: readExpression(reading, control, depth + 1), choices, span }
}

// ---- Holes

function readHole(reading: Reading, hole: Hole, at: Span, depth: number): Expression {
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
