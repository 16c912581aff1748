/**
 * A process of a litmus test as a function of the intermediate representation. Its parameters are the addresses
 * of globals, and the registers that the initial state sets; what it returns are the registers asked for.
 *
 * As in herd, names know no blocks: a process has one register of each name, which is 0 until it is set.
 */
import { type Diagnostic, fail, ok, plural, type Result } from '../base/index.js'
import type { Instruction, BinaryOperator as IrBinary, IrFunction, Operand, Place } from '../machine/index.js'
import { type ArgumentKind, constant, MACROS, type Macro, WORD } from './macros.js'
import type { At, Expression, Process, Statement } from './syntax.js'

export interface ProcessOptions {
  /** Names the test in diagnostics and in places. */
  readonly source: string
  /** Registers that the initial state sets; they follow the parameters. */
  readonly preset: readonly string[]
  /** Registers whose values the function returns, in this order. */
  readonly observed: readonly string[]
}

/** Compiles a process. Errors: `litmus-unknown-macro`, `litmus-argument`, with line and column. */
export function compileProcess(proc: Process, options: ProcessOptions): Result<IrFunction> {
  const compiler = new Compiler(options.source)
  const parameters = [...proc.parameters.map(({ name }) => name), ...options.preset]
  for (const name of parameters) compiler.variable(name)
  compiler.statements(proc.body)
  compiler.finish(options.observed, proc.at)
  if (compiler.error !== null) return fail(compiler.error)
  return ok({
    name: `P${proc.number}`,
    path: options.source,
    parameters: parameters.length,
    registers: compiler.registers,
    code: compiler.code,
    places: compiler.places,
  })
}

class Compiler {
  readonly registers: string[] = []
  readonly code: Instruction[] = []
  readonly places: Place[] = []
  error: Diagnostic | null = null
  readonly #source: string
  readonly #variables = new Map<string, number>()
  /** Jumps of `return` statements, which lead to the end. */
  readonly #returns: number[] = []
  #at: At = { line: 0, column: 0 }

  constructor(source: string) {
    this.#source = source
  }

  /** The register of this name. */
  variable(name: string): Operand & { readonly kind: 'register' } {
    let register = this.#variables.get(name)
    if (register === undefined) {
      register = this.registers.length
      this.registers.push(name)
      this.#variables.set(name, register)
    }
    return { kind: 'register', register }
  }

  statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement)
  }

  /** The end of the function: all ways through it come here. */
  finish(observed: readonly string[], at: At): void {
    for (const index of this.#returns) this.code[index] = { op: 'jump', to: this.code.length }
    this.#at = at
    this.emit({ op: 'return', values: observed.map((name) => this.variable(name)) })
  }

  readonly emit = (instruction: Instruction): void => {
    this.code.push(instruction)
    this.places.push(this.#at)
  }

  readonly fresh = (): number => {
    this.registers.push('')
    return this.registers.length - 1
  }

  #statement(statement: Statement): void {
    this.#at = statement.at
    switch (statement.kind) {
      case 'declare': {
        const { register } = this.variable(statement.name)
        if (statement.value !== null) this.#set(register, statement.value)
        return
      }
      case 'assign':
        this.#set(this.variable(statement.name).register, statement.value)
        return
      case 'store': {
        const address = this.#value(statement.address)
        this.emit({ op: 'store', address, value: this.#value(statement.value), access: 'plain' })
        return
      }
      case 'expression':
        this.#effect(statement.expression)
        return
      case 'block':
        this.statements(statement.body)
        return
      case 'return':
        this.#returns.push(this.code.length)
        this.emit({ op: 'jump', to: 0 })
        return
      case 'if':
        this.#if(statement)
        return
    }
  }

  #set(register: number, value: Expression): void {
    const from = this.#value(value)
    const last = this.code.at(-1)
    const isTemporary = from.kind === 'register' && this.registers[from.register] === ''
    // Straight into the variable, if the last instruction made the value.
    if (
      isTemporary &&
      last !== undefined &&
      'to' in last &&
      last.op !== 'jump' &&
      last.to === from.register
    ) {
      this.code[this.code.length - 1] = { ...last, to: register }
    } else this.emit({ op: 'set', to: register, from })
  }

  /** A control dependency reaches to the end of the `if`, or of the process if it can be left inside. */
  #if(statement: Extract<Statement, { kind: 'if' }>): void {
    const condition = this.#value(statement.condition)
    this.#choose(condition, leaves(statement), [
      () => this.statements(statement.whenTrue),
      () => this.statements(statement.whenFalse),
    ])
  }

  /** Code that branches on a condition to one of two pieces. */
  #choose(condition: Operand, leaves: boolean, [then, otherwise]: readonly [() => void, () => void]): void {
    const branch = this.code.length
    this.emit({ op: 'jump', to: 0 })
    then()
    const jump = this.code.length
    this.emit({ op: 'jump', to: 0 })
    otherwise()
    const end = this.code.length
    // An empty second piece needs no jump over it.
    if (end === jump + 1) {
      this.code.pop()
      this.places.pop()
    } else this.code[jump] = { op: 'jump', to: end }
    const join = this.code.length
    const target = end === jump + 1 ? join : jump + 1
    this.code[branch] = {
      op: 'branch',
      condition,
      whenTrue: branch + 1,
      whenFalse: target,
      join: leaves ? null : join,
    }
  }

  /** An expression as a statement: only what it does matters. */
  #effect(expression: Expression): void {
    if (expression.kind === 'call') this.#call(expression)
    else this.#value(expression)
  }

  #value(expression: Expression): Operand {
    switch (expression.kind) {
      case 'number':
        return constant(expression.value)
      case 'name':
        return this.variable(expression.name)
      case 'deref': {
        const address = this.#value(expression.address)
        const to = this.fresh()
        this.emit({ op: 'load', to, address, access: 'plain' })
        return { kind: 'register', register: to }
      }
      case 'unary': {
        if (expression.operator === '-' && expression.operand.kind === 'number') {
          return constant(-expression.operand.value)
        }
        const operand = this.#value(expression.operand)
        const to = this.fresh()
        this.emit({ op: 'unary', to, operator: expression.operator, operand, type: WORD })
        return { kind: 'register', register: to }
      }
      case 'binary':
        if (expression.operator === '&&' || expression.operator === '||') return this.#logical(expression)
        return this.#binary(expression.operator, this.#value(expression.left), this.#value(expression.right))
      case 'call': {
        const value = this.#call(expression)
        if (value !== null) return value
        this.#fail('litmus-argument', `${expression.name} has no value`, expression.at)
        return constant(0n)
      }
    }
  }

  #binary(operator: IrBinary, left: Operand, right: Operand): Operand {
    const to = this.fresh()
    this.emit({ op: 'binary', to, operator, left, right, type: WORD })
    return { kind: 'register', register: to }
  }

  /** The right side runs only where the left one does not decide; the value depends on all that ran. */
  #logical(expression: Extract<Expression, { kind: 'binary' }>): Operand {
    const isAnd = expression.operator === '&&'
    const left = this.#binary('!=', this.#value(expression.left), constant(0n))
    const right = this.fresh()
    this.emit({ op: 'set', to: right, from: left })
    const look = (): void => {
      const value = this.#binary('!=', this.#value(expression.right), constant(0n))
      this.emit({ op: 'set', to: right, from: value })
    }
    const skip = (): void => {}
    this.#choose(left, false, isAnd ? [look, skip] : [skip, look])
    return this.#binary(isAnd ? '&' : '|', left, { kind: 'register', register: right })
  }

  #call({ name, args, at }: Extract<Expression, { kind: 'call' }>): Operand | null {
    const macro = MACROS.get(name)
    if (macro === undefined) {
      const hint = 'litmus tests may call what tools/memory-model/linux-kernel.def of the kernel defines'
      this.#fail('litmus-unknown-macro', `${name} is not known`, at, hint)
      return constant(0n)
    }
    if (args.length !== macro.args.length) {
      const message = `${name} takes ${plural(macro.args.length, 'argument')}, not ${args.length}`
      this.#fail('litmus-argument', message, at)
      return constant(0n)
    }
    return macro.expand(this, this.#arguments(name, macro, args))
  }

  #arguments(name: string, { args: kinds }: Macro, args: readonly Expression[]): Operand[] {
    return args.map((argument, i) => this.#argument(name, kinds[i] ?? 'value', argument))
  }

  #argument(name: string, kind: ArgumentKind, argument: Expression): Operand {
    if (kind !== 'place') return this.#value(argument)
    if (argument.kind === 'deref') return this.#value(argument.address)
    this.#fail('litmus-argument', `${name} takes memory, as in ${name}(*x)`, argument.at)
    return constant(0n)
  }

  #fail(code: string, message: string, at: At, hint?: string): void {
    this.error ??= {
      severity: 'error',
      code,
      message,
      place: { source: this.#source, ...at },
      ...(hint === undefined ? {} : { hint }),
    }
  }
}

/** True if the process can be left inside this statement. */
function leaves(statement: Statement): boolean {
  if (statement.kind === 'return') return true
  if (statement.kind === 'block') return statement.body.some(leaves)
  return statement.kind === 'if' && [...statement.whenTrue, ...statement.whenFalse].some(leaves)
}
