/** Wrong versions of gup_pmd_range, gup_pud_range and gup_p4d_range as merged, each with one thing wrong. */
import { addrEnd, EntryPointer, type Kernel, pointerToCopy } from '../../../src/mm/index.js'
import { defineReimplementation, type Reimplementation } from '../../../src/reimpl/index.js'

export const GUP_DEFECTS = [
  'the entry is not advanced',
  'next is the end',
  'the first slot is of a copy',
  'not present is not tested',
  'stops after one entry',
  'goes on after a failure below',
] as const

const BELOW = { pmd: 'gup_pte_range', pud: 'gup_pmd_range', p4d: 'gup_pud_range' } as const
const ABOVE = { pmd: 'pud', pud: 'p4d', p4d: 'pgd' } as const

/** The function of a level, with one thing wrong, or nothing. */
export function gupRange(level: 'pmd' | 'pud' | 'p4d', wrong: string): Reimplementation {
  const spec = { path: 'mm/gup.c', name: `gup_${level}_range`, version: wrong, release: '5.9' } as const
  return defineReimplementation(spec, function* (k: Kernel, ...args) {
    const [pointer, above, start, end, ...rest] = args
    if (!(pointer instanceof EntryPointer) || typeof above !== 'object' || above instanceof EntryPointer)
      return 0
    if (above === null || typeof start !== 'bigint' || typeof end !== 'bigint') return 0
    const copy = pointerToCopy(ABOVE[level], above)
    let slot =
      wrong === 'the first slot is of a copy'
        ? yield* k.call(`${level}_offset`, copy, start)
        : yield* k.call(`${level}_offset_lockless`, pointer, above, start)
    let addr = start
    for (;;) {
      const value = yield* k.loadEntry(slot, 'once')
      const next = wrong === 'next is the end' ? end : addrEnd(k.mm.profile, level, addr, end)
      const isThere =
        level === 'pmd' ? k.pmd_present(value) : level === 'pud' ? k.pud_present(value) : k.p4d_none(value)
      const goesOn = level === 'p4d' ? !isThere.bits : isThere.bits
      if (wrong !== 'not present is not tested' && !(yield* k.branch({ ...isThere, bits: goesOn }))) return 0
      const [flags, pages, nr] = rest as [number, null, null]
      const below =
        level === 'pmd'
          ? yield* k.call(BELOW.pmd, value, addr, next, flags, pages, nr)
          : yield* k.call(BELOW[level], slot, value, addr, next, flags, pages, nr)
      if (below === 0 && wrong !== 'goes on after a failure below') return 0
      if (wrong !== 'the entry is not advanced') slot = slot.next()
      addr = next
      if (addr === end || wrong === 'stops after one entry') return 1
    }
  })
}
