/**
 * Functions of the intermediate representation made ready to run: for each instruction that touches registers
 * and private memory only, a step on a frame's state in halves of 32 bits (int64.ts). A step gives the index
 * of the next instruction, or SLOW where it is not for it to do: where a value has provenance or is undecided,
 * where memory is shared or the access is wrong, where C leaves the result open. The interpreter then runs the
 * instruction on words, by the same arithmetic as arithmetic.ts; a test holds the two together.
 */
import { binary, floatBinary, floatConvert } from './arithmetic.js'
import { bitsAt, highHalf, highProduct, lowHalf, setBits } from './int64.js'
import type { BinaryOperator, Instruction, IntType, IrFunction, Operand } from './ir.js'
import type { PlaceListener } from './operation.js'
import type { PrivateMemory } from './private-memory.js'
import type { Token } from './token.js'
import type { Word } from './value.js'

/** What steps work on. Registers come first in the file, then the constants of the code. */
export interface FrameState {
  readonly file: number[]
  /**
   * Registers whose values have provenance or are not decided: their values, in place of what the file holds.
   * Null where there are none.
   */
  tags: (Word | Token | undefined)[] | null
  readonly memory: PrivateMemory | null
  host: PlaceListener | undefined
}

/** The instruction was not run. */
export const SLOW = -1

export type Step = (state: FrameState) => number

export interface Decoded {
  readonly steps: readonly Step[]
  /** What the file holds when a frame begins, without the arguments. */
  readonly file: readonly number[]
  /** Index in the file of each constant. */
  readonly constants: ReadonlyMap<bigint, number>
  /** Tells the variables of functions apart that follow one another on a stack. */
  readonly salt: number
}

/** The function decoded; cached. */
export function decode(fn: IrFunction): Decoded {
  const known = DECODED.get(fn)
  if (known !== undefined) return known
  const constants = new Map<bigint, number>()
  const file: number[] = new Array(fn.registers.length * 2).fill(0)
  const at = (operand: Operand): number => {
    if (operand.kind === 'register') return operand.register * 2
    const bits = BigInt.asUintN(64, operand.value)
    const found = constants.get(bits)
    if (found !== undefined) return found
    const place = file.length
    constants.set(bits, place)
    file.push(lowHalf(bits), highHalf(bits))
    return place
  }
  const steps = fn.code.map((instruction, i) => stepOf(instruction, i, at))
  steps.push(slow)
  const decoded = { steps, file, constants, salt: hash(fn.name) }
  DECODED.set(fn, decoded)
  return decoded
}

const DECODED = new WeakMap<IrFunction, Decoded>()

const slow: Step = () => SLOW

function hash(name: string): number {
  let sum = 7
  for (let i = 0; i < name.length; i++) sum = (Math.imul(sum, 31) + name.charCodeAt(i)) | 0
  return (sum ^ (sum >>> 8) ^ (sum >>> 16)) & 0xff
}

function stepOf(instruction: Instruction, index: number, at: (operand: Operand) => number): Step {
  const next = index + 1
  switch (instruction.op) {
    case 'set':
      return setStep(instruction.to * 2, at(instruction.from), next)
    case 'unary': {
      const to = instruction.to * 2
      const from = at(instruction.operand)
      if (instruction.operator === '!') return notStep(to, from, instruction.type, next)
      const zero = at({ kind: 'constant', value: instruction.operator === '-' ? 0n : (1n << 64n) - 1n })
      const operator = instruction.operator === '-' ? '-' : '^'
      return binaryStep(operator, to, zero, from, instruction.type, next)
    }
    case 'binary': {
      const { operator, to, left, right, type } = instruction
      return binaryStep(operator, to * 2, at(left), at(right), type, next)
    }
    case 'convert':
      return convertStep(instruction.to * 2, at(instruction.from), instruction.source, instruction.type, next)
    case 'load':
      return instruction.type === undefined
        ? slow
        : loadStep(instruction.to * 2, at(instruction.address), instruction.type.bits / 8, next)
    case 'store':
      return instruction.type === undefined
        ? slow
        : storeStep(at(instruction.address), at(instruction.value), instruction.type.bits / 8, next)
    case 'branch':
      return branchStep(at(instruction.condition), instruction.whenTrue, instruction.whenFalse, index)
    case 'jump':
      return jumpStep(instruction.to, index)
    case 'float-binary': {
      const { operator, to, left, right, bits } = instruction
      return onBits2(to * 2, at(left), at(right), next, (l, r) => floatBinary(operator, l, r, bits))
    }
    case 'float-convert': {
      const { to, from, source, type } = instruction
      const operand = at(from)
      return (state) => {
        if (isTagged(state, operand)) return SLOW
        setBits(state.file, to * 2, floatConvert(bitsAt(state.file, operand), source, type))
        return untagged(state, to * 2, next)
      }
    }
    default:
      for (const operand of constantsOf(instruction)) at(operand)
      return slow
  }
}

