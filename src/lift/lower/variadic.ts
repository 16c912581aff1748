/**
 * Arguments behind `...`: the caller puts them into slots of eight bytes and hands over their address. A
 * `va_list` is a pointer into those slots, so `va_copy` is an assignment. A struct's slot holds its address.
 */
import type { Operand } from '../../machine/index.js'
import type { Expression } from '../syntax/ast.js'
import { pointerTo, VOID } from '../types/basic-types.js'
import type { CType } from '../types/c-type.js'
import { offsetBy } from './arithmetic.js'
import type { Lowering } from './lowering.js'
import { load, scalarType, store, storeScalar } from './memory.js'
import type { Place, Value } from './value.js'
import { isWide } from './wide-integers.js'

const SLOT = 8

/** What `__builtin_va_list` is. */
export const VA_LIST: CType = pointerTo(VOID)

/** Fills the slots of a call; their address. */
export function restArea(
  l: Lowering,
  rest: readonly { readonly operand: Operand; readonly type: CType }[],
): Operand {
  if (rest.length === 0) return { kind: 'constant', value: 0n }
  const area: Value = { kind: 'register', type: VA_LIST, register: l.restSlots(rest.length * SLOT) }
  for (const [i, { operand, type }] of rest.entries()) {
    const address = l.operand(offsetBy(l, area, BigInt(i * SLOT)))
    if (isWide(type)) l.fail('128-bit integers behind ...')
    const isRecord = type.kind === 'struct' || type.kind === 'union'
    const machine = scalarType(l, isRecord ? VA_LIST : type)
    l.builder.emit({ op: 'store', address, value: operand, access: 'plain', type: machine })
  }
  return l.operand(area)
}

/** `va_arg(list, type)`. */
export function vaArgument(l: Lowering, e: Extract<Expression, { kind: 'va-arg' }>): Value {
  const type = l.typeOfSyntax(e.type)
  if (isWide(type)) l.fail('128-bit integers behind ...')
  const list = l.placeOf(e.list)
  const at = l.hold(listValue(l, list))
  putList(l, list, offsetBy(l, at, BigInt(SLOT)))
  if (type.kind === 'struct' || type.kind === 'union') {
    const address = load(l, { kind: 'memory', type: pointerTo(type), at })
    return { kind: 'record', type, at: address }
  }
  return load(l, { kind: 'memory', type, at })
}

/** `va_start`, `va_end`, `va_copy`; null for another name. */
export function vaCall(l: Lowering, name: string, args: readonly Expression[]): Value | null {
  const [first, second] = args
  switch (name) {
    case '__builtin_va_start':
    case '__builtin_c23_va_start': {
      const { rest } = l.frame
      if (rest === null || first === undefined) return l.fail('va_start in a function without ...')
      putList(l, l.placeOf(first), { kind: 'register', type: VA_LIST, register: rest })
      return NOTHING
    }
    case '__builtin_va_end':
      if (first !== undefined) l.effect(first)
      return NOTHING
    case '__builtin_va_copy': {
      if (first === undefined || second === undefined) return l.fail('va_copy without two lists')
      putList(l, l.placeOf(first), listValue(l, l.placeOf(second)))
      return NOTHING
    }
    default:
      return null
  }
}

const NOTHING: Value = { kind: 'void', type: VOID }

function listValue(l: Lowering, list: Place): Value {
  return load(l, list)
}

function putList(l: Lowering, list: Place, value: Value): void {
  if (list.kind === 'memory' && list.type.kind !== 'pointer') {
    storeScalar(l, list.at, value, VA_LIST, 'plain')
    return
  }
  store(l, list, value)
}
