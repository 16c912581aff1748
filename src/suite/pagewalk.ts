/** The pagewalk suite: walk_page_range() and what is below it, in worlds of every pmd state, lock and actor. */
import type { Config, VmaKind } from '../mm/index.js'
import {
  type ActorSpec,
  actionBy,
  actorName,
  type LockContext,
  legalChains,
  transitionBy,
  transitionLabel,
} from './actors.js'
import { buildWalk, type WalkSpec } from './build-walk.js'
import { defineSuite, type Scenario, type Suite } from './scenario.js'
import type { TreeNeed } from './tree-need.js'
import { type CallbackSpec, callbackClass, type PteEntryKind } from './walk-callbacks.js'
import { type PmdSpec, type PteSpec, profileNamed, type WorldSpec } from './world.js'

/** Where a pmd state can stand: the VMA kind decides what a split does. */
const STARTS: readonly { readonly name: string; readonly pmd: PmdSpec; readonly vma: VmaKind }[] = [
  { name: 'table', pmd: { kind: 'table', ptes: ['clean', 'dirty', 'none', 'swap'] }, vma: 'anonymous' },
  { name: 'huge-anon', pmd: { kind: 'huge' }, vma: 'anonymous' },
  { name: 'huge-file', pmd: { kind: 'huge' }, vma: 'file' },
  { name: 'migration-anon', pmd: { kind: 'migration' }, vma: 'anonymous' },
  { name: 'migration-file', pmd: { kind: 'migration' }, vma: 'file' },
  { name: 'devmap', pmd: { kind: 'devmap' }, vma: 'dax' },
  { name: 'none', pmd: { kind: 'none' }, vma: 'anonymous' },
]

const CALLBACKS: readonly CallbackSpec[] = [
  { pte: 'read', hole: 'report' },
  { pte: 'read', pmd: 'look', hole: 'report' },
  { pmd: 'look', hole: 'report' },
]

/** One thread, the architecture's own table sizes. */
function quiet(
  id: string,
  arch: string,
  spec: Omit<WalkSpec, 'actors' | 'context'>,
  facets: Scenario['facets'],
): Scenario {
  return scenario(`quiet/${id}`, arch, { ...spec, context: 'mmap_lock(read)', actors: [] }, facets)
}

function scenario(id: string, arch: string, spec: WalkSpec, facets: Scenario['facets']): Scenario {
  const callbacks = callbackClass(spec.callbacks)
  const actors = spec.actors.map(actorLabel)
  const size =
    spec.world.entries === 'real'
      ? "the architecture's table sizes"
      : `${spec.world.entries} entries per table`
  return {
    id: `pagewalk/${arch}/${id}`,
    title: `${callbacksLabel(spec.callbacks)}; pmd ${facets['pmd'] ?? ''}; ${actors.length === 0 ? 'nothing else runs' : actors.join(', ')}`,
    arch,
    config: spec.world.config ?? {},
    facets: {
      ...facets,
      callbacks,
      lock: spec.context,
      actor: spec.actors.length === 0 ? 'none' : spec.actors.map(actorName).join('|'),
    },
    requires: requirementsOf(spec),
    needs: needsOf(spec),
    treeNeeds: treeNeedsOf(spec),
    ...assumption(spec.callbacks),
    ...firstRelease(spec),
    scope: `${1 + actors.length} ${actors.length === 0 ? 'thread' : 'threads'}, ${size}`,
    threads: 1 + actors.length,
    build: (side) => buildWalk(spec, side),
  }
}

/** Callbacks that no known walker has. */
function assumption({ pte }: CallbackSpec): Pick<Scenario, 'assumes'> {
  if (pte === 'sleep') return { assumes: 'a pte_entry that sleeps' }
  return pte === 'lock-ptl' ? { assumes: 'a pte_entry that takes the page-table lock itself' } : {}
}

/** Walks under i_mmap_rwsem came with walk_page_mapping(), `walk->action` after that, maps that fail with 6.5. */
function firstRelease({ callbacks, context, withoutVma }: WalkSpec): Pick<Scenario, 'since' | 'words'> {
  if (withoutVma === true) return { since: '5.6', words: ['no_vma', 'walk_page_range_novma'] }
  if (callbacks.pmd === 'action-v6_12') return { since: '6.5' }
  if (callbacks.pmd === 'action-v6_1') return { since: '5.6' }
  return context === 'i_mmap_rwsem' ? { since: '5.5' } : {}
}

