/** Reading a concrete tree into our own: where nodes stand, what holes hide, parses of pieces. */
import type { Diagnostic } from '../../base/index.js'
import type { Hole, Normalised, Piece } from '../normalise/index.js'
import { PLACEHOLDER, Unreadable } from '../normalise/index.js'
import type { Block, Expression, Span, Statement, TypeSyntax } from './ast.js'
import type { CParser, SyntaxTree } from './tree.js'

/** A file being read. */
export interface FileReading {
  readonly parser: CParser
  readonly path: string
  readonly text: string
  readonly normalised: Normalised
  /** Offsets at which lines begin. */
  readonly lineStarts: readonly number[]
  /** Where the text begins in its file. */
  readonly from: { readonly line: number; readonly column: number }
  /** The span of every node, for text that a macro expanded to; else null. */
  readonly span: Span | null
  readonly diagnostics: Diagnostic[]
  readonly read: Readers
}

/** One tree of a file: of all of it, or of a piece. */
export interface Reading {
  readonly file: FileReading
  readonly tree: SyntaxTree
  /** The text that was parsed. */
  readonly source: string
  /** What to add to an offset of the tree to get one of the file. */
  readonly delta: number
}

/** Here because expressions, types and statements hold each other. */
export interface Readers {
  readonly expression: (reading: Reading, node: number, depth: number) => Expression
  readonly type: (reading: Reading, descriptor: number, depth: number) => TypeSyntax
  readonly block: (reading: Reading, node: number, depth: number) => Block
  readonly statements: (reading: Reading, nodes: readonly number[], depth: number) => Statement[]
}

/** How deep trees are read. What is deeper is reported; no C that a person wrote is. */
export const MAX_TREE_DEPTH = 500

/** How many operators in a row are read. */
export const MAX_OPERATORS = 2000

export function kindOf(reading: Reading, node: number): string {
  return reading.file.parser.kinds[reading.tree.kind[node] ?? -1] ?? ''
}

export function children(reading: Reading, node: number): number[] {
  const { next } = reading.tree
  const end = next[node] ?? 0
  const found: number[] = []
  for (let at = node + 1; at < end; at = next[at] ?? end) found.push(at)
  return found
}

export function firstChild(reading: Reading, node: number): number | undefined {
  return (reading.tree.next[node] ?? 0) > node + 1 ? node + 1 : undefined
}

/** Where a node begins, in the file. */
export function startOf(reading: Reading, node: number): number {
  return (reading.tree.start[node] ?? 0) + reading.delta
}

export function endOf(reading: Reading, node: number): number {
  return (reading.tree.end[node] ?? 0) + reading.delta
}

/** The text of a node as it stands in the file. */
export function textOf(reading: Reading, node: number): string {
  return reading.file.text.slice(startOf(reading, node), endOf(reading, node))
}

/** The text of a node as it was parsed. */
export function sourceOf(reading: Reading, node: number): string {
  return reading.source.slice(reading.tree.start[node], reading.tree.end[node])
}

export function spanOf(reading: Reading, node: number): Span {
  return spanBetween(reading.file, startOf(reading, node), endOf(reading, node))
}

export function spanBetween(file: FileReading, from: number, to: number): Span {
  if (file.span !== null) return file.span
  const line = lineAt(file.lineStarts, from)
  const endLine = lineAt(file.lineStarts, to)
  const { from: first } = file
  return {
    line: first.line + line - 1,
    column: from - (file.lineStarts[line - 1] ?? 0) + (line === 1 ? first.column : 1),
    endLine: first.line + endLine - 1,
    endColumn: to - (file.lineStarts[endLine - 1] ?? 0) + (endLine === 1 ? first.column : 1),
  }
}

