/**
 * Lifted C on the simulated kernel: functions of the intermediate representation as implementations that can be
 * exchanged with hand-written ones. A name that C calls is, in this order: what the program has put in its
 * place, a primitive or helper of the simulated kernel, a lifted function of the same unit, or else opaque.
 */
import {
  type Beside,
  type Block,
  type Callable,
  type CallPrototype,
  highHalf,
  type Implementation,
  type IrEnvironment,
  type IrModule,
  imageOf,
  irCallable,
  lowHalf,
  type Operation,
  type PlacedObject,
  type ProgramImage,
  type ToldStore,
} from '../../machine/index.js'
import type { ArchProfile } from '../arch-profile.js'
import { type Kernel, pastCopy } from '../kernel.js'
import { PRIMITIVES } from '../primitives/index.js'
import type { Release } from '../release.js'
import type { PrimitiveSignatures } from '../signatures.js'
import type { Mm } from '../table.js'
import { wordBehind } from '../table.js'
import type { CPrototype, CRecord, CRecords } from './c-type.js'
import { type Bound, hostToWords, pureCallable, wordsToHost } from './calls.js'
import { functionNames } from './functions.js'
import { knownGlobal } from './known-globals.js'
import { Marshal } from './marshal.js'
import { nameOf, spellValue } from './names.js'
import { opaqueFunction } from './opaque-call.js'
import { pageAt, pageHelper } from './pages.js'
import { ALIASES, primitivePrototype } from './prototypes.js'
import { pureHelpers } from './pure.js'
import { questionFor } from './questions.js'
import { type CScalar, type SharedGlobals, shareGlobals } from './shared-globals.js'
import { unknownObject } from './unknown.js'

/** What was lifted together: one side's functions of a file and of what they include. */
export interface LiftedUnit {
  readonly module: IrModule
  /** Structs that the functions mention, by name. */
  readonly records: CRecords
  /** The same as a list, where the unit is to be handed to another thread. */
  readonly recordList?: readonly CRecord[]
  /** Prototypes of the lifted functions, by name. */
  readonly prototypes: ReadonlyMap<string, CPrototype>
  /** C types of globals, where known. */
  readonly globalTypes?: ReadonlyMap<string, string>
  /** What globals that can be written to are made of, where known. */
  readonly globalScalars?: ReadonlyMap<string, readonly CScalar[]>
}

/** What is to be said of a lifted function besides its code. */
export interface LiftedInfo
  extends Pick<Implementation, 'version' | 'identities' | 'config' | 'notes' | 'layout'> {
  /** The release whose primitives it was written against. */
  readonly release: Release
}

/** A lifted function to be called by hand-written code, or named by a side. */
export function liftedImplementation(
  unit: LiftedUnit,
  name: string,
  info: LiftedInfo,
): Implementation & Pick<LiftedInfo, 'release'> {
  const fn = unit.module.functions.get(name)
  const prototype = unit.prototypes.get(name)
  if (fn === undefined || prototype === undefined) throw new Error(`${name} is not a function of the unit`)
  const inner = liftedCallable(unit, name)
  const implementation: Implementation & Pick<LiftedInfo, 'release'> = {
    name,
    path: fn.path ?? '',
    role: 'function',
    origin: 'lifted',
    lines: [...new Set(fn.places.map(({ line }) => line))].sort((a, b) => a - b),
    constants: inner.constants ?? [],
    ...info,
    body: hostToWords(inner, prototype, (k) => binding(k, unit)),
  }
  LIFTED.set(implementation, inner)
  TYPES.set(implementation, prototype)
  ORIGINS.set(implementation, { unit, name, info })
  const spelled = hostToWords(inner, prototype, (k) => binding(k, unit), true)
  SPELLED.set(implementation, { ...implementation, body: spelled })
  return implementation
}

/**
 * The implementation with its result as text, which is not decided to be spelled; itself where it is not lifted.
 * For suites, which only compare results.
 */
export function withSpelledResult(implementation: Callable): Callable {
  return SPELLED.get(implementation) ?? implementation
}

const SPELLED = new WeakMap<Callable, Callable>()

/** What a lifted implementation was made from. */
export interface LiftedOrigin {
  readonly unit: LiftedUnit
  readonly name: string
  readonly info: LiftedInfo
}

