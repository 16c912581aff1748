/**
 * Where two versions of a function are the same code. From the entry on their instructions are paired; a path that
 * has met only equal pairs, and from which no other can be reached any more, does on both sides the same whatever
 * comes from outside. So it needs no running: such a version ends there, and its executions are counted as blocked.
 */
import type { Instruction, IrFunction, IrGlobal, IrModule, Operand, Register } from '../machine/index.js'

export interface SameCode {
  /** Every path is alike: the two are one function, whatever their lines are. */
  readonly isWhole: boolean
  /** The versions, ended where they are alike from there on to every end. */
  readonly before: IrFunction
  readonly after: IrFunction
}

/** Pairs two versions of a function, of modules that may differ in what it calls; null if it is called otherwise. */
export function sameCode(
  before: { readonly module: IrModule; readonly name: string },
  after: { readonly module: IrModule; readonly name: string },
): SameCode | null {
  const left = before.module.functions.get(before.name)
  const right = after.module.functions.get(after.name)
  if (left === undefined || right === undefined || left.parameters !== right.parameters) return null
  const modules = new ModulePair(before.module, after.module)
  const pairs = modules.pair(left, right)
  return {
    isWhole: pairs.same.has(resolved(left, 0)),
    before: ended(left, pairs.equal, pairs.same),
    after: ended(right, turned(pairs.equal, pairs), turned(pairs.same, pairs)),
  }
}

/** Instructions of the version before, by index. */
interface Pairs {
  /** Those with an equal counterpart, on paths of such. */
  readonly equal: ReadonlySet<number>
  /** Those of them from which only such are reached. */
  readonly same: ReadonlySet<number>
  readonly counterpart: ReadonlyMap<number, number>
}

function turned(indexes: ReadonlySet<number>, { counterpart }: Pairs): ReadonlySet<number> {
  return new Set([...indexes].map((index) => counterpart.get(index) ?? -1))
}

class ModulePair {
  readonly #before: IrModule
  readonly #after: IrModule
  readonly #known = new Map<string, boolean>()

  constructor(before: IrModule, after: IrModule) {
    this.#before = before
    this.#after = after
  }

  pair(left: IrFunction, right: IrFunction): Pairs {
    return new FunctionPair(left, right, (name, other) => this.#isSame(name, other)).pairs()
  }

  /** True if names stand for the same on both sides: a function of equal code, a variable of equal data. */
  #isSame(name: string, other = name): boolean {
    if (name !== other) return isTemplate(name) && isTemplate(other) && this.#sameGlobal(name, other)
    const known = this.#known.get(name)
    if (known !== undefined) return known
    // What calls itself again is not taken for the same while that is being found out.
    this.#known.set(name, false)
    const same = this.#sameFunction(name) && this.#sameGlobal(name)
    this.#known.set(name, same)
    return same
  }

  #sameFunction(name: string): boolean {
    const left = this.#before.functions.get(name)
    const right = this.#after.functions.get(name)
    if (left === undefined || right === undefined) return left === right
    if (left.parameters !== right.parameters) return false
    return this.pair(left, right).same.has(resolved(left, 0))
  }

  #sameGlobal(name: string, other = name): boolean {
    const left = this.#before.globals.get(name)
    const right = this.#after.globals.get(other)
    if (left === undefined || right === undefined) return left === right
    return (
      spell(dataOf(left)) === spell(dataOf(right)) &&
      left.relocations.every((one) => this.#isSame(one.symbol))
    )
  }
}

/** The data of an initializer is called by its place, which is not the same on both sides. */
function isTemplate(name: string): boolean {
  return name.startsWith('{')
}

function dataOf({ bytes, data, relocations, readOnly }: IrGlobal): object {
  return { bytes, data: data === null ? null : [...data], relocations, readOnly }
}

class FunctionPair {
  readonly #left: IrFunction
  readonly #right: IrFunction
  readonly #isSame: (name: string, other?: string) => boolean
  readonly #counterpart = new Map<number, number>()
  readonly #taken = new Map<number, number>()
  readonly #registers = new Map<Register, Register>()
  readonly #registersTaken = new Map<Register, Register>()

  constructor(left: IrFunction, right: IrFunction, isSame: (name: string, other?: string) => boolean) {
    this.#left = left
    this.#right = right
    this.#isSame = isSame
    for (let i = 0; i < left.parameters; i++) this.#bind([[i, i]])
  }

