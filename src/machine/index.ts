export type { AddressBits } from './address-plan.js'
export { binary, convert, floatBinary, floatConvert, signed, unary, wrap } from './arithmetic.js'
export {
  type Cell,
  type CellSpec,
  Heap,
  type Lock,
  type Region,
  type SharedArea,
  UNDECIDED,
  WINDOW_BYTES,
} from './cell.js'
export { Course } from './course.js'
export {
  describeEvent,
  type Event,
  type Hazard,
  type HazardDetector,
  hazardKey,
  type ReadRecord,
  type Site,
  type WriteRecord,
} from './event.js'
export {
  type Body,
  type Callable,
  type Identity,
  type Implementation,
  implementationId,
  type Test,
  type TextLayout,
  type Way,
} from './implementation.js'
export { highHalf, lowHalf } from './int64.js'
export { IrFrame, irCallable } from './interpreter.js'
export type * from './ir.js'
export type { Beside, IrEnvironment, Look, Question, ToldStore, Value } from './ir-environment.js'
export { type IrLine, instructionText, irLines } from './ir-text.js'
export { lostUpdates } from './lost-update.js'
export type * from './operation.js'
export {
  Block,
  GlobalLayout,
  type LiveBytes,
  type MemoryFault,
  type PlacedObject,
  PrivateMemory,
  type Tagged,
  type UnknownBytes,
} from './private-memory.js'
export { DEFAULT_THREAD_OPTIONS, type Execution, newCourses, type Program, start } from './program.js'
export { imageOf, ProgramImage } from './program-image.js'
export { type Builtin, type BuiltinCall, type ModuleRun, type RunLimits, runModule } from './run-module.js'
export {
  eventOf,
  fenceName,
  kindOf,
  type Omission,
  Thread,
  type ThreadHost,
  type ThreadOptions,
  type ThreadSpec,
  type ThreadStatus,
} from './thread.js'
export { isToken, type Tag, Token } from './token.js'
export {
  type Bool,
  type Control,
  EVENTS_PER_THREAD,
  type EventId,
  equal,
  indexOf,
  joined,
  map,
  map2,
  mergeReads,
  NO_READS,
  not,
  or,
  type Reads,
  type Tracked,
  threadOf,
  tracked,
  type Word,
} from './value.js'
