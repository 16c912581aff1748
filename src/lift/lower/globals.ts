/** What functions and files have at file scope: strings, variables with their data, literals of structs. */
import type { IrGlobal } from '../../machine/index.js'
import type { Initializer, InitializerList, VariableSyntax } from '../syntax/ast.js'
import type { ArrayType, CType, RecordType } from '../types/c-type.js'
import { convert } from './arithmetic.js'
import { initializePlace, lengthFrom } from './initializers.js'
import { stringLiteral } from './literals.js'
import type { CompoundLiteral, Lowering } from './lowering.js'
import { copyRecord, store } from './memory.js'
import { StaticData } from './static-data.js'
import { type Place, Unsupported, type Value } from './value.js'

/** Bytes from which a variable's constant initializer is copied from data instead of being stored piece by piece. */
const TEMPLATE_BYTES = 32

/** The place of a string literal. Literals of one text share it. */
export function stringPlace(l: Lowering, texts: readonly string[]): Place {
  const literal = stringLiteral(texts, l.model)
  if (literal === null) return l.fail(`the string ${texts.join(' ')}`)
  const name = texts.length === 1 ? (texts[0] ?? '""') : texts.join(' ')
  const align = literal.element.bits / 8
  l.addGlobal({
    name,
    bytes: literal.data.length,
    align,
    data: literal.data,
    relocations: [],
    readOnly: true,
  })
  const type: CType = { kind: 'array', of: literal.element, length: literal.length }
  return symbolAt(name, type)
}

function symbolAt(name: string, type: CType): Extract<Place, { kind: 'memory' }> {
  return {
    kind: 'memory',
    type,
    at: { kind: 'symbol', type: { kind: 'pointer', to: type }, name, offset: 0n },
  }
}

/** The data of a variable, from its initializer; all 0 without one. */
export function dataOf(
  l: Lowering,
  { name, type, align }: { readonly name: string; readonly type: CType; readonly align: number | null },
  from: Initializer | null,
): IrGlobal {
  const size = type.kind === 'array' && type.length === null ? 0 : l.sizeOf(type)
  let data: StaticData
  try {
    data = new StaticData(size)
  } catch (problem) {
    if (problem instanceof RangeError) return l.fail(problem.message)
    throw problem
  }
  if (from !== null) fillData(l, data, symbolAt(name, type), from)
  return {
    name,
    bytes: Math.max(data.bytes.length, 1),
    align: Math.max(l.layouts.alignOf(type), align ?? 1),
    data: data.bytes,
    relocations: data.relocations,
    readOnly: false,
  }
}

function fillData(l: Lowering, data: StaticData, to: Place, from: Initializer): void {
  const outer = l.data
  const wasTrial = l.isTrial
  l.data = data
  try {
    initializePlace(l, to, from, true)
  } finally {
    l.data = outer
    l.isTrial = wasTrial
  }
}

/** `(struct s){ … }`: memory of the frame, or data where it stands in an initializer of data. */
export function compoundLiteral(l: Lowering, e: CompoundLiteral): Place {
  const given = l.typeOfSyntax(e.type)
  const type =
    given.kind === 'array' && given.length === null
      ? { ...given, length: lengthFrom(l, given, e.initializer) }
      : given
  if (type.kind === 'integer' && type.opaque) {
    const only = e.initializer.items[0]?.value
    if (only === undefined) return scalarTemporary(l, type, null)
    return scalarTemporary(
      l,
      type,
      only.kind === 'initializer-list' ? l.fail('a word from a list') : l.value(only),
    )
  }
  if (l.data !== null || l.frame.name === '') {
    const name = `(${l.frame.name}:${e.span.line}:${e.span.column})`
    if (!l.globals.has(name)) l.addGlobal(dataOf(l, { name, type, align: null }, e.initializer))
    return symbolAt(name, type)
  }
  const at = l.temporaryObject('literal', type)
  const place: Place = { kind: 'memory', type, at }
  initializeLocal(l, place, e.initializer)
  return place
}

function scalarTemporary(l: Lowering, type: CType, value: Value | null): Place {
  const register = l.builder.temporary()
  const place: Place = { kind: 'register', type, register, name: '' }
  if (value !== null) store(l, place, convert(l, value, type))
  else l.builder.emit({ op: 'set', to: register, from: { kind: 'constant', value: 0n } })
  return place
}

