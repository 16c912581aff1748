/**
 * Constant expressions in tokens: what `#if` tests, and what macros and enumerators stand for. Values carry
 * the integer type that C gives them, so that `1UL << 63` and `-1` mean what they mean in the kernel.
 */
import {
  binaryValue,
  builtinValue,
  characterValue,
  convert,
  INT,
  type IntegerShape,
  literalValue,
  NotConstant,
  type Rules,
  type TypedValue,
  truthShape,
  unaryValue,
  usualShape,
  WIDEST,
  wordShape,
} from './integers.js'
import type { MacroToken } from './tokens.js'

/** What an expression may ask for beside its own tokens. */
export interface ArithmeticContext extends Rules {
  /** The value of a name that is no macro: an enumerator. */
  readonly named?: (name: string) => TypedValue | null
  /**
   * The type that these tokens (the inside of parentheses) name: an integer type, 'pointer', 'other' for a type
   * without arithmetic, or null if they are no type.
   */
  readonly typeOf?: (tokens: readonly MacroToken[]) => IntegerShape | 'pointer' | 'other' | null
  /** Bytes of the type or expression in the parentheses of `sizeof` (or of `__alignof__`); null if unknown. */
  readonly sizeOf?: (tokens: readonly MacroToken[], what: 'size' | 'align') => bigint | null
}

const MAX_DEPTH = 500

/** The value of a whole expression; null if it is none, or not constant. */
export function evaluateTokens(tokens: readonly MacroToken[], context: ArithmeticContext): TypedValue | null {
  const reader: Reader = { tokens, at: 0, depth: 0, context }
  try {
    const value = comma(reader)
    return reader.at === tokens.length ? value : null
  } catch (error) {
    if (error instanceof NotConstant) return null
    throw error
  }
}

interface Reader {
  readonly tokens: readonly MacroToken[]
  at: number
  depth: number
  readonly context: ArithmeticContext
}

function peek(reader: Reader): string {
  return reader.tokens[reader.at]?.text ?? ''
}

function expect(reader: Reader, text: string): void {
  if (peek(reader) !== text) throw new NotConstant(`${text} expected`)
  reader.at++
}

function comma(reader: Reader): TypedValue {
  let value = conditional(reader)
  while (peek(reader) === ',') {
    reader.at++
    value = conditional(reader)
  }
  return value
}

function conditional(reader: Reader): TypedValue {
  if (++reader.depth > MAX_DEPTH) throw new NotConstant('too deep')
  const test = binary(reader, 0)
  if (peek(reader) !== '?') {
    reader.depth--
    return test
  }
  reader.at++
  const holds = test.value !== 0n
  let then: TypedValue | null = test
  if (peek(reader) !== ':') then = attempt(reader, comma, holds)
  expect(reader, ':')
  const otherwise = attempt(reader, conditional, !holds)
  reader.depth--
  const chosen = holds ? then : otherwise
  const other = holds ? otherwise : then
  if (chosen === null) throw new NotConstant('branch without a value')
  if (other === null || chosen.pointer || other.pointer) return chosen
  return convert(chosen.value, usualShape(chosen.shape, other.shape, rulesOf(reader)))
}

/** Reads a branch. One that is not taken may be without a value, which gives null. */
function attempt(reader: Reader, read: (reader: Reader) => TypedValue, needed: boolean): TypedValue | null {
  const start = reader.at
  const depth = reader.depth
  try {
    return read(reader)
  } catch (error) {
    if (needed || !(error instanceof NotConstant)) throw error
    reader.depth = depth
    reader.at = branchEnd(reader.tokens, start)
    return null
  }
}

/** The index of the `:`, `,`, `)` or end at which a branch of a conditional ends. */
function branchEnd(tokens: readonly MacroToken[], from: number): number {
  let depth = 0
  let questions = 0
  for (let at = from; at < tokens.length; at++) {
    const text = tokens[at]?.text
    if (text === '(' || text === '[' || text === '{') depth++
    else if (text === ')' || text === ']' || text === '}') {
      if (depth-- === 0) return at
    } else if (depth === 0 && text === '?') questions++
    else if (depth === 0 && text === ':') {
      if (questions-- === 0) return at
    } else if (depth === 0 && text === ',') return at
  }
  return tokens.length
}

