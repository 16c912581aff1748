/**
 * The functions on ptes that arm64 shows to the rest of the kernel, in arch/arm64/include/asm/pgtable.h since
 * patch 12 of the contpte series v6, with what patches 13, 14, 16 and 18 make of them.
 */
import { type Bool, map2, or, tracked } from '../../../machine/index.js'
import { pte_cont, pte_mknoncont, pte_valid, pte_valid_cont } from '../../../mm/index.js'
import { defineReimplementation, type Reimplementation } from '../../define.js'
import { CONTPTE } from './contpte.identities.js'
import { contPtes } from './contpte-block.js'
import { raw_clear_flush_young, raw_set_access_flags, raw_test_and_clear_young } from './pgtable.v6_8.js'

const TEXT = { path: 'arch/arm64/include/asm/pgtable.h', version: 'v6' } as const
const WIRED = { ...TEXT, release: '6.8.12' } as const
const WRPROTECT = { ...TEXT, version: 'v6-wrprotect', release: '6.8.13' } as const
const CLEAR = { ...TEXT, release: '6.8.14' } as const
const HINT = { ...TEXT, release: '6.8.16' } as const
const INLINE = { version: 'v6-inline', release: '6.8.17' } as const
const FOLD = { ...TEXT, version: 'v6-fold', release: '6.8.18' } as const

export const contpte_try_unfold = defineReimplementation(
  { ...WIRED, name: 'contpte_try_unfold', identities: CONTPTE.contpte_try_unfold },
  function* (k, mm, addr, ptep, pte) {
    if (yield* k.branch(pte_valid_cont(pte), 'body')) {
      yield* k.call('__contpte_try_unfold', mm, addr, ptep, pte)
    }
    k.join()
  },
)

export const ptep_get = defineReimplementation(
  { ...WIRED, name: 'ptep_get', identities: CONTPTE.ptep_get },
  function* (k, ptep) {
    const pte = yield* k.ptep_get(ptep)
    if (!(yield* k.branch(pte_valid_cont(pte), 'rest'))) return pte
    return yield* k.call('contpte_ptep_get', ptep, pte)
  },
)

export const ptep_get_lockless = defineReimplementation(
  {
    ...WIRED,
    name: 'ptep_get_lockless',
    config: { CONFIG_ARM64_CONTPTE: true },
    identities: CONTPTE.ptep_get_lockless,
  },
  function* (k, ptep) {
    const pte = yield* k.ptep_get(ptep)
    if (!(yield* k.branch(pte_valid_cont(pte), 'rest'))) return pte
    return yield* k.call('contpte_ptep_get_lockless', ptep)
  },
)

export const set_pte = defineReimplementation(
  { ...WIRED, name: 'set_pte', identities: CONTPTE.set_pte },
  function* (k, ptep, pte) {
    const orig_pte = yield* k.ptep_get(ptep)
    if (yield* k.branch(pte_valid_cont(orig_pte), 'body')) {
      yield* k.hazard('WARN_ON', 'pte', 'set_pte() of an entry of a contiguous block')
    }
    k.join()
    yield* k.set_pte_at(k.mm, 0n, ptep, pte_mknoncont(pte))
  },
)

export const set_ptes = defineReimplementation(
  { ...WIRED, name: 'set_ptes', identities: CONTPTE.set_ptes },
  function* (k, mm, addr, ptep, pte, nr) {
    const plain = pte_mknoncont(pte)
    if (nr !== 1) {
      yield* k.call('contpte_set_ptes', mm, addr, ptep, plain, nr)
      return
    }
    yield* k.call('contpte_try_unfold', mm, addr, ptep, yield* k.ptep_get(ptep))
    yield* k.set_pte_at(mm, addr, ptep, plain)
  },
)

/** Patch 17 has these inlined always. */
export const set_ptes_inline: Reimplementation = {
  ...set_ptes,
  ...INLINE,
  identities: CONTPTE.set_ptes_inline,
}

export const contpte_try_unfold_inline: Reimplementation = {
  ...contpte_try_unfold,
  ...INLINE,
  identities: CONTPTE.contpte_try_unfold_inline,
}

/** Patch 18: the last entry of a block makes one of it. */
export const set_ptes_folding = defineReimplementation(
  { ...FOLD, name: 'set_ptes', identities: CONTPTE.set_ptes_folding },
  function* (k, mm, addr, ptep, pte, nr) {
    const plain = pte_mknoncont(pte)
    if (nr !== 1) {
      yield* k.call('contpte_set_ptes', mm, addr, ptep, plain, nr)
      return
    }
    yield* k.call('contpte_try_unfold', mm, addr, ptep, yield* k.ptep_get(ptep))
    yield* k.set_pte_at(mm, addr, ptep, plain)
    yield* k.call('contpte_try_fold', mm, addr, ptep, plain)
  },
)

export const contpte_try_fold = defineReimplementation(
  { ...FOLD, name: 'contpte_try_fold', identities: CONTPTE.contpte_try_fold },
  function* (k, mm, addr, ptep, pte) {
    const last = BigInt(contPtes(k) - 1)
    if (BigInt(ptep.index % contPtes(k)) !== last) return
    const isLastPage = k.pte_same({ ...k.pte_pfn(pte), bits: k.pte_pfn(pte).bits & last }, tracked(last))
    if (!(yield* k.branch(isLastPage, 'body'))) return k.join()
    const isTaken = or(pte_cont(pte), k.pte_special(pte))
    const suits: Bool = map2(pte_valid(pte), isTaken, (valid, taken) => valid && !taken)
    if (yield* k.branch(suits, 'body')) yield* k.call('__contpte_try_fold', mm, addr, ptep, pte)
    k.join()
    k.join()
  },
)

