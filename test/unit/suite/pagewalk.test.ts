/** What page walks do, text by text: the rows of the kernel facts on mm/pagewalk.c, each by exploring a scenario. */
import { describe, expect, it } from 'vitest'
import type { Callable } from '../../../src/machine/index.js'
import { buildWalk, PAGEWALK_SUITE } from '../../../src/suite/index.js'
import { unmapsBefore } from '../../support/defects/walk-pte-range.js'
import {
  type Explored,
  exploreBuilt,
  exploreScenario,
  scenariosWith,
  sideOf,
  type Version,
  version,
} from '../../support/explored.js'

const P0 = version('P0', '5.4', 'walk_pte_range@v5.4', 'walk_pmd_range@v5.4')
const P1 = version('P1', '5.4', 'walk_pte_range@oct2019', 'walk_pmd_range@oct2019')
const P2 = version('P2', '5.4', unmapsBefore, 'walk_pmd_range@v5.4')
const P4 = version('P4', '5.5', 'walk_pte_range@v5.5', 'walk_pmd_range@v5.4')
const P5 = version('P5', '6.1', 'walk_pte_range@v6.1', 'walk_pmd_range@v6.1')
const P6 = version('P6', '6.12', 'walk_pte_range@v6.12', 'walk_pmd_range@v6.12')

const WILD = 'walk of a non-table'

function walk(id: string, one: Version, loads: 'each' | 'once' = 'each'): Explored {
  return exploreScenario(`x86-64/${id}`, one, { loads })
}

/** What a walk does, on every execution without a hazard: one value per property. */
function always(id: string, one: Version, ...properties: readonly string[]): readonly string[] {
  const explored = walk(id, one)
  expect(explored.outcome.coverage).toEqual({ kind: 'exhaustive' })
  return properties.map((property) => explored.values(property).join(' OR '))
}

const ALL_PAGES = '512: 0-511'

describe('a page table, nothing else running', () => {
  const seen = ['pte_entry calls', 'locks held in pte_entry', 'lock operations']
  it('1.a: P0 calls pte_entry without a lock', () =>
    expect(always('quiet/pte/table', P0, ...seen)).toEqual([ALL_PAGES, 'none', 'none']))
  it.each([P1, P4, P5, P6])('1.a: $label holds the PTL throughout, taken once', (one) =>
    expect(always('quiet/pte/table', one, ...seen)).toEqual([ALL_PAGES, 'PTL', 'lock PTL, unlock PTL']),
  )
  it.each([
    [P0, 'none'],
    [P1, 'PTL'],
  ] as const)('1.d: with both callbacks too (%o)', (one, lock) => {
    expect(always('quiet/both/table', one, ...seen.slice(0, 2))).toEqual([ALL_PAGES, lock])
    expect(walk('quiet/both/table', one).counts('pmd_entry')).toEqual([1])
  })
  it.each([P0, P1])('1.i: $label stops at an error of pmd_entry', (one) =>
    expect(always('quiet/both/pmd-entry-fails', one, 'return value', 'splits', 'pte_entry calls')).toEqual([
      '-5',
      '0',
      '0',
    ]),
  )
  it.each([P0, P1, P4, P5, P6])(
    '1.j: $label returns what pte_entry stopped with, and leaks nothing',
    (one) => {
      expect(always('quiet/pte/stop-at-3', one, 'return value', 'pte_entry calls')).toEqual(['7', '4: 0-3'])
      expect(walk('quiet/pte/stop-at-3', one).hazards).toEqual([])
    },
  )
  it.each([P0, P1, P4, P5, P6])('1.k: $label unmaps inside the page after an error at index 0', (one) =>
    expect(walk('quiet/pte/fail-at-0', one).hazards).toEqual([]),
  )
  it('1.k: P2 unmaps a pointer before the page', () =>
    expect(walk('quiet/pte/fail-at-0', P2).hazards).toEqual(['pte pointer outside its page (unmap)']))
  it('a stop in the middle does not show P2', () =>
    expect(walk('quiet/pte/stop-at-3', P2).hazards).toEqual([]))
})

