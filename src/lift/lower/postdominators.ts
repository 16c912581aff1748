/** Immediate postdominators of a flow graph: the first block that every way from a block to the end passes. */

/**
 * By block: the block where all its ways meet again, or null if that is the end or no way leads there.
 * `successors` of a block that ends the function are empty.
 *
 * K. D. Cooper, T. J. Harvey, K. Kennedy, A Simple, Fast Dominance Algorithm, on the graph turned round.
 */
export function immediatePostdominators(successors: readonly (readonly number[])[]): (number | null)[] {
  const end = successors.length
  const predecessors: number[][] = Array.from({ length: end + 1 }, () => [])
  for (const [block, next] of successors.entries()) {
    if (next.length === 0) predecessors[end]?.push(block)
    for (const to of next) predecessors[to]?.push(block)
  }
  const order = postorder(end, predecessors)
  const rank = new Map(order.map((block, i) => [block, i]))
  const immediate = new Map<number, number>([[end, end]])
  const meet = (a: number, b: number): number => {
    let left = a
    let right = b
    while (left !== right) {
      while ((rank.get(left) ?? 0) < (rank.get(right) ?? 0)) left = immediate.get(left) ?? end
      while ((rank.get(right) ?? 0) < (rank.get(left) ?? 0)) right = immediate.get(right) ?? end
    }
    return left
  }
  for (let changed = true; changed; ) {
    changed = false
    for (let i = order.length - 1; i >= 0; i--) {
      const block = order[i]
      if (block === undefined || block === end) continue
      const next = successors[block] ?? []
      let found: number | null = null
      for (const to of next.length === 0 ? [end] : next) {
        if (!immediate.has(to)) continue
        found = found === null ? to : meet(to, found)
      }
      if (found === null || immediate.get(block) === found) continue
      immediate.set(block, found)
      changed = true
    }
  }
  return successors.map((_, block) => {
    const found = immediate.get(block)
    return found === undefined || found === end ? null : found
  })
}

/** Blocks in postorder from `root` along `next`. */
function postorder(root: number, next: readonly (readonly number[])[]): number[] {
  const order: number[] = []
  const seen = new Set([root])
  const stack: { readonly block: number; at: number }[] = [{ block: root, at: 0 }]
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const to = next[top.block]?.[top.at++]
    if (to === undefined) {
      order.push(top.block)
      stack.pop()
    } else if (!seen.has(to)) {
      seen.add(to)
      stack.push({ block: to, at: 0 })
    }
  }
  return order
}