/** What an implementation was made from, if it was lifted. */
export function originOf(implementation: Callable): LiftedOrigin | undefined {
  return ORIGINS.get(implementation)
}

const ORIGINS = new WeakMap<Callable, LiftedOrigin>()

/** The C prototype of a lifted implementation. */
export function prototypeOf(implementation: Callable): CPrototype | undefined {
  return TYPES.get(implementation)
}

const TYPES = new WeakMap<Callable, CPrototype>()

/** Lifted functions by what hand-written code calls. */
const LIFTED = new WeakMap<Callable, Callable>()

/** What runs where an implementation is called: of a lifted one the function of the intermediate representation. */
export function runsAs(implementation: Callable): Callable {
  return LIFTED.get(implementation) ?? implementation
}

const CALLABLES = new WeakMap<LiftedUnit, Map<string, Callable>>()

/** A lifted function to be called with words. */
export function liftedCallable(unit: LiftedUnit, name: string): Callable {
  const known = CALLABLES.get(unit) ?? new Map<string, Callable>()
  CALLABLES.set(unit, known)
  const fn = unit.module.functions.get(name)
  if (fn === undefined) throw new Error(`${name} is not a function of the unit`)
  const callable =
    known.get(name) ?? irCallable(fn, (context) => binding(context as Kernel, unit).environment)
  known.set(name, callable)
  return callable
}

/** True for names that C calls and that the simulated kernel has on this architecture: they are not lifted. */
export function isBound(profile: ArchProfile, name: string): boolean {
  return boundPrototype(profile, name) !== undefined
}

/** The C prototype of what the simulated kernel has, also where C has a macro of that name. */
export function boundPrototype(profile: ArchProfile, name: string): CPrototype | undefined {
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined
  const prototype = primitivePrototype(alias?.name ?? name)
  if (prototype === undefined) {
    const helper = pureHelpers(profile).get(name) ?? pageHelper(profile, () => undefined, name)
    return helper?.prototype
  }
  if (alias?.args === undefined) return prototype
  return { returns: prototype.returns, args: argumentsOf(alias.args, prototype) }
}

/** The parameters of an alias: each stands for the one of the primitive that it is given to. */
function argumentsOf(takes: readonly number[], { args }: CPrototype): CPrototype['args'] {
  return takes.flatMap((from, to) => (from < 0 ? [] : (args[to] ?? [])))
}

/** The binding of one thread to one unit. */
export interface Binding extends Bound {
  readonly environment: IrEnvironment
}

const BINDINGS = new WeakMap<Kernel, Map<LiftedUnit, Binding>>()

/** The binding of a thread to a unit, made at first use. */
export function binding(k: Kernel, unit: LiftedUnit): Binding {
  const known = BINDINGS.get(k) ?? new Map<LiftedUnit, Binding>()
  BINDINGS.set(k, known)
  const found = known.get(unit) ?? makeBinding(k, unit)
  known.set(unit, found)
  return found
}

