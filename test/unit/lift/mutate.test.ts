/** Small wrong versions of a function, by what each of them leaves of the text. */
import { describe, expect, it } from 'vitest'
import { type FunctionDefinition, type Mutant, mutantsOf, parseC } from '../../../src/lift/index.js'
import { loadCParser } from '../../../src/run/c-parser.js'

const parser = await loadCParser()

function definitionIn(text: string): FunctionDefinition {
  const { unit } = parseC(parser, 'a.c', text)
  const found = unit.declarations.find(({ kind }) => kind === 'function')
  if (found?.kind !== 'function') throw new Error('there is no function in the text')
  return found
}

const mutants = (...body: readonly string[]): readonly Mutant[] =>
  mutantsOf(definitionIn(`int f(int a, int b)\n{\n${body.map((line) => `\t${line}\n`).join('')}}\n`))

/** Kind and line, the first line of the body being 1. */
const told = (...body: readonly string[]) =>
  mutants(...body).map(({ kind, change, span }) => `${span.line - 2} ${kind}: ${change}`)

describe('mutants', () => {
  it('leave a statement out, and do it after its neighbour', () => {
    expect(told('g(a);', 'h(b);', 'return a;')).toEqual([
      '1 delete a statement: left out',
      '1 swap neighbours: done after what follows it',
      '2 delete a statement: left out',
    ])
  })

  it('negate every condition, and each part of it', () => {
    const negated = told('if (a && !b)', '\treturn 1;', 'while (g(a))', '\th();', 'return b ? 1 : a;')
    expect(negated.filter((one) => one.includes('negate'))).toEqual([
      '1 negate a condition: negated',
      '1 negate a condition: negated',
      '1 negate a condition: negated',
      '3 negate a condition: negated',
      '5 negate a condition: negated',
    ])
  })

  it('negate an equality that is a value, and one that is a condition once', () => {
    const negated = told('if (a == 1)', '\treturn b;', 'return (a & b) != 2;')
    expect(negated.filter((one) => one.includes('negate'))).toEqual([
      '1 negate a condition: negated',
      '3 negate a condition: != becomes ==',
    ])
  })

  it('take `!` away instead of putting another before it', () => {
    const [mutant] = mutants('if (!a)', '\treturn 1;', 'return 0;').filter(
      ({ change }) => change === 'negated',
    )
    const [first] = mutant?.definition.body.body ?? []
    expect(first?.kind === 'if' && first.test.kind).toBe('identifier')
  })

  it('are off by one at bounds and in numbers', () => {
    expect(
      told('for (; a < b; a += 2)', '\tg();', 'return 0x10;').filter((one) => one.includes('off')),
    ).toEqual(['1 off by one: < becomes <=', '1 off by one: 2 becomes 3', '3 off by one: 0x10 becomes 17'])
  })

  it('call a barrier that is left out one', () => {
    expect(told('a = b;', 'smp_rmb();', 'return a;')).toContain('2 drop a barrier: left out')
  })

  it('take a lock away with all that gives it back', () => {
    const [mutant] = mutants(
      'spin_lock(p);',
      'if (a)',
      '\tgoto out;',
      'g();',
      'out:',
      'spin_unlock(p);',
      'return 0;',
    ).filter(({ kind }) => kind === 'drop a lock pair')
    expect(mutant?.change).toBe('spin_lock and spin_unlock left out')
    expect(JSON.stringify(mutant?.definition)).not.toContain('"spin_')
  })

  it('map a page of ptes without its lock', () => {
    const [mutant] = mutants(
      'q = pte_offset_map_lock(m, p, a, &l);',
      'g(q);',
      'pte_unmap_unlock(q, l);',
      'return 0;',
    ).filter(({ kind }) => kind === 'drop a lock pair')
    const text = JSON.stringify(mutant?.definition)
    expect(text).toContain('"name":"pte_offset_map"')
    expect(text).toContain('"name":"pte_unmap"')
  })

  it('leave the right version as it is', () => {
    const definition = definitionIn('int f(int a)\n{\n\tif (a)\n\t\tg();\n\treturn a;\n}\n')
    const before = JSON.stringify(definition)
    mutantsOf(definition)
    expect(JSON.stringify(definition)).toBe(before)
  })

  it('differ from it, each of them', () => {
    const definition = definitionIn('int f(int a)\n{\n\tif (a < 3)\n\t\tg();\n\th();\n\treturn a;\n}\n')
    for (const mutant of mutantsOf(definition)) {
      expect(JSON.stringify(mutant.definition)).not.toBe(JSON.stringify(definition))
    }
  })
})
