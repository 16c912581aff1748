/**
 * Runs the intermediate representation. A frame of it is plain data: function, position, registers and the
 * branches that have not met again. So it can be copied and compared, which a generator cannot.
 *
 * It offers the machine the same operations as a generator would. What touches registers only is done on the
 * spot; but every jump backwards is an operation, so that a loop that never ends runs into the thread's bound.
 */
import { binary, convert, unary, wrap } from './arithmetic.js'
import type { Cell, Heap, Lock } from './cell.js'
import type { Callable } from './implementation.js'
import type { Instruction, IrFunction, Label, Operand, Register, RmwUpdate } from './ir.js'
import { liveRegisters } from './liveness.js'
import type {
  BranchOperation,
  DataSteps,
  GracePeriodOperation,
  HazardOperation,
  Operation,
  Past,
  PlaceListener,
} from './operation.js'
import { type Bool, mergeReads, NO_READS, type Word } from './value.js'

/** What a frame needs of the program it runs in; one per thread. */
export interface IrEnvironment {
  readonly heap: Heap
  /** This thread's name, and those of all threads of the program. */
  readonly self: string
  readonly threads: readonly string[]
  /** The function of this C name. */
  readonly resolve: (name: string) => Callable
}

/**
 * A function of the intermediate representation as something to call. Its arguments are `Word`s. It returns
 * undefined, a `Word`, or for several values `Word[]`.
 */
export function irCallable(
  fn: IrFunction,
  environment: (context: unknown) => IrEnvironment,
  role: Callable['role'] = 'function',
): Callable {
  return {
    name: fn.name,
    path: fn.path,
    role,
    body: (context: unknown, ...args: readonly unknown[]) =>
      new IrFrame(
        fn,
        environment(context),
        args.map((argument) => wordOf(argument)),
      ),
    constants: constantsIn(fn.code),
  }
}

/** The constants among the operands of instructions. */
function constantsIn(part: unknown): bigint[] {
  if (typeof part !== 'object' || part === null) return []
  if ('kind' in part && part.kind === 'constant' && 'value' in part && typeof part.value === 'bigint') {
    return [part.value]
  }
  return Object.values(part).flatMap(constantsIn)
}

interface OpenBranches {
  readonly join: Label
  readonly count: number
}

export class IrFrame implements DataSteps {
  readonly #fn: IrFunction
  readonly #environment: IrEnvironment
  #registers: Word[]
  /** The instruction to run next, or the one whose reply is awaited. */
  #pc: Label = 0
  #awaitsReply = false
  /** Where the open branches end, the outermost first; those that end together and are alike in one. */
  #joins: OpenBranches[] = []

  constructor(fn: IrFunction, environment: IrEnvironment, args: readonly Word[]) {
    this.#fn = fn
    this.#environment = environment
    this.#registers = fn.registers.map((_, i) => (i < fn.parameters ? (args[i] ?? ZERO) : ZERO))
  }

