/**
 * contpte_ptep_get_lockless() beside a CPU that changes the block, rows 0.a to 0.o: every order under `sc`, and with
 * fewer entries everything that the kernel's memory model allows.
 */
import { describe, expect, it } from 'vitest'
import { CONTPTE_SUITE } from '../../../src/suite/index.js'
import { type Explored, exploreBuilt, sideOf, type Version, version } from '../../support/explored.js'
import { modelNamed } from '../../support/readings.js'

const BLOCKS = version('6.12', '6.12')
const RAW = version('before', '6.8')

function read(id: string, one: Version = BLOCKS, model = 'sc', arch = 'arm64'): Explored {
  const scenario = CONTPTE_SUITE.scenarios.find((each) => each.id === `contpte/${arch}/read/${id}`)
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  const built = scenario.build(sideOf(one, CONTPTE_SUITE, arch))
  const explored = exploreBuilt(built, { model: modelNamed(model) })
  expect(explored.outcome.coverage).toEqual({ kind: 'exhaustive' })
  expect(explored.hazards).toEqual([])
  return explored
}

const values = (...args: Parameters<typeof read>): readonly string[] => read(...args).values('value read')

describe('with nothing else running', () => {
  it.each([
    ['0.a', 'plain/look', ['rw pfn 1005'], ['rw pfn 1005'], '1 loads'],
    ['0.b', 'none/look', ['none'], ['none'], '1 loads'],
    ['0.c', 'block/look', ['rw pfn 1005'], ['rw young dirty cont pfn 1005'], '18 loads'],
    ['0.d', 'block-clean/look', ['rw pfn 1005'], ['rw cont pfn 1005'], '18 loads'],
    ['0.n', 'not-valid-cont/look', ['not valid'], ['not valid'], '1 loads'],
  ])('%s: %s', (_row, id, before, after, loads) => {
    expect([values(id, RAW), values(id)]).toEqual([before, after])
    expect(read(id).values('loads and changes of entries')).toEqual([`${loads}, 0 stores, 0 exchanges`])
  })
  it.each([
    ['arm64-16k', '130 loads'],
    ['arm64-64k', '34 loads'],
  ])('0.o: the whole block is read on %s', (arch, loads) =>
    expect(read('block/look', BLOCKS, 'sc', arch).values('loads and changes of entries')).toEqual([
      `${loads}, 0 stores, 0 exchanges`,
    ]),
  )
  it('0.m: a page fault finds under the lock what it read without, and goes on; of the raw entry it never would', () => {
    expect(read('block/fault-like').values('fault')).toEqual(['goes on'])
    const mixed = version('raw reads', '6.12', 'ptep_get_lockless@plain')
    expect(read('block/fault-like', mixed).values('fault')).toEqual(['is taken again'])
  })
})

describe.each([
  ['sc', 4],
  ['sc', 2],
  ['lkmm', 2],
] as const)('beside a CPU that changes the block, under %s, %i entries', (model, n) => {
  const page = `100${n / 2}`
  const gathered = `rw young dirty cont pfn ${page}`
  const on = (change: string): readonly string[] => values(`block-of-${n}/${change}`, BLOCKS, model)

  it('0.e: taken apart: none, the block as gathered, or the entry as it became', () =>
    expect(on('unfold')).toEqual(['none', gathered, `rw young dirty pfn ${page}`]))
  // Four entries take minutes.
  if (n === 2) {
    it('0.f: and made again: the same', () =>
      expect(on('refold')).toEqual(['none', gathered, `rw young dirty pfn ${page}`]))
  }
  it('0.g: another folio never has accessed or dirty bits of the one before', () =>
    expect(on('refault-other')).toEqual(['none', `rw cont pfn 300${n / 2}`, gathered]))
  it('0.i: what became read-only never has bits of what was writable', () =>
    expect(on('repaint-read-only')).toEqual(['none', `ro cont pfn ${page}`, gathered]))
  it('taken away: none, or the block as gathered', () => expect(on('zap')).toEqual(['none', gathered]))
  it('0.k: the same pages again mix the bits of both times, and only so; in all ways where loads are reordered', () => {
    // Of two entries the one that is asked for is accessed, of four the one behind it.
    const [inOrder, reordered] = n === 4 ? ['dirty', 'young'] : ['young', 'dirty']
    const mixed = [`rw cont pfn ${page}`, `rw ${inOrder} cont pfn ${page}`, gathered]
    const more = model === 'lkmm' ? [`rw ${reordered} cont pfn ${page}`] : []
    expect(on('refault-same')).toEqual(['none', ...mixed, ...more].sort())
  })
})

describe.each(['sc', 'lkmm'])('0.j: the MMU of another CPU, under %s', (model) => {
  it.each([
    ['young', 'rw young cont pfn 1002'],
    ['dirty', 'rw young dirty cont pfn 1002'],
  ])('sets %s in another entry, which is seen or not', (sets, seen) => {
    expect(values(`block-of-4/hardware-${sets}`, BLOCKS, model)).toEqual(['rw cont pfn 1002', seen])
    expect(values(`block-of-4/hardware-${sets}`, RAW, model)).toEqual(['rw pfn 1002'])
  })
})

it('3.N: what is read while a block is taken apart is looked at again under the lock', () => {
  expect(read('block-of-2/zap-one/fault-like').values('fault')).toEqual(['goes on', 'is taken again'])
  const { outcome } = read('block-of-2/zap-one/fault-like')
  const none = [...outcome.behaviours.values()].filter(
    ({ observation }) => observation['value read'] === 'none',
  )
  expect(none.map(({ observation }) => observation['fault'])).toEqual(['is taken again'])
})
