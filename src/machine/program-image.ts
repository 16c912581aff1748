/** Where the functions and globals of a program lie: names to addresses and back. */
import { type AddressBits, addressPlan } from './address-plan.js'
import { toBits } from './int64.js'
import type { IrGlobal, IrModule } from './ir.js'
import { type Block, GlobalLayout } from './private-memory.js'

const BYTES_PER_FUNCTION = 16n
const MOST_FUNCTIONS = 1 << 20

/**
 * The symbols of a program, shared by its threads. Where a function lies follows from its name, so that it does
 * not matter who asks first; the globals lie in the order of their names.
 */
export class ProgramImage {
  readonly globals: GlobalLayout
  /** Functions have addresses from here on, below those of the globals. */
  readonly #firstFunction: bigint
  readonly #functions = new Map<string, number>()
  readonly #names = new Map<number, string>()

  constructor(
    globals: Iterable<IrGlobal> = [],
    functions: Iterable<string> = [],
    addressBits: AddressBits = 64,
  ) {
    this.globals = new GlobalLayout(addressBits)
    this.#firstFunction = addressPlan(addressBits).functions
    for (const name of [...functions].sort()) this.functionAddress(name)
    const sorted = [...globals].sort((a, b) => (a.name < b.name ? -1 : 1))
    const blocks = sorted.map(({ name, bytes, readOnly }) => this.globals.add(name, bytes, readOnly))
    for (const [i, global] of sorted.entries()) {
      const block = blocks[i]
      if (block !== undefined) this.#fill(block, global)
    }
  }

  #fill({ u8 }: Block, { data, relocations }: IrGlobal): void {
    if (data !== null) u8.set(data)
    for (const { offset, bytes, symbol, addend } of relocations) {
      let rest = BigInt.asUintN(64, (this.symbol(symbol) ?? this.functionAddress(symbol)) + addend)
      for (let i = 0; i < bytes; i++, rest >>= 8n) u8[offset + i] = Number(rest & 0xffn)
    }
  }

  /** The address of a global, or of a function that was given or asked for before. */
  symbol(name: string): bigint | undefined {
    const block = this.globals.find(name)
    if (block !== undefined) return toBits(block.low, block.high)
    const index = this.#functions.get(name)
    return index === undefined ? undefined : this.#firstFunction + BigInt(index) * BYTES_PER_FUNCTION
  }

  /** The address of the function of this name. */
  functionAddress(name: string): bigint {
    let index = this.#functions.get(name)
    if (index === undefined) {
      index = hash(name) % MOST_FUNCTIONS
      while (this.#names.has(index)) index = (index + 1) % MOST_FUNCTIONS
      this.#functions.set(name, index)
      this.#names.set(index, name)
    }
    return this.#firstFunction + BigInt(index) * BYTES_PER_FUNCTION
  }

  /** The name of the function at an address. */
  functionAt(address: bigint): string | undefined {
    const offset = address - this.#firstFunction
    if (offset < 0n || offset % BYTES_PER_FUNCTION !== 0n) return undefined
    return this.#names.get(Number(offset / BYTES_PER_FUNCTION))
  }
}

/** The image of a module. */
export function imageOf(module: IrModule, addressBits: AddressBits = 64): ProgramImage {
  return new ProgramImage(module.globals.values(), module.functions.keys(), addressBits)
}

function hash(name: string): number {
  let sum = 0x811c9dc5
  for (let i = 0; i < name.length; i++) sum = Math.imul(sum ^ name.charCodeAt(i), 0x01000193)
  return (sum ^ (sum >>> 15)) >>> 0
}
