/**
 * Which lines of a function's text are code, once it is lifted: a changed line that yields no instruction cannot
 * be said to have run, and what stands on it decides why that is.
 */
import type { Test, TextLayout, Way } from '../machine/index.js'
import { lexC } from './lex-c.js'
import type { LiftedFunction } from './lower/options.js'
import type { Expression, FunctionDefinition, Span, Statement } from './syntax/ast.js'

/** The layout of a function in `text`, the whole text of its file. */
export function textLayout(definition: FunctionDefinition, text: string, lifted: LiftedFunction): TextLayout {
  const { ir, passed } = lifted
  const own = new Set(ir.places.map(({ line }) => line))
  const parts = [...partsOf(definition)]
  const written = writtenLines(definition.span, text)
  const code = new Map<number, number>()
  const jumps = new Map<number, readonly Way[]>()
  const leftOut = new Set<number>()
  for (const part of parts) {
    const lines = linesOf(part).filter((line) => written.has(line))
    for (const line of lines) {
      const anchor = anchorOf(line, part, own)
      if (anchor !== null) code.set(line, anchor)
    }
    if (lines.some((line) => own.has(line))) continue
    const ways = passed.filter(({ line }) => line >= part.first && line <= part.last).map(({ way }) => way)
    if (part.kind === 'jump' && ways.length > 0) for (const line of lines) jumps.set(line, ways)
    else if (part.kind !== 'head') for (const line of lines) leftOut.add(line)
  }
  const inTree = new Set(parts.flatMap(linesOf))
  for (const line of written) if (!inTree.has(line)) leftOut.add(line)
  for (const line of [...code.keys(), ...jumps.keys()]) leftOut.delete(line)
  return { code, jumps, leftOut, tests: testsOf(definition, lifted) }
}

/** Lines that belong together: what does something, jumps away, or stands before or around that. */
interface Part {
  readonly kind: 'action' | 'jump' | 'head'
  readonly first: number
  readonly last: number
}

function linesOf({ first, last }: Part): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

function anchorOf(line: number, { first, last }: Part, own: ReadonlySet<number>): number | null {
  for (let at = line; at >= first; at--) if (own.has(at)) return at
  for (let at = line + 1; at <= last; at++) if (own.has(at)) return at
  return null
}

/** Lines with more on them than blanks, comments, directives, brackets, `;` and `else`. */
function writtenLines(span: Span, text: string): ReadonlySet<number> {
  const lines = new Set<number>()
  for (const { kind, text: word, line } of lexC(text)) {
    if (line < span.line || line > span.endLine) continue
    if (kind === 'space' || kind === 'comment' || kind === 'directive') continue
    if (!/^([{}();,:]|else|do)$/.test(word)) lines.add(line)
  }
  return lines
}

function* partsOf(definition: FunctionDefinition): Generator<Part> {
  yield { kind: 'head', first: definition.span.line, last: definition.body.span.line }
  yield* inStatement(definition.body)
}

function* inStatement(statement: Statement): Generator<Part> {
  const { span } = statement
  const head = (last: number): Part => ({ kind: 'head', first: span.line, last })
  const whole = (kind: Part['kind']): Part => ({ kind, first: span.line, last: span.endLine })
  switch (statement.kind) {
    case 'block':
      for (const one of statement.body) yield* inStatement(one)
      return
    case 'if':
      yield head(statement.test.span.endLine)
      yield* inStatement(statement.then)
      if (statement.otherwise !== null) yield* inStatement(statement.otherwise)
      return
    case 'while':
      yield head(statement.test.span.endLine)
      yield* inStatement(statement.body)
      return
    case 'do':
      yield* inStatement(statement.body)
      yield { kind: 'head', first: statement.test.span.line, last: span.endLine }
      return
    case 'for': {
      const { first, test, step, body } = statement
      yield head(Math.max(span.line, ...[first, test, step].map((part) => part?.span.endLine ?? 0)))
      yield* inStatement(body)
      return
    }
    case 'iteration':
      yield head(Math.max(span.line, ...statement.args.map((argument) => argument.span.endLine)))
      yield* inStatement(statement.body)
      return
    case 'switch':
      yield head(statement.value.span.endLine)
      yield* inStatement(statement.body)
      return
    case 'case':
      yield head((statement.to ?? statement.from)?.span.endLine ?? span.line)
      yield* inStatement(statement.statement)
      return
    case 'label':
      yield head(span.line)
      yield* inStatement(statement.statement)
      return
    case 'goto':
    case 'break':
    case 'continue':
      yield whole('jump')
      return
    case 'declaration':
    case 'empty':
    case 'nested-function':
      yield whole('head')
      return
    case 'expression': {
      // `(void)x;` is no code under any configuration.
      const { kind } = statement.expression
      yield whole(kind === 'cast' || kind === 'identifier' ? 'head' : 'action')
      return
    }
    default:
      yield whole('action')
  }
}

// ---- conditions ----------------------------------------------------------------------------------------

/** The places of branches, each with the condition that begins there. */
function testsOf(definition: FunctionDefinition, { ir }: LiftedFunction): readonly Test[] {
  const branches = new Map<
    string,
    { readonly line: number; readonly column: number; readonly at: number[] }
  >()
  for (const [index, instruction] of ir.code.entries()) {
    const place = ir.places[index]
    if (instruction.op !== 'branch' || place === undefined || place.line === 0) continue
    if (instruction.whenTrue === instruction.whenFalse) continue
    const key = `${place.line}:${place.column}`
    const known = branches.get(key)
    if (known === undefined) branches.set(key, { ...place, at: [index] })
    else known.at.push(index)
  }
  const ends = new Map<string, Test['end']>()
  for (const { line, column, endLine, endColumn } of conditionsIn(definition.body)) {
    ends.set(`${line}:${column}`, { line: endLine, column: endColumn })
  }
  return [...branches].map(([key, { line, column, at }]) => ({
    line,
    column,
    end: ends.get(key) ?? null,
    branches: at,
  }))
}

/** The spans of all conditions, of `&&` and `||` each operand. */
function* conditionsIn(node: unknown): Generator<Span> {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const child of node) yield* conditionsIn(child)
    return
  }
  if ('kind' in node) {
    const { kind } = node as Statement | Expression
    if (kind === 'if' || kind === 'while' || kind === 'do' || kind === 'for' || kind === 'conditional') {
      const { test = null } = node as { readonly test?: Expression | null }
      if (test !== null) yield* operandsOf(test)
    } else if (kind === 'logical') yield* operandsOf(node as Expression)
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'span') yield* conditionsIn(child)
}

function* operandsOf(test: Expression): Generator<Span> {
  if (test.kind === 'logical') {
    yield* operandsOf(test.left)
    yield* operandsOf(test.right)
  } else if (test.kind === 'unary' && test.operator === '!') yield* operandsOf(test.operand)
  else yield test.span
}