function callbacksLabel(spec: CallbackSpec): string {
  const names = {
    both: 'pmd_entry and pte_entry',
    pte: 'pte_entry only',
    pmd: 'pmd_entry only',
    none: 'no callbacks',
  }
  return names[callbackClass(spec)] + (spec.pte === undefined || spec.pte === 'read' ? '' : ` (${spec.pte})`)
}

function actorLabel(spec: ActorSpec): string {
  return spec.kind === 'pmd'
    ? spec.steps.map(transitionLabel).join(', then ')
    : `${spec.action} of page ${spec.page}`
}

/** What a kernel must have for the world to exist. */
function needsOf(spec: WalkSpec): string[] {
  const needs = [walkerNeed(spec.callbacks), spec.withoutVma === true ? NO_VMA_NEED : lockNeed(spec.context)]
  for (const [name, value] of Object.entries(requirementsOf(spec))) needs.push(`${name}=${value}`)
  if (spec.world.pmds.some(({ kind }) => kind === 'devmap')) needs.push(DAX_NEED)
  const { pte } = spec.callbacks
  if (pte === 'read-modify-write') needs.push(WRITES_BACK_NEED)
  for (const other of spec.actors) needs.push(actorNeed(other))
  return needs
}

const NO_VMA_NEED = 'a walk that looks at no VMA'
const DAX_NEED = 'a DAX mapping'
const WRITES_BACK_NEED = 'a pte_entry that writes back a pte it read'

function walkerNeed(callbacks: CallbackSpec): string {
  return `a walker that sets ${callbackNeed(callbacks)}`
}

function lockNeed(context: LockContext): string {
  return `${context} held by the caller`
}

function actorNeed(spec: ActorSpec): string {
  return `concurrently: ${actorLabel(spec)}`
}

/** The two callbacks that the split policy hangs on. */
const CALLBACK_MEMBERS = { pmd: 'pmd_entry', pte: 'pte_entry' } as const

/** Functions that begin a walk of user memory in a VMA under these locks; all of them end in walk_pgd_range(). */
const ENTERED_BY: Readonly<Record<LockContext, readonly string[]>> = {
  'mmap_lock(read)': ['walk_page_range', 'walk_page_vma', 'walk_page_range_vma'],
  'mmap_lock(write)': ['walk_page_range', 'walk_page_vma', 'walk_page_range_vma'],
  i_mmap_rwsem: ['walk_page_mapping'],
}

const LOCK_HELD: Readonly<Record<LockContext, { lock: string; mode: 'read' | 'write' | null }>> = {
  'mmap_lock(read)': { lock: 'mmap_lock', mode: 'read' },
  'mmap_lock(write)': { lock: 'mmap_lock', mode: 'write' },
  i_mmap_rwsem: { lock: 'i_mmap_rwsem', mode: null },
}

/** What of the needs a tree can answer. */
function treeNeedsOf(spec: WalkSpec): TreeNeed[] {
  const { callbacks } = spec
  const walker = walkerNeed(callbacks)
  const members = (['pmd', 'pte'] as const).map((which) => ({
    member: CALLBACK_MEMBERS[which],
    isSet: callbacks[which] !== undefined,
  }))
  const needs: TreeNeed[] = [
    {
      kind: 'ops-table',
      need: walker,
      struct: 'mm_walk_ops',
      sets: members.filter(({ isSet }) => isSet).map(({ member }) => member),
      leaves: members.filter(({ isSet }) => !isSet).map(({ member }) => member),
    },
    ...beginning(spec, walker),
  ]
  for (const [name, value] of Object.entries(requirementsOf(spec))) {
    needs.push({ kind: 'config', need: `${name}=${value}`, name, value })
  }
  if (spec.world.pmds.some(({ kind }) => kind === 'devmap')) {
    needs.push({ kind: 'done-by', need: DAX_NEED, functions: transitionBy('fault-devmap') })
  }
  needs.push(...callbackNeeds(callbacks))
  for (const other of spec.actors) {
    const done = other.kind === 'pmd' ? other.steps.map(transitionBy) : [actionBy(other.action)]
    for (const functions of done) {
      if (functions.length > 0) needs.push({ kind: 'done-by', need: actorNeed(other), functions })
    }
  }
  return needs
}

