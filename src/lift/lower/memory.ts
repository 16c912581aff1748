/** Reading and writing places: registers, memory, bit-fields, members. */
import type { Access, IntType, Operand } from '../../machine/index.js'
import { INT, UINT, ULLONG, unsignedLong } from '../types/basic-types.js'
import type { CType, IntegerType } from '../types/c-type.js'
import { decay } from '../types/conversions.js'
import { asConst } from '../types/resolve-type.js'
import { integerOperation, offsetBy } from './arithmetic.js'
import type { Lowering } from './lowering.js'
import { intType, type Place, type Value } from './value.js'
import { isWide } from './wide-integers.js'
import { constant, retype } from './word-arithmetic.js'

/** The machine's type of a scalar in memory. */
export function scalarType(l: Lowering, type: CType): IntType {
  switch (type.kind) {
    case 'integer':
      return type.bits === 128 ? l.fail('128-bit integers') : intType(type.bits, type.signed)
    case 'floating':
      return intType(type.bits, false)
    case 'pointer':
      return intType(l.model.wordBits, false)
    case 'unknown':
      l.note(`type of ${type.name} unknown, assumed u64`)
      if (!l.isTrial) l.assumed++
      return intType(l.model.wordBits, false)
    default:
      return l.fail(`a value of type ${type.kind}`)
  }
}

function accessOf(l: Lowering, type: CType): Access {
  return type.volatile && l.options.kernelAccesses ? 'once' : 'plain'
}

/** The value at a place; arrays and functions become pointers. */
export function load(l: Lowering, place: Place): Value {
  const { type } = place
  switch (place.kind) {
    case 'register':
      return { kind: 'register', type, register: place.register }
    case 'bit-field':
      return loadBitField(l, place)
    case 'memory':
      if (type.kind === 'array' || type.kind === 'function') return retype(place.at, decay(type))
      if (type.kind === 'struct' || type.kind === 'union') return { kind: 'record', type, at: place.at }
      if (type.kind === 'void') return { kind: 'void', type }
      if (type.kind === 'unknown') return loadUnknown(l, place.at, type)
      return loadScalar(l, place.at, type, accessOf(l, type))
  }
}

function loadUnknown(l: Lowering, at: Value, type: CType): Value {
  const value = loadScalar(l, at, type, accessOf(l, type))
  return value.kind === 'register' ? { ...value, from: at } : value
}

export function loadScalar(l: Lowering, at: Value, type: CType, access: Access): Value {
  if (isWide(type)) {
    const half = (bytes: bigint): Value => loadScalar(l, offsetBy(l, at, bytes), ULLONG, access)
    return { kind: 'wide', type, low: half(0n), high: half(8n) }
  }
  const register = l.builder.temporary()
  const machine = scalarType(l, type)
  l.builder.emit({ op: 'load', to: register, address: l.operand(at), access, type: machine })
  return { kind: 'register', type, register }
}

/** Puts a value, which has the place's type already, into it. */
export function store(l: Lowering, place: Place, value: Value): void {
  const { type } = place
  switch (place.kind) {
    case 'register':
      l.builder.emit({ op: 'set', to: place.register, from: l.operand(value) })
      return
    case 'bit-field':
      storeBitField(l, place, value)
      return
    case 'memory':
      if (value.kind === 'record') {
        copyRecord(l, place.at, value.at, l.sizeOf(type.kind === 'unknown' ? value.type : type))
      } else storeScalar(l, place.at, value, type, accessOf(l, type))
  }
}

export function storeScalar(l: Lowering, at: Value, value: Value, type: CType, access: Access): void {
  if (value.kind === 'wide') {
    storeScalar(l, at, value.low, ULLONG, access)
    storeScalar(l, offsetBy(l, at, 8n), value.high, ULLONG, access)
    return
  }
  const address = l.operand(at)
  l.builder.emit({ op: 'store', address, value: l.operand(value), access, type: scalarType(l, type) })
}

export function copyRecord(l: Lowering, target: Value, source: Value, bytes: number): void {
  if (bytes === 0) return
  const to = l.operand(target)
  l.builder.emit({ op: 'copy', target: to, source: l.operand(source), bytes })
}

export function clear(l: Lowering, at: Value, bytes: number): void {
  if (bytes > 0) l.builder.emit({ op: 'clear', at: l.operand(at), bytes })
}

