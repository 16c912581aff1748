/** Calls between lifted and hand-written functions, as frames that are data. */
import {
  type Callable,
  type DataSteps,
  type Event,
  isToken,
  type Look,
  type Operation,
  type Question,
  type Token,
  type Value,
  type Word,
} from '../../machine/index.js'
import type { Kernel } from '../kernel.js'
import { type CPrototype, ENTRY_TYPES, integerOf, parseCType } from './c-type.js'
import type { Marshal } from './marshal.js'
import { spellValue } from './names.js'
import type { Pure } from './pure.js'

/** What calls need of the binding of a thread. */
export interface Bound {
  readonly marshal: Marshal
  readonly question: (token: Token, look: Look) => Question
}

/** The binding of the thread of a context. */
export type BoundOf = (k: Kernel) => Bound

/** A hand-written function, to be called with words. `takes` says which of the arguments it is given. */
export function wordsToHost(
  callee: Callable,
  prototype: CPrototype,
  boundOf: BoundOf,
  takes?: readonly number[],
): Callable {
  return {
    name: callee.name,
    path: null,
    role: 'primitive',
    body: (k: Kernel, ...args: readonly Value[]) => {
      const given = takes === undefined ? args : takes.map((i) => args[i] ?? NOTHING)
      const types = prototype.args.map(({ type }) => type)
      const convert = (bound: Bound, words: readonly Word[]): readonly unknown[] =>
        types.map((type, i) => bound.marshal.toHost(words[i] ?? NOTHING, type))
      const step = (bound: Bound, words: readonly Word[]): Operation => {
        // Hand-written code follows the entries that it is given, and primitives all but the mm.
        const missing = types.find((type, i) => isFollowed(callee, type) && (words[i] ?? NOTHING).bits === 0n)
        if (missing !== undefined) {
          const text = `${callee.name} is given NULL for a ${missing.trim()}`
          return { op: 'hazard', kind: 'null dereference', object: '', text, fatal: true }
        }
        return { op: 'call', target: callee, args: convert(bound, words) }
      }
      const result = (bound: Bound, value: unknown): Value => bound.marshal.toWord(value, prototype.returns)
      return new DecidedCall(k, boundOf, { given: given.slice(0, types.length), types, step, result })
    },
  }
}

function isFollowed({ role }: Callable, type: string): boolean {
  const { base, pointers } = parseCType(type)
  if (pointers !== 1) return false
  return ENTRY_TYPES.has(base) || (role === 'primitive' && base !== 'struct mm_struct')
}

/** A helper on values, to be called with words. */
export function pureCallable(name: string, of: Pure, boundOf: BoundOf): Callable {
  return {
    name,
    path: null,
    role: 'primitive',
    body: (k: Kernel, ...args: readonly Value[]) =>
      new DecidedCall(k, boundOf, {
        given: args,
        types: [],
        step: null,
        result: (_bound, words) => of(...(words as Word[])),
      }),
  }
}

interface Request {
  readonly given: readonly Value[]
  readonly types: readonly string[]
  /** The operation that the call is; null where the result follows from the words alone. */
  readonly step: ((bound: Bound, words: readonly Word[]) => Operation) | null
  readonly result: (bound: Bound, reply: unknown) => Value
}

/** True if events from `start` on store, or take or release what keeps others from storing. */
function mayHaveChanged(events: readonly Event[], start: number): boolean {
  // A thread whose past was forgotten does not know what it did.
  if (events.length < start) return true
  return events.slice(start).some(({ op, writes }) => writes.length > 0 || !HARMLESS.has(op))
}

const HARMLESS: ReadonlySet<Event['op']> = new Set(['load', 'observe', 'fence', 'return', 'call', 'hazard'])

/** Has every argument decided, does the call, and turns its result into a word. */
class DecidedCall implements DataSteps {
  readonly #k: Kernel
  readonly #boundOf: BoundOf
  readonly #request: Request
  #asked: { readonly token: Token; readonly look: Look } | null = null
  #called = false
  /** Events of the thread when the call was made. */
  #eventsBefore = 0

  constructor(k: Kernel, boundOf: BoundOf, request: Request) {
    this.#k = k
    this.#boundOf = boundOf
    this.#request = request
  }

