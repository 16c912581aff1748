/** Branches on values that were read plainly: a compiler may load such a value again after the test. */
import type { FinishedExecution } from '../explore/index.js'
import { eventOf, kindOf } from '../machine/index.js'
import { lineIn } from './places.js'
import type { LineMaps } from './trace.js'

/** One note for each function and kind of object that a thread under test read plainly and branched on. */
export function plainBranches({ threads }: Pick<FinishedExecution, 'threads'>, lines: LineMaps): string[] {
  const reads = new Map<string, { where: string; kind: string; lines: Set<number> }>()
  for (const { spec, branched } of threads) {
    if (!spec.underTest) continue
    for (const id of branched.flat()) {
      const read = eventOf(threads, id)
      const cell = read?.reads[0]?.cell
      if (read?.plain !== true || cell === undefined) continue
      const where = read.site?.function ?? read.function
      const kind = kindOf(cell)
      const known = reads.get(`${kind} ${where}`) ?? { where, kind, lines: new Set() }
      reads.set(`${kind} ${where}`, known)
      if (read.site !== null && read.site.line > 0) known.lines.add(lineIn(read.site, lines))
    }
  }
  return [...reads.values()].map(({ where, kind, lines: at }) => {
    const place = [...at].sort((a, b) => a - b).join(', ')
    return `branches on a plain read of a ${kind} at ${where}${place === '' ? '' : `:${place}`}, which a compiler may load again`
  })
}