/** Constants that the interpreter looks up in the file by their value. */
function constantsOf(part: unknown): Operand[] {
  if (typeof part !== 'object' || part === null) return []
  if ('kind' in part && part.kind === 'constant') return [part as Operand]
  return Object.values(part).flatMap(constantsOf)
}

/** True if there is more to the register at this place of the file than its bits. */
function isTagged({ tags }: FrameState, at: number): boolean {
  return tags !== null && tags[at >> 1] !== undefined
}

/** Takes the tag off the register written, and goes on. */
function untagged(state: FrameState, to: number, next: number): number {
  if (state.tags !== null) state.tags[to >> 1] = undefined
  return next
}

function setStep(to: number, from: number, next: number): Step {
  return (state) => {
    const { file, tags } = state
    file[to] = file[from] as number
    file[to + 1] = file[from + 1] as number
    if (tags !== null) tags[to >> 1] = tags[from >> 1]
    return next
  }
}

function notStep(to: number, from: number, type: IntType, next: number): Step {
  const mask = type.bits >= 32 ? -1 : (1 << type.bits) - 1
  const highMask = type.bits === 64 ? -1 : 0
  return (state) => {
    if (state.tags !== null && state.tags[from >> 1] !== undefined) return SLOW
    const { file } = state
    const any = ((file[from] as number) & mask) | ((file[from + 1] as number) & highMask)
    file[to] = any === 0 ? 1 : 0
    file[to + 1] = 0
    return untagged(state, to, next)
  }
}

function convertStep(to: number, from: number, source: IntType, type: IntType, next: number): Step {
  const narrow = Math.min(source.bits, type.bits)
  if (narrow === 64) return setStep(to, from, next)
  const shift = 32 - Math.min(narrow, 32)
  // Widening copies the sign; what is cut off afterwards is all beyond 32 bits or within the type.
  const extends_ = source.signed && type.bits > source.bits
  const cut = 32 - Math.min(type.bits, 32)
  return (state) => {
    if (state.tags !== null && state.tags[from >> 1] !== undefined) return SLOW
    const { file } = state
    const low = file[from] as number
    const value = extends_ ? (low << shift) >> shift : ((low << shift) >>> shift) | 0
    file[to] = cut === 0 ? value : ((value << cut) >>> cut) | 0
    file[to + 1] = extends_ && type.bits === 64 ? value >> 31 : 0
    return untagged(state, to, next)
  }
}

/** A step on the bit patterns of two operands, for what is too rare to be done in halves. */
function onBits2(
  to: number,
  left: number,
  right: number,
  next: number,
  of: (left: bigint, right: bigint) => bigint | null,
): Step {
  return (state) => {
    if (isTagged(state, left) || isTagged(state, right)) return SLOW
    const { file } = state
    const bits = of(bitsAt(file, left), bitsAt(file, right))
    if (bits === null) return SLOW
    setBits(file, to, bits)
    return untagged(state, to, next)
  }
}

function binaryStep(
  operator: BinaryOperator,
  to: number,
  left: number,
  right: number,
  type: IntType,
  next: number,
): Step {
  return type.bits === 64
    ? wideStep(operator, to, left, right, type, next)
    : narrowStep(operator, to, left, right, type, next)
}

type Narrow = (left: number, right: number) => number

