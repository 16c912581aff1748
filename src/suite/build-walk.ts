/** A walk as a program: the walker and its actors, what is observed of them, and what counts as a hazard. */
import { type Callable, type Event, lostUpdates } from '../machine/index.js'
import {
  type Kernel,
  kernelFactory,
  lostBits,
  type Mm,
  type MmWalk,
  type MmWalkOps,
  mapImbalances,
  usualVmFlags,
} from '../mm/index.js'
import { type ActorSpec, actor, type LockContext } from './actors.js'
import {
  callbackPages,
  eventsNamed,
  finalEntries,
  firstEvents,
  flushes,
  lockOperations,
  locksIn,
  returned,
  stores,
  underTest,
} from './project.js'
import type { Built, Observation, Observed, Side } from './scenario.js'
import { type CallbackSpec, walkOps } from './walk-callbacks.js'
import { coverageHazards } from './walk-coverage.js'
import { buildWorld, describeEntry, type World, type WorldSpec } from './world.js'

/** A walk in a world: plain data, so that it can be generated and shrunk. */
export interface WalkSpec {
  readonly world: WorldSpec
  readonly callbacks: CallbackSpec
  readonly context: LockContext
  readonly actors: readonly ActorSpec[]
  /** The page tables are walked as they are: no VMA is looked at, as walk_page_range_novma() does it. */
  readonly withoutVma?: true
}

/** Builds the program of a walk: the walker is thread a, the actors are b, c, … */
export function buildWalk(spec: WalkSpec, side: Side): Built {
  const world = buildWorld({ vmFlags: usualVmFlags(spec.world.vma), ...spec.world }, side.config)
  const ops = walkOps(world, spec.callbacks, side.resolve)
  const entry = spec.withoutVma === true ? withoutVma() : side.resolve('walk_page_range')
  const system = {
    mm: world.mm,
    release: side.release,
    threads: ['a', ...spec.actors.map((_, i) => letter(i + 1))],
    resolve: side.resolve,
    ...(side.find === undefined ? {} : { find: side.find }),
  }
  const walker = {
    name: 'a',
    label: 'walk_page_range',
    holding: [spec.context],
    underTest: true,
    entry: spec.callbacks.pte === 's390_gather_pages' ? gatherCaller(entry) : entry,
    args: [world.mm, world.start, world.end, ops, null],
  }
  const others = spec.actors.map((actorSpec, i) => {
    const callable = actor(world, actorSpec)
    return {
      name: letter(i + 1),
      label: callable.name,
      holding: [],
      underTest: false,
      hardware: actorSpec.kind === 'pte' && actorSpec.action.startsWith('hardware'),
      entry: callable,
      args: [],
    }
  })
  return {
    program: {
      heap: world.heap,
      threads: [walker, ...others],
      host: { context: kernelFactory(system), addressBits: world.profile.wordBits },
      answers: new Map(),
    },
    observe: (execution) => observeWalk(execution, world, spec),
    detectors: [
      lostUpdates,
      mapImbalances,
      lostBits(world.profile.format),
      (events, [walking]) =>
        walking?.status === 'done'
          ? coverageHazards(events, world, spec.callbacks, spec.withoutVma === true)
          : [],
    ],
    describe: (object, bits) => describeEntry(world, object, bits),
  }
}

/** Begins a walk that looks at no VMA: of kernel or firmware page tables, by whoever dumps them. */
function withoutVma(): Callable {
  return {
    name: 'a walk without a VMA',
    path: null,
    role: 'callback',
    body: function* (k: Kernel, mm: Mm, start: bigint, end: bigint, ops: MmWalkOps) {
      const walk: MmWalk = { ops, mm, vma: null, action: 'SUBTREE', no_vma: true, private: null }
      return yield* k.call('__walk_page_range', start, end, walk)
    },
  }
}

/** Calls the walk with an empty batch: a new one for each execution, as it lies on the caller's stack. */
function gatherCaller(walk: Callable): Callable {
  return {
    name: 'the caller of s390_gather_pages',
    path: null,
    role: 'callback',
    body: function* (k: Kernel, mm: Mm, start: bigint, end: bigint, ops: MmWalkOps) {
      return yield* k.call(walk, mm, start, end, ops, [])
    },
  }
}

function letter(i: number): string {
  return String.fromCharCode(97 + i)
}

/** Events whose order a walker can rely on. */
const ORDERED = [
  'pre_vma',
  'post_vma',
  'test_walk',
  'pmd_entry',
  'split_huge_pmd',
  'pte_entry',
  'pte_hole',
  'get_page',
]

function observeWalk(execution: Observed, world: World, spec: WalkSpec): Observation {
  const events = underTest(execution)
  const named = events.filter(({ semantic }) => semantic !== undefined)
  const byName = new Map<string, Event[]>()
  for (const event of named) {
    const name = event.semantic?.name ?? ''
    const alike = byName.get(name)
    if (alike === undefined) byName.set(name, [event])
    else alike.push(event)
  }
  const all = (name: string): readonly Event[] => byName.get(name) ?? []
  const calls = (name: string): string => callbackPages(all(name), name)
  const held = [spec.context]
  return {
    'locks held in pte_entry': locksIn(all('pte_entry'), 'pte_entry', held),
    'locks held in pmd_entry': locksIn(all('pmd_entry'), 'pmd_entry', held),
    splits: String(all('split_huge_pmd').length),
    'pte_entry calls': calls('pte_entry'),
    'pmd_entry calls': calls('pmd_entry'),
    'pte_hole calls': calls('pte_hole'),
    'test_walk calls': calls('test_walk'),
    'return value': returned(execution),
    'pages taken': String(all('get_page').length),
    'seen by pmd_entry before the ptes': byName.has('pmd_entry') ? seenBeforePtes(events, world) : 'nothing',
    'order of events': firstEvents(named, ORDERED),
    'lock operations': lockOperations(events),
    'page-table stores': stores(events),
    'stores to private data': privateStores(eventsNamed(all('store'), 'store')),
    'TLB flushes': flushes(named),
    'final page tables': finalEntries(execution),
  }
}

/** Stores of callbacks to what their walk hands on; how the walk keeps its own state is its business. */
function privateStores(stores: readonly string[]): string {
  return stores.filter((store) => !/^walk->\w+ = /.test(store)).join('; ') || 'none'
}

/** What pmd_entry had last found in a pmd when the walk went on to its ptes. */
function seenBeforePtes(events: readonly Event[], world: World): string {
  const seen = new Set<string>()
  let last = ''
  for (const [i, { semantic }] of events.entries()) {
    if (semantic?.name === 'pmd_entry') last = stateFound(events, i, semantic.object ?? '', world)
    else if (semantic?.name === 'pte_entry' && last !== '') seen.add(last)
  }
  return [...seen].sort().join(' or ') || 'nothing'
}

/** The state of a pmd by the first reads of its words after event `from`. */
function stateFound(events: readonly Event[], from: number, object: string, world: World): string {
  const words = new Map<string, bigint>()
  for (let i = from + 1; i < events.length && words.size < world.profile.wordsPerEntry; i++) {
    for (const { cell, value } of events[i]?.reads ?? []) {
      if (cell.object === object && !words.has(cell.name)) words.set(cell.name, value)
    }
  }
  const [low = 0n, high = 0n] = words.values()
  return describeEntry(world, object, low | (high << 32n))
}
