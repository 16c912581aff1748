/**
 * Runs the intermediate representation. A frame of it is plain data: function, position, registers and the
 * branches that have not met again. So it can be copied and compared, which a generator cannot.
 *
 * It offers the machine the same operations as a generator would. What touches registers and private memory
 * only is done on the spot, by the steps of decode.ts as far as values are plain bits, and here where they have
 * provenance or are not decided yet. It is one class because all of it works on the state of one frame.
 */
import { binary, convert, floatBinary, floatConvert, unary, wrap } from './arithmetic.js'
import { type Cell, type Lock, UNDECIDED } from './cell.js'
import { type Decoded, decode, type FrameState } from './decode.js'
import type { Callable } from './implementation.js'
import { bitsAt, highHalf, lowHalf, setBits } from './int64.js'
import type { Instruction, IrFunction, Label, Operand, Register } from './ir.js'
import {
  type IrEnvironment,
  type Look,
  type Question,
  rcuGracePeriod,
  sectionOf,
  srcuGracePeriod,
  type Value,
} from './ir-environment.js'
import { liveRegisters } from './liveness.js'
import { isFollowedNext, looksOf, USE } from './looks.js'
import type {
  Access,
  BranchOperation,
  DataSteps,
  HazardOperation,
  Operation,
  Past,
  PlaceListener,
} from './operation.js'
import type { MemoryFault, PrivateMemory } from './private-memory.js'
import { isExchange, rmwResult, updateOf } from './rmw.js'
import { isToken, Token } from './token.js'
import { type Bool, mergeReads, NO_READS, type Word } from './value.js'
import { copyCells, wordByWord } from './word-by-word.js'

/**
 * A function of the intermediate representation as something to call. Its arguments are words, or tokens that
 * stand for words. It returns undefined, a word or token, or for several values an array.
 */
export function irCallable(
  fn: IrFunction,
  environment: (context: unknown) => IrEnvironment,
  role: Callable['role'] = 'function',
): Callable {
  return {
    name: fn.name,
    path: fn.path,
    role,
    body: (context: unknown, ...args: readonly unknown[]) => IrFrame.begin(fn, environment, context, args),
    constants: constantsIn(fn.code),
  }
}

/** The constants among the operands of instructions. */
function constantsIn(part: unknown): bigint[] {
  if (typeof part !== 'object' || part === null) return []
  if ('kind' in part && part.kind === 'constant' && 'value' in part && typeof part.value === 'bigint') {
    return [part.value]
  }
  return Object.values(part).flatMap(constantsIn)
}

interface OpenBranches {
  readonly join: Label
  readonly count: number
}

export class IrFrame implements DataSteps {
  readonly #fn: IrFunction
  readonly #decoded: Decoded
  readonly #environmentOf: (context: unknown) => IrEnvironment
  readonly #environment: IrEnvironment
  readonly #memory: PrivateMemory | null
  readonly #state: FrameState
  /** Variables alive in the thread's memory before this frame. */
  readonly #depth: number
  /** The instruction to run next, or the one whose reply is awaited. */
  #pc: Label = 0
  #awaitsReply = false
  /** The question whose answer is awaited, after which the instruction at `pc` is run again. */
  #asked: { readonly token: Token; readonly look: Look } | { readonly order: string } | null = null
  /** The address of a store that was told of, and is to be made next. */
  #told = false
  /** There was no room for its variables. */
  #overflow = false
  /** A register has held a value that was not decided. */
  #hasTokens = false
  /** Something that went wrong while a reply was taken. */
  #fault: MemoryFault | null = null
  /** Where the open branches end, the outermost first; those that end together and are alike in one. */
  #joins: OpenBranches[] = []

  private constructor(
    fn: IrFunction,
    environmentOf: (context: unknown) => IrEnvironment,
    context: unknown,
    origin: { readonly state: FrameState; readonly depth: number } | null,
  ) {
    this.#fn = fn
    this.#decoded = decode(fn)
    this.#environmentOf = environmentOf
    this.#environment = environmentOf(context)
    this.#memory = this.#environment.memory ?? null
    this.#state = {
      file: (origin?.state.file ?? this.#decoded.file).slice(),
      tags: origin?.state.tags?.slice() ?? null,
      memory: this.#memory,
      host: undefined,
    }
    this.#depth = origin?.depth ?? this.#memory?.depth ?? 0
  }

  /** A frame at the function's beginning. */
  static begin(
    fn: IrFunction,
    environmentOf: (context: unknown) => IrEnvironment,
    context: unknown,
    args: readonly unknown[],
  ): IrFrame {
    const frame = new IrFrame(fn, environmentOf, context, null)
    for (let i = 0; i < fn.parameters && i < args.length; i++) frame.#put(i, valueIn(args[i]))
    for (const { name, register, bytes } of fn.objects ?? []) frame.#allocate(register, name, bytes)
    return frame
  }

