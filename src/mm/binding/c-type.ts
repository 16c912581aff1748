/** C types as they are spelled in prototypes, as far as the binding of lifted C needs to understand them. */
import type { IntType } from '../../machine/index.js'
import type { ArchProfile } from '../arch-profile.js'

/** `struct vm_area_struct **` is base `struct vm_area_struct`, 2 pointers. */
export interface CTypeText {
  readonly base: string
  readonly pointers: number
  /** What the (first) pointer points to is not written through it. */
  readonly isConst: boolean
}

/** Reads a type; a pointer to a function has base `function`. Arrays count as pointers. Cached. */
export function parseCType(text: string): CTypeText {
  const known = PARSED.get(text)
  if (known !== undefined) return known
  const parsed = parse(text)
  PARSED.set(text, parsed)
  return parsed
}

const PARSED = new Map<string, CTypeText>()

function parse(text: string): CTypeText {
  if (text.includes('(*')) return { base: 'function', pointers: 1, isConst: true }
  const arrays = (text.match(/\[/g) ?? []).length
  const bare = text.replace(/\[[^\]]*\]/g, ' ')
  const firstStar = bare.indexOf('*')
  const before = firstStar === -1 ? bare : bare.slice(0, firstStar)
  const words = bare
    .replace(/\*/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '' && !QUALIFIERS.has(word))
  return {
    base: words.join(' '),
    pointers: (bare.match(/\*/g) ?? []).length + arrays,
    isConst: /\bconst\b/.test(before),
  }
}

const QUALIFIERS: ReadonlySet<string> = new Set([
  'const',
  'volatile',
  'restrict',
  '__restrict',
  'extern',
  'static',
])

/** Page-table entries by level. */
export const ENTRY_TYPES: ReadonlySet<string> = new Set(['pte_t', 'pmd_t', 'pud_t', 'p4d_t', 'pgd_t'])

/** Structs that are one word, by their typedefs, with its width on an architecture: they are passed as that word. */
export function wordStructs({
  wordBits,
  wordsPerEntry,
}: Pick<ArchProfile, 'wordBits' | 'wordsPerEntry'>): ReadonlyMap<string, 32 | 64> {
  const entryBits = wordBits * wordsPerEntry === 32 ? 32 : 64
  return new Map<string, 32 | 64>([
    ...[...ENTRY_TYPES].map((name) => [name, entryBits] as const),
    ['pgprot_t', entryBits],
    ['swp_entry_t', wordBits],
  ])
}

/** The integer type of this spelling on an architecture; 64 bits unsigned for what is not known. */
export function integerOf(text: string, { wordBits }: Pick<ArchProfile, 'wordBits'>): IntType {
  const { base, pointers } = parseCType(text)
  if (pointers > 0) return { bits: wordBits, signed: false }
  if (base.startsWith('enum ')) return { bits: 32, signed: false }
  const signed = WORDS[base]
  return signed !== undefined ? { bits: wordBits, signed } : (INTEGERS[base] ?? U64)
}

/** True for integers that hand-written code has as bigints: those of a machine's word, and wider ones. */
export function isWide(text: string, profile: Pick<ArchProfile, 'wordBits'>): boolean {
  return WORDS[parseCType(text).base] !== undefined || integerOf(text, profile).bits === 64
}

const U64: IntType = { bits: 64, signed: false }

/** Integers as wide as a pointer, and whether they are signed. */
const WORDS: Readonly<Record<string, boolean>> = {
  long: true,
  ssize_t: true,
  ptrdiff_t: true,
  'unsigned long': false,
  size_t: false,
  uintptr_t: false,
  pgoff_t: false,
  vm_flags_t: false,
}

const INTEGERS: Readonly<Record<string, IntType>> = {
  bool: { bits: 8, signed: false },
  _Bool: { bits: 8, signed: false },
  char: { bits: 8, signed: true },
  'signed char': { bits: 8, signed: true },
  'unsigned char': { bits: 8, signed: false },
  u8: { bits: 8, signed: false },
  s8: { bits: 8, signed: true },
  short: { bits: 16, signed: true },
  'unsigned short': { bits: 16, signed: false },
  u16: { bits: 16, signed: false },
  s16: { bits: 16, signed: true },
  int: { bits: 32, signed: true },
  'unsigned int': { bits: 32, signed: false },
  unsigned: { bits: 32, signed: false },
  u32: { bits: 32, signed: false },
  s32: { bits: 32, signed: true },
  gfp_t: { bits: 32, signed: false },
  vm_fault_t: { bits: 32, signed: false },
  'long long': { bits: 64, signed: true },
  s64: { bits: 64, signed: true },
}

export function isBool(text: string): boolean {
  const { base, pointers } = parseCType(text)
  return pointers === 0 && (base === 'bool' || base === '_Bool')
}

/** Types and names of a function's parameters, and the type of its result. */
export interface CPrototype {
  readonly returns: string
  readonly args: readonly { readonly name: string; readonly type: string }[]
}

/** Reads `pte_t *pte_offset_map(pmd_t *pmd, unsigned long addr)`. Pointers to functions are no parameters here. */
export function parsePrototype(text: string): { readonly name: string } & CPrototype {
  const open = text.indexOf('(')
  const head = declarator(text.slice(0, open))
  const inside = text.slice(open + 1, text.lastIndexOf(')')).trim()
  const args =
    inside === '' || inside === 'void' ? [] : inside.split(',').map((one) => declarator(one.trim()))
  return { name: head.name, returns: head.type, args }
}

function declarator(text: string): { readonly name: string; readonly type: string } {
  const match = /^(.*?)(\w+)\s*$/.exec(text.trim())
  return { name: match?.[2] ?? '', type: (match?.[1] ?? '').trim() }
}

/** A struct's members, with their places: what lifting knows of it. */
export interface CRecord {
  /** `struct mm_walk`. */
  readonly name: string
  /** Its size; null where it is made up. */
  readonly bytes: number | null
  readonly members: readonly CMember[]
}

export interface CMember {
  readonly name: string
  readonly offset: number
  readonly bytes: number
  readonly type: string
}

/** Finds structs by their names. */
export type CRecords = (name: string) => CRecord | undefined

/** The member that holds the bytes at an offset, those of nested structs spelled as C does: `lock.rlock`. */
export function memberAt(
  records: CRecords,
  name: string,
  offset: number,
): { readonly path: string; readonly type: string; readonly start: number } | undefined {
  const record = records(name)
  const member = record?.members.find((one) => offset >= one.offset && offset < one.offset + one.bytes)
  if (member === undefined) return undefined
  const { base, pointers } = parseCType(member.type)
  if (pointers === 0 && /^(struct|union) /.test(base)) {
    const inner = memberAt(records, base, offset - member.offset)
    if (inner !== undefined) {
      return {
        path: `${member.name}.${inner.path}`,
        type: inner.type,
        start: member.offset + inner.start,
      }
    }
  }
  return { path: member.name, type: member.type, start: member.offset }
}
