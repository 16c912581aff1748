/**
 * The public API: everything a plugin or a program around kreplay needs, and nothing else. It follows semantic
 * versioning; what is not exported here may change at any time. docs/writing-a-reimplementation.md shows it
 * at work.
 */

// Read: the report, schema version 1.
export { type Diagnostic, formatPlace, type Result } from './base/index.js'
// Inside a reimplementation: the kernel context `k`, C's prototypes and values.
// Inside a suite: worlds, programs, and what to look at when an execution has ended.
export {
  type Bool,
  type Callable,
  type Cell,
  type Event,
  equal,
  type Hazard,
  type HazardDetector,
  Heap,
  type Identity,
  type Lock,
  lostUpdates,
  map,
  map2,
  not,
  or,
  type Proc,
  tracked,
  type Word,
} from './machine/index.js'
export {
  type EntryPointer,
  type Kernel,
  type KernelFunctions,
  lostBits,
  type Mm,
  type MmWalk,
  type MmWalkOps,
  mapImbalances,
  PAGE_SIZE,
  type Ref,
  type Release,
  type Vma,
} from './mm/index.js'
// Write: a C function's stand-in, a suite that drives it, the plugin that hands both in.
export { defineReimplementation, type Reimplementation, type ReimplementationSpec } from './reimpl/index.js'
export type {
  Coverage,
  Finding,
  NeededPart,
  Premise,
  Reach,
  Report,
  ReportFunction,
  ReportPatch,
  ReportRace,
  SideResult,
  Step,
  Summary,
  UnderModel,
  Verdict,
  WithoutPart,
  Witness,
} from './report/index.js'
export {
  exitCodeOf,
  FORMAT_NAMES,
  findFormat,
  formatJson,
  formatMarkdown,
  formatTerminal,
  parseReport,
  VERDICTS,
} from './report/index.js'
// Run: what the command line does, as functions.
export {
  definePlugin,
  exploreScenario,
  fingerprint,
  type LoadedPlugin,
  list,
  loadPlugins,
  type Plugin,
  type Progress,
  parseThread,
  type RunControl,
  type RunRequest,
  type RunResult,
  runThread,
  stepThrough,
} from './run/index.js'
export {
  type Built,
  buildWorld,
  defineSuite,
  emptyAddressSpace,
  eventsNamed,
  finalEntries,
  flushes,
  lockOperations,
  locksIn,
  type Observation,
  type Observed,
  type Property,
  programOf,
  returned,
  type Scenario,
  type Side,
  type Suite,
  stores,
  type ThreadPart,
  underTest,
  type World,
  type WorldSpec,
} from './suite/index.js'
