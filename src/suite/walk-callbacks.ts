/** The callbacks that a walk is given: synthetic ones, and real callers that are replayed themselves. */
import type { Callable, Proc } from '../machine/index.js'
import { type EntryPointer, type Kernel, type MmWalk, type MmWalkOps, PAGE_SIZE } from '../mm/index.js'
import { pageNumber, type World } from './world.js'

/** What the `pte_entry` does. Names with an underscore are kernel functions, called under that name. */
export type PteEntryKind =
  | 'read'
  | 'read-modify-write'
  | 'stop-at-3'
  | 'fail-at-0'
  | 'sleep'
  | 'unchecked'
  | 'lock-ptl'
  | 'prot_none_pte_entry'
  | 'wp_pte'
  | 's390_gather_pages'

/** What the `pmd_entry` does. */
export type PmdEntryKind = 'look' | 'fail' | 'action-v6_1' | 'action-v6_12'

export interface CallbackSpec {
  readonly pte?: PteEntryKind
  readonly pmd?: PmdEntryKind
  /** What `pte_hole` does, if there is one. */
  readonly hole?: 'report' | 'fail'
  /** What `test_walk` says to the first VMA: skip it, or an error. */
  readonly test?: 'skip-first' | 'fail'
  /** What `pre_vma` says, if it and `post_vma` are there. */
  readonly vma?: 'report' | 'fail'
}

/** `both`, `pte`, `pmd` or `none`: which of the two callbacks that the split policy hangs on there are. */
export function callbackClass(spec: CallbackSpec): 'both' | 'pte' | 'pmd' | 'none' {
  if (spec.pte !== undefined) return spec.pmd === undefined ? 'pte' : 'both'
  return spec.pmd === undefined ? 'none' : 'pmd'
}

/** The ops table. Every callback is wrapped in one that leaves an event with the page it is for. */
export function walkOps(world: World, spec: CallbackSpec, resolve: (name: string) => Callable): MmWalkOps {
  const { pte, pmd } = spec
  return {
    ...(pte === undefined ? {} : { pte_entry: pteEntry(world, pteBody(pte, resolve), pte) }),
    ...(pmd === undefined ? {} : { pmd_entry: pmdEntry(world, pmd) }),
    ...(spec.hole === undefined ? {} : { pte_hole: pteHole(world, spec.hole) }),
    ...(spec.test === undefined ? {} : { test_walk: testWalk(world, spec.test) }),
    ...(spec.vma === undefined ? {} : { pre_vma: preVma(world, spec.vma), post_vma: POST_VMA }),
  }
}

/** The walk went past the end of the address space; it could meet its own end on the way round at best. */
function wrappedText(world: World): string {
  const rounds = (1n << BigInt(world.profile.wordBits)) / PAGE_SIZE
  return `the walk has gone round to address 0 and goes on: its end is ${rounds} pages away, and may never be met`
}

type PteBody = (k: Kernel, pte: EntryPointer, addr: bigint, walk: MmWalk, page: bigint) => Proc<number>

function pteEntry(world: World, body: PteBody, kind: PteEntryKind): Callable {
  return {
    name: 'pte_entry',
    path: null,
    role: 'callback',
    body: function* (k: Kernel, pte: EntryPointer, addr: bigint, _next: bigint, walk: MmWalk) {
      const page = pageNumber(world, addr)
      yield* k.observe('pte_entry', `page ${page}`, {
        role: 'callback',
        object: pte.table.name,
        sleeps: kind === 'sleep',
      })
      if (kind === 'unchecked' && addr < world.start) yield* k.oops('livelock', 'walk', wrappedText(world))
      if (!pte.inside && kind !== 'unchecked') {
        yield* k.oops(
          'pte pointer outside its page',
          'callback',
          `pte_entry gets ${pte.name}, past the ${'kind' in pte.table ? 1 : pte.table.entries} entries of its table`,
        )
      }
      return yield* body(k, pte, addr, walk, page)
    },
  }
}

