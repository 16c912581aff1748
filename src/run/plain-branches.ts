/** Branches on values that were read plainly: a compiler may load such a value again after the test. */
import type { FinishedExecution } from '../explore/index.js'
import { eventOf, kindOf } from '../machine/index.js'
import { whereOf } from './places.js'
import type { LineMaps } from './trace.js'

/** One note for each plain read that a thread under test branched on. */
export function plainBranches({ threads }: Pick<FinishedExecution, 'threads'>, lines: LineMaps): string[] {
  const notes = new Set<string>()
  for (const { spec, branched } of threads) {
    if (!spec.underTest) continue
    for (const id of branched.flat()) {
      const read = eventOf(threads, id)
      const cell = read?.reads[0]?.cell
      if (read?.plain !== true || cell === undefined) continue
      notes.add(
        `branches on a plain read of a ${kindOf(cell)} at ${whereOf(read, lines)}, which a compiler may load again`,
      )
    }
  }
  return [...notes]
}
