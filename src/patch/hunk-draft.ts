import type { HunkHeader } from './hunk-header.js'
import type { HunkNote, MissingHunk, PatchLine, RepairKind } from './types.js'

/** Where one line of a draft stands in the source: `count` wrapped lines from `at` on. */
export interface Seen {
  readonly at: number
  readonly count: number
  /** True when the line lost its context marker. */
  readonly lost: boolean
}

/** A hunk whose structure is settled, before blanks are restored and the whole is judged. */
export interface HunkDraft {
  readonly header: HunkHeader
  readonly at: number
  readonly lines: readonly PatchLine[]
  /** Beside `lines`; null when every line stands there verbatim, one after the other. */
  readonly seen: readonly Seen[] | null
  readonly certainty: 'exact' | 'unique' | 'flagged'
  readonly repairs: readonly { readonly kind: RepairKind; readonly count: number }[]
  readonly notes: readonly HunkNote[]
  readonly missing: MissingHunk | null
  /** Index of the first line behind the hunk. */
  readonly next: number
}
