/**
 * Types as written to types as meant. What names stand for, and the values and types of expressions inside
 * types (`int a[N]`, `typeof(x)`), is asked of the place where the type stands.
 */
import type { Expression, MemberSyntax, ParameterSyntax, TypeSyntax } from '../syntax/ast.js'
import { basicType, INT, LLONG, type TypeModel, UINT, ULLONG } from './basic-types.js'
import type { CType, IntegerType, Member, RecordType } from './c-type.js'
import { decay } from './conversions.js'

/** What the resolution of a type asks of the place where it stands. */
export interface TypeNames {
  readonly model: TypeModel
  /** The type that a typedef names; null if there is none. */
  readonly typeNamed: (name: string) => CType | null
  readonly tagged: (kind: 'struct' | 'union' | 'enum', tag: string) => CType | null
  /** As `tagged`, but only of the innermost block: a definition there hides those outside. */
  readonly taggedHere: (kind: 'struct' | 'union' | 'enum', tag: string) => CType | null
  readonly defineTag: (tag: string, type: CType) => void
  readonly defineConstant: (name: string, value: bigint, type: CType) => void
  readonly typeOf: (expression: Expression) => CType
  /** The value of a constant expression; null if it is none. */
  readonly constantOf: (expression: Expression) => bigint | null
  /** The register with the length of an array of variable length; null where there can't be one. */
  readonly lengthOf: (expression: Expression) => number | null
  /** Told of what was made up. */
  readonly note: (text: string) => void
}

/** Thrown for a type that can't be had. It never leaves this module's callers, which turn it into a value. */
export class TypeProblem extends Error {}

const MAX_DEPTH = 200

/** Definitions by the syntax that they come from, so that one text makes one type. */
const RECORDS = new WeakMap<TypeNames, WeakMap<TypeSyntax, CType>>()

export function resolveType(syntax: TypeSyntax, names: TypeNames, depth = 0): CType {
  const type = resolveUnqualified(syntax, names, depth)
  return syntax.isConst ? asConst(type) : type
}

/** The type as `const` makes it: of an array, its elements. */
export function asConst<T extends CType>(type: T): T {
  if (type.const) return type
  return type.kind === 'array' ? { ...type, of: asConst(type.of) } : { ...type, const: true }
}

function resolveUnqualified(syntax: TypeSyntax, names: TypeNames, depth: number): CType {
  if (depth > MAX_DEPTH) throw new TypeProblem('a type is nested too deeply')
  switch (syntax.kind) {
    case 'basic': {
      const type = basicType(syntax.words, names.model)
      if (type === null) throw new TypeProblem(`the type ${syntax.words.join(' ')}`)
      return type
    }
    case 'named': {
      const type = names.typeNamed(syntax.name)
      if (type === null) {
        names.note(`type ${syntax.name} is not known, taken for unsigned long`)
        return { kind: 'unknown', name: syntax.name }
      }
      return type.spelled === syntax.name ? type : { ...type, spelled: syntax.name }
    }
    case 'struct':
    case 'union':
      return resolveRecord(syntax, names, depth)
    case 'enum':
      return resolveEnum(syntax, names)
    case 'typeof':
      return 'span' in syntax.of && isExpression(syntax.of)
        ? names.typeOf(syntax.of)
        : resolveType(syntax.of as TypeSyntax, names, depth + 1)
    case 'pointer':
      return { kind: 'pointer', to: resolveType(syntax.to, names, depth + 1) }
    case 'array':
      return resolveArray(syntax, names, depth)
    case 'function':
      return {
        kind: 'function',
        returns: resolveType(syntax.returns, names, depth + 1),
        parameters: isVoidOnly(syntax.parameters)
          ? []
          : (syntax.parameters?.map(({ type }) => parameterType(type, names, depth)) ?? null),
        variadic: syntax.variadic,
      }
    case 'volatile': {
      const type = resolveType(syntax.of, names, depth + 1)
      return { ...type, volatile: true }
    }
  }
}

function isVoidOnly(parameters: readonly ParameterSyntax[] | null): boolean {
  const only = parameters?.length === 1 ? parameters[0]?.type : undefined
  return only?.kind === 'basic' && only.words.length === 1 && only.words[0] === 'void'
}

/** A parameter's array is a pointer, whatever its length. */
function parameterType(syntax: TypeSyntax, names: TypeNames, depth: number): CType {
  if (syntax.kind === 'array') return { kind: 'pointer', to: resolveType(syntax.of, names, depth + 1) }
  return decay(resolveType(syntax, names, depth + 1))
}

const TYPE_KINDS: ReadonlySet<string> = new Set([
  'basic',
  'named',
  'struct',
  'union',
  'enum',
  'typeof',
  'pointer',
  'array',
  'function',
  'volatile',
])

function isExpression(of: Expression | TypeSyntax): of is Expression {
  return !TYPE_KINDS.has(of.kind)
}

