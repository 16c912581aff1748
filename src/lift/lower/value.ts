/** What expressions are while they are lowered: values, and places that hold them. */
import type { IntType, Register } from '../../machine/index.js'
import type { CType, RecordType } from '../types/c-type.js'

/** A value, not yet in a register where that can wait. Integers and floats are bit patterns. */
export type Value =
  | { readonly kind: 'constant'; readonly type: CType; readonly value: bigint }
  | {
      readonly kind: 'register'
      readonly type: CType
      readonly register: Register
      /** It is 0 or 1, whatever its type. */
      readonly isTruth?: true
      /** Where a value of unknown type was loaded from: it may turn out to be a struct. */
      readonly from?: Value
    }
  /** The address of a symbol, `offset` bytes on. */
  | { readonly kind: 'symbol'; readonly type: CType; readonly name: string; readonly offset: bigint }
  /** A pointer that is some bytes beyond the one in a register. */
  | { readonly kind: 'offset'; readonly type: CType; readonly base: Register; readonly offset: bigint }
  /** A struct or union, by where it lies. */
  | { readonly kind: 'record'; readonly type: RecordType; readonly at: Value }
  | WideValue
  | { readonly kind: 'void'; readonly type: CType }

/** An integer of 128 bits, as two words of 64 (wide-integers.ts). */
export interface WideValue {
  readonly kind: 'wide'
  readonly type: CType
  readonly low: Value
  readonly high: Value
}

/** Something that has an address, or could have one. */
export type Place =
  | { readonly kind: 'register'; readonly type: CType; readonly register: Register; readonly name: string }
  | { readonly kind: 'memory'; readonly type: CType; readonly at: Value }
  | {
      readonly kind: 'bit-field'
      /** Declared type. */
      readonly type: CType
      readonly at: Value
      /** Bits from `at` to the field, and its width. */
      readonly bitOffset: number
      readonly bits: number
      /** Bytes of the record from `at` on, which an access does not leave. */
      readonly room: number
    }

/** Why a function is not lifted. Thrown inside lowering only; `liftFunction` makes a value of it. */
export class Unsupported extends Error {
  readonly construct: string
  readonly line: number
  readonly column: number

  constructor(construct: string, span: { readonly line: number; readonly column: number }) {
    super(construct)
    this.construct = construct
    this.line = span.line
    this.column = span.column
  }
}

const INT_TYPES = new Map<string, IntType>()

/** The machine's type of this width and sign, one object for each. */
export function intType(bits: number, signed: boolean): IntType {
  const key = `${bits}${signed}`
  const known = INT_TYPES.get(key)
  if (known !== undefined) return known
  const made = { bits: bits as IntType['bits'], signed }
  INT_TYPES.set(key, made)
  return made
}
