export {
  type ChangedFunction,
  type ChangeKind,
  changedFunctions,
  type FileTexts,
  type FunctionSide,
  functionOfMissing,
  identitiesOf,
  identityOf,
  textOf,
  UNNAMED,
} from './changed-functions.js'
export { makeSide, newestRelease, type SideRequest } from './environment.js'
export {
  type CallCounts,
  type CalleeKind,
  FileLifter,
  type FileLiftRequest,
  type FunctionLift,
  type LiftedWhole,
  type LiftState,
} from './lift-file.js'
export {
  boundNames,
  kernelLiftOptions,
  type LiftedCode,
  type LiftedRoots,
  type LiftReport,
  type LiftRequest,
  type LiftRoot,
  liftedUnit,
  liftRoots,
  versionOf,
} from './lift-unit.js'
export {
  type FunctionMatch,
  type MatchOptions,
  type MatchResult,
  matchFunctions,
  type Resolution,
} from './match.js'
export { type OutsideChange, type OutsideKind, outsideFunctions } from './outside-functions.js'
