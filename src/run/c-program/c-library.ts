/**
 * As much of C's library as test programs use, as functions of the machine: output, strings, memory, numbers,
 * and files that live as long as the run.
 */
import type { Builtin, BuiltinCall } from '../../machine/index.js'
import { type FormatArguments, formatted, textOf } from './printf.js'

/** The values of `stdin`, `stdout` and `stderr`; files that were opened come behind them. */
const STDIN = 1n
const STDOUT = 2n
const STDERR = 3n

interface OpenFile {
  readonly name: string
  readonly data: number[]
  at: number
  readonly mode: string
}

/** A fresh library: its files, its random numbers and strtok()'s place belong to one run. */
export function cLibrary(): Readonly<Record<string, Builtin>> {
  const stored = new Map<string, number[]>()
  const open = new Map<bigint, OpenFile>()
  const sizes = new Map<bigint, number>()
  let nextFile = 16n
  let seed = 1n
  let tokenAt = 0n
  let errorAt: bigint | null = null

  const allocate = (call: BuiltinCall, bytes: number): bigint => {
    const address = call.allocate(Math.max(bytes, 1))
    sizes.set(address, bytes)
    return address
  }
  const write = (call: BuiltinCall, file: bigint, bytes: Uint8Array): bigint => {
    if (file === STDOUT) call.print(bytes)
    else if (file !== STDERR) {
      const to = open.get(file)
      if (to === undefined) return int(-1)
      for (const byte of bytes) to.data[to.at++] = byte
    }
    return BigInt(bytes.length)
  }
  const readByte = (file: bigint): number => {
    const from = open.get(file)
    if (from === undefined || file === STDIN) return -1
    const byte = from.data[from.at]
    if (byte === undefined) return -1
    from.at++
    return byte
  }
  const argument = (call: BuiltinCall, i: number): bigint => call.args[i] ?? 0n
  const listed = (call: BuiltinCall, i: number): FormatArguments => {
    let at = argument(call, i)
    return {
      ...reader(call),
      next: () => {
        const bits = call.load(at, 8)
        at += 8n
        return bits
      },
    }
  }
  const intoBuffer = (call: BuiltinCall, at: bigint, room: number, text: Uint8Array): bigint => {
    if (room > 0) {
      const kept = text.subarray(0, room - 1)
      call.putBytes(at, Uint8Array.of(...kept, 0))
    }
    return BigInt(text.length)
  }

  // Arguments behind `...` lie in slots, as those of a va_list do: one function serves for both.
  const made: Record<string, Builtin> = {
    printf: (call) => write(call, STDOUT, formatted(call.string(argument(call, 0)), listed(call, 1))),
    fprintf: (call) =>
      write(call, argument(call, 0), formatted(call.string(argument(call, 1)), listed(call, 2))),
    sprintf: (call) =>
      intoBuffer(
        call,
        argument(call, 0),
        Number.POSITIVE_INFINITY,
        formatted(call.string(argument(call, 1)), listed(call, 2)),
      ),
    snprintf: (call) =>
      intoBuffer(
        call,
        argument(call, 0),
        Number(argument(call, 1)),
        formatted(call.string(argument(call, 2)), listed(call, 3)),
      ),
    puts: (call) => {
      call.print(Uint8Array.of(...call.string(argument(call, 0)), 10))
      return 1n
    },
    putchar: (call) => {
      call.print(Uint8Array.of(Number(argument(call, 0) & 0xffn)))
      return argument(call, 0) & 0xffn
    },
    fputs: (call) => write(call, argument(call, 1), call.string(argument(call, 0))),
    fputc: (call) => putByte(call),
    putc: (call) => putByte(call),
    fwrite: (call) => {
      const [at = 0n, size = 0n, count = 0n, file = 0n] = call.args
      write(call, file, call.bytes(at, Number(size * count)))
      return count
    },
    fflush: () => 0n,
    setbuf: () => undefined,
    setvbuf: () => 0n,
    fopen: (call) => {
      const name = textOf(call.string(argument(call, 0)))
      const mode = textOf(call.string(argument(call, 1)))
      if (mode.startsWith('r') && !stored.has(name)) return 0n
      const data = mode.startsWith('w') ? [] : (stored.get(name) ?? [])
      stored.set(name, data)
      const file = nextFile++
      open.set(file, { name, data, at: mode.startsWith('a') ? data.length : 0, mode })
      return file
    },
    fclose: (call) => (open.delete(argument(call, 0)) ? 0n : int(-1)),
    fread: (call) => {
      const [at = 0n, size = 0n, count = 0n, file = 0n] = call.args
      const bytes: number[] = []
      while (bytes.length < Number(size * count)) {
        const byte = readByte(file)
        if (byte < 0) break
        bytes.push(byte)
      }
      call.putBytes(at, Uint8Array.from(bytes))
      return size === 0n ? 0n : BigInt(bytes.length) / size
    },
    fgetc: (call) => int(readByte(argument(call, 0))),
    getc: (call) => int(readByte(argument(call, 0))),
    getchar: () => int(-1),
    feof: (call) => {
      const file = open.get(argument(call, 0))
      return file === undefined || file.at >= file.data.length ? 1n : 0n
    },
    ferror: () => 0n,
    fgets: (call) => {
      const [at = 0n, room = 0n, file = 0n] = call.args
      const bytes: number[] = []
      while (bytes.length < Number(room) - 1) {
        const byte = readByte(file)
        if (byte < 0) break
        bytes.push(byte)
        if (byte === 10) break
      }
      if (bytes.length === 0) return 0n
      call.putBytes(at, Uint8Array.of(...bytes, 0))
      return at
    },
    fseek: (call) => {
      const file = open.get(argument(call, 0))
      if (file === undefined) return int(-1)
      const offset = Number(BigInt.asIntN(64, argument(call, 1)))
      const base = [0, file.at, file.data.length][Number(argument(call, 2))] ?? 0
      file.at = base + offset
      return 0n
    },
    ftell: (call) => BigInt(open.get(argument(call, 0))?.at ?? -1),
    remove: (call) => (stored.delete(textOf(call.string(argument(call, 0)))) ? 0n : int(-1)),
    unlink: (call) => (stored.delete(textOf(call.string(argument(call, 0)))) ? 0n : int(-1)),

    malloc: (call) => allocate(call, Number(argument(call, 0))),
    calloc: (call) => {
      const bytes = Number(argument(call, 0) * argument(call, 1))
      const address = allocate(call, bytes)
      if (bytes > 0) call.fill(address, 0, bytes)
      return address
    },
    realloc: (call) => {
      const [old = 0n, bytes = 0n] = call.args
      const address = allocate(call, Number(bytes))
      if (old !== 0n) {
        call.move(address, old, Math.min(sizes.get(old) ?? 0, Number(bytes)))
        sizes.delete(old)
        call.free(old)
      }
      return address
    },
    free: (call) => {
      const address = argument(call, 0)
      sizes.delete(address)
      if (address !== 0n) call.free(address)
      return undefined
    },

    memcpy: (call) => moved(call, argument(call, 0)),
    memmove: (call) => moved(call, argument(call, 0)),
    mempcpy: (call) => moved(call, argument(call, 0)) + argument(call, 2),
    bcopy: (call) => {
      call.move(argument(call, 1), argument(call, 0), Number(argument(call, 2)))
      return undefined
    },
    memset: (call) => {
      const [at = 0n, value = 0n, bytes = 0n] = call.args
      call.fill(at, Number(value & 0xffn), Number(bytes))
      return at
    },
    bzero: (call) => {
      call.fill(argument(call, 0), 0, Number(argument(call, 1)))
      return undefined
    },
    memcmp: (call) => compared(blocks(call)),
    bcmp: (call) => compared(blocks(call)),
    memchr: (call) => {
      const [at = 0n, byte = 0n, bytes = 0n] = call.args
      const found = call.bytes(at, Number(bytes)).indexOf(Number(byte & 0xffn))
      return found < 0 ? 0n : at + BigInt(found)
    },
    strlen: (call) => BigInt(call.string(argument(call, 0)).length),
    strnlen: (call) => BigInt(prefix(call, argument(call, 0), Number(argument(call, 1))).length),
    strcpy: (call) => {
      call.putBytes(argument(call, 0), ended(call.string(argument(call, 1))))
      return argument(call, 0)
    },
    stpcpy: (call) => {
      const text = call.string(argument(call, 1))
      call.putBytes(argument(call, 0), ended(text))
      return argument(call, 0) + BigInt(text.length)
    },
    strncpy: (call) => {
      const [to = 0n, from = 0n, room = 0n] = call.args
      const bytes = new Uint8Array(Number(room))
      bytes.set(prefix(call, from, Number(room)))
      call.putBytes(to, bytes)
      return to
    },
    strcat: (call) => {
      const [to = 0n, from = 0n] = call.args
      const end = to + BigInt(call.string(to).length)
      call.putBytes(end, ended(call.string(from)))
      return to
    },
    strncat: (call) => {
      const [to = 0n, from = 0n, most = 0n] = call.args
      const end = to + BigInt(call.string(to).length)
      call.putBytes(end, ended(prefix(call, from, Number(most))))
      return to
    },
    strcmp: (call) =>
      compared([ended(call.string(argument(call, 0))), ended(call.string(argument(call, 1)))]),
    strncmp: (call) => {
      const most = Number(argument(call, 2))
      const [left, right] = [0, 1].map((i) => ended(prefix(call, argument(call, i), most)).subarray(0, most))
      return compared([left ?? new Uint8Array(), right ?? new Uint8Array()])
    },
    strcasecmp: (call) => {
      const [left, right] = [0, 1].map((i) => ended(call.string(argument(call, i))).map(lower))
      return compared([left ?? new Uint8Array(), right ?? new Uint8Array()])
    },
    strchr: (call) => found(call, (text, byte) => text.indexOf(byte)),
    index: (call) => found(call, (text, byte) => text.indexOf(byte)),
    strrchr: (call) => found(call, (text, byte) => text.lastIndexOf(byte)),
    rindex: (call) => found(call, (text, byte) => text.lastIndexOf(byte)),
    strstr: (call) => {
      const [at = 0n, part = 0n] = call.args
      const index = textOf(call.string(at)).indexOf(textOf(call.string(part)))
      return index < 0 ? 0n : at + BigInt(index)
    },
    strpbrk: (call) => {
      const set = call.string(argument(call, 1))
      const index = call.string(argument(call, 0)).findIndex((byte) => set.includes(byte))
      return index < 0 ? 0n : argument(call, 0) + BigInt(index)
    },
    strspn: (call) => spanned(call, true),
    strcspn: (call) => spanned(call, false),
    strdup: (call) => {
      const text = ended(call.string(argument(call, 0)))
      const address = allocate(call, text.length)
      call.putBytes(address, text)
      return address
    },
    strtok: (call) => {
      const [given = 0n, separators = 0n] = call.args
      const set = call.string(separators)
      let at = given === 0n ? tokenAt : given
      if (at === 0n) return 0n
      while (call.load(at, 1) !== 0n && set.includes(Number(call.load(at, 1)))) at++
      if (call.load(at, 1) === 0n) {
        tokenAt = 0n
        return 0n
      }
      let end = at
      while (call.load(end, 1) !== 0n && !set.includes(Number(call.load(end, 1)))) end++
      if (call.load(end, 1) === 0n) tokenAt = 0n
      else {
        call.store(end, 1, 0n)
        tokenAt = end + 1n
      }
      return at
    },

    exit: (call) => call.exit(Number(BigInt.asIntN(32, argument(call, 0)))),
    _exit: (call) => call.exit(Number(BigInt.asIntN(32, argument(call, 0)))),
    _Exit: (call) => call.exit(Number(BigInt.asIntN(32, argument(call, 0)))),
    abort: (call) => call.fail('abort', 'abort() was called'),
    __assert_fail: (call) => call.fail('assertion', textOf(call.string(argument(call, 0)))),
    __errno_location: (call) => {
      errorAt ??= call.allocate(4)
      return errorAt
    },
    atexit: () => 0n,
    getenv: () => 0n,
    time: () => 0n,
    clock: () => 0n,

    abs: (call) => absolute(argument(call, 0), 32),
    labs: (call) => absolute(argument(call, 0), 64),
    llabs: (call) => absolute(argument(call, 0), 64),
    atoi: (call) => BigInt.asUintN(32, parsed(call, 10).value),
    atol: (call) => BigInt.asUintN(64, parsed(call, 10).value),
    atoll: (call) => BigInt.asUintN(64, parsed(call, 10).value),
    strtol: (call) => parsedNumber(call, true),
    strtoll: (call) => parsedNumber(call, true),
    strtoul: (call) => parsedNumber(call, false),
    strtoull: (call) => parsedNumber(call, false),
    atof: (call) => fromDouble(parsedFloat(call).value),
    strtod: (call) => {
      const { value, length } = parsedFloat(call)
      const end = argument(call, 1)
      if (end !== 0n) call.store(end, call.addressBits / 8, argument(call, 0) + BigInt(length))
      return fromDouble(value)
    },
    rand: () => {
      seed = BigInt.asUintN(64, seed * 6364136223846793005n + 1442695040888963407n)
      return (seed >> 33n) & 0x7fffffffn
    },
    srand: (call) => {
      seed = argument(call, 0)
      return undefined
    },

    ...characters(),
    ...mathematics(),
  }
  for (const name of ['printf', 'fprintf', 'sprintf', 'snprintf']) {
    const builtin = made[name]
    if (builtin !== undefined) made[`v${name}`] = builtin
  }
  return made

  function putByte(call: BuiltinCall): bigint {
    const byte = Number(argument(call, 0) & 0xffn)
    write(call, argument(call, 1), Uint8Array.of(byte))
    return BigInt(byte)
  }
}