/** Where a place lies. A variable in a register is moved to memory, which takes another try. */
export function addressOf(l: Lowering, place: Place): Value {
  switch (place.kind) {
    case 'memory':
      return retype(place.at, { kind: 'pointer', to: place.type })
    case 'register':
      if (!l.isTrial) l.inMemory.add(place.name)
      return { kind: 'register', type: { kind: 'pointer', to: place.type }, register: place.register }
    case 'bit-field':
      return l.fail('the address of a bit-field')
  }
}

/** Bytes from the start of an opaque word to the part of it that a member is; null if it is the whole word. */
export function partOfWord(l: Lowering, type: IntegerType, member: string): bigint | null {
  const part = type.spelled === undefined ? null : l.options.scalarMember?.(type.spelled, member)
  return part == null || part.bits === type.bits ? null : BigInt(part.offset)
}

/** A member of a record that lies somewhere. `size` is how far the record reaches. */
export function memberPlace(l: Lowering, record: Place, name: string): Place {
  const { type } = record
  if (type.kind === 'integer' && type.opaque) {
    const part = partOfWord(l, type, name)
    if (part !== null) return { kind: 'memory', type: UINT, at: offsetBy(l, addressOf(l, record), part) }
    const { opaque: _, spelled: __, ...word } = type
    return { ...record, type: word }
  }
  if (type.kind === 'unknown') {
    return memberOfUnknown(l, record, type.name, name)
  }
  if (type.kind !== 'struct' && type.kind !== 'union') return l.fail(`member ${name} of what is no struct`)
  if (record.kind !== 'memory') return l.fail(`member ${name} of what has no address`)
  const member = l.member(type, name)
  const plain: CType = type.const ? asConst(member.type) : member.type
  const inner: CType = type.volatile && !plain.volatile ? { ...plain, volatile: true } : plain
  if (member.bits !== null) {
    return {
      kind: 'bit-field',
      type: inner,
      at: record.at,
      bitOffset: member.bitOffset,
      bits: member.bits,
      room: l.sizeOf(type),
    }
  }
  return { kind: 'memory', type: inner, at: offsetBy(l, record.at, BigInt(member.offset)) }
}

/** A struct named by a typedef that is not known. */
function memberOfUnknown(l: Lowering, record: Place, typeName: string, name: string): Place {
  if (record.kind !== 'memory') return l.fail(`member ${name} of a value of unknown type ${typeName}`)
  l.note(`${typeName} is not known: ${name} lies in a made-up place, type unknown, assumed u64`)
  const stand = { kind: 'struct' as const, name: typeName, members: () => null, packed: false }
  const offset = l.layouts.synthetic(stand, name)
  const type: CType = { kind: 'unknown', name: `${typeName}.${name}` }
  return { kind: 'memory', type, at: offsetBy(l, record.at, BigInt(offset)) }
}

type BitField = Extract<Place, { kind: 'bit-field' }>

/** The bytes that are read and written for a bit-field, and where it lies in them. */
interface BitFieldUnit {
  readonly at: Value
  readonly type: IntegerType
  readonly shift: number
  /** How many bytes are accessed one by one, where no word of theirs lies in the record. */
  readonly single: number | null
}

function unitOf(l: Lowering, field: BitField): BitFieldUnit {
  const declared = l.sizeOf(field.type) * 8
  const first = field.bitOffset
  const aligned = Math.floor(first / declared) * declared
  const fits = first + field.bits <= aligned + declared && (aligned + declared) / 8 <= field.room
  let start = aligned / 8
  let bytes = declared / 8
  let single: number | null = null
  if (!fits) {
    start = Math.floor(first / 8)
    const needed = Math.ceil((first + field.bits) / 8) - start
    bytes = [1, 2, 4, 8].find((size) => size >= needed) ?? l.fail('a bit-field across nine bytes')
    if (start + bytes > field.room) {
      if (bytes <= field.room) start = field.room - bytes
      else single = needed
    }
  }
  const type = { ...unsignedLong({ wordBits: 64 }), bits: (bytes * 8) as 8 | 16 | 32 | 64 }
  return { at: offsetBy(l, field.at, BigInt(start)), type, shift: first - start * 8, single }
}

const BYTE = { ...unsignedLong({ wordBits: 64 }), bits: 8, rank: 1 } as const

