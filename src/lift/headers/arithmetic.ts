/**
 * Constant expressions in tokens: what `#if` tests, and what macros and enumerators stand for. Values carry
 * the integer type that C gives them, so that `1UL << 63` and `-1` mean what they mean in the kernel.
 */
import type { MacroToken } from './tokens.js'

/** An integer type by width, sign and rank (0 `_Bool`, 1 char, 2 short, 3 int, 4 long, 5 long long, 6 __int128). */
export interface IntegerShape {
  readonly bits: number
  readonly signed: boolean
  readonly rank: number
}

export interface TypedValue {
  readonly value: bigint
  readonly shape: IntegerShape
  /** Set where the value was cast to a pointer: it is a number, but no arithmetic is done on it. */
  readonly pointer?: true
}

/** What an expression may ask for beside its own tokens. */
export interface ArithmeticContext {
  readonly wordBits: 32 | 64
  /** True for `#if`: every integer has the widest type, names that are left are 0. */
  readonly preprocessor?: true
  /** The value of a name that is no macro: an enumerator. */
  readonly named?: (name: string) => TypedValue | null
  /**
   * The type that these tokens (the inside of parentheses) name: an integer type, 'pointer', 'other' for a type
   * without arithmetic, or null if they are no type.
   */
  readonly typeOf?: (tokens: readonly MacroToken[]) => IntegerShape | 'pointer' | 'other' | null
  /** Bytes of the type or expression in the parentheses of `sizeof` (or of `__alignof__`); null if unknown. */
  readonly sizeOf?: (tokens: readonly MacroToken[], what: 'size' | 'align') => bigint | null
  /** A call of a name that is no macro, with its arguments unread: `__builtin_ffs ( … )`. */
  readonly call?: (name: string, args: readonly (readonly MacroToken[])[]) => TypedValue | null
}

export const INT: IntegerShape = { bits: 32, signed: true, rank: 3 }

/** Thrown inside this module where an expression has no value. No `Error`: those gather a stack, which costs. */
class NotConstant {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
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
  return convert(chosen.value, usual(chosen.shape, other.shape, reader.context))
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
      left = { value: isTrue ? 1n : 0n, shape: resultShape(reader) }
      continue
    }
    left = apply(operator, left, binary(reader, level + 1), reader)
  }
}

