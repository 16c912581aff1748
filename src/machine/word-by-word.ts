/** Accesses to shared memory that are wider than its words: one operation for each word, the lowest first. */
import type { Cell } from './cell.js'
import type { Callable } from './implementation.js'
import type { Access, DataSteps, Operation } from './operation.js'
import { mergeReads, NO_READS, type Reads, type Word } from './value.js'

/** `values` null: a load, which returns the words joined, as an array of one. */
interface Request {
  readonly cells: readonly Cell[]
  readonly access: Access
  readonly address: Reads
  readonly values: readonly Word[] | null
  /** From the high word to the low one. */
  readonly highFirst: boolean
}

/** One access as a frame of its own, in the name of the function that makes it. */
export function wordByWord(name: string): Callable {
  return {
    name,
    path: null,
    role: 'primitive',
    body: (_k, request: Request) => new WordByWord(request, 0, []),
  }
}

class WordByWord implements DataSteps {
  readonly #request: Request
  #next: number
  #words: readonly Word[]

  constructor(request: Request, next: number, words: readonly Word[]) {
    this.#request = request
    this.#next = next
    this.#words = words
  }

  next(reply: unknown): IteratorResult<Operation, unknown> {
    const { cells, access, address, values, highFirst } = this.#request
    const at = highFirst ? cells.length - 1 - this.#next : this.#next
    if (this.#next > 0 && values === null) this.#words = [...this.#words, ...(reply as readonly Word[])]
    const cell = cells[at]
    if (cell === undefined) {
      const words = highFirst ? [...this.#words].reverse() : this.#words
      return { done: true, value: values === null ? [joined(cells, words)] : [] }
    }
    const value = values?.[at]
    this.#next++
    return {
      done: false,
      value:
        value === undefined
          ? { op: 'load', cells: [cell], access, address }
          : { op: 'store', cells: [cell], values: [value], access, address },
    }
  }

  clone(): WordByWord {
    return new WordByWord(this.#request, this.#next, this.#words)
  }

  key(): string {
    return spelled(this.#next, this.#words)
  }
}

function joined(cells: readonly Cell[], words: readonly Word[]): Word {
  let bits = 0n
  let from: Reads = NO_READS
  let shift = 0n
  for (const [i, cell] of cells.entries()) {
    const word = words[i]
    bits |= (word?.bits ?? 0n) << shift
    from = mergeReads(from, word?.from ?? NO_READS)
    shift += 8n * BigInt(cell.bytes)
  }
  return { bits, from }
}

/**
 * A struct copied from or to shared memory: plain loads of `from`, then plain stores to `to`, of what was loaded
 * or of the values given. Returns the words.
 */
export function copyCells(name: string): Callable {
  return {
    name,
    path: null,
    role: 'primitive',
    body: (_k, from: readonly Cell[], to: readonly Cell[], values: readonly Word[]) =>
      new CopyCells(from, to, 0, values),
  }
}

class CopyCells implements DataSteps {
  readonly #from: readonly Cell[]
  readonly #to: readonly Cell[]
  #next: number
  #words: readonly Word[]

  constructor(from: readonly Cell[], to: readonly Cell[], next: number, words: readonly Word[]) {
    this.#from = from
    this.#to = to
    this.#next = next
    this.#words = words
  }

  next(reply: unknown): IteratorResult<Operation, unknown> {
    const at = this.#next++
    if (at > 0 && at <= this.#from.length) this.#words = [...this.#words, ...(reply as readonly Word[])]
    const source = this.#from[at]
    if (source !== undefined) {
      return { done: false, value: { op: 'load', cells: [source], access: 'plain', address: NO_READS } }
    }
    const i = at - this.#from.length
    const [cell, value] = [this.#to[i], this.#words[i]]
    if (cell === undefined || value === undefined) return { done: true, value: this.#words }
    return {
      done: false,
      value: { op: 'store', cells: [cell], values: [value], access: 'plain', address: NO_READS },
    }
  }

  clone(): CopyCells {
    return new CopyCells(this.#from, this.#to, this.#next, this.#words)
  }

  key(): string {
    return spelled(this.#next, this.#words)
  }
}

function spelled(next: number, words: readonly Word[]): string {
  return `${next}:${words.map(({ bits }) => bits.toString(16)).join(',')}`
}
