/** The outcome of a test in the words and the layout of herd7, which other tools read. */
import { formatCondition } from './condition.js'
import type { LitmusOutcome } from './evaluate.js'
import type { LitmusTest, Quantifier } from './syntax.js'

const KINDS: Readonly<Record<Quantifier, string>> = {
  exists: 'Allowed',
  '~exists': 'Forbidden',
  forall: 'Required',
}

/**
 * The block of one test. It has no `Time` and no `Hash`. Where time ran out, a line that herd does not have says so:
 * `Partial` if the verdict is proved all the same, `Timeout` if there is none.
 */
export function formatOutcome(test: LitmusTest, outcome: LitmusOutcome): string {
  const { name, quantifier, condition } = test
  const { verdict, complete, positive, negative, states } = outcome
  const answer = isMet(quantifier, outcome)
  const counts = quantifier === '~exists' ? [negative, positive] : [positive, negative]
  const lines = [
    `Test ${name} ${KINDS[quantifier]}`,
    `States ${states.length}`,
    ...states.map((state) =>
      Object.entries(state)
        .map(([location, value]) => `${location}=${value};`)
        .join(' '),
    ),
    ...(answer === null ? [] : [answer ? 'Ok' : 'No']),
    'Witnesses',
    `Positive: ${counts[0]} Negative: ${counts[1]}`,
    ...outcome.flags.map((flag) => `Flag ${flag}`),
    `Condition ${formatCondition(quantifier, condition)}`,
  ]
  if (verdict === null) lines.push(`Timeout ${name} no verdict: states, counts and flags are what was seen`)
  else {
    lines.push(`Observation ${name} ${verdict} ${positive} ${negative}`)
    if (!complete)
      lines.push(
        `Partial ${name} the verdict is proved; there can be more states and flags, and the counts are larger`,
      )
  }
  return `${lines.join('\n')}\n`
}

/** What `Ok` and `No` say: whether the test is as its condition wants it. Null if that was not decided. */
export function isMet(quantifier: Quantifier, outcome: LitmusOutcome): boolean | null {
  const { verdict, complete, negative } = outcome
  if (verdict === null) return quantifier === 'forall' && negative > 0 ? false : null
  if (quantifier === 'exists') return verdict !== 'Never'
  if (quantifier === '~exists') return verdict === 'Never'
  if (negative > 0) return false
  return verdict === 'Always' || complete ? true : null
}
