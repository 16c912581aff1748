/** Lifted C on the simulated kernel: what it calls, what calls it, and what is not known. */
import { describe, expect, it } from 'vitest'
import { forEachExecution, SC } from '../../../src/explore/index.js'
import type { AnswerDomain, Callable, Event, IrFunction, Thread, Word } from '../../../src/machine/index.js'
import {
  type Kernel,
  kernelFactory,
  type LiftedUnit,
  liftedCallable,
  liftedImplementation,
  type MmWalk,
  PAGE_SIZE,
} from '../../../src/mm/index.js'
import { buildWorld, type World } from '../../../src/suite/index.js'
import { binary, branch, ir, jump, type Line, returns, S32, set } from '../../support/programs/ir.js'
import {
  callC,
  callThrough,
  loadAt,
  MM_WALK,
  MM_WALK_OPS,
  member,
  offsetOf,
  storeAt,
  unit,
  VMA,
  withObjects,
} from '../../support/programs/lifted.js'

const WORLD = { arch: 'x86-64', entries: 4, vma: 'anonymous' } as const
const INFO = { version: 'lifted', release: '0', identities: [], config: {}, notes: [] }

interface Seen {
  readonly events: readonly Event[]
  readonly threads: readonly Thread[]
}

/** All executions of a thread with this entry. */
function run(
  world: World,
  entry: Callable,
  args: readonly unknown[] = [],
  find?: (name: string) => Callable | undefined,
): Seen[] {
  const resolve = (name: string): Callable => {
    const found = find?.(name)
    if (found === undefined) throw new Error(`no ${name}`)
    return found
  }
  const system = {
    mm: world.mm,
    release: '6.12',
    threads: ['a'],
    resolve,
    ...(find === undefined ? {} : { find }),
  }
  const thread = { name: 'a', label: entry.name, holding: [], underTest: true, entry, args }
  const program = {
    heap: world.heap,
    threads: [thread],
    host: { context: kernelFactory(system) },
    answers: new Map(),
  }
  const found: Seen[] = []
  forEachExecution(program, { model: SC }, ({ events, threads }) => {
    found.push({ events: [...events], threads })
    return true
  })
  return found
}

function lay(ptes: readonly ('clean' | 'dirty' | 'none')[] = ['clean', 'none']): World {
  return buildWorld({ ...WORLD, pmds: [{ kind: 'table', ptes }] })
}

const words = (...bits: readonly bigint[]): Word[] => bits.map((one) => ({ bits: one, from: [] }))

/** Semantic events, lock calls, choices and hazards, spelled. */
function story({ events }: Seen): string[] {
  return events.flatMap((event) => {
    if (event.semantic !== undefined) return [event.text]
    if (event.hazard !== undefined) return [`hazard ${event.text}`]
    return ['lock', 'unlock', 'choose'].includes(event.op) ? [event.text] : []
  })
}

function returnedBy({ threads }: Seen): bigint | string {
  const value = threads[0]?.returned
  return typeof value === 'object' && value !== null && 'bits' in value
    ? (value.bits as bigint)
    : String(value)
}

/** Calls pte_entry for each pte of the page, under its lock. */
const WALK: readonly [string, IrFunction] = [
  'int walk_pte_range(pmd_t *pmd, unsigned long addr, unsigned long end, struct mm_walk *walk)',
  withObjects(
    ir(
      'walk_pte_range',
      ['pmd', 'addr', 'end', 'walk'],
      [
        ...member('mm', 'walk', MM_WALK, 'mm'),
        ...member('ops', 'walk', MM_WALK, 'ops'),
        ...member('entry', 'ops', MM_WALK_OPS, 'pte_entry'),
        callC('pte', 'pte_offset_map_lock', ['mm', 'pmd', 'addr', 'ptl']),
        branch('pte', 'mapped', 'failed', null),
        'mapped:',
        set('start', 'pte'),
        'next:',
        binary('next', 'addr', '+', PAGE_SIZE),
        callThrough(
          'err',
          'entry',
          ['pte', 'addr', 'next', 'walk'],
          ['pte_t *', 'unsigned long', 'unsigned long', 'struct mm_walk *'],
          'int',
        ),
        branch('err', 'done', 'step', null),
        'step:',
        binary('pte', 'pte', '+', 8),
        set('addr', 'next'),
        binary('more', 'addr', '!=', 'end'),
        branch('more', 'next', 'done', null),
        'done:',
        loadAt('lock', 'ptl'),
        callC(null, 'pte_unmap_unlock', ['start', 'lock']),
        returns('err'),
        'failed:',
        binary('action', 'walk', '+', 32),
        storeAt('action', 2),
        returns(0),
      ],
      { path: 'mm/pagewalk.c' },
    ),
    { ptl: 8 },
  ),
]

