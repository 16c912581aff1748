/**
 * The suite of contiguous blocks of arm64 ptes: what the kernel does to ptes, over ranges that cover a block, a part
 * of it or several, and what becomes of the block; and lockless reads of an entry while another CPU changes its
 * block. The functions under test are those that mm/ calls and all behind them.
 */
import { lostUpdates, type Proc, type Word } from '../machine/index.js'
import {
  ARM64_PROFILES,
  arm64PteState,
  type Config,
  contpteRules,
  type Kernel,
  kernelFactory,
  lostBits,
} from '../mm/index.js'
import { observeContpte } from './contpte-observe.js'
import { type ContpteStep, doStep, type Repainted, stepName } from './contpte-steps.js'
import { buildContpteWorld, type ContpteWorld, type ContpteWorldSpec, slotAt } from './contpte-world.js'
import { eventsNamed } from './project.js'
import {
  type Built,
  defineSuite,
  type Observation,
  type Observed,
  type Property,
  type Scenario,
  type Side,
  type Suite,
} from './scenario.js'
import { profileNamed } from './world.js'

/** Steps in a world, one thread after the other in each; with `reader` a lockless read of that page beside them. */
export interface ContpteSpec {
  readonly world: ContpteWorldSpec
  readonly steps: readonly ContpteStep[]
  /** The page that another CPU reads without a lock. */
  readonly reader?: number
  /** What the reader does with the value: looks at it, or looks again under the lock as a page fault does. */
  readonly caller?: 'look' | 'fault-like'
  /** The MMU of a third CPU. */
  readonly hardware?: Extract<ContpteStep, { do: 'hardware' }>
}

export function buildContpte(spec: ContpteSpec, side: Side): Built {
  const world = buildContpteWorld(spec.world, !('absence' in side.resolve('set_ptes')), side.config)
  const threads = threadsOf(spec, world).map((thread, i) => ({ ...thread, name: 'abc'.charAt(i) }))
  const system = {
    mm: world.mm,
    release: side.release,
    threads: threads.map(({ name }) => name),
    resolve: side.resolve,
    neighbour: (name: string) => (KNOWN.has(name) ? side.resolve(name) : undefined),
    ...(side.find === undefined ? {} : { find: side.find }),
  }
  return {
    program: {
      heap: world.mm.heap,
      threads,
      host: { context: kernelFactory(system) },
      answers: new Map(),
    },
    observe: (execution) => observe(spec, world, execution),
    detectors: [lostUpdates, lostBits(world.profile.format), ...contpteRules(world.mm)],
    describe: (_object, bits) => arm64PteState(bits),
  }
}

function threadsOf({ steps, reader, caller, hardware }: ContpteSpec, world: ContpteWorld) {
  const doing = (label: string, all: readonly ContpteStep[]) => ({
    name: label,
    path: null,
    role: 'callback' as const,
    body: function* (k: Kernel): Proc<void> {
      for (const step of all) yield* doStep(k, world, step)
    },
  })
  const label = steps.map(stepName).join(', then ')
  const thread = (name: string, entry: ReturnType<typeof doing>, underTest = true) => ({
    name,
    label: name,
    holding: [],
    underTest,
    hardware: false,
    entry,
    args: [],
  })
  const changing = thread(label, doing(label, steps))
  const mmu =
    hardware === undefined
      ? []
      : [{ ...thread('MMU', doing(stepName(hardware), [hardware]), false), hardware: true }]
  if (reader === undefined) return [changing, ...mmu]
  const read = {
    ...doing('a lockless read', []),
    body: (k: Kernel) => readLockless(k, world, reader, caller),
  }
  return [thread('lockless read', read), ...(steps.length === 0 ? [] : [changing]), ...mmu]
}

function* readLockless(
  k: Kernel,
  world: ContpteWorld,
  page: number,
  caller: ContpteSpec['caller'],
): Proc<void> {
  const { ptep, table } = slotAt(world, page)
  const value: Word = yield* k.call('ptep_get_lockless', ptep)
  yield* k.observe('value read', arm64PteState(value.bits), { role: 'callback', object: ptep.name })
  if (caller !== 'fault-like') return
  yield* k.spin_lock(table.lock)
  const now: Word = yield* k.call('ptep_get', ptep)
  const same = yield* k.branch(k.pte_same(value, now), 'body')
  yield* k.observe('fault', same ? 'goes on' : 'is taken again', { role: 'callback' })
  k.join()
  yield* k.spin_unlock(table.lock)
}

