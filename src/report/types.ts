/**
 * The report: the product of a run, and the contract with everybody who reads it (DESIGN.md section 7).
 * Terminal, markdown, mail, html, junit and sarif are pure functions of these types. Optional members may
 * be added within schema version 1; nothing is renamed or removed.
 */
import type { Diagnostic } from '../base/index.js'

/** The whole of one run. */
export interface Report {
  readonly schemaVersion: 1
  readonly tool: { readonly name: 'kreplay'; readonly version: string }
  /** True when the run was interrupted: what stands here was found, what is missing was not looked at. */
  readonly incomplete?: boolean
  readonly source: ReportSource
  readonly options: ReportOptions
  readonly patches: readonly ReportPatch[]
  readonly functions: readonly ReportFunction[]
  readonly findings: readonly Finding[]
  readonly summary: Summary
  readonly diagnostics: readonly Diagnostic[]
  /** Data races of accesses as they are written, where before and after have them alike: no findings. */
  readonly races?: readonly ReportRace[]
  /** What lockless functions need, as of after the patch, and what shows without it. */
  readonly needed?: readonly NeededPart[]
  /** Of a thread without a patch: the functions that its text names, and what their suites show. */
  readonly discussion?: ReportDiscussion
  /** Simplifications of the model that lie on the path of a finding (`kreplay list simplifications`). */
  readonly simplifications?: readonly ReportSimplification[]
}

export interface ReportSource {
  /** Where the patch came from: the mail format read, or `commit` for a tree. */
  readonly kind: string
  readonly subject: string
  readonly messageId: string | null
  /** ISO 8601, UTC. */
  readonly date: string | null
  /** The input as the user named it. */
  readonly input?: string
  /** Pieces of code quoted in a review, which are named but are no patch. */
  readonly fragments?: readonly ReportFragment[]
}

export interface ReportFragment {
  readonly functions: readonly string[]
  readonly lines: number
  readonly line: number
  readonly complete: boolean
}

export interface ReportOptions {
  readonly arch: readonly string[]
  readonly model: readonly string[]
  readonly tree: string | null
  /** Kconfig names that differ from the arch profile's own values. */
  readonly config: Readonly<Record<string, string>>
  readonly seed: number
  /** What "exhaustive" ranged over: table sizes, actors, threads; for people. */
  readonly scope: string
  /** Loads of one location: `each` mention is a load, or adjacent plain ones are `merged`. */
  readonly loads?: readonly ('each' | 'merged')[]
  /** What plain accesses of one word were taken for, where a memory model asks how accesses are marked. */
  readonly plain?: 'once' | 'as-written'
}

export interface ReportPatch {
  /** What was found of this patch; left out where nothing was explored. */
  readonly summary?: Summary
  readonly subject: string
  readonly messageId: string | null
  /** Number of the patch in its series, 0 for a cover letter; null for a patch outside a series. */
  readonly index: number | null
  readonly count: number | null
  readonly version: number
  readonly files: readonly ReportFile[]
  /** What the patch's text claims of its effect, and what became of that; left out where it claims nothing. */
  readonly claims?: readonly ReportClaim[]
  /** `Reviewed-by: …` and other trailers from the mail and its replies. */
  readonly trailers?: readonly { readonly key: string; readonly value: string }[]
}

/** A claim in the text of a patch: `No functional change.` */
export interface ReportClaim {
  /** `no functional change`, `pure move`, `rename`, `fixes`, … */
  readonly kind: string
  /** The words that make it. */
  readonly text: string
  readonly place: { readonly source: string; readonly line: number }
  /** `agrees` within what was explored, `contradicted` by what was observed, `undecided` where neither can be said. */
  readonly outcome: 'agrees' | 'contradicted' | 'undecided'
  readonly why: string
  /** Ids of the findings that it was compared with. */
  readonly findings: readonly string[]
}

export interface ReportFile {
  readonly path: string
  readonly previousPath: string | null
  readonly preBlob: string | null
  readonly postBlob: string | null
  readonly certificate: Certificate
  readonly repairs: readonly { readonly kind: string; readonly count: number }[]
  /** Hunks whose header stands in the mail and whose lines do not. */
  readonly missing: readonly string[]
  readonly hunks: number
  readonly checks?: readonly { readonly name: string; readonly result: string; readonly text: string }[]
  /** Where the text that the diff changes was found. */
  readonly image?: ReportImage
}

/** The text before (or, reversed, the text after) that a file's hunks were fitted to. */
export interface ReportImage {
  /**
   * `blob` the file of the id in the mail, `base-commit` the file in the commit that the mail names, `series` what
   * another patch of the series leaves, `hunks` the tree's file, in which the hunks stand, `text` the patch holds
   * the whole file, `none` nothing was found.
   */
  readonly by: 'blob' | 'base-commit' | 'series' | 'hunks' | 'text' | 'none'
  /** The tree has the patch already: the text before is the patch taken back. */
  readonly reversed: boolean
  /** How many lines each hunk stands away from where its header says. */
  readonly offsets: readonly number[]
  readonly text: string
}

