/**
 * The state of lowering one function, and what all its parts use: names, types, registers, notes. The rules
 * for expressions, statements and initializers are put in from outside, since each calls the others.
 */
import type { IrGlobal, Operand, Register } from '../../machine/index.js'
import type { Scope } from '../scope.js'
import type {
  Block,
  CallExpression,
  Expression,
  Initializer,
  InitializerList,
  Span,
  Statement,
  TypeSyntax,
  VariableSyntax,
} from '../syntax/ast.js'
import { INT, type TypeModel, unsignedLong } from '../types/basic-types.js'
import type { ArrayType, CType, RecordType } from '../types/c-type.js'
import { commonArithmetic, decay, integerOf, promote } from '../types/conversions.js'
import { Layouts, type MemberPlace, roundUp } from '../types/layout.js'
import { resolveType, type TypeNames, TypeProblem } from '../types/resolve-type.js'
import { type BlockLabel, CodeBuilder } from './code-builder.js'
import { mayBeConstant } from './constants.js'
import { BlockNames, blocksOfLabels } from './local-names.js'
import type { Callee, LiftNote, LiftOptions } from './options.js'
import type { StaticData } from './static-data.js'
import { type Place, Unsupported, type Value } from './value.js'

export type CompoundLiteral = Extract<Expression, { kind: 'compound-literal' }>

export interface Rules {
  /** The value of an expression; where it is not `wanted`, what it does is enough. */
  readonly value: (l: Lowering, e: Expression, wanted: boolean) => Value
  readonly place: (l: Lowering, e: Expression) => Place
  readonly condition: (l: Lowering, e: Expression, whenTrue: BlockLabel, whenFalse: BlockLabel) => void
  readonly statement: (l: Lowering, s: Statement) => void
  /** Sets a place from an initializer; `zeroed` says that the memory is 0 already. */
  readonly initialize: (l: Lowering, to: Place, from: Initializer, zeroed: boolean) => void
  /** The type of an expression, arrays and functions as they are. Called in a trial. */
  readonly typeOf: (l: Lowering, e: Expression) => CType
  /** A number as an integer as wide as a pointer. */
  readonly toWord: (l: Lowering, value: Value) => Value
  readonly isPlace: (l: Lowering, e: Expression) => boolean
  readonly statementExpression: (l: Lowering, body: Block, wanted: boolean) => Value
  readonly stringPlace: (l: Lowering, texts: readonly string[]) => Place
  readonly compoundLiteral: (l: Lowering, e: CompoundLiteral) => Place
  /** GNU's conversion of a value to a union of which it could be a member. */
  readonly castToUnion: (l: Lowering, type: RecordType, value: Value) => Value
  readonly member: (l: Lowering, record: Place, name: string) => Place
  /** Told of the elements of arrays that are initialized. */
  readonly reached: (l: Lowering, index: number, array: Place) => void
  /** How many elements a list gives an array whose length is not said. */
  readonly countElements: (l: Lowering, type: ArrayType, from: InitializerList) => number
  readonly staticLocal: (l: Lowering, variable: VariableSyntax, type: CType) => void
  readonly initializeLocal: (l: Lowering, to: Place, from: Initializer) => void
  /** Whether a name is a builtin, or an access of the kernel's, before it is a macro. */
  readonly hasMeaning: (l: Lowering, name: string) => boolean
}

/** Where `break` and `continue` go, and the block whose names they leave alone. */
export interface JumpTarget {
  readonly breakTo: BlockLabel
  readonly continueTo: BlockLabel | null
  readonly names: BlockNames
}

/** The labels of the cases of a `switch` while its body is lowered. */
export interface SwitchCases {
  readonly type: CType
  readonly cases: { readonly from: bigint; readonly to: bigint; readonly label: BlockLabel }[]
  defaultLabel: BlockLabel | null
}

/** What a call of the function returns through, and what it is told at its end. */
export interface FunctionFrame {
  readonly name: string
  readonly returns: CType
  /** The hidden argument that says where a struct is returned to. */
  readonly resultAt: Register | null
  /** The hidden argument that says where the arguments behind `...` lie. */
  readonly rest: Register | null
}