/** Initializes a variable of the function; a larger one with constant values by a copy of data. */
export function initializeLocal(l: Lowering, to: Place, from: Initializer): void {
  const { type } = to
  const bytes = l.layouts.sizeOf(type)
  const isAggregate = type.kind === 'array' || type.kind === 'struct' || type.kind === 'union'
  if (!isAggregate || from.kind !== 'initializer-list' || bytes === null || bytes < TEMPLATE_BYTES) {
    l.initialize(to, from, false)
    return
  }
  const template = templateOf(l, type, from)
  if (template === null || to.kind !== 'memory') {
    l.initialize(to, from, false)
    return
  }
  if (template.data?.every((byte) => byte === 0) && template.relocations.length === 0) {
    l.builder.emit({ op: 'clear', at: l.operand(to.at), bytes })
    return
  }
  l.addGlobal(template)
  copyRecord(l, to.at, symbolAt(template.name, type).at, bytes)
}

/** The data of a constant initializer; null if it is not constant. */
function templateOf(l: Lowering, type: CType, from: InitializerList): IrGlobal | null {
  const { line, column } = from.span
  const name = `{${l.frame.name}:${line}:${column}}`
  const known = l.globals.get(name)
  if (known !== undefined) return known
  const isTrial = l.isTrial
  return l.trial(() => {
    l.isTrial = isTrial
    try {
      return { ...dataOf(l, { name, type, align: null }, from), readOnly: true }
    } catch (problem) {
      if (problem instanceof Unsupported) return null
      throw problem
    }
  })
}

/** GNU's conversion of a value to a union that has a member of its type; also a transparent union's argument. */
export function castToUnion(l: Lowering, type: RecordType, value: Value): Value {
  const layout = l.layouts.ofRecord(type)
  const member = layout?.members.find(
    ({ type: inner }) =>
      inner.kind === value.type.kind && l.layouts.sizeOf(inner) === l.layouts.sizeOf(value.type),
  )
  if (type.kind !== 'union' || member === undefined)
    return l.fail('a conversion between a struct and a scalar')
  const at = l.temporaryObject('union', type)
  store(l, { kind: 'memory', type: member.type, at }, convert(l, value, member.type))
  return { kind: 'record', type, at }
}

/** Where a function's static variables of one name are declared, in order. */
const STATICS = new WeakMap<Lowering, Map<string, string[]>>()

/** `f::count`, and `f::count#2` for a second one: a name that stays when lines move. */
function staticName(l: Lowering, { name, span }: VariableSyntax): string {
  const known = STATICS.get(l) ?? new Map<string, string[]>()
  STATICS.set(l, known)
  const whole = `${l.frame.name}::${name}`
  const places = known.get(whole) ?? []
  known.set(whole, places)
  const place = `${span.line}:${span.column}`
  if (!places.includes(place)) places.push(place)
  const number = places.indexOf(place) + 1
  return number === 1 ? whole : `${whole}#${number}`
}

/** A static variable inside a function: data under the function's name and its own. */
export function staticLocal(l: Lowering, v: VariableSyntax, type: CType): void {
  const name = staticName(l, v)
  const place = symbolAt(name, type)
  l.names.names.set(v.name, { kind: 'variable', place })
  if (l.globals.has(name) || l.isTrial) return
  const align = v.aligned == null ? null : Number(l.constantOf(v.aligned) ?? 1n)
  const global = l.trial(() => {
    l.isTrial = false
    return dataOf(l, { name, type, align }, v.initializer)
  })
  l.addGlobal(global)
}

/** Counts elements while a list is walked that gives an array its length. */
const COUNTS = new WeakMap<Lowering, { readonly at: Value; length: number }[]>()

export function countElements(l: Lowering, type: ArrayType, from: InitializerList): number {
  const counts = COUNTS.get(l) ?? []
  COUNTS.set(l, counts)
  const place = symbolAt('(counted)', type)
  const count = { at: place.at, length: 0 }
  counts.push(count)
  try {
    l.trial(() => {
      // Values do not matter here, so that what is not constant is no trouble.
      l.data = null
      initializePlace(l, place, from, true)
    })
  } finally {
    counts.pop()
  }
  return count.length
}

/** Told of an element of an array that is initialized. */
export function reached(l: Lowering, index: number, array: Place): void {
  const count = COUNTS.get(l)?.at(-1)
  if (count !== undefined && array.kind === 'memory' && array.at === count.at) {
    count.length = Math.max(count.length, index + 1)
  }
}
