/**
 * walk_page_range() of mm/pagewalk.c as of 6.0 and later: what lies outside every VMA is a hole without a look
 * at the page tables, which munmap may be freeing there.
 */
import type { MmWalk } from '../../mm/index.js'
import { defineReimplementation } from '../define.js'

/** Walks VMA by VMA. Written from its description: it stands for no text at hand. */
export const walk_page_range = defineReimplementation(
  { path: 'mm/pagewalk.c', name: 'walk_page_range', version: 'v6.1', release: '6.0' },
  function* (k, mm, first, end, ops, data) {
    if (first >= end) return EINVAL
    const walk: MmWalk = { ops, mm, vma: null, action: 'SUBTREE', no_vma: false, private: data }
    let start = first
    let err = 0
    let vma = mm.findVma(start)
    while (start < end) {
      let next = end
      if (vma === null || start < vma.start) {
        walk.vma = null
        if (vma !== null && vma.start < end) next = vma.start
        if (ops.pte_hole !== undefined) err = yield* k.call(ops.pte_hole, start, next, walk)
      } else {
        walk.vma = vma
        next = end < vma.end ? end : vma.end
        vma = mm.findVma(vma.end)
        err = yield* k.call('walk_page_test', start, next, walk)
        if (err > 0) {
          err = 0
          start = next
          continue
        }
        if (err < 0) break
        err = yield* k.call('__walk_page_range', start, next, walk)
      }
      if (err !== 0) break
      start = next
    }
    return err
  },
)

const EINVAL = -22
