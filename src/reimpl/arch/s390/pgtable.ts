/**
 * pXd_offset() of arch/s390/include/asm/pgtable.h: a level is only there if the entry above is of a table that has
 * one, else the pointer is given back. In three texts: until 5.9-rc5; with pXd_offset_lockless(), which asks the
 * value that was read and gives back the pointer it was read from; and the ends of entries of the first proposal.
 */
import type { Proc, Word } from '../../../machine/index.js'
import { addrEndOfEntry, EntryPointer, indexBelow, isFoldedBelow, type Kernel } from '../../../mm/index.js'
import { defineReimplementation } from '../../define.js'

const MERGED = '[PATCH v2] mm/gup: fix gup_fast with dynamic page table folding'
const FOLDED_END = '[RFC PATCH v2 1/3] mm/gup: fix gup_fast with dynamic page table folding'
const ENTRY_END = '[RFC PATCH v2 2/3] mm: make pXd_addr_end() functions page-table entry aware'

const TEXT = {
  path: 'arch/s390/include/asm/pgtable.h',
  release: '5.9',
  config: { CONFIG_S390: true },
} as const

type Below = 'p4d' | 'pud' | 'pmd'
const ABOVE = { p4d: 'pgd', pud: 'p4d', pmd: 'pud' } as const

/** The slot for addr in the table that an entry of the level above points to. */
function* slotBelow(k: Kernel, level: Below, above: Word, addr: bigint): Proc<EntryPointer> {
  const first = yield* k[`${ABOVE[level]}_deref`](above)
  return new EntryPointer(first.table, indexBelow(k.mm.profile, level, addr), first.from)
}

function isFolded(k: Kernel, level: Below, { bits, from }: Word) {
  return { bits: isFoldedBelow(k.mm.profile, ABOVE[level], bits), from }
}

/** `*pgd` stands in the text twice, and is read twice. */
function offset(level: Below, hash: string) {
  return defineReimplementation(
    {
      ...TEXT,
      release: '5.2',
      name: `${level}_offset`,
      version: 's390-v5.2',
      identities: [{ kind: 'function', hash, source: MERGED }],
    },
    function* (k, above, addr) {
      if (yield* k.branch(isFolded(k, level, yield* k.deref(above)))) return above
      return yield* slotBelow(k, level, yield* k.deref(above), addr)
    },
  )
}

/** The value was read before; for the pointer to be given back nothing is read. */
function offsetLockless(level: Below, hash: string) {
  return defineReimplementation(
    {
      ...TEXT,
      name: `${level}_offset_lockless`,
      version: 's390-v5.9',
      identities: [{ kind: 'function', hash, source: MERGED }],
    },
    function* (k, above, value, addr) {
      if (yield* k.branch(isFolded(k, level, value))) return above
      return yield* slotBelow(k, level, value, addr)
    },
  )
}

function offsetByLockless(level: Below, hash: string) {
  return defineReimplementation(
    {
      ...TEXT,
      name: `${level}_offset`,
      version: 's390-v5.9',
      identities: [{ kind: 'hunks', hash, source: MERGED }],
    },
    function* (k, above, addr) {
      return yield* k.call(`${level}_offset_lockless`, above, yield* k.deref(above), addr)
    },
  )
}

export const p4d_offset = offset('p4d', '0728bad0bd1f4981')
export const pud_offset = offset('pud', '142af09b1d075f1e')
export const pmd_offset = offset('pmd', '4464150128ca03fd')
export const p4d_offset_lockless = offsetLockless('p4d', '72b7c86e1ce65662')
export const pud_offset_lockless = offsetLockless('pud', 'e88c9c4be22106d3')
export const pmd_offset_lockless = offsetLockless('pmd', 'acacf43e38d89c6f')
export const p4d_offset_v5_9 = offsetByLockless('p4d', '248a25068837deeb')
export const pud_offset_v5_9 = offsetByLockless('pud', '4c71cc40a22e0a2f')
export const pmd_offset_v5_9 = offsetByLockless('pmd', '153230b92f4e52d8')

/** The end of an entry by the table that it stands in; asserts that there are 3 levels at least. */
export const rste_addr_end_folded = defineReimplementation(
  {
    ...TEXT,
    name: 'rste_addr_end_folded',
    version: 's390-folded-end',
    identities: [{ kind: 'hunks', hash: '3de53d9adf38e4db', source: FOLDED_END }],
    notes: ['the assertion that there are 3 levels is left out, as without CONFIG_DEBUG_VM'],
  },
  // biome-ignore lint/correctness/useYield: it reads nothing
  function* (k, rste, addr, end) {
    return addrEndOfEntry(k.mm.profile, 'pgd', rste, addr, end)
  },
)

function entryEnd<N extends 'pgd_addr_end_folded' | 'p4d_addr_end_folded' | 'pgd_addr_end' | 'p4d_addr_end'>(
  name: N,
  hash: string,
) {
  const isFirst = name.endsWith('_folded')
  return defineReimplementation(
    {
      ...TEXT,
      name: name as string as 'pgd_addr_end_folded',
      version: isFirst ? 's390-folded-end' : 's390-entry-end',
      identities: [{ kind: 'hunks', hash, source: isFirst ? FOLDED_END : ENTRY_END }],
    },
    function* (k, entry, addr, end) {
      return yield* k.call('rste_addr_end_folded', entry.bits, addr, end)
    },
  )
}

export const pgd_addr_end_folded = entryEnd('pgd_addr_end_folded', 'b4f2908dd064018d')
export const p4d_addr_end_folded = entryEnd('p4d_addr_end_folded', 'eb4e291d6d228f76')
export const pgd_addr_end = entryEnd('pgd_addr_end', '91d52d9e81531516')
export const p4d_addr_end = entryEnd('p4d_addr_end', '46e6e1dbda28e0ee')
