/**
 * What the names in a C file stand for. Lowering asks; a translation unit that was preprocessed answers from
 * its own declarations, a file of a kernel tree from the headers that it includes, under one configuration.
 */
import type {
  Expression,
  FunctionDefinition,
  Initializer,
  Span,
  Statement,
  VariableSyntax,
} from './syntax/ast.js'
import type { CType, FunctionType, RecordType } from './types/c-type.js'

/** A name's constant value: an enumerator, or a macro that evaluates to an integer. */
export interface NamedConstant {
  readonly value: bigint
  readonly type: CType
}

export interface Global {
  readonly name: string
  readonly type: CType
  readonly isStatic: boolean
  /** The definition's declarator, with initializer if there is one; null where it is only declared. */
  readonly definition: VariableSyntax | null
}

/** What a call of an opaque macro does to its arguments, by their indices. */
export interface OpaqueMacro {
  /** Arguments that are places which it may change. */
  readonly changes: readonly number[]
  /** Arguments that are labels which it may go to. */
  readonly labels: readonly number[]
}

export interface Scope {
  /** Bits of `long` and of pointers. */
  readonly wordBits: 32 | 64
  /** Whether plain `char` is signed, which it is where nothing is said. */
  readonly charSigned?: boolean
  /** The type that a typedef names. */
  readonly typeNamed: (name: string) => CType | null
  /** The struct, union or enum of this tag. */
  readonly tagged: (kind: 'struct' | 'union' | 'enum', tag: string) => RecordType | CType | null
  readonly constant: (name: string) => NamedConstant | null
  readonly global: (name: string) => Global | null
  readonly prototype: (name: string) => FunctionType | null
  /** The definition of a function that can be seen from the file, with the path it stands in and its own scope. */
  readonly definition: (
    name: string,
  ) => { readonly path: string; readonly definition: FunctionDefinition; readonly scope: Scope } | null
  /** The file that a function's definition stands in, where that can be told without reading the definition. */
  readonly definedIn?: (name: string) => string | null
  readonly isMacro: (name: string) => boolean
  /**
   * What a macro's call (or the bare name of an object-like macro) expands to, read as an expression; null if
   * it can't be. Every node stands at `span`, the place of the call.
   */
  readonly expandExpression: (text: string, span?: Span) => Expression | null
  /** The same as statements, for macros that are none. Several are a block, whose names are the caller's. */
  readonly expandStatement: (text: string, span?: Span) => Statement | null
  /** The same as an initializer in braces. */
  readonly expandInitializer?: (text: string, span?: Span) => Initializer | null
  /** The head of a loop that an iterator macro's call expands to, `body` as its body. */
  readonly expandIteration: (text: string, body: Statement, span?: Span) => Statement | null
  /** What is known of a macro whose meaning is the machine's: assembly, per-cpu access; null for every other. */
  readonly opaqueMacro?: (name: string) => OpaqueMacro | null
  /** What the call of such a macro expands to, for its type alone. */
  readonly expandOpaque?: (text: string, span?: Span) => Expression | null
  /** Macros that the function of this scope mentions and that are redefined inside it. */
  readonly redefined?: readonly string[]
  /** A Kconfig value, as `IS_ENABLED` sees it. */
  readonly isEnabled: (name: string) => boolean
}
