/** The rules against false alarms, for hazards: each on outcomes made by hand. */
import { describe, expect, it } from 'vitest'
import { type Comparison, compare } from '../../../src/compare/index.js'
import { BOUNDED, comparison, outcome } from '../../support/outcomes.js'

const clean = outcome([{ count: 3 }])
const bad = outcome([{ count: 2 }, { hazards: ['walk (none)'] }])
const unsure = outcome([{ count: 10 }], BOUNDED)
const unsureBad = outcome([{ count: 9 }, { hazards: ['walk (none)'] }], BOUNDED)

const verdicts = (...comparisons: readonly Comparison[]) =>
  compare(comparisons, []).map(({ verdict, property }) => `${verdict} ${property}`)

describe('a hazard on one side', () => {
  it('is regressed when it is new', () => {
    const [only, ...rest] = compare([comparison(clean, bad)], [])
    expect(rest).toEqual([])
    expect(only).toMatchObject({
      verdict: 'regressed',
      kind: 'walk',
      property: 'walk (none)',
      before: { holds: 'never', count: 0, executions: 3, value: 'impossible' },
      after: { holds: 'sometimes', count: 1, executions: 3, value: 'possible' },
      witness: { side: 'after', shows: { kind: 'hazard', key: 'walk (none)' } },
    })
  })

  it('is fixed when it is gone', () => {
    const [only, ...rest] = compare([comparison(bad, clean)], [])
    expect(rest).toEqual([])
    expect(only).toMatchObject({ verdict: 'fixed', witness: { side: 'before' } })
  })

  it('always holds when every execution has it', () => {
    const always = outcome([{ count: 4, hazards: ['walk (none)'] }])
    expect(compare([comparison(clean, always)], [])[0]?.after).toMatchObject({ holds: 'always', count: 4 })
  })
})

describe('a bound that was reached', () => {
  it('on the side without the hazard makes it inconclusive, in both directions', () => {
    expect(verdicts(comparison(unsure, bad))).toEqual(['inconclusive walk (none)'])
    expect(verdicts(comparison(bad, unsure))).toEqual(['inconclusive walk (none)'])
    expect(compare([comparison(unsure, bad)], [])[0]?.before.holds).toBe('unknown')
  })

  it('on the side with the hazard takes nothing away: one witness is enough', () => {
    expect(verdicts(comparison(clean, unsureBad))).toContain('regressed walk (none)')
  })

  it('on either side or both never gives same', () => {
    for (const [before, after] of [
      [unsure, clean],
      [clean, unsure],
      [unsure, unsure],
    ] as const)
      expect(verdicts(comparison(before, after))).toEqual(['inconclusive behaviour'])
  })

  it('in one scenario is told although another scenario has a finding', () => {
    const told = compare([comparison(clean, bad), comparison(unsure, unsure, { id: 'two' })], [])
    const open = told.find(({ verdict }) => verdict === 'inconclusive')
    expect(open?.scenarios).toEqual(['two'])
  })

  it('in the exploration with merged loads does not make a hazard latent', () => {
    const bounded = comparison(clean, bad, { onceBefore: clean, onceAfter: unsure })
    expect(compare([bounded], [])[0]).toMatchObject({ verdict: 'regressed', needsReload: false })
  })
})

describe('rule 1: loads merged', () => {
  it('a hazard that merged loads do not have needs a reload', () => {
    const [only] = compare([comparison(clean, bad, { onceBefore: clean, onceAfter: clean })], [])
    expect(only).toMatchObject({ verdict: 'regressed', needsReload: true, witness: { loads: 'each' } })
  })

  it('a hazard that merged loads have too needs none, and its witness has merged loads', () => {
    const [only] = compare([comparison(clean, bad, { onceBefore: clean, onceAfter: bad })], [])
    expect(only).toMatchObject({ verdict: 'regressed', needsReload: false, witness: { loads: 'once' } })
  })

  it('binds fixed as much: what needed a reload is fixed for those with a reload', () => {
    const [only] = compare([comparison(bad, clean, { onceBefore: clean, onceAfter: clean })], [])
    expect(only).toMatchObject({ verdict: 'fixed', needsReload: true })
  })

  it('keeps apart what needs a reload in one scenario and none in another', () => {
    const told = compare(
      [
        comparison(clean, bad, { id: 'reload', onceBefore: clean, onceAfter: clean }),
        comparison(clean, bad, { id: 'any', onceBefore: clean, onceAfter: bad }),
      ],
      [],
    )
    expect(told.map(({ verdict, needsReload, scenarios }) => [verdict, needsReload, scenarios])).toEqual([
      ['regressed', false, ['any']],
      ['regressed', true, ['reload']],
    ])
  })

  it('a hazard that needed a reload before and needs none after is a change, not pre-existing', () => {
    const told = compare([comparison(bad, bad, { onceBefore: clean, onceAfter: bad })], [])
    const [change] = told.filter(({ verdict }) => verdict !== 'pre-existing')
    expect(change).toMatchObject({ verdict: 'changed', witness: { side: 'after', loads: 'once' } })
    expect(change?.notes.join()).toMatch(/widened/)
  })

  it('and the other way round is narrowed', () => {
    const told = compare([comparison(bad, bad, { onceBefore: bad, onceAfter: clean })], [])
    const [change] = told.filter(({ verdict }) => verdict !== 'pre-existing')
    expect(change).toMatchObject({ verdict: 'changed', witness: { side: 'before', loads: 'once' } })
    expect(change?.notes.join()).toMatch(/narrowed/)
  })
})

