/** Functions of the intermediate representation written down with names for registers and labels. */
import type { BinaryOperator, Instruction, IrFunction, Operand } from '../machine/index.js'

/** A register by name, or a constant. */
export type Value = string | bigint

/** A label (`next:`), or an instruction over named registers and labels. All values are `unsigned long`. */
export type Line =
  | `${string}:`
  | readonly ['load', to: string, address: Value]
  | readonly ['store', address: Value, value: Value]
  | readonly ['set', to: string, from: Value]
  | readonly [BinaryOperator, to: string, left: Value, right: Value]
  | readonly ['if', condition: Value, whenTrue: string, whenFalse: string, join: string | null]
  | readonly ['goto', label: string]
  | readonly ['loop', key: string]
  | readonly ['assume', condition: Value]
  | readonly ['return', value: Value]

const U64 = { bits: 64, signed: false } as const

/** Puts a function together. Loads are READ_ONCE and stores WRITE_ONCE; the parameters are the first registers. */
export function assemble(name: string, parameters: readonly string[], lines: readonly Line[]): IrFunction {
  const registers = [...parameters]
  const labels = new Map<string, number>()
  const body: Exclude<Line, string>[] = []
  for (const line of lines) {
    if (typeof line === 'string') labels.set(line.slice(0, -1), body.length)
    else body.push(line)
  }
  const register = (named: string): number => {
    if (!registers.includes(named)) registers.push(named)
    return registers.indexOf(named)
  }
  const operand = (value: Value): Operand =>
    typeof value === 'bigint' ? { kind: 'constant', value } : { kind: 'register', register: register(value) }
  const label = (named: string): number => {
    const at = labels.get(named)
    if (at === undefined) throw new Error(`${name} has no label ${named}`)
    return at
  }
  const instruction = (line: Exclude<Line, string>): Instruction => {
    switch (line[0]) {
      case 'load':
        return { op: 'load', to: register(line[1]), address: operand(line[2]), access: 'once' }
      case 'store':
        return { op: 'store', address: operand(line[1]), value: operand(line[2]), access: 'once' }
      case 'set':
        return { op: 'set', to: register(line[1]), from: operand(line[2]) }
      case 'if': {
        const [, condition, whenTrue, whenFalse, join] = line
        return {
          op: 'branch',
          condition: operand(condition),
          whenTrue: label(whenTrue),
          whenFalse: label(whenFalse),
          join: join === null ? null : label(join),
        }
      }
      case 'goto':
        return { op: 'jump', to: label(line[1]) }
      case 'loop':
        return { op: 'loop', key: line[1] }
      case 'assume':
        return { op: 'assume', condition: operand(line[1]) }
      case 'return':
        return { op: 'return', values: [operand(line[1])] }
      default: {
        const [operator, to, left, right] = line
        return {
          op: 'binary',
          to: register(to),
          operator,
          left: operand(left),
          right: operand(right),
          type: U64,
        }
      }
    }
  }
  const code = body.map(instruction)
  return { name, path: null, parameters: parameters.length, registers, code, places: [] }
}