describe('a huge pmd, nothing else running', () => {
  const seen = ['splits', 'pte_entry calls', 'locks held in pte_entry']
  it.each([
    [P0, 'none'],
    [P1, 'PTL'],
    [P4, 'PTL'],
    [P5, 'PTL'],
    [P6, 'PTL'],
  ] as const)('1.b: a walk with pte_entry only splits it (%o)', (one, lock) =>
    expect(always('quiet/pte/huge-anon', one, ...seen)).toEqual(['1', ALL_PAGES, lock]),
  )
  it('1.c: with both callbacks P0 splits it', () => {
    expect(always('quiet/both/huge-anon', P0, ...seen)).toEqual(['1', ALL_PAGES, 'none'])
    expect(walk('quiet/both/huge-anon', P0).counts('pmd_entry')).toEqual([1])
  })
  it('1.c: with both callbacks P1 does not', () => {
    expect(always('quiet/both/huge-anon', P1, ...seen)).toEqual(['0', '0', 'not called'])
    expect(walk('quiet/both/huge-anon', P1).counts('pmd_entry')).toEqual([1])
  })
  it.each([P0, P1, P4, P5, P6])('1.g: $label leaves it alone for pmd_entry only', (one) => {
    for (const pmd of ['huge-anon', 'huge-file', 'table', 'migration-anon', 'devmap']) {
      const properties = ['splits', 'lock operations', 'pte_entry calls', 'final page tables']
      expect(always(`quiet/pmd/${pmd}`, one, ...properties)).toEqual(['0', 'none', '0', 'unchanged'])
      expect(walk(`quiet/pmd/${pmd}`, one).counts('pmd_entry')).toEqual([1])
    }
  })
  it.each([P0, P1])('a huge page of a file is zapped by the split, and is a hole then ($label)', (one) =>
    expect(always('quiet/pte/huge-file', one, 'splits', 'pte_entry calls', 'pte_hole calls')).toEqual([
      '1',
      '0',
      '1: 0, 512 pages',
    ]),
  )
})

describe('a pmd that is neither table nor huge page', () => {
  it('1.e: P0 splits a migration entry of anonymous memory into 512', () => {
    expect(always('quiet/both/migration-anon', P0, 'splits', 'pte_entry calls')).toEqual(['1', ALL_PAGES])
    const stores = walk('quiet/both/migration-anon', P0).values('page-table stores')[0] ?? ''
    expect(stores.match(/=/g)).toHaveLength(513)
  })
  it('1.e: P1 skips it', () =>
    expect(always('quiet/both/migration-anon', P1, 'splits', 'pte_entry calls')).toEqual(['0', '0']))
  it("1.e': P0 takes a migration entry of a file for a page", () =>
    expect(walk('quiet/both/migration-file', P0).hazards).toEqual(['split of a file migration pmd (pmd)']))
  it("1.e': P1 does not, as it skips it", () =>
    expect(walk('quiet/both/migration-file', P1).hazards).toEqual([]))
  it("1.e': since 5.13 the split handles it", () =>
    expect(walk('quiet/both/migration-file', { ...P0, base: '5.13' }).hazards).toEqual([]))
  it('1.f: P0 takes a DAX mapping away, and finds a hole', () => {
    const seen = ['splits', 'pte_entry calls', 'pte_hole calls']
    expect(always('quiet/both/devmap', P0, ...seen)).toEqual(['1', '0', '1: 0, 512 pages'])
    expect(always('quiet/both/devmap', P0, 'final page tables')[0]).toBe('pmd:A[0]=0')
  })
  it('1.f: P1 keeps it', () =>
    expect(always('quiet/both/devmap', P1, 'splits', 'pte_entry calls', 'final page tables')).toEqual([
      '0',
      '0',
      'unchanged',
    ]))
  it.each([P0, P1, P4, P5, P6])('1.h: $label calls pte_hole for none, if there is one', (one) => {
    for (const callbacks of ['pte', 'both', 'pmd']) {
      const calls = always(
        `quiet/${callbacks}/none`,
        one,
        'pte_hole calls',
        'pmd_entry calls',
        'pte_entry calls',
      )
      expect(calls).toEqual(['1: 0, 512 pages', '0', '0'])
    }
    expect(always('quiet/both/none-without-pte_hole', one, 'pte_hole calls', 'return value')).toEqual([
      '0',
      '0',
    ])
  })
})

