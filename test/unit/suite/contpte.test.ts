/**
 * Contiguous blocks of arm64 ptes: what becomes of a block, how often one is made of single entries or taken apart,
 * and how many TLB invalidations the functions on ptes make themselves; rows 3.a to 3.N. Three versions: v2 as it
 * was described, patch 12 of v6 (with 13 and 14), which only takes blocks apart, and 6.12.
 */
import { describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../../src/reimpl/index.js'
import { CONTPTE_SUITE } from '../../../src/suite/index.js'
import { type Explored, exploreBuilt, sideOf, type Version, version } from '../../support/explored.js'

const V2 = version('v2', '6.8.18', ...BUILT_IN.all.filter((one) => one.version === 'v2'))
const V6 = version('v6 12/18', '6.8.14')
const V6_12 = version('6.12', '6.12')
const PLAIN = version('no blocks', '6.8')

function explored(id: string, one: Version, arch = 'arm64', config = {}): Explored {
  const scenario = CONTPTE_SUITE.scenarios.find((each) => each.id === `contpte/${arch}/${id}`)
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  const result = exploreBuilt(scenario.build(sideOf(one, CONTPTE_SUITE, arch, config)))
  expect(result.outcome.coverage).toEqual({ kind: 'exhaustive' })
  return result
}

/** Blocks at the end; made of single entries, taken apart, invalidations: `p×5 .×1 p×10 0/1/1 range`. */
function came(id: string, one: Version, arch = 'arm64', config = {}): string {
  const { values, hazards } = explored(id, one, arch, config)
  expect(hazards).toEqual([])
  const [blocks, folds, unfolds, invalidations] = [
    'blocks at the end',
    'blocks made of single entries',
    'blocks taken apart',
    'TLB invalidations by the functions on ptes',
  ].map((name) => values(name).join(' or '))
  return `${blocks} ${folds}/${unfolds}/${invalidations === 'none' ? '0' : invalidations}`
}

describe('what becomes of a block of 16 entries', () => {
  it.each([
    ['3.a', 'empty/map/batch', 'C×16 0/0/0', 'C×16 0/0/0', 'C×16 0/0/0'],
    ['3.b', 'empty/map/up', 'C×16 1/0/1 range', 'p×16 0/0/0', 'C×16 1/0/1 range'],
    ['3.c', 'empty/map/down', 'p×16 0/0/0', 'p×16 0/0/0', 'p×16 0/0/0'],
    ['3.d', 'empty/map/up-two-folios', 'p×16 0/0/0', 'p×16 0/0/0', 'p×16 0/0/0'],
    ['3.e', 'empty/map/up-other-page', 'p×16 0/0/0', 'p×16 0/0/0', 'p×16 0/0/0'],
    ['3.e', 'empty/map/batch-other-page', 'p×16 0/0/0', 'p×16 0/0/0', 'p×16 0/0/0'],
    [
      '3.g',
      'block/zap-each/one',
      'p×5 .×1 p×10 0/1/1 range',
      'p×5 .×1 p×10 0/1/1 range',
      'p×5 .×1 p×10 0/1/1 range',
    ],
    [
      '3.h',
      'block/zap-swap/one',
      'p×5 S×1 p×10 0/1/1 range',
      'p×5 S×1 p×10 0/1/1 range',
      'p×5 S×1 p×10 0/1/1 range',
    ],
    ['3.i', 'block/zap-swap-fault/one', 'p×16 0/1/1 range', 'p×16 0/1/1 range', 'p×16 0/1/1 range'],
    ['3.j', 'block/zap-fault/last', 'C×16 1/1/2 range', 'p×16 0/1/1 range', 'C×16 1/1/2 range'],
    ['3.m', 'block/zap-each/block', 'none 0/1/1 range', 'none 0/1/1 range', 'none 0/1/1 range'],
    ['3.n', 'block/unmap/block', 'S×16 0/1/1 range', 'S×16 0/1/1 range', 'S×16 0/1/1 range'],
    ['3.o', 'block/split-vma/first-half', 'C×16 0/0/0', 'C×16 0/0/0', 'C×16 0/0/0'],
    ['3.p', 'block/read-only/block', 'C×16 1/1/2 range', 'p×16 0/1/1 range', 'C×16 1/1/2 range'],
    ['3.q', 'block/no-access/block', 'x×16 0/1/1 range', 'x×16 0/1/1 range', 'x×16 0/1/1 range'],
    ['3.r', 'block/read-only/first-half', 'p×16 0/1/1 range', 'p×16 0/1/1 range', 'p×16 0/1/1 range'],
    [
      '3.s',
      'block/read-only-and-back/first-half',
      'p×16 0/1/1 range',
      'p×16 0/1/1 range',
      'p×16 0/1/1 range',
    ],
    ['3.u', 'block/wrprotect-batch/block', 'C×16 0/0/0', 'C×16 0/0/0', 'C×16 0/0/0'],
    ['3.w', 'block/wrprotect-batch/middle', 'p×16 0/1/1 range', 'p×16 0/1/1 range', 'p×16 0/1/1 range'],
    [
      '3.x',
      'block/move-aligned/block',
      '.×32 C×16 1/1/2 range',
      '.×32 p×16 0/1/1 range',
      '.×32 C×16 1/1/2 range',
    ],
    [
      'mremap to an address that no block begins at',
      'block/move-misaligned/block',
      '.×33 p×16 0/1/1 range',
      '.×33 p×16 0/1/1 range',
      '.×33 p×16 0/1/1 range',
    ],
    ['3.A', 'block/test-young/one', 'C×16 0/0/0', 'C×16 0/0/0', 'C×16 0/0/0'],
    [
      '3.B',
      'block/flush-young/one',
      'C×16 0/0/1 range without waiting',
      'C×16 0/0/1 range without waiting',
      'C×16 0/0/1 range without waiting',
    ],
    ['3.C', 'block-clean/fault-write/one', 'C×16 0/0/1 range', 'C×16 0/0/1 range', 'C×16 0/0/1 range'],
    [
      '3.D',
      'block-read-only/fault-write/one',
      'p×16 0/1/1 range, 1 page',
      'p×16 0/1/1 range, 1 page',
      'p×16 0/1/1 range, 1 page',
    ],
    ['3.J', 'kernel/map/up', 'p×16 0/0/0', 'p×16 0/0/0', 'p×16 0/0/0'],
    ['3.J', 'kernel/map/batch', 'p×16 0/0/0', 'p×16 0/0/0', 'p×16 0/0/0'],
  ])('%s: %s', (_row, id, v2, v6, v6_12) => {
    expect([came(id, V2), came(id, V6), came(id, V6_12)]).toEqual([v2, v6, v6_12])
  })
  it.each([
    ['3.k', 'block/zap-batch/few', 'p×3 .×4 p×9 0/1/1 range'],
    ['3.l', 'block/zap-batch/block', 'none 0/0/0'],
    ['3.z', 'block/move-batch-aligned/block', '.×32 C×16 0/0/0'],
    ['3.z', 'block/move-batch-misaligned/block', '.×33 p×16 0/0/0'],
    ['3.F', 'block/clear-young-dirty/few', 'C×16 0/0/0'],
  ])('%s: %s, in 6.12', (_row, id, expected) => expect(came(id, V6_12)).toBe(expected))
  it('3.C: v1 does not flush what it makes dirty', () => {
    const v1 = version('v1', '6.8.14', 'contpte_ptep_set_access_flags@v1')
    expect(came('block-clean/fault-write/one', v1)).toBe('C×16 0/0/0')
  })
  it('without blocks all stays single entries, and nothing is invalidated but by callers', () => {
    expect(came('block/zap-each/one', PLAIN)).toBe('p×5 .×1 p×10 0/0/0')
    expect(explored('block/zap-each/one', PLAIN).values('TLB flushes by their callers')).toEqual(['1'])
  })
})

describe('accessed, dirty and writable pages', () => {
  const pages = (id: string, which: string, one = V6_12): string =>
    explored(id, one).values(`${which} pages`).join(' or ')
  it('3.A, 3.B: looking for accessed pages clears the bit of all entries, and tells that one had it', () => {
    for (const look of ['test-young', 'flush-young']) {
      expect(pages(`block/${look}/one`, 'accessed')).toBe('none')
      expect(explored(`block/${look}/one`, V6_12).values('entries returned')).toEqual(['young'])
    }
  })
  it('3.C: a write fault makes all entries dirty; 3.D: it makes one writable, and dirty', () => {
    expect(pages('block-clean/fault-write/one', 'dirty')).toBe('0-15')
    expect(pages('block-read-only/fault-write/one', 'writable')).toBe('5')
    expect(pages('block-read-only/fault-write/one', 'dirty')).toBe('5')
  })
  it('3.F: the bits of the whole block are cleared where a part was asked for', () => {
    const { values } = explored('block/clear-young-dirty/few', V6_12)
    expect([values('dirty pages'), values('loads and changes of entries')]).toEqual([
      ['none'],
      ['2 loads, 0 stores, 16 exchanges'],
    ])
  })
  it('a batch goes to the end of the block; pte_clear() takes the block apart', () => {
    expect(explored('block/hint/one', V6_12).values('entries returned')).toEqual(['pte_batch_hint: 11'])
    expect(came('block/clear/one', V6_12)).toBe('p×5 .×1 p×10 0/1/1 range')
  })
  it('3.G: one dirty entry of a block that is taken apart makes all that are left dirty', () =>
    expect(pages('block/zap-each/one', 'dirty')).toBe('0-4, 6-15'))
  it('an entry that is taken out of a block is dirty and accessed as the block is', () =>
    expect(explored('block/zap-batch/block', V6_12).values('entries returned')).toEqual([
      'cleared C young dirty',
    ]))
  it('a fault on a clean entry of a dirty block does nothing in v6, and is seen to in 6.12.117', () => {
    const result = (one: Version): readonly string[] =>
      explored('block/fault-write/one', one).values('entries returned')
    expect([result(V6), result(V6_12)]).toEqual([['ptep_set_access_flags: 0'], ['ptep_set_access_flags: 1']])
  })
})

describe('the rules of the hardware', () => {
  it.each([
    ['block/zap-each/one', ['contiguous block partly invalid']],
    ['block/zap-fault/last', ['contiguous block partly invalid', 'contiguous block with and without CONT']],
    ['block/read-only/first-half', ['contiguous block of unequal attributes']],
    ['block/wrprotect-batch/middle', ['contiguous block of unequal attributes']],
    ['block/move-misaligned/block', ['contiguous block misaligned', 'contiguous block partly invalid']],
    ['block/map-over/batch', ['contiguous block with and without CONT', 'live contiguous block changed']],
    ['block/zap-each/block', []],
  ])('are broken by functions that know no blocks, where there is one: %s', (id, expected) => {
    const scenario = CONTPTE_SUITE.scenarios.find((one) => one.id === `contpte/arm64/${id}`)
    const side = sideOf(PLAIN, CONTPTE_SUITE, 'arm64')
    // The world has a block where set_ptes() is none that stands for the absence of blocks.
    const resolve = (name: string) => ({ ...side.resolve(name) })
    const onBlock = (name: string) => {
      const { absence: _, ...rest } = resolve(name) as ReturnType<typeof resolve> & { absence?: true }
      return rest
    }
    const built = scenario?.build({ ...side, resolve: onBlock })
    if (built === undefined) throw new Error(id)
    expect(exploreBuilt(built).hazards).toEqual(expected.map((kind) => `${kind} (pte)`))
  })
  it('3.M: storing several entries over valid ones breaks them, but for v2, which clears and invalidates', () => {
    expect(came('block/map-over/batch', V2)).toBe('C×16 0/0/1 range')
    for (const one of [V6, V6_12]) {
      expect(explored('block/map-over/batch', one).hazards).toEqual([
        'contiguous block of scattered pages (pte)',
        'live contiguous block changed (pte)',
      ])
    }
  })
  it('set_pte() of an entry of a block, which nobody calls, warns and breaks them', () => {
    const { hazards } = explored('block/overwrite/one', V6_12)
    expect(hazards).toContain('WARN_ON (pte)')
    expect(hazards).toContain('live contiguous block changed (pte)')
  })
  it('v2 14/14 leaves a part of a block in the teardown of an address space, which a full batch flushes', () => {
    expect(explored('block/teardown/one', V2).hazards).toEqual(['contiguous block partly invalid (pte)'])
    expect(explored('block/teardown/block', V2).hazards).toEqual(['contiguous block partly invalid (pte)'])
    for (const one of [V6, V6_12]) {
      expect(explored('block/teardown/one', one).hazards).toEqual([])
      expect(explored('block/teardown/block', one).hazards).toEqual([])
    }
  })
  it('3.H: nothing is invalidated where CPUs stand both kinds of entry, and only there that is allowed', () => {
    const bbml2 = version('6.17', '6.12', 'contpte_convert@v6.17-bbml2')
    const stands = { ARM64_HAS_BBML2_NOABORT: 'y' }
    expect(came('block/zap-each/one', bbml2, 'arm64', stands)).toBe('p×5 .×1 p×10 0/1/0')
    expect(explored('block/zap-each/one', bbml2).hazards).toEqual([
      'contiguous block remade without TLB invalidation (pte)',
    ])
  })
  it.each(['arm64', 'arm64-16k', 'arm64-64k'])('no change of a block breaks them on %s in 6.12', (arch) => {
    for (const { id, assumes, reducedBlocks } of CONTPTE_SUITE.scenarios) {
      if (!id.startsWith(`contpte/${arch}/`) || assumes !== undefined || reducedBlocks === true) continue
      expect([id, explored(id.slice(`contpte/${arch}/`.length), V6_12, arch).hazards]).toEqual([id, []])
    }
  })
})

describe('3.L: larger pages have larger blocks', () => {
  it.each([
    ['arm64', 'p×5 .×1 p×10', 16],
    ['arm64-16k', 'p×5 .×1 p×122', 128],
    ['arm64-64k', 'p×5 .×1 p×26', 32],
  ])('%s', (arch, blocks, n) => {
    expect(came('block/zap-each/one', V6_12, arch)).toBe(`${blocks} 0/1/1 range`)
    const [accesses] = explored('block/zap-each/one', V6_12, arch).values('loads and changes of entries')
    expect(accesses).toBe(`1 loads, ${n} stores, ${n + 1} exchanges`)
  })
})
