/** What `kreplay callers` answers: plain data, printed as it stands by `--json`. */
import type { SeriesPatch } from './series-lines.js'

export interface CallersRequest {
  /** `walk_pmd_range`, `mm/pagewalk.c:walk_pmd_range`, or `struct mm_walk_ops` for a struct's tables. */
  readonly name: string
  /** Patches whose callers count too. */
  readonly series?: readonly SeriesPatch[]
}

/** A place in the tree, as it is after the series. */
export interface CallersPlace {
  readonly path: string
  readonly line: number
  /** The function it is in; null at file scope. */
  readonly function: string | null
  /** `#if` conditions around it, outermost first. */
  readonly conditions: readonly string[]
  /** The patch of the series that adds the line. */
  readonly patch?: string
}

/** Locks at a place as the text of the function around shows them: `mmap_lock(read)`, `mmap_lock asserted`. */
export interface CallersLocks {
  readonly locks: readonly string[]
  /** Held on some of the ways there. */
  readonly perhaps: readonly string[]
}

export interface CallerRow extends CallersPlace, CallersLocks {
  readonly text: string
  /** Tables of callbacks that the call hands over. */
  readonly tables: readonly { readonly table: string; readonly walkLock: string | null }[]
}

export interface TableUseRow extends CallersPlace, CallersLocks {
  /** `walk_page_range()`, `walk_page_range() through ops`, `stored in walk.ops`. */
  readonly how: string
}

/** A table of callbacks. */
export interface TableRow extends CallersPlace {
  readonly table: string
  /** Tag of its struct; empty where it is not seen. */
  readonly struct: string
  /** The member that holds the function asked for; null where a struct was asked for. */
  readonly member: string | null
  /** What else it sets, and to what. */
  readonly sets: readonly {
    readonly field: string
    readonly value: string
    readonly conditions: readonly string[]
  }[]
  /** `.walk_lock` of it. */
  readonly walkLock: string | null
  /** Why its members are not all known. */
  readonly open: readonly string[]
  readonly uses: readonly TableUseRow[]
}

export interface FunctionCallers {
  readonly name: string
  /** The one file that sees it; null for a function that all see. */
  readonly seenIn: string | null
  readonly definitions: readonly (CallersPlace & {
    readonly kind: 'function' | 'macro'
    readonly static: boolean
    /** Locks that it asserts its callers hold. */
    readonly asserts: readonly string[]
  })[]
  readonly calls: readonly CallerRow[]
  readonly tables: readonly TableRow[]
  /** Where its address goes otherwise: variables, arguments. */
  readonly addresses: readonly (CallersPlace & { readonly how: string; readonly text: string })[]
  readonly macros: readonly (CallersPlace & { readonly macro: string })[]
  readonly exports: readonly (CallersPlace & { readonly by: string })[]
}

export interface Callers {
  /** As it was asked for. */
  readonly name: string
  readonly tree: string
  /** Files looked into, and those of them that mention it. */
  readonly files: number
  readonly mentioning: number
  /** One for each function of the name that can be told apart. */
  readonly functions: readonly FunctionCallers[]
  /** The tables of a struct, where one was asked for. */
  readonly tables: readonly TableRow[]
  /** What may call it unseen. */
  readonly blind: readonly string[]
}
