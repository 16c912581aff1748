/**
 * Sizes, alignments and the places of members as the System V ABIs lay them out: LP64 (x86-64) for words of
 * 64 bits, ILP32 (i386, whose 64-bit members are aligned to 4) for words of 32.
 *
 * A record whose members are not known has a synthetic layout: each member that is asked for gets a slot of
 * its own, which stays the same for as long as the layouts live.
 */
import type { TypeModel } from './basic-types.js'
import type { CType, Member, RecordType } from './c-type.js'

/** Where a member lies. `bits` is null for one that is no bit-field; `bitOffset` counts from the record's start. */
export interface MemberPlace {
  readonly name: string | null
  readonly type: CType
  readonly offset: number
  readonly bitOffset: number
  readonly bits: number | null
}

export interface RecordLayout {
  readonly size: number
  readonly align: number
  readonly members: readonly MemberPlace[]
}

/** Bytes between the members of a record whose layout is synthetic, and what `sizeof` says of such a record. */
const SYNTHETIC_SLOT = 256
const SYNTHETIC_SIZE = 65_536

const MAX_DEPTH = 200

export class Layouts {
  readonly model: TypeModel
  readonly #records = new Map<RecordType['members'], RecordLayout | null>()
  readonly #synthetic = new Map<string, Map<string, number>>()
  #depth = 0

  constructor(model: TypeModel) {
    this.model = model
  }

  /** Bytes of a type; null where that is not known, or only when the program runs. */
  sizeOf(type: CType): number | null {
    switch (type.kind) {
      case 'void':
      case 'function':
        return 1
      case 'integer':
        return type.bits / 8
      case 'floating':
        return type.long ? (this.model.wordBits === 64 ? 16 : 12) : type.bits / 8
      case 'pointer':
      case 'unknown':
        return this.model.wordBits / 8
      case 'array': {
        const of = this.sizeOf(type.of)
        return of === null || type.length === null ? null : of * type.length
      }
      case 'struct':
      case 'union':
        return this.ofRecord(type)?.size ?? null
    }
  }

  /** The alignment of a type, 1 where it is not known. */
  alignOf(type: CType): number {
    switch (type.kind) {
      case 'void':
      case 'function':
        return 1
      case 'integer':
        return this.#alignOfWord(type.bits / 8)
      case 'floating':
        return type.long ? (this.model.wordBits === 64 ? 16 : 4) : this.#alignOfWord(type.bits / 8)
      case 'pointer':
      case 'unknown':
        return this.model.wordBits / 8
      case 'array':
        return this.alignOf(type.of)
      case 'struct':
      case 'union':
        return this.ofRecord(type)?.align ?? 8
    }
  }

  #alignOfWord(bytes: number): number {
    return this.model.wordBits === 32 ? Math.min(bytes, 4) : bytes
  }

  /** Bytes set aside for a record whose members are not known; what `sizeof` says of it then is made up. */
  get syntheticSize(): number {
    return SYNTHETIC_SIZE
  }

  /** The layout of a record; null where its members are not known, or one that lies in it has no size. */
  ofRecord(record: RecordType): RecordLayout | null {
    const known = this.#records.get(record.members)
    if (known !== undefined) return known
    const members = record.members()
    // A record that is defined later must not be remembered as unknown.
    if (members === null || this.#depth > MAX_DEPTH) return null
    this.#depth++
    const layout = this.#lay(record, members)
    this.#depth--
    this.#records.set(record.members, layout)
    return layout
  }

  /** The place of a member, also of one inside anonymous members; null if there is none of that name. */
  find(record: RecordType, name: string): MemberPlace | null {
    const layout = this.ofRecord(record)
    if (layout === null) return null
    for (const member of layout.members) {
      if (member.name === name) return member
      const { type } = member
      if (member.name !== null || (type.kind !== 'struct' && type.kind !== 'union')) continue
      const inner = this.find(type, name)
      if (inner === null) continue
      return {
        ...inner,
        offset: member.offset + inner.offset,
        bitOffset: member.offset * 8 + inner.bitOffset,
      }
    }
    return null
  }

  /** Offset of a member of a record that has no known layout. */
  synthetic(record: RecordType, name: string): number {
    const key = `${record.kind} ${record.name}`
    const slots = this.#synthetic.get(key) ?? new Map<string, number>()
    this.#synthetic.set(key, slots)
    const offset = slots.get(name) ?? slots.size * SYNTHETIC_SLOT
    slots.set(name, offset)
    return offset
  }

  /** The members of such a record that were asked for, each in a slot of its own. */
  syntheticMembers(record: RecordType): readonly {
    readonly name: string
    readonly offset: number
    readonly bytes: number
    readonly type: string
  }[] {
    const slots = this.#synthetic.get(`${record.kind} ${record.name}`) ?? []
    return [...slots].map(([name, offset]) => ({ name, offset, bytes: SYNTHETIC_SLOT, type: '' }))
  }

  #lay(record: RecordType, members: readonly Member[]): RecordLayout | null {
    const isUnion = record.kind === 'union'
    const places: MemberPlace[] = []
    let bit = 0
    let end = 0
    let align = record.align ?? 1
    for (const [i, member] of members.entries()) {
      const isLast = i === members.length - 1
      const size = this.sizeOf(member.type) ?? this.#openEnded(member.type, isLast || isUnion)
      if (size === null) return null
      const natural = record.packed ? 1 : this.alignOf(member.type)
      const memberAlign = Math.max(natural, member.align ?? 1)
      if (isUnion) bit = 0
      if (member.bits === null) {
        bit = roundUp(bit, memberAlign * 8)
        places.push({
          name: member.name,
          type: member.type,
          offset: bit / 8,
          bitOffset: bit,
          bits: null,
        })
        bit += size * 8
        align = Math.max(align, memberAlign)
      } else {
        bit = this.#bitFieldStart(bit, member, size, memberAlign, record.packed)
        if (member.bits > 0) {
          const offset = Math.floor(bit / 8)
          places.push({ name: member.name, type: member.type, offset, bitOffset: bit, bits: member.bits })
        }
        bit += member.bits
        if (member.name !== null) align = Math.max(align, memberAlign)
      }
      end = Math.max(end, bit)
    }
    return { size: roundUp(Math.ceil(end / 8), align), align, members: places }
  }

  /** Where a bit-field begins: it does not cross more boundaries of its type than the type itself would. */
  #bitFieldStart(bit: number, member: Member, size: number, align: number, packed: boolean): number {
    const bits = member.bits ?? 0
    if (bits === 0) return roundUp(bit, Math.max(this.alignOf(member.type), member.align ?? 1) * 8)
    if (member.align !== null) return roundUp(bit, align * 8)
    if (packed) return bit
    const unit = align * 8
    const crossed = Math.ceil((bit + bits) / unit) - Math.floor(bit / unit)
    return crossed > (size * 8) / unit ? roundUp(bit, unit) : bit
  }

  /** A member without a size: an array at the end of a record takes no room. */
  #openEnded(type: CType, allowed: boolean): number | null {
    return allowed && type.kind === 'array' && type.length === null ? 0 : null
  }
}

export function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to
}
