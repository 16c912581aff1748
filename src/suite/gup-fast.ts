/**
 * The suite of walks that take entries by their values: gup_fast and what is below it, over ranges within tables and
 * across their borders. Nothing else runs: what can go wrong is where a walk reads.
 */
import { hex } from '../base/index.js'
import { type Event, type Hazard, type HazardDetector, kindOf, type Proc } from '../machine/index.js'
import {
  type BehindCopy,
  type Kernel,
  LEVELS,
  pageSizeOf,
  type S390Levels,
  withLevels,
  withSpelledResult,
} from '../mm/index.js'
import { buildGupWorld, freshWalk, type GupSpec, type GupWorld, type RangeSpec } from './gup-world.js'
import { programOf } from './program.js'
import { eventsNamed, underTest } from './project.js'
import {
  type Built,
  defineSuite,
  type Observation,
  type Observed,
  type Scenario,
  type Side,
  type Suite,
} from './scenario.js'
import { describeEntry, profileNamed } from './world.js'

const FOLL_WRITE = 1

/** Builds the program: one thread, with interrupts off, walks the range from the top table down. */
export function buildGupFast(spec: GupSpec, side: Side): Built {
  const world = buildGupWorld(spec, side.config)
  const target = withSpelledResult(side.resolve('gup_pgd_range'))
  const caller = {
    name: 'the caller of gup_pgd_range',
    path: null,
    role: 'callback',
    body: function* (k: Kernel): Proc<void> {
      yield* k.local_irq_save()
      yield { op: 'call', target, args: [world.start, world.end, FOLL_WRITE, null, null] }
      yield* k.local_irq_restore()
    },
  } as const
  return {
    program: programOf(withEnds(side), world.mm, [{ label: 'gup_fast', entry: caller }]),
    observe: (execution) => observeGup(world, execution),
    detectors: [otherAddresses(world), wrongPages(world)],
    describe: (object, bits) => describeEntry({ profile: world.mm.profile }, object, bits),
  }
}

/** Pages are taken by one function for lifted and hand-written walks: it tells what it took. */
function withEnds(side: Side): Side {
  const find: NonNullable<Side['find']> = (name) =>
    side.find?.(name) ?? (name === 'gup_pte_range' ? side.resolve(name) : undefined)
  return { ...side, find }
}

function observeGup(world: GupWorld, execution: Observed): Observation {
  const events = underTest(execution)
  const taken = takenPages(world, events)
  const reads = entriesRead(events)
  const got = taken.length === world.pages.length
  return {
    'pages taken': got
      ? `all ${taken.length}`
      : `${taken.length} of ${world.pages.length}: the slow path does the rest`,
    'order of pages': taken.map(({ number }) => number).join(', ') || 'none',
    'entries read': reads.filter((name, i) => name !== reads[i - 1]).join(', ') || 'none',
    'loads of entries': String(reads.length),
  }
}

interface Taken {
  readonly pfn: string
  /** Number of the page in the range. */
  readonly number: number
  readonly event: Event
}

/** Pages that the walk took and kept. */
function takenPages(world: GupWorld, events: readonly Event[]): readonly Taken[] {
  const put = new Set(eventsNamed(events, 'put_page'))
  return events.flatMap((event) => {
    if (event.semantic?.name !== 'get_page') return []
    const [address = '0', , pfn = ''] = event.semantic.detail.split(' ')
    if (put.has(address)) return []
    const addr = BigInt(address)
    return [{ pfn, number: Number((addr - world.start) / pageSizeOf(world.mm.profile)), event }]
  })
}

/** Loads of entries of table pages, in order; what is looked at once more before a page counts is left out. */
function entriesRead(events: readonly Event[]): readonly string[] {
  return events.flatMap(({ op, reads, function: name }) =>
    op === 'load' && name !== 'gup_pte_range'
      ? reads.filter(({ cell }) => cell.role === 'data').map(({ cell }) => cell.object)
      : [],
  )
}

