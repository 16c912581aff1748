export { isAccess } from './intrinsics.js'
export {
  constantAtFile,
  type LiftedModule,
  liftFunction,
  liftGlobal,
  liftModule,
  typeOfAtFile,
} from './lift-function.js'
export {
  type Callee,
  instructionsByLine,
  type LiftedFunction,
  type LiftFailure,
  type LiftNote,
  type LiftOptions,
} from './options.js'
