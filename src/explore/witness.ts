/** The clearest execution that shows something: the one with the fewest preemptions. */
import type { Program } from '../machine/index.js'
import { type ExploreOptions, finish, threadOptions } from './explore.js'
import type { FinishedExecution } from './outcome.js'
import { fewestPreemptions, type Witness } from './preemptions.js'

/** The witness with the fewest preemptions of an execution for which `shows` holds; null if there is none. */
export function findWitness(
  program: Program,
  options: ExploreOptions,
  shows: (execution: FinishedExecution) => boolean,
): Witness | null {
  let best: Witness | null = null
  let left = options.budget?.executions ?? Number.POSITIVE_INFINITY
  options.model.search(program, threadOptions(options), {
    visit: (run) => {
      if (run.status() !== 'blocked' && shows(finish(run, program, options.detectors ?? []))) {
        const candidate = fewestPreemptions(program, options, run.decisions)
        if (best === null || better(candidate, best)) best = candidate
      }
      left--
      return best?.preemptions !== 0 && left > 0 && options.budget?.expired?.() !== true
    },
  })
  return best
}

function better(candidate: Witness, best: Witness): boolean {
  if (candidate.preemptions !== best.preemptions) return candidate.preemptions < best.preemptions
  return candidate.decisions.length < best.decisions.length
}