const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
]
const LEVEL_OF = new Map(
  LEVELS.flatMap((operators, level) => operators.map((text) => [text, level] as const)),
)

function binary(reader: Reader, least: number): TypedValue {
  let left = unary(reader)
  for (;;) {
    const operator = peek(reader)
    const level = LEVEL_OF.get(operator)
    if (level === undefined || level < least) return left
    reader.at++
    if (operator === '&&' || operator === '||') {
      const decided = operator === '&&' ? left.value === 0n : left.value !== 0n
      const right = decided ? skipOperand(reader, level) : binary(reader, level + 1).value
      const isTrue = operator === '&&' ? left.value !== 0n && right !== 0n : left.value !== 0n || right !== 0n
      left = { value: isTrue ? 1n : 0n, shape: truthShape(rulesOf(reader)) }
      continue
    }
    left = binaryValue(operator, left, binary(reader, level + 1), rulesOf(reader))
  }
}

function rulesOf(reader: Reader): Rules {
  return reader.context
}

/** Passes over an operand whose value does not matter. */
function skipOperand(reader: Reader, level: number): bigint {
  const start = reader.at
  const depth = reader.depth
  try {
    return binary(reader, level + 1).value
  } catch (error) {
    if (!(error instanceof NotConstant)) throw error
    reader.depth = depth
    let nesting = 0
    for (reader.at = start; reader.at < reader.tokens.length; reader.at++) {
      const text = peek(reader)
      if (text === '(' || text === '[' || text === '{') nesting++
      else if (text === ')' || text === ']' || text === '}') {
        if (nesting-- === 0) break
      } else if (nesting === 0) {
        const next = LEVEL_OF.get(text)
        if ((next !== undefined && next <= level) || text === '?' || text === ':' || text === ',') break
      }
    }
    return 0n
  }
}

function unary(reader: Reader): TypedValue {
  if (++reader.depth > MAX_DEPTH) throw new NotConstant('too deep')
  const value = unaryInner(reader)
  reader.depth--
  return value
}

function unaryInner(reader: Reader): TypedValue {
  const token = reader.tokens[reader.at]
  if (token === undefined) throw new NotConstant('nothing there')
  reader.at++
  if (token.kind === 'number') return literalValue(token.text, rulesOf(reader))
  if (token.kind === 'char') return { value: characterValue(token.text), shape: truthShape(rulesOf(reader)) }
  if (token.kind === 'ident') return named(token.text, reader)
  switch (token.text) {
    case '(':
      return parenthesized(reader)
    case '!':
      return { value: unary(reader).value === 0n ? 1n : 0n, shape: truthShape(rulesOf(reader)) }
    case '-':
    case '+':
    case '~':
      return unaryValue(token.text, unary(reader))
    default:
      throw new NotConstant(`${token.text} unexpected`)
  }
}

/** The tokens up to the `)` that closes the parenthesis before `reader.at`, which moves behind it. */
function insideParentheses(reader: Reader): readonly MacroToken[] {
  const start = reader.at
  let depth = 0
  for (; reader.at < reader.tokens.length; reader.at++) {
    const text = peek(reader)
    if (text === '(' || text === '[' || text === '{') depth++
    else if (text === ')' || text === ']' || text === '}') {
      if (depth-- === 0) return reader.tokens.slice(start, reader.at++)
    }
  }
  throw new NotConstant(') expected')
}

