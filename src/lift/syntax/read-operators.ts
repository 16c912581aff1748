/**
 * Operators and casts of a concrete tree. The grammar doesn't know which words are types, so it reads `(T)-1` as
 * a subtraction, `(x)-y` as a cast and `!x--` as `(!x)--`: they are taken apart into a row of tokens and put
 * together again by C's precedence, with the types known.
 */
import { GRAMMAR_TYPES } from '../normalise/index.js'
import type { BinaryOperator, Expression, TypeArgument, TypeSyntax, UnaryOperator } from './ast.js'
import { readTypeDescriptor, readTypeName } from './read-types.js'
import {
  BASIC,
  children,
  endOf,
  expressionIn,
  fail,
  holeAt,
  kindOf,
  MAX_OPERATORS,
  numberOf,
  type Reading,
  sourceOf,
  spanBetween,
  spanOf,
  startOf,
  textOf,
} from './reader.js'

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

export function readOperators(reading: Reading, node: number, depth: number): Expression {
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
              expression: reading.file.read.expression(reading, item.node, depth + 1),
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
      const product = misreadProduct(reading, type, value, depth)
      const misread = product === null ? misreadCast(reading, type, value) : null
      if (product !== null) {
        open.push(product.operand, { is: 'operator', text: product.operator }, product.left)
      } else if (misread !== null) {
        open.push(misread.operand, { is: 'operator', text: misread.operator }, misread.left)
      } else open.push(value, castPrefix(reading, type, depth, startOf(reading, item)))
    } else row.push({ is: 'operand', node: item })
  }
  return row
}

export function isPrefixed(reading: Reading, node: number): boolean {
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
    operand: reading.file.read.expression(reading, at, depth + 1),
    span: spanBetween(reading.file, start, end),
  }
  row.push({ is: 'read', operand: { expression, start, end } })
  return row
}

export function isNamed(reading: Reading, node: number): boolean {
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
export function typeInParenthesis(reading: Reading, node: number): number | null {
  if (kindOf(reading, node) !== 'parenthesized_expression') return null
  const name = children(reading, node)[1]
  if (name === undefined || kindOf(reading, name) !== 'identifier') return null
  return namesType(reading, name) ? name : null
}

/** Whether a call has nothing but a type in its parenthesis. */
export function isBeforeType(reading: Reading, node: number): boolean {
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
export function castIn(reading: Reading, node: number, beforeType: boolean): number | null {
  if (!beforeType) return typeInParenthesis(reading, node)
  const name = kindOf(reading, node) === 'parenthesized_expression' ? children(reading, node)[1] : undefined
  return name !== undefined && kindOf(reading, name) === 'identifier' ? name : null
}

/** The argument of a call, where it is one that names a type. */
export function onlyType(reading: Reading, list: number): number | null {
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

/** `(a * (b)) + c` and `(f()) - 1`, which the grammar reads as casts to the type of a function. */
function misreadProduct(
  reading: Reading,
  type: number,
  value: number,
  depth: number,
): { left: RowItem; operator: string; operand: number | RowItem } | null {
  if (!endsInParameters(reading, type)) return null
  if (readTypeDescriptor(reading, type, depth + 1).kind !== 'function') return null
  const piece = { from: startOf(reading, type), to: endOf(reading, type), text: sourceOf(reading, type) }
  const first = textOf(reading, value).charAt(0)
  const [, behind] = children(reading, value)
  const kind = kindOf(reading, value)
  if (!isSign(first)) return null
  let operand: number | RowItem
  if ((kind === 'unary_expression' || kind === 'pointer_expression') && behind !== undefined) operand = behind
  else if (kind === 'number_literal') {
    // The grammar takes the sign for a part of the number.
    const [start, end] = [startOf(reading, value) + 1, endOf(reading, value)]
    const number = numberOf(reading.file.text.slice(start, end), spanBetween(reading.file, start, end))
    operand = { is: 'read', operand: { expression: number, start, end } }
  } else return null
  const expression = expressionIn(reading.file, piece, depth + 1)
  return {
    left: { is: 'read', operand: { expression, start: piece.from, end: piece.to } },
    operator: first,
    operand,
  }
}

function endsInParameters(reading: Reading, type: number): boolean {
  const end = reading.tree.next[type] ?? 0
  for (let node = type + 1; node < end; node++) {
    if (kindOf(reading, node) === 'abstract_function_declarator') return true
  }
  return false
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

export function typeOf(reading: Reading, node: number, depth: number): TypeSyntax {
  return kindOf(reading, node) === 'type_descriptor'
    ? readTypeDescriptor(reading, node, depth + 1)
    : readTypeName(reading, node, depth + 1)
}

export function typeArgument(reading: Reading, node: number, depth: number): TypeArgument {
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
