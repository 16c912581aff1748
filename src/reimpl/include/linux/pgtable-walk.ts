/**
 * Macros of include/linux/pgtable.h that walks without locks go by, where the architecture has none of its own.
 * Macros are no functions that a patch is matched to: they stand around those that are.
 */
import { addrEnd, pointerToCopy, type UpperLevel } from '../../../mm/index.js'
import { defineReimplementation } from '../../define.js'

const TEXT = { path: 'include/linux/pgtable.h', release: '5.2' } as const
const ELSEWHERE = { CONFIG_S390: false } as const

type Below = 'p4d' | 'pud' | 'pmd'
const ABOVE = { p4d: 'pgd', pud: 'p4d', pmd: 'pud' } as const

/** As the simulated kernel has it. */
function offset(level: Below) {
  return defineReimplementation(
    { ...TEXT, name: `${level}_offset`, version: 'generic', config: ELSEWHERE },
    function* (k, above, addr) {
      return yield* k[`${level}_offset`](above, addr)
    },
  )
}

/** `pXd_offset(&value, addr)`: a folded level gives back a pointer to the copy. */
function offsetLockless(level: Below) {
  return defineReimplementation(
    { ...TEXT, name: `${level}_offset_lockless`, version: 'generic', config: ELSEWHERE },
    function* (k, _above, value, addr) {
      return yield* k.call(`${level}_offset`, pointerToCopy(ABOVE[level], value), addr)
    },
  )
}

/** The proposals' macros, which pass over the value. */
function end(level: UpperLevel, suffix: '_folded' | '', everywhere: boolean) {
  return defineReimplementation(
    {
      ...TEXT,
      name: `${level}_addr_end${suffix}` as 'pmd_addr_end_folded',
      version: 'generic',
      config: everywhere ? {} : ELSEWHERE,
    },
    // biome-ignore lint/correctness/useYield: it reads nothing
    function* (k, _value, addr, last) {
      return addrEnd(k.mm.profile, level, addr, last)
    },
  )
}

export const p4d_offset = offset('p4d')
export const pud_offset = offset('pud')
export const pmd_offset = offset('pmd')
export const p4d_offset_lockless = offsetLockless('p4d')
export const pud_offset_lockless = offsetLockless('pud')
export const pmd_offset_lockless = offsetLockless('pmd')
export const pgd_addr_end_folded = end('pgd', '_folded', false)
export const p4d_addr_end_folded = end('p4d', '_folded', false)
export const pud_addr_end_folded = end('pud', '_folded', true)
export const pmd_addr_end_folded = end('pmd', '_folded', true)
export const pgd_addr_end = end('pgd', '', false)
export const p4d_addr_end = end('p4d', '', false)
export const pud_addr_end = end('pud', '', true)
export const pmd_addr_end = end('pmd', '', true)
