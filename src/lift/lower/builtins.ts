/** Functions that the compiler knows: `__builtin_expect` and its kin, as code or as calls of the library. */
import type { CallExpression, Expression } from '../syntax/ast.js'
import {
  DOUBLE,
  FLOAT,
  INT,
  integer128,
  isExactType,
  isSameType,
  LLONG,
  longType,
  pointerTo,
  UINT,
  ULLONG,
  unsignedLong,
  VOID,
} from '../types/basic-types.js'
import type { CType, FloatingType, IntegerType } from '../types/c-type.js'
import { expressionsOf } from './arguments.js'
import { convert, floatOperation, integerOperation, operate, truth } from './arithmetic.js'
import { atomicBuiltin } from './atomic-builtins.js'
import { bitsOf } from './floats.js'
import { callByName } from './function-calls.js'
import { libraryFunction } from './library.js'
import type { Lowering } from './lowering.js'
import { store } from './memory.js'
import type { Value } from './value.js'
import { vaCall } from './variadic.js'
import { constant, retype } from './word-arithmetic.js'

const NOTHING: Value = { kind: 'void', type: VOID }

const PREFIX = '__builtin_'

/** Names without the prefix that are builtins all the same, where nothing else of that name is declared. */
const BARE: ReadonlySet<string> = new Set(['alloca', 'fabs', 'fabsf', 'abs', 'labs', 'llabs'])

/** The atomic builtins; kernels have functions of their own that begin so, such as `__sync_icache_dcache`. */
const ATOMIC =
  /^__sync_(synchronize|(bool|val)_compare_and_swap|lock_(test_and_set|release)|fetch_and_\w+|\w+_and_fetch)$|^__atomic_/

/** Whether a name is a builtin, whatever else it is. */
export function isBuiltin(name: string): boolean {
  return name.startsWith(PREFIX) || ATOMIC.test(name)
}

/** A builtin's value; null where the call is an ordinary one. */
export function builtinCall(l: Lowering, name: string, e: CallExpression, wanted: boolean): Value | null {
  if (ATOMIC.test(name)) {
    return atomicBuiltin(l, name, expressionsOf(l, e))
  }
  const isBare = BARE.has(name) && l.scope.definition(name) === null
  if (!name.startsWith(PREFIX) && !isBare) return null
  if (name === '__builtin_types_compatible_p') return typesCompatible(l, e)
  if (name === '__builtin_has_attribute') return constant(0n, INT)
  if (name === '__builtin_offsetof') return l.fail('offsetof in a form that is not read')
  const args = expressionsOf(l, e)
  const bare = isBare ? name : name.slice(PREFIX.length)
  return (
    vaCall(l, name, args) ??
    hint(l, bare, args, wanted) ??
    bits(l, bare, args) ??
    floating(l, bare, args) ??
    overflow(l, bare, args) ??
    memory(l, bare, args) ??
    (isBare ? null : libraryCall(l, bare, e, args))
  )
}

function typesCompatible(l: Lowering, e: CallExpression): Value {
  const [left, right] = e.args.map((argument) => {
    if (argument.kind === 'type') return l.typeOfSyntax(argument.type)
    if (argument.kind === 'raw') return l.fail('an argument that is no type')
    const named = argument.kind === 'identifier' ? l.typeNames.typeNamed(argument.name) : null
    return named ?? l.typeOf(argument)
  })
  if (left === undefined || right === undefined) return l.fail('__builtin_types_compatible_p of one type')
  // Of names in the kernel's headers it is not always known what is const.
  const isOne = l.options.kernelAccesses === true ? isSameType : isExactType
  return constant(isOne(left, right) ? 1n : 0n, INT)
}