const RECORDS = [MM_WALK, MM_WALK_OPS, VMA]

describe('a lifted walk called by hand-written code', () => {
  const lifted = unit([WALK], RECORDS)
  const walker = liftedImplementation(lifted, 'walk_pte_range', INFO)
  const caller = (world: World, entry: Callable, fail = false): Callable => ({
    name: 'caller',
    path: null,
    role: 'actor',
    body: function* (k: Kernel) {
      const walk: MmWalk = {
        ops: { pte_entry: entry },
        mm: world.mm,
        vma: world.vma,
        action: 'SUBTREE',
        no_vma: false,
        private: null,
      }
      const [pmd] = world.pmds
      const at = fail ? pmd?.next() : pmd
      const err = (yield {
        op: 'call',
        target: walker,
        args: [at, world.start, world.start + 2n * PAGE_SIZE, walk],
      }) as unknown
      yield* k.observe('caller', `${String(err)} ${walk.action}`)
    },
  })
  const entry = (result: number): Callable => ({
    name: 'pte_entry',
    path: null,
    role: 'callback',
    body: function* (k: Kernel, pte, addr: bigint, next: bigint, walk: MmWalk) {
      yield* k.observe('pte_entry', `${pte.name} ${next - addr} ${walk.vma?.kind}`, { role: 'callback' })
      yield* k.ptep_get(pte)
      return result
    },
  })

  it('calls its callback for each page under the lock', () => {
    const world = lay()
    const [only, ...others] = run(world, caller(world, entry(0)))
    expect(others).toEqual([])
    expect(story(only as Seen)).toEqual([
      'pte_map pte:A',
      'lock ptl:A',
      'pte_entry pte:A[0] 4096 anonymous',
      'pte_entry pte:A[1] 4096 anonymous',
      'unlock ptl:A',
      'pte_unmap pte:A',
      'caller 0 SUBTREE',
    ])
    const callback = only?.events.find(({ text }) => text.startsWith('pte_entry'))
    expect(callback?.locks).toEqual(['ptl:A'])
    expect(callback?.site?.function).toBe('walk_pte_range')
  })

  it('hands negative numbers back, and stops', () => {
    const world = lay()
    const [only] = run(world, caller(world, entry(-14)))
    expect(story(only as Seen)).toContain('caller -14 SUBTREE')
  })

  it('writes to the fields of the walk that it was handed', () => {
    const world = lay()
    const [only] = run(world, caller(world, entry(0), true))
    expect(story(only as Seen)).toEqual(['store walk->action = 2', 'caller 0 AGAIN'])
  })

  it('is called by a lifted function as one of its own', () => {
    const outer: readonly [string, IrFunction] = [
      'int outer(pmd_t *pmd, unsigned long addr, unsigned long end, struct mm_walk *walk)',
      ir(
        'outer',
        ['pmd', 'addr', 'end', 'walk'],
        [callC('r', 'walk_pte_range', ['pmd', 'addr', 'end', 'walk'], [], 'int'), returns('r')],
      ),
    ]
    const both = unit([WALK, outer], RECORDS)
    const world = lay()
    const [pmd] = world.pmds
    const walk: MmWalk = {
      ops: { pte_entry: entry(3) },
      mm: world.mm,
      vma: null,
      action: 'SUBTREE',
      no_vma: false,
      private: null,
    }
    const target = liftedImplementation(both, 'outer', INFO)
    const [only] = run(world, target, [pmd, world.start, world.start + 2n * PAGE_SIZE, walk])
    expect(only?.threads[0]?.returned).toBe(3)
  })
})

/** A function of no parameters, run with words. */
function lines(
  code: readonly Line[],
  objects: Readonly<Record<string, number>> = {},
  more: LiftedUnit['module']['globals'] = new Map(),
): Callable {
  const fn = ir('f', ['a', 'b'], code)
  const made = unit([['u64 f(u64 a, u64 b)', withObjects(fn, objects)]], RECORDS, [...more.values()])
  return liftedCallable(made, 'f')
}

const INT: AnswerDomain = { kind: 'integer', type: S32, values: [] }

it('helpers on entry values keep what they come from', () => {
  const world = lay(['dirty'])
  const pte = world.tables[0]?.addressOf(0) ?? 0n
  const entry = lines([
    loadAt('v', 'a'),
    callC('old', 'pte_mkclean', ['v']),
    callC('dirty', 'pte_dirty', ['old']),
    storeAt('a', 'old'),
    returns('dirty'),
  ])
  const [only] = run(world, entry, words(pte))
  expect(returnedBy(only as Seen)).toBe(0n)
  const store = only?.events.find(({ op }) => op === 'store')
  expect(store?.writes[0]?.data).toHaveLength(1)
})

