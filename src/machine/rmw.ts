/** Atomic read-modify-writes: what they store and what they return. */
import { binary, wrap } from './arithmetic.js'
import type { Instruction, Operand, RmwUpdate } from './ir.js'
import { mergeReads, type Word } from './value.js'

type Rmw = Extract<Instruction, { op: 'rmw' }>
type Words = (operand: Operand) => Word

/** What is stored in place of the value read; null: nothing. */
export function updateOf({ update, type }: Rmw, words: Words): (current: bigint) => bigint | null {
  const value = wrap(words(update.value).bits, type)
  switch (update.kind) {
    case 'exchange':
      return () => value
    case 'arithmetic':
      return (current) => binary(update.operator, current, value, type)
    case 'compare-exchange': {
      const expected = wrap(words(update.expected).bits, type)
      return (current) => (wrap(current, type) === expected ? value : null)
    }
    case 'add-unless': {
      const unless = wrap(words(update.unless).bits, type)
      return (current) => (wrap(current, type) === unless ? null : wrap(current + value, type))
    }
  }
}

/** What C's function returns, by the value that was read. */
export function rmwResult(instruction: Rmw, old: Word, words: Words): Word {
  if (instruction.result === 'old') return old
  const stored = updateOf(instruction, words)(old.bits)
  const { update } = instruction
  if (instruction.result === 'new') {
    return { bits: stored ?? old.bits, from: mergeReads(old.from, words(update.value).from) }
  }
  const tested = testedAgainst(update)
  return {
    bits: stored === null ? 0n : 1n,
    from: tested === null ? old.from : mergeReads(old.from, words(tested).from),
  }
}

/** What is stored depends on the operand only. */
export function isExchange({ kind }: RmwUpdate): boolean {
  return kind === 'exchange' || kind === 'compare-exchange'
}

/** What decides whether anything is stored. */
export function testedAgainst(update: RmwUpdate): Operand | null {
  if (update.kind === 'compare-exchange') return update.expected
  return update.kind === 'add-unless' ? update.unless : null
}
