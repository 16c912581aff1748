/** The contract of every primitive in the table, on both sides of a release where it changed. */
import { afterAll, describe, expect, it } from 'vitest'
import type { Lock, Proc } from '../../../src/machine/index.js'
import {
  EntryPointer,
  type Kernel,
  PRIMITIVES,
  pmdState,
  pteState,
  type TablePage,
} from '../../../src/mm/index.js'
import type { PmdSpec, World } from '../../../src/suite/index.js'
import { type Body, type LabOptions, marked, type Ran, run } from '../../support/lab.js'

const covered = new Set<string>()

/** One claim about one primitive. */
function contract(name: keyof typeof PRIMITIVES, claim: string, test: () => void): void {
  covered.add(name)
  it(`${name}: ${claim}`, test)
}

/** A primitive without arguments. */
type Step = (k: Kernel) => Proc<void>

const ONE: LabOptions = {}
const PAE: LabOptions = { arch: 'x86-pae' }
const of = (kind: PmdSpec['kind'], more: LabOptions = {}): LabOptions => ({
  ...more,
  pmds: [kind === 'table' ? { kind, ptes: ['clean', 'dirty'] } : { kind }],
})

/** The first pmd and, if it is a table, its n-th pte. */
function pmd(world: World): EntryPointer {
  const [first] = world.pmds
  if (first === undefined) throw new Error('no pmd')
  return first
}
function tableOf(world: World): TablePage {
  const [table] = world.tables
  if (table === null || table === undefined) throw new Error('no table')
  return table
}
function pte(world: World, index = 0): EntryPointer {
  return new EntryPointer(tableOf(world), index)
}
/** The page-table lock of the first table. */
function ptl(world: World): Lock {
  return tableOf(world).lock
}
/** What a look at a pmd of two words does until 6.1. */
const LOW_THEN_HIGH = ['load pmd:A[0].low', 'smp_rmb', 'load pmd:A[0].high']
const stateOf = (k: Kernel, bits: bigint) => pmdState(k.mm.profile.format, bits)

function* pmdNow(k: Kernel, world: World) {
  return stateOf(k, (yield* k.snapshot(pmd(world))).bits)
}

