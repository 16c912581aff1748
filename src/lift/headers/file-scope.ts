/** What the names in one C file stand for: a Scope, answered from the file's own text and its headers. */
import { findFunctions } from '../find-functions.js'
import type { NamedConstant, OpaqueMacro, Scope } from '../scope.js'
import {
  type CallExpression,
  type CParser,
  type Expression,
  type ParseOptions,
  parseExpression,
  parseStatement,
  parseType,
  type Span,
  type Statement,
} from '../syntax/index.js'
import { basicType, INT, longType, type TypeModel, unsignedLong } from '../types/basic-types.js'
import type { CType } from '../types/c-type.js'
import { type ArithmeticContext, evaluateTokens, isMinMax } from './arithmetic.js'
import { shapeOf } from './constant-expression.js'
import { expandTokens } from './expand.js'
import { INT as INT_SHAPE, type IntegerShape, type TypedValue } from './integers.js'
import { blanked, type Declared, type EnumBody, type Library, type Located } from './library.js'
import { isOwnName, type Macro, type MacroLookup } from './macro.js'
import { type MacroEffects, macroEffects } from './macro-effects.js'
import { macrosAt, macrosAtEnd } from './macro-state.js'
import { opaqueMacro } from './opaque-macros.js'
import { withoutPaintIn } from './paint.js'
import { type PieceContext, parseDefinition, parsePiece } from './pieces.js'
import { createScopeTypes, integerTypeOf, type ResolvedTypes } from './scope-types.js'
import { type MacroToken, macroTokens, PAINT, tokensText } from './tokens.js'
import type { Walk } from './walk.js'
import { isAnnotation, isIterator } from './word-lists.js'

/** A function that a file defines under some conditions. Path, name and conditions tell it from all others. */
export interface FunctionOfFile {
  readonly name: string
  readonly startLine: number
  readonly endLine: number
  /** The `#if` conditions around it, outermost first. */
  readonly conditions: readonly string[]
  /** Whether the configuration leaves it. */
  readonly isCompiled: boolean
}

/** A file's scope, with what the headers say beside the names. */
export interface FileScope extends Scope {
  readonly path: string
  /** The same names with the macros as they are at a line of the file. */
  readonly at: (line: number) => FileScope
  /** The file's text with directives and what conditionals take out blanked: places stay what they are. */
  readonly activeText: string
  /** All functions that the file defines, those too that the configuration takes out. */
  readonly functions: () => FunctionOfFile[]
  /** What the parser asks about words, answered by the headers. */
  readonly parseOptions: ParseOptions
  readonly macro: (name: string) => Macro | null
  /** What a call of a macro does beyond a function's; null for what is no macro, or has no end. */
  readonly effectsOf: (name: string) => MacroEffects | null
  /** The value of an expression in the file's names; null if it is not constant. */
  readonly evaluate: (expression: string) => NamedConstant | null
  readonly walk: Walk
}

export interface FileScopeOptions {
  readonly path: string
  readonly text: string
  readonly walk: Walk
  readonly library: Library
  readonly parser: CParser
  readonly resolved: ResolvedTypes
  readonly charSigned: boolean
}

const NOWHERE: Span = { line: 1, column: 1, endLine: 1, endColumn: 1 }

/** Macros that stand for a type are short. */
const MAX_TYPE_TOKENS = 12

/** Stands for the body of a loop while its head is parsed. */
const BODY = '__body_of_iteration'

/** The scope of a file that was walked. */
export function createFileScope(options: FileScopeOptions): FileScope {
  return scopeWith(options, macrosAtEnd(options.walk, options.library.names), { count: 0 })
}

