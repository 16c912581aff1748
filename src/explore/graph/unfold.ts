/**
 * A thread of any making as a function of the intermediate representation: every way it can go, one after the
 * other, with a branch where its way depends on a value. What it does is the same as far as memory models can
 * tell, so it can be written as a litmus test.
 */
import { type Diagnostic, fail, ok, type Result } from '../../base/index.js'
import type {
  Access,
  Cell,
  Event,
  EventId,
  Instruction,
  IntType,
  IrFunction,
  Operand,
  Program,
  Register,
  SharedOperation,
  ThreadOptions,
} from '../../machine/index.js'
import { type Effect, type ThreadLog, ThreadLogs } from './thread-log.js'
import { relevantReads, type ValueFacts, valueFacts } from './values.js'

/** A register: 1 if the thread came to its end, 0 if it did not (a loop that would go round again). */
export const ENDED = 'ended'

const WORD: IntType = { bits: 64, signed: true }

/** Ways of one thread that are followed; beyond it the thread is refused. */
const MAX_WAYS = 500

/** What a thread does at one point, and then. */
type Tree =
  | { readonly kind: 'end'; readonly fences: readonly Event[]; readonly ended: boolean }
  | {
      readonly kind: 'operation'
      readonly fences: readonly Event[]
      readonly operation: SharedOperation
      readonly event: EventId
      /** By what was read: how it goes on. One entry without a value if nothing depends on it. */
      readonly ways: readonly { readonly value: bigint | null; readonly next: Tree }[]
    }

/** All threads of a program as functions. Errors: `litmus-unwritable`, for what a litmus test has no words for. */
export function unfold(program: Program, options: ThreadOptions): Result<readonly IrFunction[]> {
  const settings: ThreadOptions = { ...options, gracePeriods: 'event', retries: 'block' }
  const facts = valueFacts(program, settings)
  const functions: IrFunction[] = []
  for (const [number, { label }] of program.threads.entries()) {
    const unfolded = new Unfolding(program, settings, facts, number, label).run()
    if (!unfolded.ok) return unfolded
    functions.push(unfolded.value)
  }
  return ok(functions)
}

class Unwritable extends Error {}

class Unfolding {
  readonly #program: Program
  readonly #options: ThreadOptions
  readonly #facts: ValueFacts
  readonly #number: number
  readonly #label: string
  readonly #code: Instruction[] = []
  readonly #registers: string[] = []
  readonly #registerOf = new Map<EventId, Register>()
  #ways = 0
  #ended: Register = 0

  constructor(program: Program, options: ThreadOptions, facts: ValueFacts, number: number, label: string) {
    this.#program = program
    this.#options = options
    this.#facts = facts
    this.#number = number
    this.#label = label
  }

