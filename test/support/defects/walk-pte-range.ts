/** Wrong versions of walk_pte_range, one deviation each. */
import type { Lock, Proc } from '../../../src/machine/index.js'
import { type EntryPointer, type Kernel, type MmWalk, PAGE_SIZE } from '../../../src/mm/index.js'
import { defineReimplementation, type Reimplementation } from '../../../src/reimpl/index.js'

type Body = (k: Kernel, pmd: EntryPointer, addr: bigint, end: bigint, walk: MmWalk) => Proc<number>

export function walkPteRange(version: string, release: string, body: Body): Reimplementation {
  return defineReimplementation({ path: 'mm/pagewalk.c', name: 'walk_pte_range', version, release }, body)
}

/** The loop over callbacks: what it returned, and where its pointer stands then. */
export function* callbacks(
  k: Kernel,
  first: EntryPointer,
  start: bigint,
  end: bigint,
  walk: MmWalk,
): Proc<{ readonly err: number; readonly pte: EntryPointer }> {
  const { pte_entry } = walk.ops
  let addr = start
  let pte = first
  for (;;) {
    const err = pte_entry === undefined ? 0 : yield* k.call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
    addr += PAGE_SIZE
    if (err !== 0 || addr === end) return { err, pte }
    pte = pte.next()
  }
}

/** Maps and locks, or null where there is no table. */
export function* mapLocked(k: Kernel, pmd: EntryPointer, addr: bigint, walk: MmWalk) {
  const ptl = k.ref<Lock>()
  const pte = yield* k.pte_offset_map_lock(walk.mm, pmd, addr, ptl)
  return pte === null || ptl.value === null ? null : { pte, ptl: ptl.value }
}

/** As posted on 8 October 2019: the pointer was advanced once too often before, so one is taken off it. */
export const unmapsBefore = walkPteRange('unmap-pte-1', '5.4', function* (k, pmd, start, end, walk) {
  const mapped = yield* mapLocked(k, pmd, start, walk)
  const { pte_entry } = walk.ops
  if (mapped === null || pte_entry === undefined) return 0
  let { pte } = mapped
  let err = 0
  for (let addr = start; ; ) {
    err = yield* k.call(pte_entry, pte, addr, addr + PAGE_SIZE, walk)
    if (err !== 0) break
    addr += PAGE_SIZE
    pte = pte.next()
    if (addr === end) break
  }
  yield* k.pte_unmap_unlock(pte.at(pte.index - 1), mapped.ptl)
  return err
})