/** How the walk begins and under which lock; where nobody else runs, one way is as good as another. */
function beginning({ actors, context, world, withoutVma }: WalkSpec, need: string): TreeNeed[] {
  if (withoutVma === true)
    return [{ kind: 'entered-by', need: NO_VMA_NEED, functions: ['walk_page_range_novma'] }]
  if (actors.length === 0) {
    return [{ kind: 'entered-by', need, functions: [...new Set(Object.values(ENTERED_BY).flat())] }]
  }
  // What goes on under mmap_lock held for reading goes on under a mapping's lock too, in what the mapping maps.
  const orWeaker =
    context === 'mmap_lock(read)' && world.vma !== 'anonymous' ? (['i_mmap_rwsem'] as const) : []
  return [
    {
      kind: 'entered-by',
      need,
      functions: [...ENTERED_BY[context], ...orWeaker.flatMap((weaker) => ENTERED_BY[weaker])],
    },
    { kind: 'holds', need: lockNeed(context), ...LOCK_HELD[context], orWeaker },
  ]
}

/** What the callbacks themselves must do. */
function callbackNeeds({ pte, pmd }: CallbackSpec): TreeNeed[] {
  const needs: TreeNeed[] = []
  const member = CALLBACK_MEMBERS.pte
  if (pte === 'read-modify-write') needs.push({ kind: 'writes-back', need: WRITES_BACK_NEED, member })
  else if (pte !== undefined && ROLE_NAMES.has(pte)) {
    needs.push({ kind: 'member-is', need: `${pte} as its pte_entry`, member, function: pte })
  } else if (pte !== undefined && pte !== 'read') {
    needs.push({ kind: 'unseen', need: `a pte_entry that does this: ${pte}` })
  }
  if (pmd !== undefined && pte !== undefined) {
    const sets = pmd.startsWith('action')
    const need = sets ? 'a pmd_entry that sets walk->action' : 'a pmd_entry that does not set walk->action'
    needs.push({ kind: 'sets-action', need, member: CALLBACK_MEMBERS.pmd, sets })
  }
  if (pmd !== undefined && pmd !== 'look') {
    needs.push({ kind: 'unseen', need: `a pmd_entry that does this: ${pmd}` })
  }
  return needs
}

/** What a pmd holds only in a kernel with huge pages. */
const LEAVES: readonly PmdSpec['kind'][] = ['huge', 'devmap', 'migration']

/** Kconfig values without which the pmd states of the world, or those its actors bring about, do not exist. */
function requirementsOf(spec: WalkSpec): Config {
  const states = spec.world.pmds.map(({ kind }) => kind)
  const steps = spec.actors.flatMap((one) => (one.kind === 'pmd' ? one.steps : []))
  const migrates = states.includes('migration') || steps.includes('migrate') || steps.includes('restore')
  return {
    ...(states.some((state) => LEAVES.includes(state)) || usesHuge(spec.actors)
      ? { CONFIG_TRANSPARENT_HUGEPAGE: 'y' }
      : {}),
    ...(migrates ? { CONFIG_ARCH_ENABLE_THP_MIGRATION: 'y' } : {}),
  }
}

function callbackNeed(spec: CallbackSpec): string {
  return {
    both: 'both pmd_entry and pte_entry',
    pte: 'pte_entry',
    pmd: 'pmd_entry',
    none: 'neither callback',
  }[callbackClass(spec)]
}

function usesHuge(actors: readonly ActorSpec[]): boolean {
  return actors.some((spec) => spec.kind === 'pmd' && spec.steps.some((step) => step !== 'fault-table'))
}

