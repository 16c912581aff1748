/** Values that nobody has decided yet: what an opaque call returned, what unknown memory holds. */
import type { AnswerDomain, IntType } from './ir.js'
import type { Reads } from './value.js'

/**
 * A value that is decided when the program first looks at it, by the machine's `choose`. Until then it is moved
 * about as it is. Tokens of one key are one value.
 */
export class Token {
  /** What it is, spelled alike before and after: `pmd_val(A)#2`, `vma->vm_flags`. */
  readonly key: string
  readonly domain: AnswerDomain
  /** Its width. */
  readonly type: IntType
  readonly from: Reads

  constructor(key: string, domain: AnswerDomain, type: IntType, from: Reads = []) {
    this.key = key
    this.domain = domain
    this.type = type
    this.from = from
  }
}

/** What is known of a value besides its bits: the reads that it depends on, or that it is not decided. */
export type Tag = Reads | Token

export function isToken(value: unknown): value is Token {
  return value instanceof Token
}
