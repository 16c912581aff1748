/** How the accesses of a few lines of kernel code are marked, and what stands between them. */
import {
  type Cell,
  DEFAULT_THREAD_OPTIONS,
  type Event,
  type Program,
  start,
} from '../../src/machine/index.js'

/**
 * Runs the program's first thread alone, from the initial values, and lists what it does in program order:
 * `load pte:A[0].low plain`, `smp_rmb`, `rmw pte:A[0] mb`, `lock`.
 */
export function marks(program: Program): string[] {
  const memory = new Map<Cell, bigint>()
  const [thread] = start(program, DEFAULT_THREAD_OPTIONS).threads
  const accesses = new Map<number, string>()
  while (thread?.status === 'ready' && thread.pending !== null) {
    const { pending } = thread
    const value = (cell: Cell) => memory.get(cell) ?? cell.initial
    const cells = 'cells' in pending ? pending.cells : []
    const stored =
      pending.op === 'store'
        ? pending.values.map(({ bits }) => bits)
        : pending.op === 'rmw'
          ? (pending.update(cells.map(value)) ?? [])
          : []
    if ('access' in pending) accesses.set(thread.events.length, pending.access)
    const reads =
      pending.op === 'store' ? [] : cells.map((cell) => ({ cell, value: value(cell), from: null }))
    const writes = stored.map((bits, i) => ({ cell: cells[i] as Cell, value: bits, data: [], after: null }))
    for (const { cell, value: bits } of writes) memory.set(cell, bits)
    thread.commit(reads, writes)
  }
  return (thread?.events ?? []).flatMap((event) => describe(event, accesses.get(event.index)))
}

function describe({ op, reads, writes, text }: Event, access: string | undefined): string[] {
  if (op === 'fence') return [text]
  if (op === 'lock' || op === 'unlock') return [op]
  if (access === undefined) return []
  const names = (op === 'store' ? writes : reads).map(({ cell }) => cell.name)
  return [`${op} ${names.join('+')} ${access}`]
}