/** Slots that no address of the range leads to. */
function otherAddresses(world: GupWorld): HazardDetector {
  const right = new Set(world.pages.flatMap((addr) => freshWalk(world.mm, addr)))
  return (events) => {
    const hazards = new Map<string, Hazard>()
    for (const event of events) {
      if (event.op !== 'load') continue
      for (const { cell } of event.reads) {
        if (cell.role !== 'data' || right.has(cell.object)) continue
        const text = `${cell.object} is read, to which no address from ${hex(world.start)} to ${hex(world.end)} leads`
        const object = kindOf(cell)
        if (!hazards.has(object))
          hazards.set(object, { kind: 'slot of another address', object, text, event })
      }
    }
    return [...hazards.values()]
  }
}

/**
 * Pages that the caller takes for those of an address at which another page is mapped, or none: the n-th page taken
 * stands for the n-th of the range.
 */
function wrongPages(world: GupWorld): HazardDetector {
  const { mm, pages } = world
  return (events) => {
    for (const [i, { pfn, event }] of takenPages(world, events).entries()) {
      const addr = pages[i] ?? world.end
      const slot = mm.slot('pte', addr)
      const bits = slot === null || 'kind' in slot.table ? null : slot.table.initialOf(slot.index)
      const isMapped = bits !== null && mm.profile.format.present(bits)
      const right = isMapped ? mm.profile.format.pfn(bits).toString(16) : 'none'
      if (right === pfn) continue
      const text = `page ${pfn} is taken for ${hex(addr)}, at which page ${right} is mapped`
      return [{ kind: 'wrong page returned', object: 'page', text, event }]
    }
    return []
  }
}

// ---- the scenarios -------------------------------------------------------------------------------------

interface Place {
  readonly id: string
  readonly range: RangeSpec
  /** Pages that are not mapped. */
  readonly holes?: readonly number[]
  readonly text: string
}

const INSIDE: readonly Place[] = [
  {
    id: 'inside',
    range: { border: 'inside', before: 2, after: 0 },
    text: 'a range within one page of ptes',
  },
  {
    id: 'hole-inside',
    range: { border: 'inside', before: 3, after: 0 },
    holes: [1],
    text: 'a range within one page of ptes, of which one is none',
  },
]

function around(border: Exclude<RangeSpec['border'], 'inside'>): readonly Place[] {
  const name = `a border between ${border} entries`
  return [
    { id: `across-${border}`, range: { border, before: 2, after: 2 }, text: `a range across ${name}` },
    { id: `up-to-${border}`, range: { border, before: 2, after: 0 }, text: `a range that ends at ${name}` },
    {
      id: `onto-hole-${border}`,
      range: { border, before: 2, after: 2 },
      holes: [2, 3],
      text: `a range across ${name}, behind which nothing is mapped`,
    },
    {
      id: `hole-before-${border}`,
      range: { border, before: 2, after: 2 },
      holes: [1],
      text: `a range across ${name}, the last page before which is none`,
    },
    { id: `from-${border}`, range: { border, before: 0, after: 2 }, text: `a range that begins at ${name}` },
  ]
}

interface Space {
  readonly arch: string
  readonly levels?: S390Levels
  /** Borders there are in it, by the constants that C has. */
  readonly borders: readonly Exclude<RangeSpec['border'], 'inside'>[]
}

const SPACES: readonly Space[] = [
  { arch: 'x86-64', borders: ['pmd', 'pud', 'pgd'] },
  { arch: 'x86-64-5level', borders: ['pmd', 'pud', 'p4d', 'pgd'] },
  { arch: 's390', levels: 3, borders: ['pmd', 'pud'] },
  { arch: 's390', levels: 4, borders: ['pmd', 'pud', 'p4d'] },
  { arch: 's390', levels: 5, borders: ['pmd', 'pud', 'p4d', 'pgd'] },
  { arch: 'arm64', borders: ['pmd', 'pud', 'pgd'] },
]