function quietScenarios(arch: string): Scenario[] {
  const world = (pmds: readonly PmdSpec[], vma: VmaKind): WorldSpec => ({ arch, entries: 'real', vma, pmds })
  const scenarios: Scenario[] = []
  for (const callbacks of CALLBACKS) {
    for (const { name, pmd, vma } of STARTS) {
      const spec = { world: world([pmd], vma), callbacks }
      scenarios.push(quiet(`${callbackClass(callbacks)}/${name}`, arch, spec, { pmd: name }))
    }
  }
  const table: PmdSpec = { kind: 'table', ptes: ['clean', 'dirty', 'read-only', 'clean', 'clean', 'clean'] }
  const kinds: readonly PteEntryKind[] = [
    'read-modify-write',
    'stop-at-3',
    'fail-at-0',
    'prot_none_pte_entry',
    'wp_pte',
    's390_gather_pages',
  ]
  for (const pte of kinds) {
    const full: PmdSpec = { kind: 'table', ptes: Array<PteSpec>(40).fill('clean').fill('none', 2, 4) }
    const pmd = pte === 's390_gather_pages' ? full : table
    const spec = { world: world([pmd], 'anonymous'), callbacks: { pte } }
    scenarios.push(quiet(`pte/${pte}`, arch, spec, { pmd: 'table', 'pte-entry': pte }))
  }
  const failing = { world: world([table], 'anonymous'), callbacks: { pte: 'read', pmd: 'fail' } } as const
  scenarios.push(quiet('both/pmd-entry-fails', arch, failing, { pmd: 'table', 'pmd-entry': 'fail' }))
  const noHole = {
    world: world([{ kind: 'none' }], 'anonymous'),
    callbacks: { pte: 'read', pmd: 'look' },
  } as const
  scenarios.push(quiet('both/none-without-pte_hole', arch, noHole, { pmd: 'none', hole: 'no' }))
  const mixed: readonly PmdSpec[] = [table, { kind: 'huge' }, { kind: 'none' }, table]
  const holeFirst: readonly PmdSpec[] = [{ kind: 'none' }, table]
  for (const callbacks of CALLBACKS) {
    const failing = {
      world: world(holeFirst, 'anonymous'),
      callbacks: { ...callbacks, hole: 'fail' },
    } as const
    const facets = { pmd: 'mixed', hole: 'fail' }
    scenarios.push(quiet(`${callbackClass(callbacks)}/none-table.pte_hole-fails`, arch, failing, facets))
    const spec = { world: world(mixed, 'anonymous'), callbacks }
    scenarios.push(quiet(`${callbackClass(callbacks)}/table-huge-none-table`, arch, spec, { pmd: 'mixed' }))
  }
  return scenarios
}

/** VM_PFNMAP on top of what a shared mapping of a file has. */
const PFNMAP_FLAGS = 0x4fbn

const FAILING: CallbackSpec = { pte: 'fail-at-0', hole: 'report' }

/** Ranges that go on where upper levels have no table, or that more than one VMA maps. */
function rangeScenarios(arch: string): Scenario[] {
  const scenarios: Scenario[] = []
  const table: PmdSpec = { kind: 'table', ptes: ['clean', 'dirty', 'none', 'swap'] }
  const { levels } = profileNamed(arch)
  for (const level of ['pud', 'p4d', 'pgd'] as const) {
    if (levels[level].folded !== 'no') continue
    const world: WorldSpec = { arch, entries: SMALL, vma: 'anonymous', pmds: [table], end: level }
    const facets = { pmd: 'table', range: `into an empty ${level}` }
    for (const callbacks of CALLBACKS) {
      const id = `${callbackClass(callbacks)}/none-at-${level}`
      scenarios.push(quiet(id, arch, { world, callbacks }, facets))
    }
    const full = { ...world, pmds: [table, table, table, table], entriesBehind: 2 }
    const holeFails = { world: full, callbacks: { pte: 'read', hole: 'fail' } } as const
    const holeFacets = { ...facets, pmd: 'table', hole: 'fail' }
    scenarios.push(quiet(`pte/none-at-${level}.pte_hole-fails`, arch, holeFails, holeFacets))
    const failing = { world, callbacks: FAILING }
    scenarios.push(
      quiet(`pte/none-at-${level}.fail-at-0`, arch, failing, { ...facets, 'pte-entry': 'fail-at-0' }),
    )
  }
  const three: readonly PmdSpec[] = [table, { kind: 'none' }, table]
  const gaps = [
    { name: 'two-vmas', pmds: three, gap: { page: SMALL, pages: SMALL } },
    { name: 'two-vmas-in-one-table', pmds: [table], gap: { page: 1, pages: 2 } },
  ]
  for (const { name, pmds, gap } of gaps) {
    const world: WorldSpec = { arch, entries: SMALL, vma: 'anonymous', pmds, gap }
    const facets = { pmd: 'mixed', range: name }
    const add = (id: string, callbacks: CallbackSpec, more: Scenario['facets'] = {}) =>
      scenarios.push(quiet(id, arch, { world, callbacks }, { ...facets, ...more }))
    for (const callbacks of CALLBACKS) {
      add(`${callbackClass(callbacks)}/${name}`, callbacks)
      for (const test of ['skip-first', 'fail'] as const) {
        const id = `${callbackClass(callbacks)}/${name}.test_walk-${test}`
        add(id, { ...callbacks, test }, { 'test-walk': test })
      }
    }
    add(`pte/${name}-without-pte_hole`, { pte: 'read' }, { hole: 'no' })
    for (const vma of ['report', 'fail'] as const) {
      add(`pte/${name}.pre_vma-${vma}`, { pte: 'read', hole: 'report', vma }, { 'pre-vma': vma })
    }
    add(`pte/${name}.fail-at-0`, FAILING, { 'pte-entry': 'fail-at-0' })
  }
  const frames: WorldSpec = { arch, entries: SMALL, vma: 'file', pmds: [table], vmFlags: PFNMAP_FLAGS }
  for (const [id, callbacks] of [
    ['pte/pfnmap', { pte: 'read', hole: 'report' }],
    ['pte/pfnmap-without-pte_hole', { pte: 'read' }],
    ['pte/pfnmap.pte_hole-fails', { pte: 'read', hole: 'fail' }],
  ] as const) {
    scenarios.push(quiet(id, arch, { world: frames, callbacks }, { pmd: 'table', range: 'bare page frames' }))
  }
  return scenarios
}

