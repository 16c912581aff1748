/** The modelling traps: each of them, fallen into, makes a simulated kernel give the wrong verdict. */
import { describe, expect, it } from 'vitest'
import type { Word } from '../../../src/machine/index.js'
import {
  ARCH_PROFILES,
  type ArchProfile,
  type Config,
  EntryPointer,
  type StackCopy,
} from '../../../src/mm/index.js'
import {
  buildWalk,
  LOCK_CONTEXTS,
  type LockContext,
  legalChains,
  PAGEWALK_SUITE,
  type PmdSpec,
  type PteAction,
  type PteSpec,
  type WalkSpec,
  type World,
} from '../../../src/suite/index.js'
import { exploreBuilt, exploreScenario, sideOf, version } from '../../support/explored.js'
import { type Body, type LabOptions, run } from '../../support/lab.js'

const P0 = version('P0', '5.4', 'walk_pte_range@v5.4', 'walk_pmd_range@v5.4')
const P1 = version('P1', '5.4', 'walk_pte_range@oct2019', 'walk_pmd_range@oct2019')

function pmd(world: World): EntryPointer {
  const [first] = world.pmds
  if (first === undefined) throw new Error('no pmd')
  return first
}
function pte(world: World, index = 0): EntryPointer {
  const [table] = world.tables
  if (table === null || table === undefined) throw new Error('no table')
  return new EntryPointer(table, index)
}

describe('1: every *pmd in C is a load', () => {
  const threeTests: Body = function* (k, w) {
    if (yield* k.branch(k.is_swap_pmd(yield* k.deref(pmd(w))))) return 1
    if (yield* k.branch(k.pmd_trans_huge(yield* k.deref(pmd(w))))) return 2
    return (yield* k.branch(k.pmd_devmap(yield* k.deref(pmd(w))))) ? 3 : 0
  }
  const oneLook: Body = function* (k, w) {
    const value = yield* k.deref(pmd(w))
    for (const holds of [k.is_swap_pmd(value), k.pmd_trans_huge(value), k.pmd_devmap(value)]) {
      if (yield* k.branch(holds)) return 1
    }
    return 0
  }
  it('three tests of it are three loads', () =>
    expect(run({}, threeTests).operations).toEqual(Array(3).fill('load pmd:A[0]')))
  it('a value kept in a variable is one', () =>
    expect(run({}, oneLook).operations).toEqual(['load pmd:A[0]']))
  it('between three loads another CPU can make all of them false; between none it cannot', () => {
    const migrates: Body = function* (k, w) {
      const { format } = w.profile
      yield* k.storeEntry(
        pmd(w),
        { bits: format.swap({ kind: 'migration-read', offset: 1n }), from: [] },
        'plain',
      )
    }
    const huge: LabOptions = { pmds: [{ kind: 'huge' }] }
    expect(run(huge, threeTests, migrates).returned).toEqual(['0', '1', '2'])
    expect(run(huge, oneLook, migrates).returned).toEqual(['1'])
  })
  it('on entries of two words a plain load is two', () =>
    expect(run({ arch: 'x86-pae' }, (k, w) => k.deref(pmd(w))).operations).toEqual([
      'load pmd:A[0].low',
      'load pmd:A[0].high',
    ]))
})

describe('2: the page-table lock excludes software only', () => {
  const looksTwice: Body = function* (k, w) {
    const [table] = w.tables
    if (table === null || table === undefined) return null
    yield* k.spin_lock(table.lock)
    const before = yield* k.ptep_get(pte(w))
    const after = yield* k.ptep_get(pte(w))
    yield* k.spin_unlock(table.lock)
    return before.bits === after.bits
  }
  it('the MMU sets dirty under it', () => {
    const mmu: Body = function* (k, w) {
      yield* k.exchangeEntry('MMU', pte(w), (bits) => w.profile.format.withFlags(bits, { dirty: true }))
    }
    expect(run({}, looksTwice, mmu).returned).toEqual(['false', 'true'])
  })
  it('the MMU sets nothing on an entry that is not present, and dirty only on a writable one', () => {
    const touched = (entry: PteSpec, action: PteAction) => {
      const spec: WalkSpec = {
        world: { arch: 'x86-64', entries: 4, vma: 'anonymous', pmds: [{ kind: 'table', ptes: [entry] }] },
        callbacks: {},
        context: 'mmap_lock(read)',
        actors: [{ kind: 'pte', pmd: 0, page: 0, action }],
      }
      const explored = exploreBuilt(buildWalk(spec, sideOf(P0, PAGEWALK_SUITE, 'x86-64')))
      return explored.values('final page tables').some((value) => value !== 'unchanged')
    }
    expect(touched('clean', 'hardware-dirty')).toBe(true)
    for (const entry of ['read-only', 'swap', 'none'] as const)
      expect(touched(entry, 'hardware-dirty')).toBe(false)
    for (const entry of ['swap', 'none'] as const) expect(touched(entry, 'hardware-young')).toBe(false)
  })
})

