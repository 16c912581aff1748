/** Data of globals, byte by byte, with the addresses in it. */
import type { IrGlobal } from '../../machine/index.js'
import type { Lowering } from './lowering.js'
import type { Place, Value } from './value.js'

const MOST_BYTES = 64 * 1024 * 1024

/** The data of one global while it is being put together; it grows where a flexible array wants room. */
export class StaticData {
  #bytes: Uint8Array
  #length: number
  readonly relocations: { offset: number; bytes: number; symbol: string; addend: bigint }[] = []

  constructor(length: number) {
    if (length > MOST_BYTES) throw new RangeError('a global too large')
    this.#bytes = new Uint8Array(length)
    this.#length = length
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  write(offset: number, data: Uint8Array): void {
    this.#reserve(offset + data.length)
    this.#forget(offset, data.length)
    this.#bytes.set(data, offset)
  }

  writeNumber(offset: number, bytes: number, value: bigint): void {
    this.#reserve(offset + bytes)
    this.#forget(offset, bytes)
    for (let i = 0; i < bytes; i++) this.#bytes[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn)
  }

  writeAddress(offset: number, bytes: number, symbol: string, addend: bigint): void {
    this.writeNumber(offset, bytes, 0n)
    this.relocations.push({ offset, bytes, symbol, addend })
  }

  /** Sets `bits` bits from bit `at` on. */
  writeBits(at: number, bits: number, value: bigint): void {
    this.#reserve(Math.ceil((at + bits) / 8))
    for (let i = 0; i < bits; i++) {
      const byte = (at + i) >> 3
      const mask = 1 << ((at + i) & 7)
      const old = this.#bytes[byte] ?? 0
      this.#bytes[byte] = (value >> BigInt(i)) & 1n ? old | mask : old & ~mask
    }
  }

  /** Addresses that are written over are none any more. */
  #forget(offset: number, bytes: number): void {
    for (let i = this.relocations.length - 1; i >= 0; i--) {
      const known = this.relocations[i]
      if (known === undefined || known.offset + known.bytes <= offset || known.offset >= offset + bytes)
        continue
      this.relocations.splice(i, 1)
    }
  }

  #reserve(length: number): void {
    if (length <= this.#length) return
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#length = length
  }
}

/** Puts a constant value into data. */
export function putData(l: Lowering, data: StaticData, to: Place, value: Value): void {
  if (to.kind === 'register' || to.at.kind !== 'symbol') l.fail('an initializer that is not constant')
  const offset = Number(to.at.offset)
  if (to.kind === 'bit-field') {
    if (value.kind !== 'constant') l.fail('an initializer that is not constant')
    data.writeBits(offset * 8 + to.bitOffset, to.bits, value.value)
    return
  }
  const { type } = to
  const bytes = type.kind === 'floating' ? type.bits / 8 : l.sizeOf(type)
  if (value.kind === 'constant') data.writeNumber(offset, bytes, value.value)
  else if (value.kind === 'wide') {
    const { low, high } = value
    if (low.kind !== 'constant' || high.kind !== 'constant') l.fail('an initializer that is not constant')
    data.writeNumber(offset, 8, low.value)
    data.writeNumber(offset + 8, 8, high.value)
  } else if (value.kind === 'symbol' && bytes * 8 === l.model.wordBits) {
    data.writeAddress(offset, bytes, value.name, value.offset)
  } else if (value.kind === 'record' && value.at.kind === 'symbol') {
    copyData(l, data, offset, bytes, value.at)
  } else l.fail('an initializer that is not constant')
}

/** A struct taken from other data of the file. */
function copyData(
  l: Lowering,
  data: StaticData,
  offset: number,
  bytes: number,
  from: Extract<Value, { kind: 'symbol' }>,
): void {
  const source: IrGlobal | undefined = l.globals.get(from.name)
  if (source?.data === null || source?.data === undefined) l.fail('an initializer that is not constant')
  const start = Number(from.offset)
  data.write(offset, source.data.subarray(start, start + bytes))
  for (const { offset: at, bytes: size, symbol, addend } of source.relocations) {
    if (at >= start && at + size <= start + bytes) {
      data.relocations.push({ offset: offset + at - start, bytes: size, symbol, addend })
    }
  }
}
