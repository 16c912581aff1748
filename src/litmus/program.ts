/** A litmus test as a program to explore: every global a cell, every process a thread. */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import {
  type Cell,
  Heap,
  type IrEnvironment,
  type IrFunction,
  irCallable,
  NO_READS,
  type Program,
  type ThreadSpec,
  type Word,
} from '../machine/index.js'
import { compileProcess } from './compile.js'
import { MACROS, WORD } from './macros.js'
import { locationText, type Observed, observedLocations, observedOf } from './observed.js'
import type { At, CType, LitmusTest, Location, Proposition, Value } from './syntax.js'
import { forEachAtom, forEachCall } from './walk.js'

/** A test that can be explored. */
export interface LitmusProgram {
  readonly test: LitmusTest
  readonly program: Program
  /** The processes, in order. */
  readonly functions: readonly IrFunction[]
  /** What the condition, the filter and `locations` name, in the order in which states show them. */
  readonly observed: readonly Observed[]
  /** The address of a global. */
  readonly address: (name: string) => bigint
}

/** Threads are named by one letter each. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/**
 * Compiles a test. `source` names it in diagnostics. Errors: those of `compileProcess`, `litmus-duplicate` for a
 * location with two initial values, `litmus-unsupported`, `litmus-unknown-process`.
 */
export function buildLitmus(test: LitmusTest, source: string): Result<LitmusProgram> {
  const wrong = checked(test, source)
  if (wrong !== null) return fail(wrong)
  const heap = new Heap()
  const cells = makeCells(test, heap)
  const address = (name: string): bigint => cells.get(name)?.address ?? 0n
  const locations = observedLocations(test)
  const functions: IrFunction[] = []
  const threads: ThreadSpec[] = []
  const environment = (context: unknown): IrEnvironment => context as IrEnvironment
  for (const proc of test.processes) {
    const { number } = proc
    const presets = test.initial.filter(({ location }) => isRegisterOf(location, number))
    const compiled = compileProcess(proc, {
      source,
      preset: presets.map(({ location }) => location.name),
      observed: locations.filter((one) => isRegisterOf(one, number)).map(({ name }) => name),
    })
    if (!compiled.ok) return compiled
    functions.push(compiled.value)
    const given = [
      ...proc.parameters.map(({ name }) => address(name)),
      ...presets.map(({ value }) => (value === null ? 0n : bitsOf(value, address))),
    ]
    threads.push({
      name: LETTERS.charAt(number),
      label: `P${number}`,
      holding: [],
      underTest: true,
      entry: irCallable(compiled.value, environment, 'actor'),
      args: given.map((bits): Word => ({ bits, from: NO_READS })),
    })
  }
  const names = threads.map(({ name }) => name)
  const program: Program = {
    heap,
    threads,
    host: {
      context: (thread): IrEnvironment => ({
        heap,
        self: thread.spec.name,
        threads: names,
        resolve: (name) => {
          throw new Error(`a litmus process calls ${name}`)
        },
      }),
    },
    answers: new Map(),
  }
  return ok({ test, program, functions, observed: observedOf(test, locations, cells), address })
}

function isRegisterOf(location: Location, process: number): boolean {
  return location.kind === 'register' && location.process === process
}

/** The bit pattern of a value. */
export function bitsOf(value: Value, address: (name: string) => bigint): bigint {
  return value.kind === 'address' ? address(value.name) : BigInt.asUintN(WORD.bits, value.value)
}

