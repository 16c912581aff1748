/** What can be taken out of a function, one at a time. */
import { describe, expect, it } from 'vitest'
import { parseC, printStatement, type Removal, removalsOf } from '../../../src/lift/index.js'
import { loadCParser } from '../../../src/run/c-parser.js'

const parser = await loadCParser()

/** Removals of `int f(int a, int b)` with this body on one line. */
function removals(body: string): readonly Removal[] {
  const { unit } = parseC(parser, 'a.c', `int f(int a, int b) { ${body} }\n`)
  const found = unit.declarations.find(({ kind }) => kind === 'function')
  if (found?.kind !== 'function') throw new Error('there is no function in the text')
  return removalsOf(found)
}

/** What is left of the body for each removal of a kind, in one line. */
const left = (body: string, wanted: Removal['kind']): readonly string[] =>
  removals(body)
    .filter(({ kind }) => kind === wanted)
    .map(({ definition }) => printStatement(definition.body).replace(/\s+/g, ' '))

describe('removals', () => {
  it('take each operand of a condition as true and as false', () => {
    expect(left('if (a && !b) return 1; return 0;', 'condition')).toEqual([
      '{ if (1 && !b) return 1; return 0; }',
      '{ if (0 && !b) return 1; return 0; }',
      '{ if (a && 1) return 1; return 0; }',
      '{ if (a && 0) return 1; return 0; }',
    ])
  })

  it('look behind `!` and likely() for operands', () => {
    expect(left('while (likely(!(a || b))) a++; return a;', 'condition')).toEqual([
      '{ while (likely(!(1 || b))) a++; return a; }',
      '{ while (likely(!(0 || b))) a++; return a; }',
      '{ while (likely(!(a || 1))) a++; return a; }',
      '{ while (likely(!(a || 0))) a++; return a; }',
    ])
  })

  it('find conditions that are values, and none in a loop without end', () => {
    expect(left('while (1) { a = b || g(); } return 0;', 'condition')).toHaveLength(4)
    expect(left('for (;;) { g(); }', 'condition')).toEqual([])
    expect(left('return a ? b : 2;', 'condition')).toHaveLength(2)
  })

  it('leave statements out, also those that stand alone behind a condition', () => {
    expect(left('g(a); if (b) goto out; while (a) break; out: return 0;', 'statement')).toEqual([
      '{ ; if (b) goto out; while (a) break; out: return 0; }',
      '{ g(a); if (b) ; while (a) break; out: return 0; }',
      '{ g(a); if (b) goto out; while (a) ; out: return 0; }',
    ])
  })

  it('take a lock away with what gives it back, and neither alone', () => {
    const body = 'spin_lock(p); a++; spin_unlock(p); return a;'
    expect(removals(body).map(({ id }) => id)).toEqual(['lock@1:23', 'statement@1:37'])
    expect(left(body, 'lock pair')).toEqual(['{ 0; a++; 0; return a; }'])
  })

  it('call a barrier one', () => {
    expect(removals('a = *p; smp_rmb(); b = *q; return a;').map(({ kind }) => kind)).toEqual([
      'statement',
      'barrier',
      'statement',
    ])
  })

  it('have ids that are unique', () => {
    const ids = removals('if (a && b || !a) { g(a); g(b); } return a ?: b;').map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
