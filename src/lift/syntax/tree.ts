/**
 * What the grammar's tree looks like from here: flat arrays in preorder, so that nothing of the wasm parser
 * outlives a parse and no walk of ours needs a stack of its nodes.
 */

/** A concrete tree. Node `i`'s first child is `i + 1` if `next[i] > i + 1`; `next[i]` is behind its subtree. */
export interface SyntaxTree {
  readonly size: number
  /** Indices into `CParser.kinds`. */
  readonly kind: Int32Array
  /** Offsets in UTF-16 units. */
  readonly start: Int32Array
  readonly end: Int32Array
  readonly next: Int32Array
  /** Whether text was skipped or a token made up anywhere. */
  readonly hasError: boolean
}

/** The C grammar, loaded. It waits for nothing: whoever loads it (run/) has done so. */
export interface CParser {
  /** Names of node kinds: `if_statement`, `identifier`, `(`. The kind of skipped text is `ERROR`. */
  readonly kinds: readonly string[]
  /** Null where the parser gives up. */
  readonly parse: (text: string) => SyntaxTree | null
}

/** The children of a node, in order. */
export function childrenOf(tree: SyntaxTree, node: number): number[] {
  const children: number[] = []
  const end = tree.next[node] ?? 0
  for (let at = node + 1; at < end; at = tree.next[at] ?? end) children.push(at)
  return children
}
