export { type CalledFunction, functionsNamed, lockText } from './callers/called.js'
export { assignsMember, type EntryUse, entryUse } from './callers/entry-use.js'
export type {
  AddressFact,
  CallFact,
  DefinitionFact,
  ExportFact,
  FactPlace,
  FileFacts,
  MacroFact,
  Question,
  StoreFact,
  TableFact,
  TableUse,
} from './callers/facts.js'
export { factsOf, type SourceText, tableVariable } from './callers/file-facts.js'
export type { HeldLock, LockContext } from './callers/held-locks.js'
export type { SetField } from './callers/initializers.js'
export type { Lock } from './callers/lock-words.js'
export { codeText, functionHash, stripComments, tokenText } from './code-text.js'
export { type FunctionText, findFunctions } from './find-functions.js'
export { type FunctionPiece, findFunctionsInHunk, type LineRange } from './find-functions-in-hunk.js'
export { createEnvironment, type Environment, type EnvironmentOptions } from './headers/environment.js'
export type { FileScope } from './headers/file-scope.js'
export { pathInTree } from './headers/include-path.js'
export { type DefaultConfigOptions, defaultConfig } from './headers/kconfig.js'
export { type KernelConfig, readKernelConfig } from './headers/predefined.js'
export { type LexOptions, lexC, type Token, type TokenKind } from './lex-c.js'
export * from './lower/index.js'
export { type Mutant, type MutationKind, mutantsOf } from './mutate.js'
export { type Normalised, type NormaliseOptions, normalise } from './normalise/index.js'
export { type Removal, removalsOf } from './removals.js'
export type * from './scope.js'
export { type ScopeProblem, scopeOfUnit, type UnitOptions, type UnitScope } from './scope-of-unit.js'
export { readSectionHeading, type SectionHeading } from './section-heading.js'
export * from './syntax/index.js'
export { textLayout } from './text-layout.js'
export type * from './types/c-type.js'
export { Layouts, type MemberPlace, type RecordLayout } from './types/layout.js'
export { type ScalarPlace, scalarsOf } from './types/scalars.js'
export { spellType } from './types/spell-type.js'
