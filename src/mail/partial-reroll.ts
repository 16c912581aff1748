import type { Draft, Posted } from './collect-series.js'

/**
 * Completes a revision of which only some patches were sent again: each of them, without a cover letter, answers (at
 * any depth) the patch with the same number of an earlier revision of the same length (b4's rule). The holes are
 * filled from that revision.
 */
export function fillPartialReroll(draft: Draft, drafts: readonly Draft[]): void {
  const sent = draft.slots.flatMap((slot, index) => (slot === null ? [] : [{ slot, index }]))
  if (draft.cover !== null || sent.length === 0 || sent.length === draft.count) return
  const earlier = drafts
    .filter((one) => one !== draft && one.version < draft.version && one.count === draft.count)
    .sort((one, other) => other.version - one.version)
  const base = earlier.find((one) => sent.every(({ slot, index }) => answers(slot, one, index)))
  if (base === undefined) return
  draft.rerolled = sent.map(({ index }) => index + 1)
  draft.basedOn = base
  draft.cover = base.cover
  for (let index = 0; index < draft.slots.length; index++) draft.slots[index] ??= base.slots[index] ?? null
}

/** Follows a patch up to the first posted patch above it, and asks whether that is the one it replaces. */
function answers(patch: Posted, base: Draft, index: number): boolean {
  const replaced = base.slots[index]
  for (let above = patch.parent; above !== null; above = above.parent) {
    if (above === replaced) return true
    if (above.subject.isPatch && !above.subject.isReply) return false
  }
  return false
}