describe('locks and context', () => {
  const twice: Body = function* (k, w) {
    yield* k.spin_lock(ptl(w))
    const before = yield* k.deref(pte(w))
    const after = yield* k.deref(pte(w))
    yield* k.spin_unlock(ptl(w))
    return before.bits === after.bits
  }
  const clears: Body = function* (k, w) {
    yield* k.spin_lock(ptl(w))
    yield* k.pte_clear(w.mm, 0n, pte(w))
    yield* k.spin_unlock(ptl(w))
  }
  contract('spin_lock', 'keeps others out', () => expect(run(ONE, twice, clears).returned).toEqual(['true']))
  contract('spin_lock', 'taken twice is a hazard, and for ever', () => {
    const ran = run(ONE, function* (k, w) {
      yield* k.spin_lock(ptl(w))
      yield* k.spin_lock(ptl(w))
    })
    expect([ran.hazards, ran.returned]).toEqual([['double lock (ptl)'], ['stuck']])
  })
  contract('spin_trylock', 'takes a free lock, and says that it got none that is held', () => {
    const tries: Body = function* (k, w) {
      const got = yield* k.spin_trylock(ptl(w))
      if (got.bits) yield* k.spin_unlock(ptl(w))
      return got.bits
    }
    expect(run(ONE, tries).returned).toEqual(['true'])
    expect(run(ONE, tries, clears).returned).toEqual(['false', 'true'])
  })
  contract('spin_is_locked', 'sees who holds it', () => {
    const looks: Body = function* (k, w) {
      return (yield* k.spin_is_locked(ptl(w))).bits
    }
    expect(run(ONE, looks).returned).toEqual(['false'])
    expect(run(ONE, looks, clears).returned).toEqual(['false', 'true'])
  })
  const withInterruptsOff: Body = function* (k, w) {
    yield* k.spin_lock_irqsave(ptl(w))
    const inside = [k.thread.irqDepth, k.thread.held.length]
    yield* k.spin_unlock_irqrestore(ptl(w))
    return [...inside, k.thread.irqDepth, k.thread.held.length]
  }
  for (const name of ['spin_lock_irqsave', 'spin_unlock_irqrestore'] as const) {
    contract(name, 'goes with interrupts off', () =>
      expect(run(ONE, withInterruptsOff)).toMatchObject({ returned: ['[1,1,0,0]'], hazards: [] }),
    )
  }
  contract('spin_unlock', 'of a lock not held is a hazard', () =>
    expect(
      run(ONE, function* (k, w) {
        yield* k.spin_unlock(ptl(w))
      }).hazards,
    ).toEqual(['unlock of a lock not held (ptl)']),
  )
  contract('spin_unlock', 'left out is a leak', () =>
    expect(
      run(ONE, function* (k, w) {
        yield* k.spin_lock(ptl(w))
      }).hazards,
    ).toEqual(['lock leak (ptl)']),
  )
  contract('rcu_read_lock', 'nests', () =>
    expect(
      run(ONE, function* (k) {
        yield* k.rcu_read_lock()
        yield* k.rcu_read_lock()
        yield* k.rcu_read_unlock()
        yield* k.rcu_read_unlock()
      }).hazards,
    ).toEqual([]),
  )
  contract('rcu_read_unlock', 'without its counterpart is an imbalance', () =>
    expect(run(ONE, (k) => k.rcu_read_unlock()).hazards).toEqual(['rcu imbalance']),
  )
  contract('rcu_read_lock', 'left open is an imbalance', () =>
    expect(run(ONE, (k) => k.rcu_read_lock()).hazards).toEqual(['rcu imbalance']),
  )

  const freesAfterGracePeriod: Body = function* (k, w) {
    yield* k.pte_clear(w.mm, 0n, pmd(w))
    yield* k.synchronize_rcu()
    yield* k.store(tableOf(w).freed, { bits: 1n, from: [] })
  }
  const walks = (enter: Step, leave: Step): Body =>
    function* (k, w) {
      yield* enter(k)
      const value = yield* k.deref(pmd(w))
      if (stateOf(k, value.bits) === 'table') yield* k.deref(pte(w))
      yield* leave(k)
    }
  const nothing: Step = function* () {}
  contract('synchronize_rcu', 'waits for readers, so that they touch no freed page', () =>
    expect(
      run(
        ONE,
        walks(
          (k) => k.rcu_read_lock(),
          (k) => k.rcu_read_unlock(),
        ),
        freesAfterGracePeriod,
      ).hazards,
    ).toEqual([]),
  )
  contract('synchronize_rcu', 'does not wait for who is outside a read-side section', () =>
    expect(run(ONE, walks(nothing, nothing), freesAfterGracePeriod).hazards).toEqual([
      'touch of a freed page (pte)',
    ]),
  )
  contract('local_irq_save', 'holds a grace period off as well', () =>
    expect(
      run(
        ONE,
        walks(
          (k) => k.local_irq_save(),
          (k) => k.local_irq_restore(),
        ),
        freesAfterGracePeriod,
      ).hazards,
    ).toEqual([]),
  )
  contract('synchronize_rcu', 'sleeps', () =>
    expect(
      run(ONE, function* (k, w) {
        yield* k.spin_lock(ptl(w))
        yield* k.synchronize_rcu()
        yield* k.spin_unlock(ptl(w))
      }).hazards,
    ).toEqual(['sleep in atomic context (synchronize_rcu)']),
  )
  contract('local_irq_restore', 'without its counterpart is an imbalance', () =>
    expect(run(ONE, (k) => k.local_irq_restore()).hazards).toEqual(['irq imbalance']),
  )
  contract('lockdep_assert_irqs_disabled', 'fires with interrupts on only', () => {
    expect(run(ONE, (k) => k.lockdep_assert_irqs_disabled()).hazards).toEqual([
      'assertion failed (interrupts are on)',
    ])
    const off: Body = function* (k) {
      yield* k.local_irq_save()
      yield* k.lockdep_assert_irqs_disabled()
      yield* k.local_irq_restore()
    }
    expect(run(ONE, off).hazards).toEqual([])
  })
  for (const fence of ['smp_mb', 'smp_rmb', 'smp_wmb'] as const) {
    contract(fence, 'is one fence and touches nothing', () =>
      expect(run(ONE, (k) => k[fence]()).operations).toEqual([fence]),
    )
  }
  for (const [name, sleep] of [
    ['might_sleep', (k: Kernel) => k.might_sleep('code')],
    ['cond_resched', (k: Kernel) => k.cond_resched()],
  ] as const) {
    contract(name, 'is a hazard under a lock, in RCU and with interrupts off, and nowhere else', () => {
      expect(run(ONE, sleep).hazards).toEqual([])
      const within = (enter: Step, leave: Step): Body =>
        function* (k) {
          yield* enter(k)
          yield* sleep(k)
          yield* leave(k)
        }
      const hazard = [`sleep in atomic context (${name})`]
      expect(
        run(
          ONE,
          within(
            (k) => k.rcu_read_lock(),
            (k) => k.rcu_read_unlock(),
          ),
        ).hazards,
      ).toEqual(hazard)
      expect(
        run(
          ONE,
          within(
            (k) => k.local_irq_save(),
            (k) => k.local_irq_restore(),
          ),
        ).hazards,
      ).toEqual(hazard)
    })
  }
})

