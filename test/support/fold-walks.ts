/** Walks over ranges of made-up address spaces, by every walker there is: what each reads, held against a fresh walk. */
import fc from 'fast-check'
import type { Callable, Proc } from '../../src/machine/index.js'
import { makeSide } from '../../src/match/environment.js'
import type { EntryPointer, Kernel, Level, Mm, Release, S390Levels } from '../../src/mm/index.js'
import { BUILT_IN } from '../../src/reimpl/index.js'
import {
  type Built,
  borderSize,
  buildGupFast,
  buildGupWorld,
  GUP_FAST_SUITE,
  type GupSpec,
  type GupWorld,
  PAGEWALK_SUITE,
  programOf,
  type Side,
} from '../../src/suite/index.js'
import { profileNamed } from '../../src/suite/world.js'

export const SPACES: readonly Pick<GupSpec, 'arch' | 'levels'>[] = [
  { arch: 'x86-64' },
  { arch: 'x86-64-5level' },
  { arch: 'arm64' },
  ...([2, 3, 4, 5] as const).map((levels: S390Levels) => ({ arch: 's390', levels })),
]

/** A range around a border of any level that the address space has, or inside a page of ptes; perhaps with holes. */
export function ranges(space: Pick<GupSpec, 'arch' | 'levels'>): fc.Arbitrary<GupSpec> {
  const { levels } = space
  const upper: readonly GupSpec['range']['border'][] =
    levels === undefined
      ? ['pgd', 'pud', 'pmd']
      : (['pmd', 'pud', 'p4d', 'pgd'] as const).slice(0, levels - 1)
  return fc
    .record({
      border: fc.constantFrom<GupSpec['range']['border']>('inside', ...upper),
      before: fc.integer({ min: 0, max: 3 }),
      after: fc.integer({ min: 0, max: 3 }),
      holes: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
      entries: fc.constantFrom<'real' | number>('real', 8),
      mapsBelow: fc.boolean(),
    })
    .filter(({ before, after }) => before + after > 0)
    .map(({ border, before, after, holes, entries, mapsBelow }) => ({
      ...space,
      entries,
      range: { border, before, after },
      holes,
      mapsBelow,
    }))
}

/** Pages of the range that are mapped. */
export function mapped({ holes, range }: GupSpec): readonly number[] {
  const count = range.before + range.after
  return Array.from({ length: count }, (_, i) => i).filter((i) => holes?.includes(i) !== true)
}

/**
 * True if the walk comes to a border that a level has by C's constants and that is folded in this address space: of
 * s390 alone, as elsewhere folded levels have no borders of their own.
 */
export function crossesFolded(spec: GupSpec): boolean {
  const { mm, pages } = buildGupWorld(spec)
  const { profile } = mm
  if (profile.constantShifts === undefined) return false
  return (['p4d', 'pud', 'pmd'] as const).some((level) => {
    if (profile.levels[level].folded === 'no') return false
    const size = borderSize(profile, level)
    return pages.some((addr, i) => i > 0 && addr % size === 0n)
  })
}

export function gupWalk(spec: GupSpec, version: string): Built {
  const changed = BUILT_IN.all.filter((one) => one.path === 'mm/gup.c' && one.version === version)
  return buildGupFast(spec, sideOf(spec, GUP_FAST_SUITE, '5.9', changed))
}

function sideOf(
  { arch }: GupSpec,
  suite: typeof GUP_FAST_SUITE,
  base: Release,
  changed: Parameters<typeof makeSide>[0]['changed'] = [],
): Side {
  const { config } = profileNamed(arch)
  return makeSide({ registry: BUILT_IN, suite, config, changed, base })
}

/** walk_page_range() as of a release; each callback compares the pointer it is given with a fresh walk. */
export function pageWalk(spec: GupSpec, release: Release): Built {
  const side = sideOf(spec, PAGEWALK_SUITE, release)
  const world = buildGupWorld(spec, side.config)
  const ops = {
    pmd_entry: checked('pmd', world),
    pte_entry: checked('pte', world),
    pte_hole: { name: 'pte_hole', path: null, role: 'callback', body: () => done() } as const,
  }
  const entry = side.resolve('walk_page_range')
  const args = [world.mm, world.start, world.end, ops, null]
  const program = programOf(side, world.mm, [{ entry, args, holding: ['mmap_lock(read)'] }])
  return {
    program,
    observe: ({ threads }) => {
      const events = threads[0]?.events ?? []
      const pages = events.flatMap(({ semantic }) => (semantic?.name === 'page' ? [semantic.detail] : []))
      return { pages: pages.join(' ') }
    },
    detectors: [],
    describe: () => '',
  }
}

// biome-ignore lint/correctness/useYield: it does nothing
function* done(): Proc<number> {
  return 0
}

function checked(level: Level, { mm, pages }: GupWorld): Callable {
  return {
    name: `${level}_entry`,
    path: null,
    role: 'callback',
    body: function* (k: Kernel, pointer: EntryPointer, addr: bigint): Proc<number> {
      const right = slotOf(mm, level, addr)
      if (pointer.name !== right) {
        yield* k.hazard('slot of another address', level, `${pointer.name} stands for ${right}`)
      }
      if (level !== 'pte') return 0
      const value = yield* k.ptep_get(pointer)
      if (k.pte_present(value).bits) yield* k.observe('page', String(pages.indexOf(addr)))
      return 0
    },
  }
}

function slotOf(mm: Mm, level: Level, addr: bigint): string {
  return mm.slot(level, addr)?.name ?? 'none'
}

/** Lets a thread walk down by pointers and says of each step of a level whether `p + 1` is the offset of what follows. */
export function incrementsHold(spec: GupSpec): Built {
  const side = sideOf(spec, GUP_FAST_SUITE, '5.9')
  const world = buildGupWorld(spec, side.config)
  const entry: Callable = {
    name: 'walk',
    path: null,
    role: 'callback',
    body: function* (k: Kernel): Proc<string> {
      const [addr = 0n] = world.pages
      const pgd = yield* k.pgd_offset(world.mm, addr)
      const p4d = yield* k.p4d_offset(pgd, addr)
      const pud = yield* k.pud_offset(p4d, addr)
      const held: string[] = []
      for (const [level, parent, first] of [
        ['p4d', pgd, p4d],
        ['pud', p4d, pud],
        ['pmd', pud, yield* k.pmd_offset(pud, addr)],
      ] as const) {
        const next = endBefore(world, level, addr)
        if (next === null) continue
        const offset = yield* k[`${level}_offset`](parent, next)
        if (offset.name !== first.next().name) held.push(level)
      }
      return held.join(' ')
    },
  }
  return {
    program: programOf(side, world.mm, [{ entry }]),
    observe: ({ threads }) => ({ broken: String(threads[0]?.returned ?? '') }),
    detectors: [],
    describe: () => '',
  }
}

/** The end of the entry at an address, if the range goes on within the table behind it. */
function endBefore({ mm, end }: GupWorld, level: 'p4d' | 'pud' | 'pmd', addr: bigint): bigint | null {
  const { profile } = mm
  if (profile.constantShifts === undefined && profile.levels[level].folded !== 'no') return null
  const size = borderSize(profile, level)
  const next = (addr / size + 1n) * size
  const above = { p4d: 'pgd', pud: 'p4d', pmd: 'pud' } as const
  // The loop above ends where the entry above does.
  const last = (addr / borderSize(profile, above[level]) + 1n) * borderSize(profile, above[level])
  return next < end && next < last ? next : null
}
