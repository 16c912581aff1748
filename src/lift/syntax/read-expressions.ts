/** Expressions of a concrete tree. */
import type { AssignmentOperator, Expression } from './ast.js'
import { readGeneric, readHole, readPostfix } from './read-calls.js'
import { isNamed, isPrefixed, readOperators, typeArgument } from './read-operators.js'
import { readInitializerList, readTypeDescriptor } from './read-types.js'
import {
  BASIC,
  children,
  endOf,
  fail,
  holeAt,
  kindOf,
  MAX_OPERATORS,
  MAX_TREE_DEPTH,
  numberOf,
  type Reading,
  spanBetween,
  spanOf,
  startOf,
  textOf,
} from './reader.js'

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
