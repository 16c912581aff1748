/** Wrong versions of walk_pmd_range, one deviation each, of the four texts of it. */
import type { Proc } from '../../../src/machine/index.js'
import {
  type EntryPointer,
  type Kernel,
  type MmWalk,
  sizeOf,
  type WalkAction,
} from '../../../src/mm/index.js'
import { defineReimplementation, type Reimplementation } from '../../../src/reimpl/index.js'

/** What the texts do between finding the pmd not none and walking its ptes. */
type Text = 'v5.4' | 'oct2019' | 'v6.1' | 'v6.12'

const COMMON_DEFECTS = [
  'none is not tested',
  'a hole is not reported',
  'a hole ends the walk',
  "a hole's result is ignored",
  'an error of pmd_entry does not stop',
  'an error of pmd_entry is overwritten',
  'pmd_entry is called twice',
  'the pmd is not advanced',
  'next is the end',
  'an error of the ptes does not stop',
] as const

export const PMD_DEFECTS = {
  'v5.4': [
    ...COMMON_DEFECTS,
    'nothing is split',
    'split without a check',
    'the check comes before the split',
    'the check loads *pmd for each test',
    'pmd_entry is called after the split',
    'ptes are walked without a pte_entry',
    'what is unstable is passed over',
  ],
  oct2019: [
    ...COMMON_DEFECTS,
    'migration is not tested',
    'huge is not tested',
    'devmap is not tested',
    'split with a pmd_entry too',
    'no check without a pmd_entry',
  ],
  'v6.1': [
    ...COMMON_DEFECTS,
    'nothing is split',
    'split without a check',
    'AGAIN is ignored',
    'CONTINUE is ignored',
    'the action of one pmd stays for the next',
    'ptes are walked without a pte_entry',
    'leaves are walked without a VMA',
  ],
  'v6.12': [
    ...COMMON_DEFECTS,
    'nothing is split',
    'AGAIN is ignored',
    'CONTINUE is ignored',
    'AGAIN of the ptes is ignored',
    'the action of one pmd stays for the next',
    'ptes are walked without a pte_entry',
    'leaves are walked without a VMA',
  ],
} as const satisfies Record<Text, readonly string[]>

const RELEASES: Readonly<Record<Text, string>> = {
  'v5.4': '5.4',
  oct2019: '5.4',
  'v6.1': '6.1',
  'v6.12': '6.12',
}

/** walk_pmd_range of this text, with one thing wrong (or nothing). */
export function pmdRange(text: Text, wrong: string): Reimplementation {
  const spec = {
    path: 'mm/pagewalk.c',
    name: 'walk_pmd_range',
    version: wrong,
    release: RELEASES[text],
  } as const
  return defineReimplementation(spec, function* (k, pud, start, end, walk) {
    let addr = start
    let err = 0
    let pmd = yield* k.pmd_offset(pud, addr)
    walk.action = 'SUBTREE'
    for (;;) {
      const next = wrong === 'next is the end' ? end : nextPmd(k, addr, end)
      const done = yield* onePmd(k, text, wrong, { pmd, addr, next, walk })
      err = done.err
      if (err !== 0 || done.stop) break
      if (wrong !== 'the pmd is not advanced') pmd = pmd.next()
      addr = next
      if (addr === end) break
    }
    return err
  })
}

interface One {
  readonly pmd: EntryPointer
  readonly addr: bigint
  readonly next: bigint
  readonly walk: MmWalk
}

const GO_ON = { err: 0, stop: false }

function* onePmd(k: Kernel, text: Text, wrong: string, one: One): Proc<{ err: number; stop: boolean }> {
  const { pmd, addr, next, walk } = one
  const { ops } = walk
  const sticky = wrong === 'the action of one pmd stays for the next'
  for (;;) {
    yield* k.retry('again', addr)
    const tested = wrong !== 'none is not tested' || walk.vma === null
    if (tested && ((yield* k.branch(k.pmd_none(yield* k.deref(pmd)))) || hasNoVma(text, walk))) {
      return yield* hole(k, wrong, one)
    }
    if (!sticky) walk.action = 'SUBTREE'
    if (wrong === 'pmd_entry is called after the split' && walk.vma !== null && ops.pte_entry !== undefined) {
      yield* k.split_huge_pmd(walk.vma, pmd, addr)
    }
    let err = 0
    if (ops.pmd_entry !== undefined) {
      err = yield* k.call(ops.pmd_entry, pmd, addr, next, walk)
      if (wrong === 'pmd_entry is called twice') {
        yield* k.deref(pmd)
        err = yield* k.call(ops.pmd_entry, pmd, addr, next, walk)
      }
      if (err !== 0 && wrong === 'an error of pmd_entry is overwritten') return { err: 0, stop: true }
      if (err !== 0 && wrong !== 'an error of pmd_entry does not stop') return { err, stop: false }
    }
    if (ops.pte_entry === undefined && wrong !== 'ptes are walked without a pte_entry') return GO_ON
    const way = yield* (text === 'v5.4' || text === 'oct2019' ? early : late)(k, text, wrong, one)
    if (way === 'again') continue
    if (way === 'skip') return GO_ON
    err = yield* k.call('walk_pte_range', pmd, addr, next, walk)
    if (err !== 0 && wrong === 'an error of the ptes does not stop') err = 0
    const again = text === 'v6.12' && actionOf(walk) === 'AGAIN' && wrong !== 'AGAIN of the ptes is ignored'
    if (err !== 0 || !again) return { err, stop: false }
  }
}

