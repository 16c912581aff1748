export {
  type ActorSpec,
  LOCK_CONTEXTS,
  type LockContext,
  legalChains,
  PMD_TRANSITIONS,
  type PmdTransition,
  PTE_ACTIONS,
  type PteAction,
} from './actors.js'
export { buildWalk, type WalkSpec } from './build-walk.js'
export { buildContpte, CONTPTE_SUITE, type ContpteSpec } from './contpte.js'
export {
  buildContpteRead,
  CONTPTE_WRITERS,
  type ContpteReadSpec,
  type ContpteWriter,
} from './contpte-read.js'
export { CONTPTE_READERS, type ContpteReader } from './contpte-read-threads.js'
export type { ContpteStep } from './contpte-steps.js'
export type { BlockStart, ContpteWorldSpec } from './contpte-world.js'
export {
  type ActorChoice,
  canExist,
  GENERATED_ENTRIES,
  PMD_ENTRIES,
  type PmdChoice,
  PTE_ENTRIES,
  PTE_KINDS,
  type PteChoice,
  shrinkWalk,
  VMA_KINDS,
  type WalkChoices,
  walkOf,
} from './generate.js'
export { buildGupFast, GUP_FAST_SUITE } from './gup-fast.js'
export {
  type Border,
  borderSize,
  buildGupWorld,
  freshWalk,
  type GupSpec,
  type GupWorld,
  mapPage,
  type RangeSpec,
} from './gup-world.js'
export { PAGEWALK_SUITE } from './pagewalk.js'
export { type PrototypePair, pairPrototypes } from './pair-prototypes.js'
export { emptyAddressSpace, programOf, type ThreadPart } from './program.js'
export {
  callbackPages,
  eventsNamed,
  finalEntries,
  flushes,
  lockOperations,
  locksIn,
  returned,
  stores,
  underTest,
} from './project.js'
export { buildPrototypeCall, type CallSpec, opaqueCallees, type PteLayout } from './prototype-call.js'
export { type PrototypeTarget, prototypeSuite } from './prototype-suite.js'
export { buildPteRead, PTE_READ_SUITE } from './pte-read.js'
export type { PteReadSpec } from './pte-read-world.js'
export {
  type Built,
  defineSuite,
  drives,
  functionsOf,
  type Observation,
  type Observed,
  type Property,
  roleMates,
  type Scenario,
  type Side,
  type Suite,
} from './scenario.js'
export type { TreeNeed } from './tree-need.js'
export { type CallbackSpec, callbackClass, type PmdEntryKind, type PteEntryKind } from './walk-callbacks.js'
export { buildWorld, type PmdSpec, type PteSpec, type World, type WorldSpec } from './world.js'