function resolveArray(
  syntax: Extract<TypeSyntax, { kind: 'array' }>,
  names: TypeNames,
  depth: number,
): CType {
  const { length } = syntax
  if (length === null) {
    return { kind: 'array', of: resolveType(syntax.of, names, depth + 1), length: null }
  }
  const value = names.constantOf(length)
  if (value !== null) {
    const of = resolveType(syntax.of, names, depth + 1)
    if (value < 0n || value > 0xffff_ffff_ffffn) throw new TypeProblem(`an array of ${value} elements`)
    return { kind: 'array', of, length: Number(value) }
  }
  const register = names.lengthOf(length)
  const of = resolveType(syntax.of, names, depth + 1)
  if (register === null) throw new TypeProblem('the length of an array is no constant')
  return { kind: 'array', of, length: null, lengthIn: register }
}

function remembered(names: TypeNames, syntax: TypeSyntax, make: () => CType): CType {
  const known = RECORDS.get(names) ?? new WeakMap<TypeSyntax, CType>()
  RECORDS.set(names, known)
  const type = known.get(syntax) ?? make()
  known.set(syntax, type)
  return type
}

/** How a record that is mentioned before it is defined gets its members. */
const OPEN = new WeakMap<RecordType['members'], (members: readonly Member[]) => void>()

/** A record that is only mentioned yet. */
export function mentionedRecord(kind: 'struct' | 'union', name: string): RecordType {
  let known: readonly Member[] | null = null
  const members = (): readonly Member[] | null => known
  OPEN.set(members, (found) => {
    known = found
  })
  return { kind, name, members, packed: false }
}

function resolveRecord(
  syntax: Extract<TypeSyntax, { kind: 'struct' | 'union' }>,
  names: TypeNames,
  depth: number,
): CType {
  const { tag, kind } = syntax
  if (syntax.members === null) {
    if (tag === null) throw new TypeProblem(`a ${kind} without tag and members`)
    const known = names.tagged(kind, tag)
    if (known !== null) return known
    const mentioned = mentionedRecord(kind, tag)
    names.defineTag(tag, mentioned)
    return mentioned
  }
  const { members } = syntax
  return remembered(names, syntax, () => {
    const here = tag === null ? null : names.taggedHere(kind, tag)
    const isOpen = (here?.kind === 'struct' || here?.kind === 'union') && here.members() === null
    const open = isOpen
      ? here
      : mentionedRecord(kind, tag ?? `<${kind} at ${syntax.span.line}:${syntax.span.column}>`)
    const align = alignment(syntax.aligned ?? null, names)
    // Copies made of the mention share its members, but not this.
    const type: RecordType = { ...open, packed: syntax.packed, align }
    if (tag !== null) names.defineTag(tag, type)
    const resolved = members.map((member) => resolveMember(member, names, depth))
    OPEN.get(type.members)?.(resolved)
    return type
  })
}

function isVariable(type: CType): boolean {
  return type.kind === 'array' && (type.lengthIn !== undefined || isVariable(type.of))
}

function resolveMember(member: MemberSyntax, names: TypeNames, depth: number): Member {
  const type = resolveType(member.type, names, depth + 1)
  if (isVariable(type)) throw new TypeProblem('a struct with an array of variable length')
  const bits = member.bits === null ? null : names.constantOf(member.bits)
  if (member.bits !== null && (bits === null || bits < 0n || bits > 64n)) {
    throw new TypeProblem(`the width of bit-field ${member.name ?? ''}`)
  }
  const align = alignment(member.aligned, names)
  return { name: member.name, type, bits: bits === null ? null : Number(bits), align }
}

function alignment(expression: Expression | null, names: TypeNames): number | null {
  if (expression === null) return null
  const value = names.constantOf(expression)
  if (value === null) {
    names.note('an alignment is not known, taken for the natural one')
    return null
  }
  return Number(value)
}

function resolveEnum(syntax: Extract<TypeSyntax, { kind: 'enum' }>, names: TypeNames): CType {
  const { tag, enumerators } = syntax
  if (enumerators === null) {
    const known = tag === null ? null : names.tagged('enum', tag)
    return known ?? { ...UINT, enumTag: tag }
  }
  return remembered(names, syntax, () => {
    let next = 0n
    let low = 0n
    let high = 0n
    const values: [string, bigint][] = []
    for (const { name, value } of enumerators) {
      const given = value === null ? next : names.constantOf(value)
      if (given === null) throw new TypeProblem(`the value of enumerator ${name}`)
      values.push([name, given])
      names.defineConstant(name, given, enumeratorType(given))
      next = given + 1n
      if (given < low) low = given
      if (given > high) high = given
    }
    const base: IntegerType =
      low < 0n
        ? low >= -0x8000_0000n && high < 0x8000_0000n
          ? INT
          : LLONG
        : high < 0x1_0000_0000n
          ? UINT
          : ULLONG
    const all = values.map(([, value]) => value)
    const type: IntegerType = {
      ...base,
      enumerators: all,
      enumTag: tag ?? `<enum of ${enumerators[0]?.name ?? 'nothing'}>`,
    }
    for (const [name, value] of values) {
      if (base.bits === 64) names.defineConstant(name, value, base)
    }
    if (tag !== null) names.defineTag(tag, type)
    return type
  })
}

function enumeratorType(value: bigint): IntegerType {
  if (value >= -0x8000_0000n && value < 0x8000_0000n) return INT
  if (value >= 0n && value < 0x1_0000_0000n) return UINT
  return value < 1n << 63n ? LLONG : ULLONG
}
