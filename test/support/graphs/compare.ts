/** The first difference between two sets of graphs, for people. */
import type { Graphs } from './oracle.js'

/** Null if there is none. */
export function difference(expected: Graphs, found: Graphs): string | null {
  for (const [graph, flags] of expected) {
    const own = found.get(graph)
    if (own === undefined) return `not found (of ${expected.size}, found ${found.size}):\n${graph}`
    if (own !== flags) return `flags '${own}', not '${flags}':\n${graph}`
  }
  for (const graph of found.keys()) {
    if (!expected.has(graph)) return `found, but forbidden (${expected.size}, found ${found.size}):\n${graph}`
  }
  return null
}