function narrowStep(
  operator: BinaryOperator,
  to: number,
  left: number,
  right: number,
  type: IntType,
  next: number,
): Step {
  const cut = 32 - type.bits
  // Operators that need no sign work on the patterns; the result is cut off.
  const make = (of: Narrow): Step => {
    if (cut === 0) {
      return (state) => {
        const { file, tags } = state
        if (tags !== null && (tags[left >> 1] !== undefined || tags[right >> 1] !== undefined)) return SLOW
        file[to] = of(file[left] as number, file[right] as number) | 0
        file[to + 1] = 0
        if (tags !== null) tags[to >> 1] = undefined
        return next
      }
    }
    return (state) => {
      const { file, tags } = state
      if (tags !== null && (tags[left >> 1] !== undefined || tags[right >> 1] !== undefined)) return SLOW
      file[to] = ((of(file[left] as number, file[right] as number) << cut) >>> cut) | 0
      file[to + 1] = 0
      if (tags !== null) tags[to >> 1] = undefined
      return next
    }
  }
  /** The numbers that the patterns stand for. */
  const valued = (of: Narrow): Step =>
    type.signed
      ? make((l, r) => of((l << cut) >> cut, (r << cut) >> cut))
      : make((l, r) => of((l << cut) >>> cut, (r << cut) >>> cut))
  const count = type.bits - 1
  switch (operator) {
    case '+':
      return make((l, r) => (l + r) | 0)
    case '-':
      return make((l, r) => (l - r) | 0)
    case '*':
      return make((l, r) => Math.imul(l, r))
    case '&':
      return make((l, r) => l & r)
    case '|':
      return make((l, r) => l | r)
    case '^':
      return make((l, r) => l ^ r)
    case '<<':
      return make((l, r) => l << (r & count))
    case '>>':
      return type.signed
        ? make((l, r) => ((l << cut) >> cut) >> (r & count))
        : make((l, r) => ((l << cut) >>> cut) >>> (r & count))
    case '==':
      return make((l, r) => ((l ^ r) << cut === 0 ? 1 : 0))
    case '!=':
      return make((l, r) => ((l ^ r) << cut === 0 ? 0 : 1))
    case '<':
      return valued((l, r) => (l < r ? 1 : 0))
    case '<=':
      return valued((l, r) => (l <= r ? 1 : 0))
    case '>':
      return valued((l, r) => (l > r ? 1 : 0))
    case '>=':
      return valued((l, r) => (l >= r ? 1 : 0))
    case '/':
      return guarded(
        right,
        cut,
        valued((l, r) => Math.trunc(l / r)),
      )
    case '%':
      return guarded(
        right,
        cut,
        valued((l, r) => l % r),
      )
  }
}

/** Leaves a division by zero to the interpreter. */
function guarded(right: number, cut: number, step: Step): Step {
  return (state) => ((state.file[right] as number) << cut === 0 ? SLOW : step(state))
}