  #allocate(register: Register, name: string, bytes: number): void {
    if (this.#memory === null)
      throw new Error(`${this.#fn.name} has variables in memory, but its thread has none`)
    const block = this.#memory.push(name, bytes, this.#decoded.salt)
    if (block === null) this.#overflow = true
    else this.#put(register, constant(block.address))
  }

  /** Runs to the next operation; `places`, if given, is told of C lines on the way. */
  next(reply: unknown, places?: PlaceListener): IteratorResult<Operation, unknown> {
    const state = this.#state
    state.host = places
    if (this.#awaitsReply) this.#accept(this.#fn.code[this.#pc], reply)
    if (this.#fault !== null) return this.#faulty(this.#fault)
    if (this.#overflow)
      return fatal('stack overflow', `there is no room for the variables of ${this.#fn.name}`)
    const { steps } = this.#decoded
    const everyPlace = places?.everyPlace === true
    let pc = this.#pc
    let ran = 0
    for (;;) {
      if (!everyPlace && this.#joins.length === 0) {
        for (let next = (steps[pc] as Step)(state); next >= 0; next = (steps[pc] as Step)(state)) {
          pc = next
          ran++
        }
        this.#pc = pc
      } else {
        this.#pc = pc
        if (this.#joins.length > 0 && this.#closes(pc)) {
          places?.ran(ran)
          return JOIN
        }
        if (places !== undefined) this.#tell(places)
        const next = (steps[pc] as Step)(state)
        if (next >= 0) {
          if (everyPlace) this.#tellWay(pc, next)
          pc = next
          ran++
          continue
        }
      }
      const instruction = this.#fn.code[pc]
      if (instruction === undefined) {
        places?.ran(ran)
        return this.#end(undefined)
      }
      if (places !== undefined && !everyPlace) this.#tell(places)
      ran++
      const step = this.#undecided(instruction) ?? this.#execute(instruction)
      if (step !== null) {
        places?.ran(ran)
        return step
      }
      pc = this.#pc
    }
  }

  clone(past: Past, context: unknown): IrFrame {
    const copy = new IrFrame(this.#fn, this.#environmentOf, context, {
      state: this.#state,
      depth: this.#depth,
    })
    copy.#pc = this.#pc
    copy.#awaitsReply = this.#awaitsReply
    copy.#asked = this.#asked
    copy.#told = this.#told
    copy.#overflow = this.#overflow
    copy.#hasTokens = this.#hasTokens
    if (past === 'kept') copy.#joins = [...this.#joins]
    else copy.#forgetReads()
    return copy
  }

  #forgetReads(): void {
    const { file, tags } = this.#state
    if (tags === null) return
    for (const [register, value] of tags.entries()) {
      if (value === undefined || isToken(value)) continue
      setBits(file, register * 2, value.bits)
      tags[register] = undefined
    }
    if (!this.#hasTokens) this.#state.tags = null
  }

  /** Registers whose values are never used again are left out. */
  key({ provenance }: { readonly provenance: boolean }): string {
    const at = `${this.#fn.name}:${this.#pc}${this.#awaitsReply ? '?' : ''}${this.#told ? '!' : ''}`
    const registers = this.#spellRegisters(provenance)
    if (!provenance) return `${at}[${registers}]`
    return `${at}[${registers}]{${this.#joins.map(({ join, count }) => `${join}*${count}`).join(' ')}}`
  }

  #spellRegisters(provenance: boolean): string {
    const { file, tags } = this.#state
    let text = ''
    for (const register of liveRegisters(this.#fn, this.#pc)) {
      const tagged = tags?.[register]
      let spelled: string
      if (tagged === undefined) {
        if (file[register * 2] === 0 && file[register * 2 + 1] === 0) continue
        spelled = bitsAt(file, register * 2).toString(16)
      } else if (isToken(tagged)) spelled = `?${tagged.key}`
      else if (provenance) spelled = `${tagged.bits.toString(16)}<${tagged.from.join(' ')}`
      else if (tagged.bits === 0n) continue
      else spelled = tagged.bits.toString(16)
      text += `${text === '' ? '' : ' '}${register}=${spelled}`
    }
    return text
  }

  #end(value: unknown): IteratorResult<Operation, unknown> {
    this.#memory?.popTo(this.#depth)
    return { done: true, value }
  }

  /** The question for the first operand that the instruction looks at and that is not decided; null if all are. */
  #undecided(instruction: Instruction): IteratorResult<Operation, unknown> | null {
    if (!this.#hasTokens) return null
    for (const [operand, look] of this.#looks(instruction)) {
      const value = this.#value(operand)
      const question = isToken(value) ? this.#ask(value, look) : null
      if (question !== null) return question
    }
    return null
  }

  #ask(token: Token, look: Look): IteratorResult<Operation, unknown> | null {
    const question = this.#question(token, look)
    const memory = this.#memoryOf()
    const known = memory.knownBits(token.key)
    if (known !== undefined && (known.mask & question.mask) === question.mask) return null
    const [only, ...others] = question.domain
    if (only !== undefined && others.length === 0) {
      decideBy(memory, token, question, only)
      return null
    }
    this.#asked = { token, look }
    return this.#offer({ op: 'choose', key: question.key, domain: question.domain })
  }