function makeBinding(k: Kernel, unit: LiftedUnit): Binding {
  const names = functionNames(k.mm)
  const image = imageFor(unit, k.mm.profile)
  for (const name of unit.module.functions.keys()) names.addressOf(name)
  for (const { relocations } of unit.module.globals.values()) {
    for (const { symbol } of relocations)
      if (image.globals.find(symbol) === undefined) names.addressOf(symbol)
  }
  const shared = k.sharesGlobals ? sharedGlobals(k, unit, image) : null
  const globals = shared?.layout ?? image.globals
  const objectAt = (address: bigint): PlacedObject =>
    address < BYTES_OF_LOWCORE ? lowcore(unit) : (symbolAt(k, unit, address) ?? pageAt(address, unit.records))
  const callees = new Map<string, Callable>()
  /** The function of this name, to be called with words. */
  const resolve = (name: string, prototype?: CallPrototype): Callable => {
    const known = callees.get(name)
    if (known !== undefined) return known
    const found = find(k, unit, name, prototype)
    if (found !== undefined) callees.set(name, found)
    return found ?? opaqueFunction(name, prototype, unit.records)
  }
  const handWritten = (address: bigint): Callable | undefined => {
    const name = names.at(address)
    if (name === undefined) return undefined
    const own = names.handWritten(name) ?? k.find(name)
    if (own !== undefined) return own
    const prototype = unit.prototypes.get(name)
    if (prototype === undefined || !unit.module.functions.has(name)) return undefined
    return { ...liftedImplementation(unit, name, NO_INFO), role: 'callback' }
  }
  const marshal = new Marshal(k, unit.records, { handWritten, sharedBlock: (at) => shared?.blockAt(at) })
  const question: Bound['question'] = (token, look) => questionFor(k, unit.records, token, look)
  const environment: IrEnvironment = {
    heap: k.mm.heap,
    self: k.thread.spec.name,
    threads: k.threads,
    get memory() {
      const { memory } = k.thread
      memory.use(globals, true)
      memory.placeObjects(objectAt, k.mm.profile.lowcore === true)
      return memory
    },
    get tears() {
      return k.thread.options.tear
    },
    resolve,
    symbol: (name) => image.symbol(name) ?? names.addressOf(name),
    callee: (address, prototype, text) => {
      const name = names.at(address)
      if (name === undefined) {
        const object = address === 0n ? undefined : nameOf(k, address)
        return object === undefined ? undefined : opaqueFunction(text, prototype, unit.records)
      }
      const own = names.handWritten(name)
      if (own === undefined) return resolve(name, prototype)
      return LIFTED.get(own) ?? wordsToHost(own, named(prototype), (other) => binding(other, unit))
    },
    lockAt: (address) => marshal.lockAt(address),
    beside: (address) => besideCopy(k, address),
    ...(shared === null ? {} : { undecided: shared.undecided }),
    decide: question,
    isMadeUp: (address) => k.isMadeUp(address),
    stored: (store) => storeEvent(k, unit, store),
  }
  return { environment, marshal, question }
}

/** On s390 what a processor has for itself lies at address 0: the current task, for one. */
function lowcore(unit: LiftedUnit): PlacedObject {
  const unknown = unknownObject('lowcore', 'struct lowcore', unit.records)
  return { name: 'lowcore', address: 0n, bytes: Number(BYTES_OF_LOWCORE), unknown }
}

/** What lies behind a copy of an entry on the stack: a variable that has the name of a level. */
function besideCopy(k: Kernel, address: bigint): Beside | undefined {
  const { memory } = k.thread
  const [low, high] = [lowHalf(address), highHalf(address)]
  const block = memory.find(low, high)
  if (block?.kind !== 'local' || !/^(?:pgd|p4d|pud|pmd)/.test(block.name)) return undefined
  const offset = block.offset(low, high)
  if (offset < block.bytes || offset % block.bytes !== 0) return undefined
  const copy = memory.read(block.address, block.bytes)
  const { behindCopies } = k.mm
  const known = behindCopies !== null && !('kind' in copy)
  const bits = known ? wordBehind(behindCopies, copy.bits) : null
  return { ...pastCopy(block.name, offset / block.bytes), bits }
}

const BYTES_OF_LOWCORE = 4096n

/** A global that was taken for a function, as nothing was known but its name. */
function symbolAt(k: Kernel, unit: LiftedUnit, address: bigint): PlacedObject | undefined {
  const start = address - (address % BYTES_PER_SYMBOL)
  const name = functionNames(k.mm).at(start)
  if (name === undefined) return undefined
  const unknown = unknownObject(name, unit.globalTypes?.get(name) ?? '', unit.records)
  return { name, address: start, bytes: Number(BYTES_PER_SYMBOL), unknown }
}

const BYTES_PER_SYMBOL = 16n

const NO_INFO: LiftedInfo = { version: 'lifted', release: '0', identities: [], config: {}, notes: [] }

const IMAGES = new WeakMap<LiftedUnit, ProgramImage>()

/** The globals of a unit: those that are initialised hold their data, the others nobody knows. */
function imageFor(unit: LiftedUnit, { wordBits }: ArchProfile): ProgramImage {
  const known = IMAGES.get(unit)
  if (known !== undefined) return known
  const image = imageOf(unit.module, wordBits)
  for (const { name, data } of unit.module.globals.values()) {
    if (data !== null) continue
    const type = unit.globalTypes?.get(name) ?? ''
    image.globals.find(name)?.beUnknown(knownGlobal(name, unknownObject(name, type, unit.records)))
  }
  IMAGES.set(unit, image)
  return image
}

