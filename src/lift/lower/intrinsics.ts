/**
 * What the kernel's own access macros mean, in place of what they expand to: marked accesses, atomic
 * operations and barriers. Each mention of a variable in plain C is a plain access; these are the others.
 */
import type { Access, FenceKind, RmwUpdate } from '../../machine/index.js'
import type { CallExpression, Expression } from '../syntax/ast.js'
import { BOOL, INT, LLONG, longType, VOID } from '../types/basic-types.js'
import type { CType, IntegerType } from '../types/c-type.js'
import { expressionsOf } from './arguments.js'
import { compareWithZero, convert, integerOperation } from './arithmetic.js'
import { rmw } from './atomic-builtins.js'
import { derefPlace } from './dereference.js'
import { heldBefore } from './effects.js'
import type { Lowering } from './lowering.js'
import { load, loadScalar, scalarType, store, storeScalar } from './memory.js'
import type { Place, Value } from './value.js'
import { constant, retype } from './word-arithmetic.js'

const NOTHING: Value = { kind: 'void', type: VOID }

const FENCES: Readonly<Record<string, FenceKind>> = {
  smp_mb: 'mb',
  mb: 'mb',
  smp_rmb: 'rmb',
  rmb: 'rmb',
  smp_wmb: 'wmb',
  wmb: 'wmb',
  barrier: 'barrier',
  smp_mb__before_atomic: 'before-atomic',
  smp_mb__after_atomic: 'after-atomic',
  smp_mb__after_spinlock: 'after-spinlock',
  smp_mb__after_unlock_lock: 'after-unlock-lock',
  smp_mb__after_srcu_read_unlock: 'after-srcu-read-unlock',
}

/** Loads, by the place that is their argument. */
const LOADS: Readonly<Record<string, Access>> = {
  READ_ONCE: 'once',
  READ_ONCE_NOCHECK: 'once',
  rcu_dereference: 'once',
  rcu_dereference_check: 'once',
  rcu_dereference_protected: 'once',
  rcu_dereference_raw: 'once',
  rcu_access_pointer: 'once',
  data_race: 'plain',
}

type Arithmetic = Extract<RmwUpdate, { kind: 'arithmetic' }>['operator']

const ATOMIC_OPERATORS: Readonly<Record<string, Arithmetic>> = {
  add: '+',
  sub: '-',
  inc: '+',
  dec: '-',
  and: '&',
  or: '|',
  xor: '^',
}

/** The width of what an atomic type counts with. */
const ATOMIC_TYPES: Readonly<Record<string, IntegerType>> = { atomic: INT, atomic64: LLONG }

/** Whether a name is an access of the kernel's. */
export function isAccess(name: string): boolean {
  return (
    Object.hasOwn(FENCES, name) ||
    Object.hasOwn(LOADS, name) ||
    OTHERS.has(name) ||
    ATOMIC.test(name) ||
    EXCHANGE.test(name)
  )
}

const OTHERS: ReadonlySet<string> = new Set([
  'WRITE_ONCE',
  'smp_load_acquire',
  'smp_store_release',
  'smp_store_mb',
  'rcu_assign_pointer',
  'RCU_INIT_POINTER',
])

const ORDER = '(_relaxed|_acquire|_release|)'
const EXCHANGE = new RegExp(`^(xchg|cmpxchg|try_cmpxchg)(64|)${ORDER}$`)
const ATOMIC = new RegExp(
  `^(atomic|atomic64|atomic_long)_(?:(read|set)(_acquire|_release|)|` +
    `(add|sub|inc|dec|and|or|xor|andnot)|` +
    `(add|sub|inc|dec)_return${ORDER}|fetch_(add|sub|inc|dec|and|or|xor)${ORDER}|` +
    `(sub|dec|inc)_and_test|(add_unless|inc_not_zero)|(xchg|cmpxchg|try_cmpxchg)${ORDER})$`,
)