/** Nodes inside one another, beyond which nothing is lowered: the stack has an end. */
const MAX_DEPTH = 400

/** Labels have no code in memory; their addresses are like nothing else's. */
const FIRST_LABEL = 0x7f00_0000_0000n

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])

export class Lowering {
  readonly scope: Scope
  readonly options: LiftOptions
  readonly model: TypeModel
  readonly layouts: Layouts
  readonly rules: Rules
  /** Names of register variables whose address is taken somewhere: found while lowering, used by the next try. */
  readonly inMemory: Set<string>
  builder = new CodeBuilder()
  names = new BlockNames(null, null)
  frame: FunctionFrame = { name: '', returns: INT, resultAt: null, rest: null }
  readonly jumps: JumpTarget[] = []
  readonly switches: SwitchCases[] = []
  readonly labels = new Map<string, BlockLabel>()
  /** The function's body, once it is known. */
  body: Statement | null = null
  #labelBlocks: ReadonlyMap<string, ReadonlySet<Statement>> | null = null
  /** Labels whose address is taken, with what stands for it. */
  readonly labelAddresses = new Map<string, bigint>()
  /** Where a computed goto is to choose among them, once all are known. */
  readonly computedGotos: { readonly at: number; readonly target: Value }[] = []
  /** What initializers are put into, instead of code. */
  data: StaticData | null = null
  /** Globals, functions and string literals that are mentioned. */
  readonly mentioned = new Set<string>()
  readonly #types = new WeakMap<Expression, CType>()
  readonly #truths = new WeakMap<Expression, { readonly known: boolean | null }>()
  readonly #expansions = new WeakMap<Expression, { readonly expression: Expression | null }>()
  #restSlots: { readonly register: Register; readonly index: number } | null = null
  readonly globals = new Map<string, IrGlobal>()
  readonly callees = new Map<string, Callee>()
  readonly notes: LiftNote[] = []
  /** Instructions whose type was assumed. */
  assumed = 0
  readonly typeNames: TypeNames
  /** Whether what is lowered now is thrown away: only its type or its constant value is asked for. */
  isTrial = false
  #depth = 0
  #noted = new Set<string>()
  span: Span = NOWHERE

  constructor(scope: Scope, options: LiftOptions, rules: Rules, inMemory: Set<string>) {
    this.scope = scope
    this.options = options
    this.rules = rules
    this.inMemory = inMemory
    this.model = scope
    this.layouts = options.layouts ?? new Layouts(scope)
    this.typeNames = this.#typeNames()
  }

  // Rules

  value(e: Expression): Value {
    return this.#inside(e.span, () => this.rules.value(this, e, true))
  }

  /** Does what an expression does. */
  effect(e: Expression): void {
    this.#inside(e.span, () => this.rules.value(this, e, false))
  }

  placeOf(e: Expression): Place {
    return this.#inside(e.span, () => this.rules.place(this, e))
  }

  condition(e: Expression, whenTrue: BlockLabel, whenFalse: BlockLabel): void {
    this.#inside(e.span, () => this.rules.condition(this, e, whenTrue, whenFalse))
  }

  statement(s: Statement): void {
    this.#inside(s.span, () => this.rules.statement(this, s))
  }

  initialize(to: Place, from: Initializer, zeroed: boolean): void {
    this.#inside(from.span, () => this.rules.initialize(this, to, from, zeroed))
  }

  #inside<T>(span: Span, run: () => T): T {
    const { span: outer, builder } = this
    const { place } = builder
    if (++this.#depth > MAX_DEPTH) throw new Unsupported('nesting beyond what is followed', span)
    this.span = span
    builder.place = { line: span.line, column: span.column }
    try {
      return run()
    } finally {
      this.#depth--
      this.span = outer
      builder.place = place
    }
  }

  /** With diagnostics and instructions at another place of the text. */
  inSpan(span: Span, run: () => void): void {
    this.#inside(span, run)
  }

