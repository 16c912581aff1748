/**
 * C text to our own syntax tree. A file is normalised and parsed whole; where that meets an error, what
 * stands at file scope is parsed piece by piece, so that an error costs the function that it stands in and
 * no other. Nothing is dropped silently: what isn't understood is an `error` in the tree and a diagnostic.
 */
import type { Diagnostic } from '../../base/index.js'
import {
  type ConditionAsked,
  type Directive,
  type Head,
  type NormalisedUnit,
  type NormaliseOptions,
  normalise,
  type TextKind,
  Unreadable,
} from '../normalise/index.js'
import type {
  Block,
  Declaration,
  Expression,
  ExternalDeclaration,
  FunctionDefinition,
  ParameterSyntax,
  Span,
  Statement,
  TranslationUnit,
  TypeSyntax,
} from './ast.js'
import { readExpression } from './read-expressions.js'
import { readBlock, readStatements } from './read-statements.js'
import {
  annotationsIn,
  readDeclaration,
  readDeclarator,
  readSpecifiers,
  readTypeDescriptor,
} from './read-types.js'
import {
  children,
  endOf,
  errorIn,
  expressionIn,
  type FileReading,
  fail,
  kindOf,
  lineStartsOf,
  type Reading,
  spanBetween,
  spanOf,
  startOf,
  statementsIn,
  typeIn,
} from './reader.js'
import type { CParser } from './tree.js'

export type ParseOptions = NormaliseOptions

/** A parsed file, with what the preprocessor's lines said. */
export interface ParsedFile {
  readonly unit: TranslationUnit
  readonly diagnostics: readonly Diagnostic[]
  /** `#define`, `#include`, `#pragma` and so on outside dead branches, in order. */
  readonly directives: readonly Directive[]
  /** What `decide` was asked, and what it said. */
  readonly conditions: readonly ConditionAsked[]
  /** Names that the file's own typedefs declare. */
  readonly typedefs: ReadonlySet<string>
}

/** How many characters a file may have. */
const MAX_SIZE = 16_000_000

/** Parses a whole file, a header too. Total: what can't be read is an `error` among the declarations. */
export function parseC(parser: CParser, path: string, text: string, options: ParseOptions = {}): ParsedFile {
  const file = startReading(parser, path, text.length > MAX_SIZE ? '' : text, 'file', options, null)
  const { normalised } = file
  if (text.length > MAX_SIZE) {
    const message = `a text of ${text.length} characters, more than ${MAX_SIZE}`
    file.diagnostics.push({ severity: 'error', code: 'c-too-large', message, place: { source: path } })
  }
  const declarations = readFile(file)
  return {
    unit: { path, declarations },
    diagnostics: file.diagnostics,
    directives: normalised.directives,
    conditions: normalised.conditions,
    typedefs: normalised.typedefs,
  }
}

/** Options for a text that stands in no file: what a macro's call expands to. */
export interface SnippetOptions extends ParseOptions {
  /** The span of every node: where the call stands. */
  readonly span: Span
}

/** How a text begins that is no expression. */
const STATEMENT = /^\s*(?:do|if|for|while|switch|return|goto)\b/

/** Parses an expression; null if the text is none. */
export function parseExpression(parser: CParser, text: string, options: SnippetOptions): Expression | null {
  if (STATEMENT.test(text)) return null
  return parseSnippet(parser, text, 'expression', options, (file) =>
    expressionIn(file, { from: 0, to: text.length, text: file.normalised.text }, 0),
  )
}

/** Parses statements; null if the text is none. */
export function parseStatements(
  parser: CParser,
  text: string,
  options: SnippetOptions,
): readonly Statement[] | null {
  return parseSnippet(parser, text, 'statements', options, (file) =>
    statementsIn(file, { from: 0, to: text.length, text: file.normalised.text }, 0),
  )
}

/** Parses one statement, or several as a block; null if the text is none. */
export function parseStatement(parser: CParser, text: string, options: SnippetOptions): Statement | null {
  const statements = parseStatements(parser, text, options)
  const [only, more] = statements ?? []
  if (statements === null) return null
  return only !== undefined && more === undefined
    ? only
    : { kind: 'block', body: statements, span: options.span }
}

/** Parses what stands at file scope from a line and column of a file on, given without what is before it. */
export function parsePlaced(
  parser: CParser,
  text: string,
  from: { readonly line: number; readonly column: number },
  options: ParseOptions,
): readonly ExternalDeclaration[] {
  return readFile({ ...startReading(parser, '', text, 'file', options, null), from })
}

