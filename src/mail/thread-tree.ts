import type { Message } from './message.js'

/** A mail in a thread and the answers to it. `message` is null for a mail that is referred to but not at hand. */
export interface ThreadNode {
  readonly messageId: string | null
  readonly message: Message | null
  readonly children: readonly ThreadNode[]
}

/** A node while the tree grows. */
export interface Growing {
  readonly messageId: string | null
  readonly message: Message | null
  /** Place in the input, which decides where nothing else does. */
  readonly order: number
  parent: Growing | null
  readonly children: Growing[]
  /** Union-find: leads to the root of the tree this node is in. */
  up: Growing | null
}

/** A node without relations. */
export function growing(messageId: string | null, message: Message | null, order: number): Growing {
  return { messageId, message, order, parent: null, children: [], up: null }
}

/**
 * Hangs a root below a parent; false if that would close a ring. Only roots are ever hung, so a union-find over the
 * trees tells at once, where walking up costs the square of a long chain.
 */
export function hang(child: Growing, parent: Growing): boolean {
  if (child.parent !== null) return false
  const root = rootOf(parent)
  if (root === child) return false
  child.parent = parent
  child.up = root
  parent.children.push(child)
  return true
}

/** Every node of a tree, parents before children, without recursion: a thread may be a chain of 100,000. */
export function walkTree(root: ThreadNode): readonly { readonly node: ThreadNode; readonly depth: number }[] {
  const seen: { node: ThreadNode; depth: number }[] = []
  const stack: { node: ThreadNode; depth: number }[] = [{ node: root, depth: 0 }]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    seen.push(top)
    for (let index = top.node.children.length - 1; index >= 0; index--) {
      const child = top.node.children[index]
      if (child !== undefined) stack.push({ node: child, depth: top.depth + 1 })
    }
  }
  return seen
}

function rootOf(node: Growing): Growing {
  let root = node
  while (root.up !== null) root = root.up
  let at = node
  while (at.up !== null && at !== root) {
    const next: Growing = at.up
    at.up = root
    at = next
  }
  return root
}