/** Page tables that are walked as they are, without a VMA: kernel and firmware ones. */
function withoutVmaScenarios(arch: string): Scenario[] {
  const scenarios: Scenario[] = []
  const table: PmdSpec = { kind: 'table', ptes: ['clean', 'dirty', 'none', 'read-only'] }
  const starts: readonly { readonly name: string; readonly pmds: readonly PmdSpec[] }[] = [
    { name: 'table', pmds: [table] },
    { name: 'none', pmds: [{ kind: 'none' }] },
    { name: 'huge', pmds: [{ kind: 'huge' }] },
    { name: 'not-present', pmds: [{ kind: 'migration' }] },
    { name: 'table-huge-none-table', pmds: [table, { kind: 'huge' }, { kind: 'none' }, table] },
  ]
  for (const callbacks of CALLBACKS) {
    for (const { name, pmds } of starts) {
      const world: WorldSpec = { arch, entries: SMALL, vma: 'anonymous', pmds }
      const spec = { world, callbacks, withoutVma: true } as const
      const id = `${callbackClass(callbacks)}/without-vma/${name}`
      scenarios.push(quiet(id, arch, spec, { pmd: name, vma: 'none' }))
    }
  }
  const world: WorldSpec = { arch, entries: SMALL, vma: 'anonymous', pmds: [table] }
  const failing = { world, callbacks: FAILING, withoutVma: true } as const
  scenarios.push(
    quiet('pte/without-vma/table.fail-at-0', arch, failing, {
      pmd: 'table',
      vma: 'none',
      'pte-entry': 'fail-at-0',
    }),
  )
  for (const pte of ['read', 'unchecked'] as const) {
    const last: WalkSpec = { ...lastByte(arch, pte), withoutVma: true }
    const facets = { pmd: 'table', vma: 'none', end: 'last byte' }
    scenarios.push(quiet(`pte/without-vma/last-byte.${pte}`, arch, last, facets))
  }
  return scenarios
}

/** The walk to the last byte of the address space, where the loop's end test is compared with a wrapped address. */
function lastByte(arch: string, pte: PteEntryKind): WalkSpec {
  const world: WorldSpec = {
    arch,
    entries: SMALL,
    vma: 'anonymous',
    pmds: [{ kind: 'table', ptes: ['clean', 'clean', 'clean', 'clean'] }],
    end: 'last-byte',
  }
  return { world, callbacks: { pte }, context: 'mmap_lock(read)', actors: [] }
}

/** With a callback that looks at its pte, and with one that does not, so that nothing but the walker ends the walk. */
function lastByteScenarios(arch: string): Scenario[] {
  const facets = { pmd: 'table', end: 'last byte' }
  return [
    quiet('pte/last-byte-of-address-space', arch, lastByte(arch, 'read'), facets),
    quiet('pte/last-byte.unchecked', arch, lastByte(arch, 'unchecked'), {
      ...facets,
      'pte-entry': 'unchecked',
    }),
  ]
}