describe('what is not known', () => {
  it('a result that nobody looks at is never chosen', () => {
    const f = lines([
      callC('r', 'do_something', ['a', 5], ['unsigned long', 'int'], 'int', INT),
      set('s', 'r'),
      callC(null, 'report', ['s'], ['int']),
      returns('s'),
    ])
    const all = run(lay(), f, words(7n))
    expect(all.map(story)).toEqual([['do_something 7, 5', 'report do_something(7, 5)']])
  })

  it('a branch on it is both ways, with one answer for the same question', () => {
    const f = lines([
      callC('r', 'is_fine', ['a'], ['unsigned long'], 'bool', { kind: 'bool' }),
      branch('r', 'yes', 'no', null),
      'yes:',
      callC('s', 'is_fine', ['a'], ['unsigned long'], 'bool', { kind: 'bool' }),
      branch('s', 'twice', 'no', null),
      'twice:',
      returns(2),
      'no:',
      returns(0),
    ])
    const all = run(lay(), f, words(7n))
    expect(all.map(returnedBy)).toEqual([0n, 2n])
    expect(all.map((one) => story(one).filter((text) => text.startsWith('choose')))).toEqual([
      ['choose is_fine(7) = false'],
      ['choose is_fine(7) = true'],
    ])
  })

  it('after a change the same question may have another answer', () => {
    const f = lines([
      callC('r', 'is_fine', ['a'], ['unsigned long'], 'bool', { kind: 'bool' }),
      callC(null, 'change_it', ['a'], ['unsigned long']),
      callC('s', 'is_fine', ['a'], ['unsigned long'], 'bool', { kind: 'bool' }),
      binary('t', 'r', '^', 's'),
      returns('t'),
    ])
    const all = run(lay(), f, words(7n))
    expect(all.map(returnedBy).sort()).toEqual([0n, 0n, 1n, 1n])
  })

  it('an error number is compared with, and what else is returned', () => {
    const f = lines([
      callC('r', 'try_it', [], [], 'int', { ...INT, values: [-16n] }),
      binary('busy', 'r', '==', -16, S32),
      branch('busy', 'again', 'done', null),
      'again:',
      returns(1),
      'done:',
      returns('r'),
    ])
    expect(run(lay(), f).map(returnedBy).sort()).toEqual([0n, 1n])
  })

  it('a pointer is an object, NULL where that is asked, and its members are values of their own', () => {
    const f = lines([
      callC('vma', 'find_vma', ['a'], ['unsigned long'], 'struct vm_area_struct *', {
        kind: 'pointer',
        to: 'struct vm_area_struct',
        mayBeNull: true,
        mayBeError: false,
      }),
      branch('vma', 'there', 'none', null),
      'there:',
      ...member('flags', 'vma', VMA, 'vm_flags'),
      binary('locked', 'flags', '&', 0x2000),
      branch('locked', 'yes', 'no', null),
      'yes:',
      ...member('again', 'vma', VMA, 'vm_flags'),
      binary('same', 'again', '&', 0x2000),
      returns('same'),
      'no:',
      returns(0),
      'none:',
      returns(99),
    ])
    const all = run(lay(), f, words(5n))
    expect(all.map((one) => story(one).filter((text) => text.startsWith('choose')))).toEqual([
      ['choose find_vma(5) = object', 'choose find_vma(5)->vm_flags & 0x2000 = 0'],
      ['choose find_vma(5) = object', 'choose find_vma(5)->vm_flags & 0x2000 = 0x2000'],
      ['choose find_vma(5) = NULL'],
    ])
    expect(all.map(returnedBy)).toEqual([0n, 0x2000n, 99n])
  })

  it("a VMA's flags are those that the world says, until they are stored to", () => {
    const f = ir(
      'f',
      ['vma'],
      [
        ...member('flags', 'vma', VMA, 'vm_flags'),
        binary('&flags', 'vma', '+', offsetOf(VMA, 'vm_flags')),
        binary('more', 'flags', '|', 0x400),
        storeAt('&flags', 'more'),
        ...member('again', 'vma', VMA, 'vm_flags'),
        returns('again'),
      ],
    )
    const seen = (flags: { readonly vmFlags?: bigint }): readonly string[][] => {
      const world = buildWorld({ ...WORLD, pmds: [{ kind: 'table', ptes: ['clean'] }], ...flags })
      const target = liftedImplementation(
        unit([['unsigned long f(struct vm_area_struct *vma)', f]], [VMA]),
        'f',
        INFO,
      )
      const all = run(world, target, [world.vma])
      return all.map((one) => [String(returnedBy(one)), ...story(one)])
    }
    expect(seen({ vmFlags: 0x73n })).toEqual([['1139', 'store vma->vm_flags = 0x473']])
    expect(seen({}).flat().join()).toContain('choose vma->vm_flags')
  })

  it('a variable whose address was handed out holds something unknown, one that was not is left alone', () => {
    const f = lines(
      [
        storeAt('x', 1),
        storeAt('y', 2),
        callC(null, 'fill', ['x'], ['unsigned long *']),
        callC(null, 'look_at', ['y'], ['const unsigned long *']),
        loadAt('v', 'x'),
        loadAt('w', 'y'),
        branch('v', 'set', 'clear', null),
        'set:',
        returns('w'),
        'clear:',
        returns(0),
      ],
      { x: 8, y: 8 },
    )
    const all = run(lay(), f)
    expect(all.map(returnedBy)).toEqual([0n, 2n])
    expect(story(all[0] as Seen)).toEqual(['fill &x', 'look_at &y', 'choose *&x after fill(&x) = 0'])
  })

  it('stores to what cannot be seen are events, and its locks are locks', () => {
    const f = lines([
      callC('vma', 'find_vma', ['a'], ['unsigned long'], 'struct vm_area_struct *', {
        kind: 'pointer',
        to: 'struct vm_area_struct',
        mayBeNull: false,
        mayBeError: false,
      }),
      binary('flags', 'vma', '+', 24),
      storeAt('flags', 5),
      ...member('file', 'vma', VMA, 'vm_file'),
      callC(null, 'spin_lock', ['file'], ['spinlock_t *']),
      callC(null, 'spin_unlock', ['file'], ['spinlock_t *']),
      returns(0),
    ])
    const [only, ...others] = run(lay(), f, words(5n))
    expect(others).toEqual([])
    expect(story(only as Seen)).toEqual([
      'find_vma 5',
      'store find_vma(5)->vm_flags = 5',
      expect.stringMatching(/^lock .*vm_file/),
      expect.stringMatching(/^unlock .*vm_file/),
    ])
  })

  it('a call of something behind an unknown pointer is opaque too', () => {
    const f = lines([
      callC('vma', 'find_vma', ['a'], ['unsigned long'], 'struct vm_area_struct *', {
        kind: 'pointer',
        to: 'struct vm_area_struct',
        mayBeNull: false,
        mayBeError: false,
      }),
      ...member('file', 'vma', VMA, 'vm_file'),
      callThrough('r', 'file', ['vma'], ['struct vm_area_struct *'], 'int'),
      branch('r', 'failed', 'fine', null),
      'failed:',
      jump('fine'),
      'fine:',
      returns('r'),
    ])
    const all = run(lay(), f, words(5n))
    expect(all.map(story)).toEqual([
      ['find_vma 5', 'file find_vma(5)', 'choose file(find_vma(5)) = 0'],
      ['find_vma 5', 'file find_vma(5)', 'choose file(find_vma(5)) = -22'],
    ])
  })

  it('a global that is initialised holds its data, another one is unknown', () => {
    const global = { bytes: 8, align: 8, relocations: [], readOnly: false }
    const globals = new Map([
      ['known', { ...global, name: 'known', data: new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0]) }],
      ['other', { ...global, name: 'other', data: null }],
    ])
    const f = lines(
      [
        (names) => ({ op: 'symbol', to: names.register('p'), name: 'known' }),
        (names) => ({ op: 'symbol', to: names.register('q'), name: 'other' }),
        loadAt('v', 'p'),
        loadAt('w', 'q'),
        binary('equal', 'v', '==', 'w'),
        returns('equal'),
      ],
      {},
      globals,
    )
    const all = run(lay(), f)
    expect(all.map((one) => story(one))).toEqual([['choose *other = 0'], ['choose *other = 3']])
  })
})

it('what the program has put in the place of a function goes before all else', () => {
  const stand: Callable = {
    name: 'ptep_get_lockless',
    path: 'include/linux/pgtable.h',
    role: 'function',
    body: function* (k: Kernel, pte) {
      yield* k.observe('stand-in', pte.name)
      return { bits: 5n, from: [] }
    },
  }
  const world = lay()
  const f = lines([callC('v', 'ptep_get_lockless', ['a'], ['pte_t *'], 'pte_t'), returns('v')])
  const find = (name: string): Callable | undefined => (name === stand.name ? stand : undefined)
  const [only] = run(world, f, words(world.tables[0]?.addressOf(1) ?? 0n), find)
  expect([returnedBy(only as Seen), ...story(only as Seen)]).toEqual([5n, 'stand-in pte:A[1]'])
})
