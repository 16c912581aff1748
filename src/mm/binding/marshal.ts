/**
 * Words of lifted C to the objects that hand-written code takes, and back: `pmd_t *` is an EntryPointer,
 * `spinlock_t *` a Lock, `struct mm_walk *` an MmWalk, `spinlock_t **` a Ref. Entry values stay words with
 * provenance, integers of 64 bits are bigints, narrower ones numbers.
 */
import {
  type Block,
  type Bool,
  type Callable,
  highHalf,
  isToken,
  type Lock,
  lowHalf,
  NO_READS,
  type Token,
  tracked,
  type UnknownBytes,
  type Value,
  type Word,
} from '../../machine/index.js'
import type { Kernel } from '../kernel.js'
import type { Ref } from '../signatures.js'
import { EntryPointer, Mm, type Vma } from '../table.js'
import type { MmWalk, MmWalkOps } from '../walk.js'
import { type CRecords, ENTRY_TYPES, integerOf, isBool, isWide, memberAt, parseCType } from './c-type.js'
import { functionNames } from './functions.js'
import { HOST_RECORDS, type HostField, WALK_ACTIONS } from './host-records.js'
import { OBJECT_OFFSET } from './names.js'
import { unknownObject } from './unknown.js'

/** What the conversion of pointers to functions needs. */
export interface Callees {
  /** The function at an address, in the convention of hand-written code. */
  readonly handWritten: (address: bigint) => Callable | undefined
  /** The variable at an address that threads share. */
  readonly sharedBlock?: (address: bigint) => Block | undefined
}

export class Marshal {
  readonly k: Kernel
  readonly records: CRecords
  readonly #callees: Callees

  constructor(k: Kernel, records: CRecords, callees: Callees) {
    this.k = k
    this.records = records
    this.#callees = callees
  }

  // From hand-written code

  /** A value of this C type as a word. */
  toWord(value: unknown, type: string): Value {
    if (value === null || value === undefined) return tracked(0n)
    switch (typeof value) {
      case 'bigint':
      case 'number':
        return tracked(BigInt.asUintN(integerOf(type, this.k.mm.profile).bits, BigInt(value)))
      case 'boolean':
        return tracked(value ? 1n : 0n)
      case 'object':
        return this.#objectToWord(value, type)
      default:
        return tracked(0n)
    }
  }

  #objectToWord(value: object, type: string): Value {
    if (isToken(value)) return value
    if (value instanceof EntryPointer) return this.#pointerToWord(value)
    if ('bits' in value && 'from' in value) {
      const { bits, from } = value as Word | Bool
      return { bits: typeof bits === 'bigint' ? bits : bits ? 1n : 0n, from }
    }
    if (isLock(value)) return tracked(value.cell.address)
    if (isCallable(value)) return tracked(functionNames(this.k.mm).addressOfCallable(value))
    const { base, pointers } = parseCType(type)
    if (pointers === 2 && 'value' in value) return tracked(this.#refAddress(value as Ref<unknown>, base))
    const record = value instanceof Mm ? 'struct mm_struct' : base
    return tracked(this.#hostAddress(value, record))
  }

  #pointerToWord({ address, table, index, from }: EntryPointer): Word {
    if (address !== null) return { bits: address, from }
    const { memory } = this.k.thread
    const made = memory.addressOfHost(table, () => {
      const name = 'kind' in table ? table.name : 'entry'
      const block = memory.allocate(OBJECT_OFFSET + 8, name)
      const at = block.address + BigInt(OBJECT_OFFSET)
      if ('kind' in table) memory.write(at, this.#entryBytes, table.bits, table.from)
      return block
    })
    return { bits: made + BigInt(OBJECT_OFFSET + this.#entryBytes * index), from }
  }

  get #entryBytes(): number {
    const { wordsPerEntry, wordBits } = this.k.mm.profile
    return (wordsPerEntry * wordBits) / 8
  }

  get #pointerBytes(): number {
    return this.k.mm.profile.wordBits / 8
  }

  /** Where an object of hand-written code lies for lifted code. */
  #hostAddress(host: object, record: string): bigint {
    const { memory } = this.k.thread
    const made = memory.addressOfHost(host, () => {
      const name = record.replace(/^struct /, '').replace(/_struct$/, '') || 'object'
      const bytes = this.records(record)?.bytes ?? 65_536
      const block = memory.allocate(OBJECT_OFFSET + bytes, SHORT_NAMES[name] ?? name)
      block.beUnknown(this.#hostBytes(host, record, block.name))
      return block
    })
    return made + BigInt(OBJECT_OFFSET)
  }

  #hostBytes(host: object, record: string, name: string): UnknownBytes {
    const fields = HOST_RECORDS[record] ?? {}
    const unknown = unknownObject(name, record, this.records, OBJECT_OFFSET)
    const fieldAt = (offset: number): HostField | undefined => {
      const member = memberAt(this.records, record, offset - OBJECT_OFFSET)
      return member === undefined || member.start !== offset - OBJECT_OFFSET ? undefined : fields[member.path]
    }
    return {
      at: unknown.at,
      ...(unknown.stored === undefined ? {} : { stored: unknown.stored }),
      live: (offset) => {
        const field = fieldAt(offset)
        if (field === undefined || field.get(host as never, this.k.mm) === undefined) return undefined
        return {
          get: () => {
            const value = this.toWord(field.get(host as never, this.k.mm), field.type)
            return isToken(value) ? { bits: 0n, tag: value } : { bits: value.bits, tag: tagOf(value) }
          },
          ...(field.set === undefined
            ? {}
            : {
                set: (_memory, bits, tag) => {
                  const from = tag === undefined || isToken(tag) ? NO_READS : tag
                  field.set?.(host as never, this.toHost({ bits, from }, field.type))
                },
              }),
        }
      },
    }
  }