export function lineStartsOf(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The line, from 1, that an offset stands on. */
export function lineAt(lineStarts: readonly number[], offset: number): number {
  let low = 0
  let high = lineStarts.length
  while (low + 1 < high) {
    const middle = (low + high) >> 1
    if ((lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return low + 1
}

/** The hole at a node, if its text is a placeholder. */
export function holeAt(reading: Reading, node: number): Hole | undefined {
  const isPlaceholder = reading.source.startsWith(PLACEHOLDER, reading.tree.start[node])
  return isPlaceholder ? reading.file.normalised.holes.get(startOf(reading, node)) : undefined
}

/** The hole at a node that a word of the grammar stands for. */
export function respelledAt(reading: Reading, node: number): Hole | undefined {
  return reading.file.normalised.holes.get(startOf(reading, node))
}

export function fail(reading: Reading, node: number, message: string): never {
  throw new Unreadable(message, startOf(reading, node))
}

/** A number as an expression. */
export function numberOf(text: string, span: Span): Expression {
  const isHex = /^0[xX]/.test(text)
  const isFloating = isHex ? /[.pP]/.test(text) : /[.eE]|[fF]$/.test(text) && !/^0[bB]/.test(text)
  return { kind: isFloating ? 'floating' : 'integer', text, span }
}

/** Reads a piece of the file as an expression. */
export function expressionIn(file: FileReading, piece: Piece, depth: number): Expression {
  const reading = parsePiece(file, piece, 'void f(){(', ');}')
  const statement = children(reading, bodyOf(reading))[1]
  const inner = statement === undefined ? undefined : firstChild(reading, statement)
  if (inner === undefined) throw new Unreadable('not an expression', piece.from)
  return file.read.expression(reading, inner, depth + 1)
}

/** Reads a piece of the file as a type without a name declared. */
export function typeIn(file: FileReading, piece: Piece, depth: number): TypeSyntax {
  const simple = simpleType(file, piece)
  if (simple !== null) return simple
  const reading = parsePiece(file, piece, 'void f(){x=(', ')0;}')
  const casts = nodesOf(reading, 'type_descriptor')
  if (casts === undefined) throw new Unreadable('not a type', piece.from)
  return file.read.type(reading, casts, depth + 1)
}

/** Reads a piece of the file as statements. */
export function statementsIn(file: FileReading, piece: Piece, depth: number): Statement[] {
  const reading = parsePiece(file, piece, 'void f(){', '}')
  return [...file.read.block(reading, bodyOf(reading), depth + 1).body]
}

function bodyOf(reading: Reading): number {
  const definition = firstChild(reading, 0)
  const body = definition === undefined ? undefined : children(reading, definition).at(-1)
  if (body === undefined || kindOf(reading, body) !== 'compound_statement') {
    throw new Unreadable('not understood', startOf(reading, 0))
  }
  return body
}

function nodesOf(reading: Reading, kind: string): number | undefined {
  for (let node = 0; node < reading.tree.size; node++) if (kindOf(reading, node) === kind) return node
  return undefined
}

function parsePiece(file: FileReading, piece: Piece, before: string, after: string): Reading {
  const source = `${before}${piece.text}${after}`
  const tree = file.parser.parse(source)
  if (tree === null) throw new Unreadable('not understood', piece.from)
  const reading = { file, tree, source, delta: piece.from - before.length }
  if (tree.hasError) throw errorIn(reading)
  return reading
}

/** What the grammar stumbled over in a tree that has an error. */
export function errorIn(reading: Reading): Unreadable {
  const { tree } = reading
  for (let node = 0; node < tree.size; node++) {
    const isLeaf = tree.next[node] === node + 1
    const isError = kindOf(reading, node) === 'ERROR'
    if (!isError && !(isLeaf && tree.start[node] === tree.end[node])) continue
    const from = Math.max(0, startOf(reading, node))
    const text = reading.file.text.slice(from, isError ? endOf(reading, node) : from + 20)
    const words = text.replace(/\s+/g, ' ').trim().slice(0, 40)
    const message = isError
      ? `not understood: \`${words}\``
      : `\`${kindOf(reading, node)}\` missing before \`${words}\``
    return new Unreadable(message, from)
  }
  return new Unreadable('not understood', startOf(reading, 0))
}

const SIMPLE = /^\s*((?:(?:const|volatile|struct|union|enum)\s+)*\w+(?:\s+\w+)*)([\s*]*)$/

/** A type of words and stars; null for others. */
function simpleType(file: FileReading, piece: Piece): TypeSyntax | null {
  const match = SIMPLE.exec(piece.text)
  if (match === null || piece.text.includes(PLACEHOLDER)) return null
  const all = (match[1] ?? '').split(/\s+/)
  const words = all.filter((word) => word !== 'const')
  let type: TypeSyntax
  const [first, second] = words
  if (first === undefined || words.includes('volatile')) return null
  if (first === 'struct' || first === 'union') {
    if (second === undefined || words.length > 2) return null
    const span = spanBetween(file, piece.from, piece.to)
    type = { kind: first, tag: second, members: null, packed: false, span }
  } else if (first === 'enum') {
    if (second === undefined || words.length > 2) return null
    type = { kind: 'enum', tag: second, enumerators: null }
  } else if (second === undefined && !BASIC.has(first)) type = { kind: 'named', name: first }
  else if (words.every((word) => BASIC.has(word)))
    type = { kind: 'basic', words: words.map((word) => (word === 'bool' ? '_Bool' : word)) }
  else return null
  if (words.length < all.length) type = { ...type, isConst: true }
  for (const star of match[2] ?? '') if (star === '*') type = { kind: 'pointer', to: type }
  return type
}

/** Words that basic types are made of. */
export const BASIC: ReadonlySet<string> = new Set(
  'void char short int long float double signed unsigned bool _Bool __int128 _Float128'.split(' '),
)
