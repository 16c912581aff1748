/**
 * What a value that nobody has decided can be, put as a question of the machine's `choose`. The question is
 * asked when the value is looked at, and names only what that look can tell apart: a comparison the constant
 * compared with and something else, a mask the bits under it.
 */
import { hex } from '../../base/index.js'
import type { AnswerDomain, Look, Question, Token } from '../../machine/index.js'
import type { Kernel } from '../kernel.js'
import { type CRecords, parseCType } from './c-type.js'
import { makeUnknownObject } from './unknown.js'

const ALL = (1n << 64n) - 1n
/** -ENOMEM: what IS_ERR() takes for an error. */
const ERROR = -12n
/** -EINVAL: what a function returns that failed. */
const FAILED = -22n

/** What is followed is a pointer, whatever its type was taken for. */
const UNKNOWN_POINTER = { kind: 'pointer', to: '', mayBeNull: false, mayBeError: false } as const

/** The question for a token. */
export function questionFor(k: Kernel, records: CRecords, token: Token, look: Look): Question {
  const { domain } = token
  if (domain.kind === 'pointer') return pointerQuestion(k, records, token, domain, look)
  if (look.kind === 'follow' && token.type.bits >= k.mm.profile.wordBits && domain.kind !== 'bool') {
    return pointerQuestion(k, records, token, UNKNOWN_POINTER, look)
  }
  if (look.kind === 'mask' && domain.kind !== 'bool') return maskQuestion(k, token, look.bits)
  const answers = new Map(candidates(token, domain, look).map((bits) => [spell(bits, token), bits]))
  return {
    key: token.key,
    domain: [...answers.keys()],
    mask: ALL,
    bits: (answer) => answers.get(answer) ?? 0n,
  }
}

function pointerQuestion(
  k: Kernel,
  records: CRecords,
  token: Token,
  { to, mayBeNull, mayBeError }: Extract<AnswerDomain, { kind: 'pointer' }>,
  look: Look,
): Question {
  const isCompared = look.kind === 'compare'
  const domain = [
    'object',
    ...(isCompared && mayBeNull ? ['NULL'] : []),
    ...(isCompared && mayBeError ? ['error'] : []),
  ]
  return {
    key: token.key,
    domain,
    mask: ALL,
    bits: (answer) => {
      if (answer === 'NULL') return 0n
      if (answer === 'error') return BigInt.asUintN(k.mm.profile.wordBits, ERROR)
      return makeUnknownObject(k, token.key, recordOf(to), records)
    },
  }
}

function recordOf(to: string): string {
  const { base, pointers } = parseCType(to)
  return pointers === 0 ? base : ''
}

/** The bits under a mask that are not known yet: all clear, or all set. */
function maskQuestion(k: Kernel, token: Token, mask: bigint): Question {
  const known = k.thread.memory.knownBits(token.key)?.mask ?? 0n
  const asked = mask & ~known & widthMask(token)
  if (asked === 0n) return { key: token.key, domain: ['0'], mask, bits: () => 0n }
  return {
    key: `${token.key} & ${hex(asked)}`,
    domain: ['0', hex(asked)],
    mask,
    bits: (answer) => (answer === '0' ? 0n : asked),
  }
}

function widthMask({ type }: Token): bigint {
  return (1n << BigInt(type.bits)) - 1n
}

/** Bit patterns that tell apart what the program looks for. */
function candidates(token: Token, domain: AnswerDomain, look: Look): bigint[] {
  const wrap = (bits: bigint): bigint => BigInt.asUintN(token.type.bits, bits)
  if (domain.kind === 'bool') return [0n, 1n]
  const found = new Set<bigint>([0n])
  if (domain.kind === 'integer') for (const value of domain.values) found.add(wrap(value))
  if (look.kind === 'compare' && look.bits !== 0n) {
    found.add(wrap(look.bits))
    if (look.ordered) found.add(wrap(look.bits + 1n))
  }
  if (found.size === 1) found.add(domain.kind === 'integer' && token.type.signed ? wrap(FAILED) : 1n)
  return [...found]
}

function spell(bits: bigint, { type, domain }: Token): string {
  if (domain.kind === 'bool') return bits === 0n ? 'false' : 'true'
  const value = type.signed ? BigInt.asIntN(type.bits, bits) : bits
  return value > -4096n && value < 4096n ? String(value) : hex(bits)
}