function scopeWith(options: FileScopeOptions, macros: MacroLookup, counter: { count: number }): FileScope {
  const { walk, library, parser, path } = options
  const model: TypeModel = { wordBits: library.wordBits, charSigned: options.charSigned }
  const lookup = withDynamicMacros(macros, path, counter)
  const constants = new Map<string, TypedValue | null>()
  const evaluating = new Set<string>()
  const enumerating = new Set<string>()
  const enumValues = new Map<EnumBody, (TypedValue | null)[]>()
  const expansions = new Map<string, unknown>()
  const macroTypes = new Map<string, CType | null>()
  const opaqueMacros = new Map<string, OpaqueMacro | null>()

  const types = createScopeTypes({
    walk,
    library,
    model,
    resolved: options.resolved,
    constant: (name) => valueNamed(name),
    parse: (located) => parsePiece(located.declared.piece, pieceContext(located)),
  })
  const isIteration = (name: string): boolean | null => {
    const macro = lookup(name)
    return macro === null ? null : isIterator(macro, lookup)
  }
  const parseOptions: ParseOptions = {
    isType: (name) =>
      types.find(name, ['typedef']).length > 0 || name === '__builtin_va_list' || typeBehind(name) !== null,
    isAnnotation: (name) => {
      const macro = lookup(name)
      return macro !== null && macro.parameters === null && isAnnotation(macro, lookup)
    },
    isIteration,
  }
  const pieceContext = ({ declared, variant }: Located): PieceContext => ({
    parser,
    keep: library.keep,
    options: parseOptions,
    lookup: withDynamicMacros(
      macrosAt(walk, library.names, { variant, offset: declared.piece.offset }),
      variant.path,
      counter,
    ),
  })

  // Types

  /** The type that a macro's name stands for, as `pgoff_t` does. */
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
  /** The tag that a macro's name stands for, as `rcu_head` does. */
  const tagBehind = (tag: string): string => {
    const tokens = lookup(tag)?.tokens()
    const [only] = tokens ?? []
    return only?.kind === 'ident' && tokens?.length === 1 ? only.text : tag
  }
  const parsedType = (tokens: readonly MacroToken[]): CType | null => {
    const syntax = parseType(parser, tokensText(tokens), { ...parseOptions, span: NOWHERE })
    return syntax === null ? null : types.resolve(syntax)
  }

  // Constants

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
    const { lookup: macrosHere } = pieceContext(located)
    while (values.length <= member.index) {
      const tokens = member.of.elements[values.length]?.value ?? null
      const before = values.length === 0 ? -1n : (values[values.length - 1]?.value ?? null)
      const at = values.length
      values.push(null)
      const given = tokens === null ? null : evaluate(tokens, macrosHere)
      const value = tokens === null ? (before === null ? null : before + 1n) : (given?.value ?? null)
      values[at] = value === null ? null : { value, shape: enumeratorShape(value, library.wordBits) }
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
    wordBits: library.wordBits,
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

  // Expansion

  const opaque = (name: string): OpaqueMacro | null => {
    const known = opaqueMacros.get(name)
    if (known !== undefined) return known
    const macro = library.keep(name) ? null : lookup(name)
    const found = macro === null ? null : opaqueMacro(macro, lookup)
    opaqueMacros.set(name, found)
    return found
  }
  const keeps = (name: string): boolean => library.keep(name) || opaque(name) !== null
  const expandedText = (text: string, keep = keeps): string | null => {
    if (text.includes(PAINT)) return null
    const tokens = expandTokens(macroTokens(text), lookup, { keep })
    return tokens === null ? null : tokensText(tokens, true)
  }
  const expanded = <T>(
    kind: string,
    text: string,
    span: Span | undefined,
    parse: (text: string, span: Span) => T | null,
    keep = keeps,
  ): T | null => {
    const place = span ?? NOWHERE
    const key = `${kind} ${place.line}:${place.column} ${text}`
    const known = expansions.get(key)
    if (known !== undefined) return known as T | null
    const whole = expandedText(text, keep)
    const parsed = whole === null || whole.trim() === '' ? null : parse(whole, place)
    const result = parsed === null || whole === null ? null : withoutPaintIn(parsed, whole)
    expansions.set(key, result)
    return result
  }
  const asStatement = (text: string, span: Span): Statement | null =>
    (/[;}]\s*$/.test(text) ? parseStatement(parser, text, { ...parseOptions, span }) : null) ??
    // A declaration ends in the brace of its initializer, too.
    parseStatement(parser, `${text} ;`, { ...parseOptions, span })

  /** Definitions of this name, the file's own first: a header may have one for configurations without the file. */
  const functionsNamed = (name: string): Located[] => {
    const found = types.find(name, ['function'])
    const own = found.filter(({ variant }) => variant === walk.main)
    return own.length === 0 ? found : [...own, ...found.filter(({ variant }) => variant !== walk.main)]
  }

  const scope: FileScope = {
    path,
    walk,
    wordBits: library.wordBits,
    charSigned: options.charSigned,
    activeText:
      walk.main === null ? options.text : blanked(options.text, 0, options.text.length, walk.main.active),
    functions: () => functionsIn(options.text, walk.main?.active ?? null),
    parseOptions,
    at: (line) => {
      const { main } = walk
      if (main === null || main.changes.size === 0) return scope
      const offset = lineOffset(options.text, line)
      return scopeWith(options, macrosAt(walk, library.names, { variant: main, offset }), counter)
    },
    macro: lookup,
    effectsOf: (name) => {
      const macro = lookup(name)
      return macro === null ? null : macroEffects(macro, lookup)
    },
    evaluate: (expression) => namedConstant(evaluate(macroTokens(expression), lookup), model),
    typeNamed,
    tagged: (kind, tag) => types.tagged(kind, tagBehind(tag)),
    constant: (name) => namedConstant(valueNamed(name), model),
    global: types.global,
    prototype: types.prototype,
    definition: (name) => {
      for (const located of functionsNamed(name)) {
        const { piece } = located.declared
        const text =
          located.variant === walk.main ? options.text : (library.source(located.variant.path)?.text ?? '')
        const column = piece.offset - (text.lastIndexOf('\n', piece.offset - 1) + 1) + 1
        const definition = parseDefinition(piece, name, column, pieceContext(located))
        if (definition === null) continue
        const place = { variant: located.variant, offset: piece.offset }
        const inside =
          located.variant.changes.size === 0
            ? scope
            : scopeWith(options, macrosAt(walk, library.names, place), counter)
        return { path: located.variant.path, definition, scope: inside }
      }
      return null
    },
    definedIn: (name) => functionsNamed(name)[0]?.variant.path ?? null,
    isMacro: (name) => {
      const macro = lookup(name)
      return macro !== null && !isOwnName(macro) && !library.keep(name)
    },
    expandExpression: (text, span) =>
      expanded<Expression>('expression', text, span, (whole, place) =>
        parseExpression(parser, whole, { ...parseOptions, span: place }),
      ),
    opaqueMacro: opaque,
    expandOpaque: (text, span) => {
      const unpainted = text.replaceAll(PAINT, '')
      const own = /^\s*(\w+)/.exec(unpainted)?.[1]
      return expanded<Expression>(
        'opaque',
        unpainted,
        span,
        (whole, place) => parseExpression(parser, whole, { ...parseOptions, span: place }),
        (name) => name !== own && keeps(name),
      )
    },
    expandStatement: (text, span) =>
      expandedText(text)?.trim() === ''
        ? { kind: 'empty', span: span ?? NOWHERE }
        : expanded<Statement>('statement', text, span, asStatement),
    expandInitializer: (text, span) => {
      // As the initializer of a compound literal of no type in particular.
      const literal = expanded<Expression>('initializer', text, span, (whole, place) =>
        /^\s*\{/.test(whole)
          ? parseExpression(parser, `( struct ${BODY} ) ${whole}`, { ...parseOptions, span: place })
          : null,
      )
      return literal?.kind === 'compound-literal' ? literal.initializer : null
    },
    expandIteration: (text, body, span) => {
      const head = expanded<Statement>('iteration', text, span, (whole, place) =>
        asStatement(`${whole} ${BODY}();`, place),
      )
      return head === null ? null : withBody(head, body)
    },
    isEnabled: (name) => {
      const value = library.config[name.startsWith('CONFIG_') ? name : `CONFIG_${name}`]
      return value === 'y' || value === 'm'
    },
  }
  return scope
}

/** The type that gcc gives an enumerator: int where it fits. */
function enumeratorShape(value: bigint, wordBits: 32 | 64): IntegerShape {
  if (value >= -0x8000_0000n && value < 0x8000_0000n) return INT_SHAPE
  if (value >= 0n && value < 0x1_0000_0000n) return { ...INT_SHAPE, signed: false }
  return { bits: 64, signed: value < 0n, rank: wordBits === 64 ? 4 : 5 }
}

function functionsIn(text: string, active: readonly (readonly [number, number])[] | null): FunctionOfFile[] {
  return findFunctions(text).map(({ name, startLine, endLine, conditions }) => {
    const start = startLine === 1 ? 0 : lineOffset(text, startLine - 1) + 1
    const isCompiled = active?.some(([from, to]) => from <= start && start < to) ?? true
    return { name, startLine, endLine, conditions, isCompiled }
  })
}

/** The statement with a loop's body in the place that was kept for it; null if there is no such place. */
function withBody(head: Statement, body: Statement): Statement | null {
  let found = false
  const replaced = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replaced)
    if (typeof value !== 'object' || value === null) return value
    if (isPlaceOfBody(value)) {
      found = true
      return body
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]))
  }
  const result = replaced(head) as Statement
  return found ? result : null
}