/** The value of a call of one of these; null for another name. */
export function accessCall(l: Lowering, name: string, e: CallExpression): Value | null {
  if (!isAccess(name)) return null
  const args = expressionsOf(l, e)
  const fence = Object.hasOwn(FENCES, name) ? FENCES[name] : undefined
  if (fence !== undefined) {
    l.builder.emit({ op: 'fence', fence })
    return NOTHING
  }
  const access = Object.hasOwn(LOADS, name) ? LOADS[name] : undefined
  if (access !== undefined) return loadOnce(l, name, args, access)
  if (OTHERS.has(name)) return otherAccess(l, name, args)
  const exchange = EXCHANGE.exec(name)
  if (exchange !== null) {
    const pointer = heldBefore(l, l.value(argument(l, name, args, 0)), args.slice(1))
    const type = derefPlace(l, pointer).type
    return exchangeCall(l, name, exchange[1] ?? '', pointer, type, args, strength(exchange[3]))
  }
  return atomicCall(l, name, args)
}

function argument(l: Lowering, name: string, args: readonly Expression[], i: number): Expression {
  return args[i] ?? l.fail(`${name} without its argument`)
}

function loadOnce(l: Lowering, name: string, args: readonly Expression[], access: Access): Value {
  const first = argument(l, name, args, 0)
  // data_race(x == y) takes an expression.
  if (!l.isPlace(first)) return l.value(first)
  const place = l.placeOf(first)
  return loadAs(l, place, access)
}

function loadAs(l: Lowering, place: Place, access: Access): Value {
  const isScalar = !['array', 'function', 'struct', 'union', 'void'].includes(place.type.kind)
  if (place.kind !== 'memory' || !isScalar) return load(l, place)
  return loadScalar(l, place.at, place.type, access)
}

function storeAs(l: Lowering, place: Place, value: Value, access: Access): void {
  if (place.kind !== 'memory' || value.kind === 'record') store(l, place, value)
  else storeScalar(l, place.at, value, place.type, access)
}

function otherAccess(l: Lowering, name: string, args: readonly Expression[]): Value {
  const first = argument(l, name, args, 0)
  if (name === 'smp_load_acquire') return loadAs(l, derefPlace(l, l.value(first)), 'acquire')
  const isPointer = name === 'smp_store_release'
  const place = isPointer ? derefPlace(l, heldBefore(l, l.value(first), args.slice(1))) : l.placeOf(first)
  const value = convert(l, l.value(argument(l, name, args, 1)), place.type)
  const isInit = name === 'RCU_INIT_POINTER' || (value.kind === 'constant' && value.value === 0n)
  const releases = name === 'smp_store_release' || (name === 'rcu_assign_pointer' && !isInit)
  storeAs(l, place, value, releases ? 'release' : 'once')
  if (name === 'smp_store_mb') l.builder.emit({ op: 'fence', fence: 'mb' })
  return NOTHING
}

function strength(suffix: string | undefined): Access {
  switch (suffix) {
    case '_relaxed':
      return 'once'
    case '_acquire':
      return 'acquire'
    case '_release':
      return 'release'
    default:
      return 'mb'
  }
}

function exchangeCall(
  l: Lowering,
  name: string,
  kind: string,
  pointer: Value,
  type: CType,
  args: readonly Expression[],
  access: Access,
): Value {
  if (kind === 'try_cmpxchg') {
    const expectedAt = derefPlace(l, l.hold(l.value(argument(l, name, args, 1))))
    const value = l.operand(convert(l, l.value(argument(l, name, args, 2)), type))
    const expected = load(l, expectedAt)
    const swap: RmwUpdate = { kind: 'compare-exchange', expected: l.operand(expected), value }
    const old = rmw(l, pointer, type, name, access, swap, 'old')
    const form = scalarType(l, type)
    const shape: IntegerType = { ...INT, bits: form.bits, signed: form.signed, rank: 4 }
    const same = integerOperation(l, '==', old, expected, shape, BOOL)
    store(l, expectedAt, convert(l, old, expectedAt.type))
    return same
  }
  const value = heldBefore(l, convert(l, l.value(argument(l, name, args, 1)), type), args.slice(2))
  if (kind === 'xchg') {
    return rmw(l, pointer, type, name, access, { kind: 'exchange', value: l.operand(value) }, 'old')
  }
  const next = convert(l, l.value(argument(l, name, args, 2)), type)
  const swap: RmwUpdate = {
    kind: 'compare-exchange',
    expected: l.operand(value),
    value: l.operand(next),
  }
  return rmw(l, pointer, type, name, access, swap, 'old')
}

