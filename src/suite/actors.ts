/**
 * What goes on around the function under test: other CPUs and the hardware. An actor does only what is legal
 * under the locks that the function's caller holds (KERNEL-FACTS.md section 8.3): each transition looks at
 * the entry under its lock and does nothing if the entry is not in the state it starts from.
 */
import type { Callable, Proc } from '../machine/index.js'
import {
  EntryPointer,
  type Kernel,
  type PmdState,
  pmdState,
  type TablePage,
  type VmaKind,
} from '../mm/index.js'
import { profileNamed, type World } from './world.js'

/** What can happen to a pmd. */
export const PMD_TRANSITIONS = [
  'zap',
  'split',
  'migrate',
  'restore',
  'fault-table',
  'fault-huge',
  'fault-devmap',
  'collapse',
] as const
export type PmdTransition = (typeof PMD_TRANSITIONS)[number]

/** What can happen to one pte. */
export const PTE_ACTIONS = ['swap-out', 'zap-pte', 'migrate-pte', 'hardware-dirty', 'hardware-young'] as const
export type PteAction = (typeof PTE_ACTIONS)[number]

/** One actor: a thread that does these things one after the other. */
export type ActorSpec =
  | { readonly kind: 'pmd'; readonly pmd: number; readonly steps: readonly PmdTransition[] }
  | { readonly kind: 'pte'; readonly pmd: number; readonly page: number; readonly action: PteAction }

/** The locks that the caller of the function under test holds. */
export const LOCK_CONTEXTS = ['mmap_lock(read)', 'mmap_lock(write)', 'i_mmap_rwsem'] as const
export type LockContext = (typeof LOCK_CONTEXTS)[number]

/** Where a transition starts and ends, and what does it in a kernel. */
interface TransitionRule {
  readonly from: readonly PmdState[]
  readonly to: PmdState
  readonly label: string
  /** Functions that do it, one or another of them in any release. */
  readonly by: readonly string[]
  readonly legal: (context: LockContext, vma: VmaKind) => boolean
}

const notUnderWrite = (context: LockContext): boolean => context !== 'mmap_lock(write)'

const RULES: Readonly<Record<PmdTransition, TransitionRule>> = {
  zap: {
    from: ['huge', 'migration', 'devmap'],
    to: 'none',
    label: 'MADV_DONTNEED or truncation',
    by: ['zap_huge_pmd'],
    // Truncation of a file goes on under mmap_lock held for write; MADV_DONTNEED does not.
    legal: (context, vma) => notUnderWrite(context) || vma !== 'anonymous',
  },
  split: {
    from: ['huge', 'migration'],
    to: 'table',
    label: 'split by reclaim',
    by: ['__split_huge_pmd'],
    legal: (_context, vma) => vma === 'anonymous',
  },
  migrate: {
    from: ['huge'],
    to: 'migration',
    label: 'page migration',
    by: ['set_pmd_migration_entry'],
    legal: (_context, vma) => vma !== 'dax',
  },
  restore: {
    from: ['migration'],
    to: 'huge',
    label: 'end of page migration',
    by: ['remove_migration_pmd'],
    legal: (_context, vma) => vma !== 'dax',
  },
  'fault-table': {
    from: ['none'],
    to: 'table',
    label: 'page fault',
    by: ['__pte_alloc', 'pte_alloc_one'],
    legal: notUnderWrite,
  },
  'fault-huge': {
    from: ['none'],
    to: 'huge',
    label: 'huge page fault',
    by: ['do_huge_pmd_anonymous_page'],
    legal: (context, vma) => notUnderWrite(context) && vma !== 'dax',
  },
  'fault-devmap': {
    from: ['none'],
    to: 'devmap',
    label: 'DAX fault',
    by: ['vmf_insert_pfn_pmd', 'vmf_insert_pfn_pmd_prot'],
    legal: (context, vma) => notUnderWrite(context) && vma === 'dax',
  },
  collapse: {
    from: ['table'],
    to: 'none',
    label: 'khugepaged or mremap',
    by: ['collapse_huge_page', 'retract_page_tables', 'move_normal_pmd'],
    // A table goes away under a walker's feet only where the walker holds no mmap_lock (until 6.1).
    legal: (context) => context === 'i_mmap_rwsem',
  },
}

