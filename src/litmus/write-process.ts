/** One function of the intermediate representation as the C of a litmus test. */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type {
  Access,
  Cell,
  FenceKind,
  Heap,
  Instruction,
  IntType,
  IrFunction,
  Operand,
} from '../machine/index.js'
import type { Names } from './write-names.js'

export interface ProcessText {
  /** `P0(int *x) { … }` without a line break at its end. */
  readonly text: string
  /** By register of the function: its name in the text, null if the text does not name it. */
  readonly registers: readonly (string | null)[]
  /** Names of the variables that hold what the function returns. */
  readonly results: readonly string[]
}

export interface ProcessSource {
  readonly number: number
  readonly function: IrFunction
  /** Values of its parameters, as bit patterns. */
  readonly args: readonly bigint[]
  readonly heap: Heap
  /** What a cell is called in the test. */
  readonly global: (cell: Cell) => string
  /** A store of names of which the globals are taken. */
  readonly names: Names
}

/** More lines are no test: branches that never meet again double what follows them. */
const MOST_LINES = 2000

/** Writes a process. Error: `litmus-unwritable`, for what a litmus test has no words for. */
export function writeProcess(source: ProcessSource): Result<ProcessText> {
  return new ProcessWriter(source).write()
}

class ProcessWriter {
  readonly #source: ProcessSource
  readonly #lines: string[] = []
  /** Globals whose address is used: the parameters. */
  readonly #globals = new Map<Cell, 'int' | 'spinlock_t' | 'struct srcu_struct'>()
  readonly #registers: (string | null)[]
  readonly #pointers = new Set<number>()
  readonly #results: string[] = []
  #error: Diagnostic | null = null

  constructor(source: ProcessSource) {
    this.#source = source
    this.#registers = source.function.registers.map(() => null)
  }