describe('3: only legal transitions', () => {
  const ends = (
    state: 'none' | 'huge' | 'table' | 'migration',
    context: LockContext,
    vma: 'anonymous' | 'file',
  ) => legalChains(state, context, vma, 1).flat().sort()
  it('under mmap_lock held for read a table stays, everything else may move', () => {
    expect(ends('table', 'mmap_lock(read)', 'anonymous')).toEqual([])
    expect(ends('none', 'mmap_lock(read)', 'anonymous')).toEqual(['fault-huge', 'fault-table'])
    expect(ends('huge', 'mmap_lock(read)', 'anonymous')).toEqual(['migrate', 'split', 'zap'])
    expect(ends('migration', 'mmap_lock(read)', 'anonymous')).toEqual(['restore', 'split', 'zap'])
    expect(legalChains('devmap', 'mmap_lock(read)', 'dax', 1)).toEqual([['zap']])
    expect(legalChains('none', 'mmap_lock(read)', 'dax', 1).flat().sort()).toEqual([
      'fault-devmap',
      'fault-table',
    ])
  })
  it('under mmap_lock held for write reclaim and migration go on, faults and MADV_DONTNEED do not', () => {
    expect(ends('none', 'mmap_lock(write)', 'anonymous')).toEqual([])
    expect(ends('huge', 'mmap_lock(write)', 'anonymous')).toEqual(['migrate', 'split'])
  })
  it('under mmap_lock held for write truncation still clears pmds of files', () =>
    expect(ends('huge', 'mmap_lock(write)', 'file')).toEqual(['migrate', 'zap']))
  it('under i_mmap_rwsem alone a table can go away', () =>
    expect(ends('table', 'i_mmap_rwsem', 'file')).toEqual(['collapse']))
  it('without huge pages a pmd can only become a table', () => {
    const steps = PAGEWALK_SUITE.scenarios
      .filter(({ arch, facets }) => arch === 'x86-32' && facets['lock'] === 'mmap_lock(read)')
      .flatMap(({ facets }) => (facets['actor'] ?? '').split('+'))
    expect(steps.filter((step) => /zap$|huge|split|migrate$|restore|collapse/.test(step))).toEqual([])
    expect(steps).toContain('fault-table')
  })
})

describe('4: splitting a huge pmd of a file zaps it', () => {
  const pages = (pmdState: string) =>
    exploreScenario(`x86-64/quiet/pte/${pmdState}`, P0).values('pte_entry calls')
  it('anonymous memory becomes 512 ptes, a file none', () =>
    expect([pages('huge-anon'), pages('huge-file')]).toEqual([['512: 0-511'], ['0']]))
})

describe('6: values that collide', () => {
  const words = (arch: string, pfn: bigint): readonly bigint[] => {
    const { format, wordsPerEntry } = profileNamed(arch)
    const bits = format.page(pfn, { write: true }, 'no')
    return wordsPerEntry === 2 ? [bits & 0xffffffffn, bits >> 32n] : [bits]
  }
  it('frames 2^20 apart share the low word of a PAE entry, and no word of another', () => {
    const [a, b] = [words('x86-pae', 0x301000n), words('x86-pae', 0x401000n)]
    expect(a[0]).toBe(b[0])
    expect(a[1]).not.toBe(b[1])
    expect(words('x86-64', 0x301000n)).not.toEqual(words('x86-64', 0x401000n))
  })
  it('frames 2^20 - 1 apart do not', () =>
    expect(words('x86-pae', 0x301000n)[0]).not.toBe(words('x86-pae', 0x400fffn)[0]))
})

describe('7: interrupts off hold off a flush by IPI, and no other', () => {
  it.each([
    ['ipi', false],
    ['broadcast', true],
    ['deferred', true],
  ] as const)('%s: torn with interrupts off: %s', (flush, torn) =>
    expect(
      exploreScenario(
        `x86-pae/A-to-none-to-B.equal-low/${flush}/irqs-off/gup-like`,
        version('', '5.4', 'gup_get_pte@low-high'),
      ).hazards,
    ).toEqual(torn ? ['torn value used (pte)'] : []),
  )
})

describe('9: where a pointer points', () => {
  const onStack = (from: Word): StackCopy => ({
    kind: 'stack',
    name: 'pgd copy',
    bits: from.bits,
    from: from.from,
  })
  const through = (index: number): Body =>
    function* (k, w) {
      const copy = yield* k.deref(pmd(w))
      const pointer = new EntryPointer(onStack(copy), 0).at(index)
      return (yield* k.deref(pointer)).bits === copy.bits
    }
  it('a load through a pointer to a copy on the stack gives the copy, and is no load of the entry', () =>
    expect(run({}, through(0))).toMatchObject({
      returned: ['true'],
      hazards: [],
      operations: ['load pmd:A[0]'],
    }))
  it('a load past it is a hazard, whatever lies there', () =>
    expect(run({}, through(1))).toMatchObject({
      returned: ['oops'],
      hazards: ['read past a stack copy (pgd copy)'],
    }))
  it('incrementing it is none', () =>
    expect(
      run({}, function* (k, w) {
        const pointer = new EntryPointer(onStack(yield* k.deref(pmd(w))), 0).next()
        return pointer.index
      }).hazards,
    ).toEqual([]))
})