function parenthesized(reader: Reader): TypedValue {
  const first = reader.tokens[reader.at]
  if (first?.kind === 'ident' && reader.context.typeOf !== undefined) {
    const start = reader.at
    const type = reader.context.typeOf(insideParentheses(reader))
    if (type !== null) {
      if (type === 'other' || peek(reader) === '{') throw new NotConstant('no integer')
      const operand = unary(reader)
      return type === 'pointer'
        ? { ...convert(operand.value, wordShape(reader.context.wordBits)), pointer: true }
        : convert(operand.value, type)
    }
    reader.at = start
  }
  const value = comma(reader)
  expect(reader, ')')
  return value
}

function named(name: string, reader: Reader): TypedValue {
  const { context } = reader
  if (context.preprocessor) {
    if (peek(reader) === '(') throw new NotConstant(`call of ${name}`)
    return { value: name === 'true' ? 1n : 0n, shape: WIDEST }
  }
  if (name === 'sizeof' || name === '__alignof__' || name === '_Alignof' || name === '__alignof') {
    return size(reader, name === 'sizeof' ? 'size' : 'align')
  }
  if (name === '__extension__') return unary(reader)
  if (name === 'true' || name === 'false') return { value: name === 'true' ? 1n : 0n, shape: INT }
  if (peek(reader) === '(') {
    reader.at++
    return builtin(name, splitArguments(insideParentheses(reader)), reader)
  }
  const value = context.named?.(name) ?? null
  if (value === null) throw new NotConstant(`${name} has no value`)
  return value
}

function size(reader: Reader, what: 'size' | 'align'): TypedValue {
  const { context } = reader
  let tokens: readonly MacroToken[]
  if (peek(reader) === '(') {
    reader.at++
    tokens = insideParentheses(reader)
  } else tokens = reader.tokens.slice(reader.at++, reader.at)
  const bytes = context.sizeOf?.(tokens, what) ?? null
  if (bytes === null) throw new NotConstant('unknown size')
  return { value: bytes, shape: { ...wordShape(context.wordBits), signed: false } }
}

function splitArguments(tokens: readonly MacroToken[]): MacroToken[][] {
  const args: MacroToken[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    const { text } = token
    if (text === '(' || text === '[' || text === '{') depth++
    else if (text === ')' || text === ']' || text === '}') depth--
    if (text === ',' && depth === 0) args.push([])
    else args[args.length - 1]?.push(token)
  }
  return args
}

function builtin(name: string, args: readonly MacroToken[][], reader: Reader): TypedValue {
  const { context } = reader
  const value = (index: number): TypedValue | null => evaluateTokens(args[index] ?? [], context)
  if (name === '__builtin_types_compatible_p') {
    const [left, right] = [context.typeOf?.(args[0] ?? []), context.typeOf?.(args[1] ?? [])]
    if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
      throw new NotConstant('unknown types')
    const same = left.bits === right.bits && left.signed === right.signed && left.rank === right.rank
    return { value: same ? 1n : 0n, shape: INT }
  }
  return isMinMax(name) ? minMax(name, args, context) : builtinValue(name, value, context.wordBits)
}

/**
 * Whether a name is a macro of the kernel for the smaller or larger of two values. Their bodies are statements
 * in every second kernel, which have no constant value; what they mean has not changed.
 */
export function isMinMax(name: string): boolean {
  return /^(?:u|__)?(?:min|max)(?:_t|3)?$/.test(name)
}

function minMax(name: string, args: readonly MacroToken[][], context: ArithmeticContext): TypedValue {
  const type = name.endsWith('_t') ? (context.typeOf?.(args[0] ?? []) ?? null) : null
  if (name.endsWith('_t') && (type === null || typeof type === 'string'))
    throw new NotConstant('no integer type')
  const values = (type === null ? args : args.slice(1)).map((tokens) => {
    const value = evaluateTokens(tokens, context)
    if (value === null) throw new NotConstant(`argument of ${name}`)
    return type === null || typeof type === 'string' ? value : convert(value.value, type)
  })
  return values.reduce((best, value) => {
    const shape = usualShape(best.shape, value.shape, context)
    const [left, right] = [convert(best.value, shape), convert(value.value, shape)]
    return left.value < right.value === name.includes('min') ? left : right
  })
}
