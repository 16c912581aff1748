/** Every statement and expression of a function, each with a way to put another in its place. */
import type { Expression, FunctionDefinition, Statement } from './syntax/ast.js'
import { printExpression } from './syntax/print-c.js'

export type SyntaxNode = Statement | Expression

/** The function with another node in a place of it. */
export type Put = (replacement: unknown) => FunctionDefinition

export interface SyntaxPlace {
  readonly node: SyntaxNode
  readonly put: Put
}

/** Members in which there is nothing that runs. */
export const NO_CODE: ReadonlySet<string> = new Set(['span', 'type', 'designators'])

/** All places of a function's body, outer ones first. */
export function placesIn(definition: FunctionDefinition): Generator<SyntaxPlace> {
  return inNode(definition.body, (body) => ({ ...definition, body: body as FunctionDefinition['body'] }))
}

function* inNode(node: unknown, put: Put): Generator<SyntaxPlace> {
  if (Array.isArray(node)) {
    for (const [i, child] of node.entries()) {
      yield* inNode(child, (replacement) => put(node.with(i, replacement)))
    }
    return
  }
  if (!isNode(node)) return
  yield { node, put }
  for (const [key, child] of Object.entries(node)) {
    if (typeof child !== 'object' || NO_CODE.has(key)) continue
    yield* inNode(child, (replacement) => put(withText({ ...node, [key]: replacement })))
  }
}

/** A call with the text that a macro of its name is expanded from. */
export function withText(node: SyntaxNode): SyntaxNode {
  return node.kind === 'call' ? { ...node, text: printExpression(node) } : node
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'kind' in value
}
