/** Types, prototypes and globals by the names that a file can see, resolved when they are asked for. */
import type { Global } from '../scope.js'
import type { Declaration, Expression, Initializer, TypeSyntax, VariableSyntax } from '../syntax/index.js'
import { charType, pointerTo, type TypeModel, unsignedLong } from '../types/basic-types.js'
import type { CType, FunctionType, IntegerType, Member, RecordType } from '../types/c-type.js'
import { Layouts } from '../types/layout.js'
import { resolveType, type TypeNames, TypeProblem } from '../types/resolve-type.js'
import { type ConstantNames, constantValue } from './constant-expression.js'
import type { TypedValue } from './integers.js'
import type { Declared, Library, Located, PieceText } from './library.js'
import type { ParsedPiece } from './pieces.js'
import type { Walk } from './walk.js'

/** Types that were resolved, for all files of an environment: a struct is one wherever it is met. */
export interface ResolvedTypes {
  readonly layouts: Layouts
  readonly pieces: Map<PieceText, ParsedPiece | null>
  readonly named: Map<Declared, CType | null>
  readonly records: Map<TypeSyntax, RecordType>
  readonly opaque: Map<string, RecordType>
  readonly prototypes: Map<Declared, FunctionType | null>
  readonly globals: Map<Declared, Global | null>
}

export function createResolvedTypes(model: TypeModel): ResolvedTypes {
  return {
    layouts: new Layouts(model),
    pieces: new Map(),
    named: new Map(),
    records: new Map(),
    opaque: new Map(),
    prototypes: new Map(),
    globals: new Map(),
  }
}

/** Typedefs of typedefs of typedefs that are followed. */
const MAX_DEPTH = 100

export interface ScopeTypes {
  readonly find: (name: string, kinds: readonly Declared['kind'][]) => Located[]
  readonly typeNamed: (name: string) => CType | null
  readonly tagged: (kind: 'struct' | 'union' | 'enum', tag: string) => RecordType | CType | null
  readonly prototype: (name: string) => FunctionType | null
  readonly global: (name: string) => Global | null
  readonly resolve: (type: TypeSyntax) => CType | null
  readonly typeOf: (expression: Expression) => CType | null
  readonly constantOf: (expression: Expression) => TypedValue | null
  readonly sizeOf: (type: CType) => number | null
  readonly alignOf: (type: CType) => number | null
}

export interface ScopeTypesOptions {
  readonly walk: Walk
  readonly library: Library
  readonly model: TypeModel
  readonly resolved: ResolvedTypes
  /** The value of an enumerator or macro. */
  readonly constant: (name: string) => TypedValue | null
  readonly parse: (located: Located) => ParsedPiece | null
}