describe('from level to level', () => {
  const walkDown: Body = function* (k, w) {
    const pgd = yield* k.pgd_offset(w.mm, w.start)
    const p4d = yield* k.p4d_offset(pgd, w.start)
    const pud = yield* k.pud_offset(p4d, w.start)
    const found = yield* k.pmd_offset(pud, w.start)
    return [pgd, p4d, pud, found].map(({ name }) => name)
  }
  contract('pgd_offset', 'reads nothing', () =>
    expect(run(ONE, (k, w) => k.pgd_offset(w.mm, w.start)).operations).toEqual([]),
  )
  for (const name of ['p4d_offset', 'pud_offset', 'pmd_offset'] as const) {
    contract(name, 'is one load of the parent on a real level, its argument on a folded one', () => {
      const real = { p4d_offset: 'x86-64-5level', pud_offset: 'x86-64', pmd_offset: 'x86-64' }[name]
      const folded = { p4d_offset: 'x86-64', pud_offset: 'x86-pae', pmd_offset: 'x86-32' }[name]
      const step: Body = function* (k, w) {
        const parent = yield* k.pgd_offset(w.mm, w.start)
        return (yield* k[name](parent, w.start)).name === parent.name
      }
      expect(run({ arch: real }, step)).toMatchObject({ returned: ['false'], operations: ['load pgd:A[1]'] })
      expect(run({ arch: folded }, step)).toMatchObject({ returned: ['true'], operations: [] })
    })
  }
  for (const name of ['p4d_offset', 'pud_offset', 'pmd_offset'] as const) {
    contract(name, "on s390 is one load, and its argument if the entry's type says so", () => {
      const least = { p4d_offset: 5, pud_offset: 4, pmd_offset: 3 } as const
      const step: Body = function* (k, w) {
        const parent = yield* k.pgd_offset(w.mm, w.start)
        return (yield* k[name](parent, w.start)).name === parent.name
      }
      const operations = ['load pgd:A[1]']
      for (const levels of [2, 3, 4, 5] as const) {
        const returned = [String(levels < least[name])]
        expect(run({ arch: 's390', levels }, step)).toMatchObject({ returned, operations })
      }
    })
  }
  for (const [name, levels] of [
    ['pgd_deref', 5],
    ['p4d_deref', 4],
    ['pud_deref', 3],
  ] as const) {
    contract(name, 'is the first slot of the table that the value points to, without a load', () => {
      const first: Body = function* (k, w) {
        const value = yield* k.deref(yield* k.pgd_offset(w.mm, w.start))
        return (yield* k[name](value)).name
      }
      const below = { 5: 'p4d', 4: 'pud', 3: 'pmd' }[levels]
      expect(run({ arch: 's390', levels }, first)).toMatchObject({
        returned: [`"${below}:A[0]"`],
        operations: ['load pgd:A[1]'],
      })
    })
    contract(name, 'of what points to no table is a hazard', () => {
      const none: Body = function* (k, w) {
        const value = yield* k.deref((yield* k.pgd_offset(w.mm, w.start)).next())
        return (yield* k[name](value)).name
      }
      expect(run({ arch: 's390', levels }, none)).toMatchObject({
        returned: ['oops'],
        hazards: ['walk of a non-table (none)'],
      })
    })
  }
  contract('pmd_offset', 'through all levels gives the slot of the world, on every profile', () => {
    for (const arch of ['x86-64', 'x86-64-5level', 'x86-pae', 'x86-32']) {
      const ran = run({ arch }, function* (k, w) {
        const names = (yield* walkDown(k, w)) as string[]
        return names.at(-1) === pmd(w).name
      })
      expect(ran.returned, arch).toEqual(['true'])
    }
  })
  contract('pmd_offset', 'of what is no table is a walk of a non-table', () =>
    expect(
      run(of('none'), function* (k, w) {
        yield* k.pmd_offset(pmd(w), w.start)
      }).hazards,
    ).toEqual(['walk of a non-table (none)']),
  )
  for (const [name, arch, folded] of [
    ['pgd_none_or_clear_bad', 'x86-64-5level', 'x86-64'],
    ['p4d_none_or_clear_bad', 'x86-64', 'x86-pae'],
    ['pud_none_or_clear_bad', 'x86-64', 'x86-32'],
    ['pmd_none_or_clear_bad', 'x86-64', null],
  ] as const) {
    contract(name, 'is true of none by one load', () =>
      expect(
        run(of('none', { arch }), function* (k, w) {
          return (yield* k[name](pmd(w))).bits
        }),
      ).toMatchObject({ returned: ['true'], hazards: [], operations: ['load pmd:A[0]'] }),
    )
    if (folded === null) continue
    contract(name, 'looks at nothing where the level below is folded', () =>
      expect(
        run(of('none', { arch: folded }), function* (k, w) {
          return (yield* k[name](pmd(w))).bits
        }),
      ).toMatchObject({ returned: ['false'], operations: [] }),
    )
  }
  contract('pmd_none_or_clear_bad', 'clears a huge pmd as bad, which is a hazard', () =>
    expect(
      run(of('huge'), function* (k, w) {
        yield* k.pmd_none_or_clear_bad(pmd(w))
        return yield* pmdNow(k, w)
      }),
    ).toMatchObject({ returned: ['"none"'], hazards: ['live leaf cleared as bad (huge)'] }),
  )
  contract('pmd_clear_bad', 'clears, and a live leaf is a hazard', () =>
    expect(
      run(of('devmap', { vma: 'dax' }), function* (k, w) {
        yield* k.pmd_clear_bad(pmd(w))
        return yield* pmdNow(k, w)
      }),
    ).toMatchObject({ returned: ['"none"'], hazards: ['live leaf cleared as bad (devmap)'] }),
  )
  const unstable: Body = function* (k, w) {
    return (yield* k.pmd_trans_unstable(pmd(w))).bits
  }
  contract('pmd_trans_unstable', 'is one look and a compiler barrier: true of all but a table', () => {
    for (const kind of ['none', 'huge', 'migration'] as const) {
      expect(run(of(kind), unstable)).toMatchObject({
        returned: ['true'],
        hazards: [],
        operations: ['load pmd:A[0]', 'barrier'],
      })
    }
    expect(run(of('table'), unstable).returned).toEqual(['false'])
    expect(run(of('huge', PAE), unstable).operations).toEqual([...LOW_THEN_HIGH, 'barrier'])
    expect(run(of('none', PAE), unstable).operations).toEqual(['load pmd:A[0].low', 'barrier'])
  })
  contract('pmd_trans_unstable', 'clears a devmap pmd as bad', () =>
    expect(run(of('devmap', { vma: 'dax' }), unstable).hazards).toEqual([
      'live leaf cleared as bad (devmap)',
    ]),
  )
})

