/** What the engine finds of a program of the tiny language, spelled as the oracle spells it. */
import { type Effort, searchGraphs } from '../../../src/explore/graph/graph-search.js'
import { lkmm } from '../../../src/explore/graph/models.js'
import type { FinishedRun } from '../../../src/explore/index.js'
import {
  DEFAULT_THREAD_OPTIONS,
  type EventId,
  indexOf,
  type Program,
  type Thread,
  threadOf,
  type Word,
} from '../../../src/machine/index.js'
import { build } from './build.js'
import { CELLS, type GraphText } from './language.js'
import { type Graphs, place } from './oracle.js'
import type { Version } from './traces.js'

/** By graph: its flags. Executions in which threads wait for ever are left out. Throws on a graph found twice. */
export function exploredGraphs(text: GraphText, version: Version, effort: Effort): Graphs {
  const program = build(text)
  const graphs = new Map<string, string>()
  forEachGraph(program, version, effort, (run) => {
    const graph = spell(program, run, version)
    if (graphs.has(graph)) throw new Error(`found twice:\n${graph}`)
    graphs.set(graph, [...run.flags].sort().join(' '))
  })
  return graphs
}

/** Calls `visit` with every complete execution; `merge`: with one for many that end alike. */
export function forEachGraph(
  program: Program,
  version: Version,
  effort: Effort,
  visit: (run: FinishedRun) => void,
  merge = false,
): void {
  const { finished } = searchGraphs(
    program,
    DEFAULT_THREAD_OPTIONS,
    {
      merge,
      visit: (run) => {
        if (run.threads.every(({ status }) => status === 'done')) visit(run)
        return true
      },
    },
    lkmm(version),
    effort,
  )
  if (!finished) throw new Error('the search was not finished')
}

/** What the threads return and memory holds at the end: `0,1 0,0 / 1,0,0`. */
export function endOf(program: Program, run: FinishedRun): string {
  const final = CELLS.map((name) => {
    const cell = program.heap.find(name)
    return cell === undefined ? 0n : run.value(cell)
  })
  return `${run.threads.map(returnedBy).join(' ')} / ${final.join(',')}`
}

function returnedBy({ returned }: Thread): string {
  return (returned as readonly Word[]).map(({ bits }) => bits).join(',')
}

const STEPS: ReadonlySet<string> = new Set([
  'load',
  'store',
  'rmw',
  'lock',
  'trylock',
  'unlock',
  'is-locked',
  'srcu-lock',
  'srcu-unlock',
])

function spell(program: Program, run: FinishedRun, version: Version): string {
  const events = [...run.events].sort((left, right) => left.id - right.id).filter(({ op }) => STEPS.has(op))
  const stepOf = new Map<EventId, number>()
  const steps: number[] = []
  for (const { id, thread } of events) {
    const step = steps[thread] ?? 0
    stepOf.set(id, step)
    steps[thread] = step + 1
  }
  const placeOf = (id: EventId | null): string => {
    if (id === null) return place(-1, 0)
    const step = stepOf.get(id)
    if (step === undefined) throw new Error(`event ${indexOf(id)} of P${threadOf(id)} accesses nothing`)
    return place(threadOf(id), step)
  }
  const lines: string[] = []
  for (const { op, id, reads, writes } of events) {
    if (version === '6.1' && op.startsWith('srcu')) continue
    for (const { cell, value, from } of reads) {
      lines.push(`${placeOf(id)} reads ${cell.name}=${value} of ${placeOf(from)}`)
    }
    for (const { cell, value, after } of writes) {
      lines.push(`${placeOf(id)} writes ${cell.name}=${value} after ${placeOf(after)}`)
    }
  }
  const [returned, final] = endOf(program, run).split(' / ')
  return [...lines, `returns ${returned}`, `leaves ${final}`].join('\n')
}
