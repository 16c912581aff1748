/** Which operands of an instruction are looked at, so that they have to be decided, and what for. */
import type { BinaryOperator, Instruction, Operand } from './ir.js'
import type { Look, Value } from './ir-environment.js'
import { testedAgainst } from './rmw.js'
import { isToken } from './token.js'

type Values = (operand: Operand) => Value

/** To be used in another way than those that can be told apart. */
export const USE: Look = { kind: 'use' }
const FOLLOW: Look = { kind: 'follow' }
const DISPLACE: Look = { kind: 'displace' }

/** True for constants that lead from a member to another one: more than what counts. */
function isOffset(operand: Operand): boolean {
  return operand.kind === 'constant' && operand.value >= 8n && operand.value % 4n === 0n
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])

/** How far a sum is followed to see whether it is an address. */
const STEPS_AHEAD = 12

/** True if the register, set by the instruction before `at`, is followed as a pointer in what comes next. */
export function isFollowedNext(code: readonly Instruction[], at: number, register: number): boolean {
  const isIt = (operand: Operand): boolean => operand.kind === 'register' && operand.register === register
  for (let i = at; i < at + STEPS_AHEAD; i++) {
    const next = code[i]
    if (next === undefined || next.op === 'branch' || next.op === 'jump' || next.op === 'return') return false
    if ((next.op === 'load' || next.op === 'store' || next.op === 'rmw') && isIt(next.address)) return true
    if (next.op === 'call' || next.op === 'call-pointer') {
      const types = next.prototype?.args ?? []
      if (next.args.some((operand, n) => isIt(operand) && types[n]?.endsWith('*') === true)) return true
    }
    if ('to' in next && next.to === register) return false
  }
  return false
}

/**
 * The operands whose bits an instruction needs. What only moves a value about needs none; `looksAtStored` says
 * whether a store to this address needs the value's.
 */
export function looksOf(
  instruction: Instruction,
  values: Values,
  looksAtStored: (address: Operand, bytes: number) => boolean,
  isFollowed: (register: number) => boolean,
): readonly (readonly [Operand, Look])[] {
  switch (instruction.op) {
    case 'unary':
      return [[instruction.operand, instruction.operator === '!' ? compared(0n) : USE]]
    case 'binary': {
      const { operator, left, right, type } = instruction
      if (operator === '&')
        return [
          [left, masked(values, right)],
          [right, masked(values, left)],
        ]
      if (operator === '+' && isFollowed(instruction.to)) {
        // Of a sum that is an address the first side that is not known is the pointer, the other one an index.
        return isToken(values(left))
          ? [
              [left, FOLLOW],
              [right, USE],
            ]
          : [[right, FOLLOW]]
      }
      if (!COMPARISONS.has(operator)) {
        const isMoved = (operator === '+' || operator === '-') && type.bits === 64
        return [
          [left, isMoved && isOffset(right) ? DISPLACE : USE],
          [right, USE],
        ]
      }
      return [
        [left, comparedWith(values, right, type.bits, operator)],
        [right, comparedWith(values, left, type.bits, operator)],
      ]
    }
    case 'convert':
      return instruction.source.bits === instruction.type.bits ? [] : [[instruction.from, USE]]
    case 'float-convert':
      return [[instruction.from, USE]]
    case 'float-binary':
      return [
        [instruction.left, USE],
        [instruction.right, USE],
      ]
    case 'load':
      return [[instruction.address, FOLLOW]]
    case 'store':
      return looksAtStored(instruction.address, (instruction.type?.bits ?? 64) / 8)
        ? [
            [instruction.address, FOLLOW],
            [instruction.value, USE],
          ]
        : [[instruction.address, FOLLOW]]
    case 'copy':
      return [
        [instruction.target, FOLLOW],
        [instruction.source, FOLLOW],
      ]
    case 'clear':
      return [[instruction.at, FOLLOW]]
    case 'allocate':
      return [[instruction.bytes, USE]]
    case 'rmw': {
      const { address, update } = instruction
      const tested = testedAgainst(update)
      return [[address, FOLLOW], [update.value, USE], ...(tested === null ? [] : [[tested, USE] as const])]
    }
    case 'lock':
    case 'unlock':
    case 'trylock':
    case 'is-locked':
      return [[instruction.lock, FOLLOW]]
    case 'srcu-lock':
    case 'srcu-unlock':
      return [[instruction.domain, FOLLOW]]
    case 'call-pointer':
      return [[instruction.pointer, FOLLOW]]
    case 'branch':
    case 'assume':
      return [[instruction.condition, compared(0n)]]
    default:
      return []
  }
}

function masked(values: Values, other: Operand): Look {
  const value = values(other)
  return isToken(value) ? USE : { kind: 'mask', bits: value.bits }
}

function comparedWith(values: Values, other: Operand, bits: number, operator: BinaryOperator): Look {
  const value = values(other)
  if (isToken(value)) return USE
  return compared(BigInt.asUintN(bits, value.bits), operator !== '==' && operator !== '!=')
}

function compared(bits: bigint, ordered = false): Look {
  return { kind: 'compare', bits, ordered }
}