function loadUnit(l: Lowering, { at, type, single }: BitFieldUnit, access: Access): Value {
  if (single === null) return loadScalar(l, at, type, access)
  let word = constant(0n, type)
  for (let i = 0; i < single; i++) {
    const byte = retype(loadScalar(l, offsetBy(l, at, BigInt(i)), BYTE, access), type)
    const placed = integerOperation(l, '<<', byte, constant(BigInt(8 * i), INT), type, type)
    word = integerOperation(l, '|', word, placed, type, type)
  }
  return word
}

function storeUnit(l: Lowering, { at, type, single }: BitFieldUnit, value: Value, access: Access): void {
  if (single === null) {
    storeScalar(l, at, value, type, access)
    return
  }
  for (let i = 0; i < single; i++) {
    const down = integerOperation(l, '>>', value, constant(BigInt(8 * i), INT), type, type)
    storeScalar(l, offsetBy(l, at, BigInt(i)), resized(l, down, type, BYTE), BYTE, access)
  }
}

function loadBitField(l: Lowering, field: BitField): Value {
  const { type } = field
  if (type.kind !== 'integer') return l.fail('a bit-field that is no integer')
  const unit = unitOf(l, field)
  const loaded = loadUnit(l, unit, accessOf(l, type))
  return extract(l, loaded, unit.type, unit.shift, field.bits, type)
}

/** `bits` of a value from bit `shift` on, as a bit-field of this type holds them. */
function extract(
  l: Lowering,
  value: Value,
  unit: IntegerType,
  shift: number,
  bits: number,
  type: IntegerType,
): Value {
  if (!type.signed) {
    const down = integerOperation(l, '>>', value, constant(BigInt(shift), INT), unit, unit)
    if (shift + bits === unit.bits) return retype(down, type)
    return retype(integerOperation(l, '&', down, constant(mask(bits), unit), unit, unit), type)
  }
  const up = unit.bits - shift - bits
  const signed = { ...unit, signed: true }
  const high = integerOperation(l, '<<', value, constant(BigInt(up), INT), unit, signed)
  const down = integerOperation(l, '>>', high, constant(BigInt(unit.bits - bits), INT), signed, signed)
  return resized(l, down, signed, type)
}

function resized(l: Lowering, value: Value, from: IntegerType, to: IntegerType): Value {
  if (from.bits === to.bits || value.kind === 'constant') {
    const bits = value.kind === 'constant' ? BigInt.asIntN(from.bits, value.value) : 0n
    return value.kind === 'constant' ? constant(BigInt.asUintN(to.bits, bits), to) : retype(value, to)
  }
  const register = l.builder.temporary()
  const source = intType(from.bits, from.signed)
  const type = intType(to.bits, to.signed)
  l.builder.emit({ op: 'convert', to: register, from: l.operand(value), source, type })
  return { kind: 'register', type: to, register }
}

function mask(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n
}

function storeBitField(l: Lowering, field: BitField, value: Value): void {
  const found = unitOf(l, field)
  const { type: unit, shift } = found
  const held = { ...found, at: l.hold(found.at) }
  const access = accessOf(l, field.type)
  const word = retype(value, unit)
  const bits = integerOperation(l, '&', narrowed(word, unit), constant(mask(field.bits), unit), unit, unit)
  const placed = integerOperation(l, '<<', bits, constant(BigInt(shift), INT), unit, unit)
  if (field.bits === unit.bits) {
    storeUnit(l, held, placed, access)
    return
  }
  const old = loadUnit(l, held, access)
  const keep = mask(unit.bits) ^ (mask(field.bits) << BigInt(shift))
  const others = integerOperation(l, '&', old, constant(keep, unit), unit, unit)
  storeUnit(l, held, integerOperation(l, '|', others, placed, unit, unit), access)
}

/** A constant cut to the unit; what lies in a register is cut by the mask that follows. */
function narrowed(value: Value, unit: IntegerType): Value {
  return value.kind === 'constant' ? constant(value.value & mask(unit.bits), unit) : value
}

/** What a bit-field holds after a value was put in: the value of the assignment. */
export function afterStore(l: Lowering, field: BitField, value: Value): Value {
  const { type } = field
  if (type.kind !== 'integer') return value
  const wide = { ...type, signed: false }
  return extract(l, narrowed(retype(value, wide), wide), wide, 0, field.bits, type)
}

/** A register as an operand. */
export function inRegister(register: number): Operand {
  return { kind: 'register', register }
}
