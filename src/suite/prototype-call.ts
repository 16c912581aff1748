/** One call of a function by its prototype as a program: the arguments, the actors, and what is observed. */
import { type Callable, type Event, lostUpdates, type Proc } from '../machine/index.js'
import {
  type CPrototype,
  contpteRules,
  EntryPointer,
  type Kernel,
  kernelFactory,
  LEVELS,
  type Level,
  lostBits,
  type MmWalk,
  mapImbalances,
  PAGE_SIZE,
  parseCType,
  prototypeOf,
  sizeOf,
  unknownArgument,
  withSpelledResult,
} from '../mm/index.js'
import { type ActorSpec, actor } from './actors.js'
import { pairPrototypes } from './pair-prototypes.js'
import {
  callbackPages,
  finalEntries,
  firstEvents,
  flushes,
  lockKind,
  lockOperations,
  stores,
  underTest,
} from './project.js'
import type { Built, Observation, Observed, Side } from './scenario.js'
import { walkOps } from './walk-callbacks.js'
import { buildWorld, describeEntry, type World, type WorldSpec } from './world.js'

/**
 * What lies around the entry that a function is given. `alike`: all present, of neighbouring pages, with the same
 * flags, so that they could be one block; `block…`: they are one, and the flags of one of them differ.
 */
export type PteLayout =
  | 'none'
  | 'clean'
  | 'dirty'
  | 'read-only'
  | 'swap'
  | 'alike'
  | 'alike-but-one'
  | 'block'
  | 'block-one-dirty'
  | 'block-one-young'

export interface CallSpec {
  readonly target: string
  readonly prototype: CPrototype
  /** That of the version before, where it is another one. */
  readonly before?: CPrototype
  readonly world: WorldSpec
  readonly actors: readonly ActorSpec[]
  readonly ptes?: PteLayout
  /** Callbacks of the walk, if there is one. */
  readonly callbacks?: 'pte' | 'pmd' | 'both'
  /** The walk has no VMA. */
  readonly outsideVma: boolean
  /** The caller has interrupts off. */
  readonly interruptsOff: boolean
}

/** Index of the entry that a function on single entries is given: inside its block. */
const ASKED = 5
const BLOCK = 16
/** Enough for both pmds of a range; loops over what nobody knows are given up soon. */
const MOST_OPERATIONS = 6000
/** arm64's CONT bit. */
const CONT = 1n << 52n
/** A page that begins a block of pages. */
const BLOCK_PFN = 0x1000n

/** Builds the program: the function is thread a, the actors are b, c, … */
export function buildPrototypeCall(spec: CallSpec, side: Side): Built {
  const world = buildWorld(spec.world, side.config)
  layPtes(world, spec.ptes)
  const implementation = side.resolve(spec.target)
  const target = withSpelledResult(implementation)
  // Each side is called with what it takes itself.
  const prototype = prototypeOf(implementation) ?? spec.prototype
  const own = { ...spec, prototype, names: namesOf(spec, prototype) }
  const system = {
    mm: world.mm,
    release: side.release,
    threads: ['a', ...spec.actors.map((_, i) => letter(i + 1))],
    resolve: side.resolve,
    ...(side.find === undefined ? {} : { find: side.find }),
    ...(side.questions === undefined ? {} : { questions: side.questions }),
    isMadeUp: (address: bigint) => address >= world.start && address < world.end,
  }
  const caller = {
    name: 'a',
    label: spec.target,
    holding: spec.interruptsOff ? [] : ['mmap_lock(read)'],
    underTest: true,
    entry: callerOf(own, world, target, side),
    args: [],
  }
  const others = spec.actors.map((one, i) => {
    const callable = actor(world, one)
    return {
      name: letter(i + 1),
      label: callable.name,
      holding: [],
      underTest: false,
      hardware: one.kind === 'pte' && one.action.startsWith('hardware'),
      entry: callable,
      args: [],
    }
  })
  return {
    program: {
      heap: world.heap,
      threads: [caller, ...others],
      host: { context: kernelFactory(system), addressBits: world.profile.wordBits },
      answers: new Map(),
    },
    observe: (execution) => observeCall(execution),
    detectors: [lostUpdates, mapImbalances, lostBits(world.profile.format), ...contpteRules(world.mm)],
    describe: (object, bits) => describeEntry(world, object, bits),
    maxOperations: MOST_OPERATIONS,
  }
}

function letter(i: number): string {
  return String.fromCharCode(97 + i)
}

