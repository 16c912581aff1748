/** Memory of objects that nobody can see into: each member is a value that is not decided until it is looked at. */
import type { AnswerDomain, Block, UnknownBytes } from '../../machine/index.js'
import { Token } from '../../machine/index.js'
import type { ArchProfile } from '../arch-profile.js'
import type { Kernel } from '../kernel.js'
import { type CRecords, integerOf, isBool, memberAt, parseCType } from './c-type.js'
import { OBJECT_OFFSET } from './names.js'

/** Room for an object whose size is not known: as much as lifting's made-up layouts use. */
const UNKNOWN_BYTES = 65_536

/** What a member of this type may hold. */
export function domainOf(type: string | undefined): AnswerDomain {
  if (type === undefined) return { kind: 'unknown' }
  const { base, pointers } = parseCType(type)
  if (pointers > 0) {
    const to = `${base}${pointers > 1 ? ` ${'*'.repeat(pointers - 1)}` : ''}`
    return { kind: 'pointer', to, mayBeNull: true, mayBeError: false }
  }
  return isBool(type) ? { kind: 'bool' } : { kind: 'unknown' }
}

/** An argument of which only the C type is known: decided when it is looked at. A pointer points to an object. */
export function unknownArgument(name: string, type: string, profile: Pick<ArchProfile, 'wordBits'>): Token {
  const domain = domainOf(type)
  const known = domain.kind === 'pointer' ? { ...domain, mayBeNull: false } : domain
  return new Token(name, known, integerOf(type, profile))
}

/** The contents of an object of a C type that is called `name`: `vma` has `vma->vm_flags`. */
export function unknownObject(
  name: string,
  record: string,
  records: CRecords,
  start = 0,
  tells = true,
): UnknownBytes {
  const pathOf = (offset: number): { readonly path: string; readonly type: string | undefined } => {
    const at = offset - start
    const member = at < 0 ? undefined : memberAt(records, record, at)
    if (member === undefined) return { path: at === 0 ? `*${name}` : `${name}[${at}]`, type: undefined }
    const rest = at - member.start
    return { path: `${name}->${member.path}${rest === 0 ? '' : `[${rest}]`}`, type: member.type }
  }
  return {
    at: (offset, bytes) => {
      const { path, type } = pathOf(offset)
      return new Token(path, domainOf(type), { bits: widthOf(bytes), signed: false })
    },
    ...(tells ? { stored: (offset: number) => pathOf(offset).path } : {}),
  }
}

function widthOf(bytes: number): 8 | 16 | 32 | 64 {
  return bytes === 1 ? 8 : bytes === 2 ? 16 : bytes === 4 ? 32 : 64
}

/** Makes an object that stands for one that cannot be seen; returns where it begins. */
export function makeUnknownObject(k: Kernel, name: string, record: string, records: CRecords): bigint {
  return blockOfUnknown(k, name, record, records).address + BigInt(OBJECT_OFFSET)
}

function blockOfUnknown(k: Kernel, name: string, record: string, records: CRecords): Block {
  // It may be a member of something larger: container_of() leads there.
  const bytes = Math.max(records(record)?.bytes ?? UNKNOWN_BYTES, OBJECT_OFFSET)
  const block = k.thread.memory.allocate(OBJECT_OFFSET + bytes, name)
  block.beUnknown(unknownObject(name, record, records, OBJECT_OFFSET))
  return block
}