function atomicCall(l: Lowering, name: string, args: readonly Expression[]): Value {
  const match = ATOMIC.exec(name)
  if (match === null) return l.fail(name)
  const [
    ,
    family = '',
    simple,
    order,
    plain,
    returning,
    returnOrder,
    fetching,
    fetchOrder,
    testing,
    unless,
    swap,
    swapOrder,
  ] = match
  const type = ATOMIC_TYPES[family] ?? longType(l.model)
  const at = (i: number): Value => {
    const pointer = retype(l.value(argument(l, name, args, i)), { kind: 'pointer', to: type })
    return heldBefore(l, pointer, args.slice(i + 1))
  }
  const number = (i: number): Value =>
    heldBefore(l, convert(l, l.value(argument(l, name, args, i)), type), args.slice(i + 1))
  const one = constant(1n, type)
  if (simple === 'read') return loadScalar(l, at(0), type, order === '_acquire' ? 'acquire' : 'once')
  if (simple === 'set') {
    const pointer = at(0)
    storeScalar(l, pointer, number(1), type, order === '_release' ? 'release' : 'once')
    return NOTHING
  }
  if (swap !== undefined) return exchangeCall(l, name, swap, at(0), type, args, strength(swapOrder))
  if (unless !== undefined) {
    const pointer = at(0)
    const [value, not] = unless === 'add_unless' ? [number(1), number(2)] : [one, constant(0n, type)]
    const update: RmwUpdate = { kind: 'add-unless', value: l.operand(value), unless: l.operand(not) }
    const stored = rmw(l, pointer, type, name, 'mb', update, 'stored')
    return stored.kind === 'register' ? { ...stored, type: BOOL, isTruth: true } : stored
  }
  const operation = plain ?? returning ?? fetching ?? testing ?? ''
  const isStep = operation === 'inc' || operation === 'dec'
  // The value comes first in all but inc and dec.
  const value = isStep ? one : number(0)
  const pointer = at(isStep ? 0 : 1)
  if (operation === 'andnot') {
    const inverse = integerOperation(
      l,
      '^',
      value,
      constant((1n << BigInt(type.bits)) - 1n, type),
      type,
      type,
    )
    return update(l, pointer, type, name, 'noreturn', '&', inverse, 'old', false)
  }
  const operator = ATOMIC_OPERATORS[operation] ?? l.fail(name)
  if (plain !== undefined) return update(l, pointer, type, name, 'noreturn', operator, value, 'old', false)
  if (testing !== undefined) {
    const after = update(l, pointer, type, name, 'mb', operator, value, 'new', true)
    return compareWithZero(l, '==', after)
  }
  const access = strength(returning === undefined ? fetchOrder : returnOrder)
  return update(
    l,
    pointer,
    type,
    name,
    access,
    operator,
    value,
    returning === undefined ? 'old' : 'new',
    true,
  )
}

function update(
  l: Lowering,
  pointer: Value,
  type: IntegerType,
  name: string,
  access: Access,
  operator: Arithmetic,
  value: Value,
  result: 'old' | 'new',
  hasResult: boolean,
): Value {
  const change: RmwUpdate = { kind: 'arithmetic', operator, value: l.operand(value) }
  if (hasResult) return rmw(l, pointer, type, name, access, change, result)
  const address = l.operand(pointer)
  l.builder.emit({
    op: 'rmw',
    to: null,
    result,
    address,
    update: change,
    type: scalarType(l, type),
    access,
    name,
  })
  return NOTHING
}
