/**
 * The primitives of the kernel that litmus tests call, and what each does: the table that herd7 reads from
 * tools/memory-model/linux-kernel.def, as of Linux 6.12, and the operations on bits that came after it.
 */
import type { Access, FenceKind, Instruction, Operand } from '../machine/index.js'

/**
 * What an argument is: `value`; `pointer` to the memory that is accessed; `place`, that memory itself, as in
 * `READ_ONCE(*x)`; or the address of a `lock` or a `domain` of SRCU.
 */
export type ArgumentKind = 'value' | 'pointer' | 'place' | 'lock' | 'domain'

/** What a macro needs of the compiler. */
export interface Emitter {
  readonly emit: (instruction: Instruction) => void
  /** A register for a result. */
  readonly fresh: () => number
}

export interface Macro {
  readonly args: readonly ArgumentKind[]
  /** Emits the instructions, of arguments as many as `args`; gives the value, null for a macro that has none. */
  readonly expand: (to: Emitter, args: readonly Operand[]) => Operand | null
}

/** Every value in a litmus test is a 64-bit machine word, signed where it is ordered or shown. */
export const WORD = { bits: 64, signed: true } as const

/** A constant operand, from a number. */
export function constant(value: bigint): Operand {
  return { kind: 'constant', value: BigInt.asUintN(64, value) }
}

const ZERO = constant(0n)
const ONE = constant(1n)

type MacroEntry = readonly [name: string, macro: Macro]
type Expansion = (to: Emitter, args: readonly [Operand, Operand, Operand]) => Operand | null

/** A macro; arguments that are not there are 0. */
function macro(name: string, args: readonly ArgumentKind[], expand: Expansion): MacroEntry {
  return [name, { args, expand: (to, [a = ZERO, b = ZERO, c = ZERO]) => expand(to, [a, b, c]) }]
}

/** An instruction that gives a value, made for the register that takes it. */
function result(to: Emitter, make: (register: number) => Instruction): Operand {
  const register = to.fresh()
  to.emit(make(register))
  return { kind: 'register', register }
}

function load(to: Emitter, address: Operand, access: Access): Operand {
  return result(to, (register) => ({ op: 'load', to: register, address, access }))
}

function store(to: Emitter, address: Operand, value: Operand, access: Access): null {
  to.emit({ op: 'store', address, value, access })
  return null
}

function compare(to: Emitter, operator: '==' | '<', left: Operand): Operand {
  return result(to, (register) => ({ op: 'binary', to: register, operator, left, right: ZERO, type: WORD }))
}

type Rmw = Extract<Instruction, { op: 'rmw' }>
type RmwOptions = Pick<Rmw, 'name' | 'address' | 'update' | 'access'>

function rmw(to: Emitter, returns: Rmw['result'], options: RmwOptions): Operand {
  return result(to, (register) => ({ op: 'rmw', to: register, result: returns, type: WORD, ...options }))
}

const ACCESSES: readonly MacroEntry[] = [
  macro('READ_ONCE', ['place'], (to, [x]) => load(to, x, 'once')),
  macro('WRITE_ONCE', ['place', 'value'], (to, [x, value]) => store(to, x, value, 'once')),
  macro('smp_load_acquire', ['pointer'], (to, [x]) => load(to, x, 'acquire')),
  macro('smp_store_release', ['pointer', 'value'], (to, [x, value]) => store(to, x, value, 'release')),
  macro('rcu_dereference', ['place'], (to, [x]) => load(to, x, 'once')),
  macro('rcu_assign_pointer', ['place', 'value'], (to, [x, value]) => store(to, x, value, 'release')),
  macro('smp_store_mb', ['place', 'value'], (to, [x, value]) => {
    store(to, x, value, 'once')
    to.emit({ op: 'fence', fence: 'mb' })
    return null
  }),
  macro('atomic_read', ['pointer'], (to, [x]) => load(to, x, 'once')),
  macro('atomic_read_acquire', ['pointer'], (to, [x]) => load(to, x, 'acquire')),
  macro('atomic_set', ['pointer', 'value'], (to, [x, value]) => store(to, x, value, 'once')),
  macro('atomic_set_release', ['pointer', 'value'], (to, [x, value]) => store(to, x, value, 'release')),
]