function isPlaceOfBody(value: object): boolean {
  const statement = value as Partial<Statement & { readonly kind: 'expression' }>
  if (statement.kind !== 'expression' || statement.expression?.kind !== 'call') return false
  const call: CallExpression = statement.expression
  return call.callee.kind === 'identifier' && call.callee.name === BODY
}

function namedConstant(value: TypedValue | null, model: TypeModel): NamedConstant | null {
  if (value === null) return null
  const { shape, pointer } = value
  if (!pointer && shape.rank === 3 && shape.bits === 32 && shape.signed)
    return { value: value.value, type: INT }
  if (!pointer && shape.rank === 4 && shape.bits === model.wordBits)
    return { value: value.value, type: shape.signed ? longType(model) : unsignedLong(model) }
  return { value: value.value, type: integerTypeOf(value) }
}

const BASIC = new Set(
  'void char short int long float double signed unsigned _Bool bool __int128 __signed__'.split(' '),
)
const QUALIFIERS = new Set(['const', 'volatile', '__const', '__volatile__', '__restrict', 'restrict'])

/** The type that the tokens in a cast's parentheses name, seen quickly for the usual ones; null if they are none. */
function castType(
  tokens: readonly MacroToken[],
  typeNamed: (name: string) => CType | null,
  parsed: (tokens: readonly MacroToken[]) => CType | null,
  model: TypeModel,
): IntegerShape | 'pointer' | 'other' | null {
  const words: MacroToken[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined) break
    if (token.text === '__attribute__' && tokens[at + 1]?.text === '(') {
      let depth = 0
      for (at++; at < tokens.length; at++) {
        const text = tokens[at]?.text
        if (text === '(') depth++
        else if (text === ')' && --depth === 0) break
      }
    } else if (!QUALIFIERS.has(token.text)) words.push(token)
  }
  const first = words[0]
  if (first?.kind !== 'ident') return null
  const isRecord = first.text === 'struct' || first.text === 'union'
  const isTypeof = /^(?:__)?typeof(?:__)?$/.test(first.text)
  const named =
    isRecord || isTypeof || BASIC.has(first.text) || first.text === 'enum' ? null : typeNamed(first.text)
  if (!isRecord && !isTypeof && first.text !== 'enum' && !BASIC.has(first.text) && named === null) return null
  if (named !== null && words.length === 1) return shapeOf(named, model.wordBits)
  const last = words[words.length - 1]
  if (last?.text === '*') return 'pointer'
  if (first.text === 'void') return 'other'
  const basic = BASIC.has(first.text)
    ? basicType(
        words.map((word) => word.text),
        model,
      )
    : null
  const type = basic ?? parsed(words)
  return type === null ? (isRecord ? 'other' : null) : shapeOf(type, model.wordBits)
}

/** The macros that are different each time: `__COUNTER__`, and the place in the file. */
function withDynamicMacros(macros: MacroLookup, path: string, counter: { count: number }): MacroLookup {
  const dynamic = (name: string, value: () => MacroToken): Macro => ({
    name,
    parameters: null,
    rest: null,
    body: '',
    path: '<predefined>',
    line: 1,
    tokens: () => [value()],
  })
  const number = (value: number): MacroToken => ({ kind: 'number', text: String(value), space: true })
  const own = new Map<string, Macro>([
    ['__COUNTER__', dynamic('__COUNTER__', () => number(counter.count++))],
    ['__LINE__', dynamic('__LINE__', () => number(1))],
    ['__FILE__', dynamic('__FILE__', () => ({ kind: 'string', text: JSON.stringify(path), space: true }))],
  ])
  return (name) => macros(name) ?? own.get(name) ?? null
}

/** The offset at which a line ends. */
function lineOffset(text: string, line: number): number {
  let end = -1
  for (let count = 0; count < line; count++) {
    end = text.indexOf('\n', end + 1)
    if (end < 0) return text.length
  }
  return end
}