/** Entries per table where several threads run. */
const SMALL = 4

function concurrentScenarios(arch: string): Scenario[] {
  const scenarios: Scenario[] = []
  for (const context of ['mmap_lock(read)', 'mmap_lock(write)'] as const) {
    for (const callbacks of CALLBACKS) {
      for (const start of STARTS) {
        for (const steps of legalChains(
          start.pmd.kind,
          context,
          start.vma,
          chainLength(context, callbacks),
        )) {
          const id = `${context === 'mmap_lock(read)' ? 'read' : 'write'}/${callbackClass(callbacks)}/${start.name}/${steps.join('+')}`
          const world: WorldSpec = { arch, entries: SMALL, vma: start.vma, pmds: [start.pmd] }
          const spec = { world, callbacks, context, actors: [{ kind: 'pmd', pmd: 0, steps }] } as const
          scenarios.push(scenario(id, arch, spec, { pmd: start.name }))
        }
      }
    }
  }
  return scenarios
}

/** Two transitions in a row where the walk goes on to the ptes and most can happen; one elsewhere. */
function chainLength(context: LockContext, callbacks: CallbackSpec): 1 | 2 {
  return context === 'mmap_lock(read)' && callbacks.pte !== undefined ? 2 : 1
}

/** A pmd_entry that says through `walk->action` what to do with what it saw. */
function actionScenarios(arch: string): Scenario[] {
  const scenarios: Scenario[] = []
  for (const pmd of ['action-v6_1', 'action-v6_12'] as const) {
    const callbacks: CallbackSpec = { pte: 'read', pmd, hole: 'report' }
    for (const start of STARTS) {
      const world: WorldSpec = { arch, entries: SMALL, vma: start.vma, pmds: [start.pmd] }
      const spec = { world, callbacks, context: 'mmap_lock(read)' } as const
      const facets = { pmd: start.name, 'pmd-entry': pmd }
      scenarios.push(scenario(`quiet/both.${pmd}/${start.name}`, arch, { ...spec, actors: [] }, facets))
      for (const steps of legalChains(start.pmd.kind, spec.context, start.vma, 2)) {
        const id = `read/both.${pmd}/${start.name}/${steps.join('+')}`
        scenarios.push(scenario(id, arch, { ...spec, actors: [{ kind: 'pmd', pmd: 0, steps }] }, facets))
      }
    }
    const pmds: readonly PmdSpec[] = [{ kind: 'huge' }, { kind: 'table', ptes: ['clean'] }, { kind: 'huge' }]
    const mixed: WalkSpec = {
      world: { arch, entries: SMALL, vma: 'anonymous', pmds },
      callbacks,
      context: 'mmap_lock(read)',
      actors: [],
    }
    const facets = { pmd: 'mixed', 'pmd-entry': pmd }
    scenarios.push(scenario(`quiet/both.${pmd}/huge-table-huge`, arch, mixed, facets))
  }
  return scenarios
}

/** Walks of a file mapping under i_mmap_rwsem alone, where a page table can go away. */
function mappingScenarios(arch: string): Scenario[] {
  const scenarios: Scenario[] = []
  for (const callbacks of CALLBACKS) {
    for (const { name, pmd } of STARTS.filter(({ name }) => ['table', 'huge-file', 'none'].includes(name))) {
      const chains = legalChains(pmd.kind, 'i_mmap_rwsem', 'file', 2)
      for (const steps of chains.filter((chain) => chain.includes('collapse'))) {
        const id = `i_mmap/${callbackClass(callbacks)}/${name}/${steps.join('+')}`
        const world: WorldSpec = { arch, entries: SMALL, vma: 'file', pmds: [pmd] }
        const actors: ActorSpec[] = [{ kind: 'pmd', pmd: 0, steps }]
        scenarios.push(
          scenario(id, arch, { world, callbacks, context: 'i_mmap_rwsem', actors }, { pmd: name }),
        )
      }
    }
  }
  return scenarios
}