/** Globals of the library by name, with what they hold: pointers of 8 bytes. */
export const LIBRARY_GLOBALS: ReadonlyMap<string, bigint> = new Map([
  ['stdin', STDIN],
  ['stdout', STDOUT],
  ['stderr', STDERR],
])

function int(value: number): bigint {
  return BigInt.asUintN(32, BigInt(value))
}

function reader(call: BuiltinCall): Omit<FormatArguments, 'next'> {
  return {
    string: call.string,
    stringOf: (address, most) => prefix(call, address, most),
    store: call.store,
    wordBits: call.addressBits,
  }
}

/** The bytes of a string before its end, at most so many: it need not end. */
function prefix(call: BuiltinCall, address: bigint, most: number): Uint8Array {
  const bytes: number[] = []
  while (bytes.length < most) {
    const byte = Number(call.load(address + BigInt(bytes.length), 1))
    if (byte === 0) break
    bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

function ended(text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(text.length + 1)
  bytes.set(text)
  return bytes
}

function moved(call: BuiltinCall, to: bigint): bigint {
  const [, from = 0n, bytes = 0n] = call.args
  if (bytes > 0n) call.move(to, from, Number(bytes))
  return to
}

function blocks(call: BuiltinCall): readonly [Uint8Array, Uint8Array] {
  const [left = 0n, right = 0n, bytes = 0n] = call.args
  return [call.bytes(left, Number(bytes)), call.bytes(right, Number(bytes))]
}

function compared([left, right]: readonly [Uint8Array, Uint8Array]): bigint {
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return int(difference < 0 ? -1 : 1)
  }
  return 0n
}

function found(call: BuiltinCall, look: (text: Uint8Array, byte: number) => number): bigint {
  const [at = 0n, byte = 0n] = call.args
  const index = look(ended(call.string(at)), Number(byte & 0xffn))
  return index < 0 ? 0n : at + BigInt(index)
}

function spanned(call: BuiltinCall, isIn: boolean): bigint {
  const text = call.string(call.args[0] ?? 0n)
  const set = call.string(call.args[1] ?? 0n)
  const index = text.findIndex((byte) => set.includes(byte) !== isIn)
  return BigInt(index < 0 ? text.length : index)
}

function absolute(bits: bigint, width: number): bigint {
  const value = BigInt.asIntN(width, bits)
  return BigInt.asUintN(width, value < 0n ? -value : value)
}

function parsed(call: BuiltinCall, base: number): { readonly value: bigint; readonly length: number } {
  const text = textOf(call.string(call.args[0] ?? 0n))
  const match = /^(\s*)([+-]?)/.exec(text)
  let at = match?.[0].length ?? 0
  let radix = base
  if ((radix === 0 || radix === 16) && /^0[xX][0-9a-fA-F]/.test(text.slice(at))) {
    radix = 16
    at += 2
  } else if (radix === 0) radix = text.charAt(at) === '0' ? 8 : 10
  let value = 0n
  let digits = 0
  for (; at < text.length; at++, digits++) {
    const digit = Number.parseInt(text.charAt(at), 36)
    if (Number.isNaN(digit) || digit >= radix) break
    value = value * BigInt(radix) + BigInt(digit)
  }
  return digits === 0 ? { value: 0n, length: 0 } : { value: match?.[2] === '-' ? -value : value, length: at }
}

function parsedNumber(call: BuiltinCall, isSigned: boolean): bigint {
  const { value, length } = parsed(call, Number(call.args[2] ?? 0n))
  const end = call.args[1] ?? 0n
  if (end !== 0n) call.store(end, call.addressBits / 8, (call.args[0] ?? 0n) + BigInt(length))
  const [low, high] = isSigned ? [-(1n << 63n), (1n << 63n) - 1n] : [-(1n << 64n) + 1n, (1n << 64n) - 1n]
  return BigInt.asUintN(64, value < low ? (isSigned ? low : high) : value > high ? high : value)
}

function parsedFloat(call: BuiltinCall): { readonly value: number; readonly length: number } {
  const text = textOf(call.string(call.args[0] ?? 0n))
  const match = /^\s*[+-]?(?:inf(?:inity)?|nan|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)/i.exec(text)
  return match === null ? { value: 0, length: 0 } : { value: Number(match[0]), length: match[0].length }
}

const VIEW = new DataView(new ArrayBuffer(8))

function toDouble(bits: bigint): number {
  VIEW.setBigUint64(0, BigInt.asUintN(64, bits))
  return VIEW.getFloat64(0)
}

function fromDouble(value: number): bigint {
  VIEW.setFloat64(0, value)
  return VIEW.getBigUint64(0)
}

function toFloat(bits: bigint): number {
  VIEW.setUint32(0, Number(BigInt.asUintN(32, bits)))
  return VIEW.getFloat32(0)
}

function fromFloat(value: number): bigint {
  VIEW.setFloat32(0, value)
  return BigInt(VIEW.getUint32(0))
}

function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte
}