/** What says something to the compiler only. */
function hint(l: Lowering, name: string, args: readonly Expression[], wanted: boolean): Value | null {
  const [first, second, third] = args
  switch (name) {
    case 'expect':
    case 'expect_with_probability':
      return first === undefined ? null : convert(l, l.value(first), longType(l.model))
    case 'assume_aligned':
      return first === undefined ? null : retype(l.value(first), pointerTo(VOID))
    case 'constant_p':
      return first === undefined ? null : constant(isConstant(l, first) ? 1n : 0n, INT)
    case 'choose_expr': {
      if (first === undefined || second === undefined || third === undefined) return null
      const chosen = l.constantOf(first)
      if (chosen === null) return l.fail('__builtin_choose_expr on what is no constant')
      return l.value(chosen !== 0n ? second : third)
    }
    case 'unreachable':
    case 'trap':
      l.builder.call(null, 'abort', [], { args: [], returns: 'void', answers: { kind: 'void' } })
      l.addCallee('abort')
      l.builder.emit({ op: 'return', values: [] })
      return NOTHING
    case 'prefetch':
      for (const argument of args) l.effect(argument)
      return NOTHING
    case 'object_size':
    case 'dynamic_object_size': {
      const kind = second === undefined ? 0n : (l.constantOf(second) ?? 0n)
      return constant(kind >= 2n ? 0n : BigInt.asUintN(l.model.wordBits, -1n), unsignedLong(l.model))
    }
    case 'return_address':
    case 'frame_address':
      if (wanted) l.note(`${PREFIX}${name}() is taken for 0`)
      return constant(0n, pointerTo(VOID))
    case 'classify_type':
      return first === undefined ? null : constant(classOf(l.valueTypeOf(first)), INT)
    default:
      return null
  }
}

function isConstant(l: Lowering, e: Expression): boolean {
  if (e.kind === 'string') return true
  const value = l.trial(() => l.value(e))
  return value.kind === 'constant'
}

function classOf(type: CType): bigint {
  switch (type.kind) {
    case 'void':
      return 0n
    case 'pointer':
    case 'array':
    case 'function':
      return 5n
    case 'floating':
      return 8n
    case 'struct':
      return 12n
    case 'union':
      return 13n
    default:
      return 1n
  }
}

/** Counting and swapping bits. */
function bits(l: Lowering, name: string, args: readonly Expression[]): Value | null {
  const [first] = args
  if (first === undefined) return null
  const swap = /^bswap(16|32|64)$/.exec(name)
  if (swap !== null) {
    const width = Number(swap[1]) as 16 | 32 | 64
    const type: IntegerType = {
      ...(width === 64 ? ULLONG : UINT),
      bits: width,
      rank: width === 16 ? 2 : width === 32 ? 3 : 4,
    }
    return swapBytes(l, convert(l, l.value(first), type), type)
  }
  const count = /^(popcount|parity|ctz|clz|ffs|clrsb)(|l|ll)$/.exec(name)
  if (count === null) return null
  const word = count[2] === '' ? UINT : count[2] === 'l' ? unsignedLong(l.model) : ULLONG
  const type: IntegerType = { ...word, signed: false }
  const x = l.hold(convert(l, l.value(first), type))
  const op = (operator: Parameters<typeof integerOperation>[1], left: Value, right: Value): Value =>
    integerOperation(l, operator, left, right, type, type)
  const number = (value: bigint): Value => constant(BigInt.asUintN(type.bits, value), type)
  const trailing = (): Value => popcount(l, op('-', op('&', x, op('-', number(0n), x)), number(1n)), type)
  switch (count[1]) {
    case 'popcount':
      return convert(l, popcount(l, x, type), INT)
    case 'parity':
      return convert(l, op('&', popcount(l, x, type), number(1n)), INT)
    case 'ctz':
      return convert(l, trailing(), INT)
    case 'clz':
      return convert(l, leadingZeros(l, x, type), INT)
    case 'ffs': {
      // The mask is all ones unless x is 0.
      const some = convert(l, truth(l, op('|', x, number(0n))), type)
      const mask = op('-', number(0n), some)
      return convert(l, op('&', op('+', trailing(), number(1n)), mask), INT)
    }
    case 'clrsb': {
      const sign = integerOperation(
        l,
        '>>',
        x,
        constant(BigInt(type.bits - 1), INT),
        { ...type, signed: true },
        type,
      )
      const plain = op('^', x, sign)
      return convert(l, op('-', leadingZeros(l, plain, type), number(1n)), INT)
    }
    default:
      return null
  }
}

function leadingZeros(l: Lowering, x: Value, type: IntegerType): Value {
  let smeared = x
  for (let shift = 1; shift < type.bits; shift *= 2) {
    const down = integerOperation(l, '>>', smeared, constant(BigInt(shift), INT), type, type)
    smeared = integerOperation(l, '|', smeared, down, type, type)
  }
  const ones = constant((1n << BigInt(type.bits)) - 1n, type)
  return popcount(l, integerOperation(l, '^', smeared, ones, type, type), type)
}