describe('another CPU changes the pmd under mmap_lock held for read', () => {
  it.each(['huge-anon/zap', 'huge-file/zap', 'huge-anon/zap+fault-huge'])(
    '1.l: %s: P1 can walk through none, with any number of loads; P0 cannot',
    (scenario) => {
      expect(walk(`read/both/${scenario}`, P0).hazards).not.toContain(`${WILD} (none)`)
      expect(walk(`read/both/${scenario}`, P1).hazards).toContain(`${WILD} (none)`)
      expect(walk(`read/both/${scenario}`, P1, 'once').hazards).toContain(`${WILD} (none)`)
    },
  )
  it('1.m: P1 can walk through a migration entry, if *pmd is loaded again between the tests', () => {
    expect(walk('read/both/huge-anon/migrate', P0).hazards).toEqual([])
    expect(walk('read/both/huge-anon/migrate', P1).hazards).toContain(`${WILD} (migration)`)
    expect(walk('read/both/huge-anon/migrate', P1, 'once').hazards).toEqual([])
  })
  it.each([P0, P1])('1.o: a table that appears is a hole or is walked ($label)', (one) => {
    const explored = walk('read/both/none/fault-table', one)
    expect(explored.hazards).toEqual([])
    expect(explored.values('pte_entry calls')).toEqual(['0', '4: 0-3'])
    expect(explored.values('pte_hole calls')).toEqual(['0', '1: 0, 4 pages'])
  })
  it.each([P0, P1])('1.p: a split by another CPU is pmd_entry, then ptes ($label)', (one) => {
    const explored = walk('read/both/huge-anon/split', one)
    expect(explored.hazards).toEqual([])
    expect(explored.values('pte_entry calls')).toContain('4: 0-3')
    expect(explored.counts('pmd_entry')).not.toContain(0)
  })

  const twoSteps = scenariosWith(PAGEWALK_SUITE, 'x86-64/read/both/').map(({ id }) =>
    id.replace('pagewalk/x86-64/', ''),
  )
  it('1.q: P0 never walks what is no table', () => {
    for (const id of twoSteps) expect(wild(walk(id, P0)), id).toEqual([])
  })
  it('1.q: P0 may call pmd_entry twice, P1 calls it once at most', () => {
    const id = 'read/both/huge-anon/zap+fault-huge'
    expect(Math.max(...walk(id, P0).counts('pmd_entry'))).toBe(2)
    for (const one of twoSteps)
      expect(Math.max(...walk(one, P1).counts('pmd_entry')), one).toBeLessThanOrEqual(1)
  })
  it('1.q: P1 walks through none from every start but a table', () => {
    const starts = new Set<string>()
    for (const id of twoSteps) {
      if (walk(id, P1).hazards.includes(`${WILD} (none)`))
        starts.add(id.split('/')[2]?.replace(/-.*/, '') ?? '')
    }
    expect([...starts].sort()).toEqual(['devmap', 'huge', 'migration', 'none'])
  })
  it('1.q: with reloads P1 can hold the wrong lock on the right table', () => {
    const wrong = 'right table under the wrong lock (ptl of a non-table)'
    expect(walk('read/both/huge-anon/zap+fault-table', P1).hazards).toContain(wrong)
    expect(walk('read/both/huge-anon/zap+fault-table', P1, 'once').hazards).not.toContain(wrong)
  })
  it.each([P0, P1, P4, P5, P6])(
    '1.r: a walk with pte_entry only never goes through what is no table ($label)',
    (one) => {
      for (const { id } of scenariosWith(PAGEWALK_SUITE, 'x86-64/read/pte/')) {
        expect(wild(exploreScenario(id, one)), id).toEqual([])
      }
    },
  )
})

describe('another CPU changes a pte', () => {
  it('1.t: without the lock a stale pte overwrites a swap entry', () =>
    expect(walk('read/pte/read-modify-write/swap-out', P0).hazards).toEqual(['lost update (pte)']))
  it.each([P1, P4, P5, P6])('1.t: with it the other CPU waits ($label)', (one) =>
    expect(walk('read/pte/read-modify-write/swap-out', one).hazards).toEqual([]),
  )
  it.each([P0, P1, P6])('1.u: the lock does not stop the hardware from setting dirty ($label)', (one) =>
    expect(walk('read/pte/read-modify-write/hardware-dirty', one).hazards).toEqual(['dirty bit lost (pte)']),
  )
  it.each([P1, P6])('1.u: ptep_modify_prot_start() and commit lose nothing ($label)', (one) =>
    expect(walk('read/pte/wp_pte/hardware-dirty', one).hazards).toEqual([]),
  )
  it('1.v: a pte_entry that sleeps or takes the lock itself is fine without the lock', () => {
    expect(walk('read/pte/sleep/swap-out', P0).hazards).toEqual([])
    expect(walk('read/pte/lock-ptl/swap-out', P0).hazards).toEqual([])
  })
  it('1.v: and is not with it', () => {
    expect(walk('read/pte/sleep/swap-out', P1).hazards).toEqual(['sleep in atomic context (pte_entry)'])
    expect(walk('read/pte/lock-ptl/swap-out', P1).hazards).toEqual(['double lock (ptl)'])
  })
})