describe('finding locks', () => {
  const lockName: Body = function* (k, w) {
    return (yield* k.pte_lockptr(w.mm, pmd(w))).name
  }
  contract('pte_lockptr', "is the table's lock, by one load of *pmd", () =>
    expect(run(ONE, lockName)).toMatchObject({ returned: ['"ptl:A"'], operations: ['load pmd:A[0]'] }),
  )
  contract('pte_lockptr', "is the mm's without split locks", () =>
    expect(run({ config: { CONFIG_SPLIT_PTLOCK_CPUS: '999' } }, lockName).returned).toEqual([
      '"page_table_lock"',
    ]),
  )
  contract('pte_lockptr', 'of what is no table is a lock that nobody else takes', () =>
    expect(run(of('none'), lockName).returned).toEqual(['"ptl of none pmd"']),
  )
  contract('pmd_lockptr', 'is the lock of the page that the slot lies in, and reads nothing', () =>
    expect(
      run(of('none'), function* (k, w) {
        return (yield* k.pmd_lockptr(w.mm, pmd(w))).name
      }),
    ).toMatchObject({ returned: ['"pmd lock:A"'], operations: [] }),
  )
  contract('pmd_lock', 'takes it', () =>
    expect(
      run(ONE, function* (k, w) {
        yield* k.spin_unlock(yield* k.pmd_lock(w.mm, pmd(w)))
      }).operations,
    ).toEqual(['lock pmd lock:A', 'unlock pmd lock:A']),
  )
  const hugeLock: Body = function* (k, w) {
    const held = yield* k.pmd_trans_huge_lock(pmd(w), w.vma)
    if (held !== null) yield* k.spin_unlock(held)
    return held?.name ?? null
  }
  contract('pmd_trans_huge_lock', 'is held for huge, migration and devmap', () => {
    for (const kind of ['huge', 'migration'] as const)
      expect(run(of(kind), hugeLock).returned).toEqual(['"pmd lock:A"'])
    expect(run(of('devmap', { vma: 'dax' }), hugeLock).returned).toEqual(['"pmd lock:A"'])
  })
  contract('pmd_trans_huge_lock', 'is NULL, with no lock held, for none and table', () => {
    for (const kind of ['none', 'table'] as const) {
      const ran = run(of(kind), hugeLock)
      expect([ran.returned, ran.hazards]).toEqual([['null'], []])
      expect(ran.operations.filter((name) => name.startsWith('lock'))).toEqual([])
    }
  })
  contract('pmd_trans_huge_lock', 'looks again under the lock', () => {
    const ran = run(of('huge'), hugeLock, function* (k, w) {
      const ptl = yield* k.pmd_lock(w.mm, pmd(w))
      yield* k.pmdp_huge_get_and_clear(w.mm, 0n, pmd(w))
      yield* k.spin_unlock(ptl)
    })
    expect([ran.returned, ran.hazards]).toEqual([['"pmd lock:A"', 'null'], []])
  })
})

