/** Names declared inside a function, block by block; what is not found here is asked of the file's scope. */

import type { NamedConstant } from '../scope.js'
import type { Statement } from '../syntax/ast.js'
import type { CType } from '../types/c-type.js'
import type { Place, Value } from './value.js'

/** What an ordinary identifier stands for inside a function. */
export type LocalName =
  | { readonly kind: 'variable'; readonly place: Place }
  | { readonly kind: 'type'; readonly type: CType }
  | { readonly kind: 'constant'; readonly constant: NamedConstant }
  /** A declaration of something at file scope: `extern int x;`, `int f(void);`. */
  | { readonly kind: 'global'; readonly type: CType }

/** A variable with GNU's cleanup attribute: `run` is called with its address when its block is left. */
export interface Cleanup {
  readonly run: string
  readonly variable: Value
}

export class BlockNames {
  readonly outer: BlockNames | null
  /** The statement whose names these are, null for those of the function. */
  readonly node: Statement | null
  readonly names = new Map<string, LocalName>()
  readonly tags = new Map<string, CType>()
  readonly cleanups: Cleanup[] = []

  constructor(outer: BlockNames | null, node: Statement | null) {
    this.outer = outer
    this.node = node
  }

  find(name: string): LocalName | null {
    for (let block: BlockNames | null = this; block !== null; block = block.outer) {
      const found = block.names.get(name)
      if (found !== undefined) return found
    }
    return null
  }

  findTag(tag: string): CType | null {
    for (let block: BlockNames | null = this; block !== null; block = block.outer) {
      const found = block.tags.get(tag)
      if (found !== undefined) return found
    }
    return null
  }

  /** What is to be cleaned up in blocks from this one up to but without `end`, in order. */
  cleanupsUpTo(end: BlockNames | null): Cleanup[] {
    const found: Cleanup[] = []
    for (let block: BlockNames | null = this; block !== null && block !== end; block = block.outer) {
      found.push(...block.cleanups.toReversed())
    }
    return found
  }
}

/** By label: the statements around it that have names of their own. Statement expressions are not looked into. */
export function blocksOfLabels(body: Statement): ReadonlyMap<string, ReadonlySet<Statement>> {
  const found = new Map<string, ReadonlySet<Statement>>()
  const stack: { readonly s: Statement; readonly around: readonly Statement[] }[] = [{ s: body, around: [] }]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { s, around } = top
    const push = (inner: Statement | null, blocks = around): void => {
      if (inner !== null) stack.push({ s: inner, around: blocks })
    }
    switch (s.kind) {
      case 'block':
        for (const inner of s.body) push(inner, [...around, s])
        break
      case 'if':
        push(s.then)
        push(s.otherwise)
        break
      case 'for':
        push(s.body, [...around, s])
        break
      case 'while':
      case 'do':
      case 'switch':
      case 'iteration':
        push(s.body)
        break
      case 'case':
        push(s.statement)
        break
      case 'label':
        found.set(s.name, new Set(around))
        push(s.statement)
        break
    }
  }
  return found
}
