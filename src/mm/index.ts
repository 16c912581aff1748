export {
  ARCH_PROFILES,
  ARM64,
  ARM64_16K,
  ARM64_64K,
  ARM64_PROFILES,
  type ArchProfile,
  indexAt,
  LEVELS,
  type Level,
  type LevelShape,
  PAGE_SHIFT,
  PAGE_SIZE,
  pageSizeOf,
  S390,
  type S390Levels,
  sizeOf,
  withLevels,
  withSmallTables,
  X86_32,
  X86_64,
  X86_64_5LEVEL,
  X86_PAE,
} from './arch-profile.js'
export { ARM64_PTE, ARM64_PTE_BITS, type Arm64PteFlags, arm64Pte, arm64PteState } from './arm64-pte.js'
export {
  ACCESS_FLAGS,
  pfn_pte,
  pte_advance_pfn,
  pte_cont,
  pte_mkcont,
  pte_mknoncont,
  pte_pgprot,
  pte_valid,
  pte_valid_cont,
} from './arm64-values.js'
export {
  type CMember,
  type CPrototype,
  type CRecord,
  type CRecords,
  ENTRY_TYPES,
  parseCType,
  parsePrototype,
  wordStructs,
} from './binding/c-type.js'
export {
  boundPrototype,
  isBound,
  type LiftedInfo,
  type LiftedUnit,
  liftedCallable,
  liftedImplementation,
  originOf,
  prototypeOf,
  runsAs,
  withSpelledResult,
} from './binding/lifted.js'
export { unknownArgument } from './binding/unknown.js'
export { type Config, defineConfig, hasSplitPtlocks, isEnabled, numberOf } from './config.js'
export { CONTPTE_HAZARDS, contpteRules } from './contpte-rules.js'
export { lostBits, mapImbalances } from './detectors.js'
export { constant, type EntryTests, entryTests, type PmdState, pmdState, pteState } from './entry.js'
export { type EntryFlags, type EntryFormat, type SwapEntry, X86_FORMAT } from './entry-format.js'
export {
  addrEnd,
  addrEndOfEntry,
  emptyEntry,
  indexBelow,
  isEmptyEntry,
  isFoldedBelow,
  tableEntry,
  type UpperLevel,
  wrapAddress,
} from './fold.js'
export { type Kernel, kernelFactory, type Questions, type System } from './kernel.js'
export { PRIMITIVES, type Primitive } from './primitives/index.js'
export { atLeast, type Release } from './release.js'
export { S390_FORMAT, S390_TYPES, type TableType } from './s390-entry.js'
export type {
  AsProc,
  GupRangeArguments,
  KernelFunctions,
  PrimitiveSignatures,
  Ref,
} from './signatures.js'
export {
  type Simplification,
  type SimplificationId,
  simplification,
  simplifications,
} from './simplification.js'
export {
  type BehindCopy,
  EntryPointer,
  Mm,
  pointerToCopy,
  type StackCopy,
  TablePage,
  usualVmFlags,
  type Vma,
  type VmaKind,
} from './table.js'
export { tornValues } from './torn-values.js'
export type { MmWalk, MmWalkOps, WalkAction } from './walk.js'
