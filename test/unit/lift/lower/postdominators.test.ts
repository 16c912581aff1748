import fc from 'fast-check'
import { expect, it } from 'vitest'
import { immediatePostdominators } from '../../../../src/lift/lower/postdominators.js'

/** Blocks that can be reached from `from` without passing `without`; the end is the number of blocks. */
function reached(successors: readonly (readonly number[])[], from: number, without: number): Set<number> {
  const seen = new Set<number>()
  const stack = from === without ? [] : [from]
  for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
    if (seen.has(block) || block === without) continue
    seen.add(block)
    const next = successors[block]
    if (next === undefined) continue
    stack.push(...(next.length === 0 ? [successors.length] : next))
  }
  return seen
}

it('where the ways of a block meet, no way to the end goes past it, and none meets before', () => {
  const graph = fc
    .integer({ min: 1, max: 8 })
    .chain((n) => fc.array(fc.uniqueArray(fc.nat(n - 1), { maxLength: 2 }), { minLength: n, maxLength: n }))
  fc.assert(
    fc.property(graph, (successors) => {
      const end = successors.length
      const found = immediatePostdominators(successors)
      for (const [block, join] of found.entries()) {
        if (!reached(successors, block, -1).has(end)) continue
        const strict = successors
          .map((_, other) => other)
          .filter((other) => other !== block && !reached(successors, block, other).has(end))
        if (join === null) expect(strict).toEqual([])
        else {
          expect(strict).toContain(join)
          // Of all blocks that every way passes, the first: the others lie behind it.
          for (const other of strict) {
            if (other !== join) expect(reached(successors, join, other).has(end)).toBe(false)
          }
        }
      }
    }),
    { numRuns: 500 },
  )
})
