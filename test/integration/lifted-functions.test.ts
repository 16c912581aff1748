/**
 * Functions of Linux 6.12 as they stand there, lifted and run in suites made from their prototypes, with no line
 * written for any of them. KREPLAY_LINUX_6_12 names an unpacked kernel source; without it this is skipped.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { forEachExecution, SC } from '../../src/explore/index.js'
import type { Callable } from '../../src/machine/index.js'
import { ARM64, type ArchProfile, liftedImplementation, X86_64 } from '../../src/mm/index.js'
import { BUILT_IN } from '../../src/reimpl/index.js'
import { loadCParser } from '../../src/run/c-parser.js'
import { type Built, PAGEWALK_SUITE } from '../../src/suite/index.js'
import { KernelLift, type LiftedTarget, showed } from '../support/kernel-lift.js'

const ROOT = process.env['KREPLAY_LINUX_6_12']
const TIMEOUT = 120_000
const PAGEWALK = 'mm/pagewalk.c'
const CONTPTE = 'arch/arm64/mm/contpte.c'

/** What a program does over all executions, hazards included; the first 400 where there are more. */
function behaviours(built: Built, reached: Set<number>): string[] {
  const seen = new Set<string>()
  const host = { ...built.program.host, reached: (_: Callable, line: number) => reached.add(line) }
  let executions = 0
  forEachExecution({ ...built.program, host }, { model: SC }, (execution) => {
    seen.add(JSON.stringify(built.observe(execution)))
    for (const detector of built.detectors) {
      for (const { kind } of detector(execution.events, execution.threads)) seen.add(kind)
    }
    for (const { hazard } of execution.events) if (hazard !== undefined) seen.add(hazard.kind)
    return ++executions < 400
  })
  return executions < 400 ? [...seen].sort() : []
}

function liftedFunction({ unit }: LiftedTarget, name: string): Callable {
  return liftedImplementation(unit, name, {
    version: '6.12',
    release: '6.12',
    identities: [],
    config: {},
    notes: [],
  })
}