  /** Lowers something for its type or constant value only. */
  trial<T>(run: () => T): T {
    const { builder, isTrial, names, data } = this
    const restSlots = this.#restSlots
    const jumps = this.jumps.length
    const switches = this.switches.length
    this.builder = new CodeBuilder()
    this.isTrial = true
    this.data = null
    this.#restSlots = null
    try {
      return run()
    } finally {
      this.builder = builder
      this.isTrial = isTrial
      this.names = names
      this.data = data
      this.#restSlots = restSlots
      this.jumps.length = jumps
      this.switches.length = switches
    }
  }

  // What can't be done, and what is assumed

  fail(construct: string): never {
    throw new Unsupported(construct, this.span)
  }

  note(text: string): void {
    const key = `${this.span.line} ${text}`
    if (this.#noted.has(key)) return
    this.#noted.add(key)
    this.notes.push({ text, line: this.span.line })
  }

  // Blocks of names

  inBlock<T>(node: Statement, run: () => T): T {
    const outer = this.names
    this.names = new BlockNames(outer, node)
    try {
      return run()
    } finally {
      this.names = outer
    }
  }

  // Types

  typeOfSyntax(syntax: TypeSyntax): CType {
    try {
      return resolveType(syntax, this.typeNames)
    } catch (problem) {
      if (problem instanceof TypeProblem) this.fail(problem.message)
      throw problem
    }
  }

  sizeOf(type: CType): number {
    const size = this.layouts.sizeOf(type)
    if (size !== null) return size
    if (type.kind === 'struct' || type.kind === 'union') {
      const complete = this.#complete(type)
      if (complete !== type) return this.sizeOf(complete)
      this.note(`size of ${type.kind} ${type.name} is not known, a made-up one is used`)
      return this.layouts.syntheticSize
    }
    return this.fail('the size of an incomplete type')
  }

  /** The place of a member in its record. */
  member(mentioned: RecordType, name: string): MemberPlace {
    const record = this.#complete(mentioned)
    const found = this.layouts.find(record, name)
    if (found !== null) return found
    const layout = this.layouts.ofRecord(record)
    if (layout !== null) {
      if (this.options.kernelAccesses !== true) {
        return this.fail(`${record.kind} ${record.name} has no member ${name}`)
      }
      return this.#leftOut(record, name, layout.size)
    }
    this.note(
      `${record.kind} ${record.name} is not known: ${name} lies in a made-up place, type unknown, assumed u64`,
    )
    const offset = this.layouts.synthetic(record, name)
    const type: CType = { kind: 'unknown', name: `${record.kind} ${record.name}.${name}` }
    return { name, type, offset, bitOffset: offset * 8, bits: null }
  }

  /** A record as it is known here, where the text that its type was read from had no more than its tag. */
  #complete(record: RecordType): RecordType {
    if (record.members() !== null) return record
    const known = this.typeNames.tagged(record.kind, record.name)
    if (known?.kind !== record.kind) return record
    return known.members() === null ? record : known
  }