/** Parses what may stand at file scope. */
export function parseDeclarations(
  parser: CParser,
  text: string,
  options: SnippetOptions,
): readonly ExternalDeclaration[] {
  return readFile(startReading(parser, '', text, 'file', options, options.span))
}

/** Parses a type without a name declared: `struct x *`; null if the text is none. */
export function parseType(parser: CParser, text: string, options: SnippetOptions): TypeSyntax | null {
  const expression = parseExpression(parser, `sizeof(${text})`, {
    ...options,
    isType: options.isType ?? (() => true),
  })
  return expression?.kind === 'sizeof' && expression.of.kind === 'type' ? expression.of.type : null
}

function parseSnippet<T>(
  parser: CParser,
  text: string,
  kind: TextKind,
  options: SnippetOptions,
  read: (file: FileReading) => T,
): T | null {
  const file = startReading(parser, '', text, kind, options, options.span)
  if (file.normalised.units.some((unit) => unit.error !== null)) return null
  return understood(() => read(file)).value
}

function startReading(
  parser: CParser,
  path: string,
  text: string,
  kind: TextKind,
  options: ParseOptions,
  span: Span | null,
): FileReading {
  const normalised = normalise(path, text, options, kind)
  return {
    parser,
    path,
    text,
    normalised,
    lineStarts: span === null ? lineStartsOf(text) : [0],
    from: { line: 1, column: 1 },
    span,
    diagnostics: [...normalised.diagnostics],
    read: {
      expression: readExpression,
      type: readTypeDescriptor,
      block: readBlock,
      statements: readStatements,
    },
  }
}

/** The value, or why there is none. Only what was thrown because C wasn't understood is caught. */
function understood<T>(read: () => T): { value: T; error: null } | { value: null; error: Unreadable } {
  try {
    return { value: read(), error: null }
  } catch (error) {
    if (error instanceof Unreadable) return { value: null, error }
    throw error
  }
}

function readFile(file: FileReading): ExternalDeclaration[] {
  const { normalised } = file
  const tree = file.parser.parse(normalised.text)
  const whole = tree === null || tree.hasError ? null : { file, tree, source: normalised.text, delta: 0 }
  const found: { offset: number; declaration: ExternalDeclaration }[] = []
  const add = (offset: number, declaration: ExternalDeclaration): void => {
    found.push({ offset, declaration })
  }
  if (whole !== null) readTopLevel(whole, normalised.units, add)
  for (const unit of normalised.units) {
    if (unit.error !== null) add(unit.from, errorOf(file, unit, unit.error.message, unit.error.offset))
    else if (unit.kind === 'macro') {
      add(unit.from, {
        kind: 'macro',
        name: unit.name,
        text: file.text.slice(unit.from, unit.to),
        span: spanBetween(file, unit.from, unit.to),
      })
    } else if (whole === null && unit.kind !== 'stray') readUnit(file, unit, add)
  }
  return found.sort((a, b) => a.offset - b.offset).map(({ declaration }) => declaration)
}

type Add = (offset: number, declaration: ExternalDeclaration) => void

/** Parses one unit by itself, after the whole file met an error. */
function readUnit(file: FileReading, unit: NormalisedUnit, add: Add): void {
  const text = file.normalised.text.slice(unit.from, unit.to)
  const tree = file.parser.parse(text)
  const reading = tree === null ? null : { file, tree, source: text, delta: unit.from }
  if (reading === null || reading.tree.hasError) {
    const error = reading === null ? new Unreadable('not understood', unit.from) : errorIn(reading)
    add(unit.from, errorOf(file, unit, error.message, error.offset))
    return
  }
  readTopLevel(reading, [unit], add)
}

function readTopLevel(reading: Reading, units: readonly NormalisedUnit[], add: Add): void {
  let at = 0
  let before = units.length === 1 ? (units[0]?.from ?? 0) : 0
  for (const node of children(reading, 0)) {
    const offset = startOf(reading, node)
    while (at + 1 < units.length && (units[at]?.to ?? 0) <= offset) at++
    const kind = kindOf(reading, node)
    if (kind === ';' || (kind === 'expression_statement' && endOf(reading, node) === offset + 1)) continue
    const read = understood(() => {
      refuseVectors(reading, before, endOf(reading, node))
      return readExternal(reading, node, kind)
    })
    before = endOf(reading, node)
    const unit = units[at]
    if (read.error === null) add(offset, read.value)
    else add(offset, errorOf(reading.file, unit, read.error.message, read.error.offset))
  }
}

