/**
 * What a text holds in the way of patches, as plain data.
 *
 * Two ideas run through all of it. Every line says where it came from (`origin`), and every file says what
 * is proved about it (`certificate`): a repaired hunk is proved or flagged, never silently different.
 */
import type { Diagnostic } from '../base/index.js'
import type { DamageModel } from './damage-model.js'

export type LineOp = 'context' | 'added' | 'removed'

/**
 * How a line came to read as it does, from best to worst:
 * `verbatim` as it stands in the text; `marker-restored` only its context marker was lost; `joined` out of
 * several wrapped lines; `blanks-inferred` right up to blanks; `reconstructed` a choice among several. With
 * a kernel tree two more: `copied` from the text before (or after), where it stands; `proved` a line whose
 * blanks were searched until the blob id of the whole file was the one that the text names.
 */
export type LineOrigin =
  | 'verbatim'
  | 'copied'
  | 'proved'
  | 'marker-restored'
  | 'joined'
  | 'blanks-inferred'
  | 'reconstructed'

/** A line of the given text as it stands there. */
export interface SeenLine {
  readonly text: string
  /** 1-based. */
  readonly line: number
}

/** One line of a hunk, without marker and newline. */
export interface PatchLine {
  readonly op: LineOp
  readonly text: string
  /** Set when `\ No newline at end of file` follows. */
  readonly noNewline?: boolean
  /** 1-based line of the given text where it (first) stands. */
  readonly line: number
  readonly origin: LineOrigin
}

export type RepairKind =
  | 'marker-stripped'
  | 'blank-context-restored'
  | 'indent-lost'
  | 'indent-inferred'
  | 'unwrapped'
  | 'tabs-to-spaces'
  | 'runs-of-4'
  | 'quoted'
  | 'crlf'
  | 'recounted'

/**
 * One kind of repair and how many lines it touched (for `unwrapped`: how many newlines it took out, for
 * `recounted`: how many hunks). `marker-stripped` counts all context lines whose marker was lost, the empty
 * ones among them are counted by `blank-context-restored` again.
 */
export interface Repair {
  readonly kind: RepairKind
  readonly count: number
}

/** Something a reader of one hunk should know, e.g. `blanks-in-string` or `several-parses`. */
export interface HunkNote {
  readonly code: string
  readonly line: number
  readonly text: string
}

/**
 * One hunk. Its counts are those of its lines; where the header says otherwise, a repair `recounted`, a note
 * and a diagnostic say so. `certainty`: `exact` as sent; `unique` repaired, and only one parse fits the
 * counts; `flagged` something was chosen or is missing.
 */
export interface Hunk {
  readonly beforeStart: number
  readonly beforeCount: number
  readonly afterStart: number
  readonly afterCount: number
  /** The text after the second `@@`, usually the function's heading. */
  readonly section: string
  readonly lines: readonly PatchLine[]
  /** 1-based line of the hunk's header. */
  readonly line: number
  readonly repairs: readonly Repair[]
  readonly certainty: 'exact' | 'unique' | 'flagged'
  readonly notes: readonly HunkNote[]
  /**
   * For a hunk that is not as it was sent: the lines behind its header as they stand in the text, with some
   * more behind its end as read, so that it can be read again beside the file it changes.
   */
  readonly seen?: readonly SeenLine[]
}

/** Lines a hunk header announces and the text does not hold. */
export interface MissingHunk {
  readonly beforeStart: number
  readonly beforeCount: number
  readonly afterStart: number
  readonly afterCount: number
  readonly section: string
  /** 1-based line of the hunk's header. */
  readonly line: number
  /** `no-body` not one line is there; `truncated` the text ends inside; `elided` a reviewer cut lines out. */
  readonly reason: 'no-body' | 'truncated' | 'elided'
}

