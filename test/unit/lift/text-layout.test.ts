/** Which lines of a text are code, once it is lifted. */
import { describe, expect, it } from 'vitest'
import { liftFunction, parseC, scopeOfUnit, textLayout } from '../../../src/lift/index.js'
import type { TextLayout } from '../../../src/machine/index.js'
import { loadCParser } from '../../../src/run/c-parser.js'

const parser = await loadCParser()

/**
 * The layout of `int f(int a, int b)` with this body; the first line of the body is 3. Lines that begin with `?`
 * are left out by the configuration.
 */
function layoutOf(...body: readonly string[]): TextLayout {
  const around = (lines: readonly string[]): string =>
    ['int f(int a, int b)', '{', ...lines, '}', ''].join('\n')
  const text = around(body.map((line) => line.replace(/^\?/, '')))
  const { unit } = parseC(parser, 'a.c', around(body.map((line) => line.replace(/^\?.*/, ''))))
  const { scope } = scopeOfUnit(unit)
  const definition = unit.declarations.find(({ kind }) => kind === 'function')
  if (definition?.kind !== 'function') throw new Error('no function in the text')
  const lifted = liftFunction(definition, 'a.c', scope)
  if (!lifted.ok) throw new Error(lifted.error.construct)
  return textLayout(definition, text, lifted.value)
}

/** What each line of the body is, the first being 1. */
function kinds(...body: readonly string[]): readonly string[] {
  const { code, jumps, leftOut } = layoutOf(...body)
  return body.map((_, i) => {
    const line = i + 3
    const anchor = code.get(line)
    if (anchor !== undefined) return anchor === line ? 'code' : `code of ${anchor - 2}`
    return jumps.has(line) ? 'jump' : leftOut.has(line) ? 'left out' : 'no code'
  })
}

const tests = (...body: readonly string[]): readonly string[] =>
  layoutOf(...body).tests.map(
    ({ line, column, end, branches }) =>
      `${line - 2}:${column}-${end === null ? '?' : end.column} ${branches.length}`,
  )

describe('lines', () => {
  it('of declarations, comments, labels, braces and `else` are no code', () => {
    expect(
      kinds(
        'int c;',
        '/* what',
        '   it is */',
        'if (a) {',
        'c = 1;',
        '} else {',
        'c = 2;',
        '}',
        'out:',
        'return c;',
      ),
    ).toEqual([
      'no code',
      'no code',
      'no code',
      'code',
      'code',
      'no code',
      'code',
      'no code',
      'no code',
      'code',
    ])
  })

  it('of a declaration with a value are code', () => {
    expect(kinds('int c = a + 1;', 'return c;')).toEqual(['code', 'code'])
  })

  it('that go on with a statement belong to where it has instructions', () => {
    expect(kinds('b =', 'a', '+', 'b;', 'return b;')).toEqual([
      'code',
      'code',
      'code of 2',
      'code of 2',
      'code',
    ])
  })

  it('that jump have no instruction, and run where a way over them is taken', () => {
    const body = [
      'while (a) {',
      'if (b)',
      'break;',
      'a--;',
      'if (a == 3)',
      'continue;',
      'b++;',
      '}',
      'return a;',
    ]
    expect(kinds(...body).filter((kind) => kind === 'jump')).toHaveLength(2)
    const { jumps } = layoutOf(...body)
    expect(jumps.get(5)?.map(({ line, branch }) => [line, branch?.answer])).toEqual([[4, true]])
  })

  it('that the configuration leaves out are said to be', () => {
    expect(kinds('#ifdef CONFIG_NOT', '?a++;', '#endif', 'return a;')).toEqual([
      'no code',
      'left out',
      'no code',
      'code',
    ])
  })

  it('that can never run are left out too, and those whose result is not wanted are not', () => {
    expect(kinds('if (0)', 'a++;', '(void)b;', 'return a;')).toEqual([
      'no code',
      'left out',
      'no code',
      'code',
    ])
  })
})

describe('conditions', () => {
  it('are operands of && and ||, without `!`, with their ends', () => {
    expect(tests('if (a && !b)', 'return 1;', 'return a > 2 || b;')).toEqual([
      '1:5-6 1',
      '1:11-12 1',
      '3:8-13 1',
      '3:17-18 1',
    ])
  })

  it('of a switch are its cases', () => {
    expect(tests('switch (a) {', 'case 1: return 1;', 'case 2: return 2;', '}', 'return b;')).toEqual([
      '1:1-? 2',
    ])
  })

  it('that are constant are none', () => {
    expect(tests('while (1)', 'if (a)', 'return b;')).toEqual(['2:5-6 1'])
  })
})