function checked(test: LitmusTest, source: string): Diagnostic | null {
  const error = (code: string, message: string, at?: At): Diagnostic => ({
    severity: 'error',
    code,
    message,
    place: { source, ...at },
  })
  if (test.processes.length > LETTERS.length) {
    return error('litmus-unsupported', `more than ${LETTERS.length} processes`, test.processes.at(-1)?.at)
  }
  const seen = new Set<string>()
  for (const { location, value, at } of test.initial) {
    const name = locationText(location)
    if (seen.has(name)) return error('litmus-duplicate', `${name} has two initial values`, at)
    seen.add(name)
    if (location.kind === 'register' && location.process >= test.processes.length) {
      return error('litmus-unknown-process', `there is no P${location.process}`, at)
    }
    const isLock = location.kind === 'global' && lockNames(test).has(location.name)
    if (isLock && value !== null && !(value.kind === 'number' && value.value === 0n)) {
      return error('litmus-unsupported', `the lock ${name} has an initial value`, at)
    }
  }
  for (const proc of test.processes) {
    for (const [i, { name, at }] of proc.parameters.entries()) {
      if (proc.parameters.slice(0, i).some((other) => other.name === name)) {
        return error('litmus-duplicate', `P${proc.number} has two parameters ${name}`, at)
      }
      if (seen.has(`${proc.number}:${name}`)) {
        return error('litmus-duplicate', `the parameter ${name} is set by the initial state too`, at)
      }
    }
  }
  const stray = observedLocations(test).find(
    (one) => one.kind === 'register' && one.process >= test.processes.length,
  )
  if (stray?.kind === 'register') {
    return error('litmus-unknown-process', `the condition names P${stray.process}, which there is not`)
  }
  return null
}

/** A cell for every name that stands for memory anywhere in the test. */
function makeCells(test: LitmusTest, heap: Heap): ReadonlyMap<string, Cell> {
  const locks = lockNames(test)
  const initial = new Map<string, Value | null>()
  const add = (name: string): void => {
    if (!initial.has(name)) initial.set(name, null)
  }
  for (const { location, value } of test.initial) {
    if (location.kind === 'global') initial.set(location.name, value)
  }
  for (const { value } of test.initial) if (value?.kind === 'address') add(value.name)
  for (const { parameters } of test.processes) for (const { name } of parameters) add(name)
  const named = (proposition: Proposition): void =>
    forEachAtom(proposition, (locations, value) => {
      for (const one of locations) if (one.kind === 'global') add(one.name)
      if (value?.kind === 'address') add(value.name)
    })
  named(test.condition)
  if (test.filter !== null) named(test.filter)
  for (const one of test.locations) if (one.kind === 'global') add(one.name)

  // An initial value can be the address of a cell that comes later; addresses follow from the order alone.
  const layout = new Heap()
  const addresses = new Map<string, bigint>()
  const role = (name: string): Cell['role'] => (locks.has(name) ? 'lock' : 'data')
  for (const name of initial.keys()) {
    const spec = { name, initial: 0n, object: name, role: role(name), page: null }
    addresses.set(name, layout.cell(spec).address)
  }
  const cells = new Map<string, Cell>()
  for (const [name, value] of initial) {
    if (locks.has(name)) cells.set(name, heap.lock(name, name).cell)
    else {
      const bits = value === null ? 0n : bitsOf(value, (other) => addresses.get(other) ?? 0n)
      cells.set(name, heap.cell({ name, initial: bits, object: name, role: 'data', page: null }))
    }
  }
  return cells
}

/** Globals that are spinlocks: by their type, or because one of the lock operations is done on them. */
function lockNames(test: LitmusTest): ReadonlySet<string> {
  const locks = new Set<string>()
  const isLock = (type: CType | null): boolean => type?.base === 'spinlock_t'
  for (const { location, type } of test.initial) {
    if (location.kind === 'global' && isLock(type)) locks.add(location.name)
  }
  for (const { parameters, body } of test.processes) {
    for (const { name, type } of parameters) if (isLock(type) && type.pointers === 1) locks.add(name)
    const names = new Set(parameters.map(({ name }) => name))
    forEachCall(body, (name, args) => {
      for (const [i, kind] of (MACROS.get(name)?.args ?? []).entries()) {
        const argument = args[i]
        if (kind === 'lock' && argument?.kind === 'name' && names.has(argument.name)) locks.add(argument.name)
      }
    })
  }
  return locks
}