describe('the last byte of the address space', () => {
  const id = 'quiet/pte/last-byte-of-address-space'
  it.each([P0, P1, P4])('1.y: $label hands out a pointer past the table', (one) =>
    expect(walk(id, one).hazards).toContain('pte pointer outside its page (callback)'),
  )
  it.each([P5, P6])('1.y: $label stops', (one) => expect(walk(id, one).hazards).toEqual([]))
  it.each([P0, P1])('1.y: if the callback does not mind the pointer, $label never ends', (one) => {
    const outcome = exploreBuilt(withSilentCallback(one), { maxOperations: 5_000 }).outcome
    expect(outcome.coverage).toEqual({ kind: 'bounded', by: 'loop', limit: 5_000 })
  })
  it('1.y: P5 ends even so', () =>
    expect(exploreBuilt(withSilentCallback(P5), { maxOperations: 5_000 }).outcome.coverage).toEqual({
      kind: 'exhaustive',
    }))
})

describe('callbacks that set walk->action', () => {
  const seen = ['splits', 'pte_entry calls', 'pte_hole calls']
  const V5 = 'both.action-v6_1'
  const V6 = 'both.action-v6_12'
  it('1.z: P5 skips a huge pmd', () =>
    expect(always(`quiet/${V5}/huge-anon`, P5, ...seen)).toEqual(['0', '0', '0']))
  it('1.z: P5 skips a migration entry', () =>
    expect(always(`quiet/${V5}/migration-anon`, P5, ...seen)).toEqual(['0', '0', '0']))
  it('1.z: P5 looks again at a pmd that became none, and finds a hole', () => {
    const explored = walk(`read/${V5}/huge-anon/zap`, P5)
    expect(explored.hazards).toEqual([])
    expect(explored.values('pte_entry calls')).toEqual(['0'])
    expect(explored.values('pte_hole calls')).toEqual(['0', '1: 0, 4 pages'])
  })
  it('1.z: P6 skips a huge pmd', () =>
    expect(always(`quiet/${V6}/huge-anon`, P6, ...seen)).toEqual(['0', '0', '0']))
  it('1.z: P6 splits a migration entry', () =>
    expect(always(`quiet/${V6}/migration-anon`, P6, ...seen)).toEqual(['1', '4: 0-3', '0']))
  it('1.z: P6 cannot map a pmd that became none, looks again and finds a hole', () => {
    const explored = walk(`read/${V6}/huge-anon/zap`, P6)
    expect(explored.hazards).toEqual([])
    expect(explored.values('pte_entry calls')).toEqual(['0'])
    expect(explored.values('pte_hole calls')).toEqual(['0', '1: 0, 4 pages'])
  })
})

describe('a walk under i_mmap_rwsem alone', () => {
  const collapses = scenariosWith(PAGEWALK_SUITE, 'x86-64/i_mmap/').map(({ id }) => id)
  it.each(['pte', 'both'])('1.A: P5 can walk through a table that went away (%s)', (callbacks) =>
    expect(walk(`i_mmap/${callbacks}/table/collapse`, P5).hazards).toContain(`${WILD} (none)`),
  )
  it('1.A: P6 cannot, in any scenario', () => {
    expect(collapses.length).toBeGreaterThan(9)
    for (const id of collapses) expect(exploreScenario(id, P6).hazards, id).toEqual([])
  })
  it('1.A: under mmap_lock the table stays', () =>
    expect(
      scenariosWith(PAGEWALK_SUITE, 'collapse').every(({ facets }) => facets['lock'] === 'i_mmap_rwsem'),
    ).toBe(true))
})

describe('a pmd_entry that only wants to be called', () => {
  it('makes P1 leave huge pages unsplit that P0 and P4 split, for a walker that needs the ptes', () => {
    const splits = (one: Version) => always('quiet/both/huge-anon', one, 'splits')[0]
    expect([splits(P0), splits(P4), splits(P1)]).toEqual(['1', '1', '0'])
  })
})

function wild(explored: Explored): readonly string[] {
  return explored.hazards.filter((key) => key.startsWith(WILD))
}

/** A walk to the last byte whose pte_entry never looks at its pointer. */
function withSilentCallback(one: Version) {
  const built = buildWalk(
    {
      world: {
        arch: 'x86-64',
        entries: 4,
        vma: 'anonymous',
        pmds: [{ kind: 'table', ptes: ['clean'] }],
        end: 'last-byte',
      },
      callbacks: { pte: 'read' },
      context: 'mmap_lock(read)',
      actors: [],
    },
    sideOf(one, PAGEWALK_SUITE, 'x86-64'),
  )
  const silent: Callable = {
    name: 'pte_entry',
    path: null,
    role: 'callback',
    // biome-ignore lint/correctness/useYield: it does nothing
    body: function* () {
      return 0
    },
  }
  const threads = built.program.threads.map((thread) => {
    const [mm, start, end] = thread.args
    return { ...thread, args: [mm, start, end, { pte_entry: silent }, null] }
  })
  return { ...built, program: { ...built.program, threads } }
}
