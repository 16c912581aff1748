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
export { factsOf, type SourceText } from './callers/file-facts.js'
export type { HeldLock, LockContext } from './callers/held-locks.js'
export type { SetField } from './callers/initializers.js'
export type { Lock } from './callers/lock-words.js'
export { codeText, functionHash, stripComments, tokenText } from './code-text.js'
export { type FunctionText, findFunctions } from './find-functions.js'
export { type FunctionPiece, findFunctionsInHunk, type LineRange } from './find-functions-in-hunk.js'
export { type LexOptions, lexC, type Token, type TokenKind } from './lex-c.js'
export { type Mutant, type MutationKind, mutantsOf } from './mutate.js'
export { type Normalised, type NormaliseOptions, normalise } from './normalise/index.js'
export { readSectionHeading, type SectionHeading } from './section-heading.js'
export * from './syntax/index.js'