  next(reply: unknown): IteratorResult<Operation, unknown> {
    const bound = this.#boundOf(this.#k)
    const { memory } = this.#k.thread
    if (this.#asked !== null) {
      const { token, look } = this.#asked
      const { mask, bits } = bound.question(token, look)
      memory.decide(token.key, mask, bits(String(reply)))
      this.#asked = null
    } else if (this.#called) {
      // What the callee stored, or let others store, may change what is answered next.
      if (mayHaveChanged(this.#k.thread.events, this.#eventsBefore)) memory.changes++
      return { done: true, value: this.#request.result(bound, reply) }
    }
    const words: Word[] = []
    for (const [i, value] of this.#request.given.entries()) {
      if (!isToken(value)) {
        words.push(value)
        continue
      }
      const look = parseCType(this.#request.types[i] ?? '').pointers > 0 ? FOLLOW : USE
      const asks = decide(this.#k, bound, value, look)
      if (asks !== null) {
        this.#asked = { token: value, look }
        return { done: false, value: asks }
      }
      words.push({ bits: memory.knownBits(value.key)?.bits ?? 0n, from: value.from })
    }
    const { step, result } = this.#request
    if (step === null) return { done: true, value: result(bound, words) }
    this.#called = true
    this.#eventsBefore = this.#k.thread.events.length
    return { done: false, value: step(bound, words) }
  }

  clone(_past: unknown, context: unknown): DecidedCall {
    const copy = new DecidedCall(context as Kernel, this.#boundOf, this.#request)
    copy.#asked = this.#asked
    copy.#called = this.#called
    copy.#eventsBefore = this.#eventsBefore
    return copy
  }

  key({ provenance }: { readonly provenance: boolean }): string {
    const given = this.#request.given.map((value) => {
      if (isToken(value)) return `?${value.key}`
      return `${value.bits.toString(16)}${provenance ? `<${value.from.join(' ')}` : ''}`
    })
    return `${given.join(',')} ${this.#asked?.token.key ?? ''} ${this.#called}`
  }
}

const USE: Look = { kind: 'use' }
const FOLLOW: Look = { kind: 'follow' }
const NOTHING: Word = { bits: 0n, from: [] }

/** The question that decides a token; null if it is decided, or there is one answer only. */
export function decide(k: Kernel, bound: Bound, token: Token, look: Look = USE): Operation | null {
  const { memory } = k.thread
  if (memory.knownBits(token.key)?.mask === ALL) return null
  const { key, domain, mask, bits } = bound.question(token, look)
  const [only, ...others] = domain
  if (only !== undefined && others.length === 0) {
    memory.decide(token.key, mask, bits(only))
    return null
  }
  return { op: 'choose', key, domain }
}

const ALL = (1n << 64n) - 1n

/**
 * A lifted function, to be called by hand-written code with what that has. Where the result is `spelled` it is
 * text, and stays undecided if it was so.
 */
export function hostToWords(
  callee: Callable,
  prototype: CPrototype,
  boundOf: BoundOf,
  spelled = false,
): Callable['body'] {
  return (k: Kernel, ...args: readonly unknown[]) =>
    new CallFromHost(k, { callee, prototype, boundOf, args, spelled })
}

interface HostCall {
  readonly callee: Callable
  readonly prototype: CPrototype
  readonly boundOf: BoundOf
  readonly args: readonly unknown[]
  readonly spelled: boolean
}

class CallFromHost implements DataSteps {
  readonly #k: Kernel
  readonly #call: HostCall
  #state: 'begin' | 'called' | { readonly deciding: Token } = 'begin'

  constructor(k: Kernel, call: HostCall) {
    this.#k = k
    this.#call = call
  }

  next(reply: unknown): IteratorResult<Operation, unknown> {
    const { boundOf, callee, prototype, args, spelled } = this.#call
    const bound = boundOf(this.#k)
    const { memory } = this.#k.thread
    if (this.#state === 'begin') {
      this.#state = 'called'
      const words = prototype.args.map(({ type }, i) => bound.marshal.toWord(args[i], type))
      return { done: false, value: { op: 'call', target: callee, args: words } }
    }
    if (this.#state !== 'called') {
      const { deciding } = this.#state
      const { mask, bits } = bound.question(deciding, USE)
      memory.decide(deciding.key, mask, bits(String(reply)))
      return this.#finish(bound, { bits: memory.knownBits(deciding.key)?.bits ?? 0n, from: deciding.from })
    }
    if (reply === undefined) return { done: true, value: undefined }
    if (spelled) {
      return {
        done: true,
        value: spellResult(this.#k, knownValue(this.#k, reply as Value), prototype.returns),
      }
    }
    if (!isToken(reply)) return this.#finish(bound, reply as Word)
    const asks = decide(this.#k, bound, reply)
    if (asks === null) {
      return this.#finish(bound, { bits: memory.knownBits(reply.key)?.bits ?? 0n, from: reply.from })
    }
    this.#state = { deciding: reply }
    return { done: false, value: asks }
  }

  #finish(bound: Bound, word: Word): IteratorResult<Operation, unknown> {
    return { done: true, value: bound.marshal.toHost(word, this.#call.prototype.returns) }
  }

  clone(_past: unknown, context: unknown): CallFromHost {
    const copy = new CallFromHost(context as Kernel, this.#call)
    copy.#state = this.#state
    return copy
  }

  key(): string {
    return typeof this.#state === 'string' ? this.#state : this.#state.deciding.key
  }
}

/** A token that was decided as the word that it is. */
function knownValue(k: Kernel, value: Value): Value {
  if (!isToken(value)) return value
  const known = k.thread.memory.knownBits(value.key)
  return known?.mask === ALL ? { bits: known.bits, from: value.from } : value
}

/** What a function returned, for people: integers as numbers, entries as hex, the rest by name. */
function spellResult(k: Kernel, value: Value, type: string): string {
  if (isToken(value)) return value.key
  const { base, pointers } = parseCType(type)
  if (pointers > 0 || ENTRY_TYPES.has(base)) return spellValue(k, value, type)
  const { bits, signed } = integerOf(type, k.mm.profile)
  return String(signed ? BigInt.asIntN(bits, value.bits) : BigInt.asUintN(bits, value.bits))
}