function observe(spec: ContpteSpec, world: ContpteWorld, execution: Observed): Observation {
  const own = observeContpte(world, execution)
  if (spec.reader === undefined) return own
  const events = execution.threads[0]?.events ?? []
  const alone = spec.steps.length === 0
  return {
    'value read': eventsNamed(events, 'value read').join(', ') || (execution.threads[0]?.status ?? ''),
    fault: eventsNamed(events, 'fault').join(', ') || 'none',
    'blocks at the end': own['blocks at the end'] ?? '',
    ...(alone ? { 'loads and changes of entries': own['loads and changes of entries'] ?? '' } : {}),
  }
}

// ---- the scenarios -------------------------------------------------------------------------------------

/** A range of pages by what it covers of blocks of `n`. */
const RANGES: Readonly<Record<string, (n: number) => { readonly at: number; readonly pages: number }>> = {
  one: () => ({ at: 5, pages: 1 }),
  last: (n) => ({ at: n - 1, pages: 1 }),
  few: () => ({ at: 3, pages: 4 }),
  'first-half': (n) => ({ at: 0, pages: n / 2 }),
  middle: (n) => ({ at: n / 4, pages: n / 2 }),
  block: (n) => ({ at: 0, pages: n }),
}

type Ranged = (range: { readonly at: number; readonly pages: number }, n: number) => readonly ContpteStep[]

/** What is done to a block that is there, over each of the ranges. */
const CHANGES: Readonly<Record<string, Ranged>> = {
  'zap-each': (range) => [{ do: 'zap', ...range, how: 'each' }],
  'zap-batch': (range) => [{ do: 'zap', ...range, how: 'batch' }],
  teardown: (range) => [{ do: 'zap', ...range, how: 'teardown' }],
  unmap: (range) => [{ do: 'unmap', ...range }],
  'zap-swap': (range) => [
    { do: 'zap', ...range, how: 'each' },
    { do: 'swap-entry', ...range },
  ],
  'zap-fault': (range) => [
    { do: 'zap', ...range, how: 'each' },
    { do: 'map', ...range, how: 'up' },
  ],
  'zap-swap-fault': (range) => [
    { do: 'zap', ...range, how: 'each' },
    { do: 'swap-entry', ...range },
    { do: 'map', ...range, how: 'up' },
  ],
  'read-only': (range) => [{ do: 'protect', ...range, to: 'ro' }],
  'read-only-and-back': (range) => [
    { do: 'protect', ...range, to: 'ro' },
    { do: 'protect', ...range, to: 'rw' },
  ],
  'no-access': (range) => [{ do: 'protect', ...range, to: 'none' }],
  'wrprotect-batch': (range) => [{ do: 'wrprotect', ...range, how: 'batch' }],
  'wrprotect-each': (range) => [{ do: 'wrprotect', ...range, how: 'each' }],
  'move-aligned': (range, n) => [{ do: 'move', ...range, to: 6 * n + range.at, how: 'each' }],
  'move-misaligned': (range, n) => [{ do: 'move', ...range, to: 6 * n + range.at + 1, how: 'each' }],
  'move-batch-aligned': (range, n) => [{ do: 'move', ...range, to: 6 * n + range.at, how: 'batch' }],
  'move-batch-misaligned': (range, n) => [{ do: 'move', ...range, to: 6 * n + range.at + 1, how: 'batch' }],
  'split-vma': (range) => [{ do: 'split-vma', ...range }],
  'clear-young-dirty': (range) => [{ do: 'clear-young-dirty', ...range }],
}

/** Pages that are accessed and dirty in one entry each, in none, or that nobody may write to. */
const STARTS: Readonly<Record<string, Partial<ContpteWorldSpec>>> = {
  block: {},
  'block-clean': { dirty: [], young: [] },
  'block-read-only': { dirty: [], readOnly: true },
}