export function createScopeTypes(options: ScopeTypesOptions): ScopeTypes {
  const { walk, library, model, resolved } = options
  const { layouts } = resolved

  const visible = (list: readonly Located[] | undefined, kinds: readonly Declared['kind'][]): Located[] =>
    list?.filter(({ declared, variant }) => kinds.includes(declared.kind) && walk.variants.has(variant)) ?? []
  const find: ScopeTypes['find'] = (name, kinds) => visible(library.ordinary.get(name), kinds)

  const parsed = (located: Located): ParsedPiece | null => {
    const { piece } = located.declared
    const known = resolved.pieces.get(piece)
    if (known !== undefined) return known
    const made = options.parse(located)
    resolved.pieces.set(piece, made)
    return made
  }

  const remembered = <T>(memory: Map<Declared, T | null>, key: Declared, make: () => T | null): T | null => {
    const known = memory.get(key)
    if (known !== undefined) return known
    // A type that needs itself has no meaning: whoever asks meanwhile is told so.
    memory.set(key, null)
    const made = make()
    memory.set(key, made)
    return made
  }

  /** A struct whose members are resolved when somebody looks at them. */
  const recordOf = (syntax: TypeSyntax & { readonly kind: 'struct' | 'union' }, name: string): RecordType => {
    const known = resolved.records.get(syntax)
    if (known !== undefined) return known
    let members: readonly Member[] | null | undefined
    const record: RecordType = {
      kind: syntax.kind,
      name,
      members: () => {
        if (members !== undefined) return members
        members = null
        const full = resolve(syntax)
        members = full?.kind === 'struct' || full?.kind === 'union' ? full.members() : null
        return members
      },
      packed: syntax.packed,
      get align() {
        const value = syntax.aligned ? constantOf(syntax.aligned) : null
        return value === null ? null : Number(value.value)
      },
    }
    resolved.records.set(syntax, record)
    return record
  }

  const opaque = (kind: 'struct' | 'union', tag: string): RecordType => {
    const key = `${kind} ${tag}`
    const record: RecordType = resolved.opaque.get(key) ?? {
      kind,
      name: tag,
      members: () => null,
      packed: false,
    }
    resolved.opaque.set(key, record)
    return record
  }

  const tagged: ScopeTypes['tagged'] = (kind, tag) => {
    for (const located of visible(library.tags.get(tag), [kind])) {
      const syntax = parsed(located)?.tags.get(`${kind} ${tag}`)
      if (syntax?.kind === 'struct' || syntax?.kind === 'union') return recordOf(syntax, tag)
      if (syntax?.kind === 'enum') {
        const isPacked = parsed(located)?.packedEnums.has(tag) ?? false
        return remembered(resolved.named, located.declared, () => {
          const type = resolve(syntax)
          return isPacked && type?.kind === 'integer' ? smallest(type, syntax) : type
        })
      }
    }
    return kind === 'enum' ? null : opaque(kind, tag)
  }

  /** A packed enum's type: the smallest that has all its values. */
  const smallest = (type: IntegerType, syntax: TypeSyntax & { readonly kind: 'enum' }): CType => {
    let next = 0n
    const values: bigint[] = []
    for (const { value } of syntax.enumerators ?? []) {
      const given = value === null ? next : constantOf(value)?.value
      if (given === undefined) return type
      values.push(given)
      next = given + 1n
    }
    const signed = values.some((value) => value < 0n)
    const fits = (bits: number): boolean =>
      values.every((value) => (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) === value)
    const bits = fits(8) ? 8 : fits(16) ? 16 : null
    return bits === null ? type : { ...type, bits, signed, rank: bits === 8 ? 1 : 2 }
  }

  const variableIn = (
    located: Located,
  ): { readonly variable: VariableSyntax; readonly declaration: Declaration } | null => {
    for (const declaration of parsed(located)?.declarations ?? []) {
      const variable = declaration.variables.find(({ name }) => name === located.declared.name)
      if (variable !== undefined) return { variable, declaration }
    }
    return null
  }

  let depth = 0
  const typeNamed: ScopeTypes['typeNamed'] = (name) => {
    if (depth > MAX_DEPTH) return null
    depth++
    const type = typeOfTypedef(name)
    depth--
    return type
  }
  const typeOfTypedef = (name: string): CType | null => {
    const bits = library.scalarTypes.get(name)
    if (bits !== undefined) return { ...unsignedLong({ wordBits: bits }), opaque: true, spelled: name }
    for (const located of find(name, ['typedef'])) {
      const type = remembered(resolved.named, located.declared, () => {
        const syntax = variableIn(located)?.variable.type
        if (syntax === undefined) return null
        const isUntagged = (syntax.kind === 'struct' || syntax.kind === 'union') && syntax.tag === null
        return isUntagged ? recordOf(syntax, name) : resolve(syntax)
      })
      if (type !== null) return type
    }
    return name === '__builtin_va_list' ? pointerTo(charType(model)) : null
  }

  const prototype: ScopeTypes['prototype'] = (name) => {
    for (const located of find(name, ['prototype', 'function'])) {
      const type = remembered(resolved.prototypes, located.declared, () => {
        const syntax = variableIn(located)?.variable.type
        const type = syntax === undefined ? null : resolve(syntax)
        return type?.kind === 'function' ? type : null
      })
      if (type !== null) return type
    }
    return null
  }

  const global: ScopeTypes['global'] = (name) => {
    let declared: Global | null = null
    for (const located of find(name, ['variable', 'prototype'])) {
      const found = remembered(resolved.globals, located.declared, () => {
        const syntax = variableIn(located)
        if (syntax === null) return null
        const type = resolve(syntax.variable.type)
        if (type === null || type.kind === 'function') return null
        const { storage } = syntax.declaration
        const isDefined = storage !== 'extern' || syntax.variable.initializer !== null
        return {
          name,
          type: withLength(type, syntax.variable.initializer),
          isStatic: storage === 'static',
          definition: isDefined ? syntax.variable : null,
        }
      })
      if (
        found !== null &&
        (declared === null || (declared.definition === null && found.definition !== null))
      )
        declared = found
    }
    return declared
  }

  /** An array without a length has that of its initializer. */
  const withLength = (type: CType, initializer: Initializer | null): CType => {
    if (type.kind !== 'array' || type.length !== null || initializer === null) return type
    if (initializer.kind === 'string') {
      const whole = typeOf(initializer)
      return whole?.kind === 'array' ? { ...type, length: whole.length } : type
    }
    if (initializer.kind !== 'initializer-list') return type
    let next = 0n
    let length = 0n
    for (const { designators } of initializer.items) {
      const [first] = designators
      if (first?.kind === 'index') {
        const index = constantOf(first.to ?? first.index)
        if (index === null) return type
        next = index.value
      }
      next++
      if (next > length) length = next
    }
    return { ...type, length: Number(length) }
  }

  const constantNames: ConstantNames = {
    wordBits: model.wordBits,
    named: options.constant,
    typeOf: (type) => resolve(type),
    typeOfExpression: (expression) => typeOf(expression),
    size: (type) => layouts.sizeOf(type),
    align: (type) => layouts.alignOf(type),
    offset: (expression) => {
      let type = resolve(expression.type)
      let offset = 0
      for (const step of expression.path) {
        if (step.kind === 'member') {
          const place =
            type?.kind === 'struct' || type?.kind === 'union' ? layouts.find(type, step.name) : null
          if (place === null) return null
          offset += place.offset
          type = place.type
        } else {
          const index = constantOf(step.index)
          const size: number | null = type?.kind === 'array' ? layouts.sizeOf(type.of) : null
          if (type?.kind !== 'array' || index === null || size === null) return null
          offset += Number(index.value) * size
          type = type.of
        }
      }
      return offset
    },
  }
  const constantOf = (expression: Expression): TypedValue | null => constantValue(expression, constantNames)

  /** The type of an expression inside a type, as far as file scope has such: members, globals, casts. */
  const typeOf = (expression: Expression): CType | null => {
    switch (expression.kind) {
      case 'identifier':
        // `sizeof(name)` is read as of a variable where the parser could not tell.
        return global(expression.name)?.type ?? prototype(expression.name) ?? typeNamed(expression.name)
      case 'cast':
        return resolve(expression.type)
      case 'compound-literal':
        return resolve(expression.type)
      case 'member': {
        const object = typeOf(expression.object)
        const record = expression.arrow && object?.kind === 'pointer' ? object.to : object
        return record?.kind === 'struct' || record?.kind === 'union'
          ? (layouts.find(record, expression.name)?.type ?? null)
          : null
      }
      case 'unary': {
        const operand = typeOf(expression.operand)
        if (operand === null) return null
        if (expression.operator === '&') return pointerTo(operand)
        if (expression.operator === '*')
          return operand.kind === 'pointer' ? operand.to : operand.kind === 'array' ? operand.of : null
        return operand
      }
      case 'index': {
        const object = typeOf(expression.object)
        return object?.kind === 'array' ? object.of : object?.kind === 'pointer' ? object.to : null
      }
      case 'call': {
        if (expression.callee.kind !== 'identifier') return null
        return prototype(expression.callee.name)?.returns ?? null
      }
      case 'string': {
        const length = expression.texts.reduce((sum, text) => sum + Math.max(0, text.length - 2), 1)
        return { kind: 'array', of: charType(model), length }
      }
      case 'comma':
        return typeOf(expression.right)
      case 'conditional':
        return typeOf(expression.then ?? expression.test) ?? typeOf(expression.otherwise)
      default: {
        const value = constantOf(expression)
        return value === null ? null : integerTypeOf(value)
      }
    }
  }

  const typeNames: TypeNames = {
    model,
    typeNamed,
    tagged,
    taggedHere: () => null,
    defineTag: () => {},
    defineConstant: () => {},
    typeOf: (expression) => {
      const type = typeOf(expression)
      if (type === null) throw new TypeProblem('the type of an expression')
      return type
    },
    constantOf: (expression) => constantOf(expression)?.value ?? null,
    lengthOf: () => null,
    note: () => {},
  }
  const resolve = (type: TypeSyntax): CType | null => {
    try {
      return resolveType(type, typeNames)
    } catch (problem) {
      if (problem instanceof TypeProblem) return null
      throw problem
    }
  }

  return {
    find,
    typeNamed,
    tagged,
    prototype,
    global,
    resolve,
    typeOf,
    constantOf,
    sizeOf: (type) => layouts.sizeOf(type),
    alignOf: (type) => layouts.alignOf(type),
  }
}

/** The C type of a constant. */
export function integerTypeOf({ shape, pointer }: TypedValue): CType {
  if (pointer) return pointerTo({ kind: 'void' })
  const ranks = [0, 1, 2, 3, 4, 5, 6] as const
  const widths = [8, 16, 32, 64, 128] as const
  return {
    kind: 'integer',
    bits: widths.find((bits) => bits === shape.bits) ?? 64,
    signed: shape.signed,
    rank: ranks[shape.rank] ?? 3,
    isBool: shape.rank === 0,
    enumTag: null,
  }
}
