/**
 * Worlds of walks made from choices that need no care: any choices give a world that can exist, and smaller
 * choices a smaller world. That keeps generating and shrinking apart from what is legal. A generator of
 * random choices stands in run/, as nothing here draws random numbers.
 */
import { atLeast, type Release, type VmaKind } from '../mm/index.js'
import {
  type ActorSpec,
  existsOn,
  LOCK_CONTEXTS,
  type LockContext,
  legalChains,
  PTE_ACTIONS,
  type PteAction,
} from './actors.js'
import type { WalkSpec } from './build-walk.js'
import type { CallbackSpec, PmdEntryKind, PteEntryKind } from './walk-callbacks.js'
import { type PmdSpec, type PteSpec, profileNamed } from './world.js'

/** One populated pte, after `skip` empty ones. */
export interface PteChoice {
  readonly kind: Exclude<PteSpec, 'none'>
  readonly skip: number
}

export type PmdChoice =
  | { readonly kind: 'none' | 'huge' | 'migration' }
  | { readonly kind: 'table'; readonly ptes: readonly PteChoice[] }

/**
 * What happens beside the walk: a change of the n-th present pte of the n-th table, or the n-th chain of
 * transitions of the n-th pmd that has any. Counting only what can be meant keeps a choice's meaning when
 * something else in the world is shrunk away.
 */
export interface ActorChoice {
  readonly of: 'pte' | 'pmd'
  readonly pmd: number
  readonly page: number
  readonly action: PteAction
  readonly chain: number
}

/** A walk, before it is known to be possible. */
export interface WalkChoices {
  readonly vma: VmaKind
  readonly pmds: readonly PmdChoice[]
  readonly callbacks: CallbackSpec
  /** A number of one of the contexts there are. */
  readonly context: number
  readonly actors: readonly ActorChoice[]
}

/** What a choice can be of, simplest first: the order that shrinking goes by. */
export const PTE_KINDS: readonly PteChoice['kind'][] = ['clean', 'dirty', 'read-only', 'swap']
export const VMA_KINDS: readonly VmaKind[] = ['anonymous', 'file', 'dax']
export const PTE_ENTRIES: readonly PteEntryKind[] = [
  'read',
  'read-modify-write',
  'wp_pte',
  'prot_none_pte_entry',
  's390_gather_pages',
  'stop-at-3',
  'fail-at-0',
]
export const PMD_ENTRIES: readonly PmdEntryKind[] = ['look', 'fail']

/** Entries per table of generated worlds. */
export const GENERATED_ENTRIES = 4

/** The world and the walk that these choices amount to, on an architecture and a release. */
export function walkOf(arch: string, release: Release, choices: WalkChoices): WalkSpec {
  const contexts = contextsIn(release)
  const context = contexts[choices.context % contexts.length] ?? 'mmap_lock(read)'
  const vma = possibleVma(arch, context, choices.vma)
  const pmds: readonly PmdChoice[] = choices.pmds.length === 0 ? [{ kind: 'none' }] : choices.pmds
  const alone: WalkSpec = {
    world: {
      arch,
      entries: GENERATED_ENTRIES,
      vma,
      pmds: pmds.map((pmd) => possiblePmd(arch, vma, pmd)),
    },
    callbacks: choices.callbacks,
    context,
    actors: [],
  }
  // Two actors with two steps each would be more executions than telling.
  const possible = legalActors(alone, choices.actors.length > 1 ? 1 : 2)
  return { ...alone, actors: choices.actors.flatMap((choice) => meant(choice, possible)) }
}

/** The actor that a choice means, or none if there is nothing to act on. */
function meant({ of, pmd, page, action, chain }: ActorChoice, possible: readonly ActorSpec[]): ActorSpec[] {
  const ptes = possible.filter((one) => one.kind === 'pte' && one.action === action)
  const candidates = of === 'pte' && ptes.length > 0 ? ptes : possible.filter((one) => one.kind === 'pmd')
  const pmds = [...new Set(candidates.map((one) => one.pmd))]
  const own = candidates.filter((one) => one.pmd === pmds[pmd % pmds.length])
  const found = own[(candidates === ptes ? page : chain) % own.length]
  return found === undefined ? [] : [found]
}

/** Locks that callers of a walk can hold in a release: walk_page_mapping() came with 5.5. */
function contextsIn(release: Release): readonly LockContext[] {
  return LOCK_CONTEXTS.filter((context) => context !== 'i_mmap_rwsem' || atLeast(release, '5.5'))
}

function possibleVma(arch: string, context: LockContext, vma: VmaKind): VmaKind {
  if (vma === 'dax' && profileNamed(arch).config['CONFIG_ARCH_HAS_PTE_DEVMAP'] !== 'y') return 'file'
  return context === 'i_mmap_rwsem' && vma === 'anonymous' ? 'file' : vma
}

function possiblePmd(arch: string, vma: VmaKind, pmd: PmdChoice): PmdSpec {
  if (pmd.kind === 'table') {
    const ptes = pmd.ptes.flatMap(({ kind, skip }) => [...Array<PteSpec>(skip).fill('none'), kind])
    return { kind: 'table', ptes: ptes.slice(0, GENERATED_ENTRIES) }
  }
  if (pmd.kind === 'none' || profileNamed(arch).levels.pmd.folded !== 'no') return { kind: 'none' }
  return { kind: vma === 'dax' ? 'devmap' : pmd.kind }
}

