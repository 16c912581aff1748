import { describe, expect, it } from 'vitest'
import { parseC, printUnit } from '../../../src/lift/index.js'
import { parser } from '../../support/c-parser.js'

const DEEP = 20_000

/** A function between two others, with this body. */
function between(body: string): string {
  return `int before(void) { return 1; }\nint f(int x)\n{\n${body}\n}\nint after(void) { return 2; }\n`
}

function names(text: string): string[] {
  const { unit, diagnostics } = parseC(parser, 'hostile.c', text)
  printUnit(unit)
  const found = unit.declarations.flatMap((one) => (one.kind === 'function' ? [one.name] : []))
  for (const { place } of diagnostics) expect(place?.source).toBe('hostile.c')
  return found
}

describe('text made to be hard ends in a diagnostic and spares its neighbours', () => {
  it.each([
    ['parentheses', `return ${'('.repeat(DEEP)}x${')'.repeat(DEEP)};`],
    ['braces', `${'{'.repeat(DEEP)}${'}'.repeat(DEEP)}`],
    ['negations', `return ${'!'.repeat(DEEP)}x;`],
    ['casts', `return ${'(int)'.repeat(DEEP)}x;`],
    ['calls of calls', `return f${'(x)'.repeat(DEEP)};`],
    ['sums', `return x${'+x'.repeat(DEEP)};`],
    ['conditionals', `return ${'x?x:'.repeat(DEEP)}x;`],
    ['assignments', `x${'=x'.repeat(DEEP)};`],
    ['ifs', `${'if (x) '.repeat(DEEP)};`],
    ['else ifs', `${'if (x) ; else '.repeat(DEEP)};`],
    ['labels', `switch (x) {${'case 1:'.repeat(DEEP)};}`],
    ['iterations', `${'list_for_each(x, y) '.repeat(DEEP)};`],
    ['statement expressions', `x = ${'({'.repeat(DEEP)}x;${'});'.repeat(DEEP)}`],
    ['types of expressions', `${'typeof('.repeat(DEEP)}x${')'.repeat(DEEP)} y;`],
    ['open parentheses', '('.repeat(DEEP)],
    ['a character that no C has', 'x = \u0001;'],
    ['a string without end', 'x = "abc'],
  ])('%s', (_, body) => {
    expect(names(between(body))).toEqual(['before', 'after'])
    const { diagnostics } = parseC(parser, 'hostile.c', between(body))
    expect(diagnostics.some(({ place }) => place?.line === 4)).toBe(true)
  })

  it('a comment without end takes what is behind it', () => {
    expect(names(between('/* '))).toEqual(['before'])
  })

  it('closing braces too many', () => {
    expect(names(between('}'.repeat(DEEP)))).toContain('after')
  })

  it('types, members, initializers', () => {
    for (const text of [
      `int ${'*'.repeat(DEEP)}p;`,
      `int p${'[1]'.repeat(DEEP)};`,
      `${'struct {'.repeat(DEEP)}${'}'.repeat(DEEP)};`,
      `int p[] = ${'{'.repeat(DEEP)}1${'}'.repeat(DEEP)};`,
      `int ${'(*'.repeat(DEEP)}p${')(void)'.repeat(DEEP)};`,
    ]) {
      expect(names(`${text}\nint after(void) { return 2; }\n`)).toEqual(['after'])
    }
  })

  it('conditionals without end', () => {
    expect(names(`${'#if X\n'.repeat(DEEP)}int after(void) { return 2; }\n`)).toEqual(['after'])
  })

  it('no text at all, and no C', () => {
    for (const text of [
      '',
      '\0'.repeat(1000),
      '#'.repeat(DEEP),
      '\\'.repeat(DEEP),
      "'".repeat(1000),
      'a '.repeat(10_000),
    ]) {
      expect(names(`${text}\nint f;`)).toEqual([])
    }
  })
})

it('a line of a megabyte is read', () => {
  expect(names(between('y = x + 1;'.repeat(100_000)))).toEqual(['before', 'f', 'after'])
})

it('a text beyond the limit is refused', () => {
  const { unit, diagnostics } = parseC(parser, 'hostile.c', ' '.repeat(16_000_001))
  expect(unit.declarations).toEqual([])
  expect(diagnostics.map(({ code }) => code)).toEqual(['c-too-large'])
})
