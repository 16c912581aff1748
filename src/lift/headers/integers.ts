/**
 * Integers as C calculates with them: a value with its type, the promotions and conversions between types, and
 * what the compiler's own functions give for constants. Shared by the constants of macros, which are tokens, and
 * those in types, which are syntax trees.
 */

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

export const INT: IntegerShape = { bits: 32, signed: true, rank: 3 }

/** Thrown where an expression has no value, and caught by who evaluates. No `Error`: those gather a stack, which costs. */
export class NotConstant {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/** What the types of integers depend on. */
export interface Rules {
  readonly wordBits: 32 | 64
  /** True for `#if`: every integer has the widest type, names that are left are 0. */
  readonly preprocessor?: true
}

/** The type of a comparison's result. */
export function truthShape(rules: Rules): IntegerShape {
  return rules.preprocessor ? WIDEST : INT
}

/** The value of `-x`, `+x` or `~x`. */
export function unaryValue(operator: '-' | '+' | '~', operand: TypedValue): TypedValue {
  if (operand.pointer) throw new NotConstant('arithmetic on a pointer')
  const value = operator === '-' ? -operand.value : operator === '~' ? ~operand.value : operand.value
  return convert(value, promoted(operand.shape))
}

/** The value of an operator that evaluates both sides: all but `&&`, `||` and `,`. */
export function binaryValue(operator: string, left: TypedValue, right: TypedValue, rules: Rules): TypedValue {
  const pointer = left.pointer || right.pointer
  if (pointer && !['==', '!=', '<', '>', '<=', '>=', '-'].includes(operator))
    throw new NotConstant('arithmetic on a pointer')
  if (operator === '<<' || operator === '>>') {
    const shape = promoted(left.shape)
    if (right.value < 0n || right.value >= BigInt(shape.bits)) throw new NotConstant('shift out of range')
    const value = operator === '<<' ? left.value << right.value : left.value >> right.value
    return convert(value, shape)
  }
  const shape = usualShape(left.shape, right.shape, rules)
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
  return { value: isTrue ? 1n : 0n, shape: truthShape(rules) }
}

/**
 * What a function of the compiler gives; `argument` is the value of the argument of an index, null if it is no
 * constant. Throws for one that is not known, or has no value for these arguments.
 */
export function builtinValue(
  name: string,
  argument: (index: number) => TypedValue | null,
  wordBits: 32 | 64,
): TypedValue {
  const needed = (index: number): TypedValue => {
    const value = argument(index)
    if (value === null) throw new NotConstant(`argument of ${name}`)
    return value
  }
  switch (name) {
    case '__builtin_constant_p':
      return { value: argument(0) === null ? 0n : 1n, shape: INT }
    case '__builtin_choose_expr':
      return needed(needed(0).value === 0n ? 2 : 1)
    case '__builtin_expect':
      return needed(0)
    case '__builtin_ffs':
    case '__builtin_ffsl':
    case '__builtin_ffsll': {
      const { value } = needed(0)
      return { value: value === 0n ? 0n : BigInt(trailingZeros(value) + 1), shape: INT }
    }
    case '__builtin_clz':
    case '__builtin_clzl':
    case '__builtin_clzll': {
      const bits = name === '__builtin_clz' ? 32 : name === '__builtin_clzl' ? wordBits : 64
      const value = BigInt.asUintN(bits, needed(0).value)
      if (value === 0n) throw new NotConstant('no bit is set')
      return { value: BigInt(bits - value.toString(2).length), shape: INT }
    }
    case '__builtin_ctz':
    case '__builtin_ctzl':
    case '__builtin_ctzll':
      return { value: BigInt(trailingZeros(needed(0).value)), shape: INT }
  }
  throw new NotConstant(`call of ${name}`)
}

function trailingZeros(value: bigint): number {
  if (value === 0n) throw new NotConstant('no bit is set')
  let count = 0
  for (let rest = value; (rest & 1n) === 0n; rest >>= 1n) count++
  return count
}

/** The type of everything in `#if`. */
export const WIDEST: IntegerShape = { bits: 64, signed: true, rank: 5 }

/** `unsigned long`. */
export function wordShape(wordBits: 32 | 64): IntegerShape {
  return { bits: wordBits, signed: false, rank: 4 }
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
export function usualShape(left: IntegerShape, right: IntegerShape, rules: Rules): IntegerShape {
  const a = promoted(left)
  const b = promoted(right)
  if (rules.preprocessor) return { ...WIDEST, signed: a.signed && b.signed }
  if (a.signed === b.signed) return a.rank >= b.rank ? a : b
  const [signed, unsigned] = a.signed ? [a, b] : [b, a]
  if (unsigned.rank >= signed.rank) return unsigned
  if (signed.bits > unsigned.bits) return signed
  return { ...signed, signed: false }
}

/** The value and type of an integer literal. */
export function literalValue(text: string, rules: Rules): TypedValue {
  const match = /^(0[xX][\da-fA-F]+|0[bB][01]+|\d+)([uUlLzZ]*)$/.exec(text.replaceAll("'", ''))
  const digits = match?.[1]
  if (match === null || digits === undefined) throw new NotConstant(`${text} is no integer`)
  const isOctal = /^0\d/.test(digits)
  if (isOctal && /[89]/.test(digits)) throw new NotConstant(`${text} is no integer`)
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits)
  const suffix = (match[2] ?? '').toLowerCase()
  const isUnsigned = suffix.includes('u')
  if (rules.preprocessor) {
    return { value, shape: { ...WIDEST, signed: !isUnsigned && value < 1n << 63n } }
  }
  const least = suffix.includes('ll') ? 5 : suffix.includes('l') || suffix.includes('z') ? 4 : 3
  const decimal = /^[1-9]/.test(digits)
  for (let rank = least; rank <= 5; rank++) {
    const bits = rank === 3 ? 32 : rank === 4 ? rules.wordBits : 64
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

/** The value of a character constant, as a plain signed `char` has it. */
export function characterValue(text: string): bigint {
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