/** Puts the entries of the layout into the first page of ptes. */
function layPtes(world: World, layout: PteLayout | undefined): void {
  const [table] = world.tables
  if (layout === undefined || table === null || table === undefined) return
  const { format } = world.profile
  const page = (i: number, flags = {}): bigint =>
    format.page(BLOCK_PFN + BigInt(i), { write: true, ...flags }, 'no')
  const count = Math.min(BLOCK, table.entries)
  for (let i = 0; i < count; i++) table.setInitial(i, entryOf(layout, i, page, format))
}

function entryOf(
  layout: PteLayout,
  i: number,
  page: (i: number, flags?: object) => bigint,
  format: World['profile']['format'],
): bigint {
  switch (layout) {
    case 'alike':
      return page(i, { young: true })
    case 'alike-but-one':
      return i === ASKED + 1 ? 0n : page(i, { young: true })
    case 'block':
      return page(i, { young: true }) | CONT
    case 'block-one-dirty':
      return page(i, { dirty: i === ASKED + 1 }) | CONT
    case 'block-one-young':
      return page(i, { young: i === ASKED + 1 }) | CONT
    default:
      if (i !== ASKED && i !== 0) return 0n
      if (layout === 'none') return 0n
      if (layout === 'swap') return format.swap({ kind: 'swap', offset: 0x50n })
      return page(i, { young: true, dirty: layout === 'dirty', write: layout !== 'read-only' })
  }
}

/** A call as one side is called: by its own prototype. */
interface OwnCall extends CallSpec {
  /** What both sides call its parameters, in order. */
  readonly names: readonly string[]
}

/** Names of the parameters that both sides have in common: a renamed one keeps its last name. */
function namesOf({ prototype, before }: CallSpec, own: CPrototype): readonly string[] {
  const isBefore = before !== undefined && pairPrototypes(before, own).isSame
  const { renamed } = pairPrototypes(before ?? prototype, prototype)
  return own.args.map(({ name }) => (isBefore ? renamed.get(name) : undefined) ?? name)
}

/** Calls the function with new arguments: a walk, for one, lies on its caller's stack. */
function callerOf(spec: OwnCall, world: World, target: Callable, side: Side): Callable {
  return {
    name: `the caller of ${spec.target}`,
    path: null,
    role: 'callback',
    body: function* (k: Kernel): Proc<unknown> {
      if (spec.interruptsOff) yield* k.local_irq_save()
      const args = argumentsOf(spec, world, side)
      const result: unknown = yield { op: 'call', target, args }
      if (spec.interruptsOff) yield* k.local_irq_restore()
      return result === undefined ? 'nothing' : spelled(result)
    },
  }
}

function spelled(result: unknown): string {
  if (result === null) return 'NULL'
  if (typeof result === 'object') {
    if ('bits' in result) return String(result.bits)
    return 'name' in result ? String(result.name) : 'an object'
  }
  return String(result)
}

/** The arguments, by the types and names of the parameters. */
function argumentsOf(spec: OwnCall, world: World, side: Side): unknown[] {
  const seen = new Map<string, number>()
  const isOnPtes = spec.ptes !== undefined
  return spec.prototype.args.map(({ type }, i) => {
    const name = spec.names[i] ?? ''
    const { base, pointers } = parseCType(type)
    const number = seen.get(`${base} ${pointers}`) ?? 0
    seen.set(`${base} ${pointers}`, number + 1)
    const level = base.endsWith('_t') ? LEVELS.find((one) => base === `${one}_t`) : undefined
    if (level !== undefined && pointers === 1) return slotOf(world, level, number, isOnPtes)
    if (level !== undefined && pointers === 0) return entryValue(world, level, number, isOnPtes)
    if (pointers === 1) {
      switch (base) {
        case 'struct mm_struct':
          return world.mm
        case 'struct vm_area_struct':
          return world.vma
        case 'struct mm_walk':
          return walkOf(spec, world, side)
        case 'spinlock_t':
          return world.tables.find((table) => table !== null)?.lock ?? world.mm.pageTableLock
      }
    }
    if (pointers === 0 && base === 'unsigned long') {
      const isUpper = [spec.prototype, spec.before ?? spec.prototype].some(takesUpper)
      const address = addressOf(name, world, isUpper, isOnPtes)
      if (address !== null) return address
    }
    return unknownArgument(name, type, world.profile)
  })
}

