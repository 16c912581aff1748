export { dotGraph } from './dot.js'
export {
  type Budget,
  DEFAULT_BUDGET,
  type ExploreOptions,
  explore,
  forEachExecution,
  inputOf,
} from './explore.js'
export { ENDED, unfold } from './graph/unfold.js'
export {
  type FinishedRun,
  MEMORY_MODELS,
  type MemoryModel,
  SC,
  type SearchResult,
  type SearchVisitor,
  TSO,
} from './memory-model.js'
export type { Behaviour, Coverage, FinishedExecution, HazardCount, Observation, Outcome } from './outcome.js'
export { fewestPreemptions, type Witness } from './preemptions.js'
export { replay } from './replay.js'
export type { Decision } from './run.js'
export { formatSchedule, parseSchedule, type ScheduleRun } from './schedule.js'
export {
  bitsOf,
  DEFAULT_STATEFUL_BUDGET,
  exploreStates,
  type FinalState,
  outcomeKey,
  type StatefulBudget,
  type StatefulCoverage,
  type StatefulOptions,
  type StatefulOutcome,
} from './stateful.js'
export { findWitness } from './witness.js'
