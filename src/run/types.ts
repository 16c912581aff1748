/** What a caller asks of the pipeline, and what it hears meanwhile: the contract between run/ and cli/. */
import type { Diagnostic } from '../base/index.js'
import type { Report, Step } from '../report/index.js'

/**
 * One input: a path (file, maildir, archive), bytes already at hand (`-`, a pipe), commits of the repository that
 * is the tree (`A..B`, or one), or what its work tree changes.
 */
export type Input =
  | { readonly kind: 'commits'; readonly range: string }
  | { readonly kind: 'work-tree' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }

/** What is to be replayed, and how far. Members left out take the defaults of DESIGN.md section 4. */
export interface RunRequest {
  readonly inputs: readonly Input[]
  /** Revision of the series; the latest one if left out. */
  readonly revision?: number
  /** The revision of that number that was posted for comments. */
  readonly rfc?: boolean
  /** Numbers of the patches of the series to replay; all if left out. */
  readonly patches?: readonly number[]
  /** Only functions of these names. */
  readonly functions?: readonly string[]
  readonly arch?: readonly string[]
  /** Memory models, or `all`; if left out, those that the suites and scenarios ask for. */
  readonly model?: readonly string[]
  /** Kconfig values, `CONFIG_` names, that override the arch profile's. */
  readonly config?: Readonly<Record<string, string>>
  /** Implementations named by hand, `walk_pte_range@v5.5`. */
  readonly before?: readonly string[]
  readonly after?: readonly string[]
  /** Accept an implementation by name alone; its verdicts are inconclusive. */
  readonly nameOnly?: boolean
  /** Treat adjacent plain loads of one location as one, or each mention as a load; both if left out. */
  readonly loads?: 'once' | 'each'
  /** What plain accesses are taken for; if left out, marked under models that ask how accesses are marked. */
  readonly plain?: 'once' | 'as-written'
  /** Actors to leave out of every scenario. */
  readonly without?: readonly string[]
  /** Locks: only worlds whose caller holds one of them, `mmap_lock` or as precisely as `mmap_lock(write)`. */
  readonly locks?: readonly string[]
  /** Which implementations go before: the hand-written ones if left out. */
  readonly prefer?: 'lifted' | 'reimpl'
  /** Bounds: executions of one scenario's exploration, seconds of a suite's. */
  readonly budget?: { readonly executions?: number; readonly seconds?: number }
  readonly seed?: number
  /** Of a thread without a patch: run the functions that its text names, and say what they show. */
  readonly discuss?: boolean
  /** Extra random worlds to try beyond the scenarios; 0 if left out. */
  readonly hunt?: number
  readonly plugins?: readonly LoadedPlugin[]
  /** The kernel tree that the patches are for, if one is at hand. */
  readonly tree?: TreeName
  /** The command line that a witness' `kreplay step` line repeats: arguments naming input and options. */
  readonly commandArguments?: readonly string[]
}

/** A kernel tree as the user named it: a folder, `REPO` or `REPO:REVISION`, an archive. */
export interface TreeName {
  readonly name: string
  /** The folder that a relative name is relative to. */
  readonly cwd: string
}

/** A plugin file that cli/ or run/ has imported. */
export interface LoadedPlugin {
  readonly name: string
  readonly plugin: unknown
}

/** Where a run stands. `total` is 0 while it is unknown. */
export interface Progress {
  readonly phase: 'read' | 'parse' | 'match' | 'explore' | 'compare' | 'report'
  readonly done: number
  readonly total: number
  readonly label: string
}

export interface RunControl {
  readonly onProgress?: (progress: Progress) => void
  /** True once the user has asked to stop: the run ends at the next scenario with a partial report. */
  readonly interrupted?: () => boolean
  /** Milliseconds, monotonic; for budgets in seconds. */
  readonly now?: () => number
}

/** How a run ended: `read` says whether any input could be read, `hasPatch` whether there was a patch in it. */
export interface RunResult {
  readonly report: Report
  readonly read: boolean
  readonly hasPatch: boolean
  /** At least one changed function had an implementation on both sides and was run. */
  readonly replayed: boolean
  /** There was no patch, and functions that the text names were run. */
  readonly discussed?: boolean
}

/** `kreplay list`: one row per thing. */
export interface Listing {
  readonly what: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** `kreplay explore SCENARIO`: every outcome of one scenario for one implementation. */
export interface Exploration {
  readonly scenario: string
  readonly implementation: string
  readonly arch: string
  readonly model: string
  /** Parts of functions that were passed over, `fence@ptep_get_lockless:299`. */
  readonly without?: readonly string[]
  readonly coverage: Report['findings'][number]['before']['coverage']
  readonly executions: number
  readonly blocked: number
  readonly behaviours: readonly {
    readonly count: number
    readonly schedule: string
    /** The projection that tells behaviours apart, one line per fact. */
    readonly facts: readonly string[]
  }[]
  readonly hazards: readonly {
    readonly kind: string
    readonly count: number
    readonly schedule: string
    readonly text: string
  }[]
  readonly notes: readonly string[]
  /** The text for another tool, where one was asked for. */
  readonly text?: string
}

/** `kreplay step`: one execution, event by event. */
export interface Walkthrough {
  readonly title: string
  readonly scenario: string
  readonly side: string
  readonly schedule: string
  readonly steps: readonly Step[]
  readonly hazards: readonly string[]
}

/** `kreplay fingerprint`: the identities of what a patch changes, as a reimplementation would name them. */
export interface Fingerprint {
  readonly path: string
  readonly name: string
  readonly side: 'before' | 'after'
  readonly kind: 'function' | 'hunks'
  readonly hash: string
  /** `name@version` of the implementation that carries this identity, if one does. */
  readonly implementation: string | null
}

export interface FingerprintResult {
  readonly rows: readonly Fingerprint[]
  readonly diagnostics: readonly Diagnostic[]
}

/** A replay asked for by naming everything, as a report's `command` does. */
export interface StepRequest extends RunRequest {
  readonly scenario: string
  readonly side: 'before' | 'after'
  readonly schedule: string
}

export interface ExploreRequest {
  readonly scenario: string
  /** Implementations, `walk_pte_range@v5.4`; the suite's default for functions not named. */
  readonly implementations: readonly string[]
  readonly arch?: string
  readonly model?: string
  readonly config?: Readonly<Record<string, string>>
  readonly loads?: 'once' | 'each'
  readonly plain?: RunRequest['plain']
  /** Plain accesses of two words are made word by word, in either order: an extension of ours. */
  readonly tear?: boolean
  /** Parts of functions to pass over: `fence@299`, `retry@ptep_get_lockless:302`. */
  readonly without?: readonly string[]
  readonly budget?: { readonly executions?: number; readonly seconds?: number }
  readonly plugins?: readonly LoadedPlugin[]
  /** Also a text for another tool: each behaviour as a graph for Graphviz, or the scenario as a litmus test. */
  readonly as?: 'dot' | 'litmus'
}
