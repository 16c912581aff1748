import type { PrimitiveSignatures } from '../signatures.js'
import * as entries from './entries.js'
import * as huge from './huge.js'
import * as locks from './locks.js'
import type { Primitive } from './primitive.js'
import * as tlb from './tlb.js'
import * as walk from './walk.js'

/** Every primitive, by its C name. */
export const PRIMITIVES: Readonly<Record<keyof PrimitiveSignatures, Primitive>> = {
  ...locks,
  ...walk,
  ...huge,
  ...entries,
  ...tlb,
}

export type { Primitive } from './primitive.js'