/** What is proved of a file's diff: is the base the one it was made for, and are the lines those sent. */
export interface Certificate {
  readonly base: 'blob' | 'matched' | 'none'
  readonly added: 'post-blob' | 'verbatim' | 'blanks-inferred' | 'reconstructed'
}

export type ChangeKind = 'modified' | 'added' | 'removed' | 'moved' | 'renamed' | 'signature' | 'comment-only'

export interface ReportFunction {
  readonly name: string
  readonly path: string
  readonly previousName: string | null
  readonly previousPath: string | null
  /** `function`, or what else changed outside functions: `macro`, `struct`, `kconfig`, `asm`, `other`. */
  readonly kind: string
  readonly change: readonly ChangeKind[]
  /** The implementation that stood for each side, `name@version`; null where there is none. */
  readonly before: string | null
  readonly after: string | null
  readonly changedLines: {
    readonly added: number
    readonly removed: number
    /** Executable changed lines that some scenario ran, of those there are. */
    readonly reached?: number
    readonly executable?: number
    /** The changed lines one by one, blank ones left out, as far as line numbers are known. */
    readonly lines?: readonly ChangedLine[]
    /** The conditions on them, where their C was lifted and run. */
    readonly conditions?: readonly ChangedCondition[]
  }
  /** Preprocessor conditions around the function, innermost last. */
  readonly conditions?: readonly string[]
  readonly notes: readonly string[]
  /** The diff's lines that touch the function, marker first, for `kreplay reply` to quote. */
  readonly hunk?: readonly string[]
}

/** A removed (`before`) or added (`after`) line, by its number in the file of that side. */
export interface ChangedLine {
  readonly side: 'before' | 'after'
  readonly line: number
  readonly text: string
  /**
   * `run` and `not-run`: whether some scenario ran it; `no-code`: a declaration, comment or label; `left-out`: the
   * configuration leaves nothing of it; `not-named`: a hand-written implementation says nothing of it.
   */
  readonly state: 'run' | 'not-run' | 'no-code' | 'left-out' | 'not-named'
}

/** A condition on a changed line, or an operand of one, by where it begins. */
export interface ChangedCondition {
  readonly side: 'before' | 'after'
  readonly line: number
  readonly column: number
  readonly text: string
  /** Which of its outcomes some scenario showed; `some`: of several tests in one place not all showed both. */
  readonly outcomes: 'both' | 'true' | 'false' | 'none' | 'some'
}

export type Verdict =
  | 'regressed'
  | 'changed'
  | 'inconclusive'
  | 'unmapped'
  | 'fixed'
  | 'same'
  | 'pre-existing'

/** Who meets the finding: a caller in the tree does, none does (or only with a reload), or nobody looked. */
export type Reach = 'shown' | 'latent' | 'unknown'

export interface Finding {
  /** Hash of path, function, scenario, property, arch and model: the same finding in v2 and v3 keeps it. */
  readonly id: string
  readonly verdict: Verdict
  /** What differs: a hazard's name, `locks`, `splits`, `callbacks`, `return`, `contract`, `move`, … */
  readonly kind: string
  readonly reach: Reach
  readonly function: string
  readonly path: string
  /** The simplest scenario that shows it. */
  readonly scenario: string
  /** All scenarios that show it, the simplest first. */
  readonly scenarios?: readonly string[]
  readonly property: string
  readonly arch: string
  readonly model: string
  readonly config: Readonly<Record<string, string>>
  readonly premise: Premise
  /** What the other memory models of the run say to the same question, in the same scenario. */
  readonly elsewhere?: readonly UnderModel[]
  /** One sentence, `pte callbacks 512 -> 0`. */
  readonly summary: string
  readonly before: SideResult
  readonly after: SideResult
  readonly witness: Witness | null
  readonly notes?: readonly string[]
  /** Of kind `contradicted`: the claim that was observed to be false, and the findings that show it. */
  readonly contradicts?: Pick<ReportClaim, 'kind' | 'text' | 'place' | 'findings'>
}

/** What must be so for the finding to happen in a real kernel, and what is known of that. */
export interface Premise {
  readonly needs: readonly string[]
  readonly inTree: {
    readonly tree: string
    readonly scanned: string
    readonly found: readonly string[]
    readonly blind: readonly string[]
  } | null
}

export type Coverage =
  | { readonly kind: 'exhaustive' }
  | {
      readonly kind: 'bounded'
      readonly by: 'executions' | 'time' | 'loop' | 'choices'
      readonly limit: number
    }
  | { readonly kind: 'not-run'; readonly why: string }

/** One side's answer to the property. `holds` says of how many executions the property is true. */
export interface SideResult {
  readonly holds: 'never' | 'sometimes' | 'always' | 'unknown'
  /** Executions in which it holds. */
  readonly count: number
  readonly executions: number
  readonly coverage: Coverage
  /** The observed value, for people: `none`, `PTL`, `512`. */
  readonly value?: string
}