function popcount(l: Lowering, x: Value, type: IntegerType): Value {
  const repeat = (byte: bigint): Value => {
    let value = 0n
    for (let i = 0; i < type.bits; i += 8) value = (value << 8n) | byte
    return constant(value, type)
  }
  const op = (operator: Parameters<typeof integerOperation>[1], left: Value, right: Value): Value =>
    integerOperation(l, operator, left, right, type, type)
  const down = (value: Value, by: bigint): Value => op('>>', value, constant(by, type))
  const pairs = op('-', x, op('&', down(x, 1n), repeat(0x55n)))
  const nibbles = op('+', op('&', pairs, repeat(0x33n)), op('&', down(pairs, 2n), repeat(0x33n)))
  const bytes = op('&', op('+', nibbles, down(nibbles, 4n)), repeat(0x0fn))
  return down(op('*', bytes, repeat(0x01n)), BigInt(type.bits - 8))
}

function swapBytes(l: Lowering, x: Value, type: IntegerType): Value {
  let swapped = constant(0n, type)
  const bytes = type.bits / 8
  for (let i = 0; i < bytes; i++) {
    const down = integerOperation(l, '>>', x, constant(BigInt(8 * i), INT), type, type)
    const byte = integerOperation(l, '&', down, constant(0xffn, type), type, type)
    const up = integerOperation(l, '<<', byte, constant(BigInt(8 * (bytes - 1 - i)), INT), type, type)
    swapped = integerOperation(l, '|', swapped, up, type, type)
  }
  return swapped
}

/** Floating point without calls. */
function floating(l: Lowering, name: string, args: readonly Expression[]): Value | null {
  const [first, second] = args
  const ofSuffix = (suffix: string | undefined): FloatingType =>
    suffix === 'f' ? (FLOAT as FloatingType) : (DOUBLE as FloatingType)
  const value = /^(inf|huge_val|nan|nans)(f|l|)$/.exec(name)
  if (value !== null) {
    const type = ofSuffix(value[2])
    const number = value[1]?.startsWith('nan') ? Number.NaN : Number.POSITIVE_INFINITY
    return constant(bitsOf(number, type.bits), type)
  }
  if (first === undefined) return null
  const absolute = /^fabs(f|l|)$/.exec(name)
  if (absolute !== null) {
    const type = ofSuffix(absolute[1])
    return maskFloat(l, convert(l, l.value(first), type), type, (1n << BigInt(type.bits - 1)) - 1n)
  }
  const whole = /^(l?l?)abs$/.exec(name)
  if (whole !== null) {
    const type = whole[1] === '' ? INT : whole[1] === 'l' ? longType(l.model) : LLONG
    const x = l.hold(convert(l, l.value(first), type))
    const sign = integerOperation(l, '>>', x, constant(BigInt(type.bits - 1), INT), type, type)
    return operate(l, '-', operate(l, '^', x, sign), sign)
  }
  const sign = /^signbit(f|l|)$/.exec(name)
  if (sign !== null) {
    const given = l.value(first)
    const type = given.type.kind === 'floating' ? given.type : (DOUBLE as FloatingType)
    const unsigned = floatBits(type)
    const raw = retype(convert(l, given, type), unsigned)
    const top = integerOperation(l, '>>', raw, constant(BigInt(type.bits - 1), INT), unsigned, unsigned)
    return convert(l, top, INT)
  }
  const test = /^(isnan|isinf|isinf_sign|isfinite|finite)(f|l|)$/.exec(name)
  if (test !== null) {
    const given = l.hold(l.value(first))
    const type = given.type.kind === 'floating' ? given.type : (DOUBLE as FloatingType)
    const x = convert(l, given, type)
    if (test[1] === 'isnan') return floatOperation(l, '!=', x, x, type)
    const size = maskFloat(l, x, type, (1n << BigInt(type.bits - 1)) - 1n)
    const infinity = constant(bitsOf(Number.POSITIVE_INFINITY, type.bits), type)
    if (test[1] === 'isinf_sign') {
      const positive = floatOperation(l, '==', x, infinity, type)
      const negative = floatOperation(l, '<', x, constant(bitsOf(-Number.MAX_VALUE, type.bits), type), type)
      return operate(l, '-', positive, negative)
    }
    return floatOperation(l, test[1] === 'isinf' ? '==' : '<', size, infinity, type)
  }
  if (second === undefined) return null
  const copy = /^copysign(f|l|)$/.exec(name)
  if (copy !== null) {
    const type = ofSuffix(copy[1])
    const unsigned = floatBits(type)
    const top = 1n << BigInt(type.bits - 1)
    const size = retype(maskFloat(l, convert(l, l.value(first), type), type, top - 1n), unsigned)
    const signOf = retype(maskFloat(l, convert(l, l.value(second), type), type, top), unsigned)
    return retype(integerOperation(l, '|', size, signOf, unsigned, unsigned), type)
  }
  const compare = /^is(greater|greaterequal|less|lessequal|lessgreater|unordered)$/.exec(name)
  if (compare === null) return null
  const left = l.hold(l.value(first))
  const right = l.hold(l.value(second))
  switch (compare[1]) {
    case 'greater':
      return operate(l, '>', left, right)
    case 'greaterequal':
      return operate(l, '>=', left, right)
    case 'less':
      return operate(l, '<', left, right)
    case 'lessequal':
      return operate(l, '<=', left, right)
    case 'lessgreater':
      return operate(l, '|', operate(l, '<', left, right), operate(l, '>', left, right))
    default:
      return operate(l, '|', operate(l, '!=', left, left), operate(l, '!=', right, right))
  }
}