const FENCES: Readonly<Record<string, FenceKind>> = {
  smp_mb: 'mb',
  smp_rmb: 'rmb',
  smp_wmb: 'wmb',
  smp_mb__before_atomic: 'before-atomic',
  smp_mb__after_atomic: 'after-atomic',
  smp_mb__after_spinlock: 'after-spinlock',
  smp_mb__after_unlock_lock: 'after-unlock-lock',
  smp_mb__after_srcu_read_unlock: 'after-srcu-read-unlock',
  barrier: 'barrier',
}

function fences(): MacroEntry[] {
  return Object.entries(FENCES).map(([name, fence]) =>
    macro(name, [], (to) => {
      to.emit({ op: 'fence', fence })
      return null
    }),
  )
}

const LOCKS: readonly MacroEntry[] = [
  macro('spin_lock', ['lock'], (to, [lock]) => {
    to.emit({ op: 'lock', lock })
    return null
  }),
  macro('spin_unlock', ['lock'], (to, [lock]) => {
    to.emit({ op: 'unlock', lock })
    return null
  }),
  macro('spin_trylock', ['lock'], (to, [lock]) =>
    result(to, (register) => ({ op: 'trylock', to: register, lock })),
  ),
  macro('spin_is_locked', ['lock'], (to, [lock]) =>
    result(to, (register) => ({ op: 'is-locked', to: register, lock })),
  ),
]

const RCU: readonly MacroEntry[] = [
  ...(['lock', 'unlock'] as const).map((which) =>
    macro(`rcu_read_${which}`, [], (to) => {
      to.emit({ op: `rcu-${which}` })
      return null
    }),
  ),
  ...['synchronize_rcu', 'synchronize_rcu_expedited'].map((name) =>
    macro(name, [], (to) => {
      to.emit({ op: 'grace-period', domain: null })
      return null
    }),
  ),
  ...['srcu_read_lock', 'srcu_down_read'].map((name) =>
    macro(name, ['domain'], (to, [domain]) =>
      result(to, (register) => ({ op: 'srcu-lock', to: register, domain })),
    ),
  ),
  ...['srcu_read_unlock', 'srcu_up_read'].map((name) =>
    macro(name, ['domain', 'value'], (to, [domain, cookie]) => {
      to.emit({ op: 'srcu-unlock', domain, cookie })
      return null
    }),
  ),
  ...['synchronize_srcu', 'synchronize_srcu_expedited'].map((name) =>
    macro(name, ['domain'], (to, [domain]) => {
      to.emit({ op: 'grace-period', domain })
      return null
    }),
  ),
]

/** The endings of names that say how a read-modify-write orders. */
const ORDERS: readonly (readonly [suffix: string, access: Access])[] = [
  ['', 'mb'],
  ['_relaxed', 'once'],
  ['_acquire', 'acquire'],
  ['_release', 'release'],
]

function exchanges(): MacroEntry[] {
  return ORDERS.flatMap(([suffix, access]) =>
    ['', 'atomic_'].flatMap((prefix) => {
      const xchg = `${prefix}xchg${suffix}`
      const cmpxchg = `${prefix}cmpxchg${suffix}`
      return [
        macro(xchg, ['pointer', 'value'], (to, [address, value]) =>
          rmw(to, 'old', { name: xchg, address, update: { kind: 'exchange', value }, access }),
        ),
        macro(cmpxchg, ['pointer', 'value', 'value'], (to, [address, expected, value]) => {
          const update = { kind: 'compare-exchange', expected, value } as const
          return rmw(to, 'old', { name: cmpxchg, address, update, access })
        }),
      ]
    }),
  )
}