/** Every actor that can run beside a walk: changes of populated ptes, then chains of up to `length` pmd transitions. */
export function legalActors({ world, context }: WalkSpec, length: number): ActorSpec[] {
  const { arch, vma, pmds } = world
  const all: ActorSpec[] = []
  for (const [pmd, spec] of pmds.entries()) {
    if (spec.kind !== 'table') continue
    for (const [page, pte] of spec.ptes.entries()) {
      if (pte === 'none' || pte === 'swap') continue
      for (const action of PTE_ACTIONS) all.push({ kind: 'pte', pmd, page, action })
    }
  }
  const ownTables = profileNamed(arch).levels.pmd.folded === 'no'
  const chains = pmds.flatMap(({ kind }, pmd): ActorSpec[] =>
    legalChains(kind, context, vma, length)
      .filter((steps) => ownTables || steps.every((step) => step === 'fault-table'))
      .map((steps) => ({ kind: 'pmd', pmd, steps })),
  )
  all.push(...chains.sort((a, b) => stepsOf(a) - stepsOf(b)))
  return all.filter((one) => existsOn(arch, one))
}

function stepsOf(one: ActorSpec): number {
  return one.kind === 'pmd' ? one.steps.length : 1
}

/** Worlds that are one step simpler, the largest steps first. All of them can exist. */
export function shrinkWalk(spec: WalkSpec): WalkSpec[] {
  const { world, callbacks, actors } = spec
  const candidates: WalkSpec[] = []
  for (const i of actors.keys()) candidates.push({ ...spec, actors: actors.filter((_, n) => n !== i) })
  if (world.pmds.length > 1) for (const i of world.pmds.keys()) candidates.push(withoutPmd(spec, i))
  for (const [i, pmd] of world.pmds.entries()) {
    for (const simpler of simplerPmds(pmd)) candidates.push(withPmd(spec, i, simpler))
  }
  for (const [i, one] of actors.entries()) {
    for (const simpler of simplerActors(one)) candidates.push({ ...spec, actors: actors.with(i, simpler) })
  }
  for (const simpler of simplerCallbacks(callbacks)) candidates.push({ ...spec, callbacks: simpler })
  if (spec.context !== 'mmap_lock(read)') candidates.push({ ...spec, context: 'mmap_lock(read)' })
  if (world.vma !== 'anonymous') candidates.push({ ...spec, world: { ...world, vma: 'anonymous' } })
  return candidates.filter(canExist)
}

/** True if every pmd fits its VMA, and every actor may do what it does under the walker's locks. */
export function canExist(spec: WalkSpec): boolean {
  const { vma, pmds } = spec.world
  const fits = pmds.every(({ kind }) => {
    if (kind === 'devmap') return vma === 'dax'
    return (kind !== 'huge' && kind !== 'migration') || vma !== 'dax'
  })
  if (!fits || (spec.context === 'i_mmap_rwsem' && vma === 'anonymous')) return false
  const legal = legalActors(spec, 2).map((one) => JSON.stringify(one))
  return spec.actors.every((one) => legal.includes(JSON.stringify(one)))
}

function withoutPmd(spec: WalkSpec, gone: number): WalkSpec {
  const actors = spec.actors.filter(({ pmd }) => pmd !== gone)
  return {
    ...spec,
    world: { ...spec.world, pmds: spec.world.pmds.filter((_, n) => n !== gone) },
    actors: actors.map((one) => (one.pmd > gone ? { ...one, pmd: one.pmd - 1 } : one)),
  }
}

function withPmd(spec: WalkSpec, i: number, pmd: PmdSpec): WalkSpec {
  return { ...spec, world: { ...spec.world, pmds: spec.world.pmds.with(i, pmd) } }
}

function simplerPmds(pmd: PmdSpec): PmdSpec[] {
  if (pmd.kind === 'none') return []
  if (pmd.kind !== 'table') return [{ kind: 'none' }]
  const simpler: PmdSpec[] = [{ kind: 'none' }]
  for (const [i, pte] of pmd.ptes.entries()) {
    simpler.push({ kind: 'table', ptes: pmd.ptes.filter((_, n) => n !== i) })
    if (pte !== 'none' && pte !== 'clean') simpler.push({ kind: 'table', ptes: pmd.ptes.with(i, 'clean') })
  }
  return simpler
}

function simplerActors(one: ActorSpec): ActorSpec[] {
  if (one.kind === 'pmd') {
    return one.steps.length > 1 ? one.steps.map((step) => ({ ...one, steps: [step] })) : []
  }
  const simpler: ActorSpec[] = []
  for (let page = 0; page < one.page; page++) simpler.push({ ...one, page })
  const actions = PTE_ACTIONS.slice(0, PTE_ACTIONS.indexOf(one.action)) as readonly PteAction[]
  for (const action of actions) simpler.push({ ...one, action })
  return simpler
}

function simplerCallbacks({ pte, pmd, hole }: CallbackSpec): CallbackSpec[] {
  const simpler: CallbackSpec[] = []
  const of = (parts: {
    pte?: PteEntryKind | undefined
    pmd?: PmdEntryKind | undefined
    hole?: CallbackSpec['hole'] | undefined
  }): CallbackSpec => ({
    ...(parts.pte === undefined ? {} : { pte: parts.pte }),
    ...(parts.pmd === undefined ? {} : { pmd: parts.pmd }),
    ...(parts.hole === undefined ? {} : { hole: parts.hole }),
  })
  if (pmd !== undefined) simpler.push(of({ pte, hole }))
  if (hole !== undefined) simpler.push(of({ pte, pmd }))
  if (pte !== undefined) simpler.push(of({ pmd, hole }))
  if (pte !== undefined && pte !== 'read') simpler.push(of({ pte: 'read', pmd, hole }))
  if (pmd === 'fail') simpler.push(of({ pte, pmd: 'look', hole }))
  return simpler
}