  #question(token: Token, look: Look): Question {
    const question = this.#environment.decide?.(token, look)
    if (question === undefined) throw new Error(`nobody says what ${token.key} can be`)
    return question
  }

  #looks(instruction: Instruction): ReturnType<typeof looksOf> {
    return looksOf(
      instruction,
      (operand) => this.#value(operand),
      (operand, bytes) => this.#looksAtStored(operand, bytes),
      (register) => isFollowedNext(this.#fn.code, this.#pc + 1, register),
    )
  }

  /** True for a store that others see, or hand-written code. */
  #looksAtStored(operand: Operand, bytes: number): boolean {
    const address = this.#value(operand)
    if (isToken(address)) return true
    return (
      this.#environment.heap.holding(address.bits) !== undefined ||
      this.#memory?.isLive(address.bits, bytes) === true
    )
  }

  /** Runs one instruction: the operation it offers, or null if it was done on the spot. */
  #execute(instruction: Instruction): IteratorResult<Operation, unknown> | null {
    switch (instruction.op) {
      case 'set':
        return this.#assign(instruction.to, this.#value(instruction.from))
      case 'unary': {
        const { bits, from } = this.#word(instruction.operand)
        return this.#assign(instruction.to, {
          bits: unary(instruction.operator, bits, instruction.type),
          from,
        })
      }
      case 'binary': {
        const left = this.#word(instruction.left)
        const right = this.#word(instruction.right)
        const bits = binary(instruction.operator, left.bits, right.bits, instruction.type)
        if (bits === null) return fatal('division by zero', `${this.#fn.name} divides by zero`)
        return this.#assign(instruction.to, { bits, from: mergeReads(left.from, right.from) })
      }
      case 'convert': {
        const value = this.#value(instruction.from)
        if (isToken(value)) return this.#assign(instruction.to, value)
        const { bits, from } = value
        return this.#assign(instruction.to, {
          bits: convert(bits, instruction.source, instruction.type),
          from,
        })
      }
      case 'load':
        return this.#load(instruction)
      case 'store':
        return this.#store(instruction)
      case 'rmw':
        return this.#rmw(instruction)
      case 'fence':
        return this.#offer({ op: 'fence', fence: instruction.fence })
      case 'lock':
      case 'unlock':
      case 'trylock':
      case 'is-locked': {
        const { op } = instruction
        return this.#atLock(instruction.lock, (lock) => ({ op, lock }))
      }
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'irq-save':
      case 'irq-restore':
        return this.#offer({ op: instruction.op })
      case 'srcu-lock':
        return this.#atCell(instruction.domain, (domain) => ({
          op: 'srcu-lock',
          domain,
          section: sectionOf(this.#environment, domain),
        }))
      case 'srcu-unlock':
        return this.#atCell(instruction.domain, (domain) => ({
          op: 'srcu-unlock',
          domain,
          section: sectionOf(this.#environment, domain),
          cookie: this.#word(instruction.cookie),
        }))
      case 'grace-period':
        return instruction.domain === null
          ? this.#offer(rcuGracePeriod(this.#environment))
          : this.#atCell(instruction.domain, (domain) => srcuGracePeriod(this.#environment, domain))
      case 'call':
        return this.#offer({
          op: 'call',
          target: this.#environment.resolve(instruction.target, instruction.prototype),
          args: instruction.args.map((argument) => this.#value(argument)),
        })
      case 'call-pointer': {
        const { bits } = this.#word(instruction.pointer)
        const target = this.#environment.callee?.(bits, instruction.prototype, instruction.text)
        if (target === undefined) return this.#noFunction(instruction.text, bits)
        return this.#offer({
          op: 'call',
          target,
          args: instruction.args.map((argument) => this.#value(argument)),
        })
      }
      case 'copy':
        return this.#copy(instruction)
      case 'clear': {
        const at = this.#word(instruction.at)
        const cells = this.#isPrivate(at.bits) ? null : this.#cellsOf(at.bits, instruction.bytes)
        if (cells !== null) {
          const values = cells.map(() => ZERO)
          return this.#offer({ op: 'call', target: copyCells(this.#fn.name), args: [[], cells, values] })
        }
        const telling = this.#telling(at.bits, instruction.bytes, () => [ZERO])
        if (telling !== null) return telling
        return this.#done(this.#memoryOf().fill(at.bits, instruction.bytes))
      }
      case 'allocate': {
        const bytes = Number(this.#word(instruction.bytes).bits)
        this.#allocate(instruction.to, instruction.name, bytes)
        if (this.#overflow || bytes > MOST_BYTES) {
          return fatal('stack overflow', `${this.#fn.name} wants ${bytes} bytes for ${instruction.name}`)
        }
        this.#pc++
        return null
      }
      case 'symbol': {
        const address = this.#environment.symbol?.(instruction.name)
        if (address === undefined)
          throw new Error(`${this.#fn.name} mentions ${instruction.name}, which is not known`)
        return this.#assign(
          instruction.to,
          constant(BigInt.asUintN(64, address + (instruction.offset ?? 0n))),
        )
      }
      case 'float-binary': {
        const left = this.#word(instruction.left)
        const right = this.#word(instruction.right)
        const bits = floatBinary(instruction.operator, left.bits, right.bits, instruction.bits)
        if (bits === null) throw new Error(`${instruction.operator} is no operator on floating-point numbers`)
        return this.#assign(instruction.to, { bits, from: mergeReads(left.from, right.from) })
      }
      case 'float-convert': {
        const { bits, from } = this.#word(instruction.from)
        return this.#assign(instruction.to, {
          bits: floatConvert(bits, instruction.source, instruction.type),
          from,
        })
      }
      case 'branch':
        return this.#branch(instruction)
      case 'jump':
        return this.#goTo(instruction.to)
      case 'loop':
        return this.#offer({ op: 'retry', key: instruction.key, locals: this.#spellRegisters(false) })
      case 'assume':
        return this.#offer({ op: 'assume', holds: this.#word(instruction.condition).bits !== 0n })
      case 'return': {
        const [first, ...others] = instruction.values.map((value) => this.#value(value))
        return this.#end(first === undefined || others.length === 0 ? first : [first, ...others])
      }
    }
  }

  #load(instruction: Extract<Instruction, { op: 'load' }>): IteratorResult<Operation, unknown> | null {
    const address = this.#word(instruction.address)
    const bytes = (instruction.type?.bits ?? 64) / 8
    if (this.#isPrivate(address.bits)) {
      const found = this.#memoryOf().read(address.bits, bytes)
      if ('kind' in found) return this.#loadBeside(instruction.to, address.bits, found)
      if (found.partial === true && isToken(found.tag)) return this.#ask(found.tag, USE)
      const { bits, tag } = found
      if (isToken(tag)) return this.#assign(instruction.to, tag)
      return this.#assign(instruction.to, { bits, from: mergeReads(tag ?? NO_READS, address.from) })
    }
    const { access } = instruction
    const { heap } = this.#environment
    const cell = instruction.type === undefined ? heap.at(address.bits) : heap.holding(address.bits)
    if (cell === undefined) return this.#wild(address)
    if (instruction.type === undefined || address.bits + BigInt(bytes) <= cell.address + BigInt(cell.bytes)) {
      return this.#offer({ op: 'load', cells: [cell], access, address: address.from })
    }
    const cells = this.#cellsOf(address.bits, bytes)
    if (cells === null || cells.some(({ initial }) => initial === UNDECIDED)) return this.#mixed(cell, bytes)
    const order = this.#orderOf('load', cell, access)
    if (typeof order !== 'boolean') return order
    const request = { cells, access, address: address.from, values: null, highFirst: order }
    return this.#offer({ op: 'call', target: wordByWord(this.#fn.name), args: [request] })
  }

  /** A load past a variable: a hazard, after which the thread goes on if it is known what lies there. */
  #loadBeside(to: Register, address: bigint, fault: MemoryFault): IteratorResult<Operation, unknown> | null {
    const beside = this.#environment.beside?.(address)
    if (beside === undefined) return this.#faulty(fault)
    const { bits, ...hazard } = beside
    if (bits === null || !this.#told) {
      this.#told = true
      return offered({ op: 'hazard', ...hazard, fatal: bits === null })
    }
    this.#told = false
    return this.#assign(to, constant(bits))
  }

  #store(instruction: Extract<Instruction, { op: 'store' }>): IteratorResult<Operation, unknown> | null {
    const address = this.#word(instruction.address)
    const bytes = (instruction.type?.bits ?? 64) / 8
    if (this.#isPrivate(address.bits)) {
      const value = this.#value(instruction.value)
      const telling = this.#telling(address.bits, bytes, () => [value])
      if (telling !== null) return telling
      return this.#done(
        isToken(value)
          ? this.#memoryOf().write(address.bits, bytes, 0n, value)
          : this.#memoryOf().write(address.bits, bytes, value.bits, value.from),
      )
    }
    const whole = this.#word(instruction.value)
    const value =
      instruction.type === undefined ? whole : { ...whole, bits: wrap(whole.bits, instruction.type) }
    const { access } = instruction
    const { heap } = this.#environment
    const cell = instruction.type === undefined ? heap.at(address.bits) : heap.holding(address.bits)
    if (cell === undefined) return this.#wild(address)
    if (instruction.type === undefined || (cell.address === address.bits && cell.bytes === bytes)) {
      if (this.#memory !== null) this.#memory.changes++
      return this.#offer({ op: 'store', cells: [cell], values: [value], access, address: address.from })
    }
    const cells = this.#cellsOf(address.bits, bytes)
    if (cells === null) return this.#mixed(cell, bytes)
    const order = this.#orderOf('store', cell, access)
    if (typeof order !== 'boolean') return order
    const request = { cells, access, address: address.from, values: split(value, cells), highFirst: order }
    return this.#offer({ op: 'call', target: wordByWord(this.#fn.name), args: [request] })
  }

  /**
   * Whether an access that is wider than a word begins with the high one. Where plain accesses may tear it is
   * asked for: a compiler chooses it once for each place, here each function and kind of object.
   */
  #orderOf(what: 'load' | 'store', cell: Cell, access: Access): boolean | IteratorResult<Operation, unknown> {
    if (access !== 'plain' || this.#environment.tears !== true) return false
    const key = `words of the ${what} of a ${cell.object.replace(/:.*/, '')} in ${this.#fn.name}`
    const known = this.#memoryOf().knownBits(key)
    if (known !== undefined) return known.bits === 1n
    this.#asked = { order: key }
    return this.#offer({ op: 'choose', key, domain: ['low first', 'high first'] })
  }

  #rmw(instruction: Extract<Instruction, { op: 'rmw' }>): IteratorResult<Operation, unknown> | null {
    const address = this.#word(instruction.address)
    const update = updateOf(instruction, (operand) => this.#word(operand))
    if (this.#isPrivate(address.bits)) {
      const bytes = instruction.type.bits / 8
      const found = this.#memoryOf().read(address.bits, bytes)
      if ('kind' in found) return this.#faulty(found)
      if (isToken(found.tag)) {
        const question = this.#ask(found.tag, USE)
        if (question !== null) return question
      }
      const old = isToken(found.tag)
        ? this.#decided(found.tag)
        : { bits: found.bits, from: found.tag ?? NO_READS }
      const stored = update(old.bits)
      const telling =
        stored === null ? null : this.#telling(address.bits, bytes, () => [{ bits: stored, from: old.from }])
      if (telling !== null) return telling
      const wrong = stored === null ? null : this.#memoryOf().write(address.bits, bytes, stored, old.from)
      if (wrong !== null) return this.#faulty(wrong)
      if (instruction.to !== null)
        this.#put(
          instruction.to,
          rmwResult(instruction, old, (operand) => this.#word(operand)),
        )
      this.#pc++
      return null
    }
    const first = this.#firstOf(address.bits)
    const question = first === null ? null : this.#ask(first, USE)
    if (question !== null) return question
    const firstBits = first === null ? 0n : this.#decided(first).bits
    return this.#atCell(instruction.address, (cell) => ({
      op: 'rmw',
      cells: [cell],
      update: ([current]) => {
        const stored = update(current === UNDECIDED ? firstBits : (current ?? 0n))
        return stored === null ? null : [stored]
      },
      access: instruction.access,
      address: address.from,
      data: this.#word(instruction.update.value).from,
      isExchange: isExchange(instruction.update),
      name: instruction.name,
    }))
  }

  /** What is offered before a store to private memory; null if nobody is to be told, or was told just now. */
  #telling(
    address: bigint,
    bytes: number,
    values: () => readonly Value[],
  ): IteratorResult<Operation, unknown> | null {
    const { stored } = this.#environment
    if (stored === undefined) return null
    if (this.#told) {
      this.#told = false
      return null
    }
    const [low, high] = [lowHalf(address), highHalf(address)]
    const block = this.#memoryOf().find(low, high)
    if (block === undefined) return null
    const operation = stored({ block, offset: block.offset(low, high), bytes, values })
    if (operation === undefined) return null
    this.#told = true
    return offered(operation)
  }

  /** What private memory holds, in words; nothing if that is too much to be told. */
  #words(address: bigint, bytes: number): readonly Value[] {
    if (bytes > MOST_TOLD) return []
    const words: Value[] = []
    for (let i = 0; i < bytes; i += 8) {
      const found = this.#memoryOf().read(address + BigInt(i), Math.min(8, bytes - i))
      if ('kind' in found) return []
      words.push(isToken(found.tag) ? found.tag : { bits: found.bits, from: found.tag ?? NO_READS })
    }
    return words
  }

  /** What the cell at an address holds at first, if nobody has decided that. */
  #firstOf(address: bigint): Token | null {
    const cell = this.#environment.heap.holding(address)
    return cell?.initial === UNDECIDED ? (this.#environment.undecided?.(cell) ?? null) : null
  }

  /** A struct copied: private bytes as they lie, shared ones word by word. */
  #copy(instruction: Extract<Instruction, { op: 'copy' }>): IteratorResult<Operation, unknown> | null {
    const target = this.#word(instruction.target)
    const source = this.#word(instruction.source)
    const { bytes } = instruction
    const isFromPrivate = this.#isPrivate(source.bits)
    if (isFromPrivate && this.#isPrivate(target.bits)) {
      const telling = this.#telling(target.bits, bytes, () => this.#words(source.bits, bytes))
      if (telling !== null) return telling
      return this.#done(this.#memoryOf().copy(target.bits, source.bits, bytes))
    }
    const from = isFromPrivate ? [] : this.#cellsOf(source.bits, bytes)
    const to = this.#isPrivate(target.bits) ? [] : this.#cellsOf(target.bits, bytes)
    if (from === null) return this.#wild(source)
    if (to === null) return this.#wild(target)
    const first = from.find(({ initial }) => initial === UNDECIDED)
    if (first !== undefined && to.length > 0) return this.#mixed(first, bytes)
    const values: Word[] = []
    if (isFromPrivate) {
      for (const cell of to) {
        const found = this.#memoryOf().read(source.bits + cell.address - target.bits, cell.bytes)
        if ('kind' in found) return this.#faulty(found)
        if (isToken(found.tag)) {
          const question = this.#ask(found.tag, USE)
          if (question !== null) return question
          values.push(this.#decided(found.tag))
        } else values.push({ bits: found.bits, from: found.tag ?? NO_READS })
      }
    }
    return this.#offer({ op: 'call', target: copyCells(this.#fn.name), args: [from, to, values] })
  }

  /** The words that a copy from shared memory has read, put into private memory. */
  #copied(instruction: Extract<Instruction, { op: 'copy' }>, words: readonly Word[]): void {
    const target = this.#word(instruction.target)
    if (!this.#isPrivate(target.bits)) return
    const source = this.#word(instruction.source).bits
    const cells = this.#cellsOf(source, instruction.bytes) ?? []
    for (const [i, cell] of cells.entries()) {
      const at = target.bits + cell.address - source
      const word = words[i] ?? ZERO
      const value = word.bits === UNDECIDED ? this.#firstValue(cell, word) : word
      const wrong = isToken(value)
        ? this.#memoryOf().write(at, cell.bytes, 0n, value)
        : this.#memoryOf().write(at, cell.bytes, value.bits, value.from)
      if (wrong !== null) this.#fault = wrong
    }
  }

  /** The cells that these bytes are, if they are whole cells. */
  #cellsOf(address: bigint, bytes: number): readonly Cell[] | null {
    const cells: Cell[] = []
    const end = address + BigInt(bytes)
    for (let at = address; at < end; ) {
      const cell = this.#environment.heap.at(at)
      if (cell === undefined) {
        if (!this.#environment.heap.isPadding(at)) return null
        at++
        continue
      }
      cells.push(cell)
      at += BigInt(cell.bytes)
      if (at > end) return null
    }
    return cells
  }

  #mixed(cell: Cell, bytes: number): IteratorResult<Operation> {
    const text = `${this.#fn.name} accesses ${bytes} bytes of ${cell.name}, whose words have ${cell.bytes}: not modelled`
    return fatal('mixed access', text)
  }

  #noFunction(text: string, bits: bigint): IteratorResult<Operation> {
    const what = bits === 0n ? 'which is NULL' : `at 0x${bits.toString(16)}, where no function is`
    return fatal(
      bits === 0n ? 'call of a null pointer' : 'wild call',
      `${this.#fn.name} calls ${text}, ${what}`,
    )
  }

  #isPrivate(address: bigint): boolean {
    const memory = this.#memory
    return (
      memory !== null &&
      (memory.find(lowHalf(address), highHalf(address)) !== undefined ||
        (memory.covers(address) && this.#environment.heap.holding(address) === undefined))
    )
  }

  #memoryOf(): PrivateMemory {
    if (this.#memory === null) throw new Error(`${this.#fn.name} uses memory, but its thread has none`)
    return this.#memory
  }

  /** Goes on unless something was wrong. */
  #done(fault: MemoryFault | null): IteratorResult<Operation, unknown> | null {
    if (fault !== null) return this.#faulty(fault)
    this.#pc++
    return null
  }

  #faulty({ kind, object, text }: MemoryFault): IteratorResult<Operation, unknown> {
    return offered({ op: 'hazard', kind, object, text: `in ${this.#fn.name}: ${text}`, fatal: true })
  }

  /** Puts the reply to the operation of `instruction` where it belongs, and goes on to the next one. */
  #accept(instruction: Instruction | undefined, reply: unknown): void {
    this.#awaitsReply = false
    if (this.#asked !== null && 'order' in this.#asked) {
      this.#memoryOf().decide(this.#asked.order, ALL, reply === 'high first' ? 1n : 0n)
      this.#asked = null
      return
    }
    if (this.#asked !== null) {
      const { token, look } = this.#asked
      const question = this.#question(token, look)
      this.#asked = null
      decideBy(this.#memoryOf(), token, question, String(reply))
      return
    }
    this.#pc++
    switch (instruction?.op) {
      case 'load':
        this.#put(instruction.to, this.#loaded(instruction, firstOf(reply)))
        return
      case 'rmw':
        if (instruction.to !== null)
          this.#put(
            instruction.to,
            rmwResult(instruction, this.#decidedFirst(instruction, firstOf(reply)), (operand) =>
              this.#word(operand),
            ),
          )
        return
      case 'copy':
        this.#copied(instruction, reply as readonly Word[])
        return
      case 'branch':
        this.#pc = reply === true ? instruction.whenTrue : instruction.whenFalse
        if (instruction.join !== null) this.#open(instruction.join)
        return
      case 'trylock':
      case 'is-locked':
      case 'srcu-lock':
        this.#put(instruction.to, valueIn(reply))
        return
      case 'call':
      case 'call-pointer':
        if (instruction.to !== null) {
          const value = valueIn(reply)
          this.#put(
            instruction.to,
            isToken(value) ? value : { bits: wrap(value.bits, instruction.type ?? U64), from: value.from },
          )
        }
        return
    }
  }

  /** The part of a cell that a load asked for. */
  #loaded({ address, type }: Extract<Instruction, { op: 'load' }>, word: Word): Value {
    if (type === undefined) return word
    const { bits } = this.#word(address)
    const cell = this.#environment.heap.holding(bits)
    if (cell !== undefined && word.bits === UNDECIDED) return this.#firstValue(cell, word)
    const skipped = cell === undefined ? 0n : bits - cell.address
    return { bits: wrap(word.bits >> (8n * skipped), type), from: word.from }
  }

  /** What an atomic operation read, which was decided before it was done. */
  #decidedFirst({ address }: Extract<Instruction, { op: 'rmw' }>, word: Word): Word {
    const first = word.bits === UNDECIDED ? this.#firstOf(this.#word(address).bits) : null
    return first === null ? word : { bits: this.#decided(first).bits, from: word.from }
  }

  /** The value of a cell that nobody has decided, as a load of it found it. */
  #firstValue(cell: Cell, { from }: Word): Value {
    const token = this.#environment.undecided?.(cell)
    if (token === undefined) throw new Error(`nobody says what ${cell.name} holds at first`)
    return new Token(token.key, token.domain, token.type, from)
  }

  #branch(branch: Extract<Instruction, { op: 'branch' }>): IteratorResult<Operation, unknown> | null {
    const { bits, from } = this.#word(branch.condition)
    const taken = bits !== 0n
    const target = taken ? branch.whenTrue : branch.whenFalse
    if (this.#state.host?.everyPlace === true) this.#state.host.took(this.#pc, taken)
    // A branch on a constant orders nothing.
    if (from.length === 0) return this.#goTo(target)
    const on = { bits: taken, from }
    return this.#offer({ op: 'branch', on, extent: branch.join === null ? 'rest' : 'body' })
  }

  #open(join: Label): void {
    const innermost = this.#joins.at(-1)
    if (innermost?.join !== join) this.#joins.push({ join, count: 1 })
    else this.#joins[this.#joins.length - 1] = { join, count: innermost.count + 1 }
  }

  /** Closes the innermost branch if it, or one around it, ends at `label`; false if there is none. */
  #closes(label: Label): boolean {
    const innermost = this.#joins.at(-1)
    if (innermost === undefined || !this.#joins.some(({ join }) => join === label)) return false
    if (innermost.count === 1) this.#joins.pop()
    else this.#joins[this.#joins.length - 1] = { ...innermost, count: innermost.count - 1 }
    return true
  }

  #goTo(label: Label): IteratorResult<Operation, unknown> | null {
    const backwards = label <= this.#pc
    this.#pc = label
    return backwards ? TURN : null
  }

  #assign(register: Register, value: Value): null {
    this.#put(register, value)
    this.#pc++
    return null
  }

  #put(register: Register, value: Value): void {
    const state = this.#state
    const isUndecided = isToken(value)
    if (isUndecided) this.#hasTokens = true
    if (isUndecided || value.from.length > 0) {
      state.tags ??= []
      state.tags[register] = value
      return
    }
    if (state.tags !== null) state.tags[register] = undefined
    setBits(state.file, register * 2, value.bits)
  }

  #offer(operation: Operation): IteratorResult<Operation, unknown> {
    this.#awaitsReply = true
    return offered(operation)
  }

  /** The operand as it is. A token that was decided is a word. */
  #value(operand: Operand): Value {
    if (operand.kind === 'constant') return constant(operand.value)
    const { file, tags } = this.#state
    const tagged = tags?.[operand.register]
    if (tagged === undefined) return { bits: bitsAt(file, operand.register * 2), from: NO_READS }
    if (!isToken(tagged)) return tagged
    const known = this.#memory?.knownBits(tagged.key)
    return known === undefined || known.mask !== ALL ? tagged : { bits: known.bits, from: tagged.from }
  }

  /** The operand's bits, as far as they were asked for. */
  #word(operand: Operand): Word {
    const value = this.#value(operand)
    return isToken(value) ? this.#decided(value) : value
  }

  #decided(token: Token): Word {
    const known = this.#memory?.knownBits(token.key)
    if (known === undefined) throw new Error(`${token.key} is used before it is decided`)
    return { bits: known.bits, from: token.from }
  }

  #atCell(
    operand: Operand,
    make: (cell: Cell, address: Word) => Operation,
  ): IteratorResult<Operation, unknown> {
    const address = this.#word(operand)
    const cell = this.#environment.heap.at(address.bits)
    return cell === undefined ? this.#wild(address) : this.#offer(make(cell, address))
  }

  #atLock(operand: Operand, make: (lock: Lock) => Operation): IteratorResult<Operation, unknown> {
    const address = this.#word(operand)
    const { heap, lockAt } = this.#environment
    const cell = heap.at(address.bits)
    const lock = (cell === undefined ? undefined : heap.lockOf(cell)) ?? lockAt?.(address.bits)
    return lock === undefined ? this.#wild(address) : this.#offer(make(lock))
  }

  #wild({ bits }: Word): IteratorResult<Operation, unknown> {
    const { heap } = this.#environment
    const outside = heap.outside(bits)
    if (outside !== undefined) return offered({ op: 'hazard', ...outside, fatal: true })
    if (this.#memory?.covers(bits) === true) {
      const wrong = this.#memory.fault(bits, 1)
      if (wrong !== null) return this.#faulty(wrong)
    }
    if (this.#environment.isMadeUp?.(bits) === true) {
      const text = `${this.#fn.name} follows 0x${bits.toString(16)}, a number that was made up for an argument`
      return fatal('not modelled', text)
    }
    const known = heap.at(bits)
    const what = known === undefined ? 'nothing lies there' : `${known.name} lies there, which is no lock`
    return fatal('wild pointer', `${this.#fn.name} follows 0x${bits.toString(16)}; ${what}`)
  }

  /** Says which way a branch went that was run by its step. */
  #tellWay(at: Label, next: Label): void {
    const instruction = this.#fn.code[at]
    if (instruction?.op !== 'branch' || instruction.whenTrue === instruction.whenFalse) return
    this.#state.host?.took(at, next === instruction.whenTrue)
  }

  #tell(places: PlaceListener): void {
    const place = this.#fn.places[this.#pc]
    if (place !== undefined) places.setPlace(place.line, place.column)
  }
}