describe('mapping a page of ptes', () => {
  const maps: Body = function* (k, w) {
    const mapped = yield* k.pte_offset_map(pmd(w), w.start)
    if (mapped !== null) yield* k.pte_unmap(mapped)
    return mapped?.name ?? null
  }
  const mapsLocked: Body = function* (k, w) {
    const ptl = k.ref<Lock>()
    const mapped = yield* k.pte_offset_map_lock(w.mm, pmd(w), w.start, ptl)
    if (mapped !== null && ptl.value !== null) yield* k.pte_unmap_unlock(mapped, ptl.value)
    return mapped?.name ?? null
  }
  contract('pte_offset_map', 'until 6.4 is one plain load, and does not check', () => {
    expect(run(of('table', { release: '6.4' }), maps)).toMatchObject({
      returned: ['"pte:A[0]"'],
      operations: ['load pmd:A[0]'],
    })
    expect(run(of('none', { release: '6.4' }), maps).hazards).toEqual(['walk of a non-table (none)'])
  })
  contract('pte_offset_map', 'since 6.5 is NULL for all but a table, with RCU left', () => {
    for (const kind of ['none', 'huge', 'migration'] as const) {
      const ran = run(of(kind, { release: '6.5' }), maps)
      expect([ran.returned, ran.hazards]).toEqual([['null'], []])
    }
    expect(run(of('devmap', { release: '6.5', vma: 'dax' }), maps)).toMatchObject({
      returned: ['null'],
      hazards: [],
    })
  })
  contract('pte_offset_map', 'since 6.5 holds RCU until pte_unmap()', () => {
    const depth = (release: string) =>
      run(of('table', { release }), function* (k, w) {
        const mapped = yield* k.pte_offset_map(pmd(w), w.start)
        const inside = k.thread.rcuDepth
        if (mapped !== null) yield* k.pte_unmap(mapped)
        return [inside, k.thread.rcuDepth]
      }).returned
    expect(depth('6.4')).toEqual(['[0,0]'])
    expect(depth('6.5')).toEqual(['[1,0]'])
  })
  contract('pte_offset_map_nolock', 'gives the lock by one look at *pmd, and does not take it', () => {
    const looks: Body = function* (k, w) {
      const lock = k.ref<Lock>()
      const mapped = yield* k.pte_offset_map_nolock(w.mm, pmd(w), w.start, lock)
      if (mapped !== null) yield* k.pte_unmap(mapped)
      return [mapped?.name, lock.value?.name, k.thread.held.length]
    }
    const table = run(of('table', { release: '6.5' }), looks)
    expect([table.returned, table.operations]).toEqual([['["pte:A[0]","ptl:A",0]'], ['load pmd:A[0]']])
    expect(run(of('none', { release: '6.5' }), looks).returned).toEqual(['[null,null,0]'])
  })
  contract('pte_offset_map_lock', 'until 6.4 loads *pmd for the lock and again for the map', () =>
    expect(run(of('table', { release: '6.4' }), mapsLocked).operations).toEqual([
      'load pmd:A[0]',
      'load pmd:A[0]',
      'lock ptl:A',
      'unlock ptl:A',
    ]),
  )
  contract('pte_offset_map_lock', 'since 6.5 looks at *pmd again once it has the lock', () =>
    expect(run(of('table', { release: '6.5' }), mapsLocked).operations).toEqual([
      'load pmd:A[0]',
      'lock ptl:A',
      'load pmd:A[0]',
      'unlock ptl:A',
    ]),
  )
  const zaps: Body = function* (k, w) {
    yield* k.pmdp_huge_get_and_clear(w.mm, 0n, pmd(w))
  }
  contract('pte_offset_map_lock', 'until 6.4 goes through a pmd that goes away; since 6.5 it is NULL', () => {
    expect(run(of('table', { release: '6.4' }), mapsLocked, zaps).hazards).toContain(
      'walk of a non-table (none)',
    )
    const ran = run(of('table', { release: '6.5' }), mapsLocked, zaps)
    expect([ran.returned, ran.hazards]).toEqual([['"pte:A[0]"', 'null'], []])
  })
  contract(
    'pte_offset_map_lock',
    'since 6.5 gives no table that was taken away before the lock was held',
    () => {
      const lockedState: Body = function* (k, w) {
        const lock = k.ref<Lock>()
        const mapped = yield* k.pte_offset_map_lock(w.mm, pmd(w), w.start, lock)
        if (mapped === null || lock.value === null) return null
        const state = yield* pmdNow(k, w)
        yield* k.pte_unmap_unlock(mapped, lock.value)
        return state
      }
      const takesAway: Body = function* (k, w) {
        yield* k.spin_lock(ptl(w))
        yield* k.pmdp_huge_get_and_clear(w.mm, 0n, pmd(w))
        yield* k.spin_unlock(ptl(w))
      }
      expect(run(of('table', { release: '6.4' }), lockedState, takesAway).returned).toContain('"none"')
      expect(run(of('table', { release: '6.5' }), lockedState, takesAway).returned).toEqual([
        '"table"',
        'null',
      ])
    },
  )
  contract('pte_unmap', 'wants a pointer into the page: 511 is in it, 512 and -1 are not', () => {
    const unmap = (index: number): Ran =>
      run({ entries: 'real' }, function* (k, w) {
        const mapped = yield* k.pte_offset_map(pmd(w), w.start)
        if (mapped !== null) yield* k.pte_unmap(mapped.at(index))
      })
    expect(unmap(511).hazards).toEqual([])
    expect(unmap(512).hazards).toEqual(['pte pointer outside its page (unmap)'])
    expect(unmap(-1).hazards).toEqual(['pte pointer outside its page (unmap)'])
  })
  contract('pte_unmap_unlock', 'unlocks, then unmaps', () =>
    expect(run(of('table', { release: '6.5' }), mapsLocked)).toMatchObject({
      hazards: [],
      returned: ['"pte:A[0]"'],
    }),
  )
  contract('pmd_populate', 'points the pmd at the table after a write barrier', () =>
    expect(
      run(of('none'), function* (k, w) {
        yield* k.pmd_populate(w.mm, pmd(w), w.mm.newTable('pte', 'new').pfn)
        return yield* pmdNow(k, w)
      }),
    ).toMatchObject({ returned: ['"table"'], operations: ['smp_wmb', 'store pmd:A[0]', 'load pmd:A[0]'] }),
  )
})

