/**
 * Initializers, for variables of a function and for data of a file alike: C's rules of which value goes where
 * are the same; only the last step differs, a store or bytes put into the data.
 */
import type { CallExpression, Designator, Expression, Initializer, InitializerList } from '../syntax/ast.js'
import type { ArrayType, CType, RecordType } from '../types/c-type.js'
import { spellType } from '../types/spell-type.js'
import { convert, offsetBy, sizeValue } from './arithmetic.js'
import { stringLiteral } from './literals.js'
import type { Lowering } from './lowering.js'
import { addressOf, clear, copyRecord, partOfWord, store } from './memory.js'
import { putData } from './static-data.js'
import type { Place, Value } from './value.js'
import { constant } from './word-arithmetic.js'

/** Where in a list the next value is taken from. */
interface Cursor {
  readonly items: InitializerList['items']
  at: number
  /** Designators of the current item that are not followed yet; null if none of them is. */
  pending: readonly Designator[] | null
}

/** The list that a macro's call expands to, where it is one. */
function listOfMacro(l: Lowering, type: CType, from: Expression): InitializerList | null {
  if (from.kind !== 'call' || from.callee.kind !== 'identifier' || !l.scope.isMacro(from.callee.name))
    return null
  const expanded = l.scope.expandStatement(`${spellType(type)} made = ${from.text};`, from.span)
  const made = expanded?.kind === 'declaration' ? expanded.variables[0]?.initializer : null
  return made?.kind === 'initializer-list' ? made : null
}

/** Sets a place; what a list leaves out is 0. `zeroed`: the memory is 0 already. */
export function initializePlace(l: Lowering, to: Place, from: Initializer, zeroed: boolean): void {
  const { type } = to
  if (from.kind !== 'initializer-list') {
    const expanded = isAggregate(type) ? initializerBehind(l, from) : null
    if (expanded !== null) {
      l.initialize(to, expanded, zeroed)
      return
    }
    if (putString(l, to, from, zeroed)) return
    if (l.data !== null && from.kind === 'compound-literal' && isAggregate(type)) {
      initializePlace(l, to, from.initializer, zeroed)
      return
    }
    if (type.kind === 'array') {
      if (from.kind === 'compound-literal') initializePlace(l, to, from.initializer, zeroed)
      else l.fail('an array from what is no list')
      return
    }
    const list = isAggregate(type) ? listOfMacro(l, type, from) : null
    if (list !== null) initializePlace(l, to, list, zeroed)
    else put(l, to, l.value(from))
    return
  }
  if (type.kind === 'array' || type.kind === 'struct' || type.kind === 'union') {
    const only = from.items.length === 1 ? from.items[0] : undefined
    if (only !== undefined && only.designators.length === 0 && only.value.kind === 'string') {
      if (putString(l, to, only.value, zeroed)) return
    }
    if (!zeroed) zero(l, to)
    fill(l, to, { items: from.items, at: 0, pending: null }, true)
    return
  }
  const first = from.items[0]
  if (type.kind === 'integer' && type.opaque && first?.designators.length === 1) {
    const [named] = first.designators
    const isPart = named?.kind === 'member' && partOfWord(l, type, named.name) !== null
    if (isPart) l.fail(`an initializer of ${named.name}, a part of a word`)
    l.initialize(to, first.value, zeroed)
    return
  }
  if (first === undefined) {
    put(l, to, convert(l, constant(0n, { ...type, kind: 'integer' } as CType), type))
    return
  }
  l.initialize(to, first.value, zeroed)
}

/** What a macro stands for as an initializer: braces, a string literal; null for every other expression. */
function initializerBehind(l: Lowering, from: Expression): Initializer | null {
  const name = from.kind === 'identifier' ? from.name : from.kind === 'call' ? macroName(from) : null
  if (name === null || l.names.find(name) !== null || !l.scope.isMacro(name) || l.staysCall(name)) return null
  const text = from.kind === 'call' ? from.text : name
  const expression = l.scope.expandExpression(text, from.span)
  if (expression === null) return l.scope.expandInitializer?.(text, from.span) ?? null
  return expression.kind === 'string' || expression.kind === 'compound-literal' ? expression : null
}

function macroName({ callee }: CallExpression): string | null {
  return callee.kind === 'identifier' ? callee.name : null
}

function isAggregate(type: CType): boolean {
  return type.kind === 'array' || type.kind === 'struct' || type.kind === 'union'
}

function zero(l: Lowering, to: Place): void {
  if (l.data !== null) {
    if (to.kind === 'memory' && to.at.kind === 'symbol') {
      l.data.write(Number(to.at.offset), new Uint8Array(l.layouts.sizeOf(to.type) ?? 0))
    }
    return
  }
  const at = addressOf(l, to)
  const size = sizeValue(l, to.type)
  if (size.kind === 'constant') clear(l, at, Number(size.value))
  else l.fail('an initializer of an array of variable length')
}

