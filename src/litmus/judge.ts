/** What a test's comment says of its outcome, beside what the outcome is. It decides nothing but a summary. */
import type { LitmusOutcome } from './evaluate.js'
import type { Stated } from './syntax.js'

/** `undecided`: time ran out before it could be told. */
export type Judgement = 'as stated' | 'otherwise' | 'not stated' | 'undecided'

/**
 * A data race makes every other statement void, in the kernel's own judging too: `DATARACE` is met by the flag
 * alone. `Maybe` is met by any verdict, `DEADLOCK` by a test without executions.
 */
export function judge(stated: Stated | null, outcome: LitmusOutcome): Judgement {
  const { verdict, complete, positive, negative, flags } = outcome
  if (stated === null) return verdict === null ? 'undecided' : 'not stated'
  if (stated.flag !== null) {
    if (flags.includes(stated.flag)) return 'as stated'
    return complete ? 'otherwise' : 'undecided'
  }
  const executed = positive + negative > 0
  if (stated.verdict === 'DEADLOCK') {
    if (executed) return 'otherwise'
    return complete ? 'as stated' : 'undecided'
  }
  if (verdict === null) return 'undecided'
  if (complete && !executed) return 'otherwise'
  return stated.verdict === 'Maybe' || stated.verdict === verdict ? 'as stated' : 'otherwise'
}
