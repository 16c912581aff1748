/** A walk as a program: the walker and its actors, what is observed of them, and what counts as a hazard. */
import { type Callable, type Event, type Hazard, lostUpdates } from '../machine/index.js'
import {
  type EntryPointer,
  type Kernel,
  kernelFactory,
  lostBits,
  type Mm,
  type MmWalkOps,
  mapImbalances,
  PAGE_SIZE,
} from '../mm/index.js'
import { type ActorSpec, actor, type LockContext } from './actors.js'
import {
  callbackPages,
  eventsNamed,
  finalEntries,
  flushes,
  lockOperations,
  locksIn,
  returned,
  stores,
  underTest,
} from './project.js'
import type { Built, Observation, Observed, Side } from './scenario.js'
import { type CallbackSpec, type PteEntryKind, walkOps } from './walk-callbacks.js'
import { buildWorld, describeEntry, type World, type WorldSpec } from './world.js'

/** A walk in a world: plain data, so that it can be generated and shrunk. */
export interface WalkSpec {
  readonly world: WorldSpec
  readonly callbacks: CallbackSpec
  readonly context: LockContext
  readonly actors: readonly ActorSpec[]
}

/** Builds the program of a walk: the walker is thread a, the actors are b, c, … */
export function buildWalk(spec: WalkSpec, side: Side): Built {
  const world = buildWorld(spec.world)
  const ops = walkOps(world, spec.callbacks, side.resolve)
  const entry = side.resolve('walk_page_range')
  const system = {
    mm: world.mm,
    release: side.release,
    threads: ['a', ...spec.actors.map((_, i) => letter(i + 1))],
    resolve: side.resolve,
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
      host: { context: kernelFactory(system) },
      answers: new Map(),
    },
    observe: (execution) => observeWalk(execution, spec),
    detectors: [
      lostUpdates,
      mapImbalances,
      lostBits(world.profile.format),
      (events) => coverageHazards(events, world, spec),
    ],
    describe: (object, bits) => describeEntry(world, object, bits),
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

function observeWalk(execution: Observed, spec: WalkSpec): Observation {
  const events = underTest(execution)
  const held = [spec.context]
  return {
    'locks held in pte_entry': locksIn(events, 'pte_entry', held),
    'locks held in pmd_entry': locksIn(events, 'pmd_entry', held),
    splits: String(eventsNamed(events, 'split_huge_pmd').length),
    'pte_entry calls': callbackPages(events, 'pte_entry'),
    'pmd_entry calls': callbackPages(events, 'pmd_entry'),
    'pte_hole calls': callbackPages(events, 'pte_hole'),
    'test_walk calls': callbackPages(events, 'test_walk'),
    'return value': returned(execution),
    'lock operations': lockOperations(events),
    'page-table stores': stores(events),
    'TLB flushes': flushes(events),
    'final page tables': finalEntries(execution),
  }
}

/** Pages of a table that stayed where it was, and that a walk to the end left out or handled twice. */
function coverageHazards(events: readonly Event[], world: World, spec: WalkSpec): Hazard[] {
  if (spec.callbacks.pte === undefined || events.some((event) => event.hazard !== undefined)) return []
  const calls = events.filter((event) => event.thread === 0 && event.semantic?.name === 'pte_entry')
  const last = events.findLast((event) => event.thread === 0)
  const hazards: Hazard[] = []
  const counts = new Map<string, Event[]>()
  for (const call of calls) {
    const page = call.semantic?.detail ?? ''
    counts.set(page, [...(counts.get(page) ?? []), call])
  }
  for (const [page, twice] of counts) {
    const event = twice[1]
    if (event !== undefined) {
      hazards.push({
        kind: 'range handled twice',
        object: 'pte',
        text: `pte_entry is called again for ${page}`,
        event,
      })
    }
  }
  if (last === undefined || stopsEarly(spec.callbacks)) return hazards
  const perPmd = world.profile.levels.pte.entries
  for (const [i, table] of world.tables.entries()) {
    const pmd = world.pmds[i]
    if (table === null || pmd === undefined || changed(events, pmd)) continue
    for (let index = 0; index < perPmd; index++) {
      const page = i * perPmd + index
      if (world.start + BigInt(page) * PAGE_SIZE >= world.end || counts.has(`page ${page}`)) continue
      const text = `pte_entry is never called for page ${page}, whose table was there throughout`
      return [...hazards, { kind: 'range skipped', object: 'pte', text, event: last }]
    }
  }
  return hazards
}

function changed(events: readonly Event[], pmd: EntryPointer): boolean {
  return events.some((event) => event.writes.some((write) => write.cell.object === pmd.name))
}

const EARLY_STOPS: readonly PteEntryKind[] = [
  'stop-at-3',
  'fail-at-0',
  's390_gather_pages',
  'prot_none_pte_entry',
]

function stopsEarly({ pte, pmd, test }: CallbackSpec): boolean {
  return pmd === 'fail' || test !== undefined || (pte !== undefined && EARLY_STOPS.includes(pte))
}