function pteBody(kind: PteEntryKind, resolve: (name: string) => Callable): PteBody {
  switch (kind) {
    case 'unchecked':
      // biome-ignore lint/correctness/useYield: looks at nothing, so that nothing stops it
      return function* () {
        return 0
      }
    case 'read':
    case 'sleep':
      return function* (k, pte) {
        yield* k.ptep_get(pte)
        return 0
      }
    case 'read-modify-write':
      return function* (k, pte, addr) {
        const old = yield* k.deref(pte)
        if (yield* k.branch(k.pte_present(old), 'rest')) {
          yield* k.set_pte_at(k.mm, addr, pte, k.pte_wrprotect(old))
        }
        return 0
      }
    case 'lock-ptl':
      return function* (k, pte) {
        if ('kind' in pte.table) return 0
        yield* k.spin_lock(pte.table.lock)
        yield* k.ptep_get(pte)
        yield* k.spin_unlock(pte.table.lock)
        return 0
      }
    case 'stop-at-3':
      return function* (k, pte, _addr, _walk, page) {
        yield* k.ptep_get(pte)
        return page === 3n ? 7 : 0
      }
    case 'fail-at-0':
      // biome-ignore lint/correctness/useYield: fails before it looks at anything
      return function* () {
        return -14
      }
    default:
      return function* (k, pte, addr, walk) {
        return yield* k.call(resolve(kind), pte, addr, addr + PAGE_SIZE, walk)
      }
  }
}

function pmdEntry(world: World, kind: PmdEntryKind): Callable {
  return {
    name: 'pmd_entry',
    path: null,
    role: 'callback',
    body: function* (k: Kernel, pmd: EntryPointer, addr: bigint, _next: bigint, walk: MmWalk) {
      yield* k.observe('pmd_entry', `page ${pageNumber(world, addr)}`, { role: 'callback', object: pmd.name })
      switch (kind) {
        case 'look':
          yield* k.deref(pmd)
          return 0
        case 'fail':
          return -5
        default:
          return yield* wpCleanPmdEntry(k, pmd, walk, kind === 'action-v6_1')
      }
    },
  }
}

/** What mapping_dirty_helpers' pmd_entry decides: none is looked at again, huge is skipped; migration only in 6.1. */
function* wpCleanPmdEntry(k: Kernel, pmd: EntryPointer, walk: MmWalk, skipsMigration: boolean): Proc<number> {
  const value = yield* k.pmdp_get_lockless(pmd)
  if (yield* k.branch(k.pmd_none(value))) {
    if (!skipsMigration) return 0
    walk.action = 'AGAIN'
    yield* k.observe('ACTION_AGAIN', pmd.name, { object: pmd.name })
    return 0
  }
  if (yield* k.branch(k.pmd_trans_huge(value))) walk.action = 'CONTINUE'
  else if (yield* k.branch(k.pmd_devmap(value))) walk.action = 'CONTINUE'
  else if (skipsMigration && (yield* k.branch(k.is_pmd_migration_entry(value)))) walk.action = 'CONTINUE'
  return 0
}

function testWalk(world: World, kind: 'skip-first' | 'fail'): Callable {
  return {
    name: 'test_walk',
    path: null,
    role: 'callback',
    body: function* (k: Kernel, addr: bigint) {
      yield* k.observe('test_walk', `page ${pageNumber(world, addr)}`, { role: 'callback' })
      if (kind === 'fail') return -13
      return addr === world.start ? 1 : 0
    },
  }
}

function preVma(world: World, kind: 'report' | 'fail'): Callable {
  return {
    name: 'pre_vma',
    path: null,
    role: 'callback',
    body: function* (k: Kernel, start: bigint) {
      yield* k.observe('pre_vma', `page ${pageNumber(world, start)}`, { role: 'callback' })
      return kind === 'fail' ? -11 : 0
    },
  }
}

const POST_VMA: Callable = {
  name: 'post_vma',
  path: null,
  role: 'callback',
  body: function* (k: Kernel) {
    yield* k.observe('post_vma', '', { role: 'callback' })
  },
}

function pteHole(world: World, kind: 'report' | 'fail'): Callable {
  return {
    name: 'pte_hole',
    path: null,
    role: 'callback',
    body: function* (k: Kernel, addr: bigint, next: bigint) {
      const pages = (next - addr) / PAGE_SIZE
      yield* k.observe('pte_hole', `page ${pageNumber(world, addr)}, ${pages} pages`, { role: 'callback' })
      return kind === 'fail' ? -12 : 0
    },
  }
}
