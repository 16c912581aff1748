/** The intermediate representation as text, for people: `kreplay lift` prints it, and tests read it. */

import type { Instruction, IntType, IrFunction, Operand, RmwUpdate } from './ir.js'
import { fenceName } from './thread.js'

/** One line an instruction: label, text, place. */
export interface IrLine {
  readonly label: number
  readonly text: string
  /** Line in the C file; 0 where there is none. */
  readonly line: number
  readonly column: number
}

/** Every instruction of a function, in order. */
export function irLines(fn: IrFunction): readonly IrLine[] {
  return fn.code.map((instruction, label) => ({
    label,
    text: instructionText(instruction, fn),
    line: fn.places[label]?.line ?? 0,
    column: fn.places[label]?.column ?? 0,
  }))
}

/** One instruction: `pte = load u64 [pmd] (once)`. */
export function instructionText(instruction: Instruction, fn: IrFunction): string {
  const value = (operand: Operand): string => operandText(operand, fn)
  const to = 'to' in instruction && instruction.op !== 'jump' ? instruction.to : null
  const text = rightSide(instruction, value)
  return to === null ? text : `${registerName(to, fn)} = ${text}`
}

function rightSide(instruction: Instruction, value: (operand: Operand) => string): string {
  switch (instruction.op) {
    case 'set':
      return value(instruction.from)
    case 'unary':
      return `${instruction.operator}${value(instruction.operand)} ${typeText(instruction.type)}`
    case 'binary': {
      const { operator, left, right, type } = instruction
      return `${value(left)} ${operator} ${value(right)} ${typeText(type)}`
    }
    case 'convert':
      return `${value(instruction.from)} ${typeText(instruction.source)} to ${typeText(instruction.type)}`
    case 'float-binary':
      return `${value(instruction.left)} ${instruction.operator} ${value(instruction.right)} f${instruction.bits}`
    case 'float-convert':
      return `${value(instruction.from)} ${numberText(instruction.source)} to ${numberText(instruction.type)}`
    case 'load':
      return `load ${sizeText(instruction.type)}[${value(instruction.address)}]${markText(instruction.access)}`
    case 'store': {
      const { address, type, access } = instruction
      return `store ${sizeText(type)}[${value(address)}], ${value(instruction.value)}${markText(access)}`
    }
    case 'copy':
      return `copy ${instruction.bytes} bytes [${value(instruction.target)}] from [${value(instruction.source)}]`
    case 'clear':
      return `clear ${instruction.bytes} bytes [${value(instruction.at)}]`
    case 'allocate':
      return `allocate ${value(instruction.bytes)} bytes for ${instruction.name}`
    case 'symbol':
      return `address of ${instruction.name}`
    case 'rmw': {
      const { name, address, update, type, access } = instruction
      return `${name} ${typeText(type)} [${value(address)}] ${updateText(update, value)}${markText(access)}`
    }
    case 'fence':
      return fenceName(instruction.fence)
    case 'lock':
    case 'unlock':
    case 'trylock':
    case 'is-locked':
      return `${instruction.op} [${value(instruction.lock)}]`
    case 'rcu-lock':
    case 'rcu-unlock':
    case 'irq-save':
    case 'irq-restore':
      return instruction.op
    case 'srcu-lock':
      return `srcu-lock [${value(instruction.domain)}]`
    case 'srcu-unlock':
      return `srcu-unlock [${value(instruction.domain)}], ${value(instruction.cookie)}`
    case 'grace-period':
      return instruction.domain === null ? 'grace-period' : `grace-period [${value(instruction.domain)}]`
    case 'call':
      return `call ${instruction.target}(${instruction.args.map(value).join(', ')})`
    case 'call-pointer':
      return `call [${value(instruction.pointer)}](${instruction.args.map(value).join(', ')}) as ${instruction.text}`
    case 'branch': {
      const { condition, whenTrue, whenFalse, join } = instruction
      const meets = join === null ? '' : `, meeting at ${join}`
      return `if ${value(condition)} goto ${whenTrue} else ${whenFalse}${meets}`
    }
    case 'jump':
      return `goto ${instruction.to}`
    case 'loop':
      return `loop ${instruction.key}`
    case 'assume':
      return `assume ${value(instruction.condition)}`
    case 'return':
      return `return ${instruction.values.map(value).join(', ')}`.trimEnd()
  }
}

function registerName(register: number, fn: IrFunction): string {
  const name = fn.registers[register]
  return name === undefined || name === '' ? `%${register}` : name
}

function operandText(operand: Operand, fn: IrFunction): string {
  if (operand.kind === 'register') return registerName(operand.register, fn)
  return operand.value < 4096n ? String(operand.value) : `0x${operand.value.toString(16)}`
}

/** `u64`, `s32`. */
function typeText({ bits, signed }: IntType): string {
  return `${signed ? 's' : 'u'}${bits}`
}

function numberText(type: IntType | { readonly float: 32 | 64 }): string {
  return 'float' in type ? `f${type.float}` : typeText(type)
}

function sizeText(type: IntType | undefined): string {
  return type === undefined ? '' : `${typeText(type)} `
}

function markText(access: string): string {
  return access === 'plain' ? '' : ` (${access})`
}

function updateText(update: RmwUpdate, value: (operand: Operand) => string): string {
  switch (update.kind) {
    case 'exchange':
      return `:= ${value(update.value)}`
    case 'arithmetic':
      return `${update.operator}= ${value(update.value)}`
    case 'compare-exchange':
      return `:= ${value(update.value)} if ${value(update.expected)}`
    case 'add-unless':
      return `+= ${value(update.value)} unless ${value(update.unless)}`
  }
}
