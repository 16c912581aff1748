/** Functions of the intermediate representation written out in a test, with names for registers and labels. */
import {
  type Access,
  type BinaryOperator,
  type Callable,
  type Cell,
  type Heap,
  type Instruction,
  type IntType,
  type IrFunction,
  irCallable,
  type Operand,
  type Place,
  type Program,
  type RmwUpdate,
  type ThreadSpec,
} from '../../../src/machine/index.js'

export const U64: IntType = { bits: 64, signed: false }
export const S32: IntType = { bits: 32, signed: true }

/** A register by name, a constant, or the address of a cell. */
export type Value = string | number | bigint | Cell

/** One line of a function: a label (`'again:'`), or an instruction over named registers and labels. */
export type Line = string | ((names: Names) => Instruction)

export interface Names {
  readonly register: (name: string) => number
  readonly label: (name: string) => number
}

/** Puts a function together. Registers are numbered as they are first named, the parameters before all. */
export function ir(
  name: string,
  parameters: readonly string[],
  lines: readonly Line[],
  more: { readonly path?: string; readonly places?: readonly Place[] } = {},
): IrFunction {
  const registers = [...parameters]
  const labels = new Map<string, number>()
  const bodies: ((names: Names) => Instruction)[] = []
  for (const line of lines) {
    if (typeof line === 'string') labels.set(line.slice(0, -1), bodies.length)
    else bodies.push(line)
  }
  const names: Names = {
    register: (register) => {
      if (!registers.includes(register)) registers.push(register)
      return registers.indexOf(register)
    },
    label: (label) => {
      const at = labels.get(label)
      if (at === undefined) throw new Error(`no label ${label} in ${name}`)
      return at
    },
  }
  const code = bodies.map((body) => body(names))
  return {
    name,
    path: more.path ?? null,
    parameters: parameters.length,
    registers,
    code,
    places: more.places ?? [],
  }
}

function operand(value: Value, { register }: Names): Operand {
  if (typeof value === 'string') return { kind: 'register', register: register(value) }
  if (typeof value === 'object') return { kind: 'constant', value: value.address }
  return { kind: 'constant', value: BigInt(value) }
}

export const set =
  (to: string, from: Value): Line =>
  (names) => ({ op: 'set', to: names.register(to), from: operand(from, names) })

export const binary =
  (to: string, left: Value, operator: BinaryOperator, right: Value, type: IntType = U64): Line =>
  (names) => ({
    op: 'binary',
    to: names.register(to),
    operator,
    left: operand(left, names),
    right: operand(right, names),
    type,
  })

export const unary =
  (to: string, operator: '-' | '~' | '!', value: Value, type: IntType = U64): Line =>
  (names) => ({ op: 'unary', to: names.register(to), operator, operand: operand(value, names), type })

export const convert =
  (to: string, from: Value, source: IntType, type: IntType): Line =>
  (names) => ({ op: 'convert', to: names.register(to), from: operand(from, names), source, type })

export const load =
  (to: string, address: Value, access: Access = 'once'): Line =>
  (names) => ({ op: 'load', to: names.register(to), address: operand(address, names), access })

export const store =
  (address: Value, value: Value, access: Access = 'once'): Line =>
  (names) => ({ op: 'store', address: operand(address, names), value: operand(value, names), access })

type Update = {
  readonly kind: RmwUpdate['kind']
  readonly operator?: '+' | '-' | '&' | '|' | '^'
  readonly value: Value
  readonly expected?: Value
  readonly unless?: Value
}