function floatBits(type: FloatingType): IntegerType {
  return { ...UINT, bits: type.bits, rank: type.bits === 32 ? 3 : 4 }
}

function maskFloat(l: Lowering, value: Value, type: FloatingType, mask: bigint): Value {
  const unsigned = floatBits(type)
  return retype(
    integerOperation(l, '&', retype(value, unsigned), constant(mask, unsigned), unsigned, unsigned),
    type,
  )
}

/** `__builtin_add_overflow(a, b, &sum)` and its kin: whether the exact result does not fit. */
function overflow(l: Lowering, name: string, args: readonly Expression[]): Value | null {
  const match = /^(s|u|)(add|sub|mul)(l|ll|)_overflow(_p|)$/.exec(name)
  const [first, second, third] = args
  if (match === null || first === undefined || second === undefined || third === undefined) return null
  const operator = match[2] === 'add' ? '+' : match[2] === 'sub' ? '-' : '*'
  // `__builtin_uaddl_overflow` takes its operands as unsigned long, the others take them as they are.
  const [, sign = '', , length = ''] = match
  const long = length === 'l' ? longType(l.model).bits : 64
  const own = length === '' ? INT : long === 64 ? LLONG : INT
  const given0 = (e: Expression): Value =>
    l.hold(sign === '' ? l.value(e) : convert(l, l.value(e), sign === 's' ? own : unsignedOf(own)))
  const a0 = given0(first)
  const b0 = given0(second)
  const target = l.value(third)
  const isTest = match[4] === '_p'
  const type = isTest ? target.type : target.type.kind === 'pointer' ? target.type.to : target.type
  if (type.kind !== 'integer' || a0.type.kind !== 'integer' || b0.type.kind !== 'integer') {
    return l.fail('an overflow check of what is no integer')
  }
  const given = [a0.type, b0.type] as const
  const done = (value: Value, failed: Value): Value => {
    if (!isTest) store(l, { kind: 'memory', type, at: target }, convert(l, value, type))
    return retype(truth(l, failed), { ...UINT, bits: 8, rank: 0, isBool: true })
  }
  if (type.bits < 64 && given.every((each) => each.bits < 64 || false)) {
    const wide = given.every((each) => !each.signed) && operator !== '-' ? ULLONG : LLONG
    const exact = l.hold(
      integerOperation(l, operator, convert(l, a0, wide), convert(l, b0, wide), wide, wide),
    )
    const back = convert(l, convert(l, exact, type), wide)
    return done(exact, integerOperation(l, '!=', back, exact, wide, INT))
  }
  if (type.bits === 128 || given.some((each) => each.bits === 128)) {
    return l.fail('an overflow check of 128-bit integers')
  }
  if (type.bits < 64 || !holdsValueOf(type, a0) || !holdsValueOf(type, b0)) {
    const wide = integer128(given.some((each) => each.signed) || operator === '-')
    const exact = integerOperation(l, operator, convert(l, a0, wide), convert(l, b0, wide), wide, wide)
    const back = convert(l, convert(l, exact, type), wide)
    return done(exact, integerOperation(l, '!=', back, exact, wide, INT))
  }
  const a = l.hold(convert(l, a0, type))
  const b = l.hold(convert(l, b0, type))
  const op = (
    which: Parameters<typeof integerOperation>[1],
    x: Value,
    y: Value,
    result: CType = type,
  ): Value => integerOperation(l, which, x, y, type, result)
  const exact = l.hold(op(operator, a, b))
  const zero = constant(0n, type)
  if (!type.signed) {
    if (operator === '+') return done(exact, op('<', exact, a, INT))
    if (operator === '-') return done(exact, op('<', a, b, INT))
  } else if (operator !== '*') {
    const other = operator === '+' ? op('^', b, exact) : op('^', a, b)
    return done(exact, op('<', op('&', op('^', a, exact), other), zero, INT))
  }
  // a * b fits if dividing gives b back; a is made 1 where it is 0, and -1 * lowest is looked at by its sign.
  const isZero = retype(op('==', a, zero, INT), INT)
  const divisor = op('|', a, convert(l, isZero, type))
  const wrong = op('!=', op('/', exact, divisor), b, INT)
  const failed = operate(l, '&', wrong, operate(l, '^', isZero, constant(1n, INT)))
  if (!type.signed) return done(exact, failed)
  const lowest = constant(1n << 63n, type)
  const minusOne = constant((1n << 64n) - 1n, type)
  const special = operate(l, '&', op('==', a, minusOne, INT), op('==', b, lowest, INT))
  return done(exact, operate(l, '|', failed, special))
}