  write(): Result<ProcessText> {
    const { function: fn, number } = this.#source
    this.#presets()
    this.#path(0, null, 1)
    if (this.#lines.length === 0) this.#line(1, 'barrier();')
    if (this.#error !== null) return fail(this.#error)
    const parameters = [...this.#globals].map(([cell, type]) => `${type} *${this.#source.global(cell)}`)
    const isParameter = new Set([...this.#globals.keys()].map((cell) => this.#source.global(cell)))
    const locals = this.#registers.flatMap((name, register) => {
      if (name === null || isParameter.has(name)) return []
      return [`\tint ${this.#pointers.has(register) ? '*' : ''}${name};`]
    })
    for (const result of this.#results) if (!this.#registers.includes(result)) locals.push(`\tint ${result};`)
    const blank = locals.length === 0 ? [] : ['']
    const lines = [`P${number}(${parameters.join(', ')})`, '{', ...locals, ...blank, ...this.#lines, '}']
    const results = fn.code.some(({ op }) => op === 'return') ? this.#results : []
    return ok({ text: lines.join('\n'), registers: this.#registers, results })
  }

  /** Parameters: a global's address under the global's own name is a parameter, the others are set. */
  #presets(): void {
    const { function: fn, args, heap, global } = this.#source
    const changed = new Set(fn.code.map((instruction) => ('to' in instruction ? instruction.to : null)))
    for (let register = 0; register < fn.parameters; register++) {
      const value = args[register] ?? 0n
      const cell = heap.at(value)
      const isItsOwn = cell !== undefined && fn.registers[register] === global(cell)
      if (cell !== undefined && isItsOwn && !changed.has(register)) {
        this.#registers[register] = global(cell)
        this.#use(cell)
      } else if (value !== 0n) {
        if (cell !== undefined) this.#pointers.add(register)
        this.#line(1, `${this.#name(register)} = ${this.#constant(value)};`)
      }
    }
  }

  /** The code from `pc` until it comes to `stop`, or to the end. */
  #path(pc: number, stop: number | null, depth: number): void {
    const { code } = this.#source.function
    for (let at = pc; at !== stop && this.#error === null; ) {
      const instruction = code[at]
      if (instruction === undefined) return
      if (instruction.op === 'return') {
        this.#return(instruction.values, depth)
        return
      }
      if (instruction.op === 'jump') {
        if (instruction.to <= at) this.#fail('a loop')
        at = instruction.to
      } else if (instruction.op === 'branch') {
        const { condition, whenTrue, whenFalse, join } = instruction
        if (Math.min(whenTrue, whenFalse) <= at) this.#fail('a loop')
        const end = join ?? stop
        this.#if(condition, [whenTrue, whenFalse], end, depth)
        if (join === null) return
        at = join
      } else {
        this.#instruction(instruction, depth)
        at++
      }
    }
  }

  #if(
    condition: Operand,
    [whenTrue, whenFalse]: readonly [number, number],
    end: number | null,
    depth: number,
  ): void {
    const test = this.#operand(condition)
    const then = this.#apart(() => this.#path(whenTrue, end, depth + 1))
    const otherwise = this.#apart(() => this.#path(whenFalse, end, depth + 1))
    // herd7 reads no empty block.
    if (then.length === 0 && otherwise.length === 0) return
    const [first, second] = then.length === 0 ? [otherwise, then] : [then, otherwise]
    this.#line(depth, then.length === 0 ? `if (${test} == 0) {` : `if (${test}) {`)
    this.#lines.push(...first)
    if (second.length > 0) {
      this.#line(depth, '} else {')
      this.#lines.push(...second)
    }
    this.#line(depth, '}')
  }

  /** The lines that `write` adds, taken out again. */
  #apart(write: () => void): readonly string[] {
    const before = this.#lines.length
    write()
    return this.#lines.splice(before)
  }

  /** What is returned stays where it is, if it is a variable and this is the only way out. */
  #return(values: readonly Operand[], depth: number): void {
    const isOnly = this.#source.function.code.filter(({ op }) => op === 'return').length === 1
    for (const [i, value] of values.entries()) {
      if (isOnly && value.kind === 'register') {
        this.#results[i] = this.#name(value.register)
        continue
      }
      this.#results[i] ??= this.#source.names.take(`ret${i === 0 ? '' : i}`)
      this.#line(depth, `${this.#results[i]} = ${this.#operand(value)};`)
    }
  }

  #instruction(instruction: Exclude<Instruction, { op: 'jump' | 'branch' | 'return' }>, depth: number): void {
    const value = this.#value(instruction)
    if (value === null) return
    const to = 'to' in instruction && instruction.to !== null ? `${this.#name(instruction.to)} = ` : ''
    this.#line(depth, `${to}${value};`)
  }

  /** The right side of an assignment, or a statement of its own. */
  #value(instruction: Exclude<Instruction, { op: 'jump' | 'branch' | 'return' }>): string | null {
    switch (instruction.op) {
      case 'set':
        if (this.#isAddress(instruction.from)) this.#pointers.add(instruction.to)
        return this.#operand(instruction.from)
      case 'unary': {
        this.#check(instruction.type)
        const operand = this.#operand(instruction.operand)
        if (instruction.operator === '-') return `0 - ${operand}`
        return instruction.operator === '~' ? `-1 ^ ${operand}` : `(${operand} == 0)`
      }
      case 'binary':
        return this.#binary(instruction)
      case 'convert':
        this.#check(instruction.type)
        return this.#operand(instruction.from)
      case 'load':
        return this.#load(instruction.address, instruction.access)
      case 'store':
        return this.#store(instruction)
      case 'rmw':
        return this.#rmw(instruction)
      case 'fence':
        return `${FENCES[instruction.fence]}()`
      case 'lock':
        return `spin_lock(${this.#address(instruction.lock, 'spinlock_t')})`
      case 'unlock':
        return `spin_unlock(${this.#address(instruction.lock, 'spinlock_t')})`
      case 'trylock':
        return `spin_trylock(${this.#address(instruction.lock, 'spinlock_t')})`
      case 'is-locked':
        return `spin_is_locked(${this.#address(instruction.lock, 'spinlock_t')})`
      case 'rcu-lock':
        return 'rcu_read_lock()'
      case 'rcu-unlock':
        return 'rcu_read_unlock()'
      case 'srcu-lock':
        return `srcu_read_lock(${this.#address(instruction.domain, 'struct srcu_struct')})`
      case 'srcu-unlock': {
        const domain = this.#address(instruction.domain, 'struct srcu_struct')
        return `srcu_read_unlock(${domain}, ${this.#operand(instruction.cookie)})`
      }
      case 'grace-period':
        if (instruction.domain === null) return 'synchronize_rcu()'
        return `synchronize_srcu(${this.#address(instruction.domain, 'struct srcu_struct')})`
      case 'irq-save':
      case 'irq-restore':
        return this.#fail('interrupts that are turned off')
      case 'call':
        return this.#fail(`a call of ${instruction.target}`)
      case 'call-pointer':
        return this.#fail(`a call through ${instruction.text}`)
      case 'copy':
      case 'clear':
      case 'allocate':
      case 'symbol':
        return this.#fail('memory other than words')
      case 'float-binary':
      case 'float-convert':
        return this.#fail('floating-point arithmetic')
      case 'loop':
        return this.#fail('a loop')
      case 'assume':
        return this.#fail('an assumption')
    }
  }

  #binary({ operator, left, right, type }: Extract<Instruction, { op: 'binary' }>): string | null {
    this.#check(type)
    if (operator === '%' || operator === '<<' || operator === '>>')
      return this.#fail(`the operator ${operator}`)
    const orders = operator.startsWith('<') || operator.startsWith('>')
    if (orders && !type.signed) return this.#fail('an unsigned comparison')
    const text = `${this.#operand(left)} ${operator} ${this.#operand(right)}`
    return orders || operator === '==' || operator === '!=' ? `(${text})` : text
  }