/** What is done to one entry. */
const LOOKS: Readonly<Record<string, Ranged>> = {
  'test-young': (range) => [{ do: 'test-young', ...range }],
  'flush-young': (range) => [{ do: 'flush-young', ...range }],
  look: (range) => [{ do: 'look', ...range }],
  hint: (range) => [{ do: 'hint', ...range }],
  clear: (range) => [{ do: 'clear', ...range }],
  'fault-read': (range) => [{ do: 'fault', ...range, write: false }],
  'fault-write': (range) => [{ do: 'fault', ...range, write: true }],
  'hardware-dirty-fault-write': (range) => [
    { do: 'hardware', at: 0, pages: 1, sets: 'dirty' },
    { do: 'fault', ...range, write: true },
  ],
}

/** How pages come to be mapped where there is nothing. */
const MAPPINGS: Readonly<Record<string, (n: number) => readonly ContpteStep[]>> = {
  up: (n) => [{ do: 'map', at: 0, pages: n, how: 'up' }],
  down: (n) => [{ do: 'map', at: 0, pages: n, how: 'down' }],
  batch: (n) => [{ do: 'map', at: 0, pages: n, how: 'batch' }],
  'batch-two-blocks': (n) => [{ do: 'map', at: 0, pages: 2 * n, how: 'batch' }],
  'batch-over-the-edge': (n) => [{ do: 'map', at: n / 2, pages: 2 * n, how: 'batch' }],
  'up-other-page': (n) => [{ do: 'map', at: 0, pages: n, how: 'up', page: 1 }],
  'batch-other-page': (n) => [{ do: 'map', at: 0, pages: n, how: 'batch', page: 1 }],
}

/** False for a range that shows nothing of a change that another does not. */
function isWorth(change: string, range: string): boolean {
  if (change.startsWith('move')) return range === 'block'
  if (change.includes('batch')) return range !== 'one' && range !== 'last'
  if (range === 'few') return change === 'clear-young-dirty'
  return range !== 'middle' || /^(read-only|wrprotect)/.test(change)
}

interface Named extends ContpteSpec {
  readonly id: string
  readonly facets: Readonly<Record<string, string>>
  readonly needs: readonly string[]
  readonly assumes?: string
  readonly models?: readonly string[]
}

function namedOn(arch: string): Named[] {
  const n = profileNamed(arch).contPtes ?? 1
  const block: ContpteWorldSpec = { arch, start: 'mapped', dirty: [9 % n], young: [2] }
  const found: Named[] = []
  const add = (
    id: string,
    world: ContpteWorldSpec,
    steps: readonly ContpteStep[],
    facets: Named['facets'],
    more: Partial<Named> = {},
  ): void => {
    found.push({ id: `contpte/${arch}/${id}`, world, steps, facets, needs: [], ...more })
  }
  for (const [range, pages] of Object.entries(RANGES)) {
    for (const [change, steps] of Object.entries(CHANGES)) {
      if (!isWorth(change, range)) continue
      add(`block/${change}/${range}`, block, steps(pages(n), n), { change, range })
    }
  }
  for (const [look, steps] of Object.entries(LOOKS)) {
    for (const [start, more] of Object.entries(STARTS)) {
      const steps5 = steps({ at: 5, pages: 1 }, n)
      add(`${start}/${look}/one`, { ...block, ...more }, steps5, { change: look, range: start })
    }
  }
  for (const [mapping, steps] of Object.entries(MAPPINGS)) {
    add(`empty/map/${mapping}`, { arch, start: 'empty' }, steps(n), { change: 'map', range: mapping })
  }
  const halves: ContpteWorldSpec = { arch, start: 'empty', folioPages: n / 2 }
  add('empty/map/up-two-folios', halves, [{ do: 'map', at: 0, pages: n, how: 'up' }], {
    change: 'map',
    range: 'up-two-folios',
  })
  add(
    'block/map-over/batch',
    block,
    [{ do: 'map', at: 0, pages: n, how: 'batch', folio: 'other' }],
    { change: 'map-over', range: 'block' },
    { assumes: 'a caller of set_ptes() for several pages over entries that are valid' },
  )
  add(
    'block/overwrite/one',
    block,
    [{ do: 'overwrite', at: 5, pages: 1 }],
    { change: 'overwrite', range: 'one' },
    { assumes: 'a caller of set_pte() for an entry of a block' },
  )
  const kernel: ContpteWorldSpec = { arch, start: 'empty', kernel: true }
  for (const how of ['up', 'batch'] as const) {
    add(`kernel/map/${how}`, kernel, [{ do: 'map', at: 0, pages: n, how }], {
      change: 'map of the kernel',
      range: how,
    })
  }
  return [...found, ...readsOn(arch, n)]
}

