/** Observations of two sides, property by property, on outcomes made by hand. */
import { describe, expect, it } from 'vitest'
import { compare, type PropertyFacts } from '../../../src/compare/index.js'
import { BOUNDED, comparison, outcome, type Told } from '../../support/outcomes.js'

const SPLITS: PropertyFacts = { name: 'splits', kind: 'behaviour', per: 'callbacks' }
const LOCKS: PropertyFacts = { name: 'locks', kind: 'contract', per: 'callbacks' }
const STORES: PropertyFacts = { name: 'stores', kind: 'behaviour', per: 'callbacks', detail: true }

const sees = (...values: readonly string[]) => outcome(values.map((splits) => ({ sees: { splits } })))
const told = (...list: readonly Told[]) => outcome(list)

describe('a property', () => {
  it('that differs is changed, with both values and a witness of the new one', () => {
    const [only, ...rest] = compare([comparison(sees('1'), sees('0'))], [SPLITS])
    expect(rest).toEqual([])
    expect(only).toMatchObject({
      verdict: 'changed',
      kind: 'splits',
      property: 'splits',
      before: { value: '1', holds: 'always' },
      after: { value: '0', holds: 'always' },
      witness: { side: 'after', shows: { property: 'splits', value: '0' } },
    })
  })

  it('that loses a value has its witness before', () => {
    const [only] = compare([comparison(sees('0', '1'), sees('0'))], [SPLITS])
    expect(only).toMatchObject({ before: { holds: 'sometimes' }, witness: { side: 'before' } })
  })

  it('that what callbacks rely on hangs on is a contract', () => {
    const [only] = compare(
      [comparison(told({ sees: { locks: 'none' } }), told({ sees: { locks: 'PTL' } }))],
      [LOCKS],
    )
    expect(only).toMatchObject({ verdict: 'changed', kind: 'contract', property: 'locks' })
  })

  it('is compared per input: swapped outcomes are a difference', () => {
    const at = (zero: string, one: string) =>
      told({ input: 'x=0', sees: { splits: zero } }, { input: 'x=1', sees: { splits: one } })
    expect(compare([comparison(at('0', '1'), at('1', '0'))], [SPLITS])[0]?.verdict).toBe('changed')
    expect(compare([comparison(at('0', '1'), at('0', '1'))], [SPLITS])[0]?.verdict).toBe('same')
  })

  it('does not hang on how many executions show a value', () => {
    const many = told({ count: 7, sees: { splits: '1' } })
    expect(compare([comparison(sees('1'), many)], [SPLITS])[0]?.verdict).toBe('same')
  })
})

describe('facets', () => {
  const both = { callbacks: 'both' }
  const pte = { callbacks: 'pte' }

  it('keep a change and what stayed apart', () => {
    const list = compare(
      [
        comparison(sees('1'), sees('0'), { id: 'one', facets: both }),
        comparison(sees('1'), sees('1'), { id: 'two', facets: pte }),
      ],
      [SPLITS],
    )
    expect(list.map(({ verdict, property }) => [verdict, property])).toEqual([
      ['changed', 'splits (callbacks: both)'],
      ['same', 'splits (callbacks: pte)'],
    ])
  })

  it('with the same change from and to the same values are one finding', () => {
    const list = compare(
      [
        comparison(sees('1'), sees('0'), { id: 'one', facets: both }),
        comparison(sees('1'), sees('0'), { id: 'two', facets: pte }),
      ],
      [SPLITS],
    )
    expect(list.map(({ property, scenarios }) => [property, scenarios])).toEqual([
      ['splits (callbacks: both, pte)', ['one', 'two']],
    ])
  })

  it('that agree are shown by the scenario that is most like the one that changed', () => {
    const list = compare(
      [
        comparison(sees('1'), sees('0'), { id: 'one', facets: { ...both, pmd: 'huge' } }),
        comparison(sees('0'), sees('0'), { id: 'two', facets: { ...pte, pmd: 'table' } }),
        comparison(sees('1'), sees('1'), { id: 'three', facets: { ...pte, pmd: 'huge' } }),
      ],
      [SPLITS],
    )
    expect(list[1]).toMatchObject({ verdict: 'same', scenarios: ['three', 'two'], after: { value: '1' } })
  })

  it('say nothing of properties that nothing changed', () => {
    expect(compare([comparison(sees('1'), sees('1'))], [SPLITS]).map(({ property }) => property)).toEqual([
      'behaviour',
    ])
  })
})

