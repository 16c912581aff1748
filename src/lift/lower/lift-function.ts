/** Lowers whole functions, and what a file has at file scope. */

import { fail, ok, type Result } from '../../base/index.js'
import type { IrFunction, IrGlobal, IrModule, Register } from '../../machine/index.js'
import type { Scope } from '../scope.js'
import type {
  Expression,
  FunctionDefinition,
  Initializer,
  TranslationUnit,
  TypeSyntax,
} from '../syntax/ast.js'
import type { ArrayType, CType } from '../types/c-type.js'
import { decay } from '../types/conversions.js'
import { refineAnswers } from './answers.js'
import { toWord } from './arithmetic.js'
import { assemble } from './assemble.js'
import { isBuiltin } from './builtins.js'
import { livesInRegister } from './declarations.js'
import { lowerCondition, lowerValue } from './expressions.js'
import { refuseWideOfKernel } from './function-calls.js'
import {
  castToUnion,
  compoundLiteral,
  countElements,
  dataOf,
  initializeLocal,
  reached,
  staticLocal,
  stringPlace,
} from './globals.js'
import { initializePlace, lengthFrom } from './initializers.js'
import { isAccess } from './intrinsics.js'
import { Lowering, type Rules } from './lowering.js'
import { memberPlace, store } from './memory.js'
import { isOpaque } from './opaque-calls.js'
import type { LiftedFunction, LiftFailure, LiftNote, LiftOptions } from './options.js'
import { isPlace, lowerPlace, typeOfExpression } from './places.js'
import { endScope, finishComputedGotos, lowerStatement, statementExpression } from './statements.js'
import { Unsupported } from './value.js'
import { isWide } from './wide-integers.js'

const RULES: Rules = {
  value: lowerValue,
  place: lowerPlace,
  condition: lowerCondition,
  statement: lowerStatement,
  initialize: initializePlace,
  typeOf: typeOfExpression,
  toWord,
  isPlace,
  statementExpression,
  stringPlace,
  compoundLiteral,
  castToUnion,
  member: memberPlace,
  reached,
  countElements,
  staticLocal,
  initializeLocal,
  hasMeaning: (l, name) =>
    isBuiltin(name) || isOpaque(l, name) || (l.options.kernelAccesses === true && isAccess(name)),
}

/** Tries of one function: each finds more variables that have to lie in memory. */
const MOST_TRIES = 20

/** Lowers a function that stands in the file `path`. */
export function liftFunction(
  definition: FunctionDefinition,
  path: string | null,
  scope: Scope,
  options: LiftOptions = {},
): Result<LiftedFunction, LiftFailure> {
  const inMemory = new Set<string>()
  try {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const known = inMemory.size
      const lifted = lower(definition, path, scope, options, inMemory)
      if (inMemory.size === known) return ok(lifted)
    }
    throw new Unsupported('variables that move to memory again and again', definition.span)
  } catch (problem) {
    const failure = failureOf(problem, definition)
    if (failure === null) throw problem
    return fail(failure)
  }
}

function failureOf(
  problem: unknown,
  { name, span }: Pick<FunctionDefinition, 'name' | 'span'>,
): LiftFailure | null {
  if (problem instanceof Unsupported) {
    return { function: name, construct: problem.construct, line: problem.line, column: problem.column }
  }
  // The engine's stack is shared with whoever calls: how much of it is left is not known.
  if (problem instanceof RangeError) {
    return {
      function: name,
      construct: 'nesting beyond what is followed',
      line: span.line,
      column: span.column,
    }
  }
  return null
}

function lower(
  definition: FunctionDefinition,
  path: string | null,
  scope: Scope,
  options: LiftOptions,
  inMemory: Set<string>,
): LiftedFunction {
  const l = new Lowering(scope, options, RULES, inMemory)
  const { builder } = l
  const { name } = definition
  l.span = definition.span
  for (const macro of scope.redefined ?? []) {
    l.note(`${macro} is defined anew inside ${name}: it is taken for what it is where ${name} begins`)
  }
  builder.place = { line: definition.span.line, column: definition.span.column }
  if (definition.macro !== undefined) l.fail(`a head made by macro ${definition.macro}`)
  const returns = l.typeOfSyntax(definition.returns)
  if (isWide(returns)) refuseWideOfKernel(l)
  const isInMemory = returns.kind === 'struct' || returns.kind === 'union' || isWide(returns)
  const resultAt = isInMemory ? builder.register('&result') : null
  const isVoid = definition.parameters.length === 1 && isVoidType(definition.parameters[0]?.type)
  const parameters = isVoid ? [] : definition.parameters
  // Types may name parameters before them (`int n, int a[n]`), which are declared as they come.
  const registers: Register[] = parameters.map((parameter) => builder.register(parameter.name ?? ''))
  const rest = definition.variadic ? builder.register('...') : null
  l.frame = { name, returns, resultAt, rest }
  l.body = definition.body
  for (const [i, parameter] of parameters.entries()) {
    const register = registers[i]
    if (register === undefined) continue
    declareParameter(l, parameter.name ?? `<${i}>`, decay(l.typeOfSyntax(parameter.type)), register)
  }
  l.inBlock(definition.body, () => {
    for (const statement of definition.body.body) l.statement(statement)
    const end = { line: definition.span.endLine, column: 1 }
    builder.place = end
    if (builder.reachable) {
      endScope(l)
      const values = name === 'main' ? [{ kind: 'constant' as const, value: 0n }] : []
      builder.emit({ op: 'return', values })
    }
  })
  finishComputedGotos(l)
  const { code, places, passed } = assemble(builder.pending)
  const ir: IrFunction = {
    name,
    path,
    parameters: (resultAt === null ? 0 : 1) + registers.length + (rest === null ? 0 : 1),
    registers: builder.registers,
    code: refineAnswers(code, l.model.wordBits),
    places,
    objects: builder.objects,
  }
  return {
    ir,
    globals: [...l.globals.values()],
    mentioned: [...l.mentioned],
    callees: [...l.callees.values()],
    notes: l.notes,
    passed,
    assumed: l.assumed,
  }
}

