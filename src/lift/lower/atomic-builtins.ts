/** GCC's `__sync_` and `__atomic_` functions: marked accesses, as strong as their order says. */
import type { Access, RmwUpdate } from '../../machine/index.js'
import type { Expression } from '../syntax/ast.js'
import { BOOL, VOID } from '../types/basic-types.js'
import type { CType } from '../types/c-type.js'
import { convert, integerOperation } from './arithmetic.js'
import type { Lowering } from './lowering.js'
import { loadScalar, scalarType, storeScalar } from './memory.js'
import type { Value } from './value.js'
import { constant } from './word-arithmetic.js'

const NOTHING: Value = { kind: 'void', type: VOID }

type Arithmetic = Extract<RmwUpdate, { kind: 'arithmetic' }>['operator']

const OPERATORS: Readonly<Record<string, Arithmetic>> = { add: '+', sub: '-', and: '&', or: '|', xor: '^' }

const ORDERS: readonly Access[] = ['once', 'acquire', 'acquire', 'release', 'mb', 'mb']

/** The value of one of these functions. */
export function atomicBuiltin(l: Lowering, name: string, args: readonly Expression[]): Value {
  if (name === '__sync_synchronize' || name.endsWith('_fence')) {
    l.builder.emit({ op: 'fence', fence: name === '__atomic_signal_fence' ? 'barrier' : 'mb' })
    return NOTHING
  }
  const [first, second, third, fourth] = args
  if (first === undefined) return l.fail(`builtin ${name}`)
  const pointer = l.hold(l.value(first))
  const type = pointer.type.kind === 'pointer' ? pointer.type.to : l.fail(`builtin ${name}`)
  const operand = (e: Expression | undefined): Value =>
    e === undefined ? l.fail(`builtin ${name}`) : l.hold(convert(l, l.value(e), type))
  const sync = /^__sync_(?:fetch_and_(add|sub|and|or|xor)|(add|sub|and|or|xor)_and_fetch)$/.exec(name)
  const fetch = /^__atomic_(?:fetch_(add|sub|and|or|xor)|(add|sub|and|or|xor)_fetch)$/.exec(name)
  const update = sync ?? fetch
  if (update !== null) {
    const operator = OPERATORS[update[1] ?? update[2] ?? '']
    if (operator === undefined) return l.fail(`builtin ${name}`)
    const value = operand(second)
    const access = sync === null ? orderOf(l, third) : 'mb'
    return rmw(
      l,
      pointer,
      type,
      name,
      access,
      { kind: 'arithmetic', operator, value: l.operand(value) },
      update[1] === undefined ? 'new' : 'old',
    )
  }
  switch (name) {
    case '__atomic_load_n':
      return loadScalar(l, pointer, type, orderOf(l, second))
    case '__atomic_store_n':
      storeScalar(l, pointer, operand(second), type, orderOf(l, third))
      return NOTHING
    case '__atomic_exchange_n':
    case '__sync_lock_test_and_set': {
      const value = l.operand(operand(second))
      const access = name.startsWith('__sync') ? 'acquire' : orderOf(l, third)
      return rmw(l, pointer, type, name, access, { kind: 'exchange', value }, 'old')
    }
    case '__sync_lock_release':
      storeScalar(l, pointer, constant(0n, type), type, 'release')
      return NOTHING
    case '__sync_bool_compare_and_swap':
    case '__sync_val_compare_and_swap': {
      const expected = l.operand(operand(second))
      const value = l.operand(operand(third))
      const swap: RmwUpdate = { kind: 'compare-exchange', expected, value }
      const isTest = name === '__sync_bool_compare_and_swap'
      const done = rmw(l, pointer, type, name, 'mb', swap, isTest ? 'stored' : 'old')
      return isTest && done.kind === 'register' ? { ...done, type: BOOL, isTruth: true } : done
    }
    case '__atomic_compare_exchange_n': {
      if (second === undefined) return l.fail(`builtin ${name}`)
      const expectedAt = l.hold(l.value(second))
      const expected = loadScalar(l, expectedAt, type, 'plain')
      const value = l.operand(operand(third))
      const swap: RmwUpdate = { kind: 'compare-exchange', expected: l.operand(expected), value }
      const old = rmw(l, pointer, type, name, fourth === undefined ? 'mb' : 'mb', swap, 'old')
      const form = scalarType(l, type)
      const same = integerOperation(
        l,
        '==',
        old,
        expected,
        { kind: 'integer', bits: form.bits, signed: form.signed, rank: 4, isBool: false, enumTag: null },
        BOOL,
      )
      storeScalar(l, expectedAt, old, type, 'plain')
      return same
    }
    default:
      return l.fail(`builtin ${name}`)
  }
}

function orderOf(l: Lowering, e: Expression | undefined): Access {
  const order = e === undefined ? null : l.constantOf(e)
  return order === null ? 'mb' : (ORDERS[Number(order)] ?? 'mb')
}

/** Emits a read-modify-write and gives its result. */
export function rmw(
  l: Lowering,
  pointer: Value,
  type: CType,
  name: string,
  access: Access,
  update: RmwUpdate,
  result: 'old' | 'new' | 'stored',
): Value {
  const to = l.builder.temporary()
  const address = l.operand(pointer)
  l.builder.emit({ op: 'rmw', to, result, address, update, type: scalarType(l, type), access, name })
  return { kind: 'register', type, register: to }
}
