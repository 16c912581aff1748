/**
 * A lockless read of a contiguous block of N entries beside a writer that repaints it: the numbers of
 * executions that GenMC and herd7 were measured to have, and what the read can return (rows 0.c to 0.k).
 *
 * Which program the numbers are of follows from them. Every entry has a value before the writer (and `none`,
 * where it clears first) and one after, and nothing orders the stores. The reader loads the target, and if it
 * is part of a block all N entries from its first on, the target so twice.
 *
 *   set          The two loads of the target see (old, old), (old, new) or (new, new), each other load old or
 *                new: 3 x 2^(N-1), and no value stops the reader.
 *   clear+set    One execution whose first load sees none, and returns it. Else the same 3 x 2^(N-1) go on to
 *                the end, and the reader stops at the first load that sees none: at the i-th entry after 2^i
 *                ways to get there if the first load saw old, which is 2^N - 1 of them, and 2^(N-1) - 1 if it saw
 *                new, as then the second load of the target cannot see none. So 1 + 3 x 2^(N-1) end, and
 *                3 x 2^(N-1) - 2 are blocked. That old and new go together tells that they differ in the
 *                accessed and dirty bits only.
 *   reads all    4 x 3^(N-1) + 1: nothing stops the reader, and the other loads see one of three values.
 *
 * Under the models that keep stores and loads in order the target's place shows: if the first load saw new, all
 * entries up to the target are new, which leaves 2^(N-1-target) ways besides the 2^N after old. N = 8 has 264
 * executions, so the target is the middle entry. With clear+set the entries read are old up to some place and
 * new from there, N + 1 ways, besides new throughout and none: N + 3.
 */
import { describe, expect, it } from 'vitest'
import { buildContpteRead, type ContpteReadSpec } from '../../../src/suite/index.js'
import { type Explored, exploreBuilt } from '../../support/explored.js'
import { marks } from '../../support/marks.js'
import { modelNamed } from '../../support/readings.js'

function read(spec: ContpteReadSpec, model = 'sc'): Explored {
  const explored = exploreBuilt(buildContpteRead(spec), { model: modelNamed(model) })
  expect(explored.outcome.coverage).toEqual({ kind: 'exhaustive' })
  return explored
}

/** Executions that end, and those that are blocked. */
function count(spec: ContpteReadSpec, model: string): readonly [complete: number, blocked: number] {
  const { outcome } = read(spec, model)
  return [outcome.executions, outcome.blocked]
}

describe.each(['lkmm-6.1', 'lkmm'])('numbers of executions under %s', (model) => {
  it.each([
    [2, 'set', 'assume', [6, 0]],
    [4, 'set', 'assume', [24, 0]],
    [4, 'clear+set', 'assume', [25, 22]],
    [8, 'set', 'assume', [384, 0]],
    [8, 'clear+set', 'assume', [385, 382]],
    [2, 'clear+set', 'all', [13, 0]],
  ] as const)('N = %i, %s, %s', (n, writer, reader, expected) =>
    expect(count({ n, writer, reader }, model)).toEqual(expected),
  )
  it.each([0, 1, 3])('do not depend on the place of the target (%i)', (target) =>
    expect(count({ n: 4, writer: 'clear+set', reader: 'assume', target }, model)).toEqual([25, 22]),
  )
  it('a retry loop has as many that end, as the last turn decides', () =>
    expect(count({ n: 4, writer: 'clear+set', reader: 'retry' }, model)[0]).toBe(25))
})

describe.each(['sc', 'tso'])('numbers of executions under %s', (model) => {
  it.each([
    [4, 'clear+set', 'assume', [7, 11]],
    [8, 'clear+set', 'assume', [11, 39]],
    [16, 'clear+set', 'assume', [19, 143]],
    [8, 'set', 'assume', [264, 0]],
    [8, 'clear+set', 'all', [1289, 0]],
  ] as const)('N = %i, %s, %s', (n, writer, reader, expected) =>
    expect(count({ n, writer, reader }, model)).toEqual(expected),
  )
  it('depend on the place of the target: the first entry has as many as under a weak model', () =>
    expect(count({ n: 8, writer: 'set', reader: 'assume', target: 0 }, model)).toEqual([384, 0]))
})

describe('with nothing else running', () => {
  const quiet = { n: 16, writer: 'none', reader: 'retry', target: 5 } as const
  it('0.c: dirty in one entry and young in another make the target dirty and young', () =>
    expect(read({ ...quiet, dirty: 9, young: 2 }).values('value read')).toEqual([
      'rw young dirty cont pfn 1005',
    ]))
  it('0.c: the target and all 16 entries are loaded, by READ_ONCE', () => {
    const loads = marks(buildContpteRead(quiet).program)
    expect(loads).toHaveLength(17)
    expect(loads[0]).toBe('load pte:block[5] once')
    expect(loads.slice(1)).toEqual(Array.from({ length: 16 }, (_, i) => `load pte:block[${i}] once`))
  })
  it('0.d: all clean and old is clean and old', () =>
    expect(read(quiet).values('value read')).toEqual(['rw cont pfn 1005']))
})

describe.each(['sc', 'tso', 'lkmm-6.1', 'lkmm'])('what a read returns under %s', (model) => {
  const spec = { n: 4, writer: 'clear+set', dirty: 0 } as const
  it.each(['assume', 'retry'] as const)(
    '0.g: another page never has the dirty bit of the old one (%s)',
    (reader) =>
      expect(read({ ...spec, reader, change: 'page' }, model).values('value read')).toEqual([
        'none',
        'rw cont pfn 3002',
        'rw dirty cont pfn 1002',
      ]),
  )
  it.each(['assume', 'retry'] as const)('0.i: read-only never has the dirty bit of writable (%s)', (reader) =>
    expect(read({ ...spec, reader, change: 'protection' }, model).values('value read')).toEqual([
      'none',
      'ro cont pfn 1002',
      'rw dirty cont pfn 1002',
    ]),
  )
  it('0.e, 0.f: the same page is young and dirty as some of its entries are', () =>
    expect(read({ ...spec, reader: 'assume' }, model).values('value read')).toEqual([
      'none',
      'rw dirty cont pfn 1002',
      'rw young dirty cont pfn 1002',
    ]))
})

describe('the checks against other pages', () => {
  const spec = { n: 2, writer: 'clear+set', target: 1, dirty: 0, change: 'page' } as const
  const mixed = 'rw dirty cont pfn 3001'
  it('are needed where loads are reordered', () => {
    expect(read({ ...spec, reader: 'all' }, 'lkmm').values('value read')).toContain(mixed)
    expect(read({ ...spec, reader: 'all' }, 'sc').values('value read')).not.toContain(mixed)
  })
  it('are enough', () =>
    expect(read({ ...spec, reader: 'retry' }, 'lkmm').values('value read')).not.toContain(mixed))
})