function wideStep(
  operator: BinaryOperator,
  to: number,
  left: number,
  right: number,
  type: IntType,
  next: number,
): Step {
  const [leftTag, rightTag, toTag] = [left >> 1, right >> 1, to >> 1]
  switch (operator) {
    case '+':
      return (state) => {
        const { file, tags } = state
        if (tags !== null && (tags[leftTag] !== undefined || tags[rightTag] !== undefined)) return SLOW
        const low = ((file[left] as number) >>> 0) + ((file[right] as number) >>> 0)
        const high = (file[left + 1] as number) + (file[right + 1] as number)
        file[to] = low | 0
        file[to + 1] = (high + (low > 0xffffffff ? 1 : 0)) | 0
        if (tags !== null) tags[toTag] = undefined
        return next
      }
    case '-':
      return (state) => {
        const { file, tags } = state
        if (tags !== null && (tags[leftTag] !== undefined || tags[rightTag] !== undefined)) return SLOW
        const low = ((file[left] as number) >>> 0) - ((file[right] as number) >>> 0)
        const high = (file[left + 1] as number) - (file[right + 1] as number)
        file[to] = low | 0
        file[to + 1] = (high - (low < 0 ? 1 : 0)) | 0
        if (tags !== null) tags[toTag] = undefined
        return next
      }
    case '*':
      return (state) => {
        const { file, tags } = state
        if (tags !== null && (tags[leftTag] !== undefined || tags[rightTag] !== undefined)) return SLOW
        const l = file[left] as number
        const r = file[right] as number
        const cross = Math.imul(file[left + 1] as number, r) + Math.imul(l, file[right + 1] as number)
        file[to + 1] = (highProduct(l, r) + cross) | 0
        file[to] = Math.imul(l, r)
        if (tags !== null) tags[toTag] = undefined
        return next
      }
    case '&':
      return halves(to, left, right, next, (l, r) => l & r)
    case '|':
      return halves(to, left, right, next, (l, r) => l | r)
    case '^':
      return halves(to, left, right, next, (l, r) => l ^ r)
    case '<<':
      return (state) => {
        const { file, tags } = state
        if (tags !== null && (tags[leftTag] !== undefined || tags[rightTag] !== undefined)) return SLOW
        const by = (file[right] as number) & 63
        const low = file[left] as number
        const high = file[left + 1] as number
        file[to] = by > 31 ? 0 : low << by
        file[to + 1] = by === 0 ? high : by > 31 ? low << (by - 32) : (high << by) | (low >>> (32 - by))
        if (tags !== null) tags[toTag] = undefined
        return next
      }
    case '>>': {
      const { signed } = type
      return (state) => {
        const { file, tags } = state
        if (tags !== null && (tags[leftTag] !== undefined || tags[rightTag] !== undefined)) return SLOW
        const by = (file[right] as number) & 63
        const low = file[left] as number
        const high = file[left + 1] as number
        const top = by > 31 ? by - 32 : by
        const shifted = signed ? high >> top : (high >>> top) | 0
        file[to] = by === 0 ? low : by > 31 ? shifted : (low >>> by) | (high << (32 - by))
        file[to + 1] = by <= 31 ? shifted : signed ? high >> 31 : 0
        if (tags !== null) tags[toTag] = undefined
        return next
      }
    }
    case '==':
    case '!=': {
      const [same, other] = operator === '==' ? [1, 0] : [0, 1]
      return (state) => {
        const { file, tags } = state
        if (tags !== null && (tags[leftTag] !== undefined || tags[rightTag] !== undefined)) return SLOW
        const equal = file[left] === file[right] && file[left + 1] === file[right + 1]
        file[to] = equal ? same : other
        file[to + 1] = 0
        if (tags !== null) tags[toTag] = undefined
        return next
      }
    }
    case '<':
      return comparison(to, left, right, type, next, 1, 0)
    case '>=':
      return comparison(to, left, right, type, next, 0, 1)
    case '>':
      return comparison(to, right, left, type, next, 1, 0)
    case '<=':
      return comparison(to, right, left, type, next, 0, 1)
    case '/':
    case '%': {
      const rare = onBits2(to, left, right, next, (l, r) => binary(operator, l, r, type))
      const isQuotient = operator === '/'
      return (state) => {
        const { file, tags } = state
        if (file[left + 1] !== 0 || file[right + 1] !== 0 || file[right] === 0) return rare(state)
        if (tags !== null && (tags[leftTag] !== undefined || tags[rightTag] !== undefined)) return SLOW
        const l = (file[left] as number) >>> 0
        const r = (file[right] as number) >>> 0
        file[to] = isQuotient ? Math.floor(l / r) | 0 : (l % r) | 0
        file[to + 1] = 0
        if (tags !== null) tags[toTag] = undefined
        return next
      }
    }
  }
}

function halves(to: number, left: number, right: number, next: number, of: Narrow): Step {
  return (state) => {
    const { file, tags } = state
    if (tags !== null && (tags[left >> 1] !== undefined || tags[right >> 1] !== undefined)) return SLOW
    file[to] = of(file[left] as number, file[right] as number)
    file[to + 1] = of(file[left + 1] as number, file[right + 1] as number)
    if (tags !== null) tags[to >> 1] = undefined
    return next
  }
}