  run(): Result<IrFunction> {
    try {
      const { tree } = this.#grow(new ThreadLogs(this.#program, this.#options).start(this.#number), 0)
      this.#nameReads(tree)
      this.#ended = this.#registers.push(ENDED) - 1
      this.#write(tree)
    } catch (error) {
      if (error instanceof Unwritable) return fail(this.#diagnostic(error.message))
      throw error
    }
    const name = `P${this.#number}`
    return ok({ name, path: null, parameters: 0, registers: this.#registers, code: this.#code, places: [] })
  }

  #diagnostic(what: string): Diagnostic {
    return {
      severity: 'error',
      code: 'litmus-unwritable',
      message: `${this.#label} cannot be written as a litmus process: ${what}`,
    }
  }

  // ---- the ways --------------------------------------------------------------------------------------------

  #grow(log: ThreadLog, seen: number): { readonly tree: Tree; readonly relevant: ReadonlySet<EventId> } {
    const { thread } = log
    const fences = thread.events.slice(seen).filter(({ fence }) => fence !== undefined)
    const { pending } = thread
    const turning = pending?.op === 'await' && pending.retry === true
    if (thread.status !== 'ready' || pending === null || turning) {
      if (++this.#ways > MAX_WAYS) throw new Unwritable(`it has more than ${MAX_WAYS} ways to go`)
      const ended = thread.status === 'done'
      return { tree: { kind: 'end', fences, ended }, relevant: relevantReads(thread) }
    }
    const event = thread.nextId()
    const relevant = new Set<EventId>()
    const ways: { value: bigint | null; next: Tree }[] = []
    for (const { value, effect } of this.#effects(pending, event)) {
      const below = this.#grow(log.after(effect), thread.events.length + 1)
      for (const read of below.relevant) relevant.add(read)
      ways.push({ value, next: below.tree })
      if (!relevant.has(event)) break
    }
    const [first] = ways
    if (ways.length === 1 && first !== undefined) ways[0] = { ...first, value: null }
    return { tree: { kind: 'operation', fences, operation: pending, event, ways }, relevant }
  }

  #effects(operation: SharedOperation, event: EventId): { value: bigint | null; effect: Effect }[] {
    switch (operation.op) {
      case 'load': {
        const cell = single(operation.cells)
        return this.#values(cell).map((value) => ({
          value,
          effect: { reads: [{ cell, value, from: null }], writes: [] },
        }))
      }
      case 'rmw': {
        const cell = single(operation.cells)
        return this.#values(cell).map((value) => {
          const stored = operation.update([value])
          const data = [...operation.data, event]
          const writes = stored === null ? [] : [{ cell, value: stored[0] ?? 0n, data, after: null }]
          return { value, effect: { reads: [{ cell, value, from: null }], writes } }
        })
      }
      case 'store': {
        const cell = single(operation.cells)
        const value = operation.values[0]
        const write = { cell, value: value?.bits ?? 0n, data: value?.from ?? [], after: null }
        return [{ value: null, effect: { reads: [], writes: [write] } }]
      }
      case 'lock': {
        const { cell } = operation.lock
        const taken = { cell, value: BigInt(this.#number + 1), data: [], after: null }
        return [{ value: null, effect: { reads: [{ cell, value: 0n, from: null }], writes: [taken] } }]
      }
      case 'unlock': {
        const freed = { cell: operation.lock.cell, value: 0n, data: [], after: null }
        return [{ value: null, effect: { reads: [], writes: [freed] } }]
      }
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'irq-save':
      case 'irq-restore':
      case 'grace-period':
        return [{ value: null, effect: { reads: [], writes: [] } }]
      case 'choose': {
        const choice = this.#program.answers.get(operation.key)
        if (choice !== undefined) return [{ value: null, effect: { reads: [], writes: [], choice } }]
        throw new Unwritable(`it asks for ${operation.key}`)
      }
      default:
        throw new Unwritable(`it does ${operation.op}`)
    }
  }

  #values(cell: Cell): bigint[] {
    const written = this.#facts.threads.flatMap(({ writes }) => [...(writes.get(cell.id)?.keys() ?? [])])
    return [...new Set([cell.initial, ...written])]
  }

  // ---- the code --------------------------------------------------------------------------------------------

  #nameReads(tree: Tree): void {
    if (tree.kind === 'end') return
    if ((tree.operation.op === 'load' || tree.operation.op === 'rmw') && !this.#registerOf.has(tree.event)) {
      this.#registerOf.set(tree.event, this.#registers.length)
      this.#registers.push(`r${this.#registers.length}`)
    }
    for (const { next } of tree.ways) this.#nameReads(next)
  }

  #write(tree: Tree): void {
    for (const { fence } of tree.fences) if (fence !== undefined) this.#code.push({ op: 'fence', fence })
    if (tree.kind === 'end') {
      this.#code.push({ op: 'set', to: this.#ended, from: constant(tree.ended ? 1n : 0n) })
      this.#code.push({ op: 'return', values: [] })
      return
    }
    this.#operation(tree.operation, tree.event)
    const last = tree.ways.length - 1
    for (const [i, { value, next }] of tree.ways.entries()) {
      if (value === null || i === last) {
        this.#write(next)
        continue
      }
      this.#refuseStores(next)
      const read = register(this.#registerOf.get(tree.event) ?? 0)
      const test = this.#registers.push(`t${this.#registers.length}`) - 1
      this.#code.push({
        op: 'binary',
        to: test,
        operator: '==',
        left: read,
        right: constant(value),
        type: WORD,
      })
      const at = this.#code.length
      this.#code.push({ op: 'jump', to: at })
      this.#write(next)
      this.#code[at] = {
        op: 'branch',
        condition: register(test),
        whenTrue: at + 1,
        whenFalse: this.#code.length,
        join: null,
      }
    }
    const other = tree.ways[last]
    if (last > 0 && other !== undefined) this.#refuseStores(other.next)
  }

  /** Written out, a store inside a branch depends on it; in the thread itself that was not said. */
  #refuseStores(tree: Tree): void {
    if (tree.kind === 'end') return
    if (tree.operation.op === 'store' || tree.operation.op === 'rmw') {
      throw new Unwritable('it stores after its way has depended on what it read')
    }
    for (const { next } of tree.ways) this.#refuseStores(next)
  }

  #operation(operation: SharedOperation, event: EventId): void {
    const code = this.#code
    switch (operation.op) {
      case 'load': {
        if (operation.address.length > 0) throw new Unwritable('an address depends on what it read')
        const address = constant(single(operation.cells).address)
        code.push({ op: 'load', to: this.#registerOf.get(event) ?? 0, address, access: operation.access })
        return
      }
      case 'store': {
        if (operation.address.length > 0) throw new Unwritable('an address depends on what it read')
        const value = operation.values[0] ?? { bits: 0n, from: [] }
        const address = constant(single(operation.cells).address)
        const operand = this.#dependent(value.bits, value.from)
        code.push({ op: 'store', address, value: operand, access: operation.access })
        return
      }
      case 'rmw': {
        const stored = operation.update([this.#values(single(operation.cells))[0] ?? 0n])
        const alike = this.#values(single(operation.cells)).every(
          (value) => operation.update([value])?.[0] === stored?.[0],
        )
        if (!alike || stored === null) throw new Unwritable(`${operation.name} is no plain exchange`)
        code.push({
          op: 'rmw',
          to: this.#registerOf.get(event) ?? 0,
          result: 'old',
          address: constant(single(operation.cells).address),
          update: { kind: 'exchange', value: this.#dependent(stored[0] ?? 0n, operation.data) },
          type: WORD,
          access: rmwAccess(operation.access),
          name: 'xchg',
        })
        return
      }
      case 'lock':
      case 'unlock':
        code.push({ op: operation.op, lock: constant(operation.lock.cell.address) })
        return
      case 'rcu-lock':
      case 'irq-save':
        code.push({ op: 'rcu-lock' })
        return
      case 'rcu-unlock':
      case 'irq-restore':
        code.push({ op: 'rcu-unlock' })
        return
      case 'grace-period':
        code.push({ op: 'grace-period', domain: null })
        return
    }
  }

  /** The constant, depending on the reads: it is changed by `read & 0` of each. */
  #dependent(bits: bigint, from: readonly EventId[]): Operand {
    let operand = constant(bits)
    for (const event of from) {
      const read = this.#registerOf.get(event)
      if (read === undefined) continue
      const nothing = this.#registers.push(`t${this.#registers.length}`) - 1
      const sum = this.#registers.push(`t${this.#registers.length}`) - 1
      const zero = constant(0n)
      this.#code.push(
        { op: 'binary', to: nothing, operator: '&', left: register(read), right: zero, type: WORD },
        { op: 'binary', to: sum, operator: '+', left: operand, right: register(nothing), type: WORD },
      )
      operand = register(sum)
    }
    return operand
  }
}

function single(cells: readonly Cell[]): Cell {
  const [cell, ...others] = cells
  if (cell === undefined || others.length > 0) throw new Unwritable('it accesses several words at once')
  if (cell.role === 'internal') throw new Unwritable(`it looks at ${cell.name}, which the model keeps`)
  return cell
}

function rmwAccess(access: Access): Access {
  return access === 'plain' ? 'once' : access
}

function constant(value: bigint): Operand {
  return { kind: 'constant', value }
}

function register(number: Register): Operand {
  return { kind: 'register', register: number }
}
