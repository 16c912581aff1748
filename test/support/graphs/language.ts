/**
 * A tiny language of programs without loops, as data: what execution graphs are made of. `build.ts` turns them
 * into programs of the machine, `litmus-text.ts` into litmus tests, and `traces.ts` runs them by itself.
 */
import type { Access, FenceKind } from '../../../src/machine/index.js'

export const CELLS = ['x', 'y', 'z', 'w'] as const
export const LOCKS = ['lockA', 'lockB'] as const
/** SRCU structs. */
export const DOMAINS = ['ssA', 'ssB'] as const
/** What a thread returns. */
export const REGISTERS = ['r0', 'r1'] as const
/** Registers for the cookies of SRCU, which no thread returns: what is in them is not said in Linux 6.1. */
export const COOKIES = ['c0', 'c1'] as const

export type CellName = (typeof CELLS)[number]
export type LockName = (typeof LOCKS)[number]
export type DomainName = (typeof DOMAINS)[number]
export type RegisterName = (typeof REGISTERS)[number]
export type CookieName = (typeof COOKIES)[number]

/** A constant plus, if named, what a register holds; `isMasked`: that value and 0, of which the dependency is left. */
export interface Value {
  readonly constant: number
  readonly register?: RegisterName | CookieName
  readonly isMasked?: boolean
}

/** Registers that an address depends on without being changed by it. */
interface Addressed {
  readonly cell: CellName
  readonly via: RegisterName | null
}

export type RmwKind = 'exchange' | 'add' | 'compare-exchange' | 'add-unless'

export type Statement =
  | ({ readonly do: 'load'; readonly to: RegisterName; readonly access: Access } & Addressed)
  /** Loads x or y, by the lowest bit of a register. */
  | { readonly do: 'load-at'; readonly to: RegisterName; readonly index: RegisterName }
  | ({ readonly do: 'store'; readonly value: Value; readonly access: Access } & Addressed)
  | { readonly do: 'set'; readonly to: RegisterName; readonly value: Value }
  | ({
      readonly do: 'rmw'
      readonly kind: RmwKind
      /** Null with the access `noreturn`. */
      readonly to: RegisterName | null
      readonly result: 'old' | 'new' | 'stored'
      readonly value: Value
      /** What it compares with, if it does. */
      readonly other: Value
      readonly access: Access
    } & Addressed)
  | { readonly do: 'fence'; readonly fence: FenceKind }
  | {
      readonly do: 'if'
      readonly register: RegisterName
      readonly equals: number
      readonly body: readonly Statement[]
      readonly otherwise: readonly Statement[]
    }
  | { readonly do: 'return-if'; readonly register: RegisterName }
  | { readonly do: 'lock' | 'unlock'; readonly lock: LockName }
  /** The body, which gives the lock back, is run if it was free. */
  | {
      readonly do: 'trylock'
      readonly lock: LockName
      readonly to: RegisterName
      readonly body: readonly Statement[]
    }
  | { readonly do: 'is-locked'; readonly lock: LockName; readonly to: RegisterName }
  | { readonly do: 'rcu-lock' | 'rcu-unlock' | 'irq-save' | 'irq-restore' | 'synchronize' | 'ipi' }
  | { readonly do: 'srcu-lock'; readonly domain: DomainName; readonly to: CookieName }
  | {
      readonly do: 'srcu-unlock'
      readonly domain: DomainName
      readonly cookie: RegisterName | CookieName
    }
  | { readonly do: 'synchronize-srcu'; readonly domain: DomainName }

export interface GraphText {
  readonly threads: readonly (readonly Statement[])[]
}

/** Every statement, those inside others after them. */
export function* statementsIn(body: readonly Statement[]): Generator<Statement> {
  for (const statement of body) {
    yield statement
    if ('body' in statement) yield* statementsIn(statement.body)
    if ('otherwise' in statement) yield* statementsIn(statement.otherwise)
  }
}

/** The program for people, one line per thread. */
export function show({ threads }: GraphText): string {
  return threads.map((body, i) => `P${i}: ${showBody(body)}`).join('\n')
}

function showBody(body: readonly Statement[]): string {
  return body.map(showStatement).join('; ')
}

export function showValue({ constant, register, isMasked }: Value): string {
  if (register === undefined) return String(constant)
  return `${isMasked === true ? `(${register} & 0)` : register} + ${constant}`
}

function showStatement(statement: Statement): string {
  const at = (one: Addressed): string => (one.via === null ? one.cell : `*(${one.cell} + (${one.via} & 0))`)
  switch (statement.do) {
    case 'load':
      return `${statement.to} = ${at(statement)} [${statement.access}]`
    case 'load-at':
      return `${statement.to} = (${statement.index} & 1 ? y : x) [once]`
    case 'store':
      return `${at(statement)} = ${showValue(statement.value)} [${statement.access}]`
    case 'set':
      return `${statement.to} := ${showValue(statement.value)}`
    case 'rmw': {
      const { kind, to, result, value, other, access } = statement
      const compared = kind === 'compare-exchange' || kind === 'add-unless' ? `${showValue(other)}, ` : ''
      return `${to ?? '_'} = ${result} of ${kind}(${at(statement)}, ${compared}${showValue(value)}) [${access}]`
    }
    case 'fence':
      return `fence ${statement.fence}`
    case 'if': {
      const otherwise = statement.otherwise.length === 0 ? '' : ` else { ${showBody(statement.otherwise)} }`
      return `if (${statement.register} == ${statement.equals}) { ${showBody(statement.body)} }${otherwise}`
    }
    case 'return-if':
      return `if (${statement.register}) return`
    case 'trylock':
      return `if (${statement.to} = trylock ${statement.lock}) { ${showBody(statement.body)} }`
    case 'is-locked':
      return `${statement.to} = is-locked ${statement.lock}`
    case 'lock':
    case 'unlock':
      return `${statement.do} ${statement.lock}`
    case 'srcu-lock':
      return `${statement.to} = srcu-lock ${statement.domain}`
    case 'srcu-unlock':
      return `srcu-unlock ${statement.domain} ${statement.cookie}`
    case 'synchronize-srcu':
      return `synchronize-srcu ${statement.domain}`
    default:
      return statement.do
  }
}