/** What a kernel calls it. */
export function transitionLabel(transition: PmdTransition): string {
  return RULES[transition].label
}

/** Functions of a kernel that do it. */
export function transitionBy(transition: PmdTransition): readonly string[] {
  return RULES[transition].by
}

/** Functions of a kernel that do this to a pte; none for what the hardware does. */
export function actionBy(action: PteAction): readonly string[] {
  return ACTION_BY[action]
}

const ACTION_BY: Readonly<Record<PteAction, readonly string[]>> = {
  'swap-out': ['try_to_unmap_one'],
  'zap-pte': ['zap_pte_range'],
  'migrate-pte': ['try_to_migrate_one', 'try_to_unmap_one'],
  'hardware-dirty': [],
  'hardware-young': [],
}

/** Every chain of one to `length` legal transitions from a state; each goes on where the one before ended. */
export function legalChains(
  state: PmdState,
  context: LockContext,
  vma: VmaKind,
  length: number,
): PmdTransition[][] {
  if (length === 0) return []
  const chains: PmdTransition[][] = []
  for (const transition of PMD_TRANSITIONS) {
    const rule = RULES[transition]
    if (!rule.from.includes(state) || !rule.legal(context, vma)) continue
    chains.push([transition])
    for (const rest of legalChains(rule.to, context, vma, length - 1)) chains.push([transition, ...rest])
  }
  return chains
}

/** True if the architecture has this actor at all: s390, for one, sets no dirty bits in hardware. */
export function existsOn(arch: string, spec: ActorSpec): boolean {
  return (
    spec.kind === 'pmd' || !spec.action.startsWith('hardware') || profileNamed(arch).hardwareAccessedDirty
  )
}

/** Short name for ids: `zap+fault-huge`, `swap-out.p2`. */
export function actorName(spec: ActorSpec): string {
  return spec.kind === 'pmd' ? spec.steps.join('+') : `${spec.action}.p${spec.page}`
}

/** The actor as a function of the machine. */
export function actor(world: World, spec: ActorSpec): Callable {
  const label = spec.kind === 'pmd' ? spec.steps.map(transitionLabel).join(', then ') : spec.action
  return {
    name: label,
    path: null,
    role: 'actor',
    body: function* (k: Kernel) {
      if (spec.kind === 'pte') {
        yield* pteAction(k, world, spec.pmd, spec.page, spec.action)
        return
      }
      for (const [n, transition] of spec.steps.entries())
        yield* pmdTransition(k, world, spec.pmd, transition, n)
    },
  }
}

function* pmdTransition(
  k: Kernel,
  world: World,
  number: number,
  transition: PmdTransition,
  n: number,
): Proc<void> {
  const pmd = world.pmds[number]
  if (pmd === undefined) return
  const rule = RULES[transition]
  const { format } = world.profile
  const ptl = yield* k.pmd_lock(world.mm, pmd)
  const old = yield* k.snapshot(pmd)
  const suits = rule.from.includes(pmdState(format, old.bits))
  const goesOn = yield* k.branch({ bits: suits, from: old.from }, 'body')
  const table = transition === 'collapse' ? world.mm.tableAt(format.pfn(old.bits)) : undefined
  if (goesOn) {
    // Since 6.5 khugepaged takes the table's own lock too, before it clears the pmd.
    const nested = table !== undefined && k.era.mapMayFail ? table.lock : null
    if (nested !== null) yield* k.spin_lock(nested)
    yield* change(k, world, pmd, old.bits, transition, n)
    if (nested !== null) yield* k.spin_unlock(nested)
  }
  k.join()
  yield* k.spin_unlock(ptl)
  if (goesOn && table !== undefined) yield* freeTable(k, table)
}