type Step = (state: FrameState) => number

function decideBy(memory: PrivateMemory, { key }: Token, question: Question, answer: string): void {
  memory.decide(key, question.mask, question.bits(answer), question.isAny?.(answer))
}

const U64 = { bits: 64, signed: false } as const
const ALL = (1n << 64n) - 1n
/** More than this a frame does not get for a variable. */
const MOST_BYTES = 1 << 30
/** Of a copy of more bytes than this the words are not told. */
const MOST_TOLD = 4096
const ZERO: Word = { bits: 0n, from: NO_READS }
const JOIN = offered({ op: 'join' })

/** Decides nothing: it makes a jump backwards count among the thread's operations. */
const TURN = offered({
  op: 'branch',
  on: { bits: true, from: NO_READS },
  extent: 'none',
} satisfies BranchOperation)

function offered(operation: Operation): IteratorResult<Operation, unknown> {
  return { done: false, value: operation }
}

function fatal(kind: string, text: string): IteratorResult<Operation, unknown> {
  return offered({ op: 'hazard', kind, object: '', text, fatal: true } satisfies HazardOperation)
}

function constant(bits: bigint): Word {
  return { bits, from: NO_READS }
}

function firstOf(reply: unknown): Word {
  return (reply as readonly Word[])[0] ?? ZERO
}

/** The parts of a value that the cells hold, lowest first. */
function split({ bits, from }: Word, cells: readonly Cell[]): Word[] {
  let rest = bits
  return cells.map((cell) => {
    const width = 8 * cell.bytes
    const part = BigInt.asUintN(width, rest)
    rest >>= BigInt(width)
    return { bits: part, from }
  })
}

/** What a frame of any making hands over: a word or token, a `Bool`, or a bare integer or truth value. */
function valueIn(value: unknown): Value {
  if (value === undefined) return ZERO
  if (value instanceof Token) return value
  if (typeof value === 'bigint' || typeof value === 'boolean' || typeof value === 'number') {
    return constant(BigInt.asUintN(64, BigInt(value)))
  }
  const { bits, from } = value as Word | Bool
  if (typeof bits === 'bigint') return value as Word
  if (typeof bits === 'boolean') return { bits: bits ? 1n : 0n, from }
  throw new Error(`${String(value)} is no value that a register can hold`)
}
