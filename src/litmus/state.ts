/** Final states: what the locations that are shown hold, ordered and printed as herd7 does. */
import { bracketed } from './condition.js'
import type { LitmusProgram } from './program.js'

/** One final state: the contents of the locations that are shown as bit patterns, in their order. */
export type FinalState = readonly bigint[]

/** Collects final states, each once. */
export class StateSet {
  readonly #states = new Map<string, FinalState>()

  add(state: FinalState): void {
    this.#states.set(state.join(' '), state)
  }

  get size(): number {
    return this.#states.size
  }

  /** By the first location in which they differ: numbers before addresses, small before large. */
  sorted({ program }: LitmusProgram): readonly FinalState[] {
    const name = (bits: bigint): string | undefined => program.heap.at(bits)?.name
    const compare = (left: bigint, right: bigint): number => {
      if (left === right) return 0
      const [l, r] = [name(left), name(right)]
      if (l !== undefined && r !== undefined) return l < r ? -1 : 1
      if (l !== undefined || r !== undefined) return l === undefined ? -1 : 1
      return BigInt.asIntN(64, left) < BigInt.asIntN(64, right) ? -1 : 1
    }
    return [...this.#states.values()].sort((left, right) => {
      for (const [i, bits] of left.entries()) {
        const order = compare(bits, right[i] ?? 0n)
        if (order !== 0) return order
      }
      return 0
    })
  }
}

/** The contents by location: `{ '1:r0': 'x', '[x]': '1' }`, numbers as the type of the location has them. */
export function describeState(program: LitmusProgram, state: FinalState): Readonly<Record<string, string>> {
  const { heap } = program.program
  const shown = program.observed.filter(({ isShown }) => isShown)
  const entries = shown.map(({ location, type }, i) => {
    const bits = state[i] ?? 0n
    const number = type.signed ? BigInt.asIntN(type.bits, bits) : BigInt.asUintN(type.bits, bits)
    return [bracketed(location), heap.at(bits)?.name ?? String(number)] as const
  })
  return Object.fromEntries(entries)
}