/** Both sides' answers under one memory model. */
export interface UnderModel {
  readonly model: string
  readonly before: SideResult
  readonly after: SideResult
}

export interface Witness {
  readonly side: 'before' | 'after'
  /** Replay string, DESIGN.md section 4: `a4b4a2`. */
  readonly schedule: string
  readonly steps: readonly Step[]
  /** A command line that replays it step by step. */
  readonly command: string
}

/** One event of a witness. */
export interface Step {
  readonly step: number
  readonly thread: string
  /** Function whose line it is, and depth of its call. */
  readonly function: string
  readonly depth: number
  /** `mm/pagewalk.c:58`, null for an actor of the suite without C text. */
  readonly at: string | null
  /** `load`, `store`, `lock`, `call`, `split_huge_pmd`, … */
  readonly operation: string
  /** The operation with its operands and value, for people. */
  readonly text: string
  /** Locks held by the thread when it does the step. */
  readonly locks: readonly string[]
  readonly irqsOff: boolean
  readonly rcuDepth: number
  /** State of the page-table entry concerned, after the step: `pmd none`. */
  readonly state: string | null
  /** The same entry, and what the step makes of it. */
  readonly entry?: EntryChange
  /** Set on the step at which the hazard shows. */
  readonly hazard?: string
}

/** A page-table entry around a step: `{ name: 'pmd:A[0]', before: 'huge', after: 'none' }`. */
export interface EntryChange {
  readonly name: string
  /** The one word of it that the step touches, where the entry has several. */
  readonly cell?: string
  readonly before: string
  readonly after: string
}

export interface Summary {
  readonly regressed: number
  readonly changed: number
  readonly inconclusive: number
  readonly unmapped: number
  readonly fixed: number
  readonly same: number
  readonly 'pre-existing'?: number
}

export interface ReportSimplification {
  readonly id: string
  readonly text: string
  /** Which way it errs: `misses …` or `may report … that cannot happen`. */
  readonly error: string
}

/** Two accesses, one of them plain, that nothing orders. */
export interface ReportRace {
  /** `data race (pte)`. */
  readonly property: string
  readonly function: string
  readonly path: string
  readonly arch: string
  readonly model: string
  /** A scenario that shows it. */
  readonly scenario: string
  /** Which accesses, for people. */
  readonly text: string
}

/** A barrier or a second look of a function, and what goes wrong without it. */
export interface NeededPart {
  readonly function: string
  readonly path: string
  /** Line of the C text at hand. */
  readonly line: number
  /** `smp_rmb()`, `the loop's test`. */
  readonly what: string
  readonly arch: string
  readonly models: readonly WithoutPart[]
}

/** What a function does without a part of it under one memory model. */
export interface WithoutPart {
  readonly model: string
  /** A hazard that it does not have with the part; null if none was met. */
  readonly hazard: string | null
  /** Something else that is not to be seen with the part, `value read: torn: low of A, high of none`. */
  readonly behaviour?: string
  /** The scenario that shows either. */
  readonly scenario?: string
  readonly executions: number
  readonly coverage: Coverage
  /** A command line that shows it. */
  readonly command?: string
}

/** What can be said of a thread without a patch. There are no verdicts in it, because nothing is compared. */
export interface ReportDiscussion {
  readonly functions: readonly DiscussedFunction[]
  readonly shown: readonly ShownBySuite[]
}

/** A function that the text names. */
export interface DiscussedFunction {
  readonly name: string
  /** Null where nobody knows a function of that name. */
  readonly path: string | null
  /** Where it is named, the first few. */
  readonly places: readonly { readonly source: string; readonly line: number; readonly quoted: boolean }[]
  readonly mentions: number
  /** What was run, `name@version`; null where it was not run. */
  readonly implementation: string | null
  /** Why it was not run, or what is to be said of it. */
  readonly notes: readonly string[]
}

/** What one suite shows of the functions, under one memory model. */
export interface ShownBySuite {
  readonly functions: readonly string[]
  /** The release that their texts are of, where there are several. */
  readonly release?: string
  readonly suite: string
  readonly arch: string
  readonly model: string
  /** Scenarios that were run, of those there are. */
  readonly scenarios: number
  readonly of: number
  readonly executions: number
  readonly coverage: Coverage
  readonly hazards: readonly ShownHazard[]
  /** What was observed: every property with the values it took. */
  readonly observed: readonly {
    readonly property: string
    readonly values: readonly {
      readonly value: string
      readonly scenarios: number
      readonly scenario: string
    }[]
  }[]
}

/** A hazard that the functions have as they are. */
export interface ShownHazard {
  readonly hazard: string
  readonly text: string
  readonly scenario: string
  readonly scenarios: number
  readonly schedule: string
  /** What a kernel must have for it. */
  readonly needs: readonly string[]
}