  /** A member that the configuration leaves out, behind all the others. */
  #leftOut(record: RecordType, name: string, size: number): MemberPlace {
    const what = `${record.kind} ${record.name}`
    this.note(
      `${what} has no member ${name} under this configuration: it lies in a made-up place, type unknown, assumed u64`,
    )
    const offset = roundUp(size, 8) + this.layouts.synthetic(record, name)
    return {
      name,
      type: { kind: 'unknown', name: `${what}.${name}` },
      offset,
      bitOffset: offset * 8,
      bits: null,
    }
  }

  // Registers

  /** The operand for a scalar value; what waited is emitted. */
  operand(value: Value): Operand {
    switch (value.kind) {
      case 'constant':
        return { kind: 'constant', value: value.value }
      case 'register':
        return { kind: 'register', register: value.register }
      case 'symbol':
        return { kind: 'register', register: this.builder.symbol(value.name, value.offset) }
      case 'offset': {
        if (value.offset === 0n) return { kind: 'register', register: value.base }
        const to = this.builder.temporary()
        this.builder.emit({
          op: 'binary',
          to,
          operator: '+',
          left: { kind: 'register', register: value.base },
          right: { kind: 'constant', value: BigInt.asUintN(this.model.wordBits, value.offset) },
          type: { bits: this.model.wordBits, signed: false },
        })
        return { kind: 'register', register: to }
      }
      case 'wide':
        return this.fail('128-bit integers')
      case 'record':
      case 'void':
        return this.fail(value.kind === 'void' ? 'the value of a void expression' : 'a struct as a scalar')
    }
  }

  /** A value that later changes of variables leave alone. */
  hold(value: Value): Value {
    if (value.kind === 'wide') return { ...value, low: this.hold(value.low), high: this.hold(value.high) }
    if (value.kind !== 'register' && value.kind !== 'offset') return value
    const base = value.kind === 'register' ? value.register : value.base
    const name = this.builder.registers[base]
    if (name === '' || name?.startsWith('&')) return value
    const to = this.builder.temporary()
    this.builder.emit({ op: 'set', to, from: this.operand(value) })
    return { kind: 'register', type: value.type, register: to }
  }

  /** A temporary object of a type. */
  temporaryObject(name: string, type: CType): Value {
    const register = this.builder.object(name, this.sizeOf(type), this.layouts.alignOf(type))
    return { kind: 'register', type: { kind: 'pointer', to: type }, register }
  }

  // Names at file scope

  addGlobal(global: IrGlobal): void {
    if (!this.isTrial && !this.globals.has(global.name)) this.globals.set(global.name, global)
  }

  addCallee(name: string): void {
    if (this.isTrial || this.callees.has(name)) return
    const { scope } = this
    const path =
      scope.definedIn === undefined ? (scope.definition(name)?.path ?? null) : scope.definedIn(name)
    this.callees.set(name, { name, path })
  }

  mention(name: string): void {
    if (!this.isTrial) this.mentioned.add(name)
  }

  /** The statements with names of their own around a label of the function; null if there is no such label. */
  labelBlocks(label: string): ReadonlySet<Statement> | null {
    if (this.body === null) return null
    this.#labelBlocks ??= blocksOfLabels(this.body)
    return this.#labelBlocks.get(label) ?? null
  }

  /** Whether a name is not looked into: the machine has it. */
  staysCall(name: string): boolean {
    return this.options.isPrimitive?.(name) === true
  }

  /** What a macro's call expands to, the same node each time it is asked. */
  expansionOf(e: CallExpression): Expression | null {
    const known = this.#expansions.get(e)
    if (known !== undefined) return known.expression
    const expression = this.scope.expandExpression(e.text, e.span)
    this.#expansions.set(e, { expression })
    return expression
  }

  /** Bytes for the arguments behind `...` of one call; calls share them, as none is made while they are filled. */
  restSlots(bytes: number): Register {
    const { objects } = this.builder
    const known = this.#restSlots === null ? undefined : objects[this.#restSlots.index]
    if (this.#restSlots === null || known === undefined) {
      const register = this.builder.object('...', bytes, 8)
      this.#restSlots = { register, index: objects.length - 1 }
      return register
    }
    if (known.bytes < bytes) objects[this.#restSlots.index] = { ...known, bytes }
    return this.#restSlots.register
  }

  /** The number that stands for a label's address. */
  labelAddress(name: string): bigint {
    const known = this.labelAddresses.get(name)
    if (known !== undefined) return known
    const address = FIRST_LABEL + BigInt(this.labelAddresses.size) * 16n
    this.labelAddresses.set(name, address)
    return address
  }

  labelNamed(name: string): BlockLabel {
    if (this.isTrial) return this.builder.label()
    const known = this.labels.get(name)
    if (known !== undefined) return known
    const label = this.builder.label()
    this.labels.set(name, label)
    return label
  }

  #typeNames(): TypeNames {
    const taggedAs = (kind: string, type: CType | null): CType | null =>
      type !== null && (type.kind === kind || (kind === 'enum' && type.kind === 'integer')) ? type : null
    return {
      model: this.model,
      typeNamed: (name) => {
        const local = this.names.find(name)
        if (local?.kind === 'type') return local.type
        const bits = this.options.scalarTypes?.get(name)
        if (bits !== undefined) {
          const word = unsignedLong({ wordBits: bits })
          return { ...word, opaque: true, spelled: name }
        }
        return this.scope.typeNamed(name)
      },
      tagged: (kind, tag) =>
        taggedAs(kind, this.names.findTag(tag)) ?? taggedAs(kind, this.scope.tagged(kind, tag)),
      taggedHere: (kind, tag) => taggedAs(kind, this.names.tags.get(tag) ?? null),
      defineTag: (tag, type) => this.names.tags.set(tag, type),
      defineConstant: (name, value, type) => {
        const bits = type.kind === 'integer' ? type.bits : 64
        const constant = { value: BigInt.asUintN(bits, value), type }
        this.names.names.set(name, { kind: 'constant', constant })
      },
      typeOf: (e) => this.typeOf(e),
      constantOf: (e) => this.constantOf(e),
      lengthOf: (e) => this.#lengthOf(e),
      note: (text) => this.note(text),
    }
  }

  /** Whether a condition is known without running; null if not. */
  knownTruth(e: Expression): boolean | null {
    const found = this.#truths.get(e)
    if (found !== undefined) return found.known
    const value = mayBeConstant(this, e) ? this.#constantValue(e) : null
    const isFloat = value?.kind === 'constant' && value.type.kind === 'floating'
    const known = value?.kind !== 'constant' || isFloat ? null : value.value !== 0n
    this.#truths.set(e, { known })
    return known
  }

  /** The type of an expression's value: what is an array or function is a pointer. */
  valueTypeOf(e: Expression): CType {
    const known = this.#types.get(e)
    if (known !== undefined) return known
    const type = this.#typeByForm(e) ?? this.trial(() => this.value(e).type)
    this.#types.set(e, type)
    return type
  }

  /** The type of what nests most, without lowering it; null where it takes that. */
  #typeByForm(e: Expression): CType | null {
    switch (e.kind) {
      case 'cast':
        return decay(this.typeOfSyntax(e.type))
      case 'comma':
        return this.valueTypeOf(e.right)
      case 'conditional': {
        if (e.then === null) return null
        const left = this.valueTypeOf(e.then)
        const right = this.valueTypeOf(e.otherwise)
        return left.kind === 'integer' && right.kind === 'integer' && !left.opaque
          ? commonArithmetic(left, right, this.model)
          : null
      }
      case 'binary': {
        if (COMPARISONS.has(e.operator)) return INT
        const left = this.valueTypeOf(e.left)
        if (e.operator === '<<' || e.operator === '>>') {
          const integer = integerOf(left, this.model)
          return integer === null ? null : promote(integer)
        }
        const right = this.valueTypeOf(e.right)
        return left.kind === 'integer' && right.kind === 'integer'
          ? commonArithmetic(left, right, this.model)
          : null
      }
      case 'logical':
        return INT
      default:
        return null
    }
  }

  hasMeaning(name: string): boolean {
    return this.rules.hasMeaning(this, name)
  }

  isPlace(e: Expression): boolean {
    return this.rules.isPlace(this, e)
  }

  /** The type of an expression, which is not evaluated. */
  typeOf(e: Expression): CType {
    return this.trial(() => this.rules.typeOf(this, e))
  }

  /** The number that a constant expression stands for; null if it is none. */
  constantOf(e: Expression): bigint | null {
    const value = this.#constantValue(e)
    if (value?.kind !== 'constant') return null
    const { type } = value
    return type.kind === 'integer' && type.signed ? BigInt.asIntN(type.bits, value.value) : value.value
  }

  #constantValue(e: Expression): Value | null {
    return this.trial(() => {
      try {
        return this.value(e)
      } catch (problem) {
        if (problem instanceof Unsupported) return null
        throw problem
      }
    })
  }

  #lengthOf(e: Expression): number | null {
    if (this.isTrial) return this.builder.temporary()
    const register = this.builder.register('length')
    const value = this.value(e)
    this.builder.emit({ op: 'set', to: register, from: this.operand(this.rules.toWord(this, value)) })
    return register
  }
}

export const NOWHERE: Span = { line: 0, column: 0, endLine: 0, endColumn: 0 }