/** Entries of a block where other CPUs run: every order of what they do is looked at, under weak models of fewer. */
const SMALL = 4
const SMALLEST = 2

/** Lockless reads: of each kind of entry with nothing else running, and beside each change of the block. */
function readsOn(arch: string, n: number): Named[] {
  const facets = (change: string) => ({ change: 'lockless read', range: change, actor: change })
  const starts: readonly (readonly [string, ContpteWorldSpec])[] = [
    ['plain', { arch, start: 'plain', young: [2] }],
    ['none', { arch, start: 'empty' }],
    ['not-valid-cont', { arch, start: 'none-but-cont' }],
    ['block', { arch, start: 'mapped', dirty: [9 % n], young: [2] }],
    ['block-clean', { arch, start: 'mapped' }],
  ]
  const quiet = starts.flatMap(([start, world]) =>
    (['look', 'fault-like'] as const).map(
      (caller): Named => ({
        id: `contpte/${arch}/read/${start}/${caller}`,
        world,
        steps: [],
        reader: 5,
        caller,
        facets: { ...facets('none'), range: `${start} ${caller}` },
        needs: ['a caller that reads a pte without its lock'],
        models: ['sc'],
      }),
    ),
  )
  if (arch !== 'arm64') return quiet
  return [...quiet, ...racesOn(arch)]
}

/** Lockless reads beside each change of a block: by the functions on ptes, and by another CPU in few steps. */
function racesOn(arch: string): Named[] {
  const on = (n: number): ContpteWorldSpec => ({
    arch,
    start: 'mapped',
    dirty: [0],
    young: [n - 1],
    block: n,
  })
  const race = (
    n: number,
    change: string,
    steps: readonly ContpteStep[],
    models: readonly string[],
    more: Partial<Named> = {},
  ): Named => ({
    id: `contpte/${arch}/read/block-of-${n}/${change}`,
    world: on(n),
    steps,
    reader: n / 2,
    models,
    facets: { change: 'lockless read', range: change, actor: change },
    needs: [
      'a caller that reads a pte without its lock',
      ...(steps.length === 0 ? [] : [`concurrently: ${steps.map(stepName).join(', ')}`]),
    ],
    ...more,
  })
  const last = { at: SMALLEST - 1, pages: 1 }
  const byFunctions: Readonly<Record<string, readonly ContpteStep[]>> = {
    'zap-one': [{ do: 'zap', at: 0, pages: 1, how: 'each' }],
    'zap-fault-last': [
      { do: 'zap', ...last, how: 'each' },
      { do: 'map', ...last, how: 'up' },
    ],
    wrprotect: [{ do: 'wrprotect', at: 0, pages: SMALLEST, how: 'batch' }],
  }
  const races = Object.entries(byFunctions).flatMap(([change, steps]) =>
    (['look', 'fault-like'] as const).map((caller) =>
      race(SMALLEST, `${change}/${caller}`, steps, ['sc'], { caller }),
    ),
  )
  const repaints: Readonly<Record<string, readonly Repainted[]>> = {
    unfold: ['single'],
    'repaint-read-only': ['read-only'],
    zap: ['none'],
    'refault-same': ['same-new'],
    'refault-other': ['other'],
    // The longest, last: the first that shows a difference is looked at again and again.
    refold: ['single', 'again'],
  }
  for (const [change, all] of Object.entries(repaints)) {
    for (const n of all.length > 1 ? [SMALLEST] : [SMALL, SMALLEST]) {
      const steps = all.map((to): ContpteStep => ({ do: 'repaint', at: 0, pages: n, to }))
      // Weak models take minutes over more entries.
      races.push(race(n, change, steps, n === SMALLEST ? ['sc', 'lkmm'] : ['sc']))
    }
  }
  for (const sets of ['young', 'dirty'] as const) {
    const hardware = { do: 'hardware', at: 0, pages: 1, sets } as const
    const world = { ...on(SMALL), dirty: [], young: [] }
    races.push(race(SMALL, `hardware-${sets}`, [], ['sc', 'lkmm'], { hardware, world }))
  }
  return races
}