  /** Runs to the next operation; `places`, if given, is told of each C line on the way. */
  next(reply: unknown, places?: PlaceListener): IteratorResult<Operation, unknown> {
    const { code } = this.#fn
    if (this.#awaitsReply) this.#accept(code[this.#pc], reply)
    for (;;) {
      if (this.#joins.length > 0 && this.#closes(this.#pc)) return JOIN
      const instruction = code[this.#pc]
      if (instruction === undefined) return { done: true, value: undefined }
      if (places !== undefined) this.#tell(places)
      const step = this.#execute(instruction)
      if (step !== null) return step
    }
  }

  clone(past: Past): IrFrame {
    const copy = new IrFrame(this.#fn, this.#environment, [])
    copy.#pc = this.#pc
    copy.#awaitsReply = this.#awaitsReply
    if (past === 'kept') {
      copy.#registers = [...this.#registers]
      copy.#joins = [...this.#joins]
    } else {
      copy.#registers = this.#registers.map((word) => (word.from.length === 0 ? word : constant(word.bits)))
    }
    return copy
  }

  /** Registers whose values are never used again are left out. */
  key({ provenance }: { readonly provenance: boolean }): string {
    const at = `${this.#fn.name}:${this.#pc}${this.#awaitsReply ? '?' : ''}`
    const registers = this.#spellRegisters(provenance)
    if (!provenance) return `${at}[${registers}]`
    return `${at}[${registers}]{${this.#joins.map(({ join, count }) => `${join}*${count}`).join(' ')}}`
  }

  #spellRegisters(provenance: boolean): string {
    let text = ''
    for (const register of liveRegisters(this.#fn, this.#pc)) {
      const { bits, from } = this.#registers[register] ?? ZERO
      if (bits === 0n && (!provenance || from.length === 0)) continue
      text += `${text === '' ? '' : ' '}${register}=${bits.toString(16)}`
      if (provenance && from.length > 0) text += `<${from.join(' ')}`
    }
    return text
  }

  /** Runs one instruction: the operation it offers, or null if it was done on the spot. */
  #execute(instruction: Instruction): IteratorResult<Operation, unknown> | null {
    switch (instruction.op) {
      case 'set':
        return this.#assign(instruction.to, this.#word(instruction.from))
      case 'unary': {
        const { bits, from } = this.#word(instruction.operand)
        return this.#assign(instruction.to, {
          bits: unary(instruction.operator, bits, instruction.type),
          from,
        })
      }
      case 'binary': {
        const left = this.#word(instruction.left)
        const right = this.#word(instruction.right)
        const bits = binary(instruction.operator, left.bits, right.bits, instruction.type)
        if (bits === null) return fatal('division by zero', `${this.#fn.name} divides by zero`)
        return this.#assign(instruction.to, { bits, from: mergeReads(left.from, right.from) })
      }
      case 'convert': {
        const { bits, from } = this.#word(instruction.from)
        return this.#assign(instruction.to, {
          bits: convert(bits, instruction.source, instruction.type),
          from,
        })
      }
      case 'load':
        return this.#atCell(instruction.address, (cell, address) => ({
          op: 'load',
          cells: [cell],
          access: instruction.access,
          address: address.from,
        }))
      case 'store':
        return this.#atCell(instruction.address, (cell, address) => ({
          op: 'store',
          cells: [cell],
          values: [this.#word(instruction.value)],
          access: instruction.access,
          address: address.from,
        }))
      case 'rmw':
        return this.#atCell(instruction.address, (cell, address) => {
          const update = this.#updateOf(instruction)
          return {
            op: 'rmw',
            cells: [cell],
            update: ([current]) => {
              const stored = update(current ?? 0n)
              return stored === null ? null : [stored]
            },
            access: instruction.access,
            address: address.from,
            data: this.#word(instruction.update.value).from,
            isExchange: isExchange(instruction.update),
            name: instruction.name,
          }
        })
      case 'fence':
        return this.#offer({ op: 'fence', fence: instruction.fence })
      case 'lock':
      case 'unlock':
      case 'trylock':
      case 'is-locked': {
        const { op } = instruction
        return this.#atLock(instruction.lock, (lock) => ({ op, lock }))
      }
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'irq-save':
      case 'irq-restore':
        return this.#offer({ op: instruction.op })
      case 'srcu-lock':
        return this.#atCell(instruction.domain, (domain) => ({
          op: 'srcu-lock',
          domain,
          section: this.#section(domain, this.#environment.self),
        }))
      case 'srcu-unlock':
        return this.#atCell(instruction.domain, (domain) => ({
          op: 'srcu-unlock',
          domain,
          section: this.#section(domain, this.#environment.self),
          cookie: this.#word(instruction.cookie),
        }))
      case 'grace-period':
        return instruction.domain === null
          ? this.#offer(this.#rcuGracePeriod())
          : this.#atCell(instruction.domain, (domain) => this.#srcuGracePeriod(domain))
      case 'call':
        return this.#offer({
          op: 'call',
          target: this.#environment.resolve(instruction.target),
          args: instruction.args.map((argument) => this.#word(argument)),
        })
      case 'copy':
      case 'clear':
      case 'allocate':
      case 'symbol':
      case 'float-binary':
      case 'float-convert':
      case 'call-pointer':
        throw new Error(`${instruction.op} is not run yet`)
      case 'branch':
        return this.#branch(instruction)
      case 'jump':
        return this.#goTo(instruction.to)
      case 'loop':
        return this.#offer({ op: 'retry', key: instruction.key, locals: this.#spellRegisters(false) })
      case 'assume':
        return this.#offer({ op: 'assume', holds: this.#word(instruction.condition).bits !== 0n })
      case 'return': {
        const [first, ...others] = instruction.values.map((value) => this.#word(value))
        return { done: true, value: first === undefined || others.length === 0 ? first : [first, ...others] }
      }
    }
  }

  /** Puts the reply to the operation of `instruction` where it belongs, and goes on to the next one. */
  #accept(instruction: Instruction | undefined, reply: unknown): void {
    this.#awaitsReply = false
    this.#pc++
    switch (instruction?.op) {
      case 'load':
        this.#registers[instruction.to] = firstOf(reply)
        return
      case 'rmw':
        if (instruction.to !== null) this.#registers[instruction.to] = this.#rmwResult(instruction, reply)
        return
      case 'branch':
        this.#pc = reply === true ? instruction.whenTrue : instruction.whenFalse
        if (instruction.join !== null) this.#open(instruction.join)
        return
      case 'trylock':
      case 'is-locked':
      case 'srcu-lock':
        this.#registers[instruction.to] = wordOf(reply)
        return
      case 'call':
        if (instruction.to !== null) {
          const word = wordOf(reply)
          this.#registers[instruction.to] = {
            bits: wrap(word.bits, instruction.type ?? U64),
            from: word.from,
          }
        }
        return
    }
  }

  #rmwResult(instruction: Extract<Instruction, { op: 'rmw' }>, reply: unknown): Word {
    const old = firstOf(reply)
    if (instruction.result === 'old') return old
    const stored = this.#updateOf(instruction)(old.bits)
    if (instruction.result === 'new') {
      return {
        bits: stored ?? old.bits,
        from: mergeReads(old.from, this.#word(instruction.update.value).from),
      }
    }
    const tested = testedAgainst(instruction.update)
    return {
      bits: stored === null ? 0n : 1n,
      from: tested === null ? old.from : mergeReads(old.from, this.#word(tested).from),
    }
  }

  /** What the read-modify-write stores in place of the value it reads; null: nothing. */
  #updateOf({ update, type }: Extract<Instruction, { op: 'rmw' }>): (current: bigint) => bigint | null {
    const value = wrap(this.#word(update.value).bits, type)
    switch (update.kind) {
      case 'exchange':
        return () => value
      case 'arithmetic':
        return (current) => binary(update.operator, current, value, type)
      case 'compare-exchange': {
        const expected = wrap(this.#word(update.expected).bits, type)
        return (current) => (wrap(current, type) === expected ? value : null)
      }
      case 'add-unless': {
        const unless = wrap(this.#word(update.unless).bits, type)
        return (current) => (wrap(current, type) === unless ? null : wrap(current + value, type))
      }
    }
  }

  #branch(branch: Extract<Instruction, { op: 'branch' }>): IteratorResult<Operation, unknown> | null {
    const { bits, from } = this.#word(branch.condition)
    const taken = bits !== 0n
    const target = taken ? branch.whenTrue : branch.whenFalse
    // A branch on a constant orders nothing.
    if (from.length === 0) return this.#goTo(target)
    const on = { bits: taken, from }
    return this.#offer({ op: 'branch', on, extent: branch.join === null ? 'rest' : 'body' })
  }

  #open(join: Label): void {
    const innermost = this.#joins.at(-1)
    if (innermost?.join !== join) this.#joins.push({ join, count: 1 })
    else this.#joins[this.#joins.length - 1] = { join, count: innermost.count + 1 }
  }

  /** Closes the innermost branch if it, or one around it, ends at `label`; false if there is none. */
  #closes(label: Label): boolean {
    const innermost = this.#joins.at(-1)
    if (innermost === undefined || !this.#joins.some(({ join }) => join === label)) return false
    if (innermost.count === 1) this.#joins.pop()
    else this.#joins[this.#joins.length - 1] = { ...innermost, count: innermost.count - 1 }
    return true
  }

  #goTo(label: Label): IteratorResult<Operation, unknown> | null {
    const backwards = label <= this.#pc
    this.#pc = label
    return backwards ? TURN : null
  }

  #assign(register: Register, word: Word): null {
    this.#registers[register] = word
    this.#pc++
    return null
  }

  #offer(operation: Operation): IteratorResult<Operation, unknown> {
    this.#awaitsReply = true
    return offered(operation)
  }

  #word(operand: Operand): Word {
    return operand.kind === 'constant' ? constant(operand.value) : (this.#registers[operand.register] ?? ZERO)
  }

  #atCell(operand: Operand, make: (cell: Cell, address: Word) => Operation): IteratorResult<Operation> {
    const address = this.#word(operand)
    const cell = this.#environment.heap.at(address.bits)
    return cell === undefined ? this.#wild(address) : this.#offer(make(cell, address))
  }

  #atLock(operand: Operand, make: (lock: Lock) => Operation): IteratorResult<Operation> {
    const address = this.#word(operand)
    const { heap } = this.#environment
    const cell = heap.at(address.bits)
    const lock = cell === undefined ? undefined : heap.lockOf(cell)
    return lock === undefined ? this.#wild(address) : this.#offer(make(lock))
  }

  #wild({ bits }: Word): IteratorResult<Operation> {
    const known = this.#environment.heap.at(bits)
    const what = known === undefined ? 'nothing lies there' : `${known.name} lies there, which is no lock`
    return fatal('wild pointer', `${this.#fn.name} follows 0x${bits.toString(16)}; ${what}`)
  }

  /** The depth of a thread's read-side sections in an SRCU domain. */
  #section(domain: Cell, thread: string): Cell {
    return this.#environment.heap.internal(`srcu:${domain.name}@${thread}`)
  }

  #rcuGracePeriod(): GracePeriodOperation {
    const { heap } = this.#environment
    const sections = this.#others().flatMap((name) => [
      { cell: heap.internal(`rcu@${name}`), why: `${name} to leave its RCU section` },
      { cell: heap.internal(`irq@${name}`), why: `${name} to turn interrupts on` },
    ])
    return { op: 'grace-period', waitsFor: 'rcu', sections }
  }

  #srcuGracePeriod(domain: Cell): GracePeriodOperation {
    const sections = this.#others().map((name) => ({
      cell: this.#section(domain, name),
      why: `${name} to leave its section of ${domain.name}`,
    }))
    return { op: 'grace-period', waitsFor: domain, sections }
  }

  #others(): readonly string[] {
    const { self, threads } = this.#environment
    return threads.filter((name) => name !== self)
  }

  #tell(places: PlaceListener): void {
    const place = this.#fn.places[this.#pc]
    if (place !== undefined) places.setPlace(place.line, place.column)
  }
}

