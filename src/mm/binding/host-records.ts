/** Structs of C that hand-written code has as objects: their members by C name, with what each reads and writes. */
import { EntryPointer, type Mm, type Vma } from '../table.js'
import type { MmWalk, MmWalkOps, WalkAction } from '../walk.js'

/** A member that the hand-written object has. */
export interface HostField {
  readonly type: string
  /** Undefined: this object does not say, and the value is not decided. */
  readonly get: (host: never, mm: Mm) => unknown
  readonly set?: (host: never, value: unknown) => void
}

/** `enum page_walk_action`. */
export const WALK_ACTIONS: readonly WalkAction[] = ['SUBTREE', 'CONTINUE', 'AGAIN']

const WALK_CALLBACKS = [
  'pgd_entry',
  'p4d_entry',
  'pud_entry',
  'pmd_entry',
  'pte_entry',
  'pte_hole',
  'test_walk',
  'pre_vma',
  'post_vma',
] as const satisfies readonly (keyof MmWalkOps)[]

function field<H>(
  type: string,
  get: (host: H, mm: Mm) => unknown,
  set?: (host: H, value: unknown) => void,
): HostField {
  return { type, get, ...(set === undefined ? {} : { set }) } as HostField
}

const CALLBACK = 'int (*)(void)'

export const HOST_RECORDS: Readonly<Record<string, Readonly<Record<string, HostField>>>> = {
  'struct mm_walk': {
    ops: field<MmWalk>('const struct mm_walk_ops *', ({ ops }) => ops),
    mm: field<MmWalk>('struct mm_struct *', ({ mm }) => mm),
    pgd: field<MmWalk>('pgd_t *', ({ pgd }) => pgd ?? null),
    vma: field<MmWalk>(
      'struct vm_area_struct *',
      ({ vma }) => vma,
      (walk, vma) => {
        walk.vma = vma as Vma | null
      },
    ),
    action: field<MmWalk>(
      'enum page_walk_action',
      ({ action }) => WALK_ACTIONS.indexOf(action),
      (walk, action) => {
        walk.action = WALK_ACTIONS[Number(action)] ?? 'SUBTREE'
      },
    ),
    no_vma: field<MmWalk>('bool', ({ no_vma }) => no_vma),
  },
  'struct mm_walk_ops': {
    ...Object.fromEntries(
      WALK_CALLBACKS.map((name) => [name, field<MmWalkOps>(CALLBACK, (ops) => ops[name] ?? null)]),
    ),
    walk_lock: field<MmWalkOps>('enum page_walk_lock', () => 0),
  },
  'struct vm_area_struct': {
    vm_start: field<Vma>('unsigned long', ({ start }) => start),
    vm_end: field<Vma>('unsigned long', ({ end }) => end),
    vm_flags: field<Vma>('unsigned long', ({ flags }) => flags),
    vm_mm: field<Vma>('struct mm_struct *', (_vma, mm) => mm),
  },
  'struct mm_struct': {
    pgd: field<Mm>('pgd_t *', ({ pgd }) => new EntryPointer(pgd, 0)),
  },
}

/** Members of C's struct that lie at made-up offsets when lifting does not say where. */
export function hostMembers(record: string): readonly string[] {
  return Object.keys(HOST_RECORDS[record] ?? {})
}
