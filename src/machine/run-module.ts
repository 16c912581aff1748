/** Runs a whole C program on one thread that shares nothing: what a native binary is compared with. */
import type { AddressBits } from './address-plan.js'
import { Heap } from './cell.js'
import type { Callable } from './implementation.js'
import { irCallable } from './interpreter.js'
import type { IrModule } from './ir.js'
import type { IrEnvironment } from './ir-environment.js'
import type { DataSteps, Operation } from './operation.js'
import type { MemoryFault, PrivateMemory } from './private-memory.js'
import { DEFAULT_THREAD_OPTIONS } from './program.js'
import { imageOf } from './program-image.js'
import { Thread } from './thread.js'
import type { Word } from './value.js'

/** A function of the C library. Returns the bit pattern of its result, or nothing. */
export type Builtin = (call: BuiltinCall) => bigint | undefined

/**
 * One call of a builtin. An access that is wrong ends the program as it would in C code; builtins need not
 * look for that.
 */
export interface BuiltinCall {
  /** The name it was called by. */
  readonly name: string
  /** Bit patterns of the arguments, those of a `...` too, as wide as C's default promotions make them. */
  readonly args: readonly bigint[]
  /** Little-endian, at most 8 bytes. */
  readonly load: (address: bigint, bytes: number) => bigint
  readonly store: (address: bigint, bytes: number, bits: bigint) => void
  readonly bytes: (address: bigint, bytes: number) => Uint8Array
  readonly putBytes: (address: bigint, data: Uint8Array) => void
  /** As memmove() and memset() do. */
  readonly move: (target: bigint, source: bigint, bytes: number) => void
  readonly fill: (target: bigint, value: number, bytes: number) => void
  /** The bytes before the first 0. */
  readonly string: (address: bigint) => Uint8Array
  readonly allocate: (bytes: number) => bigint
  readonly free: (address: bigint) => void
  /** The address of a global or function. */
  readonly symbol: (name: string) => bigint | undefined
  /** Width of pointers and of `long`. */
  readonly addressBits: AddressBits
  /** What the program writes; chunks are events of the run. */
  readonly print: (text: Uint8Array) => void
  readonly exit: (status: number) => never
  /** Ends the program by a hazard: `abort`. */
  readonly fail: (kind: string, text: string) => never
}

export interface RunLimits {
  /** Jumps backwards and calls. */
  readonly operations: number
  /** Width of the program's addresses; 64 if left out. */
  readonly addressBits?: AddressBits
}

/** How a run of a program ended. */
export interface ModuleRun {
  readonly end: 'returned' | 'exited' | 'hazard' | 'exhausted'
  /** What main() returned or exit() was given, as a parent process sees it: 0 to 255. Null for other ends. */
  readonly status: number | null
  /** What the entry returned, as a bit pattern; null if it did not. */
  readonly returned: bigint | null
  readonly output: readonly Uint8Array[]
  /** Instructions of the intermediate representation that were run. */
  readonly instructions: number
  readonly hazard: {
    readonly kind: string
    readonly text: string
    readonly function: string
    readonly line: number
  } | null
}

/** Runs `entry` with words for arguments. A function that is neither in the module nor a builtin is a hazard. */
export function runModule(
  module: IrModule,
  entry: string,
  builtins: Readonly<Record<string, Builtin>>,
  limits: RunLimits,
  args: readonly bigint[] = [],
): ModuleRun {
  const image = imageOf(module, limits.addressBits)
  const output: Uint8Array[] = []
  let exited: number | null = null
  const stop = (status: number): void => {
    exited = status
  }
  const callables = new Map<string, Callable>()
  const environmentOf = (context: unknown): IrEnvironment => context as IrEnvironment
  const resolve = (name: string): Callable => {
    const known = callables.get(name)
    if (known !== undefined) return known
    const fn = module.functions.get(name)
    const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined
    const made =
      fn !== undefined
        ? irCallable(fn, environmentOf)
        : builtin !== undefined
          ? builtinCallable(name, builtin, { output, stop, symbol })
          : missing(name)
    callables.set(name, made)
    return made
  }
  const symbol = (name: string): bigint | undefined =>
    image.symbol(name) ?? (Object.hasOwn(builtins, name) ? image.functionAddress(name) : undefined)
  const heap = new Heap(limits.addressBits)
  const context = (thread: Thread): IrEnvironment => {
    return {
      heap,
      self: thread.spec.name,
      threads: ['a'],
      get memory() {
        thread.memory.use(image.globals)
        return thread.memory
      },
      resolve,
      symbol,
      callee: (address) => {
        const name = image.functionAt(address)
        return name === undefined ? undefined : resolve(name)
      },
    }
  }
  const spec = {
    name: 'a',
    label: entry,
    holding: [],
    underTest: true,
    entry: resolve(entry),
    args: args.map((bits): Word => ({ bits, from: [] })),
  }
  const options = { ...DEFAULT_THREAD_OPTIONS, maxOperations: limits.operations }
  const { addressBits = 64 } = limits
  const host = { context, addressBits }
  const thread = new Thread(0, spec, host, options, () => undefined)
  const hazard = thread.events.find((event) => event.hazard !== undefined)
  const returned = thread.status === 'done' ? ((thread.returned as Word | undefined)?.bits ?? 0n) : null
  return {
    end: endOf(thread, exited),
    status: exited ?? (returned === null ? null : Number(BigInt.asUintN(8, returned))),
    returned,
    output,
    instructions: thread.instructions,
    hazard:
      hazard?.hazard === undefined
        ? thread.pending === null
          ? null
          : { kind: 'not modelled', text: `${thread.pending.op} of shared memory`, function: entry, line: 0 }
        : {
            kind: hazard.hazard.kind,
            text: hazard.hazard.text,
            function: hazard.site?.function ?? hazard.function,
            line: hazard.site?.line ?? 0,
          },
  }
}

