/** Addresses of functions: by name, the same for all threads of a program. */
import { type AddressBits, type Callable, ProgramImage } from '../../machine/index.js'
import type { Mm } from '../table.js'

/** Functions of one program that pointers to functions may point to. */
export class FunctionNames {
  readonly #image: ProgramImage
  readonly #handWritten = new Map<string, Callable>()

  constructor(addressBits: AddressBits) {
    this.#image = new ProgramImage([], [], addressBits)
  }

  /** The address of a function that is found by its name. */
  addressOf(name: string): bigint {
    return this.#image.functionAddress(name)
  }

  /** The address of a callback; one that has the name of another gets a number. */
  addressOfCallable(callable: Callable): bigint {
    let name = callable.name
    for (let i = 2; ; i++) {
      const known = this.#handWritten.get(name)
      if (known === undefined || known === callable) break
      name = `${callable.name}~${i}`
    }
    this.#handWritten.set(name, callable)
    return this.#image.functionAddress(name)
  }

  /** The name of the function at an address. */
  at(address: bigint): string | undefined {
    return this.#image.functionAt(address)
  }

  handWritten(name: string): Callable | undefined {
    return this.#handWritten.get(name)
  }
}

const PROGRAMS = new WeakMap<Mm, FunctionNames>()

/** The functions of the program that an address space belongs to. */
export function functionNames(mm: Mm): FunctionNames {
  const known = PROGRAMS.get(mm) ?? new FunctionNames(mm.profile.wordBits)
  PROGRAMS.set(mm, known)
  return known
}