function pteActorScenarios(arch: string): Scenario[] {
  const ptes: readonly PteSpec[] = ['clean', 'clean']
  const scenarios: Scenario[] = []
  for (const pte of ['read', 'read-modify-write', 'wp_pte', 'sleep', 'lock-ptl'] as const) {
    for (const action of [
      'swap-out',
      'zap-pte',
      'migrate-pte',
      'hardware-dirty',
      'hardware-young',
    ] as const) {
      if ((pte === 'sleep' || pte === 'lock-ptl') && action !== 'swap-out') continue
      const world: WorldSpec = { arch, entries: SMALL, vma: 'anonymous', pmds: [{ kind: 'table', ptes }] }
      const actors: ActorSpec[] = [{ kind: 'pte', pmd: 0, page: 1, action }]
      const spec: WalkSpec = { world, callbacks: { pte }, context: 'mmap_lock(read)', actors }
      scenarios.push(scenario(`read/pte/${pte}/${action}`, arch, spec, { pmd: 'table', 'pte-entry': pte }))
    }
  }
  return scenarios
}

/** The functions that can be changed, and the real callers that can be. */
const ROLES = {
  walk_page_range: ['walk_page_range'],
  walk_page_test: ['walk_page_test'],
  __walk_page_range: ['__walk_page_range'],
  walk_pgd_range: ['walk_pgd_range'],
  walk_p4d_range: ['walk_p4d_range'],
  walk_pud_range: ['walk_pud_range'],
  walk_pmd_range: ['walk_pmd_range'],
  walk_pte_range: ['walk_pte_range'],
  walk_pte_range_inner: ['walk_pte_range_inner'],
  prot_none_pte_entry: ['prot_none_pte_entry'],
  wp_pte: ['wp_pte'],
  s390_gather_pages: ['s390_gather_pages'],
} as const

const ROLE_NAMES: ReadonlySet<string> = new Set(Object.keys(ROLES))

export const PAGEWALK_SUITE: Suite = defineSuite({
  name: 'pagewalk',
  title: 'page walks: splits, callbacks, locks, and what runs into them',
  roles: ROLES,
  models: ['sc'],
  properties: [
    { name: 'locks held in pte_entry', kind: 'contract', per: 'callbacks' },
    { name: 'locks held in pmd_entry', kind: 'contract', per: 'callbacks' },
    { name: 'splits', kind: 'behaviour', per: 'callbacks' },
    { name: 'pte_entry calls', kind: 'behaviour', per: 'callbacks' },
    { name: 'pmd_entry calls', kind: 'behaviour', per: 'callbacks' },
    { name: 'pte_hole calls', kind: 'behaviour', per: 'callbacks' },
    { name: 'test_walk calls', kind: 'behaviour', per: 'callbacks', detail: true },
    { name: 'return value', kind: 'behaviour', per: 'callbacks' },
    { name: 'pages taken', kind: 'behaviour', per: 'callbacks', detail: true },
    { name: 'seen by pmd_entry before the ptes', kind: 'behaviour', per: 'callbacks', detail: true },
    { name: 'order of events', kind: 'behaviour', per: 'callbacks', detail: true },
    { name: 'lock operations', kind: 'behaviour', per: 'callbacks', detail: true },
    { name: 'page-table stores', kind: 'behaviour', per: 'callbacks', detail: true },
    { name: 'stores to private data', kind: 'behaviour', per: 'callbacks', detail: true },
    { name: 'TLB flushes', kind: 'behaviour', per: 'callbacks', detail: true },
    { name: 'final page tables', kind: 'behaviour', per: 'callbacks', detail: true },
  ],
  scenarios: ['x86-64', 'x86-64-5level', 'x86-pae', 'x86-32'].flatMap((arch) => [
    ...quietScenarios(arch).filter(fits),
    ...rangeScenarios(arch),
    ...lastByteScenarios(arch),
    ...withoutVmaScenarios(arch).filter(fits),
    ...concurrentScenarios(arch).filter(fits),
    ...pteActorScenarios(arch),
    ...actionScenarios(arch).filter(fits),
    ...mappingScenarios(arch).filter(fits),
  ]),
})

/** Huge, migration and devmap pmds exist only where there is a pmd level of its own. */
function fits(candidate: Scenario): boolean {
  if (candidate.arch !== 'x86-32') return candidate.arch !== 'x86-pae' || !candidate.id.includes('devmap')
  return !/huge|migration|devmap|zap|restore|split|mixed|collapse/.test(
    `${candidate.id} ${candidate.facets['pmd'] ?? ''}`,
  )
}
