export type { ConditionAsked, Directive } from './directives.js'
export { type Annotation, type Argument, type Hole, type Piece, PLACEHOLDER } from './holes.js'
export {
  type Head,
  type Normalised,
  type NormalisedUnit,
  type NormaliseOptions,
  normalise,
  type TextKind,
} from './normalise.js'
export { GRAMMAR_TYPES } from './words.js'
export { Unreadable } from './work.js'
