/**
 * The syntax tree of C as this project needs it: expressions, statements, declarations and types, without
 * semantics. Declarators are resolved: a type is written inside out, as it is read. Every node says where it
 * stands in the file; nodes that a macro's expansion gave say where the macro is called.
 */

/** A part of a file: lines and columns count from 1, columns in bytes' stead in UTF-16 units; the end is exclusive. */
export interface Span {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

interface Node {
  readonly span: Span
}

export type UnaryOperator = '+' | '-' | '~' | '!' | '&' | '*' | '__real__' | '__imag__'
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
export type AssignmentOperator = '=' | '+=' | '-=' | '*=' | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>='

export type Expression =
  | IdentifierExpression
  | (Node & { readonly kind: 'integer'; readonly text: string })
  | (Node & { readonly kind: 'floating'; readonly text: string })
  | (Node & { readonly kind: 'character'; readonly text: string })
  /** Neighbouring literals in one; `texts` as written, with prefix and quotes. */
  | (Node & { readonly kind: 'string'; readonly texts: readonly string[] })
  | (Node & { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression })
  | (Node & {
      readonly kind: 'update'
      readonly operator: '++' | '--'
      readonly prefix: boolean
      readonly operand: Expression
    })
  | (Node & {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    })
  | (Node & {
      readonly kind: 'logical'
      readonly operator: '&&' | '||'
      readonly left: Expression
      readonly right: Expression
    })
  | (Node & {
      readonly kind: 'assignment'
      readonly operator: AssignmentOperator
      readonly left: Expression
      readonly right: Expression
    })
  /** `then` is null for GNU's `a ?: b`. */
  | (Node & {
      readonly kind: 'conditional'
      readonly test: Expression
      readonly then: Expression | null
      readonly otherwise: Expression
    })
  | (Node & { readonly kind: 'comma'; readonly left: Expression; readonly right: Expression })
  | CallExpression
  | (Node & {
      readonly kind: 'member'
      readonly object: Expression
      readonly arrow: boolean
      readonly name: string
    })
  | (Node & { readonly kind: 'index'; readonly object: Expression; readonly index: Expression })
  | (Node & { readonly kind: 'cast'; readonly type: TypeSyntax; readonly operand: Expression })
  | (Node & {
      readonly kind: 'sizeof'
      readonly what: 'sizeof' | 'alignof'
      readonly of: Expression | TypeArgument
    })
  | (Node & { readonly kind: 'offsetof'; readonly type: TypeSyntax; readonly path: readonly Designator[] })
  | (Node & {
      readonly kind: 'compound-literal'
      readonly type: TypeSyntax
      readonly initializer: InitializerList
    })
  /** GNU's `({ … })`. */
  | (Node & { readonly kind: 'statement-expression'; readonly body: Block })
  | (Node & {
      readonly kind: 'generic'
      readonly control: Expression
      readonly choices: readonly { readonly type: TypeSyntax | null; readonly value: Expression }[]
    })
  | (Node & { readonly kind: 'va-arg'; readonly list: Expression; readonly type: TypeSyntax })
  | (Node & { readonly kind: 'label-address'; readonly label: string })

export type IdentifierExpression = Node & { readonly kind: 'identifier'; readonly name: string }

/** `text` is the call as it stands in the file, for the expansion of a macro of that name. */
export type CallExpression = Node & {
  readonly kind: 'call'
  readonly callee: Expression
  readonly args: readonly (Expression | TypeArgument | RawArgument)[]
  readonly text: string
}

/** A type where an expression is expected: `sizeof(T)`, `container_of(p, struct x, m)`, `min_t(u64, a, b)`. */
export type TypeArgument = Node & { readonly kind: 'type'; readonly type: TypeSyntax }

/** An argument of a macro that is neither: an operator, nothing, a statement. */
export type RawArgument = Node & { readonly kind: 'raw'; readonly text: string }

export type Initializer = Expression | InitializerList

export type InitializerList = Node & {
  readonly kind: 'initializer-list'
  readonly items: readonly { readonly designators: readonly Designator[]; readonly value: Initializer }[]
}

export type Designator =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: Expression; readonly to: Expression | null }

interface Qualified {
  /** `const` stands with it. What is said decides nothing but which type an expression has. */
  readonly isConst?: true
}

/** A type as written. The qualifier `restrict` is dropped. */
export type TypeSyntax = Qualified & UnqualifiedTypeSyntax