/** The texts before `walk->action`. */
function* early(
  k: Kernel,
  text: Text,
  wrong: string,
  { pmd, addr, walk }: One,
): Proc<'walk' | 'again' | 'skip'> {
  const { vma } = walk
  if (vma === null) return 'skip'
  if (text === 'oct2019' && walk.ops.pmd_entry !== undefined) {
    if (wrong === 'split with a pmd_entry too') yield* k.split_huge_pmd(vma, pmd, addr)
    if (wrong !== 'migration is not tested' && (yield* k.branch(k.is_swap_pmd(yield* k.deref(pmd)))))
      return 'skip'
    if (wrong !== 'huge is not tested' && (yield* k.branch(k.pmd_trans_huge(yield* k.deref(pmd)))))
      return 'skip'
    if (wrong !== 'devmap is not tested' && (yield* k.branch(k.pmd_devmap(yield* k.deref(pmd)))))
      return 'skip'
    return 'walk'
  }
  if (wrong === 'the check comes before the split') {
    const huge = yield* k.branch(k.pmd_leaf(yield* k.deref(pmd)))
    const unstable = !huge && (yield* k.branch(yield* k.pmd_trans_unstable(pmd)))
    yield* k.split_huge_pmd(vma, pmd, addr)
    return unstable ? 'again' : 'walk'
  }
  if (wrong !== 'nothing is split' && wrong !== 'pmd_entry is called after the split') {
    yield* k.split_huge_pmd(vma, pmd, addr)
  }
  if (wrong === 'split without a check' || wrong === 'no check without a pmd_entry') return 'walk'
  const unstable = yield* unstableBy(k, wrong, pmd)
  if (unstable && wrong === 'what is unstable is passed over') return 'skip'
  return unstable ? 'again' : 'walk'
}

/** pmd_trans_unstable(), or a test in its place that loads *pmd more often. */
function* unstableBy(k: Kernel, wrong: string, pmd: EntryPointer): Proc<boolean> {
  if (wrong === 'the check loads *pmd for each test') {
    if (yield* k.branch(k.pmd_none(yield* k.deref(pmd)))) return true
    if (yield* k.branch(k.pmd_trans_huge(yield* k.deref(pmd)))) return true
    return !(yield* k.branch(k.pmd_present(yield* k.deref(pmd))))
  }
  return yield* k.branch(yield* k.pmd_trans_unstable(pmd))
}

/** The texts with `walk->action`. */
function* late(
  k: Kernel,
  text: Text,
  wrong: string,
  { pmd, addr, walk }: One,
): Proc<'walk' | 'again' | 'skip'> {
  if (actionOf(walk) === 'AGAIN' && wrong !== 'AGAIN is ignored') return 'again'
  if (walk.vma === null && wrong !== 'leaves are walked without a VMA') {
    if (yield* k.branch(k.pmd_leaf(yield* k.deref(pmd)))) return 'skip'
    if (!(yield* k.branch(k.pmd_present(yield* k.deref(pmd))))) return 'skip'
  }
  if (actionOf(walk) === 'CONTINUE' && wrong !== 'CONTINUE is ignored') return 'skip'
  if (walk.vma !== null && wrong !== 'nothing is split') yield* k.split_huge_pmd(walk.vma, pmd, addr)
  if (text === 'v6.12' || walk.vma === null || wrong === 'split without a check') return 'walk'
  return (yield* k.branch(yield* k.pmd_trans_unstable(pmd))) ? 'again' : 'walk'
}

function* hole(k: Kernel, wrong: string, { addr, next, walk }: One): Proc<{ err: number; stop: boolean }> {
  const { pte_hole } = walk.ops
  const err =
    pte_hole === undefined || wrong === 'a hole is not reported'
      ? 0
      : yield* k.call(pte_hole, addr, next, walk)
  return { err: wrong === "a hole's result is ignored" ? 0 : err, stop: wrong === 'a hole ends the walk' }
}

function hasNoVma(text: Text, walk: MmWalk): boolean {
  return walk.vma === null && (text === 'v5.4' || text === 'oct2019')
}

function actionOf(walk: { readonly action: WalkAction }): WalkAction {
  return walk.action
}

function nextPmd(k: Kernel, addr: bigint, end: bigint): bigint {
  const { profile } = k.mm
  if (profile.levels.pmd.folded !== 'no') return end
  const size = sizeOf(profile, 'pmd')
  const boundary = (addr & ~(size - 1n)) + size
  return boundary - 1n < end - 1n ? boundary : end
}
