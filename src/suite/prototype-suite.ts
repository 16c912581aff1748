/**
 * Suites for functions that nobody has written one for: made from a C prototype. Each parameter gets what its
 * type and name ask for: slots of page tables in every state, ranges of addresses, a VMA, a walk with callbacks;
 * what is not known stays undecided until the function looks at it, and objects that nobody can see into stand
 * for the rest. Where the function works on page tables, the actors that its caller's locks allow run beside it.
 */
import type { PmdState, VmaKind } from '../mm/index.js'
import { type CPrototype, parseCType } from '../mm/index.js'
import { actorName, legalChains, PTE_ACTIONS, type PteAction, transitionLabel } from './actors.js'
import { pairPrototypes } from './pair-prototypes.js'
import { buildPrototypeCall, type CallSpec, type PteLayout } from './prototype-call.js'
import { defineSuite, type Property, type Scenario, type Suite } from './scenario.js'
import { type PmdSpec, profileNamed } from './world.js'

/** A function to make a suite for. */
export interface PrototypeTarget {
  readonly path: string
  readonly name: string
  readonly prototype: CPrototype
  /** Its prototype before the patch, where that is another one: each side is then called with its own. */
  readonly before?: CPrototype
  /** Name of the architecture profile. */
  readonly arch: string
}

const PROPERTIES: readonly Property[] = [
  { name: 'return value', kind: 'behaviour', per: 'world' },
  { name: 'order of events', kind: 'behaviour', per: 'world', detail: true },
  { name: 'opaque calls', kind: 'behaviour', per: 'world' },
  { name: 'callback calls', kind: 'behaviour', per: 'world' },
  { name: 'locks held in callbacks', kind: 'contract', per: 'world' },
  { name: 'stores to objects', kind: 'behaviour', per: 'world' },
  { name: 'lock operations', kind: 'behaviour', per: 'world' },
  { name: 'TLB flushes', kind: 'behaviour', per: 'world' },
  { name: 'page-table stores', kind: 'behaviour', per: 'world', detail: true },
  { name: 'final page tables', kind: 'behaviour', per: 'world' },
]

/** The suite. Its one part is the function, under its own name. */
export function prototypeSuite(target: PrototypeTarget): Suite {
  return defineSuite({
    name: `prototype:${target.name}`,
    title: `${target.name}() of ${target.path}, by its prototype`,
    roles: { function: [target.name] },
    // A result of another type is another one anyhow.
    properties: PROPERTIES.filter(({ name }) => name !== 'return value' || returnsAlike(target)),
    models: ['sc'],
    scenarios: scenariosOf(target),
  })
}

function returnsAlike({ prototype, before = prototype }: PrototypeTarget): boolean {
  return prototype.returns === before.returns
}

/** What a function's parameters ask of the worlds it is called in. */
interface Needs {
  readonly pmds: number
  readonly ptes: number
  readonly upper: boolean
  readonly walk: boolean
  /** It takes nothing that says whose page tables these are: callers have interrupts off. */
  readonly lockless: boolean
}

function needsOf({ args }: CPrototype): Needs {
  const pointersTo = (...bases: readonly string[]): number =>
    args.filter(({ type }) => parseCType(type).pointers === 1 && bases.includes(parseCType(type).base)).length
  const owner = pointersTo('struct mm_struct', 'struct vm_area_struct', 'struct mm_walk')
  // A pmd that is handed over by its value is one of the world's, too.
  const values = args.filter(
    ({ type }) => parseCType(type).pointers === 0 && parseCType(type).base === 'pmd_t',
  )
  const pmds = Math.max(pointersTo('pmd_t'), values.length)
  const upper = pointersTo('pud_t', 'p4d_t', 'pgd_t') > 0
  return {
    pmds,
    ptes: pointersTo('pte_t'),
    upper,
    walk: pointersTo('struct mm_walk') > 0,
    lockless: owner === 0 && (pmds > 0 || upper),
  }
}