describe('10: a livelock is a result', () => {
  const spins: Body = function* (k, w) {
    for (;;) {
      yield* k.retry('again')
      if (yield* k.branch(k.pmd_none(yield* k.deref(pmd(w))))) return 'none'
    }
  }
  const zaps: Body = function* (k, w) {
    yield* k.pmdp_huge_get_and_clear(w.mm, 0n, pmd(w))
  }
  it('a loop that nothing can end is one', () => expect(run({}, spins).hazards).toEqual(['livelock']))
  it('a loop that waits for another CPU is not', () =>
    expect(run({}, spins, zaps)).toMatchObject({ hazards: [], returned: ['"none"'] }))
})

describe('11: a callback can be called again', () => {
  it('pmd_entry is, for a pmd that changed; that is no difference in what was walked', () => {
    const explored = exploreScenario('x86-64/read/both/huge-anon/zap+fault-huge', P0)
    expect(Math.max(...explored.counts('pmd_entry'))).toBe(2)
    expect(explored.values('pmd_entry calls')).toEqual(['0', '1: 0'])
    expect(explored.hazards).toEqual([])
  })
})

describe('12: -1 and 512 are outside a page of ptes', () => {
  const load = (index: number) => run({ entries: 'real' }, (k, w) => k.ptep_get(pte(w).at(index)))
  it.each([-1, 512])('%i', (index) =>
    expect(load(index).hazards).toEqual(['pointer outside its table (pte)']),
  )
  it('511 and 0 are inside', () => expect([...load(511).hazards, ...load(0).hazards]).toEqual([]))
})

describe('13: walkers hold different locks', () => {
  it.each(LOCK_CONTEXTS)('the suite has scenarios under %s', (context) =>
    expect(
      PAGEWALK_SUITE.scenarios.some(({ facets, threads }) => facets['lock'] === context && threads > 1),
    ).toBe(true),
  )
  it('a walk that is right under one is wrong under another', () => {
    const P5 = version('P5', '6.1', 'walk_pte_range@v6.1', 'walk_pmd_range@v6.1')
    expect(exploreScenario('x86-64/read/pte/none/fault-table', P5).hazards).toEqual([])
    expect(exploreScenario('x86-64/i_mmap/pte/table/collapse', P5).hazards).not.toEqual([])
  })
})

describe('14: a positive result is an early stop, not an error', () => {
  it('s390_gather_pages fills its batch and stops', () => {
    const explored = exploreScenario('x86-64/quiet/pte/s390_gather_pages', P0)
    expect(explored.values('return value')).toEqual(['1'])
    expect(explored.values('pages taken')).toEqual(['32'])
    expect(explored.values('pte_entry calls')).toEqual(['34: 0-33'])
    expect(explored.hazards).toEqual([])
  })
})

describe('15: the configuration decides', () => {
  it('without split page-table locks pte_entry runs under the one lock of the mm', () => {
    const table: PmdSpec = { kind: 'table', ptes: ['clean'] }
    const locks = (config: Config) => {
      const world = { arch: 'x86-64', entries: 4, vma: 'anonymous', pmds: [table], config } as const
      const spec: WalkSpec = { world, callbacks: { pte: 'read' }, context: 'mmap_lock(read)', actors: [] }
      return exploreBuilt(buildWalk(spec, sideOf(P1, PAGEWALK_SUITE, 'x86-64'))).values('lock operations')
    }
    expect(locks({})).toEqual(['lock PTL, unlock PTL'])
    expect(locks({ CONFIG_SPLIT_PTLOCK_CPUS: '999' })).toEqual([
      'lock page_table_lock, unlock page_table_lock',
    ])
  })
  it('then a walk through none holds no wrong lock, as there is only one', () => {
    const wrongLock: Body = function* (k, w) {
      const one = yield* k.pte_lockptr(w.mm, pmd(w))
      return one.name
    }
    const none: LabOptions = { pmds: [{ kind: 'none' }] }
    expect(run(none, wrongLock).returned).toEqual(['"ptl of none pmd"'])
    expect(run({ ...none, config: { CONFIG_SPLIT_PTLOCK_CPUS: '999' } }, wrongLock).returned).toEqual([
      '"page_table_lock"',
    ])
  })
})

function profileNamed(arch: string): ArchProfile {
  const found = ARCH_PROFILES.find(({ name }) => name === arch)
  if (found === undefined) throw new Error(`no profile is called ${arch}`)
  return found
}