/** A table that nothing points to any more: since 6.5 it is freed after a grace period, before that at once. */
function* freeTable(k: Kernel, table: TablePage): Proc<void> {
  if (k.era.mapMayFail) yield* k.synchronize_rcu()
  yield* k.store(table.freed, { bits: 1n, from: [] }, 'once')
}

function* change(
  k: Kernel,
  world: World,
  pmd: EntryPointer,
  old: bigint,
  transition: PmdTransition,
  n: number,
): Proc<void> {
  const { format } = world.profile
  const { mm, vma } = world
  const fresh = 0x6000n + 0x1000n * BigInt(n)
  const huge = (pfn: bigint, kind: 'thp' | 'devmap') => ({
    bits: format.page(pfn, { write: true, young: true }, kind),
    from: [],
  })
  const store = (bits: bigint): Proc<void> => k.set_pmd_at(mm, 0n, pmd, { bits, from: [] })
  switch (transition) {
    case 'zap':
      yield* k.pmdp_huge_get_and_clear(mm, 0n, pmd)
      yield* k.flush_tlb_range(vma, 0n, 0n)
      return
    case 'split': {
      // The table is filled before it is published, and nobody else can reach it until then.
      const table = mm.newTable('pte', `${k.thread.spec.name}${n}`)
      const migrating = pmdState(format, old) === 'migration'
      for (let index = 0; index < table.entries; index++) {
        const bits = migrating
          ? format.swap({ kind: 'migration-write', offset: format.toSwap(old).offset + BigInt(index) })
          : format.page(format.pfn(old) + BigInt(index), { write: true, young: true }, 'no')
        yield* k.storeEntry(new EntryPointer(table, index), { bits, from: [] }, 'plain')
      }
      if (!migrating) yield* k.pmdp_invalidate(vma, 0n, pmd)
      yield* k.pmd_populate(mm, pmd, table.pfn)
      return
    }
    case 'migrate':
      yield* k.pmdp_invalidate(vma, 0n, pmd)
      yield* store(format.swap({ kind: 'migration-write', offset: format.pfn(old) }))
      return
    case 'restore':
      yield* store(format.page(format.toSwap(old).offset, { write: true, young: true }, 'thp'))
      return
    case 'fault-table': {
      const table = mm.newTable('pte', `${k.thread.spec.name}${n}`)
      yield* k.pmd_populate(mm, pmd, table.pfn)
      return
    }
    case 'fault-huge':
      yield* k.set_pmd_at(mm, 0n, pmd, huge(fresh, 'thp'))
      return
    case 'fault-devmap':
      yield* k.set_pmd_at(mm, 0n, pmd, huge(fresh, 'devmap'))
      return
    case 'collapse':
      yield* k.pmdp_huge_get_and_clear(mm, 0n, pmd)
      yield* k.flush_tlb_range(vma, 0n, 0n)
      return
  }
}

function* pteAction(k: Kernel, world: World, number: number, page: number, action: PteAction): Proc<void> {
  const table = world.tables[number]
  if (table === null || table === undefined) return
  const pte = new EntryPointer(table, page)
  const { format } = world.profile
  if (action === 'hardware-dirty' || action === 'hardware-young') {
    yield* k.exchangeEntry(
      action === 'hardware-dirty' ? 'MMU sets dirty' : 'MMU sets accessed',
      pte,
      (bits) => {
        if (!format.present(bits)) return null
        if (action === 'hardware-young') return format.withFlags(bits, { young: true })
        return format.write(bits) ? format.withFlags(bits, { young: true, dirty: true }) : null
      },
    )
    return
  }
  yield* k.spin_lock(table.lock)
  const old = yield* k.ptep_get(pte)
  if (yield* k.branch(k.pte_present(old), 'body')) {
    yield* k.ptep_get_and_clear(world.mm, 0n, pte)
    yield* k.flush_tlb_page(world.vma, 0n)
    if (action !== 'zap-pte') {
      const kind = action === 'swap-out' ? 'swap' : 'migration-write'
      yield* k.set_pte_at(world.mm, 0n, pte, { bits: format.swap({ kind, offset: 0x77n }), from: [] })
    }
  }
  k.join()
  yield* k.spin_unlock(table.lock)
}