/** What lies behind a copy matters where a border is crossed. */
const BEHIND: readonly {
  readonly id: string
  readonly behind: BehindCopy
  readonly mapsBelow?: boolean
  readonly text: string
}[] = [
  { id: 'same', behind: 'same', text: 'the same entry once more' },
  { id: 'same-mapped', behind: 'same', mapsBelow: true, text: 'the same entry once more' },
  { id: 'zero', behind: 'zero', text: 'a word that is 0' },
  { id: 'garbage', behind: 'garbage', text: 'a word that is no entry' },
]

function scenariosIn({ arch, levels, borders }: Space): Scenario[] {
  const places = [...INSIDE, ...borders.flatMap(around)]
  return places.flatMap((place) => {
    const spec: GupSpec = {
      arch,
      ...(levels === undefined ? {} : { levels }),
      entries: 'real',
      range: place.range,
      ...(place.holes === undefined ? {} : { holes: place.holes }),
    }
    const plain = scenario(place, spec, 'unknown', [])
    if (!place.id.startsWith('across')) return [plain]
    const others = BEHIND.map(({ id, text, ...rest }) =>
      scenario(place, { ...spec, ...rest }, id, [
        `what lies on the stack behind a copy of an entry: ${text}`,
        ...(rest.mapsBelow === true ? ['pages mapped one entry further down'] : []),
      ]),
    )
    return [plain, ...others]
  })
}

function scenario(place: Place, spec: GupSpec, behind: string, more: readonly string[]): Scenario {
  const { arch, levels } = spec
  const depth = levels === undefined ? [] : [`${levels}-level`]
  const has = levels === undefined ? arch : `an address space of ${levels} levels`
  return {
    id: ['gup-fast', arch, ...depth, place.id, ...(behind === 'unknown' ? [] : [behind])].join('/'),
    title: `${has}: ${place.text}${more.length === 0 ? '' : `; ${more.join('; ')}`}`,
    arch,
    config: {},
    facets: {
      range: place.id,
      space: levels === undefined ? arch : `${levels} levels`,
      levels: folds(spec) ? 'folded' : 'all real',
      behind,
      actor: 'none',
    },
    needs: [...(levels === undefined ? [] : [has]), place.text, ...more],
    scope: '1 thread, real table sizes',
    threads: 1,
    build: (side) => buildGupFast(spec, side),
  }
}

/** True if one of the levels has no table of its own. */
function folds({ arch, levels }: GupSpec): boolean {
  const named = profileNamed(arch)
  const profile = levels === undefined ? named : withLevels(named, levels)
  return LEVELS.some((level) => profile.levels[level].folded !== 'no')
}

const BELOW = ['p4d', 'pud', 'pmd'] as const
const UPPER = ['pgd', ...BELOW] as const

export const GUP_FAST_SUITE: Suite = defineSuite({
  name: 'gup-fast',
  title: 'walks that take entries by value: what they read, and which pages they take, over ranges',
  roles: Object.fromEntries(
    [
      ...UPPER.map((level) => `gup_${level}_range`),
      'gup_pte_range',
      ...BELOW.map((level) => `${level}_offset`),
      ...BELOW.map((level) => `${level}_offset_lockless`),
      'rste_addr_end_folded',
      ...UPPER.map((level) => `${level}_addr_end_folded`),
      ...UPPER.map((level) => `${level}_addr_end`),
    ].map((name) => [name, [name]]),
  ),
  models: ['sc'],
  properties: [
    { name: 'pages taken', kind: 'behaviour', per: 'range' },
    { name: 'order of pages', kind: 'behaviour', per: 'range' },
    { name: 'entries read', kind: 'behaviour', per: 'range' },
    { name: 'loads of entries', kind: 'behaviour', per: 'levels', detail: true },
  ],
  scenarios: SPACES.flatMap(scenariosIn),
})