/** ctype.h in the C locale. */
function characters(): Record<string, Builtin> {
  const classes: Readonly<Record<string, RegExp>> = {
    isalpha: /[A-Za-z]/,
    isdigit: /[0-9]/,
    isalnum: /[A-Za-z0-9]/,
    isspace: /[ \t\n\v\f\r]/,
    isupper: /[A-Z]/,
    islower: /[a-z]/,
    isxdigit: /[0-9A-Fa-f]/,
    ispunct: /[!-/:-@[-`{-~]/,
    isprint: /[ -~]/,
    isgraph: /[!-~]/,
    iscntrl: /[\0-\x1f\x7f]/,
    isblank: /[ \t]/,
  }
  const made: Record<string, Builtin> = {
    tolower: (call) => int(lower(Number(BigInt.asIntN(32, call.args[0] ?? 0n)))),
    toupper: (call) => {
      const c = Number(BigInt.asIntN(32, call.args[0] ?? 0n))
      return int(c >= 97 && c <= 122 ? c - 32 : c)
    },
  }
  for (const [name, pattern] of Object.entries(classes)) {
    made[name] = (call) => {
      const c = Number(BigInt.asIntN(32, call.args[0] ?? 0n))
      return c >= 0 && c < 256 && pattern.test(String.fromCharCode(c)) ? 1n : 0n
    }
  }
  return made
}

/** math.h, each function for double and, with an `f` behind its name, for float. */
function mathematics(): Record<string, Builtin> {
  const unary: Readonly<Record<string, (x: number) => number>> = {
    sqrt: Math.sqrt,
    fabs: Math.abs,
    floor: Math.floor,
    ceil: Math.ceil,
    trunc: Math.trunc,
    round: (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5),
    sin: Math.sin,
    cos: Math.cos,
    tan: Math.tan,
    asin: Math.asin,
    acos: Math.acos,
    atan: Math.atan,
    sinh: Math.sinh,
    cosh: Math.cosh,
    tanh: Math.tanh,
    exp: Math.exp,
    log: Math.log,
    log2: Math.log2,
    log10: Math.log10,
  }
  const binary: Readonly<Record<string, (x: number, y: number) => number>> = {
    pow: (x, y) => x ** y,
    fmod: (x, y) => x % y,
    atan2: Math.atan2,
    fmax: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.max(x, y)),
    fmin: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.min(x, y)),
    hypot: Math.hypot,
    ldexp: (x, n) => x * 2 ** n,
  }
  const made: Record<string, Builtin> = {}
  for (const [name, f] of Object.entries(unary)) {
    made[name] = ({ args: [x = 0n] }) => fromDouble(f(toDouble(x)))
    made[`${name}l`] = made[name]
    made[`${name}f`] = ({ args: [x = 0n] }) => fromFloat(f(toFloat(x)))
  }
  for (const [name, f] of Object.entries(binary)) {
    const isCount = name === 'ldexp'
    const second = (bits: bigint): number => (isCount ? Number(BigInt.asIntN(32, bits)) : toDouble(bits))
    const secondOf32 = (bits: bigint): number => (isCount ? Number(BigInt.asIntN(32, bits)) : toFloat(bits))
    made[name] = ({ args: [x = 0n, y = 0n] }) => fromDouble(f(toDouble(x), second(y)))
    made[`${name}l`] = made[name]
    made[`${name}f`] = ({ args: [x = 0n, y = 0n] }) => fromFloat(f(toFloat(x), secondOf32(y)))
  }
  return made
}