  pairs(): Pairs {
    const waiting: (readonly [number, number])[] = [[0, 0]]
    const differing = new Set<number>()
    const before = new Map<number, Set<number>>()
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const at = resolved(this.#left, next[0])
      const other = resolved(this.#right, next[1])
      const known = this.#counterpart.get(at)
      if (known === other) continue
      if (known !== undefined || this.#taken.has(other)) {
        differing.add(at)
        const first = this.#taken.get(other)
        if (first !== undefined) differing.add(first)
        continue
      }
      this.#counterpart.set(at, other)
      this.#taken.set(other, at)
      if (!this.#isEqual(at, other)) {
        differing.add(at)
        continue
      }
      const ways = successors(this.#left, at)
      const others = successors(this.#right, other)
      for (const [i, way] of ways.entries()) {
        const target = resolved(this.#left, way)
        before.set(target, (before.get(target) ?? new Set()).add(at))
        waiting.push([way, others[i] ?? -1])
      }
    }
    const leading = reaching(differing, before)
    const equal = [...this.#counterpart.keys()].filter((at) => !differing.has(at))
    return {
      equal: new Set(equal),
      same: new Set(equal.filter((at) => !leading.has(at))),
      counterpart: this.#counterpart,
    }
  }

  #isEqual(at: number, other: number): boolean {
    const left = this.#left.code[at]
    const right = this.#right.code[other]
    if (left === undefined || right === undefined) return left === right
    const bound: (readonly [Register, Register])[] = []
    if (spell(shapeOf(left, (register) => bound.push([register, -1]))) !== spell(shapeOf(right, () => 0)))
      return false
    const registers: Register[] = []
    shapeOf(right, (register) => registers.push(register))
    const pairs = bound.map(([register], i): readonly [Register, Register] => [register, registers[i] ?? -1])
    if (left.op === 'call' && !this.#isSame(left.target)) return false
    if (left.op === 'symbol' && right.op === 'symbol' && !this.#isSame(left.name, right.name)) return false
    return this.#bind(pairs)
  }

  /** Takes registers for each other, unless one of them is taken for another already. */
  #bind(pairs: readonly (readonly [Register, Register])[]): boolean {
    const fits = pairs.every(([left, right]) => {
      const known = this.#registers.get(left)
      const taken = this.#registersTaken.get(right)
      if (known !== undefined || taken !== undefined) return known === right && taken === left
      return spell(objectAt(this.#left, left)) === spell(objectAt(this.#right, right))
    })
    if (!fits) return false
    const own = new Map(pairs)
    if (new Set(own.values()).size !== own.size || pairs.some(([left, right]) => own.get(left) !== right))
      return false
    for (const [left, right] of pairs) {
      this.#registers.set(left, right)
      this.#registersTaken.set(right, left)
    }
    return true
  }
}

function objectAt({ objects = [] }: IrFunction, register: Register): object | null {
  const found = objects.find((one) => one.register === register)
  return found === undefined ? null : { name: found.name, bytes: found.bytes, align: found.align }
}

/** All from which one of these is reached, with them. */
function reaching(
  from: ReadonlySet<number>,
  before: ReadonlyMap<number, ReadonlySet<number>>,
): ReadonlySet<number> {
  const found = new Set(from)
  for (const at of found) for (const earlier of before.get(at) ?? []) found.add(earlier)
  return found
}

/** An instruction without its registers, which are told of in order, and without where it leads. */
function shapeOf(instruction: Instruction, tell: (register: Register) => void): object {
  const { op } = instruction
  if (op === 'loop') return { op }
  if (op === 'symbol') {
    tell(instruction.to)
    const { name, offset = 0n } = instruction
    return { op, name: isTemplate(name) ? '' : name, offset }
  }
  const shape = (part: unknown, name: string): unknown => {
    if (name === 'to' || name === 'whenTrue' || name === 'whenFalse' || name === 'join') {
      if (op === 'branch' || op === 'jump') return 0
      if (typeof part === 'number') tell(part)
      return part === null
    }
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map((one) => shape(one, ''))
    const operand = part as Operand
    if (operand.kind === 'register') {
      tell(operand.register)
      return 'register'
    }
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, shape(value, key)]))
  }
  return shape(instruction, '') as object
}

function spell(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? ''
}

/** Where control is once jumps from here are done. */
function resolved({ code }: IrFunction, index: number): number {
  let at = index
  for (let steps = 0; steps <= code.length; steps++) {
    const instruction = code[at]
    if (instruction?.op !== 'jump') return at
    at = instruction.to
  }
  return at
}

function successors({ code }: IrFunction, at: number): readonly number[] {
  const instruction = code[at]
  if (instruction === undefined || instruction.op === 'return') return []
  return instruction.op === 'branch' ? [instruction.whenTrue, instruction.whenFalse] : [at + 1]
}

/**
 * The function twice over: first up to where the two versions part, with an end where they do not any more; from
 * there on as it is.
 */
function ended(fn: IrFunction, equal: ReadonlySet<number>, same: ReadonlySet<number>): IrFunction {
  const { code, places } = fn
  const count = code.length
  const first = code.map((instruction, i): Instruction => {
    if (instruction.op === 'jump') return instruction
    if (same.has(i)) return END
    return equal.has(i) ? instruction : { op: 'jump', to: count + 1 + i }
  })
  const further = code.map((instruction): Instruction => {
    if (instruction.op === 'jump') return { op: 'jump', to: instruction.to + count + 1 }
    if (instruction.op !== 'branch') return instruction
    const { whenTrue, whenFalse, join } = instruction
    const moved = (label: number): number => label + count + 1
    return {
      ...instruction,
      whenTrue: moved(whenTrue),
      whenFalse: moved(whenFalse),
      join: join === null ? null : moved(join),
    }
  })
  // To run off the end of the code is to return nothing, on the first time through as well.
  const off: Instruction = same.has(count) ? END : { op: 'return', values: [] }
  const last = places.at(-1)
  return {
    ...fn,
    code: [...first, off, ...further],
    places: last === undefined ? places : [...places, last, ...places],
  }
}

const END: Instruction = { op: 'assume', condition: { kind: 'constant', value: 0n } }