function put(l: Lowering, to: Place, value: Value): void {
  const converted =
    (to.type.kind === 'union' || to.type.kind === 'struct') && value.kind !== 'record'
      ? l.rules.castToUnion(l, to.type, value)
      : convert(l, value, to.type)
  if (l.data !== null) putData(l, l.data, to, converted)
  else store(l, to, converted)
}

/** Initializes an array of characters from a string literal; false if it is none. */
function putString(l: Lowering, to: Place, from: Expression, zeroed: boolean): boolean {
  if (to.type.kind !== 'array' || from.kind !== 'string') return false
  const { of } = to.type
  if (of.kind !== 'integer') return false
  const literal = stringLiteral(from.texts, l.model)
  if (literal === null || literal.element.bits !== of.bits) return false
  const room = to.type.length === null ? literal.data.length : (to.type.length * of.bits) / 8
  const bytes = Math.min(room, literal.data.length)
  if (to.kind !== 'memory') return false
  if (l.data !== null) {
    if (to.at.kind !== 'symbol') return l.fail('an initializer that is not constant')
    l.data.write(Number(to.at.offset), literal.data.subarray(0, bytes))
    return true
  }
  const source = l.rules.stringPlace(l, from.texts)
  if (source.kind !== 'memory') return false
  if (room > bytes && !zeroed) clear(l, offsetBy(l, to.at, BigInt(bytes)), room - bytes)
  copyRecord(l, to.at, source.at, bytes)
  return true
}

/** Sets the parts of an aggregate one after the other. */
function fill(l: Lowering, to: Place, cursor: Cursor, braced: boolean): void {
  const { type } = to
  if (type.kind === 'array') fillArray(l, to, type, cursor, braced)
  else if (type.kind === 'struct' || type.kind === 'union') fillRecord(l, to, type, cursor, braced)
}

function fillArray(l: Lowering, to: Place, type: ArrayType, cursor: Cursor, braced: boolean): void {
  if (to.kind !== 'memory') l.fail('an array without an address')
  const size = l.sizeOf(type.of)
  const count = type.length ?? Number.POSITIVE_INFINITY
  const element = (i: number): Place => ({
    kind: 'memory',
    type: type.of,
    at: offsetBy(l, to.at, BigInt(i) * BigInt(size)),
  })
  for (let next = 0; cursor.at < cursor.items.length; ) {
    const designators = designatorsOf(cursor, braced)
    if (designators === null) return
    const [first, ...rest] = designators
    if (first === undefined) {
      if (next >= count) {
        if (!braced) return
        cursor.at++
        continue
      }
      l.rules.reached(l, next, to)
      fillOne(l, element(next), cursor)
      next++
      continue
    }
    if (first.kind !== 'index') l.fail('a member designator in an array')
    const from = indexOf(l, first.index)
    const last = first.to === null ? from : indexOf(l, first.to)
    if (last >= count || from > last || last - from > 10_000_000) l.fail('an array designator out of bounds')
    l.rules.reached(l, last, to)
    const { at } = cursor
    for (let i = from; i <= last; i++) {
      cursor.at = at
      follow(l, element(i), cursor, rest)
    }
    next = last + 1
  }
}

function indexOf(l: Lowering, e: Expression): number {
  const value = l.constantOf(e)
  return value === null || value < 0n ? l.fail('an array designator that is no constant') : Number(value)
}

function fillRecord(l: Lowering, to: Place, type: RecordType, cursor: Cursor, braced: boolean): void {
  if (to.kind !== 'memory') l.fail('a struct without an address')
  const layout = l.layouts.ofRecord(type)
  if (layout === null) {
    fillUnknown(l, to, cursor, braced)
    return
  }
  const room = layout.size
  const members = layout.members.filter(
    (member) => member.name !== null || member.type.kind === 'struct' || member.type.kind === 'union',
  )
  const count = type.kind === 'union' ? Math.min(1, members.length) : members.length
  const placeOf = (i: number): Place => {
    const member = members[i]
    if (member === undefined) return l.fail('a member that is not there')
    return member.bits === null
      ? { kind: 'memory', type: member.type, at: offsetBy(l, to.at, BigInt(member.offset)) }
      : {
          kind: 'bit-field',
          type: member.type,
          at: to.at,
          bitOffset: member.bitOffset,
          bits: member.bits,
          room,
        }
  }
  for (let next = 0; cursor.at < cursor.items.length; ) {
    const designators = designatorsOf(cursor, braced)
    if (designators === null) return
    const [first, ...rest] = designators
    if (first === undefined) {
      if (next >= count) {
        if (!braced) return
        cursor.at++
        continue
      }
      fillOne(l, placeOf(next), cursor)
      next++
      continue
    }
    if (first.kind !== 'member') l.fail('an array designator in a struct')
    const named = members.findIndex((member) => member.name === first.name)
    if (named >= 0) {
      follow(l, placeOf(named), cursor, rest)
      next = type.kind === 'union' ? 1 : named + 1
      continue
    }
    const around = members.findIndex(
      ({ name, type: inner }) =>
        name === null &&
        (inner.kind === 'struct' || inner.kind === 'union') &&
        l.layouts.find(inner, first.name) !== null,
    )
    if (around < 0) l.fail(`${type.kind} ${type.name} has no member ${first.name}`)
    follow(l, placeOf(around), cursor, designators)
    next = type.kind === 'union' ? 1 : around + 1
  }
}

