/** Memory of objects that nobody can see into: each member is a value that is not decided until it is looked at. */
import type { AnswerDomain, Block, RingPlace, UnknownBytes } from '../../machine/index.js'
import { Token } from '../../machine/index.js'
import type { ArchProfile } from '../arch-profile.js'
import type { Kernel } from '../kernel.js'
import { type CRecords, integerOf, isBool, memberAt, parseCType } from './c-type.js'
import { OBJECT_OFFSET } from './names.js'

/** Room for an object whose size is not known: as much as lifting's made-up layouts use. */
const UNKNOWN_BYTES = 65_536

/** Room behind a struct for members that the configuration leaves out, and for what a node of a list is part of. */
const MADE_UP_BYTES = 4096

/** What a member of this type may hold. */
export function domainOf(type: string | undefined): AnswerDomain {
  if (type === undefined) return { kind: 'unknown' }
  const { base, pointers } = parseCType(type)
  if (pointers > 0) {
    const to = `${base}${pointers > 1 ? ` ${'*'.repeat(pointers - 1)}` : ''}`
    return { kind: 'pointer', to, mayBeNull: true, mayBeError: false }
  }
  return isBool(type) ? { kind: 'bool' } : numberOrPointer(type)
}

/** A type whose name says that it is a number is one; others may be of pointers. */
function numberOrPointer(type: string): AnswerDomain {
  const isNumber =
    /^(?:(?:un)?signed\b|(?:char|short|int|long|size_t|pgoff_t|loff_t|[us](?:8|16|32|64))$)/.test(
      parseCType(type).base,
    )
  return isNumber ? { kind: 'integer', type: { bits: 64, signed: false }, values: [] } : { kind: 'unknown' }
}

/** An argument of which only the C type is known: decided when it is looked at. A pointer points to an object. */
export function unknownArgument(name: string, type: string, profile: Pick<ArchProfile, 'wordBits'>): Token {
  const domain = domainOf(type)
  const known = domain.kind === 'pointer' ? { ...domain, mayBeNull: false } : domain
  return new Token(name, known, integerOf(type, profile))
}

/** An object is a node of a ring: that of the last node before it, with what leads on from there. */
export type RingNode = Pick<RingPlace, 'head' | 'previous' | 'nodes'>

/**
 * The contents of an object of a C type that is called `name`: `vma` has `vma->vm_flags`. What begins it is a
 * node of a ring if `ring` is given.
 */
export function unknownObject(
  name: string,
  record: string,
  records: CRecords,
  start = 0,
  tells = true,
  ring?: RingNode,
): UnknownBytes {
  const pathOf = (offset: number): { readonly path: string; readonly type: string | undefined } => {
    const at = offset - start
    const member = at < 0 ? undefined : memberAt(records, record, at)
    if (member === undefined) return { path: at === 0 ? `*${name}` : `${name}[${at}]`, type: undefined }
    const rest = at - member.start
    return { path: `${name}->${member.path}${rest === 0 ? '' : `[${rest}]`}`, type: member.type }
  }
  return {
    at: (offset, bytes, address) => {
      const { path, type } = pathOf(offset)
      const domain = domainOf(type)
      const place = type === LIST_POINTER ? ringPlace(path, bytes, address) : null
      const own = ring !== undefined && offset - start >= 0 && offset - start < 2 * bytes ? ring : {}
      const isList = domain.kind === 'pointer' && place !== null
      const known: AnswerDomain = isList
        ? { ...domain, mayBeNull: false, ring: { ...place, ...own } }
        : domain.kind === 'unknown'
          ? { kind: 'unknown', at: address }
          : domain
      return new Token(path, known, { bits: widthOf(bytes), signed: false })
    },
    ...(tells ? { stored: (offset: number) => pathOf(offset).path } : {}),
  }
}

const LIST_POINTER = 'struct list_head *'

/** A pointer of a `list_head` that is taken for the head of its list. */
function ringPlace(path: string, bytes: number, address: bigint): RingPlace | null {
  const [, member] = /(?:^|[.>])(next|prev)$/.exec(path) ?? []
  if (member === undefined) return null
  const node = member === 'next' ? address : address - BigInt(bytes)
  return { head: node, node, previous: node, nodes: 0, isBack: member === 'prev' }
}

function widthOf(bytes: number): 8 | 16 | 32 | 64 {
  return bytes === 1 ? 8 : bytes === 2 ? 16 : bytes === 4 ? 32 : 64
}

/** Makes an object that stands for one that cannot be seen; returns where it begins. */
export function makeUnknownObject(
  k: Kernel,
  name: string,
  record: string,
  records: CRecords,
  ring?: RingNode,
): bigint {
  return blockOfUnknown(k, name, record, records, ring).address + BigInt(OBJECT_OFFSET)
}

function blockOfUnknown(
  k: Kernel,
  name: string,
  record: string,
  records: CRecords,
  ring: RingNode | undefined,
): Block {
  // It may be a member of something larger: container_of() leads there. Members that the configuration leaves
  // out have places behind the others.
  const known = records(record)?.bytes
  const bytes = known == null ? UNKNOWN_BYTES : known + MADE_UP_BYTES
  const block = k.thread.memory.allocate(OBJECT_OFFSET + bytes, name)
  block.beUnknown(unknownObject(name, record, records, OBJECT_OFFSET, true, ring))
  return block
}
