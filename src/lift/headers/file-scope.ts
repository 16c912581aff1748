/** What the names in one C file stand for: a Scope, answered from the file's own text and its headers. */
import type { NamedConstant, OpaqueMacro, Scope } from '../scope.js'
import {
  type CParser,
  type Expression,
  type ParseOptions,
  parseExpression,
  parseStatement,
  type Span,
  type Statement,
} from '../syntax/index.js'
import type { TypeModel } from '../types/basic-types.js'
import { expandTokens } from './expand.js'
import { type FunctionOfFile, functionsIn, lineOffset } from './functions-of-file.js'
import { blanked, type Library, type Located } from './library.js'
import { BODY, withBody } from './loop-body.js'
import { isOwnName, type Macro, type MacroLookup } from './macro.js'
import { type MacroEffects, macroEffects } from './macro-effects.js'
import {
  macrosAt,
  macrosAtEnd,
  macrosWithin,
  namesOtherThanAtEnd,
  redefinedWithin,
  withDynamicMacros,
} from './macro-state.js'
import { namesLedTo } from './names-led-to.js'
import { opaqueMacro } from './opaque-macros.js'
import { withoutPaintIn } from './paint.js'
import { type PieceContext, parseDefinition, parsePiece } from './pieces.js'
import { createScopeConstants, namedConstant } from './scope-constants.js'
import { createScopeTypes, type ResolvedTypes } from './scope-types.js'
import { macroTokens, PAINT, tokensText } from './tokens.js'
import type { Walk } from './walk.js'
import { isAnnotation, isIterator } from './word-lists.js'

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

/** The scope of a file that was walked. */
export function createFileScope(options: FileScopeOptions): FileScope {
  return scopeWith(options, macrosAtEnd(options.walk, options.library.names), { count: 0 })
}

function scopeWith(options: FileScopeOptions, macros: MacroLookup, counter: { count: number }): FileScope {
  const { walk, library, parser, path } = options
  const model: TypeModel = { wordBits: library.wordBits, charSigned: options.charSigned }
  const lookup = withDynamicMacros(macros, path, counter)
  const expansions = new Map<string, unknown>()
  const expansionTexts = new Map<string, unknown>()
  const opaqueMacros = new Map<string, OpaqueMacro | null>()

  const types = createScopeTypes({
    walk,
    library,
    model,
    resolved: options.resolved,
    constant: (name) => constants.valueNamed(name),
    parse: (located) => parsePiece(located.declared.piece, pieceContext(located)),
  })
  const isIteration = (name: string): boolean | null => {
    const macro = lookup(name)
    return macro === null ? null : isIterator(macro, lookup)
  }
  const parseOptions: ParseOptions = {
    isType: (name) =>
      types.find(name, ['typedef']).length > 0 ||
      name === '__builtin_va_list' ||
      constants.typeBehind(name) !== null,
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

  const constants = createScopeConstants({
    model,
    lookup,
    macrosAtPiece: (located) => pieceContext(located).lookup,
    types,
    parser,
    parseOptions,
  })

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
    const alike = expansionTexts.get(`${kind} ${text}`)
    const result = alike === undefined ? made(kind, text, place, parse, keep) : (at(alike, place) as T | null)
    expansions.set(key, result)
    return result
  }
  const made = <T>(
    kind: string,
    text: string,
    place: Span,
    parse: (text: string, span: Span) => T | null,
    keep: (name: string) => boolean,
  ): T | null => {
    const before = counter.count
    const whole = expandedText(text, keep)
    const parsed = whole === null || whole.trim() === '' ? null : parse(whole, place)
    const result = parsed === null || whole === null ? null : withoutPaintIn(parsed, whole)
    // Names that are made anew each time are different ones at each place.
    if (counter.count === before) expansionTexts.set(`${kind} ${text}`, result)
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

  /** The names as they are where a function stands: this scope, unless the function mentions macros that are others there. */
  const scopeInside = ({ declared, variant }: Located): FileScope => {
    if (variant.changes.size === 0) return scope
    const { piece } = declared
    const place = { variant, offset: piece.offset }
    const text = piece.text()
    const end = piece.offset + (piece.made ? 1 : text.length)
    const others = namesOtherThanAtEnd(walk, library.names, place, end)
    const redefined = redefinedWithin(walk, library.names, place, end)
    if (others.size + redefined.length === 0) return scope
    const inside = macrosWithin(walk, library.names, place, end)
    const mentioned = namesLedTo(text, (name) => lookup(name) ?? inside(name))
    const changed = redefined.filter((name) => mentioned.has(name))
    if (changed.length === 0 && ![...others].some((name) => mentioned.has(name))) return scope
    return { ...scopeWith(options, inside, counter), redefined: changed }
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
    evaluate: (expression) => namedConstant(constants.evaluate(macroTokens(expression), lookup), model),
    typeNamed: constants.typeNamed,
    tagged: (kind, tag) => types.tagged(kind, constants.tagBehind(tag)),
    constant: (name) => namedConstant(constants.valueNamed(name), model),
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
        return { path: located.variant.path, definition, scope: scopeInside(located) }
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

/** A syntax tree whose nodes all stand at one place, put at another. */
function at(tree: unknown, span: Span): unknown {
  if (Array.isArray(tree)) return tree.map((inner) => at(inner, span))
  if (typeof tree !== 'object' || tree === null) return tree
  const copy: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(tree)) copy[key] = key === 'span' ? span : at(inner, span)
  return copy
}