/** Types of GNU's vectors are not known, wherever the attribute stands. */
function refuseVectors(reading: Reading, from: number, to: number): void {
  const [vector] = annotationsIn(reading, from, to).filter(({ kind }) => kind === 'vector')
  if (vector !== undefined) throw new Unreadable('a vector type', vector.offset)
}

function readExternal(reading: Reading, node: number, kind: string): ExternalDeclaration {
  switch (kind) {
    case 'function_definition':
      return readFunction(reading, node)
    case 'compound_statement': {
      const head = reading.file.normalised.heads.get(startOf(reading, node))
      if (head === undefined) fail(reading, node, 'a block outside functions')
      return readHeadless(reading.file, head, readBlock(reading, node, 0), endOf(reading, node))
    }
    case 'declaration':
    case 'type_definition':
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
    case 'sized_type_specifier':
    case 'primitive_type':
    case 'type_identifier':
      return readDeclaration(reading, node, 0)
    default:
      fail(reading, node, 'a statement outside functions')
  }
}

function readFunction(reading: Reading, node: number): FunctionDefinition {
  const specifiers = readSpecifiers(reading, children(reading, node), 0)
  const [declaratorNode, ...rest] = specifiers.rest
  const bodyNode = rest.at(-1)
  if (declaratorNode === undefined || bodyNode === undefined) fail(reading, node, 'not understood')
  const declarator = readDeclarator(reading, declaratorNode, specifiers.type, 0)
  if (declarator.type.kind !== 'function' || declarator.name === null)
    fail(reading, node, 'a body behind something that is no function')
  const declared = rest
    .slice(0, -1)
    .filter((one) => kindOf(reading, one) === 'declaration')
    .map((one) => readDeclaration(reading, one, 0))
  return {
    kind: 'function',
    name: declarator.name,
    returns: declarator.type.returns,
    parameters: oldStyle(declarator.type.parameters ?? [], declared),
    variadic: declarator.type.variadic,
    storage: specifiers.storage,
    inline: specifiers.inline,
    body: readBlock(reading, bodyNode, 0),
    span: spanOf(reading, node),
  }
}

/** Parameters with the types that declarations between head and body give them. */
function oldStyle(
  parameters: readonly ParameterSyntax[],
  declared: readonly Declaration[],
): readonly ParameterSyntax[] {
  const types = new Map(
    declared.flatMap(({ variables }) => variables.map(({ name, type }) => [name, type] as const)),
  )
  return parameters.map((one) => ({ name: one.name, type: types.get(one.name ?? '') ?? one.type }))
}

const INT: TypeSyntax = { kind: 'basic', words: ['int'] }
const LONG: TypeSyntax = { kind: 'basic', words: ['long'] }

function readHeadless(file: FileReading, head: Head, body: Block, end: number): FunctionDefinition {
  const span = spanBetween(file, head.from, end)
  if (head.plain !== null) {
    const before = 'int '
    const source = `${before}${head.plain.text}{}`
    const tree = file.parser.parse(source)
    if (tree === null) throw new Unreadable('not understood', head.from)
    const reading = { file, tree, source, delta: head.plain.from - before.length }
    if (tree.hasError) throw errorIn(reading)
    const definition = children(reading, 0)[0]
    if (definition === undefined) throw new Unreadable('not understood', head.from)
    return { ...readFunction(reading, definition), returns: INT, body, span }
  }
  const parameters = (head.parameters ?? []).map(({ type, name }) => ({
    name,
    type: typeIn(file, type.piece, 0),
  }))
  const isKnown = head.parameters !== null
  return {
    kind: 'function',
    name: head.name,
    returns: isKnown ? LONG : INT,
    parameters,
    variadic: false,
    storage: 'none',
    inline: false,
    ...(isKnown ? {} : { macro: head.macro }),
    body,
    span,
  }
}

function errorOf(
  file: FileReading,
  unit: NormalisedUnit | undefined,
  message: string,
  offset: number,
): ExternalDeclaration {
  const isFunction = unit?.kind === 'function' || unit?.kind === 'headless'
  const inFunction = isFunction ? unit.name : null
  const span = spanBetween(file, Math.min(offset, file.text.length), Math.min(offset + 1, file.text.length))
  file.diagnostics.push({
    severity: 'error',
    code: 'c-not-understood',
    message: inFunction === null ? message : `${inFunction}: ${message}`,
    place: { source: file.path, line: span.line, column: span.column },
  })
  return { kind: 'error', message, inFunction, span }
}