const U64 = { bits: 64, signed: false } as const
const ZERO: Word = { bits: 0n, from: NO_READS }
const JOIN = offered({ op: 'join' })

/** Decides nothing: it makes a jump backwards count among the thread's operations. */
const TURN = offered({
  op: 'branch',
  on: { bits: true, from: NO_READS },
  extent: 'none',
} satisfies BranchOperation)

function offered(operation: Operation): IteratorResult<Operation, unknown> {
  return { done: false, value: operation }
}

function fatal(kind: string, text: string): IteratorResult<Operation, unknown> {
  return offered({ op: 'hazard', kind, object: '', text, fatal: true } satisfies HazardOperation)
}

function constant(bits: bigint): Word {
  return { bits, from: NO_READS }
}

function isExchange({ kind }: RmwUpdate): boolean {
  return kind === 'exchange' || kind === 'compare-exchange'
}

function testedAgainst(update: RmwUpdate): Operand | null {
  if (update.kind === 'compare-exchange') return update.expected
  return update.kind === 'add-unless' ? update.unless : null
}

function firstOf(reply: unknown): Word {
  return (reply as readonly Word[])[0] ?? ZERO
}

/** What a frame of any making hands over, as a word: a `Word` or `Bool`, or a bare integer or truth value. */
function wordOf(value: unknown): Word {
  if (typeof value === 'bigint' || typeof value === 'boolean' || typeof value === 'number') {
    return constant(BigInt.asUintN(64, BigInt(value)))
  }
  const { bits, from } = value as Word | Bool
  if (typeof bits === 'bigint') return value as Word
  if (typeof bits === 'boolean') return { bits: bits ? 1n : 0n, from }
  throw new Error(`${String(value)} is no value that a register can hold`)
}