function slotOf(world: World, level: Level, number: number, isOnPtes: boolean): EntryPointer | null {
  if (level === 'pmd') return world.pmds[number] ?? world.pmds[0] ?? null
  if (level !== 'pte') return world.mm.slot(level, world.start)
  const table = world.tables[number] ?? world.tables[0]
  return table === null || table === undefined ? null : new EntryPointer(table, isOnPtes ? ASKED : 0)
}

/** The value that the slot of this level holds at first. */
function entryValue(world: World, level: Level, number: number, isOnPtes: boolean): unknown {
  const slot = slotOf(world, level, number, isOnPtes)
  const bits = slot === null || 'kind' in slot.table ? 0n : slot.table.initialOf(slot.index)
  return { bits, from: [] }
}

/** It works on tables above those of pmds. */
function takesUpper({ args }: CPrototype): boolean {
  return args.some(({ type }) => /^(pud|p4d|pgd)_t\b/.test(type))
}

/** An address for a parameter of this name: the range begins at the world's start, a second one at its second pmd. */
function addressOf(name: string, world: World, isUpper: boolean, isOnPtes: boolean): bigint | null {
  const second = world.start + sizeOf(world.profile, 'pmd')
  const begin = /^new/.test(name) && world.pmds.length > 1 ? second : world.start
  if (/addr|start/.test(name)) return isOnPtes ? begin + BigInt(ASKED) * PAGE_SIZE : begin
  if (!/end|next/.test(name)) return null
  return isUpper ? world.end : begin + 2n * PAGE_SIZE
}

function walkOf({ callbacks, outsideVma }: CallSpec, world: World, side: Side): MmWalk {
  const ops = walkOps(
    world,
    {
      ...(callbacks === 'pmd' ? {} : { pte: 'read' }),
      ...(callbacks === 'pte' || callbacks === undefined ? {} : { pmd: 'look' }),
      hole: 'report',
    },
    side.resolve,
  )
  return {
    ops,
    mm: world.mm,
    vma: outsideVma ? null : world.vma,
    action: 'SUBTREE',
    no_vma: outsideVma,
    private: null,
  }
}

const CALLBACKS = ['pte_entry', 'pmd_entry', 'pte_hole', 'test_walk']

function observeCall(execution: Observed): Observation {
  const events = underTest(execution)
  const named = events.filter(({ semantic }) => semantic !== undefined)
  const names = [...new Set(named.flatMap(({ semantic }) => (semantic === undefined ? [] : [semantic.name])))]
  return {
    'return value': returnedBy(execution),
    'order of events': firstEvents(named, names),
    'opaque calls': opaqueCalls(named),
    'callback calls': CALLBACKS.flatMap((name) => {
      const pages = callbackPages(named, name)
      return pages === '0' ? [] : [`${name} ${pages}`]
    }).join('; '),
    'locks held in callbacks': locksInCallbacks(named),
    'stores to objects': storesToObjects(named),
    'lock operations': lockOperations(events),
    'TLB flushes': flushes(named),
    'page-table stores': stores(events),
    'final page tables': finalEntries(execution),
  }
}

function returnedBy({ threads }: Observed): string {
  const [caller] = threads
  return caller === undefined ? '' : caller.status === 'done' ? String(caller.returned) : caller.status
}

/** Calls of functions that nothing is known of, in order, with their arguments. */
function opaqueCalls(events: readonly Event[]): string {
  const calls = events.flatMap(({ semantic }) =>
    semantic?.opaque === true ? [`${semantic.name}(${semantic.detail})`] : [],
  )
  return calls.join(', ') || 'none'
}

/** Names of the functions that nothing is known of and that an execution called. */
export function opaqueCallees(events: readonly Event[]): string[] {
  return [
    ...new Set(events.flatMap(({ semantic }) => (semantic?.opaque === true ? [semantic.name] : []))),
  ].sort()
}

function storesToObjects(events: readonly Event[]): string {
  const made = events.flatMap(({ semantic }) => (semantic?.name === 'store' ? [semantic.detail] : []))
  return made.join(', ') || 'none'
}

function locksInCallbacks(events: readonly Event[]): string {
  const seen = new Set<string>()
  for (const { semantic, locks } of events) {
    if (semantic?.role !== 'callback') continue
    const own = locks.filter((lock) => lock !== 'mmap_lock(read)').map(lockKind)
    seen.add(`${semantic.name}: ${own.join(' and ') || 'none'}`)
  }
  return [...seen].sort().join('; ') || 'none'
}