type Arithmetic = Extract<Rmw['update'], { kind: 'arithmetic' }>['operator']

/** Operations on an atomic_t: the middle of the name, the operator, and the operand where C has none. */
const OPERATIONS: readonly (readonly [name: string, operator: Arithmetic, operand: Operand | null])[] = [
  ['add', '+', null],
  ['sub', '-', null],
  ['inc', '+', ONE],
  ['dec', '-', ONE],
  ['and', '&', null],
  ['or', '|', null],
  ['xor', '^', null],
  ['andnot', '&', null],
]

/** The arguments of an operation, and the read-modify-write that they make. */
function arithmetic([name, operator, operand]: (typeof OPERATIONS)[number]): {
  readonly args: readonly ArgumentKind[]
  readonly of: (to: Emitter, args: readonly [Operand, Operand, Operand]) => Pick<Rmw, 'address' | 'update'>
} {
  if (operand !== null) {
    return {
      args: ['pointer'],
      of: (_to, [address]) => ({ address, update: { kind: 'arithmetic', operator, value: operand } }),
    }
  }
  return {
    args: ['value', 'pointer'],
    of: (to, [given, address]) => {
      const value = name === 'andnot' ? complement(to, given) : given
      return { address, update: { kind: 'arithmetic', operator, value } }
    },
  }
}

function complement(to: Emitter, operand: Operand): Operand {
  return result(to, (register) => ({ op: 'unary', to: register, operator: '~', operand, type: WORD }))
}

function atomics(): MacroEntry[] {
  return OPERATIONS.flatMap((operation) => {
    const [name] = operation
    const { args, of } = arithmetic(operation)
    const named = (text: string, returns: Rmw['result'], access: Access): MacroEntry =>
      macro(text, args, (to, given) => rmw(to, returns, { name: text, access, ...of(to, given) }))
    const plain = macro(`atomic_${name}`, args, (to, given) => {
      const options = { name: `atomic_${name}`, access: 'noreturn', ...of(to, given) } as const
      to.emit({ op: 'rmw', to: null, result: 'old', type: WORD, ...options })
      return null
    })
    const counts = ['add', 'sub', 'inc', 'dec'].includes(name)
    const ordered = ORDERS.flatMap(([suffix, access]) => [
      named(`atomic_fetch_${name}${suffix}`, 'old', access),
      // The kernel has no atomic_and_return: the new value of a bitwise operation cannot tell what was changed.
      ...(counts ? [named(`atomic_${name}_return${suffix}`, 'new', access)] : []),
    ])
    return [plain, ...ordered]
  })
}

function tests(): MacroEntry[] {
  const wanted = [
    ['atomic_sub_and_test', 'sub', '=='],
    ['atomic_dec_and_test', 'dec', '=='],
    ['atomic_inc_and_test', 'inc', '=='],
    ['atomic_add_negative', 'add', '<'],
  ] as const
  return wanted.flatMap(([text, name, operator]) =>
    OPERATIONS.filter(([one]) => one === name).map((operation) => {
      const { args, of } = arithmetic(operation)
      return macro(text, args, (to, given) =>
        compare(to, operator, rmw(to, 'new', { name: text, access: 'mb', ...of(to, given) })),
      )
    }),
  )
}

const ADD_UNLESS = macro('atomic_add_unless', ['pointer', 'value', 'value'], (to, [address, value, unless]) =>
  rmw(to, 'stored', {
    name: 'atomic_add_unless',
    address,
    update: { kind: 'add-unless', value, unless },
    access: 'mb',
  }),
)

/** Every primitive, by its C name. */
export const MACROS: ReadonlyMap<string, Macro> = new Map([
  ...ACCESSES,
  ...fences(),
  ...LOCKS,
  ...RCU,
  ...exchanges(),
  ...atomics(),
  ...tests(),
  ADD_UNLESS,
])
