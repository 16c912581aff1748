/** What one file says about some functions and some structs of callbacks: plain data, each fact with its place. */
import type { HeldLock, LockContext } from './held-locks.js'
import type { SetField } from './initializers.js'

/** A place in a file. */
export interface FactPlace {
  readonly path: string
  readonly line: number
  /** The function it is in, null at file scope. */
  readonly function: string | null
  /** `#if` conditions around it, outermost first. */
  readonly conditions: readonly string[]
}

/** A definition of a function. */
export interface DefinitionFact extends FactPlace {
  readonly name: string
  /** A macro with arguments counts: many a kernel function is one on some architectures. */
  readonly kind: 'function' | 'macro'
  readonly isStatic: boolean
  readonly signature: string
  /** What it asserts that its callers hold. */
  readonly asserts: readonly HeldLock[]
}

/** A call by name. */
export interface CallFact extends FactPlace {
  readonly name: string
  readonly text: string
  /** Null where the function around it could not be followed, or has hundreds of such calls. */
  readonly locks: LockContext | null
  /** Names of variables handed over that hold an address: `&cold_walk_ops`, `ops`. */
  readonly passes: readonly string[]
}

/** A function's address, or its name handed to somebody. */
export interface AddressFact extends FactPlace {
  readonly name: string
  readonly how: /** A member of something that is initialised. */
    | {
        readonly kind: 'member'
        readonly of: string
        readonly struct: string | null
        readonly member: string
      }
    | { readonly kind: 'assignment'; readonly to: string }
    | { readonly kind: 'argument'; readonly callee: string }
    | { readonly kind: 'returned' | 'compared' | 'other' }
  readonly text: string
}

/** A macro whose text names a function: whoever uses the macro may call it. */
export interface MacroFact extends FactPlace {
  readonly name: string
  readonly macro: string
}

/** A function that modules outside of the tree may call. */
export interface ExportFact extends FactPlace {
  readonly name: string
  readonly by: string
}

/** A table of callbacks: a variable or a compound literal. */
export interface TableFact extends FactPlace {
  /** `cold_walk_ops`, `tables[1]`; empty for a compound literal. */
  readonly name: string
  /** Tag of its struct; empty where a typedef hides it. */
  readonly struct: string
  readonly isStatic: boolean
  readonly fields: readonly SetField[]
  /** Why its members are not all known here: it is filled at run time, or by a macro. Empty when they are. */
  readonly open: readonly string[]
}

/** A member of a struct of callbacks that is assigned at run time: `ops->pmd_entry = f`. */
export interface StoreFact extends FactPlace {
  readonly member: string
  readonly to: string
  readonly value: string
}

/** A use of a table. */
export interface TableUse extends FactPlace {
  readonly table: string
  readonly how:
    | { readonly kind: 'call'; readonly callee: string; readonly through: string | null }
    | { readonly kind: 'stored'; readonly to: string }
    | { readonly kind: 'other' }
  readonly text: string
  readonly locks: LockContext | null
}

/** What is asked of a file. */
export interface Question {
  /** Functions. */
  readonly functions: readonly string[]
  /** Tags of structs of callbacks. */
  readonly structs: readonly string[]
  /** Their members that matter when they are assigned at run time. */
  readonly members: readonly string[]
}

/** All that a file says. */
export interface FileFacts {
  readonly path: string
  readonly definitions: readonly DefinitionFact[]
  readonly calls: readonly CallFact[]
  readonly addresses: readonly AddressFact[]
  readonly macros: readonly MacroFact[]
  readonly exports: readonly ExportFact[]
  readonly tables: readonly TableFact[]
  readonly stores: readonly StoreFact[]
  readonly uses: readonly TableUse[]
  /** Structs of those asked for that are defined here. */
  readonly structs: readonly { readonly tag: string; readonly line: number }[]
  /** What the text holds that hides callers: `#include` of a .c file, names pasted together. */
  readonly hidden: readonly string[]
}
