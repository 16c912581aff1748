import type { HunkDraft } from './hunk-draft.js'
import type { FileKind, FileRole } from './types.js'

/** One file's diff as read, before blanks are restored and the certificate is written. */
export interface FileDraft {
  readonly role: FileRole
  readonly path: string
  readonly previousPath: string | null
  readonly kind: FileKind
  readonly preBlob: string | null
  readonly postBlob: string | null
  readonly beforeMode: string | null
  readonly afterMode: string | null
  readonly hunks: readonly HunkDraft[]
  /** Index of the first line of the header, and of the first line behind the last hunk. */
  readonly at: number
  readonly next: number
}