describe('a bound that was reached', () => {
  const bounded = (value: string) => outcome([{ sees: { splits: value } }], BOUNDED)
  const changed = comparison(sees('1'), sees('0'), { facets: { callbacks: 'both' } })

  it('on the side that lacks the value makes the change inconclusive', () => {
    expect(compare([comparison(bounded('1'), sees('0', '1'))], [SPLITS])[0]?.verdict).toBe('inconclusive')
  })

  it('before leaves it sure that a value is gone after', () => {
    const [only] = compare([comparison(bounded('1'), sees('0'))], [SPLITS])
    expect(only).toMatchObject({ verdict: 'changed', witness: { side: 'before', shows: { value: '1' } } })
  })

  it('on the side that has the value takes nothing away', () => {
    expect(compare([comparison(sees('1'), bounded('0'))], [SPLITS])[0]?.verdict).toBe('changed')
  })

  it('in the first scenario does not hide a sure change in the second', () => {
    const list = compare(
      [
        comparison(bounded('1'), bounded('0'), { id: 'one' }),
        comparison(sees('1'), sees('0'), { id: 'two' }),
      ],
      [SPLITS],
    )
    expect(list.find(({ verdict }) => verdict === 'changed')?.scenarios[0]).toBe('two')
  })

  it('makes an agreement inconclusive', () => {
    const other = comparison(bounded('1'), bounded('1'), { id: 'two', facets: { callbacks: 'pte' } })
    const list = compare([changed, other], [SPLITS])
    expect(list.map(({ verdict, property }) => [verdict, property])).toContainEqual([
      'inconclusive',
      'splits (callbacks: pte)',
    ])
  })

  it('never leaves the word same or fixed for the scenario it was reached in', () => {
    const other = comparison(bounded('1'), bounded('1'), { id: 'two', facets: { callbacks: 'pte' } })
    for (const { verdict, scenarios } of compare([changed, other], [SPLITS]))
      if (scenarios.includes('two')) expect(verdict).toBe('inconclusive')
  })
})

describe('executions with a hazard', () => {
  it('say nothing of properties: what follows a hazard is not behaviour', () => {
    const after = told({ sees: { splits: '1' } }, { sees: { splits: '9' }, hazards: ['walk (none)'] })
    expect(compare([comparison(sees('1'), after)], [SPLITS]).map(({ verdict }) => verdict)).toEqual([
      'regressed',
    ])
  })

  it('that lose their hazard bring no value that was not there before', () => {
    const before = told({ sees: { splits: '1' } }, { sees: { splits: '2' }, hazards: ['lost (pte)'] })
    expect(compare([comparison(before, sees('1', '2'))], [SPLITS]).map(({ verdict }) => verdict)).toEqual([
      'fixed',
    ])
  })

  it('on every path of one side leave nothing to compare', () => {
    const after = told({ sees: { splits: '9' }, hazards: ['walk (none)'] })
    expect(compare([comparison(sees('1'), after)], [SPLITS]).map(({ verdict }) => verdict)).toEqual([
      'regressed',
    ])
  })
})

describe('a detail', () => {
  const at = (splits: string, stores: string) => told({ sees: { splits, stores } })

  it('is told where nothing else differs', () => {
    const list = compare([comparison(at('1', 'a'), at('1', 'b'))], [SPLITS, STORES])
    expect(list.map(({ verdict, property }) => [verdict, property])).toEqual([['changed', 'stores']])
  })

  it('is not told where something else differs', () => {
    const list = compare([comparison(at('1', 'a'), at('0', 'b'))], [SPLITS, STORES])
    expect(list.map(({ property }) => property)).toEqual(['splits'])
  })
})

describe('nothing', () => {
  it('that differs is same, with the scenarios counted', () => {
    const list = compare(
      [comparison(sees('1'), sees('1')), comparison(sees('0'), sees('0'), { id: 'two' })],
      [SPLITS],
    )
    expect(list).toHaveLength(1)
    expect(list[0]).toMatchObject({
      verdict: 'same',
      scenarios: ['one', 'two'],
      summary: 'no difference found (2 scenarios, exhaustive)',
      before: { executions: 2, coverage: { kind: 'exhaustive' } },
    })
  })

  it('compared gives nothing, not same', () => {
    expect(compare([], [SPLITS])).toEqual([])
  })
})