function resultShape(reader: Reader): IntegerShape {
  return reader.context.preprocessor ? WIDEST : INT
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

function apply(operator: string, left: TypedValue, right: TypedValue, reader: Reader): TypedValue {
  const pointer = left.pointer || right.pointer
  if (pointer && !['==', '!=', '<', '>', '<=', '>=', '-'].includes(operator))
    throw new NotConstant('arithmetic on a pointer')
  if (operator === '<<' || operator === '>>') {
    const shape = promoted(left.shape)
    if (right.value < 0n || right.value >= BigInt(shape.bits)) throw new NotConstant('shift out of range')
    const value = operator === '<<' ? left.value << right.value : left.value >> right.value
    return convert(value, shape)
  }
  const shape = usual(left.shape, right.shape, reader.context)
  const a = convert(left.value, shape).value
  const b = convert(right.value, shape).value
  switch (operator) {
    case '+':
      return convert(a + b, shape)
    case '-':
      return convert(a - b, shape)
    case '*':
      return convert(a * b, shape)
    case '/':
    case '%':
      if (b === 0n) throw new NotConstant('division by zero')
      return convert(operator === '/' ? a / b : a % b, shape)
    case '&':
      return convert(a & b, shape)
    case '|':
      return convert(a | b, shape)
    case '^':
      return convert(a ^ b, shape)
  }
  const isTrue =
    operator === '=='
      ? a === b
      : operator === '!='
        ? a !== b
        : operator === '<'
          ? a < b
          : operator === '>'
            ? a > b
            : operator === '<='
              ? a <= b
              : a >= b
  return { value: isTrue ? 1n : 0n, shape: resultShape(reader) }
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
  if (token.kind === 'number') return integerLiteral(token.text, reader.context)
  if (token.kind === 'char') return { value: characterValue(token.text), shape: resultShape(reader) }
  if (token.kind === 'ident') return named(token.text, reader)
  switch (token.text) {
    case '(':
      return parenthesized(reader)
    case '!':
      return { value: unary(reader).value === 0n ? 1n : 0n, shape: resultShape(reader) }
    case '-':
    case '+':
    case '~': {
      const operand = unary(reader)
      if (operand.pointer) throw new NotConstant('arithmetic on a pointer')
      const shape = promoted(operand.shape)
      const value = token.text === '-' ? -operand.value : token.text === '~' ? ~operand.value : operand.value
      return convert(value, shape)
    }
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
        ? { ...convert(operand.value, wordShape(reader.context)), pointer: true }
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
  return { value: bytes, shape: { ...wordShape(context), signed: false } }
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
  const argument = (index: number): TypedValue => {
    const value = evaluateTokens(args[index] ?? [], context)
    if (value === null) throw new NotConstant(`argument of ${name}`)
    return value
  }
  switch (name) {
    case '__builtin_constant_p':
      return { value: evaluateTokens(args[0] ?? [], context) === null ? 0n : 1n, shape: INT }
    case '__builtin_choose_expr':
      return argument(argument(0).value === 0n ? 2 : 1)
    case '__builtin_expect':
      return argument(0)
    case '__builtin_types_compatible_p': {
      const [left, right] = [context.typeOf?.(args[0] ?? []), context.typeOf?.(args[1] ?? [])]
      if (left === undefined || right === undefined || left === null || right === null)
        throw new NotConstant('unknown types')
      if (typeof left === 'string' || typeof right === 'string') throw new NotConstant('unknown types')
      const same = left.bits === right.bits && left.signed === right.signed && left.rank === right.rank
      return { value: same ? 1n : 0n, shape: INT }
    }
    case '__builtin_ffs':
    case '__builtin_ffsl':
    case '__builtin_ffsll': {
      const { value } = argument(0)
      return { value: value === 0n ? 0n : BigInt(trailingZeros(value) + 1), shape: INT }
    }
    case '__builtin_clz':
    case '__builtin_clzl':
    case '__builtin_clzll': {
      const bits = name === '__builtin_clz' ? 32 : name === '__builtin_clzl' ? context.wordBits : 64
      const value = BigInt.asUintN(bits, argument(0).value)
      return { value: BigInt(bits - value.toString(2).length), shape: INT }
    }
    case '__builtin_ctz':
    case '__builtin_ctzl':
    case '__builtin_ctzll':
      return { value: BigInt(trailingZeros(argument(0).value)), shape: INT }
  }
  const value = context.call?.(name, args) ?? null
  if (value === null) throw new NotConstant(`call of ${name}`)
  return value
}

function trailingZeros(value: bigint): number {
  if (value === 0n) throw new NotConstant('no bit is set')
  let count = 0
  for (let rest = value; (rest & 1n) === 0n; rest >>= 1n) count++
  return count
}

const WIDEST: IntegerShape = { bits: 64, signed: true, rank: 5 }

function wordShape(context: ArithmeticContext): IntegerShape {
  return { bits: context.wordBits, signed: false, rank: 4 }
}

/** The value in the width and sign of a type. */
export function convert(value: bigint, shape: IntegerShape): TypedValue {
  if (shape.rank === 0) return { value: value === 0n ? 0n : 1n, shape }
  return {
    value: shape.signed ? BigInt.asIntN(shape.bits, value) : BigInt.asUintN(shape.bits, value),
    shape,
  }
}

function promoted(shape: IntegerShape): IntegerShape {
  return shape.rank < INT.rank ? INT : shape
}

/** C's usual arithmetic conversions. */
function usual(left: IntegerShape, right: IntegerShape, context: ArithmeticContext): IntegerShape {
  const a = promoted(left)
  const b = promoted(right)
  if (context.preprocessor) return { ...WIDEST, signed: a.signed && b.signed }
  if (a.signed === b.signed) return a.rank >= b.rank ? a : b
  const [signed, unsigned] = a.signed ? [a, b] : [b, a]
  if (unsigned.rank >= signed.rank) return unsigned
  if (signed.bits > unsigned.bits) return signed
  return { ...signed, signed: false }
}

/** The value and type of an integer literal. */
function integerLiteral(text: string, context: ArithmeticContext): TypedValue {
  const match = /^(0[xX][\da-fA-F]+|0[bB][01]+|\d+)([uUlLzZ]*)$/.exec(text.replaceAll("'", ''))
  const digits = match?.[1]
  if (match === null || digits === undefined) throw new NotConstant(`${text} is no integer`)
  const isOctal = /^0\d/.test(digits)
  if (isOctal && /[89]/.test(digits)) throw new NotConstant(`${text} is no integer`)
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits)
  const suffix = (match[2] ?? '').toLowerCase()
  const isUnsigned = suffix.includes('u')
  if (context.preprocessor) {
    return { value, shape: { ...WIDEST, signed: !isUnsigned && value < 1n << 63n } }
  }
  const least = suffix.includes('ll') ? 5 : suffix.includes('l') || suffix.includes('z') ? 4 : 3
  const decimal = /^[1-9]/.test(digits)
  for (let rank = least; rank <= 5; rank++) {
    const bits = rank === 3 ? 32 : rank === 4 ? context.wordBits : 64
    if (!isUnsigned && value < 1n << BigInt(bits - 1)) return { value, shape: { bits, signed: true, rank } }
    if ((isUnsigned || !decimal) && value < 1n << BigInt(bits))
      return { value, shape: { bits, signed: false, rank } }
  }
  return { value: BigInt.asUintN(64, value), shape: { bits: 64, signed: false, rank: 5 } }
}

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
}

function characterValue(text: string): bigint {
  const match = /^'(?:\\(?:x([\da-fA-F]+)|([0-7]{1,3})|(.))|([^\\']))'$/.exec(text)
  if (match === null) throw new NotConstant(`${text} is no character`)
  const [, hexadecimal, octal, escaped, plain] = match
  const code =
    hexadecimal !== undefined
      ? Number.parseInt(hexadecimal, 16)
      : octal !== undefined
        ? Number.parseInt(octal, 8)
        : escaped !== undefined
          ? (ESCAPES[escaped] ?? escaped.charCodeAt(0))
          : (plain ?? '').charCodeAt(0)
  return BigInt.asIntN(8, BigInt(code))
}
