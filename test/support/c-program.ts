/** Small C programs, lowered and run, for tests that read as one line each. */
import { expect } from 'vitest'
import {
  type LiftedFunction,
  type LiftFailure,
  type LiftOptions,
  liftFunction,
  parseC,
  scopeOfUnit,
} from '../../src/lift/index.js'
import type { Instruction } from '../../src/machine/index.js'
import { loadCParser } from '../../src/run/c-parser.js'
import { runCProgram } from '../../src/run/c-program/run-c-program.js'

const parser = await loadCParser()

const HEAD = `int printf(const char *format, ...);
int snprintf(char *to, unsigned long room, const char *format, ...);
void *malloc(unsigned long bytes);
void *memcpy(void *to, const void *from, unsigned long bytes);
int strcmp(const char *a, const char *b);
typedef __builtin_va_list va_list;
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long u64;
typedef signed char s8; typedef short s16; typedef int s32; typedef long s64;
`

/** What a program prints. `code` stands at file scope. */
export function outputOf(code: string, addressBits: 32 | 64 = 64): string {
  const result = runCProgram(parser, 'test.c', HEAD + code, { operations: 1_000_000, addressBits })
  if (result.kind === 'unsupported')
    return `unsupported: ${result.problems.map((p) => p.construct).join(', ')}`
  const { hazard } = result.run
  const text = new TextDecoder().decode(result.output)
  return hazard === null ? text : `${text}[${hazard.kind}]`
}

/** Expects statements of main() to print this. */
export function prints(statements: string, expected: string, outside = ''): void {
  expect(outputOf(`${outside}\nint main(void) { ${statements} return 0; }`)).toBe(expected)
}

/** Expects an expression to have an integer value, as `long`. */
export function isWorth(expression: string, value: number | bigint, before = ''): void {
  prints(`${before} printf("%ld", (long)(${expression}));`, String(value))
}

/** A function of a file, lowered. */
export function lifted(code: string, name: string, options: LiftOptions = {}): LiftedFunction {
  const result = tryLift(code, name, options)
  if (!('ir' in result)) throw new Error(`${result.construct} in line ${result.line}`)
  return result
}

export function tryLift(code: string, name: string, options: LiftOptions = {}): LiftedFunction | LiftFailure {
  const { unit } = parseC(parser, 'test.c', code)
  const { scope } = scopeOfUnit(unit)
  const found = scope.definition(name)
  if (found === null) throw new Error(`no function ${name}`)
  const result = liftFunction(found.definition, 'test.c', scope, options)
  return result.ok ? result.value : result.error
}

/** Instructions of one kind. */
export function instructions<Op extends Instruction['op']>(
  { ir }: LiftedFunction,
  op: Op,
): Extract<Instruction, { op: Op }>[] {
  return ir.code.filter(
    (instruction): instruction is Extract<Instruction, { op: Op }> => instruction.op === op,
  )
}
