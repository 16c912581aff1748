/** Strongly connected components of a directed graph, and those that nothing leads out of. */

/**
 * The components that have an edge inside and none to the outside: once there, a walk goes round for ever.
 * `successors` gives the edges by node. Tarjan's algorithm (SIAM J. Comput. 1972), without recursion.
 */
export function finalCycles(successors: readonly (readonly number[])[]): number[][] {
  const cycles: number[][] = []
  const order: number[] = []
  const low: number[] = []
  const component: boolean[] = []
  const stack: number[] = []
  let visited = 0
  const enter = (node: number): { readonly node: number; next: number } => {
    order[node] = visited
    low[node] = visited
    visited++
    stack.push(node)
    return { node, next: 0 }
  }
  for (let root = 0; root < successors.length; root++) {
    if (order[root] !== undefined) continue
    const walk = [enter(root)]
    for (let at = walk.at(-1); at !== undefined; at = walk.at(-1)) {
      const { node } = at
      const to = successors[node]?.[at.next++]
      if (to !== undefined) {
        if (order[to] === undefined) walk.push(enter(to))
        else if (component[to] !== true) low[node] = Math.min(low[node] ?? 0, order[to] ?? 0)
        continue
      }
      walk.pop()
      const parent = walk.at(-1)
      if (parent !== undefined) low[parent.node] = Math.min(low[parent.node] ?? 0, low[node] ?? 0)
      if (low[node] !== order[node]) continue
      const members = stack.splice(stack.lastIndexOf(node))
      for (const member of members) component[member] = true
      if (isFinalCycle(members, successors)) cycles.push(members)
    }
  }
  return cycles
}

function isFinalCycle(members: readonly number[], successors: readonly (readonly number[])[]): boolean {
  const inside = new Set(members)
  let edges = 0
  for (const member of members) {
    for (const to of successors[member] ?? []) {
      if (!inside.has(to)) return false
      edges++
    }
  }
  return edges > 0
}