function endOf({ status }: Thread, exited: number | null): ModuleRun['end'] {
  if (exited !== null) return 'exited'
  if (status === 'done') return 'returned'
  return status === 'exhausted' ? 'exhausted' : 'hazard'
}

interface Surroundings {
  readonly output: Uint8Array[]
  readonly stop: (status: number) => void
  readonly symbol: (name: string) => bigint | undefined
}

/** How a builtin leaves when the program ends in it. */
class ProgramEnd {
  readonly operation: Operation

  constructor(operation: Operation) {
    this.operation = operation
  }
}

function builtinCallable(name: string, builtin: Builtin, surroundings: Surroundings): Callable {
  return {
    name,
    path: null,
    role: 'primitive',
    body: (context: unknown, ...args: readonly unknown[]) => {
      const { memory } = context as IrEnvironment
      if (memory === undefined) throw new Error(`${name} is called by a thread without memory`)
      const bits = args.map((word) => (word as Word).bits)
      return new BuiltinSteps(() => builtin(builtinCall(name, bits, memory, surroundings)))
    },
  }
}

/** Done at once. */
class BuiltinSteps implements DataSteps {
  readonly #run: () => bigint | undefined

  constructor(run: () => bigint | undefined) {
    this.#run = run
  }

  next(): IteratorResult<Operation, unknown> {
    try {
      return { done: true, value: this.#run() }
    } catch (end) {
      if (end instanceof ProgramEnd) return { done: false, value: end.operation }
      throw end
    }
  }

  clone(): BuiltinSteps {
    return this
  }

  key(): string {
    return ''
  }
}

function builtinCall(
  name: string,
  args: readonly bigint[],
  memory: PrivateMemory,
  { output, stop, symbol }: Surroundings,
): BuiltinCall {
  const fail = (kind: string, text: string): never => {
    throw new ProgramEnd({ op: 'hazard', kind, object: '', text, fatal: true })
  }
  const check = (fault: MemoryFault | null): void => {
    if (fault !== null) fail(fault.kind, `in ${name}: ${fault.text}`)
  }
  const checked = (found: Uint8Array | MemoryFault): Uint8Array =>
    'kind' in found ? fail(found.kind, `in ${name}: ${found.text}`) : found
  return {
    name,
    args,
    addressBits: memory.addressBits,
    load: (address, bytes) => {
      const found = memory.read(address, bytes)
      return 'kind' in found ? fail(found.kind, `in ${name}: ${found.text}`) : found.bits
    },
    store: (address, bytes, bits) => check(memory.write(address, bytes, bits)),
    bytes: (address, bytes) => checked(memory.readBytes(address, bytes)),
    putBytes: (address, data) => check(memory.writeBytes(address, data)),
    move: (target, source, bytes) => check(memory.copy(target, source, bytes)),
    fill: (target, value, bytes) => check(memory.fill(target, bytes, value)),
    string: (address) => checked(memory.readString(address)),
    allocate: (bytes) => memory.allocate(bytes, `the block that ${name}() gave`).address,
    free: (address) => check(memory.free(address)),
    symbol,
    print: (text) => {
      output.push(text)
    },
    exit: (status) => {
      stop(status & 0xff)
      throw new ProgramEnd({ op: 'assume', holds: false })
    },
    fail,
  }
}

function missing(name: string): Callable {
  return {
    name,
    path: null,
    role: 'primitive',
    body: () =>
      new BuiltinSteps(() => {
        const text = `${name} is neither defined nor a builtin`
        throw new ProgramEnd({ op: 'hazard', kind: 'unknown function', object: name, text, fatal: true })
      }),
  }
}