export const rmw =
  (
    to: string | null,
    result: 'old' | 'new' | 'stored',
    address: Value,
    update: Update,
    type: IntType = U64,
    access: Access = 'mb',
  ): Line =>
  (names) => {
    const value = operand(update.value, names)
    const updates: Record<RmwUpdate['kind'], () => RmwUpdate> = {
      exchange: () => ({ kind: 'exchange', value }),
      arithmetic: () => ({ kind: 'arithmetic', operator: update.operator ?? '+', value }),
      'compare-exchange': () => ({
        kind: 'compare-exchange',
        expected: operand(update.expected ?? 0, names),
        value,
      }),
      'add-unless': () => ({ kind: 'add-unless', value, unless: operand(update.unless ?? 0, names) }),
    }
    return {
      op: 'rmw',
      to: to === null ? null : names.register(to),
      result,
      address: operand(address, names),
      update: updates[update.kind](),
      type,
      access,
      name: update.kind,
    }
  }

/** To `whenTrue` if the condition is not 0. */
export const branch =
  (condition: Value, whenTrue: string, whenFalse: string, join: string | null): Line =>
  (names) => ({
    op: 'branch',
    condition: operand(condition, names),
    whenTrue: names.label(whenTrue),
    whenFalse: names.label(whenFalse),
    join: join === null ? null : names.label(join),
  })

export const jump =
  (to: string): Line =>
  ({ label }) => ({ op: 'jump', to: label(to) })

export const call =
  (to: string | null, target: string, args: readonly Value[] = [], type?: IntType): Line =>
  (names) => ({
    op: 'call',
    to: to === null ? null : names.register(to),
    target,
    args: args.map((argument) => operand(argument, names)),
    ...(type === undefined ? {} : { type }),
  })

export const lockOp =
  (op: 'lock' | 'unlock', lock: Value): Line =>
  (names) => ({ op, lock: operand(lock, names) })

export const tryOp =
  (op: 'trylock' | 'is-locked', to: string, lock: Value): Line =>
  (names) => ({ op, to: names.register(to), lock: operand(lock, names) })

export const srcuLock =
  (to: string, domain: Value): Line =>
  (names) => ({ op: 'srcu-lock', to: names.register(to), domain: operand(domain, names) })

export const srcuUnlock =
  (domain: Value, cookie: Value): Line =>
  (names) => ({ op: 'srcu-unlock', domain: operand(domain, names), cookie: operand(cookie, names) })

export const synchronize =
  (domain: Value | null = null): Line =>
  (names) => ({ op: 'grace-period', domain: domain === null ? null : operand(domain, names) })

export const assume =
  (condition: Value): Line =>
  (names) => ({ op: 'assume', condition: operand(condition, names) })

export const returns =
  (...values: readonly Value[]): Line =>
  (names) => ({ op: 'return', values: values.map((value) => operand(value, names)) })

export const plain =
  (instruction: Instruction): Line =>
  () =>
    instruction

export const loop = (key: string): Line => plain({ op: 'loop', key })
export const fence = (kind: Extract<Instruction, { op: 'fence' }>['fence']): Line =>
  plain({ op: 'fence', fence: kind })

/** Threads a, b, … of one function each; `functions` are what they can call. */
export function irProgram(
  heap: Heap,
  entries: readonly IrFunction[],
  functions: readonly (IrFunction | Callable)[] = [],
): Program {
  const threads = entries.map((_, i) => String.fromCharCode(97 + i))
  const callableOf = (fn: IrFunction | Callable, self: string): Callable =>
    'body' in fn ? fn : irCallable(fn, () => ({ heap, self, threads, resolve: resolveFor(self) }))
  const resolveFor =
    (self: string) =>
    (name: string): Callable => {
      const found = functions.find((fn) => fn.name === name)
      if (found === undefined) throw new Error(`no function ${name}`)
      return callableOf(found, self)
    }
  const specs = entries.map((fn, i): ThreadSpec => {
    const name = threads[i] ?? '?'
    const entry = callableOf(fn, name)
    return { name, label: `thread ${name}`, holding: [], underTest: i === 0, entry, args: [] }
  })
  return { heap, threads: specs, host: { context: (thread) => thread.spec.name }, answers: new Map() }
}
