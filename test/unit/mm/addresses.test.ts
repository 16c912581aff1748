/** Page-table entries have addresses: code that computes with pointers reaches them as C does. */
import { describe, expect, it } from 'vitest'
import { forEachExecution, SC } from '../../../src/explore/index.js'
import type { Event, IntType, IrFunction, Word } from '../../../src/machine/index.js'
import { EntryPointer } from '../../../src/mm/index.js'
import { buildWorld } from '../../../src/suite/index.js'
import { ir, irProgram, type Line, returns, U64 } from '../../support/programs/ir.js'

const U32 = { bits: 32, signed: false } as const
const U16 = { bits: 16, signed: false } as const

function layOut(arch: string) {
  const world = buildWorld({
    arch,
    entries: 4,
    vma: 'anonymous',
    pmds: [{ kind: 'table', ptes: ['clean', 'dirty', 'none', 'swap'] }],
  })
  const [table] = world.tables
  if (table === null || table === undefined) throw new Error('no table')
  return { ...world, table }
}

const load =
  (to: string, address: bigint, type: IntType): Line =>
  (names) => ({
    op: 'load',
    to: names.register(to),
    address: { kind: 'constant', value: address },
    access: 'plain',
    type,
  })

const store =
  (address: bigint, value: bigint, type: IntType): Line =>
  () => ({
    op: 'store',
    address: { kind: 'constant', value: address },
    value: { kind: 'constant', value },
    access: 'plain',
    type,
  })

function run(heap: Parameters<typeof irProgram>[0], fn: IrFunction) {
  let events: readonly Event[] = []
  let returned: unknown
  let final = (_name: string): bigint | undefined => undefined
  forEachExecution(irProgram(heap, [fn]), { model: SC }, (execution) => {
    events = execution.events
    returned = execution.threads[0]?.returned
    final = (name) => execution.finalValue(name)
    return true
  })
  const hazards = events.flatMap(({ hazard }) =>
    hazard === undefined ? [] : [`${hazard.kind}: ${hazard.text}`],
  )
  return { events, bits: (returned as Word | undefined)?.bits, hazards, final }
}

describe.each(['x86-64', 'x86-pae', 'x86-32'])('%s', (arch) => {
  const { heap, table, mm } = layOut(arch)
  const at = (index: number): bigint => table.addressOf(index)
  const type = table.entryBytes === 8 ? U64 : U32
  it('entries follow one another, and an address leads back to its slot', () => {
    expect(at(1) - at(0)).toBe(BigInt(table.entryBytes))
    expect(new EntryPointer(table, 3).address).toBe(at(3))
    for (const index of [-1, 0, 3, 4, 512]) expect(mm.pointerAt(at(index))?.index).toBe(index)
    expect(mm.pointerAt(at(1) + 1n)).toBeUndefined()
    expect(heap.at(at(2))?.name).toBe(table.cells(2)[0]?.name)
  })
  it('an entry is loaded and stored whole, word by word where it has two', () => {
    const fn = ir('f', [], [load('a', at(1), type), store(at(2), 0x1_0000_0005n, type), returns('a')])
    const { bits, events, final } = run(heap, fn)
    expect(bits).toBe(table.initialOf(1))
    expect(events.filter(({ op }) => op === 'load' || op === 'store').length).toBe(2 * table.cells(0).length)
    const words = table.cells(2).map(({ name }) => final(name))
    expect(words).toEqual(arch === 'x86-pae' ? [5n, 1n] : [arch === 'x86-64' ? 0x1_0000_0005n : 5n])
  })
  it('a pointer past the page is noticed', () => {
    for (const index of [-1, 4]) {
      const { hazards } = run(heap, ir('f', [], [load('a', at(index), type)]))
      expect(hazards).toEqual([`pointer outside its table: pte:A[${index}] lies outside the table page`])
    }
  })
  it('a part of a word can be loaded, and not be stored', () => {
    const { bits } = run(heap, ir('f', [], [load('a', at(1) + 2n, U16), returns('a')]))
    expect(bits).toBe((table.initialOf(1) >> 16n) & 0xffffn)
    const { hazards } = run(heap, ir('f', [], [store(at(1), 1n, U16)]))
    expect(hazards).toEqual([expect.stringMatching(/^mixed access: f accesses 2 bytes of pte:A\[1\]/)])
  })
})