type UnqualifiedTypeSyntax =
  /** The words of a basic type in the order written: `['unsigned', 'long']`, `['__int128']`. */
  | { readonly kind: 'basic'; readonly words: readonly string[] }
  /** A typedef's name, or what is taken for one. */
  | { readonly kind: 'named'; readonly name: string }
  | {
      readonly kind: 'struct' | 'union'
      readonly tag: string | null
      /** Null where only the tag is mentioned. */
      readonly members: readonly MemberSyntax[] | null
      readonly packed: boolean
      /** Of `__attribute__((aligned(n)))` behind the members. */
      readonly aligned?: Expression | null
      readonly span: Span
    }
  | {
      readonly kind: 'enum'
      readonly tag: string | null
      /** A name with a parenthesis is a macro's call: what it declares, and what follows counts from, is not known. */
      readonly enumerators: readonly { readonly name: string; readonly value: Expression | null }[] | null
    }
  | { readonly kind: 'typeof'; readonly of: Expression | TypeSyntax }
  | { readonly kind: 'pointer'; readonly to: TypeSyntax }
  | { readonly kind: 'array'; readonly of: TypeSyntax; readonly length: Expression | null }
  | {
      readonly kind: 'function'
      readonly returns: TypeSyntax
      /** Null for `()`: nothing is said. */
      readonly parameters: readonly ParameterSyntax[] | null
      readonly variadic: boolean
    }
  /** `volatile T`: its accesses are kept apart as they stand. */
  | { readonly kind: 'volatile'; readonly of: TypeSyntax }

export interface ParameterSyntax {
  readonly name: string | null
  readonly type: TypeSyntax
}

/** A member of a struct; one without a name is an anonymous struct or union, or padding of bits. */
export interface MemberSyntax {
  readonly name: string | null
  readonly type: TypeSyntax
  readonly bits: Expression | null
  /** Of `__attribute__((aligned(n)))`. */
  readonly aligned: Expression | null
}

export interface VariableSyntax {
  readonly name: string
  readonly type: TypeSyntax
  readonly initializer: Initializer | null
  /** Of GNU's `__attribute__((cleanup(f)))`, the kernel's `__free(f)`. */
  readonly cleanup: string | null
  /** Of `__attribute__((aligned(n)))` and `_Alignas(n)`. */
  readonly aligned?: Expression | null
  readonly span: Span
}

export type Storage = 'none' | 'static' | 'extern' | 'typedef' | 'register' | 'auto'

/** A declaration of variables, functions, typedefs, or of a type alone (`variables` empty, `type` said). */
export type Declaration = Node & {
  readonly kind: 'declaration'
  readonly storage: Storage
  /** The type before the declarators: where structs and enums are defined. */
  readonly type: TypeSyntax
  readonly variables: readonly VariableSyntax[]
}

export type Block = Node & { readonly kind: 'block'; readonly body: readonly Statement[] }

export type Statement =
  | Block
  | Declaration
  | (Node & { readonly kind: 'expression'; readonly expression: Expression })
  | (Node & { readonly kind: 'empty' })
  | (Node & {
      readonly kind: 'if'
      readonly test: Expression
      readonly then: Statement
      readonly otherwise: Statement | null
    })
  | (Node & { readonly kind: 'while'; readonly test: Expression; readonly body: Statement })
  | (Node & { readonly kind: 'do'; readonly body: Statement; readonly test: Expression })
  | (Node & {
      readonly kind: 'for'
      readonly first: Declaration | Expression | null
      readonly test: Expression | null
      readonly step: Expression | null
      readonly body: Statement
    })
  /** A macro with a body behind it: `list_for_each_entry(p, head, list) { … }`, `scoped_guard(…) …`. */
  | (Node & {
      readonly kind: 'iteration'
      readonly macro: string
      /** The call as it stands in the file. */
      readonly text: string
      readonly args: CallExpression['args']
      readonly body: Statement
    })
  | (Node & { readonly kind: 'switch'; readonly value: Expression; readonly body: Statement })
  /** `case from ... to:`; `from` null is `default:`. */
  | (Node & {
      readonly kind: 'case'
      readonly from: Expression | null
      readonly to: Expression | null
      readonly statement: Statement
    })
  | (Node & { readonly kind: 'label'; readonly name: string; readonly statement: Statement })
  | (Node & { readonly kind: 'goto'; readonly label: string })
  | (Node & { readonly kind: 'computed-goto'; readonly target: Expression })
  | (Node & { readonly kind: 'break' | 'continue' })
  | (Node & { readonly kind: 'return'; readonly value: Expression | null })
  | (Node & { readonly kind: 'asm'; readonly text: string })
  /** A macro's call that is no expression: `static DEFINE_X(a);`, `DEFINE_X(a) = …;`; `text` without the `;`. */
  | (Node & { readonly kind: 'macro'; readonly name: string; readonly text: string })
  /** A function inside a function (GNU), which is not run. */
  | (Node & { readonly kind: 'nested-function'; readonly name: string })

export type FunctionDefinition = Node & {
  readonly kind: 'function'
  readonly name: string
  readonly returns: TypeSyntax
  readonly parameters: readonly ParameterSyntax[]
  readonly variadic: boolean
  readonly storage: Storage
  readonly inline: boolean
  /** The macro that its head is a call of, if that leaves parameters and result unknown. */
  readonly macro?: string
  readonly body: Block
}

/** What stands at file scope. `error`: text that was not understood, the rest of the file is. */
export type ExternalDeclaration =
  | FunctionDefinition
  | Declaration
  | (Node & { readonly kind: 'macro'; readonly name: string; readonly text: string })
  | (Node & { readonly kind: 'error'; readonly message: string; readonly inFunction: string | null })

export interface TranslationUnit {
  readonly path: string
  readonly declarations: readonly ExternalDeclaration[]
}
