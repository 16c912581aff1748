/** Real callers of a page walk: a pte_entry that stops the walk, as s390's page gathering does. */
import { defineReimplementation } from '../../define.js'

/**
 * Takes a reference to the page of every present pte and records it; 1 when the batch of 32 is full, so that
 * the caller goes on from there. Needs the page-table lock: the page could be freed before the reference.
 */
export const s390_gather_pages = defineReimplementation(
  {
    path: 'arch/s390/mm/gmap.c',
    name: 's390_gather_pages',
    version: 'v6.1',
    release: '6.1',
    notes: ['page references are events'],
  },
  function* (k, pte, addr, _end, walk) {
    const entry = yield* k.ptep_get(pte)
    if (yield* k.branch(k.pte_present(entry), 'rest')) {
      yield* k.observe('get_page', `pfn ${k.pte_pfn(entry).bits.toString(16)}`)
      const batch = walk.private
      if (Array.isArray(batch)) return batch.push(addr) >= BATCH ? 1 : 0
    }
    return 0
  },
)

const BATCH = 32