function scenario(named: Named): Scenario {
  const { id, world, steps, reader, hardware, facets, needs, assumes, models } = named
  const { arch } = world
  const profile = profileNamed(arch)
  const n = world.block ?? profile.contPtes ?? 1
  const threads = (reader === undefined || steps.length === 0 ? 1 : 2) + (hardware === undefined ? 0 : 1)
  const what = steps.map(stepName).join(', then ') || 'nothing else'
  const config: Config = {}
  return {
    id,
    title: reader === undefined ? what : `a lockless read beside ${what}`,
    arch,
    config,
    requires: REQUIRES,
    facets,
    needs: ['CONFIG_ARM64_CONTPTE=y', ...needs],
    ...(assumes === undefined ? {} : { assumes }),
    models: models ?? ['sc'],
    ...(world.block === undefined ? {} : { reducedBlocks: true as const }),
    scope: `${threads} ${threads === 1 ? 'thread' : 'threads'}, blocks of ${n} entries, ${4 * n} entries per table`,
    threads,
    build: (side) => buildContpte(named, side),
  }
}

const REQUIRES: Config = { CONFIG_ARM64_CONTPTE: 'y' }

const PROPERTIES: readonly Property[] = [
  { name: 'blocks at the end', kind: 'behaviour', per: 'change' },
  { name: 'value read', kind: 'behaviour', per: 'range' },
  { name: 'fault', kind: 'behaviour', per: 'range' },
  { name: 'blocks made of single entries', kind: 'behaviour', per: 'change' },
  { name: 'blocks taken apart', kind: 'behaviour', per: 'change' },
  { name: 'TLB invalidations by the functions on ptes', kind: 'behaviour', per: 'change' },
  { name: 'TLB flushes by their callers', kind: 'behaviour', per: 'change' },
  { name: 'writable pages', kind: 'behaviour', per: 'change' },
  { name: 'dirty pages', kind: 'behaviour', per: 'change', detail: true },
  { name: 'accessed pages', kind: 'behaviour', per: 'change', detail: true },
  { name: 'entries returned', kind: 'behaviour', per: 'change', detail: true },
  { name: 'loads and changes of entries', kind: 'behaviour', per: 'change', detail: true },
]

/** Functions that mm/ calls, and those behind them, each of which plays a part of its own. */
const PARTS = [
  'ptep_get',
  'ptep_get_lockless',
  'set_pte',
  'set_ptes',
  'pte_clear',
  'clear_full_ptes',
  'get_and_clear_full_ptes',
  'ptep_get_and_clear',
  'ptep_get_and_clear_full',
  'ptep_test_and_clear_young',
  'ptep_clear_flush_young',
  'wrprotect_ptes',
  'ptep_set_wrprotect',
  'ptep_set_access_flags',
  'clear_young_dirty_ptes',
  'pte_batch_hint',
  'contpte_try_fold',
  'contpte_try_unfold',
  'contpte_try_unfold_partial',
  'contpte_convert',
  '__contpte_try_fold',
  '__contpte_try_unfold',
  'contpte_ptep_get',
  'contpte_ptep_get_lockless',
  'contpte_set_ptes',
  'contpte_clear_full_ptes',
  'contpte_get_and_clear_full_ptes',
  'contpte_ptep_get_and_clear_full',
  'contpte_ptep_test_and_clear_young',
  'contpte_ptep_clear_flush_young',
  'contpte_wrprotect_ptes',
  'contpte_clear_young_dirty_ptes',
  'contpte_ptep_set_access_flags',
] as const

const KNOWN: ReadonlySet<string> = new Set(PARTS)

export const CONTPTE_SUITE: Suite = defineSuite({
  name: 'contpte',
  title: 'contiguous blocks of arm64 ptes: what makes them, takes them apart and reads them',
  roles: Object.fromEntries(PARTS.map((name) => [name, [name]])),
  models: ['sc'],
  properties: PROPERTIES,
  scenarios: ARM64_PROFILES.flatMap(({ name }) => namedOn(name)).map(scenario),
})