describe('rule 3: callbacks that nobody is known to have', () => {
  const assumes = { assumes: 'a callback that sleeps' }

  it('make a new hazard a changed contract that names the callback', () => {
    const [only] = compare([comparison(clean, bad, assumes)], [])
    expect(only).toMatchObject({ verdict: 'changed', kind: 'contract' })
    expect(only?.summary).toContain('a callback that sleeps')
  })

  it('make no difference when a known callback meets it too', () => {
    const told = compare([comparison(clean, bad), comparison(clean, bad, { ...assumes, id: 'two' })], [])
    expect(told.map(({ verdict, kind }) => [verdict, kind])).toEqual([['regressed', 'walk']])
  })

  it('bind fixed as much: a contract that was relaxed is no fix', () => {
    const [only] = compare([comparison(bad, clean, assumes)], [])
    expect(only).toMatchObject({ verdict: 'changed', kind: 'contract' })
  })
})

describe('rule 5: one finding per hazard', () => {
  it('lists its scenarios, the first one first', () => {
    const told = compare(
      ['one', 'two', 'three'].map((id) => comparison(clean, bad, { id })),
      [],
    )
    expect(told.map(({ verdict, scenarios }) => [verdict, scenarios])).toEqual([
      ['regressed', ['one', 'two', 'three']],
    ])
  })

  it('keeps hazards of one kind with different objects apart', () => {
    const other = outcome([{ hazards: ['walk (huge)'] }])
    expect(verdicts(comparison(clean, bad), comparison(clean, other, { id: 'two' }))).toEqual([
      'regressed walk (none)',
      'regressed walk (huge)',
    ])
  })
})

describe('a hazard on both sides', () => {
  it('is pre-existing, and nothing else', () => {
    expect(verdicts(comparison(bad, bad))).toEqual(['same behaviour', 'pre-existing walk (none)'])
  })

  it('that more starts reach is widened', () => {
    const told = compare([comparison(bad, bad), comparison(clean, bad, { id: 'two' })], [])
    expect(told.map(({ verdict, scenarios }) => [verdict, scenarios])).toEqual([
      ['changed', ['two']],
      ['pre-existing', ['one']],
    ])
    expect(told[0]?.notes.join()).toMatch(/^widened/)
  })

  it('that fewer starts reach is narrowed', () => {
    const told = compare([comparison(bad, bad), comparison(bad, clean, { id: 'two' })], [])
    expect(told[0]).toMatchObject({ verdict: 'changed', scenarios: ['two'], witness: { side: 'before' } })
    expect(told[0]?.notes.join()).toMatch(/^narrowed/)
  })

  it('but for other inputs is a change: inputs are compared one by one', () => {
    const at = (input: string) =>
      outcome([{ input, hazards: ['walk (none)'] }, { input: input === 'x=0' ? 'x=1' : 'x=0' }])
    const told = compare([comparison(at('x=0'), at('x=1'))], [])
    expect(told.map(({ verdict }) => verdict)).toContain('changed')
  })
})

describe('an order', () => {
  it('puts regressed before changed before inconclusive before fixed', () => {
    const other = outcome([{ hazards: ['lost (pte)'] }])
    const third = outcome([{ hazards: ['sleep (lock)'] }])
    expect(
      verdicts(
        comparison(other, clean, { id: 'fixed' }),
        comparison(clean, third, { id: 'contract', assumes: 'x' }),
        comparison(clean, bad, { id: 'regressed' }),
      ).map((text) => text.split(' ')[0]),
    ).toEqual(['regressed', 'changed', 'fixed'])
  })
})
