/** Calls of functions that nothing is known of: an event, and an answer that is decided when it is looked at. */
import { sha256 } from '../../base/index.js'
import {
  type AnswerDomain,
  type Callable,
  type CallPrototype,
  type DataSteps,
  highHalf,
  type IntType,
  isToken,
  lowHalf,
  mergeReads,
  NO_READS,
  type Operation,
  type Reads,
  Token,
  type Value,
} from '../../machine/index.js'
import type { Kernel } from '../kernel.js'
import { type CRecords, integerOf, parseCType } from './c-type.js'
import { nameOf, spellValue } from './names.js'
import { unknownObject } from './unknown.js'

/** The stand-in for a function of this name, as a caller with this prototype calls it. */
export function opaqueFunction(
  name: string,
  prototype: CallPrototype | undefined,
  records: CRecords,
): Callable {
  return {
    name,
    path: null,
    role: 'primitive',
    body: (k: Kernel, ...args: readonly Value[]) =>
      new OpaqueCall(k, { name, prototype, records, args }, false),
  }
}

interface Call {
  readonly name: string
  readonly prototype: CallPrototype | undefined
  readonly records: CRecords
  readonly args: readonly Value[]
}

/** Longer lists of arguments are cut: what is asked about answers about answers grows without end. */
const MOST_LETTERS = 200

/** Texts that differ are different still. */
function cut(text: string): string {
  return text.length <= MOST_LETTERS ? text : `${text.slice(0, MOST_LETTERS)}…${sha256(text).slice(0, 6)}`
}

/** What BUILD_BUG() and its like call where a compiler finds them false: it is numbered, and never run. */
const COMPILERS_OWN = /^__compiletime_assert_\d+$/

class OpaqueCall implements DataSteps {
  readonly #k: Kernel
  readonly #call: Call
  #told: boolean

  constructor(k: Kernel, call: Call, told: boolean) {
    this.#k = k
    this.#call = call
    this.#told = told
  }

  get #detail(): string {
    const { args, prototype } = this.#call
    return args.map((value, i) => spellValue(this.#k, value, prototype?.args[i] ?? '')).join(', ')
  }

  next(): IteratorResult<Operation, unknown> {
    const { name } = this.#call
    if (COMPILERS_OWN.test(name)) return { done: true, value: undefined }
    if (!this.#told) {
      this.#told = true
      const event = { name, detail: this.#detail, role: 'action', opaque: true } as const
      return { done: false, value: { op: 'observe', event } }
    }
    return { done: true, value: this.#answer() }
  }

  clone(_past: unknown, context: unknown): OpaqueCall {
    return new OpaqueCall(context as Kernel, this.#call, this.#told)
  }

  key(): string {
    return `${this.#detail}${this.#told}`
  }

  #answer(): Value | undefined {
    const { name, prototype, args } = this.#call
    const { memory } = this.#k.thread
    const domain: AnswerDomain = prototype?.answers ?? { kind: 'unknown' }
    const asked = `${name}(${cut(this.#detail)})`
    // A test asked again, with nothing changed in between, gives the same answer.
    const isTest = args.length > 0 && (domain.kind === 'bool' || domain.kind === 'integer')
    const number = memory.occurrence(asked, isTest)
    const key = number === 1 ? asked : `${asked}#${number}`
    if (!isTest) memory.changes++
    for (const [i, value] of args.entries()) this.#havoc(key, value, prototype?.args[i])
    if (domain.kind === 'void') return undefined
    return new Token(key, domain, this.#typeOf(domain), readsOf(args))
  }

  #typeOf(domain: AnswerDomain): IntType {
    if (domain.kind === 'integer') return domain.type
    const { prototype } = this.#call
    const { profile } = this.#k.mm
    return prototype === undefined
      ? { bits: profile.wordBits, signed: false }
      : integerOf(prototype.returns, profile)
  }

  /** A variable whose address is passed, and not as one of something constant, may hold anything afterwards. */
  #havoc(key: string, value: Value, type: string | undefined): void {
    if (isToken(value) || (type !== undefined && parseCType(type).isConst)) return
    const { memory } = this.#k.thread
    const block = memory.find(lowHalf(value.bits), highHalf(value.bits))
    if (block?.kind !== 'local') return
    const { base, pointers } = parseCType(type ?? '')
    const record = pointers === 1 ? base : ''
    const name = `${nameOf(this.#k, value.bits) ?? block.name} after ${key}`
    memory.forgetContents(value.bits, unknownObject(name, record, this.#call.records, 0, false))
  }
}

function readsOf(args: readonly Value[]): Reads {
  let reads: Reads = NO_READS
  for (const { from } of args) reads = mergeReads(reads, from)
  return reads
}