  #load(address: Operand, access: Access): string | null {
    const place = this.#address(address, 'int')
    switch (access) {
      case 'plain':
        return `*${place}`
      case 'once':
        return `READ_ONCE(*${place})`
      case 'acquire':
        return `smp_load_acquire(${place})`
      default:
        return this.#fail(`a load marked ${access}`)
    }
  }

  #store({ address, value, access }: Extract<Instruction, { op: 'store' }>): string | null {
    const place = this.#address(address, 'int')
    const stored = this.#operand(value)
    switch (access) {
      case 'plain':
        return `*${place} = ${stored}`
      case 'once':
        return `WRITE_ONCE(*${place}, ${stored})`
      case 'release':
        return `smp_store_release(${place}, ${stored})`
      default:
        return this.#fail(`a store marked ${access}`)
    }
  }

  #rmw(rmw: Extract<Instruction, { op: 'rmw' }>): string | null {
    const { update, access, result, type, to } = rmw
    this.#check(type)
    const address = this.#address(rmw.address, 'int')
    const value = this.#operand(update.value)
    const isVoid = access === 'noreturn'
    const suffix = SUFFIXES[access]
    if (suffix === undefined && !(isVoid && to === null && update.kind === 'arithmetic')) {
      return this.#fail(`a read-modify-write marked ${access}`)
    }
    const returnsOld = to === null || result === 'old'
    switch (update.kind) {
      case 'exchange':
        return returnsOld ? `xchg${suffix}(${address}, ${value})` : this.#fail('the new value of an exchange')
      case 'compare-exchange': {
        const expected = this.#operand(update.expected)
        const call = `cmpxchg${suffix}(${address}, ${expected}, ${value})`
        if (returnsOld) return call
        return result === 'stored' ? `(${call} == ${expected})` : this.#fail('the new value of a cmpxchg')
      }
      case 'arithmetic': {
        const name = OPERATIONS[update.operator]
        if (isVoid) return `atomic_${name}(${value}, ${address})`
        if (returnsOld) return `atomic_fetch_${name}${suffix}(${value}, ${address})`
        if (result === 'new' && (name === 'add' || name === 'sub')) {
          return `atomic_${name}_return${suffix}(${value}, ${address})`
        }
        return this.#fail('what this read-modify-write returns')
      }
      case 'add-unless':
        if (access !== 'mb' || (to !== null && result !== 'stored')) {
          return this.#fail(`atomic_add_unless as ${rmw.name} does it`)
        }
        return `atomic_add_unless(${address}, ${value}, ${this.#operand(update.unless)})`
    }
  }

  /** herd7 knows integers of one width. */
  #check(type: IntType): void {
    if (type.bits < 32) this.#fail(`arithmetic in ${type.bits} bits`)
  }

  #operand(operand: Operand): string {
    return operand.kind === 'register' ? this.#name(operand.register) : this.#constant(operand.value)
  }

  /** A value that is used as an address. */
  #address(operand: Operand, type: 'int' | 'spinlock_t' | 'struct srcu_struct'): string {
    if (operand.kind === 'constant') {
      const cell = this.#source.heap.at(operand.value)
      if (cell === undefined) {
        this.#fail('an address at which nothing lies')
        return ''
      }
      this.#use(cell, type)
      return this.#source.global(cell)
    }
    const cell = this.#cellOf(operand.register)
    if (cell !== null) this.#use(cell, type)
    this.#pointers.add(operand.register)
    return this.#name(operand.register)
  }

  #isAddress(operand: Operand): boolean {
    if (operand.kind === 'constant') return this.#source.heap.at(operand.value) !== undefined
    return this.#pointers.has(operand.register) || this.#cellOf(operand.register) !== null
  }

  /** The cell whose address a parameter is, if it is never changed. */
  #cellOf(register: number): Cell | null {
    const cell = this.#source.heap.at(this.#source.args[register] ?? 0n)
    const isParameter = register < this.#source.function.parameters && cell !== undefined
    return isParameter && this.#registers[register] === this.#source.global(cell) ? cell : null
  }

  #constant(value: bigint): string {
    const cell = this.#source.heap.at(value)
    if (cell !== undefined) {
      this.#use(cell)
      return this.#source.global(cell)
    }
    const number = numberText(value)
    if (number !== null) return number
    this.#fail(`the number ${BigInt.asIntN(64, value)}`)
    return '0'
  }

  #use(cell: Cell, type: 'int' | 'spinlock_t' | 'struct srcu_struct' = 'int'): void {
    const known = this.#globals.get(cell)
    const isLock = this.#source.heap.lockOf(cell) !== undefined
    if (known === undefined || known === 'int') this.#globals.set(cell, isLock ? 'spinlock_t' : type)
  }

  #name(register: number): string {
    const known = this.#registers[register]
    if (known !== null && known !== undefined) return known
    const wanted = this.#source.function.registers[register] ?? ''
    const name = this.#source.names.take(wanted === '' ? `t${register}` : wanted)
    this.#registers[register] = name
    return name
  }

  #line(depth: number, text: string): void {
    if (this.#lines.length >= MOST_LINES) this.#fail(`more than ${MOST_LINES} lines`)
    else this.#lines.push(`${'\t'.repeat(depth)}${text}`)
  }

  #fail(what: string): null {
    const { name, path } = this.#source.function
    this.#error ??= {
      severity: 'error',
      code: 'litmus-unwritable',
      message: `${name} cannot be written as a litmus test: the format has no word for ${what}`,
      ...(path === null ? {} : { place: { source: path } }),
    }
    return null
  }
}

/** A number as the text of a test has it; null if it is more than the 32 bits of herd7. */
export function numberText(value: bigint): string | null {
  const number = BigInt.asIntN(64, value)
  return BigInt.asIntN(32, number) === number ? String(number) : null
}

const FENCES: Readonly<Record<FenceKind, string>> = {
  mb: 'smp_mb',
  rmb: 'smp_rmb',
  wmb: 'smp_wmb',
  barrier: 'barrier',
  'before-atomic': 'smp_mb__before_atomic',
  'after-atomic': 'smp_mb__after_atomic',
  'after-spinlock': 'smp_mb__after_spinlock',
  'after-unlock-lock': 'smp_mb__after_unlock_lock',
  'after-srcu-read-unlock': 'smp_mb__after_srcu_read_unlock',
}

const SUFFIXES: Readonly<Partial<Record<Access, string>>> = {
  mb: '',
  once: '_relaxed',
  acquire: '_acquire',
  release: '_release',
}

const OPERATIONS = { '+': 'add', '-': 'sub', '&': 'and', '|': 'or', '^': 'xor' } as const