/** Stores `yes` if the left number is less than the right one, else `no`. */
function comparison(
  to: number,
  left: number,
  right: number,
  { signed }: IntType,
  next: number,
  yes: number,
  no: number,
): Step {
  // The sign of the high halves decides; without one they are compared as if 2^31 were taken from both.
  const flip = signed ? 0 : 0x80000000 | 0
  return (state) => {
    const { file, tags } = state
    if (tags !== null && (tags[left >> 1] !== undefined || tags[right >> 1] !== undefined)) return SLOW
    const l = (file[left + 1] as number) ^ flip
    const r = (file[right + 1] as number) ^ flip
    const less = l < r || (l === r && (file[left] as number) >>> 0 < (file[right] as number) >>> 0)
    file[to] = less ? yes : no
    file[to + 1] = 0
    if (tags !== null) tags[to >> 1] = undefined
    return next
  }
}

function loadStep(to: number, at: number, bytes: number, next: number): Step {
  return (state) => {
    const { file, tags, memory } = state
    if (memory === null || (tags !== null && tags[at >> 1] !== undefined)) return SLOW
    const low = file[at] as number
    const high = file[at + 1] as number
    const block = memory.find(low, high)
    if (block === undefined || !block.plain) return SLOW
    const offset = block.offset(low, high)
    if (offset < 0 || offset + bytes > block.bytes) return SLOW
    if (bytes === 1) {
      file[to] = block.u8[offset] as number
      file[to + 1] = 0
    } else if (bytes >= 4 && (offset & 3) === 0) {
      file[to] = block.words[offset >> 2] as number
      file[to + 1] = bytes === 8 ? (block.words[(offset >> 2) + 1] as number) : 0
    } else {
      const { u8 } = block
      const first = (u8[offset] as number) | ((u8[offset + 1] as number) << 8)
      file[to] =
        bytes === 2 ? first : first | ((u8[offset + 2] as number) << 16) | ((u8[offset + 3] as number) << 24)
      file[to + 1] = bytes === 8 ? fourBytes(u8, offset + 4) : 0
    }
    if (tags !== null) tags[to >> 1] = undefined
    return next
  }
}

function fourBytes(u8: Uint8Array, at: number): number {
  return (
    (u8[at] as number) |
    ((u8[at + 1] as number) << 8) |
    ((u8[at + 2] as number) << 16) |
    ((u8[at + 3] as number) << 24)
  )
}

function storeStep(at: number, from: number, bytes: number, next: number): Step {
  return (state) => {
    const { file, tags, memory } = state
    if (memory === null) return SLOW
    if (tags !== null && (tags[at >> 1] !== undefined || tags[from >> 1] !== undefined)) return SLOW
    const low = file[at] as number
    const high = file[at + 1] as number
    const block = memory.find(low, high)
    if (block === undefined || !block.plain || block.readOnly || !memory.owns(block)) return SLOW
    if (memory.tellsGlobals && block.kind === 'global') return SLOW
    const offset = block.offset(low, high)
    if (offset < 0 || offset + bytes > block.bytes) return SLOW
    block.text = null
    const value = file[from] as number
    if (bytes === 1) block.u8[offset] = value
    else if (bytes >= 4 && (offset & 3) === 0) {
      block.words[offset >> 2] = value
      if (bytes === 8) block.words[(offset >> 2) + 1] = file[from + 1] as number
    } else {
      const { u8 } = block
      u8[offset] = value
      u8[offset + 1] = value >> 8
      if (bytes > 2) {
        u8[offset + 2] = value >> 16
        u8[offset + 3] = value >> 24
      }
      if (bytes === 8) putFourBytes(u8, offset + 4, file[from + 1] as number)
    }
    return next
  }
}

function putFourBytes(u8: Uint8Array, at: number, value: number): void {
  u8[at] = value
  u8[at + 1] = value >> 8
  u8[at + 2] = value >> 16
  u8[at + 3] = value >> 24
}

function branchStep(condition: number, whenTrue: number, whenFalse: number, index: number): Step {
  const forwards = whenTrue > index && whenFalse > index
  return (state) => {
    if (state.tags !== null && state.tags[condition >> 1] !== undefined) return SLOW
    const { file } = state
    const target = file[condition] === 0 && file[condition + 1] === 0 ? whenFalse : whenTrue
    return forwards || target > index || state.host?.turn() === true ? target : SLOW
  }
}

function jumpStep(to: number, index: number): Step {
  if (to > index) return () => to
  return (state) => (state.host?.turn() === true ? to : SLOW)
}