const SHARED = new WeakMap<Mm, { readonly unit: LiftedUnit; readonly globals: SharedGlobals }>()

/** The globals of a unit that the threads of a program share; those of a second unit in it are not. */
function sharedGlobals({ mm }: Kernel, unit: LiftedUnit, image: ProgramImage): SharedGlobals | null {
  const known = SHARED.get(mm)
  if (known !== undefined) return known.unit === unit ? known.globals : null
  const scalarsOf = ({ name, bytes }: Block): readonly CScalar[] | undefined =>
    unit.globalScalars?.get(name) ?? wholeScalar(bytes)
  const globals = shareGlobals(mm.heap, image, unit.module.globals.keys(), scalarsOf)
  SHARED.set(mm, { unit, globals })
  return globals
}

/** A variable of which only the size is known, if that is a scalar's. */
function wholeScalar(bytes: number): readonly CScalar[] | undefined {
  return bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8
    ? [{ path: '', offset: 0, bytes }]
    : undefined
}

function find(k: Kernel, unit: LiftedUnit, name: string, prototype?: CallPrototype): Callable | undefined {
  const boundOf = (other: Kernel): Bound => binding(other, unit)
  const own = k.find(name)
  const words = own === undefined ? undefined : LIFTED.get(own)
  if (words !== undefined) return words
  // What C has as a macro of two arguments a proposal may have as one of three.
  if (own !== undefined && !pureHelpers(k.mm.profile).has(name)) {
    const types = primitivePrototype(name) ?? unit.prototypes.get(name)
    const known = types ?? (prototype === undefined ? undefined : named(prototype))
    return known === undefined ? undefined : wordsToHost(own, known, boundOf)
  }
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined
  const primitive = PRIMITIVES[(alias?.name ?? name) as keyof PrimitiveSignatures]
  const types = primitivePrototype(alias?.name ?? name)
  if (Object.hasOwn(PRIMITIVES, alias?.name ?? name) && types !== undefined) {
    return wordsToHost(primitive, types, boundOf, alias?.args)
  }
  const { profile } = k.mm
  const pure = pureHelpers(profile).get(name) ?? pageHelper(profile, unit.records, name)
  if (pure !== undefined) return pureCallable(name, pure.of, boundOf)
  if (unit.module.functions.has(name)) return liftedCallable(unit, name)
  const beside = prototype === undefined ? undefined : k.neighbour(name)
  if (beside === undefined || prototype === undefined) return undefined
  return LIFTED.get(beside) ?? wordsToHost(beside, named(prototype), boundOf)
}

function named({ args, returns }: CallPrototype): CPrototype {
  return { returns, args: args.map((type, i) => ({ name: `arg${i}`, type })) }
}

/** A store to an object that nobody can see into. */
function storeEvent(
  k: Kernel,
  unit: LiftedUnit,
  { block, offset, bytes, values }: ToldStore,
): Operation | undefined {
  const place =
    block.kind === 'global' ? globalPath(unit, block.name, offset) : block.unknown?.stored?.(offset, bytes)
  if (place === undefined) return undefined
  const words = values().map((value) => spellValue(k, value, ''))
  const [only] = words
  const isWord = only !== undefined && words.length === 1 && bytes <= 8
  const detail = isWord ? `${place} = ${only}` : `${place}, ${bytes} bytes = ${runs(words) || 'a copy'}`
  return { op: 'observe', event: { name: 'store', detail, role: 'action' } }
}

/** `cd.read_data[1].mult`; the number of a byte where lifting does not know what lies there. */
function globalPath(unit: LiftedUnit, name: string, offset: number): string {
  const scalar = unit.globalScalars?.get(name)?.find((one) => one.offset === offset)
  if (scalar !== undefined) return `${name}${scalar.path}`
  return offset === 0 ? name : `${name}+${offset}`
}

/** `{1, 6 x 0}`: words that are alike and follow one another are counted. */
function runs(words: readonly string[]): string {
  const told: string[] = []
  for (let i = 0; i < words.length; ) {
    let next = i + 1
    while (next < words.length && words[next] === words[i]) next++
    told.push(next - i > 1 ? `${next - i} x ${words[i]}` : `${words[i]}`)
    i = next
  }
  return told.length === 0 ? '' : `{${told.join(', ')}}`
}