const PMD_STARTS: readonly { readonly name: PmdState; readonly pmd: PmdSpec; readonly vma: VmaKind }[] = [
  { name: 'table', pmd: { kind: 'table', ptes: ['clean', 'dirty', 'none', 'swap'] }, vma: 'anonymous' },
  { name: 'none', pmd: { kind: 'none' }, vma: 'anonymous' },
  { name: 'huge', pmd: { kind: 'huge' }, vma: 'anonymous' },
  { name: 'migration', pmd: { kind: 'migration' }, vma: 'anonymous' },
  { name: 'devmap', pmd: { kind: 'devmap' }, vma: 'dax' },
]

/** Entries per table where actors run, and where a function is on single entries, which may be a block. */
const SMALL = 4
const BLOCK = 16

/** Worlds that have what either side asks for. */
function needsOfBoth({ prototype, before = prototype }: PrototypeTarget): Needs {
  const [one, other] = [needsOf(prototype), needsOf(before)]
  return {
    pmds: Math.max(one.pmds, other.pmds),
    ptes: Math.max(one.ptes, other.ptes),
    upper: one.upper || other.upper,
    walk: one.walk || other.walk,
    lockless: one.lockless && other.lockless,
  }
}

function scenariosOf(target: PrototypeTarget): Scenario[] {
  const needs = needsOfBoth(target)
  if (needs.ptes > 0 && needs.pmds === 0 && !needs.upper) return pteScenarios(target)
  if (needs.pmds > 0 || needs.upper) return pmdScenarios(target, needs)
  return [scenario(target, 'quiet', NO_TABLES, { pmds: [EMPTY], vma: 'anonymous' }, [])]
}

/** The world of a function that takes no page tables. */
const NO_TABLES = ''

const EMPTY: PmdSpec = { kind: 'none' }

interface Layout {
  readonly pmds: readonly PmdSpec[]
  readonly vma: VmaKind
  readonly ptes?: PteLayout
  readonly callbacks?: CallSpec['callbacks']
  readonly outsideVma?: boolean
  readonly interruptsOff?: boolean
}

function pmdScenarios(target: PrototypeTarget, needs: Needs): Scenario[] {
  const scenarios: Scenario[] = []
  const callbacks = callbacksFor(needs)
  for (const start of PMD_STARTS) {
    for (const called of callbacks) {
      const pmds = needs.pmds > 1 ? [start.pmd, TABLE] : [start.pmd]
      const layout: Layout = {
        pmds,
        vma: start.vma,
        ...(called === undefined ? {} : { callbacks: called }),
        interruptsOff: needs.lockless,
      }
      const world = called === undefined ? start.name : `${start.name}.${called}`
      scenarios.push(scenario(target, 'quiet', world, layout, []))
      if (needs.walk) {
        scenarios.push(scenario(target, 'quiet', `${world}.no-vma`, { ...layout, outsideVma: true }, []))
      }
      for (const steps of legalChains(start.name, 'mmap_lock(read)', start.vma, 1)) {
        scenarios.push(scenario(target, 'actor', world, layout, [{ kind: 'pmd', pmd: 0, steps }]))
      }
      if (start.name !== 'table') continue
      for (const action of PTE_ACTIONS) {
        scenarios.push(scenario(target, 'actor', world, layout, [pteActor(action)]))
      }
    }
  }
  if (needs.pmds > 1) {
    const layout: Layout = { pmds: [TABLE, EMPTY], vma: 'anonymous' }
    scenarios.push(scenario(target, 'quiet', 'table-and-none', layout, []))
  }
  return scenarios
}

/** What is below the level of pmds is entered only where there is a pte_entry. */
function callbacksFor({ walk, upper }: Needs): readonly CallSpec['callbacks'][] {
  if (!walk) return [undefined]
  return upper ? ['pte', 'both', 'pmd'] : ['pte', 'both']
}

const TABLE: PmdSpec = { kind: 'table', ptes: [] }

