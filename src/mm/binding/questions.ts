/**
 * What a value that nobody has decided can be, put as a question of the machine's `choose`. The question is
 * asked when the value is looked at, and names only what that look can tell apart: a comparison the constant
 * compared with and something else, a mask the bits under it.
 */
import { hex } from '../../base/index.js'
import type { AnswerDomain, Look, Question, RingPlace, Token } from '../../machine/index.js'
import type { Kernel, Questions } from '../kernel.js'
import { type CRecords, parseCType } from './c-type.js'
import { nameOf } from './names.js'
import { makeUnknownObject } from './unknown.js'

const ALL = (1n << 64n) - 1n
/** -ENOMEM: what IS_ERR() takes for an error. */
const ERROR = -12n
/** -EINVAL: what a function returns that failed. */
const FAILED = -22n

/** What is followed is a pointer, whatever its type was taken for. */
const UNKNOWN_POINTER = { kind: 'pointer', to: '', mayBeNull: false, mayBeError: false } as const

/** The question for a token, with the answers that the other side's question of this key has. */
export function questionFor(k: Kernel, records: CRecords, token: Token, look: Look): Question {
  const own = ownQuestion(k, records, token, look)
  const { questions } = k
  if (questions === undefined || own.domain.length < 2 || own.mask !== ALL) return own
  const isNumber = look.kind === 'compare' && token.domain.kind !== 'pointer' && token.domain.kind !== 'bool'
  const bits = isNumber ? withBits(token, questions) : []
  questions.asked(own.key, [...own.domain, ...bits])
  const others = [...new Set([...questions.also(own.key), ...bits])].filter(
    (answer) => !own.domain.includes(answer),
  )
  if (others.length === 0) return own
  const isPointer = token.domain.kind === 'pointer'
  const fitting = others.filter((answer) => (answer === 'object' || answer === 'NULL') === isPointer)
  return {
    ...own,
    domain: [...own.domain, ...fitting],
    bits: (answer) => (own.domain.includes(answer) ? own.bits(answer) : bitsOf(answer, token)),
    isAny: (answer) => answer === 'any' && !isPointer,
  }
}

/** Numbers that have the bits that either side asks for alone: those bits only, and with another one. */
function withBits(token: Token, { also }: Questions): string[] {
  const { key, type } = token
  return [...also(`bits of ${key}`)].flatMap((mask) => {
    const bits = BigInt.asUintN(type.bits, BigInt(mask))
    let other = 1n
    while ((bits & other) !== 0n) other <<= 1n
    return [bits, BigInt.asUintN(type.bits, bits | other)].map((value) => spell(value, token))
  })
}

/** What an answer stands for that another question gave. */
function bitsOf(answer: string, { type }: Token): bigint {
  if (answer === 'any' || answer === 'true') return 1n
  if (answer === 'error') return BigInt.asUintN(type.bits, ERROR)
  return /^-?\w+$/.test(answer) && /\d/.test(answer) ? BigInt.asUintN(type.bits, numberOf(answer)) : 0n
}

function numberOf(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text)
}