describe('huge pmds', () => {
  const splits: Body = function* (k, w) {
    yield* k.split_huge_pmd(w.vma, pmd(w), w.start)
    const now = yield* k.snapshot(pmd(w))
    const { format } = w.profile
    const table = w.mm.tableAt(format.pfn(now.bits))
    if (stateOf(k, now.bits) !== 'table' || table === undefined) return stateOf(k, now.bits)
    const states: string[] = []
    for (let i = 0; i < table.entries; i++) {
      states.push(
        pteState(format, (yield* k.ptep_get(new EntryPointer(table, i))).bits).replace('present ', ''),
      )
    }
    return states
  }
  contract('split_huge_pmd', 'makes a table of ptes of anonymous memory', () =>
    expect(run(of('huge'), splits)).toMatchObject({
      returned: ['["rw young pfn 2000","rw young pfn 2001","rw young pfn 2002","rw young pfn 2003"]'],
      hazards: [],
    }),
  )
  contract('split_huge_pmd', 'makes migration ptes of a migration entry', () =>
    expect(run(of('migration'), splits).returned).toEqual([JSON.stringify(Array(4).fill('migration-write'))]),
  )
  contract('split_huge_pmd', 'takes a huge pmd of a file or of DAX away', () => {
    expect(run(of('huge', { vma: 'file' }), splits).returned).toEqual(['"none"'])
    expect(run(of('devmap', { vma: 'dax' }), splits).returned).toEqual(['"none"'])
  })
  contract('split_huge_pmd', 'does nothing to a table or none, and takes no lock for it', () => {
    for (const kind of ['none', 'table'] as const) {
      const ran = run(of(kind), splits)
      expect(ran.semantic).not.toContain('split_huge_pmd')
      expect(ran.operations.filter((name) => name.startsWith('lock'))).toEqual([])
    }
  })
  contract('split_huge_pmd', 'until 5.12 takes a migration entry of a file for a page', () => {
    expect(run(of('migration', { vma: 'file', release: '5.12' }), splits).hazards).toEqual([
      'split of a file migration pmd (pmd)',
    ])
    expect(run(of('migration', { vma: 'file', release: '5.13' }), splits)).toMatchObject({
      returned: ['"none"'],
      hazards: [],
    })
  })
  contract('split_huge_pmd', 'must not be called in atomic context', () =>
    expect(
      run(of('huge'), function* (k, w) {
        yield* k.rcu_read_lock()
        yield* k.split_huge_pmd(w.vma, pmd(w), w.start)
        yield* k.rcu_read_unlock()
      }).hazards,
    ).toEqual(['sleep in atomic context (might_sleep)']),
  )
  contract('split_huge_pud', 'only looks', () =>
    expect(run(ONE, (k, w) => k.split_huge_pud(w.vma, pmd(w), w.start)).operations).toEqual([
      'load pmd:A[0]',
    ]),
  )
  contract('pmdp_huge_get_and_clear', 'is one exchange, and returns what was there', () =>
    expect(
      run(of('huge'), function* (k, w) {
        const old = yield* k.pmdp_huge_get_and_clear(w.mm, 0n, pmd(w))
        return [stateOf(k, old.bits), yield* pmdNow(k, w)]
      }),
    ).toMatchObject({ returned: ['["huge","none"]'], operations: ['rmw pmd:A[0]', 'load pmd:A[0]'] }),
  )
  contract('pmdp_huge_get_and_clear', 'takes two words one after the other until 6.1', () => {
    const take = (release: string) =>
      marked(of('huge', { ...PAE, release }), function* (k, w) {
        yield* k.pmdp_huge_get_and_clear(w.mm, 0n, pmd(w))
      })
    expect(take('6.1')).toEqual([
      'rmw pmd:A[0].low mb',
      'load pmd:A[0].high plain',
      'store pmd:A[0].high plain',
    ])
    expect(take('6.2')).toEqual(['rmw pmd:A[0].low+pmd:A[0].high mb'])
  })
  contract(
    'pmdp_invalidate',
    'leaves a pmd that is huge and present to the tests, but not to the hardware',
    () =>
      expect(
        run(of('huge'), function* (k, w) {
          yield* k.pmdp_invalidate(w.vma, w.start, pmd(w))
          const now = yield* k.snapshot(pmd(w))
          return [stateOf(k, now.bits), k.pmd_trans_huge(now).bits, k.pmd_present(now).bits, now.bits & 1n]
        }),
      ).toMatchObject({ returned: ['["invalidated",true,true,"0"]'], semantic: ['flush_tlb_range'] }),
  )
  contract('set_pmd_at', 'is one store, of two words as well', () => {
    const set: Body = (k, w) => k.set_pmd_at(w.mm, 0n, pmd(w), { bits: 1n, from: [] })
    expect(marked(ONE, set)).toEqual(['store pmd:A[0] once'])
    expect(marked(PAE, set)).toEqual(['store pmd:A[0].low+pmd:A[0].high once'])
    expect(marked({ arch: 'x86-32' }, set)).toEqual(['store pgd:A[1] plain'])
  })
  contract('set_pmd_at', 'stores the value', () =>
    expect(
      run(of('none'), function* (k, w) {
        yield* k.set_pmd_at(w.mm, 0n, pmd(w), { bits: w.profile.format.page(5n, {}, 'thp'), from: [] })
        return yield* pmdNow(k, w)
      }).returned,
    ).toEqual(['"huge"']),
  )
  contract('pgtable_trans_huge_deposit', 'keeps the table that withdraw gives back', () =>
    expect(
      run(of('huge'), function* (k, w) {
        const { pfn } = w.mm.newTable('pte', 'kept')
        yield* k.pgtable_trans_huge_deposit(w.mm, pmd(w), pfn)
        return (yield* k.pgtable_trans_huge_withdraw(w.mm, pmd(w))) === pfn
      }).returned,
    ).toEqual(['true']),
  )
  contract('pgtable_trans_huge_withdraw', 'of a huge pmd of the layout gives a table of its own', () =>
    expect(
      run(of('huge'), function* (k, w) {
        return w.mm.tableAt(yield* k.pgtable_trans_huge_withdraw(w.mm, pmd(w)))?.name
      }).returned,
    ).toEqual(['"pte:deposit of pmd:A[0]"']),
  )
})

