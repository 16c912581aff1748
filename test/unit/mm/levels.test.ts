/** Page tables of five levels, folded as each profile folds them: a walk visits exactly the pages described. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ARCH_PROFILES, indexAt, LEVELS, pageSizeOf, sizeOf } from '../../../src/mm/index.js'
import { walkSpecs } from '../../../src/run/hunt.js'
import {
  buildWalk,
  buildWorld,
  PAGEWALK_SUITE,
  type PmdSpec,
  type WalkSpec,
} from '../../../src/suite/index.js'
import { exploreBuilt, exploreScenario, scenariosWith, sideOf, version } from '../../support/explored.js'
import { run } from '../../support/lab.js'

const ARCHS = ARCH_PROFILES.map(({ name }) => name)
/** Walks are of pages of 4 KB. */
const WALKED = ARCH_PROFILES.filter((profile) => pageSizeOf(profile) === 4096n).map(({ name }) => name)
const P0 = version('P0', '5.4', 'walk_pte_range@v5.4', 'walk_pmd_range@v5.4')

/** `0-3, 7` of the pages that a walk with pte_entry should call it for. */
function expected(pmds: readonly PmdSpec[], perPmd: number, anonymous: boolean): string {
  const pages = pmds.flatMap(({ kind }, i) => {
    const walked = kind === 'table' || (anonymous && (kind === 'huge' || kind === 'migration'))
    return walked ? Array.from({ length: perPmd }, (_, n) => i * perPmd + n) : []
  })
  if (pages.length === 0) return '0'
  const runs: [number, number][] = []
  for (const page of pages) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === page - 1) last[1] = page
    else runs.push([page, page])
  }
  return `${pages.length}: ${runs.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(', ')}`
}

function visited(spec: WalkSpec): readonly string[] {
  const quiet: WalkSpec = { ...spec, actors: [], callbacks: { pte: 'read', hole: 'report' } }
  return exploreBuilt(buildWalk(quiet, sideOf(P0, PAGEWALK_SUITE, spec.world.arch))).values('pte_entry calls')
}

describe.each(WALKED)('%s', (arch) => {
  it('a walk calls pte_entry for the pages of tables and of what it splits, and for no others', () => {
    fc.assert(
      fc.property(walkSpecs(arch), (spec) => {
        const { pmds, vma, entries } = spec.world
        fc.pre(vma === 'anonymous' || pmds.every(({ kind }) => kind !== 'migration'))
        expect(visited(spec)).toEqual([expected(pmds, Number(entries), vma === 'anonymous')])
      }),
      { numRuns: 60 },
    )
  })
  it("so it does with the architecture's own table sizes", () => {
    const table: PmdSpec = { kind: 'table', ptes: ['clean'] }
    const pmds: readonly PmdSpec[] = [table, { kind: 'none' }, table]
    const world = { arch, entries: 'real', vma: 'anonymous', pmds } as const
    const spec: WalkSpec = { world, callbacks: {}, context: 'mmap_lock(read)', actors: [] }
    const perPmd = ARCH_PROFILES.find(({ name }) => name === arch)?.levels.pte.entries ?? 0
    expect(visited(spec)).toEqual([expected(pmds, perPmd, true)])
  })
})

describe.each(ARCHS)('%s', (arch) => {
  it('levels fit into one another: an entry maps what the table below it maps', () => {
    const profile = ARCH_PROFILES.find(({ name }) => name === arch)
    if (profile === undefined) throw new Error(arch)
    for (const [i, level] of LEVELS.entries()) {
      const below = LEVELS[i + 1]
      if (below === undefined) continue
      const { entries } = profile.levels[below]
      expect(sizeOf(profile, level), level).toBe(sizeOf(profile, below) * BigInt(entries))
    }
  })
  it('an address is its indices again', () => {
    const profile = ARCH_PROFILES.find(({ name }) => name === arch)
    if (profile === undefined) throw new Error(arch)
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: sizeOf(profile, 'pgd') * BigInt(profile.levels.pgd.entries) - 1n }),
        (addr) => {
          const sum = LEVELS.reduce(
            (total, level) => total + BigInt(indexAt(profile, level, addr)) * sizeOf(profile, level),
            0n,
          )
          expect(sum).toBe(addr & ~(pageSizeOf(profile) - 1n))
        },
      ),
    )
  })
  it('an entry is as many cells as it has words', () => {
    const world = buildWorld({
      arch,
      entries: 4,
      vma: 'anonymous',
      pmds: [{ kind: 'table', ptes: ['clean'] }],
    })
    const cells = world.tables[0]?.cells(0).map(({ name }) => name)
    expect(cells).toEqual(arch === 'x86-pae' ? ['pte:A[0].low', 'pte:A[0].high'] : ['pte:A[0]'])
  })
  it('the words of an entry make the value, and the value the words', () => {
    const ran = run({ arch }, function* (k, w) {
      const [table] = w.tables
      const [slot] = w.pmds
      if (table === null || table === undefined || slot === undefined) return null
      const value = w.profile.format.page(
        w.profile.wordBits === 32 && w.profile.wordsPerEntry === 1 ? 0x12345n : 0x312345n,
        { write: true, dirty: true },
        'no',
      )
      yield* k.storeEntry(slot, { bits: value, from: [] }, 'plain')
      return [(yield* k.snapshot(slot)).bits === value, (yield* k.deref(slot)).bits === value]
    })
    expect(ran.returned).toEqual(['[true,true]'])
  })
})

describe('ranges that go on into empty upper levels', () => {
  const calls = (level: string, arch: string) =>
    exploreScenario(`${arch}/quiet/pte/none-at-${level}`, P0)
      .values('pte_hole calls')[0]
      ?.split(': ')[1]
      ?.split('; ')
  it('are a hole for each entry that is none, of the level it is none at', () => {
    // 4 entries per table: the pmds of 4 pages that follow in the table, then entries of 16, 64 and 256 pages.
    expect(calls('pud', 'x86-64')?.slice(0, 2)).toEqual(['4, 4 pages', '8, 4 pages'])
    expect(calls('pud', 'x86-64')?.at(-1)).toMatch(/, 16 pages$/)
    expect(calls('pgd', 'x86-64')?.at(-1)).toMatch(/, 64 pages$/)
    expect(calls('p4d', 'x86-64-5level')?.at(-1)).toMatch(/, 64 pages$/)
    expect(calls('pgd', 'x86-64-5level')?.at(-1)).toMatch(/, 256 pages$/)
    expect(calls('pgd', 'x86-pae')?.at(-1)).toMatch(/, 16 pages$/)
  })
  it('exist for exactly the levels that a profile has', () => {
    const levels = (arch: string) =>
      ['pud', 'p4d', 'pgd'].filter(
        (level) => scenariosWith(PAGEWALK_SUITE, `${arch}/quiet/pte/none-at-${level}`).length > 0,
      )
    expect(levels('x86-64')).toEqual(['pud', 'pgd'])
    expect(levels('x86-64-5level')).toEqual(['pud', 'p4d', 'pgd'])
    expect(levels('x86-pae')).toEqual(['pgd'])
  })
})
