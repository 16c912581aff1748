/**
 * Lockless reads of a contiguous block of arm64 entries beside a writer that repaints the block. Both threads
 * are functions of the intermediate representation, so that their state is data.
 */
import { Heap, type IrEnvironment, irCallable, tracked } from '../machine/index.js'
import { arm64Pte, arm64PteState } from '../mm/index.js'
import { type ContpteReader, contpteReader, contpteWriter } from './contpte-read-threads.js'
import { returned } from './project.js'
import type { Built } from './scenario.js'

/** `set` repaints all entries, `clear+set` clears them all before; `none` leaves the block alone. */
export const CONTPTE_WRITERS = ['none', 'set', 'clear+set'] as const
export type ContpteWriter = (typeof CONTPTE_WRITERS)[number]

export interface ContpteReadSpec {
  /** Entries of a block: 16 with pages of 4 KB. */
  readonly n: number
  readonly writer: ContpteWriter
  readonly reader: ContpteReader
  /** The entry that is asked for; the middle one if left out. */
  readonly target?: number
  /** What the writer makes of the block: dirty and young, read-only, or other pages. Dirty and young if left out. */
  readonly change?: 'flags' | 'protection' | 'page'
  /** Entries of the block in which the hardware has set a bit; none if left out. */
  readonly dirty?: number
  readonly young?: number
}

const PFN = 0x1000n
const OTHER_PFN = 0x3000n

/** Builds the program of a read: the reader is thread a, the writer, if there is one, thread b. */
export function buildContpteRead(spec: ContpteReadSpec): Built {
  const { n, writer, reader, target = n / 2 } = spec
  const heap = new Heap()
  const cells = Array.from({ length: n }, (_, i) => {
    const name = `pte:block[${i}]`
    const flags = { write: true, cont: true, dirty: spec.dirty === i, young: spec.young === i }
    const initial = arm64Pte(PFN + BigInt(i), flags)
    return heap.cell({ name, initial, object: name, role: 'data', page: null })
  })
  const [first, asked] = [cells[0], cells[target]]
  if (first === undefined || asked === undefined) throw new Error(`a block of ${n} has no entry ${target}`)
  const environment = (context: unknown): IrEnvironment => context as IrEnvironment
  const threads = [
    {
      name: 'a',
      label: 'contpte_ptep_get_lockless',
      holding: [],
      underTest: true,
      entry: irCallable(contpteReader(n, reader), environment),
      args: [tracked(asked.address), tracked(first.address)],
    },
    {
      name: 'b',
      label: writer,
      holding: [],
      underTest: false,
      entry: irCallable(contpteWriter(n, writer === 'clear+set'), environment, 'actor'),
      args: [tracked(first.address), tracked(repainted(spec.change ?? 'flags'))],
    },
  ].slice(0, writer === 'none' ? 1 : 2)
  const names = threads.map(({ name }) => name)
  const resolve = (name: string): never => {
    throw new Error(`${name} is not called here`)
  }
  return {
    program: {
      heap,
      threads,
      host: {
        context: (thread): IrEnvironment => ({ heap, self: thread.spec.name, threads: names, resolve }),
      },
      answers: new Map(),
    },
    observe: (execution) => {
      const value = execution.threads[0]?.returned
      const word = typeof value === 'object' && value !== null && 'bits' in value ? value.bits : null
      return { 'value read': typeof word === 'bigint' ? arm64PteState(word) : returned(execution) }
    },
    detectors: [],
    describe: (_object, bits) => arm64PteState(bits),
  }
}

/** The writer's first entry. */
function repainted(change: NonNullable<ContpteReadSpec['change']>): bigint {
  switch (change) {
    case 'flags':
      return arm64Pte(PFN, { write: true, cont: true, dirty: true, young: true })
    case 'protection':
      return arm64Pte(PFN, { cont: true })
    case 'page':
      return arm64Pte(OTHER_PFN, { write: true, cont: true })
  }
}