describe('ptes', () => {
  contract('ptep_get', 'is one load of each word', () => {
    expect(run(ONE, (k, w) => k.ptep_get(pte(w))).operations).toEqual(['load pte:A[0]'])
    expect(run(PAE, (k, w) => k.ptep_get(pte(w))).operations).toEqual([
      'load pte:A[0].low',
      'load pte:A[0].high',
    ])
  })
  const look: Body = function* (k, w) {
    const value = yield* k.pmdp_get_lockless(pmd(w))
    return !k.pmd_present(value).bits || [hugePmd(w, 'A'), hugePmd(w, 'B')].includes(value.bits)
  }
  /** Two huge pmds that differ in both words. */
  const hugePmd = (w: World, which: 'A' | 'B') =>
    w.profile.format.page(which === 'A' ? 0x3_02000n : 0x5_04000n, { write: true }, 'thp')
  const replaces: Body = function* (k, w) {
    yield* k.set_pmd_at(w.mm, 0n, pmd(w), { bits: hugePmd(w, 'A'), from: [] })
    yield* k.pmdp_huge_get_and_clear(w.mm, 0n, pmd(w))
    yield* k.set_pmd_at(w.mm, 0n, pmd(w), { bits: hugePmd(w, 'B'), from: [] })
  }
  contract('pmdp_get_lockless', 'is one load of one word, READ_ONCE since 6.2', () => {
    for (const [release, access] of [
      ['6.1', 'plain'],
      ['6.2', 'once'],
    ] as const) {
      expect(marked({ release }, look)).toEqual([`load pmd:A[0] ${access}`])
    }
  })
  contract('pmdp_get_lockless', 'of two words is low, then high until 6.1: of two pmds, perhaps', () => {
    expect(run(of('huge', PAE), look).operations).toEqual(LOW_THEN_HIGH)
    expect(run(of('none', { ...PAE, release: '6.1' }), look, replaces).returned).toEqual(['false', 'true'])
  })
  contract('pmdp_get_lockless', 'of two words is low, high, low again since 6.2: of one pmd', () => {
    const since = run(of('none', { ...PAE, release: '6.2' }), look, replaces)
    expect(since.operations).toEqual([...LOW_THEN_HIGH, 'smp_rmb', 'load pmd:A[0].low'])
    expect(since.returned).toEqual(['true'])
  })
  const value = { bits: (7n << 32n) | 1n, from: [] }
  contract('set_pte_at', 'stores the high word first, then the low one, with a write barrier between', () => {
    expect(run(ONE, (k, w) => k.set_pte_at(w.mm, 0n, pte(w, 2), value)).operations).toEqual([
      'store pte:A[2]',
    ])
    expect(run(PAE, (k, w) => k.set_pte_at(w.mm, 0n, pte(w, 2), value)).operations).toEqual([
      'store pte:A[2].high',
      'smp_wmb',
      'store pte:A[2].low',
    ])
  })
  contract('pte_clear', 'stores the low word first', () =>
    expect(run(PAE, (k, w) => k.pte_clear(w.mm, 0n, pte(w))).operations).toEqual([
      'store pte:A[0].low',
      'smp_wmb',
      'store pte:A[0].high',
    ]),
  )
  contract('pmd_clear_bad', 'of two words stores the low one first', () =>
    expect(
      marked(of('none', PAE), function* (k, w) {
        yield* k.pmd_clear_bad(pmd(w))
      }).slice(2),
    ).toEqual(['store pmd:A[0].low plain', 'smp_wmb', 'store pmd:A[0].high plain']),
  )
  contract('set_pte_at', 'is WRITE_ONCE on 64 bits, on PAE since 6.2, and with two levels never', () => {
    const set: Body = (k, w) => k.set_pte_at(w.mm, 0n, pte(w), value)
    const stores = (options: LabOptions) => marked(options, set).filter((mark) => mark.startsWith('store'))
    expect(stores(ONE)).toEqual(['store pte:A[0] once'])
    expect(stores({ ...PAE, release: '6.1' })).toEqual([
      'store pte:A[0].high plain',
      'store pte:A[0].low plain',
    ])
    expect(stores({ ...PAE, release: '6.2' })).toEqual([
      'store pte:A[0].high once',
      'store pte:A[0].low once',
    ])
    expect(stores({ arch: 'x86-32', release: '6.12' })).toEqual(['store pte:A[0] plain'])
  })
  contract('ptep_get_and_clear', 'is fully ordered', () =>
    expect(
      marked(PAE, function* (k, w) {
        yield* k.ptep_get_and_clear(w.mm, 0n, pte(w))
      }),
    ).toEqual(['rmw pte:A[0].low+pte:A[0].high mb']),
  )
  const now = function* (k: Kernel, w: World, index = 0) {
    return pteState(w.profile.format, (yield* k.ptep_get(pte(w, index))).bits).replace(/ pfn.*/, '')
  }
  contract('ptep_get_and_clear', 'is one exchange of the whole entry', () =>
    expect(
      run(PAE, function* (k, w) {
        const old = yield* k.ptep_get_and_clear(w.mm, 0n, pte(w))
        return [old.bits !== 0n, yield* now(k, w)]
      }),
    ).toMatchObject({ returned: ['[true,"none"]'] }),
  )
  contract('ptep_clear_flush', 'flushes what was present, and nothing else', () => {
    const flushesOf = (index: number) =>
      run(of('table'), function* (k, w) {
        const old = yield* k.ptep_clear_flush(w.vma, w.start, pte(w, index))
        const flushed = k.thread.events.some(({ semantic }) => semantic?.name === 'flush_tlb_page')
        return [old.bits !== 0n, flushed, yield* now(k, w, index)]
      }).returned
    expect([flushesOf(0), flushesOf(2)]).toEqual([['[true,true,"none"]'], ['[false,false,"none"]']])
  })
  contract('ptep_modify_prot_start', 'leaves none for others to see until commit', () => {
    const ran = run(
      ONE,
      (k, w) => now(k, w),
      function* (k, w) {
        const old = yield* k.ptep_modify_prot_start(w.vma, 0n, pte(w))
        yield* k.ptep_modify_prot_commit(w.vma, 0n, pte(w), old, k.pte_wrprotect(old))
      },
    )
    expect(ran.returned).toEqual(['"none"', '"present ro young"', '"present rw young"'])
  })
  contract('ptep_modify_prot_commit', 'stores the value it is given', () =>
    expect(
      run(ONE, function* (k, w) {
        const old = yield* k.ptep_modify_prot_start(w.vma, 0n, pte(w))
        yield* k.ptep_modify_prot_commit(w.vma, 0n, pte(w), old, k.pte_mkdirty(old))
        return yield* now(k, w)
      }).returned,
    ).toEqual(['"present rw dirty young"']),
  )
  contract('ptep_set_wrprotect', 'clears the write bit alone, in one step', () =>
    expect(
      run(ONE, function* (k, w) {
        yield* k.ptep_set_wrprotect(w.mm, 0n, pte(w, 1))
        return yield* now(k, w, 1)
      }),
    ).toMatchObject({
      returned: ['"present ro dirty young"'],
      operations: ['rmw pte:A[1]', 'load pte:A[1]'],
    }),
  )
  contract('ptep_test_and_clear_young', 'says whether it was young, once', () =>
    expect(
      run(ONE, function* (k, w) {
        const first = yield* k.ptep_test_and_clear_young(w.vma, 0n, pte(w))
        const second = yield* k.ptep_test_and_clear_young(w.vma, 0n, pte(w))
        return [first.bits, second.bits]
      }),
    ).toMatchObject({ returned: ['[true,false]'], semantic: [] }),
  )
  for (const name of ['flush_tlb_page', 'flush_tlb_range', 'flush_tlb_range_nosync'] as const) {
    contract(name, 'is an event and touches no page table', () =>
      expect(run(ONE, (k, w) => k[name](w.vma, 0n, 0n))).toMatchObject({ semantic: [name], operations: [] }),
    )
  }
})

afterAll(() => {
  expect([...covered].sort()).toEqual(Object.keys(PRIMITIVES).sort())
})
