/**
 * Declarations as syntax trees, parsed when they are asked for. Types and prototypes are parsed as their macros
 * expand, since their places matter to nobody; definitions of functions as they stand in the file.
 */
import type {
  CParser,
  Declaration,
  ExternalDeclaration,
  FunctionDefinition,
  ParseOptions,
  Span,
  TypeSyntax,
} from '../syntax/index.js'
import { parseDeclarations, parsePlaced } from '../syntax/index.js'
import { expandTokens } from './expand.js'
import type { PieceText } from './library.js'
import type { MacroLookup } from './macro.js'
import { withoutPaintIn } from './paint.js'
import { macroTokens, tokensText } from './tokens.js'

/** What a piece declares, with the structs and enums that it defines taken out, by `struct tag`. */
export interface ParsedPiece {
  readonly declarations: readonly Declaration[]
  readonly tags: ReadonlyMap<string, TypeSyntax>
  /** Tags of enums that are as small as their values let them be. */
  readonly packedEnums: ReadonlySet<string>
}

export interface PieceContext {
  readonly parser: CParser
  readonly options: ParseOptions
  /** The macros at the piece's place. */
  readonly lookup: MacroLookup
  /** Names that stay calls although they are macros. */
  readonly keep: (name: string) => boolean
}

/** The span of what has no places of its own in a file: where the piece begins. */
export function spanOfPiece(piece: PieceText): Span {
  return { line: piece.line, column: 1, endLine: piece.line, endColumn: 1 }
}

/** Parses a declaration, or the head of a function's definition; null if its macros have no end. */
export function parsePiece(piece: PieceText, context: PieceContext): ParsedPiece | null {
  const whole = piece.text()
  const text = piece.head === null ? whole : `${whole.slice(0, piece.head)};`
  const tokens = expandTokens(macroTokens(text), context.lookup)
  if (tokens === null) return null
  const expanded = tokensText(tokens, true)
  const found = parseDeclarations(context.parser, expanded, { ...context.options, span: spanOfPiece(piece) })
  const tags = new Map<string, TypeSyntax>()
  const detached = new Map<TypeSyntax, TypeSyntax>()
  const declarations = withoutPaintIn(found, expanded).flatMap((declaration) =>
    declaration.kind === 'declaration' ? [detach(declaration, tags, detached)] : [],
  )
  return { declarations, tags, packedEnums: packedEnumsIn(expanded) }
}

/** Tags of the enums with `packed` behind their braces. */
function packedEnumsIn(text: string): ReadonlySet<string> {
  if (!text.includes('packed')) return new Set()
  const matches = text.matchAll(/\benum (\w+) \{[^}]*\} __attribute__ \( \( (?:__)?packed(?:__)? \) \)/g)
  return new Set([...matches].map((match) => match[1] ?? ''))
}

/** Parses the definition of a function with the places that it has in its file. */
export function parseDefinition(
  piece: PieceText,
  name: string,
  column: number,
  context: PieceContext,
): FunctionDefinition | null {
  const isNamed = (one: ExternalDeclaration): one is FunctionDefinition =>
    one.kind === 'function' && one.name === name
  const text = piece.text()
  const options = { ...context.options, span: spanOfPiece(piece) }
  const placed = piece.made
    ? withoutPaintIn(parseDeclarations(context.parser, text, options), text)
    : parsePlaced(context.parser, text, { line: piece.line, column }, context.options)
  const found = placed.find(isNamed)
  if (found !== undefined) return found
  // What only a preprocessor makes C of: all of it stands where the function begins.
  const tokens = expandTokens(macroTokens(text), context.lookup, { keep: context.keep })
  if (tokens === null) return null
  const expanded = tokensText(tokens, true)
  return withoutPaintIn(parseDeclarations(context.parser, expanded, options), expanded).find(isNamed) ?? null
}

function unqualified({ isConst: _, ...type }: TypeSyntax): TypeSyntax {
  return type
}

/** A declaration whose types mention structs and enums with tags only, their definitions put in `tags`. */
function detach(
  declaration: Declaration,
  tags: Map<string, TypeSyntax>,
  known: Map<TypeSyntax, TypeSyntax>,
): Declaration {
  const mapped = (type: TypeSyntax): TypeSyntax => {
    const before = known.get(type)
    if (before !== undefined) return before
    const after = type.isConst ? { ...mapType(unqualified(type)), isConst: true as const } : mapType(type)
    known.set(type, after)
    return after
  }
  const mapType = (type: TypeSyntax): TypeSyntax => {
    switch (type.kind) {
      case 'struct':
      case 'union': {
        if (type.members === null) return type
        const members = type.members.map((member) => ({ ...member, type: mapped(member.type) }))
        if (type.tag === null) return { ...type, members }
        tags.set(`${type.kind} ${type.tag}`, { ...type, members })
        return { ...type, members: null }
      }
      case 'enum':
        if (type.tag === null || type.enumerators === null) return type
        tags.set(`enum ${type.tag}`, type)
        return { ...type, enumerators: null }
      case 'pointer':
        return { ...type, to: mapped(type.to) }
      case 'array':
      case 'volatile':
        return { ...type, of: mapped(type.of) }
      case 'function':
        return {
          ...type,
          returns: mapped(type.returns),
          parameters: type.parameters?.map((one) => ({ ...one, type: mapped(one.type) })) ?? null,
        }
      default:
        return type
    }
  }
  return {
    ...declaration,
    type: mapped(declaration.type),
    variables: declaration.variables.map((variable) => ({ ...variable, type: mapped(variable.type) })),
  }
}