describe.skipIf(ROOT === undefined)('linux 6.12 (KREPLAY_LINUX_6_12)', () => {
  const targets = new Map<string, LiftedTarget>()
  let kernel: KernelLift
  beforeAll(async () => {
    kernel = new KernelLift(ROOT ?? '', await loadCParser())
  }, TIMEOUT)

  const lifted = (name: string, path: string, profile: ArchProfile): LiftedTarget => {
    const known = targets.get(name) ?? kernel.lift(profile, path, name, '6.12')
    targets.set(name, known)
    return known
  }

  /** All scenarios: they end, nothing goes wrong, and these callees are opaque. */
  const runsAll = (target: LiftedTarget, opaque: readonly string[]): void => {
    const found = new Set<string>()
    for (const { id } of target.suite.scenarios) {
      const { executions, hazards, stopped, opaque: callees } = showed(target, id)
      expect([id, hazards, stopped, executions < 5000]).toEqual([id, [], [], true])
      for (const name of callees) found.add(name)
    }
    expect([...found].sort()).toEqual(opaque)
  }

  it.each([
    ['walk_pte_range', PAGEWALK, X86_64, []],
    ['walk_pmd_range', PAGEWALK, X86_64, []],
    ['wp_clean_pmd_entry', 'mm/mapping_dirty_helpers.c', X86_64, []],
    ['move_ptes', 'mm/mremap.c', X86_64, ['down_write', 'up_write']],
    ['contpte_ptep_get', CONTPTE, ARM64, []],
    ['contpte_ptep_get_lockless', CONTPTE, ARM64, []],
    ['__contpte_try_fold', CONTPTE, ARM64, ['__sync_icache_dcache']],
    ['__contpte_try_unfold', CONTPTE, ARM64, ['__sync_icache_dcache']],
  ] as const)(
    '%s runs in all worlds',
    (name, path, profile, opaque) => runsAll(lifted(name, path, profile), opaque),
    TIMEOUT,
  )

  it(
    'gup_fast_pte_range runs in all worlds',
    () => {
      const target = lifted('gup_fast_pte_range', 'mm/gup.c', X86_64)
      for (const { id } of target.suite.scenarios) {
        expect([id, showed(target, id).stopped]).toEqual([id, []])
      }
      const { observations } = showed(target, 'gup_fast_pte_range/x86-64/quiet/table')
      const taken = observations.map((one) => [one['return value'], one['stores to objects']])
      expect(taken).toContainEqual(['0', 'none'])
      const first = 'page 0x1000->_refcount = 2, *pages = page 0x1000, *nr = 1'
      const second = 'page 0x1001->_refcount = 2, pages[8] = page 0x1001, *nr = 2'
      expect(taken).toContainEqual(['1', `${first}, ${second}`])
    },
    TIMEOUT,
  )

  it(
    'the walk of pmds and ptes that is written by hand behaves as the lifted one, called by the same caller',
    () => {
      const target = lifted('walk_pmd_range', PAGEWALK, X86_64)
      const names = ['walk_pmd_range', 'walk_pte_range']
      const replaced = new Map(names.map((name) => [name, liftedFunction(target, name)]))
      const written = (name: string): Callable | undefined =>
        BUILT_IN.all.findLast((one) => one.name === name && one.version === 'v6.12') ??
        BUILT_IN.all.findLast((one) => one.name === name && one.version === 'v6.1') ??
        BUILT_IN.all.find((one) => one.name === name)
      const reached = new Set<number>()
      let compared = 0
      for (const scenario of PAGEWALK_SUITE.scenarios) {
        if (scenario.arch !== 'x86-64') continue
        const [byHand, fromC] = [written, (name: string) => replaced.get(name) ?? written(name)].map(
          (find) => {
            const resolve = (name: string): Callable => {
              const found = find(name)
              if (found === undefined) throw new Error(`no ${name}`)
              return found
            }
            return behaviours(scenario.build({ release: '6.12', find, resolve }), reached)
          },
        )
        expect([scenario.id, fromC]).toEqual([scenario.id, byHand])
        compared++
      }
      expect(compared).toBeGreaterThan(250)
      // Lines of the C text, which only the lifted functions name.
      expect(reached.size).toBeGreaterThan(40)
    },
    TIMEOUT,
  )

  it(
    'walk_pte_range holds the page-table lock for its callback where there is a VMA, and none elsewhere',
    () => {
      const target = lifted('walk_pte_range', PAGEWALK, X86_64)
      const seen = (id: string) => showed(target, `walk_pte_range/x86-64/quiet/${id}`).observations
      expect(seen('table.pte')).toMatchObject([
        {
          'return value': '0',
          'callback calls': 'pte_entry 2: 0-1',
          'locks held in callbacks': 'pte_entry: PTL',
          'lock operations': 'lock PTL, unlock PTL',
        },
      ])
      expect(seen('table.pte.no-vma')).toMatchObject([{ 'locks held in callbacks': 'pte_entry: none' }])
      expect(seen('huge.pte')).toMatchObject([{ 'callback calls': '', 'lock operations': 'none' }])
    },
    TIMEOUT,
  )

  it(
    'walk_pmd_range splits a huge pmd for a pte_entry, and looks again where another took it away',
    () => {
      const target = lifted('walk_pmd_range', PAGEWALK, X86_64)
      const [only] = showed(target, 'walk_pmd_range/x86-64/quiet/huge.pte').observations
      expect(only?.['callback calls']).toBe('pte_entry 512: 0-511')
      expect(only?.['order of events']).toMatch(/split_huge_pmd, .*512 x pte_entry/)
      const raced = showed(target, 'walk_pmd_range/x86-64/actor/huge.pte/zap').observations
      expect(raced.map((one) => one['callback calls'])).toContain('pte_hole 1: 0, 4 pages')
    },
    TIMEOUT,
  )

  it(
    'move_ptes takes an entry away before it stores it, under both page-table locks',
    () => {
      const target = lifted('move_ptes', 'mm/mremap.c', X86_64)
      const { observations } = showed(target, 'move_ptes/x86-64/quiet/table')
      for (const one of observations) {
        expect(one['page-table stores']).toMatch(/^pte:A\[0\]=0 pte:B\[0\]=[1-9a-f]/)
        expect(one['lock operations']).toBe('lock PTL, lock PTL, unlock PTL, unlock PTL')
      }
      expect(observations.map((one) => one['opaque calls'] === 'none')).toContain(true)
    },
    TIMEOUT,
  )

  it(
    '__contpte_try_fold clears a block, flushes it, and stores it with the CONT bit',
    () => {
      const target = lifted('__contpte_try_fold', CONTPTE, ARM64)
      const [only, ...others] = showed(target, '__contpte_try_fold/arm64/quiet/alike').observations
      expect(others).toEqual([])
      expect(only?.['TLB flushes']).toBe('flush_tlb_range')
      const stored = only?.['page-table stores']?.split(' ') ?? []
      expect(stored.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => `pte:A[${i}]=0`))
      const bits = stored.slice(16).map((store) => BigInt(`0x${store.split('=')[1]}`))
      expect(bits.map((one) => (one >> 52n) & 1n)).toEqual(Array(16).fill(1n))
      const unlike = showed(target, '__contpte_try_fold/arm64/quiet/alike-but-one').observations
      expect(unlike).toMatchObject([{ 'page-table stores': 'none' }])
    },
    TIMEOUT,
  )

  it(
    'contpte_ptep_get gathers the dirty and accessed bits of a block',
    () => {
      const target = lifted('contpte_ptep_get', CONTPTE, ARM64)
      const value = (layout: string): bigint => {
        const [only] = showed(target, `contpte_ptep_get/arm64/quiet/${layout}`).observations
        return BigInt(only?.['return value'] ?? 0)
      }
      const [DIRTY, AF] = [1n << 55n, 1n << 10n]
      expect([value('block-one-dirty') & (DIRTY | AF), value('block-one-young') & (DIRTY | AF)]).toEqual([
        DIRTY,
        AF,
      ])
    },
    TIMEOUT,
  )
})
