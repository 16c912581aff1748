/** Runs a C program that was preprocessed, from its text: what conformance is measured by. */

import type { CParser } from '../../lift/index.js'
import { type LiftFailure, liftModule, type ParseOptions, parseC, scopeOfUnit } from '../../lift/index.js'
import {
  type IrGlobal,
  type IrModule,
  type ModuleRun,
  type RunLimits,
  runModule,
} from '../../machine/index.js'
import { cLibrary, LIBRARY_GLOBALS } from './c-library.js'
import { LIBRARY_FUNCTIONS } from './library-functions.js'

/** What came of a program. */
export type CProgramRun =
  | { readonly kind: 'ran'; readonly run: ModuleRun; readonly output: Uint8Array; readonly functions: number }
  /** Something in it is not understood or not lowered. */
  | { readonly kind: 'unsupported'; readonly problems: readonly CProgramProblem[] }

export interface CProgramProblem {
  readonly stage: 'parse' | 'scope' | 'lower'
  /** What was met: `inline assembly`. */
  readonly construct: string
  readonly function: string
  readonly line: number
}

/**
 * Parses, lowers and runs `text`, what `gcc -E -P` makes of a program. Functions that could not be lowered
 * are no trouble as long as none of them is reached.
 */
export function runCProgram(
  parser: CParser,
  path: string,
  text: string,
  limits: RunLimits,
  parsing: ParseOptions = {},
): CProgramRun {
  const { unit, diagnostics } = parseC(parser, path, text, parsing)
  const problems: CProgramProblem[] = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ message, place }) => ({
      stage: 'parse',
      construct: message,
      function: '',
      line: place?.line ?? 0,
    }))
  for (const declaration of unit.declarations) {
    if (declaration.kind !== 'error') continue
    const { message, inFunction, span } = declaration
    problems.push({ stage: 'parse', construct: message, function: inFunction ?? '', line: span.line })
  }
  const { scope, problems: unresolved } = scopeOfUnit(unit, { wordBits: limits.addressBits ?? 64 })
  for (const { name, message, line } of unresolved) {
    problems.push({ stage: 'scope', construct: message, function: name, line })
  }
  const builtins = cLibrary()
  const { module: own, failures, undefined: missing } = liftModule(unit, scope)
  const module = /\b(?:qsort|bsearch)\b/.test(text) ? withLibraryFunctions(own, parser, limits) : own
  problems.push(...failures.map(problemOf))
  for (const name of missing) {
    if (Object.hasOwn(builtins, name) || LIBRARY_GLOBALS.has(name) || module.functions.has(name)) continue
    problems.push({ stage: 'lower', construct: 'a variable defined elsewhere', function: name, line: 0 })
  }
  if (problems.length > 0) return { kind: 'unsupported', problems }
  const run = runModule(withLibraryGlobals(module, limits.addressBits ?? 64), 'main', builtins, limits)
  return { kind: 'ran', run, output: joined(run.output), functions: module.functions.size }
}

function withLibraryFunctions(module: IrModule, parser: CParser, limits: RunLimits): IrModule {
  const { unit } = parseC(parser, 'library', LIBRARY_FUNCTIONS)
  const { scope } = scopeOfUnit(unit, { wordBits: limits.addressBits ?? 64 })
  const library = liftModule(unit, scope).module
  return { ...module, functions: new Map([...library.functions, ...module.functions]) }
}

function problemOf({ function: name, construct, line }: LiftFailure): CProgramProblem {
  return { stage: 'lower', construct, function: name, line }
}

function withLibraryGlobals(module: IrModule, addressBits: 32 | 64): IrModule {
  const bytes = addressBits / 8
  const globals = new Map<string, IrGlobal>(module.globals)
  for (const [name, value] of LIBRARY_GLOBALS) {
    if (globals.has(name)) continue
    const data = new Uint8Array(8)
    new DataView(data.buffer).setBigUint64(0, value, true)
    const held = data.subarray(0, bytes)
    globals.set(name, { name, bytes, align: bytes, data: held, relocations: [], readOnly: false })
  }
  return { ...module, globals }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