function pteActor(action: PteAction): CallSpec['actors'][number] {
  return { kind: 'pte', pmd: 0, page: 0, action }
}

/** The entries around the one that the function is given. */
const PTE_LAYOUTS: readonly PteLayout[] = [
  'none',
  'clean',
  'dirty',
  'read-only',
  'swap',
  'alike',
  'alike-but-one',
]
const BLOCK_LAYOUTS: readonly PteLayout[] = ['block', 'block-one-dirty', 'block-one-young']

function pteScenarios(target: PrototypeTarget): Scenario[] {
  const hasBlocks = target.arch === 'arm64'
  const layouts = hasBlocks ? [...PTE_LAYOUTS, ...BLOCK_LAYOUTS] : PTE_LAYOUTS
  const worldOf = (ptes: PteLayout): Layout => ({ pmds: [TABLE], vma: 'anonymous', ptes })
  const quiet = layouts.map((ptes) => scenario(target, 'quiet', ptes, worldOf(ptes), []))
  const hardware = layouts
    .filter((ptes) => ptes !== 'none' && ptes !== 'swap')
    .flatMap((ptes) =>
      (['hardware-dirty', 'hardware-young'] as const).map((action) =>
        scenario(target, 'actor', ptes, worldOf(ptes), [pteActor(action)]),
      ),
    )
  return [...quiet, ...hardware]
}

function scenario(
  target: PrototypeTarget,
  kind: 'quiet' | 'actor',
  world: string,
  layout: Layout,
  actors: CallSpec['actors'],
): Scenario {
  const names = actors.map(actorName)
  const { arch, name } = target
  const small = layout.ptes === undefined ? SMALL : BLOCK
  const entries = kind === 'quiet' ? ('real' as const) : small
  const spec: CallSpec = {
    target: name,
    prototype: target.prototype,
    ...(target.before === undefined ? {} : { before: target.before }),
    world: { arch, entries, vma: layout.vma, pmds: layout.pmds },
    actors,
    interruptsOff: layout.interruptsOff ?? false,
    outsideVma: layout.outsideVma ?? false,
    ...(layout.ptes === undefined ? {} : { ptes: layout.ptes }),
    ...(layout.callbacks === undefined ? {} : { callbacks: layout.callbacks }),
  }
  const size = entries === 'real' ? profileNamed(arch).levels.pte.entries : entries
  const tables = world === NO_TABLES ? [] : [`${size} entries per table`]
  const pair = target.before === undefined ? null : pairPrototypes(target.before, target.prototype)
  const who = actors.map((one) =>
    one.kind === 'pmd' ? one.steps.map(transitionLabel).join(', ') : one.action,
  )
  return {
    id: [name, arch, kind, ...(world === NO_TABLES ? [] : [world]), ...names].join('/'),
    title: `${name}(): ${world === NO_TABLES ? '' : `${world}; `}${who.length === 0 ? 'nothing else runs' : who.join(', ')}`,
    arch,
    config: {},
    facets: { world, actor: names.join('|') || 'none' },
    needs: [
      `a caller of ${name}()${world === NO_TABLES ? '' : ` with ${world} under it`}`,
      ...(layout.outsideVma === true ? ['a walk of a range without a VMA'] : []),
      ...(pair?.unpaired ?? []).map((parameter) => `${parameter}: any value it can have`),
    ],
    ...(layout.outsideVma === true ? { assumes: 'a walk of a range without a VMA' } : {}),
    ...(layout.pmds.some((pmd) => pmd.kind !== 'table' && pmd.kind !== 'none') ? THP : {}),
    scope: [`${1 + actors.length} ${actors.length === 0 ? 'thread' : 'threads'}`, ...tables].join(', '),
    threads: 1 + actors.length,
    build: (side) => buildPrototypeCall(spec, side),
  }
}

const THP = { requires: { CONFIG_TRANSPARENT_HUGEPAGE: 'y' } }
