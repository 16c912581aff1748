/**
 * What the results of calls are compared with: that says which answers of an opaque function make a
 * difference. Registers are followed through moves and conversions, wherever in the function they stand.
 */
import type { AnswerDomain, Instruction, Operand, Register } from '../../machine/index.js'

/** Error pointers are the topmost addresses, this many of them. */
const ERRORS = 4095n

/** The code with the values that each call's result is compared with in its prototype's answers. */
export function refineAnswers(code: readonly Instruction[], wordBits: 32 | 64 = 64): readonly Instruction[] {
  const lowestError = (1n << BigInt(wordBits)) - ERRORS
  const calls = code.filter((instruction) => instruction.op === 'call' || instruction.op === 'call-pointer')
  if (calls.every(({ to }) => to === null)) return code
  const copies = new Map<Register, Register[]>()
  const tests = new Map<Register, Set<bigint>>()
  const errors = new Set<Register>()
  const test = (operand: Operand, value: bigint): void => {
    if (operand.kind !== 'register') return
    const known = tests.get(operand.register)
    if (known === undefined) tests.set(operand.register, new Set([value]))
    else known.add(value)
  }
  for (const instruction of code) {
    switch (instruction.op) {
      case 'set':
      case 'convert':
        if (instruction.from.kind === 'register') {
          const known = copies.get(instruction.from.register) ?? []
          copies.set(instruction.from.register, [...known, instruction.to])
        }
        break
      case 'branch':
        test(instruction.condition, 0n)
        break
      case 'unary':
        if (instruction.operator === '!') test(instruction.operand, 0n)
        break
      case 'binary':
        if (!COMPARISONS.has(instruction.operator)) break
        if (instruction.right.kind === 'constant') test(instruction.left, instruction.right.value)
        if (instruction.left.kind === 'constant') test(instruction.right, instruction.left.value)
        break
      case 'call':
        if (/^(IS_ERR|PTR_ERR|ERR_CAST)/.test(instruction.target)) {
          const [first] = instruction.args
          if (first?.kind === 'register') {
            errors.add(first.register)
            if (instruction.target === 'IS_ERR_OR_NULL') test(first, 0n)
          }
        }
        break
    }
  }
  const asked = (from: Register): { readonly values: Set<bigint>; readonly isError: boolean } => {
    const values = new Set<bigint>()
    let isError = false
    const seen = new Set([from])
    for (const register of seen) {
      for (const value of tests.get(register) ?? []) values.add(value)
      if (errors.has(register)) isError = true
      for (const copy of copies.get(register) ?? []) seen.add(copy)
    }
    return { values, isError }
  }
  const hasError = ({ kind }: AnswerDomain, values: ReadonlySet<bigint>): boolean =>
    kind === 'pointer' && [...values].some((value) => value >= lowestError)
  return code.map((instruction) => {
    if (instruction.op !== 'call' && instruction.op !== 'call-pointer') return instruction
    const { to, prototype } = instruction
    if (to === null || prototype === undefined) return instruction
    const { values, isError } = asked(to)
    const answers = refined(prototype.answers, [...values], isError || hasError(prototype.answers, values))
    return { ...instruction, prototype: { ...prototype, answers } }
  })
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])

function refined(answers: AnswerDomain, values: readonly bigint[], isError: boolean): AnswerDomain {
  switch (answers.kind) {
    case 'integer':
      return {
        ...answers,
        values: [...new Set([...answers.values, ...values])].sort((a, b) => (a < b ? -1 : 1)),
      }
    case 'pointer':
      return {
        ...answers,
        mayBeNull: answers.mayBeNull || values.includes(0n),
        mayBeError: answers.mayBeError || isError,
      }
    default:
      return answers
  }
}
