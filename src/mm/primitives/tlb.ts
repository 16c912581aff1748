/** TLB flushes, as events. */
import { hex } from '../../base/index.js'
import { definePrimitive } from './primitive.js'

export const flush_tlb_page = definePrimitive(
  'flush_tlb_page',
  { contract: 'drops one page from the TLBs', simplifications: ['no-tlb'] },
  function* (k, _vma, addr) {
    yield* k.observe('flush_tlb_page', hex(addr), { role: 'flush' })
  },
)

export const flush_tlb_range = definePrimitive(
  'flush_tlb_range',
  { contract: 'drops a range from the TLBs', simplifications: ['no-tlb'] },
  function* (k, _vma, start, end) {
    yield* k.observe('flush_tlb_range', `${hex(start)}-${hex(end)}`, { role: 'flush' })
  },
)

export const flush_tlb_range_nosync = definePrimitive(
  'flush_tlb_range_nosync',
  {
    contract: 'has a range dropped from the TLBs, without waiting until it is',
    simplifications: ['no-tlb'],
  },
  function* (k, _vma, start, end) {
    yield* k.observe('flush_tlb_range_nosync', `${hex(start)}-${hex(end)}`, { role: 'flush' })
  },
)
