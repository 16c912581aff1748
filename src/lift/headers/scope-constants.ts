/** Values and types that macros and enumerators stand for in a file, found when they are asked for. */
import type { NamedConstant } from '../scope.js'
import { type CParser, type ParseOptions, parseExpression, parseType, type Span } from '../syntax/index.js'
import { INT, longType, type TypeModel, unsignedLong } from '../types/basic-types.js'
import type { CType } from '../types/c-type.js'
import { type ArithmeticContext, evaluateTokens, isMinMax } from './arithmetic.js'
import { castType } from './cast-type.js'
import { expandTokens } from './expand.js'
import { INT as INT_SHAPE, type IntegerShape, type TypedValue } from './integers.js'
import type { Declared, EnumBody, Located } from './library.js'
import { isOwnName, type MacroLookup } from './macro.js'
import { integerTypeOf, type ScopeTypes } from './scope-types.js'
import { type MacroToken, tokensText } from './tokens.js'

export interface ScopeConstants {
  /** The value of an enumerator, or of a macro without arguments. */
  readonly valueNamed: (name: string) => TypedValue | null
  /** The value of tokens that are not expanded yet. */
  readonly evaluate: (tokens: readonly MacroToken[], macrosHere: MacroLookup) => TypedValue | null
  readonly typeNamed: (name: string) => CType | null
  /** The type that a macro's name stands for, as `pgoff_t` does. */
  readonly typeBehind: (name: string) => CType | null
  /** The tag that a macro's name stands for, as `rcu_head` does; the tag itself if it is no macro. */
  readonly tagBehind: (tag: string) => string
}

export interface ScopeConstantsOptions {
  readonly model: TypeModel
  readonly lookup: MacroLookup
  /** The macros at the place of a declaration. */
  readonly macrosAtPiece: (located: Located) => MacroLookup
  readonly types: ScopeTypes
  readonly parser: CParser
  readonly parseOptions: ParseOptions
}

/** Macros that stand for a type are short. */
const MAX_TYPE_TOKENS = 12

const NOWHERE: Span = { line: 1, column: 1, endLine: 1, endColumn: 1 }

export function createScopeConstants(options: ScopeConstantsOptions): ScopeConstants {
  const { model, lookup, types, parser, parseOptions } = options
  const constants = new Map<string, TypedValue | null>()
  const evaluating = new Set<string>()
  const enumerating = new Set<string>()
  const enumValues = new Map<EnumBody, (TypedValue | null)[]>()
  const macroTypes = new Map<string, CType | null>()

  const typeBehind = (name: string): CType | null => {
    const macro = lookup(name)
    if (macro === null || macro.parameters !== null || isOwnName(macro)) return null
    const first = macro.tokens()[0]
    if (first?.kind !== 'ident' || macro.tokens().length > MAX_TYPE_TOKENS) return null
    const known = macroTypes.get(name)
    if (known !== undefined) return known
    macroTypes.set(name, null)
    const tokens = expandTokens(macro.tokens(), lookup)
    const isType = tokens !== null && castType(tokens, types.typeNamed, () => INT, model) !== null
    const type = isType ? parsedType(tokens) : null
    macroTypes.set(name, type)
    return type
  }
  const typeNamed = (name: string): CType | null => types.typeNamed(name) ?? typeBehind(name)
  const tagBehind = (tag: string): string => {
    const tokens = lookup(tag)?.tokens()
    const [only] = tokens ?? []
    return only?.kind === 'ident' && tokens?.length === 1 ? only.text : tag
  }
  const parsedType = (tokens: readonly MacroToken[]): CType | null => {
    const syntax = parseType(parser, tokensText(tokens), { ...parseOptions, span: NOWHERE })
    return syntax === null ? null : types.resolve(syntax)
  }

  const enumerator = (name: string): TypedValue | null => {
    const [located] = types.find(name, ['enumerator'])
    const member = located?.declared.member
    if (located === undefined || !member || enumerating.has(name)) return null
    enumerating.add(name)
    const value = enumeratorValue(located, member)
    enumerating.delete(name)
    return value
  }
  /** The values of an enum's elements are found one after the other, since each may need those before it. */
  const enumeratorValue = (located: Located, member: NonNullable<Declared['member']>): TypedValue | null => {
    const values = enumValues.get(member.of) ?? []
    enumValues.set(member.of, values)
    const macrosHere = options.macrosAtPiece(located)
    while (values.length <= member.index) {
      const tokens = member.of.elements[values.length]?.value ?? null
      const before = values.length === 0 ? -1n : (values[values.length - 1]?.value ?? null)
      const at = values.length
      values.push(null)
      const given = tokens === null ? null : evaluate(tokens, macrosHere)
      const value = tokens === null ? (before === null ? null : before + 1n) : (given?.value ?? null)
      values[at] = value === null ? null : { value, shape: enumeratorShape(value, model.wordBits) }
    }
    return values[member.index] ?? null
  }
  const valueNamed = (name: string): TypedValue | null => {
    const known = constants.get(name)
    if (known !== undefined) return known
    evaluating.add(name)
    const macro = lookup(name)
    const value =
      macro === null || isOwnName(macro)
        ? enumerator(name)
        : macro.parameters !== null
          ? null
          : evaluate([{ kind: 'ident', text: name, space: false }], lookup)
    evaluating.delete(name)
    constants.set(name, value)
    return value
  }
  const evaluate = (tokens: readonly MacroToken[], macrosHere: MacroLookup): TypedValue | null => {
    const expanded = expandTokens(tokens, macrosHere, { keep: isMinMax })
    return expanded === null ? null : evaluateTokens(expanded, arithmetic)
  }
  const arithmetic: ArithmeticContext = {
    wordBits: model.wordBits,
    // A name that is being evaluated came out of its own macro: it can only be an enumerator.
    named: (name) => (evaluating.has(name) ? enumerator(name) : valueNamed(name)),
    typeOf: (tokens) => castType(tokens, typeNamed, parsedType, model),
    sizeOf: (tokens, what) => {
      const text = `sizeof(${tokensText(tokens)})`
      const parsed = parseExpression(parser, text, { ...parseOptions, span: NOWHERE })
      if (parsed?.kind !== 'sizeof') return null
      const type = parsed.of.kind === 'type' ? types.resolve(parsed.of.type) : types.typeOf(parsed.of)
      const bytes = type === null ? null : what === 'size' ? types.sizeOf(type) : types.alignOf(type)
      return bytes === null ? null : BigInt(bytes)
    },
  }

  return { valueNamed, evaluate, typeNamed, typeBehind, tagBehind }
}

/** The type that gcc gives an enumerator: int where it fits. */
function enumeratorShape(value: bigint, wordBits: 32 | 64): IntegerShape {
  if (value >= -0x8000_0000n && value < 0x8000_0000n) return INT_SHAPE
  if (value >= 0n && value < 0x1_0000_0000n) return { ...INT_SHAPE, signed: false }
  return { bits: 64, signed: value < 0n, rank: wordBits === 64 ? 4 : 5 }
}

/** A value as a scope gives it. */
export function namedConstant(value: TypedValue | null, model: TypeModel): NamedConstant | null {
  if (value === null) return null
  const { shape, pointer } = value
  if (!pointer && shape.rank === 3 && shape.bits === 32 && shape.signed)
    return { value: value.value, type: INT }
  if (!pointer && shape.rank === 4 && shape.bits === model.wordBits)
    return { value: value.value, type: shape.signed ? longType(model) : unsignedLong(model) }
  return { value: value.value, type: integerTypeOf(value) }
}
