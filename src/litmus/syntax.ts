/** A litmus test of the LKMM C format as data: what the parser gives, and what the compiler takes. */

/** Where something stands in the test; both count from 1. */
export interface At {
  readonly line: number
  readonly column: number
}

/** A C type, as far as it matters here. */
export interface CType {
  /** `int`, `intptr_t`, `spinlock_t`, `struct srcu_struct`, without qualifiers. */
  readonly base: string
  /** Stars behind it. */
  readonly pointers: number
}

/** What a condition or `locations` names: a global, or a register of a process (`1:r0`). */
export type Location =
  | { readonly kind: 'global'; readonly name: string }
  | { readonly kind: 'register'; readonly process: number; readonly name: string }

/** A value in the initial state or in a condition: a number, or the address of a global (`x`, `&x`). */
export type Value =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'address'; readonly name: string }

/** One entry of the initial state: `int x = 1`, `int *p = &x`, `0:r1 = x`. */
export interface Initial {
  readonly location: Location
  readonly type: CType | null
  /** Null where none is given: 0. */
  readonly value: Value | null
  readonly at: At
}

export type Proposition =
  /** Content of the left equal to the value on the right. */
  | { readonly kind: 'is'; readonly location: Location; readonly value: Value }
  /** Contents of both equal. */
  | { readonly kind: 'same'; readonly left: Location; readonly right: Location }
  | { readonly kind: 'not'; readonly of: Proposition }
  /** All of them; none is true. */
  | { readonly kind: 'and'; readonly of: readonly Proposition[] }
  /** One of them; none is false. */
  | { readonly kind: 'or'; readonly of: readonly Proposition[] }
  | { readonly kind: 'implies'; readonly left: Proposition; readonly right: Proposition }

export type Quantifier = 'exists' | '~exists' | 'forall'

export type UnaryOperator = '-' | '~' | '!'

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
  | '&&'
  | '||'

/** An expression. Casts are not kept: every value is a machine word. */
export type Expression =
  | { readonly kind: 'number'; readonly value: bigint; readonly at: At }
  | { readonly kind: 'name'; readonly name: string; readonly at: At }
  /** `*address`, and `&*address` undoes it. */
  | { readonly kind: 'deref'; readonly address: Expression; readonly at: At }
  | {
      readonly kind: 'unary'
      readonly operator: UnaryOperator
      readonly operand: Expression
      readonly at: At
    }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
      readonly at: At
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly at: At }

export type Statement =
  | {
      readonly kind: 'declare'
      readonly name: string
      readonly type: CType
      readonly value: Expression | null
      readonly at: At
    }
  | { readonly kind: 'assign'; readonly name: string; readonly value: Expression; readonly at: At }
  /** `*address = value`, a plain store. */
  | {
      readonly kind: 'store'
      readonly address: Expression
      readonly value: Expression
      readonly at: At
    }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly at: At }
  | {
      readonly kind: 'if'
      readonly condition: Expression
      readonly whenTrue: readonly Statement[]
      readonly whenFalse: readonly Statement[]
      readonly at: At
    }
  | { readonly kind: 'block'; readonly body: readonly Statement[]; readonly at: At }
  | { readonly kind: 'return'; readonly at: At }

/** A parameter: the address of the global of the same name. */
export interface Parameter {
  readonly name: string
  readonly type: CType
  readonly at: At
}

export interface Process {
  /** `P0` is 0. */
  readonly number: number
  readonly parameters: readonly Parameter[]
  readonly body: readonly Statement[]
  readonly at: At
}

/** What the comment in a test's head says of its outcome: `Result: Never DATARACE`. */
export interface Stated {
  readonly verdict: 'Never' | 'Sometimes' | 'Always' | 'DEADLOCK' | 'Maybe' | null
  /** A flag that the model is said to raise: `data-race` for the word DATARACE, or the one named by `Flag NAME`. */
  readonly flag: string | null
}

export interface LitmusTest {
  readonly name: string
  /** The quoted line below the name. */
  readonly doc: string | null
  readonly stated: Stated | null
  readonly initial: readonly Initial[]
  readonly processes: readonly Process[]
  /** Shown in states besides what the condition and the filter name. */
  readonly locations: readonly Location[]
  /** Executions that do not meet it are left out. */
  readonly filter: Proposition | null
  readonly quantifier: Quantifier
  readonly condition: Proposition
}
