/**
 * Collects a function's instructions with labels that are not placed yet. What can't be reached from the
 * instruction before it is dropped at once.
 */
import type {
  CallPrototype,
  Instruction,
  LocalObject,
  Operand,
  Place,
  Register,
} from '../../machine/index.js'

/** A label to come: its number, until `assemble` turns it into an index. */
export type BlockLabel = number

/** An instruction whose labels are `BlockLabel`s; `join` is found at the end. */
export type PendingInstruction =
  | Exclude<Instruction, { op: 'branch' | 'jump' }>
  | {
      readonly op: 'branch'
      readonly condition: Operand
      readonly whenTrue: BlockLabel
      readonly whenFalse: BlockLabel
    }
  | { readonly op: 'jump'; readonly to: BlockLabel }

export type Pending =
  | { readonly kind: 'label'; readonly label: BlockLabel }
  | { readonly kind: 'instruction'; readonly instruction: PendingInstruction; readonly place: Place }

export class CodeBuilder {
  readonly pending: Pending[] = []
  readonly registers: string[] = []
  readonly objects: LocalObject[] = []
  /** Where the instructions that come next stand in the text. */
  place: Place = { line: 0, column: 0 }
  #labels = 0
  #reachable = true
  /** Registers that hold addresses of symbols, since the last label. */
  #symbols = new Map<string, Register>()

  /** Whether what is emitted now can be reached from the instruction before it. */
  get reachable(): boolean {
    return this.#reachable
  }

  register(name: string): Register {
    this.registers.push(name)
    return this.registers.length - 1
  }

  /** A register for what has no name in the text. */
  temporary(): Register {
    return this.register('')
  }

  /** Memory of the frame; the register holds its address. */
  object(name: string, bytes: number, align: number): Register {
    const register = this.register(`&${name}`)
    this.objects.push({ name, register, bytes, align })
    return register
  }

  emit(instruction: PendingInstruction): void {
    if (!this.#reachable) return
    this.pending.push({ kind: 'instruction', instruction, place: this.place })
    if (instruction.op === 'branch' || instruction.op === 'jump' || instruction.op === 'return') {
      this.#reachable = false
    }
  }

  label(): BlockLabel {
    return this.#labels++
  }

  /** Places a label here. */
  mark(label: BlockLabel): void {
    if (this.#reachable) this.emit({ op: 'jump', to: label })
    this.pending.push({ kind: 'label', label })
    this.#reachable = true
    this.#symbols.clear()
  }

  jump(to: BlockLabel): void {
    this.emit({ op: 'jump', to })
  }

  branch(condition: Operand, whenTrue: BlockLabel, whenFalse: BlockLabel): void {
    if (condition.kind === 'constant') this.jump(condition.value !== 0n ? whenTrue : whenFalse)
    else this.emit({ op: 'branch', condition, whenTrue, whenFalse })
  }

  /** Ends the code here for now: what comes next is reached by labels only, until `insert` fills the place. */
  cut(): number {
    this.#reachable = false
    return this.pending.length
  }

  /** Emits code at a place that was cut. */
  insert(at: number, emit: () => void): void {
    const reachable = this.#reachable
    const symbols = this.#symbols
    const start = this.pending.length
    this.#reachable = true
    this.#symbols = new Map()
    emit()
    this.pending.splice(at, 0, ...this.pending.splice(start))
    this.#reachable = reachable
    this.#symbols = symbols
  }

  /** A register with the address of a symbol. */
  symbol(name: string, offset: bigint): Register {
    const key = `${offset} ${name}`
    const known = this.#symbols.get(key)
    if (known !== undefined) return known
    const to = this.register(`&${name}`)
    this.emit(offset === 0n ? { op: 'symbol', to, name } : { op: 'symbol', to, name, offset })
    if (this.#reachable) this.#symbols.set(key, to)
    return to
  }

  call(to: Register | null, target: string, args: readonly Operand[], prototype: CallPrototype): void {
    this.emit({ op: 'call', to, target, args, prototype })
  }
}
