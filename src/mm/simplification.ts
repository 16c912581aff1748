/** What the simulated kernel leaves out, as data: a report names those on the path of its findings. */

export interface Simplification {
  readonly id: string
  readonly text: string
  /** Which way it errs: `misses …`, or `may report … that cannot happen`. */
  readonly error: string
}

const SIMPLIFICATIONS = {
  'small-tables': {
    text: 'Where several threads run, a table has 4 entries and the shifts follow.',
    error: 'misses what needs more than 4 entries of one table at once',
  },
  'file-split-zaps': {
    text: 'Splitting a huge pmd of a file VMA clears it; dirty and accessed bits are not moved to a folio.',
    error: 'misses the loss of dirty state on vma_is_special_huge mappings',
  },
  'pmd-invalidate-one-step': {
    text: 'pmdp_invalidate() is one exchange followed by a flush event.',
    error: 'misses architectures whose exchange takes two steps',
  },
  'deposit-single': {
    text: 'Each huge pmd has one deposited table of its own instead of a list per pmd table.',
    error: 'misses one huge pmd withdrawing the table of another',
  },
  'no-tlb': {
    text: 'TLB flushes are events; what a CPU has cached is not modelled.',
    error: 'misses every access through a stale TLB entry',
  },
  's390-byte-order': {
    text: 'On s390, too, the bytes of memory that lifted C has for itself are little-endian.',
    error: 'misses what depends on the order of bytes in a word',
  },
  'swap-layout': {
    text: 'Swap and migration entries keep type and offset in the upper bits on every x86 profile.',
    error: 'misses halves of a PAE swap entry that look like something else',
  },
  'lifted-folios': {
    text: 'In lifted C no page is part of a larger folio; on arm64 all folios have 16 pages.',
    error: 'misses what depends on other sizes of folios',
  },
  'lifted-task': {
    text: "In lifted C the task is one of the kernel's own word size: no thread flag is set; CPUs of arm64 have no capability beyond what all have.",
    error: 'misses 32-bit tasks on a 64-bit kernel, and memory tags',
  },
  'lifted-objects': {
    text: 'Objects that lifted C cannot see into belong to the thread alone; what opaque functions do to others is ignored.',
    error: 'misses races on such objects and what opaque functions store',
  },
  'lifted-globals': {
    text: 'Threads that run lifted C share its variables at file scope, but for those whose members are not known; what a variable defined elsewhere holds at first is decided for each thread.',
    error:
      'misses races on the others, and may report what needs two threads to find different first values and cannot happen',
  },
  'mmu-notifiers': {
    text: 'MMU notifiers are not called.',
    error: 'misses sleeping notifiers under a lock',
  },
  'locks-held-by-callers': {
    text: 'mmap_lock and rmap locks are held throughout; actors do only what is legal under them.',
    error: 'misses bugs in taking and dropping those locks',
  },
  'pae-plain-loads': {
    text: 'A C load of a two-word entry is two loads, low word first, unless plain accesses may tear.',
    error: 'misses compilers that load the high word first',
  },
  'rcu-grace-periods': {
    text: 'A grace period waits for each other thread to be outside RCU and interrupt-off sections once.',
    error: 'misses nothing of the order that RCU promises; timing is not modelled',
  },
} as const satisfies Record<string, Omit<Simplification, 'id'>>

export type SimplificationId = keyof typeof SIMPLIFICATIONS

/** One of them, by id. */
export function simplification(id: SimplificationId): Simplification {
  return { id, ...SIMPLIFICATIONS[id] }
}

/** All of them, in order of their ids. */
export function simplifications(): Simplification[] {
  return (Object.keys(SIMPLIFICATIONS) as SimplificationId[]).sort().map(simplification)
}
