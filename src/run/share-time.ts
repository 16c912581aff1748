/** The time of a suite, shared by its scenarios and their sides, so that none uses up what the others need. */
import type { SharedBudget } from './explore-suite.js'
import type { RunControl } from './types.js'

/** `seconds` 0: no bound. Time that a part leaves over goes to those that come after it. */
export function shareTime(seconds: number, { now, interrupted }: RunControl): SharedBudget {
  const end = (now?.() ?? 0) + seconds * 1000
  let own = { end, slice: end }
  const left = (until: number): number => Math.max(0, until - (now?.() ?? 0))
  const after = (part: number): number => (now?.() ?? 0) + part
  return {
    seconds,
    expired: () => interrupted?.() === true || (seconds > 0 && now !== undefined && now() > own.slice),
    begin: (scenarios) => {
      const until = after(left(end) / scenarios)
      own = { end: until, slice: until }
    },
    renew: () => {
      const until = after(seconds * 1000)
      own = { end: until, slice: until }
    },
    slice: (parts) => {
      own = { end: own.end, slice: after(left(own.end) / parts) }
    },
  }
}
