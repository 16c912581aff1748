/** What addresses and values are called, alike before and after: never by their numbers where they have names. */
import { hex } from '../../base/index.js'
import { highHalf, isToken, lowHalf, type Value } from '../../machine/index.js'
import type { Kernel } from '../kernel.js'
import { parseCType } from './c-type.js'
import { functionNames } from './functions.js'

/** An argument of this C type as it is spelled in events and keys. */
export function spellValue(k: Kernel, value: Value, type: string): string {
  if (isToken(value)) return value.key
  const { bits } = value
  const named = nameOf(k, bits)
  if (named !== undefined) return named
  if (parseCType(type).pointers > 0 && bits === 0n) return 'NULL'
  return bits < 1024n ? String(bits) : hex(bits)
}

/** The name of what lies at an address. */
export function nameOf(k: Kernel, address: bigint): string | undefined {
  const entry = k.mm.pointerAt(address)
  if (entry !== undefined) return entry.name
  const cell = k.mm.heap.holding(address)
  if (cell !== undefined) return cell.name
  const fn = functionNames(k.mm).at(address)
  if (fn !== undefined) return fn
  const [low, high] = [lowHalf(address), highHalf(address)]
  const block = k.thread.memory.locate(low, high)
  if (block === undefined) return undefined
  const offset = block.offset(low, high) - OBJECT_OFFSET * (block.kind === 'allocated' ? 1 : 0)
  const rest = offset === 0 ? '' : offset > 0 ? `+${offset}` : `${offset}`
  return `${block.kind === 'local' ? '&' : ''}${block.name}${rest}`
}

/** Objects that stand for what cannot be seen begin at this offset of their blocks: container_of() goes back. */
export const OBJECT_OFFSET = 4096
