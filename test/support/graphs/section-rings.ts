/** Rings of threads, each of which accesses two cells inside a read-side section or around a grace period. */
import type { FinishedRun } from '../../../src/explore/index.js'
import type { Word } from '../../../src/machine/index.js'
import { build } from './build.js'
import { forEachGraph } from './explored.js'
import { CELLS, type CellName, type GraphText, type RegisterName, type Statement } from './language.js'
import type { Version } from './traces.js'

export type SectionOrPeriod = 'section' | 'period'
/** What the second access of a thread and the first one of the next do to the cell that they have in common. */
export type Meeting = 'write read' | 'read write' | 'write write'

export type SectionKind =
  | 'rcu'
  | 'srcu'
  | 'irq off, waited for by an interrupt'
  | 'irq off, waited for by RCU'
  | 'rcu, waited for by an interrupt'
  | 'srcu, waited for by another struct'

interface Parts {
  readonly begin: Statement
  readonly end: Statement
  readonly period: Statement
}

const PARTS: Readonly<Record<SectionKind, Parts>> = {
  rcu: { begin: { do: 'rcu-lock' }, end: { do: 'rcu-unlock' }, period: { do: 'synchronize' } },
  srcu: srcu('ssA'),
  'irq off, waited for by an interrupt': irq({ do: 'ipi' }),
  'irq off, waited for by RCU': irq({ do: 'synchronize' }),
  'rcu, waited for by an interrupt': {
    begin: { do: 'rcu-lock' },
    end: { do: 'rcu-unlock' },
    period: { do: 'ipi' },
  },
  'srcu, waited for by another struct': srcu('ssB'),
}

function irq(period: Statement): Parts {
  return { begin: { do: 'irq-save' }, end: { do: 'irq-restore' }, period }
}

function srcu(waited: 'ssA' | 'ssB'): Parts {
  return {
    begin: { do: 'srcu-lock', domain: 'ssA', to: 'c0' },
    end: { do: 'srcu-unlock', domain: 'ssA', cookie: 'c0' },
    period: { do: 'synchronize-srcu', domain: waited },
  }
}

/** A thread's registers and the final cells, for which the ring is closed. */
export interface Closed {
  readonly registers: readonly (readonly [thread: number, register: 0 | 1, value: bigint])[]
  readonly cells: readonly (readonly [CellName, bigint])[]
}

/** The program of a ring, and how it ends if each thread's second access comes before the next one's first. */
export function sectionRing(
  ring: readonly SectionOrPeriod[],
  meetings: readonly Meeting[],
  kind: SectionKind,
): { readonly text: GraphText; readonly closed: Closed } {
  const { begin, end, period } = PARTS[kind]
  const registers: (readonly [number, 0 | 1, bigint])[] = []
  const cells: (readonly [CellName, bigint])[] = []
  const threads = ring.map((one, i): readonly Statement[] => {
    const own = CELLS[i] as CellName
    const next = CELLS[(i + 1) % ring.length] as CellName
    const [before, first] = (meetings[i] as Meeting).split(' ')
    const second = (meetings[(i + 1) % ring.length] as Meeting).split(' ')[0]
    const previous = (i + ring.length - 1) % ring.length
    if (first === 'read') registers.push([i, 0, 1n])
    else if (before === 'read') registers.push([previous, 1, 0n])
    else cells.push([own, 2n])
    const start = access(own, first === 'write', 'r0', 2)
    const rest = access(next, second === 'write', 'r1', 1)
    return one === 'section' ? [begin, start, rest, end] : [start, period, rest]
  })
  return { text: { threads }, closed: { registers, cells } }
}

function access(cell: CellName, writes: boolean, to: RegisterName, constant: number): Statement {
  return writes
    ? { do: 'store', cell, via: null, value: { constant }, access: 'once' }
    : { do: 'load', to, cell, via: null, access: 'once' }
}

/** True if some execution ends so. */
export function ringCloses(text: GraphText, { registers, cells }: Closed, version: Version): boolean {
  const program = build(text)
  let found = false
  const holds = (run: FinishedRun): boolean =>
    registers.every(([thread, register, value]) => {
      const returned = run.threads[thread]?.returned as readonly Word[]
      return returned[register]?.bits === value
    }) &&
    cells.every(([name, value]) => {
      const cell = program.heap.find(name)
      return cell !== undefined && run.value(cell) === value
    })
  forEachGraph(program, version, 'pruned', (run) => {
    found ||= holds(run)
  })
  return found
}