function ownQuestion(k: Kernel, records: CRecords, token: Token, look: Look): Question {
  const { domain } = token
  if (domain.kind === 'pointer') {
    return domain.ring === undefined
      ? pointerQuestion(k, records, token, domain, look)
      : ringQuestion(k, records, token, domain.ring)
  }
  if (token.type.bits >= k.mm.profile.wordBits && domain.kind !== 'bool') {
    if (look.kind === 'follow') return pointerQuestion(k, records, token, UNKNOWN_POINTER, look)
    if (domain.kind === 'unknown') {
      const end = endOf(k, domain.at, look)
      const question = end === null ? wordQuestion(k, token, look) : ringQuestion(k, records, token, end)
      if (question !== null) return question
    }
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
    ...(isCompared && mayBeNull && isFarOn(token.key) ? [] : ['object']),
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

/** True where the same thing was asked for again and again: a chain of objects ends here. */
function isFarOn(key: string): boolean {
  const [, number = '1'] = /#(\d+)$/.exec(key) ?? []
  const isOfItself = /^(\w+)\((?:.*\b\1\(){3}/.test(key)
  return isOfItself || Number(number) > MOST_ASKED || /(->[\w.]+)\1\1$/.test(key)
}

const MOST_ASKED = 3

/** More nodes than these, the head not counted, no list has. */
const MOST_NODES = 2

/** A list ends where it began. Which nodes it has is asked for on the way on; back from one is the one before it. */
function ringQuestion(k: Kernel, records: CRecords, token: Token, ring: RingPlace): Question {
  const { head, node, previous, nodes, isBack } = ring
  const isKnown = isBack && nodes > 0
  const domain = nodes < MOST_NODES ? ['object', 'end'] : ['end']
  return {
    key: token.key,
    domain: isKnown ? ['previous'] : domain,
    mask: ALL,
    bits: (answer) => {
      if (answer === 'previous') return previous
      if (answer === 'end') return head
      const next = { head, previous: node, nodes: nodes + 1 }
      return makeUnknownObject(k, token.key, 'struct list_head', records, next)
    },
  }
}

/**
 * A word of which no type is known is a pointer in a list where it leads from a member to what that is part of, or
 * is compared with where something lies. Null where it is not looked at like that.
 */
function endOf(k: Kernel, at: bigint | undefined, look: Look): RingPlace | null {
  if (at === undefined) return null
  const begin = (head: bigint): RingPlace => ({ head, node: at, previous: head, nodes: 0, isBack: false })
  if (look.kind === 'displace') return begin(at)
  if (look.kind !== 'compare' || look.ordered || look.bits < LOWEST_ADDRESS) return null
  return nameOf(k, look.bits) === undefined ? null : begin(look.bits)
}

/** Numbers below are not taken for addresses. */
const LOWEST_ADDRESS = 0x1000_0000n

/**
 * A word that may be a number or a pointer. Compared with 0 it is 0, or anything else: which of these is only said
 * when it is used as the one or the other. Null where the look asks for numbers.
 */
function wordQuestion(k: Kernel, token: Token, look: Look): Question | null {
  const isAny = k.thread.memory.knownBits(token.key)?.isAny === true
  const wrap = (bits: bigint): bigint => BigInt.asUintN(token.type.bits, bits)
  const one = (answer: string): Question => ({
    key: token.key,
    domain: [answer],
    mask: ALL,
    bits: () => 1n,
  })
  if (look.kind === 'use' || look.kind === 'displace') return isAny ? one('1') : null
  if (look.kind !== 'compare') return null
  const isZero = look.bits === 0n
  if (isAny && isZero) return { ...one('any'), mask: 0n }
  const isError = look.ordered && look.bits >= wrap(-4096n)
  if (!isZero && !isError) return isAny && look.bits === 1n ? one('1') : null
  return {
    key: token.key,
    domain: isAny ? ['any', 'error'] : isError ? ['any', '0', 'error'] : ['0', 'any'],
    mask: ALL,
    bits: (answer) => (answer === '0' ? 0n : answer === 'error' ? wrap(ERROR) : 1n),
    isAny: (answer) => answer === 'any',
  }
}

function recordOf(to: string): string {
  const { base, pointers } = parseCType(to)
  return pointers === 0 ? base : ''
}

/** The bits under a mask that are not known yet: all clear, or all set. */
function maskQuestion(k: Kernel, token: Token, mask: bigint): Question {
  const known = k.thread.memory.knownBits(token.key)?.mask ?? 0n
  const open = mask & ~known & widthMask(token)
  const asked = k.questions === undefined ? open : pieceOf(open, mask, token, k.questions)
  if (asked === 0n) return { key: token.key, domain: ['0'], mask, bits: () => 0n }
  return {
    key: `${token.key} & ${hex(asked)}`,
    domain: ['0', hex(asked)],
    mask: asked,
    bits: (answer) => (answer === '0' ? 0n : asked),
  }
}

/** Bits are asked for together as long as neither side asks for some of them alone. */
function pieceOf(open: bigint, mask: bigint, { key }: Token, { asked, also }: Questions): bigint {
  asked(`bits of ${key}`, [hex(mask)])
  let piece = open
  for (const other of also(`bits of ${key}`)) {
    const common = piece & BigInt(other)
    if (common !== 0n) piece = common
  }
  return piece
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