/** A struct whose members are not known: only those named by designators can be set. */
function fillUnknown(l: Lowering, to: Place, cursor: Cursor, braced: boolean): void {
  for (; cursor.at < cursor.items.length; ) {
    const designators = designatorsOf(cursor, braced)
    if (designators === null) return
    const [first, ...rest] = designators
    const item = cursor.items[cursor.at]
    if (first?.kind !== 'member') {
      if (item?.value.kind === 'integer') {
        cursor.at++
        continue
      }
      l.fail('an initializer by position of an unknown struct')
    }
    follow(l, l.rules.member(l, to, first.name), cursor, rest)
  }
}

/** The designators to follow at this level; null if the item belongs to an aggregate further out. */
function designatorsOf(cursor: Cursor, braced: boolean): readonly Designator[] | null {
  if (cursor.pending !== null) {
    const { pending } = cursor
    cursor.pending = null
    return pending
  }
  const own = cursor.items[cursor.at]?.designators ?? []
  return own.length > 0 && !braced ? null : own
}

/** Goes on along the designators of the current item. */
function follow(l: Lowering, to: Place, cursor: Cursor, rest: readonly Designator[]): void {
  if (rest.length === 0) {
    fillOne(l, to, cursor)
    return
  }
  const { type } = to
  if (type.kind === 'integer' && type.opaque) {
    follow(l, to, cursor, rest.slice(1))
    return
  }
  cursor.pending = rest
  fill(l, to, cursor, false)
}

/** Sets one part from the current item, or from this and those that follow if the part has parts itself. */
function fillOne(l: Lowering, to: Place, cursor: Cursor): void {
  const item = cursor.items[cursor.at]
  if (item === undefined) return
  const { value } = item
  const { type } = to
  if (value.kind === 'initializer-list' || !isAggregate(type)) {
    cursor.at++
    // A part may be set twice; the later one counts, all of it.
    l.initialize(to, value, item.designators.length === 0)
    return
  }
  if (type.kind === 'array' && value.kind === 'string' && putString(l, to, value, true)) {
    cursor.at++
    return
  }
  if (type.kind !== 'array' || value.kind === 'compound-literal') {
    const from = l.valueTypeOf(value)
    if (
      from.kind === 'struct' ||
      from.kind === 'union' ||
      (value.kind === 'compound-literal' && type.kind === 'array')
    ) {
      if (type.kind === 'array' || isSame(from, type)) {
        cursor.at++
        l.initialize(to, value, true)
        return
      }
    }
  }
  const { at } = cursor
  cursor.pending = []
  fill(l, to, cursor, false)
  cursor.pending = null
  // An aggregate without parts takes nothing.
  if (cursor.at === at && l.sizeOf(type) !== 0) cursor.at++
}

function isSame(left: CType, right: CType): boolean {
  return (
    (left.kind === 'struct' || left.kind === 'union') &&
    (right.kind === 'struct' || right.kind === 'union') &&
    (left.members === right.members || (left.name === right.name && left.kind === right.kind))
  )
}

/** The length of an array that takes it from its initializer. */
export function lengthFrom(l: Lowering, type: ArrayType, from: Initializer): number {
  if (from.kind === 'string') return stringLiteral(from.texts, l.model)?.length ?? 0
  if (from.kind === 'compound-literal') {
    const literal = l.typeOf(from)
    return literal.kind === 'array' ? (literal.length ?? 0) : 0
  }
  if (from.kind !== 'initializer-list') return l.fail('an array from what is no list')
  const only = from.items.length === 1 ? from.items[0] : undefined
  if (only?.value.kind === 'string' && type.of.kind === 'integer') {
    return stringLiteral(only.value.texts, l.model)?.length ?? 0
  }
  return l.rules.countElements(l, type, from)
}