function isVoidType(type: TypeSyntax | undefined): boolean {
  return type?.kind === 'basic' && type.words.length === 1 && type.words[0] === 'void'
}

function declareParameter(l: Lowering, name: string, type: CType, register: Register): void {
  const pointer: CType = { kind: 'pointer', to: type }
  if (livesInRegister(l, name, type)) {
    l.names.names.set(name, { kind: 'variable', place: { kind: 'register', type, register, name } })
    return
  }
  if (isWide(type)) refuseWideOfKernel(l)
  if (type.kind === 'struct' || type.kind === 'union' || isWide(type)) {
    // The caller made a copy that is ours.
    const at = { kind: 'register' as const, type: pointer, register }
    l.names.names.set(name, { kind: 'variable', place: { kind: 'memory', type, at } })
    return
  }
  const object = l.builder.object(name, l.sizeOf(type), l.layouts.alignOf(type))
  const place = {
    kind: 'memory' as const,
    type,
    at: { kind: 'register' as const, type: pointer, register: object },
  }
  store(l, place, { kind: 'register', type, register })
  l.names.names.set(name, { kind: 'variable', place })
}

/** What is lowered outside of functions. */
export function fileLowering(scope: Scope, options: LiftOptions): Lowering {
  return new Lowering(scope, options, RULES, new Set())
}

/** The type of an expression at file scope; null if it has none. */
export function typeOfAtFile(e: Expression, scope: Scope, options: LiftOptions = {}): CType | null {
  return attempt(() => fileLowering(scope, options).typeOf(e))
}

/** The value of a constant expression at file scope; null if it is none. */
export function constantAtFile(e: Expression, scope: Scope, options: LiftOptions = {}): bigint | null {
  return attempt(() => fileLowering(scope, options).constantOf(e))
}

/** The length of an array that takes it from its initializer at file scope; null if that is not understood. */
export function lengthAtFile(type: ArrayType, from: Initializer, scope: Scope): number | null {
  return attempt(() => lengthFrom(fileLowering(scope, {}), type, from))
}

function attempt<T>(run: () => T): T | null {
  try {
    return run()
  } catch (problem) {
    if (problem instanceof Unsupported || problem instanceof RangeError) return null
    throw problem
  }
}

/** A file's functions and globals, and what of it could not be lowered. */
export interface LiftedModule {
  readonly module: IrModule
  readonly failures: readonly LiftFailure[]
  readonly notes: readonly LiftNote[]
  /** Names that are mentioned and have neither code nor data here. */
  readonly undefined: ReadonlySet<string>
}

/** Lowers every function and variable of a translation unit. */
export function liftModule(unit: TranslationUnit, scope: Scope, options: LiftOptions = {}): LiftedModule {
  const functions = new Map<string, IrFunction>()
  const globals = new Map<string, IrGlobal>()
  const failures: LiftFailure[] = []
  const notes: LiftNote[] = []
  const variables = new Set<string>()
  const mentioned = new Set<string>()
  for (const declaration of unit.declarations) {
    if (declaration.kind === 'function') {
      const lifted = liftFunction(declaration, unit.path, scope, options)
      if (!lifted.ok) {
        failures.push(lifted.error)
        continue
      }
      functions.set(declaration.name, lifted.value.ir)
      for (const global of lifted.value.globals) globals.set(global.name, global)
      notes.push(...lifted.value.notes)
      for (const name of lifted.value.mentioned) mentioned.add(name)
    } else if (declaration.kind === 'declaration' && declaration.storage !== 'typedef') {
      for (const { name } of declaration.variables) variables.add(name)
    }
  }
  for (const name of variables) {
    const made = liftGlobal(name, scope, options)
    if (made === null) continue
    if (made.ok) for (const global of made.value) globals.set(global.name, global)
    else failures.push(made.error)
  }
  for (const { relocations } of globals.values()) {
    for (const { symbol } of relocations) mentioned.add(symbol)
  }
  const missing = [...mentioned].filter((name) => !functions.has(name) && !globals.has(name))
  return { module: { functions, globals }, failures, notes, undefined: new Set(missing) }
}

/** A variable at file scope with the literals that its data mentions; null if the file does not define it. */
export function liftGlobal(
  name: string,
  scope: Scope,
  options: LiftOptions = {},
): Result<readonly IrGlobal[], LiftFailure> | null {
  const global = scope.global(name)
  if (global === null || global.definition === null || global.type.kind === 'function') return null
  const { definition } = global
  const l = fileLowering(scope, options)
  l.span = definition.span
  let { type } = global
  try {
    if (type.kind === 'array' && type.length === null) {
      const length = definition.initializer === null ? 1 : lengthFrom(l, type, definition.initializer)
      type = { ...type, length }
    }
    const align = definition.aligned == null ? null : Number(l.constantOf(definition.aligned) ?? 1n)
    const data = dataOf(l, { name, type, align }, definition.initializer)
    return ok([data, ...l.globals.values()])
  } catch (problem) {
    const failure = failureOf(problem, { name, span: definition.span })
    if (failure === null) throw problem
    return fail(failure)
  }
}