export type CheckName =
  | 'counts'
  | 'offsets'
  | 'diffstat'
  | 'redamage'
  | 'alignment'
  | 'pre-blob'
  | 'post-blob'
  | 'parse-diff'
  | 'diff'

/** One test a file's diff was put to. */
export interface Check {
  readonly name: CheckName
  readonly result: 'passed' | 'failed' | 'not-available'
  readonly text: string
}

/**
 * What is proved. `base`: is this the pre-image the patch was made for (from a text alone only for a file
 * that is created, or whose whole content is removed); `added`: are these the lines that were sent,
 * `post-blob` only when the id of the result was computed here and is the one of the `index` line.
 */
export interface FileCertificate {
  readonly base: 'blob' | 'matched' | 'none'
  readonly added: 'post-blob' | 'verbatim' | 'blanks-inferred' | 'reconstructed'
  readonly checks: readonly Check[]
}

export type FileKind =
  | 'modified'
  | 'added'
  | 'removed'
  | 'renamed'
  | 'copied'
  | 'mode'
  | 'binary'
  | 'combined'

/**
 * `patch` is what the text asks to apply. The others are witnesses and never applied: `example` a diff in a
 * commit message, `quoted` a diff in a reviewer's quotation, `loose` hunks no file name belongs to.
 */
export type FileRole = 'patch' | 'example' | 'quoted' | 'loose'

/** The change of one file. */
export interface FileDiff {
  readonly role: FileRole
  /** Name after the change, `a/`, `b/` or a quilt folder stripped; data, perhaps hostile: see diagnostics. */
  readonly path: string
  /** Name before, when it is another; null otherwise. */
  readonly previousPath: string | null
  readonly kind: FileKind
  /** The ids of the `index` line as written (usually short), null where there is none. Only a claim. */
  readonly preBlob: string | null
  readonly postBlob: string | null
  readonly beforeMode: string | null
  readonly afterMode: string | null
  readonly hunks: readonly Hunk[]
  readonly missing: readonly MissingHunk[]
  readonly certificate: FileCertificate
  readonly repairs: readonly Repair[]
  /** What the text's archive does to blanks, where it was recognised. */
  readonly damage?: DamageModel
  /** 1-based first line of the file's header. */
  readonly line: number
}

/** One line of a diffstat, as declared; null for what it does not say (bars may be lost). */
export interface DiffstatFile {
  readonly path: string
  readonly changed: number | null
  readonly line: number
}

/** The diffstat a text declares. */
export interface Diffstat {
  readonly files: readonly DiffstatFile[]
  readonly fileCount: number | null
  readonly insertions: number | null
  readonly deletions: number | null
  readonly line: number
}

/** A piece of code that a reviewer quotes without its hunk header. */
export interface Fragment {
  readonly lines: readonly PatchLine[]
  /** How many quote markers stand before it. */
  readonly depth: number
  /** Names of the functions that begin in it. */
  readonly functions: readonly string[]
  /** True when its braces balance and no function is cut off. */
  readonly complete: boolean
  /** True when the reviewer marked an elision (`[...]`, `[snip]`) between the piece before and this one. */
  readonly elided: boolean
}

/** A function put together from consecutive fragments. */
export interface QuotedFunction {
  readonly name: string
  readonly lines: readonly PatchLine[]
  /** Indexes into `Patch.fragments`. */
  readonly fragments: readonly number[]
  /** True when its closing brace was quoted too. */
  readonly complete: boolean
}

/** Everything patch-like in one text. */
export interface Patch {
  readonly files: readonly FileDiff[]
  /** Diffs that are not to be applied: examples, quotations, hunks without a file. */
  readonly witnesses: readonly FileDiff[]
  readonly diffstat: Diffstat | null
  readonly fragments: readonly Fragment[]
  readonly functions: readonly QuotedFunction[]
  /** What follows the last hunk: signature, list footer, prose. */
  readonly trailingText: string
  readonly diagnostics: readonly Diagnostic[]
}
