import { describe, expect, test } from 'vitest'
import type { Coverage, SideResult } from '../../../src/report/index.js'
import { headline } from '../../../src/report/verdict.js'
import {
  certificateText,
  changeText,
  needsText,
  reachText,
  scenarioText,
  scopeText,
  sidesText,
  sideText,
  valueText,
} from '../../../src/report/wording.js'
import { pagewalkReport } from '../../support/sample-reports.js'

const [locks] = pagewalkReport.findings
if (locks === undefined) throw new Error('no finding')

const exhaustive: Coverage = { kind: 'exhaustive' }
const bounded: Coverage = { kind: 'bounded', by: 'executions', limit: 1000 }
const side = (holds: SideResult['holds'], coverage: Coverage): SideResult => ({
  holds,
  count: 3,
  executions: 41,
  coverage,
})

describe('one side', () => {
  test.each([
    ['never', exhaustive, 'impossible (exhaustive, 41 executions)'],
    ['never', bounded, 'not seen (bound reached: 1000 executions)'],
    ['sometimes', exhaustive, 'possible'],
    ['sometimes', bounded, 'possible'],
    ['always', exhaustive, 'always (exhaustive, 41 executions)'],
    ['always', bounded, 'possible, and seen in every execution looked at (bound reached: 1000 executions)'],
    ['unknown', bounded, 'unknown (bound reached: 1000 executions)'],
    ['never', { kind: 'not-run', why: 'interrupted' }, 'not run: interrupted'],
  ] as const)('%s with %o', (holds, coverage, text) => {
    expect(sideText(side(holds, coverage))).toBe(text)
  })

  test('is never said as a fraction of executions', () => {
    expect(sideText(side('sometimes', exhaustive))).not.toMatch(/\d/)
  })

  test('a bound of one round is one round', () => {
    expect(sideText(side('never', { kind: 'bounded', by: 'loop', limit: 1 }))).toBe(
      'not seen (bound reached: 1 round of a loop)',
    )
  })
})

test.each([
  ['regressed', 'newly possible: x'],
  ['fixed', 'no longer possible: x'],
  ['changed', 'x'],
  ['pre-existing', 'possible before and after: x'],
] as const)('a %s finding is headed "%s"', (verdict, text) => {
  expect(headline({ ...locks, verdict, summary: 'x' })).toBe(text)
})

test('a headline does not say its lead twice', () => {
  expect(headline({ ...locks, verdict: 'fixed', summary: 'no longer possible: x' })).toBe(
    'no longer possible: x',
  )
})

test('sides that the summary names are not repeated, unless a bound was reached', () => {
  expect(sidesText(locks)).toBeNull()
  expect(sidesText({ ...locks, before: { ...locks.before, coverage: bounded } })?.[0]).toContain(
    'bound reached',
  )
})

test('the reach names the callers that were found', () => {
  const inTree = {
    tree: 'v6.1',
    scanned: '21 ops tables',
    found: ['wp_walk_ops', 'clean_walk_ops'],
    blind: [],
  }
  const finding = { ...locks, reach: 'shown' as const, premise: { needs: [], inTree } }
  expect(reachText(finding)).toBe('shown in v6.1: wp_walk_ops, clean_walk_ops')
  expect(
    reachText({ ...finding, reach: 'latent', premise: { needs: [], inTree: { ...inTree, found: [] } } }),
  ).toBe('latent: nothing in v6.1 meets this')
  expect(reachText(locks)).toBe('unknown: callers not looked for')
})

test.each([
  ['512: 0-511', '512 (pages 0-511)'],
  ['1: 7', '1 (page 7)'],
  ['1: 0, 512 pages', '1 (page 0, 512 pages)'],
  ['2: 0, 3', '2 (pages 0, 3)'],
  ['PTL', 'PTL'],
  ['0', '0'],
])('a value %s reads %s', (value, text) => {
  expect(valueText(value)).toBe(text)
})

test('an observation is headed by what it is about, where, and its values', () => {
  const splits = {
    ...locks,
    property: 'pte_entry calls (callbacks: both)',
    summary: 'pte_entry calls: 512: 0-511 -> 0',
    before: { ...locks.before, value: '512: 0-511' },
    after: { ...locks.after, value: '0' },
  }
  expect(headline(splits)).toBe('pte_entry calls with both callbacks: 512 (pages 0-511) -> 0')
  expect(headline({ ...splits, property: 'pte_entry calls (world: odd)' })).toBe(
    'pte_entry calls with world odd: 512 (pages 0-511) -> 0',
  )
})

test('possible and impossible as values do not hide how far was looked', () => {
  expect(sideText({ ...side('never', exhaustive), value: 'impossible' })).toBe(
    'impossible (exhaustive, 41 executions)',
  )
})

test('sizes are named once in a scope; a scope of another form stands as it is', () => {
  expect(scopeText('1 thread, A; 1 thread, B; 2 threads, B')).toBe('1 thread with A, 1 or 2 threads with B')
  expect(scopeText('4 entries, whatever')).toBe('4 entries, whatever')
})

test('what is needed says nothing twice, and of loads which entry', () => {
  const needs = ['mmap_lock', 'concurrently: swap-out', 'any number of loads of the entry: also merged']
  expect(needsText({ ...locks, premise: { needs, inTree: null } }, ['mmap_lock'])).toBe(
    'on another CPU: swap-out; any number of loads of the entry, a single one included',
  )
})

test('further scenarios are counted, the shown one not twice', () => {
  expect(scenarioText({ ...locks, scenario: 'a', scenarios: ['a', 'b', 'c'] })).toBe('a and 2 more')
  expect(scenarioText({ ...locks, scenario: 'a', scenarios: ['a'] })).toBe('a')
})

test('a changed line that never ran is said', () => {
  const fn = pagewalkReport.functions[1]
  expect(fn && changeText(fn)).toBe('modified +14 -12, 1 changed line never run')
})

test('a certificate is two sentences, one per question', () => {
  expect(certificateText({ base: 'blob', added: 'verbatim' })).toBe(
    'base proved by its blob id; lines as sent',
  )
})