export const pte_clear = defineReimplementation(
  { ...WIRED, name: 'pte_clear', identities: CONTPTE.pte_clear },
  function* (k, mm, addr, ptep) {
    yield* k.call('contpte_try_unfold', mm, addr, ptep, yield* k.ptep_get(ptep))
    yield* k.pte_clear(mm, addr, ptep)
  },
)

export const ptep_get_and_clear = defineReimplementation(
  { ...WIRED, name: 'ptep_get_and_clear', identities: CONTPTE.ptep_get_and_clear },
  function* (k, mm, addr, ptep) {
    yield* k.call('contpte_try_unfold', mm, addr, ptep, yield* k.ptep_get(ptep))
    return yield* k.ptep_get_and_clear(mm, addr, ptep)
  },
)

export const ptep_test_and_clear_young = defineReimplementation(
  { ...WIRED, name: 'ptep_test_and_clear_young', identities: CONTPTE.ptep_test_and_clear_young },
  function* (k, vma, addr, ptep) {
    const orig_pte = yield* k.ptep_get(ptep)
    if (!(yield* k.branch(pte_valid_cont(orig_pte), 'rest'))) {
      return yield* raw_test_and_clear_young(k, vma, addr, ptep)
    }
    return yield* k.call('contpte_ptep_test_and_clear_young', vma, addr, ptep)
  },
)

export const ptep_clear_flush_young = defineReimplementation(
  { ...WIRED, name: 'ptep_clear_flush_young', identities: CONTPTE.ptep_clear_flush_young },
  function* (k, vma, addr, ptep) {
    const orig_pte = yield* k.ptep_get(ptep)
    if (!(yield* k.branch(pte_valid_cont(orig_pte), 'rest'))) {
      return yield* raw_clear_flush_young(k, vma, addr, ptep)
    }
    return yield* k.call('contpte_ptep_clear_flush_young', vma, addr, ptep)
  },
)

export const ptep_set_wrprotect = defineReimplementation(
  { ...WIRED, name: 'ptep_set_wrprotect', identities: CONTPTE.ptep_set_wrprotect },
  function* (k, mm, addr, ptep) {
    yield* k.call('contpte_try_unfold', mm, addr, ptep, yield* k.ptep_get(ptep))
    yield* k.ptep_set_wrprotect(mm, addr, ptep)
  },
)

/** Patch 13. */
export const ptep_set_wrprotect_one = defineReimplementation(
  { ...WRPROTECT, name: 'ptep_set_wrprotect', identities: CONTPTE.ptep_set_wrprotect_one },
  (k, mm, addr, ptep) => k.call('wrprotect_ptes', mm, addr, ptep, 1),
)

export const wrprotect_ptes = defineReimplementation(
  { ...WRPROTECT, name: 'wrprotect_ptes', identities: CONTPTE.wrprotect_ptes },
  function* (k, mm, addr, ptep, nr) {
    if (nr !== 1) {
      yield* k.call('contpte_wrprotect_ptes', mm, addr, ptep, nr)
      return
    }
    const orig_pte = yield* k.ptep_get(ptep)
    if (yield* k.branch(pte_cont(orig_pte), 'body')) {
      yield* k.call('__contpte_try_unfold', mm, addr, ptep, orig_pte)
    }
    k.join()
    yield* k.ptep_set_wrprotect(mm, addr, ptep)
  },
)

export const wrprotect_ptes_inline: Reimplementation = {
  ...wrprotect_ptes,
  ...INLINE,
  identities: CONTPTE.wrprotect_ptes_inline,
}

export const ptep_set_access_flags = defineReimplementation(
  { ...WIRED, name: 'ptep_set_access_flags', identities: CONTPTE.ptep_set_access_flags },
  function* (k, vma, addr, ptep, entry, dirty) {
    const orig_pte = yield* k.ptep_get(ptep)
    const plain = pte_mknoncont(entry)
    if (!(yield* k.branch(pte_valid_cont(orig_pte), 'rest'))) {
      return yield* raw_set_access_flags(k, vma, addr, ptep, plain, dirty)
    }
    return yield* k.call('contpte_ptep_set_access_flags', vma, addr, ptep, plain, dirty)
  },
)

export const clear_full_ptes = defineReimplementation(
  { ...CLEAR, name: 'clear_full_ptes', identities: CONTPTE.clear_full_ptes },
  function* (k, mm, addr, ptep, nr, full) {
    if (nr !== 1) {
      yield* k.call('contpte_clear_full_ptes', mm, addr, ptep, nr, full)
      return
    }
    yield* k.call('contpte_try_unfold', mm, addr, ptep, yield* k.ptep_get(ptep))
    yield* k.ptep_get_and_clear(mm, addr, ptep)
  },
)

export const get_and_clear_full_ptes = defineReimplementation(
  { ...CLEAR, name: 'get_and_clear_full_ptes', identities: CONTPTE.get_and_clear_full_ptes },
  function* (k, mm, addr, ptep, nr, full) {
    if (nr !== 1) return yield* k.call('contpte_get_and_clear_full_ptes', mm, addr, ptep, nr, full)
    yield* k.call('contpte_try_unfold', mm, addr, ptep, yield* k.ptep_get(ptep))
    return yield* k.ptep_get_and_clear(mm, addr, ptep)
  },
)

export const pte_batch_hint = defineReimplementation(
  { ...HINT, name: 'pte_batch_hint', identities: CONTPTE.pte_batch_hint },
  function* (k, ptep, pte) {
    if (!(yield* k.branch(pte_valid_cont(pte), 'rest'))) return 1
    return contPtes(k) - (ptep.index % contPtes(k))
  },
)
