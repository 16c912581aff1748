/**
 * gup_pte_range() of mm/gup.c: the end of gup_fast, which takes a reference to each page. Written from its
 * description; no patch at hand changes it.
 */

import { hex } from '../../base/index.js'
import type { Proc, Word } from '../../machine/index.js'
import { EntryPointer, type Kernel, PAGE_SIZE, pointerToCopy } from '../../mm/index.js'
import { defineReimplementation } from '../define.js'

/** Given the value of the pmd, of which it has a copy on the stack; since 6.1 the pointer to it as well. */
export const gup_pte_range = defineReimplementation(
  {
    path: 'mm/gup.c',
    name: 'gup_pte_range',
    version: 'v5.2',
    release: '5.2',
    notes: ['references to pages are events', 'device pages, secret memory and unsharing are left out'],
  },
  function* (k, pmd, ...args) {
    const hasPointer = args[0] instanceof EntryPointer
    const pmdp = hasPointer ? (args[0] as EntryPointer) : null
    const [addr, end, flags] = (hasPointer ? args.slice(1) : args) as [bigint, bigint, number]
    return yield* takePages(k, pmdp, pmd, addr, end, flags)
  },
)

function* takePages(
  k: Kernel,
  pmdp: EntryPointer | null,
  pmd: Word,
  start: bigint,
  end: bigint,
  flags: number,
): Proc<number> {
  const copy = pointerToCopy('pmd', pmd)
  const first = yield* k.pte_offset_map(copy, start)
  if (first === null) return 0
  let pte = first
  let addr = start
  let taken = 1
  for (;;) {
    const value = yield* k.ptep_get(pte)
    taken = (yield* usable(k, value, flags)) ? 1 : 0
    if (taken === 0) break
    yield* k.observe('get_page', `${hex(addr)} pfn ${k.pte_pfn(value).bits.toString(16)}`, {
      object: pte.name,
    })
    if (pmdp !== null) taken = (yield* k.branch(k.pmd_same(pmd, yield* k.deref(pmdp)))) ? 1 : 0
    if (taken === 1) taken = (yield* k.branch(k.pte_same(value, yield* k.deref(pte)))) ? 1 : 0
    if (taken === 0) {
      yield* k.observe('put_page', hex(addr), { object: pte.name })
      break
    }
    addr += PAGE_SIZE
    if (addr === end) break
    pte = pte.next()
  }
  yield* k.pte_unmap(first)
  return taken
}

const FOLL_WRITE = 1

function* usable(k: Kernel, pte: Word, flags: number): Proc<boolean> {
  if (!(yield* k.branch(k.pte_present(pte)))) return false
  if ((flags & FOLL_WRITE) !== 0 && !(yield* k.branch(k.pte_write(pte)))) return false
  return !(yield* k.branch(k.pte_special(pte)))
}
