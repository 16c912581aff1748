/** Patches that change no code, and a thread replayed against itself: no behavioural finding, ever. */
import { describe, expect, it } from 'vitest'
import { compare } from '../../src/compare/index.js'
import { MEMORY_MODELS } from '../../src/explore/index.js'
import { BUILT_IN } from '../../src/reimpl/index.js'
import * as pipeline from '../../src/run/index.js'
import { PAGEWALK_SUITE } from '../../src/suite/index.js'
import { compareWithItself } from '../support/itself.js'
import { findingsOf, fixture, REPLAY_TIMEOUT, replayed, theFinding } from '../support/replayed.js'
import { cli } from '../support/run-cli.js'

const BEHAVIOURAL = new Set(['regressed', 'fixed', 'changed', 'inconclusive'])

describe('a patch that changes comments only', () => {
  const run = () => replayed(fixture('pagewalk-comments.mbox'))

  it('gives no finding, and every function is called comment-only', async () => {
    const { report } = await run()
    expect(report.findings).toEqual([])
    expect(report.functions.map(({ name, change }) => [name, change])).toEqual([
      ['walk_pte_range', ['comment-only']],
      ['walk_pmd_range', ['comment-only']],
    ])
  })

  it('is a success though nothing had to be replayed', async () => {
    expect((await run()).replayed).toBe(false)
    expect((await cli([fixture('pagewalk-comments.mbox'), '--json'], { pipeline })).code).toBe(0)
  })
})

describe('a patch that moves a function within its file', () => {
  it(
    'gives same, as a pure move, and nothing behavioural',
    async () => {
      const { report } = await replayed(fixture('pagewalk-move.mbox'))
      const same = theFinding(report, { verdict: 'same' })
      expect(same).toMatchObject({ kind: 'move', function: 'walk_page_test' })
      expect(same.scenarios?.length).toBeGreaterThan(100)
      expect(report.findings.filter(({ verdict }) => BEHAVIOURAL.has(verdict))).toEqual([])
      expect(findingsOf(report, { verdict: 'unmapped' })).toEqual([])
    },
    REPLAY_TIMEOUT,
  )
})

describe('a thread against itself', () => {
  it.each([
    ['both v5.4', [], []],
    ['both after the patch', ['walk_pte_range@oct2019', 'walk_pmd_range@oct2019'], []],
  ])(
    'never differs: %s, on 30 scenarios',
    (_, ids) => {
      const step = Math.floor(PAGEWALK_SUITE.scenarios.length / 30)
      const sample = PAGEWALK_SUITE.scenarios.filter((__, i) => i % step === 0)
      const own = BUILT_IN.all.filter((one) => ids.includes(`${one.name}@${one.version}`))
      expect(own).toHaveLength(ids.length)
      const [sc] = MEMORY_MODELS
      const told = compare(
        sample.map((scenario) => compareWithItself(scenario, own, sc)),
        PAGEWALK_SUITE.properties,
      )
      expect(sample.length).toBeGreaterThanOrEqual(30)
      expect(told.map(({ verdict }) => verdict).filter((verdict) => verdict !== 'pre-existing')).toEqual([
        'same',
      ])
    },
    REPLAY_TIMEOUT,
  )

  it(
    'is an error when one implementation is to stand for two texts',
    async () => {
      const { report, replayed: ran } = await pipeline.runThread({
        inputs: [{ kind: 'path', path: fixture('pagewalk-ptl-only.mbox') }],
        before: ['walk_pte_range@v5.4'],
        after: ['walk_pte_range@v5.4'],
      })
      expect(ran).toBe(false)
      expect(report.diagnostics).toContainEqual(
        expect.objectContaining({ severity: 'error', code: 'one-implementation-for-two-texts' }),
      )
      expect(report.findings.map(({ verdict }) => verdict)).toEqual(['unmapped'])
    },
    REPLAY_TIMEOUT,
  )
})
