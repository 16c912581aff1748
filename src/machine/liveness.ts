/** Which registers of a function can still be read: states that differ in the others will do the same. */
import type { Instruction, IrFunction, Label, Operand, Register } from './ir.js'

/** Registers that may be read at or after an instruction before they are written, ascending. Cached by function. */
export function liveRegisters(fn: IrFunction, at: Label): readonly Register[] {
  let live = LIVE.get(fn)
  if (live === undefined) {
    live = analyse(fn.code)
    LIVE.set(fn, live)
  }
  return live[at] ?? NONE
}

const NONE: readonly Register[] = []
const LIVE = new WeakMap<IrFunction, readonly (readonly Register[])[]>()

/** Backward data flow to the least fixed point. */
function analyse(code: readonly Instruction[]): (readonly Register[])[] {
  const live: Set<Register>[] = code.map((instruction) => new Set(readBy(instruction)))
  for (let changed = true; changed; ) {
    changed = false
    for (let i = code.length - 1; i >= 0; i--) {
      const instruction = code[i]
      const here = live[i]
      if (instruction === undefined || here === undefined) continue
      const written = writtenBy(instruction)
      for (const next of successors(instruction, i)) {
        for (const register of live[next] ?? NONE) {
          if (register === written || here.has(register)) continue
          here.add(register)
          changed = true
        }
      }
    }
  }
  return live.map((registers) => [...registers].sort((a, b) => a - b))
}

function successors(instruction: Instruction, at: Label): readonly Label[] {
  switch (instruction.op) {
    case 'branch':
      return [instruction.whenTrue, instruction.whenFalse]
    case 'jump':
      return [instruction.to]
    case 'return':
      return []
    default:
      return [at + 1]
  }
}

function writtenBy(instruction: Instruction): Register | null {
  return 'to' in instruction && instruction.op !== 'jump' ? instruction.to : null
}

function readBy(instruction: Instruction): Register[] {
  return operandsOf(instruction).flatMap((operand) => (operand.kind === 'register' ? [operand.register] : []))
}

function operandsOf(instruction: Instruction): readonly Operand[] {
  switch (instruction.op) {
    case 'set':
    case 'convert':
    case 'float-convert':
      return [instruction.from]
    case 'unary':
      return [instruction.operand]
    case 'binary':
      return [instruction.left, instruction.right]
    case 'load':
      return [instruction.address]
    case 'store':
      return [instruction.address, instruction.value]
    case 'rmw': {
      const { address, update } = instruction
      if (update.kind === 'compare-exchange') return [address, update.expected, update.value]
      return update.kind === 'add-unless' ? [address, update.value, update.unless] : [address, update.value]
    }
    case 'lock':
    case 'unlock':
    case 'trylock':
    case 'is-locked':
      return [instruction.lock]
    case 'srcu-lock':
      return [instruction.domain]
    case 'srcu-unlock':
      return [instruction.domain, instruction.cookie]
    case 'grace-period':
      return instruction.domain === null ? [] : [instruction.domain]
    case 'call':
      return instruction.args
    case 'call-pointer':
      return [instruction.pointer, ...instruction.args]
    case 'copy':
      return [instruction.target, instruction.source]
    case 'clear':
      return [instruction.at]
    case 'allocate':
      return [instruction.bytes]
    case 'float-binary':
      return [instruction.left, instruction.right]
    case 'branch':
    case 'assume':
      return [instruction.condition]
    case 'return':
      return instruction.values
    case 'fence':
    case 'rcu-lock':
    case 'rcu-unlock':
    case 'irq-save':
    case 'irq-restore':
    case 'jump':
    case 'loop':
    case 'symbol':
      return []
  }
}