  #refAddress(ref: Ref<unknown>, base: string): bigint {
    const { memory } = this.k.thread
    const made = memory.addressOfHost(ref, () => {
      const block = memory.allocate(OBJECT_OFFSET + 8, 'out-parameter')
      const type = `${base} *`
      block.beUnknown({
        at: () => 0n,
        live: (offset) =>
          offset !== OBJECT_OFFSET
            ? undefined
            : {
                get: () => {
                  const value = this.toWord(ref.value, type)
                  return isToken(value) ? { bits: 0n, tag: value } : { bits: value.bits, tag: tagOf(value) }
                },
                set: (_memory, bits, tag) => {
                  const from = tag === undefined || isToken(tag) ? NO_READS : tag
                  ref.value = this.toHost({ bits, from }, type)
                },
              },
      })
      return block
    })
    return made + BigInt(OBJECT_OFFSET)
  }

  // To hand-written code

  /** A word as the value of this C type that hand-written code takes. */
  toHost(word: Word, type: string): unknown {
    const { base, pointers } = parseCType(type)
    if (pointers === 0) return this.#plainToHost(word, type, base)
    if (base === 'function') return word.bits === 0n ? null : (this.#callees.handWritten(word.bits) ?? null)
    if (pointers === 2) return this.#ref(word.bits, `${base} *`)
    if (pointers > 2) return word.bits
    // There is one mm, whichever is asked for.
    if (base === 'struct mm_struct') return this.k.mm
    if (word.bits === 0n) return null
    if (ENTRY_TYPES.has(base)) return this.#pointerToHost(word, base)
    if (base === 'spinlock_t' || base === 'struct spinlock') return this.lockAt(word.bits) ?? null
    return this.#objectAt(word.bits, base)
  }

  #plainToHost(word: Word, type: string, base: string): unknown {
    if (base === 'void') return undefined
    if (ENTRY_TYPES.has(base)) return word
    if (isBool(type)) return { bits: word.bits !== 0n, from: word.from }
    const { profile } = this.k.mm
    if (isWide(type, profile)) return word.bits
    const { bits, signed } = integerOf(type, profile)
    return Number(signed ? BigInt.asIntN(bits, word.bits) : BigInt.asUintN(bits, word.bits))
  }

  #pointerToHost({ bits, from }: Word, base: string): EntryPointer {
    const pointer = this.k.mm.pointerAt(bits, from)
    if (pointer !== undefined) return pointer
    const { memory } = this.k.thread
    const found = memory.read(bits, this.#entryBytes)
    const block = memory.find(lowHalf(bits), highHalf(bits))
    const name = block?.name ?? `${base} at 0x${bits.toString(16)}`
    const known =
      'kind' in found ? { bits: 0n, from: NO_READS } : { bits: found.bits, from: readsOf(found.tag) }
    return new EntryPointer({ kind: 'stack', name, ...known }, 0, from)
  }

  /** A variable of lifted code whose address was passed. */
  #ref(address: bigint, type: string): Ref<unknown> {
    const marshal = this
    const { memory } = this.k.thread
    return {
      get value(): unknown {
        const found = memory.read(address, marshal.#pointerBytes)
        return 'kind' in found ? null : marshal.toHost({ bits: found.bits, from: readsOf(found.tag) }, type)
      },
      set value(value: unknown) {
        const word = marshal.toWord(value, type)
        memory.write(
          address,
          marshal.#pointerBytes,
          isToken(word) ? 0n : word.bits,
          isToken(word) ? word : word.from,
        )
      },
    }
  }

  #objectAt(address: bigint, base: string): unknown {
    const { memory } = this.k.thread
    const block = memory.find(lowHalf(address), highHalf(address))
    if (block?.host != null && address - block.address === BigInt(OBJECT_OFFSET)) return block.host
    switch (base) {
      case 'struct vm_area_struct':
        return this.#vmaAt(address)
      case 'struct mm_walk':
        return this.#walkAt(address)
      default:
        return address
    }
  }

  /** A VMA that lifted code got from elsewhere: it maps what the first one of the world maps. */
  #vmaAt(address: bigint): Vma {
    const [first] = this.k.mm.vmas
    const vma: Vma = { start: 0n, end: first?.end ?? 0n, kind: first?.kind ?? 'anonymous' }
    this.k.thread.memory.bindHost(vma, address - BigInt(OBJECT_OFFSET))
    return vma
  }

  /** A walk that lifted code has in its own memory. */
  #walkAt(address: bigint): MmWalk {
    const marshal = this
    const record = 'struct mm_walk'
    const walk: MmWalk = {
      get ops() {
        return marshal.#opsAt(marshal.#member(address, record, 'ops').bits)
      },
      get mm() {
        return marshal.k.mm
      },
      get vma() {
        return marshal.toHost(
          marshal.#member(address, record, 'vma'),
          'struct vm_area_struct *',
        ) as Vma | null
      },
      set vma(vma) {
        marshal.#setMember(address, record, 'vma', marshal.toWord(vma, 'struct vm_area_struct *'))
      },
      get action() {
        return WALK_ACTIONS[Number(marshal.#member(address, record, 'action').bits)] ?? 'SUBTREE'
      },
      set action(action) {
        marshal.#setMember(address, record, 'action', tracked(BigInt(WALK_ACTIONS.indexOf(action))))
      },
      get no_vma() {
        return marshal.#member(address, record, 'no_vma').bits !== 0n
      },
      get private() {
        return marshal.#member(address, record, 'private').bits
      },
    }
    this.k.thread.memory.bindHost(walk, address - BigInt(OBJECT_OFFSET))
    return walk
  }

  #opsAt(address: bigint): MmWalkOps {
    const block = this.k.thread.memory.find(lowHalf(address), highHalf(address))
    if (block?.host != null) return block.host as MmWalkOps
    const record = 'struct mm_walk_ops'
    const ops: Record<string, Callable> = {}
    for (const [name, { type }] of Object.entries(HOST_RECORDS[record] ?? {})) {
      if (!type.includes('(*')) continue
      const { bits } = this.#member(address, record, name)
      const callable = bits === 0n ? undefined : this.#callees.handWritten(bits)
      if (callable !== undefined) ops[name] = callable
    }
    return ops
  }

  #place(record: string, name: string): { readonly offset: number; readonly bytes: number } | undefined {
    return this.records(record)?.members.find((member) => member.name === name)
  }

  #member(address: bigint, record: string, name: string): Word {
    const place = this.#place(record, name)
    if (place === undefined) return tracked(0n)
    const found = this.k.thread.memory.read(address + BigInt(place.offset), place.bytes)
    return 'kind' in found ? tracked(0n) : { bits: found.bits, from: readsOf(found.tag) }
  }

  #setMember(address: bigint, record: string, name: string, value: Value): void {
    const place = this.#place(record, name)
    if (place === undefined) return
    const [bits, tag] = isToken(value) ? [0n, value] : [value.bits, value.from]
    this.k.thread.memory.write(address + BigInt(place.offset), place.bytes, bits, tag)
  }

  /** The lock at an address: one of the simulated kernel's, or one inside an object that nobody can see into. */
  lockAt(address: bigint): Lock | undefined {
    const { heap } = this.k.mm
    const cell = heap.at(address)
    const shared = this.#callees.sharedBlock?.(address)
    if (cell !== undefined && shared === undefined) return heap.lockOf(cell)
    const block = shared ?? this.k.thread.memory.find(lowHalf(address), highHalf(address))
    if (block === undefined) return undefined
    const offset = block.offset(lowHalf(address), highHalf(address))
    const held = block.unknown?.at(offset, 4, address)
    const name = isToken(held) ? held.key : `${block.name}+${offset}`
    if (block.host instanceof Mm && name.endsWith('->page_table_lock')) return this.k.mm.pageTableLock
    return heap.lock(name, name.replace(/^.*(->|\.)/, ''))
  }
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  mm_walk: 'walk',
  mm_walk_ops: 'ops',
  vm_area: 'vma',
}

function tagOf({ from }: Word): Word['from'] | undefined {
  return from.length === 0 ? undefined : from
}

function readsOf(tag: Word['from'] | Token | undefined): Word['from'] {
  return tag === undefined || isToken(tag) ? NO_READS : tag
}

function isLock(value: object): value is Lock {
  return 'cell' in value && 'kind' in value && 'name' in value
}

function isCallable(value: object): value is Callable {
  return 'body' in value && 'role' in value
}