function unsignedOf(type: IntegerType): IntegerType {
  return { ...type, signed: false }
}

/** Whether a type of 64 bits has the value, whatever it turns out to be. */
function holdsValueOf(type: IntegerType, value: Value): boolean {
  const { type: from } = value
  if (from.kind !== 'integer') return false
  if (from.signed === type.signed || (type.signed && from.bits < 64)) return true
  return value.kind === 'constant' && value.value < 1n << BigInt(from.bits - 1)
}

function memory(l: Lowering, name: string, args: readonly Expression[]): Value | null {
  const [first] = args
  if ((name === 'alloca' || name === 'alloca_with_align') && first !== undefined) {
    const bytes = convert(l, l.value(first), unsignedLong(l.model))
    const to = l.builder.temporary()
    l.builder.emit({ op: 'allocate', to, bytes: l.operand(bytes), name: 'alloca' })
    return { kind: 'register', type: pointerTo(VOID), register: to }
  }
  return null
}

/** `__builtin_memcpy` is memcpy; `__builtin___memcpy_chk` is memcpy with a size behind. */
function libraryCall(l: Lowering, bare: string, e: CallExpression, args: readonly Expression[]): Value {
  const checked = /^__(\w+)_chk$/.exec(bare)
  const name = checked?.[1] ?? bare
  const known = l.scope.prototype(name) ?? libraryFunction(name, l.model)
  if (known === null) return l.fail(`builtin ${PREFIX}${bare}`)
  const kept = checked === null ? args : uncheckedArguments(name, args)
  // The library's own function, not the macro that a fortified kernel puts in front of it.
  const callee = { kind: 'identifier' as const, span: e.span, name }
  return callByName(l, name, { ...e, callee, args: kept }, true)
}

/** The arguments without those that fortified functions have besides. */
function uncheckedArguments(name: string, args: readonly Expression[]): readonly Expression[] {
  switch (name) {
    case 'sprintf':
    case 'vsprintf':
      return [...args.slice(0, 1), ...args.slice(3)]
    case 'snprintf':
    case 'vsnprintf':
      return [...args.slice(0, 2), ...args.slice(4)]
    case 'printf':
    case 'vprintf':
      return args.slice(1)
    case 'fprintf':
    case 'vfprintf':
      return [...args.slice(0, 1), ...args.slice(2)]
    default:
      return args.slice(0, -1)
  }
}
