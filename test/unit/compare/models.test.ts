/** Two sides under several memory models: each by itself, and what becomes of a hazard that another model has. */
import { describe, expect, it } from 'vitest'
import { type Comparison, compareModels, type UnderModel } from '../../../src/compare/index.js'
import { BOUNDED, comparison, outcome } from '../../support/outcomes.js'

const TORN = 'torn (pte)'
const clean = outcome([{ count: 3, sees: { value: 'B' } }])
const bad = outcome([{ count: 2, sees: { value: 'B' } }, { hazards: [TORN] }])
const other = outcome([{ count: 5, sees: { value: 'none' } }])
const unsure = outcome([{ count: 3 }], BOUNDED)
const VALUE = [{ name: 'value', kind: 'behaviour', per: 'writer' }] as const

const under = (model: string, ...comparisons: readonly Comparison[]): UnderModel => ({ model, comparisons })
const verdicts = (...models: readonly UnderModel[]) =>
  compareModels(models, []).map(({ model, verdict, property }) => `${model} ${verdict} ${property}`)

describe('a hazard', () => {
  it('that is new under one model alone is regressed there, and the other says that it is impossible', () => {
    const [sc, lkmm] = [under('sc', comparison(clean, clean)), under('lkmm', comparison(clean, bad))]
    expect(verdicts(sc, lkmm)).toEqual(['sc same behaviour', `lkmm regressed ${TORN}`])
    const found = compareModels([sc, lkmm], []).find(({ verdict }) => verdict === 'regressed')
    expect(found?.elsewhere).toMatchObject([
      { model: 'sc', sides: { before: { value: 'impossible' }, after: { holds: 'never', executions: 3 } } },
    ])
  })

  it('that is new under all of them is regressed under each', () => {
    const both = [under('sc', comparison(clean, bad)), under('lkmm', comparison(clean, bad))]
    expect(verdicts(...both)).toEqual([`sc regressed ${TORN}`, `lkmm regressed ${TORN}`])
  })

  it('that before the patch only a weaker model had is widened', () => {
    const models = [under('sc', comparison(clean, bad)), under('lkmm', comparison(bad, bad))]
    const [first] = compareModels(models, [])
    expect(first).toMatchObject({
      model: 'sc',
      verdict: 'changed',
      summary: `${TORN} possible under more memory models`,
      notes: ['widened: before the patch possible under lkmm'],
    })
  })

  it('that after the patch only a weaker model has is narrowed, and not fixed', () => {
    const models = [under('sc', comparison(bad, clean)), under('lkmm', comparison(bad, bad))]
    const [first] = compareModels(models, [])
    expect(first).toMatchObject({
      model: 'sc',
      verdict: 'changed',
      summary: `${TORN} possible under fewer memory models`,
      notes: ['narrowed: after the patch possible under lkmm'],
    })
  })

  it('that another model had in another scenario is met from more starts', () => {
    const models = [
      under('sc', comparison(clean, clean, { id: 'one' }), comparison(bad, bad, { id: 'two' })),
      under('lkmm', comparison(clean, bad, { id: 'one' })),
    ]
    const found = compareModels(models, []).find(({ model }) => model === 'lkmm')
    expect(found).toMatchObject({ verdict: 'changed', summary: `${TORN} also possible now in 1 scenario` })
    expect(found?.notes).toEqual(['widened: the other side has it elsewhere, such as in two under sc'])
  })

  it('of a world that nobody has changes nothing for one that some have', () => {
    const models = [
      under('sc', comparison(bad, bad, { id: 'two', assumes: 'a writer without rules' })),
      under('lkmm', comparison(clean, bad, { id: 'one' })),
    ]
    expect(verdicts(...models)).toContain(`lkmm regressed ${TORN}`)
  })

  it('is judged by its own model where another reached a bound', () => {
    const models = [under('sc', comparison(unsure, unsure)), under('lkmm', comparison(clean, bad))]
    expect(verdicts(...models)).toEqual(['sc inconclusive behaviour', `lkmm regressed ${TORN}`])
    const found = compareModels(models, []).find(({ verdict }) => verdict === 'regressed')
    expect(found?.elsewhere).toMatchObject([{ sides: { after: { holds: 'unknown', value: 'not found' } } }])
  })
})

describe('an observation', () => {
  it('that changes under one model says what it is under the others', () => {
    const models = [under('sc', comparison(clean, clean)), under('lkmm', comparison(clean, other))]
    const found = compareModels(models, VALUE).find(({ verdict }) => verdict === 'changed')
    expect(found).toMatchObject({ model: 'lkmm', summary: 'value: B -> none' })
    expect(found?.elsewhere).toMatchObject([
      { model: 'sc', sides: { before: { value: 'B' }, after: { value: 'B' } } },
    ])
  })

  it('of a scenario that a model did not explore says that', () => {
    const models = [
      under('sc', comparison(clean, other, { id: 'one' })),
      under('lkmm', comparison(clean, clean, { id: 'two' })),
    ]
    const found = compareModels(models, VALUE).find(({ verdict }) => verdict === 'changed')
    expect(found?.elsewhere).toEqual([{ model: 'lkmm', sides: null }])
  })

  it('that is the same needs no word of the others', () => {
    const models = [under('sc', comparison(clean, clean)), under('lkmm', comparison(clean, clean))]
    expect(compareModels(models, VALUE).map(({ verdict, elsewhere }) => [verdict, elsewhere])).toEqual([
      ['same', []],
      ['same', []],
    ])
  })
})

it('one model alone is compared as ever', () => {
  const [only, ...rest] = compareModels([under('sc', comparison(clean, bad))], [])
  expect(rest).toEqual([])
  expect(only).toMatchObject({ verdict: 'regressed', model: 'sc', elsewhere: [], notes: [] })
})
